//! The list of models that a server gives of itself.

use crate::world::{KEY, World};
use formaops_domain::ErrorClass;
use formaops_testkit::Reply;
use serde_json::json;

async fn ids(world: &World) -> Vec<String> {
    world.provider.models().await.expect("there is a list").into_iter().map(|model| model.id).collect()
}

#[tokio::test]
async fn a_server_lists_its_models_in_its_own_order() {
    let world = World::new().await;
    world.server.serve_models(["zeta", "alpha"]);
    assert_eq!(ids(&world).await, ["zeta", "alpha"]);
    let sent = world.server.last_request();
    assert_eq!((sent.method.as_str(), sent.path.as_str()), ("GET", "/v1/models"));
    assert_eq!(sent.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
}

#[tokio::test]
async fn a_bare_list_is_understood_too() {
    let world = World::new().await;
    let list = json!([{ "id": "one" }, { "name": "without an id" }, { "id": "two" }]);
    world.server.reply_to_models(Reply::status(200).json(&list));
    assert_eq!(ids(&world).await, ["one", "two"]);
}

#[tokio::test]
async fn every_fault_has_its_class_and_quotes_no_key() {
    let world = World::new().await;
    let refusal = format!("Incorrect API key provided: {KEY}");
    for (reply, class) in [
        (Reply::error(401, &refusal, "", None), ErrorClass::Authentication),
        (Reply::html(404, "<title>Not Found</title>"), ErrorClass::NotFound),
        (Reply::html(200, "<title>Sign in</title>"), ErrorClass::InvalidResponse),
        (Reply::status(200).bytes("what?"), ErrorClass::InvalidResponse),
        (Reply::status(200).json(&json!({ "data": 7 })), ErrorClass::InvalidResponse),
        (Reply::redirect("https://example.com/"), ErrorClass::Redirect),
        (Reply::reset(), ErrorClass::Reset),
        (Reply::status(500).bytes("x".repeat(100_000)), ErrorClass::ServerError),
    ] {
        world.server.reply_to_models(reply);
        let failure = world.provider.models().await.unwrap_err();
        assert_eq!(failure.class, class);
        assert!(!format!("{failure:?}").contains("canary"));
    }
}
