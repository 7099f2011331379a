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
async fn the_verdict_of_an_answer_stays_open_until_its_run_ends() {
    let world = World::new().await;
    world.run(&["dry-run:a"]).await;
    world.start(1).await;
    world.finish(1, "text").await;
    let mut connection = SqliteConnectOptions::new().filename(world.file()).connect().await.unwrap();
    let open = "update executions set validation_status = 'pending', score = null, validated_output = null";
    sqlx::raw_sql(open).execute(&mut connection).await.unwrap();
    let columns: Vec<String> = sqlx::query_scalar("select name from pragma_table_info('executions')")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    for column in columns
        .iter()
        .filter(|column| !["validation_status", "score", "validated_output"].contains(&column.as_str()))
    {
        let change = format!("update executions set {column} = {column}");
        let refused = sqlx::raw_sql(sqlx::AssertSqlSafe(change)).execute(&mut connection).await;
        assert!(refused.is_err(), "`{column}` of what has ended may change");
    }
    let end = "update runs set status = 'completed', completed_at = created_at + 9000000000000000";
    sqlx::raw_sql(end).execute(&mut connection).await.unwrap();
    assert_refused(
        &world,
        &["update executions set validation_status = 'passed'", "update executions set score = 1"],
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
