//! Prompts of ours as files of other tools. A prompt that a format has no words for is left out, and that is told.

mod dialect;
mod files;

use super::{Format, Note, Notes, SourceFile};
use formaops_domain::{Content, JsonObject, PromptName};

/// A prompt to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct PromptToWrite {
    /// Its name.
    pub name: PromptName,
    /// A title for people.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Its versions, oldest first; the last is what most formats hold.
    pub versions: Vec<VersionToWrite>,
    /// Inputs under names.
    pub input_sets: Vec<(String, JsonObject)>,
}

/// A version to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionToWrite {
    /// What it holds.
    pub content: Content,
    /// Its ordinal.
    pub number: Option<u32>,
    /// Why it was made.
    pub note: String,
    /// The labels that point to it.
    pub labels: Vec<String>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Written {
    /// The files.
    pub files: Vec<SourceFile>,
    /// What they do not hold.
    pub notes: Vec<Note>,
}

/// Writes prompts in a format of another tool: most have a file for each prompt. Our own formats are written by
/// [`write_archive`](super::write_archive).
#[must_use]
pub fn write_prompts(format: Format, prompts: &[PromptToWrite]) -> Written {
    let mut written = Written::default();
    let mut documents = Vec::new();
    for prompt in prompts {
        let name = prompt.name.to_string();
        let mut notes = Notes::new(&name);
        let Some(head) = prompt.versions.last() else {
            notes.lost("", "it was never saved, and is left out");
            written.notes.extend(notes.found);
            continue;
        };
        if format != Format::Langfuse {
            if prompt.versions.len() > 1 {
                notes.lost(
                    "versions",
                    format!("{} holds one version: only the newest is written", format.title()),
                );
            }
            if !head.labels.is_empty() {
                notes.lost("labels", format!("{} has no labels", format.title()));
            }
        }
        let made = match format {
            Format::Prompt => Ok(Some(files::prompt(prompt, head, &mut notes))),
            Format::Prompty => files::prompty(prompt, head, &mut notes).map(Some),
            Format::Promptfoo => files::promptfoo(prompt, head, &mut notes).map(Some),
            Format::Openai => files::openai(prompt, head, &mut notes).map(Some),
            Format::Langfuse => files::langfuse(prompt, &mut notes).map(|found| {
                documents.extend(found);
                None
            }),
            Format::Json | Format::Yaml => Ok(None),
        };
        match made {
            Ok(Some(text)) => {
                let name = format!("{}.{}", prompt.name, format.extension());
                written.files.push(SourceFile { name, bytes: text.into_bytes() });
            }
            Ok(None) => {}
            Err(dialect::NoWord(reason)) => notes.lost("", format!("it is left out: {reason}")),
        }
        written.notes.extend(notes.found);
    }
    if !documents.is_empty() {
        let text = format!("{:#}\n", serde_json::Value::Array(documents));
        written.files.push(SourceFile { name: "langfuse-prompts.json".to_owned(), bytes: text.into_bytes() });
    }
    written
}
