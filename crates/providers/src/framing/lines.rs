//! One JSON document a line (NDJSON), read as it comes.

use super::{Event, FrameError, MAX_EVENT, lossy};

/// Takes bytes in pieces of any size and gives a nameless event for each line that is not blank.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
}

impl Parser {
    /// The lines that end within `bytes`.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], events: &mut Vec<Event>) -> Result<(), FrameError> {
        while let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
            self.take(&bytes[..end])?;
            events.extend(self.finish());
            bytes = &bytes[end + 1..];
        }
        self.take(bytes)
    }

    /// The last line, where no line end closed it.
    pub(crate) fn finish(&mut self) -> Option<Event> {
        let line = lossy(std::mem::take(&mut self.line));
        let data = line.trim_start_matches('\u{feff}').trim();
        (!data.is_empty()).then(|| Event { name: String::new(), data: data.to_owned() })
    }

    /// How many of the bytes that came last belong to a line that is not complete.
    pub(crate) const fn pending(&self) -> usize {
        self.line.len()
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), FrameError> {
        if self.line.len() + bytes.len() > MAX_EVENT {
            return Err(FrameError::TooLong);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(pieces: &[&[u8]]) -> Vec<String> {
        let (mut parser, mut events) = (Parser::default(), Vec::new());
        for piece in pieces {
            parser.feed(piece, &mut events).unwrap();
        }
        events.extend(parser.finish());
        events.into_iter().map(|event| event.data).collect()
    }

    #[test]
    fn blank_lines_say_nothing_and_the_last_line_needs_no_end() {
        assert_eq!(parse(&[b"\xef\xbb\xbf{\"a\":1}\r\n\n  \n{\"b\":2}"]), ["{\"a\":1}", "{\"b\":2}"]);
        assert_eq!(parse(&[b""]), Vec::<String>::new());
    }

    #[test]
    fn a_line_that_never_ends_is_refused_before_it_fills_the_memory() {
        let (mut parser, mut events) = (Parser::default(), Vec::new());
        let piece = vec![b'x'; 1024 * 1024];
        let fed = (0..).take_while(|_| parser.feed(&piece, &mut events).is_ok()).count();
        assert_eq!(fed, 16);
    }

    proptest! {
        #[test]
        fn however_lines_are_cut_they_are_the_same(stream in "[{}a:é\\n\\r ]{0,80}", at in 0usize..80) {
            let bytes = stream.as_bytes();
            let (first, second) = bytes.split_at(at.min(bytes.len()));
            prop_assert_eq!(parse(&[first, second]), parse(&[bytes]));
        }
    }
}
