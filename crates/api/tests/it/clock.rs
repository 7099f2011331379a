//! Somebody sets the clock of the machine while models answer, calls wait, and a circuit is open.

use formaops_api::{App, Caller, CallerKind, EventHub, configuration::Configuration};
use formaops_domain::{Timestamp, Usage, ports::Clock};
use formaops_testkit::{ChatReply, Gate, Reply, ScriptedServer};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::task::JoinHandle;

const HOUR: i64 = 3600;

/// A wall clock that can be set, and beside it one that only goes on.
struct Clocks {
    started: Instant,
    start: Mutex<Timestamp>,
}

impl Clocks {
    /// It is an evening at 23:30 where the workspace is.
    fn half_an_hour_before_midnight() -> Self {
        let evening = jiff::civil::date(2026, 1, 15).at(23, 30, 0, 0);
        let evening = evening.to_zoned(jiff::tz::TimeZone::system()).unwrap().timestamp();
        let start = Mutex::new(Timestamp::from_micros(evening.as_microsecond()));
        Self { started: Instant::now(), start }
    }

    fn set(&self, by_seconds: i64) {
        let mut start = self.start.lock().unwrap();
        *start = Timestamp::from_micros(start.as_micros() + by_seconds * 1_000_000);
    }
}

impl Clock for Clocks {
    fn now(&self) -> Timestamp {
        self.start.lock().unwrap().after(self.monotonic().into())
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}

/// A workspace with one provider. One failed attempt is followed by another, and two open a circuit for three seconds.
struct World {
    app: App,
    server: ScriptedServer,
    clocks: Arc<Clocks>,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let variables = [("RETRY_LIMIT", "1"), ("FAILURE_THRESHOLD", "2"), ("RECOVERY_TIME", "3000")];
        let configuration = Configuration::with_variables(folder.path().join("config.toml"), variables);
        let clocks = Arc::new(Clocks::half_an_hour_before_midnight());
        let (hub, clock) = (EventHub::default(), Arc::clone(&clocks) as _);
        let app = App::open_by(folder.path(), hub, configuration, clock).await.unwrap();
        let world = Self { app, server: ScriptedServer::start().await, clocks, _folder: folder };
        let address = world.server.base_url();
        let provider = json!({ "name": "local", "kind": "openai-chat", "baseUrl": address });
        world.call("provider_create", provider).await;
        let content = json!({ "body": { "kind": "text", "template": "Hello" } });
        world.call("prompt_create", json!({ "name": "greet", "content": content })).await;
        world
    }

    async fn call(&self, operation: &str, request: Value) -> Value {
        call(&self.app, operation, request).await
    }

    /// Starts a run on a model, and tells how its one execution ended and when.
    fn execute(&self, model: &'static str) -> JoinHandle<(Value, Instant)> {
        let app = self.app.clone();
        tokio::spawn(async move {
            let request = json!({ "id": "greet", "model": model });
            (call(&app, "prompt_execute", request).await, Instant::now())
        })
    }

    /// Waits until so many requests for a model have come.
    async fn asked(&self, model: &str, times: usize) {
        let has_come = || self.server.requests().iter().filter(|one| one.body["model"] == model).count();
        while has_come() < times {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// What was spent of the one budget today.
    async fn spent(&self) -> Value {
        self.call("budget_list", json!({})).await["items"][0]["settledUsd"].clone()
    }
}

async fn call(app: &App, operation: &str, request: Value) -> Value {
    app.call(&Caller::person(CallerKind::Cli), operation, request).await.unwrap()
}

/// Sets the clock while one execution answers, one waits as long as its provider asked, and one for a circuit.
async fn set_the_clock(by_seconds: i64) {
    let world = World::new().await;
    let (gate, refusal) = (Gate::new(), Reply::error(429, "slow down", "rate", None));
    world.server.script("slow", ChatReply::new().text("Hi").pass(&gate).text(" there"));
    world.server.script("busy", refusal.header("retry-after", "2"));
    world.server.script("busy", ChatReply::new().text("well"));
    world.server.script("broken", Reply::error(500, "boom", "server_error", None));
    world.server.script("broken", Reply::error(500, "boom", "server_error", None));
    world.server.script("broken", ChatReply::new().text("mended"));

    let before = Instant::now();
    let slow = world.execute("local:slow");
    let (failed, broke) = world.execute("local:broken").await.unwrap();
    assert_eq!(failed["failure"]["class"], "server_error", "{failed}");
    let broken = world.execute("local:broken");
    let busy = world.execute("local:busy");
    world.asked("busy", 1).await;
    let told_to_wait = Instant::now();
    gate.reached(1).await;
    world.clocks.set(by_seconds);
    gate.open();

    let within = async |join: JoinHandle<(Value, Instant)>| {
        tokio::time::timeout(Duration::from_secs(20), join).await.unwrap().unwrap()
    };
    let (slow, _) = within(slow).await;
    assert_eq!((&slow["status"], &slow["output"]), (&json!("completed"), &json!("Hi there")), "{slow}");
    let (busy, answered) = within(busy).await;
    assert_eq!((&busy["status"], &busy["output"]), (&json!("completed"), &json!("well")), "{busy}");
    let waited = answered - told_to_wait;
    assert!(waited >= Duration::from_millis(1900) && waited < Duration::from_secs(10), "{waited:?}");
    let (broken, answered) = within(broken).await;
    assert_eq!((&broken["status"], &broken["output"]), (&json!("completed"), &json!("mended")), "{broken}");
    assert!(answered - before >= Duration::from_secs(3), "the circuit was open for {:?}", answered - broke);
    assert_eq!(world.server.counts().received, 6, "each call was made once");

    let took = before.elapsed().as_secs_f64() * 1000.0;
    let executions = world.call("execution_list", json!({})).await["items"].clone();
    assert_eq!(executions.as_array().map(Vec::len), Some(4));
    for execution in executions.as_array().unwrap() {
        let attempts =
            world.call("execution_get", json!({ "id": execution["id"] })).await["attempts"].clone();
        for timed in attempts.as_array().unwrap().iter().chain([execution]) {
            let at = |name: &str| timed[name].as_str().unwrap().parse::<Timestamp>().unwrap();
            assert!(at("completedAt") >= at("startedAt"), "{timed}");
            let metrics = &timed["metrics"];
            for time in [&metrics["latencyMs"], &metrics["firstTokenMs"]] {
                assert!(
                    time.is_null() || time.as_f64().is_some_and(|time| (0.0..took).contains(&time)),
                    "{timed}"
                );
            }
        }
    }

    // A page after the other, each run is there once, and a later one by its own time stands before an earlier one.
    let (mut runs, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let page = world.call("run_list", json!({ "limit": 1, "cursor": cursor })).await;
        runs.extend(page["items"].as_array().unwrap().clone());
        cursor = page["next"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(runs.len(), 4, "{runs:?}");
    let created: Vec<_> = runs.iter().map(|run| run["createdAt"].as_str().unwrap()).collect();
    assert!(created.is_sorted_by(|one, next| one >= next), "{created:?}");
    for run in &runs {
        assert_eq!(run["status"], "completed", "{run}");
        assert!(run["completedAt"].as_str() >= run["startedAt"].as_str(), "{run}");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_an_hour_forward_loses_nothing_and_shortens_no_wait() {
    set_the_clock(HOUR).await;
}

#[tokio::test]
async fn a_clock_that_is_set_an_hour_back_loses_nothing_and_stretches_no_wait() {
    set_the_clock(-HOUR).await;
}

#[tokio::test]
async fn what_is_spent_counts_for_the_day_that_the_clock_says() {
    let world = World::new().await;
    let price = json!({ "input": 1_000_000_000, "output": 1_000_000_000 });
    let facts = json!({ "model": "local:a", "price": price, "maxOutputTokens": 10 });
    world.call("model_update", facts).await;
    let budget = json!({ "scope": "workspace", "period": "day", "capUsd": "0.0001", "kind": "hard" });
    world.call("budget_create", budget).await;
    let usage = Usage { input_tokens: 20, output_tokens: 5, ..Usage::default() };
    world.server.script("a", ChatReply::new().text("Hi").usage(usage));
    let spend = async || world.execute("local:a").await.unwrap().0;

    assert_eq!(spend().await["status"], "completed");
    assert_eq!(world.spent().await, "0.000025");
    world.clocks.set(HOUR);
    assert_eq!(world.spent().await, "0", "a day has begun");
    for _ in 0..2 {
        assert_eq!(spend().await["status"], "completed");
    }
    assert_eq!(world.spent().await, "0.00005");
    world.clocks.set(-HOUR);
    assert_eq!(world.spent().await, "0.000025", "what was spent before midnight");
    for status in ["completed", "completed", "completed", "failed"] {
        let executed = spend().await;
        assert_eq!(executed["status"], status, "{executed}");
    }
    assert_eq!(world.spent().await, "0.0001");
}
