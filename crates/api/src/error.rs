//! The one shape in which every host reports an error.

use formaops_domain::{ErrorClass, Failure, Place};
use formaops_engine::EngineError;
use formaops_secrets::KeyringError;
use formaops_store::StoreError;
use formaops_template::{Severity, TemplateError};
use formaops_validate::InputProblem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What went wrong, and what to do next. Hosts act on the code; people read message and hint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("{message}")]
#[serde(rename_all = "camelCase")]
pub struct ApiError {
    /// What kind of error it is.
    pub code: ErrorCode,
    /// What happened, to what.
    pub message: String,
    /// What to do next; may be empty where the message says it all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// Where in what the user wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
    /// Every problem found, where there are several; the first is the error itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// The kind of failure of a call, where a call failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ErrorClass>,
    /// Whether the same request may well succeed later.
    #[serde(default)]
    pub retryable: bool,
}

/// One of several problems.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// What to do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// Where.
    pub at: Place,
}

/// The kinds of error. One exists only where a consumer acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request does not have the shape of the operation's request.
    BadRequest,
    /// The content, inputs or settings break a rule; `problems` says where.
    Invalid,
    /// The template cannot be rendered; `at` says where.
    Template,
    /// Nothing of that name or id.
    NotFound,
    /// The name is taken, something is in use or needed by other prompts, both sides of a merge changed the same, or an
    /// idempotency key was used for another request.
    Conflict,
    /// What is being changed has changed since it was read.
    Stale,
    /// No token, or one that does not hold any more.
    Unauthenticated,
    /// The token's scopes do not cover the operation.
    Forbidden,
    /// Too many requests, or too much to do; wait.
    RateLimited,
    /// A call of a provider failed; `class` says how.
    Provider,
    /// The workspace cannot be opened or written.
    Storage,
    /// The process that owns the workspace went away in the middle.
    Disconnected,
    /// A defect of FormaOps.
    Internal,
}

impl ErrorCode {
    /// The HTTP status that carries it.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict | Self::Stale => 409,
            Self::Invalid | Self::Template => 422,
            Self::RateLimited => 429,
            Self::Internal => 500,
            Self::Provider => 502,
            Self::Storage | Self::Disconnected => 503,
        }
    }
}

impl ApiError {
    /// An error with a message and what to do next.
    pub fn new(code: ErrorCode, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: hint.into(),
            at: None,
            problems: Vec::new(),
            class: None,
            retryable: matches!(code, ErrorCode::RateLimited | ErrorCode::Storage | ErrorCode::Disconnected),
        }
    }

    /// Nothing of that name or id.
    pub fn not_found(what: &str, name: impl std::fmt::Display, hint: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("there is no {what} `{name}`"), hint)
    }

    /// A value of the request that breaks a rule.
    pub fn invalid(path: &str, message: impl Into<String>) -> Self {
        let at = Place { path: path.to_owned(), line: None, column: None };
        Self { at: Some(at), ..Self::new(ErrorCode::Invalid, message, "") }
    }

    /// Several problems; the first is told in front.
    ///
    /// # Panics
    /// Where there are none.
    #[must_use]
    pub fn problems(code: ErrorCode, problems: Vec<Problem>) -> Self {
        let first = problems.first().expect("at least one problem").clone();
        Self { at: Some(first.at), problems, ..Self::new(code, first.message, first.hint) }
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        let code = match failure.class {
            ErrorClass::Storage | ErrorClass::NotWritable => ErrorCode::Storage,
            ErrorClass::Internal => ErrorCode::Internal,
            _ => ErrorCode::Provider,
        };
        Self {
            class: Some(failure.class),
            retryable: failure.class.is_retryable(),
            ..Self::new(code, failure.message, failure.hint)
        }
    }
}

impl From<KeyringError> for ApiError {
    fn from(error: KeyringError) -> Self {
        let hint = error.hint();
        match &error {
            KeyringError::WrongPassphrase | KeyringError::ShortPassphrase(_) => {
                Self { hint, ..Self::invalid("passphrase", error.to_string()) }
            }
            KeyringError::Unusable(_) => Self { hint, ..Self::invalid("secret", error.to_string()) },
            KeyringError::Environment(_) => Self { hint, ..Self::invalid("key", error.to_string()) },
            KeyringError::VaultAbsent => Self::new(ErrorCode::NotFound, error.to_string(), hint),
            KeyringError::VaultFile { .. } => Self::new(ErrorCode::Storage, error.to_string(), hint),
            KeyringError::VaultExists => Self::new(ErrorCode::Conflict, error.to_string(), hint),
            // Nothing is wrong with the request: it can be done once the place of the key is open.
            _ => Self { code: ErrorCode::Conflict, ..Failure::from(error).into() },
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::NotFound { .. } => ErrorCode::NotFound,
            StoreError::NameTaken { .. }
            | StoreError::KeyReused { .. }
            | StoreError::RefInUse { .. }
            | StoreError::NotInBin { .. }
            | StoreError::InUse { .. }
            | StoreError::StillRuns { .. } => ErrorCode::Conflict,
            StoreError::HeadMoved { .. }
            | StoreError::DatasetMoved { .. }
            | StoreError::RefMoved { .. }
            | StoreError::Transition { .. } => ErrorCode::Stale,
            StoreError::InvalidCursor(_) => ErrorCode::BadRequest,
            StoreError::NoAttachment { .. }
            | StoreError::OtherAttachment { .. }
            | StoreError::InvalidColumn(_)
            | StoreError::TooManyColumns { .. } => ErrorCode::Invalid,
            StoreError::Unreadable(_) => ErrorCode::Internal,
            _ => ErrorCode::Storage,
        };
        let at = match &error {
            StoreError::NoAttachment { place, .. } | StoreError::OtherAttachment { place, .. } => {
                Some(Place { path: place.clone(), line: None, column: None })
            }
            _ => None,
        };
        Self { at, ..Self::new(code, error.to_string(), error.hint()) }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Store(failure) => failure.into(),
            EngineError::RunEnding { .. } => {
                Self::new(ErrorCode::Stale, error.to_string(), "Try again in a moment.")
            }
            EngineError::Stopped | EngineError::Uncommitted { .. } => Self::new(
                ErrorCode::Storage,
                error.to_string(),
                "Try again once the workspace is open and can be written.",
            ),
        }
    }
}

impl From<TemplateError> for ApiError {
    fn from(error: TemplateError) -> Self {
        if let TemplateError::Invalid(diagnostics) = &error {
            let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
            let problems: Vec<_> = errors
                .map(|diagnostic| Problem {
                    message: diagnostic.message.clone(),
                    hint: diagnostic.hint.clone(),
                    at: diagnostic.place.clone(),
                })
                .collect();
            if !problems.is_empty() {
                return Self::problems(ErrorCode::Template, problems);
            }
        }
        Self { at: error.place(), ..Self::new(ErrorCode::Template, error.to_string(), error.hint()) }
    }
}

impl From<InputProblem> for Problem {
    fn from(problem: InputProblem) -> Self {
        Self { message: problem.message, hint: problem.hint, at: problem.place }
    }
}
