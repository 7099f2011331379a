//! The file itself: where it is, and how it is read and replaced.

use super::{
    ConfigProblem, ConfigSource,
    read::{self, Found},
};
use formaops_domain::Place;
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The most bytes of a file that is taken for a configuration.
const MOST_BYTES: u64 = 1 << 20;

/// The file that is read where none is named: `formaops/config.toml` in the platform's configuration folder;
/// `None` where the user has no home.
#[must_use]
pub fn default_config() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|dirs| dirs.config_dir().join("formaops").join("config.toml"))
}

/// What the file says; nothing where it is not there.
pub(super) fn read(path: &Path) -> Found {
    match text(path) {
        Ok(text) => read::file(&text.unwrap_or_default(), path),
        Err(problem) => Found { problems: vec![problem], broken: true, ..Found::default() },
    }
}

/// The text of the file; `None` where it is not there.
pub(super) fn text(path: &Path) -> Result<Option<String>, ConfigProblem> {
    let whole = Place { path: path.display().to_string(), line: None, column: None };
    let problem =
        |message: String, at| ConfigProblem { setting: None, source: ConfigSource::File, message, at };
    let bytes = match bytes(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(problem(format!("the file cannot be read: {error}"), whole)),
    };
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let sound = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(&error.as_bytes()[..sound]).into_owned();
        problem("this is not UTF-8".to_owned(), read::place(path, &text, sound))
    })
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let found = fs::metadata(path)?;
    if !found.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    if found.len() > MOST_BYTES {
        return Err(io::Error::other(format!("it has more than {MOST_BYTES} bytes")));
    }
    fs::read(path)
}

/// Puts a text in the place of the file at once: after a crash or on a full disk there is the old one or the new
/// one, never a piece. A link stays one; what it leads to is replaced.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let target = match path.canonicalize() {
        Ok(target) => target,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    let folder = target.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".config-").tempfile_in(folder)?;
    if let Ok(old) = fs::metadata(&target) {
        if old.permissions().readonly() {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        file.as_file().set_permissions(old.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|error| error.error)?;
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}
