//! Sensitive inputs: they go into the request, and are taken out of everything that comes back.

use bytes::Bytes;
use formaops_domain::{Failure, JsonObject, Scrubber, Span};
use serde_json::Value;

/// What stands where a secret stood, where the scrubber could not say so itself.
const MARK: &str = "[redacted]";

/// The fewest bytes that are worth hiding, as for whole secrets.
const SHORTEST: usize = 4;

/// The most raw bytes that wait for a text to show whether it is a secret.
const MOST_WITHHELD: usize = 1 << 20;

/// The inputs of a run that are stored masked.
#[derive(Default)]
pub(crate) struct Sensitive {
    values: JsonObject,
    scrubber: Scrubber,
}

impl Sensitive {
    pub(crate) fn new(values: JsonObject) -> Self {
        let mut texts = Vec::new();
        for value in values.values() {
            collect_texts(value, &mut texts);
        }
        let scrubber = Scrubber::new(texts.iter().map(String::as_str));
        Self { values, scrubber }
    }

    /// The stored inputs with the true values in place of the masks.
    pub(crate) fn overlay(&self, stored: &JsonObject) -> JsonObject {
        let mut inputs = stored.clone();
        inputs.extend(self.values.clone());
        inputs
    }

    pub(crate) fn scrub_text(&self, text: &str) -> String {
        if self.scrubber.is_empty() { text.to_owned() } else { self.scrubber.scrub(text) }
    }

    pub(crate) fn scrub(&self, failure: Failure) -> Failure {
        Failure {
            message: self.scrub_text(&failure.message),
            hint: self.scrub_text(&failure.hint),
            // A detail is shortened where it is long, so it may end in the middle of a value.
            detail: failure.detail.map(|detail| self.scrub_cut_off(detail)),
            ..failure
        }
    }

    fn scrub_cut_off(&self, text: String) -> String {
        let mut scrubber = self.text();
        let scrubbed = scrubber.feed(text);
        scrubbed + &scrubber.finish(Ending::CutOff)
    }

    pub(crate) fn text(&self) -> TextScrubber {
        TextScrubber { scrubber: self.scrubber.clone(), cut_short: 0 }
    }

    pub(crate) fn frames(&self) -> FrameScrubber {
        FrameScrubber { bytes: self.text(), withheld: Vec::new(), withheld_bytes: 0, found: 0 }
    }
}

/// Every text a model could repeat: strings with and without the space around them, and numbers.
fn collect_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            texts.push(text.clone());
            texts.push(text.trim().to_owned());
        }
        Value::Number(number) => texts.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| collect_texts(field, texts)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Whether an answer came to its end or was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing would have followed.
    Whole,
    /// What is held back may be a secret that was cut short, and is not let out.
    CutOff,
}

/// Scrubs a text that comes in pieces.
pub(crate) struct TextScrubber {
    scrubber: Scrubber,
    /// Secrets that were cut short.
    cut_short: u64,
}

impl TextScrubber {
    pub(crate) fn feed(&mut self, piece: String) -> String {
        if self.scrubber.is_empty() {
            return piece;
        }
        String::from_utf8_lossy(&self.scrubber.feed(piece.as_bytes())).into_owned()
    }

    pub(crate) fn finish(&mut self, ending: Ending) -> String {
        let tail = self.scrubber.finish();
        if ending == Ending::CutOff && tail.len() >= SHORTEST {
            self.cut_short += 1;
            return MARK.to_owned();
        }
        String::from_utf8_lossy(&tail).into_owned()
    }

    fn found(&self) -> u64 {
        self.scrubber.found() + self.cut_short
    }
}

/// Scrubs raw bytes of an answer.
///
/// A wire format spreads a secret over several events (`{"text":"hun"}`, `{"text":"ter2"}`), where no
/// search of the bytes finds it. So frames are withheld while a text that was read from them may be
/// the start of a secret, and are dropped where it was one.
pub(crate) struct FrameScrubber {
    bytes: TextScrubber,
    withheld: Vec<(Span, Bytes)>,
    withheld_bytes: usize,
    /// How many secrets the texts had held when the withheld frames began.
    found: u64,
}

impl FrameScrubber {
    /// Takes a frame in, and adds to `kept` what may be kept now that it has come.
    pub(crate) fn feed(
        &mut self,
        (at, bytes): (Span, Bytes),
        texts: [&TextScrubber; 3],
        kept: &mut Vec<(Span, Bytes)>,
    ) {
        if self.bytes.scrubber.is_empty() {
            return kept.push((at, bytes));
        }
        // The texts of earlier frames have all been seen by the time the next frame comes.
        if !texts.iter().any(|text| text.scrubber.is_holding()) {
            self.release(texts, kept);
        }
        let clean = self.bytes.scrubber.feed(&bytes);
        self.withheld_bytes += clean.len();
        self.withheld.push((at, clean.into()));
        if self.withheld_bytes > MOST_WITHHELD {
            self.drop_withheld(kept);
        }
    }

    /// Adds to `kept` what was withheld, once nothing follows. The texts must be finished before.
    pub(crate) fn finish(
        &mut self,
        at: Span,
        ending: Ending,
        texts: [&TextScrubber; 3],
        kept: &mut Vec<(Span, Bytes)>,
    ) {
        let rest = self.bytes.finish(ending);
        if !rest.is_empty() {
            self.withheld.push((at, rest.into()));
        }
        self.release(texts, kept);
    }

    fn release(&mut self, texts: [&TextScrubber; 3], kept: &mut Vec<(Span, Bytes)>) {
        let found = texts.iter().map(|text| text.found()).sum();
        if found == self.found {
            kept.append(&mut self.withheld);
            self.withheld_bytes = 0;
        } else {
            self.found = found;
            self.drop_withheld(kept);
        }
    }

    fn drop_withheld(&mut self, kept: &mut Vec<(Span, Bytes)>) {
        kept.extend(self.withheld.first().map(|&(at, _)| (at, Bytes::from_static(MARK.as_bytes()))));
        self.withheld.clear();
        self.withheld_bytes = 0;
    }
}
