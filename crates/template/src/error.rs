//! Why a prompt could not be rendered.

use crate::Diagnostic;
use formaops_domain::{ErrorClass, Failure, Place};

/// Why a prompt could not be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The templates have errors; they come first in the list, which is never empty.
    #[error("{}", summary(.0))]
    Invalid(Vec<Diagnostic>),
    /// A value names a partial that was not looked for yet: with an answer in
    /// [`Partials`](crate::Partials), it renders further.
    #[error("the partial `{name}` was not looked for")]
    UnresolvedPartial {
        /// The name.
        name: String,
    },
    /// A required variable has neither a value nor a default.
    #[error("`{name}` is required and has no value")]
    MissingVariable {
        /// The variable.
        name: String,
    },
    /// The rendered text is longer than [`MAX_OUTPUT_BYTES`](crate::MAX_OUTPUT_BYTES).
    #[error("the rendered prompt is longer than {} MiB", .limit / (1024 * 1024))]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// Rendering takes more than [`MAX_STEPS`](crate::MAX_STEPS) steps.
    #[error("rendering takes more than {limit} steps")]
    TooManySteps {
        /// The limit.
        limit: usize,
    },
    /// Blocks and partials are nested deeper than [`MAX_NESTING`](crate::MAX_NESTING) while rendering.
    #[error("blocks and partials are nested more than {limit} deep")]
    TooNested {
        /// The limit.
        limit: usize,
    },
}

impl TemplateError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Invalid(diagnostics) => {
                diagnostics.first().map(|first| first.hint.clone()).unwrap_or_default()
            }
            Self::MissingVariable { name } => format!("Give `{name}` a value, or declare a default"),
            Self::UnresolvedPartial { name } => format!("Look for `{name}`, and render again"),
            Self::TooLong { .. } => "Shorten the inputs, or loop over fewer items".to_owned(),
            Self::TooNested { .. } => "Let the partial that calls itself come to an end".to_owned(),
            Self::TooManySteps { .. } => "Loop over fewer items, or nest fewer loops".to_owned(),
        }
    }

    /// Where in the templates or inputs it is.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Invalid(diagnostics) => diagnostics.first().map(|first| first.place.clone()),
            Self::MissingVariable { name } => {
                Some(Place { path: format!("inputs.{name}"), line: None, column: None })
            }
            Self::UnresolvedPartial { .. }
            | Self::TooLong { .. }
            | Self::TooManySteps { .. }
            | Self::TooNested { .. } => None,
        }
    }
}

impl From<TemplateError> for Failure {
    fn from(error: TemplateError) -> Self {
        let class = match error {
            TemplateError::MissingVariable { .. } => ErrorClass::Inputs,
            TemplateError::Invalid(_)
            | TemplateError::UnresolvedPartial { .. }
            | TemplateError::TooLong { .. }
            | TemplateError::TooManySteps { .. }
            | TemplateError::TooNested { .. } => ErrorClass::Template,
        };
        Self::new(class, error.to_string(), error.hint())
    }
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    let Some(first) = diagnostics.first() else { return "the template has an error".to_owned() };
    let Place { path, line, column } = &first.place;
    match (line, column) {
        (Some(line), Some(column)) => {
            format!("{path}, line {line}, column {column}: {}", first.message)
        }
        _ => format!("{path}: {}", first.message),
    }
}
