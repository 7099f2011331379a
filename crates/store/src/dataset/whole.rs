//! Datasets that come from elsewhere with their versions.

use super::{
    chunk::{Chunk, Cutter, Data},
    find_head, get,
    save::{content_hash, insert_blobs, insert_dataset, insert_version},
};
use crate::{
    StoreError,
    blob::BlobHash,
    column::{Int, Key},
};
use formaops_domain::{
    ActorId, Case, Column, Columns, ContentHash, DatasetId, DatasetName, DatasetVersion, Timestamp,
    TooManyColumns,
};
use sqlx::SqliteConnection;

/// Cases that are cut and compressed, so that the writer need not.
#[derive(Debug, Clone)]
pub struct PackedCases {
    columns: Vec<Column>,
    chunks: Vec<Chunk>,
    content_hash: ContentHash,
}

impl PackedCases {
    /// Packs cases, whose columns begin with those that are known.
    ///
    /// # Errors
    /// [`StoreError::TooManyColumns`].
    pub fn new(columns: Vec<Column>, cases: Vec<Case>) -> Result<Self, StoreError> {
        let (mut columns, mut cutter, mut chunks) =
            (Columns::starting_with(columns), Cutter::default(), Vec::new());
        for case in cases {
            columns.see(&case).map_err(|TooManyColumns { name }| StoreError::TooManyColumns { name })?;
            chunks.extend(cutter.push(case)?);
        }
        chunks.extend(cutter.finish()?);
        let columns = columns.finish();
        let content_hash = content_hash(&columns, &hashes(&chunks));
        Ok(Self { columns, chunks, content_hash })
    }

    /// The name of what they are.
    #[must_use]
    pub const fn content_hash(&self) -> ContentHash {
        self.content_hash
    }

    /// How many they are.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.chunks.iter().map(|chunk| chunk.cases).sum()
    }
}

fn hashes(chunks: &[Chunk]) -> Vec<(u32, BlobHash)> {
    chunks.iter().map(|chunk| (chunk.cases, chunk.data.hash())).collect()
}

/// A version that is brought in.
#[derive(Debug, Clone)]
pub struct BroughtVersion {
    /// Its place among the versions of its dataset here.
    pub number: u32,
    /// Why it was made.
    pub note: String,
    /// Who made it.
    pub author: ActorId,
    /// When.
    pub created_at: Timestamp,
    /// What it holds.
    pub cases: PackedCases,
}

/// A dataset that is brought in.
#[derive(Debug, Clone)]
pub enum DatasetImport {
    /// As a dataset of its own.
    New {
        /// Its identity.
        id: DatasetId,
        /// Its name.
        name: DatasetName,
        /// What it is for.
        description: String,
        /// When it was made.
        created_at: Timestamp,
        /// When it or its versions last changed.
        updated_at: Timestamp,
        /// Its versions, oldest first; at least one.
        versions: Vec<BroughtVersion>,
    },
    /// As more versions of one that is there.
    Into {
        /// The dataset that is there.
        id: DatasetId,
        /// Its newest version, behind which they come.
        head: u32,
        /// The versions, oldest first.
        versions: Vec<BroughtVersion>,
    },
}

/// Brings a dataset in.
///
/// # Errors
/// [`StoreError::NameTaken`], and [`StoreError::DatasetMoved`] where it was saved since it was looked at.
pub(crate) async fn bring_in(
    connection: &mut SqliteConnection,
    import: DatasetImport,
) -> Result<(), StoreError> {
    match import {
        DatasetImport::New { id, name, description, created_at, updated_at, versions } => {
            let author = versions.first().map(|version| version.author).ok_or(StoreError::Unfinished)?;
            insert_dataset(connection, id, &name, &description, author, created_at).await?;
            insert_versions(connection, id, versions).await?;
            let (key, at) = (Key(id), Int(updated_at));
            sqlx::query!("update datasets set updated_at = max(?2, created_at) where id = ?1", key, at)
                .execute(connection)
                .await?;
        }
        DatasetImport::Into { id, head, versions } => {
            get(connection, id).await?;
            let now = find_head(connection, id).await?.map_or(0, |version| version.number);
            if now != head {
                return Err(StoreError::DatasetMoved { head: now });
            }
            insert_versions(connection, id, versions).await?;
        }
    }
    Ok(())
}

async fn insert_versions(
    connection: &mut SqliteConnection,
    dataset_id: DatasetId,
    versions: Vec<BroughtVersion>,
) -> Result<(), StoreError> {
    for BroughtVersion { number, note, author, created_at, cases } in versions {
        let count = cases.count();
        let PackedCases { columns, chunks, content_hash } = cases;
        let hashes = hashes(&chunks);
        let fresh = chunks.into_iter().filter_map(|chunk| match chunk.data {
            Data::New(blob) => Some(blob),
            Data::Kept(_) => None,
        });
        insert_blobs(connection, fresh.collect()).await?;
        let version = DatasetVersion {
            dataset_id,
            number,
            content_hash,
            columns,
            cases: count,
            note,
            author,
            created_at,
        };
        insert_version(connection, version, &hashes).await?;
    }
    Ok(())
}
