//! The texts of an execution, in windows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which text of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OutputPart {
    /// The answer.
    #[default]
    Text,
    /// What the model thought before it answered; stored when the execution ends.
    Reasoning,
}

/// A stretch of a text, cut between characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutputWindow {
    /// The text.
    pub text: String,
    /// Where it begins, in bytes of UTF-8.
    pub offset: u64,
    /// Where the next window begins.
    pub next: u64,
    /// The length of the whole text so far, in bytes of UTF-8.
    pub total: u64,
    /// Whether the whole text will not grow any more.
    pub complete: bool,
}
