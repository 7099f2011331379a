//! Calls in the wire format of Anthropic Messages.

use crate::world::{Answer, KEY, World};
use formaops_domain::{ErrorClass, FinishReason, ProviderKind, ToolCall, Usage, ports::StreamPart};
use formaops_testkit::{ChatReply, Gate, Reply, request};
use futures::StreamExt as _;
use serde_json::json;

const PATH: &str = "/v1/messages";

async fn world() -> World {
    World::speaking(ProviderKind::Anthropic, "/v1").await
}

fn usage() -> Usage {
    Usage {
        input_tokens: 30,
        cached_tokens: 20,
        cache_write_tokens: 3,
        output_tokens: 9,
        reasoning_tokens: 4,
    }
}

#[tokio::test]
async fn an_answer_streams_and_finishes() {
    let world = world().await;
    let gate = Gate::new();
    let chat = ChatReply::at(PATH).reasoning("Hm.").text("Hello").pass(&gate).text(" world").usage(usage());
    world.server.enqueue(chat.header("request-id", "req_anthropic"));

    let mut stream = world.provider.stream(request("claude-sonnet-4-5", "Say hello."));
    let mut parts = Vec::new();
    while !parts.contains(&StreamPart::Text("Hello".to_owned())) {
        parts.push(stream.next().await.unwrap().unwrap());
    }
    // The server is still holding the rest back.
    gate.open();
    let answer = Answer::of(stream).await;

    assert!(parts.contains(&StreamPart::Reasoning("Hm.".to_owned())));
    assert_eq!((answer.text().as_str(), &answer.failure), (" world", &None));
    assert_eq!((answer.finish(), answer.usage()), (Some(FinishReason::Stop), Some(usage())));
}

#[tokio::test]
async fn the_request_goes_to_messages_with_the_key_in_a_header_of_its_own() {
    let world = world().await;
    world.call("words-3").await;
    let sent = world.server.last_request();
    assert_eq!((sent.method.as_str(), sent.path.as_str()), ("POST", PATH));
    assert_eq!((sent.header("x-api-key"), sent.header("authorization")), (Some(KEY), None));
    assert_eq!(sent.header("anthropic-version"), Some("2023-06-01"));
    let body = json!({
        "model": "words-3",
        "max_tokens": 8192,
        "messages": [{ "role": "user", "content": "Say hello." }],
        "stream": true,
    });
    assert_eq!(sent.body, body);
}

#[tokio::test]
async fn dropping_the_stream_closes_the_connection() {
    let world = world().await;
    let mut stream = world.provider.stream(request("stall", "Hi"));
    while !matches!(stream.next().await, Some(Ok(StreamPart::Text(_)))) {}
    drop(stream);
    world.server.wait_for(|counts| counts.in_flight == 0).await;
}

#[tokio::test]
async fn refusals_of_the_server_have_their_class_and_quote_no_key() {
    let world = world().await;
    let refusal = json!({ "type": "authentication_error", "message": format!("invalid x-api-key {KEY}") });
    world.server.enqueue(Reply::status(401).json(&json!({ "type": "error", "error": refusal })));
    let answer = world.call("any").await;
    assert_eq!(answer.class(), ErrorClass::Authentication);
    assert_eq!(answer.failure().detail.as_deref(), Some("invalid x-api-key [redacted]"));
    for (model, class) in [
        ("fail-400", ErrorClass::BadRequest),
        ("fail-403", ErrorClass::Permission),
        ("fail-404", ErrorClass::NotFound),
        ("fail-429", ErrorClass::RateLimited),
        ("fail-500", ErrorClass::ServerError),
        ("fail-529", ErrorClass::ServerError),
    ] {
        assert_eq!(world.call(model).await.class(), class, "{model}");
    }
}

#[tokio::test]
async fn an_error_inside_the_stream_keeps_the_text_before_it() {
    let world = world().await;
    let answer = world.call("stream-error").await;
    assert_eq!(answer.text(), "The quick answer comes first.");
    assert_eq!(answer.class(), ErrorClass::ServerError);
    for (kind, class) in
        [("overloaded_error", ErrorClass::ServerError), ("rate_limit_error", ErrorClass::RateLimited)]
    {
        world.server.enqueue(ChatReply::at(PATH).text("so far").error("it broke", kind));
        let answer = world.call("any").await;
        assert_eq!((answer.text().as_str(), answer.class()), ("so far", class));
    }
}

#[tokio::test]
async fn it_does_not_matter_where_the_bytes_are_cut() {
    let world = world().await;
    let arguments = "{\"city\":\"Zürich\"}".to_owned();
    let call = ToolCall { id: "toolu_1".to_owned(), name: "look".to_owned(), arguments };
    let chat = ChatReply::at(PATH).text("Grüße 😀").text("\r\nß").call(&call).finish("tool_use");
    for size in [1, 2, 3, 7, 64] {
        world.server.enqueue(chat.clone().into_reply().cut(size));
        let answer = world.call("any").await;
        assert_eq!((answer.text().as_str(), &answer.failure), ("Grüße 😀\r\nß", &None), "{size}");
        assert!(answer.parts.contains(&StreamPart::ToolCall(call.clone())), "{size}");
        assert_eq!(answer.finish(), Some(FinishReason::ToolCalls));
    }
}

#[tokio::test]
async fn a_stream_that_is_cut_off_keeps_its_text_wherever_that_happens() {
    let world = world().await;
    let whole = Reply::from(ChatReply::at(PATH).text("one").text("two")).body_bytes();
    for length in 0..whole.len() {
        world.server.enqueue(Reply::status(200).bytes(whole[..length].to_vec()));
        let answer = world.call("any").await;
        let text = answer.text();
        assert!("onetwo".starts_with(&text), "{length}: {text}");
        let Some(failure) = &answer.failure else {
            assert!(answer.finish().is_some() && text == "onetwo", "{length}");
            continue;
        };
        let spoken = if text.is_empty() { ErrorClass::Reset } else { ErrorClass::Truncated };
        assert_eq!(failure.class, spoken, "{length}");
    }
}

#[tokio::test]
async fn a_key_that_the_model_spells_is_in_neither_text_nor_recording() {
    let world = world().await;
    let spelled: Vec<String> = KEY.chars().map(String::from).collect();
    let chat = ChatReply::at(PATH).text("It is ").texts(spelled.iter().map(String::as_str)).text("!");
    world.server.enqueue(chat);
    let answer = world.call("any").await;
    assert_eq!((answer.text().as_str(), &answer.failure), ("It is [redacted]!", &None));
    world.server.enqueue(Reply::status(200).bytes(answer.raw()));
    assert_eq!(world.call("any").await.text(), "It is [redacted]!");
}

#[tokio::test]
async fn every_behaviour_of_the_server_is_understood() {
    let world = world().await;
    for (model, text, finish) in [
        ("echo", "Say hello.", FinishReason::Stop),
        ("reasoning", "The quick answer comes first.", FinishReason::Stop),
        ("tool", "Let me look. ", FinishReason::ToolCalls),
    ] {
        let answer = world.call(model).await;
        assert_eq!((answer.text().as_str(), answer.finish()), (text, Some(finish)), "{model}");
        assert!(answer.usage().is_some_and(|usage| usage.output_tokens > 0), "{model}");
    }
    assert_eq!(world.call("big-10mb").await.text().len(), 10_000_000);
    for (model, class) in [
        ("html", ErrorClass::InvalidResponse),
        ("truncated", ErrorClass::Truncated),
        ("reset", ErrorClass::Reset),
    ] {
        assert_eq!(world.call(model).await.class(), class, "{model}");
    }
}

#[tokio::test]
async fn the_list_of_models_is_read_to_its_last_page() {
    let world = world().await;
    let page = |ids: &[&str], more: bool| {
        let models: Vec<_> = ids.iter().map(|id| json!({ "type": "model", "id": id })).collect();
        let last = ids.last();
        Reply::status(200).json(&json!({ "data": models, "has_more": more, "last_id": last }))
    };
    let gate = Gate::new();
    world.server.reply_to_models(page(&["one", "two"], true).pass_first(&gate));
    let second = async {
        gate.reached(1).await;
        world.server.reply_to_models(page(&["three"], false));
        gate.open();
    };
    let (models, ()) = tokio::join!(world.provider.models(), second);
    let ids: Vec<_> = models.unwrap().into_iter().map(|model| model.id).collect();
    assert_eq!(ids, ["one", "two", "three"]);
    let paths: Vec<_> = world.server.requests().into_iter().map(|sent| sent.path).collect();
    assert_eq!(paths, ["/v1/models?limit=1000", "/v1/models?limit=1000&after_id=two"]);
    let sent = world.server.last_request();
    assert_eq!((sent.header("x-api-key"), sent.header("anthropic-version")), (Some(KEY), Some("2023-06-01")));
}
