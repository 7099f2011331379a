//! Datasets in the files.

use super::{
    DatasetOutcome, ImportAction, ImportState, ImportedDataset, Outcome, TakenNames, decide_other,
    ids::{DatasetHere, Ids, InFile},
    refuse,
};
use crate::{
    ApiError, App, Problem,
    handlers::{
        MOST_ITEMS,
        dataset::{check_cases, check_words},
        if_there,
    },
};
use formaops_domain::{ContentHash, Dataset, DatasetId, DatasetName, PromptName};
use formaops_store::{BroughtVersion, DatasetImport, Import, PackedCases};
use formaops_template::formats::{Archive, ArchivedDataset, ArchivedDatasetVersion, numbered};
use std::collections::{HashMap, HashSet};

/// A dataset of a file, its cases packed.
pub(super) struct Packed {
    file: usize,
    dataset: ArchivedDataset,
    packed: Result<Vec<BroughtVersion>, ApiError>,
}

/// Packs the cases of the datasets of a file.
pub(super) fn pack((file, archive): (usize, &mut Archive)) -> Vec<Packed> {
    let datasets = std::mem::take(&mut archive.datasets).into_iter().enumerate();
    let packed = datasets.map(|(index, mut dataset)| {
        let versions = std::mem::take(&mut dataset.versions);
        let path = format!("datasets[{index}]");
        let packed = pack_versions(&path, &dataset.description, versions);
        Packed { file, dataset, packed }
    });
    packed.collect()
}

fn pack_versions(
    path: &str,
    description: &str,
    versions: Vec<ArchivedDatasetVersion>,
) -> Result<Vec<BroughtVersion>, ApiError> {
    check_words(&format!("{path}.description"), description)?;
    let mut packed = Vec::with_capacity(versions.len());
    for (index, version) in versions.into_iter().enumerate() {
        let ArchivedDatasetVersion { number, author, note, created_at, columns, cases } = version;
        let path = format!("{path}.versions[{index}]");
        check_words(&format!("{path}.note"), &note)?;
        check_cases((0..).zip(&cases).map(|(place, case)| (format!("{path}.cases[{place}]"), case)))?;
        let cases = PackedCases::new(columns, cases).map_err(|error| {
            let at = ApiError::invalid(&format!("{path}.cases"), "").at;
            ApiError { at, ..error.into() }
        })?;
        packed.push(BroughtVersion { number, note, author, created_at, cases });
    }
    Ok(packed)
}

/// A dataset in a file, compared with what is here.
pub(super) struct DatasetCandidate {
    name: DatasetName,
    file: usize,
    dataset: ArchivedDataset,
    versions: Vec<BroughtVersion>,
    existing: Option<Dataset>,
    /// The versions of the existing one, newest first.
    here: Vec<(u32, ContentHash)>,
    state: ImportState,
    problem: Option<Problem>,
}

/// Compares what was found with what is here.
pub(super) async fn look_up(app: &App, found: Vec<Packed>) -> Result<Vec<DatasetCandidate>, ApiError> {
    let mut names = HashSet::new();
    let mut candidates = Vec::with_capacity(found.len());
    for Packed { file, dataset, packed } in found {
        let mut name = dataset.name.clone();
        if names.contains(&name) {
            name = free_name(app, &name, &names).await?;
        }
        names.insert(name.clone());
        let (versions, problem) = match packed {
            Ok(versions) => (versions, None),
            Err(error) => (Vec::new(), Some(error.into_problem()?)),
        };
        let existing = app.store.find_dataset_by_name(&name).await?;
        let here = match &existing {
            Some(existing) => versions_here(app, existing.id).await?,
            None => Vec::new(),
        };
        let newest = versions.last().map(|version| version.cases.content_hash());
        let state = match &existing {
            None => ImportState::New,
            Some(existing)
                if here.first().map(|(_, hash)| *hash) == newest
                    && existing.description == dataset.description =>
            {
                ImportState::Same
            }
            Some(_) => ImportState::Taken,
        };
        candidates.push(DatasetCandidate { name, file, dataset, versions, existing, here, state, problem });
    }
    Ok(candidates)
}

async fn versions_here(app: &App, id: DatasetId) -> Result<Vec<(u32, ContentHash)>, ApiError> {
    let (mut versions, mut cursor) = (Vec::new(), None);
    loop {
        let page = app.store.list_dataset_versions(id, cursor.as_deref(), MOST_ITEMS).await?;
        versions.extend(page.items.into_iter().map(|version| (version.number, version.content_hash)));
        cursor = page.next;
        if cursor.is_none() {
            return Ok(versions);
        }
    }
}

/// The first of `name-2`, `name-3`, … that neither a dataset here has nor another one of the import.
async fn free_name(
    app: &App,
    name: &DatasetName,
    taken: &HashSet<DatasetName>,
) -> Result<DatasetName, ApiError> {
    let (base, mut number) = (PromptName::from(name.clone()), 2);
    loop {
        let next = DatasetName::from(numbered(&base, number));
        if !taken.contains(&next) && app.store.find_dataset_by_name(&next).await?.is_none() {
            return Ok(next);
        }
        number += 1;
    }
}

impl DatasetCandidate {
    pub(super) fn key(&self) -> InFile<DatasetId> {
        (self.file, self.dataset.id)
    }

    /// Where it is where it is new, or its versions are added to those of the dataset that has its name.
    pub(super) fn expected(&self) -> DatasetHere {
        match &self.existing {
            None => self.as_new(self.dataset.id),
            Some(existing) => DatasetHere { id: existing.id, numbers: self.joined(existing.head).1 },
        }
    }

    fn as_new(&self, id: DatasetId) -> DatasetHere {
        let numbers = self.versions.iter().map(|version| (version.number, version.number));
        DatasetHere { id, numbers: numbers.collect() }
    }

    /// Where its versions are that are here already.
    fn as_kept(&self, id: DatasetId) -> DatasetHere {
        let place = |version: &BroughtVersion| {
            Some((version.number, self.place(version.number, version.cases.content_hash())?))
        };
        DatasetHere { id, numbers: self.versions.iter().filter_map(place).collect() }
    }

    /// The version here with this content: the one of the same number before any other.
    fn place(&self, number: u32, hash: ContentHash) -> Option<u32> {
        let mut same = self.here.iter().filter(|(_, known)| *known == hash).map(|(number, _)| *number);
        if self.here.contains(&(number, hash)) { Some(number) } else { same.next() }
    }

    /// The versions that have to be added behind the newest one here, by their places, with their numbers; and which
    /// version each version of the file is here. The newest of the file becomes the newest here.
    fn joined(&self, head: u32) -> (HashMap<usize, u32>, HashMap<u32, u32>) {
        let (mut added, mut numbers) = (HashMap::new(), HashMap::new());
        let mut known: HashMap<ContentHash, u32> = HashMap::new();
        let (mut next, mut newest) = (head + 1, self.here.first().map(|(_, hash)| *hash));
        for (index, version) in self.versions.iter().enumerate() {
            let hash = version.cases.content_hash();
            let place = known.get(&hash).copied().or_else(|| self.place(version.number, hash));
            let is_last = index + 1 == self.versions.len();
            let number = match place {
                Some(number) if !is_last || newest == Some(hash) => number,
                _ => {
                    added.insert(index, next);
                    next += 1;
                    newest = Some(hash);
                    next - 1
                }
            };
            known.insert(hash, number);
            // What named a version that was here goes on naming that one.
            numbers.insert(version.number, place.unwrap_or(number));
        }
        (added, numbers)
    }

    pub(super) fn into_item(self) -> ImportedDataset {
        ImportedDataset {
            versions: u32::try_from(self.versions.len()).unwrap_or(u32::MAX),
            cases: self.versions.last().map_or(0, |version| version.cases.count()),
            name: self.name,
            description: self.dataset.description,
            state: self.state,
            existing: self.existing.map(|existing| existing.id),
            problem: self.problem,
        }
    }

    /// As a dataset of its own, under the id of the file where that is free.
    async fn into_new(self, app: &App, name: DatasetName, ids: &mut Ids) -> Result<DatasetImport, ApiError> {
        let own = self.dataset.id;
        let is_used = ids.datasets.values().any(|here| here.id == own)
            || if_there(app.store.get_dataset(own).await)?.is_some();
        let id = if is_used { app.ids.dataset() } else { own };
        ids.datasets.insert(self.key(), self.as_new(id));
        let ArchivedDataset { description, created_at, updated_at, .. } = self.dataset;
        Ok(DatasetImport::New { id, name, description, created_at, updated_at, versions: self.versions })
    }

    /// As more versions of the one that has its name; none where all are here.
    fn into_more(self, existing: &Dataset, ids: &mut Ids) -> Option<DatasetImport> {
        let (added, numbers) = self.joined(existing.head);
        ids.datasets.insert(self.key(), DatasetHere { id: existing.id, numbers });
        let versions = self.versions.into_iter().enumerate();
        let versions: Vec<_> = versions
            .filter_map(|(index, version)| Some(BroughtVersion { number: *added.get(&index)?, ..version }))
            .collect();
        let (id, head) = (existing.id, existing.head);
        (!versions.is_empty()).then_some(DatasetImport::Into { id, head, versions })
    }
}

/// Puts the datasets into the import.
pub(super) async fn bring(
    app: &App,
    candidates: Vec<DatasetCandidate>,
    policy: Option<TakenNames>,
    ids: &mut Ids,
    import: &mut Import,
) -> Result<Vec<DatasetOutcome>, ApiError> {
    let mut taken: HashSet<_> = candidates.iter().map(|candidate| candidate.name.clone()).collect();
    let mut outcomes = Vec::with_capacity(candidates.len());
    for mut candidate in candidates {
        let (dataset, state) = (candidate.name.clone(), candidate.state);
        let action = decide_other("dataset", &dataset, state, policy)?;
        if action != ImportAction::Skip {
            refuse("dataset", &dataset, candidate.problem.take())?;
        }
        let mut name = dataset.clone();
        let existing = candidate.existing.clone();
        let (id, outcome) = match (action, existing) {
            (ImportAction::Skip, Some(existing)) => {
                ids.datasets.insert(candidate.key(), candidate.as_kept(existing.id));
                let is_same = state == ImportState::Same;
                (is_same.then_some(existing.id), if is_same { Outcome::Unchanged } else { Outcome::Skipped })
            }
            (ImportAction::Version, Some(existing)) => {
                let more = candidate.into_more(&existing, ids);
                let outcome = if more.is_some() { Outcome::Updated } else { Outcome::Unchanged };
                import.datasets.extend(more);
                (Some(existing.id), outcome)
            }
            (_, existing) => {
                if existing.is_some() {
                    name = free_name(app, &name, &taken).await?;
                    taken.insert(name.clone());
                }
                let key = candidate.key();
                import.datasets.push(candidate.into_new(app, name.clone(), ids).await?);
                (ids.datasets.get(&key).map(|here| here.id), Outcome::Created)
            }
        };
        outcomes.push(DatasetOutcome { dataset, name, id, outcome });
    }
    Ok(outcomes)
}

/// The versions that are brought in with a dataset.
pub(super) fn versions_of(import: &DatasetImport) -> &[BroughtVersion] {
    match import {
        DatasetImport::New { versions, .. } | DatasetImport::Into { versions, .. } => versions,
    }
}
