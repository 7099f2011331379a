//! What can stand in a file of the linked folder.

use crate::{DatasetId, InvalidId, PromptId, SuiteId, id::text_serde};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A kind of what can stand in a file. Each can name those before it, never one behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LinkedKind {
    /// A prompt.
    Prompt,
    /// A dataset.
    Dataset,
    /// A suite.
    Suite,
}

/// A prompt, a dataset or a suite, whatever its name is today. The order is that of their kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkedId {
    /// A prompt.
    Prompt(PromptId),
    /// A dataset.
    Dataset(DatasetId),
    /// A suite.
    Suite(SuiteId),
}

impl LinkedId {
    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> LinkedKind {
        match self {
            Self::Prompt(_) => LinkedKind::Prompt,
            Self::Dataset(_) => LinkedKind::Dataset,
            Self::Suite(_) => LinkedKind::Suite,
        }
    }

    /// The 16 bytes as the store keeps them, beside the kind.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        match self {
            Self::Prompt(id) => id.as_bytes(),
            Self::Dataset(id) => id.as_bytes(),
            Self::Suite(id) => id.as_bytes(),
        }
    }

    /// The id of this kind that has these 16 bytes; `None` for any other length.
    #[must_use]
    pub fn from_bytes(kind: LinkedKind, bytes: &[u8]) -> Option<Self> {
        match kind {
            LinkedKind::Prompt => PromptId::from_bytes(bytes).map(Self::Prompt),
            LinkedKind::Dataset => DatasetId::from_bytes(bytes).map(Self::Dataset),
            LinkedKind::Suite => SuiteId::from_bytes(bytes).map(Self::Suite),
        }
    }
}

impl fmt::Display for LinkedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prompt(id) => id.fmt(f),
            Self::Dataset(id) => id.fmt(f),
            Self::Suite(id) => id.fmt(f),
        }
    }
}

impl FromStr for LinkedId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        text.parse()
            .map(Self::Dataset)
            .or_else(|_| text.parse().map(Self::Suite))
            .or_else(|_| text.parse().map(Self::Prompt))
    }
}

text_serde!(LinkedId);
