//! The grid of a run: which of its cases are shown, and in which order.

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
