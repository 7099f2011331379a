//! Puts in order what a process left behind when it ended in the middle.

use crate::{
    Store, StoreError,
    attempt::{self, Ended, Finished},
    column::{Int, Key},
    dataset,
    execution::{self, Ending},
    execution_log,
    recording::{self, Joined},
    regrade, run, search,
};
use formaops_domain::{
    AttemptId, AttemptStatus, CostBasis, ErrorClass, ExecutionId, ExecutionStatus, Failure, LogEntry,
    LogLevel, Metrics, NanoUsd, RunId, RunStatus, Timestamp,
};
use sqlx::SqliteConnection;

/// What was put in order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Attempts that were on the wire.
    pub attempts: u32,
    /// Executions that were still waiting, and wait no more.
    pub queued: u32,
    /// Runs that were not over, and are now.
    pub runs: u32,
}

fn interrupted(started: bool) -> Failure {
    let message = if started {
        "FormaOps ended while the answer was coming; what had arrived is kept"
    } else {
        "FormaOps ended before this was sent"
    };
    Failure::new(ErrorClass::Interrupted, message, "Run it again.")
}

impl Store {
    /// To be called once, by the process that has just become the owner of the workspace and before it runs
    /// anything: attempts that were on the wire become interrupted and keep what had arrived.
    ///
    /// Runs whose answers have yet to be held against each other stay open: only that is left to do of them.
    /// Runs that are paused, or to be resumed on a restart, stay open, and their executions wait for their turn
    /// again. Of all others the executions that had not ended fail with the class `interrupted`, and the run ends.
    /// An interrupted attempt ends when its last bytes came, which is the last that is known of it, and counts
    /// for the most that it could cost.
    pub async fn recover(&self, now: Timestamp) -> Result<Recovered, StoreError> {
        self.write(move |connection| Box::pin(recover(connection, now))).await
    }
}

async fn recover(connection: &mut SqliteConnection, now: Timestamp) -> Result<Recovered, StoreError> {
    dataset::clear_stages(connection).await?;
    let mut recovered = Recovered { runs: regrade::recover(connection, now).await?, ..Recovered::default() };
    let running = sqlx::query!(
        r#"select a.id as "id: Key<AttemptId>", a.execution as "execution: Key<ExecutionId>",
          a.started_at as "started_at: Int<Timestamp>", a.number as "number: u32",
          a.reserved_nanos as "reserved: Int<NanoUsd>",
          r.status = 'paused' or r.on_restart = 'resume' as "goes_on!: bool"
        from attempts a join executions e on e.id = a.execution join runs r on r.id = e.run
        where a.status = 'running'"#
    )
    .fetch_all(&mut *connection)
    .await?;
    for row in running {
        let running = Running {
            id: row.id.0,
            execution: row.execution.0,
            number: row.number,
            started_at: row.started_at.0,
            reserved: row.reserved.map(|reserved| reserved.0),
            goes_on: row.goes_on,
        };
        interrupt(connection, running).await?;
        recovered.attempts += 1;
    }
    let queued = sqlx::query!(
        r#"select e.id as "id: Key<ExecutionId>" from executions e join runs r on r.id = e.run
        where e.status = 'pending' and not (r.status = 'paused' or r.on_restart = 'resume')"#
    )
    .fetch_all(&mut *connection)
    .await?;
    for row in queued {
        let entry = search::entry(connection, row.id.0, "").await?;
        let ending = Ending::empty(row.id.0, ExecutionStatus::Pending, Some(interrupted(false)), entry, now);
        let step = LogEntry::new(now, None, LogLevel::Error, "FormaOps ended before this was sent");
        execution::end_one(connection, Ending { log: vec![step], ..ending }).await?;
        recovered.queued += 1;
    }
    let over = sqlx::query!(
        r#"select id as "id: Key<RunId>" from runs
        where status in ('pending', 'running', 'paused') and pending = 0 and running = 0
          and not exists (select 1 from executions e where e.run = runs.id and e.status = 'completed'
            and e.validation_status = 'pending' and not exists (select 1 from executions n where n.run = e.run
              and n.case_index = e.case_index and n.repeat = e.repeat and n.variant_index = e.variant_index
              and n.generation > e.generation))"#
    )
    .fetch_all(&mut *connection)
    .await?;
    for row in over {
        let ended = sqlx::query_scalar!(
            r#"select max(completed_at) as "at: Int<Timestamp>" from executions where run = ?1"#,
            row.id,
        )
        .fetch_one(&mut *connection)
        .await?;
        run::finish(connection, row.id.0, RunStatus::Completed, ended.map_or(now, |at| at.0)).await?;
        recovered.runs += 1;
    }
    Ok(recovered)
}

/// An attempt that was on the wire.
struct Running {
    id: AttemptId,
    execution: ExecutionId,
    number: u32,
    started_at: Timestamp,
    reserved: Option<NanoUsd>,
    /// Whether its execution goes on from the queue.
    goes_on: bool,
}

async fn interrupt(connection: &mut SqliteConnection, running: Running) -> Result<(), StoreError> {
    let Running { id, execution, number, started_at, reserved, goes_on } = running;
    let key = Key(id);
    let texts: String =
        sqlx::query_scalar!("select text from recording_parts where attempt = ?1 order by number", key)
            .fetch_all(&mut *connection)
            .await?
            .concat();
    let last = recording::last_sign(connection, id).await?.unwrap_or_default();
    let recording = Joined::load(connection, id, recording::pack(&[])?).await?;
    let (request_hash, request_id, http_status, price) = (None, None, None, None);
    let status = AttemptStatus::Interrupted;
    let (failure, ended_at) = (interrupted(true), started_at.after(last));
    // Nobody knows what it cost in the end, so it counts for the most that it could.
    let basis = if reserved.is_some() { CostBasis::WorstCase } else { CostBasis::Unknown };
    let metrics = Metrics { cost_usd: reserved, basis, ..Metrics::default() };
    let step =
        LogEntry::new(ended_at, Some(number), LogLevel::Error, "FormaOps ended while the answer was coming");
    let attempt = Ended { id, status, request_hash, request_id, http_status, price, recording };
    if goes_on {
        execution_log::append(connection, execution, &[step]).await?;
        attempt::end_one(connection, &attempt, Some(&failure), &metrics, ended_at).await?;
        return execution::requeue(connection, execution).await;
    }
    let entry = search::entry(connection, execution, &texts).await?;
    let ending = Ending::empty(execution, ExecutionStatus::Running, Some(failure), entry, ended_at);
    let ending = Ending { metrics, log: vec![step], ..ending.with_output(&texts, None)? };
    attempt::finish(connection, &[Finished { attempt, ending }]).await?;
    Ok(())
}
