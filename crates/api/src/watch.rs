//! Keeps an eye on how well everything is, and has what can wait left off while it is not.
//!
//! It measures once a second while something runs, or while all is not well, and once after something has ended; else it
//! sleeps until something happens.

use crate::{
    ApiError, App, ErrorCode, Method, Operation, Scope, figures::Figures, handlers::disk, logging,
    system::processors,
};
use formaops_domain::{Noun, Priority};
use formaops_engine::{Level, Levels, Load, Measures, Pressure, Trigger};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

/// How often it measures.
const BEAT: Duration = Duration::from_secs(1);

/// What may be done while nothing can be written, beside reading: trying a function, and ending what runs.
const IN_EMERGENCY: &[&str] = &["function_try", "run_cancel", "run_pause", "execution_cancel"];

/// How well everything is, and what is left off because of that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthLevel {
    /// The level.
    pub level: Level,
    /// What led to it.
    pub reasons: Vec<Trigger>,
    /// What waits until all is well again.
    pub off: Vec<LeftOff>,
}

/// Something that waits until all is well again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOff {
    /// Screens are told of changes at once; now once a second.
    Refreshes,
    /// What ran long ago is made searchable.
    Indexing,
    /// The log files take lines for debugging, where they are set to.
    DebugLogs,
    /// New runs of low priority are taken in.
    LowRuns,
    /// Executions of low priority start.
    LowExecutions,
    /// Suites are run anew.
    NewSuites,
    /// Executions of normal priority start.
    NormalExecutions,
    /// Any execution starts.
    Executions,
    /// Anything is written but the ends of what runs.
    Writes,
}

impl LeftOff {
    fn at(level: Level, pressure: Pressure) -> Vec<Self> {
        let all = [
            (Some(Level::Degraded), None, Self::Refreshes),
            (Some(Level::Degraded), Some(Pressure::Much), Self::Indexing),
            (Some(Level::Degraded), Some(Pressure::Much), Self::DebugLogs),
            (None, Some(Pressure::TooMuch), Self::LowRuns),
            (Some(Level::Degraded), None, Self::LowExecutions),
            (Some(Level::Critical), None, Self::NewSuites),
            (Some(Level::Critical), None, Self::NormalExecutions),
            (Some(Level::Emergency), None, Self::Executions),
            (Some(Level::Emergency), None, Self::Writes),
        ];
        let is_off = |from_level: Option<Level>, from_pressure: Option<Pressure>| {
            from_level.is_some_and(|from| from <= level) || from_pressure.is_some_and(|from| from <= pressure)
        };
        all.into_iter()
            .filter_map(|(level, pressure, what)| is_off(level, pressure).then_some(what))
            .collect()
    }
}

/// The level that holds now. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch {
    levels: Arc<Mutex<Levels>>,
    figures: Arc<Mutex<Figures>>,
    /// Something went wrong that may be a reason to look.
    alarmed: Arc<Notify>,
    closing: CancellationToken,
}

impl Watch {
    pub(crate) fn level(&self) -> Level {
        self.levels.lock().unwrap_or_else(PoisonError::into_inner).level()
    }

    pub(crate) fn pressure(&self) -> Pressure {
        self.levels.lock().unwrap_or_else(PoisonError::into_inner).pressure()
    }

    pub(crate) fn health(&self) -> HealthLevel {
        let levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        let level = levels.level();
        HealthLevel { level, reasons: levels.reasons().collect(), off: LeftOff::at(level, levels.pressure()) }
    }

    /// Lets new work in, unless it is of low priority and there is too much to do for that.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`]
    pub(crate) fn require_room(&self, priority: Priority) -> Result<(), ApiError> {
        if priority > Priority::Low || self.pressure() < Pressure::TooMuch {
            return Ok(());
        }
        Err(ApiError::new(
            ErrorCode::RateLimited,
            "this machine has 90 % or more of what it can do to do, so nothing new of low priority is taken in",
            "Try again in a minute, or run it with priority `normal` or higher.",
        ))
    }

    /// Lets a suite be run, unless all is so unwell that only what runs already may finish.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`]
    pub(crate) fn require_calm(&self) -> Result<(), ApiError> {
        if self.level() < Level::Critical {
            return Ok(());
        }
        Err(ApiError::new(
            ErrorCode::RateLimited,
            "all is too unwell for a suite: what runs may finish, and no new one is taken in",
            "See why on the screen Health or with `formaops health get`, and run it once that is over.",
        ))
    }

    /// What was measured of late.
    pub(crate) fn figures(&self) -> MutexGuard<'_, Figures> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has it look, where it slept.
    pub(crate) fn alarm(&self) {
        self.alarmed.notify_one();
    }

    pub(crate) fn close(&self) {
        self.closing.cancel();
    }

    /// Whether an operation would write while the level says that nothing can be written.
    fn forbids(&self, operation: &Operation) -> bool {
        !is_for_emergencies(operation) && self.level() == Level::Emergency
    }

    fn observe(&self, now: Duration, measures: &Measures) -> bool {
        self.levels.lock().unwrap_or_else(PoisonError::into_inner).observe(now, measures)
    }
}

/// Whether an operation is one of those that are there while nothing can be written.
pub(crate) fn is_for_emergencies(operation: &Operation) -> bool {
    let reads = operation.method == Method::Get || operation.scope == Scope::Read;
    reads || IN_EMERGENCY.contains(&operation.name)
}

/// Lets an operation through, unless it would write what cannot be written. That there is room again is measured once a
/// second; the store knows it at once.
///
/// # Errors
/// [`ErrorCode::Storage`]
pub(crate) async fn admit(app: &App, operation: &Operation) -> Result<(), ApiError> {
    if !app.watch.forbids(operation) {
        return Ok(());
    }
    // While the end of an execution finds no room, that a smaller write does is no reason to go on.
    let holds = app.engine.status().await.is_ok_and(|load| load.held > 0);
    if !holds && app.store.check_writable().await.is_ok() {
        return Ok(());
    }
    Err(cannot_write())
}

/// What is wrong where an operation failed: what stands behind every failed write while nothing can be written.
pub(crate) fn explain(app: &App, operation: &Operation, error: ApiError) -> ApiError {
    let is_that = error.code == ErrorCode::Storage && app.watch.forbids(operation);
    if is_that { cannot_write() } else { error }
}

fn cannot_write() -> ApiError {
    ApiError::new(
        ErrorCode::Storage,
        "the workspace cannot be written, so nothing is changed until it can",
        "Make room on its disk. What is there can be read, searched and exported, and what runs can be paused or \
         cancelled.",
    )
}

/// Watches until the workspace is closed.
pub(crate) async fn watch(app: App) {
    let closing = app.watch.closing.clone();
    tokio::select! {
        () = closing.cancelled() => {}
        () = keep_watching(app) => {}
    }
    // The log outlives the workspace.
    logging::set_terse(false);
}

async fn keep_watching(app: App) {
    let start = Instant::now();
    loop {
        until_needed(&app).await;
        let mut before = processors();
        loop {
            let asleep = Instant::now();
            tokio::time::sleep(BEAT).await;
            let lag = asleep.elapsed().saturating_sub(BEAT);
            let Ok(load) = app.engine.status().await else { return };
            app.watch.figures().note(app.monotonic(), app.now(), &load, app.engine.tally());
            let now = processors();
            let cpu = before.zip(now).and_then(|(before, now)| now.share_since(before));
            before = now;
            let measures = measure(&app, &load, cpu, lag).await;
            if app.watch.observe(start.elapsed(), &measures) {
                apply(&app).await;
            }
            let is_well = app.watch.level() == Level::Normal && app.watch.pressure() == Pressure::Little;
            if load.under_way() == 0 && is_well && !measures.cannot_write {
                break;
            }
        }
    }
}

/// Sleeps until something runs, has ended, or went wrong.
async fn until_needed(app: &App) {
    let mut events = app.hub.subscribe();
    loop {
        let is_busy = app.engine.status().await.is_ok_and(|load| load.under_way() > 0);
        let has_ended = app.watch.figures().is_behind(&app.engine.tally());
        if is_busy || has_ended || app.store.write_stats().cannot_write {
            return;
        }
        tokio::select! {
            _ = events.next() => {}
            () = app.watch.alarmed.notified() => {}
        }
    }
}

async fn measure(app: &App, load: &Load, cpu: Option<f64>, lag: Duration) -> Measures {
    let mut stats = app.store.write_stats();
    if stats.cannot_write && app.store.check_writable().await.is_ok() {
        stats = app.store.write_stats();
    }
    Measures {
        cpu,
        lag,
        providers: load
            .providers
            .iter()
            .map(|provider| provider.recent)
            .filter(|recent| recent.calls > 0)
            .collect(),
        commit: stats.recent_commit,
        disk_free: disk::free(Arc::clone(&app.workspace)).await,
        // While an end finds no room, that a smaller write does says little.
        cannot_write: stats.cannot_write || load.held > 0,
    }
}

async fn apply(app: &App) {
    let HealthLevel { level, reasons, off } = app.watch.health();
    tracing::warn!(?level, ?reasons, ?off, "how well everything is has changed");
    // Where the engine was shut down nothing starts anyway.
    let _ = app.engine.set_least_priority(level.least_priority()).await;
    app.leave_off(&off);
    app.changed(Noun::Health, "level");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Caller, CallerKind, EventHub, configuration::Configuration};
    use serde_json::json;

    fn at_level(cannot_write: bool) -> Watch {
        let watch = Watch::default();
        watch.observe(Duration::ZERO, &Measures { cannot_write, ..Measures::default() });
        watch
    }

    #[test]
    fn each_level_leaves_off_what_the_ones_before_do_and_more() {
        let levels = [Level::Normal, Level::Degraded, Level::Critical, Level::Emergency];
        assert_eq!(levels.map(|level| LeftOff::at(level, Pressure::Little).len()), [0, 4, 6, 8]);
    }

    #[test]
    fn with_much_to_do_what_can_wait_is_left_off_and_told_once() {
        let off = |level, pressure| LeftOff::at(level, pressure);
        let waits = [LeftOff::Indexing, LeftOff::DebugLogs];
        assert_eq!(off(Level::Normal, Pressure::Much), waits);
        assert_eq!(off(Level::Normal, Pressure::TooMuch), [waits[0], waits[1], LeftOff::LowRuns]);
        assert_eq!(off(Level::Degraded, Pressure::Much), off(Level::Degraded, Pressure::Little));
    }

    #[tokio::test]
    async fn where_all_is_critical_no_suite_is_begun_and_health_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let configuration = Configuration::with_variables(folder.path().join("config.toml"), []);
        let app = App::open(folder.path(), EventHub::default(), configuration).await.unwrap();
        let caller = Caller::person(CallerKind::Cli);
        let call = async |operation, request| app.call(&caller, operation, request).await;
        let suite = async || call("suite_run", json!({ "id": "none" })).await.unwrap_err().code;
        assert_eq!(call("health_get", json!({})).await.unwrap()["status"], "ok");
        assert_eq!(suite().await, ErrorCode::NotFound);
        let little = Measures { disk_free: Some(1), ..Measures::default() };
        for second in 0..=10 {
            app.watch.observe(Duration::from_secs(second), &little);
        }
        assert_eq!(suite().await, ErrorCode::RateLimited);
        assert_eq!(call("health_get", json!({})).await.unwrap()["status"], "degraded");
    }

    #[tokio::test]
    async fn with_too_much_to_do_new_work_of_low_priority_is_refused_with_the_reason_and_the_rest_is_taken_in()
     {
        let folder = tempfile::tempdir().unwrap();
        let configuration = Configuration::with_variables(folder.path().join("config.toml"), []);
        let app = App::open(folder.path(), EventHub::default(), configuration).await.unwrap();
        let caller = Caller::person(CallerKind::Cli);
        let call = async |operation, request| app.call(&caller, operation, request).await;
        let provider = json!({ "name": "away", "kind": "openai-chat", "baseUrl": "http://127.0.0.1:1/v1" });
        call("provider_create", provider).await.unwrap();
        let content = json!({ "body": { "kind": "text", "template": "Hi" } });
        call("prompt_create", json!({ "name": "p", "content": content })).await.unwrap();
        let run = json!({ "prompt": "p", "models": [{ "model": "away:any" }], "priority": "low" });
        let started = call("run_create", run.clone()).await.unwrap();
        let (id, execution) = (&started["run"]["id"], &started["executions"][0]["id"]);
        app.engine.wait_run(serde_json::from_value(id.clone()).unwrap()).await.unwrap();

        let busy = Measures { cpu: Some(0.95), lag: Duration::from_secs(1), ..Measures::default() };
        for second in 0..=10 {
            app.watch.observe(Duration::from_secs(second), &busy);
        }
        for (operation, request) in [
            ("run_create", run.clone()),
            ("prompt_execute", json!({ "id": "p", "model": "away:any", "priority": "low" })),
            ("run_repeat", json!({ "id": id })),
            ("run_retry", json!({ "id": id })),
            ("execution_retry", json!({ "id": execution })),
        ] {
            let refused = call(operation, request).await.expect_err(operation);
            assert_eq!((refused.code, refused.retryable), (ErrorCode::RateLimited, true), "{operation}");
            assert!(
                refused.message.contains("90 %") && refused.message.contains("low priority"),
                "{refused:?}"
            );
            assert!(refused.hint.contains("in a minute") && refused.hint.contains("`normal`"), "{refused:?}");
        }
        let runs = call("run_list", json!({})).await.unwrap();
        assert_eq!(runs["items"].as_array().map(Vec::len), Some(1), "nothing was kept");
        assert!(app.watch.health().off.contains(&LeftOff::LowRuns));
        for priority in ["normal", "high", "critical"] {
            let run = json!({ "prompt": "p", "models": [{ "model": "away:any" }], "priority": priority });
            call("run_create", run).await.expect(priority);
        }
    }

    #[test]
    fn while_nothing_can_be_written_one_can_look_and_end_what_runs() {
        let watch = at_level(true);
        let may = |name: &str| !watch.forbids(Operation::find(name).unwrap());
        for name in [
            "prompt_get",
            "run_list",
            "match_list",
            "export_create",
            "dataset_export",
            "recording_export",
            "suite_plan",
            "content_render",
            "function_try",
            "run_cancel",
            "run_pause",
            "execution_cancel",
        ] {
            assert!(may(name), "{name}");
        }
        for name in
            ["prompt_create", "run_create", "draft_put", "run_retry", "provider_update", "setting_put"]
        {
            assert!(!may(name), "{name}");
        }
        assert!(!at_level(false).forbids(Operation::find("prompt_create").unwrap()));
    }
}
