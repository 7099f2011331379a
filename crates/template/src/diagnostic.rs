//! What is wrong with a template, where, and what to do about it.

use crate::source::SourceRange;
use formaops_domain::{Body, Content, Place};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something to tell about a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    /// How bad it is; with an error nothing is rendered.
    pub severity: Severity,
    /// What kind of thing it is.
    pub code: DiagnosticCode,
    /// What is the case, with what.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// Where: `body`, `messages[1]` or `variables[0]`, with line and column in a template.
    pub place: Place,
    /// The variable that it is about, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// The line just after its last character, in a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u32>,
    /// The column just after its last character, in a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_column: Option<u32>,
}

/// How bad a [`Diagnostic`] is. Ordered: `Info < Warning < Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Likely not what is wanted.
    Warning,
    /// The template cannot be rendered.
    Error,
}

/// The kinds of [`Diagnostic`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DiagnosticCode {
    /// A tag that does not follow the grammar.
    Syntax,
    /// A block without its end.
    UnclosedBlock,
    /// An end or `else` without its block, or with another one's name.
    UnexpectedClose,
    /// Blocks or parentheses nested deeper than is allowed.
    TooDeep,
    /// Something of Handlebars that is not supported: decorators of one's own.
    Unsupported,
    /// A partial that does not exist.
    UnknownPartial,
    /// A partial that cannot be rendered where it is called: it has a mistake, calls one that does not exist, or calls
    /// itself without end.
    BrokenPartial,
    /// A call of a partial that likely means something else, or that leaves something of it behind.
    PartialUse,
    /// A helper that does not exist.
    UnknownHelper,
    /// A helper with wrong arguments, or a block helper without its block.
    HelperUse,
    /// A role that does not exist or is not written out, or one in a message that has its own.
    Role,
    /// A name that no variable has.
    UndeclaredVariable,
    /// A variable that no template uses.
    UnusedVariable,
    /// Text after `{{history}}` that no role stands before.
    TextAfterHistory,
    /// A message that came out empty.
    EmptyMessage,
}

/// A finding in one template, before it is known which one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) severity: Severity,
    pub(crate) code: DiagnosticCode,
    pub(crate) message: String,
    pub(crate) hint: String,
    pub(crate) range: SourceRange,
    pub(crate) variable: Option<String>,
}

impl Problem {
    pub(crate) fn error(
        code: DiagnosticCode,
        range: SourceRange,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        let (message, hint) = (message.into(), hint.into());
        Self { severity: Severity::Error, code, message, hint, range, variable: None }
    }

    pub(crate) fn warning(
        code: DiagnosticCode,
        range: SourceRange,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, range, message, hint) }
    }

    /// That it is about a variable.
    pub(crate) fn about(self, variable: &str) -> Self {
        Self { variable: Some(variable.to_owned()), ..self }
    }

    /// Whether nothing is rendered with it. What is wrong inside of a partial stops only what comes to it, with its
    /// place there.
    pub(crate) fn refuses(&self) -> bool {
        self.severity == Severity::Error && self.code != DiagnosticCode::BrokenPartial
    }

    pub(crate) fn at(self, path: String) -> Diagnostic {
        Diagnostic {
            severity: self.severity,
            code: self.code,
            message: self.message,
            hint: self.hint,
            place: Place { path, line: Some(self.range.line), column: Some(self.range.column) },
            variable: self.variable,
            end_line: Some(self.range.end_line),
            end_column: Some(self.range.end_column),
        }
    }
}

/// How the template with this index is named in a [`Place`].
pub(crate) fn template_path(content: &Content, index: usize) -> String {
    match content.body {
        Body::Text { .. } => "body".to_owned(),
        Body::Messages { .. } => format!("messages[{index}]"),
    }
}

/// The candidate closest to a misspelt name, where one is close enough to be meant.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&name, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, candidate)| distance <= candidate.chars().count().div_ceil(3))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}
