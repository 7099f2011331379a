//! A key on its way into a request.

use crate::{
    KeyringError, Secret,
    key::Key,
    sigv4::{self, Scope},
};
use formaops_domain::{
    Failure, KeyRef, Origin, Scrubber,
    ports::{Credential, KeyPlacement, OutgoingRequest, Signer},
};
use futures::{FutureExt, future::BoxFuture};
use std::{fmt, sync::Arc};

/// A key that was found, for requests to one origin.
#[derive(Debug)]
pub(crate) struct BoundKey {
    key: Arc<Key>,
    origin: Origin,
}

impl BoundKey {
    /// The key for requests to `origin`, where it may travel there.
    pub(crate) fn bind(key: Arc<Key>, reference: &KeyRef, origin: &Origin) -> Result<Self, KeyringError> {
        if origin.may_carry_key() {
            return Ok(Self { key, origin: origin.clone() });
        }
        Err(KeyringError::OpenLine { key: reference.clone(), origin: origin.clone() })
    }
}

impl Credential for BoundKey {
    fn sign(&self, placement: &KeyPlacement, request: &mut OutgoingRequest) -> Result<(), Failure> {
        // Whoever found the key asked for one origin; a path that was joined badly must not lead elsewhere.
        let origin = Origin::of(&request.url);
        if origin != self.origin {
            return Err(KeyringError::OtherOrigin { bound: self.origin.clone(), origin }.into());
        }
        let bearer = || ("authorization", format!("Bearer {}", self.key.expose()));
        match placement {
            KeyPlacement::Bearer => request.secret_headers.push(bearer()),
            KeyPlacement::Header(name) => request.secret_headers.push((*name, self.key.expose().to_owned())),
            KeyPlacement::AwsSigV4 { region, service, at } => match self.key.aws() {
                Some(key) => sigv4::sign(&key, &Scope { region, service, at: *at }, request),
                None => request.secret_headers.push(bearer()),
            },
        }
        Ok(())
    }

    fn scrubber(&self) -> Scrubber {
        Scrubber::new(self.key.secrets())
    }
}

/// Signs with a key that is kept nowhere yet: to try it before it takes another's place.
pub struct Candidate(Arc<Key>);

impl Candidate {
    /// A key to try.
    ///
    /// # Errors
    /// Where the text is no key.
    pub fn new(secret: &Secret) -> Result<Self, KeyringError> {
        Key::read(secret.expose()).map(|key| Self(Arc::new(key))).map_err(KeyringError::unusable)
    }
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Candidate")
    }
}

impl Signer for Candidate {
    fn find<'a>(
        &'a self,
        key: &'a KeyRef,
        origin: &'a Origin,
    ) -> BoxFuture<'a, Result<Arc<dyn Credential>, Failure>> {
        let bound = BoundKey::bind(Arc::clone(&self.0), key, origin);
        async { Ok(Arc::new(bound?) as Arc<dyn Credential>) }.boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use formaops_domain::{ErrorClass, ports::HttpMethod};

    const AWS: &str = "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY:AQoDYXdzEPT";

    fn request(url: &str) -> OutgoingRequest {
        OutgoingRequest {
            method: HttpMethod::Post,
            url: url.parse().unwrap(),
            headers: Vec::new(),
            secret_headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    fn bound(key: &str) -> BoundKey {
        let reference = KeyRef::Env { name: "X_API_KEY".parse().unwrap() };
        let origin = "https://api.example.com".parse().unwrap();
        BoundKey::bind(Arc::new(Key::read(key).unwrap()), &reference, &origin).unwrap()
    }

    fn headers(key: &str, placement: &KeyPlacement) -> Vec<(&'static str, String)> {
        let mut request = request("https://api.example.com/v1/x");
        bound(key).sign(placement, &mut request).unwrap();
        assert!(!format!("{request:?}").contains(&key[4..]), "{request:?}");
        request.secret_headers
    }

    fn sigv4() -> KeyPlacement {
        KeyPlacement::AwsSigV4 {
            region: "eu-central-1".to_owned(),
            service: "bedrock",
            at: "2015-08-30T12:36:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_key_stands_where_its_wire_wants_it() {
        let bearer = [("authorization", "Bearer sk-canary-1".to_owned())];
        assert_eq!(headers("sk-canary-1", &KeyPlacement::Bearer), bearer);
        assert_eq!(headers("sk-canary-1", &sigv4()), bearer);
        let named = KeyPlacement::Header("x-goog-api-key");
        assert_eq!(headers("sk-canary-1", &named), [("x-goog-api-key", "sk-canary-1".to_owned())]);
        let signed = headers(AWS, &sigv4());
        let names: Vec<_> = signed.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["x-amz-date", "x-amz-security-token", "authorization"]);
        assert!(!format!("{signed:?}").contains("wJalrXUt"), "the secret signs and does not travel");
    }

    #[test]
    fn a_request_that_goes_elsewhere_gets_no_key() {
        for url in
            ["https://evil.example.com/v1", "http://api.example.com/v1", "https://api.example.com:8443/v1"]
        {
            let mut request = request(url);
            let failure = bound("sk-canary-1").sign(&KeyPlacement::Bearer, &mut request).unwrap_err();
            assert_eq!(failure.class, ErrorClass::NoKey, "{url}");
            assert!(request.secret_headers.is_empty(), "{url}");
        }
    }

    #[test]
    fn every_part_of_a_key_is_taken_out_of_what_comes_back() {
        let scrubber = bound(AWS).scrubber();
        for part in AWS.split(':').chain([AWS]) {
            assert_eq!(scrubber.scrub(&format!("<{part}>")), "<[redacted]>");
        }
    }
}
