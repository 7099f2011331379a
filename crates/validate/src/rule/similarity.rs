//! What the rules have in common that measure how near an answer is to reference texts.

use crate::finding::{Finding, Halt};

/// The longest text in bytes that is measured.
const LIMIT: usize = 1 << 20;

/// Refuses texts that would take too long.
pub(super) fn check_lengths(answer: &str, references: &[&str]) -> Result<(), Halt> {
    let longest = references.iter().map(|text| text.len()).chain([answer.len()]).max().unwrap_or(0);
    if longest <= LIMIT {
        return Ok(());
    }
    Err(Halt::Error(format!(
        "a text of {longest} bytes is too long to be measured; the most is {LIMIT}. Use `contains` or `regex`, or \
         shorten it with a `transform`"
    )))
}

/// What a score of nearness means under a threshold.
pub(super) fn finding(title: &str, score: f64, threshold: f64) -> Finding {
    let holds = score >= threshold;
    let side = if holds { "not below" } else { "below" };
    Finding::new(holds, format!("the {title} score of the answer is {score:.4}, {side} {threshold}"))
        .graded(score)
}
