//! A prompt on one model, from the request to the whole answer.

use super::{
    PromptKey,
    prompt::find_prompt,
    run::{CreateRun, ModelChoice, no_model, run_create},
    version::find_version,
};
use crate::{ApiError, App, Caller};
use formaops_domain::{
    ExecutionId, ExecutionStatus, Failure, JsonObject, Metrics, ModelRef, NanoUsd, OnRestart, OutputPart,
    Parameters, Priority, Replay, RunContext, ValidationResult, ValidationStatus,
};
use formaops_store::MOST_OUTPUT_BYTES;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Runs a prompt on one model and waits for the end.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExecutePrompt {
    /// The prompt.
    pub id: PromptKey,
    /// `v12`, a label, or the start of a version's hash; the head where absent.
    #[serde(default)]
    pub version: Option<String>,
    /// The model; the one that the version suggests where absent.
    #[serde(default)]
    pub model: Option<ModelRef>,
    /// Parameters over those of the version.
    #[serde(default)]
    pub parameters: Parameters,
    /// The inputs.
    #[serde(default)]
    pub inputs: JsonObject,
    /// What is sent along.
    #[serde(default)]
    pub context: RunContext,
    /// How urgent it is.
    #[serde(default)]
    pub priority: Priority,
    /// The most that it may cost, in dollars: it is not sent where it could go past it.
    #[serde(default)]
    pub cap_usd: Option<NanoUsd>,
    /// Models that answer in its place, in this order, where it is left alone or fails for good and the fallback
    /// strategy is `degrade`.
    #[serde(default)]
    pub fallbacks: Vec<ModelRef>,
    /// Whether it is answered from a recording in the place of a call: `only`, or `prefer` where there is one.
    #[serde(default)]
    pub replay: Replay,
    /// Whether an answer that fails its validations makes the status `failed`.
    #[serde(default)]
    pub validate_output: bool,
    /// The same key and request within 24 hours answer with the execution that was made the first time.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// An ended execution with its whole answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecuteResult {
    /// The execution.
    pub id: ExecutionId,
    /// How it ended.
    pub status: ExecutionStatus,
    /// The model that answered: the one that was asked for, or one of its fallbacks.
    pub model: ModelRef,
    /// The whole answer.
    pub output: String,
    /// The answer as JSON, where a validation found it valid.
    pub validated_output: Option<serde_json::Value>,
    /// The result of each validation.
    pub validations: Vec<ValidationResult>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Times, tokens and cost.
    pub metrics: Metrics,
}

pub(crate) async fn prompt_execute(
    app: &App,
    caller: &Caller,
    request: ExecutePrompt,
) -> Result<ExecuteResult, ApiError> {
    let parameters = request.parameters;
    let model = if let Some(model) = request.model {
        model
    } else {
        let prompt = find_prompt(app, &request.id).await?;
        let settings = find_version(app, &prompt, request.version.as_deref()).await?.content.settings;
        settings.model.ok_or_else(no_model)?
    };
    let run = CreateRun {
        prompt: request.id,
        version: request.version,
        content: None,
        models: vec![ModelChoice { model, parameters }],
        inputs: request.inputs,
        context: request.context,
        repeats: 1,
        priority: request.priority,
        cap_usd: request.cap_usd,
        fallbacks: request.fallbacks,
        concurrency: None,
        fail_fast: false,
        on_restart: OnRestart::Fail,
        replay: request.replay,
        idempotency_key: None,
    };
    let started = run_create(app, caller, run).await?;
    app.engine.wait_run(started.run.id).await?;
    let id = started.executions[0].id;
    let record = app.store.get_execution_record(id).await?;
    let execution = record.execution;
    let refused = request.validate_output && execution.validation_status == ValidationStatus::Failed;
    Ok(ExecuteResult {
        id,
        status: if refused { ExecutionStatus::Failed } else { execution.status },
        model: execution.answered_by.unwrap_or(execution.model),
        output: whole_output(app, id).await?,
        validated_output: record.validated_output,
        validations: execution.validations,
        failure: execution.failure,
        metrics: execution.metrics,
    })
}

pub(crate) async fn whole_output(app: &App, id: ExecutionId) -> Result<String, ApiError> {
    let mut text = String::new();
    loop {
        let window = app.store.get_output(id, OutputPart::Text, text.len() as u64, MOST_OUTPUT_BYTES).await?;
        text.push_str(&window.text);
        if window.text.is_empty() || window.next >= window.total {
            return Ok(text);
        }
    }
}
