//! Takes keys out of the bytes of a body, and leaves them readable.

use crate::framing::{Framing, aws};
use bytes::Bytes;
use formaops_domain::Scrubber;

/// Scrubs bytes as they come. Where messages state their length and a checksum, each is scrubbed whole
/// and written anew, for one that only lost a key could not be read any more.
#[derive(Debug, Default)]
pub(super) struct Censor {
    scrubber: Scrubber,
    /// The beginning of a message that is not complete; `None` where bytes are scrubbed as they are.
    message: Option<Vec<u8>>,
}

impl Censor {
    pub(super) fn new(scrubber: Scrubber, framing: Framing) -> Self {
        let message = (framing == Framing::AwsEvents).then(Vec::new);
        Self { scrubber, message }
    }

    /// Whether there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.scrubber.is_empty()
    }

    /// The next bytes; their tail may come with those that follow.
    pub(super) fn feed(&mut self, chunk: &Bytes) -> Bytes {
        if self.is_empty() {
            return chunk.clone();
        }
        let Some(held) = &mut self.message else { return self.scrubber.feed(chunk).into() };
        held.extend_from_slice(chunk);
        let (mut clean, mut rest) = (Vec::new(), held.as_slice());
        loop {
            match aws::first(rest) {
                Ok(Some(length)) => {
                    let (message, after) = rest.split_at(length);
                    match aws::scrubbed(message, &self.scrubber) {
                        Some(scrubbed) => clean.extend(scrubbed),
                        None => clean.extend_from_slice(message),
                    }
                    rest = after;
                }
                Ok(None) => {
                    let read = held.len() - rest.len();
                    held.drain(..read);
                    return clean.into();
                }
                Err(_) => {
                    // What is no message, such as a page for people, is text from here on.
                    clean.extend(self.scrubber.feed(rest));
                    self.message = None;
                    return clean.into();
                }
            }
        }
    }

    /// What was held back, once nothing follows.
    pub(super) fn finish(&mut self) -> Bytes {
        let held = self.message.take().unwrap_or_default();
        let mut clean = self.scrubber.feed(&held);
        clean.extend(self.scrubber.finish());
        clean.into()
    }

    /// A whole text, scrubbed.
    pub(super) fn scrub(&self, text: &str) -> String {
        self.scrubber.scrub(text)
    }
}
