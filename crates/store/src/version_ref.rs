//! Branches and labels: names that point to versions and move.

use crate::{
    Store, StoreError,
    column::{Int, Key, Text, Word},
};
use formaops_domain::{PromptId, RefKind, RefName, Timestamp, Version, VersionId, VersionRef};
use sqlx::SqliteConnection;

/// A name and where it pointed before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The name, and where it points now.
    pub name: VersionRef,
    /// Where it pointed; nowhere where it is new.
    pub from: Option<VersionId>,
}

struct RefRow {
    kind: Word<RefKind>,
    name: Text<RefName>,
    version: Key<VersionId>,
    number: Option<u32>,
    updated_at: Int<Timestamp>,
}

impl From<RefRow> for VersionRef {
    fn from(row: RefRow) -> Self {
        Self {
            kind: row.kind.0,
            name: row.name.0,
            version: row.version.0,
            number: row.number,
            updated_at: row.updated_at.0,
        }
    }
}

/// The branch or label of this name.
async fn find(
    connection: &mut SqliteConnection,
    prompt: PromptId,
    name: &RefName,
) -> Result<Option<VersionRef>, StoreError> {
    let (prompt, name) = (Key(prompt), name.as_str());
    let row = sqlx::query_as!(
        RefRow,
        r#"select r.kind as "kind: Word<RefKind>", r.name as "name: Text<RefName>",
          r.version as "version: Key<VersionId>", v.number as "number: u32", r.updated_at as "updated_at: Int<Timestamp>"
        from refs r join prompt_versions v on v.prompt = r.prompt and v.id = r.version
        where r.prompt = ?1 and r.name = ?2"#,
        prompt,
        name
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(VersionRef::from))
}

/// The branches and labels of a prompt: branches first, by name.
pub(crate) async fn list(
    connection: &mut SqliteConnection,
    prompt: PromptId,
) -> Result<Vec<VersionRef>, StoreError> {
    let prompt = Key(prompt);
    let rows = sqlx::query_as!(
        RefRow,
        r#"select r.kind as "kind: Word<RefKind>", r.name as "name: Text<RefName>",
          r.version as "version: Key<VersionId>", v.number as "number: u32",
          r.updated_at as "updated_at: Int<Timestamp>"
        from refs r join prompt_versions v on v.prompt = r.prompt and v.id = r.version
        where r.prompt = ?1 order by r.kind, r.name"#,
        prompt
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(VersionRef::from).collect())
}

/// Points a name to a version, wherever it pointed before.
pub(crate) async fn put(
    connection: &mut SqliteConnection,
    version: &Version,
    kind: RefKind,
    name: &RefName,
    now: Timestamp,
) -> Result<(), StoreError> {
    let named =
        VersionRef { kind, name: name.clone(), version: version.id, number: version.number, updated_at: now };
    point(connection, version.prompt_id, &named).await?;
    let (prompt, now) = (Key(version.prompt_id), Int(now));
    sqlx::query!("update prompts set updated_at = max(updated_at, ?2) where id = ?1", prompt, now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Points a name as it says, and leaves all else of the prompt as it is.
pub(crate) async fn point(
    connection: &mut SqliteConnection,
    prompt: PromptId,
    named: &VersionRef,
) -> Result<(), StoreError> {
    let (prompt, id, kind, now) = (Key(prompt), Key(named.version), Word(named.kind), Int(named.updated_at));
    let name = named.name.as_str();
    sqlx::query!(
        "insert into refs (prompt, kind, name, version, updated_at) values (?1, ?2, ?3, ?4, ?5)
        on conflict (prompt, kind, name)
        do update set version = excluded.version, updated_at = excluded.updated_at",
        prompt,
        kind,
        name,
        id,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Refuses a name that the other kind has, and one that has moved since it was looked at.
fn check(
    found: Option<&VersionRef>,
    kind: RefKind,
    expected: Option<VersionId>,
    name: &RefName,
) -> Result<(), StoreError> {
    let other_kind = found.filter(|found| found.kind != kind).map(|found| found.kind);
    // `main` is a branch also before the first version.
    let other_kind =
        other_kind.or((kind == RefKind::Label && *name == RefName::main()).then_some(RefKind::Branch));
    if let Some(other) = other_kind {
        return Err(StoreError::NameTaken { noun: other.as_str(), name: name.to_string() });
    }
    let is = found.map(|found| found.version);
    if expected.is_some() && expected != is {
        return Err(StoreError::RefMoved {
            name: name.to_string(),
            version: is.map(|version| version.short()),
        });
    }
    Ok(())
}

impl Store {
    /// The branches and labels of a prompt: branches first, by name.
    pub async fn list_refs(&self, prompt: PromptId) -> Result<Vec<VersionRef>, StoreError> {
        list(&mut *self.readers().acquire().await?, prompt).await
    }

    /// Points a branch or a label to a version: makes it, or moves it from wherever it points.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where the other kind has the name, and [`StoreError::RefMoved`] where `expected` is
    /// given and it points elsewhere by now.
    pub async fn put_ref(
        &self,
        version: &Version,
        kind: RefKind,
        name: RefName,
        expected: Option<VersionId>,
        now: Timestamp,
    ) -> Result<Moved, StoreError> {
        let version = version.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let found = find(connection, version.prompt_id, &name).await?;
                check(found.as_ref(), kind, expected, &name)?;
                let from = found.map(|found| found.version);
                if from != Some(version.id) {
                    put(connection, &version, kind, &name, now).await?;
                }
                let name = find(connection, version.prompt_id, &name).await?;
                let name = name.ok_or_else(|| StoreError::not_found(kind.as_str(), version.id.short()))?;
                Ok(Moved { name, from })
            })
        })
        .await
    }

    /// Takes a branch or a label away; the versions stay. Answers where it pointed.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], and [`StoreError::RefInUse`] for `main` and for the branch of unsaved work.
    pub async fn delete_ref(
        &self,
        prompt: PromptId,
        kind: RefKind,
        name: RefName,
    ) -> Result<VersionRef, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let found = find(connection, prompt, &name).await?.filter(|found| found.kind == kind);
                let found = found.ok_or_else(|| StoreError::not_found(kind.as_str(), &name))?;
                let is_worked_on = crate::draft::branch(connection, prompt).await? == name;
                if kind == RefKind::Branch && (is_worked_on || name == RefName::main()) {
                    return Err(StoreError::RefInUse { name: name.to_string() });
                }
                let (prompt, kind, name) = (Key(prompt), Word(kind), name.as_str());
                sqlx::query!(
                    "delete from refs where prompt = ?1 and kind = ?2 and name = ?3",
                    prompt,
                    kind,
                    name
                )
                .execute(connection)
                .await?;
                Ok(found)
            })
        })
        .await
    }
}
