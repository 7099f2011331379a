//! Values that are written as text, as on a command line.

use crate::{
    problem::{InputProblem, ProblemCode, bounded},
    value::{describe, with_article},
};
use formaops_domain::{Variable, VariableType};
use serde_json::{Number, Value};

/// The value that a text means for a variable: strings and options as they are, numbers, `true` and
/// `false`, JSON for arrays and objects. Only the type is checked; [`crate::check_inputs`] does the rest.
///
/// # Errors
/// Where the text means no value of the variable's type.
pub fn coerce_text(variable: &Variable, text: &str) -> Result<Value, InputProblem> {
    let trimmed = text.trim();
    let value = match variable.kind {
        VariableType::String | VariableType::Enum => Ok(Value::String(text.to_owned())),
        VariableType::Number => match serde_json::from_str::<Number>(trimmed) {
            Ok(number) => Ok(Value::Number(number)),
            Err(_) => Err(None),
        },
        VariableType::Boolean => match trimmed {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(None),
        },
        VariableType::Array => json(trimmed, Value::is_array),
        VariableType::Object => json(trimmed, Value::is_object),
    };
    value.map_err(|why| wrong_text(variable, text, why))
}

/// JSON of the wanted type, or why it is no JSON at all.
fn json(text: &str, is_wanted: fn(&Value) -> bool) -> Result<Value, Option<serde_json::Error>> {
    match serde_json::from_str::<Value>(text) {
        Ok(value) if is_wanted(&value) => Ok(value),
        Ok(_) => Err(None),
        Err(error) => Err(Some(error)),
    }
}

fn wrong_text(variable: &Variable, text: &str, why: Option<serde_json::Error>) -> InputProblem {
    let Variable { name, kind, sensitive, .. } = variable;
    let got = describe(&Value::from(text), !sensitive);
    let expected = with_article(*kind);
    let hint = match kind {
        VariableType::Array => format!("Write it as JSON: `{name}=[\"a\", \"b\"]`"),
        VariableType::Object => format!("Write it as JSON: `{name}={{\"key\": \"value\"}}`"),
        VariableType::Boolean => "Write `true` or `false`".to_owned(),
        VariableType::Number | VariableType::String | VariableType::Enum => {
            "Write digits with an optional `.` and sign, such as `-1.5`".to_owned()
        }
    };
    let why = why.map(|error| format!(" ({error})")).unwrap_or_default();
    let message = bounded(&format!("`{name}` must be {expected}, got {got}{why}"), 300);
    InputProblem::new(format!("inputs.{name}"), ProblemCode::WrongType, message, hint)
}
