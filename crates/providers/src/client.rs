//! The one HTTP client. Every byte that leaves the machine goes through it, and the ledger knows of it.

use bytes::Bytes;
use formaops_domain::{
    Egress, ExecutionId, KeyRef, Origin, Purpose,
    ports::{Clock, Ledger, OutgoingRequest},
};
use reqwest::{
    Method, Response, StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect, retry, tls,
};
use std::{
    io,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How the client behaves where there is a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientOptions {
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(30) }
    }
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client could not be set up")]
pub struct ClientError(#[from] reqwest::Error);

/// The HTTP client; a clone shares its connections, its ledger and its switch.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    connections: RwLock<Connections>,
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    offline: AtomicBool,
}

/// The connections, made by what they were made with.
struct Connections {
    options: ClientOptions,
    /// For this machine: past any proxy.
    direct: reqwest::Client,
    /// For all others: through the proxy that the environment names, if any.
    outside: reqwest::Client,
}

impl Connections {
    fn new(options: ClientOptions) -> Result<Self, ClientError> {
        Ok(Self { direct: build(&options, true)?, outside: build(&options, false)?, options })
    }
}

/// What a request is sent for, as the ledger keeps it.
#[derive(Debug, Clone)]
pub(crate) struct Trip {
    pub(crate) purpose: Purpose,
    pub(crate) key: Option<KeyRef>,
    pub(crate) execution: Option<ExecutionId>,
}

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// The user switched the network off, and the request would leave this machine.
    #[error("the network is switched off")]
    Offline,
    /// A header that the signer made cannot be sent. It is not shown: it may hold a key.
    #[error("a header holds characters that cannot be sent")]
    Header,
    /// The network or the server. The URL is left out: its path or query may be private.
    #[error(transparent)]
    Network(reqwest::Error),
}

impl Client {
    /// How long an unused connection stays open.
    pub const POOL_IDLE: Duration = Duration::from_secs(10);

    /// A client with no connections yet, which tells `ledger` of every request.
    ///
    /// # Errors
    /// Where TLS cannot be set up on this system.
    pub fn new(
        options: ClientOptions,
        ledger: Arc<dyn Ledger>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ClientError> {
        let connections = RwLock::new(Connections::new(options)?);
        let shared = Shared { connections, ledger, clock, offline: AtomicBool::new(false) };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Lets this client and its clones behave otherwise from now on. Requests that are under way go on; connections that
    /// wait for the next request are closed.
    ///
    /// # Errors
    /// Where TLS cannot be set up on this system: then all stays as it is.
    pub fn set_options(&self, options: ClientOptions) -> Result<(), ClientError> {
        let is_new =
            self.shared.connections.read().unwrap_or_else(PoisonError::into_inner).options != options;
        if is_new {
            let connections = Connections::new(options)?;
            *self.shared.connections.write().unwrap_or_else(PoisonError::into_inner) = connections;
        }
        Ok(())
    }

    fn connections(&self, is_loopback: bool) -> reqwest::Client {
        let connections = self.shared.connections.read().unwrap_or_else(PoisonError::into_inner);
        if is_loopback { connections.direct.clone() } else { connections.outside.clone() }
    }

    /// Switches everything beyond this machine off or on again, for this client and its clones.
    /// Requests that are under way go on.
    pub fn set_offline(&self, offline: bool) {
        self.shared.offline.store(offline, Ordering::Relaxed);
    }

    /// Whether everything beyond this machine is switched off.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        self.shared.offline.load(Ordering::Relaxed)
    }

    /// Sends one request and answers once the head of the response is there.
    pub(crate) async fn send(&self, request: OutgoingRequest, trip: Trip) -> Result<Reply, SendError> {
        let origin = Origin::of(&request.url);
        if self.is_offline() && !origin.is_loopback() {
            return Err(SendError::Offline);
        }
        let client = self.connections(origin.is_loopback());
        let method = Method::from_bytes(request.method.as_str().as_bytes()).unwrap_or_default();
        let mut builder = client.request(method, request.url);
        for (name, value) in request.headers {
            let value = HeaderValue::from_str(&value).map_err(|_| SendError::Header)?;
            builder = builder.header(HeaderName::from_static(name), value);
        }
        for (name, value) in request.secret_headers {
            let mut value = HeaderValue::from_str(&value).map_err(|_| SendError::Header)?;
            value.set_sensitive(true);
            builder = builder.header(HeaderName::from_static(name), value);
        }
        let bytes_out = request.body.len() as u64;
        if !request.body.is_empty() {
            builder = builder.body(request.body);
        }
        let mut entry = Entry::open(&self.shared, origin, trip, bytes_out);
        let response = builder.send().await.map_err(|error| SendError::Network(error.without_url()))?;
        entry.egress.http_status = Some(response.status().as_u16());
        Ok(Reply { response, entry })
    }
}

/// The response to a request. Dropping it closes the connection where the body was not read to its end.
pub(crate) struct Reply {
    response: Response,
    entry: Entry,
}

impl Reply {
    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// How the body is compressed, where that is a way that this client does not undo.
    pub(crate) fn compression(&self) -> Option<String> {
        // The HTTP library takes the header away with the compression.
        let encoding = self.headers().get("content-encoding")?.to_str().ok()?.trim().to_ascii_lowercase();
        (!encoding.is_empty() && encoding != "identity").then_some(encoding)
    }

    /// The next bytes of the body; `None` at its end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, reqwest::Error> {
        let chunk = self.response.chunk().await?;
        self.entry.egress.bytes_in += chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
        Ok(chunk)
    }
}

/// An entry of the ledger: recorded when it is opened, and again when it is dropped.
struct Entry {
    egress: Egress,
    shared: Arc<Shared>,
    began: Duration,
}

impl Entry {
    fn open(shared: &Arc<Shared>, origin: Origin, trip: Trip, bytes_out: u64) -> Self {
        let egress = Egress {
            id: shared.ledger.id(),
            is_local: origin.is_loopback(),
            origin,
            purpose: trip.purpose,
            key: trip.key,
            execution_id: trip.execution,
            bytes_out,
            bytes_in: 0,
            http_status: None,
            sent_at: shared.clock.now(),
            ended_at: None,
        };
        shared.ledger.record(egress.clone());
        Self { egress, shared: Arc::clone(shared), began: shared.clock.monotonic() }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let elapsed = self.shared.clock.monotonic().saturating_sub(self.began);
        self.egress.ended_at = Some(self.egress.sent_at.after(elapsed.into()));
        self.shared.ledger.record(self.egress.clone());
    }
}

fn build(options: &ClientOptions, loopback: bool) -> Result<reqwest::Client, reqwest::Error> {
    let builder = || {
        let builder = reqwest::Client::builder()
            .user_agent(concat!("formaops/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .tls_version_min(tls::Version::TLS_1_2)
            .connect_timeout(options.connect_timeout)
            .pool_idle_timeout(Client::POOL_IDLE)
            .dns_resolver(Arc::new(SystemResolver));
        if loopback { builder.no_proxy() } else { builder }
    };
    // A system without any certificate still reaches servers that need none.
    builder().build().or_else(|_| builder().tls_certs_only([]).build())
}

/// The name that a request goes to leads nowhere.
#[derive(Debug, thiserror::Error)]
#[error("the name could not be looked up")]
pub(crate) struct LookupError(#[source] io::Error);

/// Asks the system, and says so in a type where it knows no answer.
struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The port is put in later by whoever connects.
            match tokio::net::lookup_host((name.as_str(), 0)).await {
                Ok(addresses) => Ok(Box::new(addresses.collect::<Vec<_>>().into_iter()) as Addrs),
                Err(error) => Err(LookupError(error).into()),
            }
        })
    }
}
