//! The linked folder: linked, trusted, looked at, and what a person decides about its files.

use super::{LinkedKey, PromptKey, prompt::find_prompt};
use crate::{ApiError, App, Caller, ErrorCode, folder::Folder};
use formaops_domain::{
    Content, FileHash, LinkedId, LinkedKind, Noun, Timestamp, compare::ContentChange, merge::Conflict,
};
use formaops_files::{Git, Skipped, Work};
use formaops_template::PromptMeta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// Asks for the linked folder.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetFolder {}

/// Links a folder, in the place of any other.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkFolder {
    /// The full path of the folder.
    pub path: String,
    /// Makes the folder where it is not there.
    #[serde(default)]
    pub create: bool,
    /// Also writes a file for each prompt, dataset and suite that is here already. Those made from now on get one anyway.
    #[serde(default)]
    pub export: bool,
    /// Trusts what is in the folder: its prompts may be run, and its datasets and suites are read.
    #[serde(default)]
    pub trust: bool,
}

/// Trusts what is in the linked folder.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrustFolder {
    /// The path of the folder that is meant.
    pub path: String,
}

/// Unlinks the folder. What is here and its files stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnlinkFolder {}

/// Asks for the file of a prompt, a dataset or a suite as it is now.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetFolderFile {
    /// What the file is of.
    pub id: LinkedKey,
}

/// Ends the conflict of what is here and its file.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResolveFolderFile {
    /// What the file is of.
    pub id: LinkedKey,
    /// What both are to say.
    pub take: Take,
    /// The file as it was seen. Where it holds something else by now, nothing is done (`stale`).
    pub hash: FileHash,
    /// What was here as it was seen, by [`FileSides::head`]; the same holds for it.
    pub head: String,
    /// What both are to say with `text`: a whole file.
    #[serde(default)]
    pub text: Option<String>,
    /// What both are to say with `merged`: what [`FileSides::merged`] holds, with its conflicts settled.
    #[serde(default)]
    pub merged: Option<FileWork>,
}

/// What is to be said here and by the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Take {
    /// What is said here.
    Ours,
    /// What the file says.
    Theirs,
    /// What the text of the request says.
    Text,
    /// What the merge of the request says, of a prompt. The file keeps its comments and all that means nothing here.
    Merged,
}

/// All that a prompt and its file can both say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileWork {
    /// What a version holds.
    pub content: Content,
    /// The title.
    #[serde(default)]
    pub title: String,
    /// The description.
    #[serde(default)]
    pub description: String,
    /// The tags, sorted.
    #[serde(default)]
    pub tags: Vec<String>,
}

impl From<Work> for FileWork {
    fn from(Work { content, meta }: Work) -> Self {
        let PromptMeta { title, description, tags } = meta;
        Self { content, title, description, tags }
    }
}

/// The linked folder, where there is one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FolderAnswer {
    /// The folder.
    pub folder: Option<FolderView>,
}

/// A linked folder as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FolderView {
    /// Its full path.
    pub path: String,
    /// Whether its prompts may be run, and its datasets and suites are read.
    pub trusted: bool,
    /// How it is.
    pub status: FolderStatus,
    /// Why it is looked through every two seconds and not watched, where that is so.
    pub polling: Option<String>,
    /// How many files are followed.
    pub files: u32,
    /// While it is read: how many files have yet to be read.
    pub waiting: u32,
    /// Where something here and its file were both changed, and a person has to decide.
    pub conflicts: Vec<FolderConflict>,
    /// What stands in the way of files.
    pub problems: Vec<FileProblem>,
    /// Files that are left alone; at most 200 of them.
    pub skipped: Vec<Skipped>,
    /// How many files are left alone.
    pub skipped_count: u32,
    /// What was done that should be known, newest first; at most 50.
    pub notices: Vec<FolderNotice>,
    /// What git says.
    pub git: Option<Git>,
    /// When something was last read from it or written to it.
    pub changed_at: Option<Timestamp>,
}

/// How a linked folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FolderStatus {
    /// It is being read for the first time.
    Reading,
    /// It is followed.
    Live,
    /// It is not there. Nothing is done until it is.
    Missing,
    /// All its files are gone at once, as where a disk is not mounted. Nothing was deleted here.
    Emptied,
}

/// Something here and its file that were both changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FolderConflict {
    /// What the file is of.
    pub id: LinkedId,
    /// Whether that is a prompt, a dataset or a suite.
    pub kind: LinkedKind,
    /// Its name.
    pub name: String,
    /// The path of the file.
    pub path: String,
}

/// What stands in the way of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileProblem {
    /// The path of the file.
    pub path: String,
    /// What it is of, where that is known.
    pub id: Option<LinkedId>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// The line in the file, from 1.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
}

/// Something that was done and should be known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FolderNotice {
    /// When.
    pub at: Timestamp,
    /// What it is about.
    pub id: Option<LinkedId>,
    /// What, for people.
    pub message: String,
}

/// The file of a prompt, a dataset or a suite as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FolderFileAnswer {
    /// The file, where there is one.
    pub file: Option<FolderFile>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FolderFile {
    /// Its path in the folder.
    pub path: String,
    /// The hash of what it holds; absent where it cannot be read.
    pub hash: Option<FileHash>,
    /// What a prompt says in it; absent where it cannot be read as one.
    pub content: Option<Content>,
    /// Whether it was changed and is not a version yet, while what is here is as it was.
    pub ahead: bool,
    /// What stands in its way.
    pub problem: Option<FileProblem>,
    /// Both sides, where a person has to decide.
    pub conflict: Option<FileSides>,
}

/// Both sides of a conflict, each as a whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileSides {
    /// What a prompt and its file both last said, where that is known.
    pub base: Option<String>,
    /// What is said here.
    pub ours: String,
    /// What the file says.
    pub theirs: String,
    /// Names what is here as it is now.
    pub head: String,
    /// Both brought together; absent where the file cannot be read, and of what is not merged: datasets and suites.
    pub merged: Option<MergedFile>,
}

/// A prompt and its file, brought together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MergedFile {
    /// What both would say. Where there is a conflict it holds what the prompt says.
    pub work: FileWork,
    /// What cannot be merged, in the order of the content; then `/title` and `/description`, which point into `work`.
    pub conflicts: Vec<Conflict>,
    /// What would change in the content of the prompt.
    pub changes: Vec<ContentChange>,
}

/// The longest that anyone waits for all files to be read.
const READING: Duration = Duration::from_secs(60);

pub(crate) async fn folder_get(app: &App, _: &Caller, _: GetFolder) -> Result<FolderAnswer, ApiError> {
    Ok(FolderAnswer { folder: app.folder.view() })
}

pub(crate) async fn folder_link(
    app: &App,
    _: &Caller,
    request: LinkFolder,
) -> Result<FolderAnswer, ApiError> {
    let path = full_path(app, &request)?;
    app.folder.close().await;
    app.store.link_folder(path, app.ids.actor(), app.now()).await?;
    if request.trust {
        app.store.trust_folder(app.now()).await?;
    }
    Folder::start(app, request.export).await?;
    // One who goes on writing does not hold up the answer.
    let _ = tokio::time::timeout(READING, app.folder.is_read()).await;
    app.changed(Noun::Workspace, "folder");
    Ok(FolderAnswer { folder: app.folder.view() })
}

/// The real path of a folder that can be linked.
fn full_path(app: &App, request: &LinkFolder) -> Result<String, ApiError> {
    let asked = PathBuf::from(&request.path);
    let wrong = |message: String, hint: &str| ApiError {
        hint: hint.to_owned(),
        ..ApiError::invalid("path", message)
    };
    if !asked.is_absolute() {
        let message = format!("`{}` is not a full path", request.path);
        return Err(wrong(message, "Give the path from the root, such as `/home/ada/prompts`."));
    }
    if request.create {
        std::fs::create_dir_all(&asked).map_err(|error| {
            wrong(format!("`{}` cannot be made: {error}", request.path), "Choose another folder.")
        })?;
    }
    let hint = "Choose a folder that is there, or have it made with `create`.";
    let path = asked
        .canonicalize()
        .map_err(|error| wrong(format!("`{}` cannot be linked: {error}", request.path), hint))?;
    if !path.is_dir() {
        return Err(wrong(format!("`{}` is not a folder", request.path), hint));
    }
    let overlaps = |other: &Path| path.starts_with(other) || other.starts_with(&path);
    if overlaps(&app.workspace) {
        let message = format!("`{}` and the workspace lie in one another", path.display());
        return Err(wrong(message, "Choose a folder beside the workspace."));
    }
    path.into_os_string()
        .into_string()
        .map_err(|_| wrong("the path is not Unicode".to_owned(), "Choose another folder."))
}

pub(crate) async fn folder_trust(
    app: &App,
    _: &Caller,
    request: TrustFolder,
) -> Result<FolderAnswer, ApiError> {
    let linked = app.store.find_linked_folder().await?.ok_or_else(no_folder)?;
    if linked.path != request.path {
        let message = format!("the linked folder is `{}`, not `{}`", linked.path, request.path);
        return Err(ApiError::invalid("path", message));
    }
    app.store.trust_folder(app.now()).await?;
    app.folder.trusted(app.now()).await;
    app.changed(Noun::File, "folder");
    Ok(FolderAnswer { folder: app.folder.view() })
}

pub(crate) async fn folder_unlink(app: &App, _: &Caller, _: UnlinkFolder) -> Result<FolderAnswer, ApiError> {
    app.folder.close().await;
    app.store.unlink_folder().await?;
    app.changed(Noun::Workspace, "folder");
    app.changed(Noun::File, "folder");
    Ok(FolderAnswer { folder: None })
}

pub(crate) async fn folder_file_get(
    app: &App,
    _: &Caller,
    request: GetFolderFile,
) -> Result<FolderFileAnswer, ApiError> {
    let id = find_linked(app, request.id).await?;
    // Before that nobody knows whether there is a conflict.
    let _ = tokio::time::timeout(READING, app.folder.is_read()).await;
    Ok(FolderFileAnswer { file: app.folder.file(app, id).await? })
}

pub(crate) async fn folder_file_resolve(
    app: &App,
    _: &Caller,
    request: ResolveFolderFile,
) -> Result<FolderFileAnswer, ApiError> {
    let id = find_linked(app, request.id.clone()).await?;
    app.folder.resolve(id, request).await?;
    Ok(FolderFileAnswer { file: app.folder.file(app, id).await? })
}

async fn find_linked(app: &App, key: LinkedKey) -> Result<LinkedId, ApiError> {
    match key {
        LinkedKey::Id(id) => Ok(id),
        LinkedKey::Name(name) => Ok(LinkedId::Prompt(find_prompt(app, &PromptKey::Name(name)).await?.id)),
    }
}

pub(crate) fn no_folder() -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        "no folder is linked",
        "Link one in the settings, or with `formaops folder link --path PATH`.",
    )
}
