//! Executions: what was sent, what came back, and trying again.

use super::{
    PromptKey, limit,
    model::{find_model, refusals},
    partial::Whole,
    prompt::find_prompt,
    run::{is_watched, publish, rate_of},
    sensitive::unmask,
};
use crate::{ApiError, App, Caller, ErrorCode};
use formaops_domain::{
    Attempt, Execution, ExecutionId, ExecutionLog, ExecutionStatus, JsonObject, OutputPart, OutputWindow,
    Page, Rating, RunContext, RunId, RunPartial,
};
use formaops_engine::{EngineError, Submission};
use formaops_store::{ExecutionFilter, ExecutionRecord, NewRetry};
use formaops_template::RenderedMessage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Asks for executions.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListExecutions {
    /// Only those of this run.
    #[serde(default)]
    pub run: Option<RunId>,
    /// Only those of this prompt.
    #[serde(default)]
    pub prompt: Option<PromptKey>,
    /// Only those with this status.
    #[serde(default)]
    pub status: Option<ExecutionStatus>,
    /// Where to go on, from the page before.
    #[serde(default)]
    pub cursor: Option<String>,
    /// The most items, 1 to 1,000; 100 where absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Asks for an execution.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetExecution {
    /// The execution.
    pub id: ExecutionId,
}

/// An execution with all that is known of it but its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionDetail {
    /// The execution.
    pub execution: Execution,
    /// Its attempts, first to last.
    pub attempts: Vec<Attempt>,
    /// The inputs, with sensitive values masked.
    pub inputs: JsonObject,
    /// What was sent along.
    pub context: RunContext,
    /// The versions that were called as partials, by the names they were called by.
    pub partials: Vec<RunPartial>,
    /// The messages as they were rendered; empty where they cannot be rendered.
    pub messages: Vec<RenderedMessage>,
    /// The answer as JSON, where a validation found it valid.
    pub validated_output: Option<serde_json::Value>,
    /// What people say of the answer, oldest first.
    pub ratings: Vec<Rating>,
}

/// Asks for a window of an answer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetOutput {
    /// The execution.
    pub id: ExecutionId,
    /// Which text.
    #[serde(default)]
    pub part: OutputPart,
    /// Where the window begins, in bytes of UTF-8; 0 where absent.
    #[serde(default)]
    pub offset: u64,
    /// The most bytes, at most 1 MiB, which it is where absent.
    #[serde(default)]
    pub limit: Option<u64>,
}

/// Cancels an execution.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelExecution {
    /// The execution.
    pub id: ExecutionId,
}

/// Tries an execution again.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetryExecution {
    /// The execution.
    pub id: ExecutionId,
    /// The values of sensitive variables, which were not kept.
    #[serde(default)]
    pub sensitive_inputs: JsonObject,
    /// The same key and request within 24 hours answer with the execution that was made the first time.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// Asks for the log of an execution.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetExecutionLog {
    /// The execution.
    pub id: ExecutionId,
}

pub(crate) async fn execution_log(
    app: &App,
    _: &Caller,
    request: GetExecutionLog,
) -> Result<ExecutionLog, ApiError> {
    Ok(app.store.get_execution_log(request.id).await?)
}

pub(crate) async fn execution_list(
    app: &App,
    _: &Caller,
    request: ListExecutions,
) -> Result<Page<Execution>, ApiError> {
    let prompt = match &request.prompt {
        Some(key) => Some(find_prompt(app, key).await?.id),
        None => None,
    };
    let filter = ExecutionFilter { run: request.run, prompt, status: request.status, newest: false };
    Ok(app.store.list_executions(filter, request.cursor.as_deref(), limit(request.limit)?).await?)
}

pub(crate) async fn execution_get(
    app: &App,
    _: &Caller,
    request: GetExecution,
) -> Result<ExecutionDetail, ApiError> {
    let ExecutionRecord { execution, content, inputs, context, validated_output, .. } =
        app.store.get_execution_record(request.id).await?;
    let attempts = app.store.list_attempts(request.id).await?;
    // Sensitive values are masked here, so a message may be refused that was fine when it was sent.
    let whole = Whole::of_run(app, Arc::unwrap_or_clone(content), execution.run_id).await?;
    let messages = whole.compiled().render(&inputs, &context).map_or(Vec::new(), |done| done.messages);
    let partials = whole.called();
    let ratings = app.store.list_ratings(&[execution.id]).await?;
    Ok(ExecutionDetail {
        execution,
        attempts,
        inputs,
        context: Arc::unwrap_or_clone(context),
        partials,
        messages,
        validated_output,
        ratings,
    })
}

pub(crate) async fn execution_output(
    app: &App,
    _: &Caller,
    request: GetOutput,
) -> Result<OutputWindow, ApiError> {
    if let Some(live) = app.engine.live_output(request.id, request.part, request.offset) {
        let (text, offset, next, total) = (live.text, live.offset, live.next, live.total);
        return Ok(OutputWindow { text, offset, next, total, complete: false });
    }
    let limit = request.limit.unwrap_or(formaops_store::MOST_OUTPUT_BYTES);
    Ok(app.store.get_output(request.id, request.part, request.offset, limit).await?)
}

pub(crate) async fn execution_cancel(
    app: &App,
    _: &Caller,
    request: CancelExecution,
) -> Result<Execution, ApiError> {
    app.store.get_execution(request.id).await?;
    app.engine.cancel_execution(request.id).await?;
    Ok(app.store.get_execution(request.id).await?)
}

pub(crate) async fn execution_retry(
    app: &App,
    caller: &Caller,
    request: RetryExecution,
) -> Result<Execution, ApiError> {
    let retried = retry(app, caller, &[request.id], &request.sensitive_inputs).await?;
    retried.into_iter().next().ok_or_else(|| ApiError::not_found("execution", request.id, ""))
}

/// Puts ended executions of one run into the queue again, each as its next generation. Nothing is put there where
/// one of them cannot be.
pub(super) async fn retry(
    app: &App,
    caller: &Caller,
    ids: &[ExecutionId],
    given: &JsonObject,
) -> Result<Vec<Execution>, ApiError> {
    let (mut retries, mut sensitive) = (Vec::new(), JsonObject::new());
    let mut run = None;
    for &id in ids {
        let ExecutionRecord { execution, content, inputs, .. } = app.store.get_execution_record(id).await?;
        // More may be known of the model by now than when the run was made.
        let known = find_model(app, &execution.model).await?;
        let column = usize::try_from(execution.variant).unwrap_or_default();
        let problems = refusals(&known, column, &execution.parameters, &content.body);
        let rate = rate_of(known);
        if !problems.is_empty() {
            return Err(ApiError::problems(ErrorCode::Invalid, problems));
        }
        let whole = Whole::of_run(app, Arc::unwrap_or_clone(content), execution.run_id).await?;
        let variables = whole.variables();
        let is_sensitive =
            |name: &str| variables.iter().any(|variable| variable.sensitive && variable.name == name);
        let inputs = unmask(variables, inputs, given.clone())?;
        sensitive.extend(inputs.into_iter().filter(|(name, _)| is_sensitive(name)));
        run = Some(execution.run_id);
        retries.push(NewRetry { of: id, id: app.ids.execution(), rate });
    }
    let Some(run) = run else { return Ok(Vec::new()) };
    let of = app.store.get_run(run).await?;
    if let Some(regraded) = of.regraded {
        let hint = format!("Try them again in `{regraded}`, whose answers these are, and grade it anew.");
        return Err(ApiError::new(ErrorCode::Conflict, "a run that grades answers anew asks for none", hint));
    }
    app.watch.require_room(of.priority)?;
    let next = app.store.insert_retries(retries, app.actor(caller), app.now()).await?;
    publish(app, run).await?;
    let mut submission = Submission::new(&app.store.get_run(run).await?, &next);
    submission.terms.watched = is_watched(caller, &of);
    submission.sensitive = sensitive;
    // Its last execution may have ended just now: then it is taken in hand again once it is over.
    match app.engine.submit(submission.clone()).await {
        Err(EngineError::RunEnding { .. }) => {
            // How it ended is told by itself; that it has is all that matters here.
            let _ = app.engine.wait_run(run).await;
            app.engine.submit(submission).await?;
        }
        submitted => submitted?,
    }
    Ok(next)
}
