//! Partials: prompts that the templates of others call by name.

use crate::{
    Store, StoreError,
    column::{Json, Key, Text},
};
use formaops_domain::{Content, PromptId, PromptName, RunId, RunPartial, VersionId};
use sqlx::SqliteConnection;

/// A prompt that can be called as a partial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callable {
    /// The prompt.
    pub prompt: PromptId,
    /// Its name.
    pub name: PromptName,
    /// A title for people; may be empty.
    pub title: String,
    /// What it is for; may be empty.
    pub description: String,
    /// The labels that name one of its versions, sorted.
    pub labels: Vec<String>,
}

/// What a prompt holds: a version that a branch or a label names, or its draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Holder {
    /// The prompt.
    pub prompt: PromptId,
    /// Its name.
    pub name: PromptName,
    /// Whether it is the draft.
    pub is_draft: bool,
    /// What it holds.
    pub content: Content,
}

/// Keeps which versions a run calls.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    run: RunId,
    partials: &[RunPartial],
) -> Result<(), StoreError> {
    let run = Key(run);
    for partial in partials {
        let (prompt, version) = (Key(partial.prompt_id), Key(partial.version_id));
        sqlx::query!(
            "insert into run_partials (run, name, prompt, version) values (?1, ?2, ?3, ?4)",
            run,
            partial.name,
            prompt,
            version,
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

impl Store {
    /// The versions that the templates of a run call as partials, by name.
    pub async fn list_run_partials(&self, run: RunId) -> Result<Vec<RunPartial>, StoreError> {
        let run = Key(run);
        let rows = sqlx::query!(
            r#"select rp.name, rp.prompt as "prompt: Key<PromptId>", p.name as "prompt_name: Text<PromptName>",
              rp.version as "version: Key<VersionId>", v.number as "number: u32"
            from run_partials rp
            join prompts p on p.id = rp.prompt
            join prompt_versions v on v.prompt = rp.prompt and v.id = rp.version
            where rp.run = ?1 order by rp.name"#,
            run,
        )
        .fetch_all(self.readers())
        .await?;
        let partial = rows.into_iter().map(|row| RunPartial {
            name: row.name,
            prompt_id: row.prompt.0,
            prompt_name: row.prompt_name.0,
            version_id: row.version.0,
            version_number: row.number,
        });
        Ok(partial.collect())
    }

    /// What the partials of a run hold, by the names that its templates call them by.
    pub async fn list_partial_contents(&self, run: RunId) -> Result<Vec<(String, Content)>, StoreError> {
        let run = Key(run);
        let rows = sqlx::query!(
            r#"select rp.name, v.content as "content: Json<Content>"
            from run_partials rp join prompt_versions v on v.prompt = rp.prompt and v.id = rp.version
            where rp.run = ?1"#,
            run,
        )
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(|row| (row.name, row.content.0)).collect())
    }

    /// The prompts that can be called as partials, by name: those that were saved and are not in the bin; with `search`
    /// only those that have it in name, title or description, in whatever case.
    pub async fn list_callable(&self, search: Option<&str>, limit: u32) -> Result<Vec<Callable>, StoreError> {
        let search = search.map(str::to_lowercase);
        let rows = sqlx::query!(
            r#"select p.id as "id: Key<PromptId>", p.name as "name: Text<PromptName>", p.title, p.description,
              (select json_group_array(l.name order by l.name) from refs l
                where l.prompt = p.id and l.kind = 'label') as "labels!: Json<Vec<String>>"
            from prompts p
            where p.deleted_at is null and (?1 is null or instr(p.search, ?1) > 0)
              and exists (select 1 from refs r where r.prompt = p.id and r.kind = 'branch' and r.name = 'main')
            order by p.name limit ?2"#,
            search,
            limit,
        )
        .fetch_all(self.readers())
        .await?;
        let callable = rows.into_iter().map(|row| Callable {
            prompt: row.id.0,
            name: row.name.0,
            title: row.title,
            description: row.description,
            labels: row.labels.0,
        });
        Ok(callable.collect())
    }

    /// What stands in the library outside of the bin and has these words as they are, by name: the versions that a
    /// branch or a label names, and the drafts.
    pub async fn list_holders(&self, words: &str) -> Result<Vec<Holder>, StoreError> {
        let rows = sqlx::query!(
            r#"select p.id as "id!: Key<PromptId>", p.name as "name!: Text<PromptName>", false as "is_draft!: bool",
              v.content as "content!: Json<Content>"
            from prompts p
            join (select distinct prompt, version from refs) r on r.prompt = p.id
            join prompt_versions v on v.prompt = p.id and v.id = r.version
            where p.deleted_at is null and instr(v.content, ?1) > 0
            union all
            select p.id, p.name, true, d.content
            from prompts p join drafts d on d.prompt = p.id
            where p.deleted_at is null and instr(d.content, ?1) > 0
            order by 2, 3"#,
            words,
        )
        .fetch_all(self.readers())
        .await?;
        let holder = rows.into_iter().map(|row| Holder {
            prompt: row.id.0,
            name: row.name.0,
            is_draft: row.is_draft,
            content: row.content.0,
        });
        Ok(holder.collect())
    }
}
