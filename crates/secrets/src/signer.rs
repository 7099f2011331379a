//! The signer for keys in environment variables.

use crate::{
    environment::Environment,
    key::{Key, Unusable},
};
use formaops_domain::{
    EnvName, ErrorClass, Failure, KeyRef, Origin, Scrubber,
    ports::{KeyPlacement, RequestHeaders, Signer},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether a reference leads to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    /// There is a key.
    Found,
    /// There is none, or what is there cannot be a key.
    Missing,
}

/// Signs with keys of the environment as it was when the process started.
#[derive(Debug)]
pub struct EnvSigner {
    environment: Environment,
}

impl EnvSigner {
    /// Signs with the keys of this environment.
    #[must_use]
    pub const fn new(environment: Environment) -> Self {
        Self { environment }
    }

    /// Signs with the keys of this process's environment.
    #[must_use]
    pub fn from_process_env() -> Self {
        Self::new(Environment::of_process())
    }

    /// Whether a reference leads to a key, for people who set up a provider.
    #[must_use]
    pub fn key_state(&self, key: &KeyRef) -> KeyState {
        match self.get_key(key) {
            Ok(_) => KeyState::Found,
            Err(_) => KeyState::Missing,
        }
    }

    fn get_key(&self, key: &KeyRef) -> Result<&Key, Failure> {
        let KeyRef::Env { name } = key;
        match self.environment.find(name) {
            Some(Ok(key)) => Ok(key),
            Some(Err(why)) => Err(unusable(name, why)),
            None => Err(Failure::new(
                ErrorClass::NoKey,
                format!("the environment variable `{name}` is not set"),
                set_it(name),
            )),
        }
    }
}

fn set_it(name: &EnvName) -> String {
    format!("Set it, for example with `export {name}=…`, and start FormaOps again from there.")
}

fn unusable(name: &EnvName, why: Unusable) -> Failure {
    let what = match why {
        Unusable::Empty => "is empty",
        Unusable::Control => "holds a line break or another control character",
        Unusable::NotAscii => "holds characters that no key has",
    };
    Failure::new(ErrorClass::NoKey, format!("the environment variable `{name}` {what}"), set_it(name))
}

impl Signer for EnvSigner {
    fn sign(
        &self,
        key: &KeyRef,
        origin: &Origin,
        placement: KeyPlacement,
        headers: &mut RequestHeaders,
    ) -> Result<(), Failure> {
        if !origin.may_carry_key() {
            return Err(Failure::new(
                ErrorClass::NoKey,
                format!("the key `{key}` is not sent to `{origin}`: the connection is not encrypted"),
                "Use an `https` address, or remove the key from the provider.",
            ));
        }
        let key = self.get_key(key)?;
        match placement {
            KeyPlacement::Bearer => {
                headers.add_secret("authorization", format!("Bearer {}", key.expose()));
            }
        }
        Ok(())
    }

    fn scrubber(&self, key: &KeyRef) -> Scrubber {
        // Where there is no key, nothing can come back.
        self.get_key(key).map_or_else(|_| Scrubber::default(), |key| Scrubber::new([key.expose()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANARY: &str = "sk-canary-0123456789";

    fn reference(name: &str) -> KeyRef {
        KeyRef::Env { name: name.parse().unwrap() }
    }

    fn signer(name: &str, value: &str) -> EnvSigner {
        EnvSigner::new(Environment::from_pairs([(name, value), ("AWS_SECRET_ACCESS_KEY", "other")]))
    }

    fn sign(signer: &EnvSigner, name: &str, origin: &str) -> Result<Vec<(&'static str, String)>, Failure> {
        let mut headers = RequestHeaders::default();
        let origin = origin.parse().unwrap();
        signer.sign(&reference(name), &origin, KeyPlacement::Bearer, &mut headers)?;
        Ok(headers.into_inner())
    }

    #[test]
    fn a_request_to_an_encrypted_origin_or_to_this_machine_carries_the_key() {
        let signer = signer("OPENAI_API_KEY", "sk-canary-0123456789\n");
        for origin in ["https://api.openai.com", "http://127.0.0.1:8000", "http://localhost:11434"] {
            let headers = sign(&signer, "OPENAI_API_KEY", origin).unwrap();
            assert_eq!(headers, [("authorization", format!("Bearer {CANARY}"))], "{origin}");
        }
    }

    #[test]
    fn a_key_never_travels_in_the_clear_to_another_machine() {
        let signer = signer("OPENAI_API_KEY", CANARY);
        let failure = sign(&signer, "OPENAI_API_KEY", "http://192.168.0.7:8000").unwrap_err();
        assert_eq!(failure.class, ErrorClass::NoKey);
        assert!(failure.message.contains("`http://192.168.0.7:8000`"), "{failure}");
        assert!(!format!("{failure:?}").contains("canary"));
    }

    #[test]
    fn a_variable_that_holds_no_key_is_named_with_what_to_do() {
        for (value, what) in [
            (None, "`X_API_KEY` is not set"),
            (Some(""), "`X_API_KEY` is empty"),
            (Some(" \n"), "`X_API_KEY` is empty"),
            (Some("a\nb"), "line break"),
            (Some("schlüssel"), "no key has"),
        ] {
            let signer = EnvSigner::new(Environment::from_pairs(value.map(|value| ("X_API_KEY", value))));
            let failure = sign(&signer, "X_API_KEY", "https://example.com").unwrap_err();
            assert_eq!(failure.class, ErrorClass::NoKey);
            assert!(failure.message.contains(what), "{failure}");
            assert!(failure.hint.contains("export X_API_KEY=…"), "{}", failure.hint);
            assert_eq!(signer.key_state(&reference("X_API_KEY")), KeyState::Missing);
        }
    }

    #[test]
    fn what_comes_back_is_scrubbed_of_the_live_key() {
        let signer = signer("HF_TOKEN", CANARY);
        let scrubbed = signer.scrubber(&reference("HF_TOKEN")).scrub("wrong key sk-canary-0123456789!");
        assert_eq!(scrubbed, "wrong key [redacted]!");
        assert!(signer.scrubber(&reference("OTHER_TOKEN")).is_empty());
    }

    #[test]
    fn nothing_that_can_be_printed_shows_a_key() {
        let signer = signer("OPENAI_API_KEY", CANARY);
        let key = reference("OPENAI_API_KEY");
        let mut headers = RequestHeaders::default();
        let origin = "https://api.openai.com".parse().unwrap();
        signer.sign(&key, &origin, KeyPlacement::Bearer, &mut headers).unwrap();
        let shown = format!(
            "{signer:?} {signer:#?} {headers:?} {:?} {} {}",
            signer.scrubber(&key),
            serde_json::to_string(&key).unwrap(),
            serde_json::to_string(&signer.key_state(&key)).unwrap(),
        );
        assert!(!shown.contains("canary"), "{shown}");
        // Of the environment, only variables that may hold a key are ever kept.
        assert!(shown.contains("OPENAI_API_KEY") && !shown.contains("AWS_SECRET"), "{shown}");
    }
}
