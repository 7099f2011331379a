//! Ollama's own API.
//!
//! Sources: `docs/api.md` and `api/types.go` in ollama/ollama.

use super::Piece;
use formaops_domain::Usage;
use serde_json::{Value, json};

/// The tokens stand in the line that ends the answer, so that line waits for them.
#[derive(Debug, Clone, Default)]
pub(in crate::server) struct Voice {
    finish: Option<String>,
    usage: Option<Usage>,
}

impl Voice {
    pub(super) fn content_type(&self) -> &'static str {
        "application/x-ndjson"
    }

    pub(super) fn stop(&self) -> &'static str {
        "stop"
    }

    pub(super) fn tool_calls(&self) -> &'static str {
        "stop"
    }

    pub(super) fn say(&mut self, piece: Piece<'_>) -> Vec<u8> {
        let line = match piece {
            Piece::Begin => return Vec::new(),
            Piece::Text(text) => message("content", &text.into()),
            Piece::Reasoning(text) => message("thinking", &text.into()),
            Piece::Call(call) => {
                let arguments: Value = serde_json::from_str(&call.arguments).unwrap_or_default();
                let function = json!({ "index": 0, "name": call.name, "arguments": arguments });
                message("tool_calls", &json!([{ "id": call.id, "function": function }]))
            }
            Piece::Finish(word) => {
                self.finish = Some(word.to_owned());
                return Vec::new();
            }
            Piece::Usage(usage) => {
                self.usage = Some(*usage);
                return Vec::new();
            }
            Piece::Done => self.last(),
            Piece::Error { message, .. } => self.error(message),
        };
        format!("{line}\n").into_bytes()
    }

    pub(super) fn error(&self, message: &str) -> Value {
        json!({ "error": message })
    }

    pub(super) fn list(&self, models: &[String]) -> Value {
        let item = |id: &String| {
            let details = json!({
                "format": "gguf", "family": "scripted", "families": ["scripted"],
                "parameter_size": "8.0B", "quantization_level": "Q4_K_M", "context_length": 131_072,
            });
            json!({
                "name": id, "model": id, "size": 1, "digest": "scripted", "details": details,
                "capabilities": ["completion", "tools"],
            })
        };
        json!({ "models": models.iter().map(item).collect::<Vec<_>>() })
    }

    fn last(&mut self) -> Value {
        let mut line = message("content", &"".into());
        line["done"] = true.into();
        if let Some(word) = self.finish.take() {
            line["done_reason"] = word.into();
        }
        if let Some(usage) = self.usage.take() {
            line["prompt_eval_count"] = usage.input_tokens.into();
            line["eval_count"] = usage.output_tokens.into();
        }
        line
    }
}

fn message(name: &str, value: &Value) -> Value {
    let mut message = json!({ "role": "assistant", "content": "" });
    message[name] = value.clone();
    json!({ "model": "scripted", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": false })
}
