//! # bleu
//!
//! **What it checks.** How near the answer is to reference texts, by BLEU (Papineni and others, 2002,
//! <https://doi.org/10.3115/1073083.1073135>): the geometric mean of the shares of its sequences of 1 to 4 words that
//! are in a reference too, lowered for answers that are shorter. Words stand between blanks; capital and small letters are
//! the same.
//!
//! **Value.** A reference, or a list of them.
//!
//! **Threshold.** The least score that passes, 0.5 where there is none.
//!
//! **Example.**
//!
//! ```yaml
//! - type: bleu
//!   value: The cat sat on the mat.
//!   threshold: 0.6
//! ```
//!
//! **Differences from promptfoo.** Answers and references have at most 1 MiB.

use super::{Case, Decided, Mistake, Rule, similarity, value};
use crate::{
    evaluate::Replay,
    ngrams::{counts, overlap, share, words},
};
use formaops_domain::Assertion;

pub(super) const RULE: Rule =
    Rule { names: &["bleu"], source: include_str!("bleu.rs"), mistakes, decide, is_quick: false };

/// The longest sequences that are looked at.
const LONGEST: usize = 4;

/// What a share of nothing counts as, since its logarithm is taken.
const NOTHING: f64 = 1e-7;

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    value::texts(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let references = value::texts(case.assertion)?;
    similarity::check_lengths(&case.text, &references)?;
    let score = score(&case.text, &references);
    Ok(similarity::finding("BLEU", score, case.assertion.threshold.unwrap_or(0.5)))
}

fn score(answer: &str, references: &[&str]) -> f64 {
    if answer.trim().is_empty() {
        return 0.0;
    }
    let answer = words(answer);
    let references: Vec<Vec<String>> = references.iter().map(|text| words(text)).collect();
    let shares: Vec<f64> = (1..=LONGEST.min(answer.len()))
        .map(|length| {
            let found = counts(&answer, length);
            let common = references.iter().map(|words| overlap(&found, &counts(words, length))).max();
            share(common.unwrap_or(0), answer.len() + 1 - length)
        })
        .collect();
    let logarithms: f64 = shares.iter().map(|share| if *share == 0.0 { NOTHING } else { *share }.ln()).sum();
    let mean = logarithms / share(shares.len(), 1);
    let nearest = references
        .iter()
        .map(Vec::len)
        .min_by_key(|length| (length.abs_diff(answer.len()), *length))
        .unwrap_or(0);
    let brevity = if answer.len() > nearest { 1.0 } else { (1.0 - share(nearest, answer.len())).exp() };
    brevity * mean.exp()
}
