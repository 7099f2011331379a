//! Servers that misbehave: each fault has its class, its words, and loses no text.

use crate::world::{World, call_with, connect};
use formaops_domain::ports::StreamPart;
use formaops_domain::{ErrorClass, FinishReason};
use formaops_providers::HttpProvider;
use formaops_testkit::{ChatReply, Gate, Reply, ScriptedServer, provider, request};
use futures::StreamExt as _;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(20);

#[tokio::test]
async fn every_refusal_has_its_class_and_says_what_to_do() {
    let world = World::new().await;
    for (model, class) in [
        ("fail-400", ErrorClass::BadRequest),
        ("fail-401", ErrorClass::Authentication),
        ("fail-403", ErrorClass::Permission),
        ("fail-404", ErrorClass::NotFound),
        ("fail-429", ErrorClass::RateLimited),
        ("fail-500", ErrorClass::ServerError),
        ("fail-503", ErrorClass::ServerError),
    ] {
        let answer = world.call(model).await;
        let failure = answer.failure();
        assert_eq!(failure.class, class, "{model}");
        assert!(failure.message.contains("`local`") && !failure.hint.is_empty(), "{failure:?}");
        assert_eq!(failure.http_status.map(|status| format!("fail-{status}")).as_deref(), Some(model));
        assert!(failure.detail.is_some() && !answer.raw().is_empty(), "{model}");
    }
}

#[tokio::test]
async fn a_server_that_asks_to_wait_says_for_how_long() {
    let world = World::new().await;
    assert_eq!(world.call("fail-429").await.failure().retry_after, Some(2));
    // The world's clock stands at the beginning of 2026.
    let reply = Reply::error(503, "busy", "", None).header("retry-after", "Thu, 01 Jan 2026 00:01:00 GMT");
    world.server.enqueue(reply);
    assert_eq!(world.call("any").await.failure().retry_after, Some(60));
}

#[tokio::test]
async fn a_web_page_in_place_of_an_answer_is_named_by_its_title() {
    let world = World::new().await;
    let answer = world.call("html").await;
    assert_eq!(answer.class(), ErrorClass::InvalidResponse);
    assert_eq!(answer.failure().detail.as_deref(), Some("Welcome"));
    world.server.enqueue(Reply::html(502, "<title>502 Bad Gateway</title>"));
    assert_eq!(world.call("any").await.class(), ErrorClass::ServerError);
}

#[tokio::test]
async fn garbage_is_called_what_it_is_and_quoted() {
    let world = World::new().await;
    let binary: Vec<u8> = (128..=255).collect();
    for reply in [
        Reply::status(200).bytes("what?"),
        Reply::status(200).bytes("data: {nonsense\n\n"),
        Reply::status(200).bytes("{\"no\": \"choices\"}"),
        Reply::status(200).bytes(binary),
    ] {
        world.server.enqueue(reply);
        let answer = world.call("any").await;
        assert_eq!(answer.class(), ErrorClass::InvalidResponse);
        assert!(answer.failure().detail.is_some());
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_off_keeps_its_text_however_it_was_cut() {
    let world = World::new().await;
    let begun = || ChatReply::new().text("so far").unfinished().into_reply();
    for (what, reply) in [
        ("the body ends as if all was said", begun()),
        ("the connection is closed before the last chunk", begun().then_close()),
        ("the connection is closed, and nothing said how long the body is", begun().until_close()),
        ("an event stops in the middle", begun().bytes("data: {\"choices\":[{\"del")),
    ] {
        world.server.enqueue(reply);
        let answer = world.call("any").await;
        assert_eq!((answer.class(), answer.text().as_str()), (ErrorClass::Truncated, "so far"), "{what}");
    }
}

#[tokio::test]
async fn a_connection_that_ends_before_anything_was_said_may_be_tried_again() {
    let world = World::new().await;
    for (what, reply) in [
        ("closed in place of an answer", Reply::close()),
        ("reset in place of an answer", Reply::reset()),
        ("an empty body", Reply::status(200)),
        ("a stream that only says who speaks", ChatReply::new().unfinished().into()),
    ] {
        world.server.enqueue(reply);
        let answer = world.call("any").await;
        assert_eq!(answer.class(), ErrorClass::Reset, "{what}");
        assert!(answer.class().is_retryable());
    }
    assert_eq!(world.server.counts().received, 4, "nothing is tried again behind our back");
}

#[tokio::test]
async fn a_reset_in_the_middle_keeps_the_text_before_it() {
    let world = World::new().await;
    let gate = Gate::new();
    let chat = ChatReply::new().text("so far").pass(&gate).unfinished();
    world.server.enqueue(chat.into_reply().then_reset());
    let mut stream = world.provider.stream(request("any", "Hi"));
    let (mut text, mut failure) = (String::new(), None);
    while let Some(part) = stream.next().await {
        match part {
            Ok(StreamPart::Text(piece)) => {
                text.push_str(&piece);
                gate.open();
            }
            Ok(_) => {}
            Err(found) => failure = Some(found.class),
        }
    }
    assert_eq!((text.as_str(), failure), ("so far", Some(ErrorClass::Reset)));
}

#[tokio::test]
async fn what_breaks_after_the_finish_takes_nothing_from_the_answer() {
    let world = World::new().await;
    let said = || ChatReply::new().text("all of it").without_done().into_reply();
    for reply in [said().then_close(), said().then_silence()] {
        world.server.enqueue(reply);
        let answer = call_with(&world.provider, |request| request.timeouts.idle = 10 * SHORT).await;
        assert_eq!((answer.text().as_str(), &answer.failure), ("all of it", &None));
        assert_eq!(answer.finish(), Some(FinishReason::Stop));
    }
}

#[tokio::test]
async fn an_error_inside_the_stream_keeps_the_text_before_it() {
    let world = World::new().await;
    let answer = world.call("stream-error").await;
    assert_eq!(answer.text(), "The quick answer comes first.");
    assert_eq!(answer.class(), ErrorClass::ServerError);
    let said = "The server had an error while processing your request";
    assert_eq!(answer.failure().detail.as_deref(), Some(said));
}

#[tokio::test]
async fn silence_ends_at_the_timeout_that_it_belongs_to() {
    let world = World::new().await;
    for (model, idle, first_token, total, words, text) in [
        ("silent", LONG, SHORT, LONG, "did not begin to answer within 0.02 s", ""),
        ("stall", SHORT, LONG, LONG, "fell silent for 0.02 s", "The quick answer comes first."),
        ("stall", LONG, LONG, SHORT, "was not done within 0.02 s", "The quick answer comes first."),
        ("silent", LONG, LONG, SHORT, "was not done within 0.02 s", ""),
    ] {
        let answer = call_with(&world.provider, |request| {
            request.model = model.to_owned();
            request.timeouts.idle = idle;
            request.timeouts.first_token = first_token;
            request.timeouts.total = total;
        })
        .await;
        assert_eq!(answer.class(), ErrorClass::Timeout, "{words}");
        assert!(answer.failure().message.contains(words), "{}", answer.failure());
        // A total that short may be over before the text came; what came is never lost.
        assert!(text.starts_with(&answer.text()), "{words}");
        world.server.wait_for(|counts| counts.in_flight == 0).await;
    }
}

#[tokio::test]
async fn a_model_that_thinks_before_its_first_word_may_take_as_long_as_that_may() {
    let world = World::new().await;
    let role = r#"data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#;
    world.server.script("thinker", Reply::status(200).chunked().bytes(format!("{role}\n\n")).then_silence());
    let answer = call_with(&world.provider, |request| {
        request.model = "thinker".to_owned();
        request.timeouts.idle = SHORT;
        request.timeouts.first_token = 10 * SHORT;
        request.timeouts.total = LONG;
    })
    .await;
    assert_eq!(answer.class(), ErrorClass::Timeout);
    assert!(
        answer.failure().message.contains("did not begin to answer within 0.2 s"),
        "{}",
        answer.failure()
    );
}

#[tokio::test]
async fn a_redirect_is_reported_and_never_followed() {
    let (world, other) = (World::new().await, ScriptedServer::start().await);
    let target = other.base_url().join("/v1/chat/completions?key=1").unwrap();
    world.server.enqueue(Reply::redirect(target.as_str()));
    let answer = world.call("any").await;
    assert_eq!(answer.class(), ErrorClass::Redirect);
    let shown = format!("`{}`", target.as_str().trim_end_matches("?key=1"));
    assert!(answer.failure().message.contains(&shown), "{}", answer.failure());
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn an_answer_without_end_is_cut_at_the_limit_and_its_text_stands() {
    let world = World::new().await;
    let filler = format!(": {}\n\n", "x".repeat(1024 * 1024));
    let pieces = HttpProvider::MAX_ANSWER / filler.len() + 1;
    let chat = (0..pieces).fold(ChatReply::new().text("so far"), |chat, _| chat.raw(filler.clone()));
    world.server.enqueue(chat);
    let keyless = connect(&provider(world.server.base_url(), None));
    let answer = call_with(&keyless, |_| ()).await;
    assert_eq!((answer.class(), answer.text().as_str()), (ErrorClass::InvalidResponse, "so far"));
    assert!(answer.failure().message.contains("64 MiB"), "{}", answer.failure());
}
