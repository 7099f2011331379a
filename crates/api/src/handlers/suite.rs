//! Suites: made, changed, put in the bin.

use super::{PromptKey, SuiteKey, prompt::find_prompt};
use crate::{ApiError, App, Caller, ErrorCode, Problem};
use formaops_domain::{Noun, Page, RunId, Suite, SuiteId, SuiteName, SuiteSpec};
use formaops_store::SuiteChange;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for the suites.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListSuites {
    /// Only those in the bin, instead of those outside.
    #[serde(default)]
    pub deleted: bool,
}

/// Asks for a suite.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetSuite {
    /// The suite.
    pub id: SuiteKey,
}

/// Makes a suite.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateSuite {
    /// Its name: unique in the workspace without regard to case.
    pub name: SuiteName,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// What is run.
    #[serde(default)]
    pub spec: SuiteSpec,
}

/// Changes a suite. What is absent stays.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateSuite {
    /// The suite.
    pub id: SuiteKey,
    /// Its new name.
    #[serde(default)]
    pub name: Option<SuiteName>,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// What is run from now on.
    #[serde(default)]
    pub spec: Option<SuiteSpec>,
}

/// Puts a suite in the bin.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteSuite {
    /// The suite.
    pub id: SuiteKey,
}

/// Takes a suite out of the bin.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UndeleteSuite {
    /// The suite.
    pub id: SuiteId,
}

/// Names the run that later runs of a suite are compared with.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutBaseline {
    /// The suite.
    pub id: SuiteKey,
    /// One of its runs that has ended; none where absent.
    #[serde(default)]
    pub run: Option<RunId>,
}

/// The most characters of a description.
const MOST_DESCRIPTION: usize = 10_000;
/// The most cases that stand in a suite itself; more belong in a dataset.
const MOST_OWN_CASES: usize = 1_000;

/// The suite that a key means, outside the bin or in it.
pub(super) async fn find_suite(app: &App, key: &SuiteKey) -> Result<Suite, ApiError> {
    match key {
        SuiteKey::Id(id) => Ok(app.store.get_suite(*id).await?),
        SuiteKey::Name(name) => app.store.find_suite_by_name(name).await?.ok_or_else(|| {
            ApiError::not_found(
                "suite",
                name,
                "`formaops suite list` shows every suite; it may be in the bin.",
            )
        }),
    }
}

pub(crate) async fn suite_list(app: &App, _: &Caller, request: ListSuites) -> Result<Page<Suite>, ApiError> {
    Ok(Page { items: app.store.list_suites(request.deleted).await?, next: None })
}

pub(crate) async fn suite_get(app: &App, _: &Caller, request: GetSuite) -> Result<Suite, ApiError> {
    find_suite(app, &request.id).await
}

pub(crate) async fn suite_create(app: &App, _: &Caller, request: CreateSuite) -> Result<Suite, ApiError> {
    check_suite(app, &request.description, Some(&request.spec)).await?;
    let CreateSuite { name, description, spec } = request;
    let suite = Suite::new(app.ids.suite(), name, description, spec, app.now());
    let suite = app.store.insert_suite(suite).await?;
    app.changed(Noun::Suite, suite.id);
    Ok(suite)
}

pub(crate) async fn suite_update(app: &App, _: &Caller, request: UpdateSuite) -> Result<Suite, ApiError> {
    let suite = find_suite(app, &request.id).await?;
    check_suite(app, request.description.as_deref().unwrap_or_default(), request.spec.as_ref()).await?;
    let UpdateSuite { name, description, spec, .. } = request;
    let suite = app.store.update_suite(suite.id, SuiteChange { name, description, spec }, app.now()).await?;
    app.changed(Noun::Suite, suite.id);
    Ok(suite)
}

pub(crate) async fn suite_delete(app: &App, _: &Caller, request: DeleteSuite) -> Result<Suite, ApiError> {
    let suite = find_suite(app, &request.id).await?;
    let suite = app.store.set_suite_deleted(suite.id, Some(app.now())).await?;
    app.changed(Noun::Suite, suite.id);
    Ok(suite)
}

pub(crate) async fn suite_undelete(app: &App, _: &Caller, request: UndeleteSuite) -> Result<Suite, ApiError> {
    let suite = app.store.set_suite_deleted(request.id, None).await?;
    app.changed(Noun::Suite, suite.id);
    Ok(suite)
}

pub(crate) async fn baseline_put(app: &App, _: &Caller, request: PutBaseline) -> Result<Suite, ApiError> {
    let suite = find_suite(app, &request.id).await?;
    if let Some(run) = request.run
        && !app.store.get_run(run).await?.status.is_terminal()
    {
        let message = format!("`{run}` has not ended, so nothing can be compared with it");
        return Err(ApiError { hint: "Wait for its end.".to_owned(), ..ApiError::invalid("run", message) });
    }
    let suite = app.store.set_baseline(suite.id, request.run).await?;
    app.changed(Noun::Suite, suite.id);
    Ok(suite)
}

/// All that is wrong with what a suite would run, before it is kept. That it can be run at all is said when it is.
pub(crate) async fn check_suite(
    app: &App,
    description: &str,
    spec: Option<&SuiteSpec>,
) -> Result<(), ApiError> {
    for (at, prompt) in spec.iter().flat_map(|spec| &spec.prompts).enumerate() {
        find_prompt(app, &PromptKey::Id(prompt.prompt_id)).await.map_err(|error| ApiError {
            at: ApiError::invalid(&format!("spec.prompts[{at}]"), "").at,
            ..error
        })?;
    }
    check_alone(description, spec)
}

/// The same but for what it names.
pub(super) fn check_alone(description: &str, spec: Option<&SuiteSpec>) -> Result<(), ApiError> {
    if description.chars().count() > MOST_DESCRIPTION {
        let message = format!("`description` has at most {MOST_DESCRIPTION} characters");
        return Err(ApiError::invalid("description", message));
    }
    let Some(spec) = spec else { return Ok(()) };
    if spec.cases.len() > MOST_OWN_CASES {
        return Err(ApiError {
            hint: "Put them into a dataset.".to_owned(),
            ..ApiError::invalid(
                "spec.cases",
                format!("a suite has at most {MOST_OWN_CASES} cases of its own"),
            )
        });
    }
    let thresholds = &spec.thresholds;
    let shares = [("passRate", thresholds.pass_rate), ("score", thresholds.score)];
    let metrics = thresholds.metrics.iter().map(|(name, least)| (name.as_str(), Some(*least)));
    for (name, share) in shares.into_iter().chain(metrics) {
        if share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            let path = format!("spec.thresholds.{name}");
            return Err(ApiError::invalid(&path, format!("`{name}` must be between 0 and 1")));
        }
    }
    let mut problems = Vec::new();
    let rules = std::iter::once(("spec".to_owned(), &spec.validations)).chain(
        spec.cases.iter().enumerate().map(|(at, case)| (format!("spec.cases[{at}]"), &*case.validations)),
    );
    for (place, validations) in rules {
        problems.extend(formaops_validate::check_validations(validations).into_iter().map(|problem| {
            let mut problem = Problem::from(problem);
            problem.at.path = format!("{place}.{}", problem.at.path);
            problem
        }));
    }
    if problems.is_empty() { Ok(()) } else { Err(ApiError::problems(ErrorCode::Invalid, problems)) }
}
