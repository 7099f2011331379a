//! The workspace itself: its place and settings.

use super::{
    OFFLINE,
    disk::{self, DiskUse},
};
use crate::{
    ApiError, App, Caller, Scope,
    asks::{WEBHOOKS, webhooks_mistake},
};
use formaops_domain::{Noun, Timestamp, WorkspaceId};
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

pub(crate) async fn setting_put(
    app: &App,
    caller: &Caller,
    request: PutSetting,
) -> Result<Setting, ApiError> {
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
    if request.key == WEBHOOKS {
        // It decides where answers are sent, whatever a rule says that came from elsewhere.
        caller.require(Scope::Admin)?;
        if let Some(mistake) = webhooks_mistake(&request.value) {
            return Err(ApiError::invalid("value", mistake));
        }
    }
    app.store.update_setting(&request.key, request.value.clone(), app.now()).await?;
    app.changed(Noun::Workspace, &request.key);
    Ok(Setting { key: request.key, value: request.value })
}
