//! The course of a run that is under way: paused, resumed, tried again, taken up after a restart.

use super::{
    execution::retry,
    partial::Whole,
    run::{RunDetail, detail, publish},
    sensitive::MASK,
};
use crate::{ApiError, App, Caller, ErrorCode};
use formaops_domain::{ErrorClass, Execution, ExecutionStatus, Failure, JsonObject, Run, RunId};
use formaops_engine::Submission;
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
    let before = detail(app, request.id).await?;
    let failed = before.executions.iter().filter(|execution| execution.status == ExecutionStatus::Failed);
    let failed: Vec<_> = failed.map(|execution| execution.id).collect();
    retry(app, caller, &failed, &request.sensitive_inputs).await?;
    detail(app, request.id).await
}

/// Puts what an earlier process left of runs that go on back into the queue. The values of sensitive variables
/// went with that process, so what needs one fails.
pub(crate) async fn take_up(app: &App) -> Result<(), ApiError> {
    for run in app.store.list_open_runs().await? {
        let RunDetail { run, executions } = detail(app, run.id).await?;
        let mut waiting: Vec<_> =
            executions.into_iter().filter(|execution| execution.status == ExecutionStatus::Pending).collect();
        if has_lost_values(app, &run, &waiting).await? {
            for execution in waiting.drain(..) {
                app.store.finish_queued(execution.id, Some(lost_values()), app.now()).await?;
            }
            publish(app, run.id).await?;
        }
        app.engine.submit(Submission::new(&run, &waiting)).await?;
    }
    Ok(())
}

/// Whether a value that the executions need was masked when it was stored.
async fn has_lost_values(app: &App, run: &Run, executions: &[Execution]) -> Result<bool, ApiError> {
    let Some(first) = executions.first() else { return Ok(false) };
    let content = app.store.get_version(run.prompt_id, first.version_id).await?.content;
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
