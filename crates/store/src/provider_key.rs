//! The keys of providers: where each is found and where it may go, never what it is.

use crate::{
    Store, StoreError,
    column::{Int, Json, Key, Text},
};
use formaops_domain::{KeyBinding, KeyRef, Origin, ProviderId, ProviderKey, ProviderKeyId, Timestamp};
use sqlx::SqliteConnection;

struct ProviderKeyRow {
    id: Key<ProviderKeyId>,
    provider: Key<ProviderId>,
    name: String,
    reference: Json<KeyRef>,
    origin: Text<Origin>,
    created_at: Int<Timestamp>,
}

impl From<ProviderKeyRow> for ProviderKey {
    fn from(row: ProviderKeyRow) -> Self {
        let (id, reference, origin) = (row.id.0, row.reference.0, row.origin.0);
        Self {
            provider: row.provider.0,
            binding: KeyBinding { id, name: row.name, reference, origin },
            created_at: row.created_at.0,
        }
    }
}

macro_rules! select_provider_keys {
    ($tail:literal $(, $argument:expr)*) => {
        sqlx::query_as!(
            ProviderKeyRow,
            r#"select id as "id: Key<ProviderKeyId>", provider as "provider: Key<ProviderId>", name,
              reference as "reference: Json<KeyRef>", origin as "origin: Text<Origin>",
              created_at as "created_at: Int<Timestamp>"
            from provider_keys
            "# + $tail
            $(, $argument)*
        )
    };
}

/// Keeps a key, or changes the one that has its id.
pub(crate) async fn put_key(connection: &mut SqliteConnection, key: &ProviderKey) -> Result<(), StoreError> {
    let (id, provider, created_at) = (Key(key.binding.id), Key(key.provider), Int(key.created_at));
    let (reference, origin) = (Json(&key.binding.reference), Text(&key.binding.origin));
    let done = sqlx::query!(
        "insert into provider_keys (id, provider, name, reference, origin, created_at)
        values (?1, ?2, ?3, ?4, ?5, ?6)
        on conflict (id) do update set name = excluded.name, reference = excluded.reference, origin = excluded.origin
        where provider = excluded.provider",
        id,
        provider,
        key.binding.name,
        reference,
        origin,
        created_at,
    )
    .execute(connection)
    .await
    .map_err(StoreError::from);
    match done {
        Ok(_) => Ok(()),
        Err(error) if error.is_duplicate() => {
            Err(StoreError::NameTaken { noun: "key", name: key.binding.name.clone() })
        }
        Err(error) => Err(error),
    }
}

impl Store {
    /// Keeps a new key of a provider, which is not in use by that.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where the provider has a key of the name in whatever case.
    pub async fn insert_provider_key(&self, key: ProviderKey) -> Result<(), StoreError> {
        self.write(move |connection| Box::pin(async move { put_key(connection, &key).await })).await
    }

    /// Changes the name, the place or the origin of a key, whether it is in use or not.
    ///
    /// # Errors
    /// As for [`Self::insert_provider_key`].
    pub async fn update_provider_key(&self, key: ProviderKey) -> Result<(), StoreError> {
        self.write(move |connection| Box::pin(async move { put_key(connection, &key).await })).await
    }

    /// The keys of a provider by name.
    pub async fn list_provider_keys(&self, provider: ProviderId) -> Result<Vec<ProviderKey>, StoreError> {
        let provider = Key(provider);
        let rows = select_provider_keys!("where provider = ?1 order by name collate nocase", provider)
            .fetch_all(self.readers())
            .await?;
        Ok(rows.into_iter().map(ProviderKey::from).collect())
    }

    /// Removes a key that is not in use.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], and [`StoreError::Refused`] where it is in use.
    pub async fn delete_provider_key(&self, id: ProviderKeyId) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let key = Key(id);
                let done =
                    sqlx::query!("delete from provider_keys where id = ?1", key).execute(connection).await?;
                if done.rows_affected() == 0 { Err(StoreError::not_found("key", id)) } else { Ok(()) }
            })
        })
        .await
    }
}
