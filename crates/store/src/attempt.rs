//! Attempts on the wire: how they begin, and how they end with their execution.

use crate::{
    Store, StoreError,
    blob::Blob,
    column::{Int, Json, Key, MetricsRow, Text, Whole, Word, hex, metrics},
    execution::{self, Begun, Ending},
    recording::{self, Joined},
    search::{self, Entry},
};
use formaops_domain::{
    Attempt, AttemptId, AttemptStatus, CostBasis, Day, Execution, ExecutionId, ExecutionStatus, Failure,
    LogEntry, LogLevel, Metrics, ModelRef, NanoUsd, Price, Replayed, RequestHash, Retry, Span, Timestamp,
    Usage, ports::Outcome,
};
use futures::future::BoxFuture;
use serde::Serialize;
use sqlx::SqliteConnection;
use std::collections::HashMap;

/// How an attempt ended, with its texts compressed.
pub(crate) struct Ended {
    pub(crate) id: AttemptId,
    pub(crate) status: AttemptStatus,
    pub(crate) request_hash: Option<RequestHash>,
    pub(crate) request_id: Option<String>,
    pub(crate) http_status: Option<u16>,
    pub(crate) price: Option<Price>,
    pub(crate) recording: Joined,
}

/// How an attempt ended, and its execution with it.
pub(crate) struct Finished {
    pub(crate) attempt: Ended,
    pub(crate) ending: Ending,
}

/// Ends attempts and their executions.
pub(crate) fn finish<'c>(
    connection: &'c mut SqliteConnection,
    finished: &'c [Finished],
) -> BoxFuture<'c, Result<Vec<Execution>, StoreError>> {
    Box::pin(async move {
        let attempts: Vec<_> = finished
            .iter()
            .map(|Finished { attempt, ending }| End {
                attempt,
                failure: ending.failure.as_ref(),
                metrics: &ending.metrics,
                at: ending.at,
            })
            .collect();
        end(connection, &attempts).await?;
        execution::end(connection, &finished.iter().map(|finished| &finished.ending).collect::<Vec<_>>())
            .await
    })
}

/// Ends an attempt, and stores its whole recording instead of the parts.
pub(crate) async fn end_one(
    connection: &mut SqliteConnection,
    attempt: &Ended,
    failure: Option<&Failure>,
    metrics: &Metrics,
    at: Timestamp,
) -> Result<(), StoreError> {
    end(connection, &[End { attempt, failure, metrics, at }]).await
}

/// An attempt that ends.
struct End<'a> {
    attempt: &'a Ended,
    failure: Option<&'a Failure>,
    metrics: &'a Metrics,
    at: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EndRow<'a> {
    id: String,
    status: AttemptStatus,
    request_hash: Option<String>,
    request_id: Option<&'a str>,
    http_status: Option<u16>,
    failure: Option<&'a Failure>,
    #[serde(flatten)]
    metrics: MetricsRow<'a>,
    price: Option<&'a Price>,
    at: i64,
}

impl<'a> EndRow<'a> {
    fn of(&End { attempt, failure, metrics, at }: &End<'a>) -> Self {
        Self {
            id: hex(attempt.id.as_bytes()),
            status: attempt.status,
            request_hash: attempt.request_hash.as_ref().map(|hash| hex(hash.as_bytes())),
            request_id: attempt.request_id.as_deref(),
            http_status: attempt.http_status,
            failure,
            metrics: MetricsRow::from(metrics),
            price: attempt.price.as_ref(),
            at: at.to_i64(),
        }
    }
}

/// Ends attempts, and stores their whole recordings instead of the parts.
async fn end(connection: &mut SqliteConnection, ends: &[End<'_>]) -> Result<(), StoreError> {
    let rows = Json(ends.iter().map(EndRow::of).collect::<Vec<_>>());
    let ended = sqlx::query!(
        r#"update attempts set status = x.value ->> 'status', request_hash = unhex(x.value ->> 'requestHash'),
          request_id = x.value ->> 'requestId', http_status = x.value ->> 'httpStatus',
          failure = nullif(x.value -> 'failure', 'null'), latency_micros = x.value ->> 'latency',
          first_token_micros = x.value ->> 'firstToken', tokens_per_second = x.value ->> 'tokensPerSecond',
          usage = nullif(x.value -> 'usage', 'null'), cost_nanos = x.value ->> 'cost', basis = x.value ->> 'basis',
          price = coalesce(nullif(x.value -> 'price', 'null'), attempts.price),
          completed_at = max(x.value ->> 'at', attempts.started_at),
          replayed = nullif(x.value -> 'replayed', 'null')
        from json_each(?1) x where attempts.id = unhex(x.value ->> 'id')
        returning attempts.id as "id!: Key<AttemptId>",
          (select count(*) from recording_parts s where s.attempt = attempts.id) as "parts!: u32""#,
        rows,
    )
    .fetch_all(&mut *connection)
    .await?;
    let parts: HashMap<AttemptId, u32> = ended.into_iter().map(|row| (row.id.0, row.parts)).collect();
    let mut whole = Vec::with_capacity(ends.len());
    for end in ends {
        let Ended { id, recording, .. } = end.attempt;
        match parts.get(id) {
            Some(parts) if *parts == recording.parts => whole.push(end),
            Some(_) => recording::join_again(connection, *id, recording, end.at).await?,
            None => return Err(StoreError::not_found("attempt", id)),
        }
    }
    let recordings = whole.into_iter().map(|end| (end.attempt.id, &end.attempt.recording, end.at));
    recording::insert(connection, &recordings.collect::<Vec<_>>()).await
}

impl Store {
    /// Begins an attempt: its execution and its run become running.
    ///
    /// # Errors
    /// [`StoreError::Transition`] where the execution is not pending.
    pub async fn start_attempt(&self, attempt: Attempt, log: Vec<LogEntry>) -> Result<Execution, StoreError> {
        self.write_together(&self.inner.begun, Begun { attempt, log }).await
    }

    /// Ends an attempt and its execution, and joins the parts of its recording.
    ///
    /// # Errors
    /// [`StoreError::Transition`] where they have ended already.
    pub async fn finish_attempt(&self, outcome: &Outcome) -> Result<Execution, StoreError> {
        let to = match outcome.status {
            AttemptStatus::Succeeded => ExecutionStatus::Completed,
            AttemptStatus::Cancelled => ExecutionStatus::Cancelled,
            AttemptStatus::Failed | AttemptStatus::Interrupted | AttemptStatus::Running => {
                ExecutionStatus::Failed
            }
        };
        let attempt = self.ended(outcome).await?;
        let entry = Entry::new(&outcome.inputs, &outcome.output);
        let ending = Ending {
            to,
            answered_by: outcome.answered_by.clone(),
            metrics: outcome.metrics.clone(),
            finish: outcome.finish.clone(),
            tool_calls: outcome.tool_calls.clone(),
            reasoning: Blob::of_text(&outcome.reasoning)?,
            validation_status: outcome.validation_status,
            score: outcome.score,
            validations: outcome.validations.clone(),
            log: outcome.last_part.log.clone(),
            ..Ending::empty(
                outcome.execution,
                ExecutionStatus::Running,
                outcome.failure.clone(),
                entry,
                outcome.completed_at,
            )
        };
        let ending = ending.with_output(&outcome.output, outcome.validated_output.as_ref())?;
        self.write_together(&self.inner.finished, Finished { attempt, ending }).await
    }

    /// Ends an attempt that failed, while its execution waits for the next one.
    ///
    /// # Errors
    /// [`StoreError::Transition`] where they have ended already.
    pub async fn retry_attempt(&self, outcome: &Outcome, retry: Retry) -> Result<Execution, StoreError> {
        let attempt = self.ended(outcome).await?;
        let (execution, completed_at) = (outcome.execution, outcome.completed_at);
        let (failure, metrics) = (outcome.failure.clone(), outcome.metrics.clone());
        let log = outcome.last_part.log.clone();
        self.write(move |connection| {
            Box::pin(async move {
                end_one(connection, &attempt, failure.as_ref(), &metrics, completed_at).await?;
                execution::wait(connection, execution, &retry, &log).await
            })
        })
        .await
    }

    async fn ended(&self, outcome: &Outcome) -> Result<Ended, StoreError> {
        let last = recording::pack(&outcome.last_part.frames)?;
        // Where the last part holds the whole text there are usually no others; if there are, it is seen later.
        let recording = if outcome.last_part.text.len() == outcome.output.len() {
            Joined::of(last)?
        } else {
            Joined::load(&mut *self.readers().acquire().await?, outcome.attempt, last).await?
        };
        Ok(Ended {
            id: outcome.attempt,
            status: outcome.status,
            request_hash: outcome.request_hash,
            request_id: outcome.request_id.clone(),
            http_status: outcome.http_status,
            price: outcome.price.clone(),
            recording,
        })
    }

    /// Ends an execution that waits: failed with this failure, or cancelled without one.
    ///
    /// # Errors
    /// [`StoreError::Transition`] where it is not pending.
    pub async fn finish_queued(
        &self,
        execution: ExecutionId,
        failure: Option<Failure>,
        at: Timestamp,
    ) -> Result<Execution, StoreError> {
        let entry = search::entry(&mut *self.readers().acquire().await?, execution, "").await?;
        let step = match &failure {
            Some(failure) => LogEntry::new(at, None, LogLevel::Error, "Failed before it was sent")
                .with("class", failure.class),
            None => LogEntry::new(at, None, LogLevel::Warn, "Cancelled while it waited"),
        };
        let ending = Ending::empty(execution, ExecutionStatus::Pending, failure, entry, at);
        let ending = Ending { log: vec![step], ..ending };
        self.write(move |connection| Box::pin(execution::end_one(connection, ending))).await
    }

    /// The attempts of an execution, first to last.
    pub async fn list_attempts(&self, execution: ExecutionId) -> Result<Vec<Attempt>, StoreError> {
        let key = Key(execution);
        let rows = sqlx::query!(
            r#"select id as "id: Key<AttemptId>", number as "number: u32", status as "status: Word<AttemptStatus>",
              model as "model: Text<ModelRef>", request_hash as "request_hash: Key<RequestHash>", request_id,
              http_status as "http_status: u16", failure as "failure: Json<Failure>",
              latency_micros as "latency: Int<Span>", first_token_micros as "first_token: Int<Span>",
              tokens_per_second, usage as "usage: Json<Usage>", cost_nanos as "cost: Int<NanoUsd>",
              basis as "basis: Word<CostBasis>", replayed as "replayed: Json<Replayed>", price as "price: Json<Price>",
              reserved_nanos as "reserved: Int<NanoUsd>", day as "day: Text<Day>",
              started_at as "started_at: Int<Timestamp>", completed_at as "completed_at: Int<Timestamp>"
            from attempts where execution = ?1 order by number"#,
            key,
        )
        .fetch_all(self.readers())
        .await?;
        let attempt = rows.into_iter().map(|row| Attempt {
            id: row.id.0,
            execution_id: execution,
            number: row.number,
            status: row.status.0,
            model: row.model.0,
            request_hash: row.request_hash.map(|hash| hash.0),
            request_id: row.request_id,
            http_status: row.http_status,
            failure: row.failure.map(|failure| failure.0),
            metrics: metrics!(row),
            price: row.price.map(|price| price.0),
            reserved_usd: row.reserved.map(|reserved| reserved.0),
            day: row.day.0,
            started_at: row.started_at.0,
            completed_at: row.completed_at.map(|at| at.0),
        });
        Ok(attempt.collect())
    }
}
