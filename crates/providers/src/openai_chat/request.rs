//! What is sent: a call as the JSON body of OpenAI Chat Completions.

use crate::{Quirks, media::data_url, merge, quirks::ReasoningForm, wire::Unsayable};
use formaops_domain::{
    JsonObject, MediaSource, Parameter, Parameters, ResponseFormat, Role, ToolChoice, ToolDefinition,
    ports::{MessagePart, ModelMessage, ModelRequest},
};
use serde_json::{Value, json};

/// The body of a request, as this server wants it for this model. The parameters were checked against
/// their bounds.
///
/// Where the free object of the parameters sets the most tokens by either name, none is added.
///
/// # Errors
/// What this wire format has no word for.
pub(super) fn body(request: &ModelRequest, quirks: &Quirks) -> Result<JsonObject, Unsayable> {
    let parameters = &request.parameters;
    let named = |parameter, usual| quirks.field(parameter).unwrap_or(usual);
    let mut body = JsonObject::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    set("model", Some(request.model.clone().into()));
    let messages = request.messages.iter().flat_map(|message| messages(message, quirks.system_role()));
    set("messages", Some(messages.collect()));
    set("stream", Some(true.into()));
    set("stream_options", quirks.include_usage().then(|| json!({ "include_usage": true })));
    set("temperature", parameters.temperature.map(Value::from));
    set("top_p", parameters.top_p.map(Value::from));
    set("top_k", parameters.top_k.map(Value::from));
    set("stop", (!parameters.stop.is_empty()).then(|| json!(parameters.stop)));
    set(named(Parameter::Seed, "seed"), parameters.seed.map(Value::from));
    set("frequency_penalty", parameters.frequency_penalty.map(Value::from));
    set("presence_penalty", parameters.presence_penalty.map(Value::from));
    for (name, value) in reasoning(parameters, quirks.reasoning())? {
        set(name, Some(value));
    }
    set("response_format", parameters.response_format.as_ref().map(response_format));
    let tools: Vec<Value> = parameters.tools.iter().map(tool).collect();
    set("tools", (!tools.is_empty()).then(|| tools.into()));
    set("tool_choice", parameters.tool_choice.as_ref().map(tool_choice));
    let free = |name: &str| parameters.extra.contains_key(name);
    if !free("max_tokens") && !free("max_completion_tokens") {
        set(named(Parameter::MaxTokens, "max_tokens"), parameters.max_tokens.map(Value::from));
    }
    merge::deep(&mut body, &parameters.extra);
    Ok(body)
}

/// The fields that say how much the model shall think, and whether it shall show that.
fn reasoning(parameters: &Parameters, form: ReasoningForm) -> Result<Vec<(&'static str, Value)>, Unsayable> {
    let effort = parameters.reasoning_effort.as_deref();
    if form == ReasoningForm::Object {
        let mut reasoning = JsonObject::new();
        match (effort, parameters.reasoning_budget) {
            (None, Some(0)) => drop(reasoning.insert("effort".to_owned(), "none".into())),
            (effort, budget) => {
                reasoning.extend(effort.map(|word| ("effort".to_owned(), word.into())));
                reasoning.extend(budget.map(|tokens| ("max_tokens".to_owned(), tokens.into())));
            }
        }
        reasoning.extend(parameters.reasoning_summary.map(|show| ("exclude".to_owned(), (!show).into())));
        return Ok((!reasoning.is_empty()).then(|| ("reasoning", reasoning.into())).into_iter().collect());
    }
    if parameters.reasoning_budget.is_some() {
        return Err(Unsayable(
            "`reasoningBudget` has no word in OpenAI Chat Completions: set `reasoningEffort`, or the \
                    server's own field in `extra`"
                .to_owned(),
        ));
    }
    if parameters.reasoning_summary == Some(true) {
        return Err(Unsayable(
            "`reasoningSummary` has no word in OpenAI Chat Completions: leave it out, or use the kind \
                    `openai-responses`"
                .to_owned(),
        ));
    }
    Ok(match (form, effort) {
        (_, None) => vec![],
        (ReasoningForm::Switch, Some("none")) => vec![("thinking", json!({ "type": "disabled" }))],
        (ReasoningForm::Switch, Some(word)) => {
            vec![("thinking", json!({ "type": "enabled" })), ("reasoning_effort", word.into())]
        }
        (_, Some(word)) => vec![("reasoning_effort", word.into())],
    })
}

/// The message; a result of a tool is a message of its own.
fn messages(message: &ModelMessage, system_role: &str) -> Vec<Value> {
    let (mut content, mut calls, mut results) = (Vec::new(), Vec::new(), Vec::new());
    for part in &message.parts {
        match part {
            MessagePart::Text(text) => content.push(json!({ "type": "text", "text": text })),
            MessagePart::Media(media) => {
                let url = match &media.source {
                    MediaSource::Bytes(bytes) => data_url(&media.media_type, bytes),
                    MediaSource::Url(url) => url.to_string(),
                };
                content.push(if media.is_image() {
                    json!({ "type": "image_url", "image_url": { "url": url } })
                } else {
                    let name = media.name.as_deref().unwrap_or("file");
                    json!({ "type": "file", "file": { "filename": name, "file_data": url } })
                });
            }
            MessagePart::ToolCall(call) => {
                let function = json!({ "name": call.name, "arguments": call.arguments });
                calls.push(json!({ "id": call.id, "type": "function", "function": function }));
            }
            MessagePart::ToolResult(result) => results
                .push(json!({ "role": "tool", "tool_call_id": result.call_id, "content": result.content })),
        }
    }
    // Plain text goes as plain text, which every server understands.
    let content = match (content.as_slice(), message.parts.as_slice()) {
        ([], _) => Value::Null,
        ([_], [MessagePart::Text(text), ..]) => text.as_str().into(),
        _ => content.into(),
    };
    if !(content.is_null() && calls.is_empty() && !results.is_empty()) {
        let role = if message.role == Role::System { system_role } else { message.role.as_str() };
        let mut spoken = json!({ "role": role, "content": content });
        if !calls.is_empty() && message.role == Role::Assistant {
            spoken["tool_calls"] = calls.into();
        }
        results.insert(0, spoken);
    }
    results
}

fn tool(tool: &ToolDefinition) -> Value {
    let mut function = json!({ "name": tool.name });
    if !tool.description.is_empty() {
        function["description"] = tool.description.as_str().into();
    }
    if !tool.parameters.is_empty() {
        function["parameters"] = tool.parameters.clone().into();
    }
    json!({ "type": "function", "function": function })
}

fn tool_choice(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto => "auto".into(),
        ToolChoice::None => "none".into(),
        ToolChoice::Required => "required".into(),
        ToolChoice::Tool(name) => json!({ "type": "function", "function": { "name": name } }),
    }
}

fn response_format(format: &ResponseFormat) -> Value {
    match format {
        ResponseFormat::Json => json!({ "type": "json_object" }),
        ResponseFormat::Schema { name, schema } => {
            let strict = is_strict(&Value::Object(schema.clone()));
            let schema = json!({ "name": name, "schema": schema, "strict": strict });
            json!({ "type": "json_schema", "json_schema": schema })
        }
    }
}

/// Whether a schema is of the kind that OpenAI can bind an answer to: every object names all it may
/// hold, and requires all of it.
///
/// Source: OpenAI, "Structured model outputs", supported schemas.
pub(crate) fn is_strict(schema: &Value) -> bool {
    match schema {
        Value::Object(fields) => {
            let closed = fields.get("properties").is_none_or(|properties| {
                let required = fields.get("required").and_then(Value::as_array);
                let requires =
                    |name: &String| required.is_some_and(|all| all.iter().any(|one| one == name.as_str()));
                fields.get("additionalProperties") == Some(&Value::Bool(false))
                    && properties.as_object().is_some_and(|properties| properties.keys().all(requires))
            });
            let open =
                fields.get("type").is_some_and(|kind| kind == "object") && !fields.contains_key("properties");
            closed && !open && fields.values().all(is_strict)
        }
        Value::Array(items) => items.iter().all(is_strict),
        _ => true,
    }
}
