//! What the words of a search were found in, and where.

use crate::{ExecutionId, ModelRef, PromptId, PromptName, PromptStatus, RunId, Timestamp, VersionId};
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

/// A prompt, a version or an execution that has the words that were searched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hit {
    /// The prompt that it is, or that it is of.
    pub prompt_id: PromptId,
    /// What that is called.
    pub prompt_name: PromptName,
    /// A title for people; may be empty.
    pub prompt_title: String,
    /// When the prompt last changed, the version was saved, or the execution was made.
    pub at: Timestamp,
    /// What it is.
    #[serde(flatten)]
    pub record: HitRecord,
    /// Where it has the words, at most four places; none where only letters inside words were found.
    pub places: Vec<MatchPlace>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub enum HitRecord {
    /// A prompt, by what it is called or said to be.
    Prompt {
        /// Where it stands in its life.
        status: PromptStatus,
    },
    /// A version, by what it holds.
    Version {
        /// The version.
        version_id: VersionId,
        /// Its local ordinal.
        number: u32,
        /// Whether it is the newest of `main`.
        is_head: bool,
    },
    /// An execution, by what went into it or came out.
    Execution {
        /// The execution.
        execution_id: ExecutionId,
        /// Its run.
        run_id: RunId,
        /// The model that was asked.
        model: ModelRef,
    },
}

/// What can be found by words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HitKind {
    /// Prompts: their names, titles, descriptions and tags.
    Prompt,
    /// Saved versions: their templates, their variables and their notes.
    Version,
    /// Executions that have ended: the name of the prompt, the inputs and the answer.
    Execution,
}

/// A place that has words that were searched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatchPlace {
    /// Which text it is.
    pub part: MatchPart,
    /// The name of the variable where it is an input or a variable, the role where it is one of several messages.
    pub name: Option<String>,
    /// The text around the first word that was found, in pieces.
    pub text: Vec<MatchText>,
}

/// The texts that can be searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MatchPart {
    /// The beginning of the answer of an execution.
    Answer,
    /// An input of an execution.
    Input,
    /// The name of the prompt.
    Prompt,
    /// The title of a prompt.
    Title,
    /// The description of a prompt.
    Description,
    /// A tag of a prompt.
    Tag,
    /// A template of a version.
    Body,
    /// The name and the description of a variable of a version.
    Variable,
    /// Why a version was made.
    Note,
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
