//! What is sent: a call as the JSON body of `ConverseStream`. The model stands in the path.

use crate::{
    anthropic::request::{Conversation, Turn, input_schema, thinking},
    arguments,
    media::base64,
    merge,
    quirks::Quirks,
    wire::Unsayable,
};
use formaops_domain::{
    JsonObject, Media, MediaSource, Parameters, ProviderKind, ResponseFormat, ToolChoice, ToolDefinition,
    ports::{MessagePart, ModelRequest},
};
use serde_json::{Value, json};

/// The body of a request. The parameters were checked against their bounds.
///
/// # Errors
/// What this wire format has no word for.
pub(super) fn body(request: &ModelRequest) -> Result<JsonObject, Unsayable> {
    let parameters = &request.parameters;
    refuse(parameters)?;
    let mut names = Vec::new();
    let Conversation { system, turns } = Conversation::of(&request.messages, |part| block(part, &mut names))?;
    let system: Vec<Value> = system.iter().map(|text| json!({ "text": text })).collect();
    let messages: Vec<Value> = turns.into_iter().map(message).collect();
    let mut body = JsonObject::new();
    let mut set = |name: &str, value: Value| {
        let is_empty = match &value {
            Value::Object(fields) => fields.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        if !is_empty {
            body.insert(name.to_owned(), value);
        }
    };
    set("system", system.into());
    set("messages", messages.into());
    set("inferenceConfig", inference(parameters).into());
    set("additionalModelRequestFields", additional(&request.model, parameters)?.into());
    set("outputConfig", output(parameters)?.into());
    set("toolConfig", tools(parameters)?.into());
    merge::deep(&mut body, &parameters.extra);
    Ok(body)
}

fn refuse(parameters: &Parameters) -> Result<(), Unsayable> {
    for (set, name) in [
        (parameters.seed.is_some(), "seed"),
        (parameters.frequency_penalty.is_some(), "frequencyPenalty"),
        (parameters.presence_penalty.is_some(), "presencePenalty"),
    ] {
        if set {
            return Err(no_word(name));
        }
    }
    Ok(())
}

fn no_word(name: &str) -> Unsayable {
    Unsayable(format!(
        "`{name}` has no word in Amazon Bedrock ConverseStream: leave it out, or set the model's own field \
         in `extra` under `additionalModelRequestFields`"
    ))
}

fn message(Turn { role, content }: Turn) -> Value {
    json!({ "role": role.as_str(), "content": content })
}

fn inference(parameters: &Parameters) -> JsonObject {
    let stop = (!parameters.stop.is_empty()).then(|| json!(parameters.stop));
    gathered([
        ("maxTokens", parameters.max_tokens.map(Value::from)),
        ("temperature", parameters.temperature.map(Value::from)),
        ("topP", parameters.top_p.map(Value::from)),
        ("stopSequences", stop),
    ])
}

/// What only some models take, each in its own words. Those of Anthropic's are known here.
fn additional(model: &str, parameters: &Parameters) -> Result<JsonObject, Unsayable> {
    if model.contains("anthropic.") {
        return Ok(gathered([
            ("top_k", parameters.top_k.map(Value::from)),
            ("thinking", thinking(parameters, Quirks::of(ProviderKind::Bedrock, None, model).reasoning())?),
        ]));
    }
    for (set, name) in [
        (parameters.top_k.is_some(), "topK"),
        (parameters.reasoning_budget.is_some(), "reasoningBudget"),
        (parameters.reasoning_summary.is_some(), "reasoningSummary"),
    ] {
        if set {
            return Err(no_word(name));
        }
    }
    Ok(JsonObject::new())
}

fn output(parameters: &Parameters) -> Result<JsonObject, Unsayable> {
    let format = match &parameters.response_format {
        Some(ResponseFormat::Schema { name, schema }) => {
            // The schema travels as text.
            let schema = json!({ "name": name, "schema": Value::from(schema.clone()).to_string() });
            Some(json!({ "type": "json_schema", "structure": { "jsonSchema": schema } }))
        }
        Some(ResponseFormat::Json) => {
            return Err(Unsayable(
                "`responseFormat` of the kind `json` has no word in Amazon Bedrock ConverseStream: \
                        give a schema, or ask for JSON in the prompt"
                    .to_owned(),
            ));
        }
        None => None,
    };
    Ok(gathered([("textFormat", format), ("effort", parameters.reasoning_effort.clone().map(Value::from))]))
}

fn tools(parameters: &Parameters) -> Result<JsonObject, Unsayable> {
    let choice = match &parameters.tool_choice {
        // A choice is refused where there is nothing to choose from.
        _ if parameters.tools.is_empty() => None,
        None => None,
        Some(ToolChoice::Auto) => Some(json!({ "auto": {} })),
        Some(ToolChoice::Required) => Some(json!({ "any": {} })),
        Some(ToolChoice::Tool(name)) => Some(json!({ "tool": { "name": name } })),
        Some(ToolChoice::None) => {
            return Err(Unsayable(
                "`toolChoice` `none` has no word in Amazon Bedrock ConverseStream: leave out the \
                        tools, or let the model choose"
                    .to_owned(),
            ));
        }
    };
    let tools: Vec<Value> = parameters.tools.iter().map(tool).collect();
    Ok(gathered([("tools", (!tools.is_empty()).then(|| tools.into())), ("toolChoice", choice)]))
}

fn tool(tool: &ToolDefinition) -> Value {
    let mut spec = json!({ "name": tool.name });
    if !tool.description.is_empty() {
        spec["description"] = tool.description.as_str().into();
    }
    spec["inputSchema"] = json!({ "json": input_schema(tool) });
    json!({ "toolSpec": spec })
}

fn gathered<const N: usize>(fields: [(&str, Option<Value>); N]) -> JsonObject {
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn block(part: &MessagePart, names: &mut Vec<String>) -> Result<Value, Unsayable> {
    Ok(match part {
        MessagePart::Text(text) => json!({ "text": text }),
        MessagePart::Media(media) => {
            let format = format_of(media).ok_or_else(|| {
                Unsayable(format!(
                    "files of the type `{}` have no form in Amazon Bedrock ConverseStream: it takes PNG, \
                     JPEG, GIF and WebP images, and PDF, CSV, Word, Excel, HTML, text and Markdown documents",
                    media.media_type
                ))
            })?;
            let source = source(media)?;
            if media.is_image() {
                json!({ "image": { "format": format, "source": source } })
            } else {
                let name = document_name(media.name.as_deref(), names);
                json!({ "document": { "format": format, "name": name, "source": source } })
            }
        }
        MessagePart::ToolCall(call) => {
            json!({ "toolUse": { "toolUseId": call.id, "name": call.name, "input": arguments::object(call)? } })
        }
        MessagePart::ToolResult(result) => {
            // Text that is empty is refused; content that is empty is not.
            let texts = Some(&result.content).filter(|text| !text.is_empty());
            let content: Vec<Value> = texts.into_iter().map(|text| json!({ "text": text })).collect();
            let mut told = json!({ "toolUseId": result.call_id, "content": content });
            if result.is_error {
                told["status"] = "error".into();
            }
            json!({ "toolResult": told })
        }
    })
}

fn source(media: &Media) -> Result<Value, Unsayable> {
    match &media.source {
        MediaSource::Bytes(bytes) => Ok(json!({ "bytes": base64(bytes) })),
        MediaSource::Url(url) if url.scheme() == "s3" => Ok(json!({ "s3Location": { "uri": url } })),
        MediaSource::Url(_) => Err(Unsayable(
            "Amazon Bedrock fetches images and files from `s3://` addresses alone: \
                                    send this one as bytes"
                .to_owned(),
        )),
    }
}

/// The word for a type of images or documents.
fn format_of(media: &Media) -> Option<&'static str> {
    Some(match media.media_type.as_str() {
        "image/png" => "png",
        "image/jpeg" | "image/jpg" => "jpeg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "application/pdf" => "pdf",
        "text/csv" => "csv",
        "application/msword" => "doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "text/html" => "html",
        "text/markdown" => "md",
        "text/plain" => "txt",
        _ => return None,
    })
}

/// The longest name of a document.
const MAX_NAME: usize = 200;

/// A name as documents must have one: of letters, digits, single blanks, hyphens and brackets, and no two
/// alike in a request.
fn document_name(name: Option<&str>, names: &mut Vec<String>) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '(' | ')' | '[' | ']');
    let words = name.unwrap_or_default().split(|c| !plain(c)).filter(|word| !word.is_empty());
    let mut wanted = words.collect::<Vec<_>>().join(" ");
    if wanted.is_empty() {
        "document".clone_into(&mut wanted);
    }
    // All of it is ASCII, so it can be cut anywhere; room is left for a number.
    wanted.truncate(MAX_NAME - 8);
    let taken = names.iter().filter(|taken| **taken == wanted).count();
    names.push(wanted.clone());
    if taken == 0 { wanted } else { format!("{wanted} ({})", taken + 1) }
}
