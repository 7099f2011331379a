//! Versions: saved, listed, compared and restored.

use super::{
    PromptKey,
    attachment::check_attachments,
    limit,
    prompt::{find_prompt, tidy_tags},
};
use crate::{ApiError, App, Caller, ErrorCode, Problem};
use formaops_domain::{
    Content, Noun, Page, Prompt, RefName, Version, VersionEntry, VersionId, VersionSelector,
    compare::{ContentChange, compare},
};
use formaops_store::{EntryFilter, NewVersion, Onto};
use formaops_template::PromptMeta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for the versions of a prompt.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListVersions {
    /// The prompt.
    pub id: PromptKey,
    /// Only those with this tag.
    #[serde(default)]
    pub tag: Option<String>,
    /// Only those with this text in their note, without regard to case.
    #[serde(default)]
    pub note: Option<String>,
    /// Where to go on, from the page before.
    #[serde(default)]
    pub cursor: Option<String>,
    /// The most items, 1 to 1,000; 100 where absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Asks for a version.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetVersion {
    /// The prompt.
    pub id: PromptKey,
    /// `v12`, a branch, a label, or the start of the version's hash.
    pub version: String,
}

/// Saves content as a version.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateVersion {
    /// The prompt.
    pub id: PromptKey,
    /// What it holds; the draft where absent.
    #[serde(default)]
    pub content: Option<Content>,
    /// Why.
    #[serde(default)]
    pub note: String,
    /// The version that was edited. Where the head is another one by now, nothing is saved (`stale`).
    #[serde(default)]
    pub base: Option<VersionId>,
    /// The branch that moves to it. Where absent, that of the draft if it is the draft that is saved, else `main`.
    #[serde(default)]
    pub branch: Option<RefName>,
}

/// Changes the words by which a version is found; what it holds never changes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateVersion {
    /// The prompt.
    pub id: PromptKey,
    /// `v12`, a branch, a label, or the start of the version's hash.
    pub version: String,
    /// The tags it shall have; none where absent.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// Asks what differs between two versions.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CompareVersions {
    /// The prompt.
    pub id: PromptKey,
    /// The older side: `v12`, a branch, a label, or the start of a hash.
    pub from: String,
    /// The newer side; the draft, or the head where there is none, if absent.
    #[serde(default)]
    pub to: Option<String>,
}

/// What differs between two versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionComparison {
    /// Whether they hold the same.
    pub equal: bool,
    /// What changed, by meaning.
    pub changes: Vec<ContentChange>,
    /// The older side as a `.prompt` file.
    pub from: String,
    /// The newer side as a `.prompt` file.
    pub to: String,
    /// The difference of the two files as a unified diff with three lines of context.
    pub unified: String,
}

/// Restores an old version.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RestoreVersion {
    /// The prompt.
    pub id: PromptKey,
    /// `v12`, a branch, a label, or the start of the version's hash.
    pub version: String,
    /// The branch that moves to the new version; `main` where absent.
    #[serde(default)]
    pub branch: Option<RefName>,
}

/// The largest content, as JSON.
const MOST_CONTENT: usize = 16 << 20;
/// The most characters of a note.
const MOST_NOTE: usize = 4096;

/// Refuses what no version may hold. A template that cannot be rendered may be saved: it is work in
/// progress, and its diagnostics are shown.
pub(crate) fn check_content_for_saving(content: &Content) -> Result<(), ApiError> {
    let mut problems = formaops_validate::check_variables(&content.variables);
    problems.extend(formaops_validate::check_validations(&content.validations));
    if !problems.is_empty() {
        let problems = problems.into_iter().map(Problem::from).collect();
        return Err(ApiError::problems(ErrorCode::Invalid, problems));
    }
    content
        .settings
        .parameters
        .check()
        .map_err(|wrong| ApiError::invalid("settings.parameters", wrong.to_string()))?;
    check_attachments(content)?;
    let bytes: usize = content.body.templates().map(str::len).sum();
    if bytes > MOST_CONTENT {
        return Err(ApiError::invalid(
            "body",
            format!("a prompt has at most {MOST_CONTENT} bytes of text, got {bytes}"),
        ));
    }
    Ok(())
}

/// The version of a prompt that a text means; the head where there is none.
pub(super) async fn find_version(
    app: &App,
    prompt: &Prompt,
    text: Option<&str>,
) -> Result<Version, ApiError> {
    let selector = match text {
        Some(text) => text
            .parse()
            .map_err(|error: formaops_domain::InvalidName| ApiError::invalid("version", error.to_string()))?,
        None => VersionSelector::Head,
    };
    app.store.find_version(prompt.id, &selector).await?.ok_or_else(|| match text {
        Some(text) => ApiError::not_found(
            &format!("version of `{}`", prompt.name),
            text,
            "`formaops version list` shows its versions.",
        ),
        None => ApiError::new(
            ErrorCode::NotFound,
            format!("`{}` was never saved", prompt.name),
            "Save it first, or run its draft.",
        ),
    })
}

pub(crate) async fn version_list(
    app: &App,
    _: &Caller,
    request: ListVersions,
) -> Result<Page<VersionEntry>, ApiError> {
    let prompt = find_prompt(app, &request.id).await?;
    let filter = EntryFilter { tag: request.tag, note: request.note.filter(|note| !note.is_empty()) };
    let limit = limit(request.limit)?;
    Ok(app.store.list_version_entries(prompt.id, filter, request.cursor.as_deref(), limit).await?)
}

pub(crate) async fn version_update(
    app: &App,
    _: &Caller,
    request: UpdateVersion,
) -> Result<VersionEntry, ApiError> {
    let tags = tidy_tags(&request.tags)?;
    let prompt = find_prompt(app, &request.id).await?;
    let version = find_version(app, &prompt, Some(&request.version)).await?;
    let entry = app.store.update_version_tags(prompt.id, version.id, tags).await?;
    app.changed(Noun::Prompt, prompt.id);
    Ok(entry)
}

pub(crate) async fn version_get(app: &App, _: &Caller, request: GetVersion) -> Result<Version, ApiError> {
    let prompt = find_prompt(app, &request.id).await?;
    find_version(app, &prompt, Some(&request.version)).await
}

pub(crate) async fn version_create(
    app: &App,
    caller: &Caller,
    request: CreateVersion,
) -> Result<Version, ApiError> {
    let prompt = find_prompt(app, &request.id).await?;
    let (content, branch) = match request.content {
        Some(content) => (content, request.branch),
        None => match app.store.find_draft(prompt.id).await? {
            Some(draft) => (draft.content, request.branch.or(Some(draft.branch))),
            None => return find_version(app, &prompt, request.branch.as_ref().map(RefName::as_str)).await,
        },
    };
    save(app, caller, &prompt, content, branch, request.note, request.base).await
}

/// Refuses a note that is too long.
pub(super) fn check_note(note: &str) -> Result<(), ApiError> {
    if note.chars().count() > MOST_NOTE {
        return Err(ApiError::invalid("note", format!("a note has at most {MOST_NOTE} characters")));
    }
    Ok(())
}

async fn save(
    app: &App,
    caller: &Caller,
    prompt: &Prompt,
    content: Content,
    branch: Option<RefName>,
    note: String,
    base: Option<VersionId>,
) -> Result<Version, ApiError> {
    check_content_for_saving(&content)?;
    check_note(&note)?;
    let branch = branch.unwrap_or_else(RefName::main);
    let onto = Onto { branch: branch.clone(), merged: None };
    let new = NewVersion { prompt: prompt.id, content, note, author: app.actor(caller), at: app.now() };
    let version = app.store.save_version_on(new, onto, base).await?;
    // What was typed is in the version now; the inputs that stand beside it are kept.
    if let Some(draft) = app.store.find_draft(prompt.id).await?
        && draft.branch == branch
        && draft.content.hash() == version.content_hash
    {
        app.store.save_draft(formaops_domain::Draft { base: Some(version.id), ..draft }).await?;
    }
    app.changed(Noun::Prompt, prompt.id);
    Ok(version)
}

pub(crate) async fn version_restore(
    app: &App,
    caller: &Caller,
    request: RestoreVersion,
) -> Result<Version, ApiError> {
    let prompt = find_prompt(app, &request.id).await?;
    let old = find_version(app, &prompt, Some(&request.version)).await?;
    let name = old.number.map_or_else(|| old.id.short(), |number| format!("v{number}"));
    save(app, caller, &prompt, old.content, request.branch, format!("Restored {name}"), None).await
}

pub(crate) async fn version_compare(
    app: &App,
    _: &Caller,
    request: CompareVersions,
) -> Result<VersionComparison, ApiError> {
    let prompt = find_prompt(app, &request.id).await?;
    let from = find_version(app, &prompt, Some(&request.from)).await?.content;
    let to = match (&request.to, app.store.find_draft(prompt.id).await?) {
        (None, Some(draft)) => draft.content,
        (to, _) => find_version(app, &prompt, to.as_deref()).await?.content,
    };
    let file = |content: &Content| formaops_template::to_prompt_file(content, &PromptMeta::default());
    let (from_text, to_text) = (file(&from), file(&to));
    let unified =
        similar::TextDiff::from_lines(&from_text, &to_text).unified_diff().context_radius(3).to_string();
    let changes = compare(&from, &to);
    Ok(VersionComparison { equal: from == to, changes, from: from_text, to: to_text, unified })
}
