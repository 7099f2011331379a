//! Puts in order what a process left behind when it ended in the middle.

use crate::{
    Store, StoreError,
    attempt::{self, Ended},
    column::{Int, Key},
    execution::{self, Ending},
    recording::{self, Joined},
    run, search,
};
use formaops_domain::{
    AttemptId, AttemptStatus, CostBasis, ErrorClass, ExecutionId, ExecutionStatus, Failure, Metrics, NanoUsd,
    RunId, RunStatus, Timestamp,
};
use sqlx::SqliteConnection;

/// What was put in order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Attempts that were on the wire.
    pub attempts: u32,
    /// Executions that were still waiting.
    pub queued: u32,
    /// Runs that were not over.
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
    /// anything: attempts that were on the wire become interrupted and keep the text that had arrived, their
    /// executions and those that still waited fail with the class `interrupted`, and their runs end. An
    /// interrupted attempt ends when its last bytes came, which is the last that is known of it, and counts for the
    /// most that it could cost.
    pub async fn recover(&self, now: Timestamp) -> Result<Recovered, StoreError> {
        self.write(move |connection| Box::pin(recover(connection, now))).await
    }
}

async fn recover(connection: &mut SqliteConnection, now: Timestamp) -> Result<Recovered, StoreError> {
    let mut recovered = Recovered::default();
    let running = sqlx::query!(
        r#"select id as "id: Key<AttemptId>", execution as "execution: Key<ExecutionId>",
          started_at as "started_at: Int<Timestamp>", reserved_nanos as "reserved: Int<NanoUsd>"
        from attempts where status = 'running'"#
    )
    .fetch_all(&mut *connection)
    .await?;
    for row in running {
        let reserved = row.reserved.map(|reserved| reserved.0);
        interrupt(connection, row.id.0, row.execution.0, row.started_at.0, reserved).await?;
        recovered.attempts += 1;
    }
    let queued =
        sqlx::query!(r#"select id as "id: Key<ExecutionId>" from executions where status = 'pending'"#)
            .fetch_all(&mut *connection)
            .await?;
    for row in queued {
        let entry = search::entry(connection, row.id.0, "").await?;
        let ending = Ending::empty(row.id.0, ExecutionStatus::Pending, Some(interrupted(false)), entry, now);
        execution::end(connection, ending).await?;
        recovered.queued += 1;
    }
    let open = sqlx::query!(
        r#"select id as "id: Key<RunId>" from runs where status in ('pending', 'running', 'paused')"#
    )
    .fetch_all(&mut *connection)
    .await?;
    for row in open {
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

async fn interrupt(
    connection: &mut SqliteConnection,
    id: AttemptId,
    execution: ExecutionId,
    started_at: Timestamp,
    reserved: Option<NanoUsd>,
) -> Result<(), StoreError> {
    let key = Key(id);
    let texts: String =
        sqlx::query_scalar!("select text from recording_parts where attempt = ?1 order by number", key)
            .fetch_all(&mut *connection)
            .await?
            .concat();
    let entry = search::entry(connection, execution, &texts).await?;
    let last = recording::last_sign(connection, id).await?.unwrap_or_default();
    let recording = Joined::load(connection, id, recording::pack(&[])?).await?;
    let (request_hash, request_id, http_status, price) = (None, None, None, None);
    let status = AttemptStatus::Interrupted;
    let attempt = Ended { id, status, request_hash, request_id, http_status, price, recording };
    let failure = Some(interrupted(true));
    let ending = Ending::empty(execution, ExecutionStatus::Running, failure, entry, started_at.after(last));
    // Nobody knows what it cost in the end, so it counts for the most that it could.
    let basis = if reserved.is_some() { CostBasis::WorstCase } else { CostBasis::Unknown };
    let metrics = Metrics { cost_usd: reserved, basis, ..Metrics::default() };
    let ending = Ending { metrics, ..ending.with_output(&texts)? };
    attempt::finish(connection, attempt, ending).await?;
    Ok(())
}
