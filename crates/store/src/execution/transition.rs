//! How an execution leaves the queue, and how it ends. Its run follows by trigger.

use super::{ExecutionRow, executions, refuse};
use crate::{
    StoreError,
    blob::{self, Blob},
    column::{Int, Json, Key, Text, Word},
    output, search,
};
use formaops_domain::{
    CostBasis, Execution, ExecutionId, ExecutionStatus, Failure, Finish, Metrics, ModelRef, NanoUsd,
    Parameters, PromptId, Retry, RunId, Span, Timestamp, ToolCall, Usage, ValidationResult, ValidationStatus,
    VersionId,
};
use sqlx::SqliteConnection;

/// A pending execution starts to run.
pub(crate) async fn begin(
    connection: &mut SqliteConnection,
    id: ExecutionId,
    at: Timestamp,
) -> Result<Execution, StoreError> {
    let (key, at) = (Key(id), Int(at));
    let moved = executions!(
        returning "update executions set status = 'running', started_at = ?2, retry = null
          where id = ?1 and status = 'pending'",
        key,
        at
    )
    .fetch_optional(&mut *connection)
    .await?;
    match moved {
        Some(row) => Ok(row.into()),
        None => Err(refuse(connection, id, "running").await),
    }
}

/// A running execution waits for its next attempt.
pub(crate) async fn wait(
    connection: &mut SqliteConnection,
    id: ExecutionId,
    retry: &Retry,
) -> Result<Execution, StoreError> {
    let (key, retry) = (Key(id), Json(retry));
    let moved = executions!(
        returning "update executions set status = 'pending', started_at = null, retry = ?2
          where id = ?1 and status = 'running'",
        key,
        retry
    )
    .fetch_optional(&mut *connection)
    .await?;
    match moved {
        Some(row) => Ok(row.into()),
        None => Err(refuse(connection, id, "pending").await),
    }
}

/// An execution whose attempt was interrupted waits for its turn again.
pub(crate) async fn requeue(connection: &mut SqliteConnection, id: ExecutionId) -> Result<(), StoreError> {
    let key = Key(id);
    let done = sqlx::query!(
        "update executions set status = 'pending', started_at = null, retry = null
        where id = ?1 and status = 'running'",
        key,
    )
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 0 { Err(refuse(connection, id, "pending").await) } else { Ok(()) }
}

/// How an execution ended, with its texts compressed.
pub(crate) struct Ending {
    pub(crate) id: ExecutionId,
    /// Where it was: running, or pending where it never left the queue.
    pub(crate) from: ExecutionStatus,
    pub(crate) to: ExecutionStatus,
    pub(crate) failure: Option<Failure>,
    pub(crate) answered_by: Option<ModelRef>,
    pub(crate) metrics: Metrics,
    pub(crate) finish: Option<Finish>,
    pub(crate) tool_calls: Vec<ToolCall>,
    pub(crate) preview: String,
    pub(crate) output_bytes: u64,
    pub(crate) output: Option<Blob>,
    pub(crate) reasoning: Option<Blob>,
    pub(crate) validated_output: Option<Blob>,
    pub(crate) validation_status: ValidationStatus,
    pub(crate) validations: Vec<ValidationResult>,
    /// What can be searched of it from now on.
    pub(crate) entry: search::Entry,
    pub(crate) at: Timestamp,
}

impl Ending {
    /// An end without an answer: failed with this failure, or cancelled without one.
    pub(crate) fn empty(
        id: ExecutionId,
        from: ExecutionStatus,
        failure: Option<Failure>,
        entry: search::Entry,
        at: Timestamp,
    ) -> Self {
        Self {
            id,
            from,
            to: if failure.is_some() { ExecutionStatus::Failed } else { ExecutionStatus::Cancelled },
            failure,
            answered_by: None,
            metrics: Metrics::default(),
            finish: None,
            tool_calls: Vec::new(),
            preview: String::new(),
            output_bytes: 0,
            output: None,
            reasoning: None,
            validated_output: None,
            validation_status: ValidationStatus::Skipped,
            validations: Vec::new(),
            entry,
            at,
        }
    }

    /// Adds the text of the answer.
    pub(crate) fn with_output(self, text: &str) -> Result<Self, StoreError> {
        let (preview, output_bytes) = (output::preview(text), text.len() as u64);
        Ok(Self { preview, output_bytes, output: Blob::of_text(text)?, ..self })
    }
}

/// Ends an execution. It never ends before it began, whatever the clock says.
pub(crate) async fn end(connection: &mut SqliteConnection, ending: Ending) -> Result<Execution, StoreError> {
    insert_validations(connection, ending.id, &ending.validations).await?;
    let hash = |blob: &Option<Blob>| blob.as_ref().map(|blob| Key(blob.hash));
    let (output, reasoning) = (hash(&ending.output), hash(&ending.reasoning));
    let validated_output = hash(&ending.validated_output);
    let blobs = [ending.output, ending.reasoning, ending.validated_output];
    blob::insert(connection, blobs.into_iter().flatten()).await?;
    let (id, from, to, at) = (Key(ending.id), Word(ending.from), Word(ending.to), Int(ending.at));
    let (failure, finish) = (ending.failure.as_ref().map(Json), ending.finish.as_ref().map(Json));
    let answered_by = ending.answered_by.as_ref().map(Text);
    let tool_calls = (!ending.tool_calls.is_empty()).then_some(Json(&ending.tool_calls));
    let metrics = &ending.metrics;
    let (latency, first_token) = (metrics.latency_ms.map(Int), metrics.first_token_ms.map(Int));
    let (usage, cost, basis) =
        (metrics.token_usage.map(Json), metrics.cost_usd.map(Int), Word(metrics.basis));
    let (output_bytes, validation_status) = (Int(ending.output_bytes), Word(ending.validation_status));
    let moved = executions!(
        returning "update executions set status = ?3, preview = ?4, output_bytes = ?5, output = ?6, reasoning = ?7,
          validated_output = ?8, failure = ?9, finish = ?10, latency_micros = ?11, first_token_micros = ?12,
          tokens_per_second = ?13, usage = ?14, cost_nanos = ?15, basis = ?16, validation_status = ?17,
          completed_at = max(?18, coalesce(started_at, created_at)), tool_calls = ?19, retry = null,
          answered_by = ?20
        where id = ?1 and status = ?2",
        id,
        from,
        to,
        ending.preview,
        output_bytes,
        output,
        reasoning,
        validated_output,
        failure,
        finish,
        latency,
        first_token,
        metrics.tokens_per_second,
        usage,
        cost,
        basis,
        validation_status,
        at,
        tool_calls,
        answered_by
    )
    .fetch_optional(&mut *connection)
    .await?;
    match moved {
        Some(row) => {
            search::insert(connection, row.seq, &ending.entry).await?;
            Ok(row.into())
        }
        None => Err(refuse(connection, ending.id, "ended").await),
    }
}

async fn insert_validations(
    connection: &mut SqliteConnection,
    execution: ExecutionId,
    results: &[ValidationResult],
) -> Result<(), StoreError> {
    let execution = Key(execution);
    for (position, result) in (0u32..).zip(results) {
        let verdict = Word(result.verdict);
        sqlx::query!(
            "insert into validation_results (execution, position, name, verdict, score, message)
            values (?1, ?2, ?3, ?4, ?5, ?6)",
            execution,
            position,
            result.name,
            verdict,
            result.score,
            result.message,
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
