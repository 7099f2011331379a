//! Prompts that others call by name: what a run calls, and who calls what.

use crate::world::{World, at, new_run, run};
use formaops_domain::{Draft, RefKind, RefName, RunPartial};
use formaops_store::NewRun;
use formaops_testkit::content;

#[tokio::test]
async fn a_run_keeps_the_exact_versions_that_it_calls_whatever_is_saved_later() {
    let world = World::new().await;
    let (letter, tone) = (world.prompt(1, "letter").await, world.prompt(2, "shared/tone").await);
    let calling = world.save(letter.id, content("{{> shared/tone}}")).await;
    let first = world.save(tone.id, content("Be kind.")).await;
    let called = RunPartial {
        name: "shared/tone".to_owned(),
        prompt_id: tone.id,
        prompt_name: tone.name.clone(),
        version_id: first.id,
        version_number: Some(1),
    };
    let new = new_run(run(1, &calling, &["dry-run:a"]), 1);
    let id = new.run.id;
    world.store.insert_run(NewRun { partials: vec![called.clone()], ..new }).await.unwrap();
    world.save(tone.id, content("Be cool.")).await;
    world.store.delete_prompt(tone.id, at(5)).await.unwrap();

    let world = world.killed().await;
    assert_eq!(world.store.list_run_partials(id).await.unwrap(), [called]);
    let contents = world.store.list_partial_contents(id).await.unwrap();
    assert_eq!(contents, [("shared/tone".to_owned(), content("Be kind."))]);
}

#[tokio::test]
async fn what_can_be_called_is_listed_with_its_labels_and_what_calls_is_found_by_its_text() {
    let world = World::new().await;
    let (letter, tone) = (world.prompt(1, "letter").await, world.prompt(2, "shared/tone").await);
    world.prompt(3, "never-saved").await;
    let old = world.save(letter.id, content("{{> shared/tone}}")).await;
    let version = world.save(tone.id, content("Be kind.")).await;
    world.store.put_ref(&version, RefKind::Label, "production".parse().unwrap(), None, at(2)).await.unwrap();

    let names = async |search| {
        let found = world.store.list_callable(search, 10).await.unwrap();
        found.into_iter().map(|callable| (callable.name.to_string(), callable.labels)).collect::<Vec<_>>()
    };
    let labels = vec!["production".to_owned()];
    assert_eq!(names(None).await, [("letter".to_owned(), vec![]), ("shared/tone".to_owned(), labels)]);
    assert_eq!(names(Some("TONE")).await.len(), 1);

    // What a label names counts as the newest version does, and so does a draft; an older version does not.
    let holders = async || {
        let found = world.store.list_holders("shared/tone").await.unwrap();
        found.into_iter().map(|holder| (holder.name.to_string(), holder.is_draft)).collect::<Vec<_>>()
    };
    assert_eq!(holders().await, [("letter".to_owned(), false)]);
    world.save(letter.id, content("Dear all,")).await;
    assert_eq!(holders().await, []);
    world.store.put_ref(&old, RefKind::Label, "live".parse().unwrap(), None, at(3)).await.unwrap();
    assert_eq!(holders().await, [("letter".to_owned(), false)]);
    let draft = Draft {
        prompt_id: letter.id,
        content: content("{{> shared/tone}}!"),
        branch: RefName::main(),
        base: None,
        inputs: Default::default(),
        updated_at: at(4),
    };
    world.store.save_draft(draft).await.unwrap();
    assert_eq!(holders().await, [("letter".to_owned(), false), ("letter".to_owned(), true)]);
    world.store.delete_prompt(letter.id, at(5)).await.unwrap();
    assert_eq!(holders().await, []);
}
