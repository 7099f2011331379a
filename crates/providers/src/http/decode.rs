//! What comes back: the body of a successful answer, as parts. Pure: bytes in, parts out.
//!
//! Sources: the OpenAI API reference, "Chat Completions", streaming; the documentation of
//! OpenRouter (comments, errors inside the stream, `reasoning`), DeepSeek (`reasoning_content`)
//! and vLLM (errors without an `error` field).

use crate::{
    failure::ProviderError,
    sse::{Event, Parser},
};
use formaops_domain::{FinishReason, Usage, ports::StreamPart};
use serde::Deserialize;
use serde_json::Value;

/// What is wrong with an answer, or why it stopped.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fault {
    /// The provider reported an error.
    Reported(ProviderError),
    /// A page for people. Its text comes along.
    Html(String),
    /// Neither a stream nor a completion. What was found comes along.
    Unreadable(String),
    /// One event, or a document, that is too long to be kept in memory.
    TooLong,
    /// It ended before the provider said that it was done.
    Truncated,
}

/// Reads the body of an answer, whatever shape the server chose for it.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    shape: Shape,
    usage: Option<Usage>,
    finished: bool,
    done: bool,
    spoken: bool,
    /// The beginning of a stream that no event was read from yet.
    sample: Vec<u8>,
}

#[derive(Debug)]
enum Shape {
    /// Nothing but white space and byte order marks came so far.
    Unknown(Vec<u8>),
    Stream(Parser),
    /// A JSON or HTML document, kept whole.
    Document(Vec<u8>),
}

impl Default for Shape {
    fn default() -> Self {
        Self::Unknown(Vec::new())
    }
}

/// The longest document, in bytes.
const MAX_DOCUMENT: usize = 32 * 1024 * 1024;

/// The most of an unreadable answer that is kept to be shown, in bytes.
const MAX_SAMPLE: usize = 2_000;

impl Decoder {
    /// The parts that `bytes` complete. What was given before a fault stands.
    pub(crate) fn feed(&mut self, bytes: &[u8], parts: &mut Vec<StreamPart>) -> Result<(), Fault> {
        match &mut self.shape {
            Shape::Stream(parser) => {
                let room = MAX_SAMPLE.saturating_sub(self.sample.len()).min(bytes.len());
                self.sample.extend_from_slice(&bytes[..room]);
                let mut events = Vec::new();
                let fed = parser.feed(bytes, &mut events);
                for event in events {
                    self.take_event(&event, parts)?;
                }
                fed.map_err(|_| Fault::TooLong)
            }
            Shape::Document(document) => {
                if document.len() + bytes.len() > MAX_DOCUMENT {
                    return Err(Fault::TooLong);
                }
                document.extend_from_slice(bytes);
                Ok(())
            }
            Shape::Unknown(leading) => {
                leading.extend_from_slice(bytes);
                let blank = |byte: &u8| byte.is_ascii_whitespace() || "\u{feff}".as_bytes().contains(byte);
                let shape = match leading.iter().find(|byte| !blank(byte)) {
                    None => return Ok(()),
                    Some(b'{' | b'[' | b'<') => Shape::Document(Vec::new()),
                    Some(_) => Shape::Stream(Parser::default()),
                };
                let leading = std::mem::take(leading);
                self.shape = shape;
                self.feed(&leading, parts)
            }
        }
    }

    /// Nothing follows.
    pub(crate) fn end(&mut self, parts: &mut Vec<StreamPart>) -> Result<(), Fault> {
        match std::mem::take(&mut self.shape) {
            Shape::Unknown(_) => {}
            Shape::Stream(mut parser) => {
                if let Some(event) = parser.finish() {
                    match self.take_event(&event, parts) {
                        // An event that was cut short is the truncation itself, not garbage.
                        Ok(()) | Err(Fault::Unreadable(_)) => {}
                        Err(fault) => return Err(fault),
                    }
                }
                if !self.spoken && !self.done && !self.finished && !looks_like_events(&self.sample) {
                    return Err(Fault::Unreadable(lossy(&self.sample)));
                }
            }
            Shape::Document(document) => self.take_document(&document, parts)?,
        }
        if self.done && !self.finished {
            // Some servers say that they are done, and never why.
            self.finish(FinishReason::Stop, parts);
        }
        if self.finished { Ok(()) } else { Err(Fault::Truncated) }
    }

    /// Whether the provider said that nothing follows.
    pub(crate) const fn is_done(&self) -> bool {
        self.done
    }

    /// Whether the provider said why the model stopped: what is missing now is no text.
    pub(crate) const fn is_finished(&self) -> bool {
        self.finished || self.done
    }

    /// Whether text or reasoning came.
    pub(crate) const fn has_spoken(&self) -> bool {
        self.spoken
    }

    /// How many of the bytes that came last belong to an event that is not complete.
    pub(crate) const fn pending(&self) -> usize {
        match &self.shape {
            Shape::Stream(parser) => parser.pending(),
            Shape::Unknown(_) | Shape::Document(_) => 0,
        }
    }

    fn take_event(&mut self, event: &Event, parts: &mut Vec<StreamPart>) -> Result<(), Fault> {
        let data = event.data.trim();
        if self.done || data.is_empty() {
            return Ok(());
        }
        if data == "[DONE]" {
            self.done = true;
            return Ok(());
        }
        let unreadable = || Fault::Unreadable(excerpt(data));
        let chunk: Completion = match serde_json::from_str(data) {
            Ok(chunk) => chunk,
            // An error may be anything, even bare text.
            Err(_) if event.name == "error" => {
                let error = serde_json::from_str(data).unwrap_or_else(|_| Value::from(data));
                return Err(Fault::Reported(ProviderError::read(&error)));
            }
            Err(_) => return Err(unreadable()),
        };
        if event.name == "error" || chunk.is_error() {
            let whole: Value = serde_json::from_str(data).map_err(|_| unreadable())?;
            return Err(Fault::Reported(ProviderError::read(&whole)));
        }
        self.take(chunk, parts);
        Ok(())
    }

    fn take_document(&mut self, document: &[u8], parts: &mut Vec<StreamPart>) -> Result<(), Fault> {
        let text = lossy(document);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.starts_with('<') {
            return Err(Fault::Html(excerpt(text)));
        }
        let unreadable = || Fault::Unreadable(excerpt(text));
        let value: Value = serde_json::from_str(text).map_err(|error| {
            // A document that stops in the middle was cut; any other is no JSON.
            if error.is_eof() { Fault::Truncated } else { unreadable() }
        })?;
        let completion: Option<Completion> = serde_json::from_value(value.clone()).ok();
        match completion {
            Some(completion) if completion.choices.as_ref().is_some_and(|choices| !choices.is_empty()) => {
                self.take(completion, parts);
                self.done = true;
                Ok(())
            }
            _ => match ProviderError::find(&value) {
                Some(error) => Err(Fault::Reported(error)),
                None => Err(unreadable()),
            },
        }
    }

    fn take(&mut self, completion: Completion, parts: &mut Vec<StreamPart>) {
        // Only one answer is asked for; others would be mixed into its text.
        let choice =
            completion.choices.unwrap_or_default().into_iter().find(|choice| choice.index == Some(0));
        if let Some(Choice { delta, message, finish_reason, .. }) = choice {
            if let Some(said) = delta.or(message).filter(|_| !self.finished) {
                self.speak(said, parts);
            }
            let reason = finish_reason.filter(|reason| !reason.is_empty() && !self.finished);
            if let Some(reason) = reason {
                self.finish(finish_reason_of(reason), parts);
            }
        }
        let usage = completion.usage.as_ref().and_then(usage_of);
        if let Some(usage) = usage.filter(|usage| self.usage != Some(*usage)) {
            self.usage = Some(usage);
            parts.push(StreamPart::Usage(usage));
        }
    }

    fn speak(&mut self, said: Said, parts: &mut Vec<StreamPart>) {
        let reasoning = said.reasoning_content.or(said.reasoning).map(text_of).unwrap_or_default();
        // A refusal is what the model says in place of its answer.
        let text = [said.content, said.refusal].into_iter().flatten().map(text_of).collect::<String>();
        self.spoken |= !reasoning.is_empty() || !text.is_empty();
        if !reasoning.is_empty() {
            match parts.last_mut() {
                Some(StreamPart::Reasoning(before)) => before.push_str(&reasoning),
                _ => parts.push(StreamPart::Reasoning(reasoning)),
            }
        }
        if !text.is_empty() {
            match parts.last_mut() {
                Some(StreamPart::Text(before)) => before.push_str(&text),
                _ => parts.push(StreamPart::Text(text)),
            }
        }
    }

    fn finish(&mut self, reason: FinishReason, parts: &mut Vec<StreamPart>) {
        self.finished = true;
        parts.push(StreamPart::Finish(reason));
    }
}

fn finish_reason_of(reason: String) -> FinishReason {
    match reason.as_str() {
        "stop" | "end_turn" | "eos" => FinishReason::Stop,
        "length" | "max_tokens" => FinishReason::Length,
        "content_filter" => FinishReason::ContentFilter,
        "tool_calls" | "function_call" => FinishReason::ToolCalls,
        _ => FinishReason::Other(reason),
    }
}

/// The word on the wire that is read as this reason.
pub(crate) fn finish_word(reason: &FinishReason) -> &str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::Other(word) => word,
    }
}

/// A chunk of a stream, or a whole completion: one has `delta`, the other `message`.
#[derive(Deserialize)]
struct Completion {
    choices: Option<Vec<Choice>>,
    usage: Option<Value>,
    error: Option<Value>,
    object: Option<String>,
}

impl Completion {
    fn is_error(&self) -> bool {
        self.error.is_some() || self.object.as_deref() == Some("error")
    }
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default = "first")]
    index: Option<u64>,
    delta: Option<Said>,
    message: Option<Said>,
    finish_reason: Option<String>,
}

#[expect(clippy::unnecessary_wraps, reason = "the field is an option, for some servers send null")]
const fn first() -> Option<u64> {
    Some(0)
}

#[derive(Deserialize)]
struct Said {
    content: Option<Value>,
    refusal: Option<Value>,
    reasoning_content: Option<Value>,
    reasoning: Option<Value>,
}

/// Content is text, or a list of parts that have text.
fn text_of(content: Value) -> String {
    match content {
        Value::String(text) => text,
        Value::Array(parts) => {
            parts.iter().filter_map(|part| part["text"].as_str().or_else(|| part.as_str())).collect()
        }
        _ => String::new(),
    }
}

fn usage_of(usage: &Value) -> Option<Usage> {
    let number = |path: &str| usage.pointer(path).and_then(Value::as_u64);
    let or_zero = |path: &str| number(path).unwrap_or(0);
    Some(Usage {
        input_tokens: number("/prompt_tokens")?,
        cached_tokens: number("/prompt_tokens_details/cached_tokens")
            .unwrap_or_else(|| or_zero("/prompt_cache_hit_tokens")),
        cache_write_tokens: or_zero("/prompt_tokens_details/cache_write_tokens"),
        output_tokens: or_zero("/completion_tokens"),
        reasoning_tokens: or_zero("/completion_tokens_details/reasoning_tokens"),
    })
}

fn looks_like_events(sample: &[u8]) -> bool {
    let fields: [&[u8]; 5] = [b"data", b"event", b"id", b"retry", b":"];
    sample
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .any(|line| fields.iter().any(|field| line.starts_with(field)))
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn excerpt(text: &str) -> String {
    text.chars().take(MAX_SAMPLE).collect()
}

#[cfg(test)]
mod tests;
