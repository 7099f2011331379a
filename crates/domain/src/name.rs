//! Names of prompts, and the ways to refer to one of their versions.

use crate::id::text_serde;
use std::{fmt, str::FromStr};

/// Why a text cannot name a prompt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Nothing was given.
    #[error("a prompt's name must not be empty")]
    Empty,
    /// More than [`PromptName::MAX_LENGTH`] characters.
    #[error("a prompt's name has at most 128 characters, got {0}")]
    TooLong(usize),
    /// A segment that does not follow the rule.
    #[error(
        "`{segment}` cannot be part of a prompt's name: use lower-case letters, digits, `.`, `_` and `-`, \
         starting with a letter or digit, and `/` between parts"
    )]
    Segment {
        /// The first offending segment.
        segment: String,
    },
    /// The part after `@` that is no version.
    #[error("`{0}` names no version: use `v12`, a label such as `production`, or a version's hash")]
    Version(String),
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

/// Which version of a prompt is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum VersionSelector {
    /// The newest version of the branch `main`.
    Head,
    /// The version with this local number.
    Number(u32),
    /// The version whose hash starts with these hexadecimal digits (at least 6).
    Hash(String),
    /// The version that a label names.
    Label(String),
}

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
        if is_segment(text) {
            return Ok(Self::Label(text.to_owned()));
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
            VersionSelector::Label(label) => write!(f, "{}@{label}", self.name),
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
    fn a_reference_names_the_head_a_number_a_label_or_a_hash() {
        for (text, version) in [
            ("a/b", VersionSelector::Head),
            ("a/b@v12", VersionSelector::Number(12)),
            ("a/b@production", VersionSelector::Label("production".into())),
            ("a/b@3fa9c1", VersionSelector::Hash("3fa9c1".into())),
            ("a/b@ver_3fa9c1", VersionSelector::Hash("3fa9c1".into())),
            ("a/b@v0", VersionSelector::Label("v0".into())),
        ] {
            assert_eq!(text.parse::<PromptRef>().unwrap().version, version, "{text}");
        }
        assert!("a@".parse::<PromptRef>().is_err());
        assert!("a@b@c".parse::<PromptRef>().is_err());
    }
}
