//! The part of an environment that may hold keys, as it was when the process started.

use crate::{
    Secret,
    key::{Key, Unusable},
};
use formaops_domain::EnvName;
use std::{collections::HashMap, ffi::OsString, fmt, sync::Arc};

/// The variables of an environment that may hold keys, and the passphrase of the vault. The others are
/// not looked at.
///
/// Its `Debug` shows names only.
#[derive(Default)]
pub struct Environment {
    keys: HashMap<EnvName, Result<Arc<Key>, Unusable>>,
    passphrase: Option<Secret>,
}

impl Environment {
    /// The variable that opens the vault where nobody is there to type. It names no key.
    pub const PASSPHRASE: &str = EnvName::VAULT_PASSPHRASE;

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
        let mut environment = Self::default();
        for (name, value) in pairs {
            if name == Self::PASSPHRASE {
                environment.passphrase =
                    value.into_string().ok().filter(|text| !text.is_empty()).map(Secret::from);
            } else if let Some(name) = name.to_str().and_then(|name| name.parse().ok()) {
                let key = value.to_str().map_or(Err(Unusable::NotAscii), Key::read);
                environment.keys.insert(name, key.map(Arc::new));
            }
        }
        environment
    }

    /// The key of a variable, or why it holds none; `None` where it is not set.
    pub(crate) fn find(&self, name: &EnvName) -> Option<Result<Arc<Key>, Unusable>> {
        self.keys.get(name).cloned()
    }

    pub(crate) fn take_passphrase(&mut self) -> Option<Secret> {
        self.passphrase.take()
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names: Vec<_> = self.keys.keys().map(EnvName::as_str).collect();
        names.sort_unstable();
        f.debug_set().entries(names).finish()
    }
}
