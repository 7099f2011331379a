//! Prompts: found, made, renamed, tagged, archived, deleted and brought back.

use super::{PromptKey, limit, partial::require_unused, version::check_content_for_saving};
use crate::{ApiError, App, Caller};
use formaops_domain::{
    ActorId, Content, Draft, Noun, Page, Prompt, PromptId, PromptName, PromptStatus, RefName, Version,
    VersionRef, VersionSelector,
};
use formaops_store::{NewVersion, PromptChange, PromptFilter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for prompts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPrompts {
    /// Only those with this text in name, title or description, without regard to case.
    #[serde(default)]
    pub search: Option<String>,
    /// Only those with this tag.
    #[serde(default)]
    pub tag: Option<String>,
    /// Only those with this label.
    #[serde(default)]
    pub label: Option<String>,
    /// Only those with this status; where absent, all but the archived.
    #[serde(default)]
    pub status: Option<PromptStatus>,
    /// Only those in the bin.
    #[serde(default)]
    pub deleted: bool,
    /// Where to go on, from the page before.
    #[serde(default)]
    pub cursor: Option<String>,
    /// The most items, 1 to 1,000; 100 where absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Asks for the tags in use.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListTags {}

/// A tag and how many prompts have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TagCount {
    /// The tag.
    pub tag: String,
    /// Prompts that are not deleted.
    pub prompts: u64,
}

/// Asks for the labels in use.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListLabels {}

/// A label and how many prompts have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LabelCount {
    /// The label.
    pub label: String,
    /// Prompts that are not deleted.
    pub prompts: u64,
}

/// Asks for a prompt.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetPrompt {
    /// The prompt.
    pub id: PromptKey,
}

/// A prompt with what an editor needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PromptDetail {
    /// The prompt.
    pub prompt: Prompt,
    /// The branch that the work on it is for.
    pub branch: RefName,
    /// The newest version of that branch.
    pub head: Option<Version>,
    /// Unsaved work and the inputs as they were last entered.
    pub draft: Option<Draft>,
    /// Its branches and labels, branches first.
    pub refs: Vec<VersionRef>,
}

/// Makes a prompt.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreatePrompt {
    /// Its name, free in the workspace.
    pub name: PromptName,
    /// A title for people.
    #[serde(default)]
    pub title: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Words to find it by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What its first version holds.
    #[serde(default)]
    pub content: Content,
    /// The same key and request within 24 hours answer with the prompt that was made the first time.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// Changes a prompt. What is absent stays.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdatePrompt {
    /// The prompt.
    pub id: PromptKey,
    /// A new name.
    #[serde(default)]
    pub name: Option<PromptName>,
    /// A new title.
    #[serde(default)]
    pub title: Option<String>,
    /// A new description.
    #[serde(default)]
    pub description: Option<String>,
    /// A new status.
    #[serde(default)]
    pub status: Option<PromptStatus>,
    /// The tags it shall have.
    #[serde(default)]
    pub tags: Option<Vec<String>>,
    /// Whether it is renamed also where others call it as a partial by the name it has.
    #[serde(default)]
    pub force: bool,
}

/// Deletes a prompt, so that it can be brought back.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeletePrompt {
    /// The prompt.
    pub id: PromptKey,
    /// Whether it is deleted also where others call it as a partial.
    #[serde(default)]
    pub force: bool,
}

/// Brings a deleted prompt back.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UndeletePrompt {
    /// The prompt, by its id: its name may have been given to another.
    pub id: PromptId,
}

/// The most characters of a tag, and the most tags of a prompt.
const MOST_TAG: usize = 64;
const MOST_TAGS: usize = 64;
/// The most characters of a title and of a description.
const MOST_TITLE: usize = 256;
const MOST_DESCRIPTION: usize = 16 << 10;

/// The prompt that a key means, outside the bin or in it.
pub(crate) async fn find_prompt(app: &App, key: &PromptKey) -> Result<Prompt, ApiError> {
    match key {
        PromptKey::Id(id) => Ok(app.store.get_prompt(*id).await?),
        PromptKey::Name(name) => app.store.find_prompt_by_name(name).await?.ok_or_else(|| {
            ApiError::not_found(
                "prompt",
                name,
                "`formaops prompt list` shows every prompt; it may be in the bin.",
            )
        }),
    }
}

async fn detail(app: &App, prompt: Prompt) -> Result<PromptDetail, ApiError> {
    let draft = app.store.find_draft(prompt.id).await?;
    let branch = draft.as_ref().map_or_else(RefName::main, |draft| draft.branch.clone());
    let head = app.store.find_version(prompt.id, &VersionSelector::Named(branch.clone())).await?;
    let refs = app.store.list_refs(prompt.id).await?;
    Ok(PromptDetail { prompt, branch, head, draft, refs })
}

/// Sorted, without blanks around and without doubles.
pub(super) fn tidy_tags(tags: &[String]) -> Result<Vec<String>, ApiError> {
    let mut tags: Vec<String> = tags.iter().map(|tag| tag.trim().to_owned()).collect();
    tags.sort();
    tags.dedup();
    if let Some(tag) = tags.iter().find(|tag| tag.is_empty() || tag.chars().count() > MOST_TAG) {
        return Err(ApiError::invalid("tags", format!("a tag has 1 to {MOST_TAG} characters, got `{tag}`")));
    }
    if tags.len() > MOST_TAGS {
        return Err(ApiError::invalid(
            "tags",
            format!("there can be at most {MOST_TAGS} tags, got {}", tags.len()),
        ));
    }
    Ok(tags)
}

/// Refuses a title or description that is too long, and gives the tags as they are kept.
pub(crate) fn check_words(title: &str, description: &str, tags: &[String]) -> Result<Vec<String>, ApiError> {
    check_length("title", Some(title), MOST_TITLE)?;
    check_length("description", Some(description), MOST_DESCRIPTION)?;
    tidy_tags(tags)
}

fn check_length(field: &str, text: Option<&str>, most: usize) -> Result<(), ApiError> {
    match text.map(|text| text.chars().count()) {
        Some(length) if length > most => {
            Err(ApiError::invalid(field, format!("`{field}` has at most {most} characters, got {length}")))
        }
        _ => Ok(()),
    }
}

pub(crate) async fn prompt_list(
    app: &App,
    _: &Caller,
    request: ListPrompts,
) -> Result<Page<Prompt>, ApiError> {
    let limit = limit(request.limit)?;
    let filter = PromptFilter {
        search: request.search.filter(|search| !search.trim().is_empty()),
        tag: request.tag,
        label: request.label,
        status: request.status,
        archived: request.deleted,
        deleted: request.deleted,
    };
    Ok(app.store.list_prompts(filter, request.cursor.as_deref(), limit).await?)
}

pub(crate) async fn tag_list(app: &App, _: &Caller, _: ListTags) -> Result<Page<TagCount>, ApiError> {
    let count = |tag: formaops_store::TagCount| TagCount { tag: tag.tag, prompts: tag.prompts.into() };
    Ok(Page::whole(app.store.list_tags().await?.into_iter().map(count).collect()))
}

pub(crate) async fn label_list(app: &App, _: &Caller, _: ListLabels) -> Result<Page<LabelCount>, ApiError> {
    let count =
        |label: formaops_store::LabelCount| LabelCount { label: label.label, prompts: label.prompts.into() };
    Ok(Page::whole(app.store.list_labels().await?.into_iter().map(count).collect()))
}

pub(crate) async fn prompt_get(app: &App, _: &Caller, request: GetPrompt) -> Result<PromptDetail, ApiError> {
    let prompt = find_prompt(app, &request.id).await?;
    detail(app, prompt).await
}

/// What a new prompt is called and found by.
pub(crate) struct PromptFacts {
    pub(crate) name: PromptName,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) tags: Vec<String>,
}

impl PromptFacts {
    /// A new prompt, which was never saved.
    pub(crate) fn into_prompt(self, app: &App) -> Prompt {
        let now = app.now();
        Prompt {
            id: app.ids.prompt(),
            name: self.name,
            title: self.title,
            description: self.description,
            status: PromptStatus::Draft,
            tags: self.tags,
            head: None,
            head_number: None,
            has_draft: false,
            created_at: now,
            updated_at: now,
            published_at: None,
            deleted_at: None,
        }
    }
}

/// Makes a prompt and its first version.
pub(crate) async fn insert(
    app: &App,
    author: ActorId,
    facts: PromptFacts,
    content: Content,
    note: String,
) -> Result<Version, ApiError> {
    let now = app.now();
    let prompt = facts.into_prompt(app);
    let id = app.store.insert_prompt(prompt, author).await?.id;
    let first = NewVersion { prompt: id, content, note, author, at: now };
    Ok(app.store.save_version(first, None).await?)
}

/// The prompt that the runs of judges belong to; it lies in the archive.
pub(crate) async fn judge_prompt(app: &App) -> Result<Prompt, ApiError> {
    let name: PromptName = "formaops/judge"
        .parse()
        .map_err(|error: formaops_domain::InvalidName| ApiError::invalid("name", error.to_string()))?;
    let find = || app.store.find_prompt_by_name(&name);
    if let Some(prompt) = find().await? {
        return Ok(prompt);
    }
    let facts = PromptFacts {
        name: name.clone(),
        title: "Judges".to_owned(),
        description: "What models are told that judge the answers of others. FormaOps made it.".to_owned(),
        tags: Vec::new(),
    };
    let prompt = Prompt { status: PromptStatus::Archived, ..facts.into_prompt(app) };
    match app.store.insert_prompt(prompt, app.person()).await {
        Ok(prompt) => Ok(prompt),
        // Another judge was faster.
        Err(error) => find().await?.ok_or_else(|| error.into()),
    }
}

pub(crate) async fn prompt_create(
    app: &App,
    caller: &Caller,
    request: CreatePrompt,
) -> Result<PromptDetail, ApiError> {
    let tags = check_words(&request.title, &request.description, &request.tags)?;
    check_content_for_saving(&request.content)?;
    // Saving checks this too, but by then the prompt is there.
    app.store.check_attachments(&request.content).await?;
    let facts =
        PromptFacts { name: request.name, title: request.title, description: request.description, tags };
    let version = insert(app, app.actor(caller), facts, request.content, String::new()).await?;
    let id = version.prompt_id;
    app.changed(Noun::Prompt, id);
    detail(app, app.store.get_prompt(id).await?).await
}

pub(crate) async fn prompt_update(app: &App, _: &Caller, request: UpdatePrompt) -> Result<Prompt, ApiError> {
    check_length("title", request.title.as_deref(), MOST_TITLE)?;
    check_length("description", request.description.as_deref(), MOST_DESCRIPTION)?;
    let before = find_prompt(app, &request.id).await?;
    if !request.force && request.name.as_ref().is_some_and(|name| *name != before.name) {
        require_unused(app, &before, "rename it").await?;
    }
    let id = before.id;
    let change = PromptChange {
        name: request.name,
        title: request.title,
        description: request.description,
        status: request.status,
        tags: request.tags.as_deref().map(tidy_tags).transpose()?,
    };
    let prompt = app.store.update_prompt(id, change, app.now()).await?;
    app.changed(Noun::Prompt, id);
    Ok(prompt)
}

pub(crate) async fn prompt_delete(app: &App, _: &Caller, request: DeletePrompt) -> Result<Prompt, ApiError> {
    let before = find_prompt(app, &request.id).await?;
    if !request.force && before.deleted_at.is_none() {
        require_unused(app, &before, "delete it").await?;
    }
    let id = before.id;
    let prompt = app.store.delete_prompt(id, app.now()).await?;
    app.changed(Noun::Prompt, id);
    Ok(prompt)
}

pub(crate) async fn prompt_undelete(
    app: &App,
    _: &Caller,
    request: UndeletePrompt,
) -> Result<Prompt, ApiError> {
    let prompt = app.store.undelete_prompt(request.id).await?;
    app.changed(Noun::Prompt, request.id);
    Ok(prompt)
}
