//! `formaops dataset import` and `formaops dataset export`: tables from files and to files, of any size.

use crate::{
    Ending,
    call::{call, usage},
    output,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::{Args, Subcommand, builder::PossibleValuesParser};
use formaops_api::{
    ApiError, ErrorCode, Session,
    handlers::{DatasetKey, DatasetPreview, PromptKey},
};
use formaops_domain::{DatasetName, DatasetVersion};
use serde_json::{Map, Value, json};
use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

/// What of a dataset is done with files.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum DatasetCommand {
    /// Import a table of any size as a dataset or as the next version of one, all of it or nothing
    Import(Box<ImportArguments>),
    /// Write a version of a dataset to a file
    Export(ExportArguments),
}

/// What `formaops dataset import` takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct ImportArguments {
    /// The file: CSV, JSONL, JSON, YAML, XLSX or a table in Markdown; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The name of the dataset
    #[arg(long)]
    name: DatasetName,
    /// Say what the file holds and what is wrong with it, and change nothing
    #[arg(long)]
    preview: bool,
    /// What becomes of the cases of a dataset that has this name; where absent, nothing is imported then
    #[arg(long, value_name = "WHAT", value_parser = PossibleValuesParser::new(["replace", "append"]))]
    existing: Option<String>,
    /// A prompt whose variables say of which types the values are
    #[arg(long)]
    prompt: Option<PromptKey>,
    /// The format, where the name of the file does not say it
    #[arg(long, short = 'f', value_parser = PossibleValuesParser::new(["csv", "jsonl", "json", "yaml", "xlsx", "markdown"]))]
    format: Option<String>,
    /// What stands between the cells of a CSV: `,`, `;` or a tab
    #[arg(long)]
    delimiter: Option<char>,
    /// The encoding of a CSV, such as `windows-1252`
    #[arg(long)]
    encoding: Option<String>,
    /// The sheet of a workbook
    #[arg(long)]
    sheet: Option<String>,
    /// What a column holds: input, expected, metadata, name, tags or skip
    #[arg(long = "column", value_name = "NAME=ROLE")]
    columns: Vec<String>,
    /// Why
    #[arg(long, default_value = "")]
    note: String,
}

/// What `formaops dataset export` takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExportArguments {
    /// The dataset, by id or name
    #[arg(value_name = "NAME")]
    dataset: DatasetKey,
    /// The number of the version; the newest where absent
    #[arg(long)]
    version: Option<u32>,
    /// The format; where absent, what the name of the file says, or CSV
    #[arg(long, short = 'f', value_parser = PossibleValuesParser::new(["csv", "jsonl", "json", "yaml"]))]
    format: Option<String>,
    /// The file to write; `-` or nothing is standard output
    #[arg(long, short = 'o', value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The most bytes that come by standard input: they go to the owner of the workspace in one request.
const MOST_PIPED: u64 = 48 << 20;

pub(crate) async fn perform(
    session: &Session,
    command: DatasetCommand,
    as_json: bool,
) -> Result<Ending, ApiError> {
    match command {
        DatasetCommand::Import(import) if import.preview => preview(session, &import, as_json).await,
        DatasetCommand::Import(import) => self::import(session, &import, as_json).await,
        DatasetCommand::Export(export) => self::export(session, export, as_json).await,
    }
}

impl ImportArguments {
    fn options(&self) -> Result<Value, ApiError> {
        let mut columns = Map::new();
        for pair in &self.columns {
            let (name, role) =
                pair.rsplit_once('=').ok_or_else(|| usage(format!("`{pair}` is not `name=role`")))?;
            columns.insert(name.to_owned(), role.into());
        }
        Ok(json!({
            "format": self.format, "delimiter": self.delimiter, "encoding": self.encoding, "sheet": self.sheet,
            "columns": columns,
        }))
    }

    fn is_piped(&self) -> bool {
        self.file == Path::new("-")
    }

    /// What the file holds, in base 64, for requests that take it whole.
    fn data(&self) -> Result<String, ApiError> {
        let unreadable = |error: io::Error| usage(format!("cannot read `{}`: {error}", self.file.display()));
        let source: Box<dyn Read> = if self.is_piped() {
            Box::new(io::stdin())
        } else {
            Box::new(fs::File::open(&self.file).map_err(unreadable)?)
        };
        let mut bytes = Vec::new();
        source.take(MOST_PIPED + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > MOST_PIPED {
            let message = format!("there are more than {} MiB", MOST_PIPED >> 20);
            let hint = "Import it from a file without `--preview`: a file may have any size.";
            return Err(ApiError::new(ErrorCode::BadRequest, message, hint));
        }
        Ok(STANDARD.encode(bytes))
    }

    /// An error with the file that was named in the place of `file`, which is what it is called in a request.
    fn placed(&self, mut error: ApiError) -> ApiError {
        if let Some(at) = error.at.as_mut().filter(|at| at.path == "file" && !self.is_piped()) {
            at.path = self.file.display().to_string();
        }
        error
    }

    fn file_name(&self) -> String {
        if self.is_piped() {
            return String::new();
        }
        self.file.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

async fn preview(session: &Session, import: &ImportArguments, as_json: bool) -> Result<Ending, ApiError> {
    let request = json!({
        "name": import.file_name(), "data": import.data()?, "options": import.options()?, "prompt": import.prompt,
    });
    let preview: DatasetPreview =
        call(session, "dataset_preview", request).await.map_err(|error| import.placed(error))?;
    if as_json {
        output::json(&preview);
        return Ok(Ending::Done);
    }
    let columns: Vec<_> = preview.columns.iter().map(|column| column.name.as_str()).collect();
    output::line(&output::visible(&format!("{} cases of {}", preview.cases, columns.join(", "))));
    for problem in &preview.problems {
        let line = problem.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        output::line(&output::visible(&format!("{line}{}", problem.message)));
    }
    if let Some(fit) = &preview.fit {
        for (what, names) in [
            ("missing variables", &fit.missing),
            ("columns that are no variable", &fit.unknown),
            ("columns of sensitive variables, which are not kept", &fit.sensitive),
        ] {
            if !names.is_empty() {
                output::line(&output::visible(&format!("{what}: {}", names.join(", "))));
            }
        }
        for problem in &fit.problems {
            output::line(&output::visible(&format!("case {}: {}", problem.position + 1, problem.message)));
        }
    }
    Ok(Ending::Done)
}

async fn import(session: &Session, import: &ImportArguments, as_json: bool) -> Result<Ending, ApiError> {
    let mut request = json!({
        "dataset": import.name, "name": import.file_name(), "options": import.options()?, "prompt": import.prompt,
        "existing": import.existing, "note": import.note,
    });
    if import.is_piped() {
        request["data"] = import.data()?.into();
    } else {
        let whole = std::path::absolute(&import.file).map_err(|error| usage(error.to_string()))?;
        request["path"] = json!(whole);
    }
    let version: DatasetVersion = call(session, "dataset_import", request).await.map_err(|error| {
        let error = import.placed(error);
        if error.code != ErrorCode::Conflict {
            return error;
        }
        let hint = "Say what becomes of its cases with `--existing replace` or `--existing append`, or choose another \
                    `--name`.";
        ApiError { hint: hint.to_owned(), ..error }
    })?;
    if as_json {
        output::json(&version);
    } else {
        output::line(&format!("{} v{}: {} cases", import.name, version.number, version.cases));
    }
    Ok(Ending::Done)
}

async fn export(session: &Session, export: ExportArguments, as_json: bool) -> Result<Ending, ApiError> {
    let ExportArguments { dataset, version, format, out } = export;
    let out = out.filter(|path| path != Path::new("-"));
    let format = format.unwrap_or_else(|| {
        let extension = out.as_deref().and_then(Path::extension).and_then(|extension| extension.to_str());
        match extension {
            Some(known @ ("jsonl" | "json" | "yaml")) => known,
            Some("ndjson") => "jsonl",
            Some("yml") => "yaml",
            _ => "csv",
        }
        .to_owned()
    });
    let path = out.map(std::path::absolute).transpose().map_err(|error| usage(error.to_string()))?;
    let request = json!({ "id": dataset, "version": version, "format": format, "path": path });
    let file: Value = session.call("dataset_export", request).await?;
    if as_json {
        output::json(&file);
    } else if let Some(path) = path {
        output::line_to_stderr(&format!("{} cases in `{}`", file["cases"], path.display()));
    } else {
        let bytes = STANDARD.decode(file["data"].as_str().unwrap_or_default());
        let bytes = bytes.map_err(|error| usage(error.to_string()))?;
        let written = io::stdout().write_all(&bytes).and_then(|()| io::stdout().flush());
        written.map_err(|error| usage(format!("standard output cannot be written: {error}")))?;
    }
    Ok(Ending::Done)
}
