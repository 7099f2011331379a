//! What the user says of models.

use crate::{
    Store, StoreError,
    column::{Int, Json, Key},
};
use formaops_domain::{Capabilities, ModelEdit, Price, ProviderId, Timestamp};

impl Store {
    /// What the user says of a provider's models, by their ids.
    pub async fn list_model_edits(
        &self,
        provider: ProviderId,
    ) -> Result<Vec<(String, ModelEdit)>, StoreError> {
        let provider = Key(provider);
        let rows = sqlx::query!(
            r#"select model, same_as, context_window as "context_window: Int<u64>",
              max_output_tokens as "max_output_tokens: Int<u64>", price as "price: Json<Price>",
              capabilities as "capabilities: Json<Capabilities>", retires_on,
              updated_at as "updated_at: Int<Timestamp>"
            from models where provider = ?1 order by model"#,
            provider,
        )
        .fetch_all(self.readers())
        .await?;
        let edits = rows.into_iter().map(|row| {
            let edit = ModelEdit {
                same_as: row.same_as,
                context_window: row.context_window.map(|tokens| tokens.0),
                max_output_tokens: row.max_output_tokens.map(|tokens| tokens.0),
                price: row.price.map(|price| price.0),
                capabilities: row.capabilities.0,
                retires_on: row.retires_on,
                updated_at: row.updated_at.0,
            };
            (row.model, edit)
        });
        Ok(edits.collect())
    }

    /// Keeps what the user says of a model, over all they said before.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the provider is not there.
    pub async fn update_model_edit(
        &self,
        provider: ProviderId,
        model: &str,
        edit: ModelEdit,
    ) -> Result<(), StoreError> {
        let model = model.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let (provider, updated_at) = (Key(provider), Int(edit.updated_at));
                let (window, most) = (edit.context_window.map(Int), edit.max_output_tokens.map(Int));
                let (price, capabilities) = (edit.price.map(Json), Json(edit.capabilities));
                sqlx::query!(
                    "insert into models (provider, model, same_as, context_window, max_output_tokens, price,
                      capabilities, retires_on, updated_at)
                    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                    on conflict (provider, model) do update set same_as = excluded.same_as,
                      context_window = excluded.context_window, max_output_tokens = excluded.max_output_tokens,
                      price = excluded.price, capabilities = excluded.capabilities,
                      retires_on = excluded.retires_on, updated_at = excluded.updated_at",
                    provider,
                    model,
                    edit.same_as,
                    window,
                    most,
                    price,
                    capabilities,
                    edit.retires_on,
                    updated_at,
                )
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Forgets what the user says of a model, if they said anything.
    pub async fn delete_model_edit(&self, provider: ProviderId, model: &str) -> Result<(), StoreError> {
        let model = model.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let provider = Key(provider);
                sqlx::query!("delete from models where provider = ?1 and model = ?2", provider, model)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
