//! What rendering answers: messages made of segments.

use crate::{Diagnostic, source::SourceRange};
use formaops_domain::{Role, ports::ModelMessage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A rendered prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rendered {
    /// The messages in the order they are sent.
    pub messages: Vec<RenderedMessage>,
    /// Warnings that came up, such as names that no variable has.
    pub diagnostics: Vec<Diagnostic>,
}

impl Rendered {
    /// The messages as a provider takes them.
    #[must_use]
    pub fn into_model_messages(self) -> Vec<ModelMessage> {
        let model = |message: RenderedMessage| ModelMessage::text(message.role, message.text());
        self.messages.into_iter().map(model).collect()
    }
}

/// A message with its text in segments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenderedMessage {
    /// Who speaks.
    pub role: Role,
    /// Its text in pieces, none of which is left out.
    pub segments: Vec<Segment>,
    /// The template it comes from: 0 for a single text, else the index of the message. An earlier
    /// message of the conversation has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<usize>,
}

impl RenderedMessage {
    /// The whole text.
    #[must_use]
    pub fn text(&self) -> String {
        self.segments.iter().map(Segment::text).collect()
    }
}

/// A piece of a message, with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub enum Segment {
    /// Text of the template.
    Literal {
        /// The text.
        text: String,
        /// Where it stands in the template.
        source: SourceRange,
    },
    /// A value that was put in; it may be empty.
    Value {
        /// The value as it is printed.
        text: String,
        /// Where the value comes from, such as `files.0.path` or `@context.user`; empty where it was
        /// worked out.
        path: String,
        /// The tag in the template.
        source: SourceRange,
    },
    /// What an earlier message of the conversation said.
    History {
        /// The text.
        text: String,
    },
}

impl Segment {
    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Literal { text, .. } | Self::Value { text, .. } | Self::History { text } => text,
        }
    }
}
