//! The one HTTP client. Every byte that leaves the machine goes through it.

use formaops_domain::{Origin, ports::RequestHeaders};
use reqwest::{
    Method, Response,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{HeaderName, HeaderValue},
    redirect, retry, tls,
};
use std::{io, sync::Arc, time::Duration};
use url::Url;

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

/// The HTTP client; a clone shares its connections.
#[derive(Debug, Clone)]
pub struct Client {
    /// For this machine: past any proxy.
    direct: reqwest::Client,
    /// For all others: through the proxy that the environment names, if any.
    outside: reqwest::Client,
}

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
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

    /// A client with no connections yet.
    ///
    /// # Errors
    /// Where TLS cannot be set up on this system.
    pub fn new(options: &ClientOptions) -> Result<Self, ClientError> {
        Ok(Self { direct: build(options, true)?, outside: build(options, false)? })
    }

    /// Sends one request and answers once the head of the response is there.
    pub(crate) async fn send(
        &self,
        method: Method,
        url: Url,
        headers: RequestHeaders,
        body: Option<Vec<u8>>,
    ) -> Result<Response, SendError> {
        let client = if Origin::of(&url).is_loopback() { &self.direct } else { &self.outside };
        let mut request = client.request(method, url);
        for (name, value) in headers.into_inner() {
            let mut value = HeaderValue::from_str(&value).map_err(|_| SendError::Header)?;
            value.set_sensitive(true);
            request = request.header(HeaderName::from_static(name), value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        request.send().await.map_err(|error| SendError::Network(error.without_url()))
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
