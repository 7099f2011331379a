//! Finding prompts, versions and executions by words.

use super::limit;
use crate::{ApiError, App, Caller};
use formaops_domain::{Hit, HitKind, Page, PromptStatus, Timestamp};
use formaops_store::HitFilter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for what has words.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListHits {
    /// The words, of which the first 32 count and the last may be just begun. Prompts are also found by three or more
    /// letters inside their names and titles. Nothing in it is an operator.
    pub text: String,
    /// Only these kinds: `prompt`, `version`, `execution`; all where absent.
    #[serde(default)]
    pub kinds: Vec<HitKind>,
    /// Only prompts with this tag, and what is of them.
    #[serde(default)]
    pub tag: Option<String>,
    /// Only prompts with this status, and what is of them.
    #[serde(default)]
    pub status: Option<PromptStatus>,
    /// Only prompts with this label, the versions that it names, and executions of those.
    #[serde(default)]
    pub label: Option<String>,
    /// Only executions on this model, as `provider:model`, or on one of this provider; versions that suggest it; and
    /// prompts whose newest version does.
    #[serde(default)]
    pub model: Option<String>,
    /// Only what was changed, saved or made at this moment or later.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Only what was changed, saved or made before this moment.
    #[serde(default)]
    pub to: Option<Timestamp>,
    /// Where to go on, from the page before.
    #[serde(default)]
    pub cursor: Option<String>,
    /// The most items, 1 to 1,000; 100 where absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

pub(crate) async fn hit_list(app: &App, _: &Caller, request: ListHits) -> Result<Page<Hit>, ApiError> {
    let limit = limit(request.limit)?;
    let filter = HitFilter {
        kinds: request.kinds,
        tag: request.tag,
        status: request.status,
        label: request.label,
        model: request.model,
        from: request.from,
        to: request.to,
    };
    Ok(app.store.list_hits(&request.text, &filter, request.cursor.as_deref(), limit).await?)
}
