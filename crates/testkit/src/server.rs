//! A model server on loopback that speaks real HTTP over raw TCP, so that it can misbehave.

mod behaviour;
mod chat;
mod connection;
mod embedding;
mod reply;
mod voice;

pub use chat::ChatReply;
pub use connection::Received;
pub use reply::{Gate, Reply};

use connection::Connection;
use std::{
    collections::{HashMap, VecDeque},
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};
use url::Url;
use voice::Voice;

/// What the server has seen so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests that came in whole.
    pub received: usize,
    /// Requests that are being answered now.
    pub in_flight: usize,
    /// The most that were answered at the same time.
    pub peak: usize,
    /// Connections that were accepted.
    pub connections: usize,
}

/// A model server whose answers are scripted. Everything it started ends when it is dropped.
///
/// A request that is posted to it, in the wire format of any vendor, is answered by, in this order: the next reply of
/// [`enqueue`](Self::enqueue); the next reply of [`script`](Self::script) for its model (the last
/// one is given again and again); the behaviour its model id names (see [`Self::BEHAVIOURS`]);
/// else 404. `GET …/models`, or Ollama's `GET …/tags`, answers the models that [`serve_models`](Self::serve_models) was given.
#[derive(Debug)]
pub struct ScriptedServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    script: Mutex<Script>,
    counts: watch::Sender<Counts>,
}

#[derive(Debug, Default)]
struct Script {
    queue: VecDeque<Reply>,
    by_model: HashMap<String, VecDeque<Reply>>,
    models: Option<Vec<String>>,
    models_reply: Option<Reply>,
    /// So many chat requests are answered at once, and any more with this.
    refusal: Option<(usize, Reply)>,
    requests: Vec<Received>,
}

impl ScriptedServer {
    /// The model ids that have a behaviour of their own, each as an example.
    pub const BEHAVIOURS: [&'static str; 22] = behaviour::EXAMPLES;

    /// A server on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// Where there is no free port.
    pub async fn start() -> Self {
        Self::start_at(0).await.expect("loopback has a free port")
    }

    /// A server on this port of 127.0.0.1; 0 takes a free one.
    ///
    /// # Errors
    /// Where the port is taken.
    pub async fn start_at(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let shared =
            Arc::new(Shared { script: Mutex::default(), counts: watch::Sender::new(Counts::default()) });
        let acceptor = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, acceptor })
    }

    /// The address to configure a provider with: `http://127.0.0.1:PORT/v1`.
    ///
    /// # Panics
    /// Never: the address of a socket makes a URL.
    #[must_use]
    pub fn base_url(&self) -> Url {
        format!("http://{}/v1", self.address).parse().expect("an address and a path make a URL")
    }

    /// The next chat request gets this reply, whatever its model.
    pub fn enqueue(&self, reply: impl Into<Reply>) {
        self.shared.script().queue.push_back(reply.into());
    }

    /// Requests for `model` get these replies in order, the last one again and again.
    pub fn script(&self, model: &str, reply: impl Into<Reply>) {
        self.shared.script().by_model.entry(model.to_owned()).or_default().push_back(reply.into());
    }

    /// The ids that `GET …/models` lists; until it is called, those of [`Self::BEHAVIOURS`].
    pub fn serve_models<T: Into<String>>(&self, models: impl IntoIterator<Item = T>) {
        self.shared.script().models = Some(models.into_iter().map(Into::into).collect());
    }

    /// What `GET …/models` answers, in place of a list.
    pub fn reply_to_models(&self, reply: impl Into<Reply>) {
        self.shared.script().models_reply = Some(reply.into());
    }

    /// A chat request that comes while `most` others are being answered gets this reply.
    pub fn refuse_over(&self, most: usize, reply: impl Into<Reply>) {
        self.shared.script().refusal = Some((most, reply.into()));
    }

    /// The requests that came, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.shared.script().requests.clone()
    }

    /// The request that came last.
    ///
    /// # Panics
    /// Where none came.
    #[must_use]
    pub fn last_request(&self) -> Received {
        self.shared.script().requests.last().cloned().expect("a request came")
    }

    /// What the server has seen so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        *self.shared.counts.borrow()
    }

    /// Waits until `condition` holds for what the server has seen.
    ///
    /// # Panics
    /// Never while the server is alive.
    pub async fn wait_for(&self, mut condition: impl FnMut(&Counts) -> bool) -> Counts {
        let mut counts = self.shared.counts.subscribe();
        *counts.wait_for(|counts| condition(counts)).await.expect("the server is alive")
    }

    /// Stops the server: its connections are closed and its port refuses from now on.
    pub async fn stop(mut self) {
        self.acceptor.abort();
        // It ends with the error of having been stopped.
        let _ = (&mut self.acceptor).await;
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.acceptor.abort();
    }
}

impl Shared {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is answered, and the count of it while it is.
    fn reply_to(&self, request: &Received) -> (Reply, InFlight<'_>) {
        let mut script = self.script();
        script.requests.push(request.clone());
        let in_flight = InFlight::new(&self.counts);
        let at_once = self.counts.borrow().in_flight;
        let refused = script.refusal.as_ref().filter(|(most, _)| request.method == "POST" && at_once > *most);
        match refused.map(|(_, reply)| reply.clone()) {
            Some(refusal) => (refusal, in_flight),
            None => (script.reply_to(request), in_flight),
        }
    }
}

impl Script {
    fn reply_to(&mut self, request: &Received) -> Reply {
        let path = request.path.split('?').next().unwrap_or_default();
        match (request.method.as_str(), path.rsplit('/').next()) {
            ("POST", _) => self.chat(request),
            ("GET", Some("models" | "tags")) => self.models(path),
            _ => Reply::not_found(&request.path),
        }
    }

    fn chat(&mut self, request: &Received) -> Reply {
        if let Some(reply) = self.queue.pop_front() {
            return reply;
        }
        let model = request.model();
        if let Some(replies) = self.by_model.get_mut(model) {
            let next = if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() };
            return next.unwrap_or_else(|| Reply::not_found(model));
        }
        behaviour::reply_to(request).unwrap_or_else(|| Reply::not_found(model))
    }

    fn models(&self, path: &str) -> Reply {
        if let Some(reply) = &self.models_reply {
            return reply.clone();
        }
        let models = self.models.clone().unwrap_or_else(|| behaviour::EXAMPLES.map(str::to_owned).into());
        Reply::status(200).json(&Voice::at(path).list(&models))
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Dropped with this task, and every connection with it.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            // A connection that breaks is what many stories are about.
            let _ = serve(stream, &shared).await;
        });
    }
}

/// Counts a request for as long as it is being answered.
struct InFlight<'a>(&'a watch::Sender<Counts>);

impl<'a> InFlight<'a> {
    fn new(counts: &'a watch::Sender<Counts>) -> Self {
        counts.send_modify(|counts| {
            counts.received += 1;
            counts.in_flight += 1;
            counts.peak = counts.peak.max(counts.in_flight);
        });
        Self(counts)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|counts| counts.in_flight -= 1);
    }
}

async fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut number = 0;
    shared.counts.send_modify(|counts| {
        counts.connections += 1;
        number = counts.connections;
    });
    let mut connection = Connection::new(stream, number);
    while let Some(request) = connection.read_request().await? {
        let (reply, _in_flight) = shared.reply_to(&request);
        if !connection.answer(reply).await? {
            break;
        }
    }
    Ok(())
}
