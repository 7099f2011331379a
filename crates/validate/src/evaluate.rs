//! A rule is decided by replay: it is evaluated from its start with the answers to what it asked so far, until it
//! asks for nothing more.

use crate::{
    finding::{Finding, Halt, Score},
    problem::{MESSAGE_LIMIT, bounded},
    rule,
};
use formaops_domain::{
    Answer, Ask, Finish, JsonObject, Metrics, ModelRef, OnFailure, ToolCall, ToolDefinition, Validation,
    ValidationResult, ValidationRule, Verdict,
};

/// What is known of an answer.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The answer's text; before the model is called, the rendered prompt.
    pub output: &'a str,
    /// The tools that the model asks for.
    pub tool_calls: &'a [ToolCall],
    /// The tools that it was told of.
    pub tools: &'a [ToolDefinition],
    /// Why the model stopped, where it is known.
    pub finish: Option<&'a Finish>,
    /// The values of the variables.
    pub inputs: &'a JsonObject,
    /// The rendered prompt as text.
    pub prompt: &'a str,
    /// The model that answered.
    pub model: &'a ModelRef,
    /// Tokens, cost and times.
    pub metrics: &'a Metrics,
    /// What is noted with the case.
    pub metadata: &'a JsonObject,
}

/// Where the evaluation of a rule stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// It is decided.
    Done(ValidationResult),
    /// It needs to know something first. Whoever finds it out calls [`evaluate`] again with one more answer.
    Ask(Ask),
}

/// Evaluates a validation, given the answers to what it asked so far, in the order it asked.
///
/// The same arguments always come to the same step. Whether the validation is off is for the caller to see.
#[must_use]
pub fn evaluate(validation: &Validation, subject: &Subject<'_>, answers: &[Answer]) -> Step {
    let mut replay = Replay::new(answers);
    match decide(validation, subject, &mut replay) {
        Ok(result) => Step::Done(result),
        Err(ask) => Step::Ask(ask),
    }
}

/// The result of a validation, or what it needs to know first.
pub(crate) fn decide(
    validation: &Validation,
    subject: &Subject<'_>,
    replay: &mut Replay<'_>,
) -> Result<ValidationResult, Ask> {
    match rule::decide(validation, subject, replay) {
        Ok(finding) => Ok(settled(validation, Ok(finding))),
        Err(Halt::Error(why)) => Ok(settled(validation, Err(why))),
        Err(Halt::Ask(ask)) => Err(ask),
    }
}

/// The result of a validation whose rule found something, or could not be decided for a reason.
///
/// As in promptfoo, what counts for nothing passes, whatever was found; a set of assertions does not. What could not be
/// found out does not either.
pub(crate) fn settled(validation: &Validation, found: Result<Finding, String>) -> ValidationResult {
    let (weight, metric) = (validation.weight, validation.metric.clone());
    let result = |verdict, score, message: &str| {
        // Nobody sees a NUL, and a text that SQLite reads from JSON ends at it.
        let message = bounded(message, MESSAGE_LIMIT).replace('\0', "␀");
        ValidationResult {
            weight,
            metric,
            ..ValidationResult::new(&validation.name, verdict, score, message)
        }
    };
    let Finding { holds, score, mut message, detail } = match found {
        Ok(finding) => finding,
        Err(why) => return result(Verdict::Error, 0.0, &why),
    };
    let verdict = if holds || counts_for_nothing(validation) { Verdict::Pass } else { Verdict::Fail };
    if verdict == Verdict::Pass && !holds {
        message.push_str(" (it counts for nothing)");
    }
    let score = match score {
        Score::OfVerdict => f64::from(u8::from(holds)),
        Score::Graded(score) | Score::Kept(score) => score.clamp(0.0, 1.0),
    };
    ValidationResult { detail, ..result(verdict, score, &message) }
}

/// Whether a result means that the answer has failed as a whole, where no threshold decides.
pub(crate) fn fails(validation: &Validation, result: &ValidationResult) -> bool {
    result.verdict != Verdict::Pass
        && validation.on_failure != OnFailure::Alert
        && !counts_for_nothing(validation)
}

/// Whether a validation passes whatever its rule finds. Of a set, the weight of 0 only takes it out of the mean.
///
/// Source: `runAssertion` and `AssertionsResult` in `src/assertions` of promptfoo.
pub(crate) fn counts_for_nothing(validation: &Validation) -> bool {
    let is_set =
        matches!(&validation.rule, ValidationRule::Assertion(assertion) if !assertion.assert.is_empty());
    validation.weight == 0.0 && !is_set
}

/// The answers that are there, taken one after the other.
pub(crate) struct Replay<'a> {
    answers: std::slice::Iter<'a, Answer>,
}

impl<'a> Replay<'a> {
    pub(crate) fn new(answers: &'a [Answer]) -> Self {
        Self { answers: answers.iter() }
    }

    /// The next answer, or the question that it would answer. One that failed ends the rule with its reason.
    pub(crate) fn ask(&mut self, ask: impl FnOnce() -> Ask) -> Result<&'a Answer, Halt> {
        match self.answers.next() {
            Some(Answer::Failed(why)) => Err(Halt::Error(why.clone())),
            Some(answer) => Ok(answer),
            None => Err(Halt::Ask(ask())),
        }
    }
}
