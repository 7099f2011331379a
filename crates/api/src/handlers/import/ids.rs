//! What things in the files are here.

use super::{ImportState, candidate::Candidate, dataset::DatasetCandidate};
use crate::{ApiError, App, handlers::if_there};
use formaops_domain::{
    DatasetId, PromptId, SuiteDataset, SuiteId, SuitePrompt, SuiteSpec, VersionId, VersionSelector,
};
use std::collections::HashMap;

/// An id in one of the files: only there it is that of one thing.
pub(super) type InFile<Id> = (usize, Id);

/// The versions of a prompt by the numbers they have in the file.
pub(super) type Numbers = HashMap<u32, VersionId>;

/// Where a prompt of a file is here.
pub(super) enum PromptHere {
    /// It is a new one.
    New { id: PromptId },
    /// Its versions are added to one that was here.
    Joined { id: PromptId, numbers: Numbers },
    /// It is left out, and one that was here has its name.
    Kept { id: PromptId, numbers: Numbers },
}

impl PromptHere {
    fn id(&self) -> PromptId {
        match self {
            Self::New { id } | Self::Joined { id, .. } | Self::Kept { id, .. } => *id,
        }
    }
}

/// Where a dataset of a file is here.
pub(super) struct DatasetHere {
    pub(super) id: DatasetId,
    /// The numbers of its versions here, by those in the file.
    pub(super) numbers: HashMap<u32, u32>,
}

/// Where everything of the files is here.
#[derive(Default)]
pub(super) struct Ids {
    pub(super) prompts: HashMap<InFile<PromptId>, PromptHere>,
    pub(super) datasets: HashMap<InFile<DatasetId>, DatasetHere>,
    pub(super) suites: HashMap<InFile<SuiteId>, SuiteId>,
}

impl Ids {
    /// As it is where nothing that is new is left out, and the rest added to what has its name.
    pub(super) fn expected(candidates: &[Candidate], datasets: &[DatasetCandidate]) -> Self {
        let mut ids = Self::default();
        for candidate in candidates {
            let Some((key, numbers)) = candidate.found.in_file() else { continue };
            let here = match &candidate.existing {
                Some(existing) if candidate.state == ImportState::Same => {
                    PromptHere::Kept { id: existing.id, numbers }
                }
                Some(existing) => PromptHere::Joined { id: existing.id, numbers },
                None => PromptHere::New { id: key.1 },
            };
            ids.prompts.insert(key, here);
        }
        ids.datasets.extend(datasets.iter().map(|dataset| (dataset.key(), dataset.expected())));
        ids
    }

    /// The prompt that a prompt of a file was brought to.
    pub(super) fn brought(&self, file: usize, prompt: PromptId) -> Option<PromptId> {
        match self.prompts.get(&(file, prompt))? {
            PromptHere::New { id } | PromptHere::Joined { id, .. } => Some(*id),
            PromptHere::Kept { .. } => None,
        }
    }

    /// Whether a prompt of the files has this id here.
    pub(super) fn has_prompt(&self, id: PromptId) -> bool {
        self.prompts.values().any(|here| here.id() == id)
    }

    /// What a suite of a file runs here; none where a prompt, a dataset or a version is neither here nor brought.
    pub(super) async fn spec_here(
        &self,
        app: &App,
        file: usize,
        mut spec: SuiteSpec,
    ) -> Result<Option<SuiteSpec>, ApiError> {
        let mut prompts = HashMap::new();
        for asked in &mut spec.prompts {
            let Some(here) = self.prompt_here(app, file, asked).await? else { return Ok(None) };
            prompts.insert(asked.prompt_id, here.prompt_id);
            *asked = here;
        }
        for asked in spec.models.iter_mut().flat_map(|model| &mut model.prompts) {
            *asked = prompts.get(asked).copied().unwrap_or(*asked);
        }
        if let Some(asked) = spec.dataset.take() {
            spec.dataset = self.dataset_here(app, file, asked).await?;
            if spec.dataset.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(spec))
    }

    async fn prompt_here(
        &self,
        app: &App,
        file: usize,
        asked: &SuitePrompt,
    ) -> Result<Option<SuitePrompt>, ApiError> {
        let Some(here) = self.prompts.get(&(file, asked.prompt_id)) else {
            let known = if_there(app.store.get_prompt(asked.prompt_id).await)?;
            return Ok(known.map(|_| asked.clone()));
        };
        let (PromptHere::Joined { id, numbers } | PromptHere::Kept { id, numbers }) = here else {
            return Ok(Some(SuitePrompt { prompt_id: here.id(), version: asked.version.clone() }));
        };
        let same = SuitePrompt { prompt_id: *id, version: asked.version.clone() };
        let Some(Ok(VersionSelector::Number(number))) = asked.version.as_deref().map(str::parse) else {
            return Ok(Some(same));
        };
        // Numbers count the versions of one workspace: where they count others here, the version is named by its hash.
        let Some(version) = numbers.get(&number) else { return Ok(None) };
        let versions = app.store.get_whole_prompt(*id).await?.versions;
        let is_known = versions.iter().any(|it| it.id == *version);
        Ok(if versions.iter().any(|it| it.id == *version && it.number == Some(number)) {
            Some(same)
        } else if is_known || matches!(here, PromptHere::Joined { .. }) {
            Some(SuitePrompt { prompt_id: *id, version: Some(version.short()) })
        } else {
            None
        })
    }

    async fn dataset_here(
        &self,
        app: &App,
        file: usize,
        asked: SuiteDataset,
    ) -> Result<Option<SuiteDataset>, ApiError> {
        let Some(here) = self.datasets.get(&(file, asked.dataset_id)) else {
            let known = if_there(app.store.get_dataset(asked.dataset_id).await)?;
            return Ok(known.map(|_| asked));
        };
        let dataset_id = here.id;
        Ok(match asked.version {
            None => Some(SuiteDataset { dataset_id, version: None }),
            Some(number) => {
                let version = here.numbers.get(&number).copied();
                version.map(|number| SuiteDataset { dataset_id, version: Some(number) })
            }
        })
    }
}
