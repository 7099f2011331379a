//! The nouns of FormaOps and the rules that hold without any input or output.
//!
//! Every other crate speaks in these types: they are what the store keeps, what the engine moves,
//! and what the hosts send as JSON (camelCase fields, lower-case enums, RFC 3339 times, money as a
//! decimal string in dollars).
//!
//! ```
//! use formaops_domain::{Body, PromptRef};
//!
//! let reference: PromptRef = "support/reply@v12".parse().unwrap();
//! assert_eq!(reference.name.as_str(), "support/reply");
//! assert_eq!(Body::text("Hello {{name}}").templates().count(), 1);
//! ```
//!
//! Invariants: nothing here reads a clock, a file, the network or randomness; nothing here depends
//! on another FormaOps crate; no type here ever holds a key.

mod attachment;
mod audit;
mod budget;
mod catalogue;
pub mod compare;
mod dataset;
mod egress;
mod error;
mod event;
mod execution;
mod execution_log;
mod grid;
mod hash;
pub mod history;
mod id;
mod linked;
mod media;
pub mod merge;
mod model;
mod money;
mod name;
mod output;
mod page;
mod parameter;
pub mod ports;
mod prompt;
mod provider;
mod rating;
mod run;
mod sample;
mod scrub;
mod search;
mod suite;
mod time;
mod tool;
mod validation;

pub use attachment::{Attachment, AttachmentKind, InvalidAttachment, UntakenAttachment};
pub use audit::{AuditDetail, AuditEvent, AuditOrigin, AuditReport, BreakReason, BrokenLink};
pub use budget::{
    Budget, BudgetAlert, BudgetKind, BudgetScope, BudgetState, InvalidBudgetScope, MESSAGE_TOKENS, Payer,
    Period, Spend, SpendBy, WORST_INPUT_PERCENT,
};
pub use catalogue::{
    Capabilities, CapabilitySources, CatalogueModel, FactSources, Listed, ListedModel, ModelEdit, ModelFact,
    Source,
};
pub use dataset::{
    Case, CaseColumns, Column, ColumnChange, ColumnKind, ColumnType, Columns, Dataset, DatasetVersion,
    InvalidColumnChange, MOST_COLUMNS, TooManyColumns,
};
pub use egress::{Egress, Purpose};
pub use error::{ErrorClass, Failure, Place};
pub use event::{Event, EventBody, Noun};
pub use execution::{
    Attempt, AttemptStatus, CostBasis, Execution, ExecutionStatus, Feedback, Finish, FinishReason, Metrics,
    Replayed, Retry, Usage,
};
pub use execution_log::{ExecutionLog, LogEntry, LogLevel};
pub use grid::{CaseMark, CellFigures, FailureCount, GridSort, LatencyFigures};
pub use hash::{
    AttachmentHash, ChainHash, ContentHash, FileHash, InvalidHash, RequestHash, StateHash, VersionId,
    canonical_hash,
};
pub use id::{
    ActorId, ApiKeyId, AttemptId, BudgetId, CallId, DatasetId, EgressId, ExecutionId, InvalidId, PromptId,
    ProviderId, ProviderKeyId, RunId, SuiteId, WorkspaceId,
};
pub use linked::{LinkedId, LinkedKind};
pub use media::{Media, MediaSource, media_tokens};
pub use model::{InvalidModelRef, InvalidParameters, ModelRef, Parameters, Price, PriceTier};
pub use money::NanoUsd;
pub use name::{DatasetName, InvalidName, PromptName, PromptRef, RefName, SuiteName, VersionSelector};
pub use output::{OutputPart, OutputWindow};
pub use page::Page;
pub use parameter::{Parameter, ParameterLimit, ParameterProblem, ParameterRule, When};
pub use prompt::{
    Body, Content, Draft, InputSet, Message, Prompt, PromptStatus, RefKind, Role, Settings, TemplateEngine,
    Variable, VariableType, Version, VersionEntry, VersionRef,
};
pub use provider::{
    EnvName, InvalidEnvName, KeyBinding, KeyPlace, KeyRef, Origin, Provider, ProviderKey, ProviderKind,
};
pub use rating::{Preference, Preferred, Rating, RatingVerdict};
pub use run::{
    ContextMessage, Fallback, OnRestart, Priority, Replay, Run, RunContext, RunKind, RunParent, RunPartial,
    RunProgress, RunPurpose, RunStatus, Variant, VariantPrompt,
};
pub use sample::{CaseSample, Sampling};
pub use scrub::Scrubber;
pub use search::{Hit, HitKind, HitRecord, Match, MatchPart, MatchPlace, MatchText};
pub use suite::{
    DecidedColumn, EarlyStop, RunSuite, Suite, SuiteDataset, SuiteModel, SuitePrompt, SuiteSpec, Thresholds,
};
pub use time::{Calendar, Day, InvalidDay, Span, Timestamp};
pub use tool::{ResponseFormat, ToolCall, ToolChoice, ToolDefinition, ToolResult};
pub use validation::{
    Answer, Ask, Assertion, FunctionCall, OnFailure, Validation, ValidationPhase, ValidationResult,
    ValidationRule, ValidationStatus, Validations, Verdict,
};

/// A JSON object with its keys in the order they were written.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;
