//! A `.prompt` file rendered as the runtimes of dotprompt do: front matter, schemas and messages as JSON.
//!
//! What is said of the prompt is answered as it stands, with options laid over it and schemas as JSON Schema; see
//! <https://google.github.io/dotprompt/reference/>. Other than with those runtimes, a value that spells one of their
//! marks, such as `<<<dotprompt:role:system>>>`, stays text, and a required input without a value is an error.

use crate::{
    Diagnostic, RenderedMessage, Segment, TemplateError, analysis,
    evaluate::evaluate,
    library::Partials,
    nunjucks,
    prompt_file::{self, PromptFileError, Schemas},
    scope::World,
    sink::Sink,
    source::Source,
    value::{Inputs, Val},
};
use formaops_domain::{ContextMessage, JsonObject, Role, TemplateEngine};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What is to be rendered.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DotpromptRequest {
    /// The text of a `.prompt` file.
    pub template: String,
    /// The inputs. Those of an object are laid over the defaults.
    pub input: Value,
    /// Earlier messages, in dotprompt's form: `{"role", "content": [{"text"}]}`.
    pub messages: Vec<JsonObject>,
    /// Documents, which templates see as `@metadata.docs`.
    pub docs: Vec<Value>,
    /// Further data, which templates see by name: `@auth`.
    pub context: JsonObject,
    /// What is laid over the front matter, such as `{"input": {"default": {…}}}`.
    pub options: JsonObject,
    /// Schemas that Picoschema may name.
    pub schemas: Schemas,
    /// Partials by name.
    pub partials: BTreeMap<String, String>,
}

/// Why it was not rendered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct DotpromptError {
    /// What kind of error it is: a [`DiagnosticCode`](crate::DiagnosticCode), `front_matter`, `missing_variable`,
    /// `too_long`, `too_many_steps`, `too_nested` or `bad_request`.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// The line in the file, or in the partial, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column, from 1, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The partial that it is in, if it is in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial: Option<String>,
}

impl DotpromptError {
    /// That a request does not have the shape of one.
    #[must_use]
    pub fn bad_request(error: &serde_json::Error) -> Self {
        let number = |n: usize| u32::try_from(n).ok().filter(|&n| n > 0);
        Self {
            line: number(error.line()),
            column: number(error.column()),
            ..Self::new("bad_request", error.to_string())
        }
    }

    fn new(code: &str, message: String) -> Self {
        Self { code: code.to_owned(), message, line: None, column: None, partial: None }
    }

    /// An error of a template that begins so many lines into its file.
    fn of_template(error: &TemplateError, lines: u32) -> Self {
        let code = match error {
            TemplateError::Invalid(diagnostics) => {
                return diagnostics
                    .first()
                    .map_or_else(|| Self::new("syntax", error.to_string()), |first| Self::at(first, lines));
            }
            TemplateError::UnresolvedPartial { .. } => "unknown_partial",
            TemplateError::MissingVariable { .. } => "missing_variable",
            TemplateError::TooLong { .. } => "too_long",
            TemplateError::TooManySteps { .. } => "too_many_steps",
            TemplateError::TooNested { .. } => "too_nested",
        };
        Self::new(code, error.to_string())
    }

    fn at(diagnostic: &Diagnostic, lines: u32) -> Self {
        let code = serde_json::to_value(diagnostic.code).unwrap_or_default();
        let partial = diagnostic.place.path.strip_prefix("partials.").map(str::to_owned);
        let shift = if partial.is_some() { 0 } else { lines };
        Self {
            line: diagnostic.place.line.map(|line| line.saturating_add(shift)),
            column: diagnostic.place.column,
            partial,
            ..Self::new(code.as_str().unwrap_or_default(), diagnostic.message.clone())
        }
    }
}

impl From<PromptFileError> for DotpromptError {
    fn from(error: PromptFileError) -> Self {
        let (line, column) = match &error {
            PromptFileError::Yaml { line, column, .. } => (*line, *column),
            PromptFileError::Field { .. } | PromptFileError::TwoBodies => (None, None),
        };
        Self { line, column, ..Self::new("front_matter", error.to_string()) }
    }
}

/// Fields of the front matter that keep their meaning; one with a dot is an extension, and others mean nothing.
const FIELDS: [&str; 11] = [
    "config",
    "description",
    "input",
    "metadata",
    "model",
    "name",
    "output",
    "toolDefs",
    "tools",
    "variant",
    "version",
];

/// Renders a `.prompt` file to dotprompt's result: `messages`, `config`, `ext`, `metadata`, and as far as the file and
/// the options say them `model`, `input`, `output`, `tools`, `toolDefs`, `name`, `variant`, `version`, `description`;
/// `raw` is the front matter as it stands.
///
/// # Errors
/// [`DotpromptError`] where the front matter or the template is wrong, a required input is missing, or what comes out is
/// too long.
pub fn render_dotprompt(request: &DotpromptRequest) -> Result<Value, DotpromptError> {
    let (front, body) = prompt_file::split_front_matter(&request.template)?;
    let (body, lines) = match front {
        // As in dotprompt, the body below a front matter is trimmed.
        Some(_) => {
            let trimmed = body.trim_start();
            let before = &request.template[..request.template.len() - trimmed.len()];
            let lines = before.bytes().filter(|&byte| byte == b'\n').count();
            (trimmed.trim_end(), u32::try_from(lines).unwrap_or(u32::MAX))
        }
        None => (body, 0),
    };
    let mut result = described(front, &request.options);
    resolve_schemas(&mut result, &request.schemas)?;

    let input = with_defaults(&result, &request.input)?;
    let mut data = JsonObject::new();
    let about = json!({ "prompt": result, "docs": request.docs, "messages": request.messages });
    data.insert("metadata".into(), about);
    data.extend(request.context.iter().map(|(name, value)| (name.clone(), value.clone())));
    let engine = engine(&result)?;
    let rendered = messages(engine, body, &input, &Value::Object(data), request)
        .map_err(|error| DotpromptError::of_template(&error, lines))?;
    result.insert("messages".into(), Value::Array(rendered));
    Ok(Value::Object(result))
}

/// The front matter with the options over it.
fn described(front: Option<JsonObject>, options: &JsonObject) -> JsonObject {
    let mut result = JsonObject::new();
    for name in ["config", "ext", "metadata"] {
        result.insert(name.into(), json!({}));
    }
    if let Some(front) = front {
        let mut ext = match front.get("ext") {
            Some(Value::Object(ext)) => ext.clone(),
            _ => JsonObject::new(),
        };
        for (name, value) in &front {
            if value.is_null() {
                // As if it was not there.
            } else if FIELDS.contains(&name.as_str()) {
                result.insert(name.clone(), value.clone());
            } else if let Some((space, field)) = name.rsplit_once('.') {
                let space = ext.entry(space).or_insert_with(|| json!({}));
                if let Value::Object(space) = space {
                    space.insert(field.to_owned(), value.clone());
                }
            }
        }
        result.insert("ext".into(), Value::Object(ext));
        result.insert("raw".into(), Value::Object(front));
    }
    for (name, value) in options {
        match (result.get_mut(name), value) {
            (Some(Value::Object(config)), Value::Object(over)) if name == "config" => {
                config.extend(over.iter().map(|(name, value)| (name.clone(), value.clone())));
            }
            _ => drop(result.insert(name.clone(), value.clone())),
        }
    }
    result.retain(|_, value| !value.is_null());
    result
}

/// Says `input.schema` and `output.schema` as JSON Schema.
fn resolve_schemas(result: &mut JsonObject, schemas: &Schemas) -> Result<(), PromptFileError> {
    for name in ["input", "output"] {
        let Some(Value::Object(part)) = result.get_mut(name) else { continue };
        let Some(schema) = part.get_mut("schema") else { continue };
        if let Some(resolved) =
            prompt_file::resolve_schema(schema.take(), &format!("{name}.schema"), schemas)?
        {
            *schema = Value::Object(resolved);
        } else {
            part.shift_remove("schema");
        }
    }
    Ok(())
}

fn with_defaults(result: &JsonObject, input: &Value) -> Result<Value, DotpromptError> {
    let declared = result.get("input").and_then(Value::as_object);
    let default = declared.and_then(|declared| declared.get("default")).and_then(Value::as_object);
    let given = match input {
        Value::Object(given) => given.clone(),
        Value::Null => JsonObject::new(),
        other => return Ok(other.clone()),
    };
    let mut all = default.cloned().unwrap_or_default();
    all.extend(given);
    let required = declared.and_then(|declared| declared.get("schema")?.get("required")?.as_array());
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        if all.get(name).is_none_or(Value::is_null) {
            let error = TemplateError::MissingVariable { name: name.to_owned() };
            return Err(DotpromptError::of_template(&error, 0));
        }
    }
    Ok(Value::Object(all))
}

/// The language that the file says, under `ext.formaops.engine`.
fn engine(result: &JsonObject) -> Result<TemplateEngine, DotpromptError> {
    let engine = result.get("ext").and_then(|ext| ext.get("formaops")?.get("engine"));
    let engine = engine.map(TemplateEngine::deserialize).transpose();
    let wrong = |error| DotpromptError::new("front_matter", format!("`ext.formaops.engine`: {error}"));
    Ok(engine.map_err(wrong)?.unwrap_or_default())
}

fn messages(
    engine: TemplateEngine,
    body: &str,
    input: &Value,
    data: &Value,
    request: &DotpromptRequest,
) -> Result<Vec<Value>, TemplateError> {
    let partials: Partials =
        request.partials.iter().map(|(name, text)| (name.clone(), text.clone())).collect();
    let template = analysis::template_in(engine, body, &[], false, &partials);
    let errors: Vec<_> = template
        .problems
        .iter()
        .filter(|problem| problem.refuses())
        .map(|problem| problem.clone().at("template".to_owned()))
        .collect();
    if !errors.is_empty() {
        return Err(TemplateError::Invalid(errors));
    }
    let earlier: Vec<ContextMessage> = request
        .messages
        .iter()
        .map(|message| ContextMessage { role: Role::User, text: Value::Object(message.clone()).to_string() })
        .collect();
    let world = World { inputs: Val::Ref(input), context: Val::Ref(data), partials: &partials };
    let mut sink = Sink::new(&earlier);
    sink.begin_text();
    match engine {
        TemplateEngine::Handlebars => {
            evaluate(body, &template.program, "template", &world, &mut 0, &mut sink)?;
        }
        TemplateEngine::Nunjucks => {
            let none = JsonObject::new();
            let inputs = Inputs { given: input.as_object().unwrap_or(&none), defaults: Vec::new() };
            nunjucks::render(body, "template", &inputs, &mut sink)?;
        }
        TemplateEngine::None => sink.literal(body, Source::new(body).whole())?,
    }
    sink.end_template();
    let gathered = sink.finish(true)?;
    let mut history = request.messages.iter().cycle();
    let mut messages: Vec<Value> = gathered
        .messages
        .iter()
        .filter_map(|message| match message.template {
            Some(_) => Some(message_json(message)),
            None => history.next().map(|message| {
                let mut message = message.clone();
                let metadata = message.entry("metadata").or_insert_with(|| json!({}));
                if let Value::Object(metadata) = metadata {
                    metadata.insert("purpose".into(), json!("history"));
                }
                Value::Object(message)
            }),
        })
        .collect();
    if !gathered.history_is_placed {
        // As in dotprompt: before the last message where that is the user's, else after all of them.
        let is_asked = messages.last().is_some_and(|last| last["role"] == "user");
        let at = messages.len() - usize::from(is_asked);
        messages.splice(at..at, request.messages.iter().cloned().map(Value::Object));
    }
    Ok(messages)
}

fn message_json(message: &RenderedMessage) -> Value {
    let role = match message.role {
        Role::Assistant => "model",
        Role::System | Role::User | Role::Tool => message.role.as_str(),
    };
    let (mut content, mut text) = (Vec::new(), String::new());
    let end = |text: &mut String, content: &mut Vec<Value>| {
        let text = std::mem::take(text);
        content.extend((!text.trim().is_empty()).then(|| json!({ "text": text })));
    };
    for segment in message.segments.iter() {
        match segment {
            Segment::Literal { text: piece, .. }
            | Segment::Value { text: piece, .. }
            | Segment::History { text: piece } => text.push_str(&piece),
            Segment::Media { url, content_type, .. } => {
                end(&mut text, &mut content);
                let mut media = json!({ "url": url });
                if let Some(content_type) = content_type {
                    media["contentType"] = json!(content_type);
                }
                content.push(json!({ "media": media }));
            }
            Segment::Section { name, .. } => {
                end(&mut text, &mut content);
                content.push(json!({ "metadata": { "purpose": name, "pending": true } }));
            }
        }
    }
    if content.is_empty() {
        content.push(json!({ "text": text }));
    } else {
        end(&mut text, &mut content);
    }
    json!({ "role": role, "content": content })
}
