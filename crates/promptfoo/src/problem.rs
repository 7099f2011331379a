//! What is wrong with a configuration, and what is to be said of it.

use formaops_domain::Place;
use formaops_template::formats::{Note, NoteKind};

/// Something that cannot be run as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What it is.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Where it stands: the file, and the field in it behind a colon.
    pub at: Place,
}

/// Why a configuration cannot be run: all of it that cannot, in the order in which it was found; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.first().map_or("the configuration cannot be run", |first| &first.message))]
pub struct ConfigError(pub Vec<Problem>);

/// The most problems that are told of one configuration.
const MOST_PROBLEMS: usize = 50;

/// Collects what is found while a configuration is read.
#[derive(Debug)]
pub(crate) struct Log {
    file: String,
    pub(crate) problems: Vec<Problem>,
    pub(crate) notes: Vec<Note>,
}

impl Log {
    pub(crate) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), problems: Vec::new(), notes: Vec::new() }
    }

    /// Something cannot be run.
    pub(crate) fn wrong(&mut self, field: &str, message: impl Into<String>, hint: impl Into<String>) {
        let at = self.place(field);
        self.wrong_at(at, message, hint);
    }

    pub(crate) fn wrong_at(&mut self, at: Place, message: impl Into<String>, hint: impl Into<String>) {
        let problem = Problem { message: message.into(), hint: hint.into(), at };
        // A default of every test would else be told with each of them.
        if self.problems.len() < MOST_PROBLEMS && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Something is done in another way, or left out without any effect on what is run.
    pub(crate) fn note(&mut self, field: &str, message: impl Into<String>) {
        let note = Note { kind: NoteKind::Changed, message: message.into(), at: self.place(field) };
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    pub(crate) fn take_over(&mut self, notes: Vec<Note>) {
        for Note { message, at, .. } in notes {
            self.note(&at.path, message);
        }
    }

    fn place(&self, field: &str) -> Place {
        // A field of another file names that file itself.
        let is_whole = field.contains(": ");
        let path = match field {
            "" => self.file.clone(),
            field if is_whole => field.trim_end_matches(": ").to_owned(),
            field => format!("{}: {field}", self.file),
        };
        Place { path, line: None, column: None }
    }
}
