//! Datasets: their names and life, and the versions of what they hold.

mod cases;
mod change;
mod chunk;
mod purge;
mod save;
mod whole;

pub use cases::CaseFilter;
pub use change::CaseChanges;
pub(crate) use save::clear_stages;
pub use save::{NewCases, Onto as CasesOnto};
pub(crate) use whole::bring_in;
pub use whole::{BroughtVersion, DatasetImport, PackedCases};

use crate::{
    Store, StoreError,
    column::{Int, Json, Key, Text},
    cursor,
};
use formaops_domain::{
    ActorId, Column, ContentHash, Dataset, DatasetId, DatasetName, DatasetVersion, Page, Timestamp,
};
use sqlx::SqliteConnection;

/// Which datasets a list has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatasetFilter {
    /// Only those with this in name or description, in whatever case.
    pub search: Option<String>,
    /// Those in the bin instead of those that are not.
    pub deleted: bool,
}

/// What changes about a dataset, beside what it holds; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatasetChange {
    /// A new name.
    pub name: Option<DatasetName>,
    /// A new description.
    pub description: Option<String>,
}

struct DatasetRow {
    seq: i64,
    id: Key<DatasetId>,
    name: Text<DatasetName>,
    description: String,
    head: u32,
    columns: Json<Vec<Column>>,
    cases: u32,
    created_at: Int<Timestamp>,
    updated_at: Int<Timestamp>,
    deleted_at: Option<Int<Timestamp>>,
}

impl From<DatasetRow> for Dataset {
    fn from(row: DatasetRow) -> Self {
        Self {
            id: row.id.0,
            name: row.name.0,
            description: row.description,
            head: row.head,
            columns: row.columns.0,
            cases: row.cases,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
            deleted_at: row.deleted_at.map(|at| at.0),
        }
    }
}

macro_rules! select_datasets {
    ($tail:literal, $($argument:expr),*) => {
        sqlx::query_as!(
            DatasetRow,
            r#"select d.seq, d.id as "id: Key<DatasetId>", d.name as "name: Text<DatasetName>", d.description,
              v.number as "head: u32", v.columns as "columns: Json<Vec<Column>>", v.cases as "cases: u32",
              d.created_at as "created_at: Int<Timestamp>", d.updated_at as "updated_at: Int<Timestamp>",
              d.deleted_at as "deleted_at: Int<Timestamp>"
            from datasets d join dataset_versions v on v.dataset = d.id
              and v.number = (select max(h.number) from dataset_versions h where h.dataset = d.id)
            "# + $tail,
            $($argument),*
        )
    };
}

struct VersionRow {
    dataset: Key<DatasetId>,
    number: u32,
    content_hash: Key<ContentHash>,
    columns: Json<Vec<Column>>,
    cases: u32,
    note: String,
    author: Key<ActorId>,
    created_at: Int<Timestamp>,
}

impl From<VersionRow> for DatasetVersion {
    fn from(row: VersionRow) -> Self {
        Self {
            dataset_id: row.dataset.0,
            number: row.number,
            content_hash: row.content_hash.0,
            columns: row.columns.0,
            cases: row.cases,
            note: row.note,
            author: row.author.0,
            created_at: row.created_at.0,
        }
    }
}

macro_rules! select_versions {
    ($tail:literal, $($argument:expr),*) => {
        sqlx::query_as!(
            VersionRow,
            r#"select v.dataset as "dataset: Key<DatasetId>", v.number as "number: u32",
              v.content_hash as "content_hash: Key<ContentHash>", v.columns as "columns: Json<Vec<Column>>",
              v.cases as "cases: u32", v.note, v.author as "author: Key<ActorId>",
              v.created_at as "created_at: Int<Timestamp>"
            from dataset_versions v
            "# + $tail,
            $($argument),*
        )
    };
}

/// A dataset, as the connection sees it.
async fn get(connection: &mut SqliteConnection, id: DatasetId) -> Result<Dataset, StoreError> {
    let key = Key(id);
    let row = select_datasets!("where d.id = ?1", key).fetch_optional(connection).await?;
    row.map(Dataset::from).ok_or_else(|| StoreError::not_found("dataset", id))
}

/// The newest version of a dataset, as the connection sees it; none of one that is being made.
async fn find_head(
    connection: &mut SqliteConnection,
    id: DatasetId,
) -> Result<Option<DatasetVersion>, StoreError> {
    let key = Key(id);
    let row = select_versions!("where v.dataset = ?1 order by v.number desc limit 1", key)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(DatasetVersion::from))
}

fn search_text(name: &DatasetName, description: &str) -> String {
    format!("{name}\n{description}").to_lowercase()
}

fn name_taken(error: StoreError, name: &DatasetName) -> StoreError {
    if error.is_duplicate() {
        StoreError::NameTaken { noun: "dataset", name: name.to_string() }
    } else {
        error
    }
}

impl Store {
    /// A dataset, also when it is in the bin.
    pub async fn get_dataset(&self, id: DatasetId) -> Result<Dataset, StoreError> {
        get(&mut *self.readers().acquire().await?, id).await
    }

    /// The dataset outside the bin with this name.
    pub async fn find_dataset_by_name(&self, name: &DatasetName) -> Result<Option<Dataset>, StoreError> {
        let name = name.as_str();
        let row = select_datasets!("where d.name = ?1 collate nocase and d.deleted_at is null", name)
            .fetch_optional(self.readers())
            .await?;
        Ok(row.map(Dataset::from))
    }

    /// Datasets by name.
    pub async fn list_datasets(
        &self,
        filter: DatasetFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Dataset>, StoreError> {
        let (name, seq): (String, i64) = cursor::decode(cursor)?.unwrap_or_default();
        let rows = cursor::rows(limit);
        let search = filter.search.map(|search| search.to_lowercase());
        let found = select_datasets!(
            "where (d.name, d.seq) > (?1, ?2) and (d.deleted_at is not null) = ?3
              and (?4 is null or instr(d.search, ?4) > 0)
            order by d.name, d.seq limit ?5",
            name,
            seq,
            filter.deleted,
            search,
            rows
        )
        .fetch_all(self.readers())
        .await?;
        Ok(cursor::page(found, limit, |row| (row.name.0.to_string(), row.seq), Dataset::from))
    }

    /// Changes name and description of a dataset.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] and [`StoreError::NameTaken`].
    pub async fn update_dataset(
        &self,
        id: DatasetId,
        change: DatasetChange,
        now: Timestamp,
    ) -> Result<Dataset, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let before = get(connection, id).await?;
                let name = change.name.unwrap_or(before.name);
                let description = change.description.unwrap_or(before.description);
                // A clock that stepped back must not make a change older than the dataset.
                let (key, at) = (Key(id), Int(now.max(before.created_at)));
                let (text, search) = (name.as_str(), search_text(&name, &description));
                sqlx::query!(
                    "update datasets set name = ?2, description = ?3, search = ?4, updated_at = ?5 where id = ?1",
                    key,
                    text,
                    description,
                    search,
                    at
                )
                .execute(&mut *connection)
                .await
                .map_err(|error| name_taken(error.into(), &name))?;
                get(connection, id).await
            })
        })
        .await
    }

    /// Puts a dataset in the bin; its name is free again. Doing it twice changes nothing.
    pub async fn delete_dataset(&self, id: DatasetId, now: Timestamp) -> Result<Dataset, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (key, now) = (Key(id), Int(now));
                sqlx::query!(
                    "update datasets set deleted_at = ?2 where id = ?1 and deleted_at is null",
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

    /// Takes a dataset out of the bin.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where its name was given to another dataset in the meantime.
    pub async fn undelete_dataset(&self, id: DatasetId) -> Result<Dataset, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let dataset = get(connection, id).await?;
                let key = Key(id);
                sqlx::query!("update datasets set deleted_at = null where id = ?1", key)
                    .execute(&mut *connection)
                    .await
                    .map_err(|error| name_taken(error.into(), &dataset.name))?;
                get(connection, id).await
            })
        })
        .await
    }

    /// A version of a dataset.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is none of this number.
    pub async fn get_dataset_version(
        &self,
        dataset: DatasetId,
        number: u32,
    ) -> Result<DatasetVersion, StoreError> {
        let key = Key(dataset);
        let row = select_versions!("where v.dataset = ?1 and v.number = ?2", key, number)
            .fetch_optional(self.readers())
            .await?;
        row.map(DatasetVersion::from)
            .ok_or_else(|| StoreError::not_found("version of the dataset", format!("v{number}")))
    }

    /// The versions of a dataset, newest first.
    pub async fn list_dataset_versions(
        &self,
        dataset: DatasetId,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<DatasetVersion>, StoreError> {
        let before: u32 = cursor::decode(cursor)?.unwrap_or(u32::MAX);
        let (key, rows) = (Key(dataset), cursor::rows(limit));
        let found = select_versions!(
            "where v.dataset = ?1 and v.number < ?2 order by v.number desc limit ?3",
            key,
            before,
            rows
        )
        .fetch_all(self.readers())
        .await?;
        Ok(cursor::page(found, limit, |row| row.number, DatasetVersion::from))
    }
}
