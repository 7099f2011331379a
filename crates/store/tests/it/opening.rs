//! How a workspace is opened, and what is refused and left alone.

use crate::world::{World, ada, at, options};
use formaops_store::{Store, StoreError};
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::path::Path;

async fn connect(file: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(file).create_if_missing(true).connect().await.unwrap()
}

async fn run_sql(file: &Path, sql: &'static str) {
    let mut connection = connect(file).await;
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn open_error(dir: &Path) -> StoreError {
    Store::open(dir, options()).await.expect_err("it opened")
}

#[tokio::test]
async fn a_new_workspace_has_its_name_its_time_zone_and_one_person() {
    let world = World::new().await;
    let workspace = world.store.get_workspace().await.unwrap();
    assert_eq!((workspace.name.as_str(), workspace.time_zone.as_str()), ("default", "Europe/Berlin"));
    let person = world.store.get_local_actor().await.unwrap();
    assert_eq!((person.id, person.name.as_str()), (ada(), "Ada"));
    assert!(world.store.get_size().await.unwrap() > 0);
    world.store.check_writable().await.unwrap();
}

#[tokio::test]
async fn a_workspace_keeps_what_it_is_when_it_is_opened_again() {
    let world = World::new().await;
    let first = world.store.get_workspace().await.unwrap();
    world.store.close().await;
    let mut other = options();
    other.new.name = "another".into();
    other.now = at(99);
    let store = Store::open(world.dir.path(), other).await.unwrap();
    assert_eq!(store.get_workspace().await.unwrap(), first);
}

#[tokio::test]
async fn closing_leaves_one_file_and_later_calls_are_told_so() {
    let world = World::new().await;
    world.prompt(1, "a").await;
    let clone = world.store.clone();
    world.store.close().await;
    let names: Vec<_> =
        std::fs::read_dir(world.dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["formaops.db"]);
    assert!(matches!(clone.check_writable().await, Err(StoreError::Closed)));
    assert!(matches!(world.try_prompt(2, "b").await, Err(StoreError::Closed)));
    clone.close().await;
}

#[tokio::test]
async fn a_file_that_was_being_made_when_the_process_ended_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    run_sql(&dir.path().join("formaops.db"), "pragma journal_mode = wal").await;
    let store = Store::open(dir.path(), options()).await.unwrap();
    assert_eq!(store.get_local_actor().await.unwrap().id, ada());
}

/// What may stand in place of the database, and what is said of it.
async fn assert_refused(make: &'static str, is_right: fn(&StoreError) -> bool) {
    let world = World::new().await;
    world.prompt(1, "precious").await;
    world.store.close().await;
    run_sql(&world.file(), make).await;
    let before = std::fs::read(world.file()).unwrap();

    let error = open_error(world.dir.path()).await;
    assert!(is_right(&error), "{make}: {error:?}");
    assert!(error.to_string().contains("formaops.db"), "{error}");
    assert!(!error.hint().is_empty());
    assert!(std::fs::read(world.file()).unwrap() == before, "{make}: the file was changed");
}

#[tokio::test]
async fn a_newer_file_is_refused_and_left_as_it_is() {
    let newer = "update workspaces set min_reader = 1000; pragma user_version = 1000";
    assert_refused(newer, |e| matches!(e, StoreError::Newer { found: 1000, .. })).await;
    let unknown = "drop table workspaces; pragma user_version = 1000";
    assert_refused(unknown, |e| matches!(e, StoreError::Newer { .. })).await;
}

#[tokio::test]
async fn a_newer_file_that_lets_older_programs_in_is_opened_and_stays_newer() {
    let world = World::new().await;
    world.prompt(1, "precious").await;
    world.store.close().await;
    run_sql(&world.file(), "pragma user_version = 1000").await;
    let store = Store::open(world.dir.path(), options()).await.unwrap();
    assert!(store.find_prompt_by_name(&"precious".parse().unwrap()).await.unwrap().is_some());
    store.close().await;
    let mut connection = connect(&world.file()).await;
    let version: i64 = sqlx::query_scalar("pragma user_version").fetch_one(&mut connection).await.unwrap();
    assert_eq!(version, 1000);
}

#[tokio::test]
async fn the_database_of_another_program_is_refused_and_left_as_it_is() {
    assert_refused("pragma application_id = 42", |e| matches!(e, StoreError::Foreign { .. })).await;
    assert_refused("pragma application_id = 0", |e| matches!(e, StoreError::Foreign { .. })).await;
}

#[tokio::test]
async fn a_damaged_file_is_refused_and_left_as_it_is() {
    let world = World::new().await;
    for number in 1..60 {
        world.prompt(number, &format!("prompt-{number}")).await;
    }
    world.store.close().await;
    let whole = std::fs::read(world.file()).unwrap();

    let mut scribbled = whole.clone();
    let page = 4096;
    for byte in &mut scribbled[3 * page..20 * page] {
        *byte = 0xa5;
    }
    let cut = whole[..whole.len() / 2].to_vec();
    let text = b"Dear diary, this was never a database, however long the text may be.".repeat(20);
    for (what, bytes) in [("scribbled over", scribbled), ("cut in half", cut), ("a text", text)] {
        std::fs::write(world.file(), &bytes).unwrap();
        let error = open_error(world.dir.path()).await;
        assert!(matches!(error, StoreError::Damaged { .. }), "{what}: {error:?}");
        assert!(std::fs::read(world.file()).unwrap() == bytes, "{what}: the file was changed");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_refused() {
    let world = World::new().await;
    world.store.close().await;
    // A write format that SQLite does not know makes a file read-only, whoever asks
    // (https://www.sqlite.org/fileformat.html, offset 18), also for a user who may write everything.
    let mut bytes = std::fs::read(world.file()).unwrap();
    bytes[18] = 9;
    std::fs::write(world.file(), &bytes).unwrap();
    let error = open_error(world.dir.path()).await;
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error:?}");
    assert!(std::fs::read(world.file()).unwrap() == bytes);
}

#[tokio::test]
async fn a_folder_that_is_a_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "text").unwrap();
    let error = open_error(&file).await;
    assert!(matches!(error, StoreError::CannotOpen { .. }), "{error:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "text");
}

#[tokio::test]
async fn a_file_that_another_program_holds_locked_is_refused_and_opens_when_it_lets_go() {
    let world = World::new().await;
    world.store.close().await;
    let mut other = connect(&world.file()).await;
    sqlx::raw_sql("begin immediate").execute(&mut other).await.unwrap();
    let error = open_error(world.dir.path()).await;
    assert!(matches!(error, StoreError::Locked { .. }), "{error:?}");
    other.close().await.unwrap();
    Store::open(world.dir.path(), options()).await.unwrap();
}

#[tokio::test]
async fn a_lock_that_comes_later_fails_the_write_and_no_more() {
    let world = World::new().await;
    let mut other = connect(&world.file()).await;
    sqlx::raw_sql("begin immediate").execute(&mut other).await.unwrap();
    let error = world.try_prompt(1, "a").await.expect_err("it was written");
    assert!(matches!(error, StoreError::Locked { .. }), "{error:?}");
    sqlx::raw_sql("rollback").execute(&mut other).await.unwrap();
    world.prompt(1, "a").await;
}
