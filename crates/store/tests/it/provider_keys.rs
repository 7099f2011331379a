//! The keys of providers: references with names, of which one is in use.

use crate::world::{World, at};
use formaops_domain::{KeyBinding, KeyRef, Provider, ProviderKey};
use formaops_store::StoreError;
use formaops_testkit::{provider, provider_id, provider_key_id};

fn local() -> Provider {
    provider("http://127.0.0.1:1234/v1".parse().unwrap(), None)
}

fn vault_key(number: u64, name: &str) -> ProviderKey {
    let id = provider_key_id(number);
    let origin = local().origin().unwrap();
    let binding = KeyBinding { id, name: name.into(), reference: KeyRef::Vault { id }, origin };
    ProviderKey { provider: local().id, binding, created_at: at(1) }
}

async fn world() -> World {
    let world = World::new().await;
    world.store.insert_provider(local()).await.unwrap();
    world
}

#[tokio::test]
async fn a_provider_has_several_keys_and_uses_the_one_it_is_told_to() {
    let world = world().await;
    let (work, own) = (vault_key(1, "work"), vault_key(2, "Own"));
    world.store.insert_provider_key(work.clone()).await.unwrap();
    world.store.insert_provider_key(own.clone()).await.unwrap();
    assert_eq!(world.store.list_provider_keys(local().id).await.unwrap(), [own.clone(), work.clone()]);
    assert_eq!(world.store.get_provider(local().id).await.unwrap().key, None);

    let using = Provider { key: Some(work.binding.clone()), ..local() };
    world.store.update_provider(using.clone()).await.unwrap();
    assert_eq!(world.store.get_provider(local().id).await.unwrap(), using);
    assert_eq!(world.store.list_provider_keys(local().id).await.unwrap()[1], work);

    let refused = world.store.delete_provider_key(work.binding.id).await;
    assert!(matches!(refused, Err(StoreError::Refused(_))), "one in use stays: {refused:?}");
    world.store.delete_provider_key(own.binding.id).await.unwrap();
    world.store.update_provider(local()).await.unwrap();
    world.store.delete_provider_key(work.binding.id).await.unwrap();
    assert_eq!(world.store.list_provider_keys(local().id).await.unwrap(), []);
    let missing = world.store.delete_provider_key(own.binding.id).await;
    assert!(matches!(missing, Err(StoreError::NotFound { noun: "key", .. })), "{missing:?}");
}

#[tokio::test]
async fn the_name_of_a_key_is_unique_within_its_provider_in_any_case() {
    let world = world().await;
    world.store.insert_provider_key(vault_key(1, "work")).await.unwrap();
    let taken = world.store.insert_provider_key(vault_key(2, "WORK")).await;
    assert!(matches!(taken, Err(StoreError::NameTaken { noun: "key", .. })), "{taken:?}");

    let other = Provider { id: provider_id(2), name: "other".into(), ..local() };
    world.store.insert_provider(other.clone()).await.unwrap();
    world
        .store
        .insert_provider_key(ProviderKey { provider: other.id, ..vault_key(2, "work") })
        .await
        .unwrap();

    let stolen = Provider { key: Some(vault_key(2, "work").binding), ..local() };
    assert!(world.store.update_provider(stolen).await.is_err(), "a key of another provider is not used");
    assert_eq!(world.store.get_provider(local().id).await.unwrap(), local());
}

#[tokio::test]
async fn the_keys_of_a_provider_go_with_it() {
    let world = world().await;
    let work = vault_key(1, "work");
    world.store.update_provider(Provider { key: Some(work.binding.clone()), ..local() }).await.unwrap();
    world.store.insert_provider_key(vault_key(2, "own")).await.unwrap();
    world.store.delete_provider(local().id).await.unwrap();
    assert_eq!(world.store.list_provider_keys(local().id).await.unwrap(), []);
}
