//! What suites name: by ids here, by names in files.

use crate::{ApiError, App, ErrorCode};
use formaops_domain::{
    Case, LinkedKind, Place, PromptId, PromptName, Suite, SuiteDataset, SuiteModel, SuitePrompt, SuiteSpec,
};
use formaops_store::StoreError;
use formaops_template::{SuiteFile, SuiteFileDataset, SuiteFileModel, SuiteFilePrompt};

/// All that the file of a suite says.
pub(super) async fn named(app: &App, suite: &Suite) -> Result<SuiteFile, ApiError> {
    let SuiteSpec { prompts, models, dataset, cases, validations, repeats, thresholds } = suite.spec.clone();
    let mut file = SuiteFile {
        description: suite.description.clone(),
        prompts: Vec::new(),
        models: Vec::new(),
        dataset: None,
        cases: cases.into_iter().map(|case| Case { position: 0, ..case }).collect(),
        validations,
        repeats,
        thresholds,
    };
    for SuitePrompt { prompt_id, version } in prompts {
        file.prompts.push(SuiteFilePrompt { prompt: prompt_name(app, suite, prompt_id).await?, version });
    }
    for SuiteModel { model, parameters, label, prompts } in models {
        let mut names = Vec::new();
        for id in prompts {
            names.push(prompt_name(app, suite, id).await?);
        }
        file.models.push(SuiteFileModel { model, parameters, label, prompts: names });
    }
    if let Some(SuiteDataset { dataset_id, version }) = dataset {
        let found = app.store.get_dataset(dataset_id).await.map_err(|error| gone(suite, error, "dataset"))?;
        file.dataset = Some(SuiteFileDataset { dataset: found.name, version });
    }
    Ok(file)
}

async fn prompt_name(app: &App, suite: &Suite, id: PromptId) -> Result<PromptName, ApiError> {
    let prompt = app.store.get_prompt(id).await.map_err(|error| gone(suite, error, "prompt"))?;
    Ok(prompt.name)
}

fn gone(suite: &Suite, error: StoreError, what: &str) -> ApiError {
    match error {
        StoreError::NotFound { .. } => ApiError::new(
            ErrorCode::Conflict,
            format!("the suite `{}` has a {what} that was deleted for good", suite.name),
            "Take it out of the suite.",
        ),
        error => error.into(),
    }
}

/// What the file of a suite has run, if all that it names is there. What the suite has already is known by its name also
/// from the bin.
pub(super) async fn resolve(
    app: &App,
    file: &SuiteFile,
    known: Option<&Suite>,
) -> Result<SuiteSpec, ApiError> {
    let mut ids = Vec::new();
    let mut dataset = None;
    if let Some(suite) = known {
        let before = named(app, suite).await?;
        let names = before.prompts.iter().map(|prompt| prompt.prompt.clone());
        ids = names.zip(suite.spec.prompts.iter().map(|prompt| prompt.prompt_id)).collect();
        let is_same = |one: &SuiteFileDataset| {
            before.dataset.as_ref().is_some_and(|before| before.dataset == one.dataset)
        };
        let kept = suite.spec.dataset.as_ref().filter(|_| file.dataset.as_ref().is_some_and(is_same));
        dataset = kept.map(|kept| kept.dataset_id);
    }
    let known = Names { app, ids };
    let mut spec = SuiteSpec {
        prompts: Vec::new(),
        models: Vec::new(),
        dataset: None,
        cases: file.cases.clone(),
        validations: file.validations.clone(),
        repeats: file.repeats,
        thresholds: file.thresholds.clone(),
    };
    for (at, SuiteFilePrompt { prompt, version }) in file.prompts.iter().enumerate() {
        let prompt_id = known.prompt(prompt, || format!("prompts[{at}].prompt")).await?;
        spec.prompts.push(SuitePrompt { prompt_id, version: version.clone() });
    }
    for (at, one) in file.models.iter().enumerate() {
        let mut prompts = Vec::new();
        for (place, name) in one.prompts.iter().enumerate() {
            prompts.push(known.prompt(name, || format!("models[{at}].prompts[{place}]")).await?);
        }
        let SuiteFileModel { model, parameters, label, .. } = one.clone();
        spec.models.push(SuiteModel { model, parameters, label, prompts });
    }
    if let Some(SuiteFileDataset { dataset: name, version }) = &file.dataset {
        let dataset_id = if let Some(id) = dataset {
            id
        } else {
            let found = app.store.find_dataset_by_name(name).await?;
            found.ok_or_else(|| missing(LinkedKind::Dataset, name, "dataset.dataset".to_owned()))?.id
        };
        spec.dataset = Some(SuiteDataset { dataset_id, version: *version });
    }
    Ok(spec)
}

/// Finds prompts by their names.
struct Names<'a> {
    app: &'a App,
    /// Those that the suite has already.
    ids: Vec<(PromptName, PromptId)>,
}

impl Names<'_> {
    async fn prompt(&self, name: &PromptName, place: impl FnOnce() -> String) -> Result<PromptId, ApiError> {
        if let Some((_, id)) = self.ids.iter().find(|(known, _)| known == name) {
            return Ok(*id);
        }
        let found = self.app.store.find_prompt_by_name(name).await?;
        Ok(found.ok_or_else(|| missing(LinkedKind::Prompt, name, place()))?.id)
    }
}

fn missing(kind: LinkedKind, name: impl std::fmt::Display, place: String) -> ApiError {
    let what = if kind == LinkedKind::Prompt { "prompt" } else { "dataset" };
    let hint = "Correct the name, or add what it names: then the file is read again.";
    let at = Place { path: place, line: None, column: None };
    ApiError { at: Some(at), ..ApiError::not_found(what, name, hint) }
}
