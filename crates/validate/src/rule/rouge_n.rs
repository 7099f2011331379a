//! # rouge-n
//!
//! **What it checks.** How many words the answer and a reference text have in common, by ROUGE-1 (Lin, 2004,
//! <https://aclanthology.org/W04-1013>): the harmonic mean of the share of the answer's words that are in the reference
//! and of the reference's that are in the answer. Words are those of the Penn Treebank, where `don't` is two and
//! punctuation counts; capital and small letters are the same.
//!
//! **Value.** The reference.
//!
//! **Threshold.** The least score that passes, 0.75 where there is none.
//!
//! **Example.**
//!
//! ```yaml
//! - type: rouge-n
//!   value: The cat sat on the mat.
//!   threshold: 0.6
//! ```
//!
//! **Differences from promptfoo.** Which of two quotation marks opens is told by the blank before it alone. Answers and
//! references have at most 1 MiB.

use super::{Case, Decided, Mistake, Rule, similarity, value};
use crate::{
    evaluate::Replay,
    ngrams::{counts, overlap, share},
    treebank::treebank_words,
};
use formaops_domain::Assertion;
use serde_json::Value;

pub(super) const RULE: Rule =
    Rule { names: &["rouge-n"], source: include_str!("rouge_n.rs"), mistakes, decide, is_quick: false };

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    match &assertion.value {
        Some(Value::String(_)) => Vec::new(),
        _ => value::text(assertion).err().into_iter().collect(),
    }
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let reference = match &case.assertion.value {
        Some(Value::String(text)) => text.as_str(),
        _ => value::text(case.assertion)?,
    };
    similarity::check_lengths(&case.text, &[reference])?;
    let answer = treebank_words(&case.text.to_lowercase());
    let reference = treebank_words(&reference.to_lowercase());
    let common = overlap(&counts(&answer, 1), &counts(&reference, 1));
    // The harmonic mean of both shares.
    let score = if common == 0 { 0.0 } else { share(2 * common, answer.len() + reference.len()) };
    Ok(similarity::finding("ROUGE-1", score, case.assertion.threshold.unwrap_or(0.75)))
}
