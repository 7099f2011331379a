//! Keys for the HTTP host: only their hashes.

use crate::{
    Store, StoreError,
    column::{Int, Json, Key},
};
use formaops_domain::{ActorId, ApiKeyId, Timestamp};

/// A key for the HTTP host, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredApiKey {
    /// Its identity.
    pub id: ApiKeyId,
    /// Whoever acts with it.
    pub actor: ActorId,
    /// A name for people; not empty.
    pub name: String,
    /// SHA-256 of the key.
    pub hash: [u8; 32],
    /// What it allows, in the words of the host.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
}

impl StoredApiKey {
    /// Whether it opens anything at this moment.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

struct ApiKeyRow {
    id: Key<ApiKeyId>,
    actor: Key<ActorId>,
    name: String,
    hash: Key<[u8; 32]>,
    scopes: Json<Vec<String>>,
    created_at: Int<Timestamp>,
    last_used_at: Option<Int<Timestamp>>,
    expires_at: Option<Int<Timestamp>>,
    revoked_at: Option<Int<Timestamp>>,
}

impl From<ApiKeyRow> for StoredApiKey {
    fn from(row: ApiKeyRow) -> Self {
        Self {
            id: row.id.0,
            actor: row.actor.0,
            name: row.name,
            hash: row.hash.0,
            scopes: row.scopes.0,
            created_at: row.created_at.0,
            last_used_at: row.last_used_at.map(|at| at.0),
            expires_at: row.expires_at.map(|at| at.0),
            revoked_at: row.revoked_at.map(|at| at.0),
        }
    }
}

macro_rules! select_api_keys {
    ($tail:literal $(, $argument:expr)*) => {
        sqlx::query_as!(
            ApiKeyRow,
            r#"select id as "id: Key<ApiKeyId>", actor as "actor: Key<ActorId>", name, hash as "hash: Key<[u8; 32]>",
              scopes as "scopes: Json<Vec<String>>", created_at as "created_at: Int<Timestamp>",
              last_used_at as "last_used_at: Int<Timestamp>", expires_at as "expires_at: Int<Timestamp>",
              revoked_at as "revoked_at: Int<Timestamp>"
            from api_keys
            "# + $tail
            $(, $argument)*
        )
    };
}

impl Store {
    /// Keeps a new key.
    pub async fn insert_api_key(&self, key: StoredApiKey) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (id, actor, hash, scopes) =
                    (Key(key.id), Key(key.actor), Key(key.hash), Json(key.scopes));
                let (created_at, expires_at) = (Int(key.created_at), key.expires_at.map(Int));
                sqlx::query!(
                    "insert into api_keys (id, actor, name, hash, scopes, created_at, expires_at)
                    values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    id,
                    actor,
                    key.name,
                    hash,
                    scopes,
                    created_at,
                    expires_at,
                )
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// A key, whether it still opens anything or not.
    pub async fn get_api_key(&self, id: ApiKeyId) -> Result<StoredApiKey, StoreError> {
        let key = Key(id);
        let row = select_api_keys!("where id = ?1", key).fetch_optional(self.readers()).await?;
        row.map(StoredApiKey::from).ok_or_else(|| StoreError::not_found("API key", id))
    }

    /// The key with this SHA-256; ask it whether it is active.
    pub async fn find_api_key_by_hash(&self, hash: [u8; 32]) -> Result<Option<StoredApiKey>, StoreError> {
        let hash = Key(hash);
        let row = select_api_keys!("where hash = ?1", hash).fetch_optional(self.readers()).await?;
        Ok(row.map(StoredApiKey::from))
    }

    /// All keys, newest first.
    pub async fn list_api_keys(&self) -> Result<Vec<StoredApiKey>, StoreError> {
        let rows = select_api_keys!("order by created_at desc, id desc").fetch_all(self.readers()).await?;
        Ok(rows.into_iter().map(StoredApiKey::from).collect())
    }

    /// Ends a key at once. Doing it twice changes nothing.
    pub async fn revoke_api_key(&self, id: ApiKeyId, now: Timestamp) -> Result<StoredApiKey, StoreError> {
        let (key, now) = (Key(id), Int(now));
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query!(
                    "update api_keys set revoked_at = coalesce(revoked_at, ?2) where id = ?1",
                    key,
                    now
                )
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await?;
        self.get_api_key(id).await
    }

    /// Notes that a key was used.
    pub async fn touch_api_key(&self, id: ApiKeyId, now: Timestamp) -> Result<(), StoreError> {
        let (key, now) = (Key(id), Int(now));
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query!("update api_keys set last_used_at = ?2 where id = ?1", key, now)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
