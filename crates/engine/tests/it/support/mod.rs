//! A world around the engine: a store, a provider and a clock that do as a test says, and a journal
//! of all that the engine did, in order.

mod journal;
mod store;
mod wire;

pub(crate) use journal::{Entry, Journal};
pub(crate) use store::{FakeStore, StoreCall};
pub(crate) use wire::{Call, Wire, hash};

use formaops_domain::{
    Calendar, Content, EventBody, Execution, ExecutionId, ExecutionStatus, Fallback, JsonObject, Metrics,
    OnRestart, Parameters, Price, Priority, Replay, Run, RunContext, RunId, RunKind, RunProgress, RunStatus,
    Timestamp, ValidationStatus,
    ports::{Clock, EventSink, TokenCount, TokenCounter, Work},
};
use formaops_engine::{Budgets, Engine, Limits, Ports, Settings, Submission};
use formaops_testkit::{CountingIds, ScriptedAsks, actor_id, execution_id, prompt_id, run_id, version_id};
use std::{
    sync::{Arc, Mutex, atomic::AtomicBool, atomic::Ordering},
    time::Duration,
};
use tokio::time::Instant;

pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) store: Arc<FakeStore>,
    pub(crate) wire: Arc<Wire>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) tokens: Arc<FakeCounter>,
    pub(crate) asks: Arc<ScriptedAsks>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Limits::default())
    }

    pub(crate) fn with(limits: Limits) -> Self {
        Self::set(Settings { limits, ..Settings::default() })
    }

    pub(crate) fn set(settings: Settings) -> Self {
        let journal = Arc::new(Journal::default());
        let store = Arc::new(FakeStore::new(Arc::clone(&journal)));
        let wire = Arc::new(Wire::default());
        let clock = Arc::new(FakeClock { started: Instant::now(), wall: Mutex::new(START) });
        let tokens = Arc::new(FakeCounter::default());
        let asks = Arc::new(ScriptedAsks::default());
        let ports = Ports {
            store: store.clone(),
            providers: wire.clone(),
            clock: clock.clone(),
            ids: Arc::new(CountingIds::default()),
            events: Arc::new(Sink(Arc::clone(&journal))),
            tokens: tokens.clone(),
            asks: asks.clone(),
            calendar: Calendar::of("UTC"),
        };
        Self {
            engine: Engine::start(ports, settings, Budgets::default()),
            store,
            wire,
            journal,
            clock,
            tokens,
            asks,
        }
    }

    /// Puts a run into the store: execution `100 * number + i` for the i-th model.
    pub(crate) fn given(&self, number: u64, asked: Asked<'_>) -> Submission {
        let executions: Vec<_> = asked
            .models
            .iter()
            .enumerate()
            .map(|(column, model)| pending(number, column as u64, model))
            .collect();
        let run = Run {
            id: run_id(number),
            kind: RunKind::Compare,
            status: RunStatus::Pending,
            priority: Priority::Normal,
            prompt_id: prompt_id(1),
            prompt_name: "greeting".parse().unwrap(),
            suite: None,
            parent: None,
            variants: Vec::new(),
            inputs: asked.inputs.clone(),
            context: RunContext::default(),
            repeats: 1,
            cap_usd: None,
            fallbacks: asked.fallbacks.iter().map(|model| fallback(model)).collect(),
            concurrency: None,
            fail_fast: asked.fail_fast,
            on_restart: OnRestart::Fail,
            replay: asked.replay,
            regraded: None,
            progress: RunProgress::of(&executions),
            created_by: actor_id(1),
            created_at: START,
            started_at: None,
            completed_at: None,
        };
        let (content, inputs) = (Arc::new(asked.content), Arc::new(asked.inputs));
        for execution in &executions {
            self.store.insert(Work {
                execution: execution.clone(),
                content: Arc::clone(&content),
                inputs: Arc::clone(&inputs),
                context: Arc::default(),
                price: asked.price.clone(),
                max_output_tokens: Some(100),
                fallbacks: asked.fallbacks.iter().map(|model| fallback(model)).collect(),
                attempt_number: 1,
                validations: content.validations.clone().into(),
                metadata: Arc::default(),
                threshold: None,
                around: Default::default(),
                replay: asked.replay,
                recorded_repeat: execution.repeat,
                purpose: None,
            });
        }
        let submission = Submission::new(&run, &executions);
        self.store.insert_run(run);
        submission
    }

    /// Puts a run into the store and into the queue.
    pub(crate) async fn submit(&self, number: u64, asked: Asked<'_>) -> RunId {
        let submission = self.given(number, asked);
        self.engine.submit(submission).await.unwrap();
        run_id(number)
    }

    /// One execution that has come as far as the wire.
    pub(crate) async fn one_call(&self, asked: Asked<'_>) -> (ExecutionId, Call) {
        self.submit(1, Asked { models: &["fake:a"], ..asked }).await;
        (execution_id(100), self.wire.call().await)
    }

    /// The run as it ended.
    pub(crate) async fn ended(&self, number: u64) -> Run {
        let ended = self.engine.wait_run(run_id(number));
        soon(ended).await.unwrap()
    }

    /// Waits until every call has left the wire.
    pub(crate) async fn off_the_wire(&self) {
        soon(async {
            while self.engine.status().await.unwrap().running > 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
        .await;
    }

    pub(crate) fn execution(&self, id: ExecutionId) -> Execution {
        self.store.execution(id)
    }
}

/// What a run is made of; a greeting to one model with a price of nothing, unless said otherwise.
pub(crate) struct Asked<'a> {
    pub(crate) content: Content,
    pub(crate) inputs: JsonObject,
    pub(crate) models: &'a [&'a str],
    pub(crate) price: Option<Price>,
    pub(crate) fallbacks: &'a [&'a str],
    pub(crate) fail_fast: bool,
    pub(crate) replay: Replay,
}

impl Default for Asked<'_> {
    fn default() -> Self {
        Self {
            content: formaops_testkit::content("Hello"),
            inputs: JsonObject::new(),
            models: &["fake:a"],
            price: Some(Price::FREE),
            fallbacks: &[],
            fail_fast: false,
            replay: Replay::Off,
        }
    }
}

impl<'a> Asked<'a> {
    pub(crate) fn of(models: &'a [&'a str]) -> Self {
        Self { models, ..Self::default() }
    }
}

fn fallback(model: &str) -> Fallback {
    Fallback { model: model.parse().unwrap(), price: None, max_output_tokens: None }
}

const START: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn pending(run: u64, column: u64, model: &str) -> Execution {
    Execution {
        id: execution_id(100 * run + column),
        run_id: run_id(run),
        prompt_id: prompt_id(1),
        version_id: version_id(1),
        variant: u32::try_from(column).unwrap(),
        case: 0,
        repeat: 0,
        generation: 0,
        status: ExecutionStatus::Pending,
        model: model.parse().unwrap(),
        answered_by: None,
        parameters: Parameters::default(),
        preview: String::new(),
        output_bytes: 0,
        reasoning_bytes: 0,
        failure: None,
        retry: None,
        metrics: Metrics::default(),
        finish: None,
        tool_calls: Vec::new(),
        validation_status: ValidationStatus::Pending,
        score: None,
        validations: Vec::new(),
        created_at: START,
        started_at: None,
        completed_at: None,
    }
}

/// Waits for what must happen without the test doing more. The clock of a test is paused, so where it
/// never happens the minute is over at once.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("this never happened")
}

/// Monotonic time is the paused time of the runtime; the wall is set by hand.
pub(crate) struct FakeClock {
    started: Instant,
    wall: Mutex<Timestamp>,
}

impl FakeClock {
    pub(crate) fn set_wall(&self, to: Timestamp) {
        *self.wall.lock().unwrap() = to;
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        *self.wall.lock().unwrap()
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}

/// A token for each word; it can be broken.
#[derive(Default)]
pub(crate) struct FakeCounter {
    broken: AtomicBool,
}

impl FakeCounter {
    pub(crate) fn break_down(&self) {
        self.broken.store(true, Ordering::Relaxed);
    }
}

impl TokenCounter for FakeCounter {
    fn count(&self, _model: &str, text: &str) -> TokenCount {
        assert!(!self.broken.load(Ordering::Relaxed), "the counter was told to break");
        TokenCount { tokens: text.split_whitespace().count() as u64, exact: true }
    }
}

struct Sink(Arc<Journal>);

impl EventSink for Sink {
    fn publish(&self, event: EventBody) {
        self.0.add(Entry::Told(event));
    }
}
