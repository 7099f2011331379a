//! What is logged on the way: every step, with the transaction of whatever it led to.

use crate::support::{Asked, Entry, World};
use formaops_domain::{ErrorClass, ExecutionStatus, LogEntry, LogLevel};
use serde_json::json;
use std::time::Duration;

/// The steps of everything that was committed, in that order.
fn steps(world: &World) -> Vec<LogEntry> {
    let entries = world.journal.entries().into_iter();
    entries
        .flat_map(|entry| match entry {
            Entry::Appended(part) => part.log,
            Entry::Finished(outcome) => outcome.last_part.log,
            _ => Vec::new(),
        })
        .collect()
}

fn told(steps: &[LogEntry]) -> Vec<(Option<u32>, LogLevel, &str)> {
    steps.iter().map(|step| (step.attempt, step.level, step.message.as_str())).collect()
}

#[tokio::test(start_paused = true)]
async fn an_answer_leaves_its_steps_in_order_with_what_the_provider_said_of_itself() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    call.text("Hello");
    call.finish();
    world.journal.told(id, ExecutionStatus::Completed).await;
    let steps = steps(&world);
    assert_eq!(
        told(&steps),
        [
            (Some(1), LogLevel::Debug, "Checked and rendered"),
            (Some(1), LogLevel::Info, "Sent to the provider"),
            (Some(1), LogLevel::Info, "The provider answered"),
            (Some(1), LogLevel::Info, "The answer began"),
            (Some(1), LogLevel::Info, "Completed"),
        ]
    );
    assert_eq!(steps[2].metadata["httpStatus"], 200);
    assert_eq!(steps[2].metadata["headers"], json!({ "x-ratelimit-remaining-requests": "7" }));
    assert!(steps.is_sorted_by_key(|step| step.at));
}

#[tokio::test(start_paused = true)]
async fn a_retry_says_why_and_how_long_and_a_last_failure_that_it_was_the_last() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    call.fail(ErrorClass::ServerError, "the provider is overloaded");
    world.wire.call().await.fail(ErrorClass::Authentication, "the key is wrong");
    world.journal.told(id, ExecutionStatus::Failed).await;
    let steps = steps(&world);
    let ends: Vec<_> = steps.iter().filter(|step| step.level >= LogLevel::Warn).collect();
    assert_eq!(
        ends.iter().map(|step| step.message.as_str()).collect::<Vec<_>>(),
        ["Failed, and will be tried again", "Failed"]
    );
    assert_eq!((ends[0].attempt, ends[1].attempt), (Some(1), Some(2)));
    assert_eq!(ends[0].metadata["class"], json!(ErrorClass::ServerError));
    assert_eq!(ends[0].metadata["nextAttempt"], 2);
    assert!(ends[0].metadata.contains_key("waitMs"));
    assert_eq!(ends[1].metadata["class"], json!(ErrorClass::Authentication));
    // What a provider said stands with the failure, where it is scrubbed and shown as its words.
    assert!(!format!("{steps:?}").contains("overloaded"));
}

#[tokio::test(start_paused = true)]
async fn steps_are_kept_with_the_parts_of_a_long_answer_and_a_cancel_is_one() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    call.text("Hello");
    let part = world
        .journal
        .until(|entry| if let Entry::Appended(part) = entry { Some(part.clone()) } else { None })
        .await;
    assert_eq!(told(&part.log).last().unwrap().2, "The answer began");
    tokio::time::advance(Duration::from_secs(1)).await;
    world.engine.cancel_execution(id).await.unwrap();
    world.journal.told(id, ExecutionStatus::Cancelled).await;
    let steps = steps(&world);
    assert_eq!(told(&steps).last().unwrap(), &(Some(1), LogLevel::Warn, "Cancelled"));
    assert_eq!(steps.len(), 5, "{steps:?}");
}
