//! The history of a prompt: its versions without what they hold, with all that points to them.

use crate::{
    Store, StoreError,
    column::{Int, Json, Key},
    cursor,
};
use formaops_domain::{
    ActorId, ContentHash, Page, PromptId, RefKind, RefName, Timestamp, VersionEntry, VersionId, VersionRef,
    history::Parents,
};
use serde::Deserialize;
use sqlx::SqliteConnection;
use std::collections::BTreeSet;

/// Which versions a history has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// Only those with this tag.
    pub tag: Option<String>,
    /// Only those with this in their note, in whatever case (of ASCII letters).
    pub note: Option<String>,
}

/// What points to a version, as SQLite tells it.
#[derive(Deserialize)]
struct Pointer {
    kind: RefKind,
    name: RefName,
    at: i64,
}

struct EntryRow {
    id: Key<VersionId>,
    number: Option<u32>,
    content_hash: Key<ContentHash>,
    parents: Json<Vec<VersionId>>,
    author: Key<ActorId>,
    author_name: String,
    note: String,
    created_at: Int<Timestamp>,
    tags: Json<Vec<String>>,
    refs: Json<Vec<Pointer>>,
}

impl From<EntryRow> for VersionEntry {
    fn from(row: EntryRow) -> Self {
        let (id, number) = (row.id.0, row.number);
        let pointer = |Pointer { kind, name, at }| VersionRef {
            kind,
            name,
            version: id,
            number,
            updated_at: Timestamp::from_micros(at),
        };
        Self {
            id,
            number,
            content_hash: row.content_hash.0,
            parents: row.parents.0,
            author: row.author.0,
            author_name: row.author_name,
            note: row.note,
            created_at: row.created_at.0,
            tags: row.tags.0,
            refs: row.refs.0.into_iter().map(pointer).collect(),
        }
    }
}

macro_rules! select_entries {
    ($tail:literal, $($argument:expr),*) => {
        sqlx::query_as!(
            EntryRow,
            r#"select v.id as "id: Key<VersionId>", v.number as "number: u32",
              v.content_hash as "content_hash: Key<ContentHash>", v.parents as "parents: Json<Vec<VersionId>>",
              v.author as "author: Key<ActorId>", a.name as author_name, v.note,
              v.created_at as "created_at: Int<Timestamp>",
              (select json_group_array(t.tag order by t.tag) from version_tags t
                where t.prompt = v.prompt and t.version = v.id) as "tags!: Json<Vec<String>>",
              (select json_group_array(json_object('kind', r.kind, 'name', r.name, 'at', r.updated_at)
                order by r.kind, r.name) from refs r
                where r.prompt = v.prompt and r.version = v.id) as "refs!: Json<Vec<Pointer>>"
            from prompt_versions v join actors a on a.id = v.author
            "# + $tail,
            $($argument),*
        )
    };
}

async fn get(
    connection: &mut SqliteConnection,
    prompt: PromptId,
    version: VersionId,
) -> Result<VersionEntry, StoreError> {
    let (prompt, id) = (Key(prompt), Key(version));
    let row =
        select_entries!("where v.prompt = ?1 and v.id = ?2", prompt, id).fetch_optional(connection).await?;
    row.map(VersionEntry::from).ok_or_else(|| StoreError::not_found("version", version.short()))
}

impl Store {
    /// A version as it stands in the history.
    pub async fn get_version_entry(
        &self,
        prompt: PromptId,
        version: VersionId,
    ) -> Result<VersionEntry, StoreError> {
        get(&mut *self.readers().acquire().await?, prompt, version).await
    }

    /// The numbered versions of a prompt, of all branches, newest first: each comes before what it was made from.
    pub async fn list_version_entries(
        &self,
        prompt: PromptId,
        filter: EntryFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<VersionEntry>, StoreError> {
        let before: u32 = cursor::decode(cursor)?.unwrap_or(u32::MAX);
        let (prompt, rows) = (Key(prompt), cursor::rows(limit));
        let note = filter.note.map(|note| note.to_ascii_lowercase());
        let found = select_entries!(
            "where v.prompt = ?1 and v.number < ?2
              and (?3 is null or exists (select 1 from version_tags t
                where t.prompt = v.prompt and t.version = v.id and t.tag = ?3))
              and (?4 is null or instr(lower(v.note), ?4) > 0)
            order by v.number desc limit ?5",
            prompt,
            before,
            filter.tag,
            note,
            rows
        )
        .fetch_all(self.readers())
        .await?;
        Ok(cursor::page(found, limit, |row| row.number, VersionEntry::from))
    }

    /// The parents of every version of a prompt.
    pub async fn list_parents(&self, prompt: PromptId) -> Result<Parents, StoreError> {
        let key = Key(prompt);
        let rows = sqlx::query!(
            r#"select id as "id: Key<VersionId>", parents as "parents: Json<Vec<VersionId>>"
            from prompt_versions where prompt = ?1"#,
            key
        )
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(|row| (row.id.0, row.parents.0)).collect())
    }

    /// Gives a version these tags instead of those it had.
    pub async fn update_version_tags(
        &self,
        prompt: PromptId,
        version: VersionId,
        tags: Vec<String>,
    ) -> Result<VersionEntry, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let before = get(connection, prompt, version).await?;
                let (key, id) = (Key(prompt), Key(version));
                let tags: BTreeSet<_> = tags.into_iter().collect();
                for tag in before.tags.iter().filter(|tag| !tags.contains(*tag)) {
                    sqlx::query!(
                        "delete from version_tags where prompt = ?1 and version = ?2 and tag = ?3",
                        key,
                        id,
                        tag
                    )
                    .execute(&mut *connection)
                    .await?;
                }
                for tag in tags.iter().filter(|tag| !before.tags.contains(tag)) {
                    sqlx::query!(
                        "insert into version_tags (prompt, version, tag) values (?1, ?2, ?3)",
                        key,
                        id,
                        tag
                    )
                    .execute(&mut *connection)
                    .await?;
                }
                get(connection, prompt, version).await
            })
        })
        .await
    }
}
