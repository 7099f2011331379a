//! The values of assertions, read as what they must be.

use super::Mistake;
use crate::problem::{ProblemCode, bounded};
use formaops_domain::Assertion;
use serde_json::Value;
use std::borrow::Cow;

fn mistake(assertion: &Assertion, code: ProblemCode, message: &str, hint: &str) -> Mistake {
    Mistake::new("value", code, format!("`{}` {message}", bounded(&assertion.name, 60)), hint)
}

/// The value, which must be there and be no null.
pub(super) fn required(assertion: &Assertion) -> Result<&Value, Mistake> {
    let value = assertion.value.as_ref().filter(|value| !value.is_null());
    value.ok_or_else(|| mistake(assertion, ProblemCode::Missing, "needs a value", "Give it a `value`"))
}

/// A text that is not empty.
pub(super) fn text(assertion: &Assertion) -> Result<&str, Mistake> {
    let wrong = |got: &str| {
        let message = format!("needs a text as its value, got {got}");
        mistake(assertion, ProblemCode::WrongType, &message, "Write the `value` as a text")
    };
    match required(assertion)? {
        Value::String(text) if text.is_empty() => Err(wrong("an empty one")),
        Value::String(text) => Ok(text),
        other => Err(wrong(kind(other))),
    }
}

/// A text that is not empty, or a number, as text.
pub(super) fn text_or_number(assertion: &Assertion) -> Result<Cow<'_, str>, Mistake> {
    match required(assertion)? {
        number @ Value::Number(_) => Ok(Cow::Owned(as_text(number))),
        _ => text(assertion).map(Cow::Borrowed),
    }
}

/// A list, or a text of values between commas, as texts; at least one.
pub(super) fn list(assertion: &Assertion) -> Result<Vec<String>, Mistake> {
    let wrong = |code, message: &str| {
        mistake(assertion, code, message, "Write the `value` as a list of texts, or as texts between commas")
    };
    let found = match required(assertion)? {
        Value::Array(items) => items.iter().map(as_text).collect(),
        Value::String(text) => between_commas(text).map_err(|why| wrong(ProblemCode::WrongType, why))?,
        other => {
            let message = format!("needs a list as its value, got {}", kind(other));
            return Err(wrong(ProblemCode::WrongType, &message));
        }
    };
    Ok(found)
}

/// One text, or a list of texts; at least one.
pub(super) fn texts(assertion: &Assertion) -> Result<Vec<&str>, Mistake> {
    let wrong = |got: &str| {
        let message = format!("needs a text or a list of texts as its value, got {got}");
        let hint = "Write the `value` as a text, or as a list of texts";
        mistake(assertion, ProblemCode::WrongType, &message, hint)
    };
    match required(assertion)? {
        Value::String(text) => Ok(vec![text]),
        Value::Array(items) if items.is_empty() => Err(wrong("an empty list")),
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().ok_or_else(|| wrong(&format!("a list with {} in it", kind(item)))))
            .collect(),
        other => Err(wrong(kind(other))),
    }
}

/// The threshold, which must be there.
pub(super) fn threshold(assertion: &Assertion) -> Result<f64, Mistake> {
    assertion.threshold.ok_or_else(|| {
        let message = format!("`{}` needs a threshold", bounded(&assertion.name, 60));
        Mistake::new("threshold", ProblemCode::Missing, message, "Give it a `threshold`")
    })
}

/// A value as JavaScript makes a text of it.
pub(super) fn as_text(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => float.to_string(),
            _ => number.to_string(),
        },
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let texts = items.iter().map(|item| if item.is_null() { String::new() } else { as_text(item) });
            texts.collect::<Vec<_>>().join(",")
        }
        Value::Object(_) => "[object Object]".to_owned(),
    }
}

/// What kind of value it is, as it stands in a sentence.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The texts between the commas, without the blanks around them. In quotes one may hold commas; in it `\"` and `""`
/// are a quote and `\\` is a backslash. Commas with nothing between them count as one.
fn between_commas(text: &str) -> Result<Vec<String>, &'static str> {
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (field, after) = quoted_text(quoted).ok_or("has a quote in its value that is not closed")?;
            rest = after.trim_start();
            if !rest.is_empty() && !rest.starts_with(',') {
                return Err("has no comma in its value after a text in quotes");
            }
            found.push(field);
        } else {
            let (field, after) = rest.split_once(',').unwrap_or((rest, ""));
            found.push(field.trim().to_owned());
            rest = after;
        }
        rest = rest.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
    }
    Ok(found)
}

/// The text up to its closing quote, and what comes after that.
fn quoted_text(text: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let at = rest.find(['"', '\\'])?;
        field.push_str(&rest[..at]);
        let (mark, after) = rest[at..].split_at(1);
        let doubled = after.strip_prefix('"');
        match (mark, doubled, after.strip_prefix('\\')) {
            (_, Some(after), _) => {
                field.push('"');
                rest = after;
            }
            ("\\", None, Some(after)) => {
                field.push('\\');
                rest = after;
            }
            ("\\", None, None) => {
                field.push('\\');
                rest = after;
            }
            _ => return Some((field, after)),
        }
    }
}
