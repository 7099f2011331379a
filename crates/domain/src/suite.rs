//! Suites: what is run together to find out whether prompts are any good.

use crate::{
    Case, DatasetId, ModelRef, NanoUsd, Parameters, PromptId, RunId, SuiteId, SuiteName, Timestamp,
    Validation,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A named set of prompts, models, cases and rules that is run as one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Suite {
    /// Its identity, which renaming does not change.
    pub id: SuiteId,
    /// Its name: unique in the workspace without regard to case.
    pub name: SuiteName,
    /// What it is for; may be empty.
    pub description: String,
    /// What is run.
    pub spec: SuiteSpec,
    /// The run that later ones are compared with.
    pub baseline: Option<RunId>,
    /// Its newest run.
    pub last_run: Option<RunId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed; runs do not count.
    pub updated_at: Timestamp,
    /// When it was put in the bin; deleting can be undone.
    pub deleted_at: Option<Timestamp>,
}

impl Suite {
    /// A suite that has no run yet.
    #[must_use]
    pub const fn new(
        id: SuiteId,
        name: SuiteName,
        description: String,
        spec: SuiteSpec,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            name,
            description,
            spec,
            baseline: None,
            last_run: None,
            created_at,
            updated_at: created_at,
            deleted_at: None,
        }
    }
}

/// What a suite runs: each prompt on each model, for each case, so many times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SuiteSpec {
    /// The prompts, in the order of the columns.
    #[serde(default)]
    pub prompts: Vec<SuitePrompt>,
    /// The models; where there are none, each version runs on the model it suggests.
    #[serde(default)]
    pub models: Vec<SuiteModel>,
    /// The dataset whose cases are run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<SuiteDataset>,
    /// Cases of its own, before those of the dataset.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<Case>,
    /// The rules for every answer, beside those of the version and of the case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub validations: Vec<Validation>,
    /// How often each cell is executed, from 1.
    #[serde(default = "one")]
    pub repeats: u32,
    /// What a run must reach.
    #[serde(default, skip_serializing_if = "Thresholds::is_empty")]
    pub thresholds: Thresholds,
}

impl Default for SuiteSpec {
    fn default() -> Self {
        Self {
            prompts: Vec::new(),
            models: Vec::new(),
            dataset: None,
            cases: Vec::new(),
            validations: Vec::new(),
            repeats: 1,
            thresholds: Thresholds::default(),
        }
    }
}

const fn one() -> u32 {
    1
}

/// A prompt of a suite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SuitePrompt {
    /// The prompt.
    pub prompt_id: PromptId,
    /// `v12`, a label, a branch, or the start of a version's hash; the head where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// A model of a suite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SuiteModel {
    /// The model.
    pub model: ModelRef,
    /// Parameters over those of the version.
    #[serde(default)]
    pub parameters: Parameters,
    /// What it is called, where the suite has it twice or cases name it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The prompts of the suite that it is asked; all where it names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompts: Vec<PromptId>,
}

impl SuiteModel {
    /// A model that is asked every prompt.
    #[must_use]
    pub const fn new(model: ModelRef, parameters: Parameters) -> Self {
        Self { model, parameters, label: String::new(), prompts: Vec::new() }
    }

    /// Whether it is asked a prompt.
    #[must_use]
    pub fn is_asked(&self, prompt: PromptId) -> bool {
        self.prompts.is_empty() || self.prompts.contains(&prompt)
    }
}

/// The dataset of a suite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SuiteDataset {
    /// The dataset.
    pub dataset_id: DatasetId,
    /// The number of its version; the newest where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

/// What a run of a suite must reach to count as good. What is absent asks for nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Thresholds {
    /// The least share of cells that pass, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_rate: Option<f64>,
    /// The least mean score, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// The most that the run may cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<NanoUsd>,
    /// The least mean of named metrics, from 0 to 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<String, f64>,
}

impl Thresholds {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a run has of the suite it belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunSuite {
    /// The suite.
    pub id: SuiteId,
    /// Its name now.
    pub name: SuiteName,
    /// The run that this one is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<RunId>,
    /// How many cases it has.
    pub cases: u32,
    /// What it must reach.
    #[serde(default, skip_serializing_if = "Thresholds::is_empty")]
    pub thresholds: Thresholds,
    /// Whether what has not begun is left out once every column is better or worse than its baseline for sure.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stop_when_decided: bool,
    /// What was decided, where that has ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<EarlyStop>,
}

/// Why a run of a suite was ended before all of its cases had run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EarlyStop {
    /// How many cases were held against the baseline, in their order.
    pub cases: u32,
    /// The chance, at most, that any of what was decided is wrong.
    pub alpha: f64,
    /// What was decided of each column.
    pub columns: Vec<DecidedColumn>,
}

/// A column that is better or worse than its baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecidedColumn {
    /// The column, from 0.
    pub variant: u32,
    /// Whether it is better; else it is worse.
    pub better: bool,
    /// How likely so much evidence ever is where there is no difference, however often it is looked at.
    pub p: f64,
}
