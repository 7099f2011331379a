//! `formaops import` and `formaops export`: what a workspace holds, from files and to files.

use crate::{
    Ending,
    call::{call, usage},
    output,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::{Args, builder::PossibleValuesParser};
use formaops_api::{
    ApiError, ErrorCode, Problem, Session,
    handlers::{DatasetKey, Export, ImportPreview, ImportResult, ImportState, Outcome, PromptKey, SuiteKey},
};
use formaops_template::formats::{Format, MOST_BYTES, MOST_FILES, Note};
use serde_json::{Value, json};
use std::{
    fmt::Display,
    fs,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

/// What `formaops import` takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct ImportArguments {
    /// Files, zips, and folders with all that is in them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Say what would become of them, and change nothing
    #[arg(long)]
    preview: bool,
    /// What becomes of prompts, datasets and suites whose names are taken; where absent, nothing is imported then
    #[arg(long, value_name = "WHAT", value_parser = PossibleValuesParser::new(["skip", "rename", "version"]))]
    taken: Option<String>,
    /// A prompt of the files to leave out
    #[arg(long, value_name = "NAME")]
    skip: Vec<String>,
    /// Another name for a prompt of the files, `name=new-name`
    #[arg(long = "as", value_name = "NAME=NEW")]
    names: Vec<String>,
}

/// What `formaops export` takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExportArguments {
    /// The prompts, by name; the whole workspace where nothing is named
    #[arg(value_name = "NAME")]
    prompts: Vec<PromptKey>,
    /// A dataset
    #[arg(long = "dataset", value_name = "NAME")]
    datasets: Vec<DatasetKey>,
    /// A suite, with its prompts and its dataset
    #[arg(long = "suite", value_name = "NAME")]
    suites: Vec<SuiteKey>,
    /// The format
    #[arg(long, short = 'f', default_value = "json", value_parser = PossibleValuesParser::new(formats()))]
    format: String,
    /// The file to write; `-` or nothing is standard output
    #[arg(long, short = 'o', value_name = "FILE")]
    out: Option<PathBuf>,
    /// Of all prompts, only those with this tag
    #[arg(long, conflicts_with_all = ["prompts", "datasets", "suites"])]
    tag: Option<String>,
    /// Of all prompts, only those with this status
    #[arg(long, conflicts_with_all = ["prompts", "datasets", "suites"], value_parser = PossibleValuesParser::new(["draft", "published", "archived"]))]
    status: Option<String>,
    /// With all versions, not only the newest
    #[arg(long)]
    history: bool,
    /// With runs that have ended, and their answers
    #[arg(long)]
    results: bool,
    /// Without the bytes of attachments
    #[arg(long)]
    without_attachments: bool,
    /// Without datasets, also those of suites
    #[arg(long)]
    without_datasets: bool,
}

fn formats() -> Vec<String> {
    let names = Format::ALL.iter().filter_map(|format| serde_json::to_value(format).ok());
    names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

pub(crate) async fn import(
    session: &Session,
    arguments: ImportArguments,
    as_json: bool,
) -> Result<Ending, ApiError> {
    let mut files = Files::default();
    for path in &arguments.files {
        files.add(path)?;
    }
    let files = files.found;
    if arguments.preview {
        let preview: ImportPreview = call(session, "import_preview", json!({ "files": files })).await?;
        if as_json {
            output::json(&preview);
        } else {
            show_preview(&preview);
        }
        return Ok(Ending::Done);
    }
    let mut choices: Vec<Value> =
        arguments.skip.iter().map(|name| json!({ "prompt": name, "action": "skip" })).collect();
    for pair in &arguments.names {
        let (prompt, name) =
            pair.split_once('=').ok_or_else(|| usage(format!("`{pair}` is not `name=new-name`")))?;
        choices.push(json!({ "prompt": prompt, "action": "create", "name": name }));
    }
    let request = json!({ "files": files, "choices": choices, "taken": arguments.taken });
    let result = call::<ImportResult>(session, "import_apply", request).await.map_err(|error| {
        if error.code != ErrorCode::Conflict {
            return error;
        }
        let hint = "Say what becomes of such names with `--taken skip`, `--taken rename` or `--taken version`, \
            or give a prompt another name with `--as NAME=NEW`.";
        ApiError { hint: hint.to_owned(), ..error }
    })?;
    if as_json {
        output::json(&result);
    } else {
        show_result(&result);
    }
    Ok(Ending::Done)
}

/// Files to import, as the operation takes them.
#[derive(Default)]
struct Files {
    found: Vec<Value>,
    bytes: u64,
}

impl Files {
    /// A file under its own name; of a folder all files, under the paths in it.
    fn add(&mut self, path: &Path) -> Result<(), ApiError> {
        let is_folder = fs::metadata(path).map_err(|error| unreadable(path, &error))?.is_dir();
        if is_folder {
            self.folder(path, "")
        } else {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            self.file(path, &name)
        }
    }

    /// Links, and what begins with a dot, are left out.
    fn folder(&mut self, folder: &Path, prefix: &str) -> Result<(), ApiError> {
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = entries.map_err(|error| unreadable(folder, &error))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().map_err(|error| unreadable(&entry.path(), &error))?;
            if name.starts_with('.') || name == "node_modules" {
                continue;
            }
            if kind.is_dir() {
                self.folder(&entry.path(), &format!("{prefix}{name}/"))?;
            } else if kind.is_file() {
                self.file(&entry.path(), &format!("{prefix}{name}"))?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, name: &str) -> Result<(), ApiError> {
        self.bytes += fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
        if self.bytes > MOST_BYTES as u64 || self.found.len() >= MOST_FILES {
            let most = MOST_BYTES >> 20;
            let message = format!("there are more than {MOST_FILES} files, or {most} MiB");
            return Err(ApiError::new(ErrorCode::BadRequest, message, "Import them in parts."));
        }
        let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
        self.found.push(json!({ "name": name, "data": STANDARD.encode(bytes) }));
        Ok(())
    }
}

fn unreadable(path: &Path, error: &io::Error) -> ApiError {
    usage(format!("cannot read `{}`: {error}", path.display()))
}

fn show_preview(preview: &ImportPreview) {
    for file in &preview.files {
        output::line(&format!("{}: {}", output::visible(&file.name), file.format.title()));
    }
    for prompt in &preview.prompts {
        let versions = counted(prompt.versions, "version");
        show_found(&prompt.name, &versions, prompt.state, prompt.problem.as_ref());
        show_notes(&prompt.notes, "  ");
    }
    for dataset in &preview.datasets {
        let (versions, cases) = (counted(dataset.versions, "version"), counted(dataset.cases, "case"));
        let held = format!("dataset, {versions}, {cases}");
        show_found(&dataset.name, &held, dataset.state, dataset.problem.as_ref());
    }
    for suite in &preview.suites {
        let held = format!("suite, {}", counted(suite.prompts, "prompt"));
        show_found(&suite.name, &held, suite.state, suite.problem.as_ref());
    }
    show_notes(&preview.notes, "");
}

fn show_found(name: impl Display, held: &str, state: ImportState, problem: Option<&Problem>) {
    let state = match state {
        ImportState::New => "new",
        ImportState::Taken => "the name is taken",
        ImportState::Same => "is here already",
    };
    output::line(&format!("{name}  {held}, {state}"));
    if let Some(problem) = problem {
        output::line(&format!("  cannot be imported: {}", output::visible(&problem.message)));
    }
}

fn counted(number: u32, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

fn show_result(result: &ImportResult) {
    let show = |name: &dyn Display, what: &str, outcome: Outcome| {
        let done = match outcome {
            Outcome::Created => "created",
            Outcome::Updated => "updated",
            Outcome::Unchanged => "unchanged",
            Outcome::Skipped => "left out",
        };
        output::line(&format!("{name}  {what}{done}"));
    };
    result.prompts.iter().for_each(|one| show(&one.name, "", one.outcome));
    result.datasets.iter().for_each(|one| show(&one.name, "dataset, ", one.outcome));
    result.suites.iter().for_each(|one| show(&one.name, "suite, ", one.outcome));
    if result.runs > 0 {
        output::line(&counted(result.runs, "run"));
    }
    show_notes(&result.notes, "");
}

fn show_notes(notes: &[Note], indent: &str) {
    for note in notes {
        let line = note.at.line.map(|line| format!(", line {line}")).unwrap_or_default();
        let text = format!("{indent}note: {}{line}: {}", note.at.path, note.message);
        output::line_to_stderr(&output::visible(&text));
    }
}

pub(crate) async fn export(
    session: &Session,
    arguments: ExportArguments,
    as_json: bool,
) -> Result<Ending, ApiError> {
    let out = arguments.out;
    let request = json!({
        "prompts": arguments.prompts, "datasets": arguments.datasets, "suites": arguments.suites,
        "format": arguments.format, "tag": arguments.tag, "status": arguments.status, "history": arguments.history,
        "results": arguments.results, "withoutAttachments": arguments.without_attachments,
        "withoutDatasets": arguments.without_datasets,
    });
    let export: Export = call(session, "export_create", request).await?;
    if as_json && out.is_none() {
        output::json(&export);
        return Ok(Ending::Done);
    }
    let bytes = STANDARD.decode(&export.data).map_err(|error| usage(error.to_string()))?;
    match out.filter(|path| path != Path::new("-")) {
        Some(path) => {
            fs::write(&path, bytes)
                .map_err(|error| usage(format!("cannot write `{}`: {error}", path.display())))?;
            let others = [(export.datasets, "dataset"), (export.suites, "suite"), (export.runs, "run")];
            let others = others.into_iter().filter(|(number, _)| *number > 0);
            let held: Vec<_> = std::iter::once((export.prompts, "prompt"))
                .chain(others)
                .map(|(number, noun)| counted(number, noun))
                .collect();
            output::line_to_stderr(&format!("{} in `{}`", held.join(", "), path.display()));
        }
        None if export.name.ends_with(".zip") && io::stdout().is_terminal() => {
            let message = "these are several files, in a zip";
            return Err(ApiError::new(
                ErrorCode::BadRequest,
                message,
                "Name the file with `--out FILE.zip`.",
            ));
        }
        None => {
            let written = io::stdout().write_all(&bytes).and_then(|()| io::stdout().flush());
            written.map_err(|error| usage(format!("standard output cannot be written: {error}")))?;
        }
    }
    show_notes(&export.notes, "");
    Ok(Ending::Done)
}
