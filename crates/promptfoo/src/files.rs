//! The files beside a configuration.

use crate::{environment::Environment, problem::Log};
use formaops_domain::Place;
use formaops_template::yaml::{self, Limits};
use serde_json::Value;

/// How large a document in YAML may be.
const LIMITS: Limits = Limits { nodes: 2_000_000, aliases: 10_000 };

/// Why a file is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FileError {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// Where the files of a configuration come from. Paths are as the configuration writes them, relative to its folder.
pub trait Files {
    /// What a file holds.
    ///
    /// # Errors
    /// Where it is not there, or may not be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// The files that a pattern means, sorted; the path itself where it is none.
    ///
    /// # Errors
    /// Where no file is meant, or none may be read.
    fn find(&self, pattern: &str) -> Result<Vec<String>, FileError>;
}

/// The files beside a configuration, and the environment that documents among them may use as it does itself.
pub(crate) struct Sources<'f> {
    pub(crate) files: &'f dyn Files,
    pub(crate) environment: Environment,
}

impl Files for Sources<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.files.read(path)
    }

    fn find(&self, pattern: &str) -> Result<Vec<String>, FileError> {
        self.files.find(pattern)
    }
}

impl Sources<'_> {
    /// A part of a configuration that stands in a file of its own: a document in YAML or JSON, with the environment put in.
    pub(crate) fn part(&self, path: &str, at: &str, log: &mut Log) -> Option<Value> {
        let mut found = document(self.files, path, at, log)?;
        self.fill(&mut found, path, log);
        Some(found)
    }

    /// Puts the environment into what was read of a file.
    pub(crate) fn fill(&self, value: &mut Value, path: &str, log: &mut Log) {
        self.environment.fill(value, &format!("{path}: "), log);
    }

    /// A text of a file with the environment put in.
    pub(crate) fn filled_text(&self, path: &str, at: &str, log: &mut Log) -> Option<String> {
        let text = text(self.files, path, at, log)?;
        let mut value = Value::String(text);
        self.fill(&mut value, path, log);
        value.as_str().map(str::to_owned)
    }
}

/// The text of a file. What is wrong is told.
pub(crate) fn text(files: &dyn Files, path: &str, at: &str, log: &mut Log) -> Option<String> {
    let bytes = match files.read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            log.wrong(at, error.message, error.hint);
            return None;
        }
    };
    let Ok(text) = String::from_utf8(bytes) else {
        log.wrong(at, format!("`{path}` is not a text in UTF-8"), "Save it as UTF-8.");
        return None;
    };
    Some(text.trim_start_matches('\u{feff}').to_owned())
}

/// A document in YAML or JSON from a file, as it stands there.
pub(crate) fn document(files: &dyn Files, path: &str, at: &str, log: &mut Log) -> Option<Value> {
    let text = text(files, path, at, log)?;
    parse(path, &text, log)
}

/// The documents of a file of JSON with one a line.
pub(crate) fn lines(path: &str, text: &str, log: &mut Log) -> Option<Vec<Value>> {
    let mut items = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str(line) {
            Ok(value) => items.push(value),
            Err(error) => {
                let column = u32::try_from(error.column()).ok();
                let at = Place { path: path.to_owned(), line: Some(number), column };
                log.wrong_at(at, format!("`{path}` is malformed: {error}"), "Correct the line.");
                return None;
            }
        }
    }
    Some(items)
}

/// A document in YAML or JSON. Where it is malformed, its line is told.
pub(crate) fn parse(path: &str, text: &str, log: &mut Log) -> Option<Value> {
    match yaml::read(text, LIMITS) {
        Ok(value) => Some(value),
        Err(error) => {
            let at = Place { path: path.to_owned(), line: error.line, column: error.column };
            let message = format!("`{path}` is malformed: {}", error.message);
            log.wrong_at(at, message, "Correct it there, and run it again.");
            None
        }
    }
}

/// What stands behind `file://`.
pub(crate) fn of_url(text: &str) -> Option<&str> {
    text.strip_prefix("file://")
}

/// The ending of a path in lower case, without a function behind a colon or a sheet behind `#`.
pub(crate) fn ending(path: &str) -> String {
    let path = path.split('#').next().unwrap_or(path);
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let name = name.split(':').next().unwrap_or(name);
    name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default()
}

/// Whether a path leads to a program.
pub(crate) fn is_code(path: &str) -> bool {
    const CODE: [&str; 9] = ["js", "cjs", "mjs", "ts", "cts", "mts", "py", "rb", "go"];
    CODE.contains(&ending(path).as_str())
}
