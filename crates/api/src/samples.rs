//! What a new workspace starts with: the `dry-run` provider and prompts that run on it at once.

use crate::{
    ApiError, App, ErrorCode,
    handlers::{self, PromptFacts},
};
use formaops_domain::{Draft, InvalidName, JsonObject, PromptName, Provider, ProviderKind, RefName};
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
            requests_per_minute: None,
            tokens_per_minute: None,
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
    let facts = PromptFacts {
        name,
        title: file.meta.title,
        description: file.meta.description,
        tags: file.meta.tags,
    };
    let note = "A sample to start from".to_owned();
    let version = handlers::insert(app, app.person(), facts, file.content, note).await?;
    let draft = Draft {
        prompt_id: version.prompt_id,
        content: version.content,
        branch: RefName::main(),
        base: Some(version.id),
        inputs,
        updated_at: app.now(),
    };
    app.store.save_draft(draft).await?;
    Ok(())
}
