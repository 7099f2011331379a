//! Idempotency keys and the keys of the HTTP host.

use crate::world::{World, ada, at};
use formaops_domain::{ApiKeyId, canonical_hash};
use formaops_store::{Act, Actor, ActorKind, IdempotencyKey, Remembered, StoreError, StoredApiKey};
use formaops_testkit::actor_id;
use serde_json::json;

const DAY: i64 = 24 * 60 * 60;

fn key(request: &str) -> IdempotencyKey {
    IdempotencyKey {
        actor: ada(),
        operation: "run_create".into(),
        key: "k1".into(),
        request_hash: canonical_hash(&json!(request)),
    }
}

fn answered(answer: serde_json::Value) -> Option<Remembered> {
    Some(Remembered::Answer(answer))
}

#[tokio::test]
async fn the_same_request_gets_the_same_answer_for_a_day() {
    let world = World::new().await;
    assert_eq!(world.store.find_answer(&key("a"), at(0)).await.unwrap(), None);
    world.store.insert_answer(key("a"), json!({ "id": 1 }), at(0)).await.unwrap();
    assert_eq!(world.store.find_answer(&key("a"), at(DAY - 1)).await.unwrap(), answered(json!({ "id": 1 })));

    // One that was on its way at the same time: the first answer stands.
    let second = world.store.insert_answer(key("a"), json!({ "id": 2 }), at(1)).await.unwrap();
    assert_eq!(second, json!({ "id": 1 }));

    assert_eq!(world.store.find_answer(&key("a"), at(DAY)).await.unwrap(), None);
    world.store.insert_answer(key("b"), json!({ "id": 3 }), at(DAY)).await.unwrap();
    assert_eq!(world.store.find_answer(&key("b"), at(DAY)).await.unwrap(), answered(json!({ "id": 3 })));
}

#[tokio::test]
async fn another_request_with_the_key_is_refused_but_not_another_actors() {
    let world = World::new().await;
    world.store.insert_answer(key("a"), json!(1), at(0)).await.unwrap();
    for refused in [
        world.store.find_answer(&key("b"), at(1)).await.map(drop),
        world.store.insert_answer(key("b"), json!(2), at(1)).await.map(drop),
    ] {
        assert!(matches!(refused, Err(StoreError::KeyReused { .. })), "{refused:?}");
    }
    let robot = Actor { id: actor_id(2), kind: ActorKind::ApiKey, name: "robot".into(), created_at: at(0) };
    world.store.insert_actor(robot).await.unwrap();
    for other in [
        IdempotencyKey { actor: actor_id(2), ..key("b") },
        IdempotencyKey { operation: "prompt_create".into(), ..key("b") },
    ] {
        assert_eq!(world.store.find_answer(&other, at(1)).await.unwrap(), None);
        assert_eq!(world.store.insert_answer(other, json!(2), at(1)).await.unwrap(), json!(2));
    }
}

#[tokio::test]
async fn a_request_is_claimed_with_its_first_change_and_not_without_one() {
    let world = World::new().await;
    let act = Act { claim: Some(key("a")), request_id: Some("r1".into()), ..Act::own(at(0)) };
    let store = world.store.acting(act);
    let twice = || crate::world::prompt(1, "greet");
    store.insert_prompt(twice(), ada()).await.unwrap();
    // Whatever happens from here on, the change and the claim are both there or both not.
    let after = world.killed().await;
    let claimed = after.store.find_answer(&key("a"), at(1)).await.unwrap();
    assert_eq!(claimed, Some(Remembered::Claim { request_id: Some("r1".into()) }));
    assert!(matches!(after.store.find_answer(&key("b"), at(1)).await, Err(StoreError::KeyReused { .. })));
    after.store.insert_answer(key("a"), json!({ "id": 1 }), at(1)).await.unwrap();
    assert_eq!(after.store.find_answer(&key("a"), at(1)).await.unwrap(), answered(json!({ "id": 1 })));

    let other = IdempotencyKey { key: "k2".into(), ..key("a") };
    let failing = world.store.acting(Act { claim: Some(other.clone()), ..Act::own(at(0)) });
    assert!(failing.insert_prompt(crate::world::prompt(2, "greet"), ada()).await.is_err());
    assert_eq!(world.store.find_answer(&other, at(1)).await.unwrap(), None);
}

fn api_key(number: u8, name: &str) -> StoredApiKey {
    StoredApiKey {
        id: ApiKeyId::from_bytes(&[number; 16]).unwrap(),
        actor: ada(),
        name: name.into(),
        hash: [number; 32],
        scopes: vec!["read".into(), "run".into()],
        created_at: at(number.into()),
        last_used_at: None,
        expires_at: Some(at(100)),
        revoked_at: None,
    }
}

#[tokio::test]
async fn an_api_key_is_found_by_its_hash_touched_and_revoked() {
    let world = World::new().await;
    let (first, second) = (api_key(1, "ci"), api_key(2, "notebook"));
    world.store.insert_api_key(first.clone()).await.unwrap();
    world.store.insert_api_key(second.clone()).await.unwrap();
    assert_eq!(world.store.list_api_keys().await.unwrap(), [second, first.clone()]);
    assert_eq!(world.store.find_api_key_by_hash([1; 32]).await.unwrap(), Some(first.clone()));
    assert_eq!(world.store.find_api_key_by_hash([9; 32]).await.unwrap(), None);
    assert!(first.is_active(at(99)) && !first.is_active(at(100)));

    world.store.touch_api_key(first.id, at(50)).await.unwrap();
    let revoked = world.store.revoke_api_key(first.id, at(60)).await.unwrap();
    assert_eq!((revoked.last_used_at, revoked.revoked_at), (Some(at(50)), Some(at(60))));
    assert!(!revoked.is_active(at(61)));
    let again = world.store.revoke_api_key(first.id, at(70)).await.unwrap();
    assert_eq!(again.revoked_at, Some(at(60)));
    let missing = world.store.revoke_api_key(api_key(9, "x").id, at(70)).await;
    assert!(matches!(missing, Err(StoreError::NotFound { noun: "API key", .. })));
    let twice = world.store.insert_api_key(StoredApiKey { id: api_key(3, "y").id, ..first }).await;
    assert!(twice.is_err(), "two keys with one hash");
}
