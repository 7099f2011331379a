//! Numbers of a configuration. What stands in the place of one is refused and never left out: a threshold that nobody
//! reads is a test that passes.

use crate::problem::Log;
use serde_json::Value;

/// A number, where there is one.
pub(crate) fn number(value: Option<Value>, at: &str, log: &mut Log) -> Option<f64> {
    let value = value.filter(|value| !value.is_null())?;
    let number = value.as_f64().filter(|number| number.is_finite());
    if number.is_none() {
        refuse(&value, "a number", at, log);
    }
    number
}

/// A whole number from 0 on, where there is one.
pub(crate) fn whole(value: Option<&Value>, at: &str, log: &mut Log) -> Option<u32> {
    let value = value.filter(|value| !value.is_null())?;
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    if number.is_none() {
        refuse(value, "a whole number from 0 on", at, log);
    }
    number
}

fn refuse(value: &Value, expected: &str, at: &str, log: &mut Log) {
    let field = at.rsplit('.').next().unwrap_or(at);
    let hint = match value.as_str().map(str::trim) {
        Some(text) if text.parse::<f64>().is_ok() => format!("Write it without quotes: `{text}`."),
        _ => "Write one without quotes, or remove the field.".to_owned(),
    };
    log.wrong(at, format!("`{field}` must be {expected}, got `{value}`"), hint);
}
