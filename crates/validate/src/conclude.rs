//! What the results of an answer's validations come to together.

use crate::{
    evaluate::{counts_for_nothing, fails},
    json::read_json,
};
use formaops_domain::{
    OnFailure, Validation, ValidationPhase, ValidationResult, ValidationRule, ValidationStatus, Verdict,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the validations of an answer come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Conclusion {
    /// Skipped where there are no results, else whether the answer passes.
    pub status: ValidationStatus,
    /// The weighted mean of the scores, from 0 to 1; 1 where there are none, or none that can fail the answer.
    pub score: f64,
    /// The weighted mean of each named metric.
    pub metrics: BTreeMap<String, f64>,
    /// The answer as JSON, where a rule asks for JSON and the answer passes.
    pub validated: Option<Value>,
}

/// Takes the results of an answer together, as promptfoo does.
///
/// With a threshold the weighted mean of the scores decides alone; without one, every result must pass. What only
/// alerts counts for neither, but for its metric. Where a judge, or whatever else a rule needs, did not answer, the whole
/// does not pass: what is not known is no part of a mean.
#[must_use]
pub fn conclude(
    results: &[(&Validation, ValidationResult)],
    output: &str,
    threshold: Option<f64>,
) -> Conclusion {
    let Tally { score, passes, metrics, .. } = Tally::of(results, threshold);
    let status = match (results, passes) {
        ([], _) => ValidationStatus::Skipped,
        (_, true) => ValidationStatus::Passed,
        (_, false) => ValidationStatus::Failed,
    };
    let validated = match status {
        ValidationStatus::Passed => validated(results, output),
        _ => None,
    };
    let metrics = metrics.into_iter().map(|(name, mean)| (name, mean.value())).collect();
    Conclusion { status, score, metrics, validated }
}

/// The answer as the last rule that asks for JSON reads it.
fn validated(results: &[(&Validation, ValidationResult)], output: &str) -> Option<Value> {
    let asks_for_json = |(validation, result): &&(&Validation, ValidationResult)| {
        let is_json = match &validation.rule {
            ValidationRule::Schema { .. } => true,
            ValidationRule::Assertion(assertion) => {
                assertion.name == "is-json" && assertion.transform.is_none()
            }
            ValidationRule::Regex { .. } | ValidationRule::Function { .. } => false,
        };
        is_json && validation.phase == ValidationPhase::After && result.verdict == Verdict::Pass
    };
    results.iter().rfind(asks_for_json)?;
    read_json(output).ok().map(|found| found.value)
}

/// Scores taken together.
pub(crate) struct Tally {
    pub(crate) score: f64,
    pub(crate) passes: bool,
    /// What could not be decided, and so cannot be weighed, in words.
    pub(crate) undecided: Option<String>,
    pub(crate) metrics: BTreeMap<String, Mean>,
}

impl Tally {
    pub(crate) fn of(results: &[(&Validation, ValidationResult)], threshold: Option<f64>) -> Self {
        let (mut whole, mut metrics) = (Mean::default(), BTreeMap::<String, Mean>::new());
        let (mut all_pass, mut all_alert, mut open) = (true, true, None);
        for (validation, result) in results {
            let weight = validation.weight;
            if validation.on_failure != OnFailure::Alert {
                all_alert = false;
                all_pass &= !fails(validation, result);
                open = open.or_else(|| undecided(validation, result));
                whole.add(result.score, weight);
            }
            if let Some(name) = &validation.metric {
                metrics.entry(name.clone()).or_default().add(result.score, weight);
            }
            for (name, score, part) in named_scores(result) {
                if validation.metric.as_deref() != Some(name) {
                    metrics.entry(name.to_owned()).or_default().add(score, part * weight);
                }
            }
        }
        if all_alert {
            return Self { score: 1.0, passes: true, undecided: None, metrics };
        }
        let score = whole.value();
        let passes = threshold.map_or(all_pass, |threshold| score >= threshold && open.is_none());
        Self { score, passes, undecided: open, metrics }
    }
}

/// Where a set tells what of it could not be decided.
pub(crate) const UNDECIDED: &str = "undecided";

/// What of a validation that counts could not be decided. A function that throws is no such thing: it has been given the
/// answer, and does not accept it.
fn undecided(validation: &Validation, result: &ValidationResult) -> Option<String> {
    if counts_for_nothing(validation) || is_function(validation) {
        return None;
    }
    if result.verdict == Verdict::Error {
        return Some(format!("`{}` could not be decided: {}", result.name, result.message));
    }
    result.detail.as_ref()?.get(UNDECIDED)?.as_str().map(str::to_owned)
}

fn is_function(validation: &Validation) -> bool {
    match &validation.rule {
        ValidationRule::Function { .. } => true,
        ValidationRule::Assertion(assertion) => {
            matches!(assertion.name.as_str(), "javascript" | "not-javascript")
        }
        ValidationRule::Schema { .. } | ValidationRule::Regex { .. } => false,
    }
}

/// The metrics that a result brings along, each with its score and its weight.
fn named_scores(result: &ValidationResult) -> impl Iterator<Item = (&str, f64, f64)> {
    let part = |name| result.detail.as_ref().and_then(|detail| detail.get(name)).and_then(Value::as_object);
    let weights = part("namedScoreWeights");
    part("namedScores").into_iter().flatten().filter_map(move |(name, score)| {
        let weight = weights.and_then(|weights| weights.get(name)).and_then(Value::as_f64);
        Some((name.as_str(), score.as_f64()?, weight.unwrap_or(1.0)))
    })
}

/// A weighted mean.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mean {
    sum: f64,
    pub(crate) weight: f64,
}

impl Mean {
    fn add(&mut self, score: f64, weight: f64) {
        self.sum += score * weight;
        self.weight += weight;
    }

    /// The mean; 0 where nothing counts.
    pub(crate) fn value(self) -> f64 {
        if self.weight > 0.0 { self.sum / self.weight } else { 0.0 }
    }
}
