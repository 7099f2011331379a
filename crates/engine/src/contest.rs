//! Rules that hold the answers to a case against each other: decided once everything of a run has ended, before the run
//! itself does.
//!
//! No execution waits for another: each has ended, with its answer kept, and only its verdict is open. So nothing holds a
//! slot or memory here, a kill loses nothing but what was being asked, and a cancel ends it at once.

use crate::{core::Core, handle::EngineError};
use formaops_domain::{
    Answer, EventBody, RunId, Validation, ValidationPhase, ValidationResult, Verdict,
    ports::{Contest, Contestant, LateVerdict},
};
use formaops_validate::{Comparison, conclude, select_best};
use futures::future::join_all;
use tokio_util::sync::CancellationToken;

/// The most that one rule can ask for; whatever asks for more goes round in circles.
const MOST_ASKS: usize = 8;

/// Decides all that is open of a run.
///
/// # Errors
/// Where the store fails, or the engine closes before all is decided: the run stays open then, and whoever takes it up
/// goes on here.
pub(crate) async fn decide(core: &Core, run: RunId, cancel: &CancellationToken) -> Result<(), EngineError> {
    let mut after = None;
    loop {
        let contests = core.ports.store.load_contests(run, after).await?;
        let last = contests.last().and_then(|contest| contest.answers.first());
        let Some(last) = last else { return Ok(()) };
        after = Some((last.execution.case, last.execution.repeat));
        // Their judges wait for their turn as any run does.
        let decided = join_all(contests.iter().map(|contest| decide_one(core, contest, cancel))).await;
        for verdicts in decided {
            if core.closing.is_cancelled() {
                return Err(EngineError::Stopped);
            }
            let kept = core.keep(|| core.ports.store.keep_late(run, &verdicts), |_| {}).await?;
            for execution in kept {
                core.ports.events.publish(EventBody::ExecutionUpdated { execution: Box::new(execution) });
            }
        }
    }
}

/// The verdicts of all answers to a case.
async fn decide_one(core: &Core, contest: &Contest, cancel: &CancellationToken) -> Vec<LateVerdict> {
    let mut late: Vec<Vec<(&Validation, ValidationResult)>> = vec![Vec::new(); contest.answers.len()];
    let mut decided: Vec<&Validation> = Vec::new();
    for rule in contest.answers.iter().flat_map(|answer| answer.validations.iter()) {
        if !rule.compares_answers() || decided.contains(&rule) {
            continue;
        }
        decided.push(rule);
        let has_rule = |(_, answer): &(usize, &Contestant)| answer.validations.contains(rule);
        let (places, answers): (Vec<usize>, Vec<&Contestant>) =
            contest.answers.iter().enumerate().filter(has_rule).unzip();
        let results = hold(core, contest, rule, &answers, cancel).await;
        for (place, result) in places.into_iter().zip(results) {
            late[place].push((rule, result));
        }
    }
    contest.answers.iter().zip(late).map(|(answer, late)| conclude_one(answer, late)).collect()
}

/// A result for each answer, of one rule.
async fn hold(
    core: &Core,
    contest: &Contest,
    rule: &Validation,
    answers: &[&Contestant],
    cancel: &CancellationToken,
) -> Vec<ValidationResult> {
    let outputs: Vec<&str> = answers.iter().map(|answer| answer.output.as_str()).collect();
    let mut said = Vec::new();
    loop {
        let ask = match select_best(rule, &outputs, &contest.inputs, &said) {
            Comparison::Done(results) => return results,
            Comparison::Ask(_) if said.len() == MOST_ASKS => {
                let message =
                    "FormaOps asked again and again. This is a defect: report it where it happens again.";
                let broken = ValidationResult::new(&rule.name, Verdict::Error, 0.0, message);
                return vec![broken; answers.len()];
            }
            Comparison::Ask(ask) => ask,
        };
        said.push(tokio::select! {
            biased;
            () = cancel.cancelled() => failed("it was cancelled before this was decided"),
            () = core.closing.cancelled() => failed("FormaOps was closed before this was decided"),
            answer = core.ports.asks.answer(&answers[0].execution, ask) => answer,
        });
    }
}

fn failed(why: &str) -> Answer {
    Answer::Failed(why.to_owned())
}

/// What all rules of an answer come to, those that were decided before with it.
fn conclude_one(answer: &Contestant, late: Vec<(&Validation, ValidationResult)>) -> LateVerdict {
    let early = answer
        .validations
        .iter()
        .filter(|rule| rule.phase == ValidationPhase::After && !rule.off && !rule.compares_answers());
    let early = early.zip(answer.execution.validations.iter().cloned());
    let all: Vec<_> = early.chain(late.iter().cloned()).collect();
    let conclusion = conclude(&all, &answer.output, answer.threshold);
    LateVerdict {
        execution: answer.execution.id,
        results: late.into_iter().map(|(_, result)| result).collect(),
        status: conclusion.status,
        score: (!all.is_empty()).then_some(conclusion.score),
    }
}
