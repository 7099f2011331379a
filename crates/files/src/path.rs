//! The path of a file in the folder, and the name of the prompt that it is.

use formaops_domain::{InvalidName, PromptName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, path::Path};

/// What the name of a file ends with.
const ENDING: &str = ".prompt";

/// The path of a `.prompt` file within the folder, with `/` between its parts, as it is spelled on the disk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct FilePath(String);

impl FilePath {
    /// The path of a file below the folder; `None` where it is no `.prompt` file, is passed over, or is not Unicode.
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
        let is_prompt = text.len() > ENDING.len() && is_prompt_file(&text);
        is_prompt.then_some(Self(text))
    }

    /// The path that a file of this prompt gets.
    #[must_use]
    pub fn of(name: &PromptName) -> Self {
        Self(format!("{name}{ENDING}"))
    }

    /// A path as it was kept.
    #[must_use]
    pub fn from_kept(path: String) -> Self {
        Self(path)
    }

    /// The name of the prompt: the path without its ending, in lower case.
    ///
    /// # Errors
    /// Where that is no name.
    pub fn name(&self) -> Result<PromptName, InvalidName> {
        self.0[..self.0.len() - ENDING.len()].to_ascii_lowercase().parse()
    }

    /// Whether it is the same but for the case of letters.
    #[must_use]
    pub fn is_spelling_of(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a file with this name is a prompt.
pub(crate) fn is_prompt_file(name: &str) -> bool {
    name.len() >= ENDING.len()
        && name.as_bytes()[name.len() - ENDING.len()..].eq_ignore_ascii_case(ENDING.as_bytes())
}

/// Whether nothing is looked for in a folder, or at a file, of this name.
pub(crate) fn is_ignored(name: &str) -> bool {
    name.starts_with('.') || name == "node_modules"
}
