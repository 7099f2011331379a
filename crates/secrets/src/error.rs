//! Why a key cannot be had or kept, and what to do about it.

use crate::{Environment, key::Unusable};
use formaops_domain::{EnvName, ErrorClass, Failure, KeyRef, Origin, ProviderKeyId};
use std::{io, path::PathBuf};

/// Why a key cannot be had or kept. None of its texts holds any part of a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// The environment has no such variable.
    #[error("the environment variable `{0}` is not set")]
    NotSet(EnvName),
    /// The variable is there and holds no key.
    #[error("the environment variable `{name}` {why}")]
    UnusableVariable {
        /// The variable.
        name: EnvName,
        /// What is wrong with what it holds.
        why: String,
    },
    /// What was given is no key.
    #[error("the key {0}")]
    Unusable(String),
    /// Keys of the environment are set there and not here.
    #[error("`{0}` is a variable of the environment, which FormaOps does not change")]
    Environment(EnvName),
    /// The place is there and holds no such key.
    #[error("there is no key `{id}` in the {place} any more")]
    Gone {
        /// `keychain` or `vault`.
        place: &'static str,
        /// The name of the entry.
        id: ProviderKeyId,
    },
    /// The operating system offers no keychain.
    #[error("no keychain answers on this machine")]
    NoKeychain,
    /// The keychain is locked, or somebody is being asked to unlock it and has not answered.
    #[error("the keychain is locked")]
    KeychainLocked,
    /// The keychain did not answer in time.
    #[error("the keychain did not answer within {0} seconds")]
    KeychainSilent(u64),
    /// The keychain does not let us in: its question was dismissed.
    #[error("the keychain was not unlocked: its question was dismissed or could not be shown")]
    KeychainDenied,
    /// The keychain failed in some other way.
    #[error("the keychain failed: {0}")]
    KeychainFailed(String),
    /// There is no vault.
    #[error("there is no vault yet")]
    VaultAbsent,
    /// The vault is there already.
    #[error("there is a vault already")]
    VaultExists,
    /// The vault was not unlocked, or locked again.
    #[error("the vault is locked")]
    VaultLocked,
    /// The passphrase does not open the vault, which is whole.
    #[error("the passphrase does not open the vault")]
    WrongPassphrase,
    /// So is the one of the environment.
    #[error("the passphrase in `{}` does not open the vault", Environment::PASSPHRASE)]
    WrongEnvironment,
    /// The passphrase is too short to guard anything.
    #[error("a passphrase needs at least {0} characters")]
    ShortPassphrase(usize),
    /// The file is no vault, or not a whole one.
    #[error("the vault `{path}` is damaged: {what}")]
    VaultDamaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The file cannot be read or written.
    #[error("the vault `{path}` cannot be {done}: {source}")]
    VaultFile {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        done: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The key may not travel to this origin.
    #[error("the key `{key}` is not sent to `{origin}`: the connection is not encrypted")]
    OpenLine {
        /// The key.
        key: KeyRef,
        /// Where it would have gone.
        origin: Origin,
    },
    /// A request goes elsewhere than where the key belongs.
    #[error("a key for `{bound}` is not sent to `{origin}`")]
    OtherOrigin {
        /// Where the key belongs.
        bound: Origin,
        /// Where the request goes.
        origin: Origin,
    },
}

impl KeyringError {
    pub(crate) fn unusable(why: Unusable) -> Self {
        Self::Unusable(why.to_string())
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> String {
        let hint = match self {
            Self::NotSet(name) | Self::UnusableVariable { name, .. } | Self::Environment(name) => {
                return format!(
                    "Set it, for example with `export {name}=…`, and start FormaOps again from there."
                );
            }
            Self::VaultFile { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                "Free some space on this disk and try again. The vault is as it was before."
            }
            Self::VaultFile { .. } => "Look at who may read and write it. The vault is as it was before.",
            Self::Unusable(_) => "Copy the key again, without anything around it.",
            Self::Gone { .. } => {
                "Add the key again, in the provider's settings or with `formaops provider key add`."
            }
            Self::NoKeychain => {
                "Keep the key in the vault (`formaops vault create`) or in an environment variable instead."
            }
            Self::KeychainLocked | Self::KeychainSilent(_) | Self::KeychainDenied => {
                "Unlock the keychain of your desktop, and try again. Without a desktop, keep the key in the vault."
            }
            Self::KeychainFailed(_) => "Try again, or keep the key in the vault (`formaops vault create`).",
            Self::VaultAbsent => "Make one with `formaops vault create`, or restore the file from a backup.",
            Self::VaultExists => "Unlock it with `formaops vault unlock`.",
            Self::VaultLocked => {
                return format!(
                    "Unlock it, in the settings or with `formaops vault unlock`; where nobody can type, start FormaOps \
                     with `{}` in its environment.",
                    Environment::PASSPHRASE
                );
            }
            Self::WrongPassphrase => "Type it again. There is no way to open the vault without it.",
            Self::WrongEnvironment => {
                "Correct it and start FormaOps again, or unlock with `formaops vault unlock`."
            }
            Self::ShortPassphrase(_) => "Use several words.",
            Self::VaultDamaged { .. } => {
                "Restore the file from a backup, or move it away, make a new vault and add the keys again."
            }
            Self::OpenLine { .. } => "Use an `https` address, or remove the key from the provider.",
            Self::OtherOrigin { .. } => "Give the key again for this address.",
        };
        hint.to_owned()
    }

    const fn class(&self) -> ErrorClass {
        match self {
            Self::NoKeychain
            | Self::KeychainLocked
            | Self::KeychainSilent(_)
            | Self::KeychainDenied
            | Self::KeychainFailed(_)
            | Self::VaultLocked
            | Self::WrongPassphrase
            | Self::WrongEnvironment
            | Self::VaultDamaged { .. }
            | Self::VaultFile { .. } => ErrorClass::KeyLocked,
            _ => ErrorClass::NoKey,
        }
    }
}

impl From<KeyringError> for Failure {
    fn from(error: KeyringError) -> Self {
        Self::new(error.class(), error.to_string(), error.hint())
    }
}
