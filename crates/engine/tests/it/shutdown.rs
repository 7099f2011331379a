//! Stopping the engine.

use crate::support::{Asked, Entry, StoreCall, World};
use formaops_domain::ExecutionStatus;
use formaops_engine::{EngineError, Limits};
use formaops_testkit::{execution_id, run_id};
use std::{num::NonZeroU32, time::Duration};
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn a_shutdown_closes_connections_keeps_what_came_and_leaves_the_rest_to_the_next_start() {
    let world = World::with(Limits { provider: Some(NonZeroU32::MIN), ..Limits::default() });
    world.submit(1, Asked::of(&["fake:a", "fake:b"])).await;
    let call = world.wire.call().await;
    call.text("Hello");
    world.journal.streamed(execution_id(100), "Hello").await;
    let engine = world.engine.clone();
    let waiting = tokio::spawn(async move { engine.wait_run(run_id(1)).await });
    tokio::task::yield_now().await;

    let asked = Instant::now();
    world.engine.shutdown().await;
    assert_eq!(asked.elapsed(), Duration::ZERO, "nothing is waited for");
    call.closed().await;
    assert_eq!(world.journal.parts()[0].text, "Hello");
    assert_eq!(world.execution(execution_id(100)).status, ExecutionStatus::Running);
    assert_eq!(world.execution(execution_id(101)).status, ExecutionStatus::Pending);
    let ends =
        |entry: &Entry| matches!(entry, Entry::Finished(_) | Entry::RunFinished(..) | Entry::LeftQueue(_));
    assert!(!world.journal.entries().iter().any(ends), "nothing was told as ended");
    assert_eq!(waiting.await.unwrap(), Err(EngineError::Stopped));

    assert_eq!(world.engine.status().await, Err(EngineError::Stopped));
    world.engine.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_waits_for_commits_but_not_for_a_store_that_hangs() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    world.store.stall(StoreCall::Finish);
    call.finish();
    world.off_the_wire().await;
    let asked = Instant::now();
    world.engine.shutdown().await;
    assert_eq!(asked.elapsed(), Duration::from_secs(2));
    assert_eq!(world.execution(id).status, ExecutionStatus::Running);
}

#[tokio::test(start_paused = true)]
async fn what_has_left_the_wire_is_committed_by_a_shutdown() {
    let world = World::new();
    world.store.commits_take(Duration::from_millis(50));
    let (id, call) = world.one_call(Asked::default()).await;
    call.text("Hello");
    call.finish();
    world.off_the_wire().await;
    world.engine.shutdown().await;
    assert_eq!(world.execution(id).status, ExecutionStatus::Completed);
}
