//! Images and files as text.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Bytes in base 64.
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Bytes as a `data:` URL.
pub(crate) fn data_url(media_type: &str, bytes: &[u8]) -> String {
    format!("data:{media_type};base64,{}", base64(bytes))
}
