//! Our own format, as JSON or YAML: prompts, datasets, suites and runs of a workspace, without loss.
//!
//! `formaops: 1` says which shape follows. Versions are named by what they hold: a file in which a version does not
//! hold what its name says is refused. What a file leaves out (history, results, bytes of attachments) it does not
//! name either, but for the parents of versions and what a suite runs.

mod evaluation;
mod runs;

pub use evaluation::{ArchivedDataset, ArchivedDatasetVersion, ArchivedSuite};
pub use runs::{ArchivedExecution, ArchivedRun};

use super::{FormatError, plain};
use crate::yaml;
use formaops_domain::{
    ActorId, AttachmentHash, Content, ContentHash, JsonObject, PromptId, PromptName, PromptStatus, RefKind,
    RefName, Timestamp, Version, VersionId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// The shape that is written. Later shapes get a later number.
const SHAPE: u32 = 1;

/// A file of our own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Archive {
    /// The number of the shape.
    pub formaops: u32,
    /// Whoever wrote the versions and made the runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actors: Vec<ArchivedActor>,
    /// The prompts.
    pub prompts: Vec<ArchivedPrompt>,
    /// The bytes of attachments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<ArchivedAttachment>,
    /// The datasets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub datasets: Vec<ArchivedDataset>,
    /// The suites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suites: Vec<ArchivedSuite>,
    /// Runs with what came of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<ArchivedRun>,
}

impl Default for Archive {
    fn default() -> Self {
        Self {
            formaops: SHAPE,
            actors: Vec::new(),
            prompts: Vec::new(),
            attachments: Vec::new(),
            datasets: Vec::new(),
            suites: Vec::new(),
            runs: Vec::new(),
        }
    }
}

/// Somebody who wrote a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchivedActor {
    /// The identity.
    pub id: ActorId,
    /// The name.
    pub name: String,
    /// `person`, `api_key`, `agent` or `system`.
    pub kind: String,
}

/// A prompt with its versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchivedPrompt {
    /// The identity.
    pub id: PromptId,
    /// The name.
    pub name: PromptName,
    /// A title for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Where it stands in its life.
    pub status: PromptStatus,
    /// Words to find it by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it or its versions last changed.
    pub updated_at: Timestamp,
    /// When it was last published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
    /// Its versions, oldest first.
    pub versions: Vec<ArchivedVersion>,
    /// The branches and labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refs: Vec<ArchivedRef>,
    /// Unsaved work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<ArchivedDraft>,
    /// Inputs under names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub input_sets: Vec<ArchivedInputSet>,
}

/// A version. The id says all that follows it but the number and the tags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchivedVersion {
    /// The name made from all that follows.
    pub id: VersionId,
    /// The ordinal for people; a snapshot of a draft that was run has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// The name of its content.
    pub content_hash: ContentHash,
    /// The versions it was made from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<VersionId>,
    /// Who saved it.
    pub author: ActorId,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// When.
    pub created_at: Timestamp,
    /// Words to find it by, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What it holds.
    pub content: Content,
}

impl From<Version> for ArchivedVersion {
    fn from(version: Version) -> Self {
        let Version { id, number, content_hash, content, parents, author, note, created_at, .. } = version;
        Self { id, number, content_hash, parents, author, note, created_at, tags: Vec::new(), content }
    }
}

impl ArchivedVersion {
    /// The version of this prompt.
    #[must_use]
    pub fn into_version(self, prompt_id: PromptId) -> Version {
        let Self { id, number, content_hash, parents, author, note, created_at, content, .. } = self;
        Version { id, prompt_id, number, content_hash, content, parents, author, note, created_at }
    }
}

/// A name that points to a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchivedRef {
    /// How it moves.
    pub kind: RefKind,
    /// The name.
    pub name: RefName,
    /// The version.
    pub version: VersionId,
    /// When it was last moved.
    pub updated_at: Timestamp,
}

/// Unsaved work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchivedDraft {
    /// The work.
    pub content: Content,
    /// The branch that the work is for.
    #[serde(default = "RefName::main", skip_serializing_if = "is_main")]
    pub branch: RefName,
    /// The version that was being edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<VersionId>,
    /// The inputs as they were last entered.
    #[serde(default, skip_serializing_if = "JsonObject::is_empty")]
    pub inputs: JsonObject,
    /// When it was last kept.
    pub updated_at: Timestamp,
}

fn is_main(branch: &RefName) -> bool {
    *branch == RefName::main()
}

/// Inputs under a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchivedInputSet {
    /// The name.
    pub name: String,
    /// The inputs.
    pub inputs: JsonObject,
    /// When they were first kept.
    pub created_at: Timestamp,
    /// When they last changed.
    pub updated_at: Timestamp,
}

/// The bytes of an attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchivedAttachment {
    /// The name of the bytes.
    pub hash: AttachmentHash,
    /// The bytes in base 64.
    pub data: String,
}

/// Writes a file of our own, as YAML or as JSON.
#[must_use]
pub fn write_archive(archive: &Archive, as_yaml: bool) -> String {
    let value = serde_json::to_value(archive).unwrap_or_default();
    if as_yaml { yaml::write_exactly(&value, plain::LIMITS) } else { format!("{value:#}\n") }
}

/// Whether a document is of our own.
pub(super) fn is_archive(value: &Value) -> bool {
    value.get("formaops").is_some()
}

/// Reads a file of our own, and checks that it holds together.
///
/// # Errors
/// [`FormatError`] with the place of what is missing, wrong or contradicts itself.
pub fn read_archive(file: &str, value: Value) -> Result<Archive, FormatError> {
    match value.get("formaops").and_then(Value::as_u64) {
        Some(shape) if shape == u64::from(SHAPE) => {}
        _ => {
            let found = value.get("formaops").unwrap_or(&Value::Null);
            let message =
                format!("`formaops: {found}` is a shape that is not known here; this FormaOps reads {SHAPE}");
            let hint = "Export it again with this version of FormaOps, or update FormaOps.";
            return Err(FormatError::new(file, "formaops", message).hint(hint));
        }
    }
    let archive: Archive = serde_path_to_error::deserialize(value).map_err(|error| {
        let field = error.path().to_string();
        FormatError::new(file, &field, format!("`{file}`: {}", error.into_inner()))
    })?;
    check(file, &archive)?;
    Ok(archive)
}

fn check(file: &str, archive: &Archive) -> Result<(), FormatError> {
    let actors: HashSet<_> = archive.actors.iter().map(|actor| actor.id).collect();
    let mut versions: BTreeMap<PromptId, HashSet<VersionId>> = BTreeMap::new();
    let mut names = HashSet::new();
    for (index, prompt) in archive.prompts.iter().enumerate() {
        let path = format!("prompts[{index}]");
        if !names.insert(prompt.name.as_str().to_lowercase()) {
            let message = format!("two prompts are called `{}`", prompt.name);
            return Err(FormatError::new(file, &format!("{path}.name"), message));
        }
        let known = check_versions(file, &path, prompt, &actors)?;
        check_names(file, &path, prompt, &known)?;
        if versions.insert(prompt.id, known).is_some() {
            let message = format!("two prompts have the id `{}`", prompt.id);
            return Err(FormatError::new(file, &format!("{path}.id"), message));
        }
    }
    evaluation::check(file, archive, &actors)?;
    runs::check(file, &archive.runs, &versions)
}

fn check_versions(
    file: &str,
    path: &str,
    prompt: &ArchivedPrompt,
    actors: &HashSet<ActorId>,
) -> Result<HashSet<VersionId>, FormatError> {
    let (mut known, mut numbers) = (HashSet::new(), HashSet::new());
    for (index, version) in prompt.versions.iter().enumerate() {
        let path = format!("{path}.versions[{index}]");
        let wrong =
            |field: &str, message: String| Err(FormatError::new(file, &format!("{path}.{field}"), message));
        if !actors.contains(&version.author) {
            return wrong("author", format!("`{}` is not among `actors`", version.author));
        }
        let made = Version::new(
            prompt.id,
            version.content.clone(),
            version.parents.clone(),
            version.author,
            version.note.clone(),
            version.created_at,
        );
        let hint =
            "A version never changes. Import the file as it was exported, and change the prompt afterwards.";
        if made.content_hash != version.content_hash {
            let message =
                "the content is not what `contentHash` says: it was changed after the export".to_owned();
            return wrong("content", message).map_err(|error| error.hint(hint));
        }
        if made.id != version.id {
            let message = "the version is not what its `id` says: it was changed after the export".to_owned();
            return wrong("id", message).map_err(|error| error.hint(hint));
        }
        if !known.insert(version.id) {
            return wrong("id", format!("the version `{}` is there twice", version.id));
        }
        if version.number.is_some_and(|number| number == 0 || !numbers.insert(number)) {
            return wrong("number", "versions are numbered from 1, each with a number of its own".to_owned());
        }
    }
    Ok(known)
}

fn check_names(
    file: &str,
    path: &str,
    prompt: &ArchivedPrompt,
    known: &HashSet<VersionId>,
) -> Result<(), FormatError> {
    let mut names = HashSet::new();
    for (index, named) in prompt.refs.iter().enumerate() {
        let field = format!("{path}.refs[{index}]");
        if !known.contains(&named.version) {
            let message = format!("`{}` points to a version that is not in the file", named.name);
            return Err(FormatError::new(file, &format!("{field}.version"), message));
        }
        if !names.insert(&named.name) {
            return Err(FormatError::new(file, &field, format!("there are two called `{}`", named.name)));
        }
    }
    if let Some(branch) = prompt.draft.as_ref().map(|draft| &draft.branch)
        && !is_main(branch)
        && !prompt.refs.iter().any(|named| named.kind == RefKind::Branch && named.name == *branch)
    {
        let message = format!("the draft is for the branch `{branch}`, which is not in the file");
        return Err(FormatError::new(file, &format!("{path}.draft.branch"), message));
    }
    if let Some(base) = prompt.draft.as_ref().and_then(|draft| draft.base)
        && !known.contains(&base)
    {
        let message = "the draft is based on a version that is not in the file";
        return Err(FormatError::new(file, &format!("{path}.draft.base"), message));
    }
    let mut names = HashSet::new();
    for (index, set) in prompt.input_sets.iter().enumerate() {
        if !names.insert(set.name.to_lowercase()) {
            let field = format!("{path}.inputSets[{index}].name");
            return Err(FormatError::new(
                file,
                &field,
                format!("there are two input sets called `{}`", set.name),
            ));
        }
    }
    Ok(())
}
