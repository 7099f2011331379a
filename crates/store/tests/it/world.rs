//! What the stories start from: a new workspace, and short words for what goes into it.

use formaops_domain::{
    ActorId, Attempt, AttemptId, AttemptStatus, Case, Content, CostBasis, Day, Execution, ExecutionId,
    FinishReason, JsonObject, LogEntry, LogLevel, Metrics, NanoUsd, OnRestart, Price, Priority, Prompt,
    PromptId, PromptStatus, Replay, Run, RunContext, RunId, RunKind, RunProgress, RunStatus, Span, Timestamp,
    Usage, ValidationStatus, Variant, Version, WorkspaceId,
    ports::{Outcome, RecordingPart},
};
use formaops_store::{
    NewCell, NewRetry, NewRun, NewVersion, NewWorkspace, OpenOptions, Rate, Store, StoreError,
};
use formaops_testkit::{actor_id, attempt_id, execution_id, prompt_id, run_id};
use std::{path::PathBuf, time::Duration};
use tempfile::TempDir;

/// A workspace with one open store. The folder goes when it is dropped.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) dir: TempDir,
}

/// The moment this many seconds after the start of the stories.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000 + seconds * 1_000_000)
}

/// The one person of every workspace here.
pub(crate) fn ada() -> ActorId {
    actor_id(1)
}

pub(crate) fn options() -> OpenOptions {
    let new = NewWorkspace {
        id: WorkspaceId::from_bytes(&[7; 16]).unwrap(),
        name: "default".into(),
        time_zone: "Europe/Berlin".into(),
        person: ada(),
        person_name: "Ada".into(),
    };
    // Nothing here waits for a lock that will be given back, so waiting is short.
    OpenOptions { busy_timeout: Duration::from_millis(50), ..OpenOptions::new(new, at(0)) }
}

/// That an execution is tried again as this one.
pub(crate) fn retry(of: u64, id: u64) -> NewRetry {
    NewRetry { of: execution_id(of), id: execution_id(id), rate: Rate::default() }
}

impl World {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), options()).await.unwrap();
        Self { store, dir }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.dir.path().join("formaops.db")
    }

    /// The same workspace after the process was killed: nothing was closed in order. The files are copied as
    /// they are at this moment, which is all that another process would find.
    pub(crate) async fn killed(&self) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for name in ["formaops.db", "formaops.db-wal"] {
            std::fs::copy(self.dir.path().join(name), dir.path().join(name)).unwrap();
        }
        let store = Store::open(dir.path(), options()).await.unwrap();
        Self { store, dir }
    }

    pub(crate) async fn prompt(&self, number: u64, name: &str) -> Prompt {
        self.try_prompt(number, name).await.unwrap()
    }

    pub(crate) async fn try_prompt(&self, number: u64, name: &str) -> Result<Prompt, StoreError> {
        self.store.insert_prompt(prompt(number, name), ada()).await
    }

    pub(crate) async fn save(&self, prompt: PromptId, content: Content) -> Version {
        self.store.save_version(version(prompt, content), None).await.unwrap()
    }

    /// A run of a prompt called `p` with these columns (executions 1, 2, …), all pending.
    pub(crate) async fn run(&self, models: &[&str]) -> Run {
        let prompt = self.prompt(1, "p").await;
        let version = self.save(prompt.id, formaops_testkit::content("Hello {{name}}")).await;
        let run = run(1, &version, models);
        self.store.insert_run(new_run(run, 1)).await.unwrap()
    }

    pub(crate) async fn start(&self, number: u64) -> Execution {
        self.store.start_attempt(attempt(number), left_queue()).await.unwrap()
    }

    pub(crate) async fn finish(&self, number: u64, text: &str) -> Execution {
        let work = self.store.get_execution_record(execution_id(number)).await.unwrap();
        let outcome = Outcome { inputs: work.inputs.into(), ..outcome(number, text) };
        self.store.finish_attempt(&outcome).await.unwrap()
    }

    /// Whether the counters of a run say what counting its newest executions says, and its cost what all its
    /// attempts do.
    pub(crate) async fn assert_counted(&self, run: RunId) {
        let filter =
            |newest| formaops_store::ExecutionFilter { run: Some(run), newest, ..Default::default() };
        let executions = self.store.list_executions(filter(true), None, 1000).await.unwrap().items;
        let mut cost_usd = NanoUsd::ZERO;
        for execution in self.store.list_executions(filter(false), None, 1000).await.unwrap().items {
            let attempts = self.store.list_attempts(execution.id).await.unwrap();
            cost_usd =
                attempts.iter().filter_map(|attempt| attempt.metrics.cost_usd).sum::<NanoUsd>() + cost_usd;
        }
        let counted = RunProgress { cost_usd, ..RunProgress::of(&executions) };
        assert_eq!(self.store.get_run(run).await.unwrap().progress, counted);
    }
}

pub(crate) fn prompt(number: u64, name: &str) -> Prompt {
    Prompt {
        id: prompt_id(number),
        name: name.parse().unwrap(),
        title: String::new(),
        description: String::new(),
        status: PromptStatus::Draft,
        tags: Vec::new(),
        head: None,
        head_number: None,
        has_draft: false,
        created_at: at(0),
        updated_at: at(0),
        published_at: None,
        deleted_at: None,
    }
}

pub(crate) fn version(prompt: PromptId, content: Content) -> NewVersion {
    NewVersion { prompt, content, note: String::new(), author: ada(), at: at(1) }
}

pub(crate) fn inputs(name: &str) -> JsonObject {
    [("name".to_owned(), name.into())].into_iter().collect()
}

pub(crate) fn run(number: u64, version: &Version, models: &[&str]) -> Run {
    let variant = |model: &&str| Variant {
        prompt: None,
        version_id: version.id,
        version_number: version.number,
        model: model.parse().unwrap(),
        parameters: Default::default(),
    };
    Run {
        id: run_id(number),
        kind: if models.len() == 1 { RunKind::Single } else { RunKind::Compare },
        status: RunStatus::Pending,
        priority: Priority::Normal,
        prompt_id: version.prompt_id,
        prompt_name: "p".parse().unwrap(),
        suite: None,
        parent: None,
        variants: models.iter().map(variant).collect(),
        inputs: inputs("Bob"),
        context: RunContext::default(),
        repeats: 1,
        cap_usd: None,
        fallbacks: Vec::new(),
        concurrency: None,
        fail_fast: false,
        on_restart: OnRestart::Fail,
        replay: Replay::Off,
        regraded: None,
        progress: RunProgress::default(),
        created_by: ada(),
        created_at: at(2),
        started_at: None,
        completed_at: None,
    }
}

/// The run with a cell for each of its columns, numbered from `first`; its models cost a nano-dollar a token.
pub(crate) fn new_run(run: Run, first: u64) -> NewRun {
    let columns = u32::try_from(run.variants.len()).unwrap();
    let cell =
        |variant: u32| NewCell { id: execution_id(first + u64::from(variant)), variant, case: 0, repeat: 0 };
    let price = Price { input: 1_000_000, output: 1_000_000, ..Price::default() };
    NewRun {
        rates: vec![Rate { price: Some(price), max_output_tokens: Some(100) }; run.variants.len()],
        partials: Vec::new(),
        cases: vec![Case::of(run.inputs.clone())],
        validations: Vec::new(),
        cells: (0..columns).map(cell).collect(),
        run,
    }
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// The first attempt of the execution with the same number.
pub(crate) fn attempt(number: u64) -> Attempt {
    Attempt {
        id: attempt_id(number),
        execution_id: execution_id(number),
        number: 1,
        status: AttemptStatus::Running,
        model: "dry-run:echo".parse().unwrap(),
        request_hash: None,
        request_id: None,
        http_status: None,
        failure: None,
        metrics: Metrics::default(),
        price: None,
        reserved_usd: Some(NanoUsd::from_nanos(40)),
        day: day("2023-11-14"),
        started_at: at(10),
        completed_at: None,
    }
}

/// What is logged as an attempt begins.
pub(crate) fn left_queue() -> Vec<LogEntry> {
    vec![LogEntry::new(at(10), Some(1), LogLevel::Info, "Left the queue")]
}

pub(crate) fn part(number: u64, millis: u64, text: &str) -> RecordingPart {
    let frames = if text.is_empty() {
        Vec::new()
    } else {
        vec![(Span::from_micros(millis * 1000), text.to_owned().into_bytes().into())]
    };
    RecordingPart { attempt: attempt_id(number), frames, text: text.to_owned(), log: Vec::new() }
}

/// A good end of an attempt, five seconds after it began, with a cost of five nano-dollars.
pub(crate) fn outcome(number: u64, text: &str) -> Outcome {
    Outcome {
        attempt: attempt_id(number),
        execution: execution_id(number),
        answered_by: None,
        status: AttemptStatus::Succeeded,
        failure: None,
        request_hash: None,
        request_id: Some("req-1".into()),
        http_status: Some(200),
        metrics: Metrics {
            latency_ms: Some(Span::from_micros(5_000_000)),
            first_token_ms: Some(Span::from_micros(700)),
            tokens_per_second: Some(0.5),
            token_usage: Some(Usage { input_tokens: 3, output_tokens: 2, ..Usage::default() }),
            cost_usd: Some(NanoUsd::from_nanos(5)),
            basis: CostBasis::Reported,
            replayed: None,
        },
        price: None,
        finish: Some(FinishReason::Stop.into()),
        tool_calls: Vec::new(),
        inputs: JsonObject::new().into(),
        output: text.to_owned(),
        reasoning: String::new(),
        validated_output: None,
        validation_status: ValidationStatus::Skipped,
        score: None,
        validations: Vec::new(),
        last_part: part(number, 5000, text),
        completed_at: at(15),
    }
}

/// An id without a thing.
pub(crate) fn nobody() -> ExecutionId {
    execution_id(u64::MAX)
}

pub(crate) fn no_attempt() -> AttemptId {
    attempt_id(u64::MAX)
}
