//! How the events of a streamed answer are told apart in its bytes.

pub(crate) mod aws;
mod lines;
mod sse;

/// The ways to tell events apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Server-sent events.
    Sse,
    /// One JSON document a line.
    Lines,
    /// The binary messages of Amazon's event streams.
    AwsEvents,
}

/// An event: its data, and its name where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: String,
}

/// Why the bytes hold no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameError {
    /// An event is longer than [`MAX_EVENT`].
    TooLong,
    /// The bytes are no event of this framing, or were changed on their way.
    Corrupt,
}

/// The longest event, in bytes.
pub(crate) const MAX_EVENT: usize = 16 * 1024 * 1024;

/// Takes bytes in pieces of any size and gives events. It keeps one event in memory at most.
#[derive(Debug)]
pub(crate) enum Frames {
    Sse(sse::Parser),
    Lines(lines::Parser),
    AwsEvents(aws::Parser),
}

impl Frames {
    pub(crate) fn new(framing: Framing) -> Self {
        match framing {
            Framing::Sse => Self::Sse(sse::Parser::default()),
            Framing::Lines => Self::Lines(lines::Parser::default()),
            Framing::AwsEvents => Self::AwsEvents(aws::Parser::default()),
        }
    }

    /// The events that end within `bytes`. Those before an error stand.
    pub(crate) fn feed(&mut self, bytes: &[u8], events: &mut Vec<Event>) -> Result<(), FrameError> {
        match self {
            Self::Sse(parser) => parser.feed(bytes, events),
            Self::Lines(parser) => parser.feed(bytes, events),
            Self::AwsEvents(parser) => parser.feed(bytes, events),
        }
    }

    /// The event that was not closed, once nothing follows.
    pub(crate) fn finish(&mut self) -> Option<Event> {
        match self {
            Self::Sse(parser) => parser.finish(),
            Self::Lines(parser) => parser.finish(),
            // A message that lacks its end lacks its checksum too.
            Self::AwsEvents(_) => None,
        }
    }

    /// How many of the bytes that came last belong to an event that is not complete.
    pub(crate) const fn pending(&self) -> usize {
        match self {
            Self::Sse(parser) => parser.pending(),
            Self::Lines(parser) => parser.pending(),
            Self::AwsEvents(parser) => parser.pending(),
        }
    }
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
