//! The bin: what is deleted, and deleting it for good.

use crate::{ApiError, App, Caller, ErrorCode};
use formaops_domain::{DatasetId, DatasetName, Noun, PromptId, PromptName};
use formaops_store::{PromptFilter, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Deletes a prompt for good.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PurgePrompt {
    /// The prompt, by its id: its name may have been given to another.
    pub id: PromptId,
    /// Its name once more: there is no way back.
    pub confirm: PromptName,
}

/// Deletes a dataset for good.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PurgeDataset {
    /// The dataset, by its id: its name may have been given to another.
    pub id: DatasetId,
    /// Its name once more: there is no way back.
    pub confirm: DatasetName,
}

/// A dataset that is gone for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PurgedDataset {
    /// The dataset.
    pub id: DatasetId,
}

/// Deletes everything in the bin for good.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EmptyBin {
    /// How many prompts are in the bin: there is no way back.
    pub confirm: u64,
}

/// What is gone for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Purged {
    /// The prompts that are gone.
    pub purged: Vec<PromptId>,
    /// Those that had to stay.
    pub kept: Vec<KeptInBin>,
}

/// A prompt that had to stay in the bin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeptInBin {
    /// The prompt.
    pub id: PromptId,
    /// Its name.
    pub name: PromptName,
    /// Why.
    pub reason: String,
}

/// Tells everyone what is gone, with the budgets that were for it.
async fn told(app: &App, purged: &[PromptId]) -> Result<(), ApiError> {
    app.enforce_budgets().await?;
    purged.iter().for_each(|id| app.changed(Noun::Prompt, *id));
    Ok(())
}

pub(crate) async fn prompt_purge(app: &App, _: &Caller, request: PurgePrompt) -> Result<Purged, ApiError> {
    let prompt = app.store.get_prompt(request.id).await?;
    if prompt.name != request.confirm {
        let message =
            format!("`confirm` must be the prompt's name, `{}`, got `{}`", prompt.name, request.confirm);
        return Err(ApiError::invalid("confirm", message));
    }
    app.store.purge_prompt(prompt.id, app.now()).await?;
    told(app, &[prompt.id]).await?;
    Ok(Purged { purged: vec![prompt.id], kept: Vec::new() })
}

pub(crate) async fn dataset_purge(
    app: &App,
    _: &Caller,
    request: PurgeDataset,
) -> Result<PurgedDataset, ApiError> {
    let dataset = app.store.get_dataset(request.id).await?;
    if dataset.name != request.confirm {
        let message =
            format!("`confirm` must be the dataset's name, `{}`, got `{}`", dataset.name, request.confirm);
        return Err(ApiError::invalid("confirm", message));
    }
    app.store.purge_dataset(dataset.id).await?;
    app.changed(Noun::Dataset, dataset.id);
    Ok(PurgedDataset { id: dataset.id })
}

pub(crate) async fn bin_empty(app: &App, _: &Caller, request: EmptyBin) -> Result<Purged, ApiError> {
    let filter = PromptFilter { deleted: true, archived: true, ..PromptFilter::default() };
    let (mut prompts, mut cursor) = (Vec::new(), None);
    loop {
        let page = app.store.list_prompts(filter.clone(), cursor.as_deref(), super::MOST_ITEMS).await?;
        prompts.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    if prompts.len() as u64 != request.confirm {
        let message = format!(
            "`confirm` must be how many prompts are in the bin, {}, got {}",
            prompts.len(),
            request.confirm
        );
        return Err(ApiError { code: ErrorCode::Stale, ..ApiError::invalid("confirm", message) });
    }
    let mut done = Purged { purged: Vec::new(), kept: Vec::new() };
    for prompt in prompts {
        match app.store.purge_prompt(prompt.id, app.now()).await {
            Ok(()) => done.purged.push(prompt.id),
            Err(error @ StoreError::StillRuns { .. }) => {
                done.kept.push(KeptInBin { id: prompt.id, name: prompt.name, reason: error.to_string() });
            }
            Err(error) => return Err(error.into()),
        }
    }
    told(app, &done.purged).await?;
    Ok(done)
}
