//! Looks through a folder for files of ours, without opening any.

use crate::{
    FilePath, SkipReason, Skipped,
    look::Stamp,
    path::{ending_of, is_ignored},
};
use formaops_domain::LinkedKind;
use std::{
    collections::BTreeMap,
    fs::{self, FileType},
    io,
    path::{Path, PathBuf},
};

/// The deepest folder that is looked into, counted from the linked one.
const MAX_DEPTH: usize = 32;
/// The most files.
const MAX_FILES: usize = 100_000;

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Scan {
    /// The files that can be prompts, datasets or suites, and how each was.
    pub files: BTreeMap<FilePath, Stamp>,
    /// The folders in which they can lie, the linked one first.
    pub folders: Vec<PathBuf>,
    /// What looks like one of them and is none, by path.
    pub skipped: Vec<Skipped>,
}

/// Looks through a folder. Hidden files and folders, `node_modules` and what has no ending of ours are passed over; links are not followed. Of files whose names differ in the case of letters alone one is taken: the one that
/// is known, else the first.
///
/// # Errors
/// Where the folder itself cannot be read.
pub fn scan(root: &Path, is_known: impl Fn(&FilePath) -> bool) -> io::Result<Scan> {
    let mut scan = Scan::default();
    let mut open = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if depth == 0 => return Err(error),
            Err(error) => {
                scan.skip(root, &folder, SkipReason::Unreadable, format!("cannot be read: {error}"));
                continue;
            }
        };
        for entry in entries {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if is_ignored(&name) {
                continue;
            }
            if kind.is_dir() {
                if depth + 1 > MAX_DEPTH {
                    let message = format!("lies more than {MAX_DEPTH} folders deep: move it up");
                    scan.skip(root, &path, SkipReason::Limit, message);
                } else {
                    open.push((path, depth + 1));
                }
            } else if ending_of(&name).is_some() || kind.is_symlink() {
                scan.file(root, &path, kind);
            }
        }
        scan.folders.push(folder);
    }
    scan.separate_twins(is_known);
    scan.skipped.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(scan)
}

const fn noun(kind: LinkedKind) -> &'static str {
    match kind {
        LinkedKind::Prompt => "prompt",
        LinkedKind::Dataset => "dataset",
        LinkedKind::Suite => "suite",
    }
}

impl Scan {
    fn file(&mut self, root: &Path, path: &Path, kind: FileType) {
        if kind.is_symlink() {
            self.link(root, path);
            return;
        }
        let Some(file) = FilePath::within(root, path) else {
            let message = "has a name that is not Unicode, or nothing before its ending: rename it";
            self.skip(root, path, SkipReason::Name, message);
            return;
        };
        if let Err(error) = file.name() {
            let message = format!("cannot be the name of a {}: {error}", noun(file.kind()));
            self.skip(root, path, SkipReason::Name, message);
        } else if self.files.len() >= MAX_FILES {
            self.skip(root, path, SkipReason::Limit, format!("is beyond the first {MAX_FILES} files"));
        } else {
            match Stamp::of(path) {
                Ok(Some(stamp)) => drop(self.files.insert(file, stamp)),
                Ok(None) => self.skip(root, path, SkipReason::Unreadable, "is not a file"),
                // It went away meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    self.skip(root, path, SkipReason::Unreadable, format!("cannot be read: {error}"));
                }
            }
        }
    }

    fn link(&mut self, root: &Path, path: &Path) {
        let target = path.canonicalize();
        let leads_to_ours = ending_of(&path.to_string_lossy()).is_some()
            || target.as_ref().is_ok_and(|target| target.is_dir());
        if !leads_to_ours {
            return;
        }
        let message = match target {
            Ok(target) if target.starts_with(root) => {
                "is a link; what it leads to is read where it lies".to_owned()
            }
            Ok(_) => "is a link that leaves the folder; links are not followed".to_owned(),
            Err(_) => "is a link that leads nowhere".to_owned(),
        };
        self.skip(root, path, SkipReason::Link, message);
    }

    fn separate_twins(&mut self, is_known: impl Fn(&FilePath) -> bool) {
        let mut taken: BTreeMap<String, FilePath> = BTreeMap::new();
        let mut paths: Vec<FilePath> = self.files.keys().cloned().collect();
        paths.sort_by_key(|path| !is_known(path));
        for path in paths {
            let spelling = path.as_str().to_ascii_lowercase();
            if let Some(twin) = taken.get(&spelling) {
                self.files.remove(&path);
                let message =
                    format!("differs from `{twin}` in the case of letters alone: rename one of them");
                self.skipped.push(Skipped::new(path.as_str(), SkipReason::Twin, message));
            } else {
                taken.insert(spelling, path);
            }
        }
    }

    fn skip(&mut self, root: &Path, path: &Path, reason: SkipReason, message: impl Into<String>) {
        let path = path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
        self.skipped.push(Skipped::new(path, reason, message));
    }
}
