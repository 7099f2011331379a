//! Tools that a model may ask for, as data: nothing here calls one.

use crate::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A tool that a model is told of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToolDefinition {
    /// Its name: letters, digits, `_` and `-`, at most 64 characters, unique in a request.
    pub name: String,
    /// What it does, for the model.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The JSON Schema of its arguments, of type `object`.
    #[serde(default, skip_serializing_if = "JsonObject::is_empty")]
    pub parameters: JsonObject,
}

/// Whether a model must, may or must not ask for a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ToolChoice {
    /// It may.
    Auto,
    /// It must not.
    None,
    /// It must ask for at least one.
    Required,
    /// It must ask for the tool of this name.
    Tool(String),
}

/// A model asks for a tool to be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToolCall {
    /// The provider's id of the call; made up where it gives none, unique in its answer.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments as the model wrote them: JSON, unless the model erred.
    pub arguments: String,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToolResult {
    /// The id of the [`ToolCall`] it answers.
    pub call_id: String,
    /// The tool's name.
    pub name: String,
    /// What the tool said.
    pub content: String,
    /// Whether the tool failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_error: bool,
}

/// What shape the answer of a model shall have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum ResponseFormat {
    /// A JSON value of any shape.
    Json,
    /// JSON that follows a schema.
    Schema {
        /// A name for the schema: letters, digits, `_` and `-`, at most 64 characters.
        name: String,
        /// The JSON Schema.
        schema: JsonObject,
    },
}
