//! How an execution leaves the queue, and how it ends. Its run follows by trigger.

use super::{ExecutionRow, executions, refuse};
use crate::{
    StoreError,
    blob::{self, Blob, Shared},
    column::{Int, Json, Key, Text, Word},
    execution_log, output, search,
};
use formaops_domain::{
    Attempt, CostBasis, Execution, ExecutionId, ExecutionStatus, Failure, Finish, LogEntry, Metrics,
    ModelRef, NanoUsd, Parameters, PromptId, Replayed, Retry, RunId, Span, Timestamp, ToolCall, Usage,
    ValidationResult, ValidationStatus, VersionId,
};
use sqlx::{QueryBuilder, SqliteConnection};

/// The place of the first result that came late: behind any number of rules.
const FIRST_LATE: u32 = 1_000_000;
/// How many results one statement inserts at most: each has ten parameters.
const MOST_RESULTS: usize = 1_000;

/// A pending execution starts to run, with this attempt.
pub(crate) async fn begin(
    connection: &mut SqliteConnection,
    attempt: Attempt,
    log: &[LogEntry],
) -> Result<Execution, StoreError> {
    let (key, id, at) = (Key(attempt.execution_id), Key(attempt.id), Int(attempt.started_at));
    let (model, price) = (Text(&attempt.model), attempt.price.as_ref().map(Json));
    let (reserved, day, log) = (attempt.reserved_usd.map(Int), Text(attempt.day), execution_log::rows(log));
    let moved = executions!(
        log key, log;
        returning "insert into attempts (id, execution, number, status, model, price, started_at, reserved_nanos, day)
          select ?, id, ?, 'running', ?, ?, ?, ?, ? from executions where id = ? and status = 'pending';
          update executions set status = 'running', started_at = ?, retry = null
          where id = ? and status = 'pending'",
        id,
        attempt.number,
        model,
        price,
        at,
        reserved,
        day,
        key,
        at,
        key
    )
    .fetch_optional(&mut *connection)
    .await?;
    match moved {
        Some(row) => Ok(row.into()),
        None => Err(refuse(connection, attempt.execution_id, "running").await),
    }
}

/// A running execution waits for its next attempt.
pub(crate) async fn wait(
    connection: &mut SqliteConnection,
    id: ExecutionId,
    retry: &Retry,
    log: &[LogEntry],
) -> Result<Execution, StoreError> {
    let (key, retry, log) = (Key(id), Json(retry), execution_log::rows(log));
    let moved = executions!(
        log key, log;
        returning "update executions set status = 'pending', started_at = null, retry = ?
          where id = ? and status = 'running'",
        retry,
        key
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
    pub(crate) validated_output: Option<Shared>,
    pub(crate) validation_status: ValidationStatus,
    pub(crate) score: Option<f64>,
    pub(crate) validations: Vec<ValidationResult>,
    /// What can be searched of it from now on.
    pub(crate) entry: search::Entry,
    /// The steps that are not kept yet.
    pub(crate) log: Vec<LogEntry>,
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
            score: None,
            validations: Vec::new(),
            entry,
            log: Vec::new(),
            at,
        }
    }

    /// Adds the text of the answer, and its value where a rule found it valid.
    pub(crate) fn with_output(
        self,
        text: &str,
        validated: Option<&serde_json::Value>,
    ) -> Result<Self, StoreError> {
        let (preview, output_bytes) = (output::preview(text), text.len() as u64);
        let output = Blob::of_text(text)?;
        let kept: Vec<_> = output.iter().map(|blob| blob.hash).collect();
        let validated_output = validated.map(|value| Shared::of_json(value, &kept)).transpose()?;
        Ok(Self { preview, output_bytes, output, validated_output, ..self })
    }
}

/// Ends an execution. It never ends before it began, whatever the clock says.
pub(crate) async fn end(connection: &mut SqliteConnection, ending: Ending) -> Result<Execution, StoreError> {
    // Few executions have these.
    let reasoning = ending.reasoning.as_ref().map(|blob| Key(blob.hash));
    let validated_output = ending.validated_output.as_ref().map(|shared| Key(shared.hash));
    let rare = [ending.reasoning, ending.validated_output.and_then(|shared| shared.new)];
    blob::insert(connection, rare.into_iter().flatten()).await?;
    insert_validations(connection, ending.id, &ending.validations).await?;
    let (output, output_size, output_data) = match ending.output {
        Some(Blob { hash, size, data }) => (Some(Key(hash)), Some(Int(size)), Some(data)),
        None => (None, None, None),
    };
    let (id, from, to, at) = (Key(ending.id), Word(ending.from), Word(ending.to), Int(ending.at));
    let (failure, finish) = (ending.failure.as_ref().map(Json), ending.finish.as_ref().map(Json));
    let answered_by = ending.answered_by.as_ref().map(Text);
    let tool_calls = (!ending.tool_calls.is_empty()).then_some(Json(&ending.tool_calls));
    let metrics = &ending.metrics;
    let (latency, first_token) = (metrics.latency_ms.map(Int), metrics.first_token_ms.map(Int));
    let (usage, cost, basis) =
        (metrics.token_usage.map(Json), metrics.cost_usd.map(Int), Word(metrics.basis));
    let replayed = metrics.replayed.map(Json);
    let (output_bytes, validation_status) = (Int(ending.output_bytes), Word(ending.validation_status));
    let log = execution_log::rows(&ending.log);
    let moved = executions!(
        log id, log;
        returning "insert into blobs (hash, size, data)
          select column1, column2, column3 from (values (?, ?, ?)) where column1 is not null
          on conflict (hash) do nothing;
          insert or replace into execution_words (rowid, prompt, inputs, answer)
          select e.seq, r.prompt_name, ?, ? from executions e join runs r on r.id = e.run
          where e.id = ? and r.parent is null;
          update executions set status = ?, preview = ?, output_bytes = ?, output = ?, reasoning = ?,
          validated_output = ?, failure = ?, finish = ?, latency_micros = ?, first_token_micros = ?,
          tokens_per_second = ?, usage = ?, cost_nanos = ?, basis = ?, validation_status = ?,
          completed_at = max(?, coalesce(started_at, created_at)), tool_calls = ?, retry = null,
          answered_by = ?, score = ?, replayed = ?
          where id = ? and status = ?",
        output,
        output_size,
        output_data,
        ending.entry.inputs,
        ending.entry.answer,
        id,
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
        answered_by,
        ending.score,
        replayed,
        id,
        from
    )
    .fetch_optional(&mut *connection)
    .await?;
    match moved {
        Some(row) => Ok(row.into()),
        None => Err(refuse(connection, ending.id, "ended").await),
    }
}

pub(crate) async fn insert_validations(
    connection: &mut SqliteConnection,
    execution: ExecutionId,
    results: &[ValidationResult],
) -> Result<(), StoreError> {
    insert_results(connection, execution, results, false).await
}

/// Results that came after the end stand behind all others.
pub(crate) async fn insert_late(
    connection: &mut SqliteConnection,
    execution: ExecutionId,
    results: &[ValidationResult],
) -> Result<(), StoreError> {
    insert_results(connection, execution, results, true).await
}

async fn insert_results(
    connection: &mut SqliteConnection,
    execution: ExecutionId,
    results: &[ValidationResult],
    late: bool,
) -> Result<(), StoreError> {
    let first = if late { FIRST_LATE } else { 0 };
    let mut positions = first..;
    for some in results.chunks(MOST_RESULTS) {
        let mut query = QueryBuilder::new(
            "insert into validation_results
              (execution, position, name, verdict, score, message, detail, weight, metric, late) ",
        );
        query.push_values(some.iter().zip(positions.by_ref()), |mut row, (result, position)| {
            row.push_bind(Key(execution))
                .push_bind(position)
                .push_bind(&result.name)
                .push_bind(Word(result.verdict))
                .push_bind(result.score)
                .push_bind(&result.message)
                .push_bind(result.detail.as_ref().map(Json))
                .push_bind(result.weight)
                .push_bind(&result.metric)
                .push_bind(late);
        });
        // The executions of a run have as many results each.
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}
