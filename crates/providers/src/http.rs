//! A provider that is called over HTTP, whatever wire format it speaks.

mod call;
mod censor;
mod decode;
mod endpoint;
mod headers;
mod reader;
mod recorder;

pub(crate) use decode::json;

use crate::{
    client::Client,
    embedding::ReadVectors,
    failure::{self, Answer, Site},
    source::PlannedCall,
    transport,
    wire::{self, Address, Asked, ModelPage, Wire},
};
use call::Call;
use decode::Decoder;
use endpoint::Endpoint;
use formaops_domain::{
    Failure, ListedModel, Provider as Config, ProviderKind, Purpose, RequestHash,
    ports::{AnswerReader, Clock, HttpMethod, ModelRequest, PartStream, Provider, Signer},
};
use futures::{FutureExt as _, StreamExt as _, future::BoxFuture, stream};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// A server that is called over HTTP.
pub struct HttpProvider {
    endpoint: Arc<Endpoint>,
}

/// How long a list of models may take.
const LIST_TIMEOUT: Duration = Duration::from_secs(30);

/// The longest page of a list of models that is read, in bytes.
const MAX_LIST: usize = 16 * 1024 * 1024;

/// The most pages of such a list that are read.
const MAX_PAGES: usize = 50;

/// The most of an error's body that is read, in bytes.
const MAX_ERROR: usize = 64 * 1024;

impl HttpProvider {
    /// The most of one answer that is read, in bytes. What comes after is a failure; what came
    /// before stands.
    pub const MAX_ANSWER: usize = 64 * 1024 * 1024;

    /// A call as it would be sent, but for its key.
    ///
    /// # Errors
    /// Where a parameter is out of its bounds, or the wire format has no word for something.
    pub(crate) fn plan(&self, request: &ModelRequest) -> Result<PlannedCall, Failure> {
        let (endpoint, (asked, _)) = (&self.endpoint, self.asked(request)?);
        Ok(PlannedCall {
            url: endpoint.url(&asked.address),
            headers: asked.address.headers,
            placement: endpoint.wire.placement(endpoint.clock.now()),
            body: asked.body,
        })
    }

    fn asked(&self, request: &ModelRequest) -> Result<(Asked, Option<ReadVectors>), Failure> {
        request.parameters.check().map_err(failure::bad_parameters)?;
        wire::asked(&*self.endpoint.wire, request).map_err(failure::bad_parameters)
    }

    /// The server that `config` describes, spoken to in `wire`.
    ///
    /// # Errors
    /// [`NoProvider`](formaops_domain::ErrorClass::NoProvider) where it has no base URL. A key that
    /// was set for another origin is reported by each call.
    pub(crate) fn new(
        client: Client,
        config: &Config,
        wire: Box<dyn Wire>,
        signer: Arc<dyn Signer>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        Ok(Self { endpoint: Arc::new(Endpoint::new(client, config, wire, signer, clock)?) })
    }

    async fn list(&self, purpose: Purpose) -> Result<Vec<ListedModel>, Failure> {
        let endpoint = &self.endpoint;
        let site = endpoint.site(None);
        let first = endpoint.wire.models().ok_or_else(|| failure::no_list(&site))?;
        let (mut address, mut models) = (first.clone(), Vec::new());
        for _ in 0..MAX_PAGES {
            let ModelPage { models: page, next } = self.list_page(&site, &address, purpose).await?;
            models.extend(page);
            let Some((name, value)) = next else { break };
            address = first.clone().query(&name, value);
        }
        Ok(models)
    }

    async fn list_page(
        &self,
        site: &Site,
        address: &Address,
        purpose: Purpose,
    ) -> Result<ModelPage, Failure> {
        let endpoint = &self.endpoint;
        let credential = endpoint.credential().await?;
        let request = endpoint.request(HttpMethod::Get, address, None, credential.as_deref())?;
        let sent = endpoint.send(request, purpose, None).await;
        let mut reply = sent.map_err(|error| transport::not_sent(site, &error))?;
        let (status, compression) = (reply.status(), reply.compression());
        if let Some(compression) = compression.as_deref().filter(|_| status.is_success()) {
            return Err(failure::compressed(site, compression));
        }
        let limit = if status.is_success() { MAX_LIST } else { MAX_ERROR };
        let mut body = Vec::new();
        while compression.is_none()
            && let Some(chunk) = reply.chunk().await.map_err(|error| transport::broken(site, &error))?
        {
            body.extend_from_slice(&chunk);
            if body.len() > limit {
                if status.is_success() {
                    return Err(failure::too_long(site, limit));
                }
                break;
            }
        }
        let text = String::from_utf8_lossy(&body);
        let text = match credential {
            Some(credential) => credential.scrubber().scrub(&text),
            None => text.into_owned(),
        };
        if status.is_success() {
            return listed(&*endpoint.wire, site, &text);
        }
        Err(Answer::new(status, reply.headers(), endpoint.clock.now(), text.as_bytes()).failure(site))
    }
}

fn listed(wire: &dyn Wire, site: &Site, body: &str) -> Result<ModelPage, Failure> {
    if body.trim_start().starts_with('<') {
        return Err(failure::html(site, body));
    }
    let page = serde_json::from_str::<Value>(body).ok().and_then(|list| wire.listed(&list));
    page.ok_or_else(|| failure::unreadable(site, body))
}

impl Provider for HttpProvider {
    fn stream(&self, request: ModelRequest) -> PartStream {
        let call = Call::new(Arc::clone(&self.endpoint), request);
        stream::unfold(call, |mut call| async { call.next().await.map(|part| (part, call)) }).boxed()
    }

    fn request_hash(&self, request: &ModelRequest) -> Result<RequestHash, Failure> {
        let body = self.asked(request)?.0.body;
        Ok(call::hash(&*self.endpoint.wire, &request.model, &body))
    }

    fn reader(&self, request: &ModelRequest) -> Result<Box<dyn AnswerReader>, Failure> {
        let site = self.endpoint.site(Some(request.model.clone()));
        let (_, vectors) = self.asked(request)?;
        Ok(Box::new(reader::Reader::new(Decoder::for_answer(&*self.endpoint.wire, vectors), site)))
    }

    fn kind(&self) -> ProviderKind {
        self.endpoint.kind
    }

    fn is_local(&self) -> bool {
        self.endpoint.is_local()
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<ListedModel>, Failure>> {
        self.probe(Purpose::Models)
    }

    fn probe(&self, purpose: Purpose) -> BoxFuture<'_, Result<Vec<ListedModel>, Failure>> {
        async move {
            tokio::time::timeout(LIST_TIMEOUT, self.list(purpose)).await.unwrap_or_else(|_| {
                let site = self.endpoint.site(None);
                Err(transport::timed_out(&site, transport::Waiting::End, LIST_TIMEOUT))
            })
        }
        .boxed()
    }
}

#[cfg(test)]
pub(crate) mod tests;
