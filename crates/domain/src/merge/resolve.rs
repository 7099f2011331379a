//! Conflicts, settled.

use super::{Conflict, ConflictPlace, Lines, Merged, Side, json};
use crate::Content;
use serde_json::Value;

impl Merged {
    /// The content with every conflict settled in favour of one side.
    #[must_use]
    pub fn prefer(&self, side: Side) -> Content {
        let mut content = json(&self.content);
        for conflict in self.conflicts.iter().rev() {
            settle(&mut content, conflict, side);
        }
        take_out_removed(&mut content);
        serde_json::from_value(content).expect("either side has a value of the right shape")
    }
}

fn settle(content: &mut Value, conflict: &Conflict, side: Side) {
    let value = match side {
        Side::Ours => &conflict.ours,
        Side::Theirs => &conflict.theirs,
    };
    match (&conflict.place, conflict.lines, value) {
        (_, Some(lines), Some(Value::String(text))) => {
            if let Some(Value::String(whole)) = content.pointer_mut(&conflict.pointer) {
                *whole = replace_lines(whole, lines, text);
            }
        }
        (ConflictPlace::Order { .. }, _, Some(order)) => {
            if let Some(Value::Array(items)) = content.pointer_mut(&conflict.pointer) {
                let places = order.as_array().into_iter().flatten().filter_map(Value::as_u64);
                let places = places.filter_map(|place| usize::try_from(place).ok());
                *items = places.filter_map(|place| items.get(place).cloned()).collect();
            }
        }
        (_, _, value) => put(content, &conflict.pointer, value.clone()),
    }
}

/// Sets or removes what a pointer points to. An item of a list leaves a null, so that the others keep their places.
fn put(content: &mut Value, pointer: &str, value: Option<Value>) {
    let Some((above, field)) = pointer.rsplit_once('/') else { return };
    let field = field.replace("~1", "/").replace("~0", "~");
    match (content.pointer_mut(above), value) {
        (Some(Value::Object(fields)), Some(value)) => drop(fields.insert(field, value)),
        (Some(Value::Object(fields)), None) => drop(fields.remove(&field)),
        (Some(Value::Array(items)), value) => {
            if let Some(item) = field.parse().ok().and_then(|place: usize| items.get_mut(place)) {
                *item = value.unwrap_or_default();
            }
        }
        _ => {}
    }
}

/// Closes the gaps in lists whose items are objects.
fn take_out_removed(content: &mut Value) {
    let close = |list: Option<&mut Value>| {
        if let Some(Value::Array(items)) = list {
            items.retain(|item| !item.is_null());
        }
    };
    for list in ["/body/messages", "/variables", "/settings/parameters/tools", "/validations"] {
        close(content.pointer_mut(list));
    }
    if let Some(Value::Array(messages)) = content.pointer_mut("/body/messages") {
        messages.iter_mut().for_each(|message| close(message.get_mut("attachments")));
    }
}

/// The text with these lines replaced by others.
fn replace_lines(text: &str, lines: Lines, by: &str) -> String {
    let all = split_lines(text);
    let end = (lines.start + lines.count).min(all.len());
    let start = lines.start.min(end);
    [&all[..start].concat(), by, &all[end..].concat()].concat()
}

/// The lines of a text, each with what ends it.
fn split_lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = match rest.find(['\n', '\r']) {
            Some(at) if rest[at..].starts_with("\r\n") => at + 2,
            Some(at) => at + 1,
            None => rest.len(),
        };
        let (line, after) = rest.split_at(end);
        lines.push(line);
        rest = after;
    }
    lines
}
