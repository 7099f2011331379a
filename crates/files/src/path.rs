//! The path of a file in the folder, and the name of what it is.

use formaops_domain::{InvalidName, LinkedKind, PromptName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, path::Path};

/// What the names of files end with; of each kind first what a new one gets.
const ENDINGS: [(&str, LinkedKind); 7] = [
    (".prompt", LinkedKind::Prompt),
    (".dataset.jsonl", LinkedKind::Dataset),
    (".dataset.csv", LinkedKind::Dataset),
    (".dataset.yaml", LinkedKind::Dataset),
    (".dataset.yml", LinkedKind::Dataset),
    (".suite.yaml", LinkedKind::Suite),
    (".suite.yml", LinkedKind::Suite),
];

/// The path of a file within the folder that is a prompt, a dataset or a suite, with `/` between its parts, as it is
/// spelled on the disk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct FilePath(String);

impl FilePath {
    /// The path of a file below the folder; `None` where it is none of ours, is passed over, or is not Unicode.
    #[must_use]
    pub fn within(root: &Path, path: &Path) -> Option<Self> {
        let mut text = String::new();
        for part in path.strip_prefix(root).ok()?.components() {
            let std::path::Component::Normal(part) = part else { return None };
            if !text.is_empty() {
                text.push('/');
            }
            text.push_str(part.to_str().filter(|part| !is_ignored(part))?);
        }
        let (ending, _) = ending_of(&text)?;
        (text.len() > ending.len()).then_some(Self(text))
    }

    /// The path that a new file of this kind and name gets.
    #[must_use]
    pub fn of(kind: LinkedKind, name: &PromptName) -> Self {
        let ending = ENDINGS.iter().find(|(_, of)| *of == kind).map_or("", |(ending, _)| ending);
        Self(format!("{name}{ending}"))
    }

    /// The path of the same file under another name.
    #[must_use]
    pub fn with_name(&self, name: &PromptName) -> Self {
        Self(format!("{name}{}", self.ending().0))
    }

    /// A path as it was kept.
    #[must_use]
    pub fn from_kept(path: String) -> Self {
        Self(path)
    }

    /// What the file is.
    #[must_use]
    pub fn kind(&self) -> LinkedKind {
        self.ending().1
    }

    /// The name of what the file is, which has one rule for all kinds: the path without its ending, in lower case.
    ///
    /// # Errors
    /// Where that is no name.
    pub fn name(&self) -> Result<PromptName, InvalidName> {
        self.stem().to_ascii_lowercase().parse()
    }

    /// Whether it is the same but for the case of letters.
    #[must_use]
    pub fn is_spelling_of(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }

    /// Whether both are of the same kind and name, in whatever format and case.
    #[must_use]
    pub fn is_of_same(&self, other: &Self) -> bool {
        self.kind() == other.kind() && self.stem().eq_ignore_ascii_case(other.stem())
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn stem(&self) -> &str {
        &self.0[..self.0.len() - self.ending().0.len()]
    }

    fn ending(&self) -> (&'static str, LinkedKind) {
        ending_of(&self.0).unwrap_or(("", LinkedKind::Prompt))
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the name of a file ends with, and of which kind it is.
pub(crate) fn ending_of(name: &str) -> Option<(&'static str, LinkedKind)> {
    let ends = |ending: &str| {
        let start = name.len().checked_sub(ending.len());
        start.is_some_and(|start| name.as_bytes()[start..].eq_ignore_ascii_case(ending.as_bytes()))
    };
    ENDINGS.into_iter().find(|(ending, _)| ends(ending))
}

/// Whether nothing is looked for in a folder, or at a file, of this name.
pub(crate) fn is_ignored(name: &str) -> bool {
    name.starts_with('.') || name == "node_modules"
}
