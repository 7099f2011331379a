//! Lists, and texts as lists of characters.

use super::{Answer, Arguments, Misuse, order};
use crate::{
    sink::MAX_OUTPUT_BYTES,
    value::{Name, field, is_equal, print},
};
use serde_json::Value;
use std::{borrow::Cow, cmp::Ordering, collections::HashMap};

/// The longest list that [`range`] makes.
const MAX_RANGE: i64 = 100_000;

/// What has no items has none to give.
fn items(value: &Value) -> Cow<'_, [Value]> {
    match value {
        Value::Array(items) => Cow::Borrowed(items),
        Value::Object(fields) => fields.values().cloned().collect(),
        Value::String(text) => text.chars().map(|c| Value::from(c.to_string())).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Cow::Borrowed(&[]),
    }
}

/// The items as what they were taken from.
fn like(value: &Value, items: &[Value]) -> Value {
    match value {
        Value::String(_) => items.iter().map(print).collect::<String>().into(),
        _ => Value::Array(items.to_vec()),
    }
}

fn number(value: &Value) -> Result<i64, Misuse> {
    #[expect(clippy::cast_possible_truncation, reason = "it saturates")]
    let number = value.as_i64().or_else(|| value.as_f64().map(|number| number as i64));
    number.ok_or_else(|| Misuse(format!("`{}` is no number", print(value))))
}

fn length(value: i64) -> usize {
    usize::try_from(value).unwrap_or(0)
}

pub(super) fn count(it: &Arguments<'_>) -> Answer {
    Ok(items(it.args[0]).len().into())
}

pub(super) fn first(it: &Arguments<'_>) -> Answer {
    let all = items(it.args[0]);
    match it.get(1) {
        Some(number) => Ok(like(it.args[0], &all[..length(self::number(number)?).min(all.len())])),
        None => Ok(all.first().cloned().unwrap_or_default()),
    }
}

pub(super) fn last(it: &Arguments<'_>) -> Answer {
    let all = items(it.args[0]);
    match it.get(1) {
        Some(number) => Ok(like(it.args[0], &all[all.len().saturating_sub(length(self::number(number)?))..])),
        None => Ok(all.last().cloned().unwrap_or_default()),
    }
}

/// From one place up to another, counted from 0; negative places count from the end.
pub(super) fn slice(it: &Arguments<'_>) -> Answer {
    let all = items(it.args[0]);
    let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let place = |at: i64| length(if at < 0 { count.saturating_add(at) } else { at }).min(all.len());
    let from = place(number(it.args[1])?);
    let to = it.get(2).map(number).transpose()?.map_or(all.len(), place);
    Ok(like(it.args[0], all.get(from..to).unwrap_or_default()))
}

pub(super) fn join(it: &Arguments<'_>) -> Answer {
    let between = it.get(1).map_or_else(|| ", ".to_owned(), print);
    let texts: Vec<_> = items(it.args[0]).iter().map(print).collect();
    let length = texts.iter().map(|text| text.len() + between.len()).sum::<usize>();
    if length > MAX_OUTPUT_BYTES {
        return Err(Misuse("what is joined is too long".to_owned()));
    }
    Ok(texts.join(&between).into())
}

/// The parts of a text between a mark; of each character where the mark is empty.
pub(super) fn split(it: &Arguments<'_>) -> Answer {
    let (text, mark) = (print(it.args[0]), print(it.args[1]));
    if mark.is_empty() {
        return Ok(Value::Array(items(&Value::from(text)).into_owned()));
    }
    Ok(text.split(&mark).map(Value::from).collect())
}

/// Numbers before texts before everything else, each by its order; what is equal stays as it was.
pub(super) fn sort(it: &Arguments<'_>) -> Answer {
    let by = it.named("by").map(print);
    let key = |item: &Value| match &by {
        Some(name) => field(item, &Name::Field(name)).map(Cow::into_owned).unwrap_or_default(),
        None => item.clone(),
    };
    let rank = |value: &Value| match value {
        Value::Number(_) => 0,
        Value::String(_) => 1,
        _ => 2,
    };
    let mut all: Vec<_> = items(it.args[0]).iter().map(|item| (key(item), item.clone())).collect();
    all.sort_by(|(left, _), (right, _)| {
        order(left, right).unwrap_or(Ordering::Equal).then_with(|| rank(left).cmp(&rank(right)))
    });
    Ok(all.into_iter().map(|(_, item)| item).collect())
}

pub(super) fn reverse(it: &Arguments<'_>) -> Answer {
    let mut all = items(it.args[0]).into_owned();
    all.reverse();
    Ok(like(it.args[0], &all))
}

pub(super) fn unique(it: &Arguments<'_>) -> Answer {
    // What is equal prints the same, but not the other way round: the text `5` is not the number.
    let mut seen: HashMap<String, Vec<Value>> = HashMap::new();
    let mut found = Vec::new();
    for item in &*items(it.args[0]) {
        let alike = seen.entry(print(item)).or_default();
        if !alike.iter().any(|known| is_equal(known, item)) {
            alike.push(item.clone());
            found.push(item.clone());
        }
    }
    Ok(Value::Array(found))
}

/// The numbers from 0, or from the first, up to but without the last.
pub(super) fn range(it: &Arguments<'_>) -> Answer {
    let (from, to) = match it.args.as_slice() {
        [to] => (0, number(to)?),
        args => (number(args[0])?, number(args[1])?),
    };
    if to.saturating_sub(from) > MAX_RANGE {
        return Err(Misuse(format!("a range has at most {MAX_RANGE} numbers")));
    }
    Ok((from..to).map(Value::from).collect())
}

pub(super) fn keys(it: &Arguments<'_>) -> Answer {
    match it.args[0] {
        Value::Object(fields) => Ok(fields.keys().map(|name| Value::from(name.as_str())).collect()),
        other => Ok((0..items(other).len()).map(Value::from).collect()),
    }
}

pub(super) fn values(it: &Arguments<'_>) -> Answer {
    Ok(Value::Array(items(it.args[0]).into_owned()))
}
