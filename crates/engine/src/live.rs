//! Answers while they come, for readers who join late or missed a chunk.

use formaops_domain::OutputPart;
use std::sync::{Mutex, PoisonError};

/// A stretch of an answer that is still coming.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveText {
    /// The text from `offset` on, at most [`LiveText::MOST`] bytes of it.
    pub text: String,
    /// Where it begins, in bytes of UTF-8: the offset asked for, or the start of the character there.
    pub offset: u64,
    /// The offset to ask for next. Where it is less than [`LiveText::total`], more is there already.
    pub next: u64,
    /// How much there is so far, in bytes of UTF-8.
    pub total: u64,
}

impl LiveText {
    /// The most bytes answered at once, so that a reader never holds up the stream for long.
    pub const MOST: usize = 1 << 20;

    fn of(whole: &str, offset: u64) -> Self {
        let start = whole.floor_char_boundary(usize::try_from(offset).unwrap_or(usize::MAX));
        let end = whole.floor_char_boundary(start.saturating_add(Self::MOST));
        Self {
            text: whole[start..end].to_owned(),
            offset: start as u64,
            next: end as u64,
            total: whole.len() as u64,
        }
    }
}

/// The text and the reasoning of one attempt so far.
#[derive(Default)]
pub(crate) struct Live {
    text: Growing,
    reasoning: Growing,
}

impl Live {
    pub(crate) fn part(&self, part: OutputPart) -> &Growing {
        match part {
            OutputPart::Text => &self.text,
            OutputPart::Reasoning => &self.reasoning,
        }
    }
}

/// A text that one task appends to and others read.
#[derive(Default)]
pub(crate) struct Growing(Mutex<String>);

impl Growing {
    /// Appends a piece and answers where it begins.
    pub(crate) fn push(&self, piece: &str) -> u64 {
        let mut whole = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let offset = whole.len() as u64;
        whole.push_str(piece);
        offset
    }

    pub(crate) fn from(&self, offset: u64) -> LiveText {
        LiveText::of(&self.0.lock().unwrap_or_else(PoisonError::into_inner), offset)
    }

    pub(crate) fn whole(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_inside_a_character_or_past_the_end_is_moved_back() {
        let growing = Growing::default();
        assert_eq!(growing.push("aé"), 0);
        assert_eq!(growing.push("b"), 3);
        let from = |offset| {
            let live = growing.from(offset);
            (live.text, live.offset, live.next, live.total)
        };
        assert_eq!(from(2), ("éb".to_owned(), 1, 4, 4));
        assert_eq!(from(99), (String::new(), 4, 4, 4));
    }

    #[test]
    fn a_long_answer_is_read_in_windows_that_join_without_a_gap() {
        let growing = Growing::default();
        let whole = "é".repeat(LiveText::MOST) + "x";
        growing.push(&whole);
        let (mut read, mut offset) = (String::new(), 0);
        while offset < whole.len() as u64 {
            let live = growing.from(offset);
            assert!(live.text.len() <= LiveText::MOST && live.offset == offset);
            read += &live.text;
            offset = live.next;
        }
        assert!(read == whole);
    }
}
