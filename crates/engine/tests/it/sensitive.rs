//! A sensitive input is in the request and nowhere else.

use crate::support::{Asked, Call, World};
use formaops_domain::{
    ErrorClass, ExecutionId, ExecutionStatus, JsonObject, OutputPart, ToolCall, Variable, VariableType,
    ports::StreamPart,
};
use formaops_testkit::{content, execution_id};
use serde_json::json;
use std::time::Duration;

const SECRET: &str = "hunter2-swordfish";

fn object(value: serde_json::Value) -> JsonObject {
    serde_json::from_value(value).unwrap()
}

async fn call_with_secret(world: &World) -> (ExecutionId, Call) {
    let mut asked = content("Log in as {{user}} with {{password}}");
    let password = Variable { sensitive: true, ..Variable::new("password", VariableType::String) };
    asked.variables = vec![Variable::new("user", VariableType::String), password];
    let inputs = object(json!({ "user": "ada", "password": "••••" }));
    let mut submission = world.given(1, Asked { content: asked, inputs, ..Asked::default() });
    submission.sensitive = object(json!({ "password": SECRET }));
    assert!(!format!("{submission:?}").contains(SECRET));
    world.engine.submit(submission).await.unwrap();
    let call = world.wire.call().await;
    assert_eq!(call.request.messages[0].all_text(), format!("Log in as ada with {SECRET}"));
    (execution_id(100), call)
}

/// Every text and every byte that was stored or told.
fn all_that_was_written(world: &World) -> String {
    let frames: Vec<u8> = world
        .journal
        .parts()
        .iter()
        .chain(world.journal.outcomes().iter().map(|outcome| &outcome.last_part))
        .flat_map(|part| part.frames.iter().flat_map(|(_, bytes)| bytes.to_vec()))
        .collect();
    format!("{:?}\n{}", world.journal.entries(), String::from_utf8_lossy(&frames))
}

/// As an SSE stream would carry it: an event for each piece.
fn say(call: &Call, piece: &str) {
    call.raw(&format!("data: {}\n\n", json!({ "content": piece })));
    call.text(piece);
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_the_model_repeats_letter_by_letter_is_written_nowhere() {
    let world = World::new();
    let (id, call) = call_with_secret(&world).await;
    say(&call, "You said ");
    for letter in SECRET.chars() {
        call.raw(&format!("data: {}\n\n", json!({ "reasoning": letter })));
        call.send(StreamPart::Reasoning(letter.to_string()));
        say(&call, &letter.to_string());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    say(&call, ", right?");
    call.finish();
    world.journal.told(id, ExecutionStatus::Completed).await;

    assert_eq!(world.journal.chunks(id, OutputPart::Text), "You said [redacted], right?");
    assert_eq!(world.journal.chunks(id, OutputPart::Reasoning), "[redacted]");
    let outcome = world.journal.outcomes().remove(0);
    assert_eq!(
        (outcome.output.as_str(), outcome.reasoning.as_str()),
        ("You said [redacted], right?", "[redacted]")
    );
    let written = all_that_was_written(&world);
    assert!(!written.contains(SECRET));
    for letter in [r#"{"content":"2"}"#, r#"{"reasoning":"2"}"#] {
        assert!(!written.contains(letter), "no letter of it is left in the recording");
    }
    assert!(written.contains(r#"{"content":"You said "}"#) && written.contains(r#"{"content":", right?"}"#));
}

#[tokio::test(start_paused = true)]
async fn a_secret_in_the_arguments_of_a_tool_call_is_written_nowhere() {
    let world = World::new();
    let (id, call) = call_with_secret(&world).await;
    say(&call, "I log in.");
    // A provider holds the bytes of a call back until it is whole.
    let pieces = SECRET.chars().map(|letter| format!("data: {}\n\n", json!({ "arguments": letter })));
    call.raw(&pieces.collect::<String>());
    let arguments = json!({ "password": SECRET }).to_string();
    call.send(StreamPart::ToolCall(ToolCall { id: "c1".into(), name: "log_in".into(), arguments }));
    call.finish();
    world.journal.told(id, ExecutionStatus::Completed).await;

    let outcome = world.journal.outcomes().remove(0);
    assert_eq!(outcome.tool_calls[0].arguments, r#"{"password":"[redacted]"}"#);
    let written = all_that_was_written(&world);
    assert!(!written.contains(SECRET) && !written.contains(r#"{"arguments":"2"}"#));
    assert!(written.contains(r#"{"content":"I log in."}"#));
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_lies_across_raw_chunks_is_written_nowhere() {
    let world = World::new();
    let (id, call) = call_with_secret(&world).await;
    let (head, tail) = SECRET.split_at(5);
    call.raw(&format!("data: {{\"content\":\"{head}"));
    call.raw(&format!("{tail}\"}}\n\n"));
    call.text(SECRET);
    call.finish();
    world.journal.told(id, ExecutionStatus::Completed).await;
    let written = all_that_was_written(&world);
    assert!(!written.contains(head) && !written.contains(tail), "{written}");
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_is_cut_short_by_a_cancel_shows_no_letter() {
    let world = World::new();
    let (id, call) = call_with_secret(&world).await;
    say(&call, "It is ");
    world.journal.streamed(id, "It is ").await;
    say(&call, "hunter2-sword");
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.engine.cancel_execution(id).await.unwrap();
    assert_eq!(world.journal.outcomes()[0].output, "It is [redacted]");
    assert!(!all_that_was_written(&world).contains("hunter2"));
}

#[tokio::test(start_paused = true)]
async fn words_that_only_begin_like_a_secret_are_kept_whole() {
    let world = World::new();
    let (id, call) = call_with_secret(&world).await;
    say(&call, "a hunter");
    say(&call, " and a hunt");
    call.finish();
    world.journal.told(id, ExecutionStatus::Completed).await;
    assert_eq!(world.journal.outcomes()[0].output, "a hunter and a hunt");
    let written = all_that_was_written(&world);
    assert!(
        written.contains(r#"{"content":"a hunter"}"#) && written.contains(r#"{"content":" and a hunt"}"#)
    );
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_quotes_a_secret_is_written_without_it() {
    let world = World::new();
    let (id, call) = call_with_secret(&world).await;
    call.fail(ErrorClass::BadRequest, &format!("cannot parse `{SECRET}`"));
    let failure = world.journal.told(id, ExecutionStatus::Failed).await.failure.unwrap();
    assert_eq!(failure.message, "cannot parse `[redacted]`");
    assert!(!all_that_was_written(&world).contains(SECRET));
}

#[tokio::test(start_paused = true)]
async fn a_sensitive_value_that_does_not_fit_is_named_and_not_quoted() {
    let world = World::new();
    let mut asked = content("{{password}}");
    let password = Variable {
        sensitive: true,
        options: vec!["open".to_owned(), "sesame".to_owned()],
        ..Variable::new("password", VariableType::Enum)
    };
    asked.variables = vec![password];
    let mut submission = world.given(1, Asked { content: asked, ..Asked::default() });
    submission.sensitive = object(json!({ "password": SECRET.repeat(100) }));
    world.engine.submit(submission).await.unwrap();
    let execution = world.journal.told(execution_id(100), ExecutionStatus::Failed).await;
    let failure = execution.failure.unwrap();
    assert_eq!(failure.class, ErrorClass::Inputs);
    assert!(failure.message.contains("`password`") && !failure.message.contains("hunter"), "{failure}");
}
