//! Suites.

use crate::{
    Store, StoreError,
    column::{Int, Json, Key, Text},
};
use formaops_domain::{RunId, Suite, SuiteId, SuiteName, SuiteSpec, Timestamp};
use sqlx::SqliteConnection;

/// What of a suite is to be different. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SuiteChange {
    /// Its name.
    pub name: Option<SuiteName>,
    /// What it is for.
    pub description: Option<String>,
    /// What is run.
    pub spec: Option<SuiteSpec>,
}

struct SuiteRow {
    id: Key<SuiteId>,
    name: Text<SuiteName>,
    description: String,
    spec: Json<SuiteSpec>,
    baseline: Option<Key<RunId>>,
    last_run: Option<Key<RunId>>,
    created_at: Int<Timestamp>,
    updated_at: Int<Timestamp>,
    deleted_at: Option<Int<Timestamp>>,
}

impl From<SuiteRow> for Suite {
    fn from(row: SuiteRow) -> Self {
        Self {
            id: row.id.0,
            name: row.name.0,
            description: row.description,
            spec: row.spec.0,
            baseline: row.baseline.map(|run| run.0),
            last_run: row.last_run.map(|run| run.0),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
            deleted_at: row.deleted_at.map(|at| at.0),
        }
    }
}

macro_rules! select_suites {
    ($tail:literal $(, $argument:expr)*) => {
        sqlx::query_as!(
            SuiteRow,
            r#"select s.id as "id: Key<SuiteId>", s.name as "name: Text<SuiteName>", s.description,
              s.spec as "spec: Json<SuiteSpec>", s.baseline as "baseline: Key<RunId>",
              (select r.id from runs r where r.suite = s.id order by r.seq desc limit 1) as "last_run?: Key<RunId>",
              s.created_at as "created_at: Int<Timestamp>", s.updated_at as "updated_at: Int<Timestamp>",
              s.deleted_at as "deleted_at: Int<Timestamp>"
            from suites s "#
                + $tail
            $(, $argument)*
        )
    };
}

pub(crate) async fn get(connection: &mut SqliteConnection, id: SuiteId) -> Result<Suite, StoreError> {
    let key = Key(id);
    let row = select_suites!("where s.id = ?1", key).fetch_optional(connection).await?;
    row.map(Suite::from).ok_or_else(|| StoreError::not_found("suite", id))
}

/// Keeps a new suite, without its baseline.
pub(crate) async fn insert(connection: &mut SqliteConnection, suite: &Suite) -> Result<(), StoreError> {
    let (id, name, spec) = (Key(suite.id), Text(&suite.name), Json(&suite.spec));
    let (created_at, updated_at) = (Int(suite.created_at), Int(suite.updated_at.max(suite.created_at)));
    sqlx::query!(
        "insert into suites (id, name, description, spec, created_at, updated_at) values (?1, ?2, ?3, ?4, ?5, ?6)",
        id,
        name,
        suite.description,
        spec,
        created_at,
        updated_at,
    )
    .execute(connection)
    .await
    .map_err(|error| taken(error.into(), &suite.name))?;
    Ok(())
}

/// Changes a suite.
pub(crate) async fn update(
    connection: &mut SqliteConnection,
    id: SuiteId,
    change: SuiteChange,
    now: Timestamp,
) -> Result<Suite, StoreError> {
    let was = get(connection, id).await?;
    let name = change.name.unwrap_or(was.name);
    let description = change.description.unwrap_or(was.description);
    let spec = change.spec.unwrap_or(was.spec);
    let (key, now, text, json) = (Key(id), Int(now), Text(&name), Json(&spec));
    sqlx::query!(
        "update suites set name = ?2, description = ?3, spec = ?4, updated_at = max(?5, created_at) where id = ?1",
        key,
        text,
        description,
        json,
        now,
    )
    .execute(&mut *connection)
    .await
    .map_err(|error| taken(error.into(), &name))?;
    get(connection, id).await
}

/// Names the baseline of a suite, or none; answers whether there is such a suite, and such a run of it.
pub(crate) async fn set_baseline(
    connection: &mut SqliteConnection,
    id: SuiteId,
    run: Option<RunId>,
) -> Result<bool, StoreError> {
    let (key, baseline) = (Key(id), run.map(Key));
    let done = sqlx::query!(
        "update suites set baseline = ?2 where id = ?1
          and (?2 is null or exists (select 1 from runs r where r.id = ?2 and r.suite = ?1))",
        key,
        baseline,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

impl Store {
    /// Keeps a new suite.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where another outside the bin has the name in whatever case.
    pub async fn insert_suite(&self, suite: Suite) -> Result<Suite, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                insert(connection, &suite).await?;
                get(connection, suite.id).await
            })
        })
        .await
    }

    /// A suite, also when it is in the bin.
    pub async fn get_suite(&self, id: SuiteId) -> Result<Suite, StoreError> {
        get(&mut *self.readers().acquire().await?, id).await
    }

    /// The suite outside the bin with this name.
    pub async fn find_suite_by_name(&self, name: &SuiteName) -> Result<Option<Suite>, StoreError> {
        let name = name.as_str();
        let row = select_suites!("where s.name = ?1 collate nocase and s.deleted_at is null", name)
            .fetch_optional(self.readers())
            .await?;
        Ok(row.map(Suite::from))
    }

    /// The suites outside the bin or in it, by name.
    pub async fn list_suites(&self, deleted: bool) -> Result<Vec<Suite>, StoreError> {
        let rows = select_suites!("where (s.deleted_at is not null) = ?1 order by s.name, s.id", deleted)
            .fetch_all(self.readers())
            .await?;
        Ok(rows.into_iter().map(Suite::from).collect())
    }

    /// Changes a suite. Runs that were made keep what they were made with.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where another outside the bin has the name.
    pub async fn update_suite(
        &self,
        id: SuiteId,
        change: SuiteChange,
        now: Timestamp,
    ) -> Result<Suite, StoreError> {
        self.write(move |connection| Box::pin(update(connection, id, change, now))).await
    }

    /// Names the run that later ones are compared with, or none.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the suite has no such run.
    pub async fn set_baseline(&self, id: SuiteId, run: Option<RunId>) -> Result<Suite, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let is_set = set_baseline(connection, id, run).await?;
                let suite = get(connection, id).await?;
                match run {
                    Some(run) if !is_set => Err(StoreError::not_found("run of the suite", run)),
                    _ => Ok(suite),
                }
            })
        })
        .await
    }

    /// Puts a suite in the bin, or takes it out again. Its runs stay.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where another has its name meanwhile.
    pub async fn set_suite_deleted(
        &self,
        id: SuiteId,
        deleted_at: Option<Timestamp>,
    ) -> Result<Suite, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let was = get(connection, id).await?;
                let (key, at) = (Key(id), deleted_at.map(Int));
                sqlx::query!("update suites set deleted_at = ?2 where id = ?1", key, at)
                    .execute(&mut *connection)
                    .await
                    .map_err(|error| taken(error.into(), &was.name))?;
                get(connection, id).await
            })
        })
        .await
    }
}

fn taken(error: StoreError, name: &SuiteName) -> StoreError {
    if error.is_duplicate() { StoreError::NameTaken { noun: "suite", name: name.to_string() } } else { error }
}
