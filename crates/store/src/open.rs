//! Opens the database of a workspace, or says why it must not be touched.

use crate::{
    Store, StoreError,
    audit::{self, Act},
    migrate::{self, APPLICATION_ID, MIGRATIONS, Migration},
    network,
    writer::Writer,
};
use formaops_domain::{ActorId, Timestamp, WorkspaceId};
use sqlx::{
    ConnectOptions, Connection, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// The database's name in the workspace's folder.
const FILE: &str = "formaops.db";
/// Up to this size the whole file is checked when it is opened: a few milliseconds.
const CHECKED_BYTES: u64 = 4 << 20;
/// The write-ahead log is cut to this size once its pages are in the file.
const LOG_BYTES: &str = "67108864";
/// How many KiB of pages whoever writes has at hand, with a minus before it. Each row goes into several indexes, and with
/// SQLite's own 2 MiB their pages are read again and again. It takes no more than there is to hold.
const WRITER_CACHE: &str = "-16384";
/// More than the store has different statements, so that each is prepared once.
const STATEMENTS: usize = 256;
const READERS: u32 = 4;

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// What a new workspace starts with; an existing one keeps what it has.
    pub new: NewWorkspace,
    /// The time, for what is made while opening.
    pub now: Timestamp,
    /// How long to wait for another program that holds the database locked.
    pub busy_timeout: Duration,
}

impl OpenOptions {
    /// The usual: wait up to 5 seconds for a lock.
    #[must_use]
    pub fn new(new: NewWorkspace, now: Timestamp) -> Self {
        Self { new, now, busy_timeout: Duration::from_secs(5) }
    }
}

/// What a new workspace starts with.
#[derive(Debug, Clone)]
pub struct NewWorkspace {
    /// Its identity.
    pub id: WorkspaceId,
    /// Its name; not empty.
    pub name: String,
    /// The IANA time zone whose days its budgets follow, such as `Europe/Berlin`.
    pub time_zone: String,
    /// The identity of its one local person.
    pub person: ActorId,
    /// That person's name; not empty.
    pub person_name: String,
}

impl Store {
    /// Opens the workspace in `dir`, making it where there is none. The caller holds the workspace's lock.
    ///
    /// A file of an older format is copied to `backups` and migrated.
    ///
    /// # Errors
    /// [`StoreError::NetworkFileSystem`], [`StoreError::Newer`], [`StoreError::Foreign`],
    /// [`StoreError::Damaged`], [`StoreError::Locked`], [`StoreError::ReadOnly`], [`StoreError::DiskFull`]
    /// and [`StoreError::CannotOpen`]; in each case the file is as it was.
    pub async fn open(dir: &Path, options: OpenOptions) -> Result<Self, StoreError> {
        open(dir, options, MIGRATIONS).await
    }
}

pub(crate) async fn open(
    dir: &Path,
    options: OpenOptions,
    migrations: &[Migration],
) -> Result<Store, StoreError> {
    make_folder(dir)?;
    network::check(dir)?;
    let file = dir.join(FILE);
    let mut connection = prepare(&file, &options, migrations).await.map_err(|error| error.at(&file))?;
    let touched = audit::watch(&mut connection).await.map_err(|error| error.at(&file))?;
    let (writer, task) = Writer::start(connection, touched);
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_lazy_with(connect_options(&file, options.busy_timeout).pragma("query_only", "on"));
    Ok(Store::new(writer, task, readers, Act::own(options.now)))
}

fn make_folder(dir: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    // Prompts and answers are nobody else's business.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|source| match source.kind() {
        std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied => {
            StoreError::ReadOnly { path: Some(dir.to_owned()) }
        }
        std::io::ErrorKind::StorageFull => StoreError::DiskFull { path: Some(dir.to_owned()) },
        _ => StoreError::CannotOpen { path: dir.to_owned(), source: Arc::new(source) },
    })
}

/// The connection that writes, with the database in the newest format.
async fn prepare(
    file: &Path,
    options: &OpenOptions,
    migrations: &[Migration],
) -> Result<SqliteConnection, StoreError> {
    let format = if file.exists() { inspect(file, options, migrations).await? } else { 0 };
    let mut connection = connect_options(file, options.busy_timeout)
        .create_if_missing(true)
        .pragma("cache_size", WRITER_CACHE)
        .connect()
        .await?;
    // Says now, rather than at the first save, that the file is locked or cannot be written. What it writes is
    // undone; without a write, SQLite would let a transaction on a read-only file begin.
    let probe = "begin immediate; pragma user_version = 0; rollback";
    sqlx::raw_sql(probe).execute(&mut connection).await?;
    // Not before it is known that the file may be written: SQLite would overwrite a write format that it
    // does not know. A copy that was put in place of the file is not in this mode.
    sqlx::raw_sql("pragma journal_mode = wal").execute(&mut connection).await?;
    if std::fs::metadata(file).is_ok_and(|file| file.len() <= CHECKED_BYTES) {
        quick_check(&mut connection).await?;
    }
    if format < migrate::newest(migrations) {
        if format > 0 {
            let copy = migrate::back_up(&mut connection, file, format, options.now).await?;
            tracing::info!(copy = %copy.display(), format, "copied the database before migrating it");
        }
        migrate::migrate(&mut connection, format, migrations).await?;
    }
    let min_reader = migrations.last().map_or(1, |newest| newest.min_reader);
    crate::workspace::seed(&mut connection, &options.new, min_reader, options.now).await?;
    Ok(connection)
}

fn connect_options(file: &Path, busy_timeout: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(busy_timeout)
        .pragma("journal_size_limit", LOG_BYTES)
        .pragma("trusted_schema", "off")
        .statement_cache_capacity(STATEMENTS)
        .disable_statement_logging()
}

/// Looks at an existing file without changing it: the format it has, or why it is not for us.
async fn inspect(file: &Path, options: &OpenOptions, migrations: &[Migration]) -> Result<u32, StoreError> {
    let mut connection = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .busy_timeout(options.busy_timeout)
        .disable_statement_logging()
        .connect()
        .await?;
    let found = judge(&mut connection, file, migrations).await;
    connection.close().await?;
    found
}

async fn judge(
    connection: &mut SqliteConnection,
    file: &Path,
    migrations: &[Migration],
) -> Result<u32, StoreError> {
    let row = sqlx::query(
        "select (select application_id from pragma_application_id), (select user_version from pragma_user_version),
           (select count(*) from sqlite_schema)",
    )
    .fetch_one(&mut *connection)
    .await?;
    let (application, found, objects): (i64, u32, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    if application == 0 && objects == 0 {
        // Empty: it was being made when the process ended.
        return Ok(0);
    }
    let path = || PathBuf::from(file);
    if application != APPLICATION_ID {
        return Err(StoreError::Foreign { path: path() });
    }
    let known = migrate::newest(migrations);
    if found > known {
        let min_reader = sqlx::query_scalar::<_, u32>("select min_reader from workspaces");
        let allowed = min_reader.fetch_one(connection).await.is_ok_and(|min_reader| min_reader <= known);
        if !allowed {
            return Err(StoreError::Newer { path: path(), found, known });
        }
    }
    Ok(found)
}

async fn quick_check(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let detail: String = sqlx::query_scalar("pragma quick_check(1)").fetch_one(connection).await?;
    if detail == "ok" { Ok(()) } else { Err(StoreError::Damaged { path: None, detail }) }
}
