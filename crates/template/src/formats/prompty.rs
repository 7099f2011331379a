//! The `.prompty` file, of the first shape (`model.configuration`, `sample`) and of the second (`model.id`,
//! `inputs.properties`, `template.format`).
//!
//! See <https://prompty.ai> and `spec/` of microsoft/prompty. The body is Jinja2, or Mustache where `template` says
//! so; a line that is nothing but a role and a colon begins a message.

use super::{
    FormatError, FoundInputs, FoundPrompt, Notes, chat, jinja, name, openai, parameters,
    variables::{infer, type_of},
};
use crate::{PromptFileError, prompt_file};
use formaops_domain::{Body, Content, JsonObject, Message, ModelRef, Role, Settings, Variable, VariableType};
use serde_json::Value;

/// Whether front matter is of this format rather than of dotprompt.
pub(super) fn is(front: &JsonObject) -> bool {
    let own = ["inputs", "outputs", "sample", "template", "authors", "instructions"];
    front.get("model").is_some_and(Value::is_object)
        || own.iter().any(|field| front.contains_key(*field))
        || (front.contains_key("metadata") && !front.contains_key("input"))
}

/// Reads a `.prompty` file; it is called as its `name` or its path.
pub(super) fn read(file: &str, text: &str) -> Result<FoundPrompt, FormatError> {
    let (front, body) = prompt_file::split_front_matter(text).map_err(|error| {
        let (line, column) = match &error {
            PromptFileError::Yaml { line, column, .. } => (*line, *column),
            _ => (None, None),
        };
        FormatError::new(file, "", format!("`{file}`: {error}")).at_line(line, column)
    })?;
    let first_line = text[..text.len() - body.len()].matches('\n').count() + 1;
    let mut front = front.unwrap_or_default();
    let mut notes = Notes::new(file);

    let called = text_of(&mut front, "name");
    let description = text_of(&mut front, "description");
    let tags = tags(&mut front);
    let mut settings = settings(&mut front, &mut notes);
    settings.parameters.tools.extend(tools(&mut front, &mut notes));
    let (declared, sample) = inputs(&mut front, &mut notes);
    let is_mustache = template(&mut front, &mut notes);

    let body = if is_mustache {
        mustache(body, &mut notes)
    } else {
        jinja_body(file, body, u32::try_from(first_line).unwrap_or(u32::MAX), &mut notes)?
    };
    if front.shift_remove("base").is_some() {
        notes.lost("base", "what another file says is not taken over: import that one as well");
    }
    for name in ["kind", "version"] {
        front.shift_remove(name);
    }
    notes.left("", &front);

    let mut variables = declared;
    for used in infer(&body, &[&sample], false) {
        if !variables.iter().any(|variable| variable.name == used.name) {
            variables.push(used);
        }
    }
    // What only a tag without a counterpart uses is a variable all the same.
    for (name, value) in &sample {
        if super::template::is_name(name) && !variables.iter().any(|variable| variable.name == *name) {
            variables.push(Variable::new(name, type_of(value)));
        }
    }
    let content = Content { body, variables, settings, ..Content::default() };
    let name = if called.is_empty() { name::path_stem(file) } else { &called };
    let mut prompt = FoundPrompt::new(file, name, content);
    if prompt.name.as_str() != called {
        prompt.title = called;
    }
    prompt.description = description;
    prompt.tags = tags;
    if !sample.is_empty() {
        prompt.input_sets.push(FoundInputs { name: "sample".to_owned(), inputs: sample });
    }
    prompt.notes = notes.found;
    Ok(prompt)
}

fn text_of(fields: &mut JsonObject, name: &str) -> String {
    match fields.get(name) {
        Some(Value::String(_)) => {
            fields.shift_remove(name).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// Tags of the first shape, and of `metadata` in the second.
fn tags(front: &mut JsonObject) -> Vec<String> {
    let mut tags = Vec::new();
    front.shift_remove("authors");
    let own = front.shift_remove("tags");
    let metadata = match front.shift_remove("metadata") {
        Some(Value::Object(mut metadata)) => metadata.shift_remove("tags"),
        _ => None,
    };
    for value in [own, metadata].into_iter().flatten() {
        if let Value::Array(items) = value {
            tags.extend(items.into_iter().filter_map(|item| item.as_str().map(str::to_owned)));
        }
    }
    tags
}

fn settings(front: &mut JsonObject, notes: &mut Notes<'_>) -> Settings {
    let mut model = match front.shift_remove("model") {
        Some(Value::String(id)) => {
            return Settings { model: openai::model(&id, "model", notes), ..Settings::default() };
        }
        Some(Value::Object(model)) => model,
        _ => return Settings::default(),
    };
    let api = [text_of(&mut model, "api"), text_of(&mut model, "apiType")].concat();
    if !matches!(api.as_str(), "" | "chat" | "responses") {
        let message = format!("`{api}` is taken over as a chat: models are only asked to chat here");
        notes.changed("model.api", message);
    }
    let mut configuration = match model.shift_remove("configuration") {
        Some(Value::Object(configuration)) => configuration,
        _ => JsonObject::new(),
    };
    let kind = text_of(&mut configuration, "type");
    let named = ["azure_deployment", "name", "model"]
        .iter()
        .map(|name| text_of(&mut configuration, name))
        .find(|name| !name.is_empty());
    let (provider, id) = (text_of(&mut model, "provider"), text_of(&mut model, "id"));
    let id = if id.is_empty() { named.unwrap_or_default() } else { id };
    let provider = match (provider.as_str(), kind.as_str()) {
        ("foundry" | "azure", _) | ("", "azure_openai" | "azure") => "azure".to_owned(),
        ("", kind) => kind.to_owned(),
        (provider, _) => provider.to_owned(),
    };
    if model.shift_remove("connection").is_some() || !configuration.is_empty() {
        let message = "addresses and keys are never taken over: set up the provider in the settings";
        notes.lost("model", message);
    }
    let from_environment = id.starts_with("${") || id.contains("{{");
    let chosen = if from_environment {
        notes.lost("model", format!("`{id}` stands for a value of the environment, which is not read"));
        None
    } else if id.is_empty() {
        None
    } else if provider.is_empty() || provider.contains(':') {
        openai::model(&id, "model", notes)
    } else {
        Some(ModelRef { provider, model: id })
    };
    let mut parameters = JsonObject::new();
    for name in ["parameters", "options"] {
        if let Some(Value::Object(mut found)) = model.shift_remove(name) {
            if let Some(Value::Object(more)) = found.shift_remove("additionalProperties") {
                found.extend(more);
            }
            parameters.extend(found);
        }
    }
    parameters.shift_remove("stream");
    model.shift_remove("response");
    let read = parameters::take(&mut parameters, "model.parameters", notes);
    notes.left("model.parameters", &parameters);
    notes.left("model", &model);
    Settings { model: chosen, parameters: read }
}

/// Functions of the second shape; all other tools are of a runtime.
fn tools(front: &mut JsonObject, notes: &mut Notes<'_>) -> Vec<formaops_domain::ToolDefinition> {
    let Some(Value::Array(items)) = front.shift_remove("tools") else { return Vec::new() };
    let mut tools = Vec::new();
    for (index, mut item) in items.into_iter().enumerate() {
        let path = format!("tools[{index}]");
        let kind = item.get("kind").or_else(|| item.get("type")).and_then(Value::as_str).unwrap_or("");
        if kind != "function" {
            notes.lost(&path, format!("the tool `{kind}` is of a runtime and is not taken over"));
            continue;
        }
        if item.get("bindings").is_some() {
            notes.lost(&format!("{path}.bindings"), "values bound to arguments have no counterpart");
        }
        let parameters = item.get_mut("parameters").map(Value::take).unwrap_or_default();
        let mut function = JsonObject::new();
        for name in ["name", "description"] {
            if let Some(value) = item.get_mut(name).map(Value::take).filter(Value::is_string) {
                function.insert(name.to_owned(), value);
            }
        }
        function.insert("parameters".to_owned(), tool_schema(parameters));
        let mut wrapped = JsonObject::from_iter([(
            "tools".to_owned(),
            serde_json::json!([{ "type": "function", "function": function }]),
        )]);
        tools.extend(parameters::take(&mut wrapped, &path, notes).tools);
    }
    tools
}

/// A schema of arguments: JSON Schema as it is, a list of properties as one.
fn tool_schema(parameters: Value) -> Value {
    let items = match parameters {
        Value::Array(items) => items,
        Value::Object(mut fields) => match fields.shift_remove("properties") {
            Some(Value::Array(items)) => items,
            Some(properties) => {
                fields.insert("properties".to_owned(), properties);
                return Value::Object(fields);
            }
            None => return Value::Object(fields),
        },
        _ => return serde_json::json!({ "type": "object", "properties": {} }),
    };
    let (mut properties, mut required) = (JsonObject::new(), Vec::new());
    for item in items {
        let Some(name) = item.get("name").and_then(Value::as_str) else { continue };
        let mut property = JsonObject::new();
        property.insert("type".to_owned(), item.get("kind").cloned().unwrap_or_else(|| "string".into()));
        for (theirs, ours) in [("description", "description"), ("enumValues", "enum")] {
            if let Some(value) = item.get(theirs) {
                property.insert(ours.to_owned(), value.clone());
            }
        }
        if item.get("required") == Some(&Value::Bool(true)) {
            required.push(Value::from(name));
        }
        properties.insert(name.to_owned(), Value::Object(property));
    }
    serde_json::json!({ "type": "object", "properties": properties, "required": required })
}

/// The declared variables, and the values that stand as examples.
fn inputs(front: &mut JsonObject, notes: &mut Notes<'_>) -> (Vec<Variable>, JsonObject) {
    let mut sample = match front.shift_remove("sample") {
        Some(Value::Object(sample)) => sample,
        Some(Value::String(path)) => {
            notes.lost("sample", format!("`{path}` is another file, which is not read"));
            JsonObject::new()
        }
        _ => JsonObject::new(),
    };
    let declared = match front.shift_remove("inputs") {
        Some(Value::Object(mut fields)) => match fields.shift_remove("properties") {
            Some(Value::Array(items)) => items.into_iter().filter_map(named).collect(),
            Some(Value::Object(properties)) => properties.into_iter().collect(),
            _ => fields.into_iter().collect(),
        },
        Some(Value::Array(items)) => items.into_iter().filter_map(named).collect(),
        _ => Vec::new(),
    };
    let variables = declared
        .into_iter()
        .filter_map(|(name, value): (String, Value)| {
            if !super::template::is_name(&name) {
                let message = format!("`{name}` cannot name a variable: use letters, digits and `_`");
                notes.lost(&format!("inputs.{name}"), message);
                return None;
            }
            Some(variable(name, value, &mut sample, notes))
        })
        .collect();
    if let Some(outputs) = front.shift_remove("outputs").filter(|outputs| !is_empty(outputs)) {
        let message = "the schema of the answer is not taken over: add a validation with a JSON Schema";
        notes.lost("outputs", message);
        drop(outputs);
    }
    (variables, sample)
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(JsonObject::is_empty)
}

fn named(item: Value) -> Option<(String, Value)> {
    let name = item.get("name")?.as_str()?.to_owned();
    Some((name, item))
}

fn variable(name: String, value: Value, sample: &mut JsonObject, notes: &mut Notes<'_>) -> Variable {
    let path = format!("inputs.{name}");
    let Value::Object(mut fields) = value else {
        // A bare value is the default.
        let kind = type_of(&value);
        return Variable { default: (!value.is_null()).then_some(value), ..Variable::new(name, kind) };
    };
    let word = [text_of(&mut fields, "type"), text_of(&mut fields, "kind")].concat();
    let options = ["enumValues", "enum"].into_iter().find_map(|field| fields.shift_remove(field));
    let options: Option<Vec<String>> = options.and_then(|options| serde_json::from_value(options).ok());
    let default = fields.shift_remove("default").filter(|value| !value.is_null());
    let example = ["sample", "example"].into_iter().find_map(|field| fields.shift_remove(field));
    if let Some(example) = &example {
        sample.entry(name.clone()).or_insert_with(|| example.clone());
    }
    let required = ["required", "is_required", "isRequired"]
        .into_iter()
        .filter_map(|field| fields.shift_remove(field))
        .any(|value| value == true);
    let kind = match (word.as_str(), &options) {
        (_, Some(_)) => VariableType::Enum,
        ("number" | "integer" | "float", _) => VariableType::Number,
        ("boolean", _) => VariableType::Boolean,
        ("array" | "list", _) => VariableType::Array,
        ("object" | "dict", _) => VariableType::Object,
        ("string", _) => VariableType::String,
        ("", _) => default.as_ref().or(example.as_ref()).map_or(VariableType::String, type_of),
        (other, _) => {
            notes.changed(&path, format!("`{other}` is no type of a variable here: it is a text"));
            VariableType::String
        }
    };
    let description = text_of(&mut fields, "description");
    fields.shift_remove("name");
    fields.shift_remove("strict");
    notes.left(&path, &fields);
    Variable {
        required: required && default.is_none(),
        default,
        options: options.unwrap_or_default(),
        description,
        ..Variable::new(name, kind)
    }
}

/// Whether the body is Mustache.
fn template(front: &mut JsonObject, notes: &mut Notes<'_>) -> bool {
    let word = match front.shift_remove("template") {
        Some(Value::String(word)) => word,
        Some(Value::Object(mut fields)) => {
            match fields.shift_remove("format").or_else(|| fields.shift_remove("type")) {
                Some(Value::String(word)) => word,
                Some(Value::Object(mut format)) => text_of(&mut format, "kind"),
                _ => String::new(),
            }
        }
        _ => String::new(),
    };
    match word.as_str() {
        "mustache" | "handlebars" => true,
        "" | "jinja2" | "jinja" | "nunjucks" => false,
        other => {
            notes.changed("template", format!("`{other}` is not known: the body is read as Jinja2"));
            false
        }
    }
}

/// A message of the body: its role, its text, and the line that it begins on, from 0.
struct Piece<'t> {
    role: Option<Role>,
    text: &'t str,
    line: u32,
}

/// Cuts a body at the lines that are nothing but a role.
fn pieces(body: &str) -> Vec<Piece<'_>> {
    let mut pieces = vec![Piece { role: None, text: "", line: 0 }];
    let (mut start, mut at) = (0, 0);
    for (number, line) in (0u32..).zip(body.split_inclusive('\n')) {
        if let Some(role) = role_line(line) {
            if let Some(last) = pieces.last_mut() {
                last.text = &body[start..at];
            }
            start = at + line.len();
            pieces.push(Piece { role: Some(role), text: "", line: number + 1 });
        }
        at += line.len();
    }
    if let Some(last) = pieces.last_mut() {
        last.text = &body[start..];
    }
    pieces.retain(|piece| piece.role.is_some() || !piece.text.trim().is_empty());
    pieces
}

/// Whether a line is taken for the beginning of a message.
pub(super) fn begins_message(line: &str) -> bool {
    role_line(line).is_some()
}

fn role_line(line: &str) -> Option<Role> {
    let word = line.trim().strip_suffix(':')?.trim_end();
    let word = word.strip_prefix('#').unwrap_or(word).trim_start();
    // What stands in brackets says more of the message, such as its name.
    let word = word.split_once('[').map_or(word, |(word, _)| word);
    chat::role(word).filter(|_| word.chars().all(|c| c.is_ascii_alphabetic()))
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

/// The lines that a text begins with and that are only breaks.
fn leading_lines(text: &str) -> u32 {
    let blank = &text[..text.len() - text.trim_start_matches(is_line_break).len()];
    u32::try_from(blank.matches('\n').count()).unwrap_or(u32::MAX)
}

fn jinja_body(file: &str, body: &str, first_line: u32, notes: &mut Notes<'_>) -> Result<Body, FormatError> {
    note_images(body, notes);
    let pieces = pieces(body);
    let place = super::place(file, "").path;
    let mut messages = Vec::new();
    for piece in &pieces {
        let text = piece.text.trim_matches(is_line_break);
        let line = first_line.saturating_add(piece.line).saturating_add(leading_lines(piece.text));
        match jinja::translate(text, &place, line) {
            Ok(translated) => {
                notes.found.extend(translated.notes);
                let role = piece.role.unwrap_or(Role::System);
                messages.push(Message { role, template: translated.text, attachments: Vec::new() });
            }
            // A block may go around the beginning of a message.
            Err(_) => return whole_jinja(file, body, first_line, notes),
        }
    }
    Ok(Body::Messages { messages })
}

fn whole_jinja(file: &str, body: &str, first_line: u32, notes: &mut Notes<'_>) -> Result<Body, FormatError> {
    let place = super::place(file, "").path;
    let translated = jinja::translate(body, &place, first_line).map_err(|error| {
        let message = format!("`{file}`: {}", error.message);
        FormatError::new(file, "", message).at_line(Some(error.line), Some(error.column))
    })?;
    notes.found.extend(translated.notes);
    notes.changed("", "a block goes around a whole message: the messages are one text with `{{role}}` tags");
    let mut text = String::new();
    for line in translated.text.split_inclusive('\n') {
        match role_line(line) {
            Some(role) => text.push_str(&format!("{{{{role \"{}\"}}}}", role.as_str())),
            None => text.push_str(line),
        }
    }
    Ok(Body::text(text))
}

fn mustache(body: &str, notes: &mut Notes<'_>) -> Body {
    note_images(body, notes);
    if body.contains("{{#") || body.contains("{{^") {
        let message = "inside a section a name is looked up in its item only, not in what is around it";
        notes.changed("template", message);
    }
    if body.contains("{{=") {
        notes.lost("template", "other delimiters than `{{` and `}}` are not known here");
    }
    let messages = pieces(body)
        .into_iter()
        .map(|piece| Message {
            role: piece.role.unwrap_or(Role::System),
            template: piece.text.trim_matches(is_line_break).to_owned(),
            attachments: Vec::new(),
        })
        .collect();
    Body::Messages { messages }
}

fn note_images(body: &str, notes: &mut Notes<'_>) {
    if body.contains("![") {
        let message = "an image in the text stays text: attach the file to the message again";
        notes.lost("", message);
    }
}
