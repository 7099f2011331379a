//! OpenAI Responses over real HTTP. What goes wrong is in the matrix of all wire formats.

use crate::world::{Answer, ENV, KEY, call_with, connect};
use formaops_domain::{
    ErrorClass, FinishReason, Provider as Config, ProviderKind, ToolCall,
    ports::{Provider, StreamPart},
};
use formaops_testkit::{ChatReply, Gate, Reply, ScriptedServer, provider, request};
use futures::StreamExt as _;
use serde_json::json;
use std::sync::Arc;

async fn world() -> (ScriptedServer, Arc<dyn Provider>) {
    let server = ScriptedServer::start().await;
    let config = Config { kind: ProviderKind::OpenAiResponses, ..provider(server.base_url(), Some(ENV)) };
    (server, connect(&config))
}

async fn call(provider: &Arc<dyn Provider>, model: &str) -> Answer {
    call_with(provider, |request| request.model = model.to_owned()).await
}

#[tokio::test]
async fn an_answer_streams_and_finishes_and_the_request_is_what_the_vendor_asks_for() {
    let (server, provider) = world().await;
    let answer = call(&provider, "reasoning").await;
    assert_eq!((answer.text().as_str(), &answer.failure), ("The quick answer comes first.", &None));
    assert!(answer.parts.contains(&StreamPart::Reasoning("First I think. ".to_owned())), "{answer:?}");
    assert_eq!(answer.finish(), Some(FinishReason::Stop));
    assert_eq!(answer.usage().map(|usage| (usage.output_tokens, usage.reasoning_tokens)), Some((20, 8)));

    let sent = server.last_request();
    assert_eq!((sent.method.as_str(), sent.path.as_str()), ("POST", "/v1/responses"));
    assert_eq!(sent.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    let input = json!([{ "role": "user", "content": "Say hello." }]);
    assert_eq!(sent.body, json!({ "model": "reasoning", "input": input, "stream": true, "store": false }));
}

#[tokio::test]
async fn every_behaviour_of_the_scripted_server_speaks_it() {
    let (_server, provider) = world().await;
    for model in ScriptedServer::BEHAVIOURS {
        // Those never end, and have stories of their own.
        if matches!(model, "silent" | "stall" | "slow-50x200" | "big-10mb") {
            continue;
        }
        let answer = call(&provider, model).await;
        let fails = model.starts_with("fail-") || model.starts_with("reset");
        let fails = fails || matches!(model, "html" | "truncated" | "stream-error");
        assert_eq!(answer.failure.is_some(), fails, "{model}: {:?}", answer.failure);
        assert_eq!(answer.finish().is_some(), !fails, "{model}");
    }
    assert_eq!(call(&provider, "echo").await.text(), "Say hello.");
    let weather = call(&provider, "tool").await;
    let called = |part: &StreamPart| matches!(part, StreamPart::ToolCall(ToolCall { name, arguments, .. }) if name == "get_weather" && arguments.contains("Zürich"));
    assert!(weather.parts.iter().any(called), "{weather:?}");
    assert_eq!(weather.finish(), Some(FinishReason::ToolCalls));
}

#[tokio::test]
async fn a_key_that_is_wrong_is_told_with_where_it_is() {
    let (_server, provider) = world().await;
    let answer = call(&provider, "fail-401").await;
    assert_eq!(answer.class(), ErrorClass::Authentication);
    assert_eq!(answer.failure().message, "`local` does not accept the key in `LOCAL_API_KEY`");
}

#[tokio::test]
async fn a_response_that_fails_or_is_filtered_keeps_its_text() {
    let (server, provider) = world().await;
    let chat = || ChatReply::at("/v1/responses").text("so far");
    let failed = |code: &str| {
        let response = json!({ "status": "failed", "error": { "code": code, "message": "It broke." } });
        chat().unfinished().event(&json!({ "type": "response.failed", "response": response }))
    };
    for (code, class) in [
        ("server_error", ErrorClass::ServerError),
        ("rate_limit_exceeded", ErrorClass::RateLimited),
        ("image_content_policy_violation", ErrorClass::ContentFilter),
        ("invalid_image", ErrorClass::BadRequest),
    ] {
        server.enqueue(failed(code));
        let answer = call(&provider, "any").await;
        assert_eq!((answer.class(), answer.text().as_str()), (class, "so far"), "{code}");
        assert_eq!(answer.failure().detail.as_deref(), Some("It broke."), "{code}");
    }
    for (word, reason) in
        [("max_output_tokens", FinishReason::Length), ("content_filter", FinishReason::ContentFilter)]
    {
        server.enqueue(chat().finish(word));
        let answer = call(&provider, "any").await;
        assert_eq!((answer.text().as_str(), answer.finish()), ("so far", Some(reason)), "{word}");
    }
}

#[tokio::test]
async fn text_is_there_as_soon_as_it_was_sent_and_dropping_the_stream_closes_the_connection() {
    let (server, provider) = world().await;
    let gate = Gate::new();
    server.enqueue(ChatReply::at("/v1/responses").text("first").pass(&gate).text("second"));
    let mut stream = provider.stream(request("any", "Hi"));
    while !matches!(stream.next().await, Some(Ok(StreamPart::Text(_)))) {}
    assert_eq!(server.counts().in_flight, 1);
    drop(stream);
    server.wait_for(|counts| counts.in_flight == 0).await;
}

#[tokio::test]
async fn a_key_that_the_model_spells_is_heard_and_recorded_without_it() {
    let (server, provider) = world().await;
    let letters: Vec<String> = KEY.chars().map(String::from).collect();
    let call =
        ToolCall { id: "call_a".into(), name: "look".into(), arguments: json!({ "key": KEY }).to_string() };
    let spelled =
        ChatReply::at("/v1/responses").texts(letters.iter().map(String::as_str)).text("!").call(&call);
    server.enqueue(spelled);
    let answer = call_with(&provider, |_| ()).await;
    assert_eq!((answer.text().as_str(), &answer.failure), ("[redacted]!", &None));
    let raw = String::from_utf8_lossy(&answer.raw()).into_owned();
    assert!(!format!("{answer:?} {raw}").contains("canary"), "{raw}");
    // The recording tells the same when it is played again.
    server.enqueue(Reply::status(200).bytes(answer.raw()));
    let again = call_with(&provider, |_| ()).await;
    assert_eq!((again.text(), again.finish()), (answer.text(), answer.finish()));
}

#[tokio::test]
async fn its_list_of_models_says_which_will_be_shut_down() {
    let (server, provider) = world().await;
    let list = json!({ "object": "list", "data": [
        { "id": "gpt-5.1", "object": "model" }, { "id": "o1", "shutdown_date": "2027-01-31" },
    ] });
    server.reply_to_models(Reply::status(200).json(&list));
    let models = provider.models().await.unwrap();
    let told: Vec<_> = models.iter().map(|model| (model.id.as_str(), model.retires_on.as_deref())).collect();
    assert_eq!(told, [("gpt-5.1", None), ("o1", Some("2027-01-31"))]);
    assert_eq!(server.last_request().path, "/v1/models");
}
