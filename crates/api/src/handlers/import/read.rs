//! Reading files, and comparing what they hold with what is here.

use super::{
    ImportFile, ImportState, ImportedFile,
    candidate::{Candidate, Found, OwnPrompt, known_actor},
    dataset::{self, DatasetCandidate, pack},
    runs,
    suite::{self, SuiteCandidate},
};
use crate::{ApiError, App, ErrorCode, Problem, handlers::version::check_content_for_saving};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use formaops_domain::{AttachmentHash, PromptName};
use formaops_store::Actor;
use formaops_template::formats::{self, ArchivedRun, Note, SourceFile};
use std::collections::{HashMap, HashSet};

/// The bytes of attachments by their names.
pub(super) type Attachments = HashMap<AttachmentHash, Vec<u8>>;

/// What the files say, compared with what is here.
pub(super) struct Read {
    pub(super) files: Vec<ImportedFile>,
    pub(super) candidates: Vec<Candidate>,
    pub(super) datasets: Vec<DatasetCandidate>,
    pub(super) suites: Vec<SuiteCandidate>,
    /// Runs that have ended, each with the file it stands in.
    pub(super) runs: Vec<(usize, ArchivedRun)>,
    pub(super) actors: Vec<Actor>,
    pub(super) attachments: Attachments,
    pub(super) notes: Vec<Note>,
}

pub(super) async fn read(app: &App, files: Vec<ImportFile>) -> Result<Read, ApiError> {
    let mut sources = Vec::with_capacity(files.len());
    for (index, file) in files.into_iter().enumerate() {
        let bytes = STANDARD.decode(file.data).map_err(|error| {
            ApiError::invalid(&format!("files[{index}].data"), format!("`data` is not base 64: {error}"))
        })?;
        sources.push(SourceFile { name: file.name, bytes });
    }
    // Reading much takes a while, and nobody else shall wait for it.
    let understood = tokio::task::spawn_blocking(move || {
        let mut understood = formats::read(sources)?;
        let packed: Vec<_> = (0..).zip(&mut understood.archives).flat_map(pack).collect();
        Ok::<_, ApiError>((understood, packed))
    });
    let (understood, packed) =
        understood.await.map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string(), ""))??;
    let files = understood.files.into_iter().map(|(name, format)| ImportedFile { name, format }).collect();
    let (mut found, mut suites, mut runs) = (Vec::new(), Vec::new(), Vec::new());
    let (mut actors, mut attachments, mut notes) = (Vec::new(), HashMap::new(), understood.notes);
    for (file, archive) in understood.archives.into_iter().enumerate() {
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
        actors.extend(archive.actors.into_iter().map(|actor| known_actor(actor, app.now())));
        let ended = runs::ended(archive.runs, &mut notes);
        found.extend(archive.prompts.into_iter().map(|prompt| {
            let runs = ended.iter().filter(|run| run.run.prompt_id == prompt.id).count();
            Found::Own(Box::new(OwnPrompt { file, prompt, runs }))
        }));
        runs.extend(ended.into_iter().map(|run| (file, run)));
        suites.extend(archive.suites.into_iter().enumerate().map(|(index, suite)| (file, index, suite)));
    }
    found.extend(understood.prompts.into_iter().map(|prompt| Found::Other(Box::new(prompt))));
    let candidates = look_up(app, found, &attachments).await?;
    let datasets = dataset::look_up(app, packed).await?;
    let suites = suite::look_up(app, suites).await?;
    Ok(Read { files, candidates, datasets, suites, runs, actors, attachments, notes })
}

/// Compares what was found with what is here.
async fn look_up(
    app: &App,
    found: Vec<Found>,
    attachments: &Attachments,
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
async fn problem(app: &App, found: &Found, attachments: &Attachments) -> Result<Option<Problem>, ApiError> {
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
            return error.into_problem().map(Some);
        }
    }
    Ok(None)
}

/// The first of `name-2`, `name-3`, … that neither a prompt here has nor another one of the import.
pub(super) async fn free_name(
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
