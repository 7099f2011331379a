//! Executions, the cells of a run.

pub(crate) mod record;
mod retry;
mod transition;

pub use record::ExecutionRecord;
pub use retry::NewRetry;
pub(crate) use transition::{
    Begun, Ending, ResultRow, begin, end, end_one, insert_results, insert_written, requeue, wait,
};

use crate::{
    Store, StoreError,
    column::{Int, Json, Key, Text, Word, metrics},
    cursor,
};
use formaops_domain::{
    CostBasis, Execution, ExecutionId, ExecutionStatus, Failure, Finish, ModelRef, NanoUsd, Page, Parameters,
    PromptId, Replayed, Retry, RunId, Span, Timestamp, ToolCall, Usage, ValidationResult, ValidationStatus,
    VersionId,
};
use sqlx::SqliteConnection;

/// Which executions a list has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExecutionFilter {
    /// Only those of this run.
    pub run: Option<RunId>,
    /// Only those of this prompt.
    pub prompt: Option<PromptId>,
    /// Only those that stand here.
    pub status: Option<ExecutionStatus>,
    /// Only the newest generation of each cell.
    pub newest: bool,
}

struct ExecutionRow {
    seq: i64,
    id: Key<ExecutionId>,
    run: Key<RunId>,
    prompt: Key<PromptId>,
    version: Key<VersionId>,
    variant_index: u32,
    case_index: u32,
    repeat: u32,
    generation: u32,
    status: Word<ExecutionStatus>,
    model: Text<ModelRef>,
    answered_by: Option<Text<ModelRef>>,
    parameters: Json<Parameters>,
    preview: String,
    output_bytes: u64,
    reasoning_bytes: Option<u64>,
    failure: Option<Json<Failure>>,
    retry: Option<Json<Retry>>,
    latency: Option<Int<Span>>,
    first_token: Option<Int<Span>>,
    tokens_per_second: Option<f64>,
    usage: Option<Json<Usage>>,
    cost: Option<Int<NanoUsd>>,
    basis: Word<CostBasis>,
    replayed: Option<Json<Replayed>>,
    finish: Option<Json<Finish>>,
    tool_calls: Option<Json<Vec<ToolCall>>>,
    validation_status: Word<ValidationStatus>,
    score: Option<f64>,
    validations: Json<Vec<ValidationResult>>,
    created_at: Int<Timestamp>,
    started_at: Option<Int<Timestamp>>,
    completed_at: Option<Int<Timestamp>>,
}

impl ExecutionRow {
    /// Its place in the grid of its run.
    fn cell(&self) -> (u32, u32, u32, u32) {
        (self.case_index, self.repeat, self.variant_index, self.generation)
    }
}

impl From<ExecutionRow> for Execution {
    fn from(row: ExecutionRow) -> Self {
        Self {
            id: row.id.0,
            run_id: row.run.0,
            prompt_id: row.prompt.0,
            version_id: row.version.0,
            variant: row.variant_index,
            case: row.case_index,
            repeat: row.repeat,
            generation: row.generation,
            status: row.status.0,
            model: row.model.0,
            answered_by: row.answered_by.map(|model| model.0),
            parameters: row.parameters.0,
            preview: row.preview,
            output_bytes: row.output_bytes,
            reasoning_bytes: row.reasoning_bytes.unwrap_or_default(),
            failure: row.failure.map(|failure| failure.0),
            retry: row.retry.map(|retry| retry.0),
            metrics: metrics!(row),
            finish: row.finish.map(|finish| finish.0),
            tool_calls: row.tool_calls.map(|calls| calls.0).unwrap_or_default(),
            validation_status: row.validation_status.0,
            score: row.score,
            validations: row.validations.0,
            created_at: row.created_at.0,
            started_at: row.started_at.map(|at| at.0),
            completed_at: row.completed_at.map(|at| at.0),
        }
    }
}

/// Executions that a query finds (`find`), or that the last of some statements has just changed (`returning`), with the
/// steps that led there (`log`).
///
/// Statements of one text are carried out without a way back to the thread of the connection between them, which
/// costs more than most of them. Their parameters are in order, each `?` has its own.
macro_rules! executions {
    (find $tail:literal, $($argument:expr),*) => {
        executions!(@ ["select "] ["from executions\n", $tail] $($argument),*)
    };
    (returning $head:literal, $($argument:expr),*) => {
        executions!(@ [$head, "\nreturning "] [] $($argument),*)
    };
    (returning $head:literal, $($argument:expr),*; log $steps:expr) => {
        executions!(
            @ [$head, "\nreturning "] [
                ";\ninsert into execution_logs (execution, number, attempt, at, level, message, metadata)
                select e.id, (select coalesce(max(l.number) + 1, 0) from execution_logs l where l.execution = e.id) + step.key,
                  step.value ->> 0, step.value ->> 1, step.value ->> 2, step.value ->> 3, step.value ->> 4
                from json_each(?) log cross join executions e on e.id = unhex(log.value ->> 0)
                cross join json_each(log.value, '$[1]') step"
            ] $($argument),*, $steps
        )
    };
    (@ [$($before:literal),+] [$($after:literal),*] $($argument:expr),*) => {
        sqlx::query_as!(
            ExecutionRow,
            $($before +)+ r#"executions.seq as "seq!", executions.id as "id!: Key<ExecutionId>",
              executions.run as "run!: Key<RunId>", executions.prompt as "prompt!: Key<PromptId>",
              executions.version as "version!: Key<VersionId>", executions.variant_index as "variant_index!: u32",
              executions.case_index as "case_index!: u32", executions.repeat as "repeat!: u32",
              executions.generation as "generation!: u32", executions.status as "status!: Word<ExecutionStatus>",
              executions.model as "model!: Text<ModelRef>", executions.answered_by as "answered_by?: Text<ModelRef>",
              (select rv.parameters from run_variants rv
                where rv.run = executions.run and rv.position = executions.variant_index)
                as "parameters!: Json<Parameters>",
              executions.preview as "preview!", executions.output_bytes as "output_bytes!: u64",
              (select b.size from blobs b where b.hash = executions.reasoning) as "reasoning_bytes?: u64",
              executions.failure as "failure?: Json<Failure>", executions.retry as "retry?: Json<Retry>",
              executions.latency_micros as "latency?: Int<Span>",
              executions.first_token_micros as "first_token?: Int<Span>", executions.tokens_per_second as "tokens_per_second?",
              executions.usage as "usage?: Json<Usage>", executions.cost_nanos as "cost?: Int<NanoUsd>",
              executions.basis as "basis!: Word<CostBasis>",
              executions.replayed as "replayed?: Json<Replayed>", executions.finish as "finish?: Json<Finish>",
              executions.tool_calls as "tool_calls?: Json<Vec<ToolCall>>",
              executions.validation_status as "validation_status!: Word<ValidationStatus>",
              executions.score as "score?: f64",
              (select json_group_array(json_object('name', v.name, 'verdict', v.verdict, 'score', v.score,
                'message', v.message, 'detail', json(v.detail), 'weight', v.weight, 'metric', v.metric) order by v.position)
                from validation_results v where v.execution = executions.id)
                as "validations!: Json<Vec<ValidationResult>>",
              executions.created_at as "created_at!: Int<Timestamp>",
              executions.started_at as "started_at?: Int<Timestamp>",
              executions.completed_at as "completed_at?: Int<Timestamp>"
            "# $(+ $after)*,
            $($argument),*
        )
    };
}
use executions;

/// An execution, as the connection sees it.
pub(crate) async fn get(connection: &mut SqliteConnection, id: ExecutionId) -> Result<Execution, StoreError> {
    let key = Key(id);
    let row = executions!(find "where executions.id = ?1", key).fetch_optional(connection).await?;
    row.map(Execution::from).ok_or_else(|| StoreError::not_found("execution", id))
}

/// Says that an execution is not where a step needs it to be, or is not there at all.
pub(crate) async fn refuse(
    connection: &mut SqliteConnection,
    id: ExecutionId,
    wanted: &'static str,
) -> StoreError {
    match get(connection, id).await {
        Ok(found) => {
            let status = format!("{:?}", found.status).to_lowercase();
            StoreError::Transition { noun: "execution", id: id.to_string(), status, wanted }
        }
        Err(error) => error,
    }
}

/// The newest generation of each cell of these cases of a run.
pub(crate) async fn cells(
    connection: &mut SqliteConnection,
    run: RunId,
    cases: &[i64],
) -> Result<Vec<Execution>, StoreError> {
    let (run, cases) = (Key(run), Json(cases));
    let rows = executions!(
        find
        "where executions.run = ?1 and executions.case_index in (select value from json_each(?2))
          and not exists (select 1 from executions n where n.run = executions.run
            and n.case_index = executions.case_index and n.repeat = executions.repeat
            and n.variant_index = executions.variant_index and n.generation > executions.generation)",
        run,
        cases
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Execution::from).collect())
}

impl Store {
    /// An execution as it is now.
    pub async fn get_execution(&self, id: ExecutionId) -> Result<Execution, StoreError> {
        get(&mut *self.readers().acquire().await?, id).await
    }

    /// Executions: those of a run in the order of its grid (row, repeat, column, generation), others newest first.
    pub async fn list_executions(
        &self,
        filter: ExecutionFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Execution>, StoreError> {
        match filter.run {
            Some(run) => self.list_grid(run, filter, cursor, limit).await,
            None => self.list_recent(filter, cursor, limit).await,
        }
    }

    async fn list_grid(
        &self,
        run: RunId,
        filter: ExecutionFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Execution>, StoreError> {
        let after = cursor::decode::<(i64, i64, i64, i64)>(cursor)?.unwrap_or((-1, 0, 0, 0));
        let (case, repeat, variant, generation) = after;
        let (run, prompt, status) = (Key(run), filter.prompt.map(Key), filter.status.map(Word));
        let rows = cursor::rows(limit);
        let found = executions!(
                find
            "where executions.run = ?1 and (executions.case_index, executions.repeat, executions.variant_index, executions.generation) > (?2, ?3, ?4, ?5)
              and (?6 is null or executions.prompt = ?6) and (?7 is null or executions.status = ?7)
              and (not ?8 or not exists (select 1 from executions n where n.run = executions.run
                and n.case_index = executions.case_index and n.repeat = executions.repeat and n.variant_index = executions.variant_index
                and n.generation > executions.generation))
            order by executions.case_index, executions.repeat, executions.variant_index, executions.generation limit ?9",
            run,
            case,
            repeat,
            variant,
            generation,
            prompt,
            status,
            filter.newest,
            rows
        )
        .fetch_all(self.readers())
        .await?;
        Ok(cursor::page(found, limit, ExecutionRow::cell, Execution::from))
    }

    async fn list_recent(
        &self,
        filter: ExecutionFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Execution>, StoreError> {
        let before: i64 = cursor::decode(cursor)?.unwrap_or(i64::MAX);
        let rows = cursor::rows(limit);
        let (prompt, status) = (filter.prompt.map(Key), filter.status.map(Word));
        // A query for each way in, so that each goes along its index.
        let found = match (prompt, status) {
            (Some(prompt), status) => {
                executions!(
                find
                    "where executions.prompt = ?1 and executions.seq < ?2 and (?3 is null or executions.status = ?3)
                      and (not ?4 or not exists (select 1 from executions n where n.run = executions.run
                        and n.case_index = executions.case_index and n.repeat = executions.repeat
                        and n.variant_index = executions.variant_index and n.generation > executions.generation))
                    order by executions.seq desc limit ?5",
                    prompt,
                    before,
                    status,
                    filter.newest,
                    rows
                )
                .fetch_all(self.readers())
                .await?
            }
            (None, Some(status)) => {
                executions!(
                find
                    "where executions.status = ?1 and executions.seq < ?2
                      and (not ?3 or not exists (select 1 from executions n where n.run = executions.run
                        and n.case_index = executions.case_index and n.repeat = executions.repeat
                        and n.variant_index = executions.variant_index and n.generation > executions.generation))
                    order by executions.seq desc limit ?4",
                    status,
                    before,
                    filter.newest,
                    rows
                )
                .fetch_all(self.readers())
                .await?
            }
            (None, None) => {
                executions!(
                find
                    "where executions.seq < ?1
                      and (not ?2 or not exists (select 1 from executions n where n.run = executions.run
                        and n.case_index = executions.case_index and n.repeat = executions.repeat
                        and n.variant_index = executions.variant_index and n.generation > executions.generation))
                    order by executions.seq desc limit ?3",
                    before,
                    filter.newest,
                    rows
                )
                .fetch_all(self.readers())
                .await?
            }
        };
        Ok(cursor::page(found, limit, |row| row.seq, Execution::from))
    }
}
