//! The command line in a workspace of its own.

use crate::SmallDisk;
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::{Output, Stdio},
};
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt,
    process::{Child, Command},
};

/// The built program, which lies beside the folder of the running test.
///
/// # Panics
/// Where it was not built.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("the test knows its own path");
    let folder = test.parent().and_then(Path::parent).expect("tests lie in `deps`");
    let program = folder.join("formaops");
    assert!(program.exists(), "`{}` is not there: run `cargo build -p formaops-cli`", program.display());
    program
}

/// A workspace and the commands that are given in it. Its folder goes when this is dropped.
pub struct Cli {
    folder: TempDir,
    environment: Vec<(String, String)>,
    disk: Option<SmallDisk>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Done {
    /// The exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it printed beside that.
    pub stderr: String,
}

impl Done {
    /// What it printed, as JSON.
    ///
    /// # Panics
    /// Where it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Default for Cli {
    fn default() -> Self {
        Self::new()
    }
}

impl Cli {
    /// A workspace that is made by the first command.
    ///
    /// # Panics
    /// Where there is no temporary folder.
    #[must_use]
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("there is a temporary folder"),
            environment: Vec::new(),
            disk: None,
        }
    }

    /// The same with a variable in the environment of every command.
    #[must_use]
    pub fn with_env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with the workspace on a disk of this size, such as `4m`.
    ///
    /// # Panics
    /// Where none can be mounted.
    pub async fn on_small_disk(mut self, size: &str) -> Self {
        std::fs::create_dir(self.workspace()).expect("the temporary folder can be written");
        self.disk = Some(SmallDisk::mount(&self.workspace(), size).await);
        self
    }

    /// Gives its disk another size.
    ///
    /// # Panics
    /// Where it has none of its own, or that cannot be done.
    pub async fn resize_disk(&self, size: &str) {
        self.disk.as_ref().expect("it has a disk").resize(&self.workspace(), size).await;
    }

    /// The folder of the workspace.
    #[must_use]
    pub fn workspace(&self) -> PathBuf {
        self.folder.path().join("w")
    }

    /// Writes a file beside the workspace and answers its path.
    ///
    /// # Panics
    /// Where it cannot be written.
    #[must_use]
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("the temporary folder can be written");
        path.to_str().expect("temporary folders have plain names").to_owned()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = match &self.disk {
            Some(disk) => disk.command(&program()),
            None => Command::new(program()),
        };
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("FORMAOPS_WORKSPACE", self.workspace())
            // Nobody's own keychain is touched by a test.
            .env(
                "DBUS_SESSION_BUS_ADDRESS",
                format!("unix:path={}", self.folder.path().join("no-bus").display()),
            )
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Gives a command and waits for its end.
    ///
    /// # Panics
    /// Where the program cannot be started.
    pub async fn run(&self, arguments: &[&str]) -> Done {
        self.command(arguments).output().await.expect("the program starts").into()
    }

    /// Gives a command with a text at its standard input, and waits for its end.
    ///
    /// # Panics
    /// Where the program cannot be started.
    pub async fn run_with_input(&self, input: &str, arguments: &[&str]) -> Done {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("its input is piped");
        // A program that has refused already does not read to the end.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        child.wait_with_output().await.expect("the program ends").into()
    }

    /// Gives a command that must succeed, with `--json`, and answers what it prints.
    ///
    /// # Panics
    /// Where it does not succeed.
    pub async fn json(&self, arguments: &[&str]) -> Value {
        let done = self.run(&[&["--json"], arguments].concat()).await;
        assert_eq!(done.code, Some(0), "{arguments:?}: {done:?}");
        done.json()
    }

    /// Starts a command and lets it go on.
    ///
    /// # Panics
    /// Where the program cannot be started.
    #[must_use]
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().expect("the program starts")
    }

    /// Starts a command to talk with, its standard input and output piped.
    ///
    /// # Panics
    /// Where the program cannot be started.
    #[must_use]
    pub fn converse(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdin(Stdio::piped()).spawn().expect("the program starts")
    }

    /// Adds a provider named `local` at an address.
    pub async fn add_provider(&self, base_url: &str) {
        self.add_provider_of_kind("local", "openai-chat", base_url).await;
    }

    /// Adds a provider at an address.
    pub async fn add_provider_of_kind(&self, name: &str, kind: &str, base_url: &str) {
        self.json(&["provider", "create", "--name", name, "--kind", kind, "--base-url", base_url]).await;
    }

    /// Adds a prompt of one text.
    pub async fn add_prompt(&self, name: &str, template: &str) {
        let content = serde_json::json!({ "body": { "kind": "text", "template": template } }).to_string();
        self.json(&["prompt", "create", "--name", name, "--content", &content]).await;
    }
}
