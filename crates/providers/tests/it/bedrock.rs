//! Calls in the wire format of Amazon Bedrock, whose streams are binary.

use crate::world::{Answer, KEY, World};
use formaops_domain::{ErrorClass, FinishReason, ProviderKind, ToolCall, Usage, ports::StreamPart};
use formaops_testkit::{ChatReply, Gate, Reply, request};
use futures::StreamExt as _;
use serde_json::json;

const PATH: &str = "/v1/model/any/converse-stream";

async fn world() -> World {
    World::speaking(ProviderKind::Bedrock, "/v1").await
}

#[tokio::test]
async fn an_answer_streams_and_finishes() {
    let world = world().await;
    let gate = Gate::new();
    let usage = Usage { input_tokens: 30, cached_tokens: 20, output_tokens: 9, ..Usage::default() };
    let chat = ChatReply::at(PATH).reasoning("Hm.").text("Hello").pass(&gate).text(" world").usage(usage);
    world.server.enqueue(chat);

    let mut stream = world.provider.stream(request("any", "Say hello."));
    let mut parts = Vec::new();
    while !parts.contains(&StreamPart::Text("Hello".to_owned())) {
        parts.push(stream.next().await.unwrap().unwrap());
    }
    // The server is still holding the rest back.
    gate.open();
    let answer = Answer::of(stream).await;

    assert!(parts.contains(&StreamPart::Reasoning("Hm.".to_owned())));
    assert_eq!((answer.text().as_str(), &answer.failure), (" world", &None));
    assert_eq!((answer.finish(), answer.usage()), (Some(FinishReason::Stop), Some(usage)));
}

#[tokio::test]
async fn the_request_is_signed_and_the_model_is_escaped_in_its_path() {
    let world = world().await;
    let arn = "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-v1:0";
    for (model, path) in [
        ("words-3", "/v1/model/words-3/converse-stream"),
        (
            arn,
            "/v1/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A123456789012%3Ainference-profile\
             %2Feu.anthropic.claude-v1%3A0/converse-stream",
        ),
        ("50% ü?#", "/v1/model/50%25%20%C3%BC%3F%23/converse-stream"),
    ] {
        world.server.enqueue(ChatReply::at(PATH));
        assert_eq!(world.call(model).await.failure, None);
        let sent = world.server.last_request();
        assert_eq!((sent.method.as_str(), sent.path.as_str()), ("POST", path));
        assert_eq!(sent.header("authorization"), Some(format!("AWS4 us-east-1 bedrock {KEY}").as_str()));
        let body = json!({ "messages": [{ "role": "user", "content": [{ "text": "Say hello." }] }] });
        assert_eq!(sent.body, body);
    }
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
    let message = format!("The security token {KEY} included in the request is invalid.");
    let refusal = Reply::status(403).header("x-amzn-errortype", "UnrecognizedClientException:http://a/");
    world.server.enqueue(refusal.json(&json!({ "message": message })));
    let answer = world.call("any").await;
    assert_eq!(answer.class(), ErrorClass::Authentication);
    let detail = answer.failure().detail.clone();
    assert_eq!(detail.as_deref(), Some("The security token [redacted] included in the request is invalid."));
    for (model, class) in [
        ("fail-400", ErrorClass::BadRequest),
        ("fail-403", ErrorClass::Permission),
        ("fail-404", ErrorClass::NotFound),
        ("fail-424", ErrorClass::ServerError),
        ("fail-429", ErrorClass::RateLimited),
        ("fail-500", ErrorClass::ServerError),
    ] {
        assert_eq!(world.call(model).await.class(), class, "{model}");
    }
}

#[tokio::test]
async fn an_exception_inside_the_stream_keeps_the_text_before_it() {
    let world = world().await;
    let answer = world.call("stream-error").await;
    assert_eq!(answer.text(), "The quick answer comes first.");
    assert_eq!(answer.class(), ErrorClass::ServerError);
    for (kind, class) in [
        ("throttlingException", ErrorClass::RateLimited),
        ("modelStreamErrorException", ErrorClass::ServerError),
        ("validationException", ErrorClass::BadRequest),
    ] {
        world.server.enqueue(ChatReply::at(PATH).text("so far").error("it broke", kind));
        let answer = world.call("any").await;
        assert_eq!((answer.text().as_str(), answer.class()), ("so far", class));
        assert_eq!(answer.failure().detail.as_deref(), Some("it broke"));
    }
}

#[tokio::test]
async fn it_does_not_matter_where_the_bytes_are_cut() {
    let world = world().await;
    let arguments = "{\"city\":\"Zürich\"}".to_owned();
    let call = ToolCall { id: "t1".to_owned(), name: "look".to_owned(), arguments };
    let chat = ChatReply::at(PATH).text("Grüße 😀").text("\r\nß").call(&call).finish("tool_use");
    let sent = chat.clone().into_reply().body_bytes();
    for size in [1, 2, 3, 7, 64] {
        world.server.enqueue(chat.clone().into_reply().cut(size));
        let answer = world.call("any").await;
        assert_eq!((answer.text().as_str(), &answer.failure), ("Grüße 😀\r\nß", &None), "{size}");
        assert!(answer.parts.contains(&StreamPart::ToolCall(call.clone())), "{size}");
        assert_eq!(answer.finish(), Some(FinishReason::ToolCalls));
        assert_eq!(answer.raw(), sent);
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
        let spoken = if text.is_empty() { ErrorClass::Reset } else { ErrorClass::Truncated };
        assert!("onetwo".starts_with(&text), "{length}: {text}");
        assert_eq!(answer.class(), spoken, "{length}");
        assert_eq!(answer.raw(), whole[..length]);
    }
}

#[tokio::test]
async fn a_key_that_the_model_says_is_in_neither_text_nor_recording() {
    let world = world().await;
    let spelled: Vec<String> = KEY.chars().map(String::from).collect();
    let spelled = ChatReply::at(PATH).text("It is ").texts(spelled.iter().map(String::as_str)).text("!");
    for reply in [ChatReply::at(PATH).text(&format!("It is {KEY}!")), spelled] {
        for reply in [reply.clone().into_reply(), reply.into_reply().cut(5)] {
            world.server.enqueue(reply);
            let answer = world.call("any").await;
            assert_eq!((answer.text().as_str(), &answer.failure), ("It is [redacted]!", &None));
            assert!(!String::from_utf8_lossy(&answer.raw()).contains("canary"));
            // The recording tells the same when it is played again.
            world.server.enqueue(Reply::status(200).bytes(answer.raw()));
            assert_eq!(world.call("any").await.text(), "It is [redacted]!");
        }
    }
    let exception = ChatReply::at(PATH).error(&format!("wrong key {KEY}"), "accessDeniedException");
    let page = Reply::html(200, &format!("<title>wrong key {KEY}</title>"));
    for reply in [exception.into_reply(), page, Reply::status(200).bytes(format!("wrong key {KEY}"))] {
        world.server.enqueue(reply);
        let answer = world.call("any").await;
        assert_eq!(answer.failure().detail.as_deref(), Some("wrong key [redacted]"));
        assert!(!String::from_utf8_lossy(&answer.raw()).contains("canary"));
    }
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
async fn there_is_no_list_of_models_at_this_address() {
    let world = world().await;
    let failure = world.provider.models().await.unwrap_err();
    assert_eq!(failure.class, ErrorClass::NotFound);
    assert!(failure.hint.contains("Type the id"), "{}", failure.hint);
    assert!(world.server.requests().is_empty());
}
