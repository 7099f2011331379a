//! One TCP connection: requests in, scripted bytes out.

use super::reply::{Framing, Reply, Step};
use serde_json::Value;
use std::io;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// What a client sends first that takes the server for one that encrypts (RFC 8446, section 5.1).
const TLS_HANDSHAKE: u8 = 22;

/// A request that came.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its method, in capitals.
    pub method: String,
    /// Its path and query.
    pub path: String,
    /// Its headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body as JSON; null where there was none.
    pub body: Value,
    /// The connection it came on, from 1.
    pub connection: usize,
}

impl Received {
    /// The value of a header; `name` is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The model it names, in its body or in its path (`…/models/MODEL:…`, `…/model/MODEL/…`); empty
    /// where it names none.
    #[must_use]
    pub fn model(&self) -> &str {
        if let Some(model) = self.body["model"].as_str() {
            return model;
        }
        let after = |mark: &str| self.path.split_once(mark).map(|(_, rest)| rest);
        let rest = after("/models/").or_else(|| after("/model/")).unwrap_or_default();
        rest.split([':', '/', '?']).next().unwrap_or_default()
    }
}

pub(super) struct Connection {
    stream: TcpStream,
    number: usize,
    /// Bytes that came and were not read as a request yet.
    pending: Vec<u8>,
}

/// Whether a step left the connection usable.
enum Next {
    GoOn,
    Gone,
}

impl Connection {
    pub(super) const fn new(stream: TcpStream, number: usize) -> Self {
        Self { stream, number, pending: Vec::new() }
    }

    /// The next request; `None` once the client has closed the connection.
    pub(super) async fn read_request(&mut self) -> io::Result<Option<Received>> {
        let end = loop {
            if let Some(at) = self.pending.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at;
            }
            if self.read_more().await? == 0 {
                return Ok(None);
            }
            if self.pending.first() == Some(&TLS_HANDSHAKE) {
                self.stream.write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n").await?;
                return Ok(None);
            }
        };
        let head: Vec<u8> = self.pending.drain(..end + 4).collect();
        let head = String::from_utf8_lossy(&head);
        let mut lines = head.lines();
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let headers: Vec<_> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
        while self.pending.len() < length {
            if self.read_more().await? == 0 {
                return Ok(None);
            }
        }
        let body: Vec<u8> = self.pending.drain(..length).collect();
        Ok(Some(Received {
            method: method.to_owned(),
            path: path.to_owned(),
            body: serde_json::from_slice(&body).unwrap_or_default(),
            headers,
            connection: self.number,
        }))
    }

    /// Sends the reply; false where the connection cannot carry another.
    pub(super) async fn answer(&mut self, reply: Reply) -> io::Result<bool> {
        for step in reply.before {
            if let Next::Gone = self.take(step, Framing::UntilClose).await? {
                return Ok(false);
            }
        }
        let mut head = format!("HTTP/1.1 {} Scripted\r\n", reply.status);
        for (name, value) in &reply.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        match reply.framing {
            Framing::Chunked => head.push_str("transfer-encoding: chunked\r\n"),
            Framing::UntilClose => head.push_str("connection: close\r\n"),
            Framing::Length => {
                let length: usize = reply.body.iter().map(Step::length).sum();
                head.push_str(&format!("content-length: {length}\r\n"));
            }
        }
        head.push_str("\r\n");
        self.stream.write_all(head.as_bytes()).await?;
        for step in reply.body {
            if let Next::Gone = self.take(step, reply.framing).await? {
                return Ok(false);
            }
        }
        if reply.framing == Framing::Chunked {
            self.stream.write_all(b"0\r\n\r\n").await?;
        }
        Ok(reply.framing != Framing::UntilClose)
    }

    async fn take(&mut self, step: Step, framing: Framing) -> io::Result<Next> {
        match step {
            Step::Send(bytes) if framing == Framing::Chunked => {
                let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
                chunk.extend_from_slice(&bytes);
                chunk.extend_from_slice(b"\r\n");
                self.stream.write_all(&chunk).await?;
                Ok(Next::GoOn)
            }
            Step::Send(bytes) => {
                self.stream.write_all(&bytes).await?;
                Ok(Next::GoOn)
            }
            Step::Wait(pause) => self.unless_gone(tokio::time::sleep(pause)).await,
            Step::Pass(gate) => self.unless_gone(gate.pass()).await,
            Step::Hold => self.unless_gone(std::future::pending()).await,
            Step::Reset => {
                self.stream.set_zero_linger()?;
                Ok(Next::Gone)
            }
            Step::Close => Ok(Next::Gone),
        }
    }

    /// Waits for `wait`, or for the client to go away.
    async fn unless_gone(&mut self, wait: impl Future<Output = ()>) -> io::Result<Next> {
        tokio::pin!(wait);
        loop {
            let mut buffer = [0; 1024];
            tokio::select! {
                () = &mut wait => return Ok(Next::GoOn),
                read = self.stream.read(&mut buffer) => match read {
                    Ok(0) | Err(_) => return Ok(Next::Gone),
                    Ok(count) => self.pending.extend_from_slice(&buffer[..count]),
                },
            }
        }
    }

    async fn read_more(&mut self) -> io::Result<usize> {
        let mut buffer = [0; 16 * 1024];
        let count = self.stream.read(&mut buffer).await?;
        self.pending.extend_from_slice(&buffer[..count]);
        Ok(count)
    }
}

impl Step {
    fn length(&self) -> usize {
        match self {
            Self::Send(bytes) => bytes.len(),
            _ => 0,
        }
    }
}
