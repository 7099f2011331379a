//! Helpers that work out a value: comparisons, lists and texts, dates, JSON.
//!
//! Without arguments such a name is a variable, so that no prompt changes its meaning when a helper is added.

mod dates;
mod lists;

use crate::value::{is_equal, is_truthy, print};
use serde_json::{Value, json};
use serde_json_path::JsonPath;
use std::cmp::Ordering;

/// What a helper was called with.
#[derive(Debug)]
pub(crate) struct Arguments<'v> {
    pub(crate) args: Vec<&'v Value>,
    pub(crate) named: Vec<(&'v str, &'v Value)>,
}

impl<'v> Arguments<'v> {
    fn get(&self, index: usize) -> Option<&'v Value> {
        self.args.get(index).copied()
    }

    fn named(&self, name: &str) -> Option<&'v Value> {
        self.named.iter().rev().find(|(given, _)| *given == name).map(|(_, value)| *value)
    }

    /// How much there is to look at: values, and texts by their length.
    pub(crate) fn weight(&self) -> usize {
        self.args.iter().chain(self.named.iter().map(|(_, value)| value)).map(|value| weight(value)).sum()
    }
}

fn weight(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(fields) => fields.values().map(weight).sum(),
        Value::String(text) => text.len() / 64,
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// Why a helper cannot say anything of what it was called with.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Misuse(String);

type Answer = Result<Value, Misuse>;

/// A helper that works out a value.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// The least and the most values it takes.
    pub(crate) args: (usize, usize),
    pub(crate) named: &'static [&'static str],
    /// Whether it may also be a block, which is there where the value is true.
    pub(crate) is_condition: bool,
    pub(crate) example: &'static str,
    /// What it does, in a sentence.
    pub(crate) does: &'static str,
    pub(crate) compute: fn(&Arguments<'_>) -> Answer,
}

const fn condition(
    name: &'static str,
    args: (usize, usize),
    example: &'static str,
    does: &'static str,
    compute: fn(&Arguments<'_>) -> Answer,
) -> Function {
    Function { name, args, named: &[], is_condition: true, example, does, compute }
}

const fn value(
    name: &'static str,
    args: (usize, usize),
    named: &'static [&'static str],
    example: &'static str,
    does: &'static str,
    compute: fn(&Arguments<'_>) -> Answer,
) -> Function {
    Function { name, args, named, is_condition: false, example, does, compute }
}

const MANY: usize = usize::MAX;

const FUNCTIONS: [Function; 30] = [
    condition("eq", (2, 2), "{{#if (eq a b)}}…{{/if}}", "Whether both values are the same.", |it| {
        Ok(is_equal(it.args[0], it.args[1]).into())
    }),
    condition("ne", (2, 2), "{{#if (ne a b)}}…{{/if}}", "Whether the values differ.", |it| {
        Ok((!is_equal(it.args[0], it.args[1])).into())
    }),
    condition(
        "lt",
        (2, 2),
        "{{#if (lt a b)}}…{{/if}}",
        "Whether the first number or text comes before the second.",
        |it| compared(it, Ordering::is_lt),
    ),
    condition(
        "lte",
        (2, 2),
        "{{#if (lte a b)}}…{{/if}}",
        "Whether the first number or text comes before the second or is the same.",
        |it| compared(it, Ordering::is_le),
    ),
    condition(
        "gt",
        (2, 2),
        "{{#if (gt a b)}}…{{/if}}",
        "Whether the first number or text comes after the second.",
        |it| compared(it, Ordering::is_gt),
    ),
    condition(
        "gte",
        (2, 2),
        "{{#if (gte a b)}}…{{/if}}",
        "Whether the first number or text comes after the second or is the same.",
        |it| compared(it, Ordering::is_ge),
    ),
    condition(
        "and",
        (1, MANY),
        "{{#if (and a b)}}…{{/if}}",
        "The first value that is not true, else the last.",
        |it| Ok(deciding(it, false)),
    ),
    condition(
        "or",
        (1, MANY),
        "{{or nickname name}}",
        "The first value that is true, else the last.",
        |it| Ok(deciding(it, true)),
    ),
    condition("not", (1, 1), "{{#if (not a)}}…{{/if}}", "Whether the value is not true.", |it| {
        Ok((!is_truthy(it.args[0], false)).into())
    }),
    condition(
        "contains",
        (2, 2),
        "{{#if (contains list x)}}…{{/if}}",
        "Whether a list has an item, a text a part, or an object a field.",
        contains,
    ),
    value(
        "count",
        (1, 1),
        &[],
        "{{count list}}",
        "How many items, fields or characters there are.",
        lists::count,
    ),
    value(
        "first",
        (1, 2),
        &[],
        "{{first list}}, {{first list 3}}",
        "The first item, or so many from the beginning.",
        lists::first,
    ),
    value(
        "last",
        (1, 2),
        &[],
        "{{last list}}, {{last list 3}}",
        "The last item, or so many from the end.",
        lists::last,
    ),
    value(
        "slice",
        (2, 3),
        &[],
        "{{slice list 1 3}}",
        "The items from one place up to another, from 0; places below 0 count from the end.",
        lists::slice,
    ),
    value(
        "join",
        (1, 2),
        &[],
        "{{join list \", \"}}",
        "The items as one text, with a text between them.",
        lists::join,
    ),
    value(
        "split",
        (2, 2),
        &[],
        "{{#each (split text \",\")}}…{{/each}}",
        "The parts of a text between a mark.",
        lists::split,
    ),
    value(
        "sort",
        (1, 1),
        &["by"],
        "{{#each (sort list by=\"name\")}}…{{/each}}",
        "The items in order; `by` names the field to go by.",
        lists::sort,
    ),
    value(
        "reverse",
        (1, 1),
        &[],
        "{{#each (reverse list)}}…{{/each}}",
        "The items from the last to the first.",
        lists::reverse,
    ),
    value(
        "unique",
        (1, 1),
        &[],
        "{{#each (unique list)}}…{{/each}}",
        "The items without those that came before.",
        lists::unique,
    ),
    value(
        "range",
        (1, 2),
        &[],
        "{{#each (range 1 4)}}…{{/each}}",
        "The numbers from one up to another.",
        lists::range,
    ),
    value("keys", (1, 1), &[], "{{#each (keys object)}}…{{/each}}", "The names of the fields.", lists::keys),
    value(
        "values",
        (1, 1),
        &[],
        "{{#each (values object)}}…{{/each}}",
        "The values of the fields.",
        lists::values,
    ),
    value("upper", (1, 1), &[], "{{upper text}}", "The text in capital letters.", |it| {
        Ok(print(it.args[0]).to_uppercase().into())
    }),
    value("lower", (1, 1), &[], "{{lower text}}", "The text in small letters.", |it| {
        Ok(print(it.args[0]).to_lowercase().into())
    }),
    value("trim", (1, 1), &[], "{{trim text}}", "The text without the blanks around it.", |it| {
        Ok(print(it.args[0]).trim().into())
    }),
    value(
        "date",
        (1, 1),
        &["format", "timezone"],
        "{{date value format=\"%d.%m.%Y\"}}",
        "A date as `format` says, in the words of strftime, in a `timezone`.",
        dates::date,
    ),
    value(
        "dateAdd",
        (1, 1),
        &dates::UNITS,
        "{{dateAdd value days=7}}",
        "A date moved by years, months, weeks, days, hours, minutes or seconds.",
        dates::add,
    ),
    value(
        "dateDiff",
        (2, 2),
        &["unit"],
        "{{dateDiff later earlier unit=\"days\"}}",
        "How many whole units, days if nothing is said, the first date is after the second.",
        dates::difference,
    ),
    value(
        "jsonPath",
        (2, 2),
        &[],
        "{{jsonPath value \"$.items[*].name\"}}",
        "What a JSON path finds: one value, or a list where it may find several.",
        json_path,
    ),
    value(
        "parseJson",
        (1, 1),
        &[],
        "{{#with (parseJson text)}}…{{/with}}",
        "What a text of JSON says.",
        parse_json,
    ),
];

/// All of them, in the order in which they are told.
pub(crate) fn all() -> &'static [Function] {
    static ALL: &[Function] = &FUNCTIONS;
    ALL
}

/// The function of this name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    all().iter().find(|function| function.name == name)
}

/// The order of two numbers or two texts; nothing else has one.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64()?.partial_cmp(&right.as_f64()?),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn compared(it: &Arguments<'_>, holds: fn(Ordering) -> bool) -> Answer {
    Ok(order(it.args[0], it.args[1]).is_some_and(holds).into())
}

/// The first value that is true, or false, else the last one.
fn deciding(it: &Arguments<'_>, truth: bool) -> Value {
    let found = it.args.iter().find(|value| is_truthy(value, false) == truth);
    found.or(it.args.last()).map_or(Value::Null, |&value| value.clone())
}

/// Whether a list has an item, a text a part, or an object a field.
fn contains(it: &Arguments<'_>) -> Answer {
    let sought = it.args[1];
    let found = match it.args[0] {
        Value::Array(items) => items.iter().any(|item| is_equal(item, sought)),
        Value::String(text) => text.contains(&print(sought)),
        Value::Object(fields) => fields.contains_key(&print(sought)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    };
    Ok(found.into())
}

/// The longest JSON path in bytes.
const MAX_PATH: usize = 2000;

/// The most that a JSON path may look at, by [`work`].
const MAX_WORK: usize = 2_000_000;

/// The most that a path can look at among so many values: `..` and `?` may go over all of them at each, and each part of
/// a union over what follows.
fn work(path: &str, values: usize) -> usize {
    let all = path.matches("..").count() + path.matches('?').count();
    let unions = u32::try_from(path.matches(',').count()).unwrap_or(u32::MAX);
    let looks = (0..all.max(1)).fold(1_usize, |looks, _| looks.saturating_mul(values));
    looks.saturating_mul(2_usize.saturating_pow(unions))
}

/// What a path of RFC 9535 finds: the one value where it can be only one, null where there is none, else a list.
fn json_path(it: &Arguments<'_>) -> Answer {
    let text = print(it.args[1]);
    if text.len() > MAX_PATH {
        return Err(Misuse(format!("the path is longer than {MAX_PATH} bytes")));
    }
    let path =
        JsonPath::parse(&text).map_err(|error| Misuse(format!("`{text}` is no JSON path: {error}")))?;
    if work(&text, weight(it.args[0])) > MAX_WORK {
        return Err(Misuse("there is too much to look through; name more of the way".to_owned()));
    }
    let found = path.query(it.args[0]).all();
    Ok(if is_singular(&text) {
        found.first().map_or(Value::Null, |&value| value.clone())
    } else {
        json!(found)
    })
}

/// Whether a path can lead to one value only: it has names and numbers alone.
fn is_singular(path: &str) -> bool {
    let mut quote = None;
    let mut is_escaped = false;
    let mut before = ' ';
    for c in path.chars() {
        match quote {
            Some(open) => {
                quote = (is_escaped || c != open).then_some(open);
                is_escaped = !is_escaped && c == '\\';
            }
            None if c == '\'' || c == '"' => quote = Some(c),
            None if matches!(c, '*' | '?' | ':' | ',') || (c == '.' && before == '.') => return false,
            None => before = c,
        }
    }
    true
}

fn parse_json(it: &Arguments<'_>) -> Answer {
    serde_json::from_str(&print(it.args[0])).map_err(|error| Misuse(format!("the text is no JSON: {error}")))
}
