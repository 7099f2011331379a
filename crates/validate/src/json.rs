//! JSON in the answers of models: bare, in a code fence, or in the middle of prose.

use serde_json::{Deserializer, Value};

/// The longest text in bytes that is searched for JSON in the middle of prose.
const PROSE_LIMIT: usize = 8 << 20;

/// The most beginnings in prose that are tried and are none.
const FALSE_STARTS: usize = 10_000;

/// The most beginnings in prose that are read to the end of the text in vain.
const CUT_OFF: usize = 32;

/// JSON that was found in an answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FoundJson {
    pub(crate) value: Value,
    /// Where it was found, to be put after a sentence; empty where it is the whole answer.
    pub(crate) note: String,
}

/// The JSON that is the whole answer, stands in its only code fence, or is the longest object or array in its prose.
///
/// # Errors
/// What was found instead, for people.
pub(crate) fn read_json(output: &str) -> Result<FoundJson, String> {
    let text = output.trim();
    if text.is_empty() {
        return Err("the answer is empty; JSON was expected".to_owned());
    }
    let error = match serde_json::from_str(text) {
        Ok(value) => return Ok(FoundJson { value, note: String::new() }),
        Err(error) => error,
    };
    let fences = fences(text);
    let mut inside = fences.iter().filter_map(|fence| serde_json::from_str(fence).ok());
    if let (Some(value), None) = (inside.next(), inside.next()) {
        let note = if fences.len() == 1 {
            " (read from its code fence)".to_owned()
        } else {
            format!(" (read from the only one of its {} code fences that holds JSON)", fences.len())
        };
        return Ok(FoundJson { value, note });
    }
    match fences.as_slice() {
        [] => in_prose(text).ok_or_else(|| format!("the answer is not JSON: {}", reason(&error))),
        [inside] => {
            let error = serde_json::from_str::<Value>(inside).err();
            let reason = error.map(|error| reason(&error)).unwrap_or_default();
            Err(format!("the code fence of the answer does not hold JSON: {reason}"))
        }
        many => Err(format!(
            "the answer is not JSON, and has {} code fences where at most one can be read",
            many.len()
        )),
    }
}

/// Why there is no JSON in an answer, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoJson(String);

/// The JSON of an answer: all of it, in its only code fence, or the longest object or array in its prose.
///
/// # Errors
/// Where there is none.
pub fn json_of(output: &str) -> Result<Value, NoJson> {
    read_json(output).map(|found| found.value).map_err(NoJson)
}

/// Why a text is not JSON. Values are read to a depth of 128.
pub(crate) fn reason(error: &serde_json::Error) -> String {
    let reason = error.to_string();
    match reason.strip_prefix("recursion limit exceeded") {
        Some(place) => format!("it is nested deeper than 128 levels{place}"),
        None => reason,
    }
}

/// The longest object or array in a text, and a note that says so.
fn in_prose(text: &str) -> Option<FoundJson> {
    let found = values_in(text);
    let note = match found.len() {
        1 => " (read from the prose around it)".to_owned(),
        many => format!(" (read from the prose around it, as the longest of {many} values)"),
    };
    // Of two that are equally long, the first.
    let (_, value) = found.into_iter().rev().max_by_key(|(length, _)| *length)?;
    Some(FoundJson { value, note })
}

/// The outermost objects and arrays in a text, each with its length in bytes, up to where a value was cut off: what
/// stands inside such a value was not meant to be the answer.
pub(crate) fn values_in(text: &str) -> Vec<(usize, Value)> {
    search(text, &['{', '['], 1)
}

/// The outermost objects in a text.
pub(crate) fn objects_in(text: &str) -> impl Iterator<Item = Value> {
    search(text, &['{'], CUT_OFF).into_iter().map(|(_, value)| value)
}

/// The outermost values in a text that begin with one of these, each with its length in bytes. Longer texts than
/// [`PROSE_LIMIT`] are not searched, nor what comes after too many beginnings that are none or are cut off.
fn search(text: &str, beginnings: &[char], most_cut_off: usize) -> Vec<(usize, Value)> {
    let mut found = Vec::new();
    if text.len() > PROSE_LIMIT {
        return found;
    }
    let (mut at, mut false_starts, mut cut_off) = (0, 0, 0);
    while let Some(start) = text[at..].find(beginnings).map(|offset| at + offset) {
        let mut values = Deserializer::from_str(&text[start..]).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                let length = values.byte_offset();
                found.push((length, value));
                at = start + length;
            }
            Some(Err(error)) => {
                false_starts += 1;
                cut_off += usize::from(error.is_eof());
                if false_starts > FALSE_STARTS || cut_off >= most_cut_off {
                    return found;
                }
                at = start + 1;
            }
            None => return found,
        }
    }
    found
}

/// The contents of the code fences of a Markdown text; one that is not closed goes to the end.
fn fences(text: &str) -> Vec<String> {
    let (mut found, open) = fences_of(text);
    found.extend(open);
    found.into_iter().map(|(_, inside)| inside).collect()
}

/// The code fences of a Markdown text that are closed: what is written beside each in small letters, and its content.
pub(crate) fn marked_fences(text: &str) -> Vec<(String, String)> {
    fences_of(text).0
}

/// A fence: what is written beside it, and its content.
type Fence = (String, String);

/// The fences that are closed, and the one that is not.
fn fences_of(text: &str) -> (Vec<Fence>, Option<Fence>) {
    let mut found = Vec::new();
    let mut open: Option<(&str, Fence)> = None;
    for line in text.lines() {
        let trimmed = line.trim();
        let mark = trimmed.chars().next().filter(|mark| matches!(mark, '`' | '~')).unwrap_or('`');
        let length = trimmed.len() - trimmed.trim_start_matches(mark).len();
        match &mut open {
            Some((fence, _)) if trimmed.starts_with(*fence) && trimmed.len() == length => {
                found.extend(open.take().map(|(_, fence)| fence));
            }
            Some((_, (_, inside))) => {
                inside.push_str(line);
                inside.push('\n');
            }
            None if length >= 3 => {
                let beside = trimmed[length..].trim().to_lowercase();
                open = Some((&trimmed[..length], (beside, String::new())));
            }
            None => {}
        }
    }
    (found, open.map(|(_, fence)| fence))
}
