//! What is kept of a failure of FormaOps itself, to be shown at the next start.
//!
//! A report says where in the code it happened and how the code got there. It never holds the message
//! of the failure, which could quote inputs, outputs or keys.

use jiff::Timestamp;
use std::{
    backtrace::Backtrace,
    fs::{self, File},
    io::Write as _,
    panic::{self, PanicHookInfo},
    path::{Path, PathBuf},
};

/// A failure of an earlier process.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Report {
    /// The file that has it.
    pub(crate) path: PathBuf,
    /// What the file says.
    pub(crate) text: String,
}

/// From now on, every failure of this process leaves a file in `folder`.
pub(crate) fn write_to(folder: PathBuf) {
    let earlier = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        // This is no place to fail again: a report that cannot be written is given up.
        let _ = write(&folder, Timestamp::now(), &describe(info));
        earlier(info);
    }));
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let thread = std::thread::current();
    let place = info.location().map_or_else(|| "unknown".to_owned(), ToString::to_string);
    format!(
        "place: {place}\nthread: {}\nbacktrace:\n{}",
        thread.name().unwrap_or("unnamed"),
        Backtrace::force_capture()
    )
}

fn write(folder: &Path, now: Timestamp, description: &str) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let path = folder.join(format!("crash-{}.txt", now.as_microsecond()));
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let version = env!("CARGO_PKG_VERSION");
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    writeln!(options.open(path)?, "FormaOps {version}, {system} {machine}\ntime: {now}\n{description}")
}

/// The newest failure that was not shown yet; all of them count as shown from now on.
pub(crate) fn take_newest(folder: &Path) -> Option<Report> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with("crash-") && name.ends_with(".txt") && !name.ends_with(".shown.txt")
        })
        .collect();
    found.sort();
    let mut newest = None;
    for path in found {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let shown = path.with_extension("shown.txt");
        match fs::rename(&path, &shown) {
            Ok(()) => newest = Some(Report { path: shown, text }),
            Err(error) => tracing::warn!(%error, path = %path.display(), "a crash report cannot be renamed"),
        }
    }
    newest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_shown_once_and_its_message_never() {
        let folder = tempfile::tempdir().unwrap();
        let logs = folder.path().join("logs");
        write_to(logs.clone());
        let secret = format!("sk-{}", "live");
        let failed =
            std::thread::Builder::new().name("worker".to_owned()).spawn(move || panic!("got {secret}"));
        failed.unwrap().join().unwrap_err();
        let _ = panic::take_hook();

        let report = take_newest(&logs).unwrap();
        assert!(report.text.contains("place: src-tauri/src/crash.rs:"), "{}", report.text);
        assert!(report.text.contains("thread: worker"), "{}", report.text);
        assert!(!report.text.contains("sk-live"), "{}", report.text);
        assert_eq!(fs::read_to_string(&report.path).unwrap(), report.text);
        assert_eq!(take_newest(&logs), None);
    }

    #[test]
    fn of_several_failures_the_newest_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        for (second, description) in [(20, "second"), (10, "first")] {
            write(folder.path(), Timestamp::from_second(second).unwrap(), description).unwrap();
        }
        assert!(take_newest(folder.path()).unwrap().text.ends_with("second\n"));
        assert_eq!(take_newest(folder.path()), None);
    }

    #[test]
    fn without_a_failure_nothing_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(take_newest(&folder.path().join("logs")), None);
    }
}
