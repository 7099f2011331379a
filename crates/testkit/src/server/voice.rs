//! How the vendors say the same things: an answer piece by piece, and an error.

mod anthropic;
mod bedrock;
mod chat;

pub(super) use chat::delta;

use formaops_domain::{ToolCall, Usage};
use serde_json::Value;

/// The voice of a vendor in one answer.
#[derive(Debug, Clone)]
pub(super) enum Voice {
    Chat(chat::Voice),
    Anthropic(anthropic::Voice),
    Bedrock(bedrock::Voice),
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
    pub(super) fn at(path: &str) -> Self {
        let path = path.split('?').next().unwrap_or(path);
        if path.ends_with("/messages") {
            Self::Anthropic(anthropic::Voice::default())
        } else if path.ends_with("/converse-stream") {
            Self::Bedrock(bedrock::Voice::default())
        } else {
            Self::Chat(chat::Voice)
        }
    }

    /// The content type of a streamed answer.
    pub(super) fn content_type(&self) -> &'static str {
        match self {
            Self::Chat(voice) => voice.content_type(),
            Self::Anthropic(voice) => voice.content_type(),
            Self::Bedrock(voice) => voice.content_type(),
        }
    }

    /// The word for a model that is done.
    pub(super) fn stop(&self) -> &'static str {
        match self {
            Self::Chat(voice) => voice.stop(),
            Self::Anthropic(voice) => voice.stop(),
            Self::Bedrock(voice) => voice.stop(),
        }
    }

    /// The word for a model that asks for tools.
    pub(super) fn tool_calls(&self) -> &'static str {
        match self {
            Self::Chat(voice) => voice.tool_calls(),
            Self::Anthropic(voice) => voice.tool_calls(),
            Self::Bedrock(voice) => voice.tool_calls(),
        }
    }

    /// The bytes that say a piece.
    pub(super) fn say(&mut self, piece: Piece<'_>) -> Vec<u8> {
        match self {
            Self::Chat(voice) => voice.say(piece),
            Self::Anthropic(voice) => voice.say(piece),
            Self::Bedrock(voice) => voice.say(piece),
        }
    }

    /// The body of an error.
    pub(super) fn error(&self, status: u16, message: &str, kind: &str, code: Option<&str>) -> Value {
        match self {
            Self::Chat(voice) => voice.error(status, message, kind, code),
            Self::Anthropic(voice) => voice.error(status, message, kind, code),
            Self::Bedrock(voice) => voice.error(status, message, kind, code),
        }
    }
}
