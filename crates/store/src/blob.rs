//! Large texts: compressed with zstd, addressed by the BLAKE3 hash of what they hold, stored once.

use crate::{
    StoreError,
    column::{Int, Key},
};
use sqlx::{QueryBuilder, SqliteConnection};
use std::{cell::Cell, io::Read};
use zstd::{bulk::Compressor, zstd_safe::DCtx};

/// Level 3 is zstd's own default: about 300 MB/s here, and most of what higher levels gain on text.
const LEVEL: i32 = 3;

pub(crate) type BlobHash = [u8; 32];

/// Something to be stored, compressed by whoever brings it, so that the writer need not.
#[derive(Debug, Clone)]
pub(crate) struct Blob {
    pub(crate) hash: BlobHash,
    pub(crate) size: u64,
    pub(crate) data: Vec<u8>,
}

impl Blob {
    pub(crate) fn new(content: &[u8]) -> Result<Self, StoreError> {
        let data = compress(content)?;
        Ok(Self { hash: *blake3::hash(content).as_bytes(), size: content.len() as u64, data })
    }

    pub(crate) fn of_json(value: &impl serde::Serialize) -> Result<Self, StoreError> {
        Self::new(&serde_json::to_vec(value).map_err(StoreError::unreadable)?)
    }

    /// A blob that is not needed where there is nothing to keep.
    pub(crate) fn of_text(text: &str) -> Result<Option<Self>, StoreError> {
        if text.is_empty() { Ok(None) } else { Self::new(text.as_bytes()).map(Some) }
    }

    /// A blob from pieces that are compressed already: zstd frames that stand one behind the other are
    /// themselves a valid stream, so only the hash needs them unpacked.
    pub(crate) fn from_compressed<'a>(
        pieces: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, StoreError> {
        let (mut hasher, mut data) = (blake3::Hasher::new(), Vec::new());
        for piece in pieces {
            hasher.update(&decompress(piece)?);
            data.extend_from_slice(piece);
        }
        Ok(Self { hash: *hasher.finalize().as_bytes(), size: hasher.count(), data })
    }
}

/// A blob by its hash, and what of it is to be stored: nothing where another text that is kept is the very same.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) hash: BlobHash,
    pub(crate) new: Option<Blob>,
}

impl Shared {
    /// A value as JSON beside texts that are kept: an answer that is nothing but compact JSON says the same as its value.
    pub(crate) fn of_json(value: &impl serde::Serialize, kept: &[BlobHash]) -> Result<Self, StoreError> {
        let content = serde_json::to_vec(value).map_err(StoreError::unreadable)?;
        let hash = *blake3::hash(&content).as_bytes();
        let new = if kept.contains(&hash) { None } else { Some(Blob::new(&content)?) };
        Ok(Self { hash, new })
    }
}

thread_local! {
    // What zstd needs for its work takes longer to make than most texts take to pack or unpack.
    static COMPRESSOR: Cell<Option<Compressor<'static>>> = const { Cell::new(None) };
    static DECOMPRESSOR: Cell<Option<DCtx<'static>>> = const { Cell::new(None) };
}

pub(crate) fn compress(content: &[u8]) -> Result<Vec<u8>, StoreError> {
    let pack = || {
        let mut compressor = COMPRESSOR.take().map_or_else(|| Compressor::new(LEVEL), Ok)?;
        let data = compressor.compress(content)?;
        // After an error it is not kept.
        COMPRESSOR.set(Some(compressor));
        Ok(data)
    };
    pack().map_err(|error: std::io::Error| StoreError::unreadable(error))
}

pub(crate) fn decompress(data: &[u8]) -> Result<Vec<u8>, StoreError> {
    let mut context = DECOMPRESSOR.take().unwrap_or_default();
    let mut content = Vec::new();
    let mut stream = zstd::Decoder::with_context(data, &mut context);
    stream.read_to_end(&mut content).map_err(StoreError::unreadable)?;
    drop(stream);
    DECOMPRESSOR.set(Some(context));
    Ok(content)
}

/// A part of what a blob holds, without unpacking what follows it.
pub(crate) fn decompress_range(data: &[u8], offset: u64, length: u64) -> Result<Vec<u8>, StoreError> {
    let read = || {
        let mut stream = zstd::Decoder::new(data)?;
        std::io::copy(&mut stream.by_ref().take(offset), &mut std::io::sink())?;
        let mut part = Vec::new();
        stream.take(length).read_to_end(&mut part)?;
        Ok(part)
    };
    read().map_err(|error: std::io::Error| StoreError::unreadable(error))
}

/// The most blobs of one statement.
const MOST_AT_ONCE: usize = 256;

/// Stores blobs unless they are there, many at once.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    blobs: impl IntoIterator<Item = Blob> + Send,
) -> Result<(), StoreError> {
    let mut blobs = blobs.into_iter().collect::<Vec<_>>().into_iter();
    while blobs.len() > 0 {
        let some = blobs.by_ref().take(MOST_AT_ONCE);
        let is_one = some.len() == 1;
        let mut query = QueryBuilder::new("insert into blobs (hash, size, data) ");
        query.push_values(some, |mut row, blob| {
            row.push_bind(Key(blob.hash)).push_bind(Int(blob.size)).push_bind(blob.data);
        });
        query.push(" on conflict (hash) do nothing");
        // Only the statement for one comes again and again, and is worth being kept ready.
        query.build().persistent(is_one).execute(&mut *connection).await?;
    }
    Ok(())
}

/// JSON that was stored as a blob.
pub(crate) fn json<T: serde::de::DeserializeOwned>(data: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(&decompress(data)?).map_err(StoreError::unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_damaged_is_refused_and_harms_nothing_after_it() {
        let packed = compress(&b"text ".repeat(1000)).unwrap();
        for length in [0, 4, packed.len() / 2, packed.len() - 1] {
            assert!(decompress(&packed[..length]).is_err(), "{length} of {}", packed.len());
            assert_eq!(decompress(&packed).unwrap().len(), 5000);
        }
    }

    #[test]
    fn a_value_that_a_kept_text_says_is_not_stored_twice() {
        let text = Blob::new(br#"{"b":1,"a":[2]}"#).unwrap();
        let value: serde_json::Value = serde_json::from_str(r#"{ "b": 1, "a": [2] }"#).unwrap();
        let shared = Shared::of_json(&value, &[[0; 32], text.hash]).unwrap();
        assert_eq!((shared.hash, shared.new.is_none()), (text.hash, true));
        let own = Shared::of_json(&value, &[[0; 32]]).unwrap();
        assert_eq!(own.new.map(|blob| blob.hash), Some(text.hash));
    }

    #[test]
    fn pieces_make_the_blob_that_the_whole_makes() {
        let whole = Blob::new(b"one two three").unwrap();
        let pieces: Vec<_> = [b"one ".as_slice(), b"two ", b"three"].map(|p| compress(p).unwrap()).into();
        let joined = Blob::from_compressed(pieces.iter().map(Vec::as_slice)).unwrap();
        assert_eq!((joined.hash, joined.size), (whole.hash, whole.size));
        assert_eq!(decompress(&joined.data).unwrap(), b"one two three");
        assert_eq!(decompress_range(&joined.data, 2, 6).unwrap(), b"e two ");
        assert_eq!(decompress_range(&joined.data, 99, 6).unwrap(), b"");
    }
}
