//! Versions: saved, numbered, found and never changed.

use crate::world::{World, ada, at, run, version};
use formaops_domain::{RefKind, VersionSelector};
use formaops_store::{NewVersion, StoreError};
use formaops_testkit::{content, prompt_id};

#[tokio::test]
async fn each_new_content_gets_the_next_number_and_its_parent() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    let first = world.save(id, content("one")).await;
    let second =
        world.store.save_version(NewVersion { note: "why".into(), ..version(id, content("two")) }, None);
    let second = second.await.unwrap();
    assert_eq!((first.number, second.number), (Some(1), Some(2)));
    assert_eq!((first.parents, second.parents.as_slice()), (vec![], [first.id].as_slice()));
    assert_eq!((second.note.as_str(), second.author, second.created_at), ("why", ada(), at(1)));
    assert_eq!(world.store.get_version(id, second.id).await.unwrap(), second);

    // Going back is going on: the old content becomes a new version.
    let restored = world.save(id, content("one")).await;
    assert_eq!((restored.number, restored.parents), (Some(3), vec![second.id]));
}

#[tokio::test]
async fn unchanged_content_makes_no_version() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    let first = world.save(id, content("one")).await;
    assert_eq!(world.save(id, content("one")).await, first);
    assert_eq!(world.store.snapshot_version(version(id, content("one"))).await.unwrap(), first);
    assert_eq!(world.store.list_versions(id, None, 10).await.unwrap().items, [first]);
}

#[tokio::test]
async fn a_snapshot_is_hidden_moves_nothing_and_gets_a_number_when_it_is_saved() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    let head = world.save(id, content("one")).await;
    let snapshot = world.store.snapshot_version(version(id, content("draft"))).await.unwrap();
    assert_eq!(snapshot.number, None);
    let again = NewVersion { at: at(50), ..version(id, content("draft")) };
    assert_eq!(world.store.snapshot_version(again).await.unwrap().id, snapshot.id);
    assert_eq!(world.store.list_versions(id, None, 10).await.unwrap().items, std::slice::from_ref(&head));
    assert_eq!(world.store.get_prompt(id).await.unwrap().head, Some(head.id));

    let saved = world.store.save_version(NewVersion { at: at(60), ..version(id, content("draft")) }, None);
    let saved = saved.await.unwrap();
    assert_eq!((saved.id, saved.number), (snapshot.id, Some(2)));
    assert_eq!(world.store.get_prompt(id).await.unwrap().head, Some(snapshot.id));
}

#[tokio::test]
async fn a_note_makes_a_version_of_its_own_and_the_run_of_the_snapshot_shows_its_number() {
    let world = World::new().await;
    let id = world.prompt(1, "p").await.id;
    world.save(id, content("one")).await;
    let snapshot = world.store.snapshot_version(version(id, content("draft"))).await.unwrap();
    let new = crate::world::new_run(run(1, &snapshot, &["dry-run:echo"]), 1);
    let before = world.store.insert_run(new).await.unwrap();
    assert_eq!(before.variants[0].version_number, None);

    let noted = NewVersion { note: "shorter".into(), ..version(id, content("draft")) };
    let saved = world.store.save_version(noted, None).await.unwrap();
    assert_ne!(saved.id, snapshot.id);
    assert_eq!((saved.note.as_str(), saved.number), ("shorter", Some(2)));
    let after = world.store.get_run(before.id).await.unwrap();
    assert_eq!((after.variants[0].version_id, after.variants[0].version_number), (snapshot.id, Some(2)));
}

#[tokio::test]
async fn saving_over_someone_elses_version_is_refused() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    let first = world.save(id, content("one")).await;
    let second = world.save(id, content("two")).await;
    let stale = world.store.save_version(version(id, content("mine")), Some(first.id)).await.unwrap_err();
    assert!(
        matches!(&stale, StoreError::HeadMoved { head: Some(head) } if *head == second.id.short()),
        "{stale:?}"
    );
    world.store.save_version(version(id, content("mine")), Some(second.id)).await.unwrap();
    let missing = world.store.save_version(version(prompt_id(9), content("x")), None).await;
    assert!(matches!(missing, Err(StoreError::NotFound { noun: "prompt", .. })));
}

#[tokio::test]
async fn a_version_is_found_by_head_number_hash_and_label() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    assert_eq!(world.store.find_version(id, &VersionSelector::Head).await.unwrap(), None);
    let first = world.save(id, content("one")).await;
    let second = world.save(id, content("two")).await;
    world.store.put_ref(&first, RefKind::Label, "production".parse().unwrap(), None, at(5)).await.unwrap();
    let digits = first.id.to_string()[4..12].to_owned();
    for (selector, expected) in [
        ("v1", Some(&first)),
        ("v2", Some(&second)),
        ("v3", None),
        (digits.as_str(), Some(&first)),
        ("ver_000000000000", None),
        ("production", Some(&first)),
        ("staging", None),
    ] {
        let found = world.store.find_version(id, &selector.parse().unwrap()).await.unwrap();
        assert_eq!(found.as_ref(), expected, "{selector}");
    }
    assert_eq!(world.store.find_version(id, &VersionSelector::Head).await.unwrap(), Some(second.clone()));

    world.store.put_ref(&second, RefKind::Label, "production".parse().unwrap(), None, at(6)).await.unwrap();
    let label = world.store.find_version(id, &"production".parse().unwrap()).await.unwrap();
    assert_eq!(label, Some(second));
}

#[tokio::test]
async fn two_prompts_may_hold_the_very_same_version() {
    let world = World::new().await;
    let (one, two) = (world.prompt(1, "a").await.id, world.prompt(2, "b").await.id);
    let (first, copy) = (world.save(one, content("x")).await, world.save(two, content("x")).await);
    assert_eq!(first.id, copy.id);
    assert_eq!(world.store.get_version(two, copy.id).await.unwrap().prompt_id, two);
}

#[tokio::test]
async fn history_comes_in_pages_newest_first() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    for number in 1..=5 {
        world.save(id, content(&format!("{number}"))).await;
    }
    let numbers = |page: &formaops_domain::Page<formaops_domain::Version>| {
        page.items.iter().map(|version| version.number.unwrap()).collect::<Vec<_>>()
    };
    let first = world.store.list_versions(id, None, 3).await.unwrap();
    let rest = world.store.list_versions(id, first.next.as_deref(), 3).await.unwrap();
    assert_eq!((numbers(&first), numbers(&rest), rest.next), (vec![5, 4, 3], vec![2, 1], None));
}
