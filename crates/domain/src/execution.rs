//! Executions, the cells of a run, and their attempts on the wire.

use crate::{
    AttemptId, Day, ExecutionId, Failure, ModelRef, NanoUsd, Parameters, Price, PromptId, RequestHash, RunId,
    Span, Timestamp, ToolCall, ValidationResult, ValidationStatus, VersionId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One cell of a run: one version, one model, one input, one repeat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    /// Its identity.
    pub id: ExecutionId,
    /// The run it is a cell of.
    pub run_id: RunId,
    /// The prompt.
    pub prompt_id: PromptId,
    /// The exact version.
    pub version_id: VersionId,
    /// The column, from 0.
    pub variant: u32,
    /// The row, from 0.
    pub case: u32,
    /// The repeat of the cell, from 0.
    pub repeat: u32,
    /// 0 at first, one more at each retry; screens show the newest.
    pub generation: u32,
    /// Where it stands.
    pub status: ExecutionStatus,
    /// The model.
    pub model: ModelRef,
    /// The model that answered in its place, from the run's fallback chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<ModelRef>,
    /// The parameters as they are sent.
    pub parameters: Parameters,
    /// The first characters of the answer (at most 256); `execution_output` gives it all.
    pub preview: String,
    /// The length of the answer so far in bytes of UTF-8.
    pub output_bytes: u64,
    /// The length of the reasoning in bytes of UTF-8; 0 until the execution has ended.
    pub reasoning_bytes: u64,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// The try that comes next, while it waits for it after one that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// Times, tokens and cost.
    pub metrics: Metrics,
    /// Why the model stopped.
    pub finish: Option<Finish>,
    /// The tools that the model asks to be called, in order.
    #[serde(default)]
    pub tool_calls: Vec<ToolCall>,
    /// The result of its validations, all together.
    pub validation_status: ValidationStatus,
    /// The weighted mean of the scores of its validations, from 0 to 1; absent where there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// The result of each validation.
    pub validations: Vec<ValidationResult>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it left the queue.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}

/// A try that is still to come, after one that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Retry {
    /// The number of the attempt that comes next, from 2.
    pub attempt: u32,
    /// The number of the last one that will be made.
    pub last: u32,
    /// The model that is asked, where it is another one than before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelRef>,
    /// When it is due. It may have to wait for its turn then.
    pub at: Timestamp,
    /// Why the one before failed.
    pub failure: Failure,
    /// What the model is told of its answer, where that did not hold to the rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<Feedback>,
}

/// What a model is told when it is asked again because its answer did not hold to the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Feedback {
    /// How often it is asked again for that, from 1.
    pub round: u8,
    /// What it had answered; absent where that is longer than [`Feedback::MOST_ANSWER_BYTES`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// What does not hold, in the words of the rules, one a line.
    pub reasons: String,
}

impl Feedback {
    /// The longest answer that a model is shown again, in bytes.
    pub const MOST_ANSWER_BYTES: usize = 16 << 10;
}

/// Where an execution stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExecutionStatus {
    /// Waiting for its turn.
    Pending,
    /// Under way.
    Running,
    /// The model answered.
    Completed,
    /// It ended with a failure; text that came before is kept.
    Failed,
    /// It was cancelled; text that came before is kept.
    Cancelled,
}

impl ExecutionStatus {
    /// Whether nothing more will happen.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// One try of an execution on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// Its identity.
    pub id: AttemptId,
    /// The execution it is a try of.
    pub execution_id: ExecutionId,
    /// From 1.
    pub number: u32,
    /// Where it stands.
    pub status: AttemptStatus,
    /// The model that was asked.
    pub model: ModelRef,
    /// The name of what was sent.
    pub request_hash: Option<RequestHash>,
    /// The provider's own id of the request.
    pub request_id: Option<String>,
    /// The HTTP status of the answer.
    pub http_status: Option<u16>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Times, tokens and cost.
    pub metrics: Metrics,
    /// The price the cost was worked out from.
    pub price: Option<Price>,
    /// The most that it could cost, set aside before it was sent; unknown where the price or the longest answer is.
    pub reserved_usd: Option<NanoUsd>,
    /// The day that it counts for, in the time zone of the workspace.
    pub day: Day,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}

/// Where an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AttemptStatus {
    /// On the wire.
    Running,
    /// The provider answered to the end.
    Succeeded,
    /// It ended with a failure.
    Failed,
    /// It was cancelled; the connection was closed.
    Cancelled,
    /// The process that made it ended first.
    Interrupted,
}

/// Times, tokens and cost of an execution or attempt.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Metrics {
    /// From the start of the attempt to its end.
    pub latency_ms: Option<Span>,
    /// From the start of the attempt to the first text or reasoning.
    pub first_token_ms: Option<Span>,
    /// Output tokens over the time between first token and end.
    pub tokens_per_second: Option<f64>,
    /// The tokens, as reported or estimated (see [`Metrics::basis`]).
    pub token_usage: Option<Usage>,
    /// The cost; unknown where the price is.
    pub cost_usd: Option<NanoUsd>,
    /// What tokens and cost rest on.
    pub basis: CostBasis,
    /// What is known of the call that the answer comes from, where it was not asked for again: it was recorded, or is
    /// that of the run which was graded anew. All times and tokens are those of that call; nothing was spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replayed: Option<Replayed>,
}

impl Metrics {
    /// The same of an answer that is not asked for again: nothing is spent, and what it did cost is told beside that.
    #[must_use]
    pub fn replayed(self, recorded_at: Timestamp) -> Self {
        let first = Replayed { cost_usd: self.cost_usd, recorded_at };
        Self { cost_usd: Some(NanoUsd::ZERO), replayed: Some(self.replayed.unwrap_or(first)), ..self }
    }

    /// The same as it was when the answer was asked for: what rules are decided from, so that they say of a recording
    /// what they said of the call.
    #[must_use]
    pub fn as_recorded(self) -> Self {
        match self.replayed {
            Some(Replayed { cost_usd, .. }) => Self { cost_usd, replayed: None, ..self },
            None => self,
        }
    }
}

/// The call that an answer comes from which was not asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Replayed {
    /// What it cost; unknown where the price was.
    pub cost_usd: Option<NanoUsd>,
    /// When it had ended.
    pub recorded_at: Timestamp,
}

/// What a number of tokens and a cost rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CostBasis {
    /// The provider said so.
    Reported,
    /// Counted here.
    Estimated,
    /// The most it can have been.
    WorstCase,
    /// Not known.
    #[default]
    Unknown,
}

/// Tokens of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Of the request, cached ones included.
    pub input_tokens: u64,
    /// Of the request, read from a cache.
    pub cached_tokens: u64,
    /// Of the request, written to a cache.
    pub cache_write_tokens: u64,
    /// Of the answer, reasoning included.
    pub output_tokens: u64,
    /// Of the answer, spent on reasoning.
    pub reasoning_tokens: u64,
}

impl Usage {
    /// Output tokens per second between the first token and the end; `None` where no time passed.
    #[must_use]
    pub fn tokens_per_second(&self, first_token: Span, end: Span) -> Option<f64> {
        let seconds = end.as_secs_f64() - first_token.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a rate for people, far below 2^52 tokens")]
        (seconds > 0.0 && self.output_tokens > 0).then(|| self.output_tokens as f64 / seconds)
    }
}

/// Why a model stopped, in the one set of words and in the provider's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finish {
    /// The reason, whatever the provider calls it.
    pub reason: FinishReason,
    /// The provider's word for it, as it came; absent where it gave none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
}

impl Finish {
    /// A reason with the provider's word for it.
    pub fn new(reason: FinishReason, word: impl Into<String>) -> Self {
        Self { reason, word: Some(word.into()) }
    }
}

impl From<FinishReason> for Finish {
    fn from(reason: FinishReason) -> Self {
        Self { reason, word: None }
    }
}

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FinishReason {
    /// It was done.
    Stop,
    /// It reached the most tokens of an answer.
    Length,
    /// The provider held the answer back, or cut it, for what it says.
    ContentFilter,
    /// The model declined to answer; its text, if any, says so.
    Refusal,
    /// It asks for tools to be called.
    ToolCalls,
    /// Another reason: see the provider's word.
    Other,
}
