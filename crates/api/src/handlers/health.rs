//! How everything is: what is well, what goes on, and what has run.

use super::{BudgetView, KeyState, budget::budget_views, disk, provider::key_state};
use crate::{
    ApiError, App, Caller,
    figures::{LastMinute, Sample},
    watch::HealthLevel,
};
use formaops_domain::{RunProgress, Span, Timestamp};
use formaops_engine::{CircuitState, Level, Load, ModelLoad};
use futures::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Asks how things are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetHealth {}

/// How things are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// All together.
    pub status: HealthStatus,
    /// How well everything works, and what is left off because of that.
    pub level: HealthLevel,
    /// The store: whether a write was committed just now.
    pub store: HealthPart,
    /// How the store has written of late, and its disk.
    pub writes: WriteFigures,
    /// The engine: whether it answers.
    pub engine: HealthPart,
    /// The configuration: whether its file and the environment are as they should be.
    pub configuration: HealthPart,
    /// Each provider: whether it is ready to be called, as far as is known. Nothing is sent to find out.
    pub providers: Vec<HealthPart>,
}

/// One part of the whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthPart {
    /// Its name.
    pub name: String,
    /// How it is.
    pub status: HealthStatus,
    /// What is wrong; empty where nothing is.
    pub message: String,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HealthStatus {
    /// Well.
    Ok,
    /// Something is missing, but work goes on.
    Degraded,
    /// It does not work.
    Down,
}

/// Asks for counts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetMetrics {}

/// Counts of the workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceMetrics {
    /// Prompts that are neither archived nor deleted.
    pub prompts: u64,
    /// Runs ever.
    pub runs: u64,
    /// All executions ever, by state, and what they cost.
    pub executions: RunProgress,
    /// The executions of the last 24 hours, by state, and what they cost.
    pub last_day: RunProgress,
    /// What the engine does now: also each model in use, or not well, with its circuit and limits.
    pub engine: Load,
    /// How executions ended within the last minute.
    pub last_minute: LastMinute,
    /// How well everything works, and what is left off because of that.
    pub level: HealthLevel,
    /// How the store has written of late, and its disk.
    pub writes: WriteFigures,
    /// The budgets with what is spent and set aside of each.
    pub budgets: Vec<BudgetView>,
}

/// How the store writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WriteFigures {
    /// Transactions that were committed since it was opened.
    pub commits: u64,
    /// Writes in them.
    pub writes: u64,
    /// The milliseconds that 95 of 100 commits took within the last minute; absent where there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit_ms_p95: Option<Span>,
    /// The milliseconds of the slowest one since it was opened.
    pub slowest_commit_ms: Span,
    /// Whether the last write was lost for want of room, or because the disk or file refused it.
    pub cannot_write: bool,
    /// The bytes that are left on its disk; absent where the system does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_free: Option<u64>,
}

/// Asks what goes on.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetFigures {
    /// Only the samples after this moment, for whoever has those before; all of them where it is yet to come, because the
    /// clock was set back.
    #[serde(default)]
    pub after: Option<Timestamp>,
}

/// What goes on, from memory alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LiveFigures {
    /// When this was so.
    pub at: Timestamp,
    /// How well everything works, and what is left off because of that.
    pub level: HealthLevel,
    /// What the engine does now: also each model in use, or not well, with its circuit and limits.
    pub engine: Load,
    /// How executions ended within the last minute.
    pub last_minute: LastMinute,
    /// How the store has written of late, and its disk.
    pub writes: WriteFigures,
    /// What was so within the last ten minutes, oldest first: a sample a second while something ran.
    pub samples: Vec<Sample>,
}

pub(crate) async fn health_get(app: &App, _: &Caller, _: GetHealth) -> Result<Health, ApiError> {
    let part = |name: &str, problem: Option<String>, otherwise| HealthPart {
        name: name.to_owned(),
        status: if problem.is_some() { otherwise } else { HealthStatus::Ok },
        message: problem.unwrap_or_default(),
    };
    let written = app.store.check_writable().await;
    let store = part("store", written.err().map(|error| error.to_string()), HealthStatus::Down);
    let load = app.engine.status().await;
    let engine = part("engine", load.as_ref().err().map(ToString::to_string), HealthStatus::Down);
    let models = load.map(|load| load.models).unwrap_or_default();
    let problems = app.configuration.problems();
    let wrong = problems.first().map(|first| match problems.len() - 1 {
        0 => first.to_string(),
        others => format!("{first}, and {others} more; see `formaops config check`"),
    });
    let configuration = part("configuration", wrong, HealthStatus::Degraded);
    let configured = app.store.list_providers().await?;
    let states = join_all(configured.iter().map(|provider| key_state(app, provider))).await;
    let mut providers = Vec::new();
    for (provider, state) in configured.iter().zip(states) {
        let problem = match state {
            KeyState::None | KeyState::Found => left_alone(&models, &provider.name),
            KeyState::Missing => Some("its key was not found".to_owned()),
            KeyState::Locked => Some("the place that holds its key is locked".to_owned()),
            KeyState::Denied => Some("the keychain does not give its key".to_owned()),
            KeyState::NoKeychain => Some("its key is in a keychain, and there is none".to_owned()),
            KeyState::Detached => Some("its key was set for another address".to_owned()),
        };
        providers.push(part(&provider.name, problem, HealthStatus::Degraded));
    }
    let level = app.watch.health();
    let rank = |status| match status {
        HealthStatus::Ok => 0,
        HealthStatus::Degraded => 1,
        HealthStatus::Down => 2,
    };
    let all = [&store, &engine, &configuration].into_iter().chain(&providers);
    let on_the_whole = match level.level {
        Level::Normal => HealthStatus::Ok,
        Level::Degraded | Level::Critical => HealthStatus::Degraded,
        Level::Emergency => HealthStatus::Down,
    };
    let all = all.map(|part| part.status).chain([on_the_whole]);
    let status = all.max_by_key(|&status| rank(status)).unwrap_or(HealthStatus::Ok);
    let writes = write_figures(app).await;
    Ok(Health { status, level, store, writes, engine, configuration, providers })
}

pub(crate) async fn metrics_get(app: &App, _: &Caller, _: GetMetrics) -> Result<WorkspaceMetrics, ApiError> {
    const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;
    let yesterday = Timestamp::from_micros(app.now().as_micros() - DAY_MICROS);
    let totals = app.store.get_totals(yesterday).await?;
    let engine = app.engine.status().await?;
    Ok(WorkspaceMetrics {
        prompts: totals.prompts,
        runs: totals.runs,
        executions: totals.executions,
        last_day: totals.recent,
        engine,
        last_minute: last_minute(app),
        level: app.watch.health(),
        writes: write_figures(app).await,
        budgets: budget_views(app).await?,
    })
}

pub(crate) async fn figures_get(app: &App, _: &Caller, request: GetFigures) -> Result<LiveFigures, ApiError> {
    let at = app.now();
    Ok(LiveFigures {
        at,
        level: app.watch.health(),
        engine: app.engine.status().await?,
        last_minute: last_minute(app),
        writes: write_figures(app).await,
        samples: app.watch.figures().samples(at, request.after),
    })
}

fn last_minute(app: &App) -> LastMinute {
    app.watch.figures().last_minute(app.monotonic(), &app.engine.tally())
}

async fn write_figures(app: &App) -> WriteFigures {
    let stats = app.store.write_stats();
    WriteFigures {
        commits: stats.commits,
        writes: stats.writes,
        commit_ms_p95: stats.recent_commit.map(Span::from),
        slowest_commit_ms: stats.slowest_commit.into(),
        cannot_write: stats.cannot_write,
        disk_free: disk::free(Arc::clone(&app.workspace)).await,
    }
}

/// The models of a provider that get no calls for now, in words.
fn left_alone(models: &[ModelLoad], provider: &str) -> Option<String> {
    let models = models.iter().filter(|load| load.circuit != CircuitState::Closed);
    let names = models.filter(|load| load.model.provider == provider).map(|load| format!("`{}`", load.model));
    let names: Vec<_> = names.collect();
    let are = if names.len() == 1 { "is" } else { "are" };
    (!names.is_empty()).then(|| format!("{} {are} left alone after repeated failures", names.join(", ")))
}
