//! Secrets that this program makes itself: only their hashes are kept.

use crate::{ApiError, ErrorCode};

/// 256 random bits in hexadecimal.
pub(crate) fn new_secret() -> Result<String, ApiError> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        ApiError::new(ErrorCode::Internal, format!("the system gives no randomness: {error}"), "")
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// SHA-256 of a secret. The secret has 256 random bits, so nothing slower is needed.
pub(crate) fn hash(secret: &str) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(secret).into()
}
