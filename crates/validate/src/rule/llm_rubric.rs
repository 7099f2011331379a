//! # llm-rubric
//!
//! **What it checks.** A model that judges finds that the answer meets a criterion. It says whether it passes, how well
//! from 0 to 1, and why. A judge that says anything else, or fails, is an error, under `not-` too.
//!
//! **Value.** The criterion, in words; or any JSON that tells it.
//!
//! **Threshold.** The least score that passes; the judge must say that it passes, too. Without one, its word counts.
//!
//! The judge is the `model` of the assertion, else the one that is set for judging. A `rubricPrompt` takes the place of the
//! usual instructions: a text or a list of messages, in which `{{output}}`, `{{rubric}}` and variables stand for their
//! values.
//!
//! **Example.**
//!
//! ```yaml
//! - type: llm-rubric
//!   value: Is polite, and does not promise a refund
//!   threshold: 0.8
//! ```
//!
//! **Differences from promptfoo.** The instructions are our own, and the answer is handed to the judge as JSON. A judge
//! that does not say whether it passes is an error, unless a threshold decides over its score; promptfoo lets it pass. In a
//! `rubricPrompt` only names are put in, without filters and blocks.

use super::{Case, Decided, Mistake, Rule, value};
use crate::{
    evaluate::Replay,
    finding::Finding,
    judge::{Question, pass_of, reason_of, unusable, verdict_of},
};
use formaops_domain::Assertion;
use serde_json::Value;

pub(super) const RULE: Rule =
    Rule { names: &["llm-rubric"], source: include_str!("llm_rubric.rs"), mistakes, decide, is_quick: false };

const TASK: &str = "You judge whether `output`, which another program wrote, meets the criterion `rubric`. Weigh all of \
    the output against all of the criterion and nothing else. Answer with \
    {\"reason\": \"one or two sentences\", \"pass\": true or false, \"score\": a number from 0 (not at all) to 1 (fully)}.";

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    if assertion.rubric_prompt.is_some() {
        return Vec::new();
    }
    value::required(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, replay: &mut Replay<'_>) -> Decided {
    if let Some(mistake) = mistakes(case.assertion).into_iter().next() {
        return Err(mistake.into());
    }
    let rubric = match &case.assertion.value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    let question = Question { task: TASK, given: &[("output", &case.text), ("rubric", &rubric)] };
    let said = question.ask(case.assertion, case.subject.inputs, replay)?;
    let verdict = verdict_of(said)?;
    let score = match verdict.get("score") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => text.trim().parse().ok().filter(|score: &f64| score.is_finite()),
        Some(score) => score.as_f64(),
    };
    let (holds, score) = match (pass_of(&verdict), score, case.assertion.threshold) {
        (Some(pass), None, None) => (pass, f64::from(u8::from(pass))),
        (Some(pass), None, Some(threshold)) => {
            let score = f64::from(u8::from(pass));
            (pass && score >= threshold, score)
        }
        (Some(pass), Some(score), threshold) => (pass && threshold.is_none_or(|least| score >= least), score),
        (None, Some(score), Some(threshold)) if !verdict.contains_key("pass") => (score >= threshold, score),
        _ => return Err(unusable(said, "`pass` as true or false")),
    };
    let score = score.clamp(0.0, 1.0);
    let message = reason_of(&verdict).map_or_else(
        || format!("the judge gave it {score}, and said that it {}", if holds { "passes" } else { "fails" }),
        str::to_owned,
    );
    Ok(Finding::new(holds, message).graded(score).with_detail(Value::Object(verdict)))
}
