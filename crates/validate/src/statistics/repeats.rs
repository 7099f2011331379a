//! What repeats of a case say.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How likely tries are to pass, over all cases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PassAt {
    /// How many tries.
    pub k: u32,
    /// How likely at least one of them passes (pass@k).
    pub any: f64,
    /// How likely all of them pass (pass^k).
    pub every: f64,
}

/// pass@k of a case: how likely at least one of `k` tries passes, where `passed` of `repeats` did. `None` where
/// there are not so many repeats, or `k` is 0.
///
/// The unbiased estimator of M. Chen et al., "Evaluating Large Language Models Trained on Code", 2021, section 2.1.
#[must_use]
pub fn pass_at(k: u32, passed: u32, repeats: u32) -> Option<f64> {
    Some(1.0 - all_of(k, repeats.checked_sub(passed)?, repeats)?)
}

/// pass^k of a case: how likely all of `k` tries pass, where `passed` of `repeats` did. `None` as with [`pass_at`].
///
/// The unbiased estimator of S. Yao et al., "τ-bench: A Benchmark for Tool-Agent-User Interaction in Real-World
/// Domains", 2024, section 4.
#[must_use]
pub fn every_pass(k: u32, passed: u32, repeats: u32) -> Option<f64> {
    all_of(k, passed, repeats)
}

/// How likely `k` that are drawn of `repeats` are all among the `some`: C(some, k) / C(repeats, k).
fn all_of(k: u32, some: u32, repeats: u32) -> Option<f64> {
    if k == 0 || k > repeats || some > repeats {
        return None;
    }
    Some((0..k).map(|drawn| f64::from(some.saturating_sub(drawn)) / f64::from(repeats - drawn)).product())
}

/// Whether the repeats of a case disagree.
#[must_use]
pub const fn is_flaky(passed: u32, repeats: u32) -> bool {
    0 < passed && passed < repeats
}
