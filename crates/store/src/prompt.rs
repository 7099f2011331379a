//! Prompts: their names, words and life; what they hold is in their versions.

use crate::{
    Store, StoreError,
    column::{Int, Json, Key, Text, Word},
    cursor, search,
};
use formaops_domain::{ActorId, Page, Prompt, PromptId, PromptName, PromptStatus, Timestamp, VersionId};
use sqlx::SqliteConnection;
use std::collections::BTreeSet;

/// Which prompts a list has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromptFilter {
    /// Only those with this in name, title or description, in whatever case.
    pub search: Option<String>,
    /// Only those with this tag.
    pub tag: Option<String>,
    /// Only those with this label.
    pub label: Option<String>,
    /// Only those that stand here.
    pub status: Option<PromptStatus>,
    /// Where no status is given: also those that are archived.
    pub archived: bool,
    /// Those in the bin instead of those that are not.
    pub deleted: bool,
}

/// What changes about a prompt; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromptChange {
    /// A new name.
    pub name: Option<PromptName>,
    /// A new title.
    pub title: Option<String>,
    /// A new description.
    pub description: Option<String>,
    /// A new status; publishing sets [`Prompt::published_at`].
    pub status: Option<PromptStatus>,
    /// New tags, all of them.
    pub tags: Option<Vec<String>>,
}

/// A tag and how many prompts have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagCount {
    /// The tag.
    pub tag: String,
    /// Prompts that have it and are not in the bin.
    pub prompts: u32,
}

/// A label and how many prompts have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelCount {
    /// The label.
    pub label: String,
    /// Prompts that have it and are not in the bin.
    pub prompts: u32,
}

struct PromptRow {
    seq: i64,
    id: Key<PromptId>,
    name: Text<PromptName>,
    title: String,
    description: String,
    status: Word<PromptStatus>,
    tags: Json<Vec<String>>,
    head: Option<Key<VersionId>>,
    head_number: Option<u32>,
    has_draft: bool,
    created_at: Int<Timestamp>,
    updated_at: Int<Timestamp>,
    published_at: Option<Int<Timestamp>>,
    deleted_at: Option<Int<Timestamp>>,
}

impl From<PromptRow> for Prompt {
    fn from(row: PromptRow) -> Self {
        Self {
            id: row.id.0,
            name: row.name.0,
            title: row.title,
            description: row.description,
            status: row.status.0,
            tags: row.tags.0,
            head: row.head.map(|head| head.0),
            head_number: row.head_number,
            has_draft: row.has_draft,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
            published_at: row.published_at.map(|at| at.0),
            deleted_at: row.deleted_at.map(|at| at.0),
        }
    }
}

macro_rules! select_prompts {
    ($tail:literal, $($argument:expr),*) => {
        sqlx::query_as!(
            PromptRow,
            r#"select p.seq, p.id as "id: Key<PromptId>", p.name as "name: Text<PromptName>", p.title,
              p.description, p.status as "status: Word<PromptStatus>",
              (select json_group_array(t.tag order by t.tag) from prompt_tags t where t.prompt = p.id)
                as "tags!: Json<Vec<String>>",
              v.id as "head?: Key<VersionId>", v.number as "head_number?: u32",
              (d.prompt is not null and d.content_hash is not w.content_hash) as "has_draft!: bool",
              p.created_at as "created_at: Int<Timestamp>", p.updated_at as "updated_at: Int<Timestamp>",
              p.published_at as "published_at: Int<Timestamp>", p.deleted_at as "deleted_at: Int<Timestamp>"
            from prompts p
            left join refs r on r.prompt = p.id and r.kind = 'branch' and r.name = 'main'
            left join prompt_versions v on v.prompt = p.id and v.id = r.version
            left join drafts d on d.prompt = p.id
            left join refs b on b.prompt = p.id and b.kind = 'branch' and b.name = d.branch
            left join prompt_versions w on w.prompt = p.id and w.id = b.version
            "# + $tail,
            $($argument),*
        )
    };
}

/// A prompt, as the connection sees it.
pub(crate) async fn get(connection: &mut SqliteConnection, id: PromptId) -> Result<Prompt, StoreError> {
    let key = Key(id);
    let row =
        select_prompts!("where p.id = ?1 and p.purged_at is null", key).fetch_optional(connection).await?;
    row.map(Prompt::from).ok_or_else(|| StoreError::not_found("prompt", id))
}

fn search_text(name: &PromptName, title: &str, description: &str) -> String {
    format!("{name}\n{title}\n{description}").to_lowercase()
}

fn name_taken(error: StoreError, name: &PromptName) -> StoreError {
    if error.is_duplicate() {
        StoreError::NameTaken { noun: "prompt", name: name.to_string() }
    } else {
        error
    }
}

async fn put_tags(
    connection: &mut SqliteConnection,
    prompt: PromptId,
    tags: &[String],
) -> Result<(), StoreError> {
    let prompt = Key(prompt);
    sqlx::query!("delete from prompt_tags where prompt = ?1", prompt).execute(&mut *connection).await?;
    for tag in tags.iter().collect::<BTreeSet<_>>() {
        sqlx::query!("insert into prompt_tags (prompt, tag) values (?1, ?2)", prompt, tag)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// A new prompt, without versions.
pub(crate) async fn insert_with_tags(
    connection: &mut SqliteConnection,
    prompt: &Prompt,
    created_by: ActorId,
) -> Result<(), StoreError> {
    insert(connection, prompt, created_by).await.map_err(|error| name_taken(error, &prompt.name))?;
    put_tags(connection, prompt.id, &prompt.tags).await
}

impl Store {
    /// Keeps a new prompt. Head and draft come from its versions and its draft, whatever `prompt` says.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where another prompt outside the bin has the name in whatever case.
    pub async fn insert_prompt(&self, prompt: Prompt, created_by: ActorId) -> Result<Prompt, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                insert_with_tags(connection, &prompt, created_by).await?;
                get(connection, prompt.id).await
            })
        })
        .await
    }

    /// A prompt, also when it is in the bin.
    pub async fn get_prompt(&self, id: PromptId) -> Result<Prompt, StoreError> {
        get(&mut *self.readers().acquire().await?, id).await
    }

    /// The prompt outside the bin with this name.
    pub async fn find_prompt_by_name(&self, name: &PromptName) -> Result<Option<Prompt>, StoreError> {
        let name = name.as_str();
        let row = select_prompts!("where p.name = ?1 collate nocase and p.deleted_at is null", name)
            .fetch_optional(self.readers())
            .await?;
        Ok(row.map(Prompt::from))
    }

    /// Prompts by name.
    pub async fn list_prompts(
        &self,
        filter: PromptFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Prompt>, StoreError> {
        let (name, seq): (String, i64) = cursor::decode(cursor)?.unwrap_or_default();
        let rows = cursor::rows(limit);
        let search = filter.search.map(|search| search.to_lowercase());
        // The index of letters leads where the text is long enough for it; the texts themselves decide.
        let letters = search.as_deref().and_then(search::letters);
        let status = filter.status.map(Word);
        let found = select_prompts!(
            "where (p.name, p.seq) > (?1, ?2) and (p.deleted_at is not null) = ?3 and p.purged_at is null
              and (p.status = ?4 or (?4 is null and (?5 or p.status <> 'archived')))
              and (?6 is null or exists (select 1 from prompt_tags t where t.prompt = p.id and t.tag = ?6))
              and (?9 is null or p.seq in (select rowid from prompt_letters where prompt_letters match ?9))
              and (?7 is null or instr(p.search, ?7) > 0)
              and (?10 is null
                or exists (select 1 from refs l where l.prompt = p.id and l.kind = 'label' and l.name = ?10))
            order by p.name, p.seq limit ?8",
            name,
            seq,
            filter.deleted,
            status,
            filter.archived,
            filter.tag,
            search,
            rows,
            letters,
            filter.label
        )
        .fetch_all(self.readers())
        .await?;
        Ok(cursor::page(found, limit, |row| (row.name.0.to_string(), row.seq), Prompt::from))
    }

    /// Changes a prompt.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] and [`StoreError::NameTaken`].
    pub async fn update_prompt(
        &self,
        id: PromptId,
        change: PromptChange,
        now: Timestamp,
    ) -> Result<Prompt, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                self::change(connection, id, change, now).await?;
                get(connection, id).await
            })
        })
        .await
    }

    /// Puts a prompt in the bin; its name is free again. Doing it twice changes nothing.
    pub async fn delete_prompt(&self, id: PromptId, now: Timestamp) -> Result<Prompt, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (key, now) = (Key(id), Int(now));
                sqlx::query!(
                    "update prompts set deleted_at = ?2 where id = ?1 and deleted_at is null",
                    key,
                    now
                )
                .execute(&mut *connection)
                .await?;
                get(connection, id).await
            })
        })
        .await
    }

    /// Takes a prompt out of the bin.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where its name was given to another prompt in the meantime.
    pub async fn undelete_prompt(&self, id: PromptId) -> Result<Prompt, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let prompt = get(connection, id).await?;
                let key = Key(id);
                sqlx::query!("update prompts set deleted_at = null where id = ?1", key)
                    .execute(&mut *connection)
                    .await
                    .map_err(|error| name_taken(error.into(), &prompt.name))?;
                get(connection, id).await
            })
        })
        .await
    }

    /// All tags of prompts outside the bin.
    pub async fn list_tags(&self) -> Result<Vec<TagCount>, StoreError> {
        let rows = sqlx::query!(
            r#"select t.tag, count(*) as "prompts!: u32" from prompt_tags t join prompts p on p.id = t.prompt
            where p.deleted_at is null group by t.tag order by t.tag"#
        )
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(|row| TagCount { tag: row.tag, prompts: row.prompts }).collect())
    }

    /// All labels of prompts outside the bin.
    pub async fn list_labels(&self) -> Result<Vec<LabelCount>, StoreError> {
        let rows = sqlx::query_as!(
            LabelCount,
            r#"select l.name as label, count(*) as "prompts!: u32" from refs l join prompts p on p.id = l.prompt
            where l.kind = 'label' and p.deleted_at is null group by l.name order by l.name"#
        )
        .fetch_all(self.readers())
        .await?;
        Ok(rows)
    }
}

/// Changes a prompt, as the connection sees it.
pub(crate) async fn change(
    connection: &mut SqliteConnection,
    id: PromptId,
    change: PromptChange,
    now: Timestamp,
) -> Result<(), StoreError> {
    let before = get(connection, id).await?;
    let tags = change.tags;
    let publishes = change.status == Some(PromptStatus::Published)
        && (before.status != PromptStatus::Published || before.published_at.is_none());
    let after = Prompt {
        name: change.name.unwrap_or(before.name),
        title: change.title.unwrap_or(before.title),
        description: change.description.unwrap_or(before.description),
        status: change.status.unwrap_or(before.status),
        published_at: if publishes { Some(now) } else { before.published_at },
        // A clock that stepped back must not make a change older than the prompt.
        updated_at: now.max(before.created_at),
        ..before
    };
    update(connection, &after).await.map_err(|error| name_taken(error, &after.name))?;
    if let Some(tags) = tags {
        put_tags(connection, id, &tags).await?;
    }
    Ok(())
}

async fn insert(
    connection: &mut SqliteConnection,
    prompt: &Prompt,
    created_by: ActorId,
) -> Result<(), StoreError> {
    let (id, name, status, created_by) =
        (Key(prompt.id), prompt.name.as_str(), Word(prompt.status), Key(created_by));
    let search = search_text(&prompt.name, &prompt.title, &prompt.description);
    let (created_at, updated_at) = (Int(prompt.created_at), Int(prompt.updated_at));
    let published_at = prompt.published_at.map(Int);
    sqlx::query!(
        "insert into prompts (id, name, title, description, search, status, created_by, created_at, updated_at,
          published_at)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        id,
        name,
        prompt.title,
        prompt.description,
        search,
        status,
        created_by,
        created_at,
        updated_at,
        published_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn update(connection: &mut SqliteConnection, prompt: &Prompt) -> Result<(), StoreError> {
    let (id, name, status) = (Key(prompt.id), prompt.name.as_str(), Word(prompt.status));
    let search = search_text(&prompt.name, &prompt.title, &prompt.description);
    let (updated_at, published_at) = (Int(prompt.updated_at), prompt.published_at.map(Int));
    sqlx::query!(
        "update prompts set name = ?2, title = ?3, description = ?4, search = ?5, status = ?6, updated_at = ?7,
          published_at = ?8
        where id = ?1",
        id,
        name,
        prompt.title,
        prompt.description,
        search,
        status,
        updated_at,
        published_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}
