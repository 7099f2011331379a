//! What can go wrong in the store, said so that a person knows what to do next.

use formaops_domain::{ErrorClass, Failure};
use std::{path::PathBuf, sync::Arc};

/// Why the store could not do what was asked. Where several writes share a transaction, each gets a copy.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The folder is on a file system where SQLite's locks cannot be trusted.
    #[error("`{path}` is on a network file system (`{kind}`), where a database cannot be kept safe")]
    NetworkFileSystem {
        /// The workspace's folder.
        path: PathBuf,
        /// The kind of file system, as the operating system names it.
        kind: String,
    },
    /// A newer program wrote the file, and says that this one must not open it.
    #[error("`{path}` was written by a newer FormaOps (format {found}, this one knows {known})")]
    Newer {
        /// The database.
        path: PathBuf,
        /// The format of the file.
        found: u32,
        /// The newest format this program knows.
        known: u32,
    },
    /// The file is a database of some other program.
    #[error("`{path}` is the database of another program")]
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// The file is no database, or parts of it are broken.
    #[error("the database{} is damaged: {detail}", of(.path))]
    Damaged {
        /// The database, where it was being opened.
        path: Option<PathBuf>,
        /// What SQLite found.
        detail: String,
    },
    /// Another program holds the database locked.
    #[error("the database{} is locked by another program", of(.path))]
    Locked {
        /// The database, where it was being opened.
        path: Option<PathBuf>,
    },
    /// The file or its folder may not be written.
    #[error("the database{} cannot be written", of(.path))]
    ReadOnly {
        /// The database, where it was being opened.
        path: Option<PathBuf>,
    },
    /// There is no room left.
    #[error("the disk is full: the database{} cannot grow", of(.path))]
    DiskFull {
        /// The database, where it was being opened or copied.
        path: Option<PathBuf>,
    },
    /// Reading or writing fails below the file.
    #[error("the disk fails: {0}")]
    Disk(#[source] Arc<sqlx::Error>),
    /// The folder or file cannot be used at all.
    #[error("`{path}` cannot be opened: {source}")]
    CannotOpen {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system said.
        source: Arc<std::io::Error>,
    },
    /// There is nothing of that identity.
    #[error("there is no {noun} `{id}`")]
    NotFound {
        /// The kind of thing.
        noun: &'static str,
        /// What it was asked for by.
        id: String,
    },
    /// Content names an attachment whose bytes were never kept here.
    #[error("the bytes of `{name}` at `{place}` are not in this workspace")]
    NoAttachment {
        /// Where the attachment stands, such as `messages[1].attachments[0]`.
        place: String,
        /// Its name as a file.
        name: String,
    },
    /// Content says another number of bytes than the attachment has.
    #[error("`{name}` at `{place}` has {size} bytes, not {bytes}")]
    OtherAttachment {
        /// Where the attachment stands.
        place: String,
        /// Its name as a file.
        name: String,
        /// The bytes that the content says.
        bytes: u64,
        /// The bytes that are here.
        size: u64,
    },
    /// Something else has that name, perhaps in other case.
    #[error("a {noun} named `{name}` exists already")]
    NameTaken {
        /// The kind of thing.
        noun: &'static str,
        /// The name that was wanted.
        name: String,
    },
    /// The prompt was saved by someone else in the meantime.
    #[error("the prompt was saved in the meantime: its newest version is {}", .head.as_deref().unwrap_or("gone"))]
    HeadMoved {
        /// The newest version now, in its short form.
        head: Option<String>,
    },
    /// The dataset was saved by someone else in the meantime.
    #[error("the dataset was saved in the meantime: its newest version is v{head}")]
    DatasetMoved {
        /// The number of the newest version now.
        head: u32,
    },
    /// Cases have more columns than a dataset may have.
    #[error(
        "`{name}` would be one column more than the {} that a dataset may have",
        formaops_domain::MOST_COLUMNS
    )]
    TooManyColumns {
        /// The first one that has no room.
        name: String,
    },
    /// A column that cannot be changed so.
    #[error(transparent)]
    InvalidColumn(formaops_domain::InvalidColumnChange),
    /// What was to be kept did not come to its end.
    #[error("what was to be kept did not come to its end")]
    Unfinished,
    /// A branch or a label points elsewhere by now.
    #[error("`{name}` was moved in the meantime: it points to {}", .version.as_deref().unwrap_or("nothing"))]
    RefMoved {
        /// The branch or label.
        name: String,
        /// The version it points to now, in its short form.
        version: Option<String>,
    },
    /// A branch that cannot be taken away.
    #[error("the branch `{name}` is in use")]
    RefInUse {
        /// The branch.
        name: String,
    },
    /// Only what is in the bin can be deleted for good.
    #[error("`{name}` is not in the bin")]
    NotInBin {
        /// What it is.
        noun: &'static str,
        /// Its name.
        name: String,
    },
    /// What a suite names cannot be deleted for good.
    #[error("the suite `{suite}` runs the cases of `{name}`")]
    InUse {
        /// The dataset.
        name: String,
        /// The suite.
        suite: String,
    },
    /// What runs cannot be deleted for good.
    #[error("`{name}` has {runs} {} not ended", if *.runs == 1 { "run that has" } else { "runs that have" })]
    StillRuns {
        /// The prompt.
        name: String,
        /// How many of its runs have not ended.
        runs: u32,
    },
    /// A step that this state does not allow.
    #[error("{noun} `{id}` is {status}: it cannot become {wanted}")]
    Transition {
        /// The kind of thing.
        noun: &'static str,
        /// Which one.
        id: String,
        /// Where it stands.
        status: String,
        /// Where it should have gone.
        wanted: &'static str,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key `{key}` was used for another request of `{operation}`")]
    KeyReused {
        /// The operation.
        operation: String,
        /// The key.
        key: String,
    },
    /// A cursor that no list of ours gave out.
    #[error("`{0}` is not a cursor of this list")]
    InvalidCursor(String),
    /// A value that the tables refuse.
    #[error("the store refused a value: {0}")]
    Refused(Arc<sqlx::Error>),
    /// What is stored cannot be read as what it should be.
    #[error("a stored value cannot be read: {0}")]
    Unreadable(Arc<dyn std::error::Error + Send + Sync>),
    /// The store was closed.
    #[error("the workspace is closed")]
    Closed,
    /// Anything else that SQLite says.
    #[error("the database failed: {0}")]
    Database(#[source] Arc<sqlx::Error>),
}

fn of(path: &Option<PathBuf>) -> String {
    path.as_ref().map(|path| format!(" `{}`", path.display())).unwrap_or_default()
}

impl StoreError {
    /// Whether it is the disk or the file that refuses to be written, whatever was to be written.
    pub(crate) fn is_of_the_disk(&self) -> bool {
        matches!(self, Self::DiskFull { .. } | Self::Disk(_) | Self::ReadOnly { .. } | Self::Damaged { .. })
    }

    /// Whether the same may well be done later: the disk is full or fails, or the file is locked.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::DiskFull { .. } | Self::Disk(_) | Self::ReadOnly { .. } | Self::Locked { .. })
    }

    pub(crate) fn not_found(noun: &'static str, id: impl std::fmt::Display) -> Self {
        Self::NotFound { noun, id: id.to_string() }
    }

    pub(crate) fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unreadable(Arc::new(error))
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NetworkFileSystem { .. } => "Choose a folder on a local disk with `--workspace DIR`.",
            Self::Newer { .. } => "Update FormaOps. The file was left as it is.",
            Self::Foreign { .. } => {
                "Choose another folder with `--workspace DIR`. The file was left as it is."
            }
            Self::Damaged { .. } => {
                "Nothing was overwritten. Put a copy from the `backups` folder in its place, or choose another \
                 folder with `--workspace DIR`."
            }
            Self::Locked { .. } => "Close the program that uses it, then try again.",
            Self::ReadOnly { .. } => "Make the folder and its files writable, or choose another folder.",
            Self::DiskFull { .. } => "Free some space, then try again. What was saved before is intact.",
            Self::Disk(_) => "Check the disk and how it is connected, then try again.",
            Self::CannotOpen { .. } => "Check that the folder exists and that you may use it.",
            Self::NotFound { .. } => "Check the name or id; it may have been deleted.",
            Self::NoAttachment { .. } | Self::OtherAttachment { .. } => {
                "Attach the file again, or store it with `formaops attachment create FILE` and use what that answers."
            }
            Self::NameTaken { .. } => "Choose another name.",
            Self::HeadMoved { .. } => "Look at the newest version, then save again.",
            Self::DatasetMoved { .. } => "Look at its newest version, then do it again.",
            Self::TooManyColumns { .. } => {
                "Leave columns out, or put what belongs together into one as JSON."
            }
            Self::InvalidColumn(_) => "Look at the columns of the dataset's newest version.",
            Self::Unfinished => "Nothing was kept. Try again.",
            Self::RefMoved { .. } => "Look where it points now, then move it again.",
            Self::RefInUse { .. } => {
                "`main` always stays; of another branch, save or throw away its unsaved work, and go to `main` first."
            }
            Self::NotInBin { noun: "dataset", .. } => "Delete it first: `formaops dataset delete NAME`.",
            Self::NotInBin { .. } => "Delete it first: `formaops prompt delete NAME`.",
            Self::InUse { .. } => "Take it out of the suite, or delete the suite, then try again.",
            Self::StillRuns { .. } => "Wait for its runs, or cancel them, then try again.",
            Self::Transition { .. } => "Read it again: it has moved on.",
            Self::KeyReused { .. } => "Use a new idempotency key for a new request.",
            Self::InvalidCursor(_) => "Start from the first page.",
            Self::Refused(_) | Self::Unreadable(_) | Self::Database(_) => {
                "Try again; if it happens again, report it with the log."
            }
            Self::Closed => "Open the workspace again.",
        }
    }

    /// The same error, saying which file it is about.
    pub(crate) fn at(self, file: &std::path::Path) -> Self {
        let path = Some(file.to_owned());
        match self {
            Self::Damaged { detail, .. } => Self::Damaged { path, detail },
            Self::Locked { .. } => Self::Locked { path },
            Self::ReadOnly { .. } => Self::ReadOnly { path },
            Self::DiskFull { .. } => Self::DiskFull { path },
            other => other,
        }
    }

    /// Whether a unique index refused the row.
    pub(crate) fn is_duplicate(&self) -> bool {
        matches!(self, Self::Refused(error) if error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation))
    }
}

/// Result codes of SQLite: <https://www.sqlite.org/rescode.html>. The low byte is the primary code.
mod code {
    pub(super) const ABORT: u32 = 4;
    pub(super) const BUSY: u32 = 5;
    pub(super) const LOCKED: u32 = 6;
    pub(super) const READONLY: u32 = 8;
    pub(super) const IOERR: u32 = 10;
    pub(super) const CORRUPT: u32 = 11;
    pub(super) const FULL: u32 = 13;
    pub(super) const CANTOPEN: u32 = 14;
    pub(super) const CONSTRAINT: u32 = 19;
    pub(super) const NOTADB: u32 = 26;
    /// The shared memory of the write-ahead log cannot be made larger: the disk is full.
    pub(super) const IOERR_SHMSIZE: u32 = IOERR | (19 << 8);
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let database = match &error {
            sqlx::Error::Database(database) => database,
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => return Self::Closed,
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => return Self::unreadable(error),
            _ => return Self::Database(Arc::new(error)),
        };
        let extended = database.code().and_then(|code| code.parse::<u32>().ok()).unwrap_or_default();
        match (extended & 0xff, extended) {
            (code::BUSY | code::LOCKED, _) => Self::Locked { path: None },
            (code::READONLY | code::CANTOPEN, _) => Self::ReadOnly { path: None },
            (code::FULL, _) | (_, code::IOERR_SHMSIZE) => Self::DiskFull { path: None },
            (code::IOERR, _) => Self::Disk(Arc::new(error)),
            (code::CORRUPT | code::NOTADB, _) => {
                Self::Damaged { path: None, detail: database.message().to_owned() }
            }
            (code::CONSTRAINT | code::ABORT, _) => Self::Refused(Arc::new(error)),
            _ => Self::Database(Arc::new(error)),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let class = if error.may_pass() { ErrorClass::NotWritable } else { ErrorClass::Storage };
        Self::new(class, error.to_string(), error.hint())
    }
}
