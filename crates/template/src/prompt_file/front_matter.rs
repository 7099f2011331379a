//! Cuts a file into front matter and body, and YAML to JSON and back.

use super::{PromptFileError, tree};
use formaops_domain::JsonObject;
use serde_json::Value;

/// The longest front matter in bytes.
const MAX_BYTES: usize = 1024 * 1024;

/// The deepest nesting of YAML, whose reader takes much of the stack for each level.
const MAX_DEPTH: usize = 48;

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
    let front = match read_yaml(yaml) {
        Ok(Value::Object(front)) => front,
        Ok(Value::Null) => JsonObject::new(),
        Ok(_) => {
            let message = "it must be a mapping of fields".to_owned();
            return Err(PromptFileError::Yaml { message, line: Some(first_line), column: None });
        }
        Err(error) => {
            let location = error.location();
            let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
            // Its own words count the lines of the front matter alone.
            let message = error.without_snippet().to_string();
            let own = location.map(|at| format!(" at line {}, column {}", at.line(), at.column()));
            let message = own.map_or(message.clone(), |own| message.replace(&own, ""));
            return Err(PromptFileError::Yaml {
                message,
                line: location.map(|at| number(at.line()).saturating_add(first_line - 1)),
                column: location.map(|at| number(at.column())),
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
    let at = tree::read(yaml)?.find(field)?.start;
    let before = &yaml[..at];
    let line = before.bytes().filter(|&byte| byte == b'\n').count();
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    Some((first_line + u32::try_from(line).ok()?, u32::try_from(column).ok()?))
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
    format!("---\n{}---\n{body}", write_yaml(&Value::Object(front)))
}

/// JSON is YAML too, and may be nested deeper, as far as its own reader goes.
fn read_yaml(text: &str) -> Result<Value, serde_saphyr::Error> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    if text.starts_with('{')
        && let Ok(value) = serde_json::from_str(text)
    {
        return Ok(value);
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: MAX_DEPTH, max_aliases: 100, max_nodes: 100_000 },
        strict_booleans: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options)
}

pub(super) fn write_yaml(value: &Value) -> String {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    let yaml = (depth(value) < MAX_DEPTH).then(|| serde_saphyr::to_string_with_options(value, options));
    match yaml {
        Some(Ok(yaml)) => yaml,
        Some(Err(_)) | None => format!("{value:#}\n"),
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}
