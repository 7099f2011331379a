//! Configured providers and the models they listed.

use crate::{
    Store, StoreError,
    column::{Int, Json, Key, Text, Word},
};
use formaops_domain::{
    KeyBinding, KeyRef, ListedModel, Origin, Provider, ProviderId, ProviderKind, Timestamp,
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
    key_reference: Option<Json<KeyRef>>,
    key_origin: Option<Text<Origin>>,
    max_concurrent: Option<u32>,
    created_at: Int<Timestamp>,
    updated_at: Int<Timestamp>,
}

impl From<ProviderRow> for Provider {
    fn from(row: ProviderRow) -> Self {
        let key = row.key_reference.zip(row.key_origin);
        Self {
            id: row.id.0,
            name: row.name,
            kind: row.kind.0,
            base_url: row.base_url.map(|url| url.0),
            key: key.map(|(reference, origin)| KeyBinding { reference: reference.0, origin: origin.0 }),
            max_concurrent: row.max_concurrent,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

macro_rules! select_providers {
    ($tail:literal $(, $argument:expr)*) => {
        sqlx::query_as!(
            ProviderRow,
            r#"select id as "id: Key<ProviderId>", name, kind as "kind: Word<ProviderKind>",
              base_url as "base_url: Text<Url>", key_reference as "key_reference: Json<KeyRef>",
              key_origin as "key_origin: Text<Origin>", max_concurrent as "max_concurrent: u32",
              created_at as "created_at: Int<Timestamp>", updated_at as "updated_at: Int<Timestamp>"
            from providers
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
    let key_reference = provider.key.as_ref().map(|key| Json(&key.reference));
    let key_origin = provider.key.as_ref().map(|key| Text(&key.origin));
    let (created_at, updated_at) =
        (Int(provider.created_at), Int(provider.updated_at.max(provider.created_at)));
    if new {
        sqlx::query!(
            "insert into providers (id, name, kind, base_url, key_reference, key_origin, max_concurrent, created_at,
              updated_at)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            id,
            provider.name,
            kind,
            base_url,
            key_reference,
            key_origin,
            provider.max_concurrent,
            created_at,
            updated_at,
        )
        .execute(connection)
        .await?;
        return Ok(());
    }
    let done = sqlx::query!(
        "update providers set name = ?2, kind = ?3, base_url = ?4, key_reference = ?5, key_origin = ?6,
          max_concurrent = ?7, updated_at = max(created_at, ?8)
        where id = ?1",
        id,
        provider.name,
        kind,
        base_url,
        key_reference,
        key_origin,
        provider.max_concurrent,
        updated_at,
    )
    .execute(connection)
    .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::not_found("provider", provider.id));
    }
    Ok(())
}

impl Store {
    /// Keeps a new provider.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where another has the name in whatever case.
    pub async fn insert_provider(&self, provider: Provider) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                put(connection, &provider, true).await.map_err(|error| name_taken(error, &provider))
            })
        })
        .await
    }

    /// A provider.
    pub async fn get_provider(&self, id: ProviderId) -> Result<Provider, StoreError> {
        let key = Key(id);
        let row = select_providers!("where id = ?1", key).fetch_optional(self.readers()).await?;
        row.map(Provider::from).ok_or_else(|| StoreError::not_found("provider", id))
    }

    /// The provider with this name, in whatever case.
    pub async fn find_provider_by_name(&self, name: &str) -> Result<Option<Provider>, StoreError> {
        let row =
            select_providers!("where name = ?1 collate nocase", name).fetch_optional(self.readers()).await?;
        Ok(row.map(Provider::from))
    }

    /// All providers by name.
    pub async fn list_providers(&self) -> Result<Vec<Provider>, StoreError> {
        let rows = select_providers!("order by name collate nocase").fetch_all(self.readers()).await?;
        Ok(rows.into_iter().map(Provider::from).collect())
    }

    /// Changes all of a provider but its identity and the moment it was made.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] and [`StoreError::NameTaken`].
    pub async fn update_provider(&self, provider: Provider) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                put(connection, &provider, false).await.map_err(|error| name_taken(error, &provider))
            })
        })
        .await
    }

    /// Removes a provider and its model list. Runs that used it keep its name.
    pub async fn delete_provider(&self, id: ProviderId) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let key = Key(id);
                let done =
                    sqlx::query!("delete from providers where id = ?1", key).execute(connection).await?;
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
