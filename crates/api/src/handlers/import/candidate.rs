//! A prompt in a file, of our own format or of another.

use super::{
    ImportItem, ImportState,
    ids::{InFile, Numbers},
};
use crate::{ApiError, App, Problem, handlers::if_there};
use formaops_domain::{
    ActorId, AttachmentHash, Content, Draft, InputSet, Place, Prompt, PromptId, PromptName, PromptStatus,
    RefKind, RefName, Timestamp, Version, VersionRef,
};
use formaops_store::{Actor, ActorKind, PromptImport, WholePrompt};
use formaops_template::{
    PromptMeta,
    formats::{ArchivedActor, ArchivedPrompt, ArchivedRef, ArchivedVersion, FoundPrompt, Note, NoteKind},
    to_prompt_file,
};
use serde_json::Value;

/// The most bytes of a preview.
const MOST_TEXT: usize = 16 << 10;

/// A prompt in a file, compared with what is here.
pub(super) struct Candidate {
    pub(super) name: PromptName,
    pub(super) found: Found,
    pub(super) existing: Option<Prompt>,
    pub(super) state: ImportState,
    pub(super) problem: Option<Problem>,
    /// Labels that would stay away where it is added to the prompt that is here.
    pub(super) kept_out: Vec<Note>,
}

/// A prompt in a file.
pub(super) enum Found {
    Own(Box<OwnPrompt>),
    Other(Box<FoundPrompt>),
}

/// A prompt of our own format.
pub(super) struct OwnPrompt {
    /// The number of its file.
    pub(super) file: usize,
    pub(super) prompt: ArchivedPrompt,
    /// How many runs of it are in the file.
    pub(super) runs: usize,
}

impl Found {
    pub(super) fn name(&self) -> &PromptName {
        match self {
            Self::Own(own) => &own.prompt.name,
            Self::Other(other) => &other.name,
        }
    }

    pub(super) fn notes(&self) -> &[Note] {
        match self {
            Self::Own(_) => &[],
            Self::Other(other) => &other.notes,
        }
    }

    /// All that would be kept of it.
    pub(super) fn contents(&self) -> Box<dyn Iterator<Item = &Content> + Send + '_> {
        match self {
            Self::Own(own) => {
                let draft = own.prompt.draft.iter().map(|draft| &draft.content);
                Box::new(own.prompt.versions.iter().map(|version| &version.content).chain(draft))
            }
            Self::Other(other) => Box::new(other.versions.iter().map(|version| &version.content)),
        }
    }

    pub(super) fn attachments(&self) -> Vec<AttachmentHash> {
        let hashes =
            |content: &Content| content.body.attachments().map(|(_, it)| it.hash).collect::<Vec<_>>();
        self.contents().flat_map(hashes).collect()
    }

    /// Of the labels those that are branches of the prompt that is here: a branch and a label never share a name.
    pub(super) fn kept_out(&self, here: &[VersionRef]) -> Vec<Note> {
        let (path, labels): (_, Vec<_>) = match self {
            Self::Own(own) => {
                let labels = own.prompt.refs.iter().filter(|named| named.kind == RefKind::Label);
                (format!("{}.refs", own.prompt.name), labels.map(|named| &named.name).collect())
            }
            Self::Other(other) => (other.file.clone(), other.labels.iter().map(|(name, _)| name).collect()),
        };
        let is_branch = |label: &&RefName| {
            here.iter().any(|named| named.kind == RefKind::Branch && named.name == **label)
        };
        let note = |label: &RefName| Note {
            kind: NoteKind::NotUnderstood,
            message: format!(
                "`{label}` is a branch of the prompt that is here: added to it, the label is not taken over"
            ),
            at: Place { path: path.clone(), line: None, column: None },
        };
        labels.into_iter().filter(is_branch).map(note).collect()
    }

    fn head(&self) -> Option<&Content> {
        match self {
            Self::Own(own) => own.head().or_else(|| own.prompt.draft.as_ref().map(|draft| &draft.content)),
            Self::Other(other) => other.versions.last().map(|version| &version.content),
        }
    }

    /// Whether a version is the newest of this prompt.
    pub(super) fn is_head(&self, version: &Version) -> bool {
        match self {
            Self::Own(own) => {
                own.prompt.refs.iter().any(|named| is_main(named) && named.version == version.id)
            }
            Self::Other(_) => self.head().is_some_and(|head| head.hash() == version.content_hash),
        }
    }

    /// Its id in a file of our own, and its versions by their numbers there.
    pub(super) fn in_file(&self) -> Option<(InFile<PromptId>, Numbers)> {
        let Self::Own(own) = self else { return None };
        let numbers = own.prompt.versions.iter().filter_map(|version| Some((version.number?, version.id)));
        Some(((own.file, own.prompt.id), numbers.collect()))
    }

    /// What is brought in: a new prompt of this name, or more versions of one that is here.
    pub(super) async fn into_import(
        self,
        app: &App,
        name: &PromptName,
        into: Option<PromptId>,
        by: ActorId,
        at: Timestamp,
    ) -> Result<PromptImport, ApiError> {
        let (mut whole, file) = match self {
            Self::Own(own) => (whole_own(own.prompt), String::new()),
            Self::Other(other) => {
                let here = match into {
                    Some(id) => Some(app.store.get_whole_prompt(id).await?),
                    None => None,
                };
                let file = other.file.clone();
                (whole_other(*other, app.ids.prompt(), here.as_ref(), by, at), file)
            }
        };
        if let Some(id) = into {
            let note = if file.is_empty() { "Imported".to_owned() } else { format!("Imported from {file}") };
            return Ok(PromptImport::Into { id, whole, note });
        }
        whole.prompt.name = name.clone();
        if if_there(app.store.get_prompt(whole.prompt.id).await)?.is_some() {
            // It is here under another name, or in the bin: this one is a copy.
            whole.prompt.id = app.ids.prompt();
        }
        Ok(PromptImport::New(whole))
    }
}

impl OwnPrompt {
    fn head(&self) -> Option<&Content> {
        let main = self.prompt.refs.iter().find(|named| is_main(named))?;
        self.prompt.versions.iter().find(|version| version.id == main.version).map(|version| &version.content)
    }
}

impl Candidate {
    pub(super) fn into_item(self, free_name: Option<PromptName>) -> ImportItem {
        let head = self.found.head().cloned().unwrap_or_default();
        let notes = [self.found.notes(), &self.kept_out].concat();
        let (title, description, tags, versions, sets, labels, runs) = match self.found {
            Found::Own(own) => {
                let OwnPrompt { prompt, runs, .. } = *own;
                let sets: Vec<_> = prompt.input_sets.into_iter().map(|set| set.name).collect();
                let labels: Vec<_> = prompt
                    .refs
                    .into_iter()
                    .filter(|named| named.kind == RefKind::Label)
                    .map(|named| named.name.to_string())
                    .collect();
                (prompt.title, prompt.description, prompt.tags, prompt.versions.len(), sets, labels, runs)
            }
            Found::Other(other) => {
                let sets = other.input_sets.into_iter().map(|set| set.name).collect();
                let labels = other.labels.into_iter().map(|(name, _)| name.to_string()).collect();
                (other.title, other.description, other.tags, other.versions.len(), sets, labels, 0)
            }
        };
        let meta = PromptMeta { title: title.clone(), description: description.clone(), tags: tags.clone() };
        let mut text = to_prompt_file(&head, &meta);
        text.truncate(text.floor_char_boundary(MOST_TEXT));
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        ImportItem {
            name: self.name,
            title,
            description,
            tags,
            versions: count(versions),
            input_sets: sets,
            labels,
            runs: count(runs),
            text,
            state: self.state,
            existing: self.existing.map(|prompt| prompt.id),
            free_name,
            problem: self.problem,
            notes,
        }
    }
}

fn is_main(named: &ArchivedRef) -> bool {
    named.kind == RefKind::Branch && named.name == RefName::main()
}

pub(super) fn known_actor(actor: ArchivedActor, at: Timestamp) -> Actor {
    // A kind of a later FormaOps is somebody all the same.
    let kind = serde_json::from_value(Value::from(actor.kind)).unwrap_or(ActorKind::Person);
    let name = if actor.name.is_empty() { "unknown".to_owned() } else { actor.name };
    Actor { id: actor.id, kind, name, created_at: at }
}

fn whole_own(archived: ArchivedPrompt) -> WholePrompt {
    let id = archived.id;
    let names = archived.refs.into_iter().map(|named| VersionRef {
        kind: named.kind,
        name: named.name,
        version: named.version,
        number: None,
        updated_at: named.updated_at,
    });
    let input_sets = archived.input_sets.into_iter().map(|set| InputSet {
        prompt_id: id,
        name: set.name,
        inputs: set.inputs,
        created_at: set.created_at,
        updated_at: set.updated_at,
    });
    let draft = archived.draft.map(|draft| Draft {
        prompt_id: id,
        content: draft.content,
        branch: draft.branch,
        base: draft.base,
        inputs: draft.inputs,
        updated_at: draft.updated_at,
    });
    let prompt = Prompt {
        id,
        name: archived.name,
        title: archived.title,
        description: archived.description,
        status: archived.status,
        tags: archived.tags,
        head: None,
        head_number: None,
        has_draft: draft.is_some(),
        created_at: archived.created_at,
        updated_at: archived.updated_at,
        published_at: archived.published_at,
        deleted_at: None,
    };
    let tags = |version: &ArchivedVersion| {
        version.tags.iter().map(|tag| (version.id, tag.clone())).collect::<Vec<_>>()
    };
    WholePrompt {
        version_tags: archived.versions.iter().flat_map(tags).collect(),
        versions: archived.versions.into_iter().map(|version| version.into_version(id)).collect(),
        names: names.collect(),
        input_sets: input_sets.collect(),
        draft,
        prompt,
    }
}

/// A prompt of another tool. Its versions follow one another, and the head of the prompt that they are added to; what
/// that one holds already is no version again.
fn whole_other(
    found: FoundPrompt,
    id: PromptId,
    here: Option<&WholePrompt>,
    by: ActorId,
    at: Timestamp,
) -> WholePrompt {
    let known = here.map(|here| here.versions.as_slice()).unwrap_or_default();
    let (mut versions, mut ids) = (Vec::<Version>::new(), Vec::new());
    let mut last = here.and_then(|here| here.prompt.head);
    for (number, version) in (1u32..).zip(found.versions) {
        let hash = version.content.hash();
        if let Some(same) = known.iter().chain(&versions).find(|known| known.content_hash == hash) {
            ids.push(same.id);
            continue;
        }
        let note =
            if version.note.is_empty() { format!("Imported from {}", found.file) } else { version.note };
        // Versions of one moment would not be in order.
        let at = Timestamp::from_micros(at.as_micros().saturating_add(i64::from(number - 1)));
        let made = Version::new(id, version.content, last.into_iter().collect(), by, note, at);
        let number = u32::try_from(versions.len() + 1).ok();
        last = Some(made.id);
        ids.push(made.id);
        versions.push(Version { number, ..made });
    }
    let updated_at = versions.last().map_or(at, |version| version.created_at);
    let named = |kind, name, index: usize| {
        let version = *ids.get(index)?;
        Some(VersionRef { kind, name, version, number: None, updated_at })
    };
    let main = named(RefKind::Branch, RefName::main(), ids.len().saturating_sub(1));
    let labels = found.labels.into_iter().filter_map(|(name, index)| named(RefKind::Label, name, index));
    let names = main.into_iter().chain(labels).collect();
    let input_sets = found.input_sets.into_iter().map(|set| InputSet {
        prompt_id: id,
        name: set.name,
        inputs: set.inputs,
        created_at: at,
        updated_at: at,
    });
    let prompt = Prompt {
        id,
        name: found.name,
        title: found.title,
        description: found.description,
        status: PromptStatus::Draft,
        tags: found.tags,
        head: None,
        head_number: None,
        has_draft: false,
        created_at: at,
        updated_at,
        published_at: None,
        deleted_at: None,
    };
    WholePrompt {
        prompt,
        names,
        input_sets: input_sets.collect(),
        draft: None,
        versions,
        version_tags: Vec::new(),
    }
}
