//! Records that people refer to by name and programs by id.

use formaops_domain::{
    DatasetId, DatasetName, InvalidName, LinkedId, PromptId, PromptName, SuiteId, SuiteName,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt, str::FromStr};

macro_rules! record_keys {
    ($($(#[$doc:meta])* $key:ident($id:ident, $name:ident): $words:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $key {
            /// By identity.
            Id($id),
            /// By name.
            Name($name),
        }

        impl FromStr for $key {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                match text.parse() {
                    Ok(id) => Ok(Self::Id(id)),
                    Err(_) => text.parse().map(Self::Name),
                }
            }
        }

        impl fmt::Display for $key {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    Self::Id(id) => id.fmt(f),
                    Self::Name(name) => name.fmt(f),
                }
            }
        }

        impl Serialize for $key {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $key {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Cow::<str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $key {
            fn schema_name() -> Cow<'static, str> {
                stringify!($key).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "description": $words })
            }
        }
    )+};
}

record_keys! {
    /// A prompt by its id or its name.
    PromptKey(PromptId, PromptName): "A prompt's id or name";
    /// A dataset by its id or its name.
    DatasetKey(DatasetId, DatasetName): "A dataset's id or name";
    /// A suite by its id or its name.
    SuiteKey(SuiteId, SuiteName): "A suite's id or name";
    /// What a linked file is of: a prompt by its id or its name, a dataset or a suite by its id.
    LinkedKey(LinkedId, PromptName): "A prompt's id or name, or the id of a dataset or a suite";
}
