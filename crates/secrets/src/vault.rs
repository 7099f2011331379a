//! The vault: a file of encrypted keys, for machines without a keychain.

mod sealed;

use crate::{KeyringError, Secret, key::Key};
use formaops_domain::ProviderKeyId;
use schemars::JsonSchema;
use sealed::{Lock, Sealed};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use zeroize::Zeroizing;

/// How the vault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VaultState {
    /// There is none.
    Absent,
    /// It is there, and was not unlocked.
    Locked,
    /// Its keys can be used.
    Open,
}

/// The fewest characters of a passphrase.
const SHORTEST_PASSPHRASE: usize = 8;

type Keys = BTreeMap<ProviderKeyId, Arc<Key>>;

/// The vault of a workspace, whose owner is the only one to write it.
///
/// Every call may block for as long as the file or the passphrase takes, a good part of a second.
pub(crate) struct Vault {
    path: PathBuf,
    /// What it holds, while it is open.
    open: Option<(Lock, Keys)>,
    given: Given,
}

/// The passphrase that the environment gave, which opens the vault at its first use.
enum Given {
    Nothing,
    Untried(Secret),
    Wrong,
}

impl Vault {
    pub(crate) fn new(path: PathBuf, passphrase: Option<Secret>) -> Self {
        Self { path, open: None, given: passphrase.map_or(Given::Nothing, Given::Untried) }
    }

    pub(crate) fn state(&mut self) -> Result<VaultState, KeyringError> {
        match self.keys() {
            Ok(_) => Ok(VaultState::Open),
            Err(KeyringError::VaultAbsent) => Ok(VaultState::Absent),
            Err(KeyringError::VaultLocked | KeyringError::WrongEnvironment) => Ok(VaultState::Locked),
            Err(error) => Err(error),
        }
    }

    /// Makes an empty vault, which is open then.
    pub(crate) fn create(&mut self, passphrase: &Secret) -> Result<(), KeyringError> {
        if passphrase.expose().chars().count() < SHORTEST_PASSPHRASE {
            return Err(KeyringError::ShortPassphrase(SHORTEST_PASSPHRASE));
        }
        if self.exists()? {
            return Err(KeyringError::VaultExists);
        }
        let lock = Lock::new(passphrase).map_err(|source| self.failed("written", source))?;
        self.write(&lock, &Keys::new())?;
        self.open = Some((lock, Keys::new()));
        Ok(())
    }

    pub(crate) fn unlock(&mut self, passphrase: &Secret) -> Result<(), KeyringError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(KeyringError::VaultAbsent),
            Err(error) => return Err(self.failed("read", error)),
        };
        let damaged = |what| KeyringError::VaultDamaged { path: self.path.clone(), what };
        let sealed = Sealed::read(&bytes).map_err(damaged)?;
        let lock = sealed.lock(passphrase).map_err(|source| self.failed("read", source))?;
        let text = lock.open(&sealed).ok_or(KeyringError::WrongPassphrase)?;
        let keys = read_keys(&text).ok_or_else(|| damaged("what it holds cannot be read"))?;
        self.open = Some((lock, keys));
        Ok(())
    }

    /// Forgets everything that opens it, the passphrase of the environment too.
    pub(crate) fn lock(&mut self) {
        self.open = None;
        self.given = Given::Nothing;
    }

    pub(crate) fn get(&mut self, id: ProviderKeyId) -> Result<Arc<Key>, KeyringError> {
        let found = self.keys()?.get(&id).cloned();
        found.ok_or(KeyringError::Gone { place: "vault", id })
    }

    /// Keeps a key, in place of the one that had its id.
    pub(crate) fn put(&mut self, id: ProviderKeyId, key: Key) -> Result<(), KeyringError> {
        self.change(|keys| keys.insert(id, Arc::new(key)))
    }

    /// Forgets a key. One that is not there is forgotten already.
    pub(crate) fn remove(&mut self, id: ProviderKeyId) -> Result<(), KeyringError> {
        if self.keys()?.contains_key(&id) { self.change(|keys| keys.remove(&id)) } else { Ok(()) }
    }

    fn change<T>(&mut self, change: impl FnOnce(&mut Keys) -> T) -> Result<(), KeyringError> {
        let mut keys = self.keys()?.clone();
        change(&mut keys);
        if let Some((lock, _)) = &self.open {
            self.write(lock, &keys)?;
        }
        // Only what is on the disk counts: where it could not be written, all is as before.
        if let Some((_, open)) = &mut self.open {
            *open = keys;
        }
        Ok(())
    }

    fn keys(&mut self) -> Result<&Keys, KeyringError> {
        if self.open.is_none() {
            if !self.exists()? {
                return Err(KeyringError::VaultAbsent);
            }
            match std::mem::replace(&mut self.given, Given::Nothing) {
                Given::Nothing => return Err(KeyringError::VaultLocked),
                Given::Untried(passphrase) => match self.unlock(&passphrase) {
                    Ok(()) => self.given = Given::Untried(passphrase),
                    // It is tried once: working out the key of a wrong one for every request costs too much.
                    Err(KeyringError::WrongPassphrase) => self.given = Given::Wrong,
                    Err(error) => {
                        self.given = Given::Untried(passphrase);
                        return Err(error);
                    }
                },
                Given::Wrong => self.given = Given::Wrong,
            }
        }
        self.open.as_ref().map(|(_, keys)| keys).ok_or(KeyringError::WrongEnvironment)
    }

    fn exists(&self) -> Result<bool, KeyringError> {
        self.path.try_exists().map_err(|source| self.failed("read", source))
    }

    /// Puts the whole file in the place of the old one at once: after a crash or on a full disk there is
    /// the old one or the new one, never a piece.
    fn write(&self, lock: &Lock, keys: &Keys) -> Result<(), KeyringError> {
        let sealed = lock.seal(&write_keys(keys)).map_err(|source| self.failed("written", source))?;
        replace(&self.path, &sealed).map_err(|source| self.failed("written", source))
    }

    fn failed(&self, done: &'static str, source: io::Error) -> KeyringError {
        KeyringError::VaultFile { path: self.path.clone(), done, source }
    }
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    // It is made for its user only, in the same folder, and goes away unless it takes the place.
    let mut file = tempfile::Builder::new().prefix(".vault-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// One key a line, behind its id. A key holds no line break, and an id no space.
fn write_keys(keys: &Keys) -> Zeroizing<String> {
    let length = keys.iter().map(|(id, key)| id.to_string().len() + key.expose().len() + 2).sum();
    // It never grows, so no piece of it stays behind in memory.
    let mut text = Zeroizing::new(String::with_capacity(length));
    for (id, key) in keys {
        text.push_str(&id.to_string());
        text.push(' ');
        text.push_str(key.expose());
        text.push('\n');
    }
    text
}

fn read_keys(text: &[u8]) -> Option<Keys> {
    let lines = std::str::from_utf8(text).ok()?.lines();
    let pairs = lines.map(|line| {
        let (id, key) = line.split_once(' ')?;
        Some((id.parse().ok()?, Arc::new(Key::read(key).ok()?)))
    });
    pairs.collect()
}

#[cfg(test)]
mod tests;
