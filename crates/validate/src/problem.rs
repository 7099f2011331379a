//! What is wrong with something that the user entered.

use formaops_domain::Place;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that the user entered and that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("{message}")]
#[serde(rename_all = "camelCase")]
pub struct InputProblem {
    /// Where: `variables[2].pattern`, `validations[0].rule.schema`, `inputs.language`, and into a
    /// structured input as `inputs.user.address.0`.
    pub place: Place,
    /// What kind of problem it is.
    pub code: ProblemCode,
    /// What was expected of what, and what was got.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// The kinds of [`InputProblem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// A required variable has no value.
    Missing,
    /// A value of another type.
    WrongType,
    /// A value that is not among the options.
    NotAnOption,
    /// A number, length or count that is too small.
    TooSmall,
    /// A number, length or count that is too large.
    TooLarge,
    /// A text without a match of the pattern.
    NoMatch,
    /// A value that does not follow its schema.
    Schema,
    /// A name that cannot be one.
    BadName,
    /// A name that is taken.
    Duplicate,
    /// A declaration that makes no sense, such as an `enum` without options.
    BadDeclaration,
    /// A regular expression that cannot be read.
    BadPattern,
    /// A JSON Schema that cannot be used.
    BadSchema,
}

impl InputProblem {
    pub(crate) fn new(
        path: impl Into<String>,
        code: ProblemCode,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        let place = Place { path: path.into(), line: None, column: None };
        Self { place, code, message: bounded(&message.into(), MESSAGE_LIMIT), hint: hint.into() }
    }
}

/// The longest message in characters.
pub(crate) const MESSAGE_LIMIT: usize = 600;

/// The text, cut to this many characters.
pub(crate) fn bounded(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
