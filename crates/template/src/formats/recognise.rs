//! Which format a file is of: by what it holds, and by its name only where that leaves it open.

use super::{
    Format, FormatError, FoundPrompt, Note, NoteKind, SourceFile, Understood, archive, chat, langfuse,
    openai, plain, prompt, promptfoo, prompty,
};
use crate::prompt_file;
use serde_json::Value;
use std::collections::HashSet;

/// The files that are read together, and which of them another one has used.
pub(super) struct Folder<'f> {
    files: &'f [SourceFile],
    used: HashSet<usize>,
}

impl<'f> Folder<'f> {
    /// The files that a path in the file `from` means; `*` stands for any part of a name.
    pub(super) fn find(&mut self, from: &str, path: &str) -> Vec<&'f SourceFile> {
        let mut parts: Vec<&str> = from.split('/').collect();
        parts.pop();
        for part in path.trim_start_matches("./").split('/') {
            match part {
                "." | "" => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        let wanted = parts.join("/");
        let file_name = parts.last().copied().unwrap_or_default();
        let mut found: Vec<_> = self.indices(|name| matches(&wanted, name));
        if found.is_empty() && !from.contains('/') {
            // Files that are chosen one by one have lost their folders.
            found = self.indices(|name| !name.contains('/') && matches(file_name, name));
        }
        self.used.extend(&found);
        found.into_iter().map(|index| &self.files[index]).collect()
    }

    fn indices(&self, fits: impl Fn(&str) -> bool) -> Vec<usize> {
        let files = self.files.iter().enumerate();
        files.filter(|(_, file)| fits(&file.name)).map(|(index, _)| index).collect()
    }
}

/// Whether a name fits a pattern; each `*` stands for any text.
fn matches(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut last = None;
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
        last = Some(piece);
    }
    rest.is_empty() || last.is_some_and(|piece| piece.is_empty() || name.ends_with(piece))
}

/// What a file is.
enum Kind {
    Prompt,
    Prompty,
    Promptfoo(Value),
    Langfuse(Value),
    Openai(Value),
    Own(Value, Format),
    Unknown,
}

fn kind(file: &SourceFile, text: &str) -> Result<Kind, FormatError> {
    let name = file.name.to_lowercase();
    let has = |end: &str| name.ends_with(end);
    if has(".prompty") {
        return Ok(Kind::Prompty);
    }
    if has(".prompt")
        && !prompt_file::split_front_matter(text)
            .is_ok_and(|(front, _)| front.is_some_and(|f| prompty::is(&f)))
    {
        return Ok(Kind::Prompt);
    }
    if let Ok((Some(front), _)) = prompt_file::split_front_matter(text) {
        let of_dotprompt =
            ["input", "config", "ext", "output"].iter().any(|field| front.contains_key(*field));
        if prompty::is(&front) {
            return Ok(Kind::Prompty);
        }
        if of_dotprompt || has(".prompt") {
            return Ok(Kind::Prompt);
        }
    }
    let is_yaml = has(".yaml") || has(".yml");
    let looks_like_json = text.trim_start().starts_with(['{', '[']);
    if !is_yaml && !has(".json") && !looks_like_json && !names_fields(text) {
        return Ok(Kind::Unknown);
    }
    let value = match plain::document(&file.name, text) {
        Ok(value) => value,
        // A text that only looks a little like a document is none.
        Err(_) if !is_yaml && !has(".json") => return Ok(Kind::Unknown),
        Err(error) => return Err(error),
    };
    Ok(if archive::is_archive(&value) {
        Kind::Own(value, if looks_like_json { Format::Json } else { Format::Yaml })
    } else if promptfoo::is(&value) {
        Kind::Promptfoo(value)
    } else if langfuse::is(&value) {
        Kind::Langfuse(value)
    } else if openai::is(&value) {
        Kind::Openai(value)
    } else if chat::is_chat(&value) {
        Kind::Openai(serde_json::json!({ "messages": value }))
    } else {
        Kind::Unknown
    })
}

/// Whether a text without a telling name begins like a document of ours or of promptfoo.
fn names_fields(text: &str) -> bool {
    text.lines().take(50).any(|line| line.starts_with("formaops:") || line.starts_with("prompts:"))
}

/// Reads each file as what it is.
pub(super) fn read_all(files: &[SourceFile]) -> Result<Understood, FormatError> {
    let mut understood = Understood::default();
    let mut folder = Folder { files, used: HashSet::new() };
    let is_alone = files.len() == 1;
    let mut kinds = Vec::new();
    for (index, file) in files.iter().enumerate() {
        match plain::text(file).and_then(|text| Ok((text, kind(file, text)?))) {
            Ok((text, kind)) => kinds.push((index, file, text, kind)),
            Err(error) if is_alone => return Err(error),
            // Among others it is left out, and they are not.
            Err(error) => understood.notes.push(left_out(error)),
        }
    }
    // Configurations come first: they say what the files beside them are.
    kinds.sort_by_key(|(index, _, _, kind)| (!matches!(kind, Kind::Promptfoo(_)), *index));
    for (index, file, text, kind) in kinds {
        if folder.used.contains(&index) {
            continue;
        }
        let name = &file.name;
        let read = match kind {
            Kind::Prompt => one(Format::Prompt, prompt::read(name, text)),
            Kind::Prompty => one(Format::Prompty, prompty::read(name, text)),
            Kind::Langfuse(value) => {
                langfuse::read(name, &value).map(|found| Some((Format::Langfuse, found)))
            }
            Kind::Openai(value) => Ok(Some((Format::Openai, openai::read(name, value)))),
            Kind::Promptfoo(value) => promptfoo::read(name, value, &mut folder).map(|(found, notes)| {
                understood.notes.extend(notes);
                Some((Format::Promptfoo, found))
            }),
            Kind::Own(value, format) => archive::read_archive(name, value).map(|archive| {
                understood.archives.push(archive);
                Some((format, Vec::new()))
            }),
            Kind::Unknown => Ok(None),
        };
        match read {
            Ok(Some((format, prompts))) => {
                understood.files.push((name.clone(), format));
                understood.prompts.extend(prompts);
            }
            Ok(None) => {
                let message = format!("`{name}` is of no format that is known here");
                understood.notes.push(left_out(FormatError::new(name, "", message)));
            }
            Err(error) if is_alone => return Err(error),
            Err(error) => understood.notes.push(left_out(error)),
        }
    }
    Ok(understood)
}

fn one(
    format: Format,
    read: Result<FoundPrompt, FormatError>,
) -> Result<Option<(Format, Vec<FoundPrompt>)>, FormatError> {
    read.map(|prompt| Some((format, vec![prompt])))
}

fn left_out(error: FormatError) -> Note {
    Note { kind: NoteKind::NotUnderstood, message: error.message, at: error.at }
}
