//! Saving cases as a version: with a few runs of cases in memory at a time, and many of them in stages.
//!
//! A version of a few runs is one write. Of more, runs are kept on a stage some at a time, so that others write between;
//! the version comes at the end, in one write that needs no run any more. Until then nobody sees any of it, and what a
//! process leaves on a stage is deleted by the next.

use super::{
    chunk::{Chunk, Cutter, Data},
    find_head, get, name_taken, search_text,
};
use crate::{
    Act, Store, StoreError,
    blob::{Blob, BlobHash},
    column::{Int, Json, Key},
};
use formaops_domain::{
    ActorId, Case, Column, Columns, ContentHash, DatasetId, DatasetName, DatasetVersion, Timestamp,
    TooManyColumns, canonical_hash,
};
use sqlx::SqliteConnection;
use tokio::sync::mpsc;

/// Runs of cases that wait for the writer; whoever brings more waits for room.
pub(super) const WAITING: usize = 4;
/// How many new runs are written at once, and the most bytes of them. A version of fewer is one write.
const AT_ONCE: usize = 8;
const AT_ONCE_BYTES: usize = 1 << 20;

/// What is saved, beside the cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCases {
    /// The dataset.
    pub dataset: DatasetId,
    /// Where the cases go.
    pub onto: Onto,
    /// Why; may be empty.
    pub note: String,
    /// Who saves them.
    pub author: ActorId,
    /// When.
    pub at: Timestamp,
}

/// Where cases go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Onto {
    /// Into a dataset that is made with them.
    New {
        /// Its name.
        name: DatasetName,
        /// What it is for; may be empty.
        description: String,
    },
    /// In place of those of this version, which must be the newest.
    InPlaceOf(u32),
    /// Behind those of this version, which must be the newest.
    Behind(u32),
}

/// What comes to the writer.
pub(super) enum Part {
    Chunk(Chunk),
    /// There are no more; so many columns they had.
    End(Vec<Column>),
}

/// Why cases did not come to their end.
enum Broken<E> {
    /// Whoever brought them says so.
    Source(E),
    Columns(TooManyColumns),
    Store(StoreError),
    /// The writer takes no more; it says why.
    Writer,
}

impl Store {
    /// Saves cases as the next version of a dataset. They are read on a thread of their own; others can write meanwhile,
    /// and see the version once it is whole. What equals the newest version makes none: that one is answered.
    ///
    /// # Errors
    /// The outer error is of the store, which then kept nothing: [`StoreError::NameTaken`], [`StoreError::NotFound`],
    /// [`StoreError::DatasetMoved`], [`StoreError::TooManyColumns`]. The inner one is the first that `cases` gave.
    pub async fn save_cases<E: Send + 'static>(
        &self,
        new: NewCases,
        cases: impl Iterator<Item = Result<Case, E>> + Send + 'static,
    ) -> Result<Result<DatasetVersion, E>, StoreError> {
        let (kept, first, columns) = self.what_stays(&new).await?;
        let (parts, taken) = mpsc::channel(WAITING);
        let reading = tokio::task::spawn_blocking(move || read(cases, kept, first, columns, &parts));
        let saved = self.save_parts(new, taken).await;
        let read = reading.await.map_err(StoreError::unreadable)?;
        match read {
            Err(Broken::Source(error)) => Ok(Err(error)),
            Err(Broken::Columns(TooManyColumns { name })) => Err(StoreError::TooManyColumns { name }),
            Err(Broken::Store(error)) => Err(error),
            Err(Broken::Writer) | Ok(()) => saved.map(Ok),
        }
    }

    /// What of the version that is added to stays as it is: runs, the cases that are cut anew, and columns.
    async fn what_stays(&self, new: &NewCases) -> Result<(Vec<Chunk>, Vec<Case>, Columns), StoreError> {
        let Onto::Behind(number) = new.onto else { return Ok(Default::default()) };
        let version = self.get_dataset_version(new.dataset, number).await?;
        let mut chunks = self.list_chunks(new.dataset, number).await?;
        let columns = Columns::starting_with(version.columns);
        // The last run may have ended only because there was no more.
        let Some(last) = chunks.pop() else { return Ok((chunks, Vec::new(), columns)) };
        let first = self.read_chunk(last.data.hash()).await?;
        Ok((chunks, first, columns))
    }
}

/// Reads cases to their end and hands them on in runs.
fn read<E>(
    cases: impl Iterator<Item = Result<Case, E>>,
    kept: Vec<Chunk>,
    first: Vec<Case>,
    mut columns: Columns,
    parts: &mpsc::Sender<Part>,
) -> Result<(), Broken<E>> {
    let send = |part| parts.blocking_send(part).map_err(|_| Broken::Writer);
    for chunk in kept {
        send(Part::Chunk(chunk))?;
    }
    let mut cutter = Cutter::default();
    for case in first.into_iter().map(Ok).chain(cases) {
        let case = case.map_err(Broken::Source)?;
        columns.see(&case).map_err(Broken::Columns)?;
        if let Some(chunk) = cutter.push(case).map_err(Broken::Store)? {
            send(Part::Chunk(chunk))?;
        }
    }
    if let Some(chunk) = cutter.finish().map_err(Broken::Store)? {
        send(Part::Chunk(chunk))?;
    }
    send(Part::End(columns.finish()))
}

impl Store {
    /// Keeps what comes as the next version of the dataset, unless it is what the newest one holds.
    pub(super) async fn save_parts(
        &self,
        new: NewCases,
        mut parts: mpsc::Receiver<Part>,
    ) -> Result<DatasetVersion, StoreError> {
        // What cannot be kept in the end need not be read.
        check_place(&mut *self.readers().acquire().await?, &new).await?;
        let mut stage = None;
        let saved = self.take_parts(new, &mut parts, &mut stage).await;
        drop(parts);
        if let Some(stage) = stage {
            // What stays behind is deleted by the next process, and harms nothing until then.
            let cleared =
                self.unclaiming().write(move |connection| Box::pin(clear_stage(connection, stage))).await;
            if let Err(error) = cleared {
                tracing::warn!(%error, "cases that belong to no version could not be deleted yet");
            }
        }
        saved
    }

    /// The same store, for writes after which the request is not carried out yet: with its version, its key is claimed.
    fn unclaiming(&self) -> Self {
        self.acting(Act { claim: None, ..Act::clone(&self.act) })
    }

    async fn take_parts(
        &self,
        new: NewCases,
        parts: &mut mpsc::Receiver<Part>,
        stage: &mut Option<i64>,
    ) -> Result<DatasetVersion, StoreError> {
        let (mut chunks, mut fresh, mut bytes) = (Vec::new(), Vec::new(), 0);
        let columns = loop {
            match parts.recv().await {
                Some(Part::Chunk(Chunk { cases, data })) => {
                    chunks.push((cases, data.hash()));
                    if let Data::New(blob) = data {
                        bytes += blob.data.len();
                        fresh.push(blob);
                    }
                }
                Some(Part::End(columns)) => break columns,
                None => return Err(StoreError::Unfinished),
            }
            if fresh.len() >= AT_ONCE || bytes >= AT_ONCE_BYTES {
                let (known, blobs) = (*stage, std::mem::take(&mut fresh));
                bytes = 0;
                let staged = self
                    .unclaiming()
                    .write(move |connection| Box::pin(put_on_stage(connection, known, blobs)))
                    .await?;
                *stage = Some(staged);
            }
        };
        self.write(move |connection| Box::pin(save(connection, new, fresh, chunks, columns))).await
    }
}

/// Finds out where cases go: the version that they take the place of or are put behind, which must be the newest.
async fn check_place(
    connection: &mut SqliteConnection,
    new: &NewCases,
) -> Result<Option<DatasetVersion>, StoreError> {
    match &new.onto {
        Onto::New { name, .. } => {
            let text = name.as_str();
            let taken = sqlx::query_scalar!(
                r#"select exists (select 1 from datasets where name = ?1 collate nocase and deleted_at is null)
                  as "taken!: bool""#,
                text
            )
            .fetch_one(connection)
            .await?;
            if taken {
                return Err(StoreError::NameTaken { noun: "dataset", name: name.to_string() });
            }
            Ok(None)
        }
        Onto::InPlaceOf(base) | Onto::Behind(base) => {
            get(connection, new.dataset).await?;
            let head = find_head(connection, new.dataset).await?;
            if head.as_ref().is_none_or(|head| head.number != *base) {
                return Err(StoreError::DatasetMoved { head: head.map_or(0, |head| head.number) });
            }
            Ok(head)
        }
    }
}

async fn save(
    connection: &mut SqliteConnection,
    new: NewCases,
    fresh: Vec<Blob>,
    chunks: Vec<(u32, BlobHash)>,
    columns: Vec<Column>,
) -> Result<DatasetVersion, StoreError> {
    let head = check_place(connection, &new).await?;
    if let Onto::New { name, description } = &new.onto {
        insert_dataset(connection, new.dataset, name, description, new.author, new.at).await?;
    }
    insert_blobs(connection, fresh).await?;
    let cases = chunks.iter().map(|(cases, _)| u64::from(*cases)).sum::<u64>();
    let version = DatasetVersion {
        dataset_id: new.dataset,
        number: head.as_ref().map_or(1, |head| head.number + 1),
        content_hash: content_hash(&columns, &chunks),
        columns,
        cases: u32::try_from(cases).map_err(StoreError::unreadable)?,
        note: new.note,
        author: new.author,
        created_at: new.at,
    };
    match head {
        Some(head) if head.content_hash == version.content_hash => Ok(head),
        _ => insert_version(connection, version, &chunks).await,
    }
}

/// Keeps runs for a version that is still being made, on a stage that is put up where there is none yet.
async fn put_on_stage(
    connection: &mut SqliteConnection,
    stage: Option<i64>,
    blobs: Vec<Blob>,
) -> Result<i64, StoreError> {
    let stage = match stage {
        Some(stage) => stage,
        None => sqlx::query!("insert into dataset_stages default values")
            .execute(&mut *connection)
            .await?
            .last_insert_rowid(),
    };
    let hashes: Vec<_> = blobs.iter().map(|blob| Key(blob.hash)).collect();
    insert_blobs(connection, blobs).await?;
    for hash in hashes {
        sqlx::query!("insert or ignore into staged_blobs (stage, hash) values (?1, ?2)", stage, hash)
            .execute(&mut *connection)
            .await?;
    }
    Ok(stage)
}

/// Takes a stage down, with the runs on it that belong to no version.
async fn clear_stage(connection: &mut SqliteConnection, stage: i64) -> Result<(), StoreError> {
    let blobs = sqlx::query_scalar!(
        r#"select hash as "hash: Key<BlobHash>" from staged_blobs where stage = ?1"#,
        stage
    )
    .fetch_all(&mut *connection)
    .await?;
    sqlx::query!("delete from staged_blobs where stage = ?1", stage).execute(&mut *connection).await?;
    sqlx::query!("delete from dataset_stages where seq = ?1", stage).execute(&mut *connection).await?;
    delete_unnamed(connection, blobs.into_iter().map(|hash| hash.0)).await
}

/// Takes down every stage that an earlier process left. To be called while nothing is imported.
pub(crate) async fn clear_stages(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let stages = sqlx::query_scalar!(r#"select seq as "seq!" from dataset_stages"#)
        .fetch_all(&mut *connection)
        .await?;
    for stage in stages {
        clear_stage(connection, stage).await?;
    }
    Ok(())
}

/// Deletes those of these runs that belong to no version and stand on no stage.
pub(super) async fn delete_unnamed(
    connection: &mut SqliteConnection,
    blobs: impl IntoIterator<Item = BlobHash> + Send,
) -> Result<(), StoreError> {
    for hash in blobs.into_iter().map(Key).collect::<Vec<_>>() {
        sqlx::query!(
            "delete from dataset_blobs where hash = ?1 and not exists (select 1 from dataset_chunks where data = ?1)
              and not exists (select 1 from staged_blobs where hash = ?1)",
            hash
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

pub(super) async fn insert_blobs(
    connection: &mut SqliteConnection,
    blobs: Vec<Blob>,
) -> Result<(), StoreError> {
    for blob in blobs {
        let (hash, size) = (Key(blob.hash), Int(blob.size));
        sqlx::query!(
            "insert into dataset_blobs (hash, size, data) values (?1, ?2, ?3) on conflict (hash) do nothing",
            hash,
            size,
            blob.data
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// BLAKE3 of the names of the columns and the hashes of the runs, which the cases alone decide.
pub(super) fn content_hash(columns: &[Column], chunks: &[(u32, [u8; 32])]) -> ContentHash {
    /// Takes part in the hash, so that a later way to cut never collides with this one.
    const SCHEMA: &[u8] = b"dataset 1";
    let mut hasher = blake3::Hasher::new();
    hasher.update(SCHEMA);
    // Types are guessed, and so no part of the content.
    let names: Vec<_> = columns.iter().map(|column| (column.kind, &column.name)).collect();
    hasher.update(&canonical_hash(&names));
    for (_, hash) in chunks {
        hasher.update(hash);
    }
    ContentHash::from_array(*hasher.finalize().as_bytes())
}

pub(super) async fn insert_dataset(
    connection: &mut SqliteConnection,
    id: DatasetId,
    name: &DatasetName,
    description: &str,
    author: ActorId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (id, text, author, at) = (Key(id), name.as_str(), Key(author), Int(at));
    let search = search_text(name, description);
    sqlx::query!(
        "insert into datasets (id, name, description, search, created_by, created_at, updated_at)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        id,
        text,
        description,
        search,
        author,
        at
    )
    .execute(connection)
    .await
    .map_err(|error| name_taken(error.into(), name))?;
    Ok(())
}

pub(super) async fn insert_version(
    connection: &mut SqliteConnection,
    version: DatasetVersion,
    chunks: &[(u32, [u8; 32])],
) -> Result<DatasetVersion, StoreError> {
    let (dataset, hash, columns) =
        (Key(version.dataset_id), Key(version.content_hash), Json(&version.columns));
    let (author, at) = (Key(version.author), Int(version.created_at));
    sqlx::query!(
        "insert into dataset_versions (dataset, number, content_hash, columns, cases, note, author, created_at)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        dataset,
        version.number,
        hash,
        columns,
        version.cases,
        version.note,
        author,
        at
    )
    .execute(&mut *connection)
    .await?;
    let mut first = 0;
    // Some hundred in a statement: a version of a million cases has thousands.
    for chunks in chunks.chunks(500) {
        let rows = chunks.iter().map(|(cases, hash)| {
            let begin = first;
            first += cases;
            (begin, *cases, hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
        });
        let rows = Json(rows.collect::<Vec<_>>());
        sqlx::query!(
            "insert into dataset_chunks (dataset, version, first, cases, data)
            select ?1, ?2, c.value ->> 0, c.value ->> 1, unhex(c.value ->> 2) from json_each(?3) c",
            dataset,
            version.number,
            rows
        )
        .execute(&mut *connection)
        .await?;
    }
    sqlx::query!("update datasets set updated_at = max(?2, created_at) where id = ?1", dataset, at)
        .execute(connection)
        .await?;
    Ok(version)
}
