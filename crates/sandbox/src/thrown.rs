//! What a function threw, in words.

use crate::{limits::MOST_MESSAGE, script::FILE};
use rquickjs::{Ctx, Object, Type, Value};

/// What was thrown. Reading it runs code of the function where that has getters, so it may give nothing.
pub(crate) struct Thrown {
    /// What it says, of at most [`MOST_MESSAGE`] characters.
    pub(crate) text: String,
    /// Whether the source is not JavaScript.
    pub(crate) is_syntax: bool,
    /// Whether it says that there is no memory left.
    pub(crate) is_memory: bool,
    /// Whether it says that there is no stack left.
    pub(crate) is_stack: bool,
    /// Line and column in what was compiled, from 1.
    place: Option<(usize, usize)>,
}

impl Thrown {
    /// An error that is not one of the function.
    pub(crate) fn of(text: &str) -> Self {
        let text = shortened(text);
        Self { text, is_syntax: false, is_memory: false, is_stack: false, place: None }
    }

    /// Takes what was thrown last.
    pub(crate) fn take(ctx: &Ctx<'_>) -> Self {
        let value = ctx.catch();
        let Some(error) = value.as_object().filter(|_| value.is_error()) else {
            // Where not even the error fits, there is none.
            let is_memory = value.is_null() && is_full(ctx);
            return Self { is_memory, ..Self::of(&shown(ctx, &value)) };
        };
        let name = property(ctx, error, "name").unwrap_or_default();
        let message = property(ctx, error, "message").unwrap_or_default();
        let place = property(ctx, error, "stack").and_then(|stack| first_place(&stack));
        let text = match (name.as_str(), message.as_str()) {
            ("", "") => "an error without a message".to_owned(),
            (name, "") => name.to_owned(),
            ("", message) => message.to_owned(),
            (name, message) => format!("{name}: {message}"),
        };
        Self {
            is_syntax: name == "SyntaxError",
            is_memory: name == "InternalError" && message.contains("out of memory")
                || message == "string too long",
            is_stack: message.contains("call stack size exceeded") || message.contains("stack overflow"),
            place,
            ..Self::of(&text)
        }
    }

    /// Where it was thrown, as ` (line 2, column 5)`; nothing where that is not known.
    pub(crate) fn place_in_all(&self) -> String {
        self.place.map(|(line, column)| told(line - 1, column)).unwrap_or_default()
    }

    /// The same, within this source: what is missing at its end is told there.
    pub(crate) fn place_in(&self, source: &str) -> String {
        let Some((line, column)) = self.place else { return String::new() };
        let lines: Vec<_> = source.split('\n').collect();
        let line = line - 1;
        if line <= lines.len() {
            return told(line, column);
        }
        told(lines.len(), lines.last().map_or(1, |last| last.chars().count() + 1))
    }

    /// What to do about a name that other places know.
    pub(crate) fn hint(&self) -> &'static str {
        const REACHING: [&str; 9] = [
            "fetch",
            "XMLHttpRequest",
            "WebSocket",
            "require",
            "process",
            "setTimeout",
            "setInterval",
            "performance",
            "Buffer",
        ];
        let name =
            self.text.strip_prefix("ReferenceError: ").and_then(|text| text.strip_suffix(" is not defined"));
        match name {
            Some(name) if REACHING.contains(&name.trim_matches('\'')) => {
                "; functions have the language alone: no files, network, timers or modules"
            }
            _ => "",
        }
    }
}

fn told(line: usize, column: usize) -> String {
    format!(" (line {line}, column {column})")
}

fn is_full(ctx: &Ctx<'_>) -> bool {
    // What is small is refused only where there is next to nothing left.
    let is_full = rquickjs::String::from_str(ctx.clone(), &"-".repeat(1 << 16)).is_err();
    ctx.catch();
    is_full
}

/// A property that is text, whatever it takes to read it.
fn property(ctx: &Ctx<'_>, error: &Object<'_>, name: &str) -> Option<String> {
    let text = error.get::<_, Value>(name).and_then(|value| match value.as_string() {
        Some(text) => text.to_string().map(Some),
        None => Ok(None),
    });
    text.unwrap_or_else(|_| {
        ctx.catch();
        None
    })
}

/// What is not an error, as JSON where it has that.
fn shown<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> String {
    let json = ctx.json_stringify(value.clone()).and_then(|text| match text {
        Some(text) => text.to_string().map(Some),
        None => Ok(None),
    });
    match json {
        Ok(Some(json)) => json,
        Ok(None) => type_of(value).to_owned(),
        Err(_) => {
            ctx.catch();
            format!("a value of the type {}", type_of(value))
        }
    }
}

/// The type of a value, as the language calls it.
pub(crate) fn type_of(value: &Value<'_>) -> &'static str {
    match value.type_of() {
        Type::Undefined | Type::Uninitialized => "undefined",
        Type::Bool => "boolean",
        Type::Int | Type::Float => "number",
        Type::String => "string",
        Type::Symbol => "symbol",
        Type::BigInt => "bigint",
        Type::Function | Type::Constructor => "function",
        _ => "object",
    }
}

/// The innermost place in the source of a function that a stack names.
fn first_place(stack: &str) -> Option<(usize, usize)> {
    let (_, after) = stack.split_once(&format!("{FILE}:"))?;
    let mut numbers = after.split(|c: char| !c.is_ascii_digit());
    let line = numbers.next()?.parse().ok().filter(|line| *line > 0)?;
    Some((line, numbers.next()?.parse().ok()?))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_MESSAGE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
