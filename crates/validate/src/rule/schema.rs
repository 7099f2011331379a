//! # Schema
//!
//! **What it checks.** The answer is JSON that follows a JSON Schema. Up to five mismatches are told, each with the path
//! (a JSON Pointer) and what was expected there; `detail` has them as `mismatches`. The JSON may stand bare, in a code
//! fence, or in the middle of prose, where the longest object or array is taken; wherever it was not the whole answer,
//! the message says so. Numbers, texts and booleans are only read where they are the whole answer or stand in a fence.
//!
//! **Value.** A schema of draft 4, 6, 7, 2019-09 or 2020-12, as its `$schema` says; 2020-12 where it says nothing.
//! `format` is checked. A `$ref` may lead anywhere in the schema, in circles too; other documents are never fetched.
//!
//! **Threshold.** None.
//!
//! **Example.**
//!
//! ```yaml
//! kind: schema
//! schema:
//!   type: object
//!   required: [title, due]
//!   properties:
//!     title: {type: string}
//!     due: {type: string, format: date}
//! ```
//!
//! **Differences from promptfoo.** It has `is-json` for this, which reads bare JSON only.

use super::{Decided, Mistake};
use crate::{
    finding::{Finding, Halt},
    json::read_json,
    problem::ProblemCode,
    schema::{Mismatch, Schema, pointer},
};
use serde_json::{Value, json};

/// What is wrong with a schema in this field.
pub(crate) fn mistakes(schema: &Value, field: &str) -> Vec<Mistake> {
    let mistake = |error: crate::schema::SchemaError| {
        Mistake::new(field, ProblemCode::BadSchema, error.to_string(), error.hint())
    };
    Schema::ready(schema).err().map(mistake).into_iter().collect()
}

pub(super) fn decide(schema: &Value, output: &str) -> Decided {
    let schema = Schema::ready(schema).map_err(|error| Halt::Error(format!("{error}. {}", error.hint())))?;
    let found = match read_json(output) {
        Ok(found) => found,
        Err(why) => return Ok(Finding::new(false, why)),
    };
    let mismatches = schema.mismatches(&found.value, true);
    if mismatches.is_empty() {
        return Ok(Finding::new(true, format!("the answer follows the schema{}", found.note)));
    }
    let message = format!("the answer does not follow the schema{}; {}", found.note, in_words(&mismatches));
    Ok(Finding::new(false, message).with_detail(in_detail(&mismatches)))
}

pub(super) fn in_words(mismatches: &[Mismatch]) -> String {
    let lines = mismatches
        .iter()
        .map(|mismatch| format!("at {}: {}", pointer(&mismatch.pointer), mismatch.message))
        .collect::<Vec<_>>();
    lines.join("; ")
}

pub(super) fn in_detail(mismatches: &[Mismatch]) -> Value {
    let each = |mismatch: &Mismatch| json!({"path": mismatch.pointer, "message": mismatch.message});
    json!({"mismatches": mismatches.iter().map(each).collect::<Vec<_>>()})
}
