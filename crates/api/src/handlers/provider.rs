//! Providers: the endpoints that serve models.

use super::{idempotent, key::forget};
use crate::{ApiError, App, Caller, ErrorCode};
use formaops_domain::{EnvName, KeyBinding, KeyRef, Noun, Origin, Page, Provider, ProviderId, ProviderKind};
use formaops_providers::{Catalogue, Preset};
use formaops_secrets::KeyState as Found;
use futures::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for the providers.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListProviders {}

/// Asks for the presets.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPresets {}

/// Asks for a provider.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetProvider {
    /// The provider.
    pub id: ProviderId,
}

/// A provider and whether it is ready.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderView {
    /// The provider.
    #[serde(flatten)]
    pub provider: Provider,
    /// How its key is.
    pub key_state: KeyState,
    /// Whether what is called there has names of the user's own, such as those of deployments on Azure: its list
    /// of models is of those behind them, and none of them can be called by its name there.
    pub own_names: bool,
}

/// How the key of a provider is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    /// None is set.
    None,
    /// It was found.
    Found,
    /// The reference leads nowhere.
    Missing,
    /// The keychain or vault that holds it is locked.
    Locked,
    /// The keychain does not let us have it.
    Denied,
    /// It is in a keychain, and this system has none.
    #[serde(rename = "no-keychain")]
    NoKeychain,
    /// It was set for another address.
    Detached,
}

/// Adds a provider.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateProvider {
    /// Its name in `provider:model`: `[a-z0-9][a-z0-9._-]*`, at most 64 characters.
    pub name: String,
    /// Which wire format it speaks.
    pub kind: ProviderKind,
    /// The address its paths are joined to, such as `https://api.openai.com/v1`.
    #[serde(default)]
    pub base_url: Option<url::Url>,
    /// The environment variable that holds its key.
    #[serde(default)]
    pub key_env: Option<EnvName>,
    /// The most executions at once.
    #[serde(default)]
    pub max_concurrent: Option<u32>,
    /// The most calls within a minute.
    #[serde(default)]
    pub requests_per_minute: Option<u32>,
    /// The most tokens within a minute, of requests and answers together.
    #[serde(default)]
    pub tokens_per_minute: Option<u32>,
    /// The same key and request within 24 hours answer with the provider that was added the first time.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// Changes a provider. What is absent stays.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateProvider {
    /// The provider.
    pub id: ProviderId,
    /// A new name.
    #[serde(default)]
    pub name: Option<String>,
    /// A new address; the key is detached unless it is given again.
    #[serde(default)]
    pub base_url: Option<url::Url>,
    /// The environment variable that holds its key, for the address it has now.
    #[serde(default)]
    pub key_env: Option<EnvName>,
    /// Whether to forget the key in use, where it is kept too.
    #[serde(default)]
    pub forget_key: bool,
    /// The most executions at once; 0 for the default.
    #[serde(default)]
    pub max_concurrent: Option<u32>,
    /// The most calls within a minute; 0 for no limit.
    #[serde(default)]
    pub requests_per_minute: Option<u32>,
    /// The most tokens within a minute, of requests and answers together; 0 for no limit.
    #[serde(default)]
    pub tokens_per_minute: Option<u32>,
}

/// Removes a provider.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteProvider {
    /// The provider.
    pub id: ProviderId,
    /// Whether to leave its keys in a keychain or vault that cannot be opened.
    #[serde(default)]
    pub force: bool,
}

/// The most characters of a provider's name.
const MOST_NAME: usize = 64;
/// The most executions at once that a provider may be set to.
pub(crate) const MOST_CONCURRENT: u32 = 1024;
/// The most calls a minute that a limit may say.
const MOST_REQUESTS_PER_MINUTE: u32 = 1_000_000;
/// The most tokens a minute that a limit may say.
const MOST_TOKENS_PER_MINUTE: u32 = 1_000_000_000;

/// How the key that a provider uses is.
pub(super) async fn key_state(app: &App, provider: &Provider) -> KeyState {
    match &provider.key {
        None => KeyState::None,
        Some(key) => state_of(app, provider, key).await,
    }
}

/// How one of the keys of a provider is.
pub(super) async fn state_of(app: &App, provider: &Provider, key: &KeyBinding) -> KeyState {
    if Some(&key.origin) != provider.origin().as_ref() {
        return KeyState::Detached;
    }
    match app.keyring.key_state(&key.reference).await {
        Found::Found => KeyState::Found,
        Found::Missing => KeyState::Missing,
        Found::Locked => KeyState::Locked,
        Found::Denied => KeyState::Denied,
        Found::NoKeychain => KeyState::NoKeychain,
    }
}

async fn view(app: &App, provider: Provider) -> ProviderView {
    let key_state = key_state(app, &provider).await;
    let own_names = Catalogue::shipped().has_own_names(&provider);
    ProviderView { provider, key_state, own_names }
}

fn check_name(name: &str) -> Result<(), ApiError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if starts && name.len() <= MOST_NAME && name.chars().all(plain) {
        return Ok(());
    }
    Err(ApiError::invalid(
        "name",
        format!(
            "`{name}` cannot name a provider: use at most {MOST_NAME} lower-case letters, digits, `.`, `_` and `-`, \
             starting with a letter or digit"
        ),
    ))
}

fn check_address(url: &url::Url) -> Result<(), ApiError> {
    let wrong = |message: &str| Err(ApiError::invalid("baseUrl", format!("`baseUrl` {message}")));
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return wrong("must start with `https://` or `http://`");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("must not hold a user name or password: name an environment variable for the key");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("must end with its path: no `?` and no `#`");
    }
    Ok(())
}

/// The origin that keys of a provider at this address may travel to.
pub(super) fn key_origin(base_url: Option<&url::Url>) -> Result<Origin, ApiError> {
    let Some(url) = base_url else {
        return Err(ApiError::invalid("provider", "a provider without an address needs no key"));
    };
    let origin = Origin::of(url);
    if origin.may_carry_key() {
        return Ok(origin);
    }
    Err(ApiError::invalid(
        "baseUrl",
        format!("a key may not be sent to `{origin}`: use `https://`, or a server on this machine"),
    ))
}

/// The key that is a variable of the environment, under the name of the variable unless it has one already.
async fn bind_variable(app: &App, provider: &Provider, name: EnvName) -> Result<KeyBinding, ApiError> {
    let origin = key_origin(provider.base_url.as_ref())?;
    let label = name.to_string();
    let reference = KeyRef::Env { name };
    let keys = app.store.list_provider_keys(provider.id).await?;
    let known = keys.into_iter().map(|key| key.binding).find(|key| key.reference == reference);
    Ok(match known {
        Some(known) => KeyBinding { origin, ..known },
        None => KeyBinding { id: app.ids.provider_key(), name: label, reference, origin },
    })
}

/// The provider that is meant by its id or its name.
pub(super) async fn find_provider(app: &App, named: &str) -> Result<Provider, ApiError> {
    match named.parse() {
        Ok(id) => Ok(app.store.get_provider(id).await?),
        Err(_) => app.registry.config(named).await,
    }
}

/// Keeps what has changed of a provider, and lets the next call see it.
pub(super) async fn keep(app: &App, provider: &mut Provider) -> Result<(), ApiError> {
    // Its time names its configuration, so it has to move even where the clock does not.
    provider.updated_at = app.now().max(provider.updated_at.after(formaops_domain::Span::from_micros(1)));
    app.store.update_provider(provider.clone()).await?;
    app.changed(Noun::Provider, provider.id);
    Ok(())
}

fn check_limits(
    concurrent: Option<u32>,
    requests_per_minute: Option<u32>,
    tokens_per_minute: Option<u32>,
) -> Result<(), ApiError> {
    let check = |name: &str, limit: Option<u32>, most: u32| match limit {
        Some(limit) if limit > most => {
            Err(ApiError::invalid(name, format!("`{name}` must be at most {most}, got {limit}")))
        }
        _ => Ok(()),
    };
    check("maxConcurrent", concurrent, MOST_CONCURRENT)?;
    check("requestsPerMinute", requests_per_minute, MOST_REQUESTS_PER_MINUTE)?;
    check("tokensPerMinute", tokens_per_minute, MOST_TOKENS_PER_MINUTE)
}

pub(crate) async fn provider_list(
    app: &App,
    _: &Caller,
    _: ListProviders,
) -> Result<Page<ProviderView>, ApiError> {
    let providers = app.store.list_providers().await?;
    // All at once, so that a keychain which does not answer is waited for once.
    Ok(Page::whole(join_all(providers.into_iter().map(|provider| view(app, provider))).await))
}

pub(crate) async fn preset_list(_: &App, _: &Caller, _: ListPresets) -> Result<Page<Preset>, ApiError> {
    Ok(Page::whole(formaops_providers::presets()))
}

pub(crate) async fn provider_get(
    app: &App,
    _: &Caller,
    request: GetProvider,
) -> Result<ProviderView, ApiError> {
    Ok(view(app, app.store.get_provider(request.id).await?).await)
}

pub(crate) async fn provider_create(
    app: &App,
    caller: &Caller,
    request: CreateProvider,
) -> Result<ProviderView, ApiError> {
    let key = request.idempotency_key.clone();
    idempotent(app, caller, "provider_create", key, request.clone(), create(app, request)).await
}

async fn create(app: &App, request: CreateProvider) -> Result<ProviderView, ApiError> {
    check_name(&request.name)?;
    check_limits(request.max_concurrent, request.requests_per_minute, request.tokens_per_minute)?;
    match (request.kind, &request.base_url) {
        (ProviderKind::DryRun, Some(_)) => {
            return Err(ApiError::invalid("baseUrl", "the `dry-run` provider has no address"));
        }
        (ProviderKind::DryRun, None) => {}
        (_, Some(url)) => check_address(url)?,
        (_, None) => {
            return Err(ApiError::invalid(
                "baseUrl",
                "`baseUrl` is needed, such as `https://api.openai.com/v1`",
            ));
        }
    }
    let now = app.now();
    let mut provider = Provider {
        id: app.ids.provider(),
        name: request.name,
        kind: request.kind,
        base_url: request.base_url,
        key: None,
        max_concurrent: request.max_concurrent.filter(|&most| most > 0),
        requests_per_minute: request.requests_per_minute.filter(|&most| most > 0),
        tokens_per_minute: request.tokens_per_minute.filter(|&most| most > 0),
        created_at: now,
        updated_at: now,
    };
    if let Some(name) = request.key_env {
        provider.key = Some(bind_variable(app, &provider, name).await?);
    }
    app.store.insert_provider(provider.clone()).await?;
    app.refresh_settings().await?;
    app.changed(Noun::Provider, provider.id);
    Ok(view(app, provider).await)
}

pub(crate) async fn provider_update(
    app: &App,
    _: &Caller,
    request: UpdateProvider,
) -> Result<ProviderView, ApiError> {
    let mut provider = app.store.get_provider(request.id).await?;
    check_limits(request.max_concurrent, request.requests_per_minute, request.tokens_per_minute)?;
    if let Some(name) = request.name {
        check_name(&name)?;
        provider.name = name;
    }
    if let Some(url) = request.base_url {
        check_address(&url)?;
        if provider.kind == ProviderKind::DryRun {
            return Err(ApiError::invalid("baseUrl", "the `dry-run` provider has no address"));
        }
        provider.base_url = Some(url);
    }
    let forgotten = if request.forget_key { provider.key.take() } else { None };
    if let Some(name) = request.key_env {
        provider.key = Some(bind_variable(app, &provider, name).await?);
    }
    let limit = |limit: &mut Option<u32>, asked: Option<u32>| {
        if let Some(most) = asked {
            *limit = Some(most).filter(|&most| most > 0);
        }
    };
    limit(&mut provider.max_concurrent, request.max_concurrent);
    limit(&mut provider.requests_per_minute, request.requests_per_minute);
    limit(&mut provider.tokens_per_minute, request.tokens_per_minute);
    let forgotten = forgotten.filter(|old| provider.key.as_ref().is_none_or(|key| key.id != old.id));
    if let Some(key) = &forgotten {
        app.keyring.forget(&key.reference).await?;
    }
    keep(app, &mut provider).await?;
    if let Some(key) = forgotten {
        app.store.delete_provider_key(key.id).await?;
    }
    app.refresh_settings().await?;
    Ok(view(app, provider).await)
}

pub(crate) async fn provider_delete(
    app: &App,
    _: &Caller,
    request: DeleteProvider,
) -> Result<ProviderView, ApiError> {
    let provider = app.store.get_provider(request.id).await?;
    if provider.kind == ProviderKind::DryRun {
        return Err(ApiError::new(
            ErrorCode::Conflict,
            "the built-in `dry-run` provider stays",
            "It needs no key and sends nothing.",
        ));
    }
    for key in app.store.list_provider_keys(provider.id).await? {
        forget(app, &key.binding, request.force).await?;
    }
    app.store.delete_provider(provider.id).await?;
    app.refresh_settings().await?;
    app.changed(Noun::Provider, provider.id);
    Ok(view(app, provider).await)
}
