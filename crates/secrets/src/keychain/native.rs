//! The keychains of operating systems: the Secret Service of Linux desktops, and those of macOS and Windows.
//!
//! Entries are read and written through the stores that `keyring-core` names for each system. On Linux it
//! is also asked of the Secret Service itself whether something is locked, which the stores cannot tell
//! without unlocking it.

use super::{Place, Presence};
use crate::KeyringError;
use formaops_domain::ProviderKeyId;
use keyring_core::{Entry, Error, api::CredentialStore};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The service that all our entries belong to.
const SERVICE: &str = "formaops";

/// The keychain of this system.
pub(super) fn open() -> Result<Box<dyn Place>, KeyringError> {
    Ok(Box::new(Native { store: system::store()?, eyes: system::Eyes::open()? }))
}

struct Native {
    store: Arc<CredentialStore>,
    eyes: system::Eyes,
}

impl Native {
    fn entry(&self, id: ProviderKeyId) -> Result<Entry, KeyringError> {
        self.store.build(SERVICE, &id.to_string(), None).map_err(|error| trouble(error, id))
    }
}

impl Place for Native {
    fn is_locked(&self) -> Result<bool, KeyringError> {
        self.eyes.is_locked()
    }

    fn look(&self, id: ProviderKeyId) -> Result<Presence, KeyringError> {
        self.eyes.look(id, &self.entry(id)?)
    }

    fn read(&self, id: ProviderKeyId) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
        self.entry(id)?.get_secret().map(Zeroizing::new).map_err(|error| trouble(error, id))
    }

    fn write(&self, id: ProviderKeyId, key: &str) -> Result<(), KeyringError> {
        self.entry(id)?.set_secret(key.as_bytes()).map_err(|error| trouble(error, id))
    }

    fn remove(&self, id: ProviderKeyId) -> Result<(), KeyringError> {
        self.entry(id)?.delete_credential().map_err(|error| trouble(error, id))
    }
}

/// What an error of a store means. Those that carry what was read are told without it.
fn trouble(error: Error, id: ProviderKeyId) -> KeyringError {
    match error {
        Error::NoEntry => KeyringError::Gone { place: "keychain", id },
        Error::NoStorageAccess(cause) => system::trouble(&*cause).unwrap_or(KeyringError::KeychainLocked),
        Error::PlatformFailure(cause) => {
            system::trouble(&*cause).unwrap_or_else(|| KeyringError::KeychainFailed(cause.to_string()))
        }
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            KeyringError::KeychainFailed("what it holds cannot be read".to_owned())
        }
        Error::Ambiguous(_) => KeyringError::KeychainFailed(format!("it holds several entries `{id}`")),
        error => KeyringError::KeychainFailed(error.to_string()),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
mod system {
    use super::{Presence, SERVICE};
    use crate::KeyringError;
    use formaops_domain::ProviderKeyId;
    use keyring_core::{Entry, api::CredentialStore};
    use secret_service::{EncryptionType, Error, blocking::SecretService};
    use std::{collections::HashMap, sync::Arc};
    use zbus_secret_service_keyring_store::Store;

    pub(super) fn store() -> Result<Arc<CredentialStore>, KeyringError> {
        Ok(Store::new().map_err(|_| KeyringError::NoKeychain)?)
    }

    /// A second connection that only looks. No key crosses it, so it needs no encryption.
    pub(super) struct Eyes(SecretService<'static>);

    impl Eyes {
        pub(super) fn open() -> Result<Self, KeyringError> {
            SecretService::connect(EncryptionType::Plain).map(Self).map_err(|error| own(&error))
        }

        pub(super) fn is_locked(&self) -> Result<bool, KeyringError> {
            self.0
                .get_default_collection()
                .and_then(|collection| collection.is_locked())
                .map_err(|error| own(&error))
        }

        pub(super) fn look(&self, id: ProviderKeyId, _: &Entry) -> Result<Presence, KeyringError> {
            let user = id.to_string();
            // So the store writes what tells an entry from others.
            let attributes = HashMap::from([("service", SERVICE), ("username", user.as_str())]);
            let found = self.0.search_items(attributes).map_err(|error| own(&error))?;
            Ok(match (found.unlocked.is_empty(), found.locked.is_empty()) {
                (false, _) => Presence::Here,
                (true, false) => Presence::Locked,
                (true, true) => Presence::Absent,
            })
        }
    }

    fn own(error: &Error) -> KeyringError {
        trouble(error).unwrap_or_else(|| KeyringError::KeychainFailed(error.to_string()))
    }

    pub(super) fn trouble(error: &(dyn std::error::Error + Send + Sync + 'static)) -> Option<KeyringError> {
        match error.downcast_ref::<Error>()? {
            Error::Locked => Some(KeyringError::KeychainLocked),
            Error::Prompt | Error::PromptDisconnected => Some(KeyringError::KeychainDenied),
            // There is a service and no collection to keep anything in.
            Error::NoResult | Error::Unavailable => Some(KeyringError::NoKeychain),
            Error::Zbus(error) if error.to_string().contains("IsLocked") => {
                Some(KeyringError::KeychainLocked)
            }
            Error::Zbus(_) | Error::ZbusFdo(_) => Some(KeyringError::NoKeychain),
            _ => None,
        }
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
mod system {
    use super::Presence;
    use crate::KeyringError;
    use formaops_domain::ProviderKeyId;
    use keyring_core::{Entry, Error, api::CredentialStore};
    use std::sync::Arc;

    pub(super) fn store() -> Result<Arc<CredentialStore>, KeyringError> {
        #[cfg(target_os = "macos")]
        let store = apple_native_keyring_store::keychain::Store::new();
        #[cfg(windows)]
        let store = windows_native_keyring_store::Store::new();
        match store {
            Ok(store) => Ok(store),
            Err(_) => Err(KeyringError::NoKeychain),
        }
    }

    /// These systems unlock their keychain with the session, and looking is asking.
    pub(super) struct Eyes;

    impl Eyes {
        pub(super) fn open() -> Result<Self, KeyringError> {
            Ok(Self)
        }

        pub(super) fn is_locked(&self) -> Result<bool, KeyringError> {
            Ok(false)
        }

        pub(super) fn look(&self, id: ProviderKeyId, entry: &Entry) -> Result<Presence, KeyringError> {
            match entry.get_attributes() {
                Ok(_) => Ok(Presence::Here),
                Err(Error::NoEntry) => Ok(Presence::Absent),
                Err(error) => Err(super::trouble(error, id)),
            }
        }
    }

    pub(super) fn trouble(_: &(dyn std::error::Error + Send + Sync + 'static)) -> Option<KeyringError> {
        None
    }
}
