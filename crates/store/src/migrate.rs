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
pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { min_reader: 1, sql: include_str!("../migrations/0001_initial.sql") }];

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
