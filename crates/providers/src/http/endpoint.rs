//! All that a call needs to know of its server.

use crate::{
    client::{Client, Reply, SendError, Trip},
    failure::{self, Site},
    wire::{Address, Wire},
};
use formaops_domain::{
    ExecutionId, Failure, JsonObject, KeyRef, Origin, Provider as Config, ProviderKind, Purpose,
    ports::{Clock, Credential, HttpMethod, OutgoingRequest, Signer},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::sync::Arc;
use url::Url;

/// What is escaped in an address that is signed: all but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(crate) struct Endpoint {
    name: String,
    pub(crate) kind: ProviderKind,
    base_url: Url,
    origin: Origin,
    /// The key to sign with, or why the one that is configured may not be used.
    key: Result<Option<KeyRef>, Failure>,
    pub(crate) wire: Box<dyn Wire>,
    pub(crate) clock: Arc<dyn Clock>,
    client: Client,
    signer: Arc<dyn Signer>,
}

impl Endpoint {
    pub(crate) fn new(
        client: Client,
        config: &Config,
        wire: Box<dyn Wire>,
        signer: Arc<dyn Signer>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        let base_url = config.base_url.clone().filter(|url| matches!(url.scheme(), "http" | "https"));
        let base_url = base_url.ok_or_else(|| failure::no_address(&config.name))?;
        let origin = Origin::of(&base_url);
        let key = match (&config.key, config.usable_key()) {
            (_, Some(key)) => Ok(Some(key.clone())),
            (None, None) => Ok(None),
            (Some(key), None) => {
                Err(failure::detached_key(&config.name, &key.reference, &key.origin, &origin))
            }
        };
        Ok(Self {
            name: config.name.clone(),
            kind: config.kind,
            base_url,
            origin,
            key,
            wire,
            clock,
            client,
            signer,
        })
    }

    /// Whether it is on this machine.
    pub(super) fn is_local(&self) -> bool {
        self.origin.is_loopback()
    }

    /// What failures name.
    pub(crate) fn site(&self, model: Option<String>) -> Site {
        let (provider, origin) = (self.name.clone(), self.origin.clone());
        let key = self.key.clone().unwrap_or_default();
        let (speaks, base_path) = (self.wire.title(), self.wire.base_path());
        Site {
            provider,
            origin,
            key,
            model,
            speaks,
            calls_deployments: self.wire.calls_deployments(),
            base_path,
        }
    }

    /// The key of this server, found and ready; `None` where it needs none.
    pub(crate) async fn credential(&self) -> Result<Option<Arc<dyn Credential>>, Failure> {
        match self.key.clone()? {
            Some(key) => self.signer.find(&key, &self.origin).await.map(Some),
            None => Ok(None),
        }
    }

    /// A request to an address below the base URL, signed.
    pub(crate) fn request(
        &self,
        method: HttpMethod,
        address: &Address,
        body: Option<JsonObject>,
        credential: Option<&dyn Credential>,
    ) -> Result<OutgoingRequest, Failure> {
        let mut headers = address.headers.clone();
        // What is compressed comes late, and a stream is to come at once.
        headers.push(("accept-encoding", "identity".to_owned()));
        if body.is_some() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        let body = body.map(|body| serde_json::Value::from(body).to_string()).unwrap_or_default().into();
        let url = self.url(address);
        let mut request = OutgoingRequest { method, url, headers, secret_headers: Vec::new(), body };
        if let Some(credential) = credential {
            credential.sign(&self.wire.placement(self.clock.now()), &mut request)?;
        }
        Ok(request)
    }

    /// Sends a request, which the ledger is told of.
    pub(crate) async fn send(
        &self,
        request: OutgoingRequest,
        purpose: Purpose,
        execution: Option<ExecutionId>,
    ) -> Result<Reply, SendError> {
        let key = self.key.clone().unwrap_or_default();
        self.client.send(request, Trip { purpose, key, execution }).await
    }

    /// The address of a path below the base URL, whose query is kept.
    pub(super) fn url(&self, address: &Address) -> Url {
        let mut url = self.base_url.clone();
        if address.signed {
            let base = url.path().trim_end_matches('/').to_owned();
            let path = address
                .path
                .iter()
                .fold(base, |path, segment| format!("{path}/{}", utf8_percent_encode(segment, RESERVED)));
            url.set_path(&path);
        } else if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(&address.path);
        }
        if !address.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&address.query);
        }
        // Credentials in an address would be sent as a key that nobody bound to an origin.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url
    }
}
