//! Takes secret texts out of a stream before anything is kept or shown.

use std::fmt;

/// What stands where a secret stood.
const MARK: &[u8] = b"[redacted]";

/// Replaces secrets in bytes that come in pieces, also where a secret is cut by a border.
///
/// Only a tail that may be the start of a secret is held back, so ordinary text is not delayed.
/// It cannot be serialised, and its `Debug` shows nothing of what it looks for.
#[derive(Clone, Default)]
pub struct Scrubber {
    secrets: Vec<Box<[u8]>>,
    held: Vec<u8>,
    found: u64,
}

impl Scrubber {
    /// Looks for these secrets, as they are and as they stand inside a JSON string. Secrets of fewer than
    /// four bytes are left alone: masking every `no` would say more than it hides.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut found: Vec<Box<[u8]>> = Vec::new();
        for secret in secrets.into_iter().filter(|secret| secret.len() >= 4) {
            let quoted = serde_json::Value::from(secret).to_string();
            let escaped = &quoted[1..quoted.len() - 1];
            found.push(secret.as_bytes().into());
            if escaped != secret {
                found.push(escaped.as_bytes().into());
            }
        }
        // The longest first, so that a secret that begins with another goes as a whole.
        found.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self { secrets: found, ..Self::default() }
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Whether a tail is held back that may be the start of a secret.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// How many secrets were taken out of what was fed so far.
    #[must_use]
    pub const fn found(&self) -> u64 {
        self.found
    }

    /// The next piece, scrubbed; its tail may come with the piece that follows.
    #[must_use]
    pub fn feed(&mut self, piece: &[u8]) -> Vec<u8> {
        if self.secrets.is_empty() {
            return piece.to_vec();
        }
        let mut input = std::mem::take(&mut self.held);
        input.extend_from_slice(piece);
        let (mut output, mut at) = (Vec::with_capacity(input.len()), 0);
        while at < input.len() {
            let rest = &input[at..];
            if self.secrets.iter().any(|secret| secret.len() > rest.len() && secret.starts_with(rest)) {
                self.held = rest.to_vec();
                break;
            }
            if let Some(secret) = self.secrets.iter().find(|secret| rest.starts_with(secret)) {
                output.extend_from_slice(MARK);
                at += secret.len();
                self.found += 1;
            } else {
                output.push(rest[0]);
                at += 1;
            }
        }
        output
    }

    /// What was held back, once nothing follows.
    #[must_use]
    pub fn finish(&mut self) -> Vec<u8> {
        let held = std::mem::take(&mut self.held);
        if held.is_empty() {
            return held;
        }
        let mut whole = Self { secrets: self.secrets.clone(), ..Self::default() };
        // A held tail may hold a shorter secret that was waiting for a longer one, and so on inwards.
        whole.secrets.retain(|secret| secret.len() <= held.len());
        let mut output = whole.feed(&held);
        output.append(&mut whole.finish());
        self.found += whole.found;
        output
    }

    /// A whole text, scrubbed.
    #[must_use]
    pub fn scrub(&self, text: &str) -> String {
        let mut fresh = Self { secrets: self.secrets.clone(), ..Self::default() };
        let mut output = fresh.feed(text.as_bytes());
        output.append(&mut fresh.finish());
        String::from_utf8_lossy(&output).into_owned()
    }
}

impl fmt::Debug for Scrubber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scrubber({} secrets)", self.secrets.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_secret_goes_whether_bare_or_quoted_in_json() {
        let scrubber = Scrubber::new(["pass\"word"]);
        assert_eq!(scrubber.scrub(r#"a pass"word and "pass\"word""#), r#"a [redacted] and "[redacted]""#);
    }

    #[test]
    fn text_that_cannot_be_a_secret_is_not_held_back() {
        let mut scrubber = Scrubber::new(["sk-secret"]);
        assert_eq!(scrubber.feed(b"hello sk"), b"hello ");
        assert_eq!(scrubber.feed(b"y"), b"sky");
        assert_eq!(scrubber.feed(b" sk-sec"), b" ");
        assert!(scrubber.is_holding());
        assert_eq!(scrubber.finish(), b"sk-sec");
        assert!(!scrubber.is_holding());
        assert_eq!(scrubber.found(), 0);
    }

    #[test]
    fn a_secret_inside_a_longer_one_that_never_came_goes_all_the_same() {
        let mut scrubber = Scrubber::new(["abcd", "abcdefgh"]);
        assert_eq!(scrubber.feed(b"abcdef"), b"");
        assert_eq!(scrubber.finish(), b"[redacted]ef");
        assert_eq!(scrubber.found(), 1);
    }

    #[test]
    fn a_secret_inside_two_longer_ones_that_never_came_goes_all_the_same() {
        let mut scrubber = Scrubber::new(["abcdefghX", "cdefghY", "efgh"]);
        assert_eq!(scrubber.feed(b"abcdefgh"), b"");
        assert_eq!(scrubber.finish(), b"abcd[redacted]");
    }

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", Scrubber::new(["topsecret"])), "Scrubber(1 secrets)");
    }

    proptest! {
        #[test]
        fn however_the_bytes_are_cut_no_secret_comes_through(
            before in "[a-f]{0,12}", after in "[a-f]{0,12}", cuts in prop::collection::vec(1usize..5, 1..12),
        ) {
            let text = format!("{before}abcab{after}abcabc");
            let mut scrubber = Scrubber::new(["abcab", "abcabc"]);
            let (mut rest, mut output) = (text.as_bytes(), Vec::new());
            for cut in cuts.into_iter().cycle() {
                if rest.is_empty() { break; }
                let (piece, tail) = rest.split_at(cut.min(rest.len()));
                output.extend(scrubber.feed(piece));
                rest = tail;
            }
            output.extend(scrubber.finish());
            let output = String::from_utf8(output).unwrap();
            prop_assert!(!output.contains("abcab"), "{output}");
            prop_assert_eq!(output, Scrubber::new(["abcab", "abcabc"]).scrub(&text));
        }
    }
}
