//! The history of runs: listed, filtered, and searched by words.

use super::{PromptKey, SuiteKey, limit, prompt::find_prompt, suite::find_suite};
use crate::{ApiError, App, Caller};
use formaops_domain::{Match, Page, Run, RunId, RunStatus, Timestamp};
use formaops_store::RunFilter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for runs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListRuns {
    /// Only those of this prompt.
    #[serde(default)]
    pub prompt: Option<PromptKey>,
    /// Only those of this suite.
    #[serde(default)]
    pub suite: Option<SuiteKey>,
    /// Only those with this status.
    #[serde(default)]
    pub status: Option<RunStatus>,
    /// Only those of which an execution failed.
    #[serde(default)]
    pub failing: bool,
    /// Only those with this model, as `provider:model`, or with one of this provider.
    #[serde(default)]
    pub model: Option<String>,
    /// Only those started at this moment or later.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Only those started before this moment.
    #[serde(default)]
    pub to: Option<Timestamp>,
    /// Only those with these words, the last of which may be just begun: in the name of the prompt, the inputs,
    /// or the first 64 KiB of an answer. Executions can be found once they have ended; the runs are listed by
    /// the newest that has all the words.
    #[serde(default)]
    pub text: Option<String>,
    /// Where to go on, from the page before.
    #[serde(default)]
    pub cursor: Option<String>,
    /// The most items, 1 to 1,000; 100 where absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Asks where runs have words.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListMatches {
    /// The words, as they were given to the list of runs.
    pub text: String,
    /// The runs, at most 100.
    pub runs: Vec<RunId>,
}

/// The most runs that are looked at for where they have words.
const MOST_MATCHES: usize = 100;

pub(crate) async fn run_list(app: &App, _: &Caller, request: ListRuns) -> Result<Page<Run>, ApiError> {
    let prompt = match &request.prompt {
        Some(key) => Some(find_prompt(app, key).await?.id),
        None => None,
    };
    let suite = match &request.suite {
        Some(key) => Some(find_suite(app, key).await?.id),
        None => None,
    };
    let filter = RunFilter {
        prompt,
        suite,
        status: request.status,
        failing: request.failing,
        model: request.model,
        from: request.from,
        to: request.to,
        text: request.text,
    };
    Ok(app.store.list_runs(filter, request.cursor.as_deref(), limit(request.limit)?).await?)
}

pub(crate) async fn match_list(app: &App, _: &Caller, request: ListMatches) -> Result<Page<Match>, ApiError> {
    if request.runs.len() > MOST_MATCHES {
        let message = format!("`runs` must have at most {MOST_MATCHES}, got {}", request.runs.len());
        return Err(ApiError::invalid("runs", message));
    }
    Ok(Page { items: app.store.list_matches(&request.text, &request.runs).await?, next: None })
}
