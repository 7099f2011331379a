//! Files of prompts, our own and those of other tools: text to what it says, and back.
//!
//! Readers tell what they could not understand and what they changed, each with its place. A file that is malformed
//! is refused with its place. Writers tell what their format cannot hold. Nothing here is sent or run: code that a
//! file names is left alone, and addresses and keys in it are never taken over.

mod archive;
mod chat;
mod jinja;
mod langfuse;
mod name;
mod openai;
mod parameters;
mod plain;
mod prompt;
mod promptfoo;
mod prompty;
mod recognise;
mod template;
mod variables;
mod write;
mod zip;

pub use archive::{
    Archive, ArchivedActor, ArchivedAttachment, ArchivedDataset, ArchivedDatasetVersion, ArchivedDraft,
    ArchivedExecution, ArchivedInputSet, ArchivedPrompt, ArchivedRef, ArchivedRun, ArchivedSuite,
    ArchivedVersion, read_archive, write_archive,
};
pub use name::{numbered, to_prompt_name};
pub use parameters::take_parameters;
pub use write::{PromptToWrite, VersionToWrite, Written, write_prompts};
pub use zip::{pack, unpack};

use formaops_domain::{Content, JsonObject, Place, PromptName, RefName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The most bytes of all files together, unpacked: 64 MiB.
pub const MOST_BYTES: usize = 64 << 20;
/// The most files at a time, also in a zip.
pub const MOST_FILES: usize = 10_000;

/// A format of prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Our own, as JSON: prompts, datasets, suites and runs, without loss.
    Json,
    /// The same as YAML.
    Yaml,
    /// The `.prompt` file of dotprompt.
    Prompt,
    /// The `.prompty` file.
    Prompty,
    /// A configuration of promptfoo.
    Promptfoo,
    /// Prompts of Langfuse, as its API answers them.
    Langfuse,
    /// Prompts and request bodies of OpenAI.
    Openai,
}

impl Format {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 7] =
        [Self::Json, Self::Yaml, Self::Prompt, Self::Prompty, Self::Promptfoo, Self::Langfuse, Self::Openai];

    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Json => "FormaOps JSON",
            Self::Yaml => "FormaOps YAML",
            Self::Prompt => "dotprompt",
            Self::Prompty => "Prompty",
            Self::Promptfoo => "promptfoo",
            Self::Langfuse => "Langfuse",
            Self::Openai => "OpenAI",
        }
    }

    /// What its files end with.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Json | Self::Langfuse | Self::Openai => "json",
            Self::Yaml | Self::Promptfoo => "yaml",
            Self::Prompt => "prompt",
            Self::Prompty => "prompty",
        }
    }
}

/// A file: its name, with `/` between folders, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The name.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Whether something is missing now, or there in another way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum NoteKind {
    /// It is not taken over.
    NotUnderstood,
    /// It is taken over in another way.
    Changed,
}

/// What is to be said of something in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// Missing or changed.
    pub kind: NoteKind,
    /// What, and why.
    pub message: String,
    /// Where: the file, and the field in it after a colon.
    pub at: Place,
}

/// What is in some files.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Understood {
    /// The files that were understood, each with its format.
    pub files: Vec<(String, Format)>,
    /// What our own format holds.
    pub archives: Vec<Archive>,
    /// The prompts of other formats. Their names differ from one another.
    pub prompts: Vec<FoundPrompt>,
    /// What is to be said of no one prompt.
    pub notes: Vec<Note>,
}

/// A prompt in a file of another tool.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundPrompt {
    /// The file.
    pub file: String,
    /// A name made from what the file calls it.
    pub name: PromptName,
    /// A title for people; may be empty.
    pub title: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Its versions, oldest first; at least one.
    pub versions: Vec<FoundVersion>,
    /// Labels, each with the index of its version.
    pub labels: Vec<(RefName, usize)>,
    /// Inputs under names.
    pub input_sets: Vec<FoundInputs>,
    /// What is to be said of it.
    pub notes: Vec<Note>,
}

/// A version in a file of another tool.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundVersion {
    /// What it holds.
    pub content: Content,
    /// Why it was made; may be empty.
    pub note: String,
}

/// Inputs in a file of another tool.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundInputs {
    /// Their name.
    pub name: String,
    /// The inputs.
    pub inputs: JsonObject,
}

impl FoundPrompt {
    /// A prompt of one version; its name is made from a text.
    fn new(file: &str, name: &str, content: Content) -> Self {
        Self {
            file: file.to_owned(),
            name: to_prompt_name(name),
            title: String::new(),
            description: String::new(),
            tags: Vec::new(),
            versions: vec![FoundVersion { content, note: String::new() }],
            labels: Vec::new(),
            input_sets: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// Why files cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FormatError {
    /// What is wrong.
    pub message: String,
    /// What to do; may be empty.
    pub hint: String,
    /// The file and the field in it, with the line where it is known.
    pub at: Place,
}

impl FormatError {
    fn new(file: &str, field: &str, message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: String::new(), at: place(file, field) }
    }

    fn at_line(mut self, line: Option<u32>, column: Option<u32>) -> Self {
        (self.at.line, self.at.column) = (line, column);
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// A field of a file.
fn place(file: &str, field: &str) -> Place {
    let path = match (file, field) {
        ("", field) => field.to_owned(),
        (file, "") => file.to_owned(),
        (file, field) => format!("{file}: {field}"),
    };
    Place { path, line: None, column: None }
}

/// Collects what is to be said of a file.
struct Notes<'f> {
    file: &'f str,
    found: Vec<Note>,
}

impl<'f> Notes<'f> {
    fn new(file: &'f str) -> Self {
        Self { file, found: Vec::new() }
    }

    fn lost(&mut self, field: &str, message: impl Into<String>) {
        let (kind, message) = (NoteKind::NotUnderstood, message.into());
        self.found.push(Note { kind, message, at: place(self.file, field) });
    }

    fn changed(&mut self, field: &str, message: impl Into<String>) {
        let (kind, message) = (NoteKind::Changed, message.into());
        self.found.push(Note { kind, message, at: place(self.file, field) });
    }

    /// Says of each field that is left that it is not understood.
    fn left(&mut self, path: &str, fields: &JsonObject) {
        for name in fields.keys() {
            let field = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            self.lost(&field, format!("`{name}` is not taken over: it has no counterpart"));
        }
    }
}

/// Reads files, each by what it holds. A zip is unpacked first.
///
/// # Errors
/// [`FormatError`] where a file is malformed or goes beyond the limits, and where nothing at all is understood.
pub fn read(files: Vec<SourceFile>) -> Result<Understood, FormatError> {
    let files = unpack(files)?;
    let mut understood = recognise::read_all(&files)?;
    name::make_unique(&mut understood.prompts);
    if understood.prompts.is_empty() && understood.archives.is_empty() {
        let names: Vec<_> = files.iter().take(5).map(|file| format!("`{}`", file.name)).collect();
        let formats: Vec<_> = Format::ALL.iter().map(|format| format.title()).collect();
        let message = match names.as_slice() {
            [] => "there is no file to read".to_owned(),
            names => format!("no prompt was found in {}", names.join(", ")),
        };
        return Err(FormatError::new("", "files", message)
            .hint(format!("These formats can be read: {}.", formats.join(", "))));
    }
    Ok(understood)
}

#[cfg(test)]
mod tests;
