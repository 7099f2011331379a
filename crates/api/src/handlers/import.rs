//! Importing what files hold: first what they say and what would become of it, then doing it, all or nothing.

mod candidate;
mod dataset;
mod ids;
mod read;
mod runs;
mod suite;
mod types;

pub use types::*;

use crate::{ApiError, App, Caller, ErrorCode, Problem};
use candidate::Candidate;
use formaops_domain::{ActorId, Noun, Place, PromptName};
use formaops_store::{Import, PromptImport};
use formaops_template::formats::FormatError;
use ids::{Ids, PromptHere};
use read::{Read, free_name, read};
use std::collections::{HashMap, HashSet};

impl From<FormatError> for ApiError {
    fn from(error: FormatError) -> Self {
        let FormatError { message, hint, at } = error;
        Self { at: Some(at), ..Self::new(ErrorCode::Invalid, message, hint) }
    }
}

impl ApiError {
    /// What is wrong with something in a file; any other error is one of the whole import.
    fn into_problem(self) -> Result<Problem, Self> {
        if self.code != ErrorCode::Invalid {
            return Err(self);
        }
        let place = Place { path: String::new(), line: None, column: None };
        Ok(Problem { message: self.message, hint: self.hint, at: self.at.unwrap_or(place) })
    }
}

pub(crate) async fn import_preview(
    app: &App,
    _: &Caller,
    request: PreviewImport,
) -> Result<ImportPreview, ApiError> {
    let Read { files, candidates, datasets, suites: found, notes, .. } = read(app, request.files).await?;
    let ids = Ids::expected(&candidates, &datasets);
    let mut suites = Vec::with_capacity(found.len());
    for suite in found {
        suites.push(suite.into_item(app, &ids).await?);
    }
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
    let datasets = datasets.into_iter().map(dataset::DatasetCandidate::into_item).collect();
    Ok(ImportPreview { files, prompts, datasets, suites, notes })
}

pub(crate) async fn import_apply(
    app: &App,
    caller: &Caller,
    request: ApplyImport,
) -> Result<ImportResult, ApiError> {
    let mut read = read(app, request.files).await?;
    let mut choices: HashMap<PromptName, ImportChoice> = HashMap::new();
    for choice in request.choices {
        if read.candidates.iter().all(|candidate| candidate.name != choice.prompt) {
            let message = format!("there is no prompt `{}` in the files", choice.prompt);
            return Err(ApiError::invalid("choices", message));
        }
        choices.insert(choice.prompt.clone(), choice);
    }
    let mut import = Import {
        by: app.actor(caller),
        at: app.now(),
        actors: Vec::new(),
        attachments: Vec::new(),
        prompts: Vec::new(),
        datasets: Vec::new(),
        suites: Vec::new(),
        runs: Vec::new(),
    };
    let (mut ids, mut notes) = (Ids::default(), std::mem::take(&mut read.notes));
    let candidates = std::mem::take(&mut read.candidates);
    let mut taken: HashSet<_> = candidates.iter().map(|candidate| candidate.name.clone()).collect();
    let mut prompts = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        notes.extend(candidate.found.notes().iter().cloned());
        let choice = choices.remove(&candidate.name);
        let (action, name) = decide(app, &candidate, choice, request.taken, &taken).await?;
        taken.insert(name.clone());
        let attachments = &mut read.attachments;
        prompts.push(bring(app, candidate, action, name, attachments, &mut ids, &mut import).await?);
    }
    let datasets = dataset::bring(app, read.datasets, request.taken, &mut ids, &mut import).await?;
    let suites = suite::bring(app, read.suites, request.taken, &mut ids, &mut import, &mut notes).await?;
    runs::bring(read.runs, &ids, &mut import, &mut notes);
    import.actors = needed_actors(read.actors, &import);

    let imported = app.store.import(import).await?;
    let mut done = imported.prompts.into_iter();
    for outcome in &mut prompts {
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
    let is_changed = |outcome: Outcome| matches!(outcome, Outcome::Created | Outcome::Updated);
    for id in datasets.iter().filter(|it| is_changed(it.outcome)).filter_map(|it| it.id) {
        app.changed(Noun::Dataset, id);
    }
    for id in suites.iter().filter(|it| is_changed(it.outcome)).filter_map(|it| it.id) {
        app.changed(Noun::Suite, id);
    }
    if imported.runs > 0 {
        app.changed(Noun::Run, "");
    }
    let runs = u32::try_from(imported.runs).unwrap_or(u32::MAX);
    Ok(ImportResult { prompts, datasets, suites, runs, notes })
}

/// Puts a prompt into the import as it was decided.
async fn bring(
    app: &App,
    candidate: Candidate,
    action: ImportAction,
    name: PromptName,
    attachments: &mut read::Attachments,
    ids: &mut Ids,
    import: &mut Import,
) -> Result<ImportOutcome, ApiError> {
    let Candidate { name: prompt, found, existing, state, problem, .. } = candidate;
    let id = existing.as_ref().map(|prompt| prompt.id);
    let outcome = match (action, id) {
        (ImportAction::Skip, _) if state == ImportState::Same => Outcome::Unchanged,
        (ImportAction::Skip, _) => Outcome::Skipped,
        (ImportAction::Version, Some(_)) => Outcome::Updated,
        _ => Outcome::Created,
    };
    let in_file = found.in_file();
    if action == ImportAction::Skip {
        if let (Some((key, numbers)), Some(id)) = (in_file, id) {
            ids.prompts.insert(key, PromptHere::Kept { id, numbers });
        }
    } else {
        refuse("prompt", &prompt, problem)?;
        for hash in found.attachments() {
            import.attachments.extend(attachments.remove(&hash));
        }
        let into = id.filter(|_| outcome == Outcome::Updated);
        let mut one = found.into_import(app, &name, into, import.by, import.at).await?;
        if let PromptImport::New(whole) = &mut one
            && ids.has_prompt(whole.prompt.id)
        {
            // Another file brings the same prompt: this one is a copy.
            whole.prompt.id = app.ids.prompt();
        }
        if let Some((key, numbers)) = in_file {
            let here = match &one {
                PromptImport::New(whole) => PromptHere::New { id: whole.prompt.id },
                PromptImport::Into { id, .. } => PromptHere::Joined { id: *id, numbers },
            };
            ids.prompts.insert(key, here);
        }
        import.prompts.push(one);
    }
    let id = id.filter(|_| outcome != Outcome::Skipped);
    Ok(ImportOutcome { prompt, name, id, outcome })
}

/// Refuses to import what cannot be kept.
fn refuse(noun: &str, name: impl std::fmt::Display, problem: Option<Problem>) -> Result<(), ApiError> {
    let Some(problem) = problem else { return Ok(()) };
    let hint = format!("Leave `{name}` out, or mend it first. {}", problem.hint);
    let message = match noun {
        "prompt" => format!("`{name}` cannot be imported: {}", problem.message),
        _ => format!("the {noun} `{name}` cannot be imported: {}", problem.message),
    };
    let error = ApiError::new(ErrorCode::Invalid, message, hint.trim_end());
    Err(ApiError { at: Some(problem.at), ..error })
}

/// Whoever wrote or made something that is brought in.
fn needed_actors(actors: Vec<formaops_store::Actor>, import: &Import) -> Vec<formaops_store::Actor> {
    let versions = import.prompts.iter().flat_map(|one| match one {
        PromptImport::New(whole) | PromptImport::Into { whole, .. } => &whole.versions,
    });
    let mut needed: HashSet<ActorId> = versions.map(|version| version.author).collect();
    needed.extend(import.datasets.iter().flat_map(dataset::versions_of).map(|version| version.author));
    needed.extend(import.runs.iter().map(|run| run.run.created_by));
    actors.into_iter().filter(|actor| needed.contains(&actor.id)).collect()
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
    let action = by_policy(candidate.state, policy).ok_or_else(|| conflict(own))?;
    let name = match (action, candidate.state) {
        (ImportAction::Create, ImportState::Taken) => free_name(app, own, taken).await?,
        _ => own.clone(),
    };
    Ok((action, name))
}

/// What becomes of something for which nothing was chosen; none where its name is taken and nobody said what then.
fn by_policy(state: ImportState, policy: Option<TakenNames>) -> Option<ImportAction> {
    match (state, policy) {
        (ImportState::New, _) | (ImportState::Taken, Some(TakenNames::Rename)) => Some(ImportAction::Create),
        (ImportState::Same, _) | (ImportState::Taken, Some(TakenNames::Skip)) => Some(ImportAction::Skip),
        (ImportState::Taken, Some(TakenNames::Version)) => Some(ImportAction::Version),
        (ImportState::Taken, None) => None,
    }
}

/// The same for a dataset or a suite.
fn decide_other(
    noun: &str,
    name: impl std::fmt::Display,
    state: ImportState,
    policy: Option<TakenNames>,
) -> Result<ImportAction, ApiError> {
    by_policy(state, policy).ok_or_else(|| {
        let message = format!("a {noun} named `{name}` exists already");
        let hint = "Say with `taken` what becomes of it: `skip`, `rename` or `version`.";
        ApiError::new(ErrorCode::Conflict, message, hint)
    })
}

fn conflict(name: &PromptName) -> ApiError {
    ApiError::new(
        ErrorCode::Conflict,
        format!("a prompt named `{name}` exists already"),
        "Choose another name for it, leave it out, or add it to that prompt as a version.",
    )
}
