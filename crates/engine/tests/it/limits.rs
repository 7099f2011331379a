//! How much is on the wire at once.

use crate::support::{Asked, World};
use formaops_domain::ExecutionStatus;
use formaops_engine::{Limits, Settings};
use formaops_testkit::execution_id;
use std::num::NonZeroU32;

#[tokio::test(start_paused = true)]
async fn never_more_streams_are_open_than_the_limit_and_all_are_served() {
    let limits = Limits { provider: NonZeroU32::new(3), ..Limits::default() };
    let world = World::with(limits);
    world.submit(1, Asked::of(&["fake:a"; 20])).await;
    for _ in 0..20 {
        world.wire.call().await.finish();
    }
    assert_eq!(world.ended(1).await.progress.completed, 20);
    assert_eq!(world.wire.peak(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_raised_limit_starts_what_waits() {
    let world = World::with(Limits { provider: Some(NonZeroU32::MIN), ..Limits::default() });
    world.submit(1, Asked::of(&["fake:a"; 4])).await;
    let _first = world.wire.call().await;
    let load = world.engine.status().await.unwrap();
    assert_eq!((load.running, load.queued), (1, 3));
    let [provider] = &load.providers[..] else { panic!("one provider is in use") };
    assert_eq!((provider.name.as_str(), provider.limit), ("fake", 1));

    let limits = Limits { provider: NonZeroU32::new(3), ..Limits::default() };
    world.engine.set_settings(Settings { limits, ..Settings::default() }).await.unwrap();
    let _others = (world.wire.call().await, world.wire.call().await);
    let load = world.engine.status().await.unwrap();
    assert_eq!((load.running, load.queued), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_watched_comparison_streams_while_the_background_is_full() {
    let limits =
        Limits { background: Some(NonZeroU32::MIN), provider: NonZeroU32::new(100), ..Limits::default() };
    let world = World::with(limits);
    world.submit(1, Asked::of(&["fake:a"; 3])).await;
    let _background = world.wire.call().await;
    let mut watched = world.given(2, Asked::of(&["fake:b"; 8]));
    watched.terms.watched = true;
    world.engine.submit(watched).await.unwrap();
    for _ in 0..8 {
        let call = world.wire.call().await;
        assert_eq!(call.request.model, "b");
        call.finish();
    }
    world.ended(2).await;
}

#[tokio::test(start_paused = true)]
async fn executions_can_be_added_to_a_run_that_is_under_way() {
    let world = World::new();
    let mut submission = world.given(1, Asked::of(&["fake:a", "fake:b"]));
    let later = submission.executions.split_off(1);
    world.engine.submit(submission.clone()).await.unwrap();
    let first = world.wire.call().await;
    submission.executions = later;
    world.engine.submit(submission).await.unwrap();
    let second = world.wire.call().await;
    first.finish();
    world.journal.told(execution_id(100), ExecutionStatus::Completed).await;
    second.finish();
    assert_eq!(world.ended(1).await.progress.completed, 2);
}
