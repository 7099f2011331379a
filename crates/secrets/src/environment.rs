//! The part of an environment that may hold keys, as it was when the process started.

use crate::key::{Key, Unusable};
use formaops_domain::EnvName;
use std::{collections::HashMap, ffi::OsString, fmt};

/// The variables of an environment that may hold keys. The others are not looked at.
///
/// Its `Debug` shows names only.
#[derive(Default)]
pub struct Environment(HashMap<EnvName, Result<Key, Unusable>>);

impl Environment {
    /// The environment of this process as it is now.
    #[must_use]
    pub fn of_process() -> Self {
        Self::from_os_pairs(std::env::vars_os())
    }

    /// An environment of these variables.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self::from_os_pairs(pairs.into_iter().map(|(name, value)| (name.into(), value.into())))
    }

    fn from_os_pairs(pairs: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let keys = pairs.into_iter().filter_map(|(name, value)| {
            let name: EnvName = name.to_str()?.parse().ok()?;
            let key = value.to_str().map_or(Err(Unusable::NotAscii), Key::read);
            Some((name, key))
        });
        Self(keys.collect())
    }

    /// The key of a variable, or why it holds none; `None` where it is not set.
    pub(crate) fn find(&self, name: &EnvName) -> Option<Result<&Key, Unusable>> {
        self.0.get(name).map(|key| key.as_ref().map_err(|why| *why))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names: Vec<_> = self.0.keys().map(EnvName::as_str).collect();
        names.sort_unstable();
        f.debug_set().entries(names).finish()
    }
}
