//! `formaops serve` as a process, and a client that is logged in to it.

use crate::Cli;
use futures::{Stream, StreamExt};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Child,
};

/// A running HTTP host. It is killed when this is dropped.
pub struct Host {
    process: Child,
    /// The address, such as `http://127.0.0.1:40123`.
    pub address: String,
    /// The one-time token it printed.
    pub token: String,
    client: Client,
    bearer: String,
}

/// A response that was read to its end.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// What logs and the audit trail name the request by.
    pub request_id: Option<String>,
    /// The body, as JSON where it is that, else as a string.
    pub body: Value,
}

impl Host {
    /// Starts a host on a free port, logged in nowhere yet.
    ///
    /// # Panics
    /// Where it does not come up.
    pub async fn start(cli: &Cli) -> Self {
        let mut process = cli.start(&["--json", "serve", "--port", "0"]);
        let stdout = process.stdout.take().expect("the output is piped");
        let line = BufReader::new(stdout).lines().next_line().await.ok().flatten();
        let announced: Value =
            serde_json::from_str(&line.expect("the host prints its address")).expect("as JSON");
        let printed = announced["address"].as_str().expect("with an address");
        let (address, token) = printed.split_once("/#t=").expect("and a token");
        let (address, token) = (address.to_owned(), token.to_owned());
        Self { process, address, token, client: Client::new(), bearer: String::new() }
    }

    /// Starts a host and logs in with its token.
    ///
    /// # Panics
    /// Where it does not let us in.
    pub async fn open(cli: &Cli) -> Self {
        let mut host = Self::start(cli).await;
        let token = host.token.clone();
        let answer = host.post("/api/auth/login", json!({ "token": token })).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["bearer"].as_str().expect("a login answers a bearer").clone_into(&mut host.bearer);
        host
    }

    /// A request as it would be sent, to be changed first.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.address));
        if self.bearer.is_empty() { request } else { request.bearer_auth(&self.bearer) }
    }

    /// Uses another bearer from now on, such as an API key.
    #[must_use]
    pub fn as_bearer(mut self, bearer: &str) -> Self {
        bearer.clone_into(&mut self.bearer);
        self
    }

    /// Sends a request and reads the answer.
    ///
    /// # Panics
    /// Where nothing answers.
    pub async fn send(request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("the host answers");
        let status = response.status().as_u16();
        let request_id = response.headers().get("x-request-id").and_then(|id| id.to_str().ok());
        let request_id = request_id.map(str::to_owned);
        let text = response.text().await.expect("to the end");
        Answer { status, request_id, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
    }

    /// `GET`s a path.
    pub async fn get(&self, path: &str) -> Answer {
        Self::send(self.request(Method::GET, path)).await
    }

    /// `POST`s JSON to a path.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Self::send(self.request(Method::POST, path).json(&body)).await
    }

    /// `PUT`s JSON to a path.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        Self::send(self.request(Method::PUT, path).json(&body)).await
    }

    /// The events from now on, one at a time.
    ///
    /// # Panics
    /// Where the host does not offer them.
    pub async fn events(&self) -> impl Stream<Item = Value> + Unpin + use<> {
        let response = self.request(Method::GET, "/api/events").send().await.expect("the host answers");
        assert_eq!(response.status(), 200);
        let lines =
            futures::stream::unfold((response, String::new()), |(mut response, mut buffer)| async move {
                loop {
                    if let Some(end) = buffer.find("\n\n") {
                        let message: String = buffer.drain(..end + 2).collect();
                        return Some((message, (response, buffer)));
                    }
                    let bytes = response.chunk().await.ok().flatten()?;
                    buffer.push_str(&String::from_utf8_lossy(&bytes));
                }
            });
        let batches = lines.filter_map(|message| async move {
            let data = message.trim().strip_prefix("data: ")?;
            serde_json::from_str::<Vec<Value>>(data).ok()
        });
        Box::pin(batches.flat_map(futures::stream::iter))
    }

    /// Ends the process at once, as a crash would.
    ///
    /// # Panics
    /// Where it cannot be ended.
    pub async fn kill(mut self) {
        self.process.kill().await.expect("the host can be killed");
    }
}
