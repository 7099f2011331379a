//! User settings: a JSON value under a name.

use crate::{
    Store, StoreError,
    column::{Int, Json},
};
use formaops_domain::Timestamp;
use serde_json::Value;

impl Store {
    /// The value of a setting, where it was ever set.
    pub async fn find_setting(&self, name: &str) -> Result<Option<Value>, StoreError> {
        let row = sqlx::query!(r#"select value as "value: Json<Value>" from settings where name = ?1"#, name)
            .fetch_optional(self.readers())
            .await?;
        Ok(row.map(|row| row.value.0))
    }

    /// All settings, by name.
    pub async fn list_settings(&self) -> Result<Vec<(String, Value)>, StoreError> {
        let rows = sqlx::query!(r#"select name, value as "value: Json<Value>" from settings order by name"#)
            .fetch_all(self.readers())
            .await?;
        Ok(rows.into_iter().map(|row| (row.name, row.value.0)).collect())
    }

    /// Sets a setting; `null` removes it.
    pub async fn update_setting(&self, name: &str, value: Value, now: Timestamp) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                if value.is_null() {
                    sqlx::query!("delete from settings where name = ?1", name).execute(connection).await?;
                    return Ok(());
                }
                let (value, now) = (Json(value), Int(now));
                sqlx::query!(
                    "insert into settings (name, value, updated_at) values (?1, ?2, ?3)
                    on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at",
                    name,
                    value,
                    now,
                )
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }
}
