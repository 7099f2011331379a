//! What a new workspace starts with: the `dry-run` provider and prompts that run on it at once.

use crate::{ApiError, App};
use formaops_domain::{Provider, ProviderKind};

/// Adds the samples where the workspace has no provider yet, which is so only when it is new.
pub(crate) async fn add_to_new_workspace(app: &App) -> Result<(), ApiError> {
    if !app.store.list_providers().await?.is_empty() {
        return Ok(());
    }
    let now = app.now();
    app.store
        .insert_provider(Provider {
            id: app.ids.provider(),
            name: "dry-run".to_owned(),
            kind: ProviderKind::DryRun,
            base_url: None,
            key: None,
            max_concurrent: None,
            created_at: now,
            updated_at: now,
        })
        .await?;
    Ok(())
}

