//! # factuality, model-graded-factuality
//!
//! **What it checks.** A model that judges compares the facts in the answer with those of a reference, and says which holds:
//! A, the answer has some of them; B, it has them and more; C, both have the same; D, they contradict each other; E, they
//! differ in nothing that matters for facts. All pass but D.
//!
//! **Value.** The reference.
//!
//! **Threshold.** None. In `config`, `subset`, `superset`, `agree`, `disagree` and `differButFactual` can give A to E other
//! scores than 1, 1, 1, 0 and 1; what scores above 0 passes.
//!
//! The judge is the `model` of the assertion, else the one that is set for judging. In a `rubricPrompt`, `{{input}}`,
//! `{{ideal}}` and `{{completion}}` stand for the prompt, the reference and the answer.
//!
//! **Example.**
//!
//! ```yaml
//! - type: factuality
//!   value: The Eiffel Tower was completed in 1889.
//! ```
//!
//! **Differences from promptfoo.** The instructions are our own. `not-` turns it round; promptfoo ignores it there. The
//! judge must answer with JSON, also to a `rubricPrompt`.

use super::{Case, Decided, Mistake, Rule, value};
use crate::{
    evaluate::Replay,
    finding::Finding,
    judge::{Question, reason_of, unusable, verdict_of},
};
use formaops_domain::{Assertion, JsonObject};
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    names: &["factuality", "model-graded-factuality"],
    source: include_str!("factuality.rs"),
    mistakes,
    decide,
    is_quick: false,
};

const TASK: &str = "You compare the facts in `completion`, which another program wrote in answer to `input`, with those \
    in the reference `ideal`. Style, grammar and order make no difference. Choose what holds: A, the completion has a part \
    of the reference's facts and contradicts none; B, it has all of them and further ones that contradict none; C, both \
    have the same facts; D, they contradict each other; E, they differ in ways that do not matter for the facts. Answer \
    with {\"reason\": \"one or two sentences\", \"category\": \"A\", \"B\", \"C\", \"D\" or \"E\"}.";

/// The letters, the names of their scores, those scores, and what they mean.
const CATEGORIES: [(&str, &str, f64, &str); 5] = [
    ("A", "subset", 1.0, "the answer has a part of the facts of the reference"),
    ("B", "superset", 1.0, "the answer has the facts of the reference, and more"),
    ("C", "agree", 1.0, "the answer has the same facts as the reference"),
    ("D", "disagree", 0.0, "the answer contradicts the reference"),
    ("E", "differButFactual", 1.0, "the answer differs from the reference in nothing that matters"),
];

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    value::text(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, replay: &mut Replay<'_>) -> Decided {
    let ideal = value::text(case.assertion)?;
    let given = [("input", case.subject.prompt), ("ideal", ideal), ("completion", case.text.as_ref())];
    let question = Question { task: TASK, given: &given };
    let said = question.ask(case.assertion, case.subject.inputs, replay)?;
    let verdict = verdict_of(said)?;
    let chosen = verdict.get("category").and_then(Value::as_str).map(|letter| letter.trim().to_uppercase());
    let category = CATEGORIES.iter().find(|(letter, ..)| chosen.as_deref() == Some(letter));
    let Some((_, name, usual, meaning)) = category else {
        return Err(unusable(said, "a `category` from A to E"));
    };
    let score = score(&case.assertion.config, name).unwrap_or(*usual).clamp(0.0, 1.0);
    let message = reason_of(&verdict).unwrap_or(meaning).to_owned();
    Ok(Finding::new(score > 0.0, message).graded(score).with_detail(Value::Object(verdict)))
}

fn score(config: &JsonObject, name: &str) -> Option<f64> {
    config.get(name).and_then(Value::as_f64)
}
