//! Server-sent events, read as they come.
//!
//! Source: WHATWG HTML, section 9.2 "Server-sent events". Two differences: `id` and `retry` are
//! not kept, for a call is never resumed; and [`Parser::finish`] gives what the last blank line
//! did not close, for some servers leave that line out.

use super::{Event, FrameError, MAX_EVENT, lossy};

/// Takes bytes in pieces of any size and gives events. It keeps one event in memory at most.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    name: Vec<u8>,
    /// The last byte was a carriage return, which a line feed may follow.
    after_return: bool,
    /// The first line was read, so a byte order mark is none any more.
    begun: bool,
    pending: usize,
}

impl Parser {
    /// The events that end within `bytes`.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], events: &mut Vec<Event>) -> Result<(), FrameError> {
        if self.after_return && !bytes.is_empty() {
            self.after_return = false;
            bytes = self.skip_feed(bytes);
        }
        while let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            self.take(&bytes[..end])?;
            self.pending += 1;
            self.end_line(events);
            let by_return = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            if by_return && bytes.is_empty() {
                self.after_return = true;
            } else if by_return {
                bytes = self.skip_feed(bytes);
            }
        }
        self.take(bytes)
    }

    /// The event that was not closed by a blank line, once nothing follows.
    pub(crate) fn finish(&mut self) -> Option<Event> {
        let mut events = Vec::new();
        if !self.line.is_empty() {
            self.end_line(&mut events);
        }
        self.end_line(&mut events);
        events.pop()
    }

    /// How many of the bytes that came last belong to an event that is not complete.
    pub(crate) const fn pending(&self) -> usize {
        self.pending
    }

    /// The line feed of a line end that was cut after its carriage return.
    fn skip_feed<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        match bytes {
            [b'\n', rest @ ..] => {
                // After a blank line it belongs to what is complete.
                self.pending += usize::from(self.pending > 0);
                rest
            }
            _ => bytes,
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), FrameError> {
        self.pending += bytes.len();
        if self.line.len() + self.data.len() + bytes.len() > MAX_EVENT {
            return Err(FrameError::TooLong);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self, events: &mut Vec<Event>) {
        let line = std::mem::take(&mut self.line);
        let mut text = line.as_slice();
        if !self.begun {
            self.begun = true;
            text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
        }
        if text.is_empty() {
            self.end_event(events);
        } else {
            self.end_field(text);
        }
        // The next line reuses the memory of this one.
        self.line = line;
        self.line.clear();
    }

    fn end_event(&mut self, events: &mut Vec<Event>) {
        self.pending = 0;
        let (name, data) = (std::mem::take(&mut self.name), std::mem::take(&mut self.data));
        if std::mem::take(&mut self.has_data) {
            events.push(Event { name: lossy(name), data: lossy(data) });
        }
    }

    fn end_field(&mut self, line: &[u8]) {
        let colon = line.iter().position(|&byte| byte == b':').unwrap_or(line.len());
        let value = line.get(colon + 1..).unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match &line[..colon] {
            b"data" => {
                if self.has_data {
                    self.data.push(b'\n');
                }
                self.has_data = true;
                self.data.extend_from_slice(value);
            }
            b"event" => self.name = value.to_vec(),
            // Comments, which begin with a colon, and fields of no use here.
            _ => {}
        }
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
    fn every_line_end_and_every_shape_of_a_field_is_understood() {
        for (stream, data) in [
            ("data: a\n\ndata: b\n\n", vec!["a", "b"]),
            ("data: a\r\n\r\ndata: b\r\n\r\n", vec!["a", "b"]),
            ("data: a\r\rdata: b\r\r", vec!["a", "b"]),
            ("\u{feff}data: a\n\n", vec!["a"]),
            (": a comment\n\n:\n\ndata: a\n: inside\n\n", vec!["a"]),
            ("data: one\ndata: two\ndata\n\n", vec!["one\ntwo\n"]),
            ("data:a\ndata:  b\n\n", vec!["a\n b"]),
            ("event: x\nid: 7\nretry: 9\ndatax: no\n\n", vec![]),
            ("data:\n\n", vec![""]),
            ("data: [DONE]\n", vec!["[DONE]"]),
            ("data: [DONE]", vec!["[DONE]"]),
            ("\n\n\n", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(parse(&[stream.as_bytes()]), data, "{stream:?}");
        }
    }

    #[test]
    fn an_event_keeps_its_name_and_the_next_one_does_not_inherit_it() {
        let (mut parser, mut events) = (Parser::default(), Vec::new());
        parser.feed(b"event: error\ndata: a\n\ndata: b\n\n", &mut events).unwrap();
        assert_eq!((events[0].name.as_str(), events[1].name.as_str()), ("error", ""));
    }

    #[test]
    fn bytes_that_are_no_utf_8_become_replacement_characters() {
        assert_eq!(parse(&[b"data: \xff!\n\n"]), ["\u{fffd}!"]);
    }

    #[test]
    fn an_event_that_never_ends_is_refused_before_it_fills_the_memory() {
        let (mut parser, mut events) = (Parser::default(), Vec::new());
        let piece = vec![b'x'; 1024 * 1024];
        let fed = (0..).take_while(|_| parser.feed(&piece, &mut events).is_ok()).count();
        assert_eq!(fed, 16);
    }

    fn streams() -> impl Strategy<Value = String> {
        let token = prop_oneof![
            Just("\n"),
            Just("\r\n"),
            Just("\r"),
            Just("\n\n"),
            Just("data: "),
            Just("data:"),
            Just(":"),
            Just("event: e"),
            Just("é"),
            Just("😀"),
            Just("\u{feff}"),
            Just("{\"a\":1}"),
            Just(" "),
        ];
        prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
    }

    proptest! {
        #[test]
        fn however_a_stream_is_cut_its_events_are_the_same(
            stream in streams(), cuts in prop::collection::vec(1usize..6, 1..20),
        ) {
            let (mut rest, mut pieces) = (stream.as_bytes(), Vec::new());
            for cut in cuts.into_iter().cycle() {
                if rest.is_empty() { break; }
                let (piece, tail) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece);
                rest = tail;
            }
            prop_assert_eq!(parse(&pieces), parse(&[stream.as_bytes()]));
        }

        #[test]
        fn what_is_pending_is_what_has_to_be_read_again_to_get_the_rest(
            stream in streams(), at in 0usize..200,
        ) {
            let stream = stream.trim_start_matches('\u{feff}');
            let at = at.min(stream.len());
            let (mut parser, mut first) = (Parser::default(), Vec::new());
            parser.feed(&stream.as_bytes()[..at], &mut first).unwrap();
            // A new parser that reads on from the border sees the same events as one that read all.
            let border = at - parser.pending();
            let mut both: Vec<String> = first.into_iter().map(|event| event.data).collect();
            both.extend(parse(&[b":\n\n", &stream.as_bytes()[border..]]));
            prop_assert_eq!(both, parse(&[b":\n\n", stream.as_bytes()]));
        }
    }
}
