//! Drafts: unsaved work on a prompt, which survives a crash.

use crate::{
    Store, StoreError, attachment,
    column::{Int, Json, Key, Text},
};
use formaops_domain::{Content, Draft, JsonObject, PromptId, RefName, Timestamp, VersionId};
use sqlx::SqliteConnection;

/// The draft of a prompt, as the connection sees it.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    prompt: PromptId,
) -> Result<Option<Draft>, StoreError> {
    let key = Key(prompt);
    let row = sqlx::query!(
        r#"select content as "content: Json<Content>", base as "base: Key<VersionId>",
          inputs as "inputs: Json<JsonObject>", updated_at as "updated_at: Int<Timestamp>",
          branch as "branch: Text<RefName>"
        from drafts where prompt = ?1"#,
        key,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Draft {
        prompt_id: prompt,
        content: row.content.0,
        branch: row.branch.0,
        base: row.base.map(|base| base.0),
        inputs: row.inputs.0,
        updated_at: row.updated_at.0,
    }))
}

/// Keeps a draft, over what was kept before.
pub(crate) async fn put(connection: &mut SqliteConnection, draft: &Draft) -> Result<(), StoreError> {
    let (prompt, base, hash) = (Key(draft.prompt_id), draft.base.map(Key), Key(draft.content.hash()));
    let (content, inputs, updated_at) = (Json(&draft.content), Json(&draft.inputs), Int(draft.updated_at));
    let branch = draft.branch.as_str();
    sqlx::query!(
        "insert into drafts (prompt, content_hash, content, base, inputs, updated_at, branch)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        on conflict (prompt) do update set content_hash = excluded.content_hash,
          content = excluded.content, base = excluded.base, inputs = excluded.inputs,
          updated_at = excluded.updated_at, branch = excluded.branch",
        prompt,
        hash,
        content,
        base,
        inputs,
        updated_at,
        branch,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The branch that the work on a prompt is for.
pub(crate) async fn branch(
    connection: &mut SqliteConnection,
    prompt: PromptId,
) -> Result<RefName, StoreError> {
    let key = Key(prompt);
    let found =
        sqlx::query!(r#"select branch as "branch: Text<RefName>" from drafts where prompt = ?1"#, key)
            .fetch_optional(connection)
            .await?;
    Ok(found.map_or_else(RefName::main, |row| row.branch.0))
}

impl Store {
    /// Keeps the draft of a prompt, over what was kept before. Values of sensitive variables are left out.
    /// A draft for `main` that equals its head and has no inputs to remember is dropped instead.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such branch, and [`StoreError::NoAttachment`] where the bytes of an attachment are not here.
    pub async fn save_draft(&self, mut draft: Draft) -> Result<(), StoreError> {
        let sensitive = |name: &str| draft.content.variables.iter().any(|v| v.sensitive && v.name == name);
        draft.inputs.retain(|name, _| !sensitive(name));
        let hash = Key(draft.content.hash());
        self.write(move |connection| {
            Box::pin(async move {
                attachment::check(connection, &draft.content).await?;
                let prompt = Key(draft.prompt_id);
                let is_main = draft.branch == RefName::main();
                let branch = draft.branch.as_str();
                let head = sqlx::query_scalar!(
                    "select v.content_hash from refs r join prompt_versions v on v.prompt = r.prompt and v.id = r.version
                    where r.prompt = ?1 and r.kind = 'branch' and r.name = ?2",
                    prompt,
                    branch,
                )
                .fetch_optional(&mut *connection)
                .await?;
                if head.is_none() && !is_main {
                    return Err(StoreError::not_found("branch", branch));
                }
                if is_main && draft.inputs.is_empty() && head.is_some_and(|head| head == hash.0.as_bytes()) {
                    sqlx::query!("delete from drafts where prompt = ?1", prompt).execute(connection).await?;
                    return Ok(());
                }
                put(connection, &draft).await
            })
        })
        .await
    }

    /// The draft of a prompt, where there is one.
    pub async fn find_draft(&self, prompt: PromptId) -> Result<Option<Draft>, StoreError> {
        find(&mut *self.readers().acquire().await?, prompt).await
    }

    /// Throws the draft of a prompt away.
    pub async fn delete_draft(&self, prompt: PromptId) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let prompt = Key(prompt);
                sqlx::query!("delete from drafts where prompt = ?1", prompt).execute(connection).await?;
                Ok(())
            })
        })
        .await
    }
}
