//! What a new workspace starts with: the `dry-run` provider and prompts that run on it at once.

use crate::{ApiError, App, ErrorCode};
use formaops_domain::{
    Draft, InvalidName, JsonObject, Prompt, PromptName, PromptStatus, Provider, ProviderKind,
};
use formaops_store::NewVersion;
use formaops_template::PromptFile;
use std::collections::HashMap;

/// The samples: the name each gets, and its file.
const FILES: [(&str, &str); 4] = [
    ("code-review", include_str!("../../../assets/samples/code-review.prompt")),
    ("summarise", include_str!("../../../assets/samples/summarise.prompt")),
    ("classify-ticket", include_str!("../../../assets/samples/classify-ticket.prompt")),
    ("reply-to-customer", include_str!("../../../assets/samples/reply-to-customer.prompt")),
];

/// The inputs that each sample is opened with, by its name.
const INPUTS: &str = include_str!("../../../assets/samples/inputs.json");

/// Adds the samples where the workspace has no provider yet, which is so only when it is new.
pub(crate) async fn add_to_new_workspace(app: &App) -> Result<(), ApiError> {
    if !app.store.list_providers().await?.is_empty() {
        return Ok(());
    }
    let mut inputs: HashMap<String, JsonObject> =
        serde_json::from_str(INPUTS).map_err(|error| unsound("inputs", &error))?;
    for (name, file) in FILES {
        let file = formaops_template::from_prompt_file(file).map_err(|error| unsound(name, &error))?;
        let inputs = inputs.remove(name).unwrap_or_default();
        add(app, name.parse().map_err(|error: InvalidName| unsound(name, &error))?, file, inputs).await?;
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

fn unsound(name: &str, error: &dyn std::error::Error) -> ApiError {
    ApiError::new(ErrorCode::Internal, format!("the sample `{name}` cannot be read: {error}"), "")
}

async fn add(app: &App, name: PromptName, file: PromptFile, inputs: JsonObject) -> Result<(), ApiError> {
    if app.store.find_prompt_by_name(&name).await?.is_some() {
        // The first start was cut short; what it added stands.
        return Ok(());
    }
    let (now, author) = (app.now(), app.person());
    let prompt = Prompt {
        id: app.ids.prompt(),
        name,
        title: file.meta.title,
        description: file.meta.description,
        status: PromptStatus::Draft,
        tags: file.meta.tags,
        head: None,
        head_number: None,
        has_draft: false,
        created_at: now,
        updated_at: now,
        published_at: None,
        deleted_at: None,
    };
    let id = app.store.insert_prompt(prompt, author).await?.id;
    let note = "A sample to start from".to_owned();
    let new = NewVersion { prompt: id, content: file.content.clone(), note, author, at: now };
    let version = app.store.save_version(new, None).await?;
    let base = Some(version.id);
    let draft = Draft { prompt_id: id, content: file.content, base, inputs, updated_at: now };
    app.store.save_draft(draft).await?;
    Ok(())
}
