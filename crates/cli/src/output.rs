//! What people read in the terminal. Text that a model wrote can never control the terminal.

use formaops_api::ApiError;
use serde_json::{Map, Value};
use std::{
    borrow::Cow,
    io::{self, Write},
};

/// The most characters of a cell of a table.
const CELL: usize = 60;

/// Prints a line. A reader that went away ends the output, not the program.
pub(crate) fn line(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Prints text as it is, at once.
pub(crate) fn text(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints a line beside the output.
pub(crate) fn line_to_stderr(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints a value as indented JSON.
pub(crate) fn json(value: &impl serde::Serialize) {
    line(&serde_json::to_string_pretty(value).unwrap_or_default());
}

/// Prints an error: what happened, where, and what to do.
pub(crate) fn error(error: &ApiError, as_json: bool) {
    if as_json {
        json(&serde_json::json!({ "error": error }));
        return;
    }
    let place = error.at.as_ref().map(|at| match (at.line, at.column) {
        (Some(line), Some(column)) => format!(" (`{}`, line {line}, column {column})", at.path),
        _ => format!(" (`{}`)", at.path),
    });
    line_to_stderr(&format!("error: {}{}", visible(&error.message), place.unwrap_or_default()));
    for problem in error.problems.iter().skip(1) {
        line_to_stderr(&format!("error: {} (`{}`)", visible(&problem.message), problem.at.path));
    }
    if !error.hint.is_empty() {
        line_to_stderr(&format!("hint: {}", visible(&error.hint)));
    }
}

/// The text with control characters shown as symbols, but for line breaks and tabs.
///
/// Also the marks that reorder or hide text are shown, so what is read is what was written.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    let shown = |c: char| match c {
        '\n' | '\t' => None,
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32),
        '\u{7f}' => Some('\u{2421}'),
        '\u{80}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some('\u{fffd}')
        }
        _ => None,
    };
    if text.chars().all(|c| shown(c).is_none()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| shown(c).unwrap_or(c)).collect())
}

/// Prints the answer of an operation for people: a list as a table, one thing as its fields.
pub(crate) fn answer(answer: &Value) {
    match answer.get("items").and_then(Value::as_array) {
        Some(items) => {
            table(items);
            if let Some(next) = answer["next"].as_str() {
                line(&format!("more: --cursor {next}"));
            }
        }
        None => match answer {
            Value::Object(fields) => fields_of(fields, ""),
            other => line(&scalar(other)),
        },
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => visible(text).into_owned(),
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(scalar).collect::<Vec<_>>().join(", ")
        }
        other => visible(&other.to_string()).into_owned(),
    }
}

fn fields_of(fields: &Map<String, Value>, indent: &str) {
    let inner = format!("{indent}  ");
    for (name, value) in fields {
        match value {
            Value::Object(nested) if !nested.is_empty() => {
                line(&format!("{indent}{name}:"));
                fields_of(nested, &inner);
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                line(&format!("{indent}{name}:"));
                for item in items {
                    match item {
                        Value::Object(nested) => {
                            line(&format!("{inner}-"));
                            fields_of(nested, &format!("{inner}  "));
                        }
                        other => line(&format!("{inner}- {}", scalar(other))),
                    }
                }
            }
            Value::String(text) if text.contains('\n') => {
                line(&format!("{indent}{name}:"));
                visible(text).lines().for_each(|text| line(&format!("{inner}{text}")));
            }
            other => line(&format!("{indent}{name}: {}", scalar(other))),
        }
    }
}

/// The columns that lead in tables, where they are there.
const LEADING: [&str; 24] = [
    "name",
    "value",
    "source",
    "default",
    "promptName",
    "model",
    "number",
    "cases",
    "status",
    "kind",
    "baseUrl",
    "keyState",
    "scope",
    "period",
    "key",
    "title",
    "attempts",
    "capUsd",
    "settledUsd",
    "costUsd",
    "contextWindow",
    "tags",
    "note",
    "createdAt",
];

fn table(items: &[Value]) {
    let columns: Vec<&str> = LEADING
        .into_iter()
        .filter(|column| items.iter().any(|item| item.get(column).is_some_and(|cell| !cell.is_null())))
        .chain(["id"])
        .collect();
    let cell = |item: &Value, column: &str| -> String {
        let text = item.get(column).map(scalar).unwrap_or_default().replace(['\n', '\t'], " ");
        if text.chars().count() > CELL { text.chars().take(CELL - 1).chain(['…']).collect() } else { text }
    };
    let rows: Vec<Vec<String>> =
        items.iter().map(|item| columns.iter().map(|column| cell(item, column)).collect()).collect();
    let rows: Vec<Vec<String>> =
        std::iter::once(columns.iter().map(|column| (*column).to_owned()).collect()).chain(rows).collect();
    let kept: Vec<usize> =
        (0..columns.len()).filter(|&at| rows.iter().skip(1).any(|row| !row[at].is_empty())).collect();
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    for row in &rows {
        let cells: Vec<String> = kept.iter().map(|&at| format!("{:<1$}", row[at], widths[at])).collect();
        line(cells.join("  ").trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_cannot_send_the_terminal_a_command_or_turn_text_around() {
        assert_eq!(visible("a\u{1b}[31mred\u{7}\n\tb\u{202e}c"), "a␛[31mred␇\n\tb\u{fffd}c");
        assert!(matches!(visible("plain é 漢\n"), Cow::Borrowed(_)));
    }
}
