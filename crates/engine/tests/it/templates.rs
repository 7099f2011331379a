//! Templates that call others: rendered with what the run was made with, read once for all its executions.

use crate::support::{Asked, StoreCall, World};
use formaops_domain::{ErrorClass, ExecutionStatus};
use formaops_testkit::{content, execution_id, run_id};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn all_executions_of_a_run_send_the_partials_it_was_made_with_and_ask_for_them_once() {
    let world = World::new();
    world.store.insert_partial(run_id(1), "shared/tone", content("Be {{style}}."));
    let asked = Asked {
        content: content("{{> shared/tone}}"),
        inputs: serde_json::from_value(json!({ "style": "kind" })).unwrap(),
        ..Asked::of(&["fake:a", "fake:b", "fake:c"])
    };
    world.submit(1, asked).await;
    for _ in 0..3 {
        let call = world.wire.call().await;
        assert_eq!(call.request.messages[0].all_text(), "Be kind.");
        call.finish();
    }
    assert_eq!(world.ended(1).await.progress.completed, 3);
    assert_eq!(world.store.partial_loads(run_id(1)), 1);
}

#[tokio::test(start_paused = true)]
async fn a_partial_that_the_run_was_not_made_with_fails_it_and_one_that_cannot_be_read_is_asked_for_again() {
    let world = World::new();
    world.submit(1, Asked { content: content("{{> shared/tone}}"), ..Asked::default() }).await;
    let failed = world.journal.told(execution_id(100), ExecutionStatus::Failed).await;
    let failure = failed.failure.unwrap();
    assert_eq!(failure.class, ErrorClass::Template);
    assert_eq!(failure.message, "body, line 1, column 1: there is no partial `shared/tone`");
    world.ended(1).await;

    world.store.insert_partial(run_id(2), "shared/tone", content("Be kind."));
    world.store.fail(StoreCall::LoadPartials, 1);
    world
        .submit(2, Asked { content: content("{{> shared/tone}}"), ..Asked::of(&["fake:a", "fake:b"]) })
        .await;
    let call = world.wire.call().await;
    assert_eq!(call.request.messages[0].all_text(), "Be kind.");
    call.finish();
    let ended = world.ended(2).await;
    assert_eq!((ended.progress.completed, ended.progress.failed), (1, 1));
}
