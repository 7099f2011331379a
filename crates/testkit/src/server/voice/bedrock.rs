//! Amazon Bedrock, `ConverseStream`.
//!
//! Sources: the service description of the Bedrock runtime; Smithy 2.0, "Amazon Event Stream
//! Specification".

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
        "application/vnd.amazon.eventstream"
    }

    pub(super) fn stop(&self) -> &'static str {
        "end_turn"
    }

    pub(super) fn tool_calls(&self) -> &'static str {
        "tool_use"
    }

    pub(super) fn say(&mut self, piece: Piece<'_>) -> Vec<u8> {
        match piece {
            Piece::Begin => event("messageStart", &json!({ "role": "assistant" })),
            Piece::Text(text) => self.delta("text", &json!({ "text": text })),
            Piece::Reasoning(text) => {
                self.delta("reasoning", &json!({ "reasoningContent": { "text": text } }))
            }
            Piece::Call(call) => {
                let mut bytes = self.close();
                let start = json!({ "toolUse": { "toolUseId": call.id, "name": call.name } });
                let start = json!({ "contentBlockIndex": self.index, "start": start });
                bytes.extend(event("contentBlockStart", &start));
                // Arguments come in pieces.
                let middle = call.arguments.char_indices().nth(call.arguments.chars().count() / 2);
                let (first, second) = call.arguments.split_at(middle.map_or(0, |(at, _)| at));
                for piece in [first, second] {
                    bytes.extend(self.delta("toolUse", &json!({ "toolUse": { "input": piece } })));
                }
                bytes.extend(self.close());
                bytes
            }
            Piece::Finish(word) => {
                let mut bytes = self.close();
                bytes.extend(event("messageStop", &json!({ "stopReason": word })));
                bytes
            }
            Piece::Usage(usage) => {
                event("metadata", &json!({ "usage": usage_json(usage), "metrics": { "latencyMs": 1 } }))
            }
            // The stream ends with its body.
            Piece::Done => Vec::new(),
            Piece::Error { message, kind } => {
                let headers = [
                    (":exception-type", kind_of(kind)),
                    (":content-type", "application/json"),
                    (":message-type", "exception"),
                ];
                frame(&headers, json!({ "message": message }).to_string().as_bytes())
            }
        }
    }

    pub(super) fn error(&self, status: u16, message: &str, _: &str, _: Option<&str>) -> Value {
        let kind = match status {
            401 | 403 => "AccessDeniedException",
            404 => "ResourceNotFoundException",
            408 => "ModelTimeoutException",
            424 => "ModelErrorException",
            429 => "ThrottlingException",
            400..500 => "ValidationException",
            503 => "ServiceUnavailableException",
            _ => "InternalServerException",
        };
        json!({ "__type": kind, "message": message })
    }

    /// A piece of the block of this kind that is open, or else of a new one.
    fn delta(&mut self, kind: &'static str, delta: &Value) -> Vec<u8> {
        let mut bytes = if self.open == Some(kind) { Vec::new() } else { self.close() };
        self.open = Some(kind);
        bytes.extend(event("contentBlockDelta", &json!({ "contentBlockIndex": self.index, "delta": delta })));
        bytes
    }

    fn close(&mut self) -> Vec<u8> {
        if self.open.take().is_none() {
            return Vec::new();
        }
        let end = json!({ "contentBlockIndex": self.index });
        self.index += 1;
        event("contentBlockStop", &end)
    }
}

/// Amazon's word for a fault of the server.
fn kind_of(kind: &str) -> &str {
    if kind == "server_error" { "internalServerException" } else { kind }
}

fn usage_json(usage: &Usage) -> Value {
    let known = usage.cached_tokens + usage.cache_write_tokens;
    json!({
        "inputTokens": usage.input_tokens.saturating_sub(known),
        "outputTokens": usage.output_tokens,
        "totalTokens": usage.input_tokens + usage.output_tokens,
        "cacheReadInputTokens": usage.cached_tokens,
        "cacheWriteInputTokens": usage.cache_write_tokens,
    })
}

fn event(name: &str, payload: &Value) -> Vec<u8> {
    let headers = [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")];
    frame(&headers, payload.to_string().as_bytes())
}

/// A message of the binary stream: lengths and their checksum, headers, payload, and a checksum of all.
fn frame(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    const AROUND: usize = 16;
    let mut named = Vec::new();
    for (name, value) in headers {
        named.extend(u8::try_from(name.len()).map(u8::to_be_bytes).unwrap_or_default());
        named.extend(name.bytes());
        named.push(7);
        named.extend(u16::try_from(value.len()).map(u16::to_be_bytes).unwrap_or_default());
        named.extend(value.bytes());
    }
    let length = |bytes: usize| u32::try_from(bytes).map(u32::to_be_bytes).unwrap_or_default();
    let mut frame = [length(AROUND + named.len() + payload.len()), length(named.len())].concat();
    frame.extend(crc32fast::hash(&frame).to_be_bytes());
    frame.extend(named);
    frame.extend(payload);
    frame.extend(crc32fast::hash(&frame).to_be_bytes());
    frame
}
