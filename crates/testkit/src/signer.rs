//! A signer that knows one key, for tests that are not about where keys come from.

use formaops_domain::{
    Failure, KeyRef, Origin, Scrubber,
    ports::{Credential, KeyPlacement, OutgoingRequest, Signer},
};
use futures::{FutureExt as _, future::BoxFuture};
use std::sync::Arc;

/// Signs every request with the same key.
pub struct FixedSigner(Arc<FixedKey>);

struct FixedKey(String);

impl FixedSigner {
    /// Signs with `key`.
    pub fn new(key: impl Into<String>) -> Self {
        Self(Arc::new(FixedKey(key.into())))
    }
}

impl Signer for FixedSigner {
    fn find<'a>(
        &'a self,
        _: &'a KeyRef,
        _: &'a Origin,
    ) -> BoxFuture<'a, Result<Arc<dyn Credential>, Failure>> {
        let key: Arc<dyn Credential> = Arc::clone(&self.0) as _;
        async { Ok(key) }.boxed()
    }
}

impl Credential for FixedKey {
    /// Puts the key where the placement says. A signature is not worked out: the header says what it
    /// would be made for.
    fn sign(&self, placement: &KeyPlacement, request: &mut OutgoingRequest) -> Result<(), Failure> {
        request.secret_headers.push(match placement {
            KeyPlacement::Bearer => ("authorization", format!("Bearer {}", self.0)),
            KeyPlacement::Header(name) => (*name, self.0.clone()),
            KeyPlacement::AwsSigV4 { region, service, .. } => {
                ("authorization", format!("AWS4 {region} {service} {}", self.0))
            }
        });
        Ok(())
    }

    fn scrubber(&self) -> Scrubber {
        Scrubber::new([self.0.as_str()])
    }
}
