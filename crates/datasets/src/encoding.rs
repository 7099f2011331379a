//! Text of any encoding to UTF-8, as it is read.

use crate::{ReadError, Reason};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{self, Read};

/// The text in UTF-8, without the mark of its order of bytes.
///
/// Where nothing says the encoding, the mark does; without one it is UTF-16 where every other byte at the beginning
/// is 0, UTF-8 where the beginning is that, and else Windows-1252, which programs write that do not know better.
pub(crate) fn decode(
    source: Box<dyn Read + Send>,
    start: &[u8],
    whole: bool,
    name: Option<&str>,
) -> Result<Box<dyn Read + Send>, ReadError> {
    let encoding = match name {
        Some(name) => Encoding::for_label(name.as_bytes())
            .ok_or_else(|| ReadError::new(Reason::NoEncoding(name.to_owned())))?,
        None => guess(start, whole),
    };
    if encoding == UTF_8 {
        // Where it is not, the row says so, with its line.
        let mark: &[u8] = if start.starts_with(b"\xef\xbb\xbf") { b"\xef\xbb\xbf" } else { b"" };
        let mut source = source;
        source.read_exact(&mut vec![0; mark.len()]).map_err(ReadError::input)?;
        return Ok(source);
    }
    let decoder = encoding.new_decoder_with_bom_removal();
    let decoding = Decoding {
        source,
        decoder,
        encoding,
        input: vec![0; 16 << 10],
        from: 0,
        to: 0,
        ended: false,
        finished: false,
        text: Vec::new(),
        given: 0,
        lines: 1,
    };
    Ok(Box::new(decoding))
}

fn guess(start: &[u8], whole: bool) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(start) {
        return encoding;
    }
    let zeros = |offset: usize| start.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), start.len() / 2);
    if half > 0 && odd * 10 > half * 7 {
        return UTF_16LE;
    }
    if half > 0 && even * 10 > half * 7 {
        return UTF_16BE;
    }
    match std::str::from_utf8(start) {
        Ok(_) => UTF_8,
        // What was looked at may end within a character.
        Err(error) if !whole && error.error_len().is_none() => UTF_8,
        Err(_) => WINDOWS_1252,
    }
}

/// Decodes as it is read.
struct Decoding {
    source: Box<dyn Read + Send>,
    decoder: Decoder,
    encoding: &'static Encoding,
    /// Bytes of the source that are not decoded yet.
    input: Vec<u8>,
    from: usize,
    to: usize,
    ended: bool,
    /// Whether the decoder has said its last.
    finished: bool,
    /// Text that is not given yet.
    text: Vec<u8>,
    given: usize,
    lines: u64,
}

impl Decoding {
    fn fill(&mut self) -> io::Result<()> {
        if self.from == self.to && !self.ended {
            self.from = 0;
            self.to = self.source.read(&mut self.input)?;
            self.ended = self.to == 0;
        }
        self.text.resize(self.input.len() * 4, 0);
        let input = &self.input[self.from..self.to];
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(input, &mut self.text, self.ended);
        self.from += read;
        self.text.truncate(written);
        self.given = 0;
        self.lines += self.text.iter().filter(|byte| **byte == b'\n').count() as u64;
        match result {
            DecoderResult::InputEmpty => self.finished = self.ended,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                self.finished = true;
                let wrong = ReadError::new(Reason::Encoding(self.encoding.name())).at_line(self.lines);
                return Err(io::Error::new(io::ErrorKind::InvalidData, wrong));
            }
        }
        Ok(())
    }
}

impl Read for Decoding {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.finished {
            self.fill()?;
        }
        let text = &self.text[self.given..];
        let length = text.len().min(buffer.len());
        buffer[..length].copy_from_slice(&text[..length]);
        self.given += length;
        Ok(length)
    }
}
