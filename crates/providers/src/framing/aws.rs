//! Amazon's binary event streams (`application/vnd.amazon.eventstream`), read as they come.
//!
//! Source: Smithy 2.0, "Amazon Event Stream Specification". A message is its whole length and the length
//! of its headers, four bytes each with the highest first, a CRC-32 of these eight, its headers, its
//! payload, and a CRC-32 of all before it.

use super::{Event, FrameError, MAX_EVENT, lossy};
use formaops_domain::Scrubber;
use serde_json::{Value, json};

/// The length of what comes before the headers.
const PRELUDE: usize = 12;

/// The length of a checksum.
const CHECKSUM: usize = 4;

/// The type of a header that is text.
const TEXT: u8 = 7;

/// Names and values.
type Headers<'a> = Vec<(&'a str, &'a str)>;

/// Takes bytes in pieces of any size and gives events. It keeps one message in memory at most.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    message: Vec<u8>,
}

impl Parser {
    /// The events that end within `bytes`.
    pub(crate) fn feed(&mut self, bytes: &[u8], events: &mut Vec<Event>) -> Result<(), FrameError> {
        self.message.extend_from_slice(bytes);
        let mut rest = self.message.as_slice();
        let fed = loop {
            match first(rest) {
                Ok(Some(length)) => match event(&rest[..length]) {
                    Ok(event) => {
                        events.push(event);
                        rest = &rest[length..];
                    }
                    Err(error) => break Err(error),
                },
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        let read = self.message.len() - rest.len();
        self.message.drain(..read);
        fed
    }

    /// How many of the bytes that came last belong to a message that is not complete.
    pub(crate) const fn pending(&self) -> usize {
        self.message.len()
    }
}

/// The length of the message that these bytes begin with, once it is complete and its checksums are right.
pub(crate) fn first(bytes: &[u8]) -> Result<Option<usize>, FrameError> {
    let Some(prelude) = bytes.get(..PRELUDE) else { return Ok(None) };
    if crc32fast::hash(&prelude[..8]) != number(&prelude[8..]) {
        return Err(FrameError::Corrupt);
    }
    let (length, headers) = (number(prelude) as usize, number(&prelude[4..]) as usize);
    if length > MAX_EVENT {
        return Err(FrameError::TooLong);
    }
    if length < PRELUDE + CHECKSUM || headers > length - PRELUDE - CHECKSUM {
        return Err(FrameError::Corrupt);
    }
    let Some(message) = bytes.get(..length) else { return Ok(None) };
    let (summed, checksum) = message.split_at(length - CHECKSUM);
    if crc32fast::hash(summed) == number(checksum) { Ok(Some(length)) } else { Err(FrameError::Corrupt) }
}

/// The number that four bytes make, the highest first; bytes after them do not count.
fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |number, &byte| (number << 8) | u32::from(byte))
}

/// What a complete message says: the headers that are text, and the payload.
fn open(message: &[u8]) -> Result<(Headers<'_>, &[u8]), FrameError> {
    let content = &message[PRELUDE..message.len() - CHECKSUM];
    let (mut rest, payload) = content.split_at(number(&message[4..]) as usize);
    let mut headers = Vec::new();
    while let Some((&length, after)) = rest.split_first() {
        let (name, after) = split(after, length.into())?;
        let (&kind, after) = after.split_first().ok_or(FrameError::Corrupt)?;
        let (length, after) = match kind {
            0 | 1 => (0, after),
            2 => (1, after),
            3 => (2, after),
            4 => (4, after),
            5 | 8 => (8, after),
            9 => (16, after),
            6 | TEXT => {
                let (length, after) = split(after, 2)?;
                (usize::from(length[0]) << 8 | usize::from(length[1]), after)
            }
            _ => return Err(FrameError::Corrupt),
        };
        let (value, after) = split(after, length)?;
        rest = after;
        if kind == TEXT {
            let text = |bytes| std::str::from_utf8(bytes).map_err(|_| FrameError::Corrupt);
            headers.push((text(name)?, text(value)?));
        }
    }
    Ok((headers, payload))
}

fn split(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8]), FrameError> {
    bytes.split_at_checked(at).ok_or(FrameError::Corrupt)
}

/// A message as an event. An exception or error becomes one that is called `error`, whose data is JSON
/// with the `type` and the `message`.
fn event(message: &[u8]) -> Result<Event, FrameError> {
    let (headers, payload) = open(message)?;
    let header = |name: &str| headers.iter().find(|(found, _)| *found == name).map_or("", |(_, value)| value);
    let failed = |data: Value| Event { name: "error".to_owned(), data: data.to_string() };
    Ok(match header(":message-type") {
        "exception" => {
            let mut error = match serde_json::from_slice(payload) {
                Ok(Value::Object(fields)) => Value::Object(fields),
                _ => json!({ "message": lossy(payload.to_vec()) }),
            };
            error["type"] = header(":exception-type").into();
            failed(error)
        }
        "error" => failed(json!({ "type": header(":error-code"), "message": header(":error-message") })),
        _ => Event { name: header(":event-type").to_owned(), data: lossy(payload.to_vec()) },
    })
}

/// A message with these headers, all text, and this payload.
pub(crate) fn message(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    // Lengths that do not fit cannot be said; such headers and payloads are never made.
    let short = |length: usize| u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
    let long = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    let mut named = Vec::new();
    for (name, value) in headers {
        named.push(short(name.len())[1]);
        named.extend_from_slice(name.as_bytes());
        named.push(TEXT);
        named.extend_from_slice(&short(value.len()));
        named.extend_from_slice(value.as_bytes());
    }
    let mut message = Vec::with_capacity(PRELUDE + named.len() + payload.len() + CHECKSUM);
    message.extend_from_slice(&long(PRELUDE + named.len() + payload.len() + CHECKSUM));
    message.extend_from_slice(&long(named.len()));
    message.extend_from_slice(&crc32fast::hash(&message).to_be_bytes());
    message.extend_from_slice(&named);
    message.extend_from_slice(payload);
    message.extend_from_slice(&crc32fast::hash(&message).to_be_bytes());
    message
}

/// A complete message without the secrets that it holds, its lengths and checksums right again; `None`
/// where it holds none.
pub(crate) fn scrubbed(complete: &[u8], scrubber: &Scrubber) -> Option<Vec<u8>> {
    let (headers, payload) = open(complete).ok()?;
    let text = String::from_utf8_lossy(payload);
    let clean = scrubber.scrub(&text);
    let clean_headers: Vec<_> = headers.iter().map(|(name, value)| (*name, scrubber.scrub(value))).collect();
    let clean_headers: Vec<_> = clean_headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    (clean != text || clean_headers != headers).then(|| message(&clean_headers, clean.as_bytes()))
}

#[cfg(test)]
mod tests;
