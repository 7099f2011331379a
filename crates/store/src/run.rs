//! Runs: what was asked for, and how far it is.

use crate::{
    Store, StoreError,
    blob::{self, Blob},
    column::{Int, Json, Key, Text, Word, hex},
    cursor, partial,
    search::{self, Words},
};
use formaops_domain::{
    ActorId, Case, EarlyStop, ExecutionId, Fallback, JsonObject, ModelRef, NanoUsd, OnRestart, Page,
    Parameters, Price, Priority, PromptId, PromptName, Replay, Run, RunContext, RunId, RunKind, RunParent,
    RunPartial, RunProgress, RunPurpose, RunStatus, RunSuite, SuiteId, SuiteName, Thresholds, Timestamp,
    Validation, Variant, VariantPrompt, VersionId,
};
use sqlx::SqliteConnection;
use std::{collections::HashMap, num::NonZeroU32};

/// A run to be kept, with all its cells.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRun {
    /// The run: pending, with sensitive inputs masked. Its progress is counted from the cells.
    pub run: Run,
    /// What each of its variants costs, in their order.
    pub rates: Vec<Rate>,
    /// The versions that its templates call as partials.
    pub partials: Vec<RunPartial>,
    /// The cases, their inputs masked. A run answers those of the first as its inputs.
    pub cases: Vec<Case>,
    /// The rules of its suite, for every case.
    pub validations: Vec<Validation>,
    /// The cells, in the order they should run.
    pub cells: Vec<NewCell>,
}

/// What calls of a model cost, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rate {
    /// The price of its tokens.
    pub price: Option<Price>,
    /// The most tokens that it answers with.
    pub max_output_tokens: Option<u64>,
}

/// A cell of a new run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewCell {
    /// The identity of its execution.
    pub id: ExecutionId,
    /// The column, from 0.
    pub variant: u32,
    /// The row, from 0.
    pub case: u32,
    /// The repeat, from 0.
    pub repeat: u32,
}

/// Which runs a list has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Only those of this prompt.
    pub prompt: Option<PromptId>,
    /// Only those of this suite.
    pub suite: Option<SuiteId>,
    /// Only those that stand here.
    pub status: Option<RunStatus>,
    /// Only those of which an execution failed.
    pub failing: bool,
    /// Only those with this model, as `provider:model`, or with one of this provider.
    pub model: Option<String>,
    /// Only those made at this moment or later.
    pub from: Option<Timestamp>,
    /// Only those made before this moment.
    pub to: Option<Timestamp>,
    /// Only those with an execution that has all these words, the last of which may be just begun: in the name of
    /// the prompt, the inputs, or the beginning of the answer. They are listed by the newest such execution.
    pub text: Option<String>,
}

impl RunFilter {
    /// The moments between which runs were made: from the first on, before the second.
    pub(crate) fn times(&self) -> (Timestamp, Timestamp) {
        let from = self.from.unwrap_or(Timestamp::from_micros(i64::MIN));
        (from, self.to.unwrap_or(Timestamp::from_micros(i64::MAX)))
    }
}

struct RunRow {
    seq: i64,
    id: Key<RunId>,
    kind: Word<RunKind>,
    status: Word<RunStatus>,
    priority: Word<Priority>,
    prompt: Key<PromptId>,
    prompt_name: Text<PromptName>,
    parent: Option<Key<ExecutionId>>,
    parent_run: Option<Key<RunId>>,
    purpose: Option<Word<RunPurpose>>,
    suite: Option<Key<SuiteId>>,
    suite_name: Option<Text<SuiteName>>,
    baseline: Option<Key<RunId>>,
    thresholds: Option<Json<Thresholds>>,
    stop_when_decided: bool,
    stopped: Option<Json<EarlyStop>>,
    cases: u32,
    inputs: Vec<u8>,
    context: Option<Vec<u8>>,
    repeats: u32,
    fallbacks: Option<Json<Vec<Fallback>>>,
    concurrency: Option<u32>,
    fail_fast: bool,
    on_restart: Word<OnRestart>,
    replay: Word<Replay>,
    regraded: Option<Key<RunId>>,
    pending: u32,
    running: u32,
    completed: u32,
    failed: u32,
    cancelled: u32,
    cost: Int<NanoUsd>,
    rules: Int<NanoUsd>,
    cap: Option<Int<NanoUsd>>,
    created_by: Key<ActorId>,
    created_at: Int<Timestamp>,
    started_at: Option<Int<Timestamp>>,
    completed_at: Option<Int<Timestamp>>,
}

impl RunRow {
    fn into_run(self, variants: Vec<Variant>) -> Result<Run, StoreError> {
        let context = match self.context {
            Some(data) => blob::json(&data)?,
            None => RunContext::default(),
        };
        let suite = self.suite.zip(self.suite_name).map(|(id, name)| RunSuite {
            id: id.0,
            name: name.0,
            baseline: self.baseline.map(|run| run.0),
            cases: self.cases,
            thresholds: self.thresholds.map(|thresholds| thresholds.0).unwrap_or_default(),
            stop_when_decided: self.stop_when_decided,
            stopped: self.stopped.map(|stopped| stopped.0),
        });
        Ok(Run {
            id: self.id.0,
            kind: self.kind.0,
            status: self.status.0,
            priority: self.priority.0,
            prompt_id: self.prompt.0,
            prompt_name: self.prompt_name.0,
            suite,
            parent: self.parent.zip(self.parent_run).zip(self.purpose).map(|((execution, run), purpose)| {
                RunParent { execution_id: execution.0, run_id: run.0, purpose: purpose.0 }
            }),
            variants,
            inputs: blob::json(&self.inputs)?,
            context,
            repeats: self.repeats,
            cap_usd: self.cap.map(|cap| cap.0),
            fallbacks: self.fallbacks.map(|fallbacks| fallbacks.0).unwrap_or_default(),
            concurrency: self.concurrency.and_then(NonZeroU32::new),
            fail_fast: self.fail_fast,
            on_restart: self.on_restart.0,
            replay: self.replay.0,
            regraded: self.regraded.map(|run| run.0),
            progress: RunProgress {
                total: self.pending + self.running + self.completed + self.failed + self.cancelled,
                pending: self.pending,
                running: self.running,
                completed: self.completed,
                failed: self.failed,
                cancelled: self.cancelled,
                cost_usd: self.cost.0,
                rules_usd: self.rules.0,
            },
            created_by: self.created_by.0,
            created_at: self.created_at.0,
            started_at: self.started_at.map(|at| at.0),
            completed_at: self.completed_at.map(|at| at.0),
        })
    }
}

macro_rules! select_runs {
    ($tail:literal, $($argument:expr),*) => {
        sqlx::query_as!(
            RunRow,
            r#"select r.seq, r.id as "id: Key<RunId>", r.kind as "kind: Word<RunKind>",
              r.status as "status: Word<RunStatus>", r.priority as "priority: Word<Priority>",
              r.prompt as "prompt: Key<PromptId>", r.prompt_name as "prompt_name: Text<PromptName>",
              r.parent as "parent?: Key<ExecutionId>",
              (select n.run from executions n where n.id = r.parent) as "parent_run?: Key<RunId>", r.purpose as "purpose?: Word<RunPurpose>",
              r.suite as "suite?: Key<SuiteId>", s.name as "suite_name?: Text<SuiteName>",
              r.baseline as "baseline?: Key<RunId>", r.thresholds as "thresholds?: Json<Thresholds>",
              r.stop_when_decided as "stop_when_decided: bool", r.stopped as "stopped?: Json<EarlyStop>",
              (case when r.suite is null then 1 else (select max(n.position) + 1 from run_cases n where n.run = r.id) end)
                as "cases!: u32",
              i.data as "inputs!", c.data as "context?", r.repeats as "repeats: u32",
              r.fallbacks as "fallbacks: Json<Vec<Fallback>>", r.concurrency as "concurrency: u32",
              r.fail_fast as "fail_fast: bool", r.on_restart as "on_restart: Word<OnRestart>",
              r.replay as "replay: Word<Replay>", r.regraded as "regraded?: Key<RunId>", r.pending as "pending: u32",
              r.running as "running: u32", r.completed as "completed: u32", r.failed as "failed: u32",
              r.cancelled as "cancelled: u32", r.cost_nanos as "cost: Int<NanoUsd>", r.rules_nanos as "rules: Int<NanoUsd>",
              r.cap_nanos as "cap: Int<NanoUsd>",
              r.created_by as "created_by: Key<ActorId>", r.created_at as "created_at: Int<Timestamp>",
              r.started_at as "started_at: Int<Timestamp>", r.completed_at as "completed_at: Int<Timestamp>"
            from runs r
            join run_cases f on f.run = r.id and f.position = 0
            join blobs i on i.hash = f.inputs
            left join blobs c on c.hash = r.context
            left join suites s on s.id = r.suite
            "# + $tail,
            $($argument),*
        )
    };
}

/// The columns of a run. A snapshot whose content was saved later shows the number it has there.
async fn variants(connection: &mut SqliteConnection, run: RunId) -> Result<Vec<Variant>, StoreError> {
    let run = Key(run);
    let rows = sqlx::query!(
        r#"select rv.version as "version: Key<VersionId>", rv.prompt as "prompt: Key<PromptId>",
          p.name as "prompt_name: Text<PromptName>", r.prompt = rv.prompt as "is_own!: bool", rv.model as "model: Text<ModelRef>",
          rv.parameters as "parameters: Json<Parameters>",
          coalesce(v.number, (select min(s.number) from prompt_versions s
            where s.prompt = v.prompt and s.content_hash = v.content_hash)) as "number?: u32"
        from run_variants rv
        join runs r on r.id = rv.run
        join prompts p on p.id = rv.prompt
        join prompt_versions v on v.prompt = rv.prompt and v.id = rv.version
        where rv.run = ?1 order by rv.position"#,
        run,
    )
    .fetch_all(connection)
    .await?;
    let variant = rows.into_iter().map(|row| Variant {
        prompt: (!row.is_own).then_some(VariantPrompt { id: row.prompt.0, name: row.prompt_name.0 }),
        version_id: row.version.0,
        version_number: row.number,
        model: row.model.0,
        parameters: row.parameters.0,
    });
    Ok(variant.collect())
}

/// A run, as the connection sees it.
pub(crate) async fn get(connection: &mut SqliteConnection, id: RunId) -> Result<Run, StoreError> {
    let key = Key(id);
    let row = select_runs!("where r.id = ?1", key).fetch_optional(&mut *connection).await?;
    let row = row.ok_or_else(|| StoreError::not_found("run", id))?;
    row.into_run(variants(connection, id).await?)
}

/// Ends a run. Its times never contradict those of its executions, whatever the clock says.
pub(crate) async fn finish(
    connection: &mut SqliteConnection,
    id: RunId,
    status: RunStatus,
    at: Timestamp,
) -> Result<Run, StoreError> {
    let run = get(connection, id).await?;
    if run.status == status {
        return Ok(run);
    }
    let open = run.progress.pending + run.progress.running;
    if run.status.is_terminal() || !status.is_terminal() || open > 0 {
        let status = if open > 0 { format!("waiting for {open} executions") } else { "over".to_owned() };
        return Err(StoreError::Transition { noun: "run", id: id.to_string(), status, wanted: "finished" });
    }
    let (key, status, at) = (Key(id), Word(status), Int(at.max(run.started_at.unwrap_or(run.created_at))));
    sqlx::query!("update runs set status = ?2, completed_at = ?3 where id = ?1", key, status, at)
        .execute(&mut *connection)
        .await?;
    get(connection, id).await
}

/// Pauses a run, or has it go on; one that has ended stays as it is.
pub(crate) async fn set_paused(
    connection: &mut SqliteConnection,
    id: RunId,
    paused: bool,
) -> Result<Run, StoreError> {
    let key = Key(id);
    sqlx::query!(
        "update runs set status = case when ?2 then 'paused' when started_at is null then 'pending' else 'running' end
        where id = ?1 and status in ('pending', 'running', 'paused')",
        key,
        paused,
    )
    .execute(&mut *connection)
    .await?;
    get(connection, id).await
}

impl Store {
    /// Keeps a run with its variants, cases and cells, all pending.
    pub async fn insert_run(&self, new: NewRun) -> Result<Run, StoreError> {
        let context = context_blob(&new.run)?;
        let inputs =
            new.cases.iter().map(|case| Blob::of_json(&case.inputs)).collect::<Result<Vec<_>, _>>()?;
        self.write(move |connection| {
            Box::pin(async move {
                insert(connection, &new, context).await?;
                insert_variants(connection, &new).await?;
                partial::insert(connection, new.run.id, &new.partials).await?;
                insert_cases(connection, new.run.id, inputs, &new.cases).await?;
                insert_cells(connection, &new).await?;
                get(connection, new.run.id).await
            })
        })
        .await
    }

    /// A run as it is now.
    pub async fn get_run(&self, id: RunId) -> Result<Run, StoreError> {
        get(&mut *self.readers().acquire().await?, id).await
    }

    /// Gives a run another cap, or none.
    pub async fn update_run_cap(&self, id: RunId, cap: Option<NanoUsd>) -> Result<Run, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (key, cap) = (Key(id), cap.map(Int));
                sqlx::query!("update runs set cap_nanos = ?2 where id = ?1", key, cap)
                    .execute(&mut *connection)
                    .await?;
                get(connection, id).await
            })
        })
        .await
    }

    /// Keeps why a run is ended before all of it has run.
    pub async fn update_run_stopped(&self, id: RunId, stopped: EarlyStop) -> Result<Run, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (key, stopped) = (Key(id), Json(stopped));
                sqlx::query!("update runs set stopped = ?2 where id = ?1", key, stopped)
                    .execute(&mut *connection)
                    .await?;
                get(connection, id).await
            })
        })
        .await
    }

    /// The runs that have not ended, oldest first.
    pub async fn list_open_runs(&self) -> Result<Vec<Run>, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let rows =
            select_runs!("where r.status in (?1, ?2, ?3) order by r.seq", "pending", "running", "paused")
                .fetch_all(&mut *connection)
                .await?;
        into_runs(&mut connection, rows).await
    }

    /// Runs, newest first.
    pub async fn list_runs(
        &self,
        filter: RunFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Run>, StoreError> {
        let mut connection = self.readers().acquire().await?;
        match filter.text.as_deref().and_then(Words::of) {
            Some(words) => list_found(&mut connection, &words, &filter, cursor, limit).await,
            None => list_newest(&mut connection, &filter, cursor, limit).await,
        }
    }
}

async fn list_newest(
    connection: &mut SqliteConnection,
    filter: &RunFilter,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Run>, StoreError> {
    let (from, to) = filter.times();
    let (at, seq) = cursor::decode(cursor)?.unwrap_or((to.as_micros(), i64::MIN));
    let (from, rows) = (Int(from), cursor::rows(limit));
    let (prompt, status) = (filter.prompt.map(Key), filter.status.map(Word));
    let (model, failing) = (filter.model.as_deref(), filter.failing);
    // A query for each way in, so that each goes along its index.
    let found = match (prompt, model, status) {
        _ if filter.suite.is_some() => {
            let suite = filter.suite.map(Key);
            select_runs!(
                "where r.suite = ?1 and r.parent is null and (r.created_at, r.seq) < (?2, ?3) and r.created_at >= ?4
                  and (?5 is null or r.status = ?5) and (?6 is null or r.prompt = ?6)
                  and (?7 is null or exists (select 1 from run_models m
                    where m.model = ?7 and m.created_at = r.created_at and m.run = r.seq))
                  and (not ?8 or r.failed > 0)
                order by r.created_at desc, r.seq desc limit ?9",
                suite,
                at,
                seq,
                from,
                status,
                prompt,
                model,
                failing,
                rows
            )
            .fetch_all(&mut *connection)
            .await?
        }
        (Some(prompt), ..) => {
            select_runs!(
                "where r.prompt = ?1 and r.parent is null and (r.created_at, r.seq) < (?2, ?3) and r.created_at >= ?4
                  and (?5 is null or r.status = ?5)
                  and (?6 is null or exists (select 1 from run_models m
                    where m.model = ?6 and m.created_at = r.created_at and m.run = r.seq))
                  and (not ?7 or r.failed > 0)
                order by r.created_at desc, r.seq desc limit ?8",
                prompt,
                at,
                seq,
                from,
                status,
                model,
                failing,
                rows
            )
            .fetch_all(&mut *connection)
            .await?
        }
        (None, Some(model), status) => {
            select_runs!(
                "join run_models m on m.run = r.seq
                where m.model = ?1 and r.parent is null and (m.created_at, m.run) < (?2, ?3) and m.created_at >= ?4
                  and (?5 is null or r.status = ?5) and (not ?6 or r.failed > 0)
                order by m.created_at desc, m.run desc limit ?7",
                model,
                at,
                seq,
                from,
                status,
                failing,
                rows
            )
            .fetch_all(&mut *connection)
            .await?
        }
        (None, None, Some(status)) => {
            select_runs!(
                "where r.status = ?1 and r.parent is null and (r.created_at, r.seq) < (?2, ?3) and r.created_at >= ?4
                  and (not ?5 or r.failed > 0)
                order by r.created_at desc, r.seq desc limit ?6",
                status,
                at,
                seq,
                from,
                failing,
                rows
            )
            .fetch_all(&mut *connection)
            .await?
        }
        (None, None, None) if failing => {
            select_runs!(
                "where r.failed > 0 and r.parent is null and (r.created_at, r.seq) < (?1, ?2) and r.created_at >= ?3
                order by r.created_at desc, r.seq desc limit ?4",
                at,
                seq,
                from,
                rows
            )
            .fetch_all(&mut *connection)
            .await?
        }
        (None, None, None) => {
            select_runs!(
                "where r.parent is null and (r.created_at, r.seq) < (?1, ?2) and r.created_at >= ?3
                order by r.created_at desc, r.seq desc limit ?4",
                at,
                seq,
                from,
                rows
            )
            .fetch_all(&mut *connection)
            .await?
        }
    };
    let page = cursor::page(found, limit, |row| (row.created_at.0.as_micros(), row.seq), |row| row);
    Ok(Page { items: into_runs(connection, page.items).await?, next: page.next })
}

async fn list_found(
    connection: &mut SqliteConnection,
    words: &Words,
    filter: &RunFilter,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Run>, StoreError> {
    let before = cursor::decode(cursor)?.unwrap_or(i64::MAX);
    let found = search::find_runs(connection, words, filter, before, cursor::rows(limit)).await?;
    let page = cursor::page(found, limit, |found| found.execution, |found| found.run);
    let seqs = Json(&page.items);
    let mut rows = select_runs!("where r.seq in (select value from json_each(?1))", seqs)
        .fetch_all(&mut *connection)
        .await?;
    let places: HashMap<i64, usize> = page.items.iter().zip(0..).map(|(&seq, place)| (seq, place)).collect();
    rows.sort_by_key(|row| places.get(&row.seq).copied());
    Ok(Page { items: into_runs(connection, rows).await?, next: page.next })
}

async fn into_runs(connection: &mut SqliteConnection, rows: Vec<RunRow>) -> Result<Vec<Run>, StoreError> {
    let mut runs = Vec::with_capacity(rows.len());
    for row in rows {
        let variants = variants(connection, row.id.0).await?;
        runs.push(row.into_run(variants)?);
    }
    Ok(runs)
}

async fn insert(
    connection: &mut SqliteConnection,
    new: &NewRun,
    context: Option<Blob>,
) -> Result<(), StoreError> {
    let run = &new.run;
    let context_hash = context.as_ref().map(|context| Key(context.hash));
    blob::insert(connection, context).await?;
    let (id, kind, priority) = (Key(run.id), Word(run.kind), Word(run.priority));
    let (prompt, prompt_name) = (Key(run.prompt_id), run.prompt_name.as_str());
    let (created_by, created_at) = (Key(run.created_by), Int(run.created_at));
    let (pending, cap) = (Int(new.cells.len() as u64), run.cap_usd.map(Int));
    let fallbacks = (!run.fallbacks.is_empty()).then_some(Json(&run.fallbacks));
    let parent = run.parent.map(|parent| Key(parent.execution_id));
    let purpose = run.parent.map(|parent| Word(parent.purpose));
    let suite = run.suite.as_ref().map(|suite| Key(suite.id));
    let baseline = run.suite.as_ref().and_then(|suite| suite.baseline).map(Key);
    let thresholds = run.suite.as_ref().map(|suite| Json(&suite.thresholds));
    let stop_when_decided = run.suite.as_ref().is_some_and(|suite| suite.stop_when_decided);
    let validations = (!new.validations.is_empty()).then_some(Json(&new.validations));
    let (concurrency, on_restart) = (run.concurrency.map(NonZeroU32::get), Word(run.on_restart));
    let (replay, regraded) = (Word(run.replay), run.regraded.map(Key));
    sqlx::query!(
        "insert into runs (id, kind, status, priority, prompt, prompt_name, context, repeats, pending, running,
          completed, failed, cancelled, cost_nanos, created_by, created_at, fallbacks, concurrency, fail_fast, on_restart,
          cap_nanos, suite, baseline, thresholds, validations, parent, purpose, replay, regraded, stop_when_decided)
        values (?1, ?2, 'pending', ?3, ?4, ?5, ?6, ?7, ?8, 0, 0, 0, 0, 0, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
          ?18, ?19, ?20, ?21, ?22, ?23, ?24)",
        id,
        kind,
        priority,
        prompt,
        prompt_name,
        context_hash,
        run.repeats,
        pending,
        created_by,
        created_at,
        fallbacks,
        concurrency,
        run.fail_fast,
        on_restart,
        cap,
        suite,
        baseline,
        thresholds,
        validations,
        parent,
        purpose,
        replay,
        regraded,
        stop_when_decided,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What was sent along, where there is something.
pub(crate) fn context_blob(run: &Run) -> Result<Option<Blob>, StoreError> {
    let is_empty = run.context == RunContext::default();
    (!is_empty).then(|| Blob::of_json(&run.context)).transpose()
}

/// The most cases of one statement.
const CASES_AT_ONCE: usize = 1_000;

/// The rows of a run: the inputs of each, and what else is known of it. Whoever else wants to write waits for all of
/// them, so there is a statement for many.
pub(crate) async fn insert_cases(
    connection: &mut SqliteConnection,
    run: RunId,
    inputs: Vec<Blob>,
    cases: &[Case],
) -> Result<(), StoreError> {
    let run = Key(run);
    let (mut inputs, mut positions) = (inputs.into_iter(), 0u32..);
    for cases in cases.chunks(CASES_AT_ONCE) {
        let inputs: Vec<Blob> = inputs.by_ref().take(cases.len()).collect();
        let rows = positions.by_ref().zip(&inputs).zip(cases);
        let rows = rows.map(|((position, inputs), case)| (position, hex(&inputs.hash), case_details(case)));
        let rows = Json(rows.collect::<Vec<_>>());
        blob::insert(connection, inputs).await?;
        sqlx::query!(
            "insert into run_cases (run, position, inputs, details)
            select ?1, value ->> 0, unhex(value ->> 1), nullif(value -> 2, 'null') from json_each(?2)",
            run,
            rows,
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// All of a case but its inputs, where there is more to it.
pub(crate) fn case_details(case: &Case) -> Option<Case> {
    let details = Case { position: 0, inputs: JsonObject::new(), ..case.clone() };
    (details != Case::default()).then_some(details)
}

/// A run with its variants; cases and executions are still to come.
pub(crate) async fn insert_empty(
    connection: &mut SqliteConnection,
    new: &NewRun,
    context: Option<Blob>,
) -> Result<(), StoreError> {
    insert(connection, new, context).await?;
    insert_variants(connection, new).await
}

/// A run that has ended elsewhere, with its variants; cases and executions are still to come.
pub(crate) async fn insert_ended(
    connection: &mut SqliteConnection,
    new: &NewRun,
    context: Option<Blob>,
) -> Result<(), StoreError> {
    insert_empty(connection, new, context).await?;
    let Run { progress, started_at, completed_at, .. } = &new.run;
    let (id, status) = (Key(new.run.id), Word(new.run.status));
    let (cost, rules) = (Int(progress.cost_usd), Int(progress.rules_usd));
    let (started_at, completed_at) = (started_at.map(Int), completed_at.map(Int));
    let stopped = new.run.suite.as_ref().and_then(|suite| suite.stopped.as_ref()).map(Json);
    sqlx::query!(
        "update runs set status = ?2, completed = ?3, failed = ?4, cancelled = ?5, cost_nanos = ?6, started_at = ?7,
          completed_at = ?8, rules_nanos = ?9, stopped = ?10
        where id = ?1",
        id,
        status,
        progress.completed,
        progress.failed,
        progress.cancelled,
        cost,
        started_at,
        completed_at,
        rules,
        stopped,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_variants(connection: &mut SqliteConnection, new: &NewRun) -> Result<(), StoreError> {
    let run = Key(new.run.id);
    let unknown = Rate::default();
    let rates = new.rates.iter().chain(std::iter::repeat(&unknown));
    for ((position, variant), rate) in (0u32..).zip(&new.run.variants).zip(rates) {
        let prompt = Key(variant.prompt_of(&new.run));
        let (version, model) = (Key(variant.version_id), Text(&variant.model));
        let (parameters, price) = (Json(&variant.parameters), rate.price.as_ref().map(Json));
        let longest = rate.max_output_tokens.map(Int);
        sqlx::query!(
            "insert into run_variants (run, position, prompt, version, model, parameters, price, max_output_tokens)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            run,
            position,
            prompt,
            version,
            model,
            parameters,
            price,
            longest,
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// All cells in one statement, however many there are.
async fn insert_cells(connection: &mut SqliteConnection, new: &NewRun) -> Result<(), StoreError> {
    let cells = new.cells.iter().map(|cell| (hex(cell.id.as_bytes()), cell.variant, cell.case, cell.repeat));
    let cells = Json(cells.collect::<Vec<_>>());
    let run = Key(new.run.id);
    let (created_by, created_at) = (Key(new.run.created_by), Int(new.run.created_at));
    sqlx::query!(
        "insert into executions (id, run, prompt, version, model, variant_index, case_index, repeat, generation,
          status, created_by, created_at)
        select unhex(cell.value ->> 0), ?1, rv.prompt, rv.version, rv.model, cell.value ->> 1, cell.value ->> 2,
          cell.value ->> 3, 0, 'pending', ?2, ?3
        from json_each(?4) cell left join run_variants rv on rv.run = ?1 and rv.position = cell.value ->> 1",
        run,
        created_by,
        created_at,
        cells,
    )
    .execute(connection)
    .await?;
    Ok(())
}
