//! Google Gemini.
//!
//! Sources: the Gemini API reference, "Generating content" and "Models"; `google/rpc/code.proto` and
//! `google/rpc/error_details.proto`.

use super::Piece;
use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub(in crate::server) struct Voice;

impl Voice {
    pub(super) fn content_type(&self) -> &'static str {
        "text/event-stream"
    }

    pub(super) fn stop(&self) -> &'static str {
        "STOP"
    }

    pub(super) fn tool_calls(&self) -> &'static str {
        "STOP"
    }

    pub(super) fn say(&mut self, piece: Piece<'_>) -> Vec<u8> {
        let chunk = match piece {
            // It begins with its first text, and ends with the body.
            Piece::Begin | Piece::Done => return Vec::new(),
            Piece::Text(text) => spoken(&json!({ "text": text })),
            Piece::Reasoning(text) => spoken(&json!({ "text": text, "thought": true })),
            Piece::Call(call) => {
                let args: Value = serde_json::from_str(&call.arguments).unwrap_or_default();
                spoken(&json!({ "functionCall": { "id": call.id, "name": call.name, "args": args } }))
            }
            Piece::Finish(word) => candidate(&json!([{ "text": "" }]), &word.into()),
            Piece::Usage(usage) => json!({ "usageMetadata": {
                "promptTokenCount": usage.input_tokens,
                "cachedContentTokenCount": usage.cached_tokens,
                "candidatesTokenCount": usage.output_tokens - usage.reasoning_tokens,
                "thoughtsTokenCount": usage.reasoning_tokens,
                "totalTokenCount": usage.input_tokens + usage.output_tokens,
            } }),
            Piece::Error { message, .. } => self.error(500, message, None),
        };
        format!("data: {chunk}\r\n\r\n").into_bytes()
    }

    pub(super) fn error(&self, status: u16, message: &str, code: Option<&str>) -> Value {
        let detail = |kind: &str, fields: Value| {
            let mut detail = json!({ "@type": format!("type.googleapis.com/google.rpc.{kind}") });
            if let (Some(detail), Value::Object(fields)) = (detail.as_object_mut(), fields) {
                detail.extend(fields);
            }
            detail
        };
        let details = match code {
            Some("invalid_api_key") => {
                vec![detail("ErrorInfo", json!({ "reason": "API_KEY_INVALID", "domain": "googleapis.com" }))]
            }
            Some("rate_limit_exceeded") => vec![detail("RetryInfo", json!({ "retryDelay": "2s" }))],
            _ => Vec::new(),
        };
        let name = match status {
            400 => "INVALID_ARGUMENT",
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            503 => "UNAVAILABLE",
            504 => "DEADLINE_EXCEEDED",
            _ => "INTERNAL",
        };
        json!({ "error": { "code": status, "message": message, "status": name, "details": details } })
    }

    pub(super) fn list(&self, models: &[String]) -> Value {
        let item = |id: &String| {
            json!({
                "name": format!("models/{id}"), "displayName": id, "version": "001",
                "inputTokenLimit": 1_048_576, "outputTokenLimit": 65_536,
                "supportedGenerationMethods": ["generateContent", "countTokens"],
            })
        };
        json!({ "models": models.iter().map(item).collect::<Vec<_>>() })
    }
}

fn spoken(part: &Value) -> Value {
    candidate(&json!([part]), &Value::Null)
}

fn candidate(parts: &Value, finish: &Value) -> Value {
    let mut candidate = json!({ "content": { "parts": parts, "role": "model" }, "index": 0 });
    if !finish.is_null() {
        candidate["finishReason"] = finish.clone();
    }
    json!({ "candidates": [candidate], "modelVersion": "scripted", "responseId": "scripted" })
}
