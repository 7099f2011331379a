//! The places where keys are kept: the keychain, and the vault with its passphrase.

use crate::{ApiError, App, Caller};
use formaops_domain::{EventBody, Noun, ports::EventSink};
use formaops_secrets::{KeychainState, Secret, VaultState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks where keys can be kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetKeyStore {}

/// The places where keys can be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyStore {
    /// The keychain of the operating system.
    pub keychain: KeychainState,
    /// The vault file of the workspace.
    pub vault: VaultState,
}

/// Makes the vault.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateVault {
    /// What opens it from now on: 8 characters at least. Nobody can open it without.
    pub passphrase: Secret,
}

/// Opens the vault.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnlockVault {
    /// What opens it.
    pub passphrase: Secret,
}

/// Locks the vault.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LockVault {}

/// What there is, after the states of keys may have changed.
async fn changed(app: &App) -> Result<KeyStore, ApiError> {
    app.hub.publish(EventBody::Changed { noun: Noun::Provider, id: None });
    store(app).await
}

async fn store(app: &App) -> Result<KeyStore, ApiError> {
    Ok(KeyStore { keychain: app.keyring.keychain_state().await, vault: app.keyring.vault_state().await? })
}

pub(crate) async fn key_store_get(app: &App, _: &Caller, _: GetKeyStore) -> Result<KeyStore, ApiError> {
    store(app).await
}

pub(crate) async fn vault_create(app: &App, _: &Caller, request: CreateVault) -> Result<KeyStore, ApiError> {
    app.keyring.create_vault(request.passphrase).await?;
    changed(app).await
}

pub(crate) async fn vault_unlock(app: &App, _: &Caller, request: UnlockVault) -> Result<KeyStore, ApiError> {
    app.keyring.unlock_vault(request.passphrase).await?;
    changed(app).await
}

pub(crate) async fn vault_lock(app: &App, _: &Caller, _: LockVault) -> Result<KeyStore, ApiError> {
    app.keyring.lock_vault().await?;
    changed(app).await
}
