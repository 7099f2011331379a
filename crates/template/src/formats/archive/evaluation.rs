//! Datasets and suites in a file of our own.

use super::Archive;
use crate::formats::FormatError;
use formaops_domain::{
    ActorId, Case, Column, DatasetId, DatasetName, RunId, SuiteId, SuiteName, SuiteSpec, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

/// A dataset with its versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchivedDataset {
    /// The identity.
    pub id: DatasetId,
    /// The name.
    pub name: DatasetName,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it or its versions last changed.
    pub updated_at: Timestamp,
    /// Its versions, oldest first; at least one.
    pub versions: Vec<ArchivedDatasetVersion>,
}

/// A version of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchivedDatasetVersion {
    /// Its place among the versions of its dataset, from 1.
    pub number: u32,
    /// Who saved it.
    pub author: ActorId,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// When.
    pub created_at: Timestamp,
    /// Its columns, in the order in which they are shown.
    pub columns: Vec<Column>,
    /// Its cases, in their order.
    pub cases: Vec<Case>,
}

/// A suite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchivedSuite {
    /// The identity.
    pub id: SuiteId,
    /// The name.
    pub name: SuiteName,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What is run.
    pub spec: SuiteSpec,
    /// The run that later ones are compared with, where it is in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<RunId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Refuses names, ids and numbers that are not those of one workspace.
pub(super) fn check(file: &str, archive: &Archive, actors: &HashSet<ActorId>) -> Result<(), FormatError> {
    let named = archive.datasets.iter().map(|dataset| (dataset.id, dataset.name.as_str()));
    check_unique(file, "datasets", named)?;
    let mut numbers: HashMap<DatasetId, HashSet<u32>> = HashMap::new();
    for (index, dataset) in archive.datasets.iter().enumerate() {
        let known = check_versions(file, &format!("datasets[{index}].versions"), dataset, actors)?;
        numbers.insert(dataset.id, known);
    }
    let named = archive.suites.iter().map(|suite| (suite.id, suite.name.as_str()));
    check_unique(file, "suites", named)?;
    let runs: HashMap<_, _> =
        archive.runs.iter().map(|run| (run.run.id, run.run.suite.as_ref().map(|suite| suite.id))).collect();
    for (index, suite) in archive.suites.iter().enumerate() {
        let field = format!("suites[{index}]");
        if let Some(dataset) = &suite.spec.dataset
            && let (Some(known), Some(number)) = (numbers.get(&dataset.dataset_id), dataset.version)
            && !known.contains(&number)
        {
            let message = format!("the version {number} of its dataset is not in the file");
            return Err(FormatError::new(file, &format!("{field}.spec.dataset.version"), message));
        }
        if let Some(baseline) = suite.baseline
            && runs.get(&baseline) != Some(&Some(suite.id))
        {
            let message = "the baseline is no run of the suite in the file";
            return Err(FormatError::new(file, &format!("{field}.baseline"), message));
        }
    }
    Ok(())
}

fn check_unique<'a, Id: Copy + Eq + Hash + std::fmt::Display>(
    file: &str,
    list: &str,
    named: impl Iterator<Item = (Id, &'a str)>,
) -> Result<(), FormatError> {
    let (mut ids, mut names) = (HashSet::new(), HashSet::new());
    for (index, (id, name)) in named.enumerate() {
        if !names.insert(name.to_lowercase()) {
            let message = format!("two {list} are called `{name}`");
            return Err(FormatError::new(file, &format!("{list}[{index}].name"), message));
        }
        if !ids.insert(id) {
            let message = format!("two {list} have the id `{id}`");
            return Err(FormatError::new(file, &format!("{list}[{index}].id"), message));
        }
    }
    Ok(())
}

/// The numbers of the versions.
fn check_versions(
    file: &str,
    path: &str,
    dataset: &ArchivedDataset,
    actors: &HashSet<ActorId>,
) -> Result<HashSet<u32>, FormatError> {
    if dataset.versions.is_empty() {
        return Err(FormatError::new(file, path, "a dataset has at least one version"));
    }
    let (mut known, mut last) = (HashSet::new(), 0);
    for (index, version) in dataset.versions.iter().enumerate() {
        if version.number <= last {
            let message = "versions are numbered from 1, each higher than the one before";
            return Err(FormatError::new(file, &format!("{path}[{index}].number"), message));
        }
        if !actors.contains(&version.author) {
            let message = format!("`{}` is not among `actors`", version.author);
            return Err(FormatError::new(file, &format!("{path}[{index}].author"), message));
        }
        last = version.number;
        known.insert(last);
    }
    Ok(known)
}
