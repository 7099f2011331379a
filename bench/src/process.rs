//! The built programs, started in a home and workspace of their own.

use anyhow::{Context as _, ensure};
use std::{path::PathBuf, process::Stdio};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// A program of the same build, beside this one.
pub(crate) fn built(name: &str) -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(name);
    ensure!(program.exists(), "`{name}` was not built: `bench/run` builds all that a measurement starts");
    Ok(program)
}

/// A home with a workspace in it, both gone when it is dropped.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self(tempfile::tempdir().context("there is no temporary folder")?))
    }

    pub(crate) fn workspace(&self) -> PathBuf {
        self.0.path().join("workspace")
    }

    /// A program that sees this home and little else of the environment. It is killed when it is dropped.
    pub(crate) fn command(&self, program: impl Into<PathBuf>) -> Command {
        let mut command = Command::new(program.into());
        command
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", self.0.path())
            .env("XDG_RUNTIME_DIR", self.0.path())
            .env("FORMAOPS_WORKSPACE", self.workspace())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        command
    }
}

/// Asks a process to end, and waits until it has.
pub(crate) async fn stop(mut process: Child) -> anyhow::Result<()> {
    process.kill().await.context("a process cannot be ended")
}
