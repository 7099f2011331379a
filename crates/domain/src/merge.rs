//! What two people made of the same content, brought together.
//!
//! Merging goes by meaning: messages are matched as a good comparison would, their texts are merged by line, and all
//! that has a name (variables, parameters, tools, validations, attachments) by name and field by field.
//!
//! ```
//! use formaops_domain::{Body, Content, merge::merge};
//!
//! let text = |text: &str| Content { body: Body::text(text), ..Content::default() };
//! let merged = merge(&text("a\nb\nc\n"), &text("A\nb\nc\n"), &text("a\nb\nC\n"));
//! assert_eq!(merged.content, text("A\nb\nC\n"));
//! assert!(merged.conflicts.is_empty());
//! ```
//!
//! Invariants: `merge(b, x, b)`, `merge(b, b, x)` and `merge(b, x, x)` are `x`; without conflicts it does not matter
//! who is ours; what only one side wrote is in the merged content or in a conflict.

mod body;
mod fields;
mod list;
pub(crate) mod messages;
mod resolve;
mod settings;
mod text;
mod variables;

use crate::Content;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What came of a merge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Merged {
    /// The merged content. Where there is a conflict it holds what ours says; what one side removed and the other
    /// changed stays.
    pub content: Content,
    /// What cannot be merged, in the order of the content. They are settled from the last to the first, removals
    /// after all else, so that each pointer means what it says until its turn comes.
    pub conflicts: Vec<Conflict>,
}

/// A place that both sides changed, and differently.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    /// What is in conflict.
    pub place: ConflictPlace,
    /// Where it stands in the merged content, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// The lines that ours takes up there, where only some lines of a text are in conflict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Lines>,
    /// What it was; absent where it was not there. Of lines and of texts, the text; of an order, the places in the
    /// merged list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Value>,
    /// What ours makes of it; absent where ours removed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ours: Option<Value>,
    /// What theirs makes of it; absent where theirs removed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theirs: Option<Value>,
}

/// Lines of a text, each with what ends it: `\n`, `\r\n` or `\r`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lines {
    /// The first of them, counted from 0.
    pub start: usize,
    /// How many; none where ours has nothing there.
    pub count: usize,
}

/// What is in conflict. Places in lists are places in the merged content, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ConflictPlace {
    /// The body as a whole: a text on one side, messages on the other.
    Body,
    /// Lines of the one text.
    Text,
    /// A message as a whole.
    Message {
        /// Its place.
        index: usize,
    },
    /// The role of a message.
    Role {
        /// The place of the message.
        index: usize,
    },
    /// Lines of a message.
    MessageText {
        /// The place of the message.
        index: usize,
    },
    /// An attachment of a message.
    Attachment {
        /// The place of the message.
        index: usize,
        /// The name of the attachment.
        name: String,
    },
    /// A variable, as a whole where there is no field.
    Variable {
        /// Its name.
        name: String,
        /// The field, as on the wire.
        field: Option<String>,
    },
    /// The language of the templates.
    Engine,
    /// The model.
    Model,
    /// A parameter, or a part of one.
    Parameter {
        /// The names that lead to it, such as `temperature`, or `extra` and `top_a`.
        path: Vec<String>,
    },
    /// A tool, as a whole where the path is empty.
    Tool {
        /// Its name.
        name: String,
        /// The names that lead to the part that is in conflict.
        path: Vec<String>,
    },
    /// A validation, as a whole where the path is empty.
    Validation {
        /// Its name.
        name: String,
        /// The names that lead to the part that is in conflict.
        path: Vec<String>,
    },
    /// The title of the prompt: where a prompt meets its file. It points beside the content, as `/title`.
    Title,
    /// The description of the prompt, in the same way.
    Description,
    /// The order of a list.
    Order {
        /// The list.
        list: MergedList,
    },
}

/// A list whose order can be in conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MergedList {
    /// The messages.
    Messages,
    /// The attachments of one message.
    Attachments,
    /// The variables.
    Variables,
    /// The tools.
    Tools,
    /// The validations.
    Validations,
}

impl MergedList {
    /// Its name, as on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Attachments => "attachments",
            Self::Variables => "variables",
            Self::Tools => "tools",
            Self::Validations => "validations",
        }
    }
}

/// One of the two that are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The one that is merged into.
    Ours,
    /// The one that is merged.
    Theirs,
}

/// Three states of the same thing: as it was, and as each side has it.
#[derive(Debug, Clone, Copy)]
struct Three<T> {
    base: T,
    ours: T,
    theirs: T,
}

impl<T> Three<T> {
    fn as_ref(&self) -> Three<&T> {
        Three { base: &self.base, ours: &self.ours, theirs: &self.theirs }
    }

    fn map<U>(self, mut f: impl FnMut(T) -> U) -> Three<U> {
        Three { base: f(self.base), ours: f(self.ours), theirs: f(self.theirs) }
    }
}

impl<T: PartialEq> Three<T> {
    /// What holds where at most one side changed it, or both did alike.
    fn settled(self) -> Result<T, Self> {
        if self.ours == self.theirs || self.theirs == self.base {
            Ok(self.ours)
        } else if self.ours == self.base {
            Ok(self.theirs)
        } else {
            Err(self)
        }
    }
}

impl Conflict {
    fn new(place: ConflictPlace, pointer: String, values: Three<Option<Value>>) -> Self {
        let Three { base, ours, theirs } = values;
        Self { place, pointer, lines: None, base, ours, theirs }
    }
}

/// Merges what two sides made of `base`.
#[must_use]
pub fn merge(base: &Content, ours: &Content, theirs: &Content) -> Merged {
    let all = Three { base, ours, theirs };
    let mut conflicts = Vec::new();
    let content = Content {
        body: body::merge(all.map(|content| &content.body), &mut conflicts),
        engine: settings::engine(all.map(|content| &content.engine), &mut conflicts),
        variables: variables::merge(all.map(|content| content.variables.as_slice()), &mut conflicts),
        settings: settings::merge(all.map(|content| &content.settings), &mut conflicts),
        validations: settings::validations(all.map(|content| content.validations.as_slice()), &mut conflicts),
    };
    Merged { content, conflicts }
}

/// The value as JSON; every type of content has a shape there.
fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("content serialises to JSON")
}

#[cfg(test)]
pub(crate) mod tests;
