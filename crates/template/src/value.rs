//! Values during rendering: what they are, where they come from, how they print.

use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

/// A value and the path in the inputs it was found at.
#[derive(Debug, Clone)]
pub(crate) struct Found<'a> {
    pub(crate) value: Cow<'a, Value>,
    /// Empty for the inputs as a whole and for what was worked out.
    pub(crate) path: String,
}

impl<'a> Found<'a> {
    pub(crate) fn new(value: &'a Value, path: impl Into<String>) -> Self {
        Self { value: Cow::Borrowed(value), path: path.into() }
    }

    pub(crate) fn made(value: Value) -> Self {
        Self { value: Cow::Owned(value), path: String::new() }
    }

    pub(crate) fn nothing() -> Self {
        Self::made(Value::Null)
    }

    /// The field or item of this name; null where there is none.
    pub(crate) fn child(&self, name: &str) -> Self {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        let value = match &self.value {
            Cow::Borrowed(value) => field(value, name).map(Cow::Borrowed),
            Cow::Owned(value) => field(value, name).cloned().map(Cow::Owned),
        };
        Self { value: value.unwrap_or(Cow::Owned(Value::Null)), path }
    }
}

fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Object(fields) => fields.get(name),
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => None,
    }
}

/// Whether a value counts as true for `if`: not null, false, 0, an empty text or an empty list.
pub(crate) fn is_truthy(value: &Value, include_zero: bool) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => include_zero || number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(_) => true,
    }
}

/// Equality of `ifEquals`: strict on types, by content. The integer 5 equals the number 5.0.
pub(crate) fn is_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (left, right) => left == right,
    }
}

/// A value as it stands in a text: null is empty, lists and objects are JSON.
pub(crate) fn print(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => print_number(number),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// A whole number has no fraction however it was written, as in JavaScript.
fn print_number(number: &serde_json::Number) -> String {
    match number.as_f64() {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 9e15 => {
            (float as i64).to_string()
        }
        _ => number.to_string(),
    }
}

/// A value as JSON, on one line or indented by this many spaces.
pub(crate) fn print_json(value: &Value, indent: usize) -> String {
    if indent == 0 {
        return value.to_string();
    }
    let spaces = vec![b' '; indent.min(10)];
    let formatter = serde_json::ser::PrettyFormatter::with_indent(&spaces);
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    match value.serialize(&mut serializer) {
        Ok(()) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => value.to_string(),
    }
}
