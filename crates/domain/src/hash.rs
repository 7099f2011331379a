//! Names made from content: BLAKE3 over canonical JSON (RFC 8785), or over bytes as they are.

use crate::id::text_serde;
use std::{fmt, str::FromStr};

/// Why a text is not a hash of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a hash: expected {expected}")]
pub struct InvalidHash {
    /// What such a hash looks like.
    pub expected: &'static str,
    /// The text as it was given.
    pub text: String,
}

/// BLAKE3 of the canonical JSON of `value`.
///
/// # Panics
/// Where `value` does not serialise to JSON, or holds a number that JSON cannot; no domain type does.
#[must_use]
pub fn canonical_hash(value: &impl serde::Serialize) -> [u8; 32] {
    let json = serde_json_canonicalizer::to_vec(value).expect("domain types serialise to JSON");
    *blake3::hash(&json).as_bytes()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !lower {
        return None;
    }
    blake3::Hash::from_hex(text).ok().map(|hash| *hash.as_bytes())
}

macro_rules! hashes {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// The hash with these 32 bytes.
            #[must_use]
            pub const fn from_array(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The 32 bytes as the store keeps them.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// The hash that has these bytes; `None` for any other length than 32.
            #[must_use]
            pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// The short form for people: the prefix and 12 hexadecimal digits.
            #[must_use]
            pub fn short(&self) -> String {
                let mut text = self.to_string();
                text.truncate($prefix.len() + 12);
                text
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), blake3::Hash::from_bytes(self.0).to_hex())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.short())
            }
        }

        impl FromStr for $name {
            type Err = InvalidHash;

            fn from_str(text: &str) -> Result<Self, InvalidHash> {
                text.strip_prefix($prefix).and_then(from_hex).map(Self).ok_or_else(|| InvalidHash {
                    expected: concat!("`", $prefix, "` and 64 hexadecimal digits"),
                    text: text.to_owned(),
                })
            }
        }

        text_serde!($name, concat!("^", $prefix, "[0-9a-f]{64}$"));
    )*};
}

hashes! {
    /// Names a version: BLAKE3 of its content hash, parents, author, time and note.
    VersionId = "ver_";
    /// Names what a version holds, whoever saved it and when.
    ContentHash = "cnt_";
    /// Names what was sent to a model: wire, model and body, without address, headers or key.
    RequestHash = "req_";
    /// Names the bytes of an image or a file: BLAKE3 of them as they are.
    AttachmentHash = "att_";
    /// Names the bytes of a linked file: BLAKE3 of them as they are.
    FileHash = "fil_";
    /// Names a state in the audit trail: BLAKE3 of its text.
    StateHash = "sta_";
    /// Names an event of the audit trail and, through the one before it, all that came before.
    ChainHash = "aud_";
}

impl AttachmentHash {
    /// The name of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

impl FileHash {
    /// The name of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_keys_does_not_change_the_hash_but_a_value_does() {
        let first = canonical_hash(&json!({ "a": 1, "b": [true, null] }));
        assert_eq!(first, canonical_hash(&json!({ "b": [true, null], "a": 1 })));
        assert_ne!(first, canonical_hash(&json!({ "a": 2, "b": [true, null] })));
    }

    #[test]
    fn a_hash_is_read_back_from_its_text_and_shortened_for_people() {
        let id = VersionId::from_array(canonical_hash(&json!("x")));
        assert_eq!(id.to_string().parse::<VersionId>().unwrap(), id);
        assert_eq!(id.short().len(), 16);
        assert!("ver_12".parse::<VersionId>().is_err());
        assert!(id.to_string().to_uppercase().parse::<VersionId>().is_err());
    }
}
