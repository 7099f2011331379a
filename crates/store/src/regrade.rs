//! Runs that grade the answers of another anew: their executions share its texts, and no call is made for them.
//!
//! They are written many at a time. An answer that is graded is not found by its words a second time: those lead to the
//! execution that has it from a model.

use crate::{
    Store, StoreError,
    blob::{self, Blob, BlobHash, Shared},
    column::{Int, Json, Key, Text, Word, hex, metrics},
    execution::{self, ResultRow},
    run::{self, NewRun},
};
use formaops_domain::{
    ActorId, Case, CostBasis, ExecutionId, ExecutionStatus, Finish, JsonObject, Metrics, ModelRef, NanoUsd,
    Parameters, Replayed, Run, RunId, Span, Timestamp, ToolCall, Usage, Validation, ValidationResult,
    ValidationStatus, VersionId,
};
use sqlx::SqliteConnection;
use std::collections::{HashMap, HashSet};

/// A run that is to grade the answers of another.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRegrade {
    /// The run: which one it grades is in [`Run::regraded`], its columns are those of that one.
    pub run: Run,
    /// The rules of its suite, for every case.
    pub validations: Vec<Validation>,
    /// What is known otherwise of a case than when its answers were asked for, by its place; inputs stay as they were.
    pub cases: Vec<(u32, Case)>,
}

/// A case of a run, by the name of its inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseName {
    /// The row, from 0.
    pub position: u32,
    /// What [`name_of_inputs`] says of its inputs.
    pub inputs: Vec<u8>,
    /// All else of it.
    pub case: Case,
}

/// A name of the inputs of a case, the same in every run.
///
/// # Errors
/// Where they cannot be written.
pub fn name_of_inputs(inputs: &JsonObject) -> Result<Vec<u8>, StoreError> {
    let json = serde_json::to_vec(inputs).map_err(StoreError::unreadable)?;
    Ok(blake3::hash(&json).as_bytes().to_vec())
}

/// Where the reading of answers goes on: the row, the repeat, the column and the generation that were read last.
pub type AnswerPlace = (u32, u32, u32, u32);

/// An answer to be graded anew, with what its rules are decided from.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAnswer {
    /// The execution that has it.
    pub execution: ExecutionId,
    /// Where it stands in its run.
    pub place: AnswerPlace,
    /// How the execution ended.
    pub status: ExecutionStatus,
    /// Its version.
    pub version: VersionId,
    /// The model that answered.
    pub model: ModelRef,
    /// The parameters as they were sent.
    pub parameters: Parameters,
    /// Why the model stopped.
    pub finish: Option<Finish>,
    /// The tools that it asks to be called.
    pub tool_calls: Vec<ToolCall>,
    /// Times, tokens and cost.
    pub metrics: Metrics,
    /// When it had ended.
    pub completed_at: Timestamp,
    /// Its case as the new run has it, but for the inputs.
    pub case: Case,
    /// What is kept of it, beside which its value need not be kept again.
    pub kept: KeptTexts,
    output: Option<Vec<u8>>,
    /// The name of its inputs.
    inputs: BlobHash,
    packed_inputs: Option<Vec<u8>>,
}

/// The names of what is kept of an answer: its text, and its value where a rule found it valid before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptTexts(Vec<BlobHash>);

impl StoredAnswer {
    /// The whole text. It is unpacked here, so that it need not be by who reads.
    ///
    /// # Errors
    /// Where it is damaged.
    pub fn output(&self) -> Result<String, StoreError> {
        let Some(data) = &self.output else { return Ok(String::new()) };
        String::from_utf8(blob::decompress(data)?).map_err(StoreError::unreadable)
    }

    /// The inputs, with sensitive values masked.
    ///
    /// # Errors
    /// Where they are damaged, or were not read ([`Store::read_inputs`]).
    pub fn inputs(&self) -> Result<JsonObject, StoreError> {
        let missing = || StoreError::not_found("inputs", hex(&self.inputs));
        blob::json(self.packed_inputs.as_deref().ok_or_else(missing)?)
    }
}

/// What grading an answer came to.
#[derive(Debug, Clone, PartialEq)]
pub struct GradedAnswer {
    /// The identity of the new execution.
    pub id: ExecutionId,
    /// The execution whose answer it has.
    pub of: ExecutionId,
    /// How that one ended.
    pub status: ExecutionStatus,
    /// What is kept of that one's answer.
    pub kept: KeptTexts,
    /// What is told of its times, tokens and cost: nothing was spent.
    pub metrics: Metrics,
    /// What all rules come to.
    pub validation_status: ValidationStatus,
    /// The weighted mean of their scores.
    pub score: Option<f64>,
    /// What each rule says.
    pub results: Vec<ValidationResult>,
    /// The answer as JSON, where a rule found it valid.
    pub validated_output: Option<serde_json::Value>,
}

impl Store {
    /// Keeps a run that grades another, under way and with none of its executions yet.
    pub async fn insert_regrade(&self, new: NewRegrade) -> Result<Run, StoreError> {
        let context = run::context_blob(&new.run)?;
        let NewRegrade { run, validations, cases } = new;
        let of = run.regraded.ok_or_else(|| StoreError::not_found("run", run.id))?;
        let total = run.progress.total;
        let new = NewRun {
            run,
            rates: Vec::new(),
            partials: Vec::new(),
            cases: Vec::new(),
            validations,
            cells: Vec::new(),
        };
        self.write(move |connection| {
            Box::pin(async move {
                run::insert_empty(connection, &new, context).await?;
                copy(connection, of, new.run.id, total, &cases).await?;
                run::get(connection, new.run.id).await
            })
        })
        .await
    }

    /// The cases of a run by the names of their inputs, which are not read.
    pub async fn list_case_names(&self, run: RunId) -> Result<Vec<CaseName>, StoreError> {
        let run = Key(run);
        let rows = sqlx::query!(
            r#"select position as "position: u32", inputs, details as "details: Json<Case>"
            from run_cases where run = ?1 order by position"#,
            run,
        )
        .fetch_all(self.readers())
        .await?;
        let name = rows.into_iter().map(|row| {
            let (position, inputs) = (row.position, row.inputs);
            CaseName { position, inputs, case: row.details.map(|details| details.0).unwrap_or_default() }
        });
        Ok(name.collect())
    }

    /// The answers of a run to be graded, in the order of its grid: the newest of each cell, from a place on. Their cases
    /// are those of the run that grades them. Their inputs, which few rules look at, are read apart.
    pub async fn list_answers(
        &self,
        of: RunId,
        by: RunId,
        after: Option<AnswerPlace>,
        limit: u32,
    ) -> Result<Vec<StoredAnswer>, StoreError> {
        let (of, by) = (Key(of), Key(by));
        let (case, repeat, variant, generation) =
            after.map_or((-1, 0, 0, 0), |(case, repeat, variant, generation)| {
                (i64::from(case), i64::from(repeat), i64::from(variant), i64::from(generation))
            });
        let rows = sqlx::query!(
            r#"select e.id as "id: Key<ExecutionId>", e.case_index as "case_index: u32", e.repeat as "repeat: u32",
              e.variant_index as "variant: u32", e.generation as "generation: u32",
              e.status as "status: Word<ExecutionStatus>", e.version as "version: Key<VersionId>",
              coalesce(e.answered_by, e.model) as "model!: Text<ModelRef>", rv.parameters as "parameters: Json<Parameters>",
              e.finish as "finish: Json<Finish>", e.tool_calls as "tool_calls: Json<Vec<ToolCall>>",
              e.latency_micros as "latency: Int<Span>", e.first_token_micros as "first_token: Int<Span>",
              e.tokens_per_second, e.usage as "usage: Json<Usage>", e.cost_nanos as "cost: Int<NanoUsd>",
              e.basis as "basis: Word<CostBasis>", e.replayed as "replayed: Json<Replayed>",
              coalesce(e.completed_at, e.created_at) as "completed_at!: Int<Timestamp>",
              rc.details as "details: Json<Case>", rc.inputs as "inputs: Key<BlobHash>", o.data as "output?",
              e.output as "text: Key<BlobHash>", e.validated_output as "value: Key<BlobHash>"
            from executions e
            join run_variants rv on rv.run = e.run and rv.position = e.variant_index
            join run_cases rc on rc.run = ?2 and rc.position = e.case_index
            left join blobs o on o.hash = e.output
            where e.run = ?1 and (e.case_index, e.repeat, e.variant_index, e.generation) > (?3, ?4, ?5, ?6)
              and not exists (select 1 from executions n where n.run = e.run and n.case_index = e.case_index
                and n.repeat = e.repeat and n.variant_index = e.variant_index and n.generation > e.generation)
            order by e.case_index, e.repeat, e.variant_index, e.generation limit ?7"#,
            of,
            by,
            case,
            repeat,
            variant,
            generation,
            limit,
        )
        .fetch_all(self.readers())
        .await?;
        let answer = rows.into_iter().map(|row| StoredAnswer {
            execution: row.id.0,
            place: (row.case_index, row.repeat, row.variant, row.generation),
            status: row.status.0,
            version: row.version.0,
            model: row.model.0,
            parameters: row.parameters.0,
            finish: row.finish.map(|finish| finish.0),
            tool_calls: row.tool_calls.map(|calls| calls.0).unwrap_or_default(),
            metrics: metrics!(row),
            completed_at: row.completed_at.0,
            case: row.details.map(|details| details.0).unwrap_or_default(),
            kept: KeptTexts([row.text, row.value].into_iter().flatten().map(|key| key.0).collect()),
            output: row.output,
            inputs: row.inputs.0,
            packed_inputs: None,
        });
        Ok(answer.collect())
    }

    /// Reads the inputs of answers.
    pub async fn read_inputs(&self, answers: &mut [StoredAnswer]) -> Result<(), StoreError> {
        let names = Json(answers.iter().map(|answer| hex(&answer.inputs)).collect::<HashSet<_>>());
        let rows = sqlx::query!(
            r#"select b.hash as "hash: Key<BlobHash>", b.data from json_each(?1) name
            cross join blobs b on b.hash = unhex(name.value)"#,
            names,
        )
        .fetch_all(self.readers())
        .await?;
        let packed: HashMap<BlobHash, Vec<u8>> = rows.into_iter().map(|row| (row.hash.0, row.data)).collect();
        for answer in answers {
            answer.packed_inputs = packed.get(&answer.inputs).cloned();
        }
        Ok(())
    }

    /// Adds graded answers to the run that grades them, and answers the run.
    pub async fn insert_graded(
        &self,
        run: RunId,
        batch: GradedBatch,
        at: Timestamp,
    ) -> Result<Run, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                batch.insert(connection, run, at).await?;
                run::get(connection, run).await
            })
        })
        .await
    }

    /// Ends a run that grades another: as completed, or as cancelled where some answers were not graded.
    pub async fn finish_regrade(&self, run: RunId, at: Timestamp) -> Result<Run, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (key, at) = (Key(run), Int(at));
                sqlx::query!(
                    "update runs set status = case pending when 0 then 'completed' else 'cancelled' end, pending = 0,
                      completed_at = max(?2, started_at)
                    where id = ?1 and status = 'running' and regraded is not null",
                    key,
                    at,
                )
                .execute(&mut *connection)
                .await?;
                run::get(connection, run).await
            })
        })
        .await
    }
}

/// Ends what an earlier process left half graded. Answers how many runs that were.
pub(crate) async fn recover(connection: &mut SqliteConnection, now: Timestamp) -> Result<u32, StoreError> {
    let now = Int(now);
    let done = sqlx::query!(
        "update runs set status = 'cancelled', pending = 0, completed_at = max(?1, started_at)
        where regraded is not null and status = 'running'",
        now,
    )
    .execute(connection)
    .await?;
    Ok(u32::try_from(done.rows_affected()).unwrap_or(u32::MAX))
}

/// What a run that grades has of the one that it grades: cases, partials, and how much there is to do.
async fn copy(
    connection: &mut SqliteConnection,
    of: RunId,
    run: RunId,
    total: u32,
    cases: &[(u32, Case)],
) -> Result<(), StoreError> {
    let (of, run) = (Key(of), Key(run));
    sqlx::query!(
        "insert into run_cases (run, position, inputs, details)
        select ?2, position, inputs, details from run_cases where run = ?1",
        of,
        run,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into run_partials (run, name, prompt, version)
        select ?2, name, prompt, version from run_partials where run = ?1",
        of,
        run,
    )
    .execute(&mut *connection)
    .await?;
    let changed: Vec<_> = cases.iter().map(|(position, case)| (position, run::case_details(case))).collect();
    let changed = Json(changed);
    sqlx::query!(
        "update run_cases set details = new.details
        from (select value ->> 0 as position, nullif(value -> 1, 'null') as details from json_each(?2)) new
        where run_cases.run = ?1 and run_cases.position = new.position",
        run,
        changed,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update runs set status = 'running', started_at = created_at, pending = ?2 where id = ?1",
        run,
        total,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Graded answers as the statements take them: texts of JSON with an array for each row. A statement for each row would
/// take several times as long. They are put together by whoever grades, so that the store need not wait for it.
#[derive(Debug)]
pub struct GradedBatch {
    executions: String,
    results: String,
    validated: Vec<Blob>,
    completed: u32,
    failed: u32,
    cancelled: u32,
}

impl GradedBatch {
    /// Puts graded answers together, and packs what of them was found valid, which takes a while.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] where one cannot be written as JSON.
    pub fn of(graded: &[GradedAnswer]) -> Result<Self, StoreError> {
        let (mut validated, mut executions, mut results) = (Vec::new(), Vec::new(), Vec::new());
        let count = |status| graded.iter().filter(|one| one.status == status).count();
        for one in graded {
            let id = hex(one.id.as_bytes());
            let value = one.validated_output.as_ref();
            let value = value.map(|value| Shared::of_json(value, &one.kept.0)).transpose()?;
            let replayed = one.metrics.replayed.as_ref().map(serde_json::to_string).transpose();
            executions.push((
                id.clone(),
                hex(one.of.as_bytes()),
                value.as_ref().map(|value| hex(&value.hash)),
                one.validation_status,
                one.score,
                replayed.map_err(StoreError::unreadable)?,
            ));
            validated.extend(value.and_then(|value| value.new));
            results.extend(ResultRow::all(one.id, &one.results));
        }
        let count = |status| u32::try_from(count(status)).unwrap_or(u32::MAX);
        Ok(Self {
            executions: serde_json::to_string(&executions).map_err(StoreError::unreadable)?,
            results: serde_json::to_string(&results).map_err(StoreError::unreadable)?,
            validated,
            completed: count(ExecutionStatus::Completed),
            failed: count(ExecutionStatus::Failed),
            cancelled: count(ExecutionStatus::Cancelled),
        })
    }

    async fn insert(
        self,
        connection: &mut SqliteConnection,
        run: RunId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        blob::insert(connection, self.validated).await?;
        let (run, at) = (Key(run), Int(at));
        let by =
            sqlx::query_scalar!(r#"select created_by as "by: Key<ActorId>" from runs where id = ?1"#, run)
                .fetch_one(&mut *connection)
                .await?;
        let (executions, results) = (self.executions, self.results);
        sqlx::query!(
            "insert into executions (id, run, prompt, version, model, case_index, repeat, variant_index, generation, status,
              preview, output_bytes, output, reasoning, validated_output, failure, finish, latency_micros,
              first_token_micros, tokens_per_second, usage, cost_nanos, basis, validation_status, created_by, created_at,
              started_at, completed_at, tool_calls, answered_by, score, replayed)
            select unhex(g.value ->> 0), ?1, e.prompt, e.version, e.model, e.case_index, e.repeat, e.variant_index, 0,
              e.status, e.preview, e.output_bytes, e.output, e.reasoning, unhex(g.value ->> 2), e.failure, e.finish,
              e.latency_micros, e.first_token_micros, e.tokens_per_second, e.usage, 0, e.basis, g.value ->> 3, ?2, ?3, ?3,
              ?3, e.tool_calls, e.answered_by, g.value ->> 4, g.value ->> 5
            from json_each(?4) g cross join executions e on e.id = unhex(g.value ->> 1)",
            run,
            by,
            at,
            executions,
        )
        .execute(&mut *connection)
        .await?;
        execution::insert_written(connection, &results).await?;
        let (completed, failed, cancelled) = (self.completed, self.failed, self.cancelled);
        sqlx::query!(
            "update runs set pending = pending - ?2 - ?3 - ?4, completed = completed + ?2, failed = failed + ?3,
              cancelled = cancelled + ?4
            where id = ?1",
            run,
            completed,
            failed,
            cancelled,
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}
