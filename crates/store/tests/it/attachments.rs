//! Images and files: kept once, and never named without being here.

use crate::world::{World, at, version};
use formaops_domain::{Attachment, Body, Content, Draft, JsonObject, Message, RefName, Role};
use formaops_store::StoreError;

fn image(bytes: &[u8]) -> Attachment {
    Attachment::new("a.png".to_owned(), "image/png".to_owned(), bytes).unwrap()
}

/// A system message, and one of the user with this attachment.
fn content(attachment: Attachment) -> Content {
    let message = |role, attachments| Message { role, template: "Look.".to_owned(), attachments };
    let messages = vec![message(Role::System, vec![]), message(Role::User, vec![attachment])];
    Content { body: Body::Messages { messages }, ..Content::default() }
}

#[tokio::test]
async fn the_bytes_come_back_whole_under_the_same_name_after_a_kill() {
    let world = World::new().await;
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let hash = world.store.put_attachment(bytes.clone()).await.unwrap();
    assert_eq!(hash, image(&bytes).hash);
    assert_eq!(world.store.put_attachment(bytes.clone()).await.unwrap(), hash);

    let world = world.killed().await;
    assert_eq!(world.store.get_attachment(hash).await.unwrap(), bytes);
    let other = image(b"other").hash;
    assert_eq!(world.store.find_attachment(other).await.unwrap(), None);
    let missing = world.store.get_attachment(other).await.unwrap_err();
    assert_eq!(missing.to_string(), format!("there is no attachment `{other}`"));
}

#[tokio::test]
async fn a_version_a_snapshot_or_a_draft_names_only_what_is_here() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    let content = content(image(b"abc"));
    let draft = Draft {
        prompt_id: id,
        content: content.clone(),
        branch: RefName::main(),
        base: None,
        inputs: JsonObject::new(),
        updated_at: at(1),
    };
    let store = &world.store;
    for refused in [
        store.save_version(version(id, content.clone()), None).await.unwrap_err(),
        store.snapshot_version(version(id, content.clone())).await.unwrap_err(),
        store.save_draft(draft.clone()).await.unwrap_err(),
        store.check_attachments(&content).await.unwrap_err(),
    ] {
        let StoreError::NoAttachment { place, name } = &refused else { panic!("{refused:?}") };
        assert_eq!((place.as_str(), name.as_str()), ("messages[1].attachments[0]", "a.png"));
    }

    store.put_attachment(b"abc".to_vec()).await.unwrap();
    store.save_draft(draft).await.unwrap();
    assert_eq!(store.find_draft(id).await.unwrap().unwrap().content, content);
    assert_eq!(world.save(id, content.clone()).await.content, content);
}

#[tokio::test]
async fn an_attachment_has_as_many_bytes_as_it_says() {
    let world = World::new().await;
    let id = world.prompt(1, "a").await.id;
    world.store.put_attachment(b"abc".to_vec()).await.unwrap();
    let lying = content(Attachment { bytes: 9, ..image(b"abc") });
    let refused = world.store.save_version(version(id, lying), None).await.unwrap_err();
    assert_eq!(refused.to_string(), "`a.png` at `messages[1].attachments[0]` has 3 bytes, not 9");
}
