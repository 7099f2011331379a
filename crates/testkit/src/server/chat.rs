//! A streamed answer of a model, piece by piece, in the wire format of any vendor.

use super::{
    reply::{Gate, Reply},
    voice::{Piece, Voice, delta},
};
use formaops_domain::{ToolCall, Usage};
use serde_json::Value;
use std::time::Duration;

/// A streamed answer. Each piece is sent in one write.
///
/// It ends with the word for a model that is done, then usage where it was given, then whatever the
/// vendor ends a stream with, unless told otherwise.
#[derive(Debug, Clone)]
pub struct ChatReply {
    voice: Voice,
    reply: Reply,
    usage: Option<Usage>,
    finish: Finish,
    done: bool,
}

#[derive(Debug, Clone)]
enum Finish {
    /// The vendor's word for a model that is done.
    Stop,
    Word(String),
    Missing,
}

impl Default for ChatReply {
    fn default() -> Self {
        Self::new()
    }
}

impl ChatReply {
    /// An answer of OpenAI Chat Completions with no text yet.
    #[must_use]
    pub fn new() -> Self {
        Self::at("/v1/chat/completions")
    }

    /// An answer in the wire format of requests to `path`, with no text yet.
    #[must_use]
    pub fn at(path: &str) -> Self {
        let voice = Voice::at(path);
        let reply = Reply::status(200).chunked().header("content-type", voice.content_type());
        let reply = reply.header("x-request-id", "req_scripted");
        let begun = Self { voice, reply, usage: None, finish: Finish::Stop, done: true };
        begun.say(Piece::Begin)
    }

    /// The next piece of text.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.say(Piece::Text(text))
    }

    /// Several pieces of text, one event each.
    #[must_use]
    pub fn texts<'a>(self, texts: impl IntoIterator<Item = &'a str>) -> Self {
        texts.into_iter().fold(self, Self::text)
    }

    /// The next piece of reasoning.
    #[must_use]
    pub fn reasoning(self, text: &str) -> Self {
        self.say(Piece::Reasoning(text))
    }

    /// The model asks for a tool.
    #[must_use]
    pub fn call(self, call: &ToolCall) -> Self {
        self.say(Piece::Call(call))
    }

    /// An event of OpenAI Chat Completions with this delta.
    #[must_use]
    pub fn delta(self, fields: &Value) -> Self {
        self.event(&delta(fields))
    }

    /// A server-sent event with this JSON.
    #[must_use]
    pub fn event(self, data: &Value) -> Self {
        self.raw(format!("data: {data}\n\n"))
    }

    /// An error inside the stream, after which nothing more is said.
    #[must_use]
    pub fn error(self, message: &str, kind: &str) -> Self {
        self.say(Piece::Error { message, kind }).unfinished()
    }

    /// A comment of server-sent events, which keeps the connection alive and says nothing.
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

    /// Why the model stopped, in the vendor's word.
    #[must_use]
    pub fn finish(mut self, word: &str) -> Self {
        self.finish = Finish::Word(word.to_owned());
        self
    }

    /// No finish reason; the end of the stream is still sent.
    #[must_use]
    pub fn without_finish(mut self) -> Self {
        self.finish = Finish::Missing;
        self
    }

    /// The vendor's end of a stream is not sent.
    #[must_use]
    pub const fn without_done(mut self) -> Self {
        self.done = false;
        self
    }

    /// Neither finish reason nor end: the body ends in the ordinary way, as if all was said.
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

    fn say(mut self, piece: Piece<'_>) -> Self {
        let bytes = self.voice.say(piece);
        if bytes.is_empty() { self } else { self.raw(bytes) }
    }
}

impl From<ChatReply> for Reply {
    fn from(mut chat: ChatReply) -> Self {
        let word = match std::mem::replace(&mut chat.finish, Finish::Missing) {
            Finish::Stop => Some(chat.voice.stop().to_owned()),
            Finish::Word(word) => Some(word),
            Finish::Missing => None,
        };
        if let Some(word) = word {
            chat = chat.say(Piece::Finish(&word));
        }
        if let Some(usage) = chat.usage.take() {
            chat = chat.say(Piece::Usage(&usage));
        }
        if chat.done {
            chat = chat.say(Piece::Done);
        }
        chat.reply
    }
}
