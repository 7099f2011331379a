//! A workspace that refuses the ends of runs for good.

use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::path::Path;

async fn open(database: &Path) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new().filename(database).connect().await
}

/// From now on the file of a workspace refuses every end of a run, as one that is damaged may.
///
/// # Errors
/// Where it cannot be opened or written.
pub async fn refuse_run_ends(database: &Path) -> Result<(), sqlx::Error> {
    let mut connection = open(database).await?;
    let refuse = "create trigger refuse_run_ends before update on runs
        when new.status in ('completed', 'cancelled')
        begin select raise(abort, 'the ends of runs are refused'); end";
    sqlx::query(refuse).execute(&mut connection).await?;
    connection.close().await
}

/// It takes them again.
///
/// # Errors
/// Where it cannot be opened or written.
pub async fn accept_run_ends(database: &Path) -> Result<(), sqlx::Error> {
    let mut connection = open(database).await?;
    sqlx::query("drop trigger refuse_run_ends").execute(&mut connection).await?;
    connection.close().await
}
