//! Cuts a file into front matter and body, and joins them.

use super::PromptFileError;
use crate::yaml::{self, Limits};
use formaops_domain::JsonObject;
use serde_json::Value;

/// The longest front matter in bytes.
const MAX_BYTES: usize = 1024 * 1024;

const LIMITS: Limits = Limits { nodes: 100_000, aliases: 100 };

/// The front matter and the body. A file that does not begin with a closed front matter is all body.
pub(super) fn split(text: &str) -> Result<(JsonObject, &str), PromptFileError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Some(Parts { yaml, first_line, body, .. }) = parts(text) else {
        return Ok((JsonObject::new(), text));
    };
    if yaml.len() > MAX_BYTES {
        let message = format!("it is longer than {} KiB", MAX_BYTES / 1024);
        return Err(PromptFileError::Yaml { message, line: None, column: None });
    }
    let front = match yaml::read(yaml, LIMITS) {
        Ok(Value::Object(front)) => front,
        Ok(Value::Null) => JsonObject::new(),
        Ok(_) => {
            let message = "it must be a mapping of fields".to_owned();
            return Err(PromptFileError::Yaml { message, line: Some(first_line), column: None });
        }
        Err(error) => {
            return Err(PromptFileError::Yaml {
                message: error.message,
                line: error.line.map(|line| line.saturating_add(first_line - 1)),
                column: error.column,
            });
        }
    };
    Ok((front, body))
}

/// A file that begins with a closed front matter.
pub(super) struct Parts<'t> {
    pub(super) yaml: &'t str,
    /// The line of the file that `yaml` begins on, from 1.
    pub(super) first_line: u32,
    /// The `---` that closes it, with the end of its line.
    pub(super) closing: &'t str,
    pub(super) body: &'t str,
}

/// Whether every line ends as on Windows. Such a file is read as if its lines ended in `\n` alone.
pub(super) fn is_crlf(text: &str) -> bool {
    text.contains("\r\n") && text.match_indices('\n').all(|(at, _)| text[..at].ends_with('\r'))
}

/// The line and column of the deepest field on the way to this one, from 1.
pub(super) fn place(text: &str, field: &str) -> Option<(u32, u32)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Parts { yaml, first_line, .. } = parts(text)?;
    let (line, column) = yaml::place(yaml, field)?;
    Some((first_line + line - 1, column))
}

/// Blank lines and comments may stand before the first `---`, as in dotprompt.
pub(super) fn parts(text: &str) -> Option<Parts<'_>> {
    let is_marker = |line: &str| line.trim_end() == "---";
    let (mut at, mut first_line) = (0, 1);
    let mut lines = text.split_inclusive('\n');
    loop {
        let line = lines.next()?;
        at += line.len();
        first_line += 1;
        if is_marker(line) {
            break;
        }
        if !(line.trim().is_empty() || line.starts_with('#')) {
            return None;
        }
    }
    let start = at;
    for line in lines {
        if is_marker(line) {
            let (yaml, body) = (&text[start..at], &text[at + line.len()..]);
            return Some(Parts { yaml, first_line, closing: line, body });
        }
        at += line.len();
    }
    None
}

/// The file of these fields and this body.
pub(super) fn join(front: JsonObject, body: &str) -> String {
    let reads_as_body = parts(body).is_none() && !body.starts_with('\u{feff}') && !is_crlf(body);
    if front.is_empty() && reads_as_body {
        return body.to_owned();
    }
    format!("---\n{}---\n{body}", yaml::write(&Value::Object(front), false))
}
