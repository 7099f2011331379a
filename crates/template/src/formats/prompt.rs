//! The `.prompt` file of dotprompt, with what it says of itself besides its content.

use super::{FormatError, FoundPrompt, Notes, name};
use crate::{PromptFileError, from_prompt_file};

/// Reads a `.prompt` file; it is called as its path is.
pub(super) fn read(file: &str, text: &str) -> Result<FoundPrompt, FormatError> {
    let read = from_prompt_file(text).map_err(|error| {
        let (field, line, column) = match &error {
            PromptFileError::Yaml { line, column, .. } => (String::new(), *line, *column),
            PromptFileError::Field { field, .. } => (field.clone(), None, None),
            PromptFileError::TwoBodies => ("ext.formaops.messages".to_owned(), None, None),
        };
        FormatError::new(file, &field, format!("`{file}`: {error}")).at_line(line, column)
    })?;
    let mut notes = Notes::new(file);
    for field in &read.ignored {
        notes.lost(field, format!("`{field}` is not taken over: it has no counterpart"));
    }
    let mut prompt = FoundPrompt::new(file, name::path_stem(file), read.content);
    prompt.title = read.meta.title;
    prompt.description = read.meta.description;
    prompt.tags = read.meta.tags;
    prompt.notes = notes.found;
    Ok(prompt)
}
