//! Runs: one request of the user, made of executions.

use crate::{
    ActorId, Execution, ExecutionId, ExecutionStatus, JsonObject, ModelRef, NanoUsd, Parameters, Price,
    PromptId, PromptName, Role, RunId, RunSuite, Timestamp, VersionId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;

/// One request of the user: variants (columns) times cases (rows) times repeats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// Its identity.
    pub id: RunId,
    /// What kind of request it is.
    pub kind: RunKind,
    /// Where it stands.
    pub status: RunStatus,
    /// How urgent it is.
    pub priority: Priority,
    /// The prompt.
    pub prompt_id: PromptId,
    /// The prompt's name when it was run.
    pub prompt_name: PromptName,
    /// What it has of the suite it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite: Option<RunSuite>,
    /// What asked for it, where no person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<RunParent>,
    /// The columns, in order.
    pub variants: Vec<Variant>,
    /// The inputs, with sensitive values masked.
    pub inputs: JsonObject,
    /// What was sent along with the rendered prompt.
    #[serde(default)]
    pub context: RunContext,
    /// How often each cell is executed.
    pub repeats: u32,
    /// The most that it may cost; no call is made that could go past it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap_usd: Option<NanoUsd>,
    /// The models that answer in the place of its own while that one is left alone, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallbacks: Vec<Fallback>,
    /// How many of its executions may be on the wire at once, in place of the default limits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<NonZeroU32>,
    /// Whether the first execution that fails cancels what is left.
    #[serde(default)]
    pub fail_fast: bool,
    /// What becomes of it where FormaOps ends before it does.
    #[serde(default)]
    pub on_restart: OnRestart,
    /// Whether it is answered from recordings.
    #[serde(default, skip_serializing_if = "Replay::is_off")]
    pub replay: Replay,
    /// The run whose answers it has, graded anew: it calls no model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regraded: Option<RunId>,
    /// How far it is.
    pub progress: RunProgress,
    /// Who asked for it.
    pub created_by: ActorId,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its first execution started.
    pub started_at: Option<Timestamp>,
    /// When its last execution ended.
    pub completed_at: Option<Timestamp>,
}

/// What kind of request a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RunKind {
    /// One column.
    Single,
    /// Several columns side by side.
    Compare,
    /// All cases of a suite.
    Suite,
}

/// What a run was made for, where another execution needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunParent {
    /// The execution that needs it.
    pub execution_id: ExecutionId,
    /// The run of that execution, whose cap pays.
    pub run_id: RunId,
    /// What for.
    pub purpose: RunPurpose,
}

/// What an execution needs a run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RunPurpose {
    /// A model judges its answer.
    Judge,
    /// A model makes vectors of its answer and of what that is held against.
    Embedding,
}

/// Where a run stands. Whether its executions succeeded is in [`RunProgress`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// Nothing has started yet.
    Pending,
    /// Some execution has started.
    Running,
    /// It starts nothing more until it is resumed; what is on the wire goes on.
    Paused,
    /// Every execution has ended.
    Completed,
    /// It was cancelled; every execution has ended.
    Cancelled,
}

impl RunStatus {
    /// Whether nothing more will happen.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }
}

/// How urgent a run is. Ordered: `Low < Normal < High < Critical`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// When nothing else waits.
    Low,
    /// The usual.
    #[default]
    Normal,
    /// Before the usual.
    High,
    /// Before all; for people and the engine, not for API keys.
    Critical,
}

/// A model that answers in the place of a run's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Fallback {
    /// The model.
    pub model: ModelRef,
    /// What it cost when the run was made; absent where that was unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// The most tokens that it answers with; absent where that is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u64>,
}

/// What becomes of a run where FormaOps ends before it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnRestart {
    /// What had not ended fails as interrupted.
    #[default]
    Fail,
    /// The next start goes on with it.
    Resume,
}

/// Whether a run is answered from recordings in the place of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Replay {
    /// Every answer is asked for.
    #[default]
    Off,
    /// Every answer is one that was recorded, and nothing leaves this machine: what was not recorded fails with
    /// [`ErrorClass::NotRecorded`](crate::ErrorClass::NotRecorded).
    Only,
    /// What was recorded is not asked for again; what was not is.
    Prefer,
}

impl Replay {
    /// Whether every answer is asked for.
    #[must_use]
    pub const fn is_off(&self) -> bool {
        matches!(self, Self::Off)
    }
}

/// A column of a run: one version on one model with its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Variant {
    /// Its prompt, where that is another than the run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<VariantPrompt>,
    /// The exact version.
    pub version_id: VersionId,
    /// Its local number; a snapshot of a draft has none.
    pub version_number: Option<u32>,
    /// The model.
    pub model: ModelRef,
    /// The parameters as they are sent.
    pub parameters: Parameters,
}

impl Variant {
    /// Its prompt in a run.
    #[must_use]
    pub fn prompt_of(&self, run: &Run) -> PromptId {
        self.prompt.as_ref().map_or(run.prompt_id, |prompt| prompt.id)
    }
}

/// The prompt of a column of a suite with several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VariantPrompt {
    /// The prompt.
    pub id: PromptId,
    /// What it is called now.
    pub name: PromptName,
}

/// A version that the templates of a run call as a partial, found when the run was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunPartial {
    /// As templates call it, such as `shared/tone` or `shared/tone@production`.
    pub name: String,
    /// The prompt.
    pub prompt_id: PromptId,
    /// What the prompt is called now.
    pub prompt_name: PromptName,
    /// The exact version.
    pub version_id: VersionId,
    /// Its local number.
    pub version_number: Option<u32>,
}

/// What is sent along with the rendered prompt.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunContext {
    /// Earlier messages of the conversation, put before the last user message of the prompt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<ContextMessage>,
    /// Further JSON that templates see as `@context`.
    #[serde(default, skip_serializing_if = "JsonObject::is_empty")]
    pub data: JsonObject,
}

/// An earlier message of the conversation: plain text, never parsed as a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContextMessage {
    /// Who spoke.
    pub role: Role,
    /// What was said.
    pub text: String,
}

/// How far a run is: counts of its executions' newest generations, and what all attempts cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunProgress {
    /// All of them.
    pub total: u32,
    /// Waiting.
    pub pending: u32,
    /// Under way.
    pub running: u32,
    /// Ended well.
    pub completed: u32,
    /// Ended badly.
    pub failed: u32,
    /// Cancelled.
    pub cancelled: u32,
    /// What all its attempts cost together, failed ones and those of earlier generations too; unknown costs count
    /// as nothing.
    pub cost_usd: NanoUsd,
    /// What its rules cost beside: judges, and models that make vectors. It counts for the cap, too.
    #[serde(default)]
    pub rules_usd: NanoUsd,
}

impl RunProgress {
    /// All that was spent for it.
    #[must_use]
    pub fn spent(&self) -> NanoUsd {
        self.cost_usd + self.rules_usd
    }

    /// The progress of a run with these executions (newest generations only), each with one attempt.
    pub fn of<'a>(executions: impl IntoIterator<Item = &'a Execution>) -> Self {
        executions.into_iter().fold(Self::default(), |mut progress, execution| {
            let count = match execution.status {
                ExecutionStatus::Pending => &mut progress.pending,
                ExecutionStatus::Running => &mut progress.running,
                ExecutionStatus::Completed => &mut progress.completed,
                ExecutionStatus::Failed => &mut progress.failed,
                ExecutionStatus::Cancelled => &mut progress.cancelled,
            };
            *count += 1;
            progress.total += 1;
            progress.cost_usd = progress.cost_usd + execution.metrics.cost_usd.unwrap_or_default();
            progress
        })
    }
}
