//! Keeps keys out of what is shown and out of what is recorded, also where a model spells one in
//! pieces, an event each.

use super::{censor::Censor, decode::Decoder};
use crate::{framing::Framing, wire::Wire};
use bytes::Bytes;
use formaops_domain::{Scrubber, ToolCall, ports::StreamPart};

/// Takes bytes as they come and parts as they were decoded, and lets out what holds no key.
///
/// A key that stands in one event is found in the bytes. One that is spread over several events is
/// found in the text only, so while the text may be in the middle of one, the bytes wait; if it was
/// one, they are replaced by events that say the same without it.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    bytes: Censor,
    text: Scrubber,
    reasoning: Scrubber,
    waiting: Vec<u8>,
    /// The parts that were let out since bytes are waiting.
    said: Vec<StreamPart>,
    /// The keys that were found in the text so far.
    found: u64,
    /// One of them came since bytes are waiting.
    spread: bool,
}

/// What the decoder has taken in without having given it as a part.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unfinished {
    /// How many of the bytes that came last belong to an event that is not complete.
    pub(crate) bytes: usize,
    /// Whether the arguments of a call are still coming.
    pub(crate) call: bool,
}

impl Unfinished {
    pub(crate) const NOTHING: Self = Self { bytes: 0, call: false };

    pub(crate) fn of(decoder: &Decoder) -> Self {
        Self { bytes: decoder.pending(), call: decoder.is_calling() }
    }
}

impl Recorder {
    pub(crate) fn new(scrubber: Scrubber, framing: Framing) -> Self {
        let bytes = Censor::new(scrubber.clone(), framing);
        Self { bytes, text: scrubber.clone(), reasoning: scrubber, ..Self::default() }
    }

    /// Bytes of the body, scrubbed, for the decoder. What is recorded of them comes with the parts.
    pub(crate) fn bytes(&mut self, chunk: &Bytes) -> Bytes {
        self.bytes.feed(chunk)
    }

    /// The last bytes, once nothing follows.
    pub(crate) fn last_bytes(&mut self) -> Bytes {
        self.bytes.finish()
    }

    /// Lets out `decoded`, the parts that `bytes` completed, and the bytes, save those of an event that
    /// is not complete.
    pub(crate) fn parts(
        &mut self,
        bytes: Bytes,
        decoded: Vec<StreamPart>,
        unfinished: Unfinished,
        wire: &dyn Wire,
        out: &mut Vec<StreamPart>,
    ) {
        if self.bytes.is_empty() && self.waiting.is_empty() && !unfinished.call {
            out.extend((!bytes.is_empty()).then_some(StreamPart::Raw(bytes)));
            out.extend(decoded);
            return;
        }
        self.waiting.extend_from_slice(&bytes);
        let begin = self.said.len();
        for part in decoded {
            self.clean(part);
        }
        let said = self.said[begin..].to_vec();
        self.let_out(unfinished, wire, out);
        out.extend(said);
    }

    /// Lets out all that is left, once nothing follows.
    pub(crate) fn end(&mut self, wire: &dyn Wire, out: &mut Vec<StreamPart>) {
        let begin = self.said.len();
        self.flush();
        let said = self.said[begin..].to_vec();
        self.let_out(Unfinished::NOTHING, wire, out);
        out.extend(said);
    }

    fn clean(&mut self, part: StreamPart) {
        match part {
            StreamPart::Text(text) => {
                let text = lossy(self.text.feed(text.as_bytes()));
                self.said.extend((!text.is_empty()).then_some(StreamPart::Text(text)));
            }
            StreamPart::Reasoning(text) => {
                let text = lossy(self.reasoning.feed(text.as_bytes()));
                self.said.extend((!text.is_empty()).then_some(StreamPart::Reasoning(text)));
            }
            StreamPart::ToolCall(call) => {
                let call = self.clean_call(call);
                self.said.push(StreamPart::ToolCall(call));
            }
            // Nothing is said after the finish, so what waits cannot become a key any more.
            StreamPart::Finish(finish) => {
                self.flush();
                self.said.push(StreamPart::Finish(finish));
            }
            other => self.said.push(other),
        }
    }

    /// A call comes whole, and its bytes have waited for it.
    fn clean_call(&mut self, call: ToolCall) -> ToolCall {
        if self.bytes.is_empty() {
            return call;
        }
        let clean = ToolCall {
            id: self.bytes.scrub(&call.id),
            name: self.bytes.scrub(&call.name),
            arguments: self.bytes.scrub(&call.arguments),
        };
        self.spread |= clean != call;
        clean
    }

    fn flush(&mut self) {
        let (text, reasoning) = (lossy(self.text.finish()), lossy(self.reasoning.finish()));
        self.said.extend((!reasoning.is_empty()).then_some(StreamPart::Reasoning(reasoning)));
        self.said.extend((!text.is_empty()).then_some(StreamPart::Text(text)));
    }

    fn let_out(&mut self, unfinished: Unfinished, wire: &dyn Wire, out: &mut Vec<StreamPart>) {
        let found = self.text.found() + self.reasoning.found();
        // A key that stood whole in one event was taken out of the bytes, and never came here.
        self.spread |= found > std::mem::replace(&mut self.found, found);
        if unfinished.call || self.text.is_holding() || self.reasoning.is_holding() {
            return;
        }
        let complete = self.waiting.len() - unfinished.bytes.min(self.waiting.len());
        let mut bytes: Vec<u8> = self.waiting.drain(..complete).collect();
        if std::mem::take(&mut self.spread) {
            bytes = self.said.iter().filter_map(|part| wire.retell(part)).flatten().collect();
        }
        self.said.clear();
        out.extend((!bytes.is_empty()).then(|| StreamPart::Raw(bytes.into())));
    }
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
