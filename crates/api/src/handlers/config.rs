//! How the engine works: what can be set, what holds, and changes of it.

use crate::{
    ApiError, App, Caller, ErrorCode,
    configuration::{self, ConfigError, ConfigProblem, ConfigSource, ConfigValue, DEFINITIONS, Definition},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{io, sync::Arc};

/// Asks for the configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetConfig {}

/// Changes a setting of the engine in the configuration file.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateConfig {
    /// Its name, such as `retry_limit`.
    pub name: String,
    /// Its value, written as in a variable of the environment: `5`, `queue`.
    pub value: String,
}

/// Takes a setting of the engine back to its default.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResetConfig {
    /// Its name, such as `retry_limit`.
    pub name: String,
}

/// The configuration of the process that owns the workspace.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Config {
    /// The file.
    pub path: String,
    /// Every setting.
    pub items: Vec<ConfigSetting>,
    /// All that is wrong with the file and the environment. What held before holds on in its place.
    pub problems: Vec<ConfigProblem>,
}

/// A setting of the engine and what holds for it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigSetting {
    /// What it is.
    #[serde(flatten)]
    pub definition: Definition,
    /// The value in force.
    pub value: ConfigValue,
    /// Where that comes from. One from the environment can be changed only there.
    pub source: ConfigSource,
}

pub(crate) async fn config_get(app: &App, _: &Caller, _: GetConfig) -> Result<Config, ApiError> {
    let configuration = Arc::clone(&app.configuration);
    let has_changed = in_background(move || configuration.reload()).await?;
    if has_changed {
        app.configuration_changed().await?;
    }
    Ok(config(app))
}

pub(crate) async fn config_update(app: &App, _: &Caller, request: UpdateConfig) -> Result<Config, ApiError> {
    let definition = find(&request.name)?;
    let value = configuration::parse(definition, &request.value)?;
    write(app, definition, Some(value)).await
}

pub(crate) async fn config_reset(app: &App, _: &Caller, request: ResetConfig) -> Result<Config, ApiError> {
    write(app, find(&request.name)?, None).await
}

async fn write(
    app: &App,
    definition: &'static Definition,
    value: Option<ConfigValue>,
) -> Result<Config, ApiError> {
    let configuration = Arc::clone(&app.configuration);
    in_background(move || configuration.update(definition, value)).await??;
    app.configuration_changed().await?;
    Ok(config(app))
}

fn find(name: &str) -> Result<&'static Definition, ApiError> {
    Definition::find(name).ok_or_else(|| {
        let hint = Definition::nearest(name).map_or_else(
            || "`formaops config get` shows every setting.".to_owned(),
            |known| format!("Did you mean `{known}`?"),
        );
        ApiError::not_found("setting", name, &hint)
    })
}

fn config(app: &App) -> Config {
    let in_force = app.configuration.in_force();
    let setting = |definition: &Definition| ConfigSetting {
        definition: *definition,
        value: in_force.value(definition.key),
        source: in_force.source(definition.key),
    };
    Config {
        path: app.configuration.path().display().to_string(),
        items: DEFINITIONS.iter().map(setting).collect(),
        problems: in_force.problems.clone(),
    }
}

/// Files are read and written where nobody waits for them to be free.
async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| ApiError::new(ErrorCode::Internal, format!("the configuration: {error}"), ""))
}

impl From<ConfigError> for ApiError {
    fn from(error: ConfigError) -> Self {
        let message = error.to_string();
        match error {
            ConfigError::Wrong(_) => Self::invalid("value", message),
            ConfigError::HeldByEnvironment(definition) => Self::new(
                ErrorCode::Conflict,
                message,
                format!("Change `{}` there, or take it away and start FormaOps again.", definition.variable),
            ),
            ConfigError::Broken(problem) => Self {
                at: Some(problem.at),
                ..Self::new(
                    ErrorCode::Conflict,
                    message,
                    "Mend the file by hand first; nothing in it was touched.",
                )
            },
            ConfigError::Write { source, .. } => {
                let hint = match source.kind() {
                    io::ErrorKind::StorageFull => "Free some space on this disk and try again.",
                    _ => {
                        "See to it that you may write this file and its folder, or name another with `--config FILE`."
                    }
                };
                Self::new(ErrorCode::Storage, message, hint)
            }
        }
    }
}
