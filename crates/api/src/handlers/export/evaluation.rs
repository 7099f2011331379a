//! Datasets and suites.

use super::{Exporter, archive::Secrets, choice::Chosen};
use crate::{ApiError, handlers::MOST_ITEMS};
use formaops_domain::{Case, ColumnKind, Dataset, DatasetVersion};
use formaops_store::CaseFilter;
use formaops_template::formats::{Archive, ArchivedDataset, ArchivedDatasetVersion, ArchivedSuite};
use std::collections::{BTreeSet, HashSet};

impl Exporter<'_> {
    pub(super) async fn datasets(&mut self, chosen: &Chosen) -> Result<Vec<ArchivedDataset>, ApiError> {
        let mut archived = Vec::with_capacity(chosen.datasets.len());
        for dataset in &chosen.datasets {
            let mut versions = Vec::new();
            for version in self.versions(dataset, chosen).await? {
                versions.push(self.version(version).await?);
            }
            let Dataset { id, name, description, created_at, updated_at, .. } = dataset.clone();
            archived.push(ArchivedDataset { id, name, description, created_at, updated_at, versions });
        }
        Ok(archived)
    }

    /// All versions of a dataset, or the newest and those that suites name, oldest first.
    async fn versions(&self, dataset: &Dataset, chosen: &Chosen) -> Result<Vec<DatasetVersion>, ApiError> {
        let asked = chosen.suites.iter().filter_map(|suite| suite.spec.dataset.as_ref());
        let named: HashSet<u32> =
            asked.filter(|asked| asked.dataset_id == dataset.id).filter_map(|asked| asked.version).collect();
        let is_kept = |number: u32| self.request.history || number == dataset.head || named.contains(&number);
        let (mut versions, mut cursor) = (Vec::new(), None);
        loop {
            let page =
                self.app.store.list_dataset_versions(dataset.id, cursor.as_deref(), MOST_ITEMS).await?;
            versions.extend(page.items.into_iter().filter(|version| is_kept(version.number)));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        versions.reverse();
        Ok(versions)
    }

    async fn version(&mut self, version: DatasetVersion) -> Result<ArchivedDatasetVersion, ApiError> {
        let store = &self.app.store;
        let DatasetVersion { dataset_id, number, columns, note, author, created_at, .. } = version;
        let (filter, mut cases, mut cursor) = (CaseFilter::default(), Vec::<Case>::new(), None);
        loop {
            let page =
                store.list_dataset_cases(dataset_id, number, &filter, cursor.as_deref(), MOST_ITEMS).await?;
            self.count(&page.items)?;
            cases.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                return Ok(ArchivedDatasetVersion { number, author, note, created_at, columns, cases });
            }
        }
    }

    /// Suites, each with its baseline where that is exported, too.
    pub(super) fn suites(
        &mut self,
        chosen: &Chosen,
        archive: &Archive,
    ) -> Result<Vec<ArchivedSuite>, ApiError> {
        let prompts: HashSet<_> = archive.prompts.iter().map(|prompt| prompt.id).collect();
        let datasets: HashSet<_> = archive.datasets.iter().map(|dataset| dataset.id).collect();
        let runs: HashSet<_> = archive.runs.iter().map(|run| run.run.id).collect();
        let mut archived = Vec::with_capacity(chosen.suites.len());
        for suite in &chosen.suites {
            let lacks_prompt = suite.spec.prompts.iter().any(|asked| !prompts.contains(&asked.prompt_id));
            let dataset = suite.spec.dataset.as_ref();
            if lacks_prompt || dataset.is_some_and(|asked| !datasets.contains(&asked.dataset_id)) {
                let message =
                    "runs a prompt or a dataset that is not exported: it can be imported only where that is";
                self.note(suite.name.as_str(), format!("the suite {message}"));
            }
            let suite = ArchivedSuite {
                id: suite.id,
                name: suite.name.clone(),
                description: suite.description.clone(),
                spec: suite.spec.clone(),
                baseline: suite.baseline.filter(|run| runs.contains(run)),
                created_at: suite.created_at,
                updated_at: suite.updated_at,
            };
            self.count(&suite)?;
            archived.push(suite);
        }
        Ok(archived)
    }

    /// Cases hold values under the names of variables, whatever prompts say of those.
    pub(super) fn note_secret_columns(&mut self, archive: &Archive, secrets: &Secrets) {
        let mut told = BTreeSet::new();
        for suite in &archive.suites {
            let asked = suite.spec.dataset.as_ref();
            let dataset =
                archive.datasets.iter().find(|it| asked.is_some_and(|asked| asked.dataset_id == it.id));
            let columns = dataset.iter().flat_map(|dataset| {
                let columns = dataset.versions.iter().flat_map(|version| &version.columns);
                let inputs = columns.filter(|column| column.kind == ColumnKind::Input);
                inputs.map(|column| (dataset.name.as_str(), column.name.as_str()))
            });
            let own = suite.spec.cases.iter().flat_map(|case| case.inputs.keys());
            let own = own.map(|name| (suite.name.as_str(), name.as_str()));
            let secret: HashSet<&str> = suite
                .spec
                .prompts
                .iter()
                .filter_map(|asked| secrets.get(&asked.prompt_id))
                .flatten()
                .map(String::as_str)
                .collect();
            told.extend(columns.chain(own).filter(|(_, name)| secret.contains(name)));
        }
        for (holder, name) in told {
            let message = format!("`{name}` is a sensitive variable, and its values in cases are exported");
            self.note(holder, message);
        }
    }
}
