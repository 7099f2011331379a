//! How an execution leaves the queue, and how it ends. Its run follows by trigger.

use super::{ExecutionRow, executions, refuse};
use crate::{
    StoreError,
    blob::{self, Blob, Shared},
    column::{Int, Json, Key, MetricsRow, Text, Whole, Word, hex},
    execution_log, output, search,
};
use formaops_domain::{
    Attempt, CostBasis, Execution, ExecutionId, ExecutionStatus, Failure, Finish, LogEntry, Metrics,
    ModelRef, NanoUsd, Parameters, Price, PromptId, Replayed, Retry, RunId, Span, Timestamp, ToolCall, Usage,
    ValidationResult, ValidationStatus, Verdict, VersionId,
};
use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;
use sqlx::SqliteConnection;
use std::collections::HashMap;

/// The place of the first result that came late: behind any number of rules.
const FIRST_LATE: u32 = 1_000_000;

/// A pending execution and the attempt with which it starts to run.
pub(crate) struct Begun {
    pub(crate) attempt: Attempt,
    pub(crate) log: Vec<LogEntry>,
}

#[derive(Serialize)]
struct BegunRow<'a> {
    id: String,
    execution: String,
    number: u32,
    model: String,
    price: Option<&'a Price>,
    at: i64,
    reserved: Option<i64>,
    day: String,
}

/// Pending executions start to run, each with its attempt.
///
/// Here and below executions are looked for by their ids: by what they wait for (hence the `+`) it would be all that do.
pub(crate) fn begin<'c>(
    connection: &'c mut SqliteConnection,
    begun: &'c [Begun],
) -> BoxFuture<'c, Result<Vec<Execution>, StoreError>> {
    let row = |Begun { attempt, .. }: &'c Begun| BegunRow {
        id: hex(attempt.id.as_bytes()),
        execution: hex(attempt.execution_id.as_bytes()),
        number: attempt.number,
        model: attempt.model.to_string(),
        price: attempt.price.as_ref(),
        at: attempt.started_at.to_i64(),
        reserved: attempt.reserved_usd.map(Whole::to_i64),
        day: attempt.day.to_string(),
    };
    let rows = Json(begun.iter().map(row).collect::<Vec<_>>());
    let log = steps(begun.iter().map(|begun| (begun.attempt.execution_id, &begun.log)));
    Box::pin(async move {
        let moved = executions!(
            returning "insert into attempts (id, execution, number, status, model, price, started_at, reserved_nanos, day)
              select unhex(b.value ->> 'id'), e.id, b.value ->> 'number', 'running', b.value ->> 'model',
                nullif(b.value -> 'price', 'null'), b.value ->> 'at', b.value ->> 'reserved', b.value ->> 'day'
              from json_each(?) b
              cross join executions e on e.id = unhex(b.value ->> 'execution') and e.status = 'pending';
              update executions set status = 'running', started_at = b.value ->> 'at', retry = null
              from json_each(?) b
              where executions.id = unhex(b.value ->> 'execution') and +executions.status = 'pending'",
            rows,
            rows;
            log log
        )
        .fetch_all(&mut *connection)
        .await?;
        in_order(connection, moved, begun.iter().map(|begun| begun.attempt.execution_id), "running").await
    })
}

/// Steps as the statement that keeps them with a change reads them.
fn steps<'a>(
    logs: impl Iterator<Item = (ExecutionId, &'a Vec<LogEntry>)>,
) -> Json<Vec<(String, Vec<Value>)>> {
    let some = logs.filter(|(_, entries)| !entries.is_empty());
    Json(some.map(|(id, entries)| (hex(id.as_bytes()), execution_log::rows(entries))).collect())
}

/// The executions that were changed, in the order in which that was asked for; an error where one was not.
async fn in_order(
    connection: &mut SqliteConnection,
    moved: Vec<ExecutionRow>,
    wanted: impl Iterator<Item = ExecutionId>,
    to: &'static str,
) -> Result<Vec<Execution>, StoreError> {
    let mut moved: HashMap<_, _> = moved.into_iter().map(|row| (row.id.0, Execution::from(row))).collect();
    let mut found = Vec::with_capacity(moved.len());
    for id in wanted {
        match moved.remove(&id) {
            Some(execution) => found.push(execution),
            None => return Err(refuse(connection, id, to).await),
        }
    }
    Ok(found)
}

/// A running execution waits for its next attempt.
pub(crate) async fn wait(
    connection: &mut SqliteConnection,
    id: ExecutionId,
    retry: &Retry,
    log: &[LogEntry],
) -> Result<Execution, StoreError> {
    execution_log::append(connection, id, log).await?;
    let (key, retry) = (Key(id), Json(retry));
    let moved = executions!(
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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EndingRow<'a> {
    id: String,
    from: ExecutionStatus,
    to: ExecutionStatus,
    preview: &'a str,
    output_bytes: i64,
    output: Option<String>,
    reasoning: Option<String>,
    validated: Option<String>,
    failure: Option<&'a Failure>,
    finish: Option<&'a Finish>,
    #[serde(flatten)]
    metrics: MetricsRow<'a>,
    validation_status: ValidationStatus,
    at: i64,
    tool_calls: Option<&'a [ToolCall]>,
    answered_by: Option<String>,
    score: Option<f64>,
}

impl<'a> EndingRow<'a> {
    fn of(ending: &'a Ending) -> Self {
        let hash = |blob: &Option<Blob>| blob.as_ref().map(|blob| hex(&blob.hash));
        Self {
            id: hex(ending.id.as_bytes()),
            from: ending.from,
            to: ending.to,
            preview: &ending.preview,
            output_bytes: ending.output_bytes.to_i64(),
            output: hash(&ending.output),
            reasoning: hash(&ending.reasoning),
            validated: ending.validated_output.as_ref().map(|shared| hex(&shared.hash)),
            failure: ending.failure.as_ref(),
            finish: ending.finish.as_ref(),
            metrics: MetricsRow::from(&ending.metrics),
            validation_status: ending.validation_status,
            at: ending.at.to_i64(),
            tool_calls: (!ending.tool_calls.is_empty()).then_some(&ending.tool_calls),
            answered_by: ending.answered_by.as_ref().map(ModelRef::to_string),
            score: ending.score,
        }
    }
}

/// Ends an execution.
pub(crate) async fn end_one(
    connection: &mut SqliteConnection,
    ending: Ending,
) -> Result<Execution, StoreError> {
    let id = ending.id;
    let ended = end(connection, &[&ending]).await?;
    ended.into_iter().next().ok_or_else(|| StoreError::not_found("execution", id))
}

/// Ends executions. None ends before it began, whatever the clock says.
pub(crate) async fn end(
    connection: &mut SqliteConnection,
    endings: &[&Ending],
) -> Result<Vec<Execution>, StoreError> {
    let blobs = endings.iter().flat_map(|ending| {
        let validated = ending.validated_output.as_ref().and_then(|shared| shared.new.as_ref());
        [ending.output.as_ref(), ending.reasoning.as_ref(), validated].into_iter().flatten()
    });
    blob::insert(connection, blobs.cloned().collect::<Vec<_>>()).await?;
    let results = endings.iter().flat_map(|ending| ResultRow::all(ending.id, &ending.validations));
    insert_results(connection, &results.collect::<Vec<_>>()).await?;
    let words =
        endings.iter().map(|ending| (hex(ending.id.as_bytes()), &ending.entry.inputs, &ending.entry.answer));
    let words = Json(words.collect::<Vec<_>>());
    let rows = Json(endings.iter().map(|ending| EndingRow::of(ending)).collect::<Vec<_>>());
    let log = steps(endings.iter().map(|ending| (ending.id, &ending.log)));
    let moved = executions!(
        returning "insert or replace into execution_words (rowid, prompt, inputs, answer)
          select e.seq, r.prompt_name, w.value ->> 1, w.value ->> 2
          from json_each(?) w cross join executions e on e.id = unhex(w.value ->> 0)
          cross join runs r on r.id = e.run and r.parent is null;
          update executions set status = x.value ->> 'to', preview = x.value ->> 'preview',
            output_bytes = x.value ->> 'outputBytes', output = unhex(x.value ->> 'output'),
            reasoning = unhex(x.value ->> 'reasoning'), validated_output = unhex(x.value ->> 'validated'),
            failure = nullif(x.value -> 'failure', 'null'), finish = nullif(x.value -> 'finish', 'null'),
            latency_micros = x.value ->> 'latency', first_token_micros = x.value ->> 'firstToken',
            tokens_per_second = x.value ->> 'tokensPerSecond', usage = nullif(x.value -> 'usage', 'null'),
            cost_nanos = x.value ->> 'cost', basis = x.value ->> 'basis',
            validation_status = x.value ->> 'validationStatus',
            completed_at = max(x.value ->> 'at', coalesce(executions.started_at, executions.created_at)),
            tool_calls = nullif(x.value -> 'toolCalls', 'null'), retry = null, answered_by = x.value ->> 'answeredBy',
            score = x.value ->> 'score', replayed = nullif(x.value -> 'replayed', 'null')
          from json_each(?) x
          where executions.id = unhex(x.value ->> 'id') and +executions.status = x.value ->> 'from'",
        words,
        rows;
        log log
    )
    .fetch_all(&mut *connection)
    .await?;
    in_order(connection, moved, endings.iter().map(|ending| ending.id), "ended").await
}

/// A result as one array: execution, place, name, verdict, score, message, detail, weight, metric, whether it came late.
#[derive(Debug, Serialize)]
pub(crate) struct ResultRow<'a>(
    String,
    u32,
    &'a str,
    Verdict,
    f64,
    &'a str,
    Option<String>,
    f64,
    Option<&'a str>,
    bool,
);

impl<'a> ResultRow<'a> {
    /// The results of an execution, in their order.
    pub(crate) fn all(execution: ExecutionId, results: &'a [ValidationResult]) -> impl Iterator<Item = Self> {
        Self::numbered(0, execution, results)
    }

    /// Results that came after the end stand behind all others.
    pub(crate) fn late(
        execution: ExecutionId,
        results: &'a [ValidationResult],
    ) -> impl Iterator<Item = Self> {
        Self::numbered(FIRST_LATE, execution, results)
    }

    fn numbered(
        first: u32,
        execution: ExecutionId,
        results: &'a [ValidationResult],
    ) -> impl Iterator<Item = Self> {
        let execution = hex(execution.as_bytes());
        (first..).zip(results).map(move |(position, result)| {
            let ValidationResult { name, verdict, score, message, detail, weight, metric } = result;
            let detail = detail.as_ref().map(Value::to_string);
            let metric = metric.as_deref();
            let is_late = first == FIRST_LATE;
            Self(
                execution.clone(),
                position,
                name,
                *verdict,
                *score,
                message,
                detail,
                *weight,
                metric,
                is_late,
            )
        })
    }
}

/// Keeps results of any number of executions.
pub(crate) async fn insert_results(
    connection: &mut SqliteConnection,
    rows: &[ResultRow<'_>],
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    insert_written(connection, &serde_json::to_string(rows).map_err(StoreError::unreadable)?).await
}

/// Keeps results that are written as the statement reads them: an array of [`ResultRow`].
pub(crate) async fn insert_written(connection: &mut SqliteConnection, rows: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into validation_results
          (execution, position, name, verdict, score, message, detail, weight, metric, late)
        select unhex(r.value ->> 0), r.value ->> 1, r.value ->> 2, r.value ->> 3, r.value ->> 4, r.value ->> 5,
          r.value ->> 6, r.value ->> 7, r.value ->> 8, r.value ->> 9
        from json_each(?1) r",
        rows,
    )
    .execute(connection)
    .await?;
    Ok(())
}
