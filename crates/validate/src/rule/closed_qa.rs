//! # model-graded-closedqa
//!
//! **What it checks.** A model that judges finds that the answer to a question meets a criterion, yes or no.
//!
//! **Value.** The criterion, in words.
//!
//! **Threshold.** None.
//!
//! The judge is the `model` of the assertion, else the one that is set for judging. In a `rubricPrompt`, `{{input}}`,
//! `{{criteria}}` and `{{completion}}` stand for the prompt, the criterion and the answer; the judge may then also end what
//! it says with `Y` or `N`.
//!
//! **Example.**
//!
//! ```yaml
//! - type: model-graded-closedqa
//!   value: Names the opening hours
//! ```
//!
//! **Differences from promptfoo.** The instructions are our own. `not-` turns it round; promptfoo ignores it there. A judge
//! that says neither is an error.

use super::{Case, Decided, Mistake, Rule, value};
use crate::{
    evaluate::Replay,
    finding::Finding,
    judge::{Question, pass_of, reason_of, unusable, verdict_of},
};
use formaops_domain::Assertion;
use serde_json::json;

pub(super) const RULE: Rule = Rule {
    names: &["model-graded-closedqa"],
    source: include_str!("closed_qa.rs"),
    mistakes,
    decide,
    is_quick: false,
};

const TASK: &str = "You judge whether `completion`, which another program wrote in answer to `input`, meets the criterion \
    `criteria`. Think it through, then decide. Answer with \
    {\"reason\": \"one or two sentences\", \"pass\": true or false}.";

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    value::text(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, replay: &mut Replay<'_>) -> Decided {
    let criteria = value::text(case.assertion)?;
    let given = [("input", case.subject.prompt), ("criteria", criteria), ("completion", case.text.as_ref())];
    let question = Question { task: TASK, given: &given };
    let said = question.ask(case.assertion, case.subject.inputs, replay)?;
    let (holds, reason) = match verdict_of(said) {
        Ok(verdict) => match pass_of(&verdict) {
            Some(pass) => (pass, reason_of(&verdict).map(str::to_owned)),
            None => return Err(unusable(said, "`pass` as true or false")),
        },
        Err(halt) => match said.trim_end().chars().next_back() {
            Some('Y') if case.assertion.rubric_prompt.is_some() => (true, None),
            Some('N') if case.assertion.rubric_prompt.is_some() => (false, None),
            _ => return Err(halt),
        },
    };
    let verb = if holds { "meets" } else { "does not meet" };
    let message = reason.unwrap_or_else(|| format!("the judge said that the answer {verb} the criterion"));
    Ok(Finding::new(holds, message).with_detail(json!({"pass": holds})))
}
