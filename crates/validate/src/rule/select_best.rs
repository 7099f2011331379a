//! # select-best
//!
//! **What it checks.** Of the answers of several columns to one case, a model that judges finds this one the best. So it is
//! there in suites and comparisons only, and decided once for all answers of a case.
//!
//! It is decided once everything of the run has ended, and the run ends with it. A column whose answer failed is left out. Two
//! columns of which only one has the rule cannot be compared: give it to the suite or the case. It is no part of a set, has
//! no opposite, and the model is not asked again for it.
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

use super::{Case, Decided, Mistake, Rule, base_name, value};
use crate::{
    evaluate::{Replay, settled},
    finding::{Finding, Halt},
    judge::{Question, reason_of, unusable, verdict_of},
    problem::ProblemCode,
};
use formaops_domain::{
    Answer, Ask, Assertion, JsonObject, OnFailure, Validation, ValidationPhase, ValidationResult,
    ValidationRule,
};
use serde_json::{Value, json};

pub(super) const RULE: Rule = Rule {
    names: &["select-best"],
    source: include_str!("select_best.rs"),
    mistakes,
    decide,
    is_quick: false,
};

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
    let is_inverse = (assertion.name != "select-best").then(|| {
        let message = "`select-best` has no opposite: of several answers only one is the best";
        Mistake::new(
            "type",
            ProblemCode::NotAnOption,
            message,
            "Write `select-best`, or use another assertion",
        )
    });
    value::text(assertion).err().into_iter().chain(is_inverse).collect()
}

/// What is wrong with where an assertion stands that is decided after all others.
pub(crate) fn misplaced(validation: &Validation, in_set: bool) -> Option<Mistake> {
    let ValidationRule::Assertion(assertion) = &validation.rule else { return None };
    if base_name(&assertion.name).0 != "select-best" {
        return None;
    }
    let mistake = |field: &str, message: &str, hint: &str| {
        Some(Mistake::new(field, ProblemCode::BadDeclaration, message, hint))
    };
    if in_set {
        let message =
            "`select-best` is decided once all answers to a case are there, so it cannot be part of a set";
        return mistake("rule.type", message, "Move it out of the set");
    }
    if validation.phase == ValidationPhase::Before {
        let message = "`select-best` compares answers, and before the model is called there are none";
        return mistake("phase", message, "Let it check the answer");
    }
    if matches!(validation.on_failure, OnFailure::Retry { .. }) {
        let message =
            "`select-best` is decided once all answers are there, so the model cannot be asked again";
        return mistake("onFailure", message, "Let it fail or alert");
    }
    None
}

/// A single answer cannot be compared.
fn decide(_: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let message = "`select-best` compares the answers of several columns, and there is only this one. Use it in a suite \
                   or a comparison";
    Err(Halt::Error(message.to_owned()))
}

/// Chooses the best of the answers to one case, given the answers to what was asked so far.
///
/// `validation` is one that [compares answers](Validation::compares_answers); others, and fewer than two outputs, come out as errors.
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
