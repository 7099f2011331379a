//! The bytes of images and files, as blobs: kept once, whichever messages name them.

use crate::{
    Store, StoreError,
    blob::{self, Blob},
    column::{Int, Key},
};
use formaops_domain::{AttachmentHash, Content};
use sqlx::SqliteConnection;

/// Refuses content with an attachment whose bytes are not here, or are not as many as it says. Blobs are
/// never removed, so what was found stays.
pub(crate) async fn check(connection: &mut SqliteConnection, content: &Content) -> Result<(), StoreError> {
    for (place, attachment) in content.body.attachments() {
        let hash = Key(attachment.hash);
        let found = sqlx::query!(r#"select size as "size: Int<u64>" from blobs where hash = ?1"#, hash)
            .fetch_optional(&mut *connection)
            .await?;
        let size = found.map(|blob| blob.size.0);
        if size != Some(attachment.bytes) {
            let (name, bytes) = (attachment.name.clone(), attachment.bytes);
            return Err(match size {
                None => StoreError::NoAttachment { place, name },
                Some(size) => StoreError::OtherAttachment { place, name, bytes, size },
            });
        }
    }
    Ok(())
}

impl Store {
    /// Keeps the bytes of an attachment, unless they are here, and answers their name.
    pub async fn put_attachment(&self, bytes: Vec<u8>) -> Result<AttachmentHash, StoreError> {
        // Compressing takes a while where they are many, and nobody else shall wait for it.
        let blob = tokio::task::spawn_blocking(move || Blob::new(&bytes)).await;
        let blob = blob.map_err(StoreError::unreadable)??;
        let hash = AttachmentHash::from_array(blob.hash);
        self.write(move |connection| Box::pin(blob::insert(connection, [blob]))).await?;
        Ok(hash)
    }

    /// The bytes of an attachment, where they are here.
    pub async fn find_attachment(&self, hash: AttachmentHash) -> Result<Option<Vec<u8>>, StoreError> {
        let key = Key(hash);
        let found = sqlx::query_scalar!("select data from blobs where hash = ?1", key)
            .fetch_optional(self.readers())
            .await?;
        let Some(data) = found else { return Ok(None) };
        let bytes = tokio::task::spawn_blocking(move || blob::decompress(&data)).await;
        bytes.map_err(StoreError::unreadable)?.map(Some)
    }

    /// The bytes of an attachment.
    pub async fn get_attachment(&self, hash: AttachmentHash) -> Result<Vec<u8>, StoreError> {
        let found = self.find_attachment(hash).await?;
        found.ok_or_else(|| StoreError::not_found("attachment", hash))
    }

    /// Whether all attachments of some content are here, as it is checked again when the content is kept.
    ///
    /// # Errors
    /// [`StoreError::NoAttachment`] or [`StoreError::OtherAttachment`] for the first that is not.
    pub async fn check_attachments(&self, content: &Content) -> Result<(), StoreError> {
        check(&mut *self.readers().acquire().await?, content).await
    }
}
