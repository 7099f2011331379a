//! Texts of files, and JSON and YAML in them.

use super::{FormatError, SourceFile};
use crate::yaml::{self, Limits};
use serde_json::Value;

/// For a file of at most 64 MiB.
pub(super) const LIMITS: Limits = Limits { nodes: 4_000_000, aliases: 1000 };

/// The text of a file, without the mark of its byte order.
pub(super) fn text(file: &SourceFile) -> Result<&str, FormatError> {
    let text = std::str::from_utf8(&file.bytes).map_err(|error| {
        let read = String::from_utf8_lossy(&file.bytes[..error.valid_up_to()]).into_owned();
        let line = u32::try_from(read.matches('\n').count() + 1).ok();
        FormatError::new(&file.name, "", format!("`{}` is not a text in UTF-8", file.name))
            .at_line(line, None)
            .hint("Save it as UTF-8, and import it again.")
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The value of a JSON or YAML document.
pub(super) fn document(file: &str, text: &str) -> Result<Value, FormatError> {
    if text.trim_start().starts_with(['{', '[']) {
        return match serde_json::from_str(text) {
            Ok(value) => Ok(value),
            // YAML may be written in braces as well.
            Err(error) => yaml::read(text, LIMITS).map_err(|_| {
                let number = |n: usize| u32::try_from(n).ok();
                let message = format!("`{file}` is no valid JSON: {error}");
                FormatError::new(file, "", message).at_line(number(error.line()), number(error.column()))
            }),
        };
    }
    yaml::read(text, LIMITS).map_err(|error| {
        let message = format!("`{file}` is no valid YAML: {}", error.message);
        FormatError::new(file, "", message).at_line(error.line, error.column)
    })
}
