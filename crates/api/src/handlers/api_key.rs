//! Keys for the HTTP host. Only a hash of each is kept.

use crate::{ApiError, App, Caller, ErrorCode, Scope};
use formaops_domain::{ApiKeyId, Noun, Page, Timestamp};
use formaops_store::{Actor, ActorKind, StoredApiKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for the keys.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListApiKeys {}

/// A key for the HTTP host, without its secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKey {
    /// Its identity.
    pub id: ApiKeyId,
    /// A name for people.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
}

/// Makes a key.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateApiKey {
    /// A name for people.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// When it ends; never where absent.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// A new key with its secret.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedApiKey {
    /// The key.
    pub api_key: ApiKey,
    /// What a client sends as `Authorization: Bearer …`. It is not kept and cannot be shown again.
    pub secret: String,
}

/// Ends a key.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteApiKey {
    /// The key.
    pub id: ApiKeyId,
}

/// What a secret starts with, so that it is recognised where it should not be.
const PREFIX: &str = "fops_";

pub(crate) fn scopes_of(words: Vec<String>) -> Result<Vec<Scope>, ApiError> {
    serde_json::from_value(words.into())
        .map_err(|error| ApiError::new(ErrorCode::Internal, format!("the scopes of a key: {error}"), ""))
}

fn shown(key: StoredApiKey) -> Result<ApiKey, ApiError> {
    Ok(ApiKey {
        id: key.id,
        name: key.name,
        scopes: scopes_of(key.scopes)?,
        created_at: key.created_at,
        last_used_at: key.last_used_at,
        expires_at: key.expires_at,
        revoked_at: key.revoked_at,
    })
}

pub(crate) async fn api_key_list(app: &App, _: &Caller, _: ListApiKeys) -> Result<Page<ApiKey>, ApiError> {
    let keys = app.store.list_api_keys().await?;
    Ok(Page::whole(keys.into_iter().map(shown).collect::<Result<_, _>>()?))
}

pub(crate) async fn api_key_create(
    app: &App,
    _: &Caller,
    request: CreateApiKey,
) -> Result<CreatedApiKey, ApiError> {
    let name = request.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 128 {
        return Err(ApiError::invalid("name", "`name` must have 1 to 128 characters"));
    }
    if request.scopes.is_empty() {
        return Err(ApiError::invalid(
            "scopes",
            "a key needs at least one of `read`, `run`, `write`, `admin`",
        ));
    }
    let mut scopes = request.scopes;
    scopes.sort();
    scopes.dedup();
    let secret = format!("{PREFIX}{}", crate::secret::new_secret()?);
    let actor =
        Actor { id: app.ids.actor(), kind: ActorKind::ApiKey, name: name.clone(), created_at: app.now() };
    let words = scopes.iter().map(|scope| format!("{scope:?}").to_lowercase()).collect();
    let key = StoredApiKey {
        id: app.ids.api_key(),
        actor: actor.id,
        name,
        hash: crate::secret::hash(&secret),
        scopes: words,
        created_at: app.now(),
        last_used_at: None,
        expires_at: request.expires_at,
        revoked_at: None,
    };
    app.store.insert_actor(actor).await?;
    app.store.insert_api_key(key.clone()).await?;
    app.changed(Noun::Workspace, key.id);
    Ok(CreatedApiKey { api_key: shown(key)?, secret })
}

pub(crate) async fn api_key_delete(app: &App, _: &Caller, request: DeleteApiKey) -> Result<ApiKey, ApiError> {
    let key = app.store.revoke_api_key(request.id, app.now()).await?;
    app.changed(Noun::Workspace, key.id);
    shown(key)
}
