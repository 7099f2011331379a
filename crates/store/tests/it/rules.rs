//! What the tables themselves refuse, whoever writes to them.

use crate::world::World;
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};

async fn assert_refused(world: &World, statements: &[&'static str]) {
    let mut connection = SqliteConnectOptions::new().filename(world.file()).connect().await.unwrap();
    for &statement in statements {
        let refused = sqlx::raw_sql(statement).execute(&mut connection).await;
        assert!(refused.is_err(), "{statement}");
    }
}

#[tokio::test]
async fn versions_and_what_has_ended_never_change() {
    let world = World::new().await;
    world.run(&["dry-run:a"]).await;
    world.start(1).await;
    world.finish(1, "text").await;
    assert_refused(
        &world,
        &[
            "update prompt_versions set note = 'another'",
            "update prompt_versions set number = 2",
            "update executions set preview = 'another'",
            "update executions set status = 'pending', started_at = null, completed_at = null",
            "update attempts set http_status = 500",
            "delete from prompts",
            "delete from blobs",
        ],
    )
    .await;
}

#[tokio::test]
async fn a_row_that_contradicts_itself_is_refused() {
    let world = World::new().await;
    world.run(&["dry-run:a"]).await;
    assert_refused(
        &world,
        &[
            "update executions set started_at = 5",
            "update executions set status = 'running'",
            "update executions set status = 'completed', completed_at = 5",
            "update executions set status = 'failed', completed_at = 5",
            "update executions set status = 'completed', started_at = 6, completed_at = 5",
            "update executions set status = 'paused'",
            "update executions set cost_nanos = -1",
            "update executions set latency_micros = -1",
            "update executions set validation_status = 'maybe'",
            "update runs set status = 'completed', completed_at = 5",
            "update runs set status = 'running'",
            "update runs set running = -1",
            "update runs set priority = 'urgent'",
            "update prompts set status = 'published'",
            "update prompts set name = ''",
            "update prompts set id = x'00'",
            "update settings set value = 'no json'; insert into settings values ('a', 'no json', 0)",
            "insert into workspaces select randomblob(16), 1, name, min_reader, time_zone, 0 from workspaces",
            "insert into executions select * from executions",
        ],
    )
    .await;
}
