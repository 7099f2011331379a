//! Deleting for good what is in the bin.

use crate::{
    Store, StoreError,
    column::{Int, Json, Key},
    linked::forget_file,
};
use formaops_domain::{AttachmentHash, Content, LinkedId, PromptId, Timestamp};
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::collections::BTreeSet;

impl Store {
    /// Deletes a prompt in the bin for good: versions, draft, branches, labels, tags, remembered inputs, and the bytes
    /// of attachments that nothing else names.
    ///
    /// What ran stays as it was: of a prompt with runs the versions they name are kept for them, and its row without
    /// its words, which nothing lists or finds any more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::NotInBin`], and [`StoreError::StillRuns`] where a run of it has not
    /// ended.
    pub async fn purge_prompt(&self, id: PromptId, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |connection| Box::pin(purge(connection, id, now))).await
    }
}

async fn purge(connection: &mut SqliteConnection, id: PromptId, now: Timestamp) -> Result<(), StoreError> {
    let prompt = crate::prompt::get(connection, id).await?;
    let key = Key(id);
    if prompt.deleted_at.is_none() {
        return Err(StoreError::NotInBin { noun: "prompt", name: prompt.name.to_string() });
    }
    let runs = sqlx::query_scalar!(
        r#"select count(*) as "count: u32" from runs
        where prompt = ?1 and status in ('pending', 'running', 'paused')"#,
        key
    )
    .fetch_one(&mut *connection)
    .await?;
    if runs > 0 {
        return Err(StoreError::StillRuns { name: prompt.name.to_string(), runs });
    }
    let attachments = attachments(connection, id).await?;
    delete_parts(connection, id).await?;
    // Its row is what runs and sums of spending point to.
    let (now, name) = (Int(now), prompt.name.as_str());
    let kept = sqlx::query!(
        "update prompts set title = '', description = '', search = ?3, purged_at = ?2
        where id = ?1 and (exists (select 1 from runs where prompt = ?1) or exists (select 1 from spend where prompt = ?1)
          or exists (select 1 from prompt_versions where prompt = ?1))",
        key,
        now,
        name
    )
    .execute(&mut *connection)
    .await?;
    if kept.rows_affected() == 0 {
        sqlx::query!("delete from prompts where id = ?1", key).execute(&mut *connection).await?;
    } else {
        forget_words(connection, id).await?;
    }
    delete_unnamed(connection, attachments).await
}

async fn delete_parts(connection: &mut SqliteConnection, id: PromptId) -> Result<(), StoreError> {
    let key = Key(id);
    sqlx::query!("delete from drafts where prompt = ?1", key).execute(&mut *connection).await?;
    sqlx::query!("delete from refs where prompt = ?1", key).execute(&mut *connection).await?;
    sqlx::query!("delete from input_sets where prompt = ?1", key).execute(&mut *connection).await?;
    sqlx::query!("delete from prompt_tags where prompt = ?1", key).execute(&mut *connection).await?;
    forget_file(connection, LinkedId::Prompt(id)).await?;
    let budget = format!("prompt:{id}");
    sqlx::query!("delete from budgets where scope = ?1", budget).execute(&mut *connection).await?;
    sqlx::query!(
        "delete from prompt_versions where prompt = ?1
          and not exists (select 1 from run_variants v where v.prompt = ?1 and v.version = prompt_versions.id)
          and not exists (select 1 from run_partials r where r.prompt = ?1 and r.version = prompt_versions.id)",
        key
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("delete from version_tags where prompt = ?1", key).execute(connection).await?;
    Ok(())
}

/// Takes what is kept for runs out of what is searched.
async fn forget_words(connection: &mut SqliteConnection, id: PromptId) -> Result<(), StoreError> {
    let key = Key(id);
    for table in ["version_words", "head_words"] {
        let sql =
            format!("delete from {table} where rowid in (select seq from prompt_versions where prompt = ?1)");
        sqlx::query(AssertSqlSafe(sql)).bind(key).execute(&mut *connection).await?;
    }
    for table in ["prompt_words", "prompt_letters"] {
        let sql = format!("delete from {table} where rowid = (select seq from prompts where id = ?1)");
        sqlx::query(AssertSqlSafe(sql)).bind(key).execute(&mut *connection).await?;
    }
    Ok(())
}

/// The attachments that versions and draft of a prompt name.
async fn attachments(
    connection: &mut SqliteConnection,
    id: PromptId,
) -> Result<BTreeSet<AttachmentHash>, StoreError> {
    let key = Key(id);
    let contents = sqlx::query_scalar!(
        r#"select content as "content!: Json<Content>" from prompt_versions
          where prompt = ?1 and instr(content, '"attachments"') > 0
        union all
        select content from drafts where prompt = ?1 and instr(content, '"attachments"') > 0"#,
        key
    )
    .fetch_all(connection)
    .await?;
    let named = |content: &Json<Content>| {
        content.0.body.attachments().map(|(_, attachment)| attachment.hash).collect::<Vec<_>>()
    };
    Ok(contents.iter().flat_map(named).collect())
}

/// Deletes the bytes of those attachments that nothing names any more.
async fn delete_unnamed(
    connection: &mut SqliteConnection,
    attachments: BTreeSet<AttachmentHash>,
) -> Result<(), StoreError> {
    for attachment in attachments {
        let (hash, text) = (Key(attachment), attachment.to_string());
        // The same bytes may also be what a run was given or answered; then they are kept by whatever points to them.
        sqlx::query!(
            "delete from blobs where hash = ?1
              and not exists (select 1 from prompt_versions where instr(content, ?2) > 0)
              and not exists (select 1 from drafts where instr(content, ?2) > 0)
              and not exists (select 1 from runs where context = ?1)
              and not exists (select 1 from run_cases where inputs = ?1)
              and not exists (select 1 from recordings where frames = ?1)
              and not exists (select 1 from imported_recordings where frames = ?1)
              and not exists (select 1 from audit_events where ?1 in (before, after))
              and not exists (select 1 from executions where ?1 in (output, reasoning, validated_output))",
            hash,
            text
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
