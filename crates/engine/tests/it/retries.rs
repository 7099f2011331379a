//! Failures that may pass: tried again, for as long as that makes sense.

use crate::support::{Asked, World};
use formaops_domain::{AttemptStatus, ErrorClass, ExecutionStatus};
use formaops_testkit::{execution_id, run_id};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn a_provider_that_fails_once_is_asked_again_and_the_wait_is_told_with_its_reason() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    call.fail(ErrorClass::ServerError, "the provider is overloaded");
    let waiting = world.journal.told_again(id).await;
    let retry = waiting.retry.unwrap();
    assert_eq!((waiting.status, waiting.started_at), (ExecutionStatus::Pending, None));
    assert_eq!((retry.attempt, retry.last), (2, 4));
    assert_eq!(retry.failure.message, "the provider is overloaded");

    let call = world.wire.call().await;
    call.text("Hello");
    call.finish();
    let execution = world.journal.told(id, ExecutionStatus::Completed).await;
    assert_eq!(execution.retry, None);
    let outcomes = world.journal.outcomes();
    assert_eq!(
        outcomes.iter().map(|outcome| outcome.status).collect::<Vec<_>>(),
        [AttemptStatus::Failed, AttemptStatus::Succeeded]
    );
    assert_eq!(world.ended(1).await.progress.completed, 1);
    let tally = world.engine.tally();
    assert_eq!((tally.completed, tally.failed, tally.cancelled), (1, 0, 0), "an attempt is no end");
    assert!(tally.first_token.percentiles().is_some() && tally.latency.percentiles().is_some());
}

#[tokio::test(start_paused = true)]
async fn after_the_last_attempt_the_failure_stands() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    call.fail(ErrorClass::Timeout, "first");
    for words in ["second", "third", "last"] {
        world.wire.call().await.fail(ErrorClass::Timeout, words);
    }
    let execution = world.journal.told(id, ExecutionStatus::Failed).await;
    assert_eq!(execution.failure.unwrap().message, "last");
    assert_eq!(world.journal.outcomes().len(), 4);
    assert_eq!(world.ended(1).await.progress.failed, 1);
    assert!(world.wire.is_quiet());
    assert_eq!((world.engine.tally().ended(), world.engine.tally().failed), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_breaks_after_its_first_word_is_not_asked_for_again() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    call.text("Hel");
    call.fail(ErrorClass::Reset, "the connection broke");
    world.journal.told(id, ExecutionStatus::Failed).await;
    world.ended(1).await;
    assert!(world.wire.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn what_waits_to_be_tried_again_holds_no_slot_and_is_cancelled_at_once() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    call.fail(ErrorClass::ServerError, "the provider is overloaded");
    world.journal.told_again(id).await;
    assert_eq!(world.engine.status().await.unwrap().running, 0);
    world.engine.cancel_execution(id).await.unwrap();
    let execution = world.execution(id);
    assert_eq!((execution.status, execution.failure), (ExecutionStatus::Cancelled, None));
    world.ended(1).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(world.wire.is_quiet(), "nothing is sent for what was cancelled");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_fails_while_it_is_cancelled_is_not_tried_again() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    world.store.commits_take(Duration::from_secs(1));
    call.fail(ErrorClass::ServerError, "the provider is overloaded");
    world.off_the_wire().await;
    world.engine.cancel_run(run_id(1)).await.unwrap();
    assert_eq!(world.execution(id).status, ExecutionStatus::Cancelled);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(world.wire.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn a_wait_is_over_even_where_nothing_else_happens_and_others_go_before() {
    let world = World::new();
    world.submit(1, Asked::of(&["fake:a", "fake:b"])).await;
    let [first, second] = world.wire.calls(["a", "b"]).await;
    first.fail(ErrorClass::RateLimited, "too many requests");
    world.journal.told_again(execution_id(100)).await;
    second.text("Bonjour");
    second.finish();
    world.journal.told(execution_id(101), ExecutionStatus::Completed).await;
    let again = world.wire.call().await;
    assert_eq!(again.request.model, "a");
    again.finish();
    assert_eq!(world.ended(1).await.progress.completed, 2);
}
