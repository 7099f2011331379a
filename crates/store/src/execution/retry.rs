//! Ended executions that are tried again.

use super::{ExecutionRow, executions, get, refuse};
use crate::{
    Rate, Store, StoreError,
    column::{Int, Json, Key, Text, Whole, Word, hex},
};
use formaops_domain::{
    ActorId, CostBasis, Execution, ExecutionId, ExecutionStatus, Failure, Finish, ModelRef, NanoUsd,
    Parameters, Price, PromptId, Replayed, Retry, RunId, Span, Timestamp, ToolCall, Usage, ValidationResult,
    ValidationStatus, VersionId,
};
use serde::Serialize;
use sqlx::SqliteConnection;
use std::collections::HashMap;

/// An ended execution that is tried again.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRetry {
    /// The execution.
    pub of: ExecutionId,
    /// The identity of its next generation.
    pub id: ExecutionId,
    /// What is known of its model by now. It holds where something was unknown as the run was made.
    pub rate: Rate,
}

#[derive(Serialize)]
struct RetryRow<'a> {
    of: String,
    id: String,
    price: Option<&'a Price>,
    longest: Option<i64>,
}

impl<'a> RetryRow<'a> {
    fn of(NewRetry { of, id, rate }: &'a NewRetry) -> Self {
        Self {
            of: hex(of.as_bytes()),
            id: hex(id.as_bytes()),
            price: rate.price.as_ref(),
            longest: rate.max_output_tokens.map(Whole::to_i64),
        }
    }
}

impl Store {
    /// Puts ended executions back in the queue as new ones, each its next generation, and opens their runs again:
    /// executions never change once they have ended, but a run is no more than their summary. Where one of them cannot be
    /// tried again, none is.
    ///
    /// # Errors
    /// [`StoreError::Transition`] where one has not ended, or was retried already.
    pub async fn insert_retries(
        &self,
        retries: Vec<NewRetry>,
        by: ActorId,
        now: Timestamp,
    ) -> Result<Vec<Execution>, StoreError> {
        self.write(move |connection| Box::pin(async move { insert(connection, &retries, by, now).await }))
            .await
    }
}

async fn insert(
    connection: &mut SqliteConnection,
    retries: &[NewRetry],
    by: ActorId,
    now: Timestamp,
) -> Result<Vec<Execution>, StoreError> {
    let rows = Json(retries.iter().map(RetryRow::of).collect::<Vec<_>>());
    let (by, now) = (Key(by), Int(now));
    let inserted = sqlx::query!(
        "insert into executions (id, run, prompt, version, model, variant_index, case_index, repeat, generation,
          status, created_by, created_at)
        select unhex(x.value ->> 'id'), e.run, e.prompt, e.version, e.model, e.variant_index, e.case_index, e.repeat,
          e.generation + 1, 'pending', ?2, ?3
        from json_each(?1) x cross join executions e on e.id = unhex(x.value ->> 'of')
        where e.status in ('completed', 'failed', 'cancelled')",
        rows,
        by,
        now,
    )
    .execute(&mut *connection)
    .await
    .map_err(StoreError::from);
    match inserted {
        Ok(done) if done.rows_affected() == retries.len() as u64 => {}
        Err(error) if !error.is_duplicate() => return Err(error),
        Ok(_) | Err(_) => return Err(refused(connection, retries).await),
    }
    reopen(connection, &rows).await?;
    open_verdicts(connection, &rows).await?;
    learn_rates(connection, &rows).await?;
    let found = executions!(
        find "where executions.id in (select unhex(x.value ->> 'id') from json_each(?1) x)",
        rows
    )
    .fetch_all(connection)
    .await?;
    let mut found: HashMap<_, _> = found.into_iter().map(|row| (row.id.0, Execution::from(row))).collect();
    Ok(retries.iter().filter_map(|retry| found.remove(&retry.id)).collect())
}

/// Why the first of those that cannot be tried again cannot be.
async fn refused(connection: &mut SqliteConnection, retries: &[NewRetry]) -> StoreError {
    for retry in retries {
        match get(connection, retry.of).await {
            Ok(execution) if execution.status.is_terminal() => {}
            Ok(_) => return refuse(connection, retry.of, "retried").await,
            Err(error) => return error,
        }
    }
    let of = Json(retries.iter().map(|retry| hex(retry.of.as_bytes())).collect::<Vec<_>>());
    let again = sqlx::query_scalar!(
        r#"select e.id as "id!: Key<ExecutionId>" from json_each(?1) x
        cross join executions e on e.id = unhex(x.value)
        where exists (select 1 from executions n where n.run = e.run and n.variant_index = e.variant_index
          and n.case_index = e.case_index and n.repeat = e.repeat and n.generation > e.generation)
        order by x.key limit 1"#,
        of,
    )
    .fetch_optional(connection)
    .await;
    // Where none was retried before, one of them stands here twice.
    let again = match again {
        Ok(again) => again.map(|id| id.0).or_else(|| retries.first().map(|retry| retry.of)),
        Err(error) => return error.into(),
    };
    StoreError::Transition {
        noun: "execution",
        id: again.map(|id| id.to_string()).unwrap_or_default(),
        status: "retried already".to_owned(),
        wanted: "retried",
    }
}

/// The run counts the new generation instead of the old one, and goes on. What the old one cost stays spent.
async fn reopen(connection: &mut SqliteConnection, rows: &Json<Vec<RetryRow<'_>>>) -> Result<(), StoreError> {
    sqlx::query!(
        "update runs set pending = pending + x.retried, completed = completed - x.were_completed,
          failed = failed - x.had_failed, cancelled = cancelled - x.were_cancelled, completed_at = null,
          status = case when status not in ('completed', 'cancelled') then status
            when started_at is null then 'pending' else 'running' end
        from (select e.run, count(*) as retried, sum(e.status = 'completed') as were_completed,
            sum(e.status = 'failed') as had_failed, sum(e.status = 'cancelled') as were_cancelled
          from json_each(?1) r cross join executions e on e.id = unhex(r.value ->> 'of') group by e.run) x
        where runs.id = x.run",
        rows,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The verdicts of the other answers to the cases are open again, where they were held against each other.
async fn open_verdicts(
    connection: &mut SqliteConnection,
    rows: &Json<Vec<RetryRow<'_>>>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update executions set validation_status = 'pending'
        from json_each(?1) r cross join executions o on o.id = unhex(r.value ->> 'of')
        where executions.run = o.run and executions.case_index = o.case_index and executions.repeat = o.repeat
          and +executions.status = 'completed'
          and exists (select 1 from validation_results v where v.execution = executions.id and v.late = 1)
          and not exists (select 1 from executions n where n.run = executions.run
            and n.case_index = executions.case_index and n.repeat = executions.repeat
            and n.variant_index = executions.variant_index and n.generation > executions.generation)",
        rows,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What was unknown of a model as the run was made holds from now on, where it is known by now.
async fn learn_rates(
    connection: &mut SqliteConnection,
    rows: &Json<Vec<RetryRow<'_>>>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update run_variants set price = coalesce(run_variants.price, nullif(r.value -> 'price', 'null')),
          max_output_tokens = coalesce(run_variants.max_output_tokens, r.value ->> 'longest')
        from json_each(?1) r cross join executions o on o.id = unhex(r.value ->> 'of')
        where run_variants.run = o.run and run_variants.position = o.variant_index
          and (run_variants.price is null or run_variants.max_output_tokens is null)",
        rows,
    )
    .execute(connection)
    .await?;
    Ok(())
}
