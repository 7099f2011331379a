//! Things that go wrong: with the answer, with the inputs, with FormaOps itself, with the store.

use crate::support::{Asked, Entry, StoreCall, World, soon};
use formaops_domain::{
    AttemptStatus, ErrorClass, EventBody, ExecutionStatus, Noun, OutputPart, RunStatus, Variable,
    VariableType,
};
use formaops_engine::EngineError;
use formaops_testkit::{content, execution_id, run_id};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn text_that_came_stays_whatever_error_follows() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    call.text("Hello wor");
    call.fail(ErrorClass::Reset, "the connection broke");
    let execution = world.journal.told(id, ExecutionStatus::Failed).await;
    assert_eq!(execution.failure.unwrap().class, ErrorClass::Reset);
    let outcome = world.journal.outcomes().remove(0);
    assert_eq!((outcome.status, outcome.output.as_str()), (AttemptStatus::Failed, "Hello wor"));
    assert_eq!(world.ended(1).await.progress.failed, 1);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_just_stops_is_truncated() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    call.text("Hello wor");
    drop(call);
    let execution = world.journal.told(id, ExecutionStatus::Failed).await;
    assert_eq!(execution.failure.unwrap().class, ErrorClass::Truncated);
    assert_eq!(world.journal.outcomes()[0].output, "Hello wor");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_ends_after_its_time_and_keeps_what_came() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    call.text("Hello");
    world.journal.streamed(id, "Hello").await;
    tokio::time::sleep(Duration::from_secs(599)).await;
    assert_eq!(world.execution(id).status, ExecutionStatus::Running);
    let execution = world.journal.told(id, ExecutionStatus::Failed).await;
    call.closed().await;
    assert_eq!(execution.failure.unwrap().class, ErrorClass::Timeout);
    assert_eq!(execution.metrics.latency_ms, Some(Duration::from_secs(600).into()));
    assert_eq!(world.journal.outcomes()[0].output, "Hello");
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_end_is_cut_at_the_limit_and_says_so() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    call.text("x");
    let long = "é".repeat(7 << 20);
    for _ in 0..5 {
        call.text(&long);
    }
    let failure = world.journal.told(id, ExecutionStatus::Failed).await.failure.unwrap();
    assert!(failure.message.contains("64 MiB"), "{failure}");
    call.closed().await;
    let kept = world.journal.outcomes().remove(0).output;
    assert_eq!(kept.len(), (64 << 20) - 1, "all that fits of whole characters");
}

#[tokio::test(start_paused = true)]
async fn inputs_that_do_not_fit_are_told_before_anything_is_sent() {
    let world = World::new();
    let mut asked = content("Greet {{name}}");
    asked.variables = vec![Variable::new("name", VariableType::String).required()];
    world.submit(1, Asked { content: asked, ..Asked::default() }).await;
    let execution = world.journal.told(execution_id(100), ExecutionStatus::Failed).await;
    let failure = execution.failure.unwrap();
    assert_eq!(failure.class, ErrorClass::Inputs);
    assert!(failure.message.contains("`name`"), "{failure}");
    assert_eq!(execution.started_at, None);
    world.ended(1).await;
    assert!(world.wire.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn a_broken_template_and_a_provider_that_is_gone_have_their_class() {
    for (asked, class) in [
        (Asked { content: content("{{#if"), ..Asked::default() }, ErrorClass::Template),
        (Asked::of(&["gone:a"]), ErrorClass::NoProvider),
    ] {
        let world = World::new();
        world.submit(1, asked).await;
        let execution = world.journal.told(execution_id(100), ExecutionStatus::Failed).await;
        assert_eq!(execution.failure.unwrap().class, class);
        assert_eq!(world.ended(1).await.status, RunStatus::Completed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_fails_its_execution_alone_and_keeps_its_text() {
    let world = World::new();
    world.submit(1, Asked::of(&["fake:a", "fake:b"])).await;
    let [broken, sound] = world.wire.calls(["a", "b"]).await;
    let id = execution_id(100);
    broken.text("Hello");
    broken.panic();
    let failure = world.journal.told(id, ExecutionStatus::Failed).await.failure.unwrap();
    assert_eq!(failure.class, ErrorClass::Internal);
    assert_eq!(world.journal.outcomes()[0].output, "Hello");

    sound.text("Bonjour");
    sound.finish();
    let run = world.ended(1).await;
    assert_eq!((run.progress.failed, run.progress.completed), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_panic_while_an_answer_is_settled_keeps_the_answer() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    world.tokens.break_down();
    call.text("Hello");
    call.finish();
    let execution = world.journal.told(id, ExecutionStatus::Failed).await;
    assert_eq!(execution.failure.unwrap().class, ErrorClass::Internal);
    assert_eq!(world.journal.outcomes()[0].output, "Hello");
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_store_ends_no_more_than_its_execution() {
    for call in [StoreCall::Load, StoreCall::Start, StoreCall::Finish, StoreCall::GetRun] {
        let world = World::new();
        world.store.panic_at(call);
        world.submit(1, Asked::default()).await;
        if call == StoreCall::Finish || call == StoreCall::GetRun {
            world.wire.call().await.finish();
        }
        let ended = soon(world.engine.wait_run(run_id(1))).await;
        match call {
            StoreCall::Load | StoreCall::GetRun => assert_eq!(ended.unwrap().status, RunStatus::Completed),
            _ => assert_eq!(ended, Err(EngineError::Uncommitted { run: run_id(1) }), "{call:?}"),
        }
        assert_eq!(world.engine.status().await.unwrap().running, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn an_end_that_the_store_cannot_keep_is_not_told_as_an_end() {
    let world = World::new();
    world.store.fail(StoreCall::Finish, u32::MAX);
    let (id, call) = world.one_call(Asked::default()).await;
    call.text("Hello");
    call.finish();
    let told = world
        .journal
        .until(|entry| match entry {
            Entry::Told(EventBody::ExecutionUpdated { execution }) if execution.failure.is_some() => {
                Some((**execution).clone())
            }
            _ => None,
        })
        .await;
    assert_eq!((told.id, told.status), (id, ExecutionStatus::Running));
    assert_eq!(told.failure.unwrap().class, ErrorClass::Storage);
    let ended = soon(world.engine.wait_run(run_id(1))).await;
    assert_eq!(ended, Err(EngineError::Uncommitted { run: run_id(1) }));
    assert!(world.journal.runs_told().iter().all(|run| !run.status.is_terminal()));
    let changed = |entry: &Entry| match entry {
        Entry::Told(EventBody::Changed { noun: Noun::Run, id }) => id.clone(),
        _ => None,
    };
    assert_eq!(world.journal.until(changed).await, run_id(1).to_string());
    assert!(world.engine.is_stalled(run_id(1)), "whoever asks is told why it does not end");
    assert_eq!(
        world.engine.live_output(id, OutputPart::Text, 0).unwrap().text,
        "Hello",
        "it can still be read"
    );
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_the_store_cannot_start_is_not_sent() {
    let world = World::new();
    world.store.fail(StoreCall::Start, 1);
    world.submit(1, Asked::default()).await;
    let execution = world.journal.told(execution_id(100), ExecutionStatus::Failed).await;
    assert_eq!(execution.failure.unwrap().class, ErrorClass::Storage);
    assert!(world.wire.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn a_store_that_keeps_nothing_at_all_leaves_the_execution_pending_and_says_why() {
    let world = World::new();
    world.store.fail(StoreCall::Start, u32::MAX);
    world.store.fail(StoreCall::LeaveQueue, u32::MAX);
    world.submit(1, Asked::default()).await;
    let told = world.journal.told(execution_id(100), ExecutionStatus::Pending).await;
    assert_eq!(told.failure.unwrap().class, ErrorClass::Storage);
    let ended = soon(world.engine.wait_run(run_id(1))).await;
    assert_eq!(ended, Err(EngineError::Uncommitted { run: run_id(1) }));
}

#[tokio::test(start_paused = true)]
async fn a_cancel_that_the_store_cannot_keep_says_so() {
    let world = World::new();
    let (id, _call) = world.one_call(Asked::default()).await;
    world.store.fail(StoreCall::Finish, u32::MAX);
    let answered = soon(world.engine.cancel_execution(id)).await;
    assert_eq!(answered, Err(EngineError::Uncommitted { run: run_id(1) }));
}
