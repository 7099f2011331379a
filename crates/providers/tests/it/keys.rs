//! Keys go where they belong and nowhere else.

use crate::world::{Answer, ENV, KEY, World, call_with, connect};
use formaops_domain::{ErrorClass, Origin};
use formaops_testkit::{ChatReply, Reply, ScriptedServer, provider, request};
use serde_json::json;

fn shows_key(answer: &Answer) -> bool {
    let raw = String::from_utf8_lossy(&answer.raw()).into_owned();
    format!("{answer:?} {raw}").contains("canary")
}

#[tokio::test]
async fn the_key_is_sent_as_a_bearer_and_where_there_is_none_no_header_is() {
    let world = World::new().await;
    world.call("words-1").await;
    let sent = world.server.last_request();
    assert_eq!(sent.header("authorization"), Some(format!("Bearer {KEY}").as_str()));

    call_with(&connect(&provider(world.server.base_url(), None)), |_| ()).await;
    assert_eq!(world.server.last_request().header("authorization"), None);
}

#[tokio::test]
async fn a_key_that_was_set_for_another_address_is_not_sent_there() {
    let server = ScriptedServer::start().await;
    let mut config = provider(server.base_url(), Some(ENV));
    config.key.as_mut().unwrap().origin = Origin::of(&"https://api.openai.com/v1".parse().unwrap());
    let provider = connect(&config);
    let answer = call_with(&provider, |_| ()).await;
    assert_eq!(answer.class(), ErrorClass::NoKey);
    assert!(answer.failure().message.contains("`https://api.openai.com`"), "{}", answer.failure());
    assert!(answer.failure().hint.contains("Enter the key again"), "{}", answer.failure().hint);
    assert_eq!(provider.models().await.unwrap_err().class, ErrorClass::NoKey);
    assert!(server.requests().is_empty() && answer.parts.is_empty());
}

#[tokio::test]
async fn credentials_in_an_address_are_not_sent() {
    let server = ScriptedServer::start().await;
    let mut url = server.base_url();
    url.set_username("user").unwrap();
    url.set_password(Some("pass")).unwrap();
    call_with(&connect(&provider(url, None)), |_| ()).await;
    assert_eq!(server.last_request().header("authorization"), None);
}

#[tokio::test]
async fn an_error_that_quotes_the_key_is_kept_without_it() {
    let world = World::new().await;
    let message = format!("Incorrect API key provided: {KEY}.");
    for reply in [
        Reply::error(401, &message, "", Some("invalid_api_key")),
        Reply::status(500).bytes(message.clone()),
        Reply::status(200).bytes(message.clone()),
        Reply::html(403, &format!("<title>{message}</title>")),
        ChatReply::new().error(&message, "server_error").into(),
    ] {
        // Also where the bytes are cut in the middle of the key.
        for reply in [reply.clone(), reply.chunked().cut(3)] {
            world.server.enqueue(reply);
            let answer = world.call("any").await;
            assert!(!shows_key(&answer), "{answer:?}");
            let detail = answer.failure().detail.clone().unwrap();
            assert_eq!(detail, "Incorrect API key provided: [redacted].");
        }
    }
}

#[tokio::test]
async fn words_that_only_begin_like_the_key_are_kept() {
    let world = World::new().await;
    for status in [200, 500] {
        world.server.enqueue(Reply::status(status).bytes("a key begins with sk-can"));
        let answer = world.call("any").await;
        assert_eq!(answer.failure().detail.as_deref(), Some("a key begins with sk-can"));
        assert_eq!(answer.raw(), b"a key begins with sk-can");
    }
}

#[tokio::test]
async fn a_model_that_repeats_the_key_is_heard_and_recorded_without_it() {
    let world = World::new().await;
    let spelled: Vec<String> = KEY.chars().map(String::from).collect();
    let spelled = ChatReply::new().text("It is ").texts(spelled.iter().map(String::as_str)).text("!");
    for reply in [ChatReply::new().text(&format!("It is {KEY}!")), spelled] {
        for reply in [reply.clone().into_reply(), reply.into_reply().cut(5)] {
            world.server.enqueue(reply);
            let answer = world.call("any").await;
            assert_eq!((answer.text().as_str(), &answer.failure), ("It is [redacted]!", &None));
            assert!(!shows_key(&answer));
            // The recording tells the same when it is played again.
            world.server.enqueue(Reply::status(200).bytes(answer.raw()));
            assert_eq!(world.call("any").await.text(), "It is [redacted]!");
        }
    }
}

#[tokio::test]
async fn parameters_that_cannot_be_sent_are_refused_before_anything_is() {
    let world = World::new().await;
    let mut request = request("any", "Hi");
    request.parameters.extra = serde_json::from_value(json!({ "stream": false })).unwrap();
    let answer = Answer::of(world.provider.stream(request)).await;
    assert_eq!(answer.class(), ErrorClass::BadRequest);
    assert!(answer.failure().message.contains("`stream`"), "{}", answer.failure());
    assert!(world.server.requests().is_empty());
}
