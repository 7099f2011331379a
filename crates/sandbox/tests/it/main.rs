//! Stories of functions, each run in real child processes.
#![expect(clippy::unwrap_used, reason = "a story that cannot be told stops there")]

mod children;
mod isolation;
mod results;
mod verdicts;

use formaops_domain::{
    FunctionCall,
    ports::{FunctionFailure, Sandbox as _},
};
use formaops_sandbox::Functions;
use serde_json::Value;
use std::{fs, num::NonZeroUsize, path::PathBuf, process::Command};
use tempfile::TempDir;

/// The program that is a sandbox and nothing else.
const PROGRAM: &str = env!("CARGO_BIN_EXE_formaops-sandbox");

/// A sandbox with two children.
fn functions() -> Functions {
    Functions::of(PROGRAM.into(), NonZeroUsize::new(2).unwrap())
}

/// A sandbox with one child, which is started by a script.
struct Scripted {
    functions: Functions,
    folder: TempDir,
}

impl Scripted {
    /// `script` is what a shell does; `$PROGRAM` and `$FOLDER` are what they say.
    fn new(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        let place = folder.path().display();
        let script = format!("#!/bin/sh\nPROGRAM='{PROGRAM}'\nFOLDER='{place}'\n{script}\n");
        // Another process writes it: where this one did, a child that another test starts meanwhile could hold it
        // open for writing, and what is being written cannot be started.
        let written = Command::new("sh")
            .args(["-c", "printf %s \"$1\" > \"$0\" && chmod 700 \"$0\""])
            .args([path.as_os_str(), script.as_ref()])
            .status();
        assert!(written.unwrap().success());
        Self { functions: Functions::of(path, NonZeroUsize::MIN), folder }
    }

    /// One that writes down which processes there were.
    fn noting() -> Self {
        Self::new("echo $$ >> \"$FOLDER/pids\"\nexec env -u PWD \"$PROGRAM\" \"$@\"")
    }

    /// The processes there were, the first one first.
    fn pids(&self) -> Vec<u32> {
        let noted = fs::read_to_string(self.folder.path().join("pids")).unwrap_or_default();
        noted.lines().map(|pid| pid.parse().unwrap()).collect()
    }
}

/// What the system tells of a process.
fn told_of(pid: u32, file: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{file}"))
}

fn asked(source: &str, arguments: &[Value]) -> FunctionCall {
    FunctionCall { source: source.to_owned(), arguments: arguments.to_vec() }
}

async fn call(functions: &Functions, source: &str) -> Result<Value, FunctionFailure> {
    functions.call(asked(source, &["output".into(), serde_json::json!({ "score": 0.5 })])).await
}
