//! What comes back: the events of a streamed conversation, or a whole turn.

use crate::{
    failure::ProviderError,
    framing::{Event, aws},
    wire::{Fault, Interpreter, Said},
};
use formaops_domain::{Finish, FinishReason, ToolCall, Usage, ports::StreamPart};
use serde::Deserialize;
use serde_json::{Value, json};

/// Reads one answer.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The index of the call whose arguments come now, and whether any came.
    call: Option<(u64, bool)>,
}

impl Interpreter for Reader {
    fn event(&mut self, event: &Event, said: &mut Said) -> Result<(), Fault> {
        match event.name.as_str() {
            "contentBlockStart" | "contentBlockDelta" | "contentBlockStop" | "messageStop" | "metadata" => {}
            "error" => return Err(crate::http::json(event).err().unwrap_or(Fault::Truncated)),
            // The start says nothing, and new kinds of events may come at any time.
            _ => return Ok(()),
        }
        let happened: Happened =
            serde_json::from_str(&event.data).map_err(|_| Fault::unreadable(&event.data))?;
        let at = happened.content_block_index;
        if let Some(tool) = happened.start.and_then(|start| start.tool_use) {
            self.begin_call(at, &tool, said);
        }
        if let Some(delta) = happened.delta {
            self.piece(at, delta, said);
        }
        if event.name == "contentBlockStop" {
            self.end_call(at, said);
        }
        if let Some(word) = happened.stop_reason.filter(|word| !word.is_empty()) {
            said.finish(Finish { reason: reason_of(&word), word: Some(word) });
        }
        if let Some(usage) = happened.usage.as_ref().and_then(usage_of) {
            said.usage(usage);
            if said.is_finished() {
                // The metadata come last.
                said.done();
            }
        }
        Ok(())
    }

    fn document(&mut self, document: &Value, said: &mut Said) -> Result<(), Fault> {
        let Some(blocks) = document.pointer("/output/message/content").and_then(Value::as_array) else {
            return Err(match ProviderError::find(document) {
                Some(error) => Fault::Reported(error),
                None => Fault::unreadable(&document.to_string()),
            });
        };
        for (at, block) in (0..).zip(blocks) {
            said.reasoning(block["reasoningContent"]["reasoningText"]["text"].as_str().unwrap_or_default());
            said.text(block["text"].as_str().unwrap_or_default());
            if let Ok(tool) = ToolUse::deserialize(&block["toolUse"]) {
                self.begin_call(at, &tool, said);
                self.piece(at, Delta { tool_use: Some(tool), ..Delta::default() }, said);
                self.end_call(at, said);
            }
        }
        if let Some(word) = document["stopReason"].as_str() {
            said.finish(Finish::new(reason_of(word), word));
        }
        if let Some(usage) = usage_of(&document["usage"]) {
            said.usage(usage);
        }
        said.done();
        Ok(())
    }
}

impl Reader {
    /// A call begins; tools that the provider runs itself are not asked for.
    fn begin_call(&mut self, at: u64, tool: &ToolUse, said: &mut Said) {
        if tool.kind.as_deref() != Some("server_tool_use") {
            said.call(at, tool.tool_use_id.as_deref(), tool.name.as_deref(), "");
            self.call = Some((at, false));
        }
    }

    fn piece(&mut self, at: u64, delta: Delta, said: &mut Said) {
        // What else there is of reasoning is a signature, or encrypted.
        said.reasoning(&delta.reasoning_content.and_then(|reasoning| reasoning.text).unwrap_or_default());
        said.text(&delta.text.unwrap_or_default());
        let input = match delta.tool_use.and_then(|tool| tool.input) {
            Some(Value::String(piece)) => piece,
            // In a whole turn it is the object that it says.
            Some(Value::Object(fields)) if !fields.is_empty() => Value::Object(fields).to_string(),
            _ => String::new(),
        };
        if let Some((_, any)) = self.call.as_mut().filter(|(open, _)| *open == at && !input.is_empty()) {
            *any = true;
            said.call(at, None, None, &input);
        }
    }

    fn end_call(&mut self, at: u64, said: &mut Said) {
        if let Some((_, any)) = self.call.take_if(|(open, _)| *open == at) {
            if !any {
                // A tool without arguments is asked for with none, and they are JSON all the same.
                said.call(at, None, None, "{}");
            }
            said.end_call(at);
        }
    }
}

/// What is read from a cache or written to one is not among the input tokens that are told.
fn usage_of(usage: &Value) -> Option<Usage> {
    let tokens = |name: &str| usage[name].as_u64();
    let cached = tokens("cacheReadInputTokens").unwrap_or(0);
    let written = tokens("cacheWriteInputTokens").unwrap_or(0);
    Some(Usage {
        input_tokens: tokens("inputTokens")?.saturating_add(cached).saturating_add(written),
        cached_tokens: cached,
        cache_write_tokens: written,
        output_tokens: tokens("outputTokens").unwrap_or(0),
        reasoning_tokens: 0,
    })
}

fn reason_of(word: &str) -> FinishReason {
    match word {
        "end_turn" | "stop_sequence" => FinishReason::Stop,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "tool_use" => FinishReason::ToolCalls,
        "guardrail_intervened" | "content_filtered" => FinishReason::ContentFilter,
        // Models of Anthropic may say so of themselves.
        "refusal" => FinishReason::Refusal,
        _ => FinishReason::Other,
    }
}

/// The word for a reason that came without one.
const fn word_of(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop => "end_turn",
        FinishReason::Length => "max_tokens",
        FinishReason::ContentFilter => "content_filtered",
        FinishReason::ToolCalls => "tool_use",
        FinishReason::Refusal => "refusal",
        FinishReason::Other => "malformed_model_output",
    }
}

/// The part as messages that are read as it.
pub(super) fn retell(part: &StreamPart) -> Option<Vec<u8>> {
    let delta = |delta: Value| told("contentBlockDelta", &json!({ "contentBlockIndex": 0, "delta": delta }));
    Some(match part {
        StreamPart::Text(text) => delta(json!({ "text": text })),
        StreamPart::Reasoning(text) => delta(json!({ "reasoningContent": { "text": text } })),
        StreamPart::ToolCall(ToolCall { id, name, arguments }) => {
            let start = json!({ "toolUse": { "toolUseId": id, "name": name } });
            let begin = told("contentBlockStart", &json!({ "contentBlockIndex": 0, "start": start }));
            let end = told("contentBlockStop", &json!({ "contentBlockIndex": 0 }));
            [begin, delta(json!({ "toolUse": { "input": arguments } })), end].concat()
        }
        StreamPart::Finish(Finish { reason, word }) => {
            let word = word.as_deref().unwrap_or_else(|| word_of(*reason));
            told("messageStop", &json!({ "stopReason": word }))
        }
        StreamPart::Usage(usage) => {
            let known = usage.cached_tokens.saturating_add(usage.cache_write_tokens);
            told(
                "metadata",
                &json!({ "usage": {
                    "inputTokens": usage.input_tokens.saturating_sub(known),
                    "outputTokens": usage.output_tokens,
                    "totalTokens": usage.input_tokens.saturating_add(usage.output_tokens),
                    "cacheReadInputTokens": usage.cached_tokens,
                    "cacheWriteInputTokens": usage.cache_write_tokens,
                } }),
            )
        }
        StreamPart::Sent { .. } | StreamPart::Head { .. } | StreamPart::Raw(_) => return None,
    })
}

/// An event as the message that says it.
fn told(name: &str, event: &Value) -> Vec<u8> {
    let headers = [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")];
    aws::message(&headers, event.to_string().as_bytes())
}

/// An event, whatever its name.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Happened {
    #[serde(default)]
    content_block_index: u64,
    start: Option<Start>,
    delta: Option<Delta>,
    stop_reason: Option<String>,
    usage: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Start {
    tool_use: Option<ToolUse>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delta {
    text: Option<String>,
    reasoning_content: Option<ReasoningContent>,
    tool_use: Option<ToolUse>,
}

#[derive(Deserialize)]
struct ReasoningContent {
    text: Option<String>,
}

/// A call, or a piece of its arguments.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolUse {
    tool_use_id: Option<String>,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    input: Option<Value>,
}
