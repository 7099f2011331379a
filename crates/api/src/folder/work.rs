//! What files and the workspace say, from one to the other.

use super::item::{Item, too_large};
use crate::{
    ApiError, App, ErrorCode,
    handlers::{
        FileProblem, FileSides, FileWork, MergedFile, check_cases, check_content_for_saving, check_words,
    },
};
use formaops_datasets::{ReadError, edit, read_over};
use formaops_domain::{Case, Content, LinkedId, LinkedKind, Prompt, compare::compare};
use formaops_files::{FilePath, MAX_FILE_BYTES, MergedWork, Work, merge_work};
use formaops_store::{LinkedFile, LinkedSaid, LinkedWords};
use formaops_template::{
    PromptMeta, SuiteFile, SuiteFileError, edit_prompt_file, edit_suite_file, from_prompt_file,
    from_suite_file, to_prompt_file, to_suite_file, yaml,
};

/// Does what waits for the disk on a thread of its own.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // It is not cancelled, so it can only have panicked.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// All that what is here and its file can both say.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Says {
    Prompt(Box<Work>),
    Dataset(Vec<Case>),
    Suite(Box<SuiteFile>),
}

pub(super) fn problem(path: &FilePath, id: Option<LinkedId>, message: impl Into<String>) -> FileProblem {
    FileProblem {
        path: path.to_string(),
        id,
        message: message.into(),
        hint: String::new(),
        line: None,
        column: None,
    }
}

/// The same of an error.
pub(super) fn problem_of(path: &FilePath, id: Option<LinkedId>, error: ApiError) -> FileProblem {
    let place = error.at.map(|at| at.path).filter(|path| !path.is_empty());
    let message = match place {
        Some(place) => format!("{place}: {}", error.message),
        None => error.message,
    };
    FileProblem { hint: error.hint, ..problem(path, id, message) }
}

/// The same of an error whose place, such as `spec.cases[3].name`, can be found in the text of a file.
pub(super) fn problem_in(path: &FilePath, id: Option<LinkedId>, text: &str, error: ApiError) -> FileProblem {
    let place = error.at.as_ref().and_then(|at| {
        let within = at.path.strip_prefix("spec.").unwrap_or(&at.path);
        place(text, &within.replace('[', ".").replace(']', ""))
    });
    let (line, column) = place.unzip();
    FileProblem { line, column, ..problem_of(path, id, error) }
}

/// Where something stands in YAML. Cases may be a field of it or the whole of it.
fn place(text: &str, path: &str) -> Option<(u32, u32)> {
    yaml::place(text, path).or_else(|| yaml::place(text, path.strip_prefix("cases.")?))
}

/// What a file says, if it may be kept. `known` is what is here: a table of texts gives its values back by it.
pub(super) fn parse(
    path: &FilePath,
    id: Option<LinkedId>,
    text: &str,
    known: Option<&Says>,
) -> Result<Says, Box<FileProblem>> {
    match path.kind() {
        LinkedKind::Prompt => parse_prompt(path, id, text).map(|work| Says::Prompt(Box::new(work))),
        LinkedKind::Dataset => {
            let known = if let Some(Says::Dataset(known)) = known { known.as_slice() } else { &[] };
            let cases = read_over(text, path.as_str(), known)
                .map_err(|error| Box::new(problem_of_table(path, id, text, &error)))?;
            let placed = (0..).zip(&cases).map(|(at, case)| (format!("cases[{at}]"), case));
            check_cases(placed).map_err(|error| Box::new(problem_in(path, id, text, error)))?;
            Ok(Says::Dataset(cases))
        }
        LinkedKind::Suite => from_suite_file(text).map(|file| Says::Suite(Box::new(file))).map_err(|error| {
            let SuiteFileError { message, line, column } = error;
            Box::new(FileProblem { hint: MEND.to_owned(), line, column, ..problem(path, id, message) })
        }),
    }
}

const MEND: &str = "Mend the file in an editor; until then it is left as it is.";

fn problem_of_table(path: &FilePath, id: Option<LinkedId>, text: &str, error: &ReadError) -> FileProblem {
    let number = |number: Option<u64>| number.and_then(|number| u32::try_from(number).ok());
    let (mut line, mut column) = (number(error.line), number(error.column));
    let has_lines =
        [".csv", ".jsonl"].iter().any(|ending| path.as_str().to_ascii_lowercase().ends_with(ending));
    if let Some(at) = error.line.filter(|_| !has_lines && error.column.is_none()) {
        // Of a list in YAML it is the number of the case.
        (line, column) = place(text, &format!("cases.{}", at.saturating_sub(1))).unzip();
    }
    let hint = error.hint().to_owned();
    FileProblem { hint, line, column, ..problem(path, id, error.reason.to_string()) }
}

fn parse_prompt(path: &FilePath, id: Option<LinkedId>, text: &str) -> Result<Work, Box<FileProblem>> {
    let file = from_prompt_file(text).map_err(|error| {
        let (line, column) = error.place(text).unzip();
        Box::new(FileProblem { hint: MEND.to_owned(), line, column, ..problem(path, id, error.to_string()) })
    })?;
    let refused = |error| Box::new(problem_of(path, id, error));
    check_content_for_saving(&file.content).map_err(refused)?;
    let PromptMeta { title, description, tags } = file.meta;
    let tags = check_words(&title, &description, &tags).map_err(refused)?;
    Ok(Work { content: file.content, meta: PromptMeta { title, description, tags } })
}

/// What a prompt says with this content.
pub(super) fn work_of(prompt: &Prompt, content: Content) -> Work {
    let Prompt { title, description, tags, .. } = prompt.clone();
    Work { content, meta: PromptMeta { title, description, tags } }
}

pub(super) fn words_of(meta: &PromptMeta) -> LinkedWords {
    let PromptMeta { title, description, tags } = meta.clone();
    LinkedWords { title, description, tags }
}

pub(super) fn meta_of(words: &LinkedWords) -> PromptMeta {
    let LinkedWords { title, description, tags } = words.clone();
    PromptMeta { title, description, tags }
}

/// The text of a file that says this, made of what it says now where that can be read.
pub(super) fn written(path: &FilePath, says: &Says, now: Option<&str>) -> Result<String, ApiError> {
    let text = match says {
        Says::Prompt(work) => written_prompt(work, now),
        Says::Dataset(cases) => edit(now.unwrap_or_default(), path.as_str(), cases)
            .map_err(|error| ApiError::new(ErrorCode::Invalid, error.to_string(), "Change the case."))?,
        Says::Suite(suite) => now.map_or_else(|| to_suite_file(suite), |now| edit_suite_file(now, suite)),
    };
    if text.len() as u64 > MAX_FILE_BYTES { Err(too_large(path.as_str())) } else { Ok(text) }
}

fn written_prompt(work: &Work, now: Option<&str>) -> String {
    let edited = now.and_then(|now| {
        let mut meta = work.meta.clone();
        let old = from_prompt_file(now).ok()?.meta.tags;
        let mut sorted = old.clone();
        sorted.sort();
        sorted.dedup();
        if sorted == meta.tags {
            // The same tags in the order of the file.
            meta.tags = old;
        }
        edit_prompt_file(now, &work.content, &meta).ok()
    });
    edited.unwrap_or_else(|| to_prompt_file(&work.content, &work.meta))
}

/// What a prompt and its file both last said; nothing of what is not merged.
pub(super) async fn base_of(app: &App, known: Option<&LinkedFile>) -> Result<Option<Work>, ApiError> {
    let Some(LinkedFile {
        id: LinkedId::Prompt(prompt), said: LinkedSaid::Prompt { version, words }, ..
    }) = known
    else {
        return Ok(None);
    };
    let content = app.store.get_version(*prompt, *version).await?.content;
    Ok(Some(Work { content, meta: meta_of(words) }))
}

/// Both sides of a conflict and, of a prompt, what they come to together. `theirs` is what the text of the file says.
pub(super) fn sides(
    path: &FilePath,
    item: &Item,
    ours: &Says,
    base: Option<Work>,
    theirs: Option<Says>,
    text: String,
) -> Result<FileSides, ApiError> {
    let merged = match (ours, theirs) {
        (Says::Prompt(ours), Some(Says::Prompt(theirs))) => {
            let MergedWork { work, conflicts } = merge_work(base.as_ref(), ours, &theirs);
            Some(MergedFile { changes: compare(&ours.content, &work.content), work: work.into(), conflicts })
        }
        _ => None,
    };
    Ok(FileSides {
        base: base.map(|base| written_prompt(&base, Some(&text))),
        ours: written(path, ours, Some(&text))?,
        theirs: text,
        head: item.head(),
        merged,
    })
}

/// What a person made of both sides, if a version may hold it.
pub(super) fn settled(work: FileWork) -> Result<Work, ApiError> {
    let FileWork { content, title, description, tags } = work;
    check_content_for_saving(&content)?;
    let tags = check_words(&title, &description, &tags)?;
    Ok(Work { content, meta: PromptMeta { title, description, tags } })
}
