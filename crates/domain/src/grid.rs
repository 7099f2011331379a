//! The grid of a run: which of its cases are shown, and in which order.

use crate::{ErrorClass, NanoUsd, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What can be said of a case at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CaseMark {
    /// Some cell failed, or its answer did not hold.
    Failing,
    /// Repeats of some cell do not agree.
    Flaky,
    /// The first answers of its columns are not all the same.
    Different,
    /// Fewer of its answers hold than in the baseline.
    Regressed,
    /// More of its answers hold than in the baseline.
    Improved,
    /// A person has rated one of its answers.
    Rated,
    /// Nobody has rated any of its answers.
    Unrated,
}

/// What the cases of a grid are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GridSort {
    /// As they are in the run.
    #[default]
    Case,
    /// The mean score of its cells.
    Score,
    /// The mean time of its cells.
    Latency,
    /// What its cells cost together.
    Cost,
}

/// What executions come to: the newest generation of each cell. Those that have not ended count for nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CellFigures {
    /// How many have ended.
    pub ended: u32,
    /// How many failed, or were held against rules.
    pub checked: u32,
    /// How many were held against rules and pass.
    pub passed: u32,
    /// The mean score of those that have one.
    pub score: Option<f64>,
    /// What they cost together.
    pub cost_usd: NanoUsd,
    /// How long those that completed took; absent where none did.
    pub latency: Option<LatencyFigures>,
    /// How many failed for each reason, the most frequent first.
    pub failures: Vec<FailureCount>,
}

/// How long executions took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LatencyFigures {
    /// Half of them took no longer.
    pub p50_ms: Span,
    /// 95 of 100 took no longer.
    pub p95_ms: Span,
    /// The shortest.
    pub least_ms: Span,
    /// The longest.
    pub most_ms: Span,
    /// How many lie in each of 12 equal parts between these two.
    pub parts: Vec<u32>,
}

/// How many executions failed for a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FailureCount {
    /// The reason.
    pub class: ErrorClass,
    /// How many.
    pub count: u32,
}
