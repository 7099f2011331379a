//! From the arguments to an open workspace, or to the window that shows it already.

use crate::{Arguments, crash};
use formaops_api::{ApiError, CallerKind, ErrorCode, Session, SessionOptions, default_workspace};
use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

/// How a start went on.
pub(crate) enum Start {
    /// The workspace is open and this process shows it.
    Here {
        /// The open workspace.
        session: Session,
        /// What an earlier process left behind when it failed.
        crash: Option<crash::Report>,
        /// Held as long as the window is there.
        window_lock: WindowLock,
    },
    /// Another process has a window on the workspace and was asked to bring it to the front.
    ShownElsewhere,
}

/// The operating system's lock that the one process with a window on a workspace holds.
pub(crate) struct WindowLock(#[expect(dead_code, reason = "holding the file is what holds the lock")] File);

/// Opens the workspace, or shows the window there is.
pub(crate) async fn start(arguments: Arguments) -> Result<Start, ApiError> {
    let workspace = arguments.workspace.map_or_else(default_workspace, Ok)?;
    let logs = workspace.join("logs");
    crash::write_to(logs.clone());
    let options =
        SessionOptions { workspace: Some(workspace), config: arguments.config, host: CallerKind::Window };
    let session = Session::open(options).await?;
    let Some(window_lock) = try_lock_window(session.workspace())? else {
        session.show_window().await?;
        session.close().await;
        return Ok(Start::ShownElsewhere);
    };
    Ok(Start::Here { session, crash: crash::take_newest(&logs), window_lock })
}

/// The lock; `None` where another process has it.
fn try_lock_window(workspace: &Path) -> Result<Option<WindowLock>, ApiError> {
    let path = workspace.join("window");
    let failed = |error: std::io::Error| {
        ApiError::new(
            ErrorCode::Storage,
            format!("cannot lock `{}`: {error}", path.display()),
            "Choose a folder that you may write to, with `--workspace DIR`.",
        )
    };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(WindowLock(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_has_one_window_at_a_time() {
        let workspace = tempfile::tempdir().unwrap();
        let first = try_lock_window(workspace.path()).unwrap();
        assert!(first.is_some());
        assert!(try_lock_window(workspace.path()).unwrap().is_none());
        drop(first);
        assert!(try_lock_window(workspace.path()).unwrap().is_some());
    }
}
