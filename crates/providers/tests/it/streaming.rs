//! Answers as they should be, in all the ways they are sent.

use crate::world::{Answer, World, call_with, connect};
use formaops_domain::{
    FinishReason, Usage,
    ports::{RateLimits, StreamPart},
};
use formaops_testkit::{ChatReply, Gate, Reply, ScriptedServer, provider, request};
use futures::StreamExt as _;
use serde_json::json;

#[tokio::test]
async fn an_answer_comes_with_its_head_text_finish_and_usage() {
    let world = World::new().await;
    let usage = Usage {
        input_tokens: 9,
        cached_tokens: 4,
        cache_write_tokens: 0,
        output_tokens: 7,
        reasoning_tokens: 2,
    };
    let reply = ChatReply::new().reasoning("Hm.").text("Hello").text(" world").usage(usage);
    let sent = reply.clone().into_reply().body_bytes();
    world.server.enqueue(reply);

    let answer = world.call("gpt-4o").await;

    assert_eq!(answer.failure, None);
    assert!(matches!(answer.parts[0], StreamPart::Sent { .. }));
    let head = StreamPart::Head {
        http_status: Some(200),
        request_id: Some("req_scripted".to_owned()),
        rates: RateLimits::default(),
    };
    assert_eq!(answer.parts[1], head);
    assert!(answer.parts.contains(&StreamPart::Reasoning("Hm.".to_owned())));
    assert_eq!(answer.text(), "Hello world");
    assert_eq!(answer.finish(), Some(FinishReason::Stop));
    assert_eq!(answer.usage(), Some(usage));
    assert_eq!(answer.raw(), sent);
}

#[tokio::test]
async fn the_request_is_what_the_wire_format_asks_for() {
    let world = World::new().await;
    world.server.enqueue(ChatReply::new());
    world.call("gpt-4o").await;

    let sent = world.server.last_request();
    assert_eq!((sent.method.as_str(), sent.path.as_str()), ("POST", "/v1/chat/completions"));
    assert_eq!(sent.header("content-type"), Some("application/json"));
    assert_eq!(sent.header("user-agent"), Some(concat!("formaops/", env!("CARGO_PKG_VERSION"))));
    let body = json!({
        "model": "gpt-4o",
        "messages": [{ "role": "user", "content": "Say hello." }],
        "stream": true,
        "stream_options": { "include_usage": true },
    });
    assert_eq!(sent.body, body);
}

#[tokio::test]
async fn paths_are_joined_to_the_base_url_whether_or_not_it_ends_in_a_slash() {
    let server = ScriptedServer::start().await;
    for (base, path) in [
        ("/v1/", "/v1/chat/completions"),
        ("/api/v1", "/api/v1/chat/completions"),
        ("", "/chat/completions"),
        ("/v1?version=2", "/v1/chat/completions?version=2"),
    ] {
        let url = server.base_url().join(if base.is_empty() { "/" } else { base }).unwrap();
        server.enqueue(ChatReply::new());
        call_with(&connect(&provider(url, None)), |_| ()).await;
        assert_eq!(server.last_request().path, path);
    }
}

#[tokio::test]
async fn text_is_there_as_soon_as_it_was_sent() {
    let world = World::new().await;
    let gate = Gate::new();
    world.server.enqueue(ChatReply::new().text("first").pass(&gate).text("second"));
    let mut stream = world.provider.stream(request("any", "Hi"));
    let first = loop {
        if let StreamPart::Text(text) = stream.next().await.unwrap().unwrap() {
            break text;
        }
    };
    // The server is still holding the rest back.
    assert_eq!((first.as_str(), world.server.counts().in_flight), ("first", 1));
    gate.open();
    assert_eq!(Answer::of(stream).await.text(), "second");
}

#[tokio::test]
async fn it_does_not_matter_where_the_bytes_are_cut() {
    let world = World::new().await;
    let chat = || ChatReply::new().comment("ping").text("Grüße 😀").text("\r\n\"quoted\"").text("ß");
    for size in [1, 2, 3, 7, 64] {
        world.server.enqueue(chat().into_reply().cut(size));
        let answer = world.call("any").await;
        assert_eq!((answer.text().as_str(), &answer.failure), ("Grüße 😀\r\n\"quoted\"ß", &None), "{size}");
    }
}

#[tokio::test]
async fn ten_megabytes_of_text_arrive_whole() {
    let world = World::new().await;
    let answer = world.call("big-10mb").await;
    assert_eq!(answer.failure, None);
    assert_eq!(answer.text().len(), 10_000_000);
}

#[tokio::test]
async fn a_body_that_ends_with_the_connection_and_a_whole_completion_are_answers_too() {
    let world = World::new().await;
    world.server.enqueue(ChatReply::new().text("until the end").into_reply().until_close());
    assert_eq!(world.call("any").await.text(), "until the end");

    let completion = json!({
        "choices": [{ "index": 0, "message": { "content": "all at once" }, "finish_reason": "stop" }],
    });
    world.server.enqueue(Reply::status(200).json(&completion));
    let answer = world.call("any").await;
    assert_eq!((answer.text().as_str(), answer.finish()), ("all at once", Some(FinishReason::Stop)));
}

#[tokio::test]
async fn calls_that_follow_each_other_share_a_connection() {
    let world = World::new().await;
    for _ in 0..3 {
        assert_eq!(world.call("words-5").await.failure, None);
    }
    assert_eq!(world.server.counts().connections, 1);
}

#[tokio::test]
async fn dropping_the_stream_closes_the_connection_before_and_during_the_answer() {
    let world = World::new().await;
    for model in ["silent", "stall"] {
        let mut stream = world.provider.stream(request(model, "Hi"));
        let arrived = world.server.wait_for(|counts| counts.in_flight == 1);
        tokio::select! {
            _ = arrived => {}
            () = async { while stream.next().await.is_some() {} } => panic!("{model} never ends"),
        }
        drop(stream);
        world.server.wait_for(|counts| counts.in_flight == 0).await;
    }
}

#[tokio::test]
async fn the_name_of_a_call_does_not_depend_on_where_it_goes() {
    let (one, other) = (World::new().await, World::new().await);
    let name = async |world: &World, model: &str| world.call(model).await.parts.remove(0);
    assert_eq!(name(&one, "words-1").await, name(&other, "words-1").await);
    assert_ne!(name(&one, "words-1").await, name(&one, "words-2").await);
}
