//! A model server that says in each chunk when it was sent, and how that is read.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{self, AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::Instant,
};

/// What stands before a stamp; it appears nowhere else in a stream.
const MARK: u8 = b'@';
/// The digits of a stamp: nanoseconds since the server's clock began.
const DIGITS: usize = 15;

/// The shape of the streams.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// How many come at the same time; each begins a little later than the one before.
    pub(crate) streams: u32,
    /// Chunks of each.
    pub(crate) chunks: u32,
    /// The time between two chunks of a stream.
    pub(crate) period: Duration,
}

impl Shape {
    pub(crate) const fn all_chunks(&self) -> usize {
        (self.streams * self.chunks) as usize
    }
}

/// Reads stamps out of text that may be cut anywhere.
#[derive(Default)]
pub(crate) struct Reader(Vec<u8>);

impl Reader {
    /// How long before `now` each of the stamps was made that are complete now.
    pub(crate) fn delays(&mut self, now: Duration, bytes: &[u8]) -> Vec<Duration> {
        self.0.extend_from_slice(bytes);
        let mut delays = Vec::new();
        while let Some(at) = self.0.iter().position(|&byte| byte == MARK) {
            let Some(digits) = self.0.get(at + 1..at + 1 + DIGITS) else {
                self.0.drain(..at);
                return delays;
            };
            let nanos = digits.iter().fold(0, |nanos, digit| nanos * 10 + u64::from(digit - b'0'));
            delays.push(now.saturating_sub(Duration::from_nanos(nanos)));
            self.0.drain(..at + 1 + DIGITS);
        }
        self.0.clear();
        delays
    }
}

/// A server of such streams on loopback. It ends when it is dropped.
pub(crate) struct StampServer {
    // Dropped with the server, and all that it serves.
    _serving: JoinSet<()>,
    pub(crate) address: SocketAddr,
}

impl StampServer {
    pub(crate) async fn start(shape: Shape, clock: Instant) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            let phases = Arc::new(std::sync::atomic::AtomicU32::new(0));
            while let Ok((stream, _)) = listener.accept().await {
                let phases = Arc::clone(&phases);
                connections.spawn(async move {
                    // It ends with an error where the client goes away first, which is no matter here.
                    let _ = serve(stream, shape, clock, &phases).await;
                });
            }
        });
        Ok(Self { _serving: serving, address })
    }
}

async fn serve(
    mut stream: TcpStream,
    shape: Shape,
    clock: Instant,
    phases: &std::sync::atomic::AtomicU32,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    while read_request(&mut stream).await? {
        let phase = phases.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % shape.streams;
        let begin = Instant::now() + shape.period * phase / shape.streams;
        let head =
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(head).await?;
        for number in 0..shape.chunks {
            tokio::time::sleep_until(begin + shape.period * number).await;
            let delta = format!(r#"{{"content":"@{:015} "}}"#, clock.elapsed().as_nanos());
            stream.write_all(&event(&delta, "null")).await?;
        }
        stream.write_all(&event("{}", r#""stop""#)).await?;
        stream.write_all(&http_chunk("data: [DONE]\n\n")).await?;
        stream.write_all(b"0\r\n\r\n").await?;
    }
    Ok(())
}

/// One chunk in the wire format of OpenAI Chat Completions.
fn event(delta: &str, finish: &str) -> Vec<u8> {
    http_chunk(&format!(
        "data: {{\"id\":\"chatcmpl-stamp\",\"object\":\"chat.completion.chunk\",\"created\":0,\"model\":\"stamp\",\
         \"choices\":[{{\"index\":0,\"delta\":{delta},\"finish_reason\":{finish}}}]}}\n\n"
    ))
}

/// One chunk of a body with `transfer-encoding: chunked` (RFC 9112, section 7.1).
fn http_chunk(data: &str) -> Vec<u8> {
    format!("{:x}\r\n{data}\r\n", data.len()).into_bytes()
}

/// Reads one request to its end; false where the client has gone instead.
async fn read_request(stream: &mut TcpStream) -> io::Result<bool> {
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok(false);
        }
        request.extend_from_slice(&buffer[..count]);
        if let Some(end) = request.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.and_then(|length| length.parse().ok()).unwrap_or(0);
            if request.len() >= end + 4 + length {
                return Ok(true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_read_wherever_it_is_cut() {
        let text = br#"{"content":"@000000000000003 "} {"content":"@000000000000007 "}"#;
        for cut in 0..text.len() {
            let (first, second) = text.split_at(cut);
            let mut reader = Reader::default();
            let mut delays = reader.delays(Duration::from_nanos(10), first);
            delays.extend(reader.delays(Duration::from_nanos(10), second));
            assert_eq!(delays, [7, 3].map(Duration::from_nanos), "cut at {cut}");
        }
    }
}
