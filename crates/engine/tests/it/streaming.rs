//! From the queue to the committed end, with everything going well.

use crate::support::{Asked, Entry, StoreCall, World};
use formaops_domain::{
    AttemptStatus, EventBody, ExecutionStatus, FinishReason, OutputPart, Role, RunStatus, Span,
    ValidationStatus, ports::StreamPart,
};
use formaops_testkit::{execution_id, message_content, run_id};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn an_answer_is_streamed_and_kept_with_all_that_was_said_about_it() {
    let world = World::new();
    let content = message_content([(Role::System, "Be brief."), (Role::User, "Greet {{name}}.")]);
    let inputs = serde_json::from_str(r#"{"name": "Ada"}"#).unwrap();
    let (id, call) = world.one_call(Asked { content, inputs, ..Asked::default() }).await;

    let sent: Vec<_> =
        call.request.messages.iter().map(|message| (message.role, message.all_text())).collect();
    assert_eq!(sent, [(Role::System, "Be brief.".to_owned()), (Role::User, "Greet Ada.".to_owned())]);
    assert_eq!(call.request.model, "a");

    call.send(StreamPart::Reasoning("Ada is here.".to_owned()));
    call.text("Good ");
    world.journal.streamed(id, "Good ").await;
    tokio::time::advance(Duration::from_secs(2)).await;
    call.text("day, Ada");
    call.usage(7, 10);
    call.finish();
    let execution = world.journal.told(id, ExecutionStatus::Completed).await;

    assert_eq!(world.journal.chunks(id, OutputPart::Text), "Good day, Ada");
    let outcome = world.journal.outcomes().remove(0);
    assert_eq!(outcome.status, AttemptStatus::Succeeded);
    assert_eq!((outcome.output.as_str(), outcome.reasoning.as_str()), ("Good day, Ada", "Ada is here."));
    assert_eq!((outcome.http_status, outcome.request_id.as_deref()), (Some(200), Some("req-1")));
    assert!(outcome.request_hash.is_some());
    assert_eq!(outcome.finish, Some(FinishReason::Stop.into()));
    assert_eq!(outcome.validation_status, ValidationStatus::Skipped);
    let metrics = execution.metrics;
    assert_eq!(metrics.first_token_ms, Some(Span::default()));
    assert_eq!(metrics.latency_ms, Some(Duration::from_secs(2).into()));
    assert_eq!(metrics.tokens_per_second, Some(5.0));

    let run = world.ended(1).await;
    assert_eq!((run.status, run.progress.completed), (RunStatus::Completed, 1));
}

#[tokio::test(start_paused = true)]
async fn columns_stream_side_by_side_and_one_that_is_slow_holds_up_no_other() {
    let world = World::new();
    world.submit(1, Asked::of(&["fake:a", "fake:b", "fake:c"])).await;
    let [slow, second, third] = world.wire.calls(["a", "b", "c"]).await;
    for round in ["one ", "two "] {
        second.text(round);
        third.text(round);
    }
    world.journal.streamed(execution_id(101), "one two ").await;
    world.journal.streamed(execution_id(102), "one two ").await;
    for call in [slow, second, third] {
        call.finish();
    }
    assert_eq!(world.ended(1).await.progress.completed, 3);
}

#[tokio::test(start_paused = true)]
async fn a_transition_is_committed_before_it_is_told() {
    let world = World::new();
    world.store.commits_take(Duration::from_millis(5));
    world.submit(1, Asked::of(&["fake:a", "fake:b"])).await;
    let [first, second] = world.wire.calls(["a", "b"]).await;
    first.text("Hello");
    first.finish();
    world.journal.told(execution_id(100), ExecutionStatus::Completed).await;
    world.engine.cancel_execution(execution_id(101)).await.unwrap();
    drop(second);
    world.ended(1).await;

    let (mut committed, mut run_committed) = (Vec::new(), None);
    let mut told = 0;
    for entry in world.journal.entries() {
        match entry {
            Entry::Started(attempt) => committed.push((attempt.execution_id, ExecutionStatus::Running)),
            Entry::Finished(outcome) => {
                let status = match outcome.status {
                    AttemptStatus::Cancelled => ExecutionStatus::Cancelled,
                    _ => ExecutionStatus::Completed,
                };
                committed.push((outcome.execution, status));
            }
            Entry::LeftQueue(execution) => committed.push((execution, ExecutionStatus::Cancelled)),
            Entry::RunFinished(run, status) => run_committed = Some((run, status)),
            Entry::Told(EventBody::ExecutionUpdated { execution }) => {
                told += 1;
                let moved = (execution.id, execution.status);
                assert!(committed.contains(&moved), "{moved:?} was told before it was committed");
            }
            Entry::Told(EventBody::RunUpdated { run }) if run.status.is_terminal() => {
                assert_eq!(run_committed, Some((run.id, run.status)));
            }
            _ => {}
        }
    }
    assert_eq!(told, 4);
}

#[tokio::test(start_paused = true)]
async fn text_is_told_at_once_however_slow_the_store_is() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    world.store.stall(StoreCall::Append);
    call.text("first ");
    world.journal.streamed(id, "first ").await;
    tokio::time::advance(Duration::from_secs(1)).await;
    call.text("second");
    world.journal.streamed(id, "first second").await;
    assert!(world.journal.parts().is_empty(), "the store has nothing yet");
    world.store.go_on();
    call.finish();
    world.ended(1).await;
}

#[tokio::test(start_paused = true)]
async fn who_joins_late_reads_what_came_before_and_the_store_has_it_after() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    call.send(StreamPart::Reasoning("thinking".to_owned()));
    call.text("Hello ");
    call.text("Ada");
    world.journal.streamed(id, "Hello Ada").await;

    let live = |part, offset| world.engine.live_output(id, part, offset);
    let read = live(OutputPart::Text, 6).unwrap();
    assert_eq!((read.text.as_str(), read.offset, read.next), ("Ada", 6, 9));
    assert_eq!(live(OutputPart::Reasoning, 0).unwrap().text, "thinking");
    call.finish();
    world.ended(1).await;
    assert_eq!((live(OutputPart::Text, 0), live(OutputPart::Reasoning, 0)), (None, None));
}

#[tokio::test(start_paused = true)]
async fn reasoning_is_told_as_it_comes_with_offsets_of_its_own() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    let think = |thought: &str| call.send(StreamPart::Reasoning(thought.to_owned()));
    think("Ada ");
    think("is hé");
    world.journal.thought(id, "Ada is hé").await;
    assert_eq!(world.journal.chunks(id, OutputPart::Text), "");
    call.text("Good day");
    think("re.");
    world.journal.streamed(id, "Good day").await;
    world.journal.thought(id, "Ada is hére.").await;
    call.finish();
    world.ended(1).await;
    assert_eq!(world.journal.outcomes().remove(0).reasoning, "Ada is hére.");
}

#[tokio::test(start_paused = true)]
async fn a_run_is_told_as_it_moves_and_last_as_it_ended() {
    let world = World::new();
    world.submit(1, Asked::of(&["fake:a", "fake:b"])).await;
    let [first, second] = world.wire.calls(["a", "b"]).await;
    first.finish();
    world.journal.told(execution_id(100), ExecutionStatus::Completed).await;
    second.finish();
    world.ended(1).await;

    let told = world.journal.runs_told();
    assert_eq!(told.first().map(|run| run.status), Some(RunStatus::Running));
    let last = told.last().unwrap();
    assert_eq!((last.id, last.status, last.progress.completed), (run_id(1), RunStatus::Completed, 2));
    assert_eq!(told.iter().filter(|run| run.status.is_terminal()).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn latency_is_the_providers_and_what_the_store_took_is_not_in_it() {
    let world = World::new();
    world.store.commits_take(Duration::from_millis(40));
    let (id, call) = world.one_call(Asked::default()).await;
    tokio::time::advance(Duration::from_millis(300)).await;
    call.text("Hello");
    world.journal.streamed(id, "Hello").await;
    call.finish();
    let execution = world.journal.told(id, ExecutionStatus::Completed).await;
    assert_eq!(execution.metrics.first_token_ms, Some(Duration::from_millis(300).into()));
    assert_eq!(execution.metrics.latency_ms, Some(Duration::from_millis(300).into()));
    let (started, completed) = (execution.started_at.unwrap(), execution.completed_at.unwrap());
    assert_eq!(completed.since(started), Duration::from_millis(340).into());
}

#[tokio::test(start_paused = true)]
async fn a_wall_clock_that_steps_back_loses_no_result() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    let started = world.execution(id).started_at.unwrap();
    tokio::time::advance(Duration::from_secs(3)).await;
    world.clock.set_wall("2001-01-01T00:00:00Z".parse().unwrap());
    call.finish();
    let execution = world.journal.told(id, ExecutionStatus::Completed).await;
    assert_eq!(execution.completed_at, Some(started.after(Duration::from_secs(3).into())));
}
