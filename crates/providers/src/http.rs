//! OpenAI Chat Completions, as OpenAI and every compatible server speak it.

mod call;
mod decode;
mod recorder;
mod request;

use crate::{
    client::Client,
    failure::{self, Answer, Site},
    transport,
};
use call::Call;
use formaops_domain::{
    Failure, KeyRef, Origin, Provider as Config,
    ports::{Clock, KeyPlacement, ModelRequest, PartStream, Provider, RequestHeaders, Signer},
};
use futures::{FutureExt as _, StreamExt as _, future::BoxFuture, stream};
use request::MaxTokensField;
use reqwest::Method;
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use url::Url;

/// A server that speaks OpenAI Chat Completions.
pub struct OpenAiChat {
    endpoint: Arc<Endpoint>,
}

/// All that a call needs to know of its server.
struct Endpoint {
    name: String,
    base_url: Url,
    origin: Origin,
    /// The key to sign with, or why the one that is configured may not be used.
    key: Result<Option<KeyRef>, Failure>,
    client: Client,
    signer: Arc<dyn Signer>,
    clock: Arc<dyn Clock>,
}

impl OpenAiChat {
    /// The most of one answer that is read, in bytes. What comes after is a failure; what came
    /// before stands.
    pub const MAX_ANSWER: usize = 64 * 1024 * 1024;

    /// The longest list of models that is read, in bytes.
    const MAX_LIST: usize = 16 * 1024 * 1024;

    /// The most of an error's body that is read, in bytes.
    const MAX_ERROR: usize = 64 * 1024;

    /// The server that `config` describes.
    ///
    /// # Errors
    /// [`NoProvider`](formaops_domain::ErrorClass::NoProvider) where it has no base URL. A key that
    /// was set for another origin is reported by each call.
    pub fn new(
        client: Client,
        config: &Config,
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
        let name = config.name.clone();
        let endpoint = Endpoint { name, base_url, origin, key, client, signer, clock };
        Ok(Self { endpoint: Arc::new(endpoint) })
    }
}

impl Endpoint {
    fn site(&self, model: Option<String>) -> Site {
        let key = self.key.clone().unwrap_or_default();
        Site { provider: self.name.clone(), origin: self.origin.clone(), key, model }
    }

    /// The address of a path below the base URL, whose query is kept.
    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        // Credentials in an address would be sent as a key that nobody bound to an origin.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url
    }

    fn headers(&self) -> Result<RequestHeaders, Failure> {
        let mut headers = RequestHeaders::default();
        if let Some(key) = self.key.clone()? {
            self.signer.sign(&key, &self.origin, KeyPlacement::Bearer, &mut headers)?;
        }
        Ok(headers)
    }

    async fn models(&self) -> Result<Vec<String>, Failure> {
        let site = self.site(None);
        let headers = self.headers()?;
        let sent = self.client.send(Method::GET, self.url(&["models"]), headers, None).await;
        let mut response = sent.map_err(|error| transport::not_sent(&site, &error))?;
        let (status, head) = (response.status(), response.headers().clone());
        let limit = if status.is_success() { OpenAiChat::MAX_LIST } else { OpenAiChat::MAX_ERROR };
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| transport::broken(&site, &error))? {
            body.extend_from_slice(&chunk);
            if body.len() > limit {
                if status.is_success() {
                    return Err(failure::too_long(&site, limit));
                }
                break;
            }
        }
        let body = self.scrub(&body);
        if status.is_success() {
            return listed(&site, &body);
        }
        let answer = Answer {
            status: status.as_u16(),
            retry_after: failure::retry_after(&head, self.clock.now()),
            location: head.get("location").and_then(|location| location.to_str().ok()),
            body: body.as_bytes(),
        };
        Err(answer.failure(&site))
    }

    fn scrub(&self, body: &[u8]) -> String {
        let text = String::from_utf8_lossy(body);
        match &self.key {
            Ok(Some(key)) => self.signer.scrubber(key).scrub(&text),
            _ => text.into_owned(),
        }
    }
}

/// The ids in a list of models: `{"data": [{"id"}]}`, or the array alone.
fn listed(site: &Site, body: &str) -> Result<Vec<String>, Failure> {
    if body.trim_start().starts_with('<') {
        return Err(failure::html(site, body));
    }
    let list = serde_json::from_str::<Value>(body).ok();
    let items = list.as_ref().and_then(|list| list["data"].as_array().or_else(|| list.as_array()));
    let items = items.ok_or_else(|| failure::unreadable(site, body))?;
    Ok(items.iter().filter_map(|item| item["id"].as_str()).map(str::to_owned).collect())
}

/// How long a list of models may take.
const LIST_TIMEOUT: Duration = Duration::from_secs(30);

impl Provider for OpenAiChat {
    fn stream(&self, request: ModelRequest) -> PartStream {
        let call = Call::new(Arc::clone(&self.endpoint), request);
        stream::unfold(call, |mut call| async { call.next().await.map(|part| (part, call)) }).boxed()
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, Failure>> {
        async {
            let site = self.endpoint.site(None);
            match tokio::time::timeout(LIST_TIMEOUT, self.endpoint.models()).await {
                Ok(answer) => answer,
                Err(_) => Err(transport::timed_out(&site, transport::Waiting::End, LIST_TIMEOUT)),
            }
        }
        .boxed()
    }
}

impl Endpoint {
    fn max_tokens_field(&self) -> MaxTokensField {
        MaxTokensField::of_host(self.base_url.host_str())
    }
}
