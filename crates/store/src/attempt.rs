//! Attempts on the wire: how they begin, and how they end with their execution.

use crate::{
    Store, StoreError,
    blob::Blob,
    column::{Int, Json, Key, Text, Word, metrics},
    execution::{self, Ending},
    recording::{self, Joined},
    search::{self, Entry},
};
use formaops_domain::{
    Attempt, AttemptId, AttemptStatus, CostBasis, Day, Execution, ExecutionId, ExecutionStatus, Failure,
    LogEntry, LogLevel, Metrics, ModelRef, NanoUsd, Price, Replayed, RequestHash, Retry, Span, Timestamp,
    Usage, ports::Outcome,
};
use sqlx::SqliteConnection;

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

/// Ends an attempt and its execution.
pub(crate) async fn finish(
    connection: &mut SqliteConnection,
    attempt: Ended,
    ending: Ending,
) -> Result<Execution, StoreError> {
    end(connection, attempt, ending.failure.as_ref(), &ending.metrics, ending.at).await?;
    execution::end(connection, ending).await
}

/// Ends an attempt, and stores its whole recording instead of the parts.
pub(crate) async fn end(
    connection: &mut SqliteConnection,
    attempt: Ended,
    failure: Option<&Failure>,
    metrics: &Metrics,
    ended_at: Timestamp,
) -> Result<(), StoreError> {
    let (id, status, at) = (Key(attempt.id), Word(attempt.status), Int(ended_at));
    let (request_hash, price) = (attempt.request_hash.map(Key), attempt.price.as_ref().map(Json));
    let failure = failure.map(Json);
    let (latency, first_token) = (metrics.latency_ms.map(Int), metrics.first_token_ms.map(Int));
    let (usage, cost, basis) =
        (metrics.token_usage.map(Json), metrics.cost_usd.map(Int), Word(metrics.basis));
    let replayed = metrics.replayed.map(Json);
    let Joined { parts, blob, .. } = &attempt.recording;
    let (frames, size) = (Key(blob.hash), Int(blob.size));
    // One text, as with executions. The recording is kept only where it has all the parts.
    let kept = sqlx::query_scalar!(
        r#"update attempts set status = ?, request_hash = ?, request_id = ?, http_status = ?, failure = ?,
          latency_micros = ?, first_token_micros = ?, tokens_per_second = ?, usage = ?, cost_nanos = ?,
          basis = ?, price = coalesce(?, price), completed_at = max(?, started_at), replayed = ?
        where id = ?;
        insert into blobs (hash, size, data)
        select column1, column2, column3 from (values (?, ?, ?))
        where (select count(*) from recording_parts where attempt = ?) = ?
        on conflict (hash) do nothing;
        insert into recordings (attempt, request_hash, repeat, frames, recorded_at)
        select a.id, a.request_hash, coalesce(p.repeat, e.repeat), ?, ?
        from attempts a join executions e on e.id = a.execution join runs r on r.id = e.run
        left join executions p on p.id = r.parent
        where a.id = ? and (select count(*) from recording_parts s where s.attempt = a.id) = ?
        returning 1 as "kept!: u32""#,
        status,
        request_hash,
        attempt.request_id,
        attempt.http_status,
        failure,
        latency,
        first_token,
        metrics.tokens_per_second,
        usage,
        cost,
        basis,
        price,
        at,
        replayed,
        id,
        frames,
        size,
        blob.data,
        id,
        parts,
        frames,
        at,
        id,
        parts,
    )
    .fetch_optional(&mut *connection)
    .await?;
    match (kept, attempt.recording) {
        (Some(_), Joined { parts: 0, .. }) => Ok(()),
        (Some(_), _) => recording::drop_parts(connection, attempt.id).await,
        (None, joined) => {
            recording::join_again(connection, attempt.id, joined, attempt.request_hash, ended_at).await
        }
    }
}

impl Store {
    /// Begins an attempt: its execution and its run become running.
    ///
    /// # Errors
    /// [`StoreError::Transition`] where the execution is not pending.
    pub async fn start_attempt(&self, attempt: Attempt, log: Vec<LogEntry>) -> Result<Execution, StoreError> {
        self.write(move |connection| {
            Box::pin(async move { execution::begin(connection, attempt, &log).await })
        })
        .await
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
        self.write(move |connection| Box::pin(finish(connection, attempt, ending))).await
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
                end(connection, attempt, failure.as_ref(), &metrics, completed_at).await?;
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
        self.write(move |connection| Box::pin(execution::end(connection, ending))).await
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
