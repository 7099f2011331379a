//! Suites in the files.

use super::{
    ImportAction, ImportState, ImportedSuite, Outcome, SuiteOutcome, TakenNames, decide_other, ids::Ids,
    refuse,
};
use crate::{
    ApiError, App, Problem,
    handlers::{if_there, suite::check_alone},
};
use formaops_domain::{Place, PromptName, Suite, SuiteName, SuiteSpec};
use formaops_store::{Import, SuiteChange, SuiteImport};
use formaops_template::formats::{ArchivedSuite, Note, NoteKind, numbered};
use std::collections::HashSet;

/// Why a suite is left out.
const LACKS: &str = "a prompt, a dataset or a version that it runs is neither here nor brought in";

/// A suite in a file.
pub(super) struct SuiteCandidate {
    name: SuiteName,
    file: usize,
    /// Where it stands in its file.
    path: String,
    suite: ArchivedSuite,
    existing: Option<Suite>,
    problem: Option<Problem>,
}

/// Finds the suites that have the names of those that were found.
pub(super) async fn look_up(
    app: &App,
    found: Vec<(usize, usize, ArchivedSuite)>,
) -> Result<Vec<SuiteCandidate>, ApiError> {
    let mut names = HashSet::new();
    let mut candidates = Vec::with_capacity(found.len());
    for (file, index, suite) in found {
        let mut name = suite.name.clone();
        if names.contains(&name) {
            name = free_name(app, &name, &names).await?;
        }
        names.insert(name.clone());
        let path = format!("suites[{index}]");
        let problem = match check_alone(&suite.description, Some(&suite.spec)) {
            Ok(()) => None,
            Err(error) => {
                let mut problem = error.into_problem()?;
                problem.at.path = format!("{path}.{}", problem.at.path);
                Some(problem)
            }
        };
        let existing = app.store.find_suite_by_name(&name).await?;
        candidates.push(SuiteCandidate { name, file, path, suite, existing, problem });
    }
    Ok(candidates)
}

/// The first of `name-2`, `name-3`, … that neither a suite here has nor another one of the import.
async fn free_name(app: &App, name: &SuiteName, taken: &HashSet<SuiteName>) -> Result<SuiteName, ApiError> {
    let (base, mut number) = (PromptName::from(name.clone()), 2);
    loop {
        let next = SuiteName::from(numbered(&base, number));
        if !taken.contains(&next) && app.store.find_suite_by_name(&next).await?.is_none() {
            return Ok(next);
        }
        number += 1;
    }
}

impl SuiteCandidate {
    fn state(&self, spec: Option<&SuiteSpec>) -> ImportState {
        match &self.existing {
            None => ImportState::New,
            Some(existing)
                if spec == Some(&existing.spec) && existing.description == self.suite.description =>
            {
                ImportState::Same
            }
            Some(_) => ImportState::Taken,
        }
    }

    pub(super) async fn into_item(self, app: &App, ids: &Ids) -> Result<ImportedSuite, ApiError> {
        let spec = ids.spec_here(app, self.file, self.suite.spec.clone()).await?;
        let state = self.state(spec.as_ref());
        let lacks = || Problem {
            message: LACKS.to_owned(),
            hint: "Import it with them, or bring them here first.".to_owned(),
            at: Place { path: self.path.clone(), line: None, column: None },
        };
        let problem = if spec.is_none() { Some(lacks()) } else { self.problem };
        Ok(ImportedSuite {
            prompts: u32::try_from(self.suite.spec.prompts.len()).unwrap_or(u32::MAX),
            name: self.name,
            description: self.suite.description,
            state,
            existing: self.existing.map(|existing| existing.id),
            problem,
        })
    }
}

/// Puts the suites into the import whose prompts and datasets are here or brought.
pub(super) async fn bring(
    app: &App,
    candidates: Vec<SuiteCandidate>,
    policy: Option<TakenNames>,
    ids: &mut Ids,
    import: &mut Import,
    notes: &mut Vec<Note>,
) -> Result<Vec<SuiteOutcome>, ApiError> {
    let mut taken: HashSet<_> = candidates.iter().map(|candidate| candidate.name.clone()).collect();
    let mut outcomes = Vec::with_capacity(candidates.len());
    for mut candidate in candidates {
        let suite = candidate.name.clone();
        let Some(spec) = ids.spec_here(app, candidate.file, candidate.suite.spec.clone()).await? else {
            let message = format!("the suite `{suite}` is left out: {LACKS}");
            let at = Place { path: candidate.path, line: None, column: None };
            notes.push(Note { kind: NoteKind::NotUnderstood, message, at });
            outcomes.push(SuiteOutcome { name: suite.clone(), suite, id: None, outcome: Outcome::Skipped });
            continue;
        };
        let state = candidate.state(Some(&spec));
        let action = decide_other("suite", &suite, state, policy)?;
        if action != ImportAction::Skip {
            refuse("suite", &suite, candidate.problem.take())?;
        }
        let mut name = suite.clone();
        let existing = candidate.existing.as_ref().map(|existing| existing.id);
        let (id, outcome) = match (action, existing) {
            (ImportAction::Skip, _) if state == ImportState::Same => (existing, Outcome::Unchanged),
            (ImportAction::Skip, _) => (None, Outcome::Skipped),
            (ImportAction::Version, Some(id)) => {
                let description = Some(candidate.suite.description.clone());
                let change = SuiteChange { name: None, description, spec: Some(spec) };
                import.suites.push(SuiteImport::Into { id, change, baseline: candidate.suite.baseline });
                (Some(id), Outcome::Updated)
            }
            _ => {
                if existing.is_some() {
                    name = free_name(app, &name, &taken).await?;
                    taken.insert(name.clone());
                }
                let new = into_new(app, &candidate.suite, name.clone(), spec, ids).await?;
                let id = new.id;
                import.suites.push(SuiteImport::New(new));
                (Some(id), Outcome::Created)
            }
        };
        ids.suites.extend(id.map(|id| ((candidate.file, candidate.suite.id), id)));
        outcomes.push(SuiteOutcome { suite, name, id, outcome });
    }
    Ok(outcomes)
}

/// A suite of its own, under the id of the file where that is free.
async fn into_new(
    app: &App,
    suite: &ArchivedSuite,
    name: SuiteName,
    spec: SuiteSpec,
    ids: &Ids,
) -> Result<Suite, ApiError> {
    let is_used = ids.suites.values().any(|id| *id == suite.id)
        || if_there(app.store.get_suite(suite.id).await)?.is_some();
    let id = if is_used { app.ids.suite() } else { suite.id };
    let new = Suite::new(id, name, suite.description.clone(), spec, suite.created_at);
    Ok(Suite { baseline: suite.baseline, updated_at: suite.updated_at, ..new })
}
