//! Reads one file of the folder, if it is one that can be read.

use crate::{FilePath, SkipReason, Skipped};
use formaops_domain::FileHash;
use std::{
    fs::{self, File, Metadata},
    io::{self, Read},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

/// The largest file that is read.
pub const MAX_FILE_BYTES: u64 = 16 << 20;

/// How a file was: one that was written since is told by another stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    length: u64,
    modified_nanos: u128,
    /// The time at which the system noted the last change, which no program sets.
    changed_nanos: i128,
    identity: Option<(u64, u128)>,
}

impl Stamp {
    /// How a file is; `None` where it is something else.
    pub(crate) fn of(path: &Path) -> io::Result<Option<Self>> {
        let metadata = fs::symlink_metadata(path)?;
        Ok(metadata.is_file().then(|| Self::from(&metadata)))
    }

    /// Whether the file was written within the last second, or later than now.
    #[must_use]
    pub fn is_fresh(&self, now: SystemTime) -> bool {
        let now = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        self.modified_nanos + 1_000_000_000 > now
    }

    /// What a file keeps when it is renamed and no later one gets: its number on the disk and when it was made.
    #[must_use]
    pub fn identity(&self) -> Option<String> {
        self.identity.map(|(number, made)| format!("{number}:{made}"))
    }
}

impl From<&Metadata> for Stamp {
    fn from(metadata: &Metadata) -> Self {
        let nanos = |time: SystemTime| time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        #[cfg(unix)]
        let (number, changed_nanos) = {
            use std::os::unix::fs::MetadataExt;
            let changed = i128::from(metadata.ctime()) * 1_000_000_000 + i128::from(metadata.ctime_nsec());
            (Some(metadata.ino()), changed)
        };
        #[cfg(not(unix))]
        let (number, changed_nanos) = (None, 0);
        Self {
            length: metadata.len(),
            modified_nanos: metadata.modified().map_or(0, nanos),
            changed_nanos,
            identity: number.zip(metadata.created().ok().map(nanos)),
        }
    }
}

/// What a look at a file gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// It was read.
    Text(Text),
    /// It cannot be read as it is.
    Unfit(Skipped),
    /// It was written while it was read; a later look gives more.
    Restless,
    /// It is not there.
    Gone,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// All of it.
    pub text: String,
    /// The hash of its bytes.
    pub hash: FileHash,
    /// How it was.
    pub stamp: Stamp,
}

/// Reads a file. Links are not followed, neither at the end of its path nor on the way.
#[must_use]
pub fn look(root: &Path, path: &FilePath) -> Look {
    match read(root, path) {
        Ok(look) => look,
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Look::Gone,
            _ => unfit(path, SkipReason::Unreadable, format!("cannot be read: {error}")),
        },
    }
}

fn unfit(path: &FilePath, reason: SkipReason, message: impl Into<String>) -> Look {
    Look::Unfit(Skipped::new(path.as_str(), reason, message))
}

fn read(root: &Path, path: &FilePath) -> io::Result<Look> {
    let full = root.join(path.as_str());
    let Some(before) = Stamp::of(&full)? else {
        return Ok(unfit(path, SkipReason::Link, "is a link or no file; links are not followed"));
    };
    if full.canonicalize()?.parent() != full.parent() {
        return Ok(unfit(path, SkipReason::Link, "lies behind a link; links are not followed"));
    }
    if before.length > MAX_FILE_BYTES {
        let (size, most) = (before.length >> 20, MAX_FILE_BYTES >> 20);
        let message = format!("has {size} MiB, and at most {most} are read: move it elsewhere");
        return Ok(unfit(path, SkipReason::Large, message));
    }
    let mut bytes = Vec::new();
    File::open(&full)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if Stamp::of(&full)? != Some(before) {
        return Ok(Look::Restless);
    }
    if bytes.contains(&0) {
        return Ok(unfit(path, SkipReason::Binary, "is not a text: it holds zero bytes"));
    }
    let hash = FileHash::of(&bytes);
    Ok(match String::from_utf8(bytes) {
        Ok(text) => Look::Text(Text { text, hash, stamp: before }),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..valid].iter().filter(|&&byte| byte == b'\n').count() + 1;
            unfit(path, SkipReason::Encoding, format!("is not UTF-8 in line {line}: save it as UTF-8"))
        }
    })
}
