//! Models: the catalogue, merged with what the providers list.

use crate::{ApiError, App, Caller};
use formaops_domain::{CatalogueModel, Listed, ListedModel, ModelRef, Noun, Page, Provider};
use formaops_providers::Catalogue;
use formaops_store::ProviderModels;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for models.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListModels {
    /// Only those of this provider, by name.
    #[serde(default)]
    pub provider: Option<String>,
    /// Whether to ask the provider for its list now, which is a request to it. Needs `provider`.
    #[serde(default)]
    pub refresh: bool,
}

/// What is known of a model: what the catalogue says of it at its provider.
pub(super) async fn find_model(app: &App, model: &ModelRef) -> Result<CatalogueModel, ApiError> {
    let provider = app.registry.config(&model.provider).await?;
    let listed = app.store.find_provider_models(provider.id).await?.map(|list| list.models);
    Ok(describe(&provider, &model.model, listed.as_deref()))
}

fn describe(provider: &Provider, model: &str, listed: Option<&[ListedModel]>) -> CatalogueModel {
    let listed = match listed {
        Some(list) if list.iter().any(|listed| listed.id == model) => Listed::Yes,
        Some(_) => Listed::No,
        None => Listed::Unknown,
    };
    let reference = ModelRef { provider: provider.name.clone(), model: model.to_owned() };
    CatalogueModel { model: reference, listed, ..Catalogue::shipped().get(provider, model) }
}

pub(crate) async fn model_list(
    app: &App,
    _: &Caller,
    request: ListModels,
) -> Result<Page<CatalogueModel>, ApiError> {
    let providers = match &request.provider {
        Some(name) => vec![app.registry.config(name).await?],
        None if request.refresh => {
            return Err(ApiError::invalid("provider", "`refresh` needs the `provider` that is to be asked"));
        }
        None => app.store.list_providers().await?,
    };
    let mut models = Vec::new();
    for provider in providers {
        if request.refresh {
            let list = app.registry.get(&provider)?.models().await?;
            let list = ProviderModels { models: list, listed_at: app.now() };
            app.store.update_provider_models(provider.id, list).await?;
            app.changed(Noun::Provider, provider.id);
        }
        let listed = app.store.find_provider_models(provider.id).await?.map(|list| list.models);
        let known = Catalogue::shipped().list(&provider).into_iter().map(|known| known.model.model);
        let mut ids: Vec<String> = known.collect();
        let unknown = listed
            .iter()
            .flatten()
            .map(|model| &model.id)
            .filter(|id| !ids.contains(id))
            .cloned()
            .collect::<Vec<_>>();
        ids.extend(unknown);
        models.extend(ids.iter().map(|id| describe(&provider, id, listed.as_deref())));
    }
    Ok(Page::whole(models))
}
