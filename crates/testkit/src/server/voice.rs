//! How the vendors say the same things: an answer piece by piece, and an error.

mod anthropic;
mod bedrock;
mod chat;
mod gemini;
mod ollama;
mod responses;

pub(super) use chat::delta;

use formaops_domain::{ToolCall, Usage};
use serde_json::Value;

/// The voice of a vendor in one answer.
#[derive(Debug, Clone)]
pub(super) enum Voice {
    Chat(chat::Voice),
    Gemini(gemini::Voice),
    Ollama(ollama::Voice),
    Responses(responses::Voice),
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
        if path.contains("/v1beta/") {
            Self::Gemini(gemini::Voice)
        } else if path.ends_with("/api/chat") || path.ends_with("/api/tags") {
            Self::Ollama(ollama::Voice::default())
        } else if path.ends_with("/responses") {
            Self::Responses(responses::Voice::default())
        } else if path.ends_with("/messages") {
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
            Self::Gemini(voice) => voice.content_type(),
            Self::Ollama(voice) => voice.content_type(),
            Self::Responses(voice) => voice.content_type(),
            Self::Anthropic(voice) => voice.content_type(),
            Self::Bedrock(voice) => voice.content_type(),
        }
    }

    /// The word for a model that is done.
    pub(super) fn stop(&self) -> &'static str {
        match self {
            Self::Chat(voice) => voice.stop(),
            Self::Gemini(voice) => voice.stop(),
            Self::Ollama(voice) => voice.stop(),
            Self::Responses(voice) => voice.stop(),
            Self::Anthropic(voice) => voice.stop(),
            Self::Bedrock(voice) => voice.stop(),
        }
    }

    /// The word for a model that asks for tools.
    pub(super) fn tool_calls(&self) -> &'static str {
        match self {
            Self::Chat(voice) => voice.tool_calls(),
            Self::Gemini(voice) => voice.tool_calls(),
            Self::Ollama(voice) => voice.tool_calls(),
            Self::Responses(voice) => voice.tool_calls(),
            Self::Anthropic(voice) => voice.tool_calls(),
            Self::Bedrock(voice) => voice.tool_calls(),
        }
    }

    /// The bytes that say a piece.
    pub(super) fn say(&mut self, piece: Piece<'_>) -> Vec<u8> {
        match self {
            Self::Chat(voice) => voice.say(piece),
            Self::Gemini(voice) => voice.say(piece),
            Self::Ollama(voice) => voice.say(piece),
            Self::Responses(voice) => voice.say(piece),
            Self::Anthropic(voice) => voice.say(piece),
            Self::Bedrock(voice) => voice.say(piece),
        }
    }

    /// The body of an error.
    pub(super) fn error(&self, status: u16, message: &str, kind: &str, code: Option<&str>) -> Value {
        match self {
            Self::Chat(voice) => voice.error(status, message, kind, code),
            Self::Gemini(voice) => voice.error(status, message, code),
            Self::Ollama(voice) => voice.error(message),
            Self::Responses(_) => chat::Voice.error(status, message, kind, code),
            Self::Anthropic(voice) => voice.error(status, message, kind, code),
            Self::Bedrock(voice) => voice.error(status, message, kind, code),
        }
    }

    /// The list of these models.
    pub(super) fn list(&self, models: &[String]) -> Value {
        match self {
            Self::Chat(voice) => voice.list(models),
            Self::Gemini(voice) => voice.list(models),
            Self::Ollama(voice) => voice.list(models),
            // The list of the others is at the path of Chat Completions, or nowhere.
            Self::Responses(_) | Self::Anthropic(_) | Self::Bedrock(_) => chat::Voice.list(models),
        }
    }
}
