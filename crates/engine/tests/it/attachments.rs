//! Images and files on their way from the store to the wire.

use crate::support::{Asked, StoreCall, World};
use formaops_domain::{
    Attachment, Body, Content, ErrorClass, ExecutionStatus, Media, MediaSource, Message, Role,
    ports::MessagePart,
};
use formaops_testkit::execution_id;

const BYTES: &[u8] = b"not much of a picture";

fn content(template: &str) -> Content {
    let image = Attachment::new("a.png".to_owned(), "image/png".to_owned(), BYTES).unwrap();
    let message = Message { role: Role::User, template: template.to_owned(), attachments: vec![image] };
    Content { body: Body::Messages { messages: vec![message] }, ..Content::default() }
}

#[tokio::test(start_paused = true)]
async fn what_is_attached_is_sent_before_the_text() {
    let world = World::new();
    world.store.insert_attachment(BYTES);
    let (_, call) = world.one_call(Asked { content: content("What is it?"), ..Asked::default() }).await;
    let image = Media {
        media_type: "image/png".to_owned(),
        name: Some("a.png".to_owned()),
        source: MediaSource::Bytes(BYTES.into()),
    };
    let expected = [MessagePart::Media(image), MessagePart::Text("What is it?".to_owned())];
    assert_eq!(call.request.messages[0].parts, expected);
}

#[tokio::test(start_paused = true)]
async fn an_attachment_that_cannot_be_read_fails_the_execution_before_anything_is_sent() {
    let world = World::new();
    world.store.fail(StoreCall::LoadAttachment, 1);
    world.submit(1, Asked { content: content(""), ..Asked::default() }).await;
    world.ended(1).await;
    let execution = world.execution(execution_id(100));
    assert_eq!(execution.status, ExecutionStatus::Failed);
    assert_eq!(execution.failure.unwrap().class, ErrorClass::Storage);
    assert_eq!(execution.started_at, None);
}
