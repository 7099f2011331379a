//! # levenshtein
//!
//! **What it checks.** How many letters must be added, removed or replaced to make the answer the same as a text
//! (<https://en.wikipedia.org/wiki/Levenshtein_distance>); at most the threshold.
//!
//! **Value.** The text. It can be empty.
//!
//! **Threshold.** The most changes that pass, 5 where there is none.
//!
//! **Example.**
//!
//! ```yaml
//! - type: levenshtein
//!   value: Paris
//!   threshold: 2
//! ```
//!
//! **Differences from promptfoo.** Where the lengths alone differ by more than the threshold, the distance is not worked
//! out further. Texts that differ in parts of more than about 14,000 letters each (200,000,000 pairs of letters) are an
//! error.

use super::{Case, Decided, Mistake, Rule};
use crate::{
    evaluate::Replay,
    finding::{Finding, Halt},
    problem::ProblemCode,
};
use formaops_domain::Assertion;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    names: &["levenshtein"],
    source: include_str!("levenshtein.rs"),
    mistakes,
    decide,
    is_quick: false,
};

/// The most pairs of letters that are compared.
const MOST_PAIRS: usize = 200_000_000;

fn wanted(assertion: &Assertion) -> Result<&str, Mistake> {
    assertion.value.as_ref().and_then(Value::as_str).ok_or_else(|| {
        let message = format!("`{}` needs a text as its value", assertion.name);
        Mistake::new("value", ProblemCode::WrongType, message, "Write the `value` as a text")
    })
}

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    wanted(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let wanted = wanted(case.assertion)?;
    let threshold = case.assertion.threshold.unwrap_or(5.0);
    // As in JavaScript a letter is a unit of UTF-16.
    let (answer, wanted): (Vec<u16>, Vec<u16>) =
        (case.text.encode_utf16().collect(), wanted.encode_utf16().collect());
    let least = answer.len().abs_diff(wanted.len());
    if as_number(least) > threshold {
        let message = format!("the answer is at least {least} changes away from the text, above {threshold}");
        return Ok(Finding::new(false, message));
    }
    let (answer, wanted) = without_common_ends(&answer, &wanted);
    if answer.len().saturating_mul(wanted.len()) > MOST_PAIRS {
        return Err(Halt::Error(format!(
            "the answer and the text differ in parts of {} and {} letters, which is too long to be compared. Compare \
             a part of it with a `transform`, or use `rouge-n`",
            answer.len(),
            wanted.len()
        )));
    }
    let distance = distance(answer, wanted);
    let holds = as_number(distance) <= threshold;
    let side = if holds { "not above" } else { "above" };
    Ok(Finding::new(
        holds,
        format!("the answer is {distance} changes away from the text, {side} {threshold}"),
    ))
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52 letters")]
pub(super) fn as_number(count: usize) -> f64 {
    count as f64
}

/// What is left of two texts without what they begin and end with in common.
fn without_common_ends<'a>(one: &'a [u16], other: &'a [u16]) -> (&'a [u16], &'a [u16]) {
    let start = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let (one, other) = (&one[start..], &other[start..]);
    let end = one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count();
    (&one[..one.len() - end], &other[..other.len() - end])
}

/// The distance, in time of the product of both lengths and memory of one row.
fn distance(one: &[u16], other: &[u16]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, there) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != there);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}
