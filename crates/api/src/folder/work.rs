//! What files and prompts say, from one to the other.

use crate::{
    ApiError, App,
    handlers::{FileProblem, FileSides, FileWork, MergedFile, check_content_for_saving, check_words},
};
use formaops_domain::{Content, Prompt, PromptId, Version, compare::compare};
use formaops_files::{FilePath, MergedWork, Work, merge_work};
use formaops_store::{LinkedFile, LinkedWords};
use formaops_template::{PromptMeta, edit_prompt_file, from_prompt_file, to_prompt_file};

/// Does what waits for the disk on a thread of its own.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // It is not cancelled, so it can only have panicked.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

pub(super) fn problem(path: &FilePath, prompt: Option<PromptId>, message: impl Into<String>) -> FileProblem {
    FileProblem {
        path: path.to_string(),
        prompt_id: prompt,
        message: message.into(),
        hint: String::new(),
        line: None,
        column: None,
    }
}

/// The same of an error.
pub(super) fn problem_of(path: &FilePath, prompt: Option<PromptId>, error: ApiError) -> FileProblem {
    let place = error.at.map(|at| at.path).filter(|path| !path.is_empty());
    let message = match place {
        Some(place) => format!("{place}: {}", error.message),
        None => error.message,
    };
    FileProblem { hint: error.hint, ..problem(path, prompt, message) }
}

/// What a file says, if a version may hold it.
pub(super) fn parse(path: &FilePath, prompt: Option<PromptId>, text: &str) -> Result<Work, Box<FileProblem>> {
    let file = from_prompt_file(text).map_err(|error| {
        let (line, column) = error.place(text).unzip();
        let hint = "Mend the file in an editor; until then it is left as it is.".to_owned();
        Box::new(FileProblem { hint, line, column, ..problem(path, prompt, error.to_string()) })
    })?;
    let refused = |error| Box::new(problem_of(path, prompt, error));
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
pub(super) fn written(work: &Work, now: Option<&str>) -> String {
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

/// What both last said.
pub(super) async fn base_of(app: &App, known: Option<&LinkedFile>) -> Result<Option<Work>, ApiError> {
    let Some(known) = known else { return Ok(None) };
    let content = app.store.get_version(known.prompt, known.version).await?.content;
    Ok(Some(Work { content, meta: meta_of(&known.words) }))
}

/// Both sides of a conflict, and what they come to together. `theirs` is what the text of the file says.
pub(super) fn sides(
    prompt: &Prompt,
    head: &Version,
    base: Option<Work>,
    theirs: Option<Work>,
    text: String,
) -> FileSides {
    let ours = work_of(prompt, head.content.clone());
    let merged = theirs.map(|theirs| {
        let MergedWork { work, conflicts } = merge_work(base.as_ref(), &ours, &theirs);
        MergedFile { changes: compare(&ours.content, &work.content), work: work.into(), conflicts }
    });
    FileSides {
        base: base.map(|base| written(&base, Some(&text))),
        ours: written(&ours, Some(&text)),
        theirs: text,
        head: head.id,
        merged,
    }
}

/// What a person made of both sides, if a version may hold it.
pub(super) fn settled(work: FileWork) -> Result<Work, ApiError> {
    let FileWork { content, title, description, tags } = work;
    check_content_for_saving(&content)?;
    let tags = check_words(&title, &description, &tags)?;
    Ok(Work { content, meta: PromptMeta { title, description, tags } })
}
