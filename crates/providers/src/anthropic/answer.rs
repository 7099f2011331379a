//! What comes back: the events of a streamed message, or a whole one.

use crate::{
    failure::ProviderError,
    framing::Event,
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
    /// The model said text.
    answered: bool,
    tokens: Tokens,
}

impl Interpreter for Reader {
    fn event(&mut self, event: &Event, said: &mut Said) -> Result<(), Fault> {
        let data = event.data.trim();
        if data.is_empty() || event.name == "ping" {
            return Ok(());
        }
        let happened: Option<Happened> = serde_json::from_str(data).ok();
        let kind = |happened: &Happened| happened.kind.clone().unwrap_or_else(|| event.name.clone());
        let Some((kind, happened)) = happened
            .map(|happened| (kind(&happened), happened))
            .filter(|(kind, happened)| kind != "error" && event.name != "error" && happened.error.is_none())
        else {
            return Err(fault_of(event));
        };
        let at = happened.index.unwrap_or(0);
        match kind.as_str() {
            "message_start" => self.usage(happened.message.and_then(|message| message.usage), said),
            "content_block_start" => {
                if let Some(block) = happened.content_block {
                    self.begin(at, block, said);
                }
            }
            "content_block_delta" => {
                if let Some(delta) = happened.delta {
                    self.piece(at, delta, said);
                }
            }
            "content_block_stop" => self.end_call(at, said),
            "message_delta" => {
                let delta = happened.delta.unwrap_or_default();
                self.stop(delta.stop_reason, delta.stop_details, said);
                self.usage(happened.usage, said);
            }
            "message_stop" => said.done(),
            // New kinds of events may come at any time.
            _ => {}
        }
        Ok(())
    }

    fn document(&mut self, document: &Value, said: &mut Said) -> Result<(), Fault> {
        let message: Option<Message> = serde_json::from_value(document.clone()).ok();
        match message {
            Some(Message { content: Some(blocks), stop_reason, stop_details, usage }) => {
                for (at, block) in (0..).zip(blocks) {
                    self.begin(at, block, said);
                    self.end_call(at, said);
                }
                self.stop(stop_reason, stop_details, said);
                self.usage(usage, said);
                said.done();
                Ok(())
            }
            _ => Err(match ProviderError::find(document) {
                Some(error) => Fault::Reported(error),
                None => Fault::unreadable(&document.to_string()),
            }),
        }
    }
}

/// What is wrong with an event that is an error, or that is nothing known.
fn fault_of(event: &Event) -> Fault {
    match crate::http::json(event) {
        Ok(error) if error["type"] == "error" || !error["error"].is_null() => {
            Fault::Reported(ProviderError::read(&error))
        }
        Ok(_) => Fault::unreadable(&event.data),
        Err(fault) => fault,
    }
}

impl Reader {
    /// A block begins; in a whole message it is complete. Thinking that is redacted says nothing, and
    /// tools that the provider runs itself are not asked for.
    fn begin(&mut self, at: u64, block: Block, said: &mut Said) {
        match block.kind.as_str() {
            "text" => self.text(&block.text.unwrap_or_default(), said),
            "thinking" => said.reasoning(&block.thinking.unwrap_or_default()),
            "tool_use" => {
                let input = block.input.filter(|input| input.as_object().is_some_and(|all| !all.is_empty()));
                let arguments = input.map(|input| input.to_string()).unwrap_or_default();
                said.call(at, block.id.as_deref(), block.name.as_deref(), &arguments);
                self.call = Some((at, !arguments.is_empty()));
            }
            _ => {}
        }
    }

    fn piece(&mut self, at: u64, delta: Delta, said: &mut Said) {
        self.text(&delta.text.unwrap_or_default(), said);
        said.reasoning(&delta.thinking.unwrap_or_default());
        let json = delta.partial_json.unwrap_or_default();
        // The arguments of a tool that the provider runs itself come in the same way.
        if let Some((_, any)) = self.call.as_mut().filter(|(open, _)| *open == at && !json.is_empty()) {
            *any = true;
            said.call(at, None, None, &json);
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

    fn text(&mut self, piece: &str, said: &mut Said) {
        self.answered |= !piece.is_empty();
        said.text(piece);
    }

    fn stop(&mut self, reason: Option<String>, details: Option<StopDetails>, said: &mut Said) {
        let Some(word) = reason.filter(|word| !word.is_empty()) else { return };
        let reason = reason_of(&word);
        if let Some(why) = details.and_then(|details| details.explanation)
            && reason == FinishReason::Refusal
            && !self.answered
        {
            // What is said in place of an answer.
            self.text(&why, said);
        }
        said.finish(Finish { reason, word: Some(word) });
    }

    fn usage(&mut self, usage: Option<Value>, said: &mut Said) {
        if usage.is_some_and(|usage| self.tokens.update(&usage)) {
            said.usage(self.tokens.usage());
        }
    }
}

/// The meters as they were told last; each may come alone.
#[derive(Debug, Default)]
struct Tokens {
    fresh: u64,
    cached: u64,
    written: u64,
    output: u64,
    thinking: u64,
}

impl Tokens {
    /// Whether there was a number among what was told.
    fn update(&mut self, told: &Value) -> bool {
        let meters = [
            (&mut self.fresh, "/input_tokens"),
            (&mut self.cached, "/cache_read_input_tokens"),
            (&mut self.written, "/cache_creation_input_tokens"),
            (&mut self.output, "/output_tokens"),
            (&mut self.thinking, "/output_tokens_details/thinking_tokens"),
        ];
        let mut any = false;
        for (meter, path) in meters {
            if let Some(tokens) = told.pointer(path).and_then(Value::as_u64) {
                *meter = tokens;
                any = true;
            }
        }
        any
    }

    fn usage(&self) -> Usage {
        Usage {
            input_tokens: self.fresh.saturating_add(self.cached).saturating_add(self.written),
            cached_tokens: self.cached,
            cache_write_tokens: self.written,
            output_tokens: self.output,
            reasoning_tokens: self.thinking,
        }
    }
}

fn reason_of(word: &str) -> FinishReason {
    match word {
        "end_turn" | "stop_sequence" => FinishReason::Stop,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "tool_use" => FinishReason::ToolCalls,
        "refusal" => FinishReason::Refusal,
        // `pause_turn` among them: the provider wants to be called again to go on.
        _ => FinishReason::Other,
    }
}

/// The word for a reason that came without one.
const fn word_of(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop => "end_turn",
        FinishReason::Length => "max_tokens",
        FinishReason::ContentFilter | FinishReason::Refusal => "refusal",
        FinishReason::ToolCalls => "tool_use",
        FinishReason::Other => "pause_turn",
    }
}

/// The part as events that are read as it.
pub(super) fn retell(part: &StreamPart) -> Option<Vec<u8>> {
    let delta = |delta: Value| json!({ "type": "content_block_delta", "index": 0, "delta": delta });
    let events = match part {
        StreamPart::Text(text) => vec![delta(json!({ "type": "text_delta", "text": text }))],
        StreamPart::Reasoning(text) => vec![delta(json!({ "type": "thinking_delta", "thinking": text }))],
        StreamPart::ToolCall(ToolCall { id, name, arguments }) => {
            let block = json!({ "type": "tool_use", "id": id, "name": name, "input": {} });
            vec![
                json!({ "type": "content_block_start", "index": 0, "content_block": block }),
                delta(json!({ "type": "input_json_delta", "partial_json": arguments })),
                json!({ "type": "content_block_stop", "index": 0 }),
            ]
        }
        StreamPart::Finish(Finish { reason, word }) => {
            let word = word.as_deref().unwrap_or_else(|| word_of(*reason));
            vec![json!({ "type": "message_delta", "delta": { "stop_reason": word } })]
        }
        StreamPart::Usage(usage) => {
            let known = usage.cached_tokens.saturating_add(usage.cache_write_tokens);
            vec![json!({ "type": "message_delta", "delta": {}, "usage": {
                "input_tokens": usage.input_tokens.saturating_sub(known),
                "cache_read_input_tokens": usage.cached_tokens,
                "cache_creation_input_tokens": usage.cache_write_tokens,
                "output_tokens": usage.output_tokens,
                "output_tokens_details": { "thinking_tokens": usage.reasoning_tokens },
            } })]
        }
        StreamPart::Sent { .. } | StreamPart::Head { .. } | StreamPart::Raw(_) => return None,
    };
    let named = |event: Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or(""));
    Some(events.into_iter().map(named).collect::<String>().into_bytes())
}

/// An event, whatever its type.
#[derive(Deserialize)]
struct Happened {
    #[serde(rename = "type")]
    kind: Option<String>,
    index: Option<u64>,
    message: Option<Message>,
    content_block: Option<Block>,
    delta: Option<Delta>,
    usage: Option<Value>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Message {
    content: Option<Vec<Block>>,
    stop_reason: Option<String>,
    stop_details: Option<StopDetails>,
    usage: Option<Value>,
}

#[derive(Deserialize)]
struct Block {
    #[serde(rename = "type", default)]
    kind: String,
    text: Option<String>,
    thinking: Option<String>,
    id: Option<String>,
    name: Option<String>,
    input: Option<Value>,
}

/// More of a block, or of the message itself.
#[derive(Default, Deserialize)]
struct Delta {
    text: Option<String>,
    thinking: Option<String>,
    partial_json: Option<String>,
    stop_reason: Option<String>,
    stop_details: Option<StopDetails>,
}

/// What is said of a refusal.
#[derive(Deserialize)]
struct StopDetails {
    explanation: Option<String>,
}
