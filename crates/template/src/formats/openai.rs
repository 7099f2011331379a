//! What OpenAI has of prompts: bodies of requests of its Responses and Chat Completions, and prompt objects with the
//! same fields and `variables`. Texts have `{{name}}` and nothing else.
//!
//! See <https://platform.openai.com/docs/api-reference/responses> and its OpenAPI document.

use super::{FoundInputs, FoundPrompt, Notes, chat, name, parameters, template, variables};
use formaops_domain::{Body, Content, JsonObject, Message, ModelRef, Role, Settings};
use serde_json::Value;

/// Whether a document is of this format: one object, or a list of them.
pub(super) fn is(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty() && items.iter().all(is_one),
        value => is_one(value),
    }
}

fn is_one(value: &Value) -> bool {
    let is_text = |field: &str| value.get(field).is_some_and(|it| it.is_string() || it.is_array());
    let is_request = value.get("model").is_some() || value.get("variables").is_some();
    let is_object = value.get("object").and_then(Value::as_str) == Some("prompt");
    let is_reference = value.pointer("/prompt/id").is_some();
    let texts = ["instructions", "input", "messages"];
    is_object || is_reference || is_request && texts.into_iter().any(is_text)
}

/// Reads the prompts. One that has no name is called as its file is.
pub(super) fn read(file: &str, value: Value) -> Vec<FoundPrompt> {
    match value {
        Value::Array(items) => items
            .into_iter()
            .enumerate()
            .map(|(index, item)| one(file, &format!("[{index}]"), item))
            .collect(),
        value => vec![one(file, "", value)],
    }
}

fn one(file: &str, path: &str, value: Value) -> FoundPrompt {
    let mut notes = Notes::new(file);
    let field = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let Value::Object(mut fields) = value else { return FoundPrompt::new(file, file, Content::default()) };
    let title = text(&mut fields, "name").or_else(|| text(&mut fields, "title")).unwrap_or_default();
    let description = text(&mut fields, "description").unwrap_or_default();

    let mut messages = Vec::new();
    for (name, role) in [("instructions", Role::System), ("messages", Role::User), ("input", Role::User)] {
        match fields.shift_remove(name) {
            Some(Value::String(text)) => {
                let template = template::from_names_only(&text);
                messages.push(Message { role, template, attachments: Vec::new() });
            }
            Some(Value::Array(items)) => {
                let plain = &mut |text: &str, _: &str, _: &mut Notes<'_>| template::from_names_only(text);
                if let Body::Messages { messages: found } = chat::read(items, &field(name), &mut notes, plain)
                {
                    messages.extend(found);
                }
            }
            Some(other) if !other.is_null() => {
                notes.lost(&field(name), format!("`{name}` is neither a text nor a list of messages"));
            }
            _ => {}
        }
    }

    let mut examples = JsonObject::new();
    read_variables(fields.shift_remove("variables"), &field("variables"), &mut examples, &mut notes);
    if let Some(Value::Object(mut reference)) = fields.shift_remove("prompt") {
        let id = text(&mut reference, "id").unwrap_or_default();
        let message = format!("`{id}` names a prompt that OpenAI keeps: its text is not in the file");
        notes.lost(&field("prompt"), message);
        read_variables(
            reference.shift_remove("variables"),
            &field("prompt.variables"),
            &mut examples,
            &mut notes,
        );
    }
    let body = Body::Messages { messages };
    let settings = Settings {
        model: text(&mut fields, "model").and_then(|text| model(&text, &field("model"), &mut notes)),
        parameters: parameters::take(&mut fields, path, &mut notes),
    };
    for name in ["id", "object", "version", "created_at", "updated_at", "created", "stream", "n"] {
        fields.shift_remove(name);
    }
    notes.left(path, &fields);

    let variables = variables::infer(&body, &[&examples], true);
    let content = Content { body, variables, settings, ..Content::default() };
    let called = if title.is_empty() { name::stem(file) } else { &title };
    let mut prompt = FoundPrompt::new(file, called, content);
    if !examples.is_empty() {
        prompt.input_sets.push(FoundInputs { name: "variables".to_owned(), inputs: examples });
    }
    if prompt.name.as_str() != title {
        prompt.title = title;
    }
    prompt.description = description;
    prompt.notes = notes.found;
    prompt
}

/// Values by their names, as in a request, or a list of declarations.
fn read_variables(value: Option<Value>, path: &str, examples: &mut JsonObject, notes: &mut Notes<'_>) {
    match value {
        Some(Value::Object(values)) => {
            for (name, value) in values {
                if value.is_object() {
                    let message = format!("`{name}` stands for an image or a file, which is not taken over");
                    notes.lost(&format!("{path}.{name}"), message);
                } else {
                    examples.insert(name, value);
                }
            }
        }
        Some(Value::Array(items)) => {
            for item in items {
                let name = item.get("name").and_then(Value::as_str).or_else(|| item.as_str());
                let example =
                    item.get("default").or_else(|| item.get("example")).or_else(|| item.get("value"));
                if let (Some(name), Some(example)) = (name, example) {
                    examples.insert(name.to_owned(), example.clone());
                }
            }
        }
        _ => {}
    }
}

fn text(fields: &mut JsonObject, name: &str) -> Option<String> {
    match fields.get(name) {
        Some(Value::String(_)) => {
            fields.shift_remove(name).and_then(|value| value.as_str().map(str::to_owned))
        }
        _ => None,
    }
}

/// The words that models of a vendor begin with, and what its provider is usually called.
const VENDORS: [(&str, &str); 9] = [
    ("gpt-", "openai"),
    ("chatgpt-", "openai"),
    ("o1", "openai"),
    ("o3", "openai"),
    ("o4", "openai"),
    ("claude-", "anthropic"),
    ("gemini-", "google"),
    ("mistral-", "mistral"),
    ("deepseek-", "deepseek"),
];

/// A model that is named without its provider.
pub(super) fn model(text: &str, path: &str, notes: &mut Notes<'_>) -> Option<ModelRef> {
    let Some((_, provider)) = VENDORS.iter().find(|(start, _)| text.starts_with(start)) else {
        notes.lost(path, format!("`{text}` does not say whose model it is: choose it in the run bar"));
        return None;
    };
    let model = ModelRef { provider: (*provider).to_owned(), model: text.to_owned() };
    notes.changed(path, format!("`{text}` is taken as `{model}`"));
    Some(model)
}
