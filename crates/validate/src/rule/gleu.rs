//! # gleu
//!
//! **What it checks.** How near the answer is to reference texts, by GLEU (Wu and others, 2016,
//! <https://arxiv.org/abs/1609.08144>): of all sequences of 1 to 4 words, the share of the answer's that are in the
//! reference, or the share of the reference's that are in the answer, whichever is less. The nearest reference counts.
//! Words stand between blanks; full stops at their ends, and capital letters, make no difference.
//!
//! **Value.** A reference, or a list of them.
//!
//! **Threshold.** The least score that passes, 0.5 where there is none.
//!
//! **Example.**
//!
//! ```yaml
//! - type: gleu
//!   value: [The cat sat on the mat., A cat was on the mat.]
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
    Rule { names: &["gleu"], source: include_str!("gleu.rs"), mistakes, decide, is_quick: false };

/// The longest sequences that are looked at.
const LONGEST: usize = 4;

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    value::texts(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let references = value::texts(case.assertion)?;
    similarity::check_lengths(&case.text, &references)?;
    let answer = without_stops(&case.text);
    let scores = references.iter().map(|reference| score(&answer, &without_stops(reference)));
    let best = scores.fold(0.0, f64::max);
    Ok(similarity::finding("GLEU", best, case.assertion.threshold.unwrap_or(0.5)))
}

/// The words of a text without the full stops at their ends; none where nothing is left of any.
fn without_stops(text: &str) -> Vec<String> {
    let words: Vec<String> =
        words(text).into_iter().map(|word| word.trim_end_matches('.').to_owned()).collect();
    if words.iter().all(String::is_empty) { Vec::new() } else { words }
}

fn score(answer: &[String], reference: &[String]) -> f64 {
    if answer.is_empty() || reference.is_empty() {
        return 0.0;
    }
    let (mut common, mut of_answer, mut of_reference) = (0, 0, 0);
    for length in 1..=LONGEST {
        common += overlap(&counts(answer, length), &counts(reference, length));
        of_answer += (answer.len() + 1).saturating_sub(length);
        of_reference += (reference.len() + 1).saturating_sub(length);
    }
    share(common, of_answer.max(of_reference))
}
