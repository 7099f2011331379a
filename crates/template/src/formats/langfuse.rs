//! Prompts of Langfuse, as its API answers them: one object a version, alone, in a list, or under `data`.
//!
//! See <https://langfuse.com/docs/prompt-management> and its OpenAPI document. Templates have `{{name}}` and nothing
//! else; what looks like another tag is text.

use super::{FormatError, FoundPrompt, FoundVersion, Notes, chat, openai, parameters, template, variables};
use formaops_domain::{Body, Content, JsonObject, RefName, Settings};
use serde_json::Value;
use std::collections::BTreeMap;

/// Whether a document is of this format.
pub(super) fn is(value: &Value) -> bool {
    items(value).is_some_and(|items| !items.is_empty() && items.iter().all(|item| is_prompt(item)))
}

fn is_prompt(item: &Value) -> bool {
    let known = ["type", "labels", "version", "config", "tags", "commitMessage"];
    item.get("name").is_some_and(Value::is_string)
        && item.get("prompt").is_some_and(|prompt| prompt.is_string() || prompt.is_array())
        && known.iter().any(|field| item.get(field).is_some())
}

fn items(value: &Value) -> Option<Vec<&Value>> {
    match value {
        Value::Array(items) => Some(items.iter().collect()),
        Value::Object(fields) => match fields.get("data") {
            Some(Value::Array(items)) => Some(items.iter().collect()),
            _ => Some(vec![value]),
        },
        _ => None,
    }
}

struct Found {
    number: u64,
    index: usize,
    fields: JsonObject,
}

/// Reads the prompts; the versions of one name are one prompt.
pub(super) fn read(file: &str, value: &Value) -> Result<Vec<FoundPrompt>, FormatError> {
    let is_list = !is_prompt(value);
    let mut prompts: BTreeMap<String, Vec<Found>> = BTreeMap::new();
    for (index, item) in items(value).unwrap_or_default().into_iter().enumerate() {
        let Value::Object(fields) = item else { continue };
        let name = fields.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = fields.get("version").and_then(Value::as_u64).unwrap_or_default();
        let versions = prompts.entry(name.clone()).or_default();
        if versions.iter().any(|found| found.number == number) {
            let path = format!("[{index}].version");
            let message = format!("`{file}` has two versions {number} of `{name}`");
            return Err(FormatError::new(file, &path, message));
        }
        versions.push(Found { number, index, fields: fields.clone() });
    }
    let path = |index: usize| if is_list { format!("[{index}]") } else { String::new() };
    let read = prompts.into_iter().map(|(name, mut versions)| {
        versions.sort_by_key(|found| found.number);
        let mut notes = Notes::new(file);
        let mut prompt = FoundPrompt::new(file, &name, Content::default());
        prompt.versions.clear();
        for found in versions {
            let path = path(found.index);
            version(found, &path, &mut prompt, &mut notes);
        }
        if prompt.name.as_str() != name {
            prompt.title = name;
        }
        prompt.notes = notes.found;
        prompt
    });
    Ok(read.collect())
}

fn field(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn version(found: Found, path: &str, prompt: &mut FoundPrompt, notes: &mut Notes<'_>) {
    let mut fields = found.fields;
    let index = prompt.versions.len();
    fields.shift_remove("name");
    for label in strings(fields.shift_remove("labels")) {
        // The newest version always has it.
        if label == "latest" {
            continue;
        }
        let name = label.to_lowercase().parse::<RefName>().ok().filter(|name| *name != RefName::main());
        let Some(name) = name else {
            notes.lost(&field(path, "labels"), format!("`{label}` cannot be a label here"));
            continue;
        };
        prompt.labels.retain(|(other, _)| *other != name);
        prompt.labels.push((name, index));
    }
    prompt.tags = strings(fields.shift_remove("tags"));
    let body = match fields.shift_remove("prompt").unwrap_or_default() {
        Value::Array(items) => chat::read(items, &field(path, "prompt"), notes, &mut |text, _, _| {
            template::from_names_only(text)
        }),
        Value::String(text) => Body::text(template::from_names_only(&text)),
        _ => Body::default(),
    };
    let settings = match fields.shift_remove("config") {
        Some(Value::Object(config)) => settings(config, &field(path, "config"), notes),
        _ => Settings::default(),
    };
    let note = match fields.shift_remove("commitMessage") {
        Some(Value::String(note)) => note,
        _ => String::new(),
    };
    // Facts about the record, which mean nothing elsewhere.
    for name in [
        "type",
        "version",
        "id",
        "projectId",
        "createdAt",
        "updatedAt",
        "createdBy",
        "isActive",
        "resolutionGraph",
    ] {
        fields.shift_remove(name);
    }
    notes.left(path, &fields);
    let variables = variables::infer(&body, &[], true);
    prompt
        .versions
        .push(FoundVersion { content: Content { body, variables, settings, ..Content::default() }, note });
}

fn settings(mut config: JsonObject, path: &str, notes: &mut Notes<'_>) -> Settings {
    let model = match config.shift_remove("model") {
        Some(Value::String(model)) => openai::model(&model, &format!("{path}.model"), notes),
        _ => None,
    };
    let parameters = parameters::take(&mut config, path, notes);
    notes.left(path, &config);
    Settings { model, parameters }
}

fn strings(value: Option<Value>) -> Vec<String> {
    let Some(Value::Array(items)) = value else { return Vec::new() };
    items.into_iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}
