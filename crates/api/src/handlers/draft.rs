//! Drafts: unsaved work that a crash does not take.

use super::{
    PromptKey, attachment::check_attachments, partial::Whole, prompt::find_prompt, version::find_version,
};
use crate::{ApiError, App, Caller};
use formaops_domain::{Content, Draft, JsonObject, Noun, Prompt, PromptId, RefName, Timestamp, VersionId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Keeps unsaved work.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutDraft {
    /// The prompt.
    pub id: PromptKey,
    /// The work.
    pub content: Content,
    /// The branch that it is for; where absent, the one that the draft was for, or `main`.
    #[serde(default)]
    pub branch: Option<RefName>,
    /// The version that is being edited; the head of the branch where absent.
    #[serde(default)]
    pub base: Option<VersionId>,
    /// The inputs as they are entered; values of sensitive variables are left out of what is kept.
    #[serde(default)]
    pub inputs: JsonObject,
}

/// Unsaved work that is kept, without the work itself: who sent it has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeptDraft {
    /// The prompt.
    pub prompt_id: PromptId,
    /// The branch that it is for.
    pub branch: RefName,
    /// The version that is being edited.
    pub base: Option<VersionId>,
    /// When it was kept.
    pub updated_at: Timestamp,
}

/// Throws unsaved work away.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteDraft {
    /// The prompt.
    pub id: PromptKey,
}

pub(crate) async fn draft_put(app: &App, _: &Caller, request: PutDraft) -> Result<KeptDraft, ApiError> {
    check_attachments(&request.content)?;
    let prompt = find_prompt(app, &request.id).await?;
    let (prompt_id, updated_at) = (prompt.id, app.now());
    let PutDraft { content, mut inputs, branch, base, .. } = request;
    let branch = match branch {
        Some(branch) => branch,
        None => app.store.find_draft(prompt_id).await?.map_or_else(RefName::main, |draft| draft.branch),
    };
    let base = match base {
        None if branch == RefName::main() => prompt.head,
        None => Some(find_version(app, &prompt, Some(branch.as_str())).await?.id),
        base => base,
    };
    let whole = Whole::now(app, content.clone()).await?;
    for variable in whole.variables().iter().filter(|variable| variable.sensitive) {
        inputs.shift_remove(&variable.name);
    }
    let draft = Draft { prompt_id, content, branch: branch.clone(), base, inputs, updated_at };
    app.store.save_draft(draft).await?;
    app.changed(Noun::Prompt, prompt_id);
    Ok(KeptDraft { prompt_id, branch, base, updated_at })
}

pub(crate) async fn draft_delete(app: &App, _: &Caller, request: DeleteDraft) -> Result<Prompt, ApiError> {
    let prompt = find_prompt(app, &request.id).await?;
    app.store.delete_draft(prompt.id).await?;
    app.changed(Noun::Prompt, prompt.id);
    Ok(app.store.get_prompt(prompt.id).await?)
}
