//! YAML to JSON and back, within limits.

use crate::prompt_file::{patch, tree};
use serde_json::Value;

/// The deepest nesting of YAML, whose reader takes much of the stack for each level.
pub const MAX_DEPTH: usize = 48;

/// How large a document may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most lists, objects and values.
    pub nodes: usize,
    /// The most uses of anchors.
    pub aliases: usize,
}

/// Why a text is not YAML, or goes beyond the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// What is wrong.
    pub message: String,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1, in characters.
    pub column: Option<u32>,
}

/// Reads one document. JSON is YAML too, and may be nested deeper, as far as its own reader goes.
pub fn read(text: &str, limits: Limits) -> Result<Value, YamlError> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    if text.starts_with('{')
        && let Ok(value) = serde_json::from_str(text)
    {
        return Ok(value);
    }
    let Limits { nodes, aliases } = limits;
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            max_aliases: aliases,
            max_nodes: nodes,
            max_events: nodes.saturating_mul(2),
        },
        strict_booleans: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let location = error.location();
        let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        // Its own words say the place too, as if the text were a file of its own.
        let own = location.map(|at| format!(" at line {}, column {}", at.line(), at.column()));
        let message = error.without_snippet().to_string();
        YamlError {
            line: location.map(|at| number(at.line())),
            column: location.map(|at| number(at.column())),
            message: own.map_or(message.clone(), |own| message.replace(&own, "")),
        }
    })
}

/// Writes a document, as JSON where it is nested too deep for YAML. With `blocks`, texts of several lines are
/// blocks of their own; not every text comes back from one unchanged.
pub fn write(value: &Value, blocks: bool) -> String {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: blocks };
    let yaml = (depth(value) < MAX_DEPTH).then(|| serde_saphyr::to_string_with_options(value, options));
    match yaml {
        Some(Ok(yaml)) => yaml,
        Some(Err(_)) | None => format!("{value:#}\n"),
    }
}

/// Writes a document so that reading it gives the same again, with texts of several lines as blocks where that is so.
pub fn write_exactly(value: &Value, limits: Limits) -> String {
    [true, false]
        .into_iter()
        .map(|blocks| write(value, blocks))
        .find(|yaml| read(yaml, limits).is_ok_and(|read| read == *value))
        .unwrap_or_else(|| format!("{value:#}\n"))
}

/// A document that says something else: comments, the order of keys, line ends and whatever stays equal are as they
/// were, as far as that can be.
#[must_use]
pub fn edit(text: &str, wanted: &Value, limits: Limits) -> String {
    patch::edit(text, wanted, limits)
}

/// Where something stands: the line and column, from 1, of the deepest node on the way of keys and numbers, such as
/// `cases.3.inputs`.
#[must_use]
pub fn place(text: &str, path: &str) -> Option<(u32, u32)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let before = &text[..tree::read(text)?.find(path)?.start];
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    Some((u32::try_from(line).ok()?, u32::try_from(column).ok()?))
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}
