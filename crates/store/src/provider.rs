//! Configured providers and the models they listed.

use crate::{
    Store, StoreError,
    column::{Int, Json, Key, Text, Word},
    provider_key::put_key,
};
use formaops_domain::{
    KeyBinding, KeyRef, ListedModel, Origin, Provider, ProviderId, ProviderKey, ProviderKeyId, ProviderKind,
    Timestamp,
};
use sqlx::SqliteConnection;
use url::Url;

/// The models that a provider listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderModels {
    /// Their ids as the provider gave them, in its order.
    pub models: Vec<ListedModel>,
    /// When it was asked.
    pub listed_at: Timestamp,
}

struct ProviderRow {
    id: Key<ProviderId>,
    name: String,
    kind: Word<ProviderKind>,
    base_url: Option<Text<Url>>,
    key_id: Option<Key<ProviderKeyId>>,
    key_name: Option<String>,
    key_reference: Option<Json<KeyRef>>,
    key_origin: Option<Text<Origin>>,
    max_concurrent: Option<u32>,
    requests_per_minute: Option<u32>,
    tokens_per_minute: Option<u32>,
    created_at: Int<Timestamp>,
    updated_at: Int<Timestamp>,
}

impl From<ProviderRow> for Provider {
    fn from(row: ProviderRow) -> Self {
        let key = row.key_id.zip(row.key_name).zip(row.key_reference).zip(row.key_origin);
        Self {
            id: row.id.0,
            name: row.name,
            kind: row.kind.0,
            base_url: row.base_url.map(|url| url.0),
            key: key.map(|(((id, name), reference), origin)| KeyBinding {
                id: id.0,
                name,
                reference: reference.0,
                origin: origin.0,
            }),
            max_concurrent: row.max_concurrent,
            requests_per_minute: row.requests_per_minute,
            tokens_per_minute: row.tokens_per_minute,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

macro_rules! select_providers {
    ($tail:literal $(, $argument:expr)*) => {
        sqlx::query_as!(
            ProviderRow,
            r#"select providers.id as "id: Key<ProviderId>", providers.name, kind as "kind: Word<ProviderKind>",
              base_url as "base_url: Text<Url>", provider_keys.id as "key_id?: Key<ProviderKeyId>",
              provider_keys.name as "key_name?", reference as "key_reference?: Json<KeyRef>",
              origin as "key_origin?: Text<Origin>",
              max_concurrent as "max_concurrent: u32", requests_per_minute as "requests_per_minute: u32",
              tokens_per_minute as "tokens_per_minute: u32", providers.created_at as "created_at: Int<Timestamp>",
              updated_at as "updated_at: Int<Timestamp>"
            from providers left join provider_keys on provider_keys.id = providers.key
            "# + $tail
            $(, $argument)*
        )
    };
}

fn name_taken(error: StoreError, provider: &Provider) -> StoreError {
    if error.is_duplicate() {
        StoreError::NameTaken { noun: "provider", name: provider.name.clone() }
    } else {
        error
    }
}

async fn put(connection: &mut SqliteConnection, provider: &Provider, new: bool) -> Result<(), StoreError> {
    let (id, kind) = (Key(provider.id), Word(provider.kind));
    let base_url = provider.base_url.as_ref().map(Text);
    let (created_at, updated_at) =
        (Int(provider.created_at), Int(provider.updated_at.max(provider.created_at)));
    if new {
        sqlx::query!(
            "insert into providers (id, name, kind, base_url, max_concurrent, created_at, updated_at,
              requests_per_minute, tokens_per_minute)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            id,
            provider.name,
            kind,
            base_url,
            provider.max_concurrent,
            created_at,
            updated_at,
            provider.requests_per_minute,
            provider.tokens_per_minute,
        )
        .execute(&mut *connection)
        .await
        .map_err(|error| name_taken(error.into(), provider))?;
    } else {
        let done = sqlx::query!(
            "update providers set name = ?2, kind = ?3, base_url = ?4, max_concurrent = ?5,
              updated_at = max(created_at, ?6), requests_per_minute = ?7, tokens_per_minute = ?8
            where id = ?1",
            id,
            provider.name,
            kind,
            base_url,
            provider.max_concurrent,
            updated_at,
            provider.requests_per_minute,
            provider.tokens_per_minute,
        )
        .execute(&mut *connection)
        .await
        .map_err(|error| name_taken(error.into(), provider))?;
        if done.rows_affected() == 0 {
            return Err(StoreError::not_found("provider", provider.id));
        }
    }
    if let Some(binding) = &provider.key {
        let key =
            ProviderKey { provider: provider.id, binding: binding.clone(), created_at: provider.updated_at };
        put_key(connection, &key).await?;
    }
    let key = provider.key.as_ref().map(|key| Key(key.id));
    sqlx::query!("update providers set key = ?2 where id = ?1", id, key).execute(connection).await?;
    Ok(())
}

impl Store {
    /// Keeps a new provider, and its key with it.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where another has the name in whatever case.
    pub async fn insert_provider(&self, provider: Provider) -> Result<(), StoreError> {
        self.write(move |connection| Box::pin(async move { put(connection, &provider, true).await })).await
    }

    /// A provider.
    pub async fn get_provider(&self, id: ProviderId) -> Result<Provider, StoreError> {
        let key = Key(id);
        let row = select_providers!("where providers.id = ?1", key).fetch_optional(self.readers()).await?;
        row.map(Provider::from).ok_or_else(|| StoreError::not_found("provider", id))
    }

    /// The provider with this name, in whatever case.
    pub async fn find_provider_by_name(&self, name: &str) -> Result<Option<Provider>, StoreError> {
        let row = select_providers!("where providers.name = ?1 collate nocase", name)
            .fetch_optional(self.readers())
            .await?;
        Ok(row.map(Provider::from))
    }

    /// All providers by name.
    pub async fn list_providers(&self) -> Result<Vec<Provider>, StoreError> {
        let rows =
            select_providers!("order by providers.name collate nocase").fetch_all(self.readers()).await?;
        Ok(rows.into_iter().map(Provider::from).collect())
    }

    /// Changes all of a provider but its identity and the moment it was made. Its key is the one in use from
    /// then on, and is kept or changed with it; its other keys stay.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] and [`StoreError::NameTaken`].
    pub async fn update_provider(&self, provider: Provider) -> Result<(), StoreError> {
        self.write(move |connection| Box::pin(async move { put(connection, &provider, false).await })).await
    }

    /// Removes a provider with its keys and its model list. Runs that used it keep its name.
    pub async fn delete_provider(&self, id: ProviderId) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let key = Key(id);
                let done = sqlx::query!("delete from providers where providers.id = ?1", key)
                    .execute(connection)
                    .await?;
                if done.rows_affected() == 0 { Err(StoreError::not_found("provider", id)) } else { Ok(()) }
            })
        })
        .await
    }

    /// Keeps the models that a provider listed, over what it listed before.
    pub async fn update_provider_models(
        &self,
        provider: ProviderId,
        listed: ProviderModels,
    ) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (provider, models, listed_at) = (Key(provider), Json(listed.models), Int(listed.listed_at));
                sqlx::query!(
                    "insert into provider_models (provider, models, listed_at) values (?1, ?2, ?3)
                    on conflict (provider) do update set models = excluded.models, listed_at = excluded.listed_at",
                    provider,
                    models,
                    listed_at,
                )
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// The models that a provider listed when it was last asked, if it ever was.
    pub async fn find_provider_models(
        &self,
        provider: ProviderId,
    ) -> Result<Option<ProviderModels>, StoreError> {
        let provider = Key(provider);
        let row = sqlx::query!(
            r#"select models as "models: Json<Vec<ListedModel>>", listed_at as "listed_at: Int<Timestamp>"
            from provider_models where provider = ?1"#,
            provider,
        )
        .fetch_optional(self.readers())
        .await?;
        Ok(row.map(|row| ProviderModels { models: row.models.0, listed_at: row.listed_at.0 }))
    }
}
