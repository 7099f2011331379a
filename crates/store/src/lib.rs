//! What a workspace remembers: one SQLite database, behind functions that speak in domain types.
//!
//! One connection writes, in transactions that several callers share (group commit); a small pool reads.
//! Verbs: `get_` must exist, `find_` answers an `Option`, then `list_`, `insert_`, `update_`, `delete_`.
//!
//! ```
//! use formaops_domain::{ActorId, Timestamp, WorkspaceId};
//! use formaops_store::{NewWorkspace, OpenOptions, PromptFilter, Store};
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
//! # runtime.block_on(async {
//! let dir = tempfile::tempdir().unwrap();
//! let new = NewWorkspace {
//!     id: WorkspaceId::from_bytes(&[1; 16]).unwrap(),
//!     name: "default".into(),
//!     time_zone: "UTC".into(),
//!     person: ActorId::from_bytes(&[2; 16]).unwrap(),
//!     person_name: "Ada".into(),
//! };
//! let store = Store::open(dir.path(), OpenOptions::new(new, Timestamp::from_micros(0))).await.unwrap();
//! assert!(store.list_prompts(PromptFilter::default(), None, 50).await.unwrap().items.is_empty());
//! store.close().await;
//! # });
//! ```
//!
//! Invariants:
//! - A write is answered once it is on disk; what was answered survives a kill.
//! - The tables refuse what a row alone can show to be wrong. Versions, of prompts and of datasets, never change, nor do executions and
//!   attempts that have ended. A run is a summary of its executions: a retry opens it again.
//! - A key is never stored, nor is a value of a sensitive variable.
//! - What is decided (prompts, versions, datasets, providers, settings, runs, …) is in the audit trail, in the same transaction.
//! - A file that is newer, foreign, damaged, locked or read-only is refused and left as it is.
//!
//! Queries are checked against the schema when this crate is compiled, from the cache in `.sqlx` at the root
//! of the repository. After changing a query or a migration, run `crates/store/prepare.sh`.

mod api_key;
mod attachment;
mod attempt;
mod audit;
mod blob;
mod budget;
mod column;
mod contest;
mod cursor;
mod dataset;
mod draft;
mod egress;
mod error;
mod execution;
mod execution_log;
mod grid;
mod idempotency;
mod input_set;
mod linked;
mod migrate;
mod model;
mod network;
mod open;
mod output;
mod partial;
mod preference;
mod prompt;
mod provider;
mod provider_key;
mod purge;
mod rating;
mod recording;
mod recovery;
mod regrade;
mod replay;
mod run;
mod run_store;
mod search;
mod setting;
mod suite;
mod together;
mod totals;
mod transfer;
mod version;
mod version_entry;
mod version_ref;
mod work;
mod workspace;
mod writer;

pub use api_key::StoredApiKey;
pub use audit::{Act, AuditFilter};
pub use budget::{Spent, StoredBudget};
pub use cursor::MOST_ITEMS;
pub use dataset::{
    BroughtVersion, CaseChanges, CaseFilter, CasesOnto, DatasetChange, DatasetFilter, DatasetImport,
    NewCases, PackedCases,
};
pub use egress::{EgressFilter, EgressTotal};
pub use error::StoreError;
pub use execution::{ExecutionFilter, ExecutionRecord, NewRetry};
pub use grid::{CaseOutcome, CaseOutcomes, GridFilter, GridRow};
pub use idempotency::{IdempotencyKey, Remembered};
pub use linked::{FilePlace, LinkedFile, LinkedFolder, LinkedSaid, LinkedWords, NewLinked};
pub use open::{NewWorkspace, OpenOptions};
pub use output::MOST_OUTPUT_BYTES;
pub use partial::{Callable, Holder};
pub use preference::Pair;
pub use prompt::{LabelCount, PromptChange, PromptFilter, TagCount};
pub use provider::ProviderModels;
pub use recording::Recording;
pub use recovery::Recovered;
pub use regrade::{
    AnswerPlace, CaseName, GradedAnswer, GradedBatch, KeptTexts, NewRegrade, StoredAnswer, name_of_inputs,
};
pub use replay::StoredRecording;
pub use run::{NewCell, NewRun, Rate, RunFilter};
pub use search::HitFilter;
pub use suite::SuiteChange;
pub use totals::{Totals, Usual};
pub use transfer::{
    Import, Imported, ImportedPrompt, PromptImport, SuiteImport, WholeExecution, WholePrompt, WholeRun,
};
pub use version::{NewVersion, Onto};
pub use version_entry::EntryFilter;
pub use version_ref::Moved;
pub use workspace::{Actor, ActorKind, Workspace};
pub use writer::WriteStats;

use attempt::Finished;
use execution::Begun;
use formaops_domain::Execution;
use futures::future::BoxFuture;
use sqlx::{SqliteConnection, SqlitePool};
use std::sync::{Arc, Mutex};
use together::Together;
use tokio::task::JoinHandle;
use writer::Writer;

/// An open workspace. Cloning it is cheap; all clones are the same workspace, and those made by [`Store::acting`]
/// write in somebody's name.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
    /// In whose name this clone writes.
    act: Arc<Act>,
}

struct Inner {
    writer: Writer,
    writing: Mutex<Option<JoinHandle<()>>>,
    readers: SqlitePool,
    /// Held by whoever works out what can be said of the cases of a run.
    marking: tokio::sync::Mutex<()>,
    ahead: tokio::sync::Mutex<work::ReadAhead>,
    begun: Arc<Together<Begun, Execution>>,
    finished: Arc<Together<Finished, Execution>>,
}

impl Store {
    fn new(writer: Writer, task: JoinHandle<()>, readers: SqlitePool, act: Act) -> Self {
        Self {
            inner: Arc::new(Inner {
                writer,
                writing: Mutex::new(Some(task)),
                readers,
                marking: tokio::sync::Mutex::default(),
                ahead: tokio::sync::Mutex::default(),
                begun: Together::new(execution::begin),
                finished: Together::new(attempt::finish),
            }),
            act: Arc::new(act),
        }
    }

    fn readers(&self) -> &SqlitePool {
        &self.inner.readers
    }

    /// Runs a job in the next transaction of the writer, and answers once that is committed.
    async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        self.inner.writer.write(Arc::clone(&self.act), work).await
    }

    /// What the writer has done since the store was opened.
    #[must_use]
    pub fn write_stats(&self) -> WriteStats {
        self.inner.writer.stats()
    }

    /// Ends reading and writing in order; writes that wait are still done. Later calls on any clone answer
    /// [`StoreError::Closed`]. Without it nothing is lost, but the write-ahead log stays for the next start.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        self.inner.writer.close().await;
        let task = self.inner.writing.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(task) = task {
            let _ = task.await;
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("writes", &self.write_stats()).finish_non_exhaustive()
    }
}
