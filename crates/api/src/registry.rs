//! Finds providers as they are configured now, ready to be called.

use crate::ApiError;
use formaops_domain::{
    ErrorClass, Failure, KeyRef, ListedModel, ModelRef, Provider, ProviderId, ProviderKind, Purpose,
    RequestHash, Timestamp,
    ports::{self, AnswerReader, ModelRequest, PartStream, Providers, Signer},
};
use formaops_providers::Factory;
use formaops_secrets::Keyring;
use formaops_store::Store;
use futures::{FutureExt, StreamExt, TryFutureExt, TryStreamExt, future::BoxFuture};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

type Made = (Timestamp, Arc<dyn ports::Provider>);

/// The configured providers.
pub(crate) struct Registry {
    store: Store,
    factory: Factory,
    keyring: Arc<Keyring>,
    /// Those that were called, as they were configured at some time.
    made: Mutex<HashMap<ProviderId, Made>>,
}

impl Registry {
    pub(crate) fn new(store: Store, factory: Factory, keyring: Arc<Keyring>) -> Self {
        Self { store, factory, keyring, made: Mutex::default() }
    }

    /// The provider of this configuration.
    pub(crate) fn get(&self, config: &Provider) -> Result<Arc<dyn ports::Provider>, Failure> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, provider)) = made.get(&config.id)
            && *at == config.updated_at
        {
            return Ok(Arc::clone(provider));
        }
        let mut provider = self.factory.provider(config)?;
        if let Some(key) = config.usable_key() {
            let keyring = Arc::clone(&self.keyring);
            provider = Arc::new(Keyed { provider, keyring, key: key.clone() });
        }
        made.insert(config.id, (config.updated_at, Arc::clone(&provider)));
        Ok(provider)
    }

    /// The provider of a configuration that is only tried, with a key from elsewhere.
    pub(crate) fn trial(
        &self,
        config: &Provider,
        signer: Arc<dyn Signer>,
    ) -> Result<Arc<dyn ports::Provider>, Failure> {
        let Factory { client, clock, tokens, .. } = &self.factory;
        let (client, clock, tokens) = (client.clone(), Arc::clone(clock), Arc::clone(tokens));
        Factory { client, signer, clock, tokens }.provider(config)
    }

    /// What makes providers.
    pub(crate) const fn factory(&self) -> &Factory {
        &self.factory
    }

    /// The configuration of a model's provider.
    pub(crate) async fn config(&self, provider: &str) -> Result<Provider, ApiError> {
        self.store.find_provider_by_name(provider).await?.ok_or_else(|| {
            ApiError::not_found(
                "provider",
                provider,
                "Add it under Settings, or with `formaops provider create`.",
            )
        })
    }
}

impl Providers for Registry {
    fn find(&self, model: &ModelRef) -> BoxFuture<'_, Result<Arc<dyn ports::Provider>, Failure>> {
        let name = model.provider.clone();
        Box::pin(async move {
            let config = self.store.find_provider_by_name(&name).await?.ok_or_else(|| {
                Failure::new(
                    ErrorClass::NoProvider,
                    format!("there is no provider `{name}` any more"),
                    "Add it again under Settings, or choose another model.",
                )
            })?;
            self.get(&config)
        })
    }
}

/// A provider whose key is read anew after it was refused: somebody may have changed or removed it outside.
struct Keyed {
    provider: Arc<dyn ports::Provider>,
    keyring: Arc<Keyring>,
    key: KeyRef,
}

impl Keyed {
    fn listed<'a>(
        &'a self,
        asked: BoxFuture<'a, Result<Vec<ListedModel>, Failure>>,
    ) -> BoxFuture<'a, Result<Vec<ListedModel>, Failure>> {
        asked.inspect_err(|failure| notice(&self.keyring, &self.key, failure)).boxed()
    }
}

fn notice(keyring: &Keyring, key: &KeyRef, failure: &Failure) {
    if failure.class == ErrorClass::Authentication {
        keyring.forget_cached(key);
    }
}

impl ports::Provider for Keyed {
    fn stream(&self, request: ModelRequest) -> PartStream {
        let (keyring, key) = (Arc::clone(&self.keyring), self.key.clone());
        let stream = self.provider.stream(request);
        stream.inspect_err(move |failure| notice(&keyring, &key, failure)).boxed()
    }

    fn request_hash(&self, request: &ModelRequest) -> Result<RequestHash, Failure> {
        self.provider.request_hash(request)
    }

    fn reader(&self, request: &ModelRequest) -> Result<Box<dyn AnswerReader>, Failure> {
        self.provider.reader(request)
    }

    fn kind(&self) -> ProviderKind {
        self.provider.kind()
    }

    fn is_local(&self) -> bool {
        self.provider.is_local()
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<ListedModel>, Failure>> {
        self.listed(self.provider.models())
    }

    fn probe(&self, purpose: Purpose) -> BoxFuture<'_, Result<Vec<ListedModel>, Failure>> {
        self.listed(self.provider.probe(purpose))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{App, Caller, CallerKind, EventHub, configuration::Configuration};
    use serde_json::{Value, json};

    #[tokio::test]
    async fn a_provider_is_where_it_is_whether_it_takes_a_key_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let configuration = Configuration::with_variables(folder.path().join("config.toml"), []);
        let app = App::open(folder.path(), EventHub::default(), configuration).await.unwrap();
        for (name, address, key, is_local) in [
            ("here", "http://127.0.0.1:1/v1", Value::Null, true),
            ("here-with-key", "http://127.0.0.1:1/v1", json!("FORMAOPS_SOME_KEY"), true),
            ("away-with-key", "https://models.example/v1", json!("FORMAOPS_SOME_KEY"), false),
        ] {
            let provider = json!({ "name": name, "kind": "openai-chat", "baseUrl": address, "keyEnv": key });
            app.call(&Caller::person(CallerKind::Cli), "provider_create", provider).await.unwrap();
            let found = app.registry.find(&format!("{name}:any").parse().unwrap()).await.unwrap();
            assert_eq!((found.is_local(), found.kind()), (is_local, ProviderKind::OpenAiChat), "{name}");
        }
    }
}
