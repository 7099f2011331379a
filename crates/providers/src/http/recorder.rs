//! Keeps keys out of what is shown and out of what is recorded, also where a model spells one in
//! pieces, an event each.

use super::decode::finish_word;
use bytes::Bytes;
use formaops_domain::{Scrubber, ports::StreamPart};
use serde_json::{Value, json};

/// Takes bytes as they come and parts as they were decoded, and lets out what holds no key.
///
/// A key that stands in one event is found in the bytes. One that is spread over several events is
/// found in the text only, so while the text may be in the middle of one, the bytes wait; if it was
/// one, they are replaced by events that say the same without it.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    bytes: Scrubber,
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

impl Recorder {
    pub(crate) fn new(scrubber: Scrubber) -> Self {
        Self { bytes: scrubber.clone(), text: scrubber.clone(), reasoning: scrubber, ..Self::default() }
    }

    /// Bytes of the body, scrubbed, for the decoder. What is recorded of them comes with the parts.
    pub(crate) fn bytes(&mut self, chunk: &Bytes) -> Bytes {
        if self.bytes.is_empty() { chunk.clone() } else { self.bytes.feed(chunk).into() }
    }

    /// The last bytes, once nothing follows.
    pub(crate) fn last_bytes(&mut self) -> Bytes {
        self.bytes.finish().into()
    }

    /// Lets out `decoded`, the parts that `bytes` completed, and the bytes, save the last `pending`
    /// of them, which belong to an event that is not complete.
    pub(crate) fn parts(
        &mut self,
        bytes: Bytes,
        decoded: Vec<StreamPart>,
        pending: usize,
        out: &mut Vec<StreamPart>,
    ) {
        if self.bytes.is_empty() {
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
        self.let_out(pending, out);
        out.extend(said);
    }

    /// Lets out all that is left, once nothing follows.
    pub(crate) fn end(&mut self, out: &mut Vec<StreamPart>) {
        let begin = self.said.len();
        self.flush();
        let said = self.said[begin..].to_vec();
        self.let_out(0, out);
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
            // Nothing is said after the finish, so what waits cannot become a key any more.
            StreamPart::Finish(reason) => {
                self.flush();
                self.said.push(StreamPart::Finish(reason));
            }
            other => self.said.push(other),
        }
    }

    fn flush(&mut self) {
        let (text, reasoning) = (lossy(self.text.finish()), lossy(self.reasoning.finish()));
        self.said.extend((!reasoning.is_empty()).then_some(StreamPart::Reasoning(reasoning)));
        self.said.extend((!text.is_empty()).then_some(StreamPart::Text(text)));
    }

    fn let_out(&mut self, pending: usize, out: &mut Vec<StreamPart>) {
        let found = self.text.found() + self.reasoning.found();
        // A key that stood whole in one event was taken out of the bytes, and never came here.
        self.spread |= found > std::mem::replace(&mut self.found, found);
        if self.text.is_holding() || self.reasoning.is_holding() {
            return;
        }
        let complete = self.waiting.len() - pending.min(self.waiting.len());
        let mut bytes: Vec<u8> = self.waiting.drain(..complete).collect();
        if std::mem::take(&mut self.spread) {
            bytes = self.said.iter().filter_map(retell).collect::<String>().into_bytes();
        }
        self.said.clear();
        out.extend((!bytes.is_empty()).then(|| StreamPart::Raw(bytes.into())));
    }
}

/// The part as an event that decodes to it.
fn retell(part: &StreamPart) -> Option<String> {
    let choice = |delta: Value, reason: Value| json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": reason }] });
    let event = match part {
        StreamPart::Text(text) => choice(json!({ "content": text }), Value::Null),
        StreamPart::Reasoning(text) => choice(json!({ "reasoning_content": text }), Value::Null),
        StreamPart::Finish(reason) => choice(json!({}), finish_word(reason).into()),
        StreamPart::Usage(usage) => json!({ "choices": [], "usage": {
            "prompt_tokens": usage.input_tokens,
            "completion_tokens": usage.output_tokens,
            "prompt_tokens_details": {
                "cached_tokens": usage.cached_tokens, "cache_write_tokens": usage.cache_write_tokens,
            },
            "completion_tokens_details": { "reasoning_tokens": usage.reasoning_tokens },
        } }),
        StreamPart::Sent { .. } | StreamPart::Head { .. } | StreamPart::Raw(_) => return None,
    };
    Some(format!("data: {event}\n\n"))
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openai_chat::decode::Decoder;
    use formaops_domain::FinishReason;
    use proptest::prelude::*;

    const KEY: &str = "sk-abcabd";

    fn event(text: &str) -> String {
        retell(&StreamPart::Text(text.to_owned())).unwrap()
    }

    /// What is shown and what is recorded of a stream that comes in these pieces.
    fn record(pieces: &[&[u8]]) -> (String, Vec<u8>, Vec<StreamPart>) {
        let mut recorder = Recorder::new(Scrubber::new([KEY]));
        let (mut decoder, mut out) = (Decoder::default(), Vec::new());
        for piece in pieces {
            let bytes = recorder.bytes(&Bytes::copy_from_slice(piece));
            let mut parts = Vec::new();
            decoder.feed(&bytes, &mut parts).unwrap();
            recorder.parts(bytes, parts, decoder.pending(), &mut out);
        }
        let (bytes, mut parts) = (recorder.last_bytes(), Vec::new());
        decoder.feed(&bytes, &mut parts).unwrap();
        recorder.parts(bytes, parts, 0, &mut out);
        recorder.end(&mut out);
        (text_of(&out), raw_of(&out), out)
    }

    fn text_of(parts: &[StreamPart]) -> String {
        let texts = parts.iter().filter_map(|part| match part {
            StreamPart::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    fn raw_of(parts: &[StreamPart]) -> Vec<u8> {
        let raw = parts.iter().filter_map(|part| match part {
            StreamPart::Raw(bytes) => Some(bytes.as_ref()),
            _ => None,
        });
        raw.collect::<Vec<_>>().concat()
    }

    fn decode(raw: &[u8]) -> String {
        let mut parts = Vec::new();
        Decoder::default().feed(raw, &mut parts).unwrap();
        text_of(&parts)
    }

    #[test]
    fn a_key_that_is_spelled_in_pieces_is_in_neither_text_nor_recording() {
        let events = ["My key is ", "sk-", "abc", "abd", ", keep it."].map(event);
        let pieces: Vec<_> = events.iter().map(String::as_bytes).collect();
        let (text, raw, _) = record(&pieces);
        assert_eq!(text, "My key is [redacted], keep it.");
        assert_eq!(decode(&raw), text);
        assert!(!String::from_utf8_lossy(&raw).contains("abd"));
    }

    #[test]
    fn text_that_only_begins_like_a_key_is_recorded_as_it_came() {
        let events = ["sk-", "abc", " is no key"].map(event);
        let pieces: Vec<_> = events.iter().map(String::as_bytes).collect();
        let (text, raw, _) = record(&pieces);
        assert_eq!(text, "sk-abc is no key");
        assert_eq!(raw, events.concat().into_bytes());
    }

    #[test]
    fn text_that_waits_comes_before_the_finish() {
        let finish = retell(&StreamPart::Finish(FinishReason::ContentFilter)).unwrap();
        let (_, _, parts) = record(&[event("the sk-ab").as_bytes(), finish.as_bytes()]);
        let parts: Vec<_> = parts.into_iter().filter(|part| !matches!(part, StreamPart::Raw(_))).collect();
        assert_eq!(
            parts,
            [
                StreamPart::Text("the ".to_owned()),
                StreamPart::Text("sk-ab".to_owned()),
                StreamPart::Finish(FinishReason::ContentFilter),
            ]
        );
    }

    proptest! {
        #[test]
        fn however_a_stream_is_cut_its_recording_says_what_its_text_says(
            texts in prop::collection::vec("[abdks-]{0,5}", 0..12),
            cuts in prop::collection::vec(1usize..60, 1..12),
        ) {
            let stream = texts.iter().map(|text| event(text)).collect::<String>();
            let (mut rest, mut pieces) = (stream.as_bytes(), Vec::new());
            for cut in cuts.into_iter().cycle() {
                if rest.is_empty() { break; }
                let (piece, tail) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece);
                rest = tail;
            }
            let (text, raw, _) = record(&pieces);
            prop_assert_eq!(&text, &Scrubber::new([KEY]).scrub(&texts.concat()));
            prop_assert_eq!(decode(&raw), text);
        }
    }
}
