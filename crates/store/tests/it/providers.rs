//! Providers, their model lists, and settings.

use crate::world::{World, at};
use formaops_domain::{ListedModel, Provider, ProviderKind};
use formaops_store::{ProviderModels, StoreError};
use formaops_testkit::{provider, provider_id};
use serde_json::{Value, json};

fn local() -> Provider {
    provider("http://127.0.0.1:1234/v1".parse().unwrap(), Some("LOCAL_API_KEY"))
}

#[tokio::test]
async fn a_provider_is_kept_with_its_key_reference_and_found_in_any_case() {
    let world = World::new().await;
    world.store.insert_provider(local()).await.unwrap();
    let dry = Provider {
        id: provider_id(2),
        name: "dry-run".into(),
        kind: ProviderKind::DryRun,
        base_url: None,
        key: None,
        max_concurrent: Some(1024),
        requests_per_minute: Some(500),
        tokens_per_minute: None,
        ..local()
    };
    world.store.insert_provider(dry.clone()).await.unwrap();
    assert_eq!(world.store.get_provider(local().id).await.unwrap(), local());
    assert_eq!(world.store.find_provider_by_name("LOCAL").await.unwrap(), Some(local()));
    assert_eq!(world.store.find_provider_by_name("other").await.unwrap(), None);
    assert_eq!(world.store.list_providers().await.unwrap(), [dry, local()]);
}

#[tokio::test]
async fn a_provider_is_changed_and_removed_with_its_list() {
    let world = World::new().await;
    world.store.insert_provider(local()).await.unwrap();
    let listed = |models: &[&str], seconds| ProviderModels {
        models: models.iter().copied().map(ListedModel::new).collect(),
        listed_at: at(seconds),
    };
    assert_eq!(world.store.find_provider_models(local().id).await.unwrap(), None);
    world.store.update_provider_models(local().id, listed(&["b", "a"], 1)).await.unwrap();
    world.store.update_provider_models(local().id, listed(&["c"], 2)).await.unwrap();
    assert_eq!(world.store.find_provider_models(local().id).await.unwrap(), Some(listed(&["c"], 2)));

    let changed = Provider {
        name: "renamed".into(),
        key: None,
        max_concurrent: Some(2),
        tokens_per_minute: Some(9),
        ..local()
    };
    world.store.update_provider(changed.clone()).await.unwrap();
    assert_eq!(world.store.get_provider(local().id).await.unwrap(), changed);
    world.store.delete_provider(local().id).await.unwrap();
    assert_eq!(world.store.find_provider_models(local().id).await.unwrap(), None);
    for missing in [
        world.store.delete_provider(local().id).await,
        world.store.update_provider(local()).await,
        world.store.get_provider(local().id).await.map(drop),
    ] {
        assert!(matches!(missing, Err(StoreError::NotFound { noun: "provider", .. })), "{missing:?}");
    }
}

#[tokio::test]
async fn a_providers_name_is_unique_in_any_case() {
    let world = World::new().await;
    world.store.insert_provider(local()).await.unwrap();
    let other = Provider { id: provider_id(2), name: "LOCAL".into(), key: None, ..local() };
    let taken = world.store.insert_provider(other.clone()).await;
    assert!(matches!(taken, Err(StoreError::NameTaken { noun: "provider", .. })), "{taken:?}");
    world.store.insert_provider(Provider { name: "second".into(), ..other.clone() }).await.unwrap();
    let taken = world.store.update_provider(other).await;
    assert!(matches!(taken, Err(StoreError::NameTaken { .. })), "{taken:?}");
}

#[tokio::test]
async fn the_tables_refuse_a_provider_that_cannot_be() {
    let world = World::new().await;
    for wrong in [
        Provider { name: "a:b".into(), ..local() },
        Provider { name: String::new(), ..local() },
        Provider { max_concurrent: Some(0), ..local() },
        Provider { requests_per_minute: Some(0), ..local() },
        Provider { tokens_per_minute: Some(0), ..local() },
        Provider { base_url: None, ..local() },
        Provider { kind: ProviderKind::DryRun, ..local() },
    ] {
        let refused = world.store.insert_provider(wrong.clone()).await;
        assert!(matches!(refused, Err(StoreError::Refused(_))), "{wrong:?}: {refused:?}");
    }
}

#[tokio::test]
async fn a_setting_is_set_changed_and_removed() {
    let world = World::new().await;
    assert_eq!(world.store.find_setting("ui.theme").await.unwrap(), None);
    world.store.update_setting("ui.theme", json!("dark"), at(1)).await.unwrap();
    world.store.update_setting("ui.theme", json!({ "name": "light" }), at(2)).await.unwrap();
    world.store.update_setting("a", json!(1), at(2)).await.unwrap();
    let light = json!({ "name": "light" });
    assert_eq!(world.store.find_setting("ui.theme").await.unwrap(), Some(light.clone()));
    assert_eq!(
        world.store.list_settings().await.unwrap(),
        [("a".into(), json!(1)), ("ui.theme".into(), light)]
    );
    world.store.update_setting("ui.theme", Value::Null, at(3)).await.unwrap();
    assert_eq!(world.store.find_setting("ui.theme").await.unwrap(), None);
}
