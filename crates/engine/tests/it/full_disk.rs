//! A store that refuses to be written for a while: nothing is lost, nothing new is sent, and room mends it.

use crate::support::{Asked, Entry, StoreCall, World, soon};
use formaops_domain::{
    AttemptStatus, ErrorClass, EventBody, Execution, ExecutionId, ExecutionStatus, OutputPart, RunStatus,
};
use formaops_engine::{Limits, RetryPolicy, Settings};
use formaops_testkit::{execution_id, run_id};
use std::{num::NonZeroU32, time::Duration};
use tokio::time::Instant;

const ALWAYS: u32 = u32::MAX;

fn one_at_a_time() -> World {
    World::with(Limits { provider: Some(NonZeroU32::MIN), ..Limits::default() })
}

/// The execution once it is told with a reason why it gets no further.
async fn told_why(world: &World, id: ExecutionId) -> Execution {
    world
        .journal
        .until(|entry| match entry {
            Entry::Told(EventBody::ExecutionUpdated { execution }) => {
                (execution.id == id && execution.failure.is_some()).then(|| (**execution).clone())
            }
            _ => None,
        })
        .await
}

#[tokio::test(start_paused = true)]
async fn an_end_that_finds_no_room_is_held_and_kept_once_when_there_is_some() {
    let world = one_at_a_time();
    world.submit(1, Asked::of(&["fake:a", "fake:b", "fake:c"])).await;
    let call = world.wire.call().await;
    world.store.refuse(StoreCall::Finish, ALWAYS);
    call.text("Hello");
    call.finish();
    let told = told_why(&world, execution_id(100)).await;
    assert_eq!((told.status, told.completed_at), (ExecutionStatus::Running, None));
    let failure = told.failure.unwrap();
    assert_eq!((failure.class, failure.message.as_str()), (ErrorClass::NotWritable, "the disk is full"));
    assert!(failure.hint.contains("held in memory"), "{failure}");

    // The next one was sent before that was known.
    world.wire.call().await.finish();
    told_why(&world, execution_id(101)).await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(world.wire.is_quiet(), "nothing more is sent whose end could not be kept either");
    assert_eq!(world.engine.status().await.unwrap().held, 2);
    let live = world.engine.live_output(execution_id(100), OutputPart::Text, 0).unwrap();
    assert_eq!(live.text, "Hello", "it can be read meanwhile");

    world.store.make_room();
    world.wire.call().await.finish();
    let run = world.ended(1).await;
    assert_eq!((run.status, run.progress.completed), (RunStatus::Completed, 3));
    let mut ends: Vec<_> =
        world.journal.outcomes().into_iter().map(|end| (end.execution, end.output)).collect();
    ends.sort();
    let expected =
        [(100, "Hello"), (101, ""), (102, "")].map(|(id, text)| (execution_id(id), text.to_owned()));
    assert_eq!(ends, expected, "each once");
    assert_eq!(world.engine.status().await.unwrap().held, 0);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_finds_no_room_to_begin_is_sent_when_there_is_some() {
    let world = one_at_a_time();
    world.store.refuse(StoreCall::Start, ALWAYS);
    world.submit(1, Asked::of(&["fake:a", "fake:b"])).await;
    let told = told_why(&world, execution_id(100)).await;
    assert_eq!(told.status, ExecutionStatus::Pending);
    assert_eq!(told.failure.unwrap().class, ErrorClass::NotWritable);
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(world.wire.is_quiet());

    world.store.make_room();
    let room = Instant::now();
    let call = world.wire.call().await;
    assert!(room.elapsed() <= Duration::from_secs(5), "{:?}", room.elapsed());
    call.finish();
    world.wire.call().await.finish();
    let run = world.ended(1).await;
    assert_eq!((run.status, run.progress.completed), (RunStatus::Completed, 2));
}

#[tokio::test(start_paused = true)]
async fn what_found_no_room_to_begin_has_as_many_attempts_as_any_other() {
    let retries = RetryPolicy { limit: 1, ..RetryPolicy::default() };
    let world = World::set(Settings { retries, ..Settings::default() });
    world.store.refuse(StoreCall::Start, 7);
    world.submit(1, Asked::default()).await;
    world.wire.call().await.fail(ErrorClass::ServerError, "out of order");
    world.store.refuse(StoreCall::Start, 7);
    world.wire.call().await.fail(ErrorClass::ServerError, "out of order");
    assert_eq!(world.ended(1).await.progress.failed, 1);
    assert_eq!(world.journal.outcomes().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_finds_no_room_holds_at_once_and_is_kept_when_there_is_some() {
    let world = one_at_a_time();
    world.submit(1, Asked::of(&["fake:a", "fake:b"])).await;
    let call = world.wire.call().await;
    world.store.refuse(StoreCall::Pause, ALWAYS);
    for _ in 0..2 {
        let paused = soon(world.engine.pause_run(run_id(1))).await.unwrap();
        assert_eq!(paused.status, RunStatus::Running, "it is answered as it is stored");
    }
    call.finish();
    world.journal.told(execution_id(100), ExecutionStatus::Completed).await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(world.wire.is_quiet(), "it is paused");

    world.store.make_room();
    world.journal.until_run(run_id(1), RunStatus::Paused).await;
    assert!(world.wire.is_quiet());
    world.engine.resume_run(run_id(1)).await.unwrap();
    world.wire.call().await.finish();
    assert_eq!(world.ended(1).await.progress.completed, 2);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_goes_on_is_not_paused_by_what_was_asked_while_there_was_no_room() {
    let world = one_at_a_time();
    world.submit(1, Asked::of(&["fake:a", "fake:b"])).await;
    let call = world.wire.call().await;
    world.store.refuse(StoreCall::Pause, ALWAYS);
    world.engine.pause_run(run_id(1)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(10)).await;
    world.store.make_room();
    let resumed = world.engine.resume_run(run_id(1)).await.unwrap();
    assert_eq!(resumed.status, RunStatus::Running);
    tokio::time::sleep(Duration::from_secs(10)).await;
    call.finish();
    world.wire.call().await.finish();
    let run = world.ended(1).await;
    assert_eq!((run.status, run.progress.completed), (RunStatus::Completed, 2));
    assert!(world.journal.runs_told().iter().all(|run| run.status != RunStatus::Paused));
}

#[tokio::test(start_paused = true)]
async fn a_failed_attempt_that_finds_no_room_is_tried_again_once_it_is_kept() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    world.store.refuse(StoreCall::Finish, ALWAYS);
    call.fail(ErrorClass::ServerError, "out of order");
    told_why(&world, id).await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(world.wire.is_quiet());
    world.store.make_room();
    world.journal.told_again(id).await;
    world.wire.call().await.finish();
    world.ended(1).await;
    let statuses: Vec<_> = world.journal.outcomes().iter().map(|outcome| outcome.status).collect();
    assert_eq!(statuses, [AttemptStatus::Failed, AttemptStatus::Succeeded]);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_run_that_finds_no_room_is_kept_when_there_is_some() {
    let world = World::new();
    world.store.refuse(StoreCall::FinishRun, ALWAYS);
    let (id, call) = world.one_call(Asked::default()).await;
    call.finish();
    world.journal.told(id, ExecutionStatus::Completed).await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    let late = soon(world.engine.cancel_run(run_id(1))).await.unwrap();
    assert_eq!(late.status, RunStatus::Running, "as it is stored");
    world.store.make_room();
    assert_eq!(world.ended(1).await.status, RunStatus::Completed);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_is_answered_while_there_is_no_room_and_kept_when_there_is_some() {
    let world = one_at_a_time();
    world.submit(1, Asked::of(&["fake:a", "fake:b"])).await;
    let call = world.wire.call().await;
    world.store.refuse(StoreCall::Finish, ALWAYS);
    world.store.refuse(StoreCall::LeaveQueue, ALWAYS);
    for _ in 0..2 {
        let run = soon(world.engine.cancel_run(run_id(1))).await.unwrap();
        assert_eq!(run.status, RunStatus::Running, "as it is stored");
    }
    call.closed().await;
    soon(world.engine.cancel_execution(execution_id(100))).await.unwrap();
    soon(world.engine.cancel_execution(execution_id(101))).await.unwrap();
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(world.wire.is_quiet());

    world.store.make_room();
    let run = world.ended(1).await;
    assert_eq!((run.status, run.progress.cancelled), (RunStatus::Cancelled, 2));
    assert!(world.wire.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn many_ends_that_find_no_room_try_one_at_a_time_and_all_are_kept() {
    let world = World::new();
    let models = ["fake:a"; 5];
    world.submit(1, Asked::of(&models)).await;
    let calls = world.wire.calls(["a"; 5]).await;
    // The five first tries, and six of one after the other, 0, 0.25, 0.5, 1, 2 and 4 s apart; then 5 s.
    world.store.refuse(StoreCall::Finish, 5 + 6);
    let refused = Instant::now();
    for call in calls {
        call.finish();
    }
    let run = world.ended(1).await;
    assert_eq!((run.status, run.progress.completed), (RunStatus::Completed, 5));
    assert_eq!(refused.elapsed(), Duration::from_millis(12_750));
    assert_eq!(world.journal.outcomes().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_provider_has_to_wait_while_no_more_of_its_answer_can_be_held() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    world.store.refuse(StoreCall::Append, ALWAYS);
    let mebibyte = "x".repeat(1 << 20);
    for _ in 0..20 {
        call.text(&mebibyte);
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
    let taken = world.journal.chunks(id, OutputPart::Text).len() >> 20;
    assert!((8..=10).contains(&taken), "{taken} MiB were taken in");
    world.store.make_room();
    call.finish();
    world.journal.told(id, ExecutionStatus::Completed).await;
    let parts = world.journal.parts();
    let outcome = world.journal.outcomes().remove(0);
    let kept: usize = parts.iter().map(|part| part.text.len()).sum();
    assert_eq!((outcome.output.len(), kept + outcome.last_part.text.len()), (20 << 20, 20 << 20));
}

#[tokio::test(start_paused = true)]
async fn the_engine_can_be_shut_down_while_there_is_no_room() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    world.store.refuse(StoreCall::Finish, ALWAYS);
    call.finish();
    told_why(&world, id).await;
    let before = Instant::now();
    world.engine.shutdown().await;
    assert!(before.elapsed() < Duration::from_secs(2), "{:?}", before.elapsed());
    assert_eq!(world.execution(id).status, ExecutionStatus::Running, "the next start finds it");
}
