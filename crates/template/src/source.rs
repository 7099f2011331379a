//! Places in a template's source.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A stretch of a template's source. Lines and columns are from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceRange {
    /// The line of its first character.
    pub line: u32,
    /// The column of its first character.
    pub column: u32,
    /// The line just after its last character.
    pub end_line: u32,
    /// The column just after its last character.
    pub end_column: u32,
}

/// A stretch of a template's source in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bytes {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A source that knows its lines and characters.
#[derive(Debug)]
pub(crate) struct Source<'s> {
    pub(crate) text: &'s str,
    line_starts: Vec<usize>,
    /// The characters before each [`STRIDE`]th byte, so that a long line costs no more than a short one. None where
    /// every character is a byte.
    characters: Option<Vec<usize>>,
}

const STRIDE: usize = 64;

impl<'s> Source<'s> {
    pub(crate) fn new(text: &'s str) -> Self {
        let starts = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at + 1);
        let line_starts = std::iter::once(0).chain(starts).collect();
        let sums = || {
            text.as_bytes().chunks(STRIDE).scan(0, |sum, chunk| {
                *sum += characters(chunk);
                Some(*sum)
            })
        };
        let characters = (!text.is_ascii()).then(|| std::iter::once(0).chain(sums()).collect());
        Self { text, line_starts, characters }
    }

    pub(crate) fn slice(&self, bytes: Bytes) -> &'s str {
        &self.text[bytes.start..bytes.end]
    }

    pub(crate) fn whole(&self) -> SourceRange {
        self.range(Bytes { start: 0, end: self.text.len() })
    }

    pub(crate) fn range(&self, bytes: Bytes) -> SourceRange {
        let (line, column) = self.position(bytes.start);
        let (end_line, end_column) = self.position(bytes.end);
        SourceRange { line, column, end_line, end_column }
    }

    fn position(&self, at: usize) -> (u32, u32) {
        let line = self.line_starts.partition_point(|&start| start <= at) - 1;
        let column = self.characters_before(at) - self.characters_before(self.line_starts[line]);
        let number = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        (number(line), number(column))
    }

    fn characters_before(&self, at: usize) -> usize {
        let Some(sums) = &self.characters else { return at };
        let stride = at / STRIDE;
        sums[stride] + characters(&self.text.as_bytes()[stride * STRIDE..at])
    }
}

/// The characters that begin in these bytes of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_a_range_may_span_lines() {
        let source = Source::new("ä{{b}}\nc");
        let range = |start, end| source.range(Bytes { start, end });
        assert_eq!(range(2, 7), SourceRange { line: 1, column: 2, end_line: 1, end_column: 7 });
        assert_eq!(range(7, 9), SourceRange { line: 1, column: 7, end_line: 2, end_column: 2 });
    }

    #[test]
    fn columns_are_right_far_into_a_long_line() {
        let text = format!("first\n{}x", "ä".repeat(1000));
        let source = Source::new(&text);
        let (start, end) = (text.len() - 1, text.len());
        let expected = SourceRange { line: 2, column: 1001, end_line: 2, end_column: 1002 };
        assert_eq!(source.range(Bytes { start, end }), expected);
    }
}
