//! The index of what versions hold. Triggers keep it; what was saved before there was one is indexed here.

use crate::StoreError;
use sqlx::SqliteConnection;

/// Indexes some more of the versions that were saved before there was an index, newest first; answers whether there
/// may be more.
pub(super) async fn index(connection: &mut SqliteConnection, most: u32) -> Result<bool, StoreError> {
    let oldest = sqlx::query_scalar!(
        r#"select min(seq) as "oldest: i64" from (select seq from prompt_versions
          where seq <= (select seq from version_words_backlog) order by seq desc limit ?1)"#,
        most,
    )
    .fetch_one(&mut *connection)
    .await?;
    let Some(oldest) = oldest else {
        sqlx::query!("delete from version_words_backlog").execute(connection).await?;
        return Ok(false);
    };
    // What was changed meanwhile may be in the index already.
    sqlx::query!(
        "delete from version_words where rowid between ?1 and (select seq from version_words_backlog)",
        oldest,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into version_words (rowid, body, variables, note)
        select seq, body, variables, note from version_texts
        where number is not null and seq between ?1 and (select seq from version_words_backlog)",
        oldest,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "delete from head_words where rowid between ?1 and (select seq from version_words_backlog)",
        oldest,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into head_words (rowid, name, title, body, variables, note)
        select seq, name, title, body, variables, note from head_texts
        where seq between ?1 and (select seq from version_words_backlog)",
        oldest,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("update version_words_backlog set seq = ?1 - 1", oldest).execute(connection).await?;
    Ok(true)
}
