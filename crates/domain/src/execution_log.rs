//! What happened on the way of an execution, step by step.

use crate::{ExecutionId, JsonObject, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One step on the way of an execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry {
    /// When.
    pub at: Timestamp,
    /// The attempt it belongs to, from 1; absent before the first and between two.
    pub attempt: Option<u32>,
    /// How much it matters.
    pub level: LogLevel,
    /// What happened, without anything that a user or a model wrote.
    pub message: String,
    /// What belongs to it, such as `httpStatus` and `headers` of an answer.
    pub metadata: JsonObject,
}

/// How much a step matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// For whoever looks for a cause.
    Debug,
    /// As it should be.
    Info,
    /// Not as it should be, and it goes on.
    Warn,
    /// The end of an attempt or of the execution.
    Error,
}

/// The log of an execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionLog {
    /// The execution.
    pub execution_id: ExecutionId,
    /// Its steps, first to last.
    pub entries: Vec<LogEntry>,
}

impl LogEntry {
    /// A step with nothing beside it.
    pub fn new(at: Timestamp, attempt: Option<u32>, level: LogLevel, message: impl Into<String>) -> Self {
        Self { at, attempt, level, message: message.into(), metadata: JsonObject::new() }
    }

    /// The same with something that belongs to it; nothing where there is no value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(serde_json::Value::Null) | Err(_) => {}
            Ok(value) => {
                self.metadata.insert(name.to_owned(), value);
            }
        }
        self
    }
}
