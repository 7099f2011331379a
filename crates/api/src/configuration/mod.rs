//! How the engine works: one file, variables of the environment that stand over it, and defaults below both.
//!
//! What is wrong with them stops nothing. It is named, with its place, and what held before holds on: the value
//! of the file before it was changed, or else the default. The file is changed in place, one value at a time, and
//! only where it can be read; nobody's comment is lost.

mod edit;
mod file;
mod read;
mod table;
mod template;
mod values;

pub use file::default_config;
pub(crate) use table::Key;
pub use table::{ConfigKind, ConfigValue, DEFINITIONS, Definition};
pub(crate) use template::in_words;
pub use template::template;
pub(crate) use values::InForce;

use formaops_domain::Place;
use read::Found;
use schemars::JsonSchema;
use serde::Serialize;
use std::{
    collections::HashMap,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConfigSource {
    /// Nobody says otherwise.
    Default,
    /// The file.
    File,
    /// A variable of the environment.
    Environment,
}

/// Something that is wrong with the file or the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigProblem {
    /// The setting whose value it is; absent where it is none, or none that is known.
    pub setting: Option<&'static str>,
    /// The file or the environment.
    pub source: ConfigSource,
    /// What is wrong, and what is allowed.
    pub message: String,
    /// The file with line and column, or the variable.
    pub at: Place,
}

/// A place without a line stands for the whole.
impl std::fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { source, message, at, .. } = self;
        match (source, at.line, at.column) {
            (ConfigSource::File, Some(line), Some(column)) => {
                write!(f, "{}:{line}:{column}: {message}", at.path)
            }
            (ConfigSource::File, ..) => write!(f, "{}: {message}", at.path),
            // The message begins with the variable.
            _ => f.write_str(message),
        }
    }
}

/// Why a setting was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A variable stands over the file, so a change there would do nothing.
    #[error("`{}` is set by the environment: `{}`", .0.name, .0.variable)]
    HeldByEnvironment(&'static Definition),
    /// The value is none that the setting takes.
    #[error("{0}")]
    Wrong(String),
    /// The file as it is cannot be understood, so it is not touched.
    #[error("the configuration is not changed, because its file cannot be read: {}", .0.message)]
    Broken(ConfigProblem),
    /// The file system refused.
    #[error("`{path}` cannot be written: {source}")]
    Write {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
}

/// The configuration of a process: where its file is, what its environment says, and what holds.
pub struct Configuration {
    path: PathBuf,
    environment: HashMap<&'static str, OsString>,
    in_force: Mutex<InForce>,
    /// Held while the file is changed.
    writing: Mutex<()>,
}

impl Configuration {
    /// Reads a file, which need not be there, and the environment of this process.
    #[must_use]
    pub fn of_process(path: PathBuf) -> Self {
        let variable = |definition: &Definition| {
            std::env::var_os(definition.variable).map(|value| (definition.variable, value))
        };
        Self::new(path, DEFINITIONS.iter().filter_map(variable).collect())
    }

    /// Reads a file, which need not be there, and an environment of these variables.
    pub fn with_variables<'a>(
        path: PathBuf,
        variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let known = |(name, value): (&str, &str)| {
            let definition = DEFINITIONS.iter().find(|definition| definition.variable == name)?;
            Some((definition.variable, value.into()))
        };
        Self::new(path, variables.into_iter().filter_map(known).collect())
    }

    fn new(path: PathBuf, environment: HashMap<&'static str, OsString>) -> Self {
        let in_force = InForce::of(file::read(&path), read::environment(&environment), &InForce::default());
        in_force.log();
        Self { path, environment, in_force: Mutex::new(in_force), writing: Mutex::default() }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All that is wrong with the file and the environment.
    #[must_use]
    pub fn problems(&self) -> Vec<ConfigProblem> {
        self.in_force().problems.clone()
    }

    pub(crate) fn in_force(&self) -> MutexGuard<'_, InForce> {
        self.in_force.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the file again; answers whether anything is otherwise now.
    pub(crate) fn reload(&self) -> bool {
        self.hold(file::read(&self.path))
    }

    fn hold(&self, found: Found) -> bool {
        let mut in_force = self.in_force();
        let now = InForce::of(found, read::environment(&self.environment), &in_force);
        let has_changed = now != *in_force;
        if has_changed {
            now.log();
            *in_force = now;
        }
        has_changed
    }

    /// Writes a value to the file, or takes it back to the default, and lets it hold.
    pub(crate) fn update(
        &self,
        definition: &'static Definition,
        value: Option<ConfigValue>,
    ) -> Result<(), ConfigError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.in_force().source(definition.key) == ConfigSource::Environment {
            return Err(ConfigError::HeldByEnvironment(definition));
        }
        let old = file::text(&self.path).map_err(ConfigError::Broken)?.unwrap_or_default();
        let found = read::file(&old, &self.path);
        if let Some(problem) = found.problems.iter().find(|_| found.broken) {
            return Err(ConfigError::Broken(problem.clone()));
        }
        let new = edit::edit(&old, definition, value);
        if new != old {
            file::replace(&self.path, &new)
                .map_err(|source| ConfigError::Write { path: self.path.display().to_string(), source })?;
        }
        self.hold(read::file(&new, &self.path));
        Ok(())
    }
}

/// Checks a text that somebody gives for a setting.
pub(crate) fn parse(definition: &Definition, given: &str) -> Result<ConfigValue, ConfigError> {
    definition
        .of_text(given)
        .ok_or_else(|| ConfigError::Wrong(read::must_be(definition.name, definition, given)))
}
