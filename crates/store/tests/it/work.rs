//! What the engine is given to carry out an execution.

use crate::world::{World, at, inputs, new_run, outcome, run};
use formaops_domain::{
    AttemptStatus, Case, ErrorClass, Failure, Retry,
    ports::{Outcome, RunStore},
};
use formaops_store::{NewCell, NewRun};
use formaops_testkit::{content, execution_id};
use std::sync::Arc;

/// A run of fifty cases in two columns, the executions 1 to 100; the inputs of the case 3 are large.
async fn fifty_cases(world: &World) {
    let prompt = world.prompt(1, "p").await;
    let version = world.save(prompt.id, content("Hello {{name}}")).await;
    let cases = (0..50).map(|number| Case::of(inputs(&name(number)))).collect();
    let cells = (0..100).map(|place| NewCell {
        id: execution_id(u64::from(place) + 1),
        variant: place % 2,
        case: place / 2,
        repeat: 0,
    });
    let run = run(1, &version, &["dry-run:a", "dry-run:b"]);
    let new = NewRun { cases, cells: cells.collect(), ..new_run(run, 1) };
    world.store.insert_run(new).await.unwrap();
}

fn name(case: u32) -> String {
    if case == 3 { "long ".repeat(10_000) } else { format!("case {case}") }
}

#[tokio::test]
async fn what_waits_behind_an_execution_is_read_with_it_and_is_its_own() {
    let world = World::new().await;
    fifty_cases(&world).await;
    let mut contents = Vec::new();
    // One column is ahead of the other.
    for number in (1..=100).step_by(2).chain((2..=100).step_by(2)) {
        let work = world.store.load_work(execution_id(number), false).await.unwrap();
        let place = u32::try_from(number - 1).unwrap();
        assert_eq!((work.execution.id, work.attempt_number), (execution_id(number), 1));
        assert_eq!((work.execution.case, work.execution.variant), (place / 2, place % 2));
        assert_eq!(*work.inputs, inputs(&name(place / 2)));
        assert_eq!(work.execution.model.to_string(), ["dry-run:a", "dry-run:b"][place as usize % 2]);
        contents.push(work.content);
    }
    // What was read at once has one content for each column; the large inputs are read by themselves.
    let mut contents: Vec<_> = contents.iter().map(Arc::as_ptr).collect();
    contents.sort_unstable();
    contents.dedup();
    assert_eq!(contents.len(), 4 * 2 + 2);
}

#[tokio::test]
async fn an_execution_that_was_tried_since_is_read_anew() {
    let world = World::new().await;
    fifty_cases(&world).await;
    // Reads the second one along.
    world.store.load_work(execution_id(1), false).await.unwrap();
    world.start(2).await;
    let failure = Failure::new(ErrorClass::ServerError, "the server said 500", "Try again.");
    let failed = Outcome { status: AttemptStatus::Failed, failure: Some(failure.clone()), ..outcome(2, "") };
    let retry = Retry { attempt: 2, last: 4, model: None, at: at(20), failure, feedback: None };
    world.store.retry_attempt(&failed, retry.clone()).await.unwrap();

    let work = world.store.load_work(execution_id(2), true).await.unwrap();
    assert_eq!((work.attempt_number, work.execution.retry), (2, Some(retry)));
}
