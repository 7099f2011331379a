//! Input sets: inputs of a prompt that are remembered under names.

use crate::{
    Store, StoreError,
    column::{Int, Json, Key},
};
use formaops_domain::{InputSet, JsonObject, PromptId, Timestamp};
use sqlx::SqliteConnection;

/// The input sets of a prompt, by name, as the connection sees them.
pub(crate) async fn list(
    connection: &mut SqliteConnection,
    prompt: PromptId,
) -> Result<Vec<InputSet>, StoreError> {
    let key = Key(prompt);
    let rows = sqlx::query!(
        r#"select name, inputs as "inputs: Json<JsonObject>", created_at as "created_at: Int<Timestamp>",
          updated_at as "updated_at: Int<Timestamp>"
        from input_sets where prompt = ?1 order by name"#,
        key,
    )
    .fetch_all(connection)
    .await?;
    let sets = rows.into_iter().map(|row| InputSet {
        prompt_id: prompt,
        name: row.name,
        inputs: row.inputs.0,
        created_at: row.created_at.0,
        updated_at: row.updated_at.0,
    });
    Ok(sets.collect())
}

impl Store {
    /// Keeps an input set, over one of the same name in whatever case. Where `was` names another set of the prompt,
    /// it is that one which gets the name and the inputs.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no set called `was`, and [`StoreError::NameTaken`] where it would get
    /// the name of a third.
    pub async fn save_input_set(&self, set: InputSet, was: Option<String>) -> Result<InputSet, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (prompt, now, inputs) = (Key(set.prompt_id), Int(set.updated_at), Json(&set.inputs));
                let created_at = if let Some(was) = was {
                    sqlx::query_scalar!(
                        r#"update input_sets set name = ?3, inputs = ?4, updated_at = max(?5, created_at)
                        where prompt = ?1 and name = ?2 returning created_at as "created_at!: Int<Timestamp>""#,
                        prompt,
                        was,
                        set.name,
                        inputs,
                        now,
                    )
                    .fetch_optional(connection)
                    .await
                    .map_err(|error| taken(error.into(), &set.name))?
                    .ok_or_else(|| StoreError::not_found("input set", was))?
                } else {
                    sqlx::query_scalar!(
                        r#"insert into input_sets (prompt, name, inputs, created_at, updated_at) values (?1, ?2, ?3, ?4, ?4)
                        on conflict (prompt, name) do update set name = excluded.name, inputs = excluded.inputs,
                          updated_at = max(excluded.updated_at, created_at)
                        returning created_at as "created_at!: Int<Timestamp>""#,
                        prompt,
                        set.name,
                        inputs,
                        now,
                    )
                    .fetch_one(connection)
                    .await?
                };
                Ok(InputSet { created_at: created_at.0, updated_at: set.updated_at.max(created_at.0), ..set })
            })
        })
        .await
    }

    /// The input sets of a prompt, by name.
    pub async fn list_input_sets(&self, prompt: PromptId) -> Result<Vec<InputSet>, StoreError> {
        list(&mut *self.readers().acquire().await?, prompt).await
    }

    /// Forgets an input set.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is none of this name.
    pub async fn delete_input_set(&self, prompt: PromptId, name: String) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let key = Key(prompt);
                let done = sqlx::query!("delete from input_sets where prompt = ?1 and name = ?2", key, name)
                    .execute(connection)
                    .await?;
                if done.rows_affected() == 0 {
                    return Err(StoreError::not_found("input set", name));
                }
                Ok(())
            })
        })
        .await
    }
}

fn taken(error: StoreError, name: &str) -> StoreError {
    if error.is_duplicate() {
        StoreError::NameTaken { noun: "input set", name: name.to_owned() }
    } else {
        error
    }
}
