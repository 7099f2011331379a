//! What the engine and the hosts need from the outside, for `store`, `providers` and `secrets` to implement.

use crate::{
    Answer, Ask, AttachmentHash, Attempt, AttemptId, AttemptStatus, Content, Egress, EgressId, EventBody,
    Execution, ExecutionId, Failure, Fallback, Finish, FunctionCall, JsonObject, KeyRef, ListedModel,
    LogEntry, Media, Metrics, ModelRef, Origin, Parameters, Price, ProviderKind, Purpose, Replay,
    RequestHash, Retry, Role, Run, RunContext, RunId, RunPurpose, RunStatus, Scrubber, Span, Timestamp,
    ToolCall, ToolResult, Usage, Validation, ValidationResult, ValidationStatus,
};
use bytes::Bytes;
use futures::{future::BoxFuture, stream::BoxStream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

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

/// A request on its way out, for the one client that sends it. Its `Debug` shows no value of a header.
pub struct OutgoingRequest {
    /// The HTTP method.
    pub method: HttpMethod,
    /// The whole address.
    pub url: url::Url,
    /// The headers in order, names in lower case. `content-type` is among them where there is a body.
    pub headers: Vec<(&'static str, String)>,
    /// The headers that hold a key or are made from one: never shown, never kept.
    pub secret_headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Bytes,
}

impl std::fmt::Debug for OutgoingRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.headers.iter().chain(&self.secret_headers).map(|(name, _)| name);
        f.debug_struct("OutgoingRequest")
            .field("method", &self.method)
            .field("headers", &names.collect::<Vec<_>>())
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// The HTTP methods that providers are called with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpMethod {
    /// Reads.
    Get,
    /// Sends a body.
    Post,
}

impl HttpMethod {
    /// The word of HTTP.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// How a wire format carries its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlacement {
    /// `authorization: Bearer KEY`.
    Bearer,
    /// The key alone in a header of this name, in lower case.
    Header(&'static str),
    /// The request is signed with AWS Signature Version 4. The key is
    /// `ACCESS_KEY_ID:SECRET_ACCESS_KEY` or `ACCESS_KEY_ID:SECRET_ACCESS_KEY:SESSION_TOKEN`; any other
    /// is an API key of Bedrock, which goes as [`Self::Bearer`].
    AwsSigV4 {
        /// The region, such as `eu-central-1`.
        region: String,
        /// The service's name for signing, such as `bedrock`.
        service: &'static str,
        /// The time of the signature.
        at: Timestamp,
    },
}

/// Finds keys. The only port that touches one.
pub trait Signer: Send + Sync {
    /// The key that `key` refers to, for requests to `origin`. It may take some seconds where a
    /// keychain asks its user, never longer.
    ///
    /// The answer fails with [`crate::ErrorClass::NoKey`] where there is none, or it may not travel to
    /// that origin, and with [`crate::ErrorClass::KeyLocked`] where it cannot be read for now.
    fn find<'a>(
        &'a self,
        key: &'a KeyRef,
        origin: &'a Origin,
    ) -> BoxFuture<'a, Result<Arc<dyn Credential>, Failure>>;
}

/// A key that was found, for requests to one origin. It cannot be read, only used.
pub trait Credential: Send + Sync {
    /// Puts the key, or what is made from it, into the secret headers of a request.
    ///
    /// # Errors
    /// [`crate::ErrorClass::NoKey`] where the key is not of the kind that this placement needs.
    fn sign(&self, placement: &KeyPlacement, request: &mut OutgoingRequest) -> Result<(), Failure>;

    /// Takes the live key out of what a provider sends back: an error that quotes the key, or a
    /// model that repeats it, must not be kept or shown.
    fn scrubber(&self) -> Scrubber;
}

/// Keeps the ledger of what leaves this machine. It never blocks and never fails its caller.
pub trait Ledger: Send + Sync {
    /// A request is about to be sent, or its answer has ended: an entry with an id that is there
    /// already replaces it.
    fn record(&self, entry: Egress);

    /// A new entry's id.
    fn id(&self) -> EgressId;
}

/// A message that is ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelMessage {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order. Text that follows text is one part.
    pub parts: Vec<MessagePart>,
}

impl ModelMessage {
    /// A message of text alone.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, parts: vec![MessagePart::Text(text.into())] }
    }

    /// The text of all its parts, tool results included. Images and files have none, so whatever counts tokens by
    /// it leaves them out.
    #[must_use]
    pub fn all_text(&self) -> String {
        let texts = self.parts.iter().map(|part| match part {
            MessagePart::Text(text) => text.as_str(),
            MessagePart::ToolCall(call) => &call.arguments,
            MessagePart::ToolResult(result) => &result.content,
            MessagePart::Media(_) => "",
        });
        texts.collect()
    }
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessagePart {
    /// Text.
    Text(String),
    /// An image or a file.
    Media(Media),
    /// The model asked for a tool, in a message of the assistant.
    ToolCall(ToolCall),
    /// What came of it, in a message of the tool.
    ToolResult(ToolResult),
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
    /// The execution it is for, for the ledger; none where a connection is tested.
    pub execution: Option<ExecutionId>,
    /// What is wanted of the model.
    pub wants: Wants,
}

/// What is wanted of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wants {
    /// What it says.
    #[default]
    Answer,
    /// A vector of the text of each message, told as the text of the answer: a JSON list of lists of numbers, in order,
    /// all of the same length.
    Vectors,
}

impl From<Option<RunPurpose>> for Wants {
    /// What a run for this purpose wants of its models.
    fn from(purpose: Option<RunPurpose>) -> Self {
        match purpose {
            Some(RunPurpose::Embedding) => Self::Vectors,
            Some(RunPurpose::Judge) | None => Self::Answer,
        }
    }
}

/// How long a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For connecting, and for silence between chunks.
    pub idle: Duration,
    /// For the first word of the model.
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
        /// The headers that help to find a cause and hold no secret, by name in lower case.
        headers: BTreeMap<String, String>,
        /// How many more calls it takes.
        rates: RateLimits,
    },
    /// Bytes of the body as they came, with keys scrubbed, for the recording.
    Raw(Bytes),
    /// Text of the answer.
    Text(String),
    /// Text of the model's reasoning.
    Reasoning(String),
    /// The model asks for a tool to be called; its arguments are complete.
    ToolCall(ToolCall),
    /// The tokens of the call; a later one replaces an earlier one.
    Usage(Usage),
    /// The model stopped.
    Finish(Finish),
}

/// How many more calls a provider takes, as it says itself. What it does not say is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateLimits {
    /// Calls.
    pub requests: Option<RateWindow>,
    /// Tokens.
    pub tokens: Option<RateWindow>,
}

/// What is left of something within a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateWindow {
    /// The most there can be.
    pub limit: u64,
    /// What is left of it.
    pub remaining: u64,
    /// How long until the whole of it is there again.
    pub reset: Duration,
}

/// What the parts of an answer come as. Dropping it closes the connection.
pub type PartStream = BoxStream<'static, Result<StreamPart, Failure>>;

/// A configured provider that can be called.
pub trait Provider: Send + Sync {
    /// Calls a model. The stream ends after [`StreamPart::Finish`] and a last [`StreamPart::Usage`],
    /// or with the one failure; what came before a failure stands.
    fn stream(&self, request: ModelRequest) -> PartStream;

    /// The models it serves, as it says itself.
    fn models(&self) -> BoxFuture<'_, Result<Vec<ListedModel>, Failure>>;

    /// The name of what would be sent for a request, by which its recordings are found. Nothing is sent, and no key is
    /// looked for.
    ///
    /// # Errors
    /// As [`Self::stream`], where the request cannot be said to this provider.
    fn request_hash(&self, request: &ModelRequest) -> Result<RequestHash, Failure>;

    /// Reads a recording of one of its answers to such a request.
    ///
    /// # Errors
    /// As [`Self::request_hash`].
    fn reader(&self, request: &ModelRequest) -> Result<Box<dyn AnswerReader>, Failure>;

    /// What it speaks.
    fn kind(&self) -> ProviderKind;

    /// Whether it is on this machine, where who refuses a call is not there at all.
    fn is_local(&self) -> bool;

    /// [`Self::models`], to find out whether it can be called at all, or is there; the ledger is told so.
    fn probe(&self, purpose: Purpose) -> BoxFuture<'_, Result<Vec<ListedModel>, Failure>> {
        let _ = purpose;
        self.models()
    }
}

/// Reads an answer that was recorded: the bytes of its body as they came, in order.
pub trait AnswerReader: Send {
    /// The parts that these bytes complete. Bytes themselves are none of them.
    ///
    /// # Errors
    /// Where the bytes are no answer of this provider.
    fn read(&mut self, bytes: &[u8]) -> Result<Vec<StreamPart>, Failure>;

    /// What is left, once nothing follows.
    ///
    /// # Errors
    /// Where the answer is not whole.
    fn end(&mut self) -> Result<Vec<StreamPart>, Failure>;
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
    /// The most tokens that the model answers with, whatever it is asked for; `None` where that is unknown.
    pub max_output_tokens: Option<u64>,
    /// The models that may answer in its place, in order.
    pub fallbacks: Vec<Fallback>,
    /// The next free number of an attempt, from 1.
    pub attempt_number: u32,
    /// All that the answer is checked by: the rules of its version, of its suite, and of its case.
    pub validations: Arc<[Validation]>,
    /// What is noted with the case.
    pub metadata: Arc<JsonObject>,
    /// Texts that are sent before and behind the prompt's own, where the case has some.
    pub around: (String, String),
    /// The score from which on the answer passes, whatever single rules say; every rule must hold where absent.
    pub threshold: Option<f64>,
    /// Whether it is answered from a recording.
    pub replay: Replay,
    /// The repeat that its recordings go by: its own, or that of the execution which needs its answer.
    pub recorded_repeat: u32,
    /// What another execution needs its run for; none where a person asked for it.
    pub purpose: Option<RunPurpose>,
}

/// A whole answer that was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedAnswer {
    /// The bytes of the body with the time they came, counted from the start of the attempt.
    pub frames: Vec<(Span, Bytes)>,
    /// What was known of the call.
    pub facts: RecordedFacts,
}

/// What was known of a call whose answer was recorded.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedFacts {
    /// The HTTP status; absent where there is no HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// The provider's own id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The headers that were kept.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Times, tokens and cost, as they were then.
    pub metrics: Metrics,
    /// When the call had ended.
    pub recorded_at: Timestamp,
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
    /// The steps that were taken meanwhile.
    pub log: Vec<LogEntry>,
}

/// How an attempt ended, and with it its execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The attempt.
    pub attempt: AttemptId,
    /// The execution.
    pub execution: ExecutionId,
    /// The model that was asked in the place of its own.
    pub answered_by: Option<ModelRef>,
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
    pub finish: Option<Finish>,
    /// The tools that the model asks to be called, in order.
    pub tool_calls: Vec<ToolCall>,
    /// The inputs as they are stored, for the search.
    pub inputs: Arc<JsonObject>,
    /// The whole text of the answer.
    pub output: String,
    /// The whole text of the reasoning.
    pub reasoning: String,
    /// The answer as JSON, where a validation found it valid.
    pub validated_output: Option<serde_json::Value>,
    /// The result of all validations.
    pub validation_status: ValidationStatus,
    /// The weighted mean of their scores, where there were any.
    pub score: Option<f64>,
    /// The result of each.
    pub validations: Vec<ValidationResult>,
    /// What came since the last recording part was kept.
    pub last_part: RecordingPart,
    /// When it ended: start plus monotonic time.
    pub completed_at: Timestamp,
}

/// The answers to a case, in one repeat, which rules hold against each other now that all of them are there.
#[derive(Debug, Clone, PartialEq)]
pub struct Contest {
    /// The inputs of the case, as they are stored.
    pub inputs: Arc<JsonObject>,
    /// The answers, by column: the newest of each column that has one.
    pub answers: Vec<Contestant>,
}

/// An answer among others to the same case.
#[derive(Debug, Clone, PartialEq)]
pub struct Contestant {
    /// Its execution, which has completed, with the results of the rules that needed no other answer.
    pub execution: Execution,
    /// The whole answer.
    pub output: String,
    /// All rules that it is checked by.
    pub validations: Arc<[Validation]>,
    /// The score from which on it passes.
    pub threshold: Option<f64>,
}

/// What the validations of an answer come to, with those that needed the others.
#[derive(Debug, Clone, PartialEq)]
pub struct LateVerdict {
    /// The execution.
    pub execution: ExecutionId,
    /// The results that came late.
    pub results: Vec<ValidationResult>,
    /// What all of them come to.
    pub status: ValidationStatus,
    /// The weighted mean of all scores.
    pub score: Option<f64>,
}

/// Runs JavaScript functions apart from everything else: no files, no network, no clock, no state between calls.
pub trait Sandbox: Send + Sync {
    /// What a function returns, as JSON of at most 1 MiB. It takes a second and a half at most.
    fn call(&self, call: FunctionCall) -> BoxFuture<'_, Result<serde_json::Value, FunctionFailure>>;
}

/// Finds out what rules ask for.
pub trait Asks: Send + Sync {
    /// What comes of it. It is bounded in time; what cannot be found out is [`Answer::Failed`] with the reason.
    fn answer<'a>(&'a self, execution: &'a Execution, ask: Ask) -> BoxFuture<'a, Answer>;
}

/// Why a function has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FunctionFailure {
    /// The kind of failure.
    pub kind: FunctionFailureKind,
    /// What happened, for people; the place in the source where that is known.
    pub message: String,
}

/// The kinds of failures of functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FunctionFailureKind {
    /// The source is not an expression that is a function.
    Source,
    /// It threw.
    Threw,
    /// It took longer than a second.
    Timeout,
    /// It needed more memory, or called itself more deeply, than it may.
    Memory,
    /// What it returned is not JSON, or too large.
    Result,
    /// The sandbox cannot be started.
    Unavailable,
}

/// What the engine keeps in the store. Each call answers once it is committed.
pub trait RunStore: Send + Sync {
    /// All that is needed to execute a pending cell. Where it was tried before (`again`), nothing that was read before is
    /// answered.
    fn load_work(&self, execution: ExecutionId, again: bool) -> BoxFuture<'_, Result<Work, Failure>>;

    /// What the partials of a run hold, by the names that its templates call them by.
    fn load_partials(&self, run: RunId) -> BoxFuture<'_, Result<Vec<(String, Content)>, Failure>>;

    /// The bytes of an attachment, whole.
    fn load_attachment(&self, hash: AttachmentHash) -> BoxFuture<'_, Result<Bytes, Failure>>;

    /// The newest whole answer to a request that was recorded for a repeat, or imported.
    fn find_recorded(
        &self,
        request: RequestHash,
        repeat: u32,
    ) -> BoxFuture<'_, Result<Option<RecordedAnswer>, Failure>>;

    /// The execution leaves the queue, and its run with it: both become running, the attempt and these steps are kept.
    fn start_attempt(
        &self,
        attempt: Attempt,
        log: Vec<LogEntry>,
    ) -> BoxFuture<'_, Result<Execution, Failure>>;

    /// Keeps a part of what came.
    fn append_recording(&self, part: RecordingPart) -> BoxFuture<'_, Result<(), Failure>>;

    /// Ends the attempt and its execution: completed, failed or cancelled.
    fn finish_attempt<'a>(&'a self, outcome: &'a Outcome) -> BoxFuture<'a, Result<Execution, Failure>>;

    /// Ends the attempt, which failed; its execution waits for the next one, pending again.
    fn retry_attempt<'a>(
        &'a self,
        outcome: &'a Outcome,
        retry: Retry,
    ) -> BoxFuture<'a, Result<Execution, Failure>>;

    /// Ends an execution that waits: failed with this failure, or cancelled without one.
    fn finish_queued(
        &self,
        execution: ExecutionId,
        failure: Option<Failure>,
        at: Timestamp,
    ) -> BoxFuture<'_, Result<Execution, Failure>>;

    /// Pauses a run, or has a paused one go on; one that has ended stays as it is.
    fn set_paused(&self, run: RunId, paused: bool) -> BoxFuture<'_, Result<Run, Failure>>;

    /// The next cases of a run, after this one and repeat, whose answers have yet to be held against each other; none
    /// where all are decided.
    fn load_contests(
        &self,
        run: RunId,
        after: Option<(u32, u32)>,
    ) -> BoxFuture<'_, Result<Vec<Contest>, Failure>>;

    /// Keeps what came of some of them, in place of what came before, and answers the executions.
    fn keep_late<'a>(
        &'a self,
        run: RunId,
        verdicts: &'a [LateVerdict],
    ) -> BoxFuture<'a, Result<Vec<Execution>, Failure>>;

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
