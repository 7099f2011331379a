//! Prompts: found, changed, put in the bin and taken out.

use crate::world::{World, ada, at, prompt, version};
use formaops_domain::{Draft, JsonObject, Prompt, PromptStatus, RefName, Variable, VariableType};
use formaops_store::{PromptChange, PromptFilter, StoreError, TagCount};
use formaops_testkit::{content, prompt_id};
use serde_json::json;

async fn names(world: &World, filter: PromptFilter) -> Vec<String> {
    let page = world.store.list_prompts(filter, None, 100).await.unwrap();
    page.items.into_iter().map(|prompt| prompt.name.to_string()).collect()
}

#[tokio::test]
async fn a_prompt_is_read_back_as_it_was_kept() {
    let world = World::new().await;
    let kept = Prompt {
        title: "Reply".into(),
        description: "Answers a customer".into(),
        status: PromptStatus::Published,
        tags: vec!["support".into(), "email".into(), "support".into()],
        published_at: Some(at(3)),
        ..prompt(1, "support/reply")
    };
    let expected = Prompt { tags: vec!["email".into(), "support".into()], ..kept.clone() };
    assert_eq!(world.store.insert_prompt(kept, ada()).await.unwrap(), expected);
    assert_eq!(world.store.get_prompt(prompt_id(1)).await.unwrap(), expected);
    let found = world.store.find_prompt_by_name(&"support/reply".parse().unwrap()).await.unwrap();
    assert_eq!(found, Some(expected));
    assert_eq!(world.store.find_prompt_by_name(&"support".parse().unwrap()).await.unwrap(), None);
    let missing = world.store.get_prompt(prompt_id(2)).await.unwrap_err();
    assert!(missing.to_string().contains(&prompt_id(2).to_string()), "{missing}");
}

#[tokio::test]
async fn a_list_is_searched_in_any_case_and_filtered() {
    let world = World::new().await;
    let insert = |prompt| world.store.insert_prompt(prompt, ada());
    insert(Prompt { title: "Über Äpfel".into(), ..prompt(1, "fruit") }).await.unwrap();
    insert(Prompt { description: "Sorts MAIL".into(), tags: vec!["mail".into()], ..prompt(2, "sorter") })
        .await
        .unwrap();
    insert(Prompt { status: PromptStatus::Archived, tags: vec!["mail".into()], ..prompt(3, "old") })
        .await
        .unwrap();
    insert(prompt(4, "bin")).await.unwrap();
    world.store.delete_prompt(prompt_id(4), at(1)).await.unwrap();

    let all = PromptFilter::default;
    for (filter, expected) in [
        (all(), vec!["fruit", "sorter"]),
        (PromptFilter { archived: true, ..all() }, vec!["fruit", "old", "sorter"]),
        (PromptFilter { status: Some(PromptStatus::Archived), ..all() }, vec!["old"]),
        (PromptFilter { status: Some(PromptStatus::Draft), ..all() }, vec!["fruit", "sorter"]),
        (PromptFilter { search: Some("üBER ä".into()), ..all() }, vec!["fruit"]),
        (PromptFilter { search: Some("mail".into()), ..all() }, vec!["sorter"]),
        (PromptFilter { search: Some("SORT".into()), ..all() }, vec!["sorter"]),
        (PromptFilter { search: Some("%".into()), ..all() }, vec![]),
        (PromptFilter { tag: Some("mail".into()), ..all() }, vec!["sorter"]),
        (PromptFilter { tag: Some("mail".into()), archived: true, ..all() }, vec!["old", "sorter"]),
        (PromptFilter { deleted: true, ..all() }, vec!["bin"]),
    ] {
        assert_eq!(names(&world, filter.clone()).await, expected, "{filter:?}");
    }
    let tags = world.store.list_tags().await.unwrap();
    assert_eq!(tags, [TagCount { tag: "mail".into(), prompts: 2 }]);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repeat() {
    let world = World::new().await;
    for number in 0..7 {
        world.prompt(number, &format!("p{number}")).await;
    }
    let (mut cursor, mut seen) = (None, Vec::new());
    loop {
        let page = world.store.list_prompts(PromptFilter::default(), cursor.as_deref(), 3).await.unwrap();
        seen.push(page.items.len());
        // A prompt that is made meanwhile, before the cursor, moves nothing.
        let _ = world.try_prompt(99, "a-new-one").await;
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, [3, 3, 1]);
    let bad = world.store.list_prompts(PromptFilter::default(), Some("abc"), 3).await;
    assert!(matches!(bad, Err(StoreError::InvalidCursor(_))));
}

#[tokio::test]
async fn a_name_is_taken_until_its_prompt_is_in_the_bin() {
    let world = World::new().await;
    let (first, second) = (world.prompt(1, "a").await, world.prompt(2, "b").await);
    let taken =
        |error: StoreError| matches!(error, StoreError::NameTaken { noun: "prompt", name } if name == "a");
    assert!(taken(world.try_prompt(3, "a").await.unwrap_err()));
    let rename = PromptChange { name: Some("a".parse().unwrap()), ..PromptChange::default() };
    assert!(taken(world.store.update_prompt(second.id, rename.clone(), at(1)).await.unwrap_err()));

    let deleted = world.store.delete_prompt(first.id, at(2)).await.unwrap();
    assert_eq!(deleted.deleted_at, Some(at(2)));
    let again = world.store.delete_prompt(first.id, at(3)).await.unwrap();
    assert_eq!(again.deleted_at, Some(at(2)));
    world.store.update_prompt(second.id, rename, at(4)).await.unwrap();
    assert!(taken(world.store.undelete_prompt(first.id).await.unwrap_err()));

    world.store.delete_prompt(second.id, at(5)).await.unwrap();
    let back = world.store.undelete_prompt(first.id).await.unwrap();
    assert_eq!(back.deleted_at, None);
    assert_eq!(names(&world, PromptFilter::default()).await, ["a"]);
}

#[tokio::test]
async fn a_change_leaves_the_rest_and_publishing_notes_when() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    let change =
        PromptChange { title: Some("Title".into()), tags: Some(vec!["t".into()]), ..Default::default() };
    let changed = world.store.update_prompt(id, change, at(5)).await.unwrap();
    assert_eq!((changed.title.as_str(), changed.updated_at), ("Title", at(5)));

    let status = |status| PromptChange { status: Some(status), ..Default::default() };
    let published = world.store.update_prompt(id, status(PromptStatus::Published), at(6)).await.unwrap();
    assert_eq!((published.published_at, published.tags), (Some(at(6)), vec!["t".to_owned()]));
    let same = world.store.update_prompt(id, status(PromptStatus::Published), at(7)).await.unwrap();
    assert_eq!(same.published_at, Some(at(6)));
    world.store.update_prompt(id, status(PromptStatus::Archived), at(8)).await.unwrap();
    let again = world.store.update_prompt(id, status(PromptStatus::Published), at(9)).await.unwrap();
    assert_eq!(again.published_at, Some(at(9)));

    // A clock that stepped back far must not make the change fail.
    let early = world.store.update_prompt(id, PromptChange::default(), at(-999)).await.unwrap();
    assert_eq!(early.updated_at, early.created_at);
}

fn draft(text: &str, inputs: JsonObject) -> Draft {
    Draft {
        prompt_id: prompt_id(1),
        content: content(text),
        branch: RefName::main(),
        base: None,
        inputs,
        updated_at: at(9),
    }
}

#[tokio::test]
async fn a_draft_shows_until_it_is_saved_or_thrown_away() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    let has_draft = async || world.store.get_prompt(id).await.unwrap().has_draft;
    assert!(!has_draft().await);

    world.store.save_draft(draft("one", JsonObject::new())).await.unwrap();
    assert!(has_draft().await);
    assert_eq!(world.store.find_draft(id).await.unwrap(), Some(draft("one", JsonObject::new())));

    let head = world.save(id, content("one")).await;
    assert!(!has_draft().await);
    let edited = Draft { base: Some(head.id), ..draft("two", JsonObject::new()) };
    world.store.save_draft(edited.clone()).await.unwrap();
    assert!(has_draft().await);
    assert_eq!(world.killed().await.store.find_draft(id).await.unwrap(), Some(edited));

    world.store.save_draft(draft("one", JsonObject::new())).await.unwrap();
    assert_eq!(world.store.find_draft(id).await.unwrap(), None);
    world.store.save_draft(draft("two", JsonObject::new())).await.unwrap();
    world.store.delete_draft(id).await.unwrap();
    assert!(!has_draft().await);
}

#[tokio::test]
async fn a_draft_remembers_inputs_but_never_a_sensitive_one() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    world.save(id, content("one")).await;
    let inputs: JsonObject =
        serde_json::from_value(json!({ "pin": "hunter2-1234", "city": "Oslo" })).unwrap();
    let mut kept = draft("two", inputs);
    let pin = Variable { sensitive: true, ..Variable::new("pin", VariableType::String) };
    kept.content.variables = vec![pin, Variable::new("city", VariableType::String)];
    world.store.save_draft(kept).await.unwrap();
    let found = world.store.find_draft(id).await.unwrap().unwrap();
    assert_eq!(serde_json::to_value(found.inputs).unwrap(), json!({ "city": "Oslo" }));

    for name in ["formaops.db", "formaops.db-wal"] {
        let bytes = std::fs::read(world.dir.path().join(name)).unwrap();
        assert!(!bytes.windows(12).any(|window| window == b"hunter2-1234"), "{name} holds a sensitive value");
    }

    // Equal to the head, but with inputs to remember.
    let inputs: JsonObject = serde_json::from_value(json!({ "city": "Oslo" })).unwrap();
    world.store.save_draft(draft("one", inputs)).await.unwrap();
    assert!(world.store.find_draft(id).await.unwrap().is_some());
    assert!(!world.store.get_prompt(id).await.unwrap().has_draft);
}

#[tokio::test]
async fn a_version_makes_its_prompt_newer() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    world.store.save_version(version(id, content("one")), None).await.unwrap();
    let prompt = world.store.get_prompt(id).await.unwrap();
    assert_eq!((prompt.head_number, prompt.updated_at), (Some(1), at(1)));
}
