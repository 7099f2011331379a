//! The linked folder, and what prompts, datasets and suites said when their files last said the same.

use crate::{
    NewVersion, Onto, PromptChange, Store, StoreError, SuiteChange,
    column::{Int, Json, Key, Word},
    prompt, suite, version,
    workspace::ActorKind,
};
use formaops_domain::{
    ActorId, FileHash, JsonObject, LinkedId, LinkedKind, Prompt, Suite, Timestamp, Version, VersionId,
};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

/// The folder that the workspace is linked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedFolder {
    /// Its full path.
    pub path: String,
    /// Who the versions are by that come from it.
    pub actor: ActorId,
    /// When its content was trusted; until then nothing from it runs.
    pub trusted_at: Option<Timestamp>,
    /// When it was linked.
    pub linked_at: Timestamp,
}

/// What a prompt, a dataset or a suite and its file said when they last said the same.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkedFile {
    /// What the file is of.
    pub id: LinkedId,
    /// The path in the folder.
    pub path: String,
    /// What both said.
    pub said: LinkedSaid,
    /// The hash of the file.
    pub hash: FileHash,
    /// What the file keeps when it is renamed.
    pub identity: Option<String>,
    /// Whether the file is gone.
    pub is_gone: bool,
    /// What the file held, where it was removed from here.
    pub text: Option<String>,
}

/// What both said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LinkedSaid {
    /// Of a prompt.
    Prompt {
        /// The version.
        version: VersionId,
        /// What it is called and found by.
        words: LinkedWords,
    },
    /// Of a dataset.
    Dataset {
        /// The number of the version.
        version: u32,
    },
    /// Of a suite: all that its file says.
    Suite(JsonObject),
}

/// What a prompt is called and found by, as its file says it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkedWords {
    /// A title for people.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Words to find it by, sorted.
    pub tags: Vec<String>,
}

/// Where a file lies and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePlace {
    /// The path in the folder.
    pub path: String,
    /// The hash of the file.
    pub hash: FileHash,
    /// What the file keeps when it is renamed.
    pub identity: Option<String>,
}

/// A prompt that a file makes.
#[derive(Debug, Clone, PartialEq)]
pub struct NewLinked {
    /// The prompt; its head and draft come from the version.
    pub prompt: Prompt,
    /// Its first version.
    pub version: NewVersion,
    /// The file.
    pub place: FilePlace,
}

struct FileRow {
    item: Vec<u8>,
    kind: Word<LinkedKind>,
    path: String,
    said: Json<LinkedSaid>,
    hash: Key<FileHash>,
    identity: Option<String>,
    is_gone: bool,
    text: Option<String>,
}

impl TryFrom<FileRow> for LinkedFile {
    type Error = StoreError;

    fn try_from(row: FileRow) -> Result<Self, StoreError> {
        let id = LinkedId::from_bytes(row.kind.0, &row.item);
        let no_id =
            || sqlx::Error::ColumnDecode { index: "item".into(), source: "it has not 16 bytes".into() };
        Ok(Self {
            id: id.ok_or_else(no_id)?,
            path: row.path,
            said: row.said.0,
            hash: row.hash.0,
            identity: row.identity,
            is_gone: row.is_gone,
            text: row.text,
        })
    }
}

async fn keep(connection: &mut SqliteConnection, file: &LinkedFile) -> Result<(), StoreError> {
    let (item, kind, hash) = (file.id.as_bytes().as_slice(), Word(file.id.kind()), Key(file.hash));
    let said = Json(&file.said);
    sqlx::query!(
        "insert into linked_files (item, kind, path, said, hash, identity, is_gone, text)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        on conflict (item) do update set path = excluded.path, said = excluded.said, hash = excluded.hash,
          identity = excluded.identity, is_gone = excluded.is_gone, text = excluded.text",
        item,
        kind,
        file.path,
        said,
        hash,
        file.identity,
        file.is_gone,
        file.text,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets the file of what is deleted for good.
pub(crate) async fn forget_file(connection: &mut SqliteConnection, id: LinkedId) -> Result<(), StoreError> {
    let item = id.as_bytes().as_slice();
    sqlx::query!("delete from linked_files where item = ?1", item).execute(connection).await?;
    Ok(())
}

/// The actor that stands for linked folders, made where there is none.
async fn actor(
    connection: &mut SqliteConnection,
    new: ActorId,
    now: Timestamp,
) -> Result<ActorId, StoreError> {
    const NAME: &str = "linked folder";
    let kind = Word(ActorKind::System);
    let known = sqlx::query!(
        r#"select id as "id: Key<ActorId>" from actors where kind = ?1 and name = ?2 limit 1"#,
        kind,
        NAME,
    )
    .fetch_optional(&mut *connection)
    .await?;
    if let Some(known) = known {
        return Ok(known.id.0);
    }
    let (id, now) = (Key(new), Int(now));
    sqlx::query!(
        "insert into actors (id, kind, name, created_at) values (?1, ?2, ?3, ?4)",
        id,
        kind,
        NAME,
        now
    )
    .execute(connection)
    .await?;
    Ok(new)
}

async fn forget(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query!("delete from linked_files").execute(&mut *connection).await?;
    sqlx::query!("delete from linked_folders").execute(connection).await?;
    Ok(())
}

impl Store {
    /// The linked folder, where there is one.
    pub async fn find_linked_folder(&self) -> Result<Option<LinkedFolder>, StoreError> {
        let row = sqlx::query!(
            r#"select path, actor as "actor: Key<ActorId>", trusted_at as "trusted_at: Int<Timestamp>",
              linked_at as "linked_at: Int<Timestamp>"
            from linked_folders"#
        )
        .fetch_optional(self.readers())
        .await?;
        Ok(row.map(|row| LinkedFolder {
            path: row.path,
            actor: row.actor.0,
            trusted_at: row.trusted_at.map(|at| at.0),
            linked_at: row.linked_at.0,
        }))
    }

    /// Links a folder in the place of any other; nothing is known of its files yet. `actor` is who its versions are by
    /// where no folder was linked before.
    pub async fn link_folder(
        &self,
        path: String,
        actor_id: ActorId,
        now: Timestamp,
    ) -> Result<LinkedFolder, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                forget(connection).await?;
                let actor = actor(connection, actor_id, now).await?;
                let (key, at) = (Key(actor), Int(now));
                sqlx::query!(
                    "insert into linked_folders (singleton, path, actor, linked_at) values (1, ?1, ?2, ?3)",
                    path,
                    key,
                    at,
                )
                .execute(connection)
                .await?;
                Ok(LinkedFolder { path, actor, trusted_at: None, linked_at: now })
            })
        })
        .await
    }

    /// Trusts what the linked folder holds.
    pub async fn trust_folder(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let now = Int(now);
                sqlx::query!("update linked_folders set trusted_at = coalesce(trusted_at, ?1)", now)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Forgets the linked folder; prompts and files stay as they are.
    pub async fn unlink_folder(&self) -> Result<(), StoreError> {
        self.write(|connection| Box::pin(forget(connection))).await
    }

    /// All that is known of files.
    pub async fn list_linked_files(&self) -> Result<Vec<LinkedFile>, StoreError> {
        let rows = sqlx::query_as!(
            FileRow,
            r#"select item, kind as "kind: Word<LinkedKind>", path, said as "said: Json<LinkedSaid>",
              hash as "hash: Key<FileHash>", identity, is_gone as "is_gone: bool", text
            from linked_files"#
        )
        .fetch_all(self.readers())
        .await?;
        rows.into_iter().map(LinkedFile::try_from).collect()
    }

    /// What is known of the file of a prompt, a dataset or a suite.
    pub async fn find_linked_file(&self, id: LinkedId) -> Result<Option<LinkedFile>, StoreError> {
        let item = id.as_bytes().as_slice();
        let row = sqlx::query_as!(
            FileRow,
            r#"select item, kind as "kind: Word<LinkedKind>", path, said as "said: Json<LinkedSaid>",
              hash as "hash: Key<FileHash>", identity, is_gone as "is_gone: bool", text
            from linked_files where item = ?1"#,
            item,
        )
        .fetch_optional(self.readers())
        .await?;
        row.map(LinkedFile::try_from).transpose()
    }

    /// Keeps what both say.
    pub async fn put_linked_file(&self, file: LinkedFile) -> Result<(), StoreError> {
        self.write(move |connection| Box::pin(async move { keep(connection, &file).await })).await
    }

    /// Makes prompts of files, all or none.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where a prompt outside the bin has one of the names.
    pub async fn insert_linked(&self, all: Vec<NewLinked>) -> Result<Vec<LinkedFile>, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let mut kept = Vec::with_capacity(all.len());
                for NewLinked { prompt, version, place } in all {
                    let author = version.author;
                    prompt::insert_with_tags(connection, &prompt, author).await?;
                    let Prompt { title, description, tags, .. } = prompt;
                    let version = version::save(connection, version, Onto::default(), None).await?;
                    let words = LinkedWords { title, description, tags };
                    let file = linked(place, &version, words);
                    keep(connection, &file).await?;
                    kept.push(file);
                }
                Ok(kept)
            })
        })
        .await
    }

    /// Has a prompt say what its file says: a new version where the content differs, and its words. Both are known to
    /// say the same from then on, if `place` is given.
    ///
    /// # Errors
    /// [`StoreError::HeadMoved`] where the head is another one than `head`.
    pub async fn save_linked(
        &self,
        new: NewVersion,
        head: Option<VersionId>,
        words: LinkedWords,
        place: Option<FilePlace>,
    ) -> Result<Version, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (id, at) = (new.prompt, new.at);
                let version = version::save(connection, new, Onto::default(), head).await?;
                let LinkedWords { title, description, tags } = words.clone();
                let change = PromptChange {
                    title: Some(title),
                    description: Some(description),
                    tags: Some(tags),
                    ..PromptChange::default()
                };
                prompt::change(connection, id, change, at).await?;
                if let Some(place) = place {
                    keep(connection, &linked(place, &version, words)).await?;
                }
                Ok(version)
            })
        })
        .await
    }

    /// Has a suite say what its file says, if it still is as it was seen; else `None`.
    pub async fn save_linked_suite(
        &self,
        seen: Suite,
        change: SuiteChange,
        now: Timestamp,
    ) -> Result<Option<Suite>, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let now_is = suite::get(connection, seen.id).await?;
                if (&now_is.description, &now_is.spec) != (&seen.description, &seen.spec) {
                    return Ok(None);
                }
                suite::update(connection, seen.id, change, now).await.map(Some)
            })
        })
        .await
    }
}

fn linked(place: FilePlace, version: &Version, words: LinkedWords) -> LinkedFile {
    let FilePlace { path, hash, identity } = place;
    let said = LinkedSaid::Prompt { version: version.id, words };
    LinkedFile {
        id: LinkedId::Prompt(version.prompt_id),
        path,
        said,
        hash,
        identity,
        is_gone: false,
        text: None,
    }
}
