//! The course of a run that is under way: paused, resumed, tried again, taken up after a restart.

use super::{
    MOST_ITEMS,
    early_stop::look_on,
    execution::retry,
    partial::Whole,
    run::{RunDetail, detail, publish},
    sensitive::MASK,
};
use crate::{ApiError, App, Caller, ErrorCode};
use formaops_domain::{
    ErrorClass, ExecutionId, ExecutionStatus, Failure, JsonObject, ModelRef, Run, RunId, VersionId,
};
use formaops_engine::Submission;
use formaops_store::ExecutionFilter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Pauses a run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PauseRun {
    /// The run.
    pub id: RunId,
}

/// Has a paused run go on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResumeRun {
    /// The run.
    pub id: RunId,
}

/// Tries again what failed in a run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetryRun {
    /// The run.
    pub id: RunId,
    /// The values of sensitive variables, which were not kept.
    #[serde(default)]
    pub sensitive_inputs: JsonObject,
    /// The same key and request within 24 hours answer with the run as it was the first time.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

pub(crate) async fn run_pause(app: &App, _: &Caller, request: PauseRun) -> Result<RunDetail, ApiError> {
    if app.store.get_run(request.id).await?.regraded.is_some() {
        let message = "a run that grades answers anew is not paused: it calls no model";
        return Err(ApiError::new(ErrorCode::Conflict, message, "Cancel it, or wait for its end."));
    }
    app.engine.pause_run(request.id).await?;
    detail(app, request.id).await
}

pub(crate) async fn run_resume(app: &App, _: &Caller, request: ResumeRun) -> Result<RunDetail, ApiError> {
    app.engine.resume_run(request.id).await?;
    detail(app, request.id).await
}

/// Tries the newest generation of each cell that failed again.
pub(crate) async fn run_retry(app: &App, caller: &Caller, request: RetryRun) -> Result<RunDetail, ApiError> {
    app.store.get_run(request.id).await?;
    let failed = newest(app, request.id, ExecutionStatus::Failed).await?;
    let failed: Vec<_> = failed.into_iter().map(|cell| cell.0).collect();
    retry(app, caller, &failed, &request.sensitive_inputs).await?;
    detail(app, request.id).await
}

/// The newest generations of cells that stand here, however many, each with its version and model.
async fn newest(
    app: &App,
    run: RunId,
    status: ExecutionStatus,
) -> Result<Vec<(ExecutionId, VersionId, ModelRef)>, ApiError> {
    let filter = ExecutionFilter { run: Some(run), status: Some(status), newest: true, ..Default::default() };
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = app.store.list_executions(filter, Option::as_deref(&cursor), MOST_ITEMS).await?;
        found.extend(page.items.into_iter().map(|cell| (cell.id, cell.version_id, cell.model)));
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(found),
        }
    }
}

/// Puts what an earlier process left of runs that go on back into the queue. The values of sensitive variables
/// went with that process, so what needs one fails.
pub(crate) async fn take_up(app: &App) -> Result<(), ApiError> {
    for run in app.store.list_open_runs().await? {
        let mut waiting = newest(app, run.id, ExecutionStatus::Pending).await?;
        let version = waiting.first().map(|first| first.1);
        if has_lost_values(app, &run, version).await? {
            for (execution, ..) in waiting.drain(..) {
                app.store.finish_queued(execution, Some(lost_values()), app.now()).await?;
            }
            publish(app, run.id).await?;
        }
        let waiting = waiting.iter().map(|(id, _, model)| (*id, model));
        app.engine.submit(Submission::of(&run, waiting)).await?;
        look_on(app, &run);
    }
    Ok(())
}

/// Whether a value that the executions need was masked when it was stored.
async fn has_lost_values(app: &App, run: &Run, version: Option<VersionId>) -> Result<bool, ApiError> {
    let Some(version) = version else { return Ok(false) };
    let content = app.store.get_version(run.prompt_id, version).await?.content;
    let is_masked = |name: &str| run.inputs.get(name).is_some_and(|value| value == MASK);
    let whole = Whole::of_run(app, content, run.id).await?;
    Ok(whole.variables().iter().any(|variable| variable.sensitive && is_masked(&variable.name)))
}

fn lost_values() -> Failure {
    Failure::new(
        ErrorClass::Interrupted,
        "FormaOps ended before this was sent, and the values of sensitive variables are never stored",
        "Run it again with those values.",
    )
}
