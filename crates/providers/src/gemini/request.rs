//! What is sent: a call as the JSON body of `GenerateContentRequest`.

use crate::{arguments, media::base64, merge, wire::Unsayable};
use formaops_domain::{
    JsonObject, Media, MediaSource, Parameters, ResponseFormat, Role, ToolCall, ToolChoice, ToolDefinition,
    ToolResult,
    ports::{MessagePart, ModelMessage, ModelRequest},
};
use serde_json::{Value, json};

/// What stands in for the signature of a call that Gemini did not write itself, or whose signature
/// was not kept.
///
/// From Gemini 3 on, a call that is sent back without its signature is refused.
/// Source: the Gemini API, "Thought signatures", on calls that another model wrote.
const NO_SIGNATURE: &str = "skip_thought_signature_validator";

/// The body of a request. The parameters were checked against their bounds.
///
/// # Errors
/// What this wire format has no word for.
pub(super) fn body(request: &ModelRequest) -> Result<JsonObject, Unsayable> {
    let Parameters { tools, tool_choice, extra, .. } = &request.parameters;
    let mut body = JsonObject::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    let (system, spoken): (Vec<_>, Vec<_>) =
        request.messages.iter().partition(|message| message.role == Role::System);
    set("systemInstruction", system_instruction(&system)?);
    set("contents", Some(contents(&spoken, wants_signatures(&request.model))?));
    let tools: Vec<Value> = tools.iter().map(tool).collect();
    set("tools", (!tools.is_empty()).then(|| json!([{ "functionDeclarations": tools }])));
    set("toolConfig", tool_choice.as_ref().map(tool_config));
    set("generationConfig", Some(generation_config(&request.parameters)?.into()));
    merge::deep(&mut body, extra);
    if body.get("generationConfig").and_then(Value::as_object).is_some_and(JsonObject::is_empty) {
        body.shift_remove("generationConfig");
    }
    Ok(body)
}

/// All that the system says, which stands beside the conversation.
fn system_instruction(system: &[&ModelMessage]) -> Result<Option<Value>, Unsayable> {
    let mut parts = Vec::new();
    for part in system.iter().flat_map(|message| &message.parts) {
        match part {
            MessagePart::Text(text) => parts.push(json!({ "text": text })),
            _ => {
                return Err(Unsayable(
                    "Gemini takes text alone in `system` messages: move the rest into a `user` message"
                        .to_owned(),
                ));
            }
        }
    }
    Ok((!parts.is_empty()).then(|| json!({ "parts": parts })))
}

/// The conversation. Messages of one side that follow each other are one turn.
fn contents(messages: &[&ModelMessage], signed: bool) -> Result<Value, Unsayable> {
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in messages {
        let role = if message.role == Role::Assistant { "model" } else { "user" };
        let parts = parts(message, signed)?;
        match turns.last_mut() {
            Some((before, turn)) if *before == role => turn.extend(parts),
            _ => turns.push((role, parts)),
        }
    }
    if turns.is_empty() {
        return Err(Unsayable(
            "Gemini wants a `user` message besides what the system says: add one".to_owned(),
        ));
    }
    Ok(turns.into_iter().map(|(role, parts)| json!({ "role": role, "parts": parts })).collect())
}

fn parts(message: &ModelMessage, signed: bool) -> Result<Vec<Value>, Unsayable> {
    let mut unsigned = signed;
    let mut part = |part: &MessagePart| match part {
        MessagePart::Text(text) => Ok(json!({ "text": text })),
        MessagePart::Media(media) => Ok(data(media)),
        // Of calls that are made at once, only the first is signed.
        MessagePart::ToolCall(call) => function_call(call, std::mem::take(&mut unsigned)),
        MessagePart::ToolResult(result) => Ok(function_response(result)),
    };
    message.parts.iter().map(&mut part).collect()
}

fn data(media: &Media) -> Value {
    match &media.source {
        MediaSource::Bytes(bytes) => {
            json!({ "inlineData": { "mimeType": media.media_type, "data": base64(bytes) } })
        }
        MediaSource::Url(url) => {
            json!({ "fileData": { "mimeType": media.media_type, "fileUri": url.as_str() } })
        }
    }
}

fn function_call(call: &ToolCall, signed: bool) -> Result<Value, Unsayable> {
    let mut function = json!({ "name": call.name, "args": arguments::object(call)? });
    if !call.id.is_empty() {
        function["id"] = call.id.as_str().into();
    }
    let mut part = json!({ "functionCall": function });
    if signed {
        part["thoughtSignature"] = NO_SIGNATURE.into();
    }
    Ok(part)
}

fn function_response(result: &ToolResult) -> Value {
    // A response is an object. What is JSON already is not told as a text in a text.
    let said =
        serde_json::from_str(&result.content).ok().filter(|said: &Value| said.is_object() || said.is_array());
    let said = said.unwrap_or_else(|| result.content.as_str().into());
    let under = if result.is_error { "error" } else { "output" };
    let mut function = json!({ "name": result.name, "response": { under: said } });
    if !result.call_id.is_empty() {
        function["id"] = result.call_id.as_str().into();
    }
    json!({ "functionResponse": function })
}

/// Whether the model refuses calls without a signature, as all since Gemini 3 do. Older ones want none.
fn wants_signatures(model: &str) -> bool {
    let id = model.rsplit('/').next().unwrap_or(model);
    id.starts_with("gemini-") && !["gemini-1", "gemini-2"].iter().any(|old| id.starts_with(old))
}

fn tool(tool: &ToolDefinition) -> Value {
    let mut function = json!({ "name": tool.name, "description": tool.description });
    if !tool.parameters.is_empty() {
        function["parametersJsonSchema"] = tool.parameters.clone().into();
    }
    function
}

fn tool_config(choice: &ToolChoice) -> Value {
    let config = match choice {
        ToolChoice::Auto => json!({ "mode": "AUTO" }),
        ToolChoice::None => json!({ "mode": "NONE" }),
        ToolChoice::Required => json!({ "mode": "ANY" }),
        ToolChoice::Tool(name) => json!({ "mode": "ANY", "allowedFunctionNames": [name] }),
    };
    json!({ "functionCallingConfig": config })
}

fn generation_config(parameters: &Parameters) -> Result<JsonObject, Unsayable> {
    let mut config = JsonObject::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            config.insert(name.to_owned(), value);
        }
    };
    set("temperature", parameters.temperature.map(Value::from));
    set("topP", parameters.top_p.map(Value::from));
    set("topK", parameters.top_k.map(Value::from));
    set("maxOutputTokens", parameters.max_tokens.map(Value::from));
    set("stopSequences", (!parameters.stop.is_empty()).then(|| json!(parameters.stop)));
    set("seed", parameters.seed.map(seed).transpose()?);
    set("frequencyPenalty", parameters.frequency_penalty.map(Value::from));
    set("presencePenalty", parameters.presence_penalty.map(Value::from));
    set("thinkingConfig", thinking_config(parameters));
    if let Some(format) = &parameters.response_format {
        set("responseMimeType", Some("application/json".into()));
        match format {
            ResponseFormat::Json => {}
            ResponseFormat::Schema { schema, .. } => {
                set("responseJsonSchema", Some(schema.clone().into()));
            }
        }
    }
    Ok(config)
}

fn seed(seed: i64) -> Result<Value, Unsayable> {
    match i32::try_from(seed) {
        Ok(seed) => Ok(seed.into()),
        Err(_) => {
            Err(Unsayable(format!("Gemini takes a `seed` between {} and {}, got {seed}", i32::MIN, i32::MAX)))
        }
    }
}

fn thinking_config(parameters: &Parameters) -> Option<Value> {
    let Parameters { reasoning_budget, reasoning_effort, reasoning_summary, .. } = parameters;
    let mut config = JsonObject::new();
    let fields = [
        ("thinkingBudget", reasoning_budget.map(Value::from)),
        // The levels are names of an enumeration, which are in capitals.
        ("thinkingLevel", reasoning_effort.as_ref().map(|level| level.to_ascii_uppercase().into())),
        ("includeThoughts", reasoning_summary.map(Value::from)),
    ];
    config.extend(fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    (!config.is_empty()).then(|| config.into())
}
