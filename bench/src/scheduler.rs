//! What the scheduler takes: time for each decision, memory for each execution that waits, time to take all up
//! again at a start, and time until an urgent execution has the slot that has just become free.

use crate::{
    report::{Report, millis},
    sample::{Sample, median},
    workbench::{Shelf, Workbench},
};
use anyhow::{Context as _, ensure};
use formaops_api::{EventHub, Session, SessionOptions};
use formaops_domain::{ExecutionId, ModelRef, OnRestart, Priority, RunId, ports::RunStore as _};
use formaops_engine::{
    Limits, Models, Settings, Terms,
    machine::{Effect, End, Event, Machine, Sign},
};
use formaops_testkit::{ChatReply, Gate, ScriptedServer};
use serde_json::json;
use std::{
    fs,
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};
use uuid::Uuid;

const ROUNDS: usize = 5;
/// How many wait at once.
const QUEUES: [u32; 3] = [1_000, 10_000, 100_000];
/// The executions of a run.
const EACH: u32 = 1_000;
/// How many are on the wire at once.
const AT_ONCE: u32 = 32;
const LIMIT_BYTES: f64 = 1024.0;
const LIMIT_TO_RECOVER: Duration = Duration::from_secs(1);
const LIMIT_TO_START: Duration = Duration::from_millis(50);

/// Decisions a second, by how many wait.
pub(crate) fn decisions() {
    let mut report =
        Report::new("decisions: the state machine alone", &["wait at first", "decisions a second", "each"]);
    for waiting in QUEUES {
        let nanos = median((0..ROUNDS).map(|_| nanos_each(waiting)));
        report.row([waiting.to_string(), format!("{:.0}", 1e9 / nanos), format!("{nanos:.0} ns")]);
    }
    report.note("A decision is an event that is handled: the end of an attempt, or of an execution, which starts the next.");
    report.print();
}

/// The nanoseconds that an event takes while all that waits is started and ended.
fn nanos_each(waiting: u32) -> f64 {
    let most = NonZeroU32::new(AT_ONCE);
    let limits = Limits { background: most, provider: most, ..Limits::default() };
    let mut machine = Machine::new(Settings { limits, ..Settings::default() });
    let mut now = Duration::ZERO;
    let mut started = Vec::new();
    for (run, executions) in runs(waiting) {
        let terms = Terms::default();
        let effects = machine.handle(now, Event::RunSubmitted { run, terms, executions });
        take_started(&mut started, effects);
    }
    let (mut events, begun) = (0u32, Instant::now());
    while let Some(execution) = started.pop() {
        now += Duration::from_micros(100);
        let sign = Sign::Answered { first_token: Some(Duration::from_millis(5)), tokens: 100 };
        take_started(&mut started, machine.handle(now, Event::AttemptEnded { execution, sign }));
        take_started(&mut started, machine.handle(now, Event::ExecutionEnded { execution, end: End::Well }));
        events += 2;
    }
    assert_eq!(events, waiting * 2, "each was started and ended once");
    begun.elapsed().as_secs_f64() * 1e9 / f64::from(events)
}

fn take_started(started: &mut Vec<ExecutionId>, effects: Vec<Effect>) {
    started.extend(effects.into_iter().filter_map(|effect| match effect {
        Effect::Start { execution, .. } => Some(execution),
        _ => None,
    }));
}

/// So many executions in runs, over four models of two providers.
fn runs(executions: u32) -> impl Iterator<Item = (RunId, Vec<(ExecutionId, Models)>)> {
    let model = |provider: &str, model: &str| ModelRef { provider: provider.into(), model: model.into() };
    let models: [Models; 4] = [
        [model("one", "a")].into(),
        [model("one", "b")].into(),
        [model("two", "a")].into(),
        [model("two", "b")].into(),
    ];
    (0..executions / EACH).map(move |_| {
        let execution = |number: u32| {
            let chosen = Arc::clone(&models[number as usize % models.len()]);
            (ExecutionId::from_uuid(Uuid::now_v7()), chosen)
        };
        (RunId::from_uuid(Uuid::now_v7()), (0..EACH).map(execution).collect())
    })
}

/// The memory of each execution that waits in the machine.
pub(crate) fn queued_memory() -> anyhow::Result<()> {
    let columns = ["wait", "memory", "each", "of the limit (1 KiB)"];
    let mut report = Report::new("queued-memory: executions that wait", &columns);
    for waiting in [10_000, 100_000] {
        let before = resident()?;
        let mut machine = Machine::new(Settings::default());
        for (run, executions) in runs(waiting) {
            let terms = Terms { paused: true, ..Terms::default() };
            let effects = machine.handle(Duration::ZERO, Event::RunSubmitted { run, terms, executions });
            ensure!(effects.is_empty(), "paused runs start nothing");
        }
        let grown = resident()?.saturating_sub(before);
        ensure!(machine.load().paused == waiting, "all of them wait");
        let each = grown as f64 / f64::from(waiting);
        report.row([
            waiting.to_string(),
            format!("{:.1} MB", grown as f64 / 1e6),
            format!("{each:.0} B"),
            format!("{:.0} %", each * 100.0 / LIMIT_BYTES),
        ]);
        // Memory that was given back would be used again, and not be seen the next time.
        std::mem::forget(machine);
    }
    report.note("What the process has resident after they were submitted, less what it had before.");
    report.print();
    Ok(())
}

/// The bytes that this process has in memory.
fn resident() -> anyhow::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).context("the system does not say")?;
    Ok(kib.parse::<u64>()? * 1024)
}

/// The time to open a workspace in which 100,000 executions wait.
pub(crate) async fn recovery() -> anyhow::Result<()> {
    const WAITING: u32 = 100_000;
    let columns = ["", "to open the workspace", "rounds", "limit"];
    let mut report = Report::new("recovery: from the start of a process to its scheduler", &columns);
    for waiting in [0, WAITING] {
        let shelf = Shelf::open().await?;
        let model: ModelRef = "gone:model".parse()?;
        for _ in 0..waiting / EACH {
            let mut new = shelf.new_run(&model, EACH)?;
            new.run.on_restart = OnRestart::Resume;
            let run = shelf.store.insert_run(new).await?;
            let paused = shelf.store.set_paused(run.id, true).await;
            paused.map_err(|failure| anyhow::anyhow!(failure.message))?;
        }
        shelf.store.close().await;
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            let workspace = Some(shelf.folder().to_owned());
            let session = Session::open(SessionOptions { workspace, ..SessionOptions::default() }).await?;
            times.push(begun.elapsed());
            let metrics = session.call("metrics_get", json!({})).await?;
            let paused = &metrics["engine"]["paused"];
            ensure!(*paused == waiting, "{paused} wait");
            session.close().await;
        }
        let rounds: Vec<_> = times.iter().copied().map(millis).collect();
        let sample: Sample = times.into_iter().collect();
        report.row([
            format!("{waiting} wait"),
            millis(sample.median()),
            rounds.join(", "),
            if waiting == 0 { "-".to_owned() } else { millis(LIMIT_TO_RECOVER) },
        ]);
    }
    report.print();
    Ok(())
}

/// The time from a slot that becomes free to the call of a critical execution, under full load.
pub(crate) async fn priority_latency() -> anyhow::Result<()> {
    const TIMES: usize = 100;
    let server = ScriptedServer::start().await;
    let gate = Gate::new();
    server.script("busy", ChatReply::new().pass(&gate).text("Done."));
    server.script("urgent", ChatReply::new().text("Done."));
    let bench = Workbench::open(server.base_url(), Arc::new(EventHub::default())).await?;
    let of = |priority| Terms { priority, ..Terms::default() };
    bench.submit("busy", 1_000, of(Priority::High)).await?;
    let full = Limits::BACKGROUND as usize;
    server.wait_for(|counts| counts.in_flight == full).await;
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let received = server.counts().received;
        let run = bench.submit("urgent", 1, of(Priority::Critical)).await?;
        let begun = Instant::now();
        gate.open();
        server.wait_for(|counts| counts.received > received).await;
        times.push(begun.elapsed());
        bench.wait(run).await?;
        let urgent = server.requests()[received].model() == "urgent";
        ensure!(urgent, "another execution went first");
        // The slot is given to the next of those that wait, so that all are taken again.
        server.wait_for(|counts| counts.in_flight == full).await;
    }
    bench.close().await;
    let sample: Sample = times.into_iter().collect();
    let columns = ["p50", "p99", "slowest", "limit"];
    let mut report = Report::new("priority-latency: from a free slot to the call", &columns);
    report.row([sample.median(), sample.quantile(0.99), sample.most(), LIMIT_TO_START].map(millis));
    report.note(format!("{TIMES} times, {full} on the wire and some 1,000 of high priority waiting."));
    report.print();
    Ok(())
}
