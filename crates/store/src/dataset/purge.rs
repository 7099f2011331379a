//! Deleting for good what is in the bin.

use super::{get, save::delete_unnamed};
use crate::{Store, StoreError, blob::BlobHash, column::Key, linked::forget_file};
use formaops_domain::{DatasetId, LinkedId};
use sqlx::SqliteConnection;

impl Store {
    /// Deletes a dataset in the bin for good, with its versions and those of its cases that no other dataset has. Runs
    /// stay as they were: they keep the cases that they ran.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::NotInBin`], and [`StoreError::InUse`] where a suite that is not in the bin
    /// names it.
    pub async fn purge_dataset(&self, id: DatasetId) -> Result<(), StoreError> {
        self.write(move |connection| Box::pin(purge(connection, id))).await
    }
}

async fn purge(connection: &mut SqliteConnection, id: DatasetId) -> Result<(), StoreError> {
    let dataset = get(connection, id).await?;
    let (key, text) = (Key(id), id.to_string());
    let name = dataset.name.to_string();
    if dataset.deleted_at.is_none() {
        return Err(StoreError::NotInBin { noun: "dataset", name });
    }
    let suite = sqlx::query_scalar!(
        "select name from suites where spec ->> '$.dataset.datasetId' = ?1 and deleted_at is null order by name limit 1",
        text
    )
    .fetch_optional(&mut *connection)
    .await?;
    if let Some(suite) = suite {
        return Err(StoreError::InUse { name, suite });
    }
    let blobs = sqlx::query_scalar!(
        r#"select distinct data as "data: Key<BlobHash>" from dataset_chunks where dataset = ?1"#,
        key
    )
    .fetch_all(&mut *connection)
    .await?;
    forget_file(connection, LinkedId::Dataset(id)).await?;
    sqlx::query!("delete from dataset_chunks where dataset = ?1", key).execute(&mut *connection).await?;
    sqlx::query!("delete from dataset_versions where dataset = ?1", key).execute(&mut *connection).await?;
    sqlx::query!("delete from datasets where id = ?1", key).execute(&mut *connection).await?;
    delete_unnamed(connection, blobs.into_iter().map(|hash| hash.0)).await
}
