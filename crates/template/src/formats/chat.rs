//! Lists of messages, as most tools write them: `[{"role": …, "content": …}]`.

use super::Notes;
use formaops_domain::{Body, JsonObject, Message, Role};
use serde_json::Value;

/// Whether a value is a list of messages.
pub(super) fn is_chat(value: &Value) -> bool {
    value.as_array().is_some_and(|items| {
        !items.is_empty() && items.iter().all(|item| item.get("role").is_some_and(Value::is_string))
    })
}

/// The role of a word, and whether it is another word's.
pub(super) fn role(word: &str) -> Option<Role> {
    match word.to_ascii_lowercase().as_str() {
        "system" | "developer" => Some(Role::System),
        "user" | "human" => Some(Role::User),
        "assistant" | "model" | "ai" => Some(Role::Assistant),
        "tool" | "function" => Some(Role::Tool),
        _ => None,
    }
}

/// The messages, each text made a template by `translate`.
pub(super) fn read(
    items: Vec<Value>,
    path: &str,
    notes: &mut Notes<'_>,
    translate: &mut dyn FnMut(&str, &str, &mut Notes<'_>) -> String,
) -> Body {
    let mut messages = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        let path = format!("{path}[{index}]");
        let Value::Object(mut fields) = item else {
            notes.lost(&path, "this is no message: it has no role");
            continue;
        };
        if fields.get("type").and_then(Value::as_str) == Some("placeholder") {
            let name = fields.get("name").and_then(Value::as_str).unwrap_or_default();
            let message = format!(
                "the placeholder `{name}` stands for messages that are put in: give them as the context of a run"
            );
            notes.changed(&path, message);
            messages.push(Message {
                role: Role::User,
                template: "{{history}}".to_owned(),
                attachments: Vec::new(),
            });
            continue;
        }
        let word = fields.shift_remove("role");
        let word = word.as_ref().and_then(Value::as_str).unwrap_or_default();
        let role = role(word).unwrap_or_else(|| {
            notes.changed(&path, format!("there is no role `{word}`: it is a message of the user"));
            Role::User
        });
        if word == "developer" {
            notes.changed(&path, "`developer` is `system` here; models get the word that they know");
        }
        let text = content(fields.shift_remove("content").unwrap_or_default(), &path, notes);
        fields.retain(|name, value| !(value.is_null() || name == "type" && *value == *"message"));
        fields.retain(|name, value| !(name == "type" && *value == *"chatmessage"));
        notes.left(&path, &fields);
        let template = translate(&text, &format!("{path}.content"), notes);
        messages.push(Message { role, template, attachments: Vec::new() });
    }
    Body::Messages { messages }
}

/// The text of a message, whose content is a text or a list of parts.
fn content(value: Value, path: &str, notes: &mut Notes<'_>) -> String {
    match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        Value::Array(parts) => {
            let texts = parts.into_iter().enumerate().filter_map(|(index, part)| {
                let path = format!("{path}.content[{index}]");
                match part {
                    Value::String(text) => Some(text),
                    Value::Object(part) => text_part(part, &path, notes),
                    _ => None,
                }
            });
            texts.collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    }
}

fn text_part(mut part: JsonObject, path: &str, notes: &mut Notes<'_>) -> Option<String> {
    if let Some(Value::String(text)) = part.shift_remove("text") {
        return Some(text);
    }
    let kind = part.get("type").and_then(Value::as_str).unwrap_or("part");
    notes.lost(path, format!("`{kind}` is not taken over: attach the file to the message again"));
    None
}
