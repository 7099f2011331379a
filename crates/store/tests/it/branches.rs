//! Branches, labels and tags: what points to versions.

use crate::world::{World, ada, at, version};
use formaops_domain::{Draft, JsonObject, PromptId, RefKind, RefName, Version, VersionEntry};
use formaops_store::{EntryFilter, NewVersion, Onto, StoreError};
use formaops_testkit::content;

fn name(text: &str) -> RefName {
    text.parse().unwrap()
}

fn onto(branch: &str) -> Onto {
    Onto { branch: name(branch), merged: None }
}

async fn save_on(world: &World, prompt: PromptId, branch: &str, text: &str) -> Version {
    world.store.save_version_on(version(prompt, content(text)), onto(branch), None).await.unwrap()
}

async fn branch(world: &World, at_version: &Version, text: &str) {
    world.store.put_ref(at_version, RefKind::Branch, name(text), None, at(3)).await.unwrap();
}

async fn history(world: &World, prompt: PromptId) -> Vec<VersionEntry> {
    world.store.list_version_entries(prompt, EntryFilter::default(), None, 100).await.unwrap().items
}

#[tokio::test]
async fn work_on_a_branch_leaves_main_where_it_is() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    let first = world.save(id, content("one")).await;
    branch(&world, &first, "tone").await;
    let second = save_on(&world, id, "tone", "two").await;
    assert_eq!((second.number, &second.parents[..]), (Some(2), &[first.id][..]));
    assert_eq!(world.store.get_prompt(id).await.unwrap().head, Some(first.id));
    let found = world.store.find_version(id, &"tone".parse().unwrap()).await.unwrap();
    assert_eq!(found.unwrap().id, second.id);

    let missing = world.store.save_version_on(version(id, content("x")), onto("none"), None).await;
    assert!(matches!(missing, Err(StoreError::NotFound { noun: "branch", .. })));
}

#[tokio::test]
async fn a_merge_has_two_parents_also_where_nothing_of_the_branch_changed() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    let first = world.save(id, content("one")).await;
    branch(&world, &first, "tone").await;
    let theirs = save_on(&world, id, "tone", "two").await;
    let merge = Onto { merged: Some(theirs.id), ..Onto::default() };
    let stale =
        world.store.save_version_on(version(id, content("one")), merge.clone(), Some(theirs.id)).await;
    assert!(matches!(stale, Err(StoreError::HeadMoved { .. })));
    let merged =
        world.store.save_version_on(version(id, content("one")), merge, Some(first.id)).await.unwrap();
    assert_eq!((merged.number, merged.parents), (Some(3), vec![first.id, theirs.id]));
    let parents = world.store.list_parents(id).await.unwrap();
    assert_eq!(parents[&merged.id], [first.id, theirs.id]);
}

#[tokio::test]
async fn a_label_says_where_it_was_and_moves_only_from_where_it_was_seen() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    let (first, second) = (world.save(id, content("one")).await, world.save(id, content("two")).await);
    let put = async |version: &Version, expected| {
        world.store.put_ref(version, RefKind::Label, name("production"), expected, at(5)).await
    };
    assert_eq!(put(&first, None).await.unwrap().from, None);
    let moved = put(&second, Some(first.id)).await.unwrap();
    assert_eq!((moved.from, moved.name.version, moved.name.number), (Some(first.id), second.id, Some(2)));
    let stale = put(&first, Some(first.id)).await.unwrap_err();
    assert!(
        matches!(stale, StoreError::RefMoved { version: Some(version), .. } if version == second.id.short())
    );

    let gone = world.store.delete_ref(id, RefKind::Label, name("production")).await.unwrap();
    assert_eq!(gone.version, second.id);
    assert_eq!(world.store.find_version(id, &"production".parse().unwrap()).await.unwrap(), None);
}

#[tokio::test]
async fn no_branch_and_label_share_a_name_and_a_branch_in_use_stays() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    let first = world.save(id, content("one")).await;
    branch(&world, &first, "tone").await;
    for (kind, taken) in [(RefKind::Label, "tone"), (RefKind::Label, "main")] {
        let refused = world.store.put_ref(&first, kind, name(taken), None, at(5)).await.unwrap_err();
        assert!(matches!(refused, StoreError::NameTaken { noun: "branch", .. }), "{taken}: {refused}");
    }
    let draft = |branch: &str| Draft {
        prompt_id: id,
        content: content("one"),
        branch: name(branch),
        base: Some(first.id),
        inputs: JsonObject::new(),
        updated_at: at(6),
    };
    world.store.save_draft(draft("tone")).await.unwrap();
    for used in ["main", "tone"] {
        let refused = world.store.delete_ref(id, RefKind::Branch, name(used)).await.unwrap_err();
        assert!(matches!(refused, StoreError::RefInUse { .. }), "{used}: {refused}");
    }
    world.store.save_draft(draft("main")).await.unwrap();
    world.store.delete_ref(id, RefKind::Branch, name("tone")).await.unwrap();
    let refused = world.store.save_draft(draft("tone")).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotFound { noun: "branch", .. }), "{refused}");
}

#[tokio::test]
async fn a_draft_is_unsaved_work_of_its_branch() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    let first = world.save(id, content("one")).await;
    branch(&world, &first, "tone").await;
    let second = save_on(&world, id, "tone", "two").await;
    let draft = |text: &str| Draft {
        prompt_id: id,
        content: content(text),
        branch: name("tone"),
        base: Some(second.id),
        inputs: JsonObject::new(),
        updated_at: at(6),
    };
    world.store.save_draft(draft("two")).await.unwrap();
    assert!(!world.store.get_prompt(id).await.unwrap().has_draft, "it is what the branch holds");
    assert_eq!(
        world.store.find_draft(id).await.unwrap(),
        Some(draft("two")),
        "and says which branch that is"
    );
    world.store.save_draft(draft("three")).await.unwrap();
    assert!(world.store.get_prompt(id).await.unwrap().has_draft);
    // What runs of it comes from the branch, and becomes its version.
    let snapshot = world.store.snapshot_version(version(id, content("three"))).await.unwrap();
    assert_eq!(snapshot.parents, [second.id]);
    assert_eq!(save_on(&world, id, "tone", "three").await.id, snapshot.id);
}

#[tokio::test]
async fn history_tells_who_why_and_what_points_to_each_version_of_every_branch() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    let first = world.save(id, content("one")).await;
    branch(&world, &first, "tone").await;
    let new = NewVersion { note: "Kinder words".into(), ..version(id, content("two")) };
    let second = world.store.save_version_on(new, onto("tone"), None).await.unwrap();
    world.store.put_ref(&first, RefKind::Label, name("production"), None, at(5)).await.unwrap();
    let tags = vec!["b".to_owned(), "a".to_owned()];
    let tagged = world.store.update_version_tags(id, second.id, tags).await.unwrap();
    assert_eq!(tagged.tags, ["a", "b"]);

    let entries = history(&world, id).await;
    let refs = |entry: &VersionEntry| {
        entry.refs.iter().map(|r| format!("{} {}", r.kind.as_str(), r.name)).collect::<Vec<_>>()
    };
    assert_eq!(entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), [second.id, first.id]);
    assert_eq!(refs(&entries[0]), ["branch tone"]);
    assert_eq!(refs(&entries[1]), ["branch main", "label production"]);
    let newest = &entries[0];
    assert_eq!((newest.author, newest.author_name.as_str()), (ada(), "Ada"));
    assert_eq!((newest.note.as_str(), &newest.parents[..]), ("Kinder words", &[first.id][..]));

    let found = async |filter| {
        let page = world.store.list_version_entries(id, filter, None, 10).await.unwrap();
        page.items.into_iter().map(|entry| entry.number.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(found(EntryFilter { tag: Some("a".into()), note: None }).await, [2]);
    assert_eq!(found(EntryFilter { tag: None, note: Some("KIND".into()) }).await, [2]);
    assert_eq!(found(EntryFilter { tag: Some("c".into()), note: None }).await, [0; 0]);
    world.store.update_version_tags(id, second.id, vec![]).await.unwrap();
    assert_eq!(found(EntryFilter { tag: Some("a".into()), note: None }).await, [0; 0]);
}

#[tokio::test]
async fn moves_and_tags_are_in_the_trail_with_where_from_and_where_to() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    let (first, second) = (world.save(id, content("one")).await, world.save(id, content("two")).await);
    for version in [&first, &second] {
        world.store.put_ref(version, RefKind::Label, name("production"), None, at(5)).await.unwrap();
    }
    world.store.update_version_tags(id, first.id, vec!["good".into()]).await.unwrap();
    let events = world.store.list_audit_events(Default::default(), None, 10).await.unwrap().items;
    let detail = async |event: usize| world.store.get_audit_event(events[event].seq).await.unwrap();
    let tagged = detail(0).await;
    assert_eq!(tagged.event.action, "version.update");
    assert_eq!(tagged.after.unwrap()["tags"], serde_json::json!(["good"]));
    let moved = detail(1).await;
    let label = |state: Option<serde_json::Value>| state.unwrap()["refs"]["label/production"].clone();
    assert_eq!(label(moved.before), first.id.to_string());
    assert_eq!(label(moved.after), second.id.to_string());
}
