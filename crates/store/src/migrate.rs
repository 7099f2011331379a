//! Brings a database to the newest format: one transaction for each step, never backwards.

use crate::StoreError;
use formaops_domain::Timestamp;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// One step; its place in [`MIGRATIONS`], from 1, is the format it leads to (`user_version`).
pub(crate) struct Migration {
    /// The oldest format whose programs may still open the file afterwards.
    pub(crate) min_reader: u32,
    /// What it does.
    pub(crate) sql: &'static str,
}

/// All steps, oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { min_reader: 1, sql: include_str!("../migrations/0001_initial.sql") },
    Migration { min_reader: 2, sql: include_str!("../migrations/0002_vendors.sql") },
    Migration { min_reader: 3, sql: include_str!("../migrations/0003_provider_keys.sql") },
    Migration { min_reader: 3, sql: include_str!("../migrations/0004_models.sql") },
    Migration { min_reader: 3, sql: include_str!("../migrations/0005_egress.sql") },
    // A program that does not know the index of words would leave it without what it runs.
    Migration { min_reader: 6, sql: include_str!("../migrations/0006_history.sql") },
    Migration { min_reader: 6, sql: include_str!("../migrations/0007_retries.sql") },
    // A program that does not know pauses would end a paused run as interrupted.
    Migration { min_reader: 8, sql: include_str!("../migrations/0008_scheduling.sql") },
    // A program that does not know budgets would spend past them.
    Migration { min_reader: 9, sql: include_str!("../migrations/0009_budgets.sql") },
    // A program that does not keep the audit trail would leave a hole in it.
    Migration { min_reader: 10, sql: include_str!("../migrations/0010_audit.sql") },
    // Its triggers keep the indexes of words for programs that do not know them.
    Migration { min_reader: 10, sql: include_str!("../migrations/0011_finding.sql") },
    Migration { min_reader: 10, sql: include_str!("../migrations/0012_partials.sql") },
    // A program that does not know the linked folder would leave its files behind.
    Migration { min_reader: 13, sql: include_str!("../migrations/0013_linked_folder.sql") },
    // A program that does not know branches would save the work of one on `main`.
    Migration { min_reader: 14, sql: include_str!("../migrations/0014_branches.sql") },
    // A program that does not know the column would save versions that are not found by their model.
    Migration { min_reader: 15, sql: include_str!("../migrations/0015_version_model.sql") },
    // A program that does not know the verdict would not open an execution that has it.
    Migration { min_reader: 16, sql: include_str!("../migrations/0016_validations.sql") },
    // A program that does not know datasets leaves them as they are.
    Migration { min_reader: 16, sql: include_str!("../migrations/0017_datasets.sql") },
    // A program that does not know suites would run their prompts without the rules.
    Migration { min_reader: 18, sql: include_str!("../migrations/0018_suites.sql") },
    // A program that does not know replays would call what a run takes from recordings.
    Migration { min_reader: 19, sql: include_str!("../migrations/0019_replay.sql") },
    // A program that does not know late verdicts would end a run without them.
    Migration { min_reader: 20, sql: include_str!("../migrations/0020_judgements.sql") },
    // A program that does not know where the cases of datasets are would find none.
    Migration { min_reader: 21, sql: include_str!("../migrations/0021_grid.sql") },
    // A program that does not know where it is said what files said would find none.
    Migration { min_reader: 22, sql: include_str!("../migrations/0022_linked_items.sql") },
    Migration { min_reader: 22, sql: include_str!("../migrations/0023_version_filters.sql") },
    Migration { min_reader: 22, sql: include_str!("../migrations/0024_case_metrics.sql") },
    Migration { min_reader: 22, sql: include_str!("../migrations/0025_failing_runs.sql") },
];

/// Marks the file as ours: `FOPS` in ASCII.
pub(crate) const APPLICATION_ID: i64 = 0x464f_5053;

/// Copies that are kept.
const COPIES: usize = 2;

/// The newest format of these steps.
pub(crate) fn newest(migrations: &[Migration]) -> u32 {
    u32::try_from(migrations.len()).unwrap_or(u32::MAX)
}

/// Runs the steps that a database of the format `from` lacks.
pub(crate) async fn migrate(
    connection: &mut SqliteConnection,
    from: u32,
    migrations: &[Migration],
) -> Result<(), StoreError> {
    let pending = migrations.iter().zip(1u32..).filter(|&(_, version)| version > from);
    // A step may rebuild tables that others point to; so keys are checked at its end instead.
    sqlx::raw_sql("pragma foreign_keys = off").execute(&mut *connection).await?;
    for (migration, version) in pending {
        sqlx::raw_sql("begin immediate").execute(&mut *connection).await?;
        if let Err(error) = step(connection, migration, version).await {
            let _ = sqlx::raw_sql("rollback").execute(&mut *connection).await;
            return Err(error);
        }
        sqlx::raw_sql("commit").execute(&mut *connection).await?;
    }
    sqlx::raw_sql("pragma foreign_keys = on").execute(connection).await?;
    Ok(())
}

async fn step(
    connection: &mut SqliteConnection,
    migration: &Migration,
    version: u32,
) -> Result<(), StoreError> {
    sqlx::raw_sql(migration.sql).execute(&mut *connection).await?;
    let broken = sqlx::raw_sql("pragma foreign_key_check").fetch_optional(&mut *connection).await?;
    if let Some(row) = broken {
        let table: String = row.try_get(0)?;
        let detail = format!("a row of `{table}` would point to nothing in format {version}");
        return Err(StoreError::Damaged { path: None, detail });
    }
    // Pragmas take no bound values; both are numbers of our own.
    let stamp = format!("pragma application_id = {APPLICATION_ID}; pragma user_version = {version};");
    sqlx::raw_sql(AssertSqlSafe(stamp)).execute(&mut *connection).await?;
    sqlx::query("update workspaces set min_reader = ?1")
        .bind(migration.min_reader)
        .execute(connection)
        .await?;
    Ok(())
}

/// Copies the database into `backups` beside it, and keeps the last two copies.
pub(crate) async fn back_up(
    connection: &mut SqliteConnection,
    file: &Path,
    format: u32,
    now: Timestamp,
) -> Result<PathBuf, StoreError> {
    let full = || StoreError::DiskFull { path: Some(file.to_owned()) };
    let folder = file.with_file_name("backups");
    let cannot = |source| StoreError::CannotOpen { path: folder.clone(), source: Arc::new(source) };
    std::fs::create_dir_all(&folder).map_err(cannot)?;
    let size = std::fs::metadata(file).map_err(cannot)?.len();
    // Room for the copy, and for the migration to rewrite every page.
    if fs4::available_space(&folder).map_err(cannot)? < size.saturating_mul(2) {
        return Err(full());
    }
    // A colon cannot stand in a file's name everywhere.
    let moment = now.to_string().replace(':', "-");
    let copy = folder.join(format!("formaops-{moment}-format-{format}.db"));
    let target = copy.to_str().ok_or_else(|| cannot(std::io::ErrorKind::InvalidFilename.into()))?;
    if let Err(error) = sqlx::query("vacuum into ?1").bind(target).execute(connection).await {
        let _ = std::fs::remove_file(&copy);
        return Err(StoreError::from(error).at(&copy));
    }
    prune(&folder).map_err(cannot)?;
    Ok(copy)
}

/// Removes all copies but the newest; their names sort by time.
fn prune(folder: &Path) -> std::io::Result<()> {
    let mut copies = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("formaops-") && name.ends_with(".db") {
            copies.push(path);
        }
    }
    copies.sort();
    copies.iter().rev().skip(COPIES).try_for_each(std::fs::remove_file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HitFilter, NewWorkspace, OpenOptions, RunFilter, Store, open};
    use formaops_domain::{ActorId, WorkspaceId};
    use serde_json::json;
    use std::path::Path;

    const SECOND: Migration = Migration {
        min_reader: 2,
        sql: "alter table settings add column origin text; update settings set origin = 'format 1'",
    };

    /// The first of our formats, which the stories of steps start from however many have come since.
    const FIRST: &[Migration] = MIGRATIONS.split_at(1).0;

    fn steps(more: impl IntoIterator<Item = &'static str>) -> Vec<Migration> {
        let first = FIRST.iter().map(|step| Migration { min_reader: step.min_reader, sql: step.sql });
        first.chain(more.into_iter().map(|sql| Migration { sql, ..SECOND })).collect()
    }

    async fn try_open(dir: &Path, seconds: i64, steps: &[Migration]) -> Result<Store, StoreError> {
        let new = NewWorkspace {
            id: WorkspaceId::from_bytes(&[1; 16]).unwrap(),
            name: "default".into(),
            time_zone: "UTC".into(),
            person: ActorId::from_bytes(&[2; 16]).unwrap(),
            person_name: "Ada".into(),
        };
        let now = Timestamp::from_micros(1_700_000_000_000_000 + seconds * 1_000_000);
        open::open(dir, OpenOptions::new(new, now), steps).await
    }

    async fn open_with(dir: &Path, seconds: i64, steps: &[Migration]) -> Store {
        try_open(dir, seconds, steps).await.unwrap()
    }

    fn copies(dir: &Path) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(dir.join("backups")) else { return Vec::new() };
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    async fn format_and_reader(store: &Store) -> (u32, u32) {
        let sql = "select user_version, min_reader from pragma_user_version, workspaces";
        sqlx::query_as(sql).fetch_one(store.readers()).await.unwrap()
    }

    #[tokio::test]
    async fn an_older_file_is_copied_and_then_migrated() {
        let dir = tempfile::tempdir().unwrap();
        let store = open_with(dir.path(), 0, FIRST).await;
        store.update_setting("a", json!(1), Timestamp::default()).await.unwrap();
        store.close().await;
        assert_eq!(copies(dir.path()), [""; 0]);

        let newer = steps([SECOND.sql]);
        let store = open_with(dir.path(), 1, &newer).await;
        assert_eq!(format_and_reader(&store).await, (2, 2));
        let origin: String =
            sqlx::query_scalar("select origin from settings").fetch_one(store.readers()).await.unwrap();
        assert_eq!(origin, "format 1");
        store.close().await;
        let copy = "formaops-2023-11-14T22-13-21.000000Z-format-1.db";
        assert_eq!(copies(dir.path()), [copy]);
        // Opened again, there is nothing to do and nothing to copy.
        open_with(dir.path(), 2, &newer).await.close().await;
        assert_eq!(copies(dir.path()), [copy]);

        // The program of before refuses the file, and works with the copy in its place.
        let refused = try_open(dir.path(), 3, FIRST).await;
        assert!(matches!(refused, Err(StoreError::Newer { found: 2, known: 1, .. })), "{refused:?}");
        std::fs::copy(dir.path().join("backups").join(copy), dir.path().join("formaops.db")).unwrap();
        let store = open_with(dir.path(), 4, FIRST).await;
        assert_eq!(store.find_setting("a").await.unwrap(), Some(json!(1)));
        store.update_setting("a", json!(2), Timestamp::default()).await.unwrap();
    }

    #[tokio::test]
    async fn the_key_of_a_provider_becomes_one_of_its_keys() {
        const KEYED: &str = r#"insert into providers values (zeroblob(16), 'keyed', 'openai-chat', 'https://a.example',
            '{"kind":"env","name":"A_API_KEY"}', 'https://a.example:443', null, 1, 2),
            (x'11111111111111111111111111111111', 'open', 'ollama', 'http://127.0.0.1', null, null, null, 1, 2)"#;
        let dir = tempfile::tempdir().unwrap();
        let store = open_with(dir.path(), 0, &MIGRATIONS[..2]).await;
        store
            .write(|connection| {
                Box::pin(async { Ok(sqlx::raw_sql(KEYED).execute(connection).await.map(drop)?) })
            })
            .await
            .unwrap();
        store.close().await;

        let store = open_with(dir.path(), 1, MIGRATIONS).await;
        let providers = store.list_providers().await.unwrap();
        let key = providers[0].key.clone().unwrap();
        assert_eq!((key.name.as_str(), key.reference.to_string().as_str()), ("A_API_KEY", "env:A_API_KEY"));
        assert_eq!(key.origin.to_string(), "https://a.example:443");
        assert_eq!(store.list_provider_keys(providers[0].id).await.unwrap()[0].binding, key);
        assert_eq!(providers[1].key, None);
    }

    #[tokio::test]
    async fn what_was_there_before_is_found_by_name_and_model_and_once_it_is_read_by_words() {
        const RAN: &str = r#"
            insert into prompts values (1, x'11111111111111111111111111111111', 'greet', '', '', 'greet', 'draft',
              (select id from actors), 1, 1, null, null);
            insert into prompt_versions values (1, (select id from prompts), zeroblob(32), 1, zeroblob(32),
              '{"body":{"kind":"text","template":"Dear {{name}}"}}', '[]', (select id from actors), '', 1);
            insert into refs values ((select id from prompts), 'branch', 'main', zeroblob(32), 1);
            insert into runs values (1, x'22222222222222222222222222222222', 'single', 'pending', 'normal',
              (select id from prompts), 'greet', null, 1, 0, 0, 0, 0, 1, 0, (select id from actors), 7, null, null);
            insert into run_variants values ((select id from runs), 0, (select id from prompts), zeroblob(32),
              'local:a', '{}', null);"#;
        let dir = tempfile::tempdir().unwrap();
        let store = open_with(dir.path(), 0, &MIGRATIONS[..5]).await;
        let inputs = crate::blob::Blob::of_json(&json!({ "name": "Bob" })).unwrap();
        let hash = inputs.hash.to_vec();
        store
            .write(|connection| {
                Box::pin(async move {
                    sqlx::raw_sql(RAN).execute(&mut *connection).await?;
                    crate::blob::insert(connection, [inputs]).await?;
                    for (sql, hash) in [
                        ("insert into run_cases select id, 0, ?1 from runs", Some(hash)),
                        (
                            "insert into executions (id, run, prompt, version, model, case_index, repeat,
                              variant_index, generation, status, created_by, created_at, completed_at)
                            select zeroblob(16), id, prompt, zeroblob(32), 'local:a', 0, 0, 0, 0, 'cancelled',
                              created_by, 7, 8 from runs",
                            None,
                        ),
                    ] {
                        sqlx::query(sql).bind(hash).execute(&mut *connection).await?;
                    }
                    Ok(())
                })
            })
            .await
            .unwrap();
        store.close().await;

        let store = open_with(dir.path(), 1, MIGRATIONS).await;
        let found = async |filter: RunFilter| store.list_runs(filter, None, 10).await.unwrap().items.len();
        let by_model = |model: &str| RunFilter { model: Some(model.to_owned()), ..RunFilter::default() };
        assert_eq!((found(by_model("local:a")).await, found(by_model("local")).await), (1, 1));
        let by_words = RunFilter { text: Some("bob".to_owned()), ..RunFilter::default() };
        assert_eq!(found(by_words.clone()).await, 0);
        let hits = async |text: &str| {
            store.list_hits(text, &HitFilter::default(), None, 10).await.unwrap().items.len()
        };
        assert_eq!((hits("gree").await, hits("reet").await, hits("dear").await), (1, 1, 0));
        assert!(store.index_backlog().await.unwrap());
        assert_eq!((found(by_words).await, hits("dear").await), (1, 1));
        assert!(!store.index_backlog().await.unwrap());
    }

    #[tokio::test]
    async fn the_last_two_copies_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let more =
            ["create table one (x integer) strict", "create table two (x integer) strict", "drop table one"];
        for count in 0..=more.len() {
            let steps = steps(more[..count].iter().copied());
            open_with(dir.path(), i64::try_from(count).unwrap(), &steps).await.close().await;
        }
        let kept = copies(dir.path());
        assert_eq!(kept.len(), 2, "{kept:?}");
        assert!(kept[0].ends_with("-format-2.db") && kept[1].ends_with("-format-3.db"), "{kept:?}");
    }

    #[tokio::test]
    async fn a_step_that_fails_leaves_the_format_before_it() {
        let dir = tempfile::tempdir().unwrap();
        let store = open_with(dir.path(), 0, FIRST).await;
        store.update_setting("a", json!(1), Timestamp::default()).await.unwrap();
        store.close().await;
        let orphan = "insert into prompt_tags (prompt, tag) values (x'00', 'orphan')";
        for broken in ["drop table settings; drop table nonsense", orphan] {
            let failed = try_open(dir.path(), 1, &steps([SECOND.sql, broken])).await;
            assert!(failed.is_err(), "{broken}");
        }
        let store = open_with(dir.path(), 2, &steps([SECOND.sql])).await;
        assert_eq!(format_and_reader(&store).await.0, 2);
        assert_eq!(store.find_setting("a").await.unwrap(), Some(json!(1)));
        let orphans: u32 =
            sqlx::query_scalar("select count(*) from prompt_tags").fetch_one(store.readers()).await.unwrap();
        assert_eq!(orphans, 0);
    }
}
