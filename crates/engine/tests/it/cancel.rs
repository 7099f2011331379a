//! Cancelling: at any point, any number of times, at once.

use crate::support::{Asked, Entry, StoreCall, World, soon};
use formaops_domain::{AttemptStatus, CostBasis, ErrorClass, ExecutionStatus, RunStatus, ValidationStatus};
use formaops_engine::{EngineError, Limits};
use formaops_testkit::{execution_id, run_id};
use std::{num::NonZeroU32, time::Duration};
use tokio::time::Instant;

fn one_at_a_time() -> Limits {
    Limits { provider: Some(NonZeroU32::MIN), ..Limits::default() }
}

#[tokio::test(start_paused = true)]
async fn cancelling_one_column_closes_its_connection_keeps_its_text_and_leaves_the_others() {
    let world = World::new();
    world.submit(1, Asked::of(&["fake:a", "fake:b"])).await;
    let [first, second] = world.wire.calls(["a", "b"]).await;
    first.text("Hello wor");
    world.journal.streamed(execution_id(100), "Hello wor").await;

    let asked = Instant::now();
    world.engine.cancel_execution(execution_id(100)).await.unwrap();
    assert!(asked.elapsed() < Duration::from_millis(100));
    first.closed().await;
    let outcome = world.journal.outcomes().remove(0);
    assert_eq!((outcome.status, outcome.output.as_str()), (AttemptStatus::Cancelled, "Hello wor"));
    assert_eq!(outcome.validation_status, ValidationStatus::Skipped);
    assert_eq!(outcome.metrics.basis, CostBasis::Estimated);
    assert_eq!(outcome.failure, None);

    second.text("Bonjour");
    second.finish();
    let run = world.ended(1).await;
    assert_eq!((run.status, run.progress.cancelled, run.progress.completed), (RunStatus::Completed, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn cancelling_a_run_ends_what_streams_and_what_waits_and_answers_once_that_is_committed() {
    let world = World::with(one_at_a_time());
    world.store.commits_take(Duration::from_millis(5));
    world.submit(1, Asked::of(&["fake:a", "fake:b", "fake:c", "fake:d"])).await;
    let call = world.wire.call().await;
    call.text("Hello");
    world.journal.streamed(execution_id(100), "Hello").await;

    let asked = Instant::now();
    let run = world.engine.cancel_run(run_id(1)).await.unwrap();
    assert!(asked.elapsed() < Duration::from_millis(100));
    assert_eq!((run.status, run.progress.cancelled), (RunStatus::Cancelled, 4));
    assert!(matches!(world.journal.runs_told().last(), Some(told) if told.status == RunStatus::Cancelled));
    assert!(world.wire.is_quiet(), "nothing of it was sent");

    let again = world.engine.cancel_run(run_id(1)).await.unwrap();
    assert_eq!(again.status, RunStatus::Cancelled);
    assert_eq!(world.journal.outcomes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_waits_can_be_cancelled_alone_and_is_never_sent() {
    let world = World::with(one_at_a_time());
    world.submit(1, Asked::of(&["fake:a", "fake:b"])).await;
    let call = world.wire.call().await;
    world.engine.cancel_execution(execution_id(101)).await.unwrap();
    assert_eq!(world.execution(execution_id(101)).status, ExecutionStatus::Cancelled);
    call.finish();
    assert_eq!(world.ended(1).await.progress.cancelled, 1);
    assert!(world.wire.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn a_cancel_that_comes_while_the_attempt_is_being_prepared_or_committed_holds() {
    for (stalled, sent) in [(StoreCall::Load, false), (StoreCall::Start, true)] {
        let world = World::new();
        world.store.stall(stalled);
        world.submit(1, Asked::default()).await;
        world.engine.status().await.unwrap();
        let (cancelled, ()) = tokio::join!(world.engine.cancel_run(run_id(1)), async {
            tokio::task::yield_now().await;
            world.store.go_on();
        });
        assert_eq!(cancelled.unwrap().status, RunStatus::Cancelled, "{stalled:?}");
        let execution = world.execution(execution_id(100));
        assert_eq!(execution.status, ExecutionStatus::Cancelled);
        let started = world.journal.entries().iter().any(|entry| matches!(entry, Entry::Started(_)));
        assert!(!started || sent);
        assert_eq!(execution.metrics.cost_usd, None, "nothing was sent, so nothing was spent");
    }
}

#[tokio::test(start_paused = true)]
async fn cancelling_twice_at_once_is_answered_twice_and_done_once() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    call.text("Hello");
    world.journal.streamed(id, "Hello").await;
    let (one, other, run) = tokio::join!(
        world.engine.cancel_execution(id),
        world.engine.cancel_execution(id),
        world.engine.cancel_run(run_id(1)),
    );
    assert_eq!((one, other), (Ok(()), Ok(())));
    assert_eq!(run.unwrap().status, RunStatus::Cancelled);
    assert_eq!(world.journal.outcomes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_has_ended_or_never_was_is_left_alone() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    call.finish();
    world.ended(1).await;
    soon(world.engine.cancel_execution(id)).await.unwrap();
    assert_eq!(world.engine.cancel_run(run_id(1)).await.unwrap().status, RunStatus::Completed);
    assert_eq!(world.execution(id).status, ExecutionStatus::Completed);

    let unknown = world.engine.cancel_run(run_id(9)).await.unwrap_err();
    assert!(matches!(unknown, EngineError::Store(failure) if failure.class == ErrorClass::Storage));
}
