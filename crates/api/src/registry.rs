//! Finds providers as they are configured now, ready to be called.

use crate::ApiError;
use formaops_domain::{
    ErrorClass, Failure, ModelRef, Provider, ProviderId, Timestamp,
    ports::{self, Providers},
};
use formaops_providers::Factory;
use formaops_store::Store;
use futures::future::BoxFuture;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

type Made = (Timestamp, Arc<dyn ports::Provider>);

/// The configured providers.
pub(crate) struct Registry {
    store: Store,
    factory: Factory,
    /// Those that were called, as they were configured at some time.
    made: Mutex<HashMap<ProviderId, Made>>,
}

impl Registry {
    pub(crate) fn new(store: Store, factory: Factory) -> Self {
        Self { store, factory, made: Mutex::default() }
    }

    /// The provider of this configuration.
    pub(crate) fn get(&self, config: &Provider) -> Result<Arc<dyn ports::Provider>, Failure> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, provider)) = made.get(&config.id)
            && *at == config.updated_at
        {
            return Ok(Arc::clone(provider));
        }
        let provider = self.factory.provider(config)?;
        made.insert(config.id, (config.updated_at, Arc::clone(&provider)));
        Ok(provider)
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
