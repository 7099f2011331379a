//! Anthropic Messages.
//!
//! Source: the Anthropic API reference, "Streaming Messages" and "Errors".

use super::Piece;
use formaops_domain::Usage;
use serde_json::{Value, json};

/// What is said comes in blocks of one kind, each numbered.
#[derive(Debug, Clone, Default)]
pub(in crate::server) struct Voice {
    open: Option<&'static str>,
    index: u64,
}

impl Voice {
    pub(super) fn content_type(&self) -> &'static str {
        "text/event-stream; charset=utf-8"
    }

    pub(super) fn stop(&self) -> &'static str {
        "end_turn"
    }

    pub(super) fn tool_calls(&self) -> &'static str {
        "tool_use"
    }

    pub(super) fn say(&mut self, piece: Piece<'_>) -> Vec<u8> {
        let events = match piece {
            Piece::Begin => {
                let message = json!({
                    "id": "msg_scripted", "type": "message", "role": "assistant", "model": "scripted",
                    "content": [], "stop_reason": null, "stop_sequence": null,
                });
                vec![json!({ "type": "message_start", "message": message }), json!({ "type": "ping" })]
            }
            Piece::Text(text) => {
                let mut events = self.block("text", &json!({ "type": "text", "text": "" }));
                events.push(self.delta(&json!({ "type": "text_delta", "text": text })));
                events
            }
            Piece::Reasoning(text) => {
                let block = json!({ "type": "thinking", "thinking": "", "signature": "" });
                let mut events = self.block("thinking", &block);
                events.push(self.delta(&json!({ "type": "thinking_delta", "thinking": text })));
                events
            }
            Piece::Call(call) => {
                let mut events = self.close();
                let block = json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": {} });
                events.extend(self.block("tool_use", &block));
                // Arguments come in pieces, the first of them empty.
                let middle = call.arguments.char_indices().nth(call.arguments.chars().count() / 2);
                let (first, second) = call.arguments.split_at(middle.map_or(0, |(at, _)| at));
                for piece in ["", first, second] {
                    events.push(self.delta(&json!({ "type": "input_json_delta", "partial_json": piece })));
                }
                events.extend(self.close());
                events
            }
            Piece::Finish(word) => {
                let mut events = self.close();
                let delta = json!({ "stop_reason": word, "stop_sequence": null });
                events.push(json!({ "type": "message_delta", "delta": delta }));
                events
            }
            Piece::Usage(usage) => {
                vec![json!({ "type": "message_delta", "delta": {}, "usage": usage_json(usage) })]
            }
            Piece::Done => vec![json!({ "type": "message_stop" })],
            Piece::Error { message, kind } => vec![error_json(message, kind_of(kind))],
        };
        let named =
            |event: &Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or(""));
        events.iter().map(named).collect::<String>().into_bytes()
    }

    pub(super) fn error(&self, status: u16, message: &str, _: &str, _: Option<&str>) -> Value {
        let kind = match status {
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            400..500 => "invalid_request_error",
            529 => "overloaded_error",
            _ => "api_error",
        };
        let mut error = error_json(message, kind);
        error["request_id"] = "req_scripted".into();
        error
    }

    /// A block of this kind is open: the one that is, or else a new one.
    fn block(&mut self, kind: &'static str, block: &Value) -> Vec<Value> {
        if self.open == Some(kind) {
            return Vec::new();
        }
        let mut events = self.close();
        self.open = Some(kind);
        events.push(json!({ "type": "content_block_start", "index": self.index, "content_block": block }));
        events
    }

    fn delta(&self, delta: &Value) -> Value {
        json!({ "type": "content_block_delta", "index": self.index, "delta": delta })
    }

    fn close(&mut self) -> Vec<Value> {
        let Some(kind) = self.open.take() else { return Vec::new() };
        let mut events = Vec::new();
        if kind == "thinking" {
            events.push(self.delta(&json!({ "type": "signature_delta", "signature": "c2lnbmVk" })));
        }
        events.push(json!({ "type": "content_block_stop", "index": self.index }));
        self.index += 1;
        events
    }
}

fn error_json(message: &str, kind: &str) -> Value {
    json!({ "type": "error", "error": { "type": kind, "message": message } })
}

/// Anthropic's word for a fault of the server.
fn kind_of(kind: &str) -> &str {
    if kind == "server_error" { "api_error" } else { kind }
}

fn usage_json(usage: &Usage) -> Value {
    let known = usage.cached_tokens + usage.cache_write_tokens;
    json!({
        "input_tokens": usage.input_tokens.saturating_sub(known),
        "cache_read_input_tokens": usage.cached_tokens,
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "output_tokens": usage.output_tokens,
        "output_tokens_details": { "thinking_tokens": usage.reasoning_tokens },
    })
}
