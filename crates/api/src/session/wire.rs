//! What travels over the local socket: one JSON document a line, in both directions.

use crate::{ApiError, Caller};
use formaops_domain::Event;
use futures::{Sink, SinkExt, Stream, StreamExt};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::codec::{FramedRead, FramedWrite, LinesCodec, LinesCodecError};

/// The longest line: room for the largest inputs, but not for a peer that never ends one.
const MOST_BYTES: usize = 256 << 20;

/// From a client to the owner.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum ToOwner {
    /// Call an operation.
    Call { id: u64, caller: Caller, operation: String, request: Value },
    /// Call what only hosts may.
    HostCall { id: u64, call: HostCall },
    /// A batch of events was taken.
    Ack { batch: u64 },
}

/// What hosts ask for beside operations.
#[derive(Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
pub(super) enum HostCall {
    /// Who does this API key belong to?
    Authenticate { secret: String },
    /// Bring the window to the front.
    ShowWindow,
}

impl std::fmt::Debug for HostCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Authenticate { .. } => "Authenticate",
            Self::ShowWindow => "ShowWindow",
        })
    }
}

/// From the owner to a client.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum ToClient {
    /// A call was done.
    Answer { id: u64, answer: Value },
    /// A call was not done.
    Error { id: u64, error: ApiError },
    /// A call was not even begun: this owner is closing, so it may be sent to the next one.
    NotServed { id: u64 },
    /// Something happened.
    Events { batch: u64, events: Vec<Event> },
}

/// The documents that come in.
pub(super) fn incoming<T: DeserializeOwned>(
    reader: impl AsyncRead + Send + 'static,
) -> impl Stream<Item = io::Result<T>> + Send {
    FramedRead::new(reader, LinesCodec::new_with_max_length(MOST_BYTES))
        .map(|line| serde_json::from_str(&line.map_err(unreadable)?).map_err(io::Error::from))
}

/// Where documents go out.
pub(super) fn outgoing<T: Serialize + Send>(
    writer: impl AsyncWrite + Send + 'static,
) -> impl Sink<T, Error = io::Error> + Send {
    let lines = FramedWrite::new(writer, LinesCodec::new());
    SinkExt::<String>::sink_map_err(lines, unreadable)
        .with(|message: T| async move { serde_json::to_string(&message).map_err(io::Error::from) })
}

fn unreadable(error: LinesCodecError) -> io::Error {
    match error {
        LinesCodecError::Io(error) => error,
        LinesCodecError::MaxLineLengthExceeded => io::Error::other(error),
    }
}
