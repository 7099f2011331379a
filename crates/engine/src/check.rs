//! What is sent and what is answered, against the rules: also those that have to ask for something first.

use crate::aside::{LITTLE, aside};
use formaops_domain::{
    Answer, Execution, Feedback, Finish, JsonObject, Metrics, ModelRef, OnFailure, ToolCall, ToolDefinition,
    Validation, ValidationPhase, ValidationResult, ValidationStatus, Verdict, ports::Asks,
};
use formaops_validate::{Step, Subject, conclude, evaluate, is_quick};
use futures::future::join_all;
use serde_json::Value;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The most that one rule can ask for; whatever asks for more goes round in circles.
const MOST_ASKS: usize = 32;

/// What rules are decided from.
#[derive(Clone)]
pub struct Facts {
    /// The rules.
    pub validations: Arc<[Validation]>,
    /// Those of them that are decided.
    pub phase: ValidationPhase,
    /// The answer; before the model is called, the rendered prompt.
    pub output: String,
    /// The tools that the model was told of.
    pub tools: Vec<ToolDefinition>,
    /// The tools that it asks to be called.
    pub tool_calls: Vec<ToolCall>,
    /// Why it stopped.
    pub finish: Option<Finish>,
    /// The inputs as they are stored: sensitive values are masked.
    pub inputs: Arc<JsonObject>,
    /// The rendered prompt.
    pub prompt: String,
    /// The model that answered.
    pub model: ModelRef,
    /// Times, tokens and cost.
    pub metrics: Metrics,
    /// What is noted with the case.
    pub metadata: Arc<JsonObject>,
    /// The score from which on the answer passes.
    pub threshold: Option<f64>,
}

/// What came of the rules.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// All of them together.
    pub status: ValidationStatus,
    /// The weighted mean of their scores, where there were any.
    pub score: Option<f64>,
    /// What each says, in their order.
    pub results: Vec<ValidationResult>,
    /// The answer as JSON, where a rule found it valid.
    pub validated: Option<Value>,
}

/// How far the rules came before anything was asked.
enum Begun {
    /// All are decided.
    Checked(Checked),
    /// One of them needs to know more: the step of each, by its place.
    Steps(Vec<(usize, Step)>),
}

impl Checked {
    /// Nothing was checked.
    #[must_use]
    pub fn skipped() -> Self {
        Self { status: ValidationStatus::Skipped, ..Self::default() }
    }
}

impl Facts {
    /// Whether there is a rule to be decided.
    #[must_use]
    pub fn asks_for_something(&self) -> bool {
        self.rules().next().is_some()
    }

    /// Whether there is a rule that waits for the other answers to the case.
    pub(crate) fn is_contested(&self) -> bool {
        self.validations.iter().any(Validation::compares_answers)
    }

    /// Decides all rules of the phase where none of them needs to know more; `None` where one does. It may take long.
    #[must_use]
    pub fn check_alone(&self) -> Option<Checked> {
        match self.begin() {
            Begun::Checked(checked) => Some(checked),
            Begun::Steps(_) => None,
        }
    }

    /// Decides all rules of the phase, each for itself. What they need to know is asked in the name of an execution.
    pub async fn check(
        self: &Arc<Self>,
        asks: &dyn Asks,
        execution: &Execution,
        cancel: &CancellationToken,
        closing: &CancellationToken,
    ) -> Checked {
        let facts = Arc::clone(self);
        // A rule may look through much text, and the streams of others share this thread.
        let begun = aside(self.is_little(), move || facts.begin()).await;
        let steps = match begun {
            Some(Begun::Checked(checked)) => return checked,
            Some(Begun::Steps(steps)) => steps,
            None => return self.conclude(self.rules().map(|at| self.broken(at)).collect()),
        };
        let decided =
            steps.into_iter().map(|(at, step)| self.decide(asks, execution, cancel, closing, at, step));
        let results = join_all(decided).await;
        let facts = Arc::clone(self);
        let concluded = aside(self.is_little(), move || facts.conclude(results)).await;
        concluded.unwrap_or_else(|| Checked { status: ValidationStatus::Failed, ..Checked::default() })
    }

    /// Whether all rules of the phase are decided in next to no time.
    fn is_little(&self) -> bool {
        self.output.len() <= LITTLE && self.rules().all(|at| is_quick(&self.validations[at]))
    }

    /// Evaluates all rules of the phase, and concludes where none of them needs to know more.
    fn begin(&self) -> Begun {
        let steps: Vec<_> = self.rules().map(|at| (at, self.step(at, &[]))).collect();
        if steps.iter().any(|(_, step)| matches!(step, Step::Ask(_))) {
            return Begun::Steps(steps);
        }
        let results = steps.into_iter().filter_map(|(at, step)| match step {
            Step::Done(result) => Some((at, result)),
            Step::Ask(_) => None,
        });
        Begun::Checked(self.conclude(results.collect()))
    }

    /// The places of the rules of this phase.
    fn rules(&self) -> impl Iterator<Item = usize> {
        let is_due = |(_, rule): &(usize, &Validation)| {
            !rule.off && rule.phase == self.phase && !rule.compares_answers()
        };
        self.validations.iter().enumerate().filter(is_due).map(|(at, _)| at)
    }

    fn step(&self, at: usize, answers: &[Answer]) -> Step {
        let subject = Subject {
            output: &self.output,
            tools: &self.tools,
            tool_calls: &self.tool_calls,
            finish: self.finish.as_ref(),
            inputs: &self.inputs,
            prompt: &self.prompt,
            model: &self.model,
            metrics: &self.metrics,
            metadata: &self.metadata,
        };
        evaluate(&self.validations[at], &subject, answers)
    }

    async fn decide(
        self: &Arc<Self>,
        asks: &dyn Asks,
        execution: &Execution,
        cancel: &CancellationToken,
        closing: &CancellationToken,
        at: usize,
        mut step: Step,
    ) -> (usize, ValidationResult) {
        let mut answers = Vec::new();
        loop {
            let ask = match step {
                Step::Done(result) => return (at, result),
                Step::Ask(_) if answers.len() == MOST_ASKS => return self.broken(at),
                Step::Ask(ask) => ask,
            };
            answers.push(tokio::select! {
                biased;
                () = cancel.cancelled() => failed("it was cancelled before this was decided"),
                () = closing.cancelled() => failed("FormaOps was closed before this was decided: grade it again"),
                answer = asks.answer(execution, ask) => answer,
            });
            let (facts, known) = (Arc::clone(self), answers.clone());
            match aside(false, move || facts.step(at, &known)).await {
                Some(next) => step = next,
                None => return self.broken(at),
            }
        }
    }

    /// What is said where FormaOps itself is at fault.
    fn broken(&self, at: usize) -> (usize, ValidationResult) {
        let message =
            "FormaOps failed while it decided this. This is a defect: report it where it happens again.";
        (at, ValidationResult::new(&self.validations[at].name, Verdict::Error, 0.0, message))
    }

    fn conclude(&self, results: Vec<(usize, ValidationResult)>) -> Checked {
        let named: Vec<_> = results.into_iter().map(|(at, result)| (&self.validations[at], result)).collect();
        let conclusion = conclude(&named, &self.output, self.threshold);
        Checked {
            status: conclusion.status,
            score: (!named.is_empty()).then_some(conclusion.score),
            results: named.into_iter().map(|(_, result)| result).collect(),
            validated: conclusion.validated,
        }
    }

    /// What the model is told where it is asked again: every rule that fails the answer asks for that, and none has had
    /// its times. `round` is how often it has been asked again before.
    pub(crate) fn feedback(&self, checked: &Checked, round: u8) -> Option<Feedback> {
        if checked.status != ValidationStatus::Failed {
            return None;
        }
        let failing = self.rules().zip(&checked.results).filter_map(|(at, result)| {
            let rule = &self.validations[at];
            let counts = rule.on_failure != OnFailure::Alert && rule.weight > 0.0;
            (counts && result.verdict != Verdict::Pass).then_some((rule, result))
        });
        let mut reasons = String::new();
        for (rule, result) in failing {
            let asks_again = matches!(rule.on_failure, OnFailure::Retry { times } if round < times);
            if !asks_again || result.verdict == Verdict::Error {
                return None;
            }
            reasons += &format!("- {}: {}\n", rule.name, result.message);
        }
        if reasons.is_empty() {
            return None;
        }
        let is_short = self.output.len() <= Feedback::MOST_ANSWER_BYTES;
        Some(Feedback { round: round + 1, answer: is_short.then(|| self.output.clone()), reasons })
    }
}

fn failed(why: &str) -> Answer {
    Answer::Failed(why.to_owned())
}
