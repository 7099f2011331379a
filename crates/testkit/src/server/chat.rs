//! A reply in the wire format of OpenAI Chat Completions.
//!
//! Source: the OpenAI API reference, "Chat Completions", streaming.

use super::reply::{Gate, Reply};
use formaops_domain::Usage;
use serde_json::{Value, json};
use std::time::Duration;

/// A streamed chat completion, piece by piece. Each piece of text is one server-sent event.
///
/// It ends with finish reason `stop`, then usage where it was given, then `[DONE]`, unless told
/// otherwise.
#[derive(Debug, Clone)]
pub struct ChatReply {
    model: String,
    reply: Reply,
    usage: Option<Usage>,
    finish: Option<String>,
    done: bool,
}

impl Default for ChatReply {
    fn default() -> Self {
        Self::new()
    }
}

impl ChatReply {
    /// A completion with no text yet.
    #[must_use]
    pub fn new() -> Self {
        let reply = Reply::status(200).chunked().header("content-type", "text/event-stream");
        let begun = Self {
            model: "scripted".to_owned(),
            reply: reply.header("x-request-id", "req_scripted"),
            usage: None,
            finish: Some("stop".to_owned()),
            done: true,
        };
        begun.delta(&json!({ "role": "assistant", "content": "" }))
    }

    /// The next piece of text.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.delta(&json!({ "content": text }))
    }

    /// Several pieces of text, one event each.
    #[must_use]
    pub fn texts<'a>(self, texts: impl IntoIterator<Item = &'a str>) -> Self {
        texts.into_iter().fold(self, Self::text)
    }

    /// The next piece of reasoning, as DeepSeek and many compatible servers send it.
    #[must_use]
    pub fn reasoning(self, text: &str) -> Self {
        self.delta(&json!({ "reasoning_content": text }))
    }

    /// An event with this delta.
    #[must_use]
    pub fn delta(self, delta: &Value) -> Self {
        let choice = json!({ "index": 0, "delta": delta, "finish_reason": null });
        let event = self.chunk(&json!([choice]), &Value::Null);
        self.event(&event)
    }

    /// An event with this JSON.
    #[must_use]
    pub fn event(self, data: &Value) -> Self {
        self.raw(format!("data: {data}\n\n"))
    }

    /// An error object inside the stream, after which nothing more is said.
    #[must_use]
    pub fn error(self, message: &str, kind: &str) -> Self {
        self.event(&json!({ "error": { "message": message, "type": kind, "code": null } })).unfinished()
    }

    /// A comment, which keeps the connection alive and says nothing.
    #[must_use]
    pub fn comment(self, text: &str) -> Self {
        self.raw(format!(": {text}\n\n"))
    }

    /// Bytes as they are.
    #[must_use]
    pub fn raw(mut self, bytes: impl Into<bytes::Bytes>) -> Self {
        self.reply = self.reply.bytes(bytes);
        self
    }

    /// A pause.
    #[must_use]
    pub fn wait(mut self, pause: Duration) -> Self {
        self.reply = self.reply.wait(pause);
        self
    }

    /// It goes on once the gate is open.
    #[must_use]
    pub fn pass(mut self, gate: &Gate) -> Self {
        self.reply = self.reply.pass(gate);
        self
    }

    /// The usage that is reported at the end.
    #[must_use]
    pub const fn usage(mut self, usage: Usage) -> Self {
        self.usage = Some(usage);
        self
    }

    /// The finish reason, in place of `stop`.
    #[must_use]
    pub fn finish(mut self, reason: &str) -> Self {
        self.finish = Some(reason.to_owned());
        self
    }

    /// No finish reason; `[DONE]` is still sent.
    #[must_use]
    pub fn without_finish(mut self) -> Self {
        self.finish = None;
        self
    }

    /// No `[DONE]`.
    #[must_use]
    pub const fn without_done(mut self) -> Self {
        self.done = false;
        self
    }

    /// Neither finish reason nor `[DONE]`: the body ends in the ordinary way, as if all was said.
    #[must_use]
    pub fn unfinished(self) -> Self {
        self.without_finish().without_done()
    }

    /// One more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.reply = self.reply.header(name, value);
        self
    }

    /// The reply as it stands, to be cut, broken or framed otherwise.
    #[must_use]
    pub fn into_reply(self) -> Reply {
        self.into()
    }

    fn chunk(&self, choices: &Value, usage: &Value) -> Value {
        json!({
            "id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 0,
            "model": self.model, "choices": choices, "usage": usage,
        })
    }
}

impl From<ChatReply> for Reply {
    fn from(mut chat: ChatReply) -> Self {
        if let Some(reason) = chat.finish.take() {
            let choice = json!({ "index": 0, "delta": {}, "finish_reason": reason });
            let event = chat.chunk(&json!([choice]), &Value::Null);
            chat = chat.event(&event);
        }
        if let Some(usage) = chat.usage.take() {
            let event = chat.chunk(&json!([]), &usage_json(&usage));
            chat = chat.event(&event);
        }
        if chat.done {
            chat = chat.raw("data: [DONE]\n\n");
        }
        chat.reply
    }
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
