//! Executions with all that decides what is sent for them.

use super::{ExecutionRow, executions};
use crate::{
    Store, StoreError, blob,
    column::{Int, Json, Key, Text, Word},
    run::Rate,
};
use formaops_domain::{
    Case, Content, CostBasis, Execution, ExecutionId, ExecutionStatus, Failure, Fallback, Finish, JsonObject,
    ModelRef, NanoUsd, Parameters, Price, PromptId, Replay, Replayed, Retry, RunContext, RunId, RunPurpose,
    Span, Timestamp, ToolCall, Usage, Validation, ValidationResult, ValidationStatus, VersionId,
};
use sqlx::SqliteConnection;
use std::{collections::HashMap, sync::Arc};

/// Where some are read at once, inputs of more bytes are left out.
const MOST_BYTES: u64 = 8 << 10;

/// An execution with all that decided what was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct ExecutionRecord {
    /// The execution.
    pub execution: Execution,
    /// What its version holds.
    pub content: Arc<Content>,
    /// The inputs, with sensitive values masked.
    pub inputs: JsonObject,
    /// What was sent along.
    pub context: Arc<RunContext>,
    /// What its model cost when the run was made.
    pub rate: Rate,
    /// The models that may answer in the place of its own.
    pub fallbacks: Vec<Fallback>,
    /// The answer as JSON, where a validation found it valid.
    pub validated_output: Option<serde_json::Value>,
    /// How many attempts it has had.
    pub attempts: u32,
    /// The rules of its suite.
    pub validations: Vec<Validation>,
    /// Its case but for the inputs.
    pub case: Case,
    /// Whether it is answered from a recording.
    pub replay: Replay,
    /// The repeat that its recordings go by.
    pub recorded_repeat: u32,
    /// What another execution needs its run for.
    pub purpose: Option<RunPurpose>,
}

impl ExecutionRecord {
    /// All that the answer is checked by: the rules of its version, of its suite, and of its case.
    pub fn rules(&self) -> impl Iterator<Item = &Validation> {
        [&self.content.validations, &self.validations, &self.case.validations].into_iter().flatten()
    }
}

/// What all cells of a column have in common.
struct Shared {
    content: Arc<Content>,
    context: Arc<RunContext>,
    rate: Rate,
    fallbacks: Vec<Fallback>,
    validations: Vec<Validation>,
    replay: Replay,
    /// The repeat of the execution that needs the run.
    parent_repeat: Option<u32>,
    purpose: Option<RunPurpose>,
}

/// An execution, and of the `along` that were made next those of the same run that wait; of some at once none whose inputs
/// are large. They share what their columns have in common, so they cost little more than one of them.
pub(crate) async fn list(
    connection: &mut SqliteConnection,
    id: ExecutionId,
    along: u32,
) -> Result<Vec<ExecutionRecord>, StoreError> {
    let key = Key(id);
    let found = executions!(
        find
        // Along the row ids, which are those of one run for as long as it is inserted: its index would be read from its start.
        "where executions.seq >= (select seq from executions where id = ?1)
          and executions.seq <= (select seq + ?2 from executions where id = ?1)
          and (executions.id = ?1
            or +executions.run = (select run from executions where id = ?1) and +executions.status = 'pending')
        order by executions.seq",
        key,
        along
    )
    .fetch_all(&mut *connection)
    .await?;
    let Some(first) = found.first() else { return Err(StoreError::not_found("execution", id)) };
    let columns = columns(connection, first.run.0, found.iter().map(|row| row.variant_index)).await?;
    let (from, to) = (first.seq, found.last().map_or(first.seq, |last| last.seq));
    let most_bytes = Int(if along == 0 { u64::MAX >> 1 } else { MOST_BYTES });
    let rows = sqlx::query!(
        r#"select e.seq, i.data as inputs, o.data as "validated_output?", rc.details as "details: Json<Case>",
          (select count(*) from attempts a where a.execution = e.id) as "attempts!: u32"
        from executions e
        join run_cases rc on rc.run = e.run and rc.position = e.case_index
        join blobs i on i.hash = rc.inputs
        left join blobs o on o.hash = e.validated_output
        where e.seq between ?1 and ?2 and +e.run = (select run from executions where seq = ?1)
          and i.size <= ?3"#,
        from,
        to,
        most_bytes,
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut found: HashMap<i64, ExecutionRow> = found.into_iter().map(|row| (row.seq, row)).collect();
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(execution) = found.remove(&row.seq).map(Execution::from) else { continue };
        let Some(shared) = columns.get(&execution.variant) else { continue };
        records.push(ExecutionRecord {
            content: Arc::clone(&shared.content),
            inputs: blob::json(&row.inputs)?,
            context: Arc::clone(&shared.context),
            rate: shared.rate.clone(),
            fallbacks: shared.fallbacks.clone(),
            validated_output: row.validated_output.as_deref().map(blob::json).transpose()?,
            attempts: row.attempts,
            validations: shared.validations.clone(),
            case: row.details.map(|details| details.0).unwrap_or_default(),
            replay: shared.replay,
            recorded_repeat: shared.parent_repeat.unwrap_or(execution.repeat),
            purpose: shared.purpose,
            execution,
        });
    }
    Ok(records)
}

/// The columns of a run at these places.
async fn columns(
    connection: &mut SqliteConnection,
    run: RunId,
    places: impl Iterator<Item = u32>,
) -> Result<HashMap<u32, Shared>, StoreError> {
    let mut places: Vec<_> = places.collect();
    places.sort_unstable();
    places.dedup();
    let (run, places) = (Key(run), Json(places));
    let rows = sqlx::query!(
        r#"select rv.position as "position: u32", v.content as "content: Json<Content>",
          rv.price as "price: Json<Price>", rv.max_output_tokens as "max_output_tokens: Int<u64>",
          c.data as "context?", r.fallbacks as "fallbacks: Json<Vec<Fallback>>",
          r.validations as "validations: Json<Vec<Validation>>", r.replay as "replay: Word<Replay>",
          (select p.repeat from executions p where p.id = r.parent) as "parent_repeat: u32",
          r.purpose as "purpose: Word<RunPurpose>"
        from run_variants rv
        join runs r on r.id = rv.run
        join prompt_versions v on v.prompt = rv.prompt and v.id = rv.version
        left join blobs c on c.hash = r.context
        where rv.run = ?1 and rv.position in (select value from json_each(?2))"#,
        run,
        places,
    )
    .fetch_all(connection)
    .await?;
    let shared = rows.into_iter().map(|row| {
        let context = row.context.as_deref().map(blob::json).transpose()?.unwrap_or_default();
        let shared = Shared {
            content: Arc::new(row.content.0),
            context: Arc::new(context),
            rate: Rate {
                price: row.price.map(|price| price.0),
                max_output_tokens: row.max_output_tokens.map(|tokens| tokens.0),
            },
            fallbacks: row.fallbacks.map(|fallbacks| fallbacks.0).unwrap_or_default(),
            validations: row.validations.map(|validations| validations.0).unwrap_or_default(),
            replay: row.replay.0,
            parent_repeat: row.parent_repeat,
            purpose: row.purpose.map(|purpose| purpose.0),
        };
        Ok((row.position, shared))
    });
    shared.collect()
}

impl Store {
    /// An execution with all that decided what was sent.
    pub async fn get_execution_record(&self, id: ExecutionId) -> Result<ExecutionRecord, StoreError> {
        let records = list(&mut *self.readers().acquire().await?, id, 0).await?;
        records.into_iter().next().ok_or_else(|| StoreError::not_found("execution", id))
    }
}
