//! Versions: immutable, named by their content.

use crate::{
    Store, StoreError, attachment,
    column::{Int, Json, Key, Text},
    cursor, draft, version_ref,
};
use formaops_domain::{
    ActorId, Content, ContentHash, Page, PromptId, RefKind, RefName, Timestamp, Version, VersionId,
    VersionSelector,
};
use sqlx::SqliteConnection;

/// What is saved as a version.
#[derive(Debug, Clone, PartialEq)]
pub struct NewVersion {
    /// The prompt.
    pub prompt: PromptId,
    /// What it holds.
    pub content: Content,
    /// Why; may be empty.
    pub note: String,
    /// Who saves it.
    pub author: ActorId,
    /// When.
    pub at: Timestamp,
}

/// Where a version is saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onto {
    /// The branch that moves to it.
    pub branch: RefName,
    /// The version that is merged into the branch, if it is a merge.
    pub merged: Option<VersionId>,
}

impl Default for Onto {
    /// `main`, and no merge.
    fn default() -> Self {
        Self { branch: RefName::main(), merged: None }
    }
}

struct VersionRow {
    id: Key<VersionId>,
    prompt: Key<PromptId>,
    number: Option<u32>,
    content_hash: Key<ContentHash>,
    content: Json<Content>,
    parents: Json<Vec<VersionId>>,
    author: Key<ActorId>,
    note: String,
    created_at: Int<Timestamp>,
}

impl From<VersionRow> for Version {
    fn from(row: VersionRow) -> Self {
        Self {
            id: row.id.0,
            prompt_id: row.prompt.0,
            number: row.number,
            content_hash: row.content_hash.0,
            content: row.content.0,
            parents: row.parents.0,
            author: row.author.0,
            note: row.note,
            created_at: row.created_at.0,
        }
    }
}

macro_rules! select_versions {
    ($tail:literal, $($argument:expr),*) => {
        sqlx::query_as!(
            VersionRow,
            r#"select v.id as "id: Key<VersionId>", v.prompt as "prompt: Key<PromptId>",
              v.number as "number: u32", v.content_hash as "content_hash: Key<ContentHash>",
              v.content as "content: Json<Content>", v.parents as "parents: Json<Vec<VersionId>>",
              v.author as "author: Key<ActorId>", v.note, v.created_at as "created_at: Int<Timestamp>"
            from prompt_versions v
            "# + $tail,
            $($argument),*
        )
    };
}

/// The newest version of a branch.
pub(crate) async fn find_head(
    connection: &mut SqliteConnection,
    prompt: PromptId,
    branch: &RefName,
) -> Result<Option<Version>, StoreError> {
    let (prompt, branch) = (Key(prompt), branch.as_str());
    let row = select_versions!(
        "join refs r on r.prompt = v.prompt and r.version = v.id
        where v.prompt = ?1 and r.kind = 'branch' and r.name = ?2",
        prompt,
        branch
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(Version::from))
}

/// All versions of a prompt, oldest first, with those that only ran.
pub(crate) async fn all(
    connection: &mut SqliteConnection,
    prompt: PromptId,
) -> Result<Vec<Version>, StoreError> {
    let prompt = Key(prompt);
    let rows = select_versions!("where v.prompt = ?1 order by v.seq", prompt).fetch_all(connection).await?;
    Ok(rows.into_iter().map(Version::from).collect())
}

pub(crate) async fn insert(connection: &mut SqliteConnection, version: &Version) -> Result<(), StoreError> {
    let (id, prompt, author) = (Key(version.id), Key(version.prompt_id), Key(version.author));
    let (content_hash, created_at) = (Key(version.content_hash), Int(version.created_at));
    let (content, parents) = (Json(&version.content), Json(&version.parents));
    let model = version.content.settings.model.as_ref().map(Text);
    sqlx::query!(
        "insert into prompt_versions
          (prompt, id, number, content_hash, content, parents, author, note, created_at, model)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        prompt,
        id,
        version.number,
        content_hash,
        content,
        parents,
        author,
        version.note,
        created_at,
        model,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The snapshot that holds this content and was made from the same head, if a draft was run as it is.
async fn find_snapshot(
    connection: &mut SqliteConnection,
    prompt: PromptId,
    content: ContentHash,
    parents: &[VersionId],
) -> Result<Option<Version>, StoreError> {
    let (prompt, content, parents) = (Key(prompt), Key(content), Json(parents));
    let row = select_versions!(
        "where v.prompt = ?1 and v.content_hash = ?2 and v.number is null and v.parents = ?3 and v.note = ''
        order by v.seq limit 1",
        prompt,
        content,
        parents
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(Version::from))
}

async fn next_number(connection: &mut SqliteConnection, prompt: PromptId) -> Result<u32, StoreError> {
    let prompt = Key(prompt);
    let row = sqlx::query!(
        r#"select coalesce(max(number), 0) + 1 as "next!: u32" from prompt_versions where prompt = ?1"#,
        prompt,
    )
    .fetch_one(connection)
    .await?;
    Ok(row.next)
}

/// Saves content as the next numbered version, as the connection sees it.
pub(crate) async fn save(
    connection: &mut SqliteConnection,
    new: NewVersion,
    onto: Onto,
    expected_head: Option<VersionId>,
) -> Result<Version, StoreError> {
    crate::prompt::get(connection, new.prompt).await?;
    attachment::check(connection, &new.content).await?;
    let head = find_head(connection, new.prompt, &onto.branch).await?;
    let head_id = head.as_ref().map(|head| head.id);
    // The first version of a prompt makes `main`; every other branch is made on purpose.
    if head_id.is_none() && onto.branch != RefName::main() {
        return Err(StoreError::not_found("branch", &onto.branch));
    }
    if expected_head.is_some() && expected_head != head_id {
        return Err(StoreError::HeadMoved { head: head_id.map(|head| head.short()) });
    }
    let hash = new.content.hash();
    if let Some(head) = head.filter(|head| head.content_hash == hash && onto.merged.is_none()) {
        return Ok(head);
    }
    let number = Some(next_number(connection, new.prompt).await?);
    let parents: Vec<_> = head_id.into_iter().chain(onto.merged).collect();
    let snapshot =
        if new.note.is_empty() { find_snapshot(connection, new.prompt, hash, &parents).await? } else { None };
    let version = if let Some(snapshot) = snapshot {
        let (prompt, id) = (Key(snapshot.prompt_id), Key(snapshot.id));
        sqlx::query!(
            "update prompt_versions set number = ?3 where prompt = ?1 and id = ?2",
            prompt,
            id,
            number
        )
        .execute(&mut *connection)
        .await?;
        Version { number, ..snapshot }
    } else {
        let version = Version::new(new.prompt, new.content, parents, new.author, new.note, new.at);
        let version = Version { number, ..version };
        insert(connection, &version).await?;
        version
    };
    version_ref::put(connection, &version, RefKind::Branch, &onto.branch, new.at).await?;
    Ok(version)
}

async fn snapshot(connection: &mut SqliteConnection, new: NewVersion) -> Result<Version, StoreError> {
    crate::prompt::get(connection, new.prompt).await?;
    attachment::check(connection, &new.content).await?;
    let branch = draft::branch(connection, new.prompt).await?;
    let head = find_head(connection, new.prompt, &branch).await?;
    let hash = new.content.hash();
    let parents: Vec<_> = match head {
        Some(head) if head.content_hash == hash => return Ok(head),
        head => head.map(|head| head.id).into_iter().collect(),
    };
    let (prompt, content) = (Key(new.prompt), Key(hash));
    let same = select_versions!(
        "where v.prompt = ?1 and v.content_hash = ?2 order by v.number is null, v.number desc, v.seq limit 1",
        prompt,
        content
    )
    .fetch_optional(&mut *connection)
    .await?;
    if let Some(same) = same {
        return Ok(same.into());
    }
    let version = Version::new(new.prompt, new.content, parents, new.author, new.note, new.at);
    insert(connection, &version).await?;
    Ok(version)
}

impl Store {
    /// Saves content as the next numbered version and moves `main` to it. Content that equals the head's makes
    /// no version: the head is answered. A snapshot of the same content, made from the same head, gets the
    /// number instead of a twin, unless a note is given, which a snapshot cannot hold.
    ///
    /// # Errors
    /// [`StoreError::HeadMoved`] where `expected_head` is given and is not the head any more, and
    /// [`StoreError::NoAttachment`] where the bytes of an attachment are not here.
    pub async fn save_version(
        &self,
        new: NewVersion,
        expected_head: Option<VersionId>,
    ) -> Result<Version, StoreError> {
        self.save_version_on(new, Onto::default(), expected_head).await
    }

    /// The same on any branch, and with what was merged into it. A merge makes a version even where nothing of what
    /// the branch held has changed.
    ///
    /// # Errors
    /// As [`Self::save_version`], and [`StoreError::NotFound`] where there is no such branch.
    pub async fn save_version_on(
        &self,
        new: NewVersion,
        onto: Onto,
        expected_head: Option<VersionId>,
    ) -> Result<Version, StoreError> {
        self.write(move |connection| Box::pin(save(connection, new, onto, expected_head))).await
    }

    /// The version that holds exactly this content, so that running a draft names what ran: the head or another
    /// version that equals it, else a snapshot without number, hidden from history, which moves no name.
    pub async fn snapshot_version(&self, new: NewVersion) -> Result<Version, StoreError> {
        self.write(move |connection| Box::pin(snapshot(connection, new))).await
    }

    /// A version of a prompt.
    pub async fn get_version(&self, prompt: PromptId, id: VersionId) -> Result<Version, StoreError> {
        let (prompt, key) = (Key(prompt), Key(id));
        let row = select_versions!("where v.prompt = ?1 and v.id = ?2", prompt, key)
            .fetch_optional(self.readers())
            .await?;
        row.map(Version::from).ok_or_else(|| StoreError::not_found("version", id.short()))
    }

    /// The version that a selector means. Of several whose hash begins alike, a numbered one, then the oldest.
    pub async fn find_version(
        &self,
        prompt: PromptId,
        selector: &VersionSelector,
    ) -> Result<Option<Version>, StoreError> {
        let key = Key(prompt);
        let row = match selector {
            VersionSelector::Head => {
                let mut connection = self.readers().acquire().await?;
                return find_head(&mut connection, prompt, &RefName::main()).await;
            }
            VersionSelector::Number(number) => {
                select_versions!("where v.prompt = ?1 and v.number = ?2", key, number)
                    .fetch_optional(self.readers())
                    .await?
            }
            VersionSelector::Hash(digits) => {
                select_versions!(
                    "where v.prompt = ?1 and substr(lower(hex(v.id)), 1, length(?2)) = ?2
                order by v.number is null, v.seq limit 1",
                    key,
                    digits
                )
                .fetch_optional(self.readers())
                .await?
            }
            VersionSelector::Named(name) => {
                let name = name.as_str();
                select_versions!(
                    "join refs r on r.prompt = v.prompt and r.version = v.id where v.prompt = ?1 and r.name = ?2",
                    key,
                    name
                )
                .fetch_optional(self.readers())
                .await?
            }
        };
        Ok(row.map(Version::from))
    }

    /// The numbered versions of a prompt, newest first.
    pub async fn list_versions(
        &self,
        prompt: PromptId,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Version>, StoreError> {
        let before: u32 = cursor::decode(cursor)?.unwrap_or(u32::MAX);
        let (prompt, rows) = (Key(prompt), cursor::rows(limit));
        let found = select_versions!(
            "where v.prompt = ?1 and v.number < ?2 order by v.number desc limit ?3",
            prompt,
            before,
            rows
        )
        .fetch_all(self.readers())
        .await?;
        Ok(cursor::page(found, limit, |row| row.number, Version::from))
    }
}
