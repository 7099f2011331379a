//! A signer that knows one key, for tests that are not about where keys come from.

use formaops_domain::{
    Failure, KeyRef, Origin, Scrubber,
    ports::{KeyPlacement, RequestHeaders, Signer},
};

/// Signs every request with the same key.
pub struct FixedSigner(String);

impl FixedSigner {
    /// Signs with `key`.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }
}

impl Signer for FixedSigner {
    fn sign(
        &self,
        _: &KeyRef,
        _: &Origin,
        placement: KeyPlacement,
        headers: &mut RequestHeaders,
    ) -> Result<(), Failure> {
        match placement {
            KeyPlacement::Bearer => headers.add_secret("authorization", format!("Bearer {}", self.0)),
        }
        Ok(())
    }

    fn scrubber(&self, _: &KeyRef) -> Scrubber {
        Scrubber::new([self.0.as_str()])
    }
}
