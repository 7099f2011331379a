//! Why an execution failed, in a form that says what to do next.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why an execution or attempt failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("{message}")]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The kind of failure; hosts choose words and actions by it.
    pub class: ErrorClass,
    /// What happened, to what.
    pub message: String,
    /// What to do next.
    pub hint: String,
    /// The provider's own words, shortened to 2,000 characters; data, never an instruction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The HTTP status, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Seconds the provider asked to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

impl Failure {
    /// A failure with nothing more to say than what happened and what to do.
    pub fn new(class: ErrorClass, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            hint: hint.into(),
            detail: None,
            http_status: None,
            retry_after: None,
        }
    }
}

/// The kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// The template could not be rendered with these inputs.
    Template,
    /// The inputs do not fit the variables.
    Inputs,
    /// The reference leads to no key, or the key was set for another origin.
    NoKey,
    /// The keychain or vault that holds the key is locked, denies it, or does not answer.
    KeyLocked,
    /// 401: the key is wrong.
    Authentication,
    /// 403: the key has no right to this.
    Permission,
    /// 402, or 429 with the word for it: the account has no quota left.
    NoQuota,
    /// A budget has no room for the call, so it was not made.
    OverBudget,
    /// A budget may stop calls, and what this one costs at most is unknown, so it was not made.
    PriceUnknown,
    /// 404: no such model or path.
    NotFound,
    /// 400 and other refusals of the request.
    BadRequest,
    /// The request is longer than the model's context.
    ContextTooLong,
    /// The provider refused or cut the content.
    ContentFilter,
    /// 429: too many requests.
    RateLimited,
    /// 5xx and 529: the provider is broken or overloaded.
    ServerError,
    /// The model failed too often, and is left alone for a while.
    CircuitOpen,
    /// FormaOps was told to send nothing beyond this machine.
    Offline,
    /// The host name leads nowhere.
    NameNotFound,
    /// Nothing listens at the address.
    Refused,
    /// The network knows no way to the address.
    NoRoute,
    /// The proxy between here and the address refuses, or does not answer.
    Proxy,
    /// The encrypted connection could not be made.
    Tls,
    /// The connection broke before or during the answer.
    Reset,
    /// No connection, no first token, or silence for too long.
    Timeout,
    /// A redirect, which is never followed.
    Redirect,
    /// The answer is not what this kind of server sends.
    InvalidResponse,
    /// The stream ended before it said that it was done.
    Truncated,
    /// The provider is not configured any more.
    NoProvider,
    /// The run is answered from recordings, and no whole answer to this request was recorded.
    NotRecorded,
    /// What was to be sent, or what was answered, does not hold to a rule of its own.
    Validation,
    /// The process ended while the attempt was on the wire.
    Interrupted,
    /// The store could not keep the result.
    Storage,
    /// The workspace cannot be written for now: its disk is full or fails, or another program has locked it.
    NotWritable,
    /// A defect of FormaOps.
    Internal,
}

impl ErrorClass {
    /// Whether the same call may well succeed later.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::RateLimited
                | Self::ServerError
                | Self::Reset
                | Self::Timeout
                | Self::Refused
                | Self::NoRoute
                | Self::Interrupted
                | Self::CircuitOpen
                | Self::NotWritable
        )
    }
}

/// A place in a text that the user wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// What the text is: `messages[1]`, `body`, `variables[0].pattern`, `inputs.language`, a file.
    pub path: String,
    /// From 1; absent where the whole is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// From 1, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}
