//! Saving cases as a version: in one transaction, with a few runs of cases in memory at a time.

use super::{
    chunk::{Chunk, Cutter, Data},
    find_head, get, name_taken, search_text,
};
use crate::{
    Store, StoreError, blob,
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
    /// Saves cases as the next version of a dataset. They are read on a thread of their own while the transaction is
    /// open, and committed once. What equals the newest version makes none: that one is answered.
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
        let saved = self.write(move |connection| Box::pin(save(connection, new, taken))).await;
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

/// Keeps what comes as the next version of the dataset, unless it is what the newest one holds.
pub(super) async fn save(
    connection: &mut SqliteConnection,
    new: NewCases,
    mut parts: mpsc::Receiver<Part>,
) -> Result<DatasetVersion, StoreError> {
    let head = match &new.onto {
        Onto::New { name, description } => {
            insert_dataset(connection, &new, name, description).await?;
            None
        }
        Onto::InPlaceOf(base) | Onto::Behind(base) => {
            get(connection, new.dataset).await?;
            let head = find_head(connection, new.dataset).await?;
            if head.as_ref().is_none_or(|head| head.number != *base) {
                return Err(StoreError::DatasetMoved { head: head.map_or(0, |head| head.number) });
            }
            head
        }
    };
    let mut chunks = Vec::new();
    let columns = loop {
        match parts.recv().await {
            Some(Part::Chunk(Chunk { cases, data })) => {
                chunks.push((cases, data.hash()));
                if let Data::New(blob) = data {
                    blob::insert(connection, [blob]).await?;
                }
            }
            Some(Part::End(columns)) => break columns,
            None => return Err(StoreError::Unfinished),
        }
    };
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

/// BLAKE3 of the names of the columns and the hashes of the runs, which the cases alone decide.
fn content_hash(columns: &[Column], chunks: &[(u32, [u8; 32])]) -> ContentHash {
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

async fn insert_dataset(
    connection: &mut SqliteConnection,
    new: &NewCases,
    name: &DatasetName,
    description: &str,
) -> Result<(), StoreError> {
    let (id, text, author, at) = (Key(new.dataset), name.as_str(), Key(new.author), Int(new.at));
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

async fn insert_version(
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
    for (cases, hash) in chunks {
        let data = Key(*hash);
        sqlx::query!(
            "insert into dataset_chunks (dataset, version, first, cases, data) values (?1, ?2, ?3, ?4, ?5)",
            dataset,
            version.number,
            first,
            cases,
            data
        )
        .execute(&mut *connection)
        .await?;
        first += cases;
    }
    sqlx::query!("update datasets set updated_at = max(?2, created_at) where id = ?1", dataset, at)
        .execute(connection)
        .await?;
    Ok(version)
}
