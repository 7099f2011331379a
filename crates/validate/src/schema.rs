//! JSON Schema: of structured inputs, and of answers.

use crate::problem::bounded;
use jsonschema::{ReferencingError, ValidationError, Validator, error::ValidationErrorKind};
use serde_json::Value;
use std::{cell::RefCell, rc::Rc};

/// The most errors that are told of one value.
const MAX_ERRORS: usize = 5;

/// The most of a value that is shown.
const VALUE_LIMIT: usize = 60;

/// Why a JSON Schema cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SchemaError {
    #[error("the schema refers to `{0}`, which is not part of it; other documents are never fetched")]
    Outside(String),
    #[error("the schema refers to `{0}`, which it does not have")]
    Nowhere(String),
    #[error("the schema is not a valid JSON Schema at {path}: {message}")]
    Invalid { path: String, message: String },
}

impl SchemaError {
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Outside(_) => "Copy what it refers to under `$defs`, and refer to it as `#/$defs/NAME`",
            Self::Nowhere(_) => "Add what it refers to under `$defs`, or correct the reference",
            Self::Invalid { .. } => "Correct the schema",
        }
    }
}

/// How many schemas a thread keeps ready: many answers are checked against few.
const READY: usize = 16;

thread_local! {
    static LAST_USED: RefCell<Vec<(Value, Rc<Schema>)>> = const { RefCell::new(Vec::new()) };
}

/// A schema that values can be checked against.
pub(crate) struct Schema(Validator);

/// Where a value does not follow a schema.
#[derive(Debug)]
pub(crate) struct Mismatch {
    /// JSON Pointer to the part of the value; empty for the whole.
    pub(crate) pointer: String,
    /// What was expected of it.
    pub(crate) message: String,
}

impl Schema {
    /// The schema, made ready or as it was used last on this thread.
    pub(crate) fn ready(schema: &Value) -> Result<Rc<Self>, SchemaError> {
        let found = LAST_USED.with_borrow_mut(|used| {
            let at = used.iter().position(|(known, _)| known == schema)?;
            used[..=at].rotate_right(1);
            Some(Rc::clone(&used[0].1))
        });
        if let Some(found) = found {
            return Ok(found);
        }
        let made = Rc::new(Self::new(schema)?);
        LAST_USED.with_borrow_mut(|used| {
            used.truncate(READY - 1);
            used.insert(0, (schema.clone(), Rc::clone(&made)));
        });
        Ok(made)
    }

    pub(crate) fn new(schema: &Value) -> Result<Self, SchemaError> {
        match jsonschema::options().offline().should_validate_formats(true).build(schema) {
            Ok(validator) => Ok(Self(validator)),
            Err(error) => Err(match error.kind() {
                ValidationErrorKind::Referencing(error) => unresolved(error),
                _ => SchemaError::Invalid {
                    path: pointer(error.instance_path().as_str()),
                    message: bounded(&error.to_string(), 200),
                },
            }),
        }
    }

    /// The first mismatches; none where the value follows the schema. Where a value is not to be shown,
    /// only the schema's own rule is named: messages and paths may repeat field names, which are values too.
    pub(crate) fn mismatches(&self, value: &Value, shows_values: bool) -> Vec<Mismatch> {
        let errors = self.0.iter_errors(value).take(MAX_ERRORS);
        let mismatch = |error: ValidationError<'_>| {
            if !shows_values {
                let message = format!("its rule at {} does not hold", pointer(error.schema_path().as_str()));
                return Mismatch { pointer: String::new(), message };
            }
            let expected = bounded(&error.masked().to_string(), 300);
            let instance = error.instance();
            let got = if instance.is_object() || instance.is_array() {
                String::new()
            } else {
                format!(", got `{}`", bounded(&instance.to_string(), VALUE_LIMIT))
            };
            let pointer = bounded(error.instance_path().as_str(), 200);
            Mismatch { pointer, message: format!("{expected}{got}") }
        };
        errors.map(mismatch).collect()
    }
}

fn unresolved(error: &ReferencingError) -> SchemaError {
    let shown = |target: &str| bounded(target, 200);
    match error {
        ReferencingError::Unretrievable { uri, .. } => SchemaError::Outside(shown(uri)),
        ReferencingError::UnknownSpecification { specification } => {
            SchemaError::Outside(shown(specification))
        }
        ReferencingError::PointerToNowhere { pointer } => {
            SchemaError::Nowhere(format!("#{}", shown(pointer)))
        }
        ReferencingError::NoSuchAnchor { anchor } => SchemaError::Nowhere(format!("#{}", shown(anchor))),
        other => SchemaError::Invalid { path: pointer("/$ref"), message: shown(&other.to_string()) },
    }
}

/// A JSON Pointer as it is shown. That of the whole is empty, and `/` is the field without a name.
pub(crate) fn pointer(pointer: &str) -> String {
    if pointer.is_empty() { "the root".to_owned() } else { format!("`{pointer}`") }
}
