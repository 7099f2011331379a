//! Models that are out for a while, and runs that stop and go on.

use crate::support::{Asked, StoreCall, World};
use formaops_domain::{AttemptStatus, ErrorClass, ExecutionStatus, RunStatus};
use formaops_engine::{CircuitPolicy, EngineError, FallbackStrategy, RetryPolicy, Settings};
use formaops_testkit::{execution_id, run_id};
use std::num::NonZeroU32;

/// Two failures open a circuit, and a failed attempt is followed by one more.
fn quick(fallback: FallbackStrategy) -> World {
    let circuits =
        CircuitPolicy { failures: NonZeroU32::new(2).unwrap(), fallback, ..CircuitPolicy::default() };
    let retries = RetryPolicy { limit: 1, ..RetryPolicy::default() };
    World::set(Settings { circuits, retries, ..Settings::default() })
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_ridden_out_on_the_next_model_of_the_chain_which_is_named() {
    let world = quick(FallbackStrategy::Degrade);
    let chain = Asked { fallbacks: &["fake:b"], ..Asked::default() };
    let (id, call) = world.one_call(chain).await;
    call.fail(ErrorClass::ServerError, "out of order");
    world.wire.call().await.fail(ErrorClass::ServerError, "still out of order");
    let waiting = world.journal.told_again(id).await;
    assert_eq!(waiting.retry.as_ref().map(|retry| retry.attempt), Some(2));

    let call = world.wire.call().await;
    assert_eq!(call.request.model, "b");
    call.text("Hello");
    call.finish();
    let execution = world.journal.told(id, ExecutionStatus::Completed).await;
    assert_eq!(execution.answered_by, Some("fake:b".parse().unwrap()));
    assert_eq!(execution.model, "fake:a".parse().unwrap(), "what was asked for stays on record");
    let statuses: Vec<_> = world.journal.outcomes().iter().map(|outcome| outcome.status).collect();
    assert_eq!(statuses, [AttemptStatus::Failed, AttemptStatus::Failed, AttemptStatus::Succeeded]);

    // The circuit of the first is open by now, so the next run does not even try it.
    let chain = Asked { fallbacks: &["fake:b"], ..Asked::default() };
    world.submit(2, chain).await;
    let call = world.wire.call().await;
    assert_eq!(call.request.model, "b");
    call.finish();
    assert_eq!(world.ended(2).await.progress.completed, 1);
}

#[tokio::test(start_paused = true)]
async fn where_those_that_come_are_turned_away_they_fail_and_nothing_is_sent() {
    let world = quick(FallbackStrategy::Reject);
    let (_, call) = world.one_call(Asked::default()).await;
    call.fail(ErrorClass::ServerError, "out of order");
    world.wire.call().await.fail(ErrorClass::ServerError, "still out of order");
    world.ended(1).await;

    world.submit(2, Asked::default()).await;
    let run = world.ended(2).await;
    assert_eq!((run.status, run.progress.failed), (RunStatus::Completed, 1));
    let failure = world.execution(execution_id(200)).failure.unwrap();
    assert_eq!(failure.class, ErrorClass::CircuitOpen);
    assert!(world.wire.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn where_they_are_to_wait_one_finds_out_after_a_minute() {
    let world = quick(FallbackStrategy::Queue);
    let (_, call) = world.one_call(Asked::default()).await;
    call.fail(ErrorClass::ServerError, "out of order");
    world.wire.call().await.fail(ErrorClass::ServerError, "still out of order");
    world.ended(1).await;

    let before = tokio::time::Instant::now();
    world.submit(2, Asked::of(&["fake:a", "fake:a"])).await;
    // The clock is paused: it moves on once nothing else is to be done.
    let probe = loop {
        if !world.wire.is_quiet() {
            break world.wire.call().await;
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    };
    assert!(before.elapsed().as_secs() >= 59, "{:?}", before.elapsed());
    assert!(world.wire.is_quiet(), "the second one waits for what the first finds out");
    probe.finish();
    world.wire.call().await.finish();
    assert_eq!(world.ended(2).await.progress.completed, 2);
}

#[tokio::test(start_paused = true)]
async fn a_paused_run_ends_what_it_began_and_goes_on_when_it_is_told_to() {
    let world =
        World::with(formaops_engine::Limits { provider: Some(NonZeroU32::MIN), ..Default::default() });
    world.submit(1, Asked::of(&["fake:a", "fake:b"])).await;
    let call = world.wire.call().await;
    let paused = world.engine.pause_run(run_id(1)).await.unwrap();
    assert_eq!(paused.status, RunStatus::Paused);
    assert_eq!(world.journal.runs_told().last().map(|run| run.status), Some(RunStatus::Paused));
    call.finish();
    world.journal.told(execution_id(100), ExecutionStatus::Completed).await;
    tokio::time::sleep(std::time::Duration::from_secs(600)).await;
    assert!(world.wire.is_quiet());

    let resumed = world.engine.resume_run(run_id(1)).await.unwrap();
    assert_eq!(resumed.status, RunStatus::Running);
    world.wire.call().await.finish();
    assert_eq!(world.ended(1).await.progress.completed, 2);
    let late = world.engine.pause_run(run_id(1)).await.unwrap();
    assert_eq!(late.status, RunStatus::Completed, "what has ended stays as it is");
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_cannot_be_kept_is_no_pause() {
    let world =
        World::with(formaops_engine::Limits { provider: Some(NonZeroU32::MIN), ..Default::default() });
    world.submit(1, Asked::of(&["fake:a", "fake:b"])).await;
    let call = world.wire.call().await;
    world.store.fail(StoreCall::Pause, 1);
    let refused = world.engine.pause_run(run_id(1)).await;
    assert!(matches!(refused, Err(EngineError::Store(failure)) if failure.class == ErrorClass::Storage));
    call.finish();
    world.wire.call().await.finish();
    assert_eq!(world.ended(1).await.progress.completed, 2);
}

#[tokio::test(start_paused = true)]
async fn the_first_failure_cancels_what_is_left_of_a_run_that_is_to_fail_fast() {
    let world = World::new();
    world.submit(1, Asked { fail_fast: true, ..Asked::of(&["fake:a", "fake:b"]) }).await;
    let [first, second] = world.wire.calls(["a", "b"]).await;
    first.fail(ErrorClass::Authentication, "no such key");
    second.closed().await;
    let run = world.ended(1).await;
    assert_eq!((run.status, run.progress.failed, run.progress.cancelled), (RunStatus::Cancelled, 1, 1));
}
