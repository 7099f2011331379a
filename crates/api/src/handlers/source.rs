//! A call that was made, as the source of a program that makes it again.

use super::partial::Whole;
use crate::{ApiError, App, Caller, ErrorCode};
use formaops_domain::{
    ExecutionId, KeyRef, Provider,
    ports::{ModelRequest, Timeouts},
};
use formaops_providers::Language;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// Asks for the source of a call.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetExecutionSource {
    /// The execution.
    pub id: ExecutionId,
    /// What it is written in.
    pub language: Language,
}

/// The source of a call. Values of sensitive variables, which are not kept, are masked in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallSource {
    /// The source.
    pub source: String,
    /// The variable of the environment that the key is read from; none where the provider needs none.
    pub key_variable: Option<String>,
}

pub(crate) async fn execution_source(
    app: &App,
    _: &Caller,
    request: GetExecutionSource,
) -> Result<CallSource, ApiError> {
    let record = app.store.get_execution_record(request.id).await?;
    let execution = record.execution;
    let whole = Whole::of_run(app, Arc::unwrap_or_clone(record.content), execution.run_id).await?;
    let checked = formaops_validate::check_inputs(whole.variables(), &record.inputs);
    // What stands for a sensitive value may break a rule that the value itself kept.
    let inputs = checked.unwrap_or(record.inputs);
    let rendered = whole.compiled().render(&inputs, &record.context)?;
    let mut bytes = HashMap::new();
    for attachment in rendered.attachments() {
        bytes.insert(attachment.hash, app.store.get_attachment(attachment.hash).await?.into());
    }
    let call = ModelRequest {
        model: execution.model.model.clone(),
        messages: rendered.into_model_messages(&bytes),
        parameters: execution.parameters,
        timeouts: Timeouts::default(),
        execution: Some(execution.id),
        wants: record.purpose.into(),
    };
    let config = app.registry.config(&execution.model.provider).await?;
    let planned = app.registry.factory().plan(&config, &call)?.ok_or_else(|| {
        let message = format!("`{}` calls no server", config.name);
        ApiError::new(ErrorCode::Invalid, message, "Copy a call of another model.")
    })?;
    let key_variable = key_variable(&config);
    Ok(CallSource { source: planned.source(request.language, key_variable.as_deref()), key_variable })
}

/// Where a program finds the key: in the variable that FormaOps reads, or in one that is called like the provider.
fn key_variable(config: &Provider) -> Option<String> {
    let key = config.key.as_ref()?;
    if let KeyRef::Env { name } = &key.reference {
        return Some(name.to_string());
    }
    let name: String = config
        .name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
        .collect();
    let digit = if name.starts_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
    Some(format!("{digit}{name}_API_KEY"))
}
