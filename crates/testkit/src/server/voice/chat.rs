//! OpenAI Chat Completions.
//!
//! Source: the OpenAI API reference, "Chat Completions", streaming.

use super::Piece;
use formaops_domain::Usage;
use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub(in crate::server) struct Voice;

impl Voice {
    pub(super) fn content_type(&self) -> &'static str {
        "text/event-stream"
    }

    pub(super) fn stop(&self) -> &'static str {
        "stop"
    }

    pub(super) fn tool_calls(&self) -> &'static str {
        "tool_calls"
    }

    pub(super) fn say(&mut self, piece: Piece<'_>) -> Vec<u8> {
        let event = match piece {
            Piece::Begin => delta(&json!({ "role": "assistant", "content": "" })),
            Piece::Text(text) => delta(&json!({ "content": text })),
            Piece::Reasoning(text) => delta(&json!({ "reasoning_content": text })),
            Piece::Call(call) => {
                let function = json!({ "name": call.name, "arguments": call.arguments });
                let call = json!({ "index": 0, "id": call.id, "type": "function", "function": function });
                delta(&json!({ "tool_calls": [call] }))
            }
            Piece::Finish(word) => {
                chunk(&json!([{ "index": 0, "delta": {}, "finish_reason": word }]), &Value::Null)
            }
            Piece::Usage(usage) => chunk(&json!([]), &usage_json(usage)),
            Piece::Done => return b"data: [DONE]\n\n".to_vec(),
            Piece::Error { message, kind } => {
                json!({ "error": { "message": message, "type": kind, "code": null } })
            }
        };
        format!("data: {event}\n\n").into_bytes()
    }

    pub(super) fn error(&self, _: u16, message: &str, kind: &str, code: Option<&str>) -> Value {
        json!({ "error": { "message": message, "type": kind, "param": null, "code": code } })
    }

    pub(super) fn list(&self, models: &[String]) -> Value {
        let item = |id: &String| json!({ "id": id, "object": "model", "created": 0, "owned_by": "testkit" });
        json!({ "object": "list", "data": models.iter().map(item).collect::<Vec<_>>() })
    }
}

/// A chunk with this delta.
pub(in crate::server) fn delta(delta: &Value) -> Value {
    chunk(&json!([{ "index": 0, "delta": delta, "finish_reason": null }]), &Value::Null)
}

fn chunk(choices: &Value, usage: &Value) -> Value {
    json!({
        "id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 0,
        "model": "scripted", "choices": choices, "usage": usage,
    })
}

fn usage_json(usage: &Usage) -> Value {
    json!({
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": { "cached_tokens": usage.cached_tokens },
        "completion_tokens_details": { "reasoning_tokens": usage.reasoning_tokens },
    })
}
