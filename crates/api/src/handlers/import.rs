//! Importing prompts: first what files say and what would become of it, then doing it, all or nothing.

mod candidate;

use super::version::check_content_for_saving;
use crate::{ApiError, App, Caller, ErrorCode, Problem};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use candidate::{Candidate, Found};
use formaops_domain::{AttachmentHash, Noun, Place, PromptId, PromptName};
use formaops_store::{Import, PromptImport};
use formaops_template::formats::{self, Format, FormatError, Note, SourceFile};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// A file to import.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportFile {
    /// Its name, with `/` between folders.
    pub name: String,
    /// Its bytes in base 64. All files together have at most 64 MiB, unpacked; a zip is unpacked.
    #[schemars(extend("contentEncoding" = "base64"))]
    pub data: String,
}

/// Asks what importing files would do.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewImport {
    /// The files.
    pub files: Vec<ImportFile>,
}

/// What importing files would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportPreview {
    /// The files that were understood.
    pub files: Vec<ImportedFile>,
    /// The prompts in them.
    pub prompts: Vec<ImportItem>,
    /// What is to be said of no one prompt.
    pub notes: Vec<Note>,
}

/// A file that was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportedFile {
    /// Its name.
    pub name: String,
    /// Its format.
    pub format: Format,
}

/// A prompt in the files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportItem {
    /// The name it would get; choices name it by this.
    pub name: PromptName,
    /// A title for people.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// How many versions it has.
    pub versions: u32,
    /// The names of its inputs.
    pub input_sets: Vec<String>,
    /// Its labels.
    pub labels: Vec<String>,
    /// How many runs it brings.
    pub runs: u32,
    /// The newest version as a `.prompt` file, cut after 16 KiB.
    pub text: String,
    /// Whether the name is free here.
    pub state: ImportState,
    /// The prompt that has the name.
    pub existing: Option<PromptId>,
    /// A name that is free, where this one is not.
    pub free_name: Option<PromptName>,
    /// Why it cannot be imported.
    pub problem: Option<Problem>,
    /// What was not understood, or was changed.
    pub notes: Vec<Note>,
}

/// What there is already of a prompt in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportState {
    /// Nothing: the name is free.
    New,
    /// Another prompt has the name, or the same one with another newest version.
    Taken,
    /// A prompt of that name has the same newest version.
    Same,
}

/// What becomes of a prompt in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportAction {
    /// It becomes a prompt of its own, under the name that is given or its own.
    Create,
    /// Its versions are added to the prompt that has its name.
    Version,
    /// Nothing.
    Skip,
}

/// What shall become of one prompt.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportChoice {
    /// Its name in the preview.
    pub prompt: PromptName,
    /// What becomes of it.
    pub action: ImportAction,
    /// The name it gets instead of its own.
    #[serde(default)]
    pub name: Option<PromptName>,
}

/// What becomes of prompts whose names are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TakenNames {
    /// They are left out.
    Skip,
    /// They get the next free name.
    Rename,
    /// Their versions are added to the prompt that has the name.
    Version,
}

/// Imports files.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApplyImport {
    /// The files.
    pub files: Vec<ImportFile>,
    /// What becomes of single prompts.
    #[serde(default)]
    pub choices: Vec<ImportChoice>,
    /// What becomes of the rest where their names are taken; where absent, the import is refused then.
    #[serde(default)]
    pub taken: Option<TakenNames>,
    /// The same key and request within 24 hours answer with what was done the first time.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// What was imported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportResult {
    /// The prompts of the files, in their order.
    pub prompts: Vec<ImportOutcome>,
    /// How many runs were added.
    pub runs: u32,
    /// What was not understood, or was changed.
    pub notes: Vec<Note>,
}

/// What became of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportOutcome {
    /// Its name in the preview.
    pub prompt: PromptName,
    /// Its name here.
    pub name: PromptName,
    /// The prompt; none where it was left out.
    pub id: Option<PromptId>,
    /// What was done.
    pub outcome: Outcome,
}

/// What was done with a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It is a new prompt.
    Created,
    /// Its versions were added to a prompt.
    Updated,
    /// All of it was here.
    Unchanged,
    /// It was left out.
    Skipped,
}

impl From<FormatError> for ApiError {
    fn from(error: FormatError) -> Self {
        let FormatError { message, hint, at } = error;
        Self { at: Some(at), ..Self::new(ErrorCode::Invalid, message, hint) }
    }
}

/// What the files say, with the bytes of attachments in them.
struct Read {
    files: Vec<ImportedFile>,
    candidates: Vec<Candidate>,
    attachments: HashMap<AttachmentHash, Vec<u8>>,
    notes: Vec<Note>,
}

async fn read(app: &App, files: Vec<ImportFile>) -> Result<Read, ApiError> {
    let mut sources = Vec::with_capacity(files.len());
    for (index, file) in files.into_iter().enumerate() {
        let bytes = STANDARD.decode(file.data).map_err(|error| {
            ApiError::invalid(&format!("files[{index}].data"), format!("`data` is not base 64: {error}"))
        })?;
        sources.push(SourceFile { name: file.name, bytes });
    }
    // Reading much takes a while, and nobody else shall wait for it.
    let understood = tokio::task::spawn_blocking(move || formats::read(sources)).await;
    let understood =
        understood.map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string(), ""))??;
    let files = understood.files.into_iter().map(|(name, format)| ImportedFile { name, format }).collect();
    let (mut found, mut attachments, mut notes) = (Vec::new(), HashMap::new(), understood.notes);
    for archive in understood.archives {
        for kept in &archive.attachments {
            let bytes = STANDARD.decode(&kept.data).unwrap_or_default();
            if AttachmentHash::of(&bytes) == kept.hash {
                attachments.insert(kept.hash, bytes);
            } else {
                let message =
                    format!("the bytes of the attachment `{}` are not what its hash says", kept.hash);
                return Err(ApiError::invalid("attachments", message));
            }
        }
        found.extend(candidate::of_archive(archive, &mut notes)?);
    }
    found.extend(understood.prompts.into_iter().map(|prompt| Found::Other(Box::new(prompt))));
    let candidates = look_up(app, found, &attachments).await?;
    Ok(Read { files, candidates, attachments, notes })
}

/// Compares what was found with what is here.
async fn look_up(
    app: &App,
    found: Vec<Found>,
    attachments: &HashMap<AttachmentHash, Vec<u8>>,
) -> Result<Vec<Candidate>, ApiError> {
    let mut names = HashSet::new();
    let mut candidates = Vec::with_capacity(found.len());
    for found in found {
        let mut name = found.name().clone();
        if names.contains(&name) {
            name = free_name(app, &name, &names).await?;
        }
        names.insert(name.clone());
        let existing = app.store.find_prompt_by_name(&name).await?;
        let state = match &existing {
            None => ImportState::New,
            Some(prompt) => match prompt.head {
                Some(head) if found.is_head(&app.store.get_version(prompt.id, head).await?) => {
                    ImportState::Same
                }
                _ => ImportState::Taken,
            },
        };
        let problem = problem(app, &found, attachments).await?;
        let kept_out = match &existing {
            Some(prompt) => found.kept_out(&app.store.list_refs(prompt.id).await?),
            None => Vec::new(),
        };
        candidates.push(Candidate { name, found, existing, state, problem, kept_out });
    }
    Ok(candidates)
}

/// Why a prompt cannot be kept.
async fn problem(
    app: &App,
    found: &Found,
    attachments: &HashMap<AttachmentHash, Vec<u8>>,
) -> Result<Option<Problem>, ApiError> {
    for content in found.contents() {
        let is_brought = content.body.attachments().all(|(_, attachment)| {
            attachments.get(&attachment.hash).is_some_and(|bytes| bytes.len() as u64 == attachment.bytes)
        });
        let checked = match check_content_for_saving(content) {
            Ok(()) if is_brought => Ok(()),
            Ok(()) => app.store.check_attachments(content).await.map_err(ApiError::from),
            Err(error) => Err(error),
        };
        if let Err(error) = checked {
            if error.code != ErrorCode::Invalid {
                return Err(error);
            }
            let place = Place { path: String::new(), line: None, column: None };
            let (message, hint, at) = (error.message, error.hint, error.at.unwrap_or(place));
            return Ok(Some(Problem { message, hint, at }));
        }
    }
    Ok(None)
}

/// The first of `name-2`, `name-3`, … that neither a prompt here has nor another one of the import.
async fn free_name(
    app: &App,
    name: &PromptName,
    taken: &HashSet<PromptName>,
) -> Result<PromptName, ApiError> {
    for number in 2u32.. {
        let next = formats::numbered(name, number);
        if !taken.contains(&next) && app.store.find_prompt_by_name(&next).await?.is_none() {
            return Ok(next);
        }
    }
    Err(ApiError::new(ErrorCode::Internal, "every name is taken", ""))
}

pub(crate) async fn import_preview(
    app: &App,
    _: &Caller,
    request: PreviewImport,
) -> Result<ImportPreview, ApiError> {
    let Read { files, candidates, notes, .. } = read(app, request.files).await?;
    let mut names: HashSet<_> = candidates.iter().map(|candidate| candidate.name.clone()).collect();
    let mut prompts = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let free = match candidate.state {
            ImportState::New => None,
            ImportState::Taken | ImportState::Same => Some(free_name(app, &candidate.name, &names).await?),
        };
        names.extend(free.clone());
        prompts.push(candidate.into_item(free));
    }
    Ok(ImportPreview { files, prompts, notes })
}

pub(crate) async fn import_apply(
    app: &App,
    caller: &Caller,
    request: ApplyImport,
) -> Result<ImportResult, ApiError> {
    let Read { candidates, mut attachments, mut notes, .. } = read(app, request.files).await?;
    let mut choices: HashMap<PromptName, ImportChoice> = HashMap::new();
    for choice in request.choices {
        if candidates.iter().all(|candidate| candidate.name != choice.prompt) {
            let message = format!("there is no prompt `{}` in the files", choice.prompt);
            return Err(ApiError::invalid("choices", message));
        }
        choices.insert(choice.prompt.clone(), choice);
    }
    let (by, at) = (app.actor(caller), app.now());
    let mut import =
        Import { by, at, actors: Vec::new(), attachments: Vec::new(), prompts: Vec::new(), runs: Vec::new() };
    let mut taken: HashSet<_> = candidates.iter().map(|candidate| candidate.name.clone()).collect();
    let mut outcomes = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let prompt = candidate.name.clone();
        notes.extend(candidate.found.notes().iter().cloned());
        let (action, name) = decide(app, &candidate, choices.remove(&prompt), request.taken, &taken).await?;
        taken.insert(name.clone());
        let same = candidate.state == ImportState::Same;
        let id = candidate.existing.as_ref().map(|prompt| prompt.id);
        let outcome = match (action, id) {
            (ImportAction::Skip, _) if same => Outcome::Unchanged,
            (ImportAction::Skip, _) => Outcome::Skipped,
            (ImportAction::Version, Some(_)) => Outcome::Updated,
            _ => Outcome::Created,
        };
        if action != ImportAction::Skip {
            if let Some(problem) = candidate.problem {
                let hint = format!("Leave `{prompt}` out, or mend it first. {}", problem.hint);
                let message = format!("`{prompt}` cannot be imported: {}", problem.message);
                let error = ApiError::new(ErrorCode::Invalid, message, hint.trim_end());
                return Err(ApiError { at: Some(problem.at), ..error });
            }
            for hash in candidate.found.attachments() {
                import.attachments.extend(attachments.remove(&hash));
            }
            let into = id.filter(|_| outcome == Outcome::Updated);
            let (one, actors, runs) = candidate.found.into_import(app, &name, into, by, at).await?;
            import.prompts.push(one);
            import.actors.extend(actors);
            import.runs.extend(runs);
        }
        outcomes.push(ImportOutcome {
            prompt,
            name,
            id: id.filter(|_| outcome != Outcome::Skipped),
            outcome,
        });
    }
    let imported = app.store.import(import).await?;
    let mut done = imported.prompts.into_iter();
    for outcome in &mut outcomes {
        if !matches!(outcome.outcome, Outcome::Created | Outcome::Updated) {
            continue;
        }
        let Some(one) = done.next() else { break };
        outcome.id = Some(one.id);
        if one.changed {
            app.changed(Noun::Prompt, one.id);
        } else {
            outcome.outcome = Outcome::Unchanged;
        }
    }
    if imported.runs > 0 {
        app.changed(Noun::Run, "");
    }
    let runs = u32::try_from(imported.runs).unwrap_or(u32::MAX);
    Ok(ImportResult { prompts: outcomes, runs, notes })
}

/// What becomes of a prompt, and under which name.
async fn decide(
    app: &App,
    candidate: &Candidate,
    choice: Option<ImportChoice>,
    policy: Option<TakenNames>,
    taken: &HashSet<PromptName>,
) -> Result<(ImportAction, PromptName), ApiError> {
    let own = &candidate.name;
    if let Some(choice) = choice {
        let name = choice.name.unwrap_or_else(|| own.clone());
        let is_used = name != *own && taken.contains(&name);
        let is_here = match choice.action {
            ImportAction::Create => app.store.find_prompt_by_name(&name).await?.is_some(),
            ImportAction::Version | ImportAction::Skip => false,
        };
        if choice.action == ImportAction::Create && (is_used || is_here) {
            return Err(conflict(&name));
        }
        if choice.action == ImportAction::Version && candidate.existing.is_none() {
            let message = format!("there is no prompt `{own}` that it could become a version of");
            return Err(ApiError::invalid("choices", message));
        }
        let name = if choice.action == ImportAction::Create { name } else { own.clone() };
        return Ok((choice.action, name));
    }
    match (candidate.state, policy) {
        (ImportState::New, _) => Ok((ImportAction::Create, own.clone())),
        (ImportState::Same, _) | (_, Some(TakenNames::Skip)) => Ok((ImportAction::Skip, own.clone())),
        (_, Some(TakenNames::Version)) => Ok((ImportAction::Version, own.clone())),
        (_, Some(TakenNames::Rename)) => Ok((ImportAction::Create, free_name(app, own, taken).await?)),
        (ImportState::Taken, None) => Err(conflict(own)),
    }
}

fn conflict(name: &PromptName) -> ApiError {
    ApiError::new(
        ErrorCode::Conflict,
        format!("a prompt named `{name}` exists already"),
        "Choose another name for it, leave it out, or add it to that prompt as a version.",
    )
}

/// What a prompt of a file is brought in as, with who wrote it and what ran.
type Brought = (PromptImport, Vec<formaops_store::Actor>, Vec<formaops_store::WholeRun>);
