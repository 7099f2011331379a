//! Datasets: made, found, renamed, changed row by row, and filled from what ran.

mod file;
mod fit;

pub use file::*;
pub use fit::{DatasetFit, FitProblem};

use super::{DatasetKey, limit, sensitive::MASK};
use crate::{ApiError, App, Caller, ErrorCode, Problem};
use formaops_domain::{
    Case, CaseSample, ColumnChange, Dataset, DatasetId, DatasetName, DatasetVersion, ExecutionId,
    ExecutionStatus, Noun, OutputPart, Page, Place, Validation,
};
use formaops_store::{
    CaseChanges, CaseFilter, CasesOnto, DatasetChange, DatasetFilter, MOST_OUTPUT_BYTES, NewCases,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeSet, convert::Infallible};

/// Asks for datasets.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListDatasets {
    /// Only those with this text in name or description, without regard to case.
    #[serde(default)]
    pub search: Option<String>,
    /// Only those in the bin.
    #[serde(default)]
    pub deleted: bool,
    /// Where to go on, from the page before.
    #[serde(default)]
    pub cursor: Option<String>,
    /// The most items, 1 to 1,000; 100 where absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Asks for a dataset.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetDataset {
    /// The dataset.
    pub id: DatasetKey,
}

/// Makes a dataset and its first version.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateDataset {
    /// Its name: unique without regard to case.
    pub name: DatasetName,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Its cases, in their order.
    #[serde(default)]
    pub cases: Vec<Case>,
    /// Why the first version was made.
    #[serde(default)]
    pub note: String,
    /// The same key and request within 24 hours answer with the dataset that was made the first time.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// Renames or describes a dataset; what is absent stays.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateDataset {
    /// The dataset.
    pub id: DatasetKey,
    /// A new name.
    #[serde(default)]
    pub name: Option<DatasetName>,
    /// A new description.
    #[serde(default)]
    pub description: Option<String>,
}

/// Takes a dataset out of the bin.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UndeleteDataset {
    /// The dataset.
    pub id: DatasetId,
}

/// Asks for the versions of a dataset.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListDatasetVersions {
    /// The dataset.
    pub id: DatasetKey,
    /// Where to go on, from the page before.
    #[serde(default)]
    pub cursor: Option<String>,
    /// The most items, 1 to 1,000; 100 where absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Changes rows and columns of a dataset.
///
/// Columns are changed first: cases that are given have the columns as they are afterwards. Positions are those of the
/// version that is changed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeDataset {
    /// The dataset.
    pub id: DatasetKey,
    /// The number of the version that is changed, which must be the newest.
    pub base: u32,
    /// What is done to columns, one after the other.
    #[serde(default)]
    pub columns: Vec<ColumnChange>,
    /// Cases in place of others.
    #[serde(default)]
    pub replaced: Vec<ReplacedCase>,
    /// The positions of cases that are taken out.
    #[serde(default)]
    pub removed: BTreeSet<u32>,
    /// Cases that are put in.
    #[serde(default)]
    pub inserted: Vec<InsertedCases>,
    /// Why.
    #[serde(default)]
    pub note: String,
    /// The same key and request within 24 hours answer with the version that was made the first time.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// A case in place of another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplacedCase {
    /// Where the other stands.
    pub position: u32,
    /// The case.
    pub case: Case,
}

/// Cases that are put in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InsertedCases {
    /// Before the case at this position; behind the last one at the number of cases, and where absent.
    #[serde(default)]
    pub before: Option<u32>,
    /// The cases, in their order.
    pub cases: Vec<Case>,
}

/// Asks for cases.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListCases {
    /// The dataset.
    pub id: DatasetKey,
    /// The number of the version; the newest where absent.
    #[serde(default)]
    pub version: Option<u32>,
    /// Only those from this position on.
    #[serde(default)]
    pub from: Option<u32>,
    /// Only those before this position.
    #[serde(default)]
    pub to: Option<u32>,
    /// Only those with this tag.
    #[serde(default)]
    pub tag: Option<String>,
    /// Only those with this text in name, inputs, expectation, tags or metadata, without regard to case.
    #[serde(default)]
    pub text: Option<String>,
    /// Of those, so many, chosen at random.
    #[serde(default)]
    pub sample: Option<u32>,
    /// By what they are chosen; the same number chooses the same cases. 0 where absent.
    #[serde(default)]
    pub seed: Option<u32>,
    /// Where to go on, from the page before.
    #[serde(default)]
    pub cursor: Option<String>,
    /// The most items, 1 to 1,000; 100 where absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Adds what ran to a dataset, as cases.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddExecutions {
    /// The dataset.
    pub id: DatasetKey,
    /// The executions, 1 to 1,000; their inputs become those of the cases.
    pub executions: Vec<ExecutionId>,
    /// Whether what was answered is what is expected from now on.
    #[serde(default)]
    pub expect_answer: bool,
    /// Why.
    #[serde(default)]
    pub note: String,
    /// The same key and request within 24 hours answer with the version that was made the first time.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// The most characters of a description and of a note.
const MOST_WORDS: usize = 16 << 10;
/// The most bytes of an answer that becomes what is expected.
const MOST_EXPECTED: u64 = MOST_OUTPUT_BYTES;

/// The dataset that a key means, outside the bin or in it.
pub(super) async fn find_dataset(app: &App, key: &DatasetKey) -> Result<Dataset, ApiError> {
    match key {
        DatasetKey::Id(id) => Ok(app.store.get_dataset(*id).await?),
        DatasetKey::Name(name) => app.store.find_dataset_by_name(name).await?.ok_or_else(|| {
            let hint = "`formaops dataset list` shows every dataset; it may be in the bin.";
            ApiError::not_found("dataset", name, hint)
        }),
    }
}

/// The same, for changing what it holds.
async fn find_changeable(app: &App, key: &DatasetKey) -> Result<Dataset, ApiError> {
    let dataset = find_dataset(app, key).await?;
    if dataset.deleted_at.is_some() {
        let message = format!("`{}` is in the bin", dataset.name);
        return Err(ApiError::new(ErrorCode::Conflict, message, "Take it out of the bin first."));
    }
    Ok(dataset)
}

pub(super) fn check_words(field: &str, text: &str) -> Result<(), ApiError> {
    let length = text.chars().count();
    if length > MOST_WORDS {
        let message = format!("`{field}` has at most {MOST_WORDS} characters, got {length}");
        return Err(ApiError::invalid(field, message));
    }
    Ok(())
}

/// What a case breaks, as the field and the message.
fn case_problem(case: &Case) -> Option<(&'static str, String)> {
    if let Some(threshold) = case.threshold.filter(|threshold| !(0.0..=1.0).contains(threshold)) {
        return Some(("threshold", format!("`threshold` must be between 0 and 1, got {threshold}")));
    }
    let mut names = BTreeSet::new();
    let wrong = |Validation { name, weight, .. }: &Validation| {
        if *weight < 0.0 {
            Some(format!("the weight of `{name}` must not be negative, got {weight}"))
        } else if names.insert(name.clone()) {
            None
        } else {
            Some(format!("there are two validations called `{name}`"))
        }
    };
    case.validations.iter().find_map(wrong).map(|message| ("validations", message))
}

/// Refuses cases that break a rule, each with its place.
pub(crate) fn check_cases<'a>(cases: impl IntoIterator<Item = (String, &'a Case)>) -> Result<(), ApiError> {
    let problems = cases.into_iter().filter_map(|(path, case)| {
        let (field, message) = case_problem(case)?;
        let at = Place { path: format!("{path}.{field}"), line: None, column: None };
        Some(Problem { message, hint: String::new(), at })
    });
    let problems: Vec<_> = problems.take(100).collect();
    if problems.is_empty() { Ok(()) } else { Err(ApiError::problems(ErrorCode::Invalid, problems)) }
}

fn new_cases(app: &App, caller: &Caller, dataset: DatasetId, onto: CasesOnto, note: String) -> NewCases {
    NewCases { dataset, onto, note, author: app.actor(caller), at: app.now() }
}

/// Saves cases that are all at hand.
async fn save(app: &App, new: NewCases, cases: Vec<Case>) -> Result<DatasetVersion, ApiError> {
    let dataset = new.dataset;
    let Ok(version) = app.store.save_cases(new, cases.into_iter().map(Ok::<_, Infallible>)).await?;
    app.changed(Noun::Dataset, dataset);
    Ok(version)
}

pub(crate) async fn dataset_list(
    app: &App,
    _: &Caller,
    request: ListDatasets,
) -> Result<Page<Dataset>, ApiError> {
    let filter = DatasetFilter { search: request.search, deleted: request.deleted };
    Ok(app.store.list_datasets(filter, request.cursor.as_deref(), limit(request.limit)?).await?)
}

pub(crate) async fn dataset_get(app: &App, _: &Caller, request: GetDataset) -> Result<Dataset, ApiError> {
    find_dataset(app, &request.id).await
}

pub(crate) async fn dataset_create(
    app: &App,
    caller: &Caller,
    request: CreateDataset,
) -> Result<Dataset, ApiError> {
    check_words("description", &request.description)?;
    check_words("note", &request.note)?;
    check_cases((0..).zip(&request.cases).map(|(place, case)| (format!("cases[{place}]"), case)))?;
    let onto = CasesOnto::New { name: request.name, description: request.description };
    let new = new_cases(app, caller, app.ids.dataset(), onto, request.note);
    let version = save(app, new, request.cases).await?;
    Ok(app.store.get_dataset(version.dataset_id).await?)
}

pub(crate) async fn dataset_update(
    app: &App,
    _: &Caller,
    request: UpdateDataset,
) -> Result<Dataset, ApiError> {
    check_words("description", request.description.as_deref().unwrap_or_default())?;
    let id = find_dataset(app, &request.id).await?.id;
    let change = DatasetChange { name: request.name, description: request.description };
    let dataset = app.store.update_dataset(id, change, app.now()).await?;
    app.changed(Noun::Dataset, id);
    Ok(dataset)
}

pub(crate) async fn dataset_delete(app: &App, _: &Caller, request: GetDataset) -> Result<Dataset, ApiError> {
    let id = find_dataset(app, &request.id).await?.id;
    let dataset = app.store.delete_dataset(id, app.now()).await?;
    app.changed(Noun::Dataset, id);
    Ok(dataset)
}

pub(crate) async fn dataset_undelete(
    app: &App,
    _: &Caller,
    request: UndeleteDataset,
) -> Result<Dataset, ApiError> {
    let dataset = app.store.undelete_dataset(request.id).await?;
    app.changed(Noun::Dataset, request.id);
    Ok(dataset)
}

pub(crate) async fn dataset_version_list(
    app: &App,
    _: &Caller,
    request: ListDatasetVersions,
) -> Result<Page<DatasetVersion>, ApiError> {
    let id = find_dataset(app, &request.id).await?.id;
    Ok(app.store.list_dataset_versions(id, request.cursor.as_deref(), limit(request.limit)?).await?)
}

pub(crate) async fn dataset_change(
    app: &App,
    caller: &Caller,
    request: ChangeDataset,
) -> Result<DatasetVersion, ApiError> {
    let ChangeDataset { id, base, columns, replaced, removed, inserted, note, .. } = request;
    check_words("note", &note)?;
    let given = (0..).zip(&replaced).map(|(place, one)| (format!("replaced[{place}].case"), &one.case));
    check_cases(given)?;
    for (place, one) in inserted.iter().enumerate() {
        let path = |case| format!("inserted[{place}].cases[{case}]");
        check_cases((0..).zip(&one.cases).map(|(number, case)| (path(number), case)))?;
    }
    let dataset = find_changeable(app, &id).await?;
    let cases = app.store.get_dataset_version(dataset.id, base).await?.cases;
    let mut changes = CaseChanges { columns, removed, ..CaseChanges::default() };
    changes.replaced = replaced.into_iter().map(|one| (one.position, one.case)).collect();
    for InsertedCases { before, cases: given } in inserted {
        changes.inserted.entry(before.unwrap_or(cases)).or_default().extend(given);
    }
    let new = new_cases(app, caller, dataset.id, CasesOnto::InPlaceOf(base), note);
    let version = app.store.change_cases(base, new, changes).await?;
    app.changed(Noun::Dataset, dataset.id);
    Ok(version)
}

pub(crate) async fn case_list(app: &App, _: &Caller, request: ListCases) -> Result<Page<Case>, ApiError> {
    let dataset = find_dataset(app, &request.id).await?;
    let seed = u64::from(request.seed.unwrap_or(0));
    let filter = CaseFilter {
        from: request.from,
        to: request.to,
        tag: request.tag,
        text: request.text,
        sample: request.sample.map(|size| CaseSample { size, seed }),
    };
    let number = request.version.unwrap_or(dataset.head);
    let limit = limit(request.limit)?;
    Ok(app.store.list_dataset_cases(dataset.id, number, &filter, request.cursor.as_deref(), limit).await?)
}

pub(crate) async fn dataset_add_executions(
    app: &App,
    caller: &Caller,
    request: AddExecutions,
) -> Result<DatasetVersion, ApiError> {
    check_words("note", &request.note)?;
    let count = request.executions.len();
    if !(1..=1000).contains(&count) {
        let message = format!("`executions` must be 1 to 1,000, got {count}");
        return Err(ApiError::invalid("executions", message));
    }
    let dataset = find_changeable(app, &request.id).await?;
    let mut cases = Vec::new();
    for (place, execution) in request.executions.into_iter().enumerate() {
        cases.push(case_of(app, place, execution, request.expect_answer).await?);
    }
    let new = new_cases(app, caller, dataset.id, CasesOnto::Behind(dataset.head), request.note);
    save(app, new, cases).await
}

/// The case of an execution.
async fn case_of(app: &App, place: usize, id: ExecutionId, expect_answer: bool) -> Result<Case, ApiError> {
    let record = app.store.get_execution_record(id).await?;
    let refused = |message: String, hint: &str| {
        Err(ApiError { hint: hint.to_owned(), ..ApiError::invalid(&format!("executions[{place}]"), message) })
    };
    let masked = record.inputs.iter().find(|(_, value)| value.as_str() == Some(MASK));
    if let Some((name, _)) = masked {
        let message = format!("the value of `{name}` was not kept with `{id}`: the variable is sensitive");
        return refused(message, "Leave it out, and write the case by hand with a value that may be kept.");
    }
    // One of a suite takes its name, its rules and what it expects along.
    let mut case = Case { position: 0, inputs: record.inputs, ..record.case };
    if !expect_answer {
        return Ok(case);
    }
    if record.execution.status != ExecutionStatus::Completed {
        let message = format!("`{id}` has no whole answer that could be expected");
        return refused(message, "Leave it out, or add it without its answer.");
    }
    let window = app.store.get_output(id, OutputPart::Text, 0, MOST_EXPECTED).await?;
    if (window.text.len() as u64) < window.total {
        let message = format!("the answer of `{id}` has {} bytes", window.total);
        return refused(message, "Add it without its answer: what is expected has at most 1 MiB.");
    }
    case.expected = Some(record.validated_output.unwrap_or(Value::String(window.text)));
    Ok(case)
}
