//! Stories of calls to Google Gemini.

use crate::world::{Answer, KEY, World};
use formaops_domain::{ErrorClass, FinishReason, ProviderKind, Usage, ports::StreamPart};
use formaops_testkit::{ChatReply, Reply, ScriptedServer, request};
use futures::StreamExt as _;
use serde_json::json;

async fn world() -> World {
    World::speaking(ProviderKind::Gemini, "/v1beta").await
}

fn chat() -> ChatReply {
    ChatReply::at("/v1beta/models/any:streamGenerateContent")
}

fn error(status: u16, message: &str, details: &serde_json::Value) -> Reply {
    let error = json!({ "code": status, "message": message, "status": "SOME", "details": details });
    Reply::status(status).json(&json!({ "error": error }))
}

#[tokio::test]
async fn an_answer_streams_to_its_finish_and_the_key_goes_in_the_header_alone() {
    let world = world().await;
    let usage = Usage {
        input_tokens: 9,
        cached_tokens: 4,
        output_tokens: 7,
        reasoning_tokens: 2,
        ..Usage::default()
    };
    world.server.enqueue(chat().reasoning("Hm.").text("Hello").text(" world").usage(usage));
    let answer = world.call("gemini-2.5-flash").await;

    assert_eq!(answer.failure, None);
    assert!(answer.parts.contains(&StreamPart::Reasoning("Hm.".to_owned())));
    assert_eq!((answer.text().as_str(), answer.finish()), ("Hello world", Some(FinishReason::Stop)));
    assert_eq!(answer.usage(), Some(usage));
    let sent = world.server.last_request();
    assert_eq!(sent.path, "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
    assert_eq!((sent.header("x-goog-api-key"), sent.header("authorization")), (Some(KEY), None));
    assert_eq!(sent.body, json!({ "contents": [{ "role": "user", "parts": [{ "text": "Say hello." }] }] }));
}

#[tokio::test]
async fn every_behaviour_of_the_scripted_server_has_its_outcome() {
    let world = world().await;
    for model in ScriptedServer::BEHAVIOURS {
        let model = match model {
            // These never end, which is a story of its own.
            "stall" | "silent" => continue,
            "slow-50x200" => "slow-1x5",
            other => other,
        };
        let answer = world.call(model).await;
        let class = answer.failure.as_ref().map(|failure| failure.class);
        let expected = match model {
            "fail-400" => Some(ErrorClass::BadRequest),
            "fail-401" => Some(ErrorClass::Authentication),
            "fail-404" => Some(ErrorClass::NotFound),
            "fail-429" => Some(ErrorClass::RateLimited),
            "fail-500" | "stream-error" => Some(ErrorClass::ServerError),
            "html" => Some(ErrorClass::InvalidResponse),
            "truncated" => Some(ErrorClass::Truncated),
            "reset" | "reset-midway" => Some(ErrorClass::Reset),
            _ => None,
        };
        assert_eq!(class, expected, "{model}");
        let finish = if model == "tool" { FinishReason::ToolCalls } else { FinishReason::Stop };
        assert_eq!(answer.finish(), expected.is_none().then_some(finish), "{model}");
    }
    assert_eq!(world.call("echo").await.text(), "Say hello.");
    assert_eq!(world.call("reasoning").await.usage().unwrap().reasoning_tokens, 8);
}

#[tokio::test]
async fn a_call_that_is_given_up_closes_the_connection() {
    let world = world().await;
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
async fn google_says_in_its_own_way_that_a_key_is_wrong_or_that_it_must_wait() {
    let world = world().await;
    let reason =
        json!([{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID" }]);
    world.server.enqueue(error(400, &format!("No: {KEY}"), &reason));
    let answer = world.call("any").await;
    assert_eq!(answer.class(), ErrorClass::Authentication);
    assert_eq!(answer.failure().message, "`local` does not accept the key in `LOCAL_API_KEY`");
    assert_eq!(answer.failure().detail.as_deref(), Some("No: [redacted]"));

    let wait = json!([{ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "36.2s" }]);
    world.server.enqueue(error(429, "Resource has been exhausted.", &wait));
    let answer = world.call("any").await;
    assert_eq!((answer.class(), answer.failure().retry_after), (ErrorClass::RateLimited, Some(37)));
    assert!(answer.failure().hint.contains("37 s"), "{}", answer.failure().hint);
}

#[tokio::test]
async fn a_request_that_is_blocked_fails_and_an_answer_that_is_cut_for_safety_does_not() {
    let world = world().await;
    world
        .server
        .enqueue(chat().event(&json!({ "promptFeedback": { "blockReason": "SAFETY" } })).unfinished());
    let blocked = world.call("any").await;
    assert_eq!(blocked.class(), ErrorClass::ContentFilter);
    assert_eq!(blocked.failure().detail.as_deref(), Some("SAFETY"));

    world.server.enqueue(chat().text("It begins").finish("SAFETY"));
    let cut = world.call("any").await;
    assert_eq!((cut.text().as_str(), cut.finish()), ("It begins", Some(FinishReason::ContentFilter)));
    assert_eq!(cut.failure, None);
}

#[tokio::test]
async fn an_error_inside_the_stream_keeps_the_text_before_it() {
    let world = world().await;
    let busy =
        json!({ "error": { "code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE" } });
    world.server.enqueue(chat().text("so far").event(&busy).unfinished());
    let answer = world.call("any").await;
    assert_eq!((answer.text().as_str(), answer.class()), ("so far", ErrorClass::ServerError));
    assert_eq!(answer.failure().detail.as_deref(), Some("The model is overloaded."));
}

#[tokio::test]
async fn it_does_not_matter_where_the_bytes_are_cut() {
    let world = world().await;
    for size in [1, 2, 3, 7, 64] {
        let said = chat().comment("ping").text("Grüße 😀").text("\r\n\"quoted\"");
        world.server.enqueue(said.into_reply().cut(size));
        let answer = world.call("any").await;
        assert_eq!((answer.text().as_str(), &answer.failure), ("Grüße 😀\r\n\"quoted\"", &None), "{size}");
    }
}

#[tokio::test]
async fn a_model_that_spells_the_key_is_heard_and_recorded_without_it() {
    let world = world().await;
    let spelled: Vec<String> = KEY.chars().map(String::from).collect();
    let said = chat().text("It is ").texts(spelled.iter().map(String::as_str)).text("!");
    for reply in [said.clone().into_reply(), said.into_reply().cut(5)] {
        world.server.enqueue(reply);
        let answer = world.call("any").await;
        assert_eq!((answer.text().as_str(), &answer.failure), ("It is [redacted]!", &None));
        assert!(!String::from_utf8_lossy(&answer.raw()).contains("canary"));
        // The recording tells the same when it is played again.
        world.server.enqueue(Reply::status(200).bytes(answer.raw()));
        assert_eq!(world.call("any").await.text(), "It is [redacted]!");
    }
}

#[tokio::test]
async fn the_list_of_models_names_what_can_be_called() {
    let world = world().await;
    world.server.serve_models(["gemini-2.5-flash", "gemma-3-27b-it"]);
    let models = world.provider.models().await.unwrap();
    let ids: Vec<&str> = models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids, ["gemini-2.5-flash", "gemma-3-27b-it"]);
    assert_eq!(models[0].context_window, Some(1_048_576));
    let sent = world.server.last_request();
    assert_eq!(sent.path, "/v1beta/models?pageSize=1000");
    assert_eq!(sent.header("x-goog-api-key"), Some(KEY));

    // A list without end is not read for ever.
    let endless = json!({ "models": [{ "name": "models/one" }], "nextPageToken": "more" });
    world.server.reply_to_models(Reply::status(200).json(&endless));
    assert_eq!(world.provider.models().await.unwrap().len(), 50);
    assert_eq!(world.server.last_request().path, "/v1beta/models?pageSize=1000&pageToken=more");
}

#[tokio::test]
async fn no_call_is_sent_that_gemini_has_no_words_for() {
    let world = world().await;
    let mut request = request("any", "Hi");
    request.parameters.seed = Some(i64::MAX);
    let answer = Answer::of(world.provider.stream(request)).await;
    assert_eq!(answer.class(), ErrorClass::BadRequest);
    assert!(world.server.requests().is_empty());
}
