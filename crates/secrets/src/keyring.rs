//! All the places where keys are kept, behind the port that signs requests.

use crate::{
    Environment, KeyringError, Secret,
    credential::BoundKey,
    key::Key,
    keychain::{Keychain, KeychainState, Presence},
    vault::{Vault, VaultState},
};
use formaops_domain::{
    Failure, KeyRef, Origin,
    ports::{Credential, Signer},
};
use futures::{FutureExt, future::BoxFuture};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

/// Whether a reference leads to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeyState {
    /// There is a key.
    Found,
    /// There is none, or what is there cannot be a key.
    Missing,
    /// The keychain or vault that holds it is locked.
    Locked,
    /// The keychain does not let us in.
    Denied,
    /// It is in a keychain, and this machine has none that answers.
    NoKeychain,
}

/// The keys of the environment, of the keychain and of the vault.
pub struct Keyring {
    environment: Environment,
    keychain: Keychain,
    vault: Arc<Mutex<Vault>>,
}

impl Keyring {
    /// The keys of this environment, of this system's keychain, and of the vault in a file, which need not
    /// be there yet. A passphrase in the environment opens the vault at its first use.
    pub fn new(environment: Environment, vault: impl Into<PathBuf>) -> Self {
        Self::with_keychain(environment, Keychain::of_system(), vault)
    }

    pub(crate) fn with_keychain(
        mut environment: Environment,
        keychain: Keychain,
        vault: impl Into<PathBuf>,
    ) -> Self {
        let vault = Vault::new(vault.into(), environment.take_passphrase());
        Self { environment, keychain, vault: Arc::new(Mutex::new(vault)) }
    }

    /// Whether a reference leads to a key, for people who set up a provider. Nobody is asked to unlock
    /// anything for it.
    pub async fn key_state(&self, key: &KeyRef) -> KeyState {
        let found = match key {
            KeyRef::Keychain { id } => match self.keychain.look(*id).await {
                Ok(Presence::Here) => return KeyState::Found,
                Ok(Presence::Locked) => return KeyState::Locked,
                Ok(Presence::Absent) => return KeyState::Missing,
                Err(error) => Err(error),
            },
            KeyRef::Env { .. } | KeyRef::Vault { .. } => self.key(key).await,
        };
        match found {
            Ok(_) => KeyState::Found,
            Err(KeyringError::KeychainDenied) => KeyState::Denied,
            Err(KeyringError::NoKeychain | KeyringError::KeychainFailed(_)) => KeyState::NoKeychain,
            Err(
                KeyringError::KeychainLocked
                | KeyringError::KeychainSilent(_)
                | KeyringError::VaultLocked
                | KeyringError::WrongEnvironment,
            ) => KeyState::Locked,
            Err(_) => KeyState::Missing,
        }
    }

    /// How the keychain is. Nobody is asked to unlock it.
    pub async fn keychain_state(&self) -> KeychainState {
        self.keychain.state().await
    }

    /// How the vault is.
    ///
    /// # Errors
    /// Where its file is damaged or cannot be read.
    pub async fn vault_state(&self) -> Result<VaultState, KeyringError> {
        self.in_vault(Vault::state).await
    }

    /// Makes the vault, which is open then.
    ///
    /// # Errors
    /// Where there is one, the passphrase is too short, or the file cannot be written.
    pub async fn create_vault(&self, passphrase: Secret) -> Result<(), KeyringError> {
        self.in_vault(move |vault| vault.create(&passphrase)).await
    }

    /// Opens the vault, until it is locked or the process ends.
    ///
    /// # Errors
    /// Where there is none, the passphrase is wrong, or the file is damaged.
    pub async fn unlock_vault(&self, passphrase: Secret) -> Result<(), KeyringError> {
        self.in_vault(move |vault| vault.unlock(&passphrase)).await
    }

    /// Forgets the keys of the vault and what opens it. Requests that are on their way keep theirs.
    ///
    /// # Errors
    /// None today; it shares the shape of its kin.
    pub async fn lock_vault(&self) -> Result<(), KeyringError> {
        self.in_vault(|vault| {
            vault.lock();
            Ok(())
        })
        .await
    }

    /// Keeps a new key in the place that its reference names.
    ///
    /// # Errors
    /// Where the text is no key, the reference is one of the environment, or the place is not there, locked
    /// or full. Nothing of the key is kept then.
    pub async fn keep(&self, reference: &KeyRef, secret: &Secret) -> Result<(), KeyringError> {
        let kept = self.replace(reference, secret).await;
        if let (Err(_), KeyRef::Keychain { id }) = (&kept, reference) {
            self.keychain.take_back(*id);
        }
        kept
    }

    /// Keeps a key in the place of the one that its reference leads to.
    ///
    /// # Errors
    /// As for [`Self::keep`]. The old key stays then.
    pub async fn replace(&self, reference: &KeyRef, secret: &Secret) -> Result<(), KeyringError> {
        let key = Key::read(secret.expose()).map_err(KeyringError::unusable)?;
        match reference {
            KeyRef::Env { name } => Err(KeyringError::Environment(name.clone())),
            KeyRef::Keychain { id } => self.keychain.put(*id, key).await,
            KeyRef::Vault { id } => {
                let id = *id;
                self.in_vault(move |vault| vault.put(id, key)).await
            }
        }
    }

    /// Forgets a key in its place too. A variable of the environment is left alone.
    ///
    /// # Errors
    /// Where the place is not there or locked. The key is there still then.
    pub async fn forget(&self, reference: &KeyRef) -> Result<(), KeyringError> {
        match reference {
            KeyRef::Env { .. } => Ok(()),
            KeyRef::Keychain { id } => self.keychain.remove(*id).await,
            KeyRef::Vault { id } => {
                let id = *id;
                self.in_vault(move |vault| vault.remove(id)).await
            }
        }
    }

    /// Reads a key of the keychain anew at its next use: a provider has refused it, so somebody may have
    /// changed or removed it there.
    pub fn forget_cached(&self, reference: &KeyRef) {
        if let KeyRef::Keychain { id } = reference {
            self.keychain.forget_cached(*id);
        }
    }

    async fn key(&self, reference: &KeyRef) -> Result<Arc<Key>, KeyringError> {
        match reference {
            KeyRef::Env { name } => match self.environment.find(name) {
                Some(Ok(key)) => Ok(key),
                Some(Err(why)) => {
                    Err(KeyringError::UnusableVariable { name: name.clone(), why: why.to_string() })
                }
                None => Err(KeyringError::NotSet(name.clone())),
            },
            KeyRef::Keychain { id } => self.keychain.get(*id).await,
            KeyRef::Vault { id } => {
                let id = *id;
                self.in_vault(move |vault| vault.get(id)).await
            }
        }
    }

    /// Does something with the vault where blocking is allowed. It is done as a whole, also where whoever
    /// asked goes away.
    async fn in_vault<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vault) -> Result<T, KeyringError> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let vault = Arc::clone(&self.vault);
        let done = tokio::task::spawn_blocking(move || {
            work(&mut vault.lock().unwrap_or_else(PoisonError::into_inner))
        });
        // Only a runtime that shuts down gives no answer.
        done.await.unwrap_or(Err(KeyringError::VaultLocked))
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("environment", &self.environment).finish_non_exhaustive()
    }
}

impl Signer for Keyring {
    fn find<'a>(
        &'a self,
        key: &'a KeyRef,
        origin: &'a Origin,
    ) -> BoxFuture<'a, Result<Arc<dyn Credential>, Failure>> {
        async move {
            // Where it may not travel, nobody is asked to unlock it.
            if !origin.may_carry_key() {
                return Err(KeyringError::OpenLine { key: key.clone(), origin: origin.clone() }.into());
            }
            let bound = BoundKey::bind(self.key(key).await?, key, origin)?;
            Ok(Arc::new(bound) as Arc<dyn Credential>)
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests;
