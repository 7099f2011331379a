//! What comes back: the body of a successful answer, as parts. Pure: bytes in, parts out.

use crate::{
    embedding::{self, ReadVectors},
    failure::ProviderError,
    framing::{Event, FrameError, Frames, Framing},
    wire::{Fault, Interpreter, Said, Wire},
};
use formaops_domain::{FinishReason, ports::StreamPart};
use serde_json::Value;

/// Reads the body of an answer, whatever shape the server chose for it: a stream of events, a
/// document, or a page for people.
pub(crate) struct Decoder {
    framing: Framing,
    shape: Shape,
    interpreter: Box<dyn Interpreter>,
    said: Said,
    /// The beginning of a stream that no event was read from yet.
    sample: Vec<u8>,
}

enum Shape {
    /// Nothing but white space and byte order marks came so far.
    Unknown(Vec<u8>),
    Stream(Frames),
    /// A JSON or HTML document, kept whole.
    Document(Vec<u8>),
}

/// The longest document, in bytes.
const MAX_DOCUMENT: usize = 32 * 1024 * 1024;

/// The most of an unreadable answer that is kept to be shown, in bytes.
const MAX_SAMPLE: usize = 2_000;

impl Decoder {
    pub(crate) fn new(wire: &dyn Wire) -> Self {
        Self {
            framing: wire.framing(),
            shape: Shape::Unknown(Vec::new()),
            interpreter: wire.interpreter(),
            said: Said::default(),
            sample: Vec::new(),
        }
    }

    /// Reads an answer, or vectors where those were wanted.
    pub(crate) fn for_answer(wire: &dyn Wire, vectors: Option<ReadVectors>) -> Self {
        vectors.map_or_else(|| Self::new(wire), |read| Self::of_document(embedding::interpreter(read)))
    }

    /// Reads a document, whatever else the wire format has.
    fn of_document(interpreter: Box<dyn Interpreter>) -> Self {
        Self {
            // Of all framings this is the one in which a document is told from a stream by its first byte.
            framing: Framing::Sse,
            shape: Shape::Unknown(Vec::new()),
            interpreter,
            said: Said::default(),
            sample: Vec::new(),
        }
    }

    /// The parts that `bytes` complete. What was given before a fault stands.
    pub(crate) fn feed(&mut self, bytes: &[u8], parts: &mut Vec<StreamPart>) -> Result<(), Fault> {
        let fed = self.read(bytes);
        parts.append(&mut self.said.take());
        fed
    }

    /// Nothing follows.
    pub(crate) fn end(&mut self, parts: &mut Vec<StreamPart>) -> Result<(), Fault> {
        let ended = self.close();
        parts.append(&mut self.said.take());
        ended
    }

    /// Whether the provider said that nothing follows.
    pub(crate) const fn is_done(&self) -> bool {
        self.said.is_done()
    }

    /// Whether the provider said why the model stopped: what is missing now is no text.
    pub(crate) const fn is_finished(&self) -> bool {
        self.said.is_finished() || self.said.is_done()
    }

    /// Whether text, reasoning or a call came.
    pub(crate) const fn has_spoken(&self) -> bool {
        self.said.has_spoken()
    }

    /// Whether the arguments of a call are still coming.
    pub(crate) fn is_calling(&self) -> bool {
        self.said.is_calling()
    }

    /// How many of the bytes that came last belong to an event that is not complete.
    pub(crate) const fn pending(&self) -> usize {
        match &self.shape {
            Shape::Stream(frames) => frames.pending(),
            Shape::Unknown(_) | Shape::Document(_) => 0,
        }
    }

    fn read(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        match &mut self.shape {
            Shape::Stream(frames) => {
                let room = MAX_SAMPLE.saturating_sub(self.sample.len()).min(bytes.len());
                self.sample.extend_from_slice(&bytes[..room]);
                let mut events = Vec::new();
                let fed = frames.feed(bytes, &mut events);
                for event in events {
                    self.take_event(&event)?;
                }
                fed.map_err(|error| match error {
                    FrameError::TooLong => Fault::TooLong,
                    FrameError::Corrupt if self.said.has_spoken() => {
                        Fault::Unreadable("a message of the stream does not match its checksum".to_owned())
                    }
                    FrameError::Corrupt => Fault::unreadable(&String::from_utf8_lossy(&self.sample)),
                })
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
                let leading = std::mem::take(leading);
                if let Some(shape) = shape_of(&leading, self.framing) {
                    self.shape = shape;
                    self.read(&leading)
                } else {
                    self.shape = Shape::Unknown(leading);
                    Ok(())
                }
            }
        }
    }

    fn close(&mut self) -> Result<(), Fault> {
        match std::mem::replace(&mut self.shape, Shape::Unknown(Vec::new())) {
            Shape::Unknown(_) => {}
            Shape::Stream(mut frames) => {
                if let Some(event) = frames.finish() {
                    match self.take_event(&event) {
                        Ok(()) => {}
                        // An event that was cut short is the truncation itself, not garbage.
                        Err(Fault::Unreadable(_)) if serde_json::from_str::<Value>(&event.data).is_err() => {}
                        Err(fault) => return Err(fault),
                    }
                }
                let silent = !self.said.has_spoken() && !self.is_finished();
                if silent && !looks_like_events(&self.sample, self.framing) {
                    return Err(Fault::unreadable(&String::from_utf8_lossy(&self.sample)));
                }
            }
            Shape::Document(document) => self.take_document(&document)?,
        }
        if self.said.is_done() && !self.said.is_finished() {
            // Some servers say that they are done, and never why.
            self.said.finish(FinishReason::Stop);
        }
        if self.said.is_finished() { Ok(()) } else { Err(Fault::Truncated) }
    }

    fn take_event(&mut self, event: &Event) -> Result<(), Fault> {
        if self.said.is_done() {
            return Ok(());
        }
        self.interpreter.event(event, &mut self.said)
    }

    fn take_document(&mut self, document: &[u8]) -> Result<(), Fault> {
        let text = String::from_utf8_lossy(document);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.starts_with('<') {
            return Err(Fault::Html(crate::wire::excerpt(text)));
        }
        let value: Value = serde_json::from_str(text).map_err(|error| {
            // A document that stops in the middle was cut; any other is no JSON.
            if error.is_eof() { Fault::Truncated } else { Fault::unreadable(text) }
        })?;
        self.interpreter.document(&value, &mut self.said)
    }
}

/// What an answer that begins so is; `None` where that cannot be told yet.
fn shape_of(leading: &[u8], framing: Framing) -> Option<Shape> {
    let blank = |byte: &u8| byte.is_ascii_whitespace() || "\u{feff}".as_bytes().contains(byte);
    let first = leading.iter().find(|byte| !blank(byte))?;
    let is_document = match framing {
        // A message that begins with one of these would be far too long.
        Framing::Sse | Framing::AwsEvents => matches!(first, b'{' | b'[' | b'<'),
        // Lines are documents themselves; only a page is none.
        Framing::Lines => *first == b'<',
    };
    Some(if is_document { Shape::Document(Vec::new()) } else { Shape::Stream(Frames::new(framing)) })
}

/// Whether a stream that said nothing may be one all the same.
fn looks_like_events(sample: &[u8], framing: Framing) -> bool {
    let fields: [&[u8]; 5] = [b"data", b"event", b"id", b"retry", b":"];
    let mut lines = sample.split(|byte| matches!(byte, b'\n' | b'\r'));
    match framing {
        // The only line may be cut in its first word.
        Framing::Sse => lines.any(|line| {
            let begun = |field: &&[u8]| !line.is_empty() && field.starts_with(line);
            fields.iter().any(|field| line.starts_with(field) || begun(field))
        }),
        Framing::Lines => true,
        // It begins with its length, which is no text.
        Framing::AwsEvents => sample.first().is_none_or(|&byte| byte == 0),
    }
}

/// The data of an event as JSON. An event that is called an error is one, whatever it holds.
pub(crate) fn json(event: &Event) -> Result<Value, Fault> {
    match serde_json::from_str(&event.data) {
        Ok(value) if event.name == "error" => Err(Fault::Reported(ProviderError::read(&value))),
        Ok(value) => Ok(value),
        Err(_) if event.name == "error" => {
            Err(Fault::Reported(ProviderError::read(&Value::from(event.data.as_str()))))
        }
        Err(_) => Err(Fault::unreadable(&event.data)),
    }
}
