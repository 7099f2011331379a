//! What failed before: in a run of the workspace, or by a file of results.

use crate::call::{call, usage};
use formaops_api::{ApiError, Session, handlers::GridRow};
use formaops_domain::{Case, CaseMark, ContentHash, JsonObject, Page, RunId, canonical_hash};
use formaops_promptfoo::ConfigCase;
use serde::Deserialize;
use serde_json::json;
use std::{
    collections::HashSet,
    convert::Infallible,
    fs,
    path::{Path, PathBuf},
    str::FromStr,
};

/// Where it is said what failed.
#[derive(Debug, Clone)]
pub(super) enum Earlier {
    Run(RunId),
    /// Results as promptfoo writes them, in JSON, or in JSONL by its name.
    File(PathBuf),
}

impl FromStr for Earlier {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.parse().map_or_else(|_| Self::File(text.into()), Self::Run))
    }
}

impl Earlier {
    /// The run, where only one will do.
    pub(super) fn run(&self) -> Result<RunId, ApiError> {
        match self {
            Self::Run(run) => Ok(*run),
            Self::File(file) => Err(ApiError {
                hint: "`formaops runs list` shows them. A file of results belongs to a configuration, `-c`."
                    .to_owned(),
                ..usage(format!("`{}` is not the id of a run", file.display()))
            }),
        }
    }
}

/// What failed.
pub(super) enum Failed {
    /// Cases by their names.
    Cases(HashSet<ContentHash>),
    /// Tests by the hashes of their variables, as results have no other name for them.
    Tests(HashSet<[u8; 32]>),
}

impl Failed {
    pub(super) async fn of(session: &Session, earlier: &Earlier) -> Result<Self, ApiError> {
        match earlier {
            Earlier::Run(run) => Ok(Self::Cases(in_run(session, *run).await?)),
            Earlier::File(file) => Ok(Self::Tests(in_file(file)?)),
        }
    }

    /// Whether a case of a configuration is among it; `kept` is the case as the dataset keeps it.
    pub(super) fn has(&self, case: &ConfigCase, kept: impl FnOnce() -> Case) -> bool {
        match self {
            Self::Cases(cases) => cases.contains(&kept().hash()),
            Self::Tests(tests) => tests.contains(&hash(case.vars.as_ref().unwrap_or(&case.case.inputs))),
        }
    }
}

/// The names of the cases that failed in a run.
async fn in_run(session: &Session, run: RunId) -> Result<HashSet<ContentHash>, ApiError> {
    let (mut failing, mut cursor) = (HashSet::new(), None);
    loop {
        let request = json!({ "id": run, "mark": CaseMark::Failing, "cursor": cursor, "limit": 200 });
        let page: Page<GridRow> = call(session, "grid_list", request).await?;
        failing.extend(page.items.iter().map(|row| row.case.hash()));
        cursor = page.next;
        if cursor.is_none() {
            return Ok(failing);
        }
    }
}

#[derive(Deserialize)]
struct Output {
    results: Results,
}

#[derive(Deserialize)]
struct Results {
    results: Vec<TestResult>,
}

#[derive(Deserialize)]
struct TestResult {
    success: bool,
    #[serde(default)]
    vars: JsonObject,
}

fn in_file(file: &Path) -> Result<HashSet<[u8; 32]>, ApiError> {
    let name = file.display();
    let text = fs::read(file).map_err(|error| ApiError {
        hint: "Name a run by its id, or a file of results that `-o` has written.".to_owned(),
        ..usage(format!("`{name}` cannot be read: {error}"))
    })?;
    let results = if file.extension().is_some_and(|ending| ending == "jsonl") {
        serde_json::Deserializer::from_slice(&text).into_iter().collect::<Result<Vec<TestResult>, _>>()
    } else {
        serde_json::from_slice(&text).map(|Output { results }| results.results)
    };
    let results = results.map_err(|error| ApiError {
        hint: "Name a file of results that `eval -c … -o` or promptfoo has written, in JSON or JSONL."
            .to_owned(),
        ..usage(format!("`{name}` holds no results: {error}"))
    })?;
    Ok(results.iter().filter(|result| !result.success).map(|result| hash(&result.vars)).collect())
}

/// The hash of variables but those that promptfoo adds while it runs.
///
/// Source: `isRuntimeVar` in `src/util`.
fn hash(vars: &JsonObject) -> [u8; 32] {
    let own: JsonObject = vars
        .iter()
        .filter(|(name, _)| !name.starts_with('_') && *name != "sessionId")
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    canonical_hash(&own)
}
