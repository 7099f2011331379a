//! Files of lines, bounded in size and number. Several processes may write to the same ones.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use tracing_subscriber::fmt::MakeWriter;

/// A file that has grown to this is followed by another.
const MOST_BYTES: u64 = 4 << 20;
/// The files that are kept, the one being written included.
const MOST_FILES: usize = 8;
const PREFIX: &str = "formaops-";
const SUFFIX: &str = ".jsonl";

/// The files of a folder, numbered; the one with the highest number is written to.
#[derive(Clone)]
pub(super) struct LogFiles(Arc<Mutex<Open>>);

struct Open {
    folder: PathBuf,
    most_bytes: u64,
    file: Option<File>,
}

impl LogFiles {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self::with_size(folder, MOST_BYTES)
    }

    fn with_size(folder: PathBuf, most_bytes: u64) -> Self {
        Self(Arc::new(Mutex::new(Open { folder, most_bytes, file: None })))
    }
}

impl MakeWriter<'_> for LogFiles {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Write for LogFiles {
    /// Takes whole lines: one write each, so that processes do not cut each other's.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).append(line)?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Open {
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let full = match &self.file {
            Some(file) => file.metadata()?.len() >= self.most_bytes,
            None => true,
        };
        if full {
            // A log makes no workspace: what is said before there is one goes to the terminal alone.
            if !self.folder.parent().is_some_and(Path::is_dir) {
                return Ok(());
            }
            self.file = Some(self.next()?);
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(line)
    }

    /// The newest file that has room, which another process may have begun, or a new one.
    fn next(&self) -> io::Result<File> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder)?;
        let mut numbers = self.numbers()?;
        let newest = numbers.last().copied().unwrap_or_default();
        let has_room = std::fs::metadata(self.path(newest)).is_ok_and(|file| file.len() < self.most_bytes);
        let number = if has_room { newest } else { newest + 1 };
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(self.path(number))?;
        if number != newest {
            numbers.push(number);
        }
        for old in numbers.iter().rev().skip(MOST_FILES) {
            // Another process may have removed it already.
            let _ = std::fs::remove_file(self.path(*old));
        }
        Ok(file)
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{PREFIX}{number:06}{SUFFIX}"))
    }

    /// The numbers of the files there are, rising.
    fn numbers(&self) -> io::Result<Vec<u64>> {
        let mut numbers = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
            numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_full_file_is_followed_by_another_and_the_oldest_goes() {
        let workspace = tempfile::tempdir().unwrap();
        let folder = workspace.path().join("logs");
        let mut log = LogFiles::with_size(folder.clone(), 10);
        for _ in 0..20 {
            log.write_all(b"0123456789\n").unwrap();
        }
        let kept: Vec<_> = (13..=20).map(|number| format!("formaops-{number:06}.jsonl")).collect();
        assert_eq!(names(&folder), kept);
        assert_eq!(std::fs::read(folder.join(&kept[0])).unwrap(), b"0123456789\n");
    }

    #[test]
    fn two_processes_go_on_in_the_same_file_and_nothing_else_is_touched() {
        let workspace = tempfile::tempdir().unwrap();
        let folder = workspace.path().join("logs");
        let (mut one, mut two) =
            (LogFiles::with_size(folder.clone(), 20), LogFiles::with_size(folder.clone(), 20));
        one.write_all(b"one\n").unwrap();
        std::fs::write(folder.join("crash-1.txt"), "x").unwrap();
        two.write_all(b"two\n").unwrap();
        one.write_all(b"three\n").unwrap();
        assert_eq!(names(&folder), ["crash-1.txt", "formaops-000001.jsonl"]);
        assert_eq!(std::fs::read(folder.join("formaops-000001.jsonl")).unwrap(), b"one\ntwo\nthree\n");
    }

    #[test]
    fn a_log_makes_no_workspace() {
        let home = tempfile::tempdir().unwrap();
        let workspace = home.path().join("w");
        LogFiles::new(workspace.join("logs")).write_all(b"line\n").unwrap();
        assert!(!workspace.exists());
    }
}
