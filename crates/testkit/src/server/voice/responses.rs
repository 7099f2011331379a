//! OpenAI Responses, whose errors and lists are those of Chat Completions.
//!
//! Source: the OpenAI API reference, "Responses", streaming events.

use super::Piece;
use formaops_domain::{ToolCall, Usage};
use serde_json::{Value, json};

/// Says the last event once it is known what was used, for the vendor says all of that in one.
#[derive(Debug, Clone, Default)]
pub(in crate::server) struct Voice {
    /// How many events were said.
    events: u64,
    /// What is being said, and since when: the items of an answer are counted.
    open: Option<Open>,
    items: u64,
    /// The word for the end, until it is said.
    finish: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Message,
    Reasoning,
}

impl Voice {
    pub(super) fn content_type(&self) -> &'static str {
        "text/event-stream; charset=utf-8"
    }

    pub(super) fn stop(&self) -> &'static str {
        "completed"
    }

    pub(super) fn tool_calls(&self) -> &'static str {
        "completed"
    }

    pub(super) fn say(&mut self, piece: Piece<'_>) -> Vec<u8> {
        match piece {
            Piece::Begin => {
                let begun = response("in_progress", &Value::Null, &Value::Null);
                let created = self.event("response.created", json!({ "response": begun }));
                [created, self.event("response.in_progress", json!({ "response": begun }))].concat()
            }
            Piece::Text(text) => {
                let opened = self.open(Open::Message);
                let delta = json!({ "content_index": 0, "delta": text, "logprobs": [] });
                [opened, self.of_item("response.output_text.delta", delta)].concat()
            }
            Piece::Reasoning(text) => {
                let opened = self.open(Open::Reasoning);
                let delta = json!({ "summary_index": 0, "delta": text });
                [opened, self.of_item("response.reasoning_summary_text.delta", delta)].concat()
            }
            Piece::Call(call) => self.call(call),
            Piece::Finish(word) => {
                self.finish = Some(word.to_owned());
                self.close()
            }
            Piece::Usage(usage) => self.end(&usage_json(usage)),
            Piece::Done => self.end(&Value::Null),
            Piece::Error { message, kind } => {
                self.event("error", json!({ "code": kind, "message": message, "param": null }))
            }
        }
    }

    fn call(&mut self, call: &ToolCall) -> Vec<u8> {
        let closed = self.close();
        self.items += 1;
        let item = |status: &str, arguments: &str| {
            let (id, name) = (&call.id, &call.name);
            json!({ "item": {
                "id": "fc_scripted", "type": "function_call", "status": status,
                "call_id": id, "name": name, "arguments": arguments,
            } })
        };
        // The arguments come in two pieces, as those of a model come in many.
        let half = (0..=call.arguments.len() / 2).rev().find(|&at| call.arguments.is_char_boundary(at));
        let (first, second) = call.arguments.split_at(half.unwrap_or_default());
        let delta = "response.function_call_arguments.delta";
        let done = json!({ "name": call.name, "arguments": call.arguments });
        [
            closed,
            self.of_item("response.output_item.added", item("in_progress", "")),
            self.of_item(delta, json!({ "delta": first })),
            self.of_item(delta, json!({ "delta": second })),
            self.of_item("response.function_call_arguments.done", done),
            self.of_item("response.output_item.done", item("completed", &call.arguments)),
        ]
        .concat()
    }

    fn open(&mut self, wanted: Open) -> Vec<u8> {
        if self.open == Some(wanted) {
            return Vec::new();
        }
        let closed = self.close();
        self.items += 1;
        self.open = Some(wanted);
        let (item, kind, part) = match wanted {
            Open::Message => (
                json!({ "id": "msg_scripted", "type": "message", "role": "assistant", "content": [] }),
                "response.content_part.added",
                json!({ "content_index": 0, "part": { "type": "output_text", "text": "", "annotations": [] } }),
            ),
            Open::Reasoning => (
                json!({ "id": "rs_scripted", "type": "reasoning", "summary": [] }),
                "response.reasoning_summary_part.added",
                json!({ "summary_index": 0, "part": { "type": "summary_text", "text": "" } }),
            ),
        };
        let added = self.of_item("response.output_item.added", json!({ "item": item }));
        [closed, added, self.of_item(kind, part)].concat()
    }

    fn close(&mut self) -> Vec<u8> {
        let kind = match self.open.take() {
            Some(Open::Message) => "message",
            Some(Open::Reasoning) => "reasoning",
            None => return Vec::new(),
        };
        self.of_item("response.output_item.done", json!({ "item": { "type": kind, "status": "completed" } }))
    }

    fn end(&mut self, usage: &Value) -> Vec<u8> {
        let Some(word) = self.finish.take() else { return Vec::new() };
        let completed = word == self.stop();
        let status = if completed { "completed" } else { "incomplete" };
        let details = if completed { Value::Null } else { json!({ "reason": word }) };
        let response = response(status, &details, usage);
        self.event(&format!("response.{status}"), json!({ "response": response }))
    }

    /// An event about the item that was begun last.
    fn of_item(&mut self, kind: &str, mut fields: Value) -> Vec<u8> {
        fields["output_index"] = self.items.saturating_sub(1).into();
        self.event(kind, fields)
    }

    fn event(&mut self, kind: &str, mut fields: Value) -> Vec<u8> {
        fields["type"] = kind.into();
        fields["sequence_number"] = self.events.into();
        self.events += 1;
        format!("event: {kind}\ndata: {fields}\n\n").into_bytes()
    }
}

fn response(status: &str, incomplete: &Value, usage: &Value) -> Value {
    json!({
        "id": "resp_scripted", "object": "response", "created_at": 0, "model": "scripted",
        "status": status, "error": null, "incomplete_details": incomplete, "output": [], "usage": usage,
    })
}

fn usage_json(usage: &Usage) -> Value {
    json!({
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cached_tokens, "cache_write_tokens": usage.cache_write_tokens,
        },
        "output_tokens": usage.output_tokens,
        "output_tokens_details": { "reasoning_tokens": usage.reasoning_tokens },
        "total_tokens": usage.input_tokens + usage.output_tokens,
    })
}
