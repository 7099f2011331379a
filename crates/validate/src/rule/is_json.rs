//! # is-json, contains-json
//!
//! **What it checks.** `is-json`: the whole answer is JSON. `contains-json`: there is a JSON object in it. With a schema,
//! that JSON must follow it; of several objects one is enough.
//!
//! **Value.** A JSON Schema, or nothing. A schema can be written as a text of JSON.
//!
//! **Threshold.** None.
//!
//! **Example.**
//!
//! ```yaml
//! - type: is-json
//!   value: {type: object, required: [answer]}
//! ```
//!
//! **Differences from promptfoo.** `contains-json` finds JSON; promptfoo also takes objects that are only YAML, such as
//! `{a: 1}`, and closes braces that are left open. Answers of more than 8 MiB are not searched for objects. A schema that is a text must be JSON; promptfoo reads YAML. Which
//! formats there are, and how mismatches are worded, is that of another library.

use super::{Case, Decided, Mistake, Rule, schema};
use crate::{
    evaluate::Replay,
    finding::{Finding, Halt},
    json::{objects_in, reason},
    problem::ProblemCode,
    schema::Schema,
};
use formaops_domain::Assertion;
use serde_json::Value;
use std::borrow::Cow;

pub(super) const RULE: Rule = Rule {
    names: &["is-json", "contains-json"],
    source: include_str!("is_json.rs"),
    mistakes,
    decide,
    is_quick: false,
};

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    match schema_of(assertion) {
        Ok(Some(schema)) => schema::mistakes(&schema, "value"),
        Ok(None) => Vec::new(),
        Err(mistake) => vec![mistake],
    }
}

/// The schema that an assertion names; none where it names none.
fn schema_of(assertion: &Assertion) -> Result<Option<Cow<'_, Value>>, Mistake> {
    match &assertion.value {
        None | Some(Value::Null | Value::Bool(false)) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => match serde_json::from_str(text) {
            Ok(schema) => Ok(Some(Cow::Owned(schema))),
            Err(error) => {
                let message = format!("the value of `{}` is no JSON Schema: {error}", assertion.name);
                let hint = "Write the schema as an object";
                Err(Mistake::new("value", ProblemCode::BadSchema, message, hint))
            }
        },
        Some(schema) => Ok(Some(Cow::Borrowed(schema))),
    }
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let schema = match schema_of(case.assertion)? {
        Some(schema) => {
            Some(Schema::ready(&schema).map_err(|error| Halt::Error(format!("{error}. {}", error.hint())))?)
        }
        None => None,
    };
    let schema = schema.as_deref();
    Ok(if case.name == "contains-json" { contains(case, schema) } else { is(case, schema) })
}

fn is(case: &Case<'_>, schema: Option<&Schema>) -> Finding {
    let value = match serde_json::from_str::<Value>(&case.text) {
        Ok(value) => value,
        Err(error) => return Finding::new(false, format!("the answer is not JSON: {}", reason(&error))),
    };
    let Some(schema) = schema else { return Finding::new(true, "the answer is JSON") };
    let mismatches = schema.mismatches(&value, true);
    if mismatches.is_empty() {
        return Finding::new(true, "the answer is JSON that follows the schema");
    }
    let message =
        format!("the answer is JSON that does not follow the schema; {}", schema::in_words(&mismatches));
    Finding::new(false, message).with_detail(schema::in_detail(&mismatches))
}

fn contains(case: &Case<'_>, schema: Option<&Schema>) -> Finding {
    let mut objects = objects_in(&case.text).peekable();
    if objects.peek().is_none() {
        return Finding::new(false, "the answer contains no JSON object");
    }
    let Some(schema) = schema else { return Finding::new(true, "the answer contains a JSON object") };
    let mut last = Vec::new();
    for object in objects {
        last = schema.mismatches(&object, true);
        if last.is_empty() {
            return Finding::new(true, "the answer contains a JSON object that follows the schema");
        }
    }
    let message =
        format!("the answer contains no JSON object that follows the schema; {}", schema::in_words(&last));
    Finding::new(false, message).with_detail(schema::in_detail(&last))
}
