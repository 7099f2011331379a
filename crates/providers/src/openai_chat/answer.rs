//! What comes back: the events of a streamed completion, or a whole one.

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
    /// The call whose arguments come now: its place, its index on the wire, and its id.
    call: Option<(u64, Option<u64>, Option<String>)>,
    /// The model said why it does not answer.
    refused: bool,
}

impl Interpreter for Reader {
    fn event(&mut self, event: &Event, said: &mut Said) -> Result<(), Fault> {
        let data = event.data.trim();
        if data.is_empty() {
            return Ok(());
        }
        if data == "[DONE]" {
            said.done();
            return Ok(());
        }
        let chunk: Completion = match serde_json::from_str(data) {
            Ok(chunk) if event.name != "error" => chunk,
            // An error may be anything, even bare text.
            _ => return Err(crate::http::json(event).err().unwrap_or_else(|| Fault::unreadable(data))),
        };
        if chunk.is_error() {
            let whole: Value = serde_json::from_str(data).map_err(|_| Fault::unreadable(data))?;
            return Err(Fault::Reported(ProviderError::read(&whole)));
        }
        self.take(chunk, said);
        Ok(())
    }

    fn document(&mut self, document: &Value, said: &mut Said) -> Result<(), Fault> {
        let completion: Option<Completion> = serde_json::from_value(document.clone()).ok();
        match completion {
            Some(completion) if completion.choices.as_ref().is_some_and(|choices| !choices.is_empty()) => {
                self.take(completion, said);
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

impl Reader {
    fn take(&mut self, completion: Completion, said: &mut Said) {
        // Only one answer is asked for; others would be mixed into its text.
        let choice =
            completion.choices.unwrap_or_default().into_iter().find(|choice| choice.index == Some(0));
        if let Some(Choice { delta, message, finish_reason, .. }) = choice {
            if let Some(spoken) = delta.or(message) {
                self.speak(spoken, said);
            }
            if let Some(word) = finish_reason.filter(|word| !word.is_empty()) {
                said.finish(Finish { reason: self.reason_of(&word), word: Some(word) });
            }
        }
        if let Some(usage) = completion.usage.as_ref().and_then(usage_of) {
            said.usage(usage);
        }
    }

    fn speak(&mut self, spoken: Spoken, said: &mut Said) {
        let reasoning = spoken.reasoning_content.or(spoken.reasoning).map(text_of).unwrap_or_default();
        said.reasoning(&reasoning);
        said.text(&spoken.content.map(text_of).unwrap_or_default());
        // A refusal is what the model says in place of its answer.
        let refusal = spoken.refusal.map(text_of).unwrap_or_default();
        self.refused |= !refusal.is_empty();
        said.text(&refusal);
        for piece in spoken.tool_calls.into_iter().flatten().chain(spoken.function_call) {
            self.call(piece, said);
        }
    }

    /// Some servers number every call 0, and some number none: a new id begins a new call as well.
    fn call(&mut self, piece: CallPiece, said: &mut Said) {
        let CallPiece { index, id, function, name, arguments } = piece;
        let (name, arguments) = match function {
            Some(function) => (function.name, function.arguments),
            None => (name, arguments),
        };
        let id = id.filter(|id| !id.is_empty());
        let place = match &self.call {
            Some((place, known_index, known_id))
                if *known_index == index && (id.is_none() || id == *known_id) =>
            {
                *place
            }
            Some((place, ..)) => {
                said.end_call(*place);
                place + 1
            }
            None => 0,
        };
        if self.call.as_ref().is_none_or(|(known, ..)| *known != place) {
            self.call = Some((place, index, id.clone()));
        }
        let arguments = match arguments {
            Some(Value::String(text)) => text,
            Some(Value::Null) | None => String::new(),
            // Some servers send the arguments as the object they are.
            Some(object) => object.to_string(),
        };
        said.call(place, id.as_deref(), name.as_deref(), &arguments);
    }

    fn reason_of(&self, word: &str) -> FinishReason {
        match word {
            "stop" | "end_turn" | "eos" if self.refused => FinishReason::Refusal,
            "stop" | "end_turn" | "eos" => FinishReason::Stop,
            "length" | "max_tokens" => FinishReason::Length,
            "content_filter" => FinishReason::ContentFilter,
            "tool_calls" | "function_call" => FinishReason::ToolCalls,
            "refusal" => FinishReason::Refusal,
            _ => FinishReason::Other,
        }
    }
}

/// The word for a reason that came without one.
const fn word_of(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::Refusal => "refusal",
        FinishReason::Other => "other",
    }
}

/// The part as an event that is read as it.
pub(super) fn retell(part: &StreamPart) -> Option<Vec<u8>> {
    let choice = |delta: Value, reason: Value| json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": reason }] });
    let event = match part {
        StreamPart::Text(text) => choice(json!({ "content": text }), Value::Null),
        StreamPart::Reasoning(text) => choice(json!({ "reasoning_content": text }), Value::Null),
        StreamPart::ToolCall(ToolCall { id, name, arguments }) => {
            let function = json!({ "name": name, "arguments": arguments });
            let call = json!({ "index": 0, "id": id, "type": "function", "function": function });
            choice(json!({ "tool_calls": [call] }), Value::Null)
        }
        StreamPart::Finish(Finish { reason: FinishReason::Refusal, .. }) => {
            choice(json!({}), "refusal".into())
        }
        StreamPart::Finish(Finish { reason, word }) => {
            choice(json!({}), word.as_deref().unwrap_or_else(|| word_of(*reason)).into())
        }
        StreamPart::Usage(usage) => json!({ "choices": [], "usage": {
            "prompt_tokens": usage.input_tokens,
            "completion_tokens": usage.output_tokens,
            "prompt_tokens_details": {
                "cached_tokens": usage.cached_tokens, "cache_write_tokens": usage.cache_write_tokens,
            },
            "completion_tokens_details": { "reasoning_tokens": usage.reasoning_tokens },
        } }),
        StreamPart::Sent { .. } | StreamPart::Head { .. } | StreamPart::Raw(_) => return None,
    };
    Some(format!("data: {event}\n\n").into_bytes())
}

/// A chunk of a stream, or a whole completion: one has `delta`, the other `message`.
#[derive(Deserialize)]
struct Completion {
    choices: Option<Vec<Choice>>,
    usage: Option<Value>,
    error: Option<Value>,
    object: Option<String>,
}

impl Completion {
    fn is_error(&self) -> bool {
        self.error.is_some() || self.object.as_deref() == Some("error")
    }
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default = "first")]
    index: Option<u64>,
    delta: Option<Spoken>,
    message: Option<Spoken>,
    finish_reason: Option<String>,
}

#[expect(clippy::unnecessary_wraps, reason = "the field is an option, for some servers send null")]
const fn first() -> Option<u64> {
    Some(0)
}

#[derive(Deserialize)]
struct Spoken {
    content: Option<Value>,
    refusal: Option<Value>,
    reasoning_content: Option<Value>,
    reasoning: Option<Value>,
    tool_calls: Option<Vec<CallPiece>>,
    /// The one call of the older form.
    function_call: Option<CallPiece>,
}

#[derive(Deserialize)]
struct CallPiece {
    index: Option<u64>,
    id: Option<String>,
    function: Option<FunctionPiece>,
    name: Option<String>,
    arguments: Option<Value>,
}

#[derive(Deserialize)]
struct FunctionPiece {
    name: Option<String>,
    arguments: Option<Value>,
}

/// Content is text, or a list of parts that have text.
fn text_of(content: Value) -> String {
    match content {
        Value::String(text) => text,
        Value::Array(parts) => {
            parts.iter().filter_map(|part| part["text"].as_str().or_else(|| part.as_str())).collect()
        }
        _ => String::new(),
    }
}

fn usage_of(usage: &Value) -> Option<Usage> {
    let number = |path: &str| usage.pointer(path).and_then(Value::as_u64);
    let or_zero = |path: &str| number(path).unwrap_or(0);
    Some(Usage {
        input_tokens: number("/prompt_tokens")?,
        cached_tokens: number("/prompt_tokens_details/cached_tokens")
            .unwrap_or_else(|| or_zero("/prompt_cache_hit_tokens")),
        cache_write_tokens: or_zero("/prompt_tokens_details/cache_write_tokens"),
        output_tokens: or_zero("/completion_tokens"),
        reasoning_tokens: or_zero("/completion_tokens_details/reasoning_tokens"),
    })
}
