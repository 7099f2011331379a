//! What is sent: a call as the JSON body of Anthropic Messages.

use crate::{
    arguments,
    media::base64,
    merge,
    quirks::{Quirks, ReasoningForm},
    wire::Unsayable,
};
use formaops_domain::{
    JsonObject, Media, MediaSource, Parameters, ProviderKind, ResponseFormat, Role, ToolChoice,
    ToolDefinition,
    ports::{MessagePart, ModelMessage, ModelRequest},
};
use serde_json::{Value, json};

/// The body of a request. The parameters were checked against their bounds.
///
/// # Errors
/// What this wire format has no word for.
pub(super) fn body(request: &ModelRequest) -> Result<JsonObject, Unsayable> {
    let parameters = &request.parameters;
    refuse(parameters)?;
    let (system, messages) = conversation(&request.messages)?;
    let mut body = JsonObject::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    let quirks = Quirks::of(ProviderKind::Anthropic, None, &request.model);
    // The field must be sent, and thinking counts as part of the answer.
    let budget = parameters.reasoning_budget.unwrap_or(0);
    let most = parameters.max_tokens.or(quirks.needs_max_tokens().map(|most| most.saturating_add(budget)));
    set("model", Some(request.model.clone().into()));
    set("max_tokens", most.map(Value::from));
    set("system", (!system.is_null()).then_some(system));
    set("messages", Some(messages.into()));
    set("stream", Some(true.into()));
    set("temperature", parameters.temperature.map(Value::from));
    set("top_p", parameters.top_p.map(Value::from));
    set("top_k", parameters.top_k.map(Value::from));
    set("stop_sequences", (!parameters.stop.is_empty()).then(|| json!(parameters.stop)));
    set("thinking", thinking(parameters, quirks.reasoning())?);
    set("output_config", output_config(parameters)?);
    let tools: Vec<Value> = parameters.tools.iter().map(tool).collect();
    // A choice is refused where there is nothing to choose from.
    let choice = (!tools.is_empty() || parameters.extra.contains_key("tools"))
        .then_some(parameters.tool_choice.as_ref())
        .flatten();
    set("tools", (!tools.is_empty()).then(|| tools.into()));
    set("tool_choice", choice.map(tool_choice));
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
            return Err(Unsayable(format!("`{name}` has no word in Anthropic Messages: leave it out")));
        }
    }
    Ok(())
}

/// Whether and how the model thinks: up to a budget, or, where it can, as it sees fit when only an effort
/// is given or its thoughts are to be shown.
pub(crate) fn thinking(parameters: &Parameters, form: ReasoningForm) -> Result<Option<Value>, Unsayable> {
    let summary = parameters.reasoning_summary;
    let mut thinking = match parameters.reasoning_budget {
        Some(0) if summary == Some(true) => {
            return Err(Unsayable(
                "`reasoningSummary` shows what was thought, and a `reasoningBudget` of 0 turns \
                        thinking off: leave one of them out"
                    .to_owned(),
            ));
        }
        Some(0) => return Ok(Some(json!({ "type": "disabled" }))),
        Some(budget) => json!({ "type": "enabled", "budget_tokens": budget }),
        None if form == ReasoningForm::Budget && summary == Some(true) => {
            return Err(Unsayable(
                "`reasoningSummary` shows what was thought, and this model thinks only where a \
                        `reasoningBudget` lets it: set one"
                    .to_owned(),
            ));
        }
        // Its effort is that of the whole answer, not of thinking alone.
        None if form == ReasoningForm::Budget => return Ok(None),
        None if parameters.reasoning_effort.is_some() || summary == Some(true) => {
            json!({ "type": "adaptive" })
        }
        // Nobody asked it to think, so there is nothing to hide.
        None => return Ok(None),
    };
    if let Some(show) = summary {
        thinking["display"] = if show { "summarized" } else { "omitted" }.into();
    }
    Ok(Some(thinking))
}

fn output_config(parameters: &Parameters) -> Result<Option<Value>, Unsayable> {
    let mut config = JsonObject::new();
    if let Some(effort) = &parameters.reasoning_effort {
        config.insert("effort".to_owned(), effort.as_str().into());
    }
    match &parameters.response_format {
        // The name of a schema is for people only, and has no place here.
        Some(ResponseFormat::Schema { schema, .. }) => {
            config.insert("format".to_owned(), json!({ "type": "json_schema", "schema": schema }));
        }
        Some(ResponseFormat::Json) => {
            return Err(Unsayable(
                "`responseFormat` of the kind `json` has no word in Anthropic Messages: give a \
                        schema, or ask for JSON in the prompt"
                    .to_owned(),
            ));
        }
        None => {}
    }
    Ok((!config.is_empty()).then(|| config.into()))
}

fn tool(tool: &ToolDefinition) -> Value {
    let mut definition = json!({ "name": tool.name });
    if !tool.description.is_empty() {
        definition["description"] = tool.description.as_str().into();
    }
    definition["input_schema"] = input_schema(tool);
    definition
}

/// The schema of a tool's arguments, which must be there even where the tool takes none.
pub(crate) fn input_schema(tool: &ToolDefinition) -> Value {
    if tool.parameters.is_empty() { json!({ "type": "object" }) } else { tool.parameters.clone().into() }
}

fn tool_choice(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto => json!({ "type": "auto" }),
        ToolChoice::None => json!({ "type": "none" }),
        ToolChoice::Required => json!({ "type": "any" }),
        ToolChoice::Tool(name) => json!({ "type": "tool", "name": name }),
    }
}

/// The system prompt, null where there is none, and the turns of user and assistant.
fn conversation(messages: &[ModelMessage]) -> Result<(Value, Vec<Value>), Unsayable> {
    let Conversation { system, turns } = Conversation::of(messages, block)?;
    let system = match system.as_slice() {
        [] => Value::Null,
        [text] => (*text).into(),
        texts => texts.iter().map(|text| json!({ "type": "text", "text": text })).collect(),
    };
    let message = |Turn { role, content }: Turn| {
        // Text alone goes as text.
        let content = match content.as_slice() {
            [] => "".into(),
            [block] if block["type"] == "text" => block["text"].clone(),
            _ => content.into(),
        };
        json!({ "role": role.as_str(), "content": content })
    };
    Ok((system, turns.into_iter().map(message).collect()))
}

/// Messages as they are told where the system stands apart, and user and assistant take turns.
pub(crate) struct Conversation<'a> {
    /// The texts of system messages.
    pub(crate) system: Vec<&'a str>,
    pub(crate) turns: Vec<Turn>,
}

/// What one side says until the other speaks.
pub(crate) struct Turn {
    pub(crate) role: Role,
    pub(crate) content: Vec<Value>,
}

impl<'a> Conversation<'a> {
    /// The messages with what `block` makes of their parts. What tools said is said by the user. Text
    /// that is empty is left out: it would be refused.
    pub(crate) fn of(
        messages: &'a [ModelMessage],
        mut block: impl FnMut(&MessagePart) -> Result<Value, Unsayable>,
    ) -> Result<Self, Unsayable> {
        let mut all = Self { system: Vec::new(), turns: Vec::<Turn>::new() };
        for message in messages {
            let role = match message.role {
                Role::System => {
                    all.instruct(message)?;
                    continue;
                }
                Role::User | Role::Tool => Role::User,
                Role::Assistant => Role::Assistant,
            };
            let mut content = Vec::new();
            for part in &message.parts {
                if !matches!(part, MessagePart::Text(text) if text.is_empty()) {
                    content.push(block(part)?);
                }
            }
            match all.turns.last_mut() {
                Some(last) if last.role == role => last.content.append(&mut content),
                _ => all.turns.push(Turn { role, content }),
            }
        }
        Ok(all)
    }

    fn instruct(&mut self, message: &'a ModelMessage) -> Result<(), Unsayable> {
        for part in &message.parts {
            let MessagePart::Text(text) = part else {
                return Err(Unsayable(
                    "a system message holds text alone: move its images, files and calls of tools \
                            into a user message"
                        .to_owned(),
                ));
            };
            self.system.extend((!text.is_empty()).then_some(text.as_str()));
        }
        Ok(())
    }
}

fn block(part: &MessagePart) -> Result<Value, Unsayable> {
    Ok(match part {
        MessagePart::Text(text) => json!({ "type": "text", "text": text }),
        MessagePart::Media(media) if media.is_image() => {
            json!({ "type": "image", "source": source(media) })
        }
        MessagePart::Media(media) => document(media)?,
        MessagePart::ToolCall(call) => {
            json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": arguments::object(call)? })
        }
        MessagePart::ToolResult(result) => {
            let mut block =
                json!({ "type": "tool_result", "tool_use_id": result.call_id, "content": result.content });
            if result.is_error {
                block["is_error"] = true.into();
            }
            block
        }
    })
}

fn source(media: &Media) -> Value {
    match &media.source {
        MediaSource::Bytes(bytes) => {
            json!({ "type": "base64", "media_type": media.media_type, "data": base64(bytes) })
        }
        MediaSource::Url(url) => json!({ "type": "url", "url": url }),
    }
}

/// A document is a PDF, or text that came along.
fn document(media: &Media) -> Result<Value, Unsayable> {
    let source = match &media.source {
        _ if media.media_type == "application/pdf" => source(media),
        MediaSource::Bytes(bytes) if is_text(&media.media_type) => {
            let text = std::str::from_utf8(bytes).map_err(|_| {
                let name = media.name.as_deref().unwrap_or("file");
                Unsayable(format!("the file `{name}` is not text in UTF-8"))
            })?;
            json!({ "type": "text", "media_type": "text/plain", "data": text })
        }
        _ => {
            return Err(Unsayable(format!(
                "files of the type `{}` have no form in Anthropic Messages: send a PDF or text as bytes, \
                 or a PDF by its address",
                media.media_type
            )));
        }
    };
    let mut document = json!({ "type": "document", "source": source });
    if let Some(name) = &media.name {
        document["title"] = name.as_str().into();
    }
    Ok(document)
}

fn is_text(media_type: &str) -> bool {
    media_type.starts_with("text/") || matches!(media_type, "application/json" | "application/xml")
}
