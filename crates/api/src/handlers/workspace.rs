//! The workspace itself: its place, settings, health and counts.

use super::{
    KeyState, OFFLINE,
    disk::{self, DiskUse},
    provider::key_state,
};
use crate::{ApiError, App, Caller, watch::HealthLevel};
use formaops_domain::{Noun, RunProgress, Timestamp, WorkspaceId};
use formaops_engine::Load;
use futures::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for the workspace.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetWorkspace {}

/// A workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceInfo {
    /// Its identity.
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// The folder it lives in.
    pub path: String,
    /// The size of its store in bytes, without what was written last.
    pub store_bytes: u64,
    /// What its parts take of the disk.
    pub disk: DiskUse,
    /// The version of the program that owns it.
    pub program_version: String,
    /// The process that owns it.
    pub owner_pid: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Asks for a setting.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetSetting {
    /// Its name, such as `ui.layout`.
    pub key: String,
}

/// Sets a setting.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutSetting {
    /// Its name, such as `ui.layout`: at most 64 letters, digits, `.`, `-` and `_`.
    pub key: String,
    /// Its value; at most 64 KiB of JSON.
    pub value: serde_json::Value,
}

/// A setting of the workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Setting {
    /// Its name.
    pub key: String,
    /// Its value; `null` where it was never set.
    pub value: serde_json::Value,
}

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
    /// The engine: whether it answers.
    pub engine: HealthPart,
    /// The configuration: whether its file and the environment are as they should be.
    pub configuration: HealthPart,
    /// Each provider: whether it is ready to be called. Nothing is sent to find out.
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
    /// What the engine does now.
    pub engine: Load,
}

/// The most characters of a setting's name.
const MOST_KEY: usize = 64;
/// The most bytes of a setting.
const MOST_VALUE: usize = 64 << 10;

pub(crate) async fn workspace_get(app: &App, _: &Caller, _: GetWorkspace) -> Result<WorkspaceInfo, ApiError> {
    let workspace = app.store.get_workspace().await?;
    let folder = app.workspace.clone();
    let disk = tokio::task::spawn_blocking(move || disk::measure(&folder)).await.unwrap_or_default();
    Ok(WorkspaceInfo {
        id: workspace.id,
        name: workspace.name,
        path: app.workspace.display().to_string(),
        store_bytes: app.store.get_size().await?,
        disk,
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        owner_pid: std::process::id(),
        created_at: workspace.created_at,
    })
}

pub(crate) async fn setting_get(app: &App, _: &Caller, request: GetSetting) -> Result<Setting, ApiError> {
    let value = app.store.find_setting(&request.key).await?.unwrap_or_default();
    Ok(Setting { key: request.key, value })
}

pub(crate) async fn setting_put(app: &App, _: &Caller, request: PutSetting) -> Result<Setting, ApiError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if request.key.is_empty() || request.key.len() > MOST_KEY || !request.key.chars().all(plain) {
        let message = format!("`key` must be 1 to {MOST_KEY} letters, digits, `.`, `-` and `_`");
        return Err(ApiError::invalid("key", message));
    }
    if request.key == OFFLINE {
        let message = format!("`{OFFLINE}` is no setting of its own: use `network_put`");
        return Err(ApiError::invalid("key", message));
    }
    if request.value.to_string().len() > MOST_VALUE {
        return Err(ApiError::invalid(
            "value",
            format!("`value` must be at most {MOST_VALUE} bytes of JSON"),
        ));
    }
    app.store.update_setting(&request.key, request.value.clone(), app.now()).await?;
    app.changed(Noun::Workspace, &request.key);
    Ok(Setting { key: request.key, value: request.value })
}

pub(crate) async fn health_get(app: &App, _: &Caller, _: GetHealth) -> Result<Health, ApiError> {
    let part = |name: &str, problem: Option<String>, otherwise| HealthPart {
        name: name.to_owned(),
        status: if problem.is_some() { otherwise } else { HealthStatus::Ok },
        message: problem.unwrap_or_default(),
    };
    let written = app.store.check_writable().await;
    let store = part("store", written.err().map(|error| error.to_string()), HealthStatus::Down);
    let engine =
        part("engine", app.engine.status().await.err().map(|error| error.to_string()), HealthStatus::Down);
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
            KeyState::None | KeyState::Found => None,
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
    let status = all.map(|part| part.status).max_by_key(|&status| rank(status)).unwrap_or(HealthStatus::Ok);
    Ok(Health { status, level, store, engine, configuration, providers })
}

pub(crate) async fn metrics_get(app: &App, _: &Caller, _: GetMetrics) -> Result<WorkspaceMetrics, ApiError> {
    const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;
    let yesterday = Timestamp::from_micros(app.now().as_micros() - DAY_MICROS);
    let totals = app.store.get_totals(yesterday).await?;
    Ok(WorkspaceMetrics {
        prompts: totals.prompts,
        runs: totals.runs,
        executions: totals.executions,
        last_day: totals.recent,
        engine: app.engine.status().await?,
    })
}
