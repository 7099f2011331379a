//! What the engine and the hosts need from the outside, for `store`, `providers` and `secrets` to implement.

use crate::{
    Attempt, AttemptId, AttemptStatus, Content, EventBody, Execution, ExecutionId, Failure, FinishReason,
    JsonObject, KeyRef, Metrics, ModelRef, Origin, Parameters, Price, RequestHash, Role, Run, RunContext,
    RunId, RunStatus, Scrubber, Span, Timestamp, Usage, ValidationResult, ValidationStatus,
};
use bytes::Bytes;
use futures::{future::BoxFuture, stream::BoxStream};
use std::{sync::Arc, time::Duration};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The wall clock: for what is stored and shown, never for measuring.
    fn now(&self) -> Timestamp;
    /// A clock that never steps back, from some fixed moment of this process.
    fn monotonic(&self) -> Duration;
}

/// Counts tokens.
pub trait TokenCounter: Send + Sync {
    /// The tokens of a text for a model.
    fn count(&self, model: &str, text: &str) -> TokenCount;
}

/// A number of tokens, and whether it is exact for the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenCount {
    /// The tokens.
    pub tokens: u64,
    /// Whether the model's own vocabulary was used; otherwise it is an estimate.
    pub exact: bool,
}

/// The headers of a request on its way out. Its `Debug` shows no value.
#[derive(Default)]
pub struct RequestHeaders(Vec<(&'static str, String)>);

impl RequestHeaders {
    /// Adds a header whose value must never be shown or kept.
    pub fn add_secret(&mut self, name: &'static str, value: String) {
        self.0.push((name, value));
    }

    /// The headers, for the one client that sends them.
    #[must_use]
    pub fn into_inner(self) -> Vec<(&'static str, String)> {
        self.0
    }
}

impl std::fmt::Debug for RequestHeaders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// How a wire format carries its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlacement {
    /// `Authorization: Bearer KEY`.
    Bearer,
}

/// Puts keys into requests. The only port that touches a key.
pub trait Signer: Send + Sync {
    /// Adds the key that `key` refers to, for a request to `origin`.
    ///
    /// # Errors
    /// [`crate::ErrorClass::NoKey`] where there is none, or it may not travel to that origin.
    fn sign(
        &self,
        key: &KeyRef,
        origin: &Origin,
        placement: KeyPlacement,
        headers: &mut RequestHeaders,
    ) -> Result<(), Failure>;

    /// Takes the live key out of what a provider sends back: an error that quotes the key, or a
    /// model that repeats it, must not be kept or shown.
    fn scrubber(&self, key: &KeyRef) -> Scrubber;
}

/// A message that is ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelMessage {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub text: String,
}

/// One call of a model, ready to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRequest {
    /// The model's id as the provider knows it.
    pub model: String,
    /// The messages in order.
    pub messages: Vec<ModelMessage>,
    /// The parameters as they are sent.
    pub parameters: Parameters,
    /// How long to wait for what.
    pub timeouts: Timeouts,
}

/// How long a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For connecting, and for silence between chunks.
    pub idle: Duration,
    /// For the first byte of the answer's body.
    pub first_token: Duration,
    /// For the whole attempt.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { idle: seconds(30), first_token: seconds(180), total: seconds(600) }
    }
}

/// A piece of a model's answer, in the order it came.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamPart {
    /// The request is about to be sent; always the first part.
    Sent {
        /// The name of what is sent.
        request_hash: RequestHash,
    },
    /// The status line and headers came.
    Head {
        /// The HTTP status; absent where there is no HTTP.
        http_status: Option<u16>,
        /// The provider's own id of the request.
        request_id: Option<String>,
    },
    /// Bytes of the body as they came, with keys scrubbed, for the recording.
    Raw(Bytes),
    /// Text of the answer.
    Text(String),
    /// Text of the model's reasoning.
    Reasoning(String),
    /// The tokens of the call; a later one replaces an earlier one.
    Usage(Usage),
    /// The model stopped.
    Finish(FinishReason),
}

/// What the parts of an answer come as. Dropping it closes the connection.
pub type PartStream = BoxStream<'static, Result<StreamPart, Failure>>;

/// A configured provider that can be called.
pub trait Provider: Send + Sync {
    /// Calls a model. The stream ends after [`StreamPart::Finish`] and a last [`StreamPart::Usage`],
    /// or with the one failure; what came before a failure stands.
    fn stream(&self, request: ModelRequest) -> PartStream;

    /// The ids of the models it serves, as it says itself.
    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, Failure>>;
}

/// Finds the provider of a model, configured as it is now.
pub trait Providers: Send + Sync {
    /// The provider that a model names.
    ///
    /// # Errors
    /// [`crate::ErrorClass::NoProvider`] where there is none of that name.
    fn find(&self, model: &ModelRef) -> BoxFuture<'_, Result<Arc<dyn Provider>, Failure>>;
}

/// All that the engine needs to execute a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// The cell.
    pub execution: Execution,
    /// What its version holds.
    pub content: Arc<Content>,
    /// The inputs as they are stored: sensitive values are masked (the engine has them from the submission).
    pub inputs: Arc<JsonObject>,
    /// What is sent along.
    pub context: Arc<RunContext>,
    /// What the model costs; `None` where that is unknown.
    pub price: Option<Price>,
    /// The next free number of an attempt, from 1.
    pub attempt_number: u32,
}

/// A part of a recording: what came in one stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordingPart {
    /// The attempt it belongs to.
    pub attempt: AttemptId,
    /// Raw bytes with the time they came, counted from the start of the attempt.
    pub frames: Vec<(Span, Bytes)>,
    /// The text of the answer in these frames.
    pub text: String,
}

/// How an attempt ended, and with it its execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The attempt.
    pub attempt: AttemptId,
    /// The execution.
    pub execution: ExecutionId,
    /// How it ended: succeeded, failed or cancelled.
    pub status: AttemptStatus,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// The name of what was sent.
    pub request_hash: Option<RequestHash>,
    /// The provider's own id of the request.
    pub request_id: Option<String>,
    /// The HTTP status.
    pub http_status: Option<u16>,
    /// Times, tokens and cost.
    pub metrics: Metrics,
    /// The price the cost was worked out from.
    pub price: Option<Price>,
    /// Why the model stopped.
    pub finish: Option<FinishReason>,
    /// The whole text of the answer.
    pub output: String,
    /// The whole text of the reasoning.
    pub reasoning: String,
    /// The answer as JSON, where a validation found it valid.
    pub validated_output: Option<serde_json::Value>,
    /// The result of all validations.
    pub validation_status: ValidationStatus,
    /// The result of each.
    pub validations: Vec<ValidationResult>,
    /// What came since the last recording part was kept.
    pub last_part: RecordingPart,
    /// When it ended: start plus monotonic time.
    pub completed_at: Timestamp,
}

/// What the engine keeps in the store. Each call answers once it is committed.
pub trait RunStore: Send + Sync {
    /// All that is needed to execute a pending cell.
    fn load_work(&self, execution: ExecutionId) -> BoxFuture<'_, Result<Work, Failure>>;

    /// The execution leaves the queue, and its run with it: both become running, the attempt is kept.
    fn start_attempt(&self, attempt: Attempt) -> BoxFuture<'_, Result<Execution, Failure>>;

    /// Keeps a part of what came.
    fn append_recording(&self, part: RecordingPart) -> BoxFuture<'_, Result<(), Failure>>;

    /// Ends the attempt and its execution: completed, failed or cancelled.
    fn finish_attempt(&self, outcome: Outcome) -> BoxFuture<'_, Result<Execution, Failure>>;

    /// Ends an execution that never left the queue: failed with this failure, or cancelled without one.
    fn finish_queued(
        &self,
        execution: ExecutionId,
        failure: Option<Failure>,
        at: Timestamp,
    ) -> BoxFuture<'_, Result<Execution, Failure>>;

    /// Moves a run on to its last state.
    fn finish_run(&self, run: RunId, status: RunStatus, at: Timestamp)
    -> BoxFuture<'_, Result<Run, Failure>>;

    /// A run as it is now.
    fn get_run(&self, run: RunId) -> BoxFuture<'_, Result<Run, Failure>>;
}

/// Where events go.
pub trait EventSink: Send + Sync {
    /// Sends an event to whoever listens. Never blocks.
    fn publish(&self, event: EventBody);
}

/// Makes ids.
pub trait Ids: Send + Sync {
    /// A new attempt's id.
    fn attempt(&self) -> AttemptId;
}
