//! Stories of calls to Ollama's own API.

use crate::world::{Answer, KEY, World, connect};
use formaops_domain::{ErrorClass, FinishReason, Provider as Config, ProviderKind, Usage, ports::StreamPart};
use formaops_testkit::{ChatReply, Gate, Reply, ScriptedServer, provider, request};
use futures::StreamExt as _;
use serde_json::json;

async fn world() -> World {
    World::speaking(ProviderKind::Ollama, "/").await
}

fn chat() -> ChatReply {
    ChatReply::at("/api/chat")
}

fn error(status: u16, message: &str) -> Reply {
    Reply::status(status).json(&json!({ "error": message }))
}

#[tokio::test]
async fn an_answer_streams_to_its_last_line() {
    let world = world().await;
    let usage = Usage { input_tokens: 9, output_tokens: 7, ..Usage::default() };
    world.server.enqueue(chat().reasoning("Hm.").text("Hello").text(" world").usage(usage));
    let answer = world.call("qwen3:8b").await;

    assert_eq!(answer.failure, None);
    assert!(answer.parts.contains(&StreamPart::Reasoning("Hm.".to_owned())));
    assert_eq!((answer.text().as_str(), answer.finish()), ("Hello world", Some(FinishReason::Stop)));
    assert_eq!(answer.usage(), Some(usage));
    let sent = world.server.last_request();
    assert_eq!((sent.method.as_str(), sent.path.as_str()), ("POST", "/api/chat"));
    assert_eq!(sent.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    let messages = json!([{ "role": "user", "content": "Say hello." }]);
    assert_eq!(
        sent.body,
        json!({ "model": "qwen3:8b", "messages": messages, "stream": true, "truncate": false })
    );
}

#[tokio::test]
async fn a_line_is_there_as_soon_as_it_was_sent() {
    let world = world().await;
    let gate = Gate::new();
    world.server.enqueue(chat().text("first").pass(&gate).text("second"));
    let mut stream = world.provider.stream(request("any", "Hi"));
    let first = loop {
        if let StreamPart::Text(text) = stream.next().await.unwrap().unwrap() {
            break text;
        }
    };
    assert_eq!(first, "first");
    gate.open();
    assert_eq!(Answer::of(stream).await.text(), "second");
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
async fn ollamas_own_troubles_come_with_what_to_do() {
    let world = world().await;
    for (status, said, class, hint) in [
        (404, "model 'qwen3:8b' not found", ErrorClass::NotFound, "ollama pull qwen3:8b"),
        (400, "the input length exceeds the context length", ErrorClass::ContextTooLong, "num_ctx"),
        (400, "\"qwen3:8b\" does not support tools", ErrorClass::BadRequest, "Read what it says"),
        (503, "server busy, please try again.", ErrorClass::ServerError, "Run again"),
    ] {
        world.server.enqueue(error(status, said));
        let answer = world.call("qwen3:8b").await;
        assert_eq!((answer.class(), answer.failure().detail.as_deref()), (class, Some(said)));
        assert!(answer.failure().hint.contains(hint), "{}", answer.failure().hint);
    }
}

#[tokio::test]
async fn without_a_key_it_is_ollama_itself_that_has_to_sign_in() {
    let server = ScriptedServer::start().await;
    let url = server.base_url().join("/").unwrap();
    let keyless = connect(&Config { kind: ProviderKind::Ollama, ..provider(url, None) });
    server.enqueue(
        Reply::status(401).json(&json!({ "error": "unauthorized", "signin_url": "https://ollama.com" })),
    );
    let answer = Answer::of(keyless.stream(request("gpt-oss:120b-cloud", "Hi"))).await;
    assert_eq!(answer.class(), ErrorClass::Authentication);
    assert!(answer.failure().hint.contains("ollama signin"), "{}", answer.failure().hint);
    assert_eq!(server.last_request().header("authorization"), None);
}

#[tokio::test]
async fn an_error_line_keeps_the_text_before_it() {
    let world = world().await;
    let said =
        chat().text("so far").raw("{\"error\":\"an error was encountered while running the model\"}\n");
    world.server.enqueue(said.unfinished());
    let answer = world.call("any").await;
    assert_eq!((answer.text().as_str(), answer.class()), ("so far", ErrorClass::ServerError));
    assert_eq!(answer.failure().detail.as_deref(), Some("an error was encountered while running the model"));
}

#[tokio::test]
async fn it_does_not_matter_where_the_bytes_are_cut() {
    let world = world().await;
    for size in [1, 2, 3, 7, 64] {
        world.server.enqueue(chat().text("Grüße 😀").text("\r\n\"quoted\"").into_reply().cut(size));
        let answer = world.call("any").await;
        assert_eq!((answer.text().as_str(), &answer.failure), ("Grüße 😀\r\n\"quoted\"", &None), "{size}");
    }
}

#[tokio::test]
async fn a_model_that_spells_the_key_is_heard_and_recorded_without_it() {
    let world = world().await;
    let spelled: Vec<String> = KEY.chars().map(String::from).collect();
    let said = chat().text("It is ").texts(spelled.iter().map(String::as_str));
    let usage = Usage { input_tokens: 9, output_tokens: 7, ..Usage::default() };
    for reply in [said.clone().usage(usage).into_reply(), said.usage(usage).into_reply().cut(5)] {
        world.server.enqueue(reply);
        let answer = world.call("any").await;
        assert_eq!((answer.text().as_str(), &answer.failure), ("It is [redacted]", &None));
        assert!(!String::from_utf8_lossy(&answer.raw()).contains("canary"));
        // The recording tells the same when it is played again, its tokens included.
        world.server.enqueue(Reply::status(200).bytes(answer.raw()));
        let again = world.call("any").await;
        assert_eq!((again.text().as_str(), again.usage()), ("It is [redacted]", Some(usage)));
    }
}

#[tokio::test]
async fn the_list_of_models_names_what_is_on_the_machine() {
    let world = world().await;
    world.server.serve_models(["qwen3:8b"]);
    let models = world.provider.models().await.unwrap();
    assert_eq!((models.len(), models[0].id.as_str()), (1, "qwen3:8b"));
    assert_eq!(models[0].title.as_deref(), Some("qwen3:8b (8.0B, Q4_K_M)"));
    assert_eq!(world.server.last_request().path, "/api/tags");

    world.server.reply_to_models(error(500, "the disk is gone"));
    assert_eq!(world.provider.models().await.unwrap_err().class, ErrorClass::ServerError);
}
