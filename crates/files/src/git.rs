//! What git says of the folder: the branch from a file, and whether anything is uncommitted from the program.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::process::Command;

/// The longest that the program is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// The state of the repository that a folder is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Git {
    /// The branch, or the start of the commit where none is checked out.
    pub branch: String,
    /// Whether the folder differs from the last commit; absent where that is not known.
    pub dirty: Option<bool>,
}

/// What git says of a folder; `None` where it is in no repository. The configuration of a repository can name programs
/// that git runs, so it is only asked with `ask`, of a folder that is trusted.
pub async fn git_state(root: &Path, ask: bool) -> Option<Git> {
    let directory = git_directory(root)?;
    let head = fs::read_to_string(directory.join("HEAD")).ok()?;
    let head = head.trim();
    let branch = match head.strip_prefix("ref: ") {
        Some(name) => name.strip_prefix("refs/heads/").unwrap_or(name).to_owned(),
        None => head.chars().take(12).collect(),
    };
    let dirty = if ask { is_dirty(root).await } else { None };
    Some(Git { branch, dirty })
}

/// Where the repository keeps its state: `.git` in the folder or above it, or what a file of that name points to.
#[must_use]
pub fn git_directory(root: &Path) -> Option<PathBuf> {
    let path = root.ancestors().map(|folder| folder.join(".git")).find(|path| path.exists())?;
    if path.is_dir() {
        return Some(path);
    }
    let pointer = fs::read_to_string(&path).ok()?;
    Some(path.parent()?.join(pointer.strip_prefix("gitdir: ")?.trim()))
}

async fn is_dirty(root: &Path) -> Option<bool> {
    let mut git = Command::new("git");
    git.current_dir(root)
        .args(["--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"])
        .args([
            "status",
            "--porcelain",
            "-z",
            "--ignore-submodules=all",
            "--untracked-files=normal",
            "--",
            ".",
        ])
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_CONFIG_PARAMETERS", "GIT_EXTERNAL_DIFF"] {
        git.env_remove(name);
    }
    let output = tokio::time::timeout(PATIENCE, git.output()).await.ok()?.ok()?;
    output.status.success().then_some(!output.stdout.is_empty())
}
