//! The keys of providers. A key comes in and is used; no operation reads one back.

use super::{
    KeyState,
    connection::try_out,
    provider::{find_provider, keep, key_origin, state_of},
};
use crate::{ApiError, App, Caller};
use formaops_domain::{
    EnvName, KeyBinding, KeyPlace, KeyRef, Noun, Page, Provider, ProviderKey, ProviderKeyId,
};
use formaops_secrets::{Candidate, KeychainState, Secret};
use futures::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Asks for the keys of a provider.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListProviderKeys {
    /// The provider, by its id or name.
    pub provider: String,
}

/// A key of a provider, and how it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderKeyView {
    /// The key: its name, where it is found and where it may go.
    #[serde(flatten)]
    pub key: ProviderKey,
    /// Whether it is the one in use.
    pub in_use: bool,
    /// How it is.
    pub state: KeyState,
}

/// Adds a key to a provider: `secret`, which is kept here, or `env`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateProviderKey {
    /// The provider, by its id or name.
    pub provider: String,
    /// A name for people, unique within the provider without regard to case; 1 to 64 characters.
    pub name: String,
    /// The environment variable that holds the key.
    #[serde(default)]
    pub env: Option<EnvName>,
    /// The key itself. It is kept and never shown again.
    #[serde(default)]
    pub secret: Option<Secret>,
    /// Where to keep it: `keychain` or `vault`. Where absent, the keychain if there is one, else the vault.
    #[serde(default)]
    pub place: Option<KeyPlace>,
    /// Whether to use it from now on. Where absent, it is used if the provider uses none yet.
    #[serde(default)]
    pub activate: Option<bool>,
    /// The same key and request within 24 hours answer with what was added the first time. The secret does
    /// not count as part of the request.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// Uses a key.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UseProviderKey {
    /// The provider, by its id or name.
    pub provider: String,
    /// The key, by its id or name.
    pub key: String,
}

/// Puts a new key in the place of an old one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RotateProviderKey {
    /// The provider, by its id or name.
    pub provider: String,
    /// The key, by its id or name.
    pub key: String,
    /// The new key. The provider is asked with it first; where it refuses, the old one stays.
    pub secret: Secret,
    /// A model to ask, for a few tokens, where the provider shows its list of models to anybody. Where absent,
    /// it is asked for that list.
    #[serde(default)]
    pub model: Option<String>,
}

/// Forgets a key.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteProviderKey {
    /// The provider, by its id or name.
    pub provider: String,
    /// The key, by its id or name.
    pub key: String,
    /// Whether to forget it here also where the keychain or vault that holds it cannot be opened. It stays
    /// there then.
    #[serde(default)]
    pub force: bool,
}

/// The most characters of a key's name.
const MOST_NAME: usize = 64;

async fn view(app: &App, provider: &Provider, key: ProviderKey) -> ProviderKeyView {
    let in_use = provider.key.as_ref().is_some_and(|used| used.id == key.binding.id);
    let state = state_of(app, provider, &key.binding).await;
    ProviderKeyView { key, in_use, state }
}

/// The key of a provider that is meant by its id or its name.
async fn find_key(app: &App, provider: &Provider, named: &str) -> Result<ProviderKey, ApiError> {
    let id = named.parse::<ProviderKeyId>().ok();
    let same = |name: &str| name.to_lowercase() == named.to_lowercase();
    let keys = app.store.list_provider_keys(provider.id).await?;
    let found = keys.into_iter().find(|key| Some(key.binding.id) == id || same(&key.binding.name));
    found.ok_or_else(|| {
        let hint = format!("`formaops provider key list {}` shows those that there are.", provider.name);
        ApiError::not_found("key", named, &hint)
    })
}

fn check_name(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    let plain = (1..=MOST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if plain {
        return Ok(name.to_owned());
    }
    Err(ApiError::invalid(
        "name",
        format!("`name` must have 1 to {MOST_NAME} characters, and no line breaks"),
    ))
}

/// Forgets a key in the place where it is kept.
pub(super) async fn forget(app: &App, key: &KeyBinding, force: bool) -> Result<(), ApiError> {
    match app.keyring.forget(&key.reference).await {
        Err(error) if !force => {
            let error = ApiError::from(error);
            let hint =
                format!("{} Or use `force` to forget `{}` here and leave it there.", error.hint, key.name);
            Err(ApiError { hint, ..error })
        }
        _ => Ok(()),
    }
}

/// Where a new key is found.
async fn place(app: &App, id: ProviderKeyId, request: &CreateProviderKey) -> Result<KeyRef, ApiError> {
    let place = match (&request.env, &request.secret, request.place) {
        (Some(name), None, None | Some(KeyPlace::Env)) => return Ok(KeyRef::Env { name: name.clone() }),
        (None, Some(_), Some(place @ (KeyPlace::Keychain | KeyPlace::Vault))) => place,
        (None, Some(_), None) => match app.keyring.keychain_state().await {
            KeychainState::Available | KeychainState::Locked => KeyPlace::Keychain,
            KeychainState::None => KeyPlace::Vault,
        },
        _ => {
            return Err(ApiError::invalid(
                "secret",
                "a key is either a `secret` to keep in `keychain` or `vault`, or the name of a variable in `env`",
            ));
        }
    };
    Ok(if place == KeyPlace::Vault { KeyRef::Vault { id } } else { KeyRef::Keychain { id } })
}

pub(crate) async fn provider_key_list(
    app: &App,
    _: &Caller,
    request: ListProviderKeys,
) -> Result<Page<ProviderKeyView>, ApiError> {
    let provider = find_provider(app, &request.provider).await?;
    let keys = app.store.list_provider_keys(provider.id).await?;
    Ok(Page::whole(join_all(keys.into_iter().map(|key| view(app, &provider, key))).await))
}

pub(crate) async fn provider_key_create(
    app: &App,
    _: &Caller,
    request: CreateProviderKey,
) -> Result<ProviderKeyView, ApiError> {
    let mut provider = find_provider(app, &request.provider).await?;
    let name = check_name(&request.name)?;
    let origin = key_origin(provider.base_url.as_ref())?;
    let id = app.ids.provider_key();
    let reference = place(app, id, &request).await?;
    let binding = KeyBinding { id, name, reference, origin };
    let key = ProviderKey { provider: provider.id, binding, created_at: app.now() };
    // The name comes first: a key that was kept and has none could never be found again.
    app.store.insert_provider_key(key.clone()).await?;
    if let Some(secret) = &request.secret
        && let Err(error) = app.keyring.keep(&key.binding.reference, secret).await
    {
        app.store.delete_provider_key(id).await?;
        return Err(error.into());
    }
    if request.activate.unwrap_or(provider.key.is_none()) {
        provider.key = Some(key.binding.clone());
        keep(app, &mut provider).await?;
    } else {
        app.changed(Noun::Provider, provider.id);
    }
    Ok(view(app, &provider, key).await)
}

pub(crate) async fn provider_key_use(
    app: &App,
    _: &Caller,
    request: UseProviderKey,
) -> Result<ProviderKeyView, ApiError> {
    let mut provider = find_provider(app, &request.provider).await?;
    let key = find_key(app, &provider, &request.key).await?;
    let origin = key_origin(provider.base_url.as_ref())?;
    if key.binding.origin != origin {
        let (name, bound) = (&key.binding.name, &key.binding.origin);
        let message = format!("the key `{name}` was set for `{bound}` and is not sent to `{origin}`");
        let hint = "Give the key again for this address.".to_owned();
        return Err(ApiError { hint, ..ApiError::invalid("key", message) });
    }
    provider.key = Some(key.binding.clone());
    keep(app, &mut provider).await?;
    Ok(view(app, &provider, key).await)
}

pub(crate) async fn provider_key_rotate(
    app: &App,
    _: &Caller,
    request: RotateProviderKey,
) -> Result<ProviderKeyView, ApiError> {
    let provider = find_provider(app, &request.provider).await?;
    let mut key = find_key(app, &provider, &request.key).await?;
    if let KeyRef::Env { name } = &key.binding.reference {
        return Err(formaops_secrets::KeyringError::Environment(name.clone()).into());
    }
    key.binding.origin = key_origin(provider.base_url.as_ref())?;
    let candidate = Candidate::new(&request.secret)?;
    let config = Provider { key: Some(key.binding.clone()), ..provider };
    let trial = app.registry.trial(&config, Arc::new(candidate))?;
    if let Err(failure) = try_out(&*trial, request.model).await {
        let message = format!("the old key stays, since the new one could not be used: {}", failure.message);
        return Err(ApiError { message, ..failure.into() });
    }
    app.keyring.replace(&key.binding.reference, &request.secret).await?;
    // The test may have taken long, so what has become of the provider counts, not what it was.
    let mut provider = app.store.get_provider(config.id).await?;
    if provider.key.as_ref().is_some_and(|used| used.id == key.binding.id) {
        provider.key = Some(key.binding.clone());
        keep(app, &mut provider).await?;
    } else {
        app.store.update_provider_key(key.clone()).await?;
        app.changed(Noun::Provider, provider.id);
    }
    Ok(view(app, &provider, key).await)
}

pub(crate) async fn provider_key_delete(
    app: &App,
    _: &Caller,
    request: DeleteProviderKey,
) -> Result<ProviderKeyView, ApiError> {
    let mut provider = find_provider(app, &request.provider).await?;
    let key = find_key(app, &provider, &request.key).await?;
    forget(app, &key.binding, request.force).await?;
    if provider.key.as_ref().is_some_and(|used| used.id == key.binding.id) {
        provider.key = None;
        keep(app, &mut provider).await?;
    }
    app.store.delete_provider_key(key.binding.id).await?;
    app.changed(Noun::Provider, provider.id);
    Ok(view(app, &provider, key).await)
}
