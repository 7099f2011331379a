//! A reply: a head, and the steps its body is sent in.

use super::voice::Voice;
use bytes::Bytes;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::sync::{Semaphore, watch};

/// Something a reply waits for until the test opens it.
#[derive(Debug, Clone)]
pub struct Gate(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    permits: Semaphore,
    reached: watch::Sender<usize>,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl Gate {
    /// A closed gate.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Inside { permits: Semaphore::new(0), reached: watch::Sender::new(0) }))
    }

    /// Lets one reply pass, now or when it comes.
    pub fn open(&self) {
        self.0.permits.add_permits(1);
    }

    /// Waits until `count` replies have come to the gate since it was made.
    pub async fn reached(&self, count: usize) {
        // The sender lives in this gate, so waiting cannot fail.
        let _ = self.0.reached.subscribe().wait_for(|&reached| reached >= count).await;
    }

    pub(super) async fn pass(&self) {
        self.0.reached.send_modify(|reached| *reached += 1);
        if let Ok(permit) = self.0.permits.acquire().await {
            permit.forget();
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Sent in one write, and as one chunk where the body is chunked.
    Send(Bytes),
    Wait(Duration),
    Pass(Gate),
    /// Silence until the client goes away.
    Hold,
    /// Closes the connection with a reset.
    Reset,
    /// Closes the connection in the ordinary way, whatever was promised.
    Close,
}

/// How the end of a body is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Chunked,
    Length,
    UntilClose,
}

/// A scripted reply: status, headers and the steps its body is sent in.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) framing: Framing,
    /// Before the status line.
    pub(super) before: Vec<Step>,
    pub(super) body: Vec<Step>,
}

impl Reply {
    /// An empty reply with this status.
    #[must_use]
    pub const fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), framing: Framing::Length, before: Vec::new(), body: Vec::new() }
    }

    /// The error that OpenAI answers with: a JSON object with message, type and code.
    #[must_use]
    pub fn error(status: u16, message: &str, kind: &str, code: Option<&str>) -> Self {
        let error = json!({ "message": message, "type": kind, "param": null, "code": code });
        Self::status(status).json(&json!({ "error": error }))
    }

    /// The error as the vendor says it whose requests go to `path`.
    #[must_use]
    pub fn error_at(path: &str, status: u16, message: &str, kind: &str, code: Option<&str>) -> Self {
        Self::status(status).json(&Voice::at(path).error(status, message, kind, code))
    }

    /// A page where JSON was expected.
    #[must_use]
    pub fn html(status: u16, page: &str) -> Self {
        Self::status(status).header("content-type", "text/html; charset=utf-8").bytes(page.to_owned())
    }

    /// Nothing at all, until the client goes away.
    #[must_use]
    pub fn silence() -> Self {
        Self { before: vec![Step::Hold], ..Self::status(200) }
    }

    /// A reset in place of an answer.
    #[must_use]
    pub fn reset() -> Self {
        Self { before: vec![Step::Reset], ..Self::status(200) }
    }

    /// A connection that is closed in place of an answer.
    #[must_use]
    pub fn close() -> Self {
        Self { before: vec![Step::Close], ..Self::status(200) }
    }

    /// A redirect to another address.
    #[must_use]
    pub fn redirect(location: &str) -> Self {
        Self::status(307).header("location", location)
    }

    pub(super) fn not_found(what: &str) -> Self {
        let message = format!("The model `{what}` does not exist or you do not have access to it.");
        Self::error(404, &message, "invalid_request_error", Some("model_not_found"))
    }

    /// One more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The body, as JSON.
    #[must_use]
    pub fn json(self, value: &Value) -> Self {
        self.header("content-type", "application/json").bytes(value.to_string())
    }

    /// More of the body, sent in one piece.
    #[must_use]
    pub fn bytes(mut self, bytes: impl Into<Bytes>) -> Self {
        self.body.push(Step::Send(bytes.into()));
        self
    }

    /// A pause of the body; it ends early where the client goes away.
    #[must_use]
    pub fn wait(mut self, pause: Duration) -> Self {
        self.body.push(Step::Wait(pause));
        self
    }

    /// The body goes on once the gate is open.
    #[must_use]
    pub fn pass(mut self, gate: &Gate) -> Self {
        self.body.push(Step::Pass(gate.clone()));
        self
    }

    /// The reply begins, with its status line, once the gate is open.
    #[must_use]
    pub fn pass_first(mut self, gate: &Gate) -> Self {
        self.before.push(Step::Pass(gate.clone()));
        self
    }

    /// The body stops here and the connection stays open, until the client goes away.
    #[must_use]
    pub fn then_silence(mut self) -> Self {
        self.body.push(Step::Hold);
        self
    }

    /// The connection is reset here.
    #[must_use]
    pub fn then_reset(mut self) -> Self {
        self.body.push(Step::Reset);
        self
    }

    /// The connection is closed here, without the end that its framing promised.
    #[must_use]
    pub fn then_close(mut self) -> Self {
        self.body.push(Step::Close);
        self
    }

    /// The body is sent with `transfer-encoding: chunked`, one chunk for each piece.
    #[must_use]
    pub const fn chunked(mut self) -> Self {
        self.framing = Framing::Chunked;
        self
    }

    /// The body has no length and ends with the connection.
    #[must_use]
    pub const fn until_close(mut self) -> Self {
        self.framing = Framing::UntilClose;
        self
    }

    /// The body is sent in pieces of `size` bytes, wherever that cuts.
    ///
    /// # Panics
    /// Where `size` is zero.
    #[must_use]
    pub fn cut(mut self, size: usize) -> Self {
        let mut body = Vec::new();
        for step in self.body {
            match step {
                Step::Send(mut bytes) => {
                    while !bytes.is_empty() {
                        let piece = bytes.split_to(size.min(bytes.len()));
                        body.push(Step::Send(piece));
                    }
                }
                other => body.push(other),
            }
        }
        self.body = body;
        self
    }

    /// The body is sent byte by byte, each once the gate is open.
    #[must_use]
    pub fn drip(self, gate: &Gate) -> Self {
        let mut reply = self.cut(1);
        reply.body = reply.body.into_iter().flat_map(|step| [Step::Pass(gate.clone()), step]).collect();
        reply
    }

    /// The bytes of the body, all together.
    #[must_use]
    pub fn body_bytes(&self) -> Vec<u8> {
        let sent = self.body.iter().filter_map(|step| match step {
            Step::Send(bytes) => Some(bytes.as_ref()),
            _ => None,
        });
        sent.collect::<Vec<_>>().concat()
    }
}
