//! Rules that ask, rules for what is sent, and answers that are asked for again.

use crate::support::{Asked, World};
use formaops_domain::{
    Answer, Ask, Content, ErrorClass, ExecutionStatus, OnFailure, Role, Validation, ValidationPhase,
    ValidationRule, ValidationStatus, Verdict,
};
use formaops_testkit::content;
use serde_json::json;

fn function(name: &str) -> Validation {
    Validation::new(name, ValidationRule::Function { source: "(output) => output.length > 3".to_owned() })
}

fn pattern(name: &str, pattern: &str) -> Validation {
    let rule = ValidationRule::Regex { pattern: pattern.to_owned(), flags: String::new() };
    Validation::new(name, rule)
}

fn checked_by(validations: Vec<Validation>) -> Asked<'static> {
    Asked { content: Content { validations, ..content("Say a number") }, ..Asked::default() }
}

#[tokio::test(start_paused = true)]
async fn a_rule_is_decided_once_what_it_asks_for_is_found_out() {
    for (answer, verdict, status) in [
        (Answer::Json(json!(true)), Verdict::Pass, ValidationStatus::Passed),
        (
            Answer::Json(json!({"pass": false, "reason": "too short"})),
            Verdict::Fail,
            ValidationStatus::Failed,
        ),
        (Answer::Failed("it took longer than a second".into()), Verdict::Error, ValidationStatus::Failed),
    ] {
        let world = World::new();
        world.asks.answer_with(answer);
        let (id, call) = world.one_call(checked_by(vec![function("long")])).await;
        call.text("four");
        call.finish();
        let execution = world.journal.told(id, ExecutionStatus::Completed).await;
        assert_eq!(execution.validation_status, status);
        let outcome = world.journal.outcomes().remove(0);
        assert_eq!((outcome.validations[0].verdict, outcome.score.is_some()), (verdict, true));
        let [Ask::Function(call)] = &world.asks.asked()[..] else { panic!("{:?}", world.asks.asked()) };
        assert_eq!(call.arguments[0], json!("four"));
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_not_hold_before_it_is_sent_is_not_sent() {
    let world = World::new();
    let rule = Validation { phase: ValidationPhase::Before, ..pattern("polite", "please") };
    let run = world.submit(1, checked_by(vec![rule])).await;
    let ended = world.ended(1).await;
    assert_eq!((ended.id, ended.progress.failed), (run, 1));
    assert!(world.wire.is_quiet());
    let failure = world.execution(formaops_testkit::execution_id(100)).failure.unwrap();
    assert_eq!(failure.class, ErrorClass::Validation);
    assert!(failure.message.contains("polite"), "{failure:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_hold_is_asked_for_again_with_the_reason_and_not_forever() {
    let world = World::new();
    let rule = Validation { on_failure: OnFailure::Retry { times: 2 }, ..pattern("number", r"^\d+$") };
    let (id, call) = world.one_call(checked_by(vec![rule])).await;
    call.text("seven");
    call.finish();

    let second = world.wire.call().await;
    let messages = &second.request.messages;
    let [question, answer, reason] = &messages[..] else { panic!("{messages:?}") };
    assert_eq!((question.role, answer.role, reason.role), (Role::User, Role::Assistant, Role::User));
    assert_eq!(answer.all_text(), "seven");
    assert!(reason.all_text().contains("number: "), "{}", reason.all_text());
    second.text("still seven");
    second.finish();

    let third = world.wire.call().await;
    assert_eq!(third.request.messages[1].all_text(), "still seven");
    third.text("seven again");
    third.finish();
    let execution = world.journal.told(id, ExecutionStatus::Completed).await;
    assert_eq!(execution.validation_status, ValidationStatus::Failed);
    assert!(world.wire.is_quiet());
    assert_eq!(world.ended(1).await.progress.completed, 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_holds_the_second_time_is_the_answer() {
    let world = World::new();
    let rule = Validation { on_failure: OnFailure::Retry { times: 2 }, ..pattern("number", r"^\d+$") };
    let (id, call) = world.one_call(checked_by(vec![rule])).await;
    call.text("seven");
    call.finish();
    let second = world.wire.call().await;
    second.text("7");
    second.finish();
    let execution = world.journal.told(id, ExecutionStatus::Completed).await;
    assert_eq!(execution.validation_status, ValidationStatus::Passed);
    assert_eq!(world.journal.outcomes().last().unwrap().output, "7");
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_only_alerts_and_one_that_is_off_fail_nothing() {
    let world = World::new();
    let alert = Validation { on_failure: OnFailure::Alert, ..pattern("number", r"^\d+$") };
    let off = Validation { off: true, ..pattern("other", "nothing has this") };
    let (id, call) = world.one_call(checked_by(vec![alert, off, pattern("text", "seven")])).await;
    call.text("seven");
    call.finish();
    let execution = world.journal.told(id, ExecutionStatus::Completed).await;
    assert_eq!(execution.validation_status, ValidationStatus::Passed);
    let verdicts: Vec<_> =
        world.journal.outcomes()[0].validations.iter().map(|result| result.verdict).collect();
    assert_eq!(verdicts, [Verdict::Fail, Verdict::Pass]);
}
