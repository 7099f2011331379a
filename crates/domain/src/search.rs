//! Where the words of a search were found.

use crate::{ExecutionId, ModelRef, RunId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The newest execution of a run that has all the words that were searched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Match {
    /// The run.
    pub run_id: RunId,
    /// The execution.
    pub execution_id: ExecutionId,
    /// The model that was asked.
    pub model: ModelRef,
    /// Where it has them: the answer first.
    pub places: Vec<MatchPlace>,
}

/// A place in an execution that has words that were searched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatchPlace {
    /// Which text it is.
    pub part: MatchPart,
    /// The name of the variable, where it is an input.
    pub name: Option<String>,
    /// The text around the first word that was found, in pieces.
    pub text: Vec<MatchText>,
}

/// The texts of an execution that can be searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MatchPart {
    /// The beginning of the answer.
    Answer,
    /// An input.
    Input,
    /// The name of the prompt.
    Prompt,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatchText {
    /// The text; plain text, whatever it looks like.
    pub text: String,
    /// Whether it is a word that was searched for.
    pub found: bool,
}
