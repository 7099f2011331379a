//! # select-best
//!
//! **What it checks.** Of the answers of several columns to one case, a model that judges finds this one the best. So it is
//! there in suites and comparisons only, and decided once for all answers of a case.
//!
//! **Value.** The criterion, in words.
//!
//! **Threshold.** None.
//!
//! The judge is the `model` of the assertion, else the one that is set for judging. In a `rubricPrompt`, `{{criteria}}` and
//! `{{outputs}}` stand for the criterion and a JSON list of the answers; the judge may then also say only the number.
//!
//! **Example.**
//!
//! ```yaml
//! - type: select-best
//!   value: The clearest explanation for a child
//! ```
//!
//! **Differences from promptfoo.** The instructions are our own. A judge that names none of the answers is an error.

use super::{Case, Decided, Mistake, Rule, value};
use crate::{
    evaluate::{Replay, settled},
    finding::{Finding, Halt},
    judge::{Question, reason_of, unusable, verdict_of},
};
use formaops_domain::{Answer, Ask, Assertion, JsonObject, Validation, ValidationResult, ValidationRule};
use serde_json::{Value, json};

pub(super) const RULE: Rule =
    Rule { names: &["select-best"], source: include_str!("select_best.rs"), mistakes, decide };

const TASK: &str = "You choose which of the texts in the list `outputs`, which other programs wrote, meets the criterion \
    `criteria` best. Their order says nothing. Answer with \
    {\"reason\": \"one or two sentences\", \"best\": the number of the text, where the first is 0}.";

/// Where a comparison of answers stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Comparison {
    /// It is decided: a result an answer, in order.
    Done(Vec<ValidationResult>),
    /// It needs to know something first.
    Ask(Ask),
}

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    value::text(assertion).err().into_iter().collect()
}

/// A single answer cannot be compared.
fn decide(_: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let message = "`select-best` compares the answers of several columns, and there is only this one. Use it in a suite \
                   or a comparison";
    Err(Halt::Error(message.to_owned()))
}

/// Whether a validation compares several answers, so that [`select_best`] decides it.
#[must_use]
pub fn is_comparison(validation: &Validation) -> bool {
    matches!(&validation.rule, ValidationRule::Assertion(assertion) if assertion.name == "select-best")
}

/// Chooses the best of the answers to one case, given the answers to what was asked so far.
///
/// `validation` is one for which [`is_comparison`] is true; others, and fewer than two outputs, come out as errors.
#[must_use]
pub fn select_best(
    validation: &Validation,
    outputs: &[&str],
    inputs: &JsonObject,
    answers: &[Answer],
) -> Comparison {
    let mut replay = Replay::new(answers);
    match choose(validation, outputs, inputs, &mut replay) {
        Ok((best, reason)) => {
            let finding = |index: usize| {
                let verb = if index == best { "chose" } else { "did not choose" };
                Finding::new(index == best, format!("the judge {verb} this answer: {reason}"))
                    .with_detail(json!({"best": best}))
            };
            Comparison::Done(
                (0..outputs.len()).map(|index| settled(validation, Ok(finding(index)))).collect(),
            )
        }
        Err(Halt::Ask(ask)) => Comparison::Ask(ask),
        Err(Halt::Error(why)) => {
            let error = settled(validation, Err(why));
            Comparison::Done(vec![error; outputs.len()])
        }
    }
}

/// The number of the best answer, and why it is the best.
fn choose(
    validation: &Validation,
    outputs: &[&str],
    inputs: &JsonObject,
    replay: &mut Replay<'_>,
) -> Result<(usize, String), Halt> {
    let ValidationRule::Assertion(assertion) = &validation.rule else {
        return Err(Halt::Error("it does not compare answers".to_owned()));
    };
    let criteria = value::text(assertion)?;
    if outputs.len() < 2 {
        return Err(Halt::Error("there are no two answers to compare".to_owned()));
    }
    let listed = json!(outputs).to_string();
    let question = Question { task: TASK, given: &[("criteria", criteria), ("outputs", &listed)] };
    let said = question.ask(assertion, inputs, replay)?;
    let (best, reason) = match verdict_of(said) {
        Ok(verdict) => {
            (verdict.get("best").and_then(Value::as_u64), reason_of(&verdict).unwrap_or(criteria).to_owned())
        }
        Err(halt) if assertion.rubric_prompt.is_none() => return Err(halt),
        Err(_) => (first_number(said), criteria.to_owned()),
    };
    let best = best.and_then(|best| usize::try_from(best).ok()).filter(|best| *best < outputs.len());
    best.map(|best| (best, reason))
        .ok_or_else(|| unusable(said, &format!("the number of an answer from 0 to {}", outputs.len() - 1)))
}

fn first_number(text: &str) -> Option<u64> {
    text.split(|c: char| !c.is_ascii_digit()).find(|digits| !digits.is_empty())?.parse().ok()
}
