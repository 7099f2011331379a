//! Images and files in messages.

use bytes::Bytes;

/// An image or a file that is sent along with the text of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Its media type, such as `image/png` or `application/pdf`.
    pub media_type: String,
    /// Its name as a file, where it has one.
    pub name: Option<String>,
    /// Where its bytes are.
    pub source: MediaSource,
}

/// Where the bytes of an image or file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaSource {
    /// Here; they are sent with the request.
    Bytes(Bytes),
    /// At an address that the provider fetches them from.
    Url(url::Url),
}

impl Media {
    /// Whether it is an image.
    #[must_use]
    pub fn is_image(&self) -> bool {
        self.media_type.starts_with("image/")
    }

    /// How many tokens it comes to at most, by [`media_tokens`].
    #[must_use]
    pub fn estimated_tokens(&self) -> u64 {
        let bytes = match &self.source {
            MediaSource::Bytes(bytes) => bytes.len() as u64,
            MediaSource::Url(_) => 0,
        };
        media_tokens(self.is_image(), bytes)
    }
}

/// How many tokens an image or a file comes to at most. Every vendor counts its own way, by size in pixels and by
/// pages, so this is rather too much: no vendor of the catalogue counts more than 5,000 for an image, and a file has
/// hardly more than a token in four bytes.
#[must_use]
pub const fn media_tokens(is_image: bool, bytes: u64) -> u64 {
    if is_image { 5_000 } else { bytes.div_ceil(4) }
}
