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
}
