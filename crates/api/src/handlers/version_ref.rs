//! Branches and labels: the names of versions, and where they point.

use super::{PromptKey, prompt::find_prompt, version::find_version};
use crate::{ApiError, App, Caller};
use formaops_domain::{Noun, Page, RefKind, RefName, VersionId, VersionRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for the branches and labels of a prompt.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListRefs {
    /// The prompt.
    pub id: PromptKey,
}

/// Points a branch or a label to a version.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutRef {
    /// The prompt.
    pub id: PromptKey,
    /// The name: lower-case letters, digits, `.`, `_` and `-`, and nothing that reads as a version.
    pub name: RefName,
    /// `v12`, a branch, a label, or the start of a version's hash; the head of `main` where absent.
    #[serde(default)]
    pub version: Option<String>,
    /// Where it was seen to point. Where it points elsewhere by now, it is not moved (`stale`).
    #[serde(default)]
    pub expected: Option<VersionId>,
}

/// Takes a branch or a label away.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteRef {
    /// The prompt.
    pub id: PromptKey,
    /// The name.
    pub name: RefName,
}

/// A branch or a label that was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MovedRef {
    /// Where it points now.
    #[serde(rename = "ref")]
    pub name: VersionRef,
    /// Where it pointed before; absent where it is new.
    pub from: Option<VersionId>,
}

pub(crate) async fn ref_list(app: &App, _: &Caller, request: ListRefs) -> Result<Page<VersionRef>, ApiError> {
    let prompt = find_prompt(app, &request.id).await?;
    Ok(Page::whole(app.store.list_refs(prompt.id).await?))
}

async fn put(app: &App, kind: RefKind, request: PutRef) -> Result<MovedRef, ApiError> {
    let prompt = find_prompt(app, &request.id).await?;
    let version = find_version(app, &prompt, request.version.as_deref()).await?;
    let moved = app.store.put_ref(&version, kind, request.name, request.expected, app.now()).await?;
    app.changed(Noun::Prompt, prompt.id);
    Ok(MovedRef { name: moved.name, from: moved.from })
}

async fn delete(app: &App, kind: RefKind, request: DeleteRef) -> Result<VersionRef, ApiError> {
    let prompt = find_prompt(app, &request.id).await?;
    let deleted = app.store.delete_ref(prompt.id, kind, request.name).await?;
    app.changed(Noun::Prompt, prompt.id);
    Ok(deleted)
}

pub(crate) async fn branch_put(app: &App, _: &Caller, request: PutRef) -> Result<MovedRef, ApiError> {
    put(app, RefKind::Branch, request).await
}

pub(crate) async fn branch_delete(app: &App, _: &Caller, request: DeleteRef) -> Result<VersionRef, ApiError> {
    delete(app, RefKind::Branch, request).await
}

pub(crate) async fn label_put(app: &App, _: &Caller, request: PutRef) -> Result<MovedRef, ApiError> {
    put(app, RefKind::Label, request).await
}

pub(crate) async fn label_delete(app: &App, _: &Caller, request: DeleteRef) -> Result<VersionRef, ApiError> {
    delete(app, RefKind::Label, request).await
}
