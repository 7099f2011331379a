//! Rules that hold the answers to a case against each other: decided when all are there, and never waited for.

use crate::support::{Asked, StoreCall, World};
use formaops_domain::{
    Answer, Ask, Assertion, Content, Execution, ExecutionStatus, RunStatus, Validation, ValidationRule,
    ValidationStatus, Verdict,
};
use formaops_testkit::{content, execution_id, run_id};
use serde_json::json;

fn best() -> Validation {
    let assertion =
        Assertion { name: "select-best".into(), value: Some(json!("the shortest")), ..Assertion::default() };
    Validation::new("best", ValidationRule::Assertion(Box::new(assertion)))
}

fn contested<'a>(models: &'a [&'a str], more: Vec<Validation>) -> Asked<'a> {
    let validations = more.into_iter().chain([best()]).collect();
    Asked { content: Content { validations, ..content("Say something") }, ..Asked::of(models) }
}

fn pattern(pattern: &str) -> Validation {
    let rule = ValidationRule::Regex { pattern: pattern.to_owned(), flags: String::new() };
    Validation::new("pattern", rule)
}

/// Gives these answers of the two models. Which is asked first is nobody's promise.
async fn answer(world: &World, texts: [&str; 2]) {
    for (call, text) in world.wire.calls(["a", "b"]).await.into_iter().zip(texts) {
        call.text(text);
        call.finish();
    }
}

fn verdicts(execution: &Execution) -> Vec<(&str, Verdict)> {
    execution.validations.iter().map(|result| (result.name.as_str(), result.verdict)).collect()
}

#[tokio::test(start_paused = true)]
async fn the_best_answer_passes_and_the_others_fail_before_the_run_ends() {
    let world = World::new();
    world.asks.answer_with(Answer::Text(r#"{"reason": "short", "best": 1}"#.into()));
    world.submit(1, contested(&["fake:a", "fake:b"], vec![pattern(".")])).await;
    answer(&world, ["a long answer", "short"]).await;
    assert_eq!(world.ended(1).await.status, RunStatus::Completed);
    let [first, second] = [100, 101].map(|id| world.execution(execution_id(id)));
    assert_eq!(verdicts(&first), [("pattern", Verdict::Pass), ("best", Verdict::Fail)]);
    assert_eq!(verdicts(&second), [("pattern", Verdict::Pass), ("best", Verdict::Pass)]);
    assert_eq!(
        [first.validation_status, second.validation_status],
        [ValidationStatus::Failed, ValidationStatus::Passed]
    );
    assert_eq!((first.score, second.score), (Some(0.5), Some(1.0)));
    let [Ask::Judge { messages, .. }] = &world.asks.asked()[..] else { panic!("{:?}", world.asks.asked()) };
    assert!(messages[1].1.contains(r#"[\"a long answer\",\"short\"]"#), "{messages:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_whose_verdict_is_open_has_ended_and_holds_nothing_up() {
    let world = World::new();
    world.asks.answer_with(Answer::Text(r#"{"best": 0}"#.into()));
    world.submit(1, contested(&["fake:a", "fake:b"], Vec::new())).await;
    let [slow, quick] = world.wire.calls(["a", "b"]).await;
    quick.text("quick");
    quick.finish();
    let ended = world.journal.told(execution_id(101), ExecutionStatus::Completed).await;
    assert_eq!(ended.validation_status, ValidationStatus::Pending);
    assert_eq!(world.asks.asked(), []);
    slow.text("slow");
    slow.finish();
    world.ended(1).await;
    assert_eq!(world.execution(execution_id(101)).validation_status, ValidationStatus::Failed);
}

#[tokio::test(start_paused = true)]
async fn a_column_that_failed_is_left_out_and_one_alone_is_no_best() {
    let world = World::new();
    world.submit(1, contested(&["fake:a", "fake:b"], Vec::new())).await;
    let [failing, answered] = world.wire.calls(["a", "b"]).await;
    failing.fail(formaops_domain::ErrorClass::NoKey, "no key");
    answered.text("alone");
    answered.finish();
    world.ended(1).await;
    let alone = world.execution(execution_id(101));
    assert_eq!(verdicts(&alone), [("best", Verdict::Error)]);
    assert_eq!(alone.validation_status, ValidationStatus::Failed);
    assert_eq!(world.execution(execution_id(100)).validations, []);
    assert_eq!(world.asks.asked(), []);
}

#[tokio::test(start_paused = true)]
async fn a_judge_that_fails_passes_nobody() {
    let world = World::new();
    world.asks.answer_with(Answer::Failed("the judge failed: nobody is there".into()));
    world.submit(1, contested(&["fake:a", "fake:b"], Vec::new())).await;
    answer(&world, ["one", "two"]).await;
    world.ended(1).await;
    for id in [100, 101] {
        let execution = world.execution(execution_id(id));
        assert_eq!(verdicts(&execution), [("best", Verdict::Error)]);
        assert_eq!(execution.validation_status, ValidationStatus::Failed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancel_ends_a_judge_that_never_answers() {
    let world = World::new();
    world.asks.answer_never();
    world.submit(1, contested(&["fake:a", "fake:b"], Vec::new())).await;
    answer(&world, ["one", "two"]).await;
    crate::support::soon(async {
        while world.asks.asked().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    })
    .await;
    let cancelled = crate::support::soon(world.engine.cancel_run(run_id(1))).await.unwrap();
    assert!(cancelled.status.is_terminal());
    let execution = world.execution(execution_id(100));
    assert_eq!(verdicts(&execution), [("best", Verdict::Error)]);
    assert!(execution.validations[0].message.contains("cancelled"), "{execution:?}");
}

#[tokio::test(start_paused = true)]
async fn where_verdicts_cannot_be_kept_the_run_does_not_end() {
    let world = World::new();
    world.asks.answer_with(Answer::Text(r#"{"best": 0}"#.into()));
    world.store.fail(StoreCall::KeepLate, 1);
    world.submit(1, contested(&["fake:a", "fake:b"], Vec::new())).await;
    answer(&world, ["one", "two"]).await;
    let ended = crate::support::soon(world.engine.wait_run(run_id(1))).await;
    assert!(ended.is_err(), "{ended:?}");
    assert_eq!(world.execution(execution_id(100)).validation_status, ValidationStatus::Pending);
}
