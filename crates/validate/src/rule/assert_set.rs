//! # assert-set
//!
//! **What it checks.** Several validations as one. Without a threshold all of them must hold; with one, the weighted mean
//! of their scores decides. `detail` has the result of each as `parts`; their named metrics count, weighed by the
//! weight of the set.
//!
//! **Value.** None; the validations stand in `assert`. They can be of any kind, but no sets.
//!
//! **Threshold.** The least mean score that passes.
//!
//! **Example.**
//!
//! ```yaml
//! - type: assert-set
//!   threshold: 0.5
//!   assert:
//!     - {type: contains, value: refund}
//!     - {type: word-count, value: {max: 80}}
//! ```
//!
//! A set in which something could not be decided, such as a judge that did not answer, does not hold, whatever the mean is;
//! `detail` says what as `undecided`. Its weight of 0 takes it out of the mean, and it must hold all the same.
//!
//! **Differences from promptfoo.** `not-assert-set` is there too. What only alerts counts for nothing here either. There the
//! error of a judge is a score of 0, which a threshold may outweigh.

use super::{Case, Decided, Mistake, Rule};
use crate::{
    check::rule_mistakes,
    conclude::{Tally, UNDECIDED},
    evaluate::{Replay, decide as decide_part},
    finding::{Finding, Halt},
    problem::ProblemCode,
};
use formaops_domain::{Assertion, Validation, ValidationResult, ValidationRule, Verdict};
use serde_json::{Map, Value, json};

pub(super) const RULE: Rule =
    Rule { names: &["assert-set"], source: include_str!("assert_set.rs"), mistakes, decide, is_quick: false };

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    if assertion.assert.is_empty() {
        let message = format!("`{}` has no validations", assertion.name);
        let hint = "Add them under `assert`";
        return vec![Mistake::new("assert", ProblemCode::Missing, message, hint)];
    }
    let parts = assertion.assert.iter().enumerate();
    parts
        .flat_map(|(index, part)| {
            let found = if is_set(part) {
                let message = "a set has no sets in it";
                vec![Mistake::new(
                    "rule.type",
                    ProblemCode::BadDeclaration,
                    message,
                    "Put its validations here",
                )]
            } else {
                rule_mistakes(part, true)
            };
            let inside = move |mistake: Mistake| Mistake {
                field: format!("assert[{index}].{}", mistake.field),
                ..mistake
            };
            found.into_iter().map(inside)
        })
        .collect()
}

fn is_set(part: &Validation) -> bool {
    matches!(&part.rule, ValidationRule::Assertion(assertion) if assertion.name.ends_with("assert-set"))
}

fn decide(case: &Case<'_>, replay: &mut Replay<'_>) -> Decided {
    let parts = &case.assertion.assert;
    if parts.is_empty() || parts.iter().any(is_set) {
        return Err(Halt::Error("a set needs validations in it that are no sets themselves".to_owned()));
    }
    let mut results = Vec::with_capacity(parts.len());
    for part in parts.iter().filter(|part| !part.off) {
        results.push((part, decide_part(part, case.subject, replay).map_err(Halt::Ask)?));
    }
    let tally = Tally::of(&results, case.assertion.threshold);
    let undecided =
        results.iter().find(|(part, result)| result.verdict == Verdict::Error && part.weight != 0.0);
    if let (Some((_, part)), true) = (undecided, case.is_inverse) {
        // Whether the set does not hold is not known either.
        return Err(Halt::Error(format!("`{}` could not be decided: {}", part.name, part.message)));
    }
    let finding = Finding::new(tally.passes, in_words(&results, &tally, case.assertion.threshold));
    let results: Vec<&ValidationResult> = results.iter().map(|(_, result)| result).collect();
    let mut detail = json!({"parts": results});
    if let Some(undecided) = &tally.undecided {
        detail[UNDECIDED] = undecided.as_str().into();
    }
    if !tally.metrics.is_empty() {
        let scores: Map<String, Value> =
            tally.metrics.iter().map(|(name, mean)| (name.clone(), mean.value().into())).collect();
        let weights: Map<String, Value> =
            tally.metrics.iter().map(|(name, mean)| (name.clone(), mean.weight.into())).collect();
        detail["namedScores"] = Value::Object(scores);
        detail["namedScoreWeights"] = Value::Object(weights);
    }
    Ok(finding.graded(tally.score).with_detail(detail))
}

fn in_words(results: &[(&Validation, ValidationResult)], tally: &Tally, threshold: Option<f64>) -> String {
    if let Some(undecided) = &tally.undecided {
        return undecided.clone();
    }
    if let Some(threshold) = threshold {
        let side = if tally.passes { "not below" } else { "below" };
        return format!("the score of the set is {:.2}, {side} its threshold {threshold}", tally.score);
    }
    match results.iter().find(|(_, result)| result.verdict != Verdict::Pass) {
        Some((_, result)) if !tally.passes => format!("`{}` does not hold: {}", result.name, result.message),
        _ => "all of the set hold".to_owned(),
    }
}
