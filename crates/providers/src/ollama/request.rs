//! What is sent: a call as the JSON body of `ChatRequest`.

use crate::{arguments, media::base64, merge, wire::Unsayable};
use formaops_domain::{
    JsonObject, Media, MediaSource, Parameters, ResponseFormat, ToolCall, ToolChoice, ToolDefinition,
    ports::{MessagePart, ModelMessage, ModelRequest},
};
use serde_json::{Value, json};

/// The body of a request. The parameters were checked against their bounds.
///
/// # Errors
/// What this wire format has no word for.
pub(super) fn body(request: &ModelRequest) -> Result<JsonObject, Unsayable> {
    let parameters = &request.parameters;
    let mut messages = Vec::new();
    for message in &request.messages {
        messages.append(&mut told(message)?);
    }
    let mut body = JsonObject::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    set("model", Some(request.model.clone().into()));
    set("messages", Some(messages.into()));
    set("stream", Some(true.into()));
    set("truncate", Some(false.into()));
    set("think", think(parameters)?);
    set("format", parameters.response_format.as_ref().map(format));
    set("tools", tools(parameters)?);
    set("options", Some(options(parameters).into()));
    merge::deep(&mut body, &parameters.extra);
    if body.get("options").and_then(Value::as_object).is_some_and(JsonObject::is_empty) {
        body.shift_remove("options");
    }
    Ok(body)
}

/// The message; a result of a tool is a message of its own.
fn told(message: &ModelMessage) -> Result<Vec<Value>, Unsayable> {
    let (mut content, mut images, mut calls, mut told) = (String::new(), Vec::new(), Vec::new(), Vec::new());
    for part in &message.parts {
        match part {
            MessagePart::Text(text) => content.push_str(text),
            MessagePart::Media(media) => images.push(image(media)?),
            MessagePart::ToolCall(call) => calls.push(tool_call(call)?),
            MessagePart::ToolResult(result) => told.push(json!({
                "role": "tool", "content": result.content,
                "tool_name": result.name, "tool_call_id": result.call_id,
            })),
        }
    }
    if content.is_empty() && images.is_empty() && calls.is_empty() && !told.is_empty() {
        return Ok(told);
    }
    let mut spoken = json!({ "role": message.role.as_str(), "content": content });
    for (name, items) in [("images", images), ("tool_calls", calls)] {
        if !items.is_empty() {
            spoken[name] = items.into();
        }
    }
    told.insert(0, spoken);
    Ok(told)
}

fn image(media: &Media) -> Result<Value, Unsayable> {
    if !media.is_image() {
        return Err(Unsayable(format!(
            "Ollama takes images and no other files, got `{}`: leave it out",
            media.media_type
        )));
    }
    match &media.source {
        MediaSource::Bytes(bytes) => Ok(base64(bytes).into()),
        MediaSource::Url(url) => Err(Unsayable(format!(
            "Ollama fetches no images from addresses, got `{url}`: attach the image itself"
        ))),
    }
}

fn tool_call(call: &ToolCall) -> Result<Value, Unsayable> {
    let function = json!({ "name": call.name, "arguments": arguments::object(call)? });
    Ok(json!({ "id": call.id, "function": function }))
}

/// Whether the model thinks, or how much. What it thought is always told.
fn think(parameters: &Parameters) -> Result<Option<Value>, Unsayable> {
    let Parameters { reasoning_effort, reasoning_budget, reasoning_summary, .. } = parameters;
    let asked = match (reasoning_effort.as_deref(), reasoning_budget) {
        (_, Some(budget)) if *budget > 0 => {
            return Err(Unsayable(
                "`reasoningBudget` has no word in Ollama's API but 0: set `reasoningEffort` to `low`, \
                        `medium` or `high`, or `maxTokens`"
                    .to_owned(),
            ));
        }
        (_, Some(_)) | (Some("none" | "false"), None) => Some(false.into()),
        (Some("true"), None) => Some(true.into()),
        (Some(level), None) => Some(level.into()),
        (None, None) => None,
    };
    match reasoning_summary {
        Some(true) => Ok(Some(asked.unwrap_or(Value::Bool(true)))),
        Some(false) if asked != Some(Value::Bool(false)) => Err(Unsayable(
            "Ollama always tells what a model thought: leave `reasoningSummary` out, or set \
                 `reasoningBudget` to 0 so that it does not think"
                .to_owned(),
        )),
        _ => Ok(asked),
    }
}

fn format(format: &ResponseFormat) -> Value {
    match format {
        ResponseFormat::Json => "json".into(),
        ResponseFormat::Schema { schema, .. } => schema.clone().into(),
    }
}

fn tools(parameters: &Parameters) -> Result<Option<Value>, Unsayable> {
    match &parameters.tool_choice {
        None | Some(ToolChoice::Auto) => {
            let tools: Vec<Value> = parameters.tools.iter().map(tool).collect();
            Ok((!tools.is_empty()).then(|| tools.into()))
        }
        // A model that is told of no tool asks for none.
        Some(ToolChoice::None) => Ok(None),
        Some(ToolChoice::Required | ToolChoice::Tool(_)) => Err(Unsayable(
            "Ollama cannot make a model ask for a tool: leave `toolChoice` out, or set it to `auto`"
                .to_owned(),
        )),
    }
}

fn tool(tool: &ToolDefinition) -> Value {
    let mut schema = tool.parameters.clone();
    // Ollama refuses a tool whose arguments are not an object with properties.
    schema.entry("type").or_insert_with(|| "object".into());
    schema.entry("properties").or_insert_with(|| json!({}));
    let function = json!({ "name": tool.name, "description": tool.description, "parameters": schema });
    json!({ "type": "function", "function": function })
}

fn options(parameters: &Parameters) -> JsonObject {
    let fields = [
        ("temperature", parameters.temperature.map(Value::from)),
        ("top_p", parameters.top_p.map(Value::from)),
        ("top_k", parameters.top_k.map(Value::from)),
        ("num_predict", parameters.max_tokens.map(Value::from)),
        ("stop", (!parameters.stop.is_empty()).then(|| json!(parameters.stop))),
        ("seed", parameters.seed.map(Value::from)),
        ("frequency_penalty", parameters.frequency_penalty.map(Value::from)),
        ("presence_penalty", parameters.presence_penalty.map(Value::from)),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
