//! Deleting for good.

use crate::world::{World, at, version};
use formaops_domain::{Attachment, Body, Content, Message, PromptId, Role, RunStatus, ports::RunStore};
use formaops_store::{PromptFilter, StoreError};
use formaops_testkit::{content, run_id};
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};

/// How many rows of the indexes of words hold a word, whatever a search shows of them.
async fn indexed(world: &World, word: &str) -> i64 {
    let options = SqliteConnectOptions::new().filename(world.file());
    let mut connection = options.connect().await.unwrap();
    let sql = "select (select count(*) from version_words where version_words match ?1)
        + (select count(*) from head_words where head_words match ?1)";
    sqlx::query_scalar(sql).bind(word).fetch_one(&mut connection).await.unwrap()
}

async fn bin(world: &World) -> Vec<PromptId> {
    let filter = PromptFilter { deleted: true, archived: true, ..PromptFilter::default() };
    world
        .store
        .list_prompts(filter, None, 10)
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|prompt| prompt.id)
        .collect()
}

#[tokio::test]
async fn only_what_is_in_the_bin_can_go_and_then_nothing_of_it_is_left() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    let saved = world.save(id, content("one")).await;
    world.store.update_version_tags(id, saved.id, vec!["good".into()]).await.unwrap();
    let refused = world.store.purge_prompt(id, at(5)).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotInBin { .. }), "{refused}");

    world.store.delete_prompt(id, at(4)).await.unwrap();
    assert_eq!(bin(&world).await, [id]);
    world.store.purge_prompt(id, at(5)).await.unwrap();
    assert_eq!(bin(&world).await, []);
    assert!(matches!(world.store.get_version(id, saved.id).await, Err(StoreError::NotFound { .. })));
    assert!(matches!(world.store.purge_prompt(id, at(6)).await, Err(StoreError::NotFound { .. })));
    let last = world.store.list_audit_events(Default::default(), None, 1).await.unwrap().items;
    assert_eq!(last[0].action, "prompt.delete");
    assert!(world.store.verify_audit(None).await.unwrap().broken.is_none());
}

#[tokio::test]
async fn what_ran_keeps_the_version_it_names_and_nothing_else() {
    let world = World::new().await;
    world.run(&["dry-run:echo"]).await;
    let ran = world.store.get_run(run_id(1)).await.unwrap();
    let (id, named) = (ran.prompt_id, ran.variants[0].version_id);
    let other = world.save(id, content("never run")).await;
    world.store.delete_prompt(id, at(4)).await.unwrap();
    let refused = world.store.purge_prompt(id, at(5)).await.unwrap_err();
    assert!(matches!(refused, StoreError::StillRuns { runs: 1, .. }), "{refused}");

    world.start(1).await;
    world.finish(1, "Hello").await;
    world.store.finish_run(run_id(1), RunStatus::Completed, at(16)).await.unwrap();
    assert!(indexed(&world, "hello").await > 0);
    world.store.purge_prompt(id, at(5)).await.unwrap();
    assert_eq!((bin(&world).await, indexed(&world, "hello").await), (vec![], 0));
    let run = world.store.get_run(run_id(1)).await.unwrap();
    assert_eq!((run.prompt_id, run.prompt_name.as_str()), (id, "p"));
    assert_eq!(world.store.get_version(id, named).await.unwrap().content, content("Hello {{name}}"));
    assert!(matches!(world.store.get_version(id, other.id).await, Err(StoreError::NotFound { .. })));
    assert!(matches!(world.store.undelete_prompt(id).await, Err(StoreError::NotFound { .. })));
    assert!(world.store.list_refs(id).await.unwrap().is_empty());
}

#[tokio::test]
async fn bytes_go_with_the_last_prompt_that_names_them() {
    let world = World::new().await;
    let attachment = Attachment::new("a.png".into(), "image/png".into(), b"abc").unwrap();
    let with = |text: &str| Content {
        body: Body::Messages {
            messages: vec![Message {
                role: Role::User,
                template: text.into(),
                attachments: vec![attachment.clone()],
            }],
        },
        ..Content::default()
    };
    world.store.put_attachment(b"abc".to_vec()).await.unwrap();
    let (one, two) = (world.prompt(1, "a").await.id, world.prompt(2, "b").await.id);
    world.save(one, with("one")).await;
    world.store.save_version(version(two, with("two")), None).await.unwrap();
    for (id, is_left) in [(one, true), (two, false)] {
        world.store.delete_prompt(id, at(4)).await.unwrap();
        world.store.purge_prompt(id, at(5)).await.unwrap();
        assert_eq!(world.store.find_attachment(attachment.hash).await.unwrap().is_some(), is_left);
    }
}
