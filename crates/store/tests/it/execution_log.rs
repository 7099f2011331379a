//! The log of an execution: kept with its steps, in order, and no further than them.

use crate::world::{World, at, attempt, outcome, part};
use formaops_domain::{
    AttemptStatus, ErrorClass, Failure, LogEntry, LogLevel, Retry,
    ports::{Outcome, RecordingPart},
};
use formaops_testkit::{attempt_id, execution_id};
use serde_json::json;

fn step(seconds: i64, message: &str) -> LogEntry {
    LogEntry::new(at(seconds), Some(1), LogLevel::Info, message)
}

async fn told(world: &World, number: u64) -> Vec<String> {
    let log = world.store.get_execution_log(execution_id(number)).await.unwrap();
    log.entries.into_iter().map(|entry| entry.message).collect()
}

fn ended(log: Vec<LogEntry>) -> Outcome {
    let last_part = RecordingPart { log, ..part(1, 5000, "text") };
    Outcome { last_part, ..outcome(1, "text") }
}

#[tokio::test]
async fn steps_are_in_order_whichever_transaction_brought_them() {
    let world = World::new().await;
    world.run(&["dry-run:a"]).await;
    assert_eq!(told(&world, 1).await, ["Queued"]);
    world.start(1).await;
    let early = RecordingPart { log: vec![step(11, "sent"), step(12, "answered")], ..part(1, 100, "te") };
    world.store.append_recording(early).await.unwrap();
    let head = step(14, "completed").with("headers", json!({ "server": "x" }));
    world.store.finish_attempt(&ended(vec![step(13, "passed"), head])).await.unwrap();
    let log = world.store.get_execution_log(execution_id(1)).await.unwrap().entries;
    let messages: Vec<_> = log.iter().map(|entry| entry.message.as_str()).collect();
    assert_eq!(messages, ["Queued", "Left the queue", "sent", "answered", "passed", "completed"]);
    assert_eq!((log[1].attempt, log[1].at), (Some(1), at(10)));
    assert_eq!(log[5].metadata["headers"], json!({ "server": "x" }));
    assert!(log[4].metadata.is_empty());
}

#[tokio::test]
async fn an_end_that_is_refused_leaves_no_steps() {
    let world = World::new().await;
    world.run(&["dry-run:a"]).await;
    world.start(1).await;
    world.store.finish_attempt(&ended(vec![step(14, "completed")])).await.unwrap();
    assert!(world.store.finish_attempt(&ended(vec![step(15, "again")])).await.is_err());
    assert_eq!(told(&world, 1).await, ["Queued", "Left the queue", "completed"]);
}

#[tokio::test]
async fn a_retry_a_wait_that_was_cancelled_and_a_kill_are_steps() {
    let world = World::new().await;
    world.run(&["dry-run:a", "dry-run:b", "dry-run:c", "dry-run:d"]).await;
    world.start(1).await;
    let failure = Failure::new(ErrorClass::ServerError, "overloaded", "Wait.");
    let failed = Outcome {
        status: AttemptStatus::Failed,
        failure: Some(failure.clone()),
        ..ended(vec![step(14, "will be tried again")])
    };
    let retry =
        Retry { attempt: 2, last: 4, model: None, at: at(20), failure: failure.clone(), feedback: None };
    world.store.retry_attempt(&failed, retry).await.unwrap();
    let second = formaops_domain::Attempt { id: attempt_id(9), number: 2, started_at: at(20), ..attempt(1) };
    world.store.start_attempt(second, vec![step(20, "Left the queue")]).await.unwrap();
    assert_eq!(told(&world, 1).await, ["Queued", "Left the queue", "will be tried again", "Left the queue"]);
    world.store.finish_queued(execution_id(2), None, at(5)).await.unwrap();
    world.store.finish_queued(execution_id(3), Some(failure), at(5)).await.unwrap();
    assert_eq!(told(&world, 2).await[1..], ["Cancelled while it waited"]);
    assert_eq!(told(&world, 3).await[1..], ["Failed before it was sent"]);

    let after = world.killed().await;
    after.store.recover(at(60)).await.unwrap();
    assert_eq!(told(&after, 1).await.last().unwrap(), "FormaOps ended while the answer was coming");
    assert_eq!(told(&after, 4).await[1..], ["FormaOps ended before this was sent"]);
    let interrupted = after.store.get_execution_log(execution_id(1)).await.unwrap().entries;
    assert_eq!(interrupted.last().unwrap().attempt, Some(2));
}
