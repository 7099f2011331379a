//! Writes files of the folder, each as a whole or not at all, and only over what the caller has seen.

use crate::{FilePath, look::Stamp};
use formaops_domain::FileHash;
use std::{
    fs::{self, File, Permissions},
    io::{self, Write},
    path::{Path, PathBuf},
};
use tempfile::TempPath;

/// How often a file is put back that others write in the very moment; they never write so fast for so long.
const MOST_TURNS: usize = 100;

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It holds something else than was seen, or is gone.
    #[error("`{path}` was changed meanwhile")]
    Changed {
        /// The file.
        path: FilePath,
    },
    /// There is a file at the path already.
    #[error("there is another file at `{path}`")]
    Taken {
        /// The path.
        path: FilePath,
    },
    /// The way to it leads out of the folder.
    #[error("`{path}` lies behind a link that leaves the folder")]
    Outside {
        /// The path.
        path: FilePath,
    },
    /// It may not be written.
    #[error("`{path}` is read-only: allow writing it")]
    ReadOnly {
        /// The file.
        path: FilePath,
    },
    /// The disk, or the folder, did not take it.
    #[error("`{path}` cannot be written: {source}")]
    Io {
        /// The file.
        path: FilePath,
        /// Why.
        source: io::Error,
    },
}

/// Replaces a file that holds what was seen. Its permissions stay. What is written to it in the very moment is put
/// back, where the system can exchange two files at once (Linux); elsewhere that moment is not guarded.
///
/// # Errors
/// [`WriteError`]; the file is as it was then.
pub fn replace(root: &Path, path: &FilePath, text: &str, seen: FileHash) -> Result<Stamp, WriteError> {
    let full = inside(root, path)?;
    let failed = |source| failed(path, source);
    let metadata = fs::symlink_metadata(&full).map_err(failed)?;
    if metadata.permissions().readonly() {
        return Err(WriteError::ReadOnly { path: path.clone() });
    }
    if !metadata.is_file() || hash(&full).map_err(failed)? != seen {
        return Err(WriteError::Changed { path: path.clone() });
    }
    let (file, written) = temporary(&full, text, Some(metadata.permissions())).map_err(failed)?;
    if exchange(&written, &full).map_err(failed)? {
        let displaced = hash(&written).map_err(failed)?;
        if displaced != seen {
            put_back(written, &full, FileHash::of(text.as_bytes()), displaced).map_err(failed)?;
            return Err(WriteError::Changed { path: path.clone() });
        }
        written.close().map_err(failed)?;
    } else {
        written.persist(&full).map_err(|error| failed(error.error))?;
    }
    finish(&full, &file).map_err(failed)
}

/// Puts back what was displaced by mistake. `put` is what was left in the file instead: where it is not there any more,
/// the file was written again meanwhile, and what was written last is put back in its turn.
fn put_back(displaced: TempPath, full: &Path, mut put: FileHash, mut held: FileHash) -> io::Result<()> {
    for _ in 0..MOST_TURNS {
        exchange(&displaced, full)?;
        let found = hash(&displaced)?;
        if found == put {
            return displaced.close();
        }
        (put, held) = (held, found);
    }
    let kept = displaced.keep().map_err(|error| error.error)?;
    tracing::warn!(file = %full.display(), kept = %kept.display(), "a file was changed all the time while it was written");
    Ok(())
}

/// Makes a file where there is none, and the folders on the way to it.
///
/// # Errors
/// [`WriteError`]; what is at the path stays.
pub fn create(root: &Path, path: &FilePath, text: &str) -> Result<Stamp, WriteError> {
    let full = inside(root, path)?;
    let failed = |source| failed(path, source);
    let (file, written) = temporary(&full, text, None).map_err(failed)?;
    written.persist_noclobber(&full).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => WriteError::Taken { path: path.clone() },
        _ => failed(error.error),
    })?;
    finish(&full, &file).map_err(failed)
}

/// Removes a file that holds what was seen.
///
/// # Errors
/// [`WriteError`]; the file is as it was then.
pub fn remove(root: &Path, path: &FilePath, seen: FileHash) -> Result<(), WriteError> {
    let full = inside(root, path)?;
    let failed = |source| failed(path, source);
    let folder = full.parent().unwrap_or(root);
    let aside = tempfile::Builder::new().prefix(".removed-").tempdir_in(folder).map_err(failed)?;
    let held = aside.path().join("file");
    // Out of everybody's way first: so nothing that is written meanwhile can be what is removed.
    fs::rename(&full, &held).map_err(failed)?;
    if hash(&held).map_err(failed)? == seen {
        return Ok(());
    }
    if rename_to_free(&held, &full).is_err() {
        let kept = aside.keep();
        tracing::warn!(file = %path, kept = %kept.display(), "a file was changed while it was removed");
    }
    Err(WriteError::Changed { path: path.clone() })
}

/// Gives a file another path, at which there is none, and makes the folders on the way.
///
/// # Errors
/// [`WriteError`]; both paths are as they were then.
pub fn rename(root: &Path, from: &FilePath, to: &FilePath) -> Result<Stamp, WriteError> {
    let (old, new) = (inside(root, from)?, inside(root, to)?);
    let failed = |source| failed(to, source);
    let renamed = if from.is_spelling_of(to) { fs::rename(&old, &new) } else { rename_to_free(&old, &new) };
    renamed.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => WriteError::Taken { path: to.clone() },
        io::ErrorKind::NotFound => WriteError::Changed { path: from.clone() },
        _ => failed(error),
    })?;
    sync_folder(&new).map_err(failed)?;
    Stamp::of(&new).and_then(|stamp| stamp.ok_or_else(|| io::ErrorKind::NotFound.into())).map_err(failed)
}

fn failed(path: &FilePath, source: io::Error) -> WriteError {
    let path = path.clone();
    match source.kind() {
        io::ErrorKind::NotFound => WriteError::Changed { path },
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => WriteError::ReadOnly { path },
        _ => WriteError::Io { path, source },
    }
}

/// The full path, with the folders on the way made; none of them may be a link out of the folder.
fn inside(root: &Path, path: &FilePath) -> Result<PathBuf, WriteError> {
    let full = root.join(path.as_str());
    let folder = full.parent().unwrap_or(root);
    let existing = folder.ancestors().find(|folder| folder.exists()).unwrap_or(root);
    let is_inside = existing.canonicalize().is_ok_and(|real| real.starts_with(root));
    if !is_inside {
        // A folder that is gone is not made anew.
        let path = path.clone();
        return Err(if root.exists() { WriteError::Outside { path } } else { WriteError::Changed { path } });
    }
    fs::create_dir_all(folder).map_err(|source| failed(path, source))?;
    Ok(full)
}

fn hash(path: &Path) -> io::Result<FileHash> {
    fs::read(path).map(|bytes| FileHash::of(&bytes))
}

/// The text in a hidden file beside the place it is for, on the disk as a whole.
fn temporary(full: &Path, text: &str, permissions: Option<Permissions>) -> io::Result<(File, TempPath)> {
    let folder = full.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".writing-");
    #[cfg(unix)]
    let everybody: Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(everybody);
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    Ok(file.into_parts())
}

/// Lets two files take each other's place at once; `false` where the system cannot.
#[cfg(target_os = "linux")]
fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
    use rustix::{
        fs::{CWD, RenameFlags, renameat_with},
        io::Errno,
    };
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "as on Linux")]
fn exchange(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

/// Renames a file to a path at which there is none.
fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::{
            fs::{CWD, RenameFlags, renameat_with},
            io::Errno,
        };
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            done => return done.map_err(io::Error::from),
        }
    }
    if fs::symlink_metadata(to).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)
}

/// How the file that was written is, whatever has become of its path in the meantime.
fn finish(full: &Path, written: &File) -> io::Result<Stamp> {
    sync_folder(full)?;
    written.metadata().map(|metadata| Stamp::from(&metadata))
}

/// Has the folder know of its file after a loss of power too.
fn sync_folder(full: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = full.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
