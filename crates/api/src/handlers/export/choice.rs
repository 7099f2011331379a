//! What of a workspace is asked for.

use super::CreateExport;
use crate::{
    ApiError, App, ErrorCode,
    handlers::{MOST_ITEMS, dataset::find_dataset, if_there, prompt::find_prompt, suite::find_suite},
};
use formaops_domain::{Dataset, Prompt, Suite};
use formaops_store::{DatasetFilter, PromptFilter};

/// What is exported, each by name.
pub(super) struct Chosen {
    pub(super) prompts: Vec<Prompt>,
    pub(super) datasets: Vec<Dataset>,
    pub(super) suites: Vec<Suite>,
}

impl Chosen {
    pub(super) async fn of(app: &App, request: &CreateExport) -> Result<Self, ApiError> {
        let CreateExport { prompts, datasets, suites, search, tag, label, status, .. } = request;
        let names_any = !(prompts.is_empty() && datasets.is_empty() && suites.is_empty());
        let search = search.clone().filter(|search| !search.trim().is_empty());
        let filters = search.is_some() || tag.is_some() || label.is_some() || status.is_some();
        let mut chosen = if names_any {
            Self::named(app, request).await?
        } else {
            let filter = PromptFilter {
                search,
                tag: tag.clone(),
                label: label.clone(),
                status: *status,
                archived: true,
                ..PromptFilter::default()
            };
            let prompts = all_prompts(app, filter).await?;
            let (datasets, suites) = if filters {
                (Vec::new(), Vec::new())
            } else {
                (all_datasets(app).await?, app.store.list_suites(false).await?)
            };
            Self { prompts, datasets, suites }
        };
        if request.without_datasets {
            chosen.datasets.clear();
        }
        chosen.prompts.sort_by(|a, b| a.name.cmp(&b.name));
        chosen.prompts.dedup_by_key(|prompt| prompt.id);
        chosen.datasets.sort_by(|a, b| a.name.cmp(&b.name));
        chosen.datasets.dedup_by_key(|dataset| dataset.id);
        chosen.suites.sort_by(|a, b| a.name.cmp(&b.name));
        chosen.suites.dedup_by_key(|suite| suite.id);
        if chosen.prompts.is_empty() && chosen.datasets.is_empty() && chosen.suites.is_empty() {
            let hint = "`formaops prompt list` shows every prompt.";
            return Err(ApiError::new(ErrorCode::NotFound, "there is no such prompt to export", hint));
        }
        Ok(chosen)
    }

    /// What is named, with the prompts and the datasets of suites that are not in the bin.
    async fn named(app: &App, request: &CreateExport) -> Result<Self, ApiError> {
        let (mut prompts, mut datasets, mut suites) = (Vec::new(), Vec::new(), Vec::new());
        for key in &request.prompts {
            prompts.push(find_prompt(app, key).await?);
        }
        for key in &request.datasets {
            datasets.push(find_dataset(app, key).await?);
        }
        for key in &request.suites {
            let suite = find_suite(app, key).await?;
            for asked in &suite.spec.prompts {
                let prompt = if_there(app.store.get_prompt(asked.prompt_id).await)?;
                prompts.extend(prompt.filter(|prompt| prompt.deleted_at.is_none()));
            }
            if let Some(asked) = &suite.spec.dataset {
                let dataset = if_there(app.store.get_dataset(asked.dataset_id).await)?;
                datasets.extend(dataset.filter(|dataset| dataset.deleted_at.is_none()));
            }
            suites.push(suite);
        }
        Ok(Self { prompts, datasets, suites })
    }

    /// A name for the file: that of the one thing in it, if it is one.
    pub(super) fn name(&self) -> String {
        let name = match (self.prompts.as_slice(), self.datasets.as_slice(), self.suites.as_slice()) {
            ([only], [], []) => only.name.as_str(),
            ([], [only], []) => only.name.as_str(),
            (_, _, [only]) => only.name.as_str(),
            _ => "formaops-export",
        };
        name.replace('/', "-")
    }
}

async fn all_prompts(app: &App, filter: PromptFilter) -> Result<Vec<Prompt>, ApiError> {
    let (mut prompts, mut cursor) = (Vec::new(), None);
    loop {
        let page = app.store.list_prompts(filter.clone(), cursor.as_deref(), MOST_ITEMS).await?;
        prompts.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(prompts);
        }
    }
}

async fn all_datasets(app: &App) -> Result<Vec<Dataset>, ApiError> {
    let (mut datasets, mut cursor) = (Vec::new(), None);
    loop {
        let filter = DatasetFilter::default();
        let page = app.store.list_datasets(filter, cursor.as_deref(), MOST_ITEMS).await?;
        datasets.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(datasets);
        }
    }
}
