//! How the vendors say the same things: an answer piece by piece, and an error.

mod chat;

pub(super) use chat::delta;

use formaops_domain::{ToolCall, Usage};
use serde_json::Value;

/// The voice of a vendor in one answer.
#[derive(Debug, Clone)]
pub(super) enum Voice {
    Chat(chat::Voice),
}

/// A piece of an answer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece<'a> {
    /// Before all others.
    Begin,
    Text(&'a str),
    Reasoning(&'a str),
    Call(&'a ToolCall),
    /// The model stopped, in the vendor's word.
    Finish(&'a str),
    Usage(&'a Usage),
    /// Nothing follows.
    Done,
    /// An error inside the stream.
    Error {
        message: &'a str,
        kind: &'a str,
    },
}

impl Voice {
    /// The voice that a request to this path is answered in.
    pub(super) fn at(_path: &str) -> Self {
        Self::Chat(chat::Voice)
    }

    /// The content type of a streamed answer.
    pub(super) fn content_type(&self) -> &'static str {
        match self {
            Self::Chat(voice) => voice.content_type(),
        }
    }

    /// The word for a model that is done.
    pub(super) fn stop(&self) -> &'static str {
        match self {
            Self::Chat(voice) => voice.stop(),
        }
    }

    /// The word for a model that asks for tools.
    pub(super) fn tool_calls(&self) -> &'static str {
        match self {
            Self::Chat(voice) => voice.tool_calls(),
        }
    }

    /// The bytes that say a piece.
    pub(super) fn say(&mut self, piece: Piece<'_>) -> Vec<u8> {
        match self {
            Self::Chat(voice) => voice.say(piece),
        }
    }

    /// The body of an error.
    pub(super) fn error(&self, status: u16, message: &str, kind: &str, code: Option<&str>) -> Value {
        match self {
            Self::Chat(voice) => voice.error(status, message, kind, code),
        }
    }
}
