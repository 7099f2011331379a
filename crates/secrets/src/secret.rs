//! A text that comes in and never goes out again.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{borrow::Cow, fmt};
use zeroize::Zeroizing;

/// A key or passphrase as somebody gave it.
///
/// It can be read from a request and not be written into one: it does not implement `Serialize`, its
/// `Debug` prints nothing of it, and its schema says `writeOnly`. Its memory is overwritten when it is
/// dropped.
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The error of an ordinary text would quote what stands in its place.
        let text =
            String::deserialize(deserializer).map_err(|_| D::Error::custom("a secret must be a text"))?;
        Ok(text.into())
    }
}

impl JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "writeOnly": true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_and_neither_shown_nor_quoted_in_an_error() {
        let secret: Secret = serde_json::from_str(r#""sk-canary""#).unwrap();
        assert_eq!((secret.expose(), format!("{secret:?}").as_str()), ("sk-canary", "Secret"));
        for wrong in ["12345678", r#"{"12345678":1}"#, r#"["12345678"]"#] {
            let error = serde_json::from_str::<Secret>(wrong).unwrap_err().to_string();
            assert!(!error.contains("12345678"), "{error}");
        }
    }
}
