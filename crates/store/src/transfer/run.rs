//! Runs that have ended elsewhere.

use crate::{
    Store, StoreError,
    blob::{self, Blob},
    column::{Int, Json, Key, Text, Word},
    execution::{self, ResultRow},
    execution_log, output,
    run::{self, NewRun},
    search::Entry,
};
use formaops_domain::{ActorId, Attempt, Case, Execution, JsonObject, LogEntry, Run, RunId, Validation};
use sqlx::SqliteConnection;

/// A run with its cases and what came of them.
#[derive(Debug, Clone, PartialEq)]
pub struct WholeRun {
    /// The run; it has ended.
    pub run: Run,
    /// Its cases, their inputs masked.
    pub cases: Vec<Case>,
    /// The rules of its suite, for every case.
    pub validations: Vec<Validation>,
    /// Its executions.
    pub executions: Vec<WholeExecution>,
}

/// An execution with its texts, and how it came to them.
#[derive(Debug, Clone, PartialEq)]
pub struct WholeExecution {
    /// The execution; it has ended.
    pub execution: Execution,
    /// The answer.
    pub output: String,
    /// What the model thought.
    pub reasoning: String,
    /// The answer as JSON, where a validation found it valid.
    pub validated_output: Option<serde_json::Value>,
    /// Its attempts; they have ended.
    pub attempts: Vec<Attempt>,
    /// Its steps.
    pub log: Vec<LogEntry>,
}

/// A run whose texts are compressed.
pub(super) struct PackedRun {
    context: Option<Blob>,
    cases: Vec<Blob>,
    executions: Vec<PackedExecution>,
}

struct PackedExecution {
    output: Option<Blob>,
    reasoning: Option<Blob>,
    validated_output: Option<Blob>,
    words: Entry,
}

impl PackedRun {
    pub(super) fn new(whole: &WholeRun) -> Result<Self, StoreError> {
        let nothing = JsonObject::new();
        let executions = whole.executions.iter().map(|it| {
            let case = usize::try_from(it.execution.case).ok().and_then(|case| whole.cases.get(case));
            Ok(PackedExecution {
                output: Blob::of_text(&it.output)?,
                reasoning: Blob::of_text(&it.reasoning)?,
                validated_output: it.validated_output.as_ref().map(Blob::of_json).transpose()?,
                words: Entry::new(case.map_or(&nothing, |case| &case.inputs), &it.output),
            })
        });
        Ok(Self {
            context: run::context_blob(&whole.run)?,
            cases: whole.cases.iter().map(|case| Blob::of_json(&case.inputs)).collect::<Result<_, _>>()?,
            executions: executions.collect::<Result<_, StoreError>>()?,
        })
    }
}

impl Store {
    /// The rules that a run has of its suite, for every case.
    pub async fn list_run_validations(&self, run: RunId) -> Result<Vec<Validation>, StoreError> {
        let run = Key(run);
        let row = sqlx::query_scalar!(
            r#"select validations as "validations: Json<Vec<Validation>>" from runs where id = ?1"#,
            run,
        )
        .fetch_one(self.readers())
        .await?;
        Ok(row.map(|validations| validations.0).unwrap_or_default())
    }
}

/// Brings a run in; answers whether it was not here.
pub(super) async fn bring_in(
    connection: &mut SqliteConnection,
    whole: WholeRun,
    packed: PackedRun,
    by: ActorId,
) -> Result<bool, StoreError> {
    let WholeRun { run, cases, validations, executions } = whole;
    let key = Key(run.id);
    let is_here = sqlx::query_scalar!("select 1 as one from runs where id = ?1", key)
        .fetch_optional(&mut *connection)
        .await?;
    if is_here.is_some() {
        return Ok(false);
    }
    let creator = Key(run.created_by);
    let known = sqlx::query_scalar!("select 1 as one from actors where id = ?1", creator)
        .fetch_optional(&mut *connection)
        .await?;
    let created_by = if known.is_some() { run.created_by } else { by };
    let mut suite = run.suite;
    if let Some(suite) = &mut suite {
        let baseline = suite.baseline.map(Key);
        let is_here = sqlx::query_scalar!("select 1 as one from runs where id = ?1", baseline)
            .fetch_optional(&mut *connection)
            .await?;
        suite.baseline = suite.baseline.filter(|_| is_here.is_some());
    }
    let new = NewRun {
        // Executions of another workspace are none of this one.
        run: Run { created_by, suite, parent: None, regraded: None, ..run },
        rates: Vec::new(),
        partials: Vec::new(),
        cases: Vec::new(),
        validations,
        cells: Vec::new(),
    };
    run::insert_ended(connection, &new, packed.context).await?;
    run::insert_cases(connection, new.run.id, packed.cases, &cases).await?;
    for (whole, packed) in executions.into_iter().zip(packed.executions) {
        let id = whole.execution.id;
        insert_execution(connection, &new.run, whole.execution, packed).await?;
        for attempt in &whole.attempts {
            insert_attempt(connection, attempt).await?;
        }
        execution_log::append(connection, id, &whole.log).await?;
    }
    Ok(true)
}

async fn insert_execution(
    connection: &mut SqliteConnection,
    run: &Run,
    execution: Execution,
    packed: PackedExecution,
) -> Result<(), StoreError> {
    let hash = |blob: &Option<Blob>| blob.as_ref().map(|blob| Key(blob.hash));
    let (output, reasoning) = (hash(&packed.output), hash(&packed.reasoning));
    let validated = hash(&packed.validated_output);
    let bytes = Int(packed.output.as_ref().map_or(0, |blob| blob.size));
    blob::insert(
        connection,
        [packed.output, packed.reasoning, packed.validated_output].into_iter().flatten(),
    )
    .await?;
    let (id, run_id, prompt) = (Key(execution.id), Key(run.id), Key(execution.prompt_id));
    let (version, model, status) =
        (Key(execution.version_id), Text(&execution.model), Word(execution.status));
    let answered_by = execution.answered_by.as_ref().map(Text);
    let preview = output::preview(&execution.preview);
    let (failure, finish) = (execution.failure.as_ref().map(Json), execution.finish.as_ref().map(Json));
    let calls = (!execution.tool_calls.is_empty()).then_some(Json(&execution.tool_calls));
    let metrics = &execution.metrics;
    let (latency, first) = (metrics.latency_ms.map(Int), metrics.first_token_ms.map(Int));
    let (usage, cost) = (metrics.token_usage.as_ref().map(Json), metrics.cost_usd.map(Int));
    let (basis, checked) = (Word(metrics.basis), Word(execution.validation_status));
    let replayed = metrics.replayed.as_ref().map(Json);
    let (created_by, created_at) = (Key(run.created_by), Int(execution.created_at));
    let (started_at, completed_at) = (execution.started_at.map(Int), execution.completed_at.map(Int));
    let seq = sqlx::query_scalar!(
        r#"insert into executions (id, run, prompt, version, model, case_index, repeat, variant_index, generation, status,
          preview, output_bytes, output, reasoning, validated_output, failure, finish, latency_micros,
          first_token_micros, tokens_per_second, usage, cost_nanos, basis, validation_status, created_by, created_at,
          started_at, completed_at, tool_calls, answered_by, score, replayed)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
          ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32)
        returning seq as "seq!: i64""#,
        id,
        run_id,
        prompt,
        version,
        model,
        execution.case,
        execution.repeat,
        execution.variant,
        execution.generation,
        status,
        preview,
        bytes,
        output,
        reasoning,
        validated,
        failure,
        finish,
        latency,
        first,
        metrics.tokens_per_second,
        usage,
        cost,
        basis,
        checked,
        created_by,
        created_at,
        started_at,
        completed_at,
        calls,
        answered_by,
        execution.score,
        replayed,
    )
    .fetch_one(&mut *connection)
    .await?;
    let results: Vec<_> = ResultRow::all(execution.id, &execution.validations).collect();
    execution::insert_results(connection, &results).await?;
    let prompt_name = run.prompt_name.as_str();
    sqlx::query!(
        "insert into execution_words (rowid, prompt, inputs, answer) values (?1, ?2, ?3, ?4)",
        seq,
        prompt_name,
        packed.words.inputs,
        packed.words.answer,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// An attempt that has ended elsewhere. What it cost is in no ledger of this workspace.
async fn insert_attempt(connection: &mut SqliteConnection, attempt: &Attempt) -> Result<(), StoreError> {
    let (id, execution) = (Key(attempt.id), Key(attempt.execution_id));
    let (status, model, day) = (Word(attempt.status), Text(&attempt.model), Text(attempt.day));
    let (request_hash, price) = (attempt.request_hash.map(Key), attempt.price.as_ref().map(Json));
    let (failure, reserved) = (attempt.failure.as_ref().map(Json), attempt.reserved_usd.map(Int));
    let metrics = &attempt.metrics;
    let (latency, first) = (metrics.latency_ms.map(Int), metrics.first_token_ms.map(Int));
    let (usage, cost) = (metrics.token_usage.as_ref().map(Json), metrics.cost_usd.map(Int));
    let (basis, replayed) = (Word(metrics.basis), metrics.replayed.as_ref().map(Json));
    let (started_at, completed_at) = (Int(attempt.started_at), attempt.completed_at.map(Int));
    sqlx::query!(
        "insert into attempts (id, execution, number, status, model, request_hash, request_id, http_status, failure,
          latency_micros, first_token_micros, tokens_per_second, usage, cost_nanos, basis, price, replayed,
          reserved_nanos, day, started_at, completed_at)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
        id,
        execution,
        attempt.number,
        status,
        model,
        request_hash,
        attempt.request_id,
        attempt.http_status,
        failure,
        latency,
        first,
        metrics.tokens_per_second,
        usage,
        cost,
        basis,
        price,
        replayed,
        reserved,
        day,
        started_at,
        completed_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}
