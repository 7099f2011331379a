//! Inputs that are remembered under names.

use crate::world::{World, at, inputs};
use formaops_domain::InputSet;
use formaops_store::StoreError;
use formaops_testkit::prompt_id;

fn set(name: &str, value: &str, seconds: i64) -> InputSet {
    let (created_at, updated_at) = (at(seconds), at(seconds));
    InputSet { prompt_id: prompt_id(1), name: name.into(), inputs: inputs(value), created_at, updated_at }
}

#[tokio::test]
async fn an_input_set_is_kept_replaced_renamed_and_forgotten() {
    let world = World::new().await;
    world.prompt(1, "p").await;
    let store = &world.store;
    let names = async || -> Vec<String> {
        let sets = store.list_input_sets(prompt_id(1)).await.unwrap();
        sets.into_iter().map(|set| set.name).collect()
    };
    store.save_input_set(set("long", "Bartholomew", 1), None).await.unwrap();
    let short = store.save_input_set(set("Short", "Bob", 2), None).await.unwrap();
    assert_eq!(short, set("Short", "Bob", 2));
    assert_eq!(names().await, ["long", "Short"]);

    let replaced = store.save_input_set(set("SHORT", "Al", 3), None).await.unwrap();
    assert_eq!((replaced.created_at, replaced.updated_at), (at(2), at(3)));
    assert_eq!(store.list_input_sets(prompt_id(1)).await.unwrap()[1], replaced);

    store.save_input_set(set("brief", "Al", 4), Some("short".into())).await.unwrap();
    assert_eq!(names().await, ["brief", "long"]);
    let third = store.save_input_set(set("LONG", "Al", 5), Some("brief".into())).await;
    assert!(matches!(third, Err(StoreError::NameTaken { .. })), "{third:?}");
    let nobody = store.save_input_set(set("x", "Al", 5), Some("y".into())).await;
    assert!(matches!(nobody, Err(StoreError::NotFound { .. })), "{nobody:?}");

    store.delete_input_set(prompt_id(1), "Brief".into()).await.unwrap();
    assert_eq!(names().await, ["long"]);
    let twice = store.delete_input_set(prompt_id(1), "Brief".into()).await;
    assert!(matches!(twice, Err(StoreError::NotFound { .. })), "{twice:?}");
}
