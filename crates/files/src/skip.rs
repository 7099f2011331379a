//! Files that are left alone, and why.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A file that is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    /// Its path in the folder.
    pub path: String,
    /// Why.
    pub reason: SkipReason,
    /// The same, for people, with what to do.
    pub message: String,
}

/// Why a file is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SkipReason {
    /// Its path is no name.
    Name,
    /// Another file has the same name but for the case of letters.
    Twin,
    /// It is a link.
    Link,
    /// It is too large.
    Large,
    /// It is no text.
    Binary,
    /// It is no UTF-8.
    Encoding,
    /// It cannot be read.
    Unreadable,
    /// It lies too deep, or there are too many.
    Limit,
    /// It is a dataset or a suite, and the folder is not trusted.
    Untrusted,
}

impl Skipped {
    /// A file that is left alone.
    #[must_use]
    pub fn new(path: impl Into<String>, reason: SkipReason, message: impl Into<String>) -> Self {
        Self { path: path.into(), reason, message: message.into() }
    }
}
