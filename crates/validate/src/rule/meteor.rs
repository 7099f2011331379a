//! # meteor
//!
//! **What it checks.** How near the answer is to reference texts, by METEOR (Banerjee and Lavie, 2005,
//! <https://aclanthology.org/W05-0909>): the words that both have, or whose stems both have, weighed so that what is missing
//! counts more than what is too much, and lowered the more often their order differs. The nearest reference counts. Words
//! stand between blanks; full stops at their ends, and capital letters, make no difference.
//!
//! **Value.** A reference, or a list of them.
//!
//! **Threshold.** The least score that passes, 0.5 where there is none.
//!
//! **Example.**
//!
//! ```yaml
//! - type: meteor
//!   value: The cat sat on the mat.
//! ```
//!
//! **Differences from promptfoo.** Words that mean the same are not matched: promptfoo asks WordNet, which its users
//! install by themselves. `alpha`, `beta` and `gamma` stand in `config`. Texts have at most 10,000 words.

use super::{Case, Decided, Mistake, Rule, similarity, value};
use crate::{
    evaluate::Replay,
    finding::{Finding, Halt},
    ngrams::share,
    stem::stem,
};
use formaops_domain::{Assertion, JsonObject};
use serde_json::Value;

pub(super) const RULE: Rule =
    Rule { names: &["meteor"], source: include_str!("meteor.rs"), mistakes, decide, is_quick: false };

/// The most words of a text.
const MOST_WORDS: usize = 10_000;

/// How precision and recall, and order, are weighed.
struct Weights {
    alpha: f64,
    beta: f64,
    gamma: f64,
}

/// Words of the answer and of the reference that match, by their places.
type Matches = Vec<(usize, usize)>;

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    value::texts(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let references = value::texts(case.assertion)?;
    similarity::check_lengths(&case.text, &references)?;
    let answer = words(&case.text);
    let references: Vec<Vec<String>> = references.iter().map(|text| words(text)).collect();
    if references.iter().chain([&answer]).any(|words| words.len() > MOST_WORDS) {
        let message = format!("a text has more than {MOST_WORDS} words, which are too many for `meteor`");
        return Err(Halt::Error(format!("{message}. Use `rouge-n`, or shorten it with a `transform`")));
    }
    if case.text.trim().is_empty() {
        return Ok(Finding::new(false, "the answer is empty").graded(0.0));
    }
    let weights = weights(&case.assertion.config);
    let best = references.iter().map(|reference| score(&answer, reference, &weights)).fold(0.0, f64::max);
    Ok(similarity::finding("METEOR", best, case.assertion.threshold.unwrap_or(0.5)))
}

fn weights(config: &JsonObject) -> Weights {
    let number = |name: &str, otherwise| config.get(name).and_then(Value::as_f64).unwrap_or(otherwise);
    Weights { alpha: number("alpha", 0.9), beta: number("beta", 3.0), gamma: number("gamma", 0.5) }
}

/// The words between blanks; blanks at the ends have an empty word beside them, as in JavaScript.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> =
        text.to_lowercase().split_whitespace().map(|word| word.trim_end_matches('.').to_owned()).collect();
    if text.starts_with(char::is_whitespace) || text.is_empty() {
        words.insert(0, String::new());
    }
    if text.ends_with(char::is_whitespace) {
        words.push(String::new());
    }
    words
}

fn score(answer: &[String], reference: &[String], weights: &Weights) -> f64 {
    let (mut left, mut right): (Vec<usize>, Vec<usize>) =
        ((0..answer.len()).collect(), (0..reference.len()).collect());
    let mut matches = Matches::new();
    pair(&mut left, &mut right, &mut matches, answer, reference);
    let stems = |words: &[String]| words.iter().map(|word| stem(word)).collect::<Vec<_>>();
    pair(&mut left, &mut right, &mut matches, &stems(answer), &stems(reference));
    if matches.is_empty() {
        return 0.0;
    }
    matches.sort_unstable();
    let precision = share(matches.len(), answer.len());
    let recall = share(matches.len(), reference.len());
    let mean = precision * recall / (weights.alpha * precision + (1.0 - weights.alpha) * recall);
    let is_next = |pair: &[(usize, usize)]| pair[1] == (pair[0].0 + 1, pair[0].1 + 1);
    let chunks = 1 + matches.windows(2).filter(|pair| !is_next(pair)).count();
    (1.0 - weights.gamma * share(chunks, matches.len()).powf(weights.beta)) * mean
}

/// Pairs what is the same, from the last words on, and takes it out of what is left.
fn pair(
    left: &mut Vec<usize>,
    right: &mut Vec<usize>,
    matches: &mut Matches,
    answer: &[String],
    reference: &[String],
) {
    for at in (0..left.len()).rev() {
        let found = right.iter().rposition(|there| answer[left[at]] == reference[*there]);
        if let Some(found) = found {
            matches.push((left.remove(at), right.remove(found)));
        }
    }
}
