//! What the user says of models.

use crate::world::{World, at};
use formaops_domain::{Capabilities, ModelEdit, Price, PriceTier, Provider};
use formaops_store::StoreError;
use formaops_testkit::provider;

fn local() -> Provider {
    provider("http://127.0.0.1:1234/v1".parse().unwrap(), None)
}

fn everything() -> ModelEdit {
    let tier = PriceTier { above: 5, input: 3, cached_input: None, cache_write: Some(4), output: 6 };
    ModelEdit {
        same_as: Some("gpt-4o".into()),
        context_window: Some(1_000),
        max_output_tokens: Some(100),
        price: Some(Price { input: 1, output: 2, tiers: vec![tier], ..Price::default() }),
        capabilities: Capabilities { images: Some(true), cache: Some(false), ..Capabilities::default() },
        retires_on: Some("2027-01-31".into()),
        updated_at: at(1),
    }
}

#[tokio::test]
async fn what_is_said_of_a_model_is_kept_changed_forgotten_and_goes_with_its_provider() {
    let world = World::new().await;
    world.store.insert_provider(local()).await.unwrap();
    let id = local().id;
    let little = ModelEdit { context_window: Some(7), updated_at: at(2), ..ModelEdit::default() };
    world.store.update_model_edit(id, "org/model:8b", everything()).await.unwrap();
    world.store.update_model_edit(id, "a", everything()).await.unwrap();
    world.store.update_model_edit(id, "a", little.clone()).await.unwrap();
    let all = world.store.list_model_edits(id).await.unwrap();
    assert_eq!(all, [("a".to_owned(), little), ("org/model:8b".to_owned(), everything())]);

    world.store.delete_model_edit(id, "a").await.unwrap();
    world.store.delete_model_edit(id, "never said").await.unwrap();
    assert_eq!(world.store.list_model_edits(id).await.unwrap().len(), 1);
    world.store.delete_provider(id).await.unwrap();
    assert_eq!(world.store.list_model_edits(id).await.unwrap(), []);
}

#[tokio::test]
async fn the_table_refuses_what_cannot_be_of_a_model() {
    let world = World::new().await;
    let nowhere = world.store.update_model_edit(local().id, "m", everything()).await;
    assert!(matches!(nowhere, Err(StoreError::Refused(_))), "{nowhere:?}");
    world.store.insert_provider(local()).await.unwrap();
    for wrong in [
        ModelEdit { context_window: Some(0), ..everything() },
        ModelEdit { max_output_tokens: Some(0), ..everything() },
        ModelEdit { same_as: Some(String::new()), ..everything() },
        ModelEdit { retires_on: Some("soon".into()), ..everything() },
    ] {
        let refused = world.store.update_model_edit(local().id, "m", wrong.clone()).await;
        assert!(matches!(refused, Err(StoreError::Refused(_))), "{wrong:?}: {refused:?}");
    }
    let nameless = world.store.update_model_edit(local().id, "", everything()).await;
    assert!(matches!(nameless, Err(StoreError::Refused(_))), "{nameless:?}");
}
