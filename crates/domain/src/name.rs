//! Names of prompts, datasets and suites, and the ways to refer to one of their versions.

use crate::id::text_serde;
use std::{fmt, str::FromStr};

/// Why a text cannot name something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Nothing was given.
    #[error("a name must not be empty")]
    Empty,
    /// More than [`PromptName::MAX_LENGTH`] characters.
    #[error("a name has at most 128 characters, got {0}")]
    TooLong(usize),
    /// A segment that does not follow the rule.
    #[error(
        "`{segment}` cannot be part of a name: use lower-case letters, digits, `.`, `_` and `-`, \
         starting with a letter or digit, and `/` between parts"
    )]
    Segment {
        /// The first offending segment.
        segment: String,
    },
    /// The part after `@` that is no version.
    #[error("`{0}` names no version: use `v12`, a label or branch such as `production`, or a version's hash")]
    Version(String),
    /// What cannot name a branch or a label.
    #[error(
        "`{0}` cannot name a branch or a label: use lower-case letters, digits, `.`, `_` and `-`, starting with a \
         letter or digit, at most 64 characters, and nothing that reads as a version such as `v12` or `3fa9c1`"
    )]
    Ref(String),
}

/// The name of a prompt, which is also its path as a file: segments `[a-z0-9][a-z0-9._-]*` joined by `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PromptName(String);

impl PromptName {
    /// The longest name, in characters.
    pub const MAX_LENGTH: usize = 128;

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_segment(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-'))
}

impl FromStr for PromptName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if text.is_empty() {
            return Err(InvalidName::Empty);
        }
        if text.len() > Self::MAX_LENGTH {
            return Err(InvalidName::TooLong(text.chars().count()));
        }
        match text.split('/').find(|segment| !is_segment(segment)) {
            Some(segment) => Err(InvalidName::Segment { segment: segment.to_owned() }),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for PromptName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_serde!(PromptName, "^[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*$");

macro_rules! named_like_prompts {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(PromptName);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl From<PromptName> for $name {
            fn from(name: PromptName) -> Self {
                Self(name)
            }
        }

        impl From<$name> for PromptName {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                text.parse().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        text_serde!($name, "^[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*$");
    )+};
}

named_like_prompts! {
    /// The name of a dataset, by the rules of a prompt's name.
    DatasetName;
    /// The name of a suite, by the rules of a prompt's name.
    SuiteName;
}

/// Which version of a prompt is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum VersionSelector {
    /// The newest version of the branch `main`.
    Head,
    /// The version with this local number.
    Number(u32),
    /// The version whose hash starts with these hexadecimal digits (at least 6).
    Hash(String),
    /// The version that a label or a branch names.
    Named(RefName),
}

/// The name of a branch or a label: one segment of a prompt's name, at most 64 characters, that no version is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefName(String);

impl RefName {
    /// The longest name, in characters.
    pub const MAX_LENGTH: usize = 64;

    /// The branch that every prompt has from its first version on.
    #[must_use]
    pub fn main() -> Self {
        Self("main".to_owned())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RefName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        match text.parse() {
            Ok(VersionSelector::Named(name)) => Ok(name),
            _ => Err(InvalidName::Ref(text.to_owned())),
        }
    }
}

impl fmt::Display for RefName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_serde!(RefName, "^[a-z0-9][a-z0-9._-]{0,63}$");

/// A prompt and one of its versions: `NAME`, `NAME@v12`, `NAME@production`, `NAME@ver_3fa9c1…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PromptRef {
    /// The prompt.
    pub name: PromptName,
    /// Its version.
    pub version: VersionSelector,
}

impl FromStr for VersionSelector {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let number = text.strip_prefix('v').and_then(|digits| digits.parse::<u32>().ok());
        if let Some(number) = number.filter(|&number| number >= 1) {
            return Ok(Self::Number(number));
        }
        let is_hex = |digits: &str| {
            (6..=64).contains(&digits.len())
                && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        if let Some(digits) = text.strip_prefix("ver_").filter(|digits| is_hex(digits)) {
            return Ok(Self::Hash(digits.to_owned()));
        }
        if is_hex(text) {
            return Ok(Self::Hash(text.to_owned()));
        }
        if is_segment(text) && text.len() <= RefName::MAX_LENGTH {
            return Ok(Self::Named(RefName(text.to_owned())));
        }
        Err(InvalidName::Version(text.to_owned()))
    }
}

impl FromStr for PromptRef {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, version.parse()?),
            None => (text, VersionSelector::Head),
        };
        Ok(Self { name: name.parse()?, version })
    }
}

impl fmt::Display for PromptRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            VersionSelector::Head => write!(f, "{}", self.name),
            VersionSelector::Number(number) => write!(f, "{}@v{number}", self.name),
            VersionSelector::Hash(digits) => write!(f, "{}@ver_{digits}", self.name),
            VersionSelector::Named(name) => write!(f, "{}@{name}", self.name),
        }
    }
}

text_serde!(PromptRef);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_paths_of_plain_segments() {
        for good in ["a", "code-review", "support/reply.v2", "0/1_x", &"a".repeat(128)] {
            assert!(good.parse::<PromptName>().is_ok(), "{good}");
        }
        for bad in ["", "A", "a//b", "/a", "a/", "-a", "a b", "../a", "a/..", "ä", &"a".repeat(129)] {
            assert!(bad.parse::<PromptName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_branch_or_label_is_never_called_like_a_version() {
        for good in ["main", "production", "v0", "v1.2", "2024-01", &"z".repeat(64)] {
            assert!(good.parse::<RefName>().is_ok(), "{good}");
        }
        for bad in ["", "v12", "3fa9c1", "decade", "ver_3fa9c1", "a/b", "Main", "a b", &"z".repeat(65)] {
            let error = bad.parse::<RefName>().unwrap_err();
            assert_eq!(error, InvalidName::Ref(bad.to_owned()));
        }
    }

    #[test]
    fn a_reference_names_the_head_a_number_a_label_or_a_hash() {
        let named = |name: &str| VersionSelector::Named(name.parse().unwrap());
        for (text, version) in [
            ("a/b", VersionSelector::Head),
            ("a/b@v12", VersionSelector::Number(12)),
            ("a/b@production", named("production")),
            ("a/b@3fa9c1", VersionSelector::Hash("3fa9c1".into())),
            ("a/b@ver_3fa9c1", VersionSelector::Hash("3fa9c1".into())),
            ("a/b@v0", named("v0")),
        ] {
            assert_eq!(text.parse::<PromptRef>().unwrap().version, version, "{text}");
        }
        assert!("a@".parse::<PromptRef>().is_err());
        assert!("a@b@c".parse::<PromptRef>().is_err());
    }
}
