//! Identifiers: UUIDv7 in 16 bytes, shown in the TypeID form `prefix_` + 26 characters.
//!
//! Source of the text form: the TypeID specification 0.3 (Crockford base 32, lower case).

use std::{fmt, str::FromStr};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 26;

/// Why a text is not an identifier of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id that starts with `{prefix}_`")]
pub struct InvalidId {
    /// The prefix that was expected, without the underscore.
    pub prefix: &'static str,
    /// The text as it was given.
    pub text: String,
}

fn encode(id: u128) -> String {
    (0..LENGTH).rev().map(|place| char::from(ALPHABET[((id >> (5 * place)) & 31) as usize])).collect()
}

fn decode(text: &str) -> Option<u128> {
    // 26 characters hold 130 bits: a first character over 7 would overflow.
    if text.len() != LENGTH || text.as_bytes()[0] > b'7' {
        return None;
    }
    text.bytes().try_fold(0u128, |id, byte| {
        let digit = ALPHABET.iter().position(|&letter| letter == byte)?;
        Some((id << 5) | digit as u128)
    })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// What the text form starts with, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// Wraps a UUID that something outside has made.
            #[must_use]
            pub const fn from_uuid(uuid: uuid::Uuid) -> Self {
                Self(uuid)
            }

            /// The 16 bytes as the store keeps them.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The id that has these 16 bytes; `None` for any other length.
            #[must_use]
            pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
                uuid::Uuid::from_slice(bytes).ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), encode(self.0.as_u128()))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(decode)
                    .map(|id| Self(uuid::Uuid::from_u128(id)))
                    .ok_or_else(|| InvalidId { prefix: $prefix, text: text.to_owned() })
            }
        }

        text_serde!($name, concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$"));
    )*};
}

/// Serialises a type through `Display` and `FromStr`, and describes it as a string.
macro_rules! text_serde {
    ($name:ident $(, $pattern:expr)?) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string" $(, "pattern": $pattern)? })
            }
        }
    };
}
pub(crate) use text_serde;

ids! {
    /// A workspace: one local store.
    WorkspaceId = "wsp";
    /// Whoever did something: a person, an API key, an agent, the system.
    ActorId = "act";
    /// A prompt, whatever its name is today.
    PromptId = "prm";
    /// A configured endpoint that serves models.
    ProviderId = "prv";
    /// A key of a provider: where it is found, never what it is.
    ProviderKeyId = "pky";
    /// One request of the user to execute something.
    RunId = "run";
    /// One cell of a run.
    ExecutionId = "exe";
    /// One try of an execution on the wire.
    AttemptId = "att";
    /// A request that left this machine.
    EgressId = "egr";
    /// One call of an operation, as logs and the audit trail name it.
    CallId = "call";
    /// A key for the HTTP host.
    ApiKeyId = "key";
    /// A limit to what may be spent.
    BudgetId = "bud";
    /// A dataset, whatever its name is today.
    DatasetId = "dst";
    /// A suite, whatever its name is today.
    SuiteId = "sut";
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_text_form_is_the_one_of_the_typeid_specification() {
        let id = PromptId::from_uuid(uuid::Uuid::from_u128(0x0188_bac7_4afa_78aa_bc3b_bd1e_ef28_d881));
        assert_eq!(id.to_string(), "prm_01h2xcejqtf2nbrexx3vqjhp41");
    }

    #[test]
    fn a_wrong_prefix_a_wrong_letter_and_an_overflow_are_refused() {
        for text in [
            "run_01h2xcejqtf2nbrexx3vqjhp41",
            "prm_01h2xcejqtf2nbrexx3vqjhpu1",
            "prm_81h2xcejqtf2nbrexx3vqjhp41",
            "prm_",
            "",
        ] {
            assert!(text.parse::<PromptId>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_id_is_read_back_from_its_text(raw: u128) {
            let id = RunId::from_uuid(uuid::Uuid::from_u128(raw));
            prop_assert_eq!(id.to_string().parse::<RunId>().unwrap(), id);
        }
    }
}
