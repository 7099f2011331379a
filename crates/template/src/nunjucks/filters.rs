//! The filters that Nunjucks has and the library below has not, or has otherwise.

use super::values::{print, to_json};
use crate::{sink::MAX_OUTPUT_BYTES, value::print_json};
use minijinja::{
    Environment, Error, ErrorKind, State,
    value::{Kwargs, Rest, Value},
};
use std::fmt::Write as _;

/// The widest that a text is made.
const MAX_WIDTH: usize = 10_000;

pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_filter("dump", dump);
    environment.add_filter("string", |value: &Value| print(value));
    environment
        .add_filter("nl2br", |value: &Value| print(value).replace("\r\n", "\n").replace('\n', "<br />\n"));
    environment.add_filter("striptags", striptags);
    environment.add_filter("truncate", truncate);
    environment.add_filter("center", center);
    environment.add_filter("wordcount", |value: &Value| print(value).split_whitespace().count());
    environment.add_filter("length", length);
    environment.add_filter("join", join);
    environment.add_filter("replace", replace);
    environment.add_filter("indent", indent);
    environment.add_filter("urlencode", |value: &Value| urlencode(&print(value)));
    environment.add_filter("sort", sort);
    for name in ["escape", "e", "forceescape"] {
        environment.add_filter(name, |value: &Value| Value::from_safe_string(escape(&print(value))));
    }
}

fn misuse(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// JSON as `JSON.stringify` writes it, on one line or indented by so many spaces.
fn dump(value: &Value, indent: Option<usize>) -> Value {
    Value::from_safe_string(print_json(&to_json(value), indent.unwrap_or(0)))
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '`' => out.push_str("&#96;"),
            '\\' => out.push_str("&#92;"),
            other => out.push(other),
        }
    }
    out
}

/// The text as `encodeURIComponent` writes it.
fn urlencode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The text without tags and comments of HTML; blanks become one unless lines are to be kept.
fn striptags(value: &Value, keeps_lines: Option<bool>) -> String {
    let text = print(value);
    let (mut out, mut rest) = (String::with_capacity(text.len()), text.as_str());
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let is_tag = tag[1..].trim_start_matches('/').starts_with(|c: char| c.is_ascii_alphabetic());
        let end = match tag.strip_prefix("<!--") {
            Some(comment) => comment.find("-->").map(|end| "<!--".len() + end + "-->".len()),
            None if is_tag => tag.find('>').map(|end| end + 1),
            None => None,
        };
        let end = end.unwrap_or_else(|| {
            out.push('<');
            1
        });
        rest = &tag[end..];
    }
    out.push_str(rest);
    if keeps_lines == Some(true) {
        let lines: Vec<_> = out
            .trim()
            .lines()
            .map(|line| line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
            .collect();
        let mut text = lines.join("\n");
        while text.contains("\n\n\n") {
            text = text.replace("\n\n\n", "\n\n");
        }
        return text;
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first characters of a text, to the end of a word unless words may be cut.
fn truncate(value: &Value, length: Option<usize>, cuts_words: Option<bool>, end: Option<&str>) -> String {
    let text = print(value);
    let length = length.unwrap_or(255);
    let Some((at, _)) = text.char_indices().nth(length) else { return text };
    let mut kept = &text[..at];
    if cuts_words != Some(true) {
        // A word that goes on behind the end is left out, unless it is the first.
        let upto = text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
        kept = match text[..upto].rfind(' ') {
            Some(space) if space > 0 => &text[..space.min(at)],
            _ => kept,
        };
    }
    format!("{kept}{}", end.unwrap_or("..."))
}

fn center(value: &Value, width: Option<usize>) -> Result<String, Error> {
    let text = print(value);
    let width = width.unwrap_or(80);
    if width > MAX_WIDTH {
        return Err(misuse(format!("a text is centred in at most {MAX_WIDTH} characters")));
    }
    let free = width.saturating_sub(text.chars().count());
    Ok(format!("{}{text}{}", " ".repeat(free / 2), " ".repeat(free - free / 2)))
}

/// The text with another in the place of one, so many times at most. How long it gets is known before it is made.
fn replace(value: &Value, old: &Value, new: &Value, most: Option<usize>) -> Result<String, Error> {
    let (text, old, new) = (print(value), print(old), print(new));
    let most = most.unwrap_or(usize::MAX);
    let times = text.matches(old.as_str()).count().min(most);
    if text.len().saturating_add(times.saturating_mul(new.len())) > MAX_OUTPUT_BYTES {
        return Err(misuse("the text that `replace` makes is too long"));
    }
    Ok(text.replacen(&old, &new, most))
}

/// The lines moved by so many blanks; the first one only where that is asked for.
fn indent(value: &Value, width: Option<usize>, first: Option<bool>) -> Result<String, Error> {
    let text = print(value);
    let width = width.unwrap_or(4);
    let lines = text.matches('\n').count() + 1;
    if width > MAX_WIDTH || text.len().saturating_add(lines * width) > MAX_OUTPUT_BYTES {
        return Err(misuse("the text that `indent` makes is too long"));
    }
    let blanks = " ".repeat(width);
    let start = if first == Some(true) { blanks.as_str() } else { "" };
    Ok(format!("{start}{}", text.replace('\n', &format!("\n{blanks}"))))
}

/// The number of characters, items or fields; 0 of what has none.
fn length(value: &Value) -> usize {
    match value.as_str() {
        Some(text) => text.encode_utf16().count(),
        None => value.len().unwrap_or(0),
    }
}

/// The items with a text between them, or a field of each.
fn join(
    state: &State<'_, '_>,
    value: &Value,
    between: Option<&str>,
    field: Option<&str>,
) -> Result<String, Error> {
    let between = between.unwrap_or_default();
    let mut out = String::new();
    for (at, item) in value.try_iter()?.enumerate() {
        if at > 0 {
            out.push_str(between);
        }
        let item = match field {
            Some(field) => item.get_attr(field)?,
            None => item,
        };
        out.push_str(&print(&item));
        state.consume_fuel(1 + between.len() as u64 / 64)?;
    }
    Ok(out)
}

/// Sorted by value or by a field, as `sort(reverse, case_sensitive, attribute)`, by place or by name.
#[expect(clippy::needless_pass_by_value, reason = "named arguments are taken as a whole")]
fn sort(
    state: &State<'_, '_>,
    value: &Value,
    places: Rest<Value>,
    named: Kwargs,
) -> Result<Vec<Value>, Error> {
    let mut places = places.0.into_iter();
    let mut argument = |names: &[&str]| -> Result<Option<Value>, Error> {
        let mut found = places.next();
        for name in names {
            found = named.get::<Option<Value>>(name)?.or(found);
        }
        Ok(found.filter(|value| !value.is_undefined() && !value.is_none()))
    };
    let reverse = argument(&["reverse"])?.is_some_and(|value| value.is_true());
    let by_case = argument(&["case_sensitive", "caseSens"])?.is_some_and(|value| value.is_true());
    let attribute = argument(&["attribute", "attr"])?.map(|value| print(&value));
    named.assert_all_used()?;
    let mut items: Vec<(Value, Value)> = Vec::new();
    for item in value.try_iter()? {
        let key = match &attribute {
            Some(name) => item.get_attr(name)?,
            None => item.clone(),
        };
        let key = match key.as_str() {
            Some(text) if !by_case => Value::from(text.to_lowercase()),
            _ => key,
        };
        items.push((key, item));
        state.consume_fuel(8)?;
    }
    items.sort_by(|(one, _), (other, _)| if reverse { other.cmp(one) } else { one.cmp(other) });
    Ok(items.into_iter().map(|(_, item)| item).collect())
}
