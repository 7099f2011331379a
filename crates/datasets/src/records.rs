//! The rows of a CSV, by RFC 4180, a row in memory at a time.
//!
//! Written here and not taken from a crate because those that there are read on past quotes that make no sense, and
//! so say nothing of the row in which everything after it was lost.

use crate::{MOST_ROW_BYTES, ReadError, Reason};
use std::io::BufRead;

/// A row of cells.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// The line on which it begins.
    pub(crate) line: u64,
    text: String,
    /// Where each cell ends.
    ends: Vec<usize>,
}

impl Record {
    pub(crate) fn fields(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.ends.len()).map(|cell| {
            let from = if cell == 0 { 0 } else { self.ends[cell - 1] };
            &self.text[from..self.ends[cell]]
        })
    }
}

/// Where in a cell the next byte stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the beginning.
    Start,
    /// In a cell without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// Behind a quote between quotes: the end of the cell, or the first of two.
    Closed,
}

/// Reads rows.
pub(crate) struct Records<R> {
    input: R,
    delimiter: u8,
    line: u64,
    /// Where the last row was ended by a carriage return, whose line feed may follow.
    after_return: bool,
    ended: bool,
}

impl<R: BufRead> Records<R> {
    pub(crate) fn new(input: R, delimiter: u8) -> Self {
        Self { input, delimiter, line: 1, after_return: false, ended: false }
    }

    fn next_byte(&mut self) -> Result<Option<u8>, ReadError> {
        match self.input.fill_buf() {
            Ok(bytes) => {
                let byte = bytes.first().copied();
                self.input.consume(usize::from(byte.is_some()));
                Ok(byte)
            }
            Err(error) => {
                self.ended = true;
                Err(ReadError::input(error))
            }
        }
    }

    /// The next row that is not blank.
    fn read(&mut self) -> Result<Option<Record>, ReadError> {
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        let (mut state, mut first, mut quote) = (State::Start, self.line, (self.line, 1));
        loop {
            let Some(byte) = self.next_byte()? else {
                self.ended = true;
                if state == State::Quoted {
                    return Err(ReadError::new(Reason::OpenQuote).at_line(quote.0).at_column(quote.1));
                }
                if ends.is_empty() && state == State::Start {
                    return Ok(None);
                }
                break;
            };
            if std::mem::take(&mut self.after_return) && byte == b'\n' {
                continue;
            }
            if bytes.len() > MOST_ROW_BYTES {
                self.ended = true;
                return Err(ReadError::new(Reason::LongRow).at_line(first));
            }
            let ends_line = matches!(byte, b'\n' | b'\r');
            if byte == b'\n' || byte == b'\r' {
                self.after_return = byte == b'\r' && state != State::Quoted;
            }
            match state {
                State::Quoted if byte == b'"' => state = State::Closed,
                State::Quoted => {
                    self.line += u64::from(byte == b'\n');
                    bytes.push(byte);
                }
                State::Closed if byte == b'"' => {
                    bytes.push(byte);
                    state = State::Quoted;
                }
                _ if ends_line => {
                    self.line += 1;
                    if ends.is_empty() && state == State::Start {
                        first = self.line;
                        continue;
                    }
                    break;
                }
                _ if byte == self.delimiter => {
                    ends.push(bytes.len());
                    state = State::Start;
                }
                State::Start if byte == b'"' => {
                    quote = (self.line, ends.len() + 1);
                    state = State::Quoted;
                }
                State::Closed => return Err(self.stray(ends.len() + 1)),
                _ if byte == b'"' => return Err(self.stray(ends.len() + 1)),
                _ => {
                    bytes.push(byte);
                    state = State::Plain;
                }
            }
        }
        ends.push(bytes.len());
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let cell = ends.iter().filter(|end| **end <= at).count() + 1;
            ReadError::new(Reason::Encoding("UTF-8")).at_line(first).at_column(cell)
        })?;
        Ok(Some(Record { line: first, text, ends }))
    }

    /// After a quote where none can be, nobody knows which of those that follow open and which close.
    fn stray(&mut self, cell: usize) -> ReadError {
        self.ended = true;
        ReadError::new(Reason::StrayQuote).at_line(self.line).at_column(cell)
    }
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended { None } else { self.read().transpose() }
    }
}

/// What stands between the cells of the first row most often: `,`, `;` or a tab.
pub(crate) fn delimiter(start: &[u8]) -> u8 {
    let (mut counts, mut quoted) = ([(b',', 0), (b';', 0), (b'\t', 0)], false);
    for byte in start {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted && counts.iter().any(|(_, count)| *count > 0) => break,
            _ if quoted => {}
            _ => counts
                .iter_mut()
                .filter(|(delimiter, _)| delimiter == byte)
                .for_each(|(_, count)| *count += 1),
        }
    }
    // Of equals the first in the list, which is the comma where there is none at all.
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    counts.iter().find(|(_, count)| *count == most).map_or(b',', |(delimiter, _)| *delimiter)
}
