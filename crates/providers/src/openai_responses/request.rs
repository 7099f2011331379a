//! What is sent: a call as the JSON body of OpenAI Responses.

use crate::{media::data_url, merge, openai_chat::request::is_strict, wire::Unsayable};
use formaops_domain::{
    JsonObject, Media, MediaSource, Parameters, ResponseFormat, Role, ToolChoice, ToolDefinition,
    ports::{MessagePart, ModelMessage, ModelRequest},
};
use serde_json::{Value, json};

/// The body of a request. The parameters were checked against their bounds.
///
/// # Errors
/// What this wire format has no word for.
pub(super) fn body(request: &ModelRequest) -> Result<JsonObject, Unsayable> {
    let parameters = &request.parameters;
    check(parameters)?;
    let mut input = Vec::new();
    for message in &request.messages {
        items(message, &mut input)?;
    }
    let mut body = JsonObject::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    set("model", Some(request.model.clone().into()));
    set("input", Some(input.into()));
    set("stream", Some(true.into()));
    // The vendor keeps an answer for 30 days unless it is told not to, and nothing here asks for it again.
    set("store", Some(false.into()));
    set("temperature", parameters.temperature.map(Value::from));
    set("top_p", parameters.top_p.map(Value::from));
    set("max_output_tokens", parameters.max_tokens.map(Value::from));
    set("reasoning", reasoning(parameters));
    set("text", parameters.response_format.as_ref().map(|format| json!({ "format": text_format(format) })));
    let tools: Vec<Value> = parameters.tools.iter().map(tool).collect();
    set("tools", (!tools.is_empty()).then(|| tools.into()));
    set("tool_choice", parameters.tool_choice.as_ref().map(tool_choice));
    merge::deep(&mut body, &parameters.extra);
    Ok(body)
}

/// The first parameter that has no word here.
fn check(parameters: &Parameters) -> Result<(), Unsayable> {
    let chat = "leave it out, or use the kind `openai-chat`";
    let unknown = [
        ("stop", !parameters.stop.is_empty(), chat),
        ("seed", parameters.seed.is_some(), chat),
        ("frequencyPenalty", parameters.frequency_penalty.is_some(), chat),
        ("presencePenalty", parameters.presence_penalty.is_some(), chat),
        ("topK", parameters.top_k.is_some(), "leave it out, or set `topP`"),
        ("reasoningBudget", parameters.reasoning_budget.is_some(), "set `reasoningEffort`"),
    ];
    if let Some((name, _, instead)) = unknown.iter().find(|(_, is_set, _)| *is_set) {
        return Err(Unsayable(format!("`{name}` has no word in OpenAI Responses: {instead}")));
    }
    // What the messages of a call are called here.
    match ["input", "instructions"].iter().find(|&&field| parameters.extra.contains_key(field)) {
        Some(field) => {
            Err(Unsayable(format!("`extra` may not set `{field}`: it is made of the messages of the prompt")))
        }
        None => Ok(()),
    }
}

fn reasoning(parameters: &Parameters) -> Option<Value> {
    let mut reasoning = JsonObject::new();
    if let Some(effort) = &parameters.reasoning_effort {
        reasoning.insert("effort".to_owned(), effort.as_str().into());
    }
    // There is none unless it is asked for, so there is no word to forbid one.
    if parameters.reasoning_summary == Some(true) {
        reasoning.insert("summary".to_owned(), "auto".into());
    }
    (!reasoning.is_empty()).then(|| reasoning.into())
}

/// The items of a message. A call and a result are items of their own, beside what is said.
fn items(message: &ModelMessage, items: &mut Vec<Value>) -> Result<(), Unsayable> {
    let (mut content, mut others) = (Vec::new(), Vec::new());
    for part in &message.parts {
        match part {
            // What the model said is told back as its output.
            MessagePart::Text(text) if message.role == Role::Assistant => {
                content.push(json!({ "type": "output_text", "text": text }));
            }
            MessagePart::Text(text) => content.push(json!({ "type": "input_text", "text": text })),
            MessagePart::Media(_) if message.role == Role::Assistant => {
                return Err(Unsayable(
                    "OpenAI Responses takes no image or file as said by the model: put it into a \
                            user message"
                        .to_owned(),
                ));
            }
            MessagePart::Media(media) => content.push(medium(media)),
            MessagePart::ToolCall(call) => others.push(json!({
                "type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.arguments,
            })),
            MessagePart::ToolResult(result) => others.push(json!({
                "type": "function_call_output", "call_id": result.call_id, "output": result.content,
            })),
        }
    }
    if !content.is_empty() || others.is_empty() {
        let role = if message.role == Role::Tool { Role::User } else { message.role };
        let content: Value = match (content.as_slice(), message.parts.as_slice()) {
            ([], _) => "".into(),
            ([_], [MessagePart::Text(text), ..]) => text.as_str().into(),
            _ => content.into(),
        };
        items.push(json!({ "role": role.as_str(), "content": content }));
    }
    items.append(&mut others);
    Ok(())
}

fn medium(media: &Media) -> Value {
    match (&media.source, media.is_image()) {
        (MediaSource::Bytes(bytes), true) => {
            json!({ "type": "input_image", "image_url": data_url(&media.media_type, bytes), "detail": "auto" })
        }
        (MediaSource::Url(url), true) => {
            json!({ "type": "input_image", "image_url": url.as_str(), "detail": "auto" })
        }
        (MediaSource::Bytes(bytes), false) => {
            let name = media.name.as_deref().unwrap_or("file");
            let data = data_url(&media.media_type, bytes);
            json!({ "type": "input_file", "filename": name, "file_data": data })
        }
        (MediaSource::Url(url), false) => json!({ "type": "input_file", "file_url": url.as_str() }),
    }
}

fn tool(tool: &ToolDefinition) -> Value {
    let schema = if tool.parameters.is_empty() {
        json!({ "type": "object", "properties": {}, "required": [], "additionalProperties": false })
    } else {
        tool.parameters.clone().into()
    };
    // A function that says nothing of it is strict here, and a schema that is not made for that is refused.
    let mut definition = json!({ "type": "function", "name": tool.name, "strict": is_strict(&schema) });
    if !tool.description.is_empty() {
        definition["description"] = tool.description.as_str().into();
    }
    definition["parameters"] = schema;
    definition
}

fn tool_choice(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto => "auto".into(),
        ToolChoice::None => "none".into(),
        ToolChoice::Required => "required".into(),
        ToolChoice::Tool(name) => json!({ "type": "function", "name": name }),
    }
}

fn text_format(format: &ResponseFormat) -> Value {
    match format {
        ResponseFormat::Json => json!({ "type": "json_object" }),
        ResponseFormat::Schema { name, schema } => {
            let schema = Value::Object(schema.clone());
            let strict = is_strict(&schema);
            json!({ "type": "json_schema", "name": name, "schema": schema, "strict": strict })
        }
    }
}
