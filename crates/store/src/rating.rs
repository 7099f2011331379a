//! What people say of answers.

use crate::{
    Store, StoreError,
    column::{Int, Json, Key, Word},
    execution,
};
use formaops_domain::{ActorId, ExecutionId, Rating, RatingVerdict, RunId, Timestamp};

struct RatingRow {
    /// The column of the answer.
    variant: u32,
    execution: Key<ExecutionId>,
    rated_by: Key<ActorId>,
    verdict: Option<Word<RatingVerdict>>,
    score: Option<f64>,
    note: String,
    created_at: Int<Timestamp>,
    updated_at: Int<Timestamp>,
}

impl From<RatingRow> for Rating {
    fn from(row: RatingRow) -> Self {
        Self {
            execution_id: row.execution.0,
            rated_by: row.rated_by.0,
            verdict: row.verdict.map(|verdict| verdict.0),
            score: row.score,
            note: row.note,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

macro_rules! select_ratings {
    ($tail:literal, $($argument:expr),*) => {
        sqlx::query_as!(
            RatingRow,
            r#"select e.variant_index as "variant!: u32", r.execution as "execution: Key<ExecutionId>", r.rated_by as "rated_by: Key<ActorId>",
              r.verdict as "verdict?: Word<RatingVerdict>", r.score as "score?: f64", r.note,
              r.created_at as "created_at: Int<Timestamp>", r.updated_at as "updated_at: Int<Timestamp>"
            from ratings r join executions e on e.id = r.execution "# + $tail,
            $($argument),*
        )
    };
}

impl Store {
    /// Keeps what a person says of an answer, in place of what they said before.
    ///
    /// # Errors
    /// [`StoreError::Transition`] where the execution has not ended.
    pub async fn put_rating(&self, rating: Rating) -> Result<Rating, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let id = rating.execution_id;
                if !execution::get(connection, id).await?.status.is_terminal() {
                    return Err(execution::refuse(connection, id, "rated").await);
                }
                let (id, by, verdict) = (Key(id), Key(rating.rated_by), rating.verdict.map(Word));
                let (note, at) = (&rating.note, Int(rating.updated_at));
                let created_at = sqlx::query_scalar!(
                    r#"insert into ratings (execution, rated_by, verdict, score, note, created_at, updated_at)
                    values (?1, ?2, ?3, ?4, ?5, ?6, ?6)
                    on conflict (execution, rated_by) do update set verdict = excluded.verdict, score = excluded.score,
                      note = excluded.note, updated_at = max(excluded.updated_at, created_at)
                    returning created_at as "created_at!: Int<Timestamp>""#,
                    id,
                    by,
                    verdict,
                    rating.score,
                    note,
                    at,
                )
                .fetch_one(connection)
                .await?;
                let updated_at = rating.updated_at.max(created_at.0);
                Ok(Rating { created_at: created_at.0, updated_at, ..rating })
            })
        })
        .await
    }

    /// Takes back what a person said of an answer.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where they said nothing.
    pub async fn delete_rating(&self, execution: ExecutionId, by: ActorId) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (key, by) = (Key(execution), Key(by));
                let done =
                    sqlx::query!("delete from ratings where execution = ?1 and rated_by = ?2", key, by)
                        .execute(connection)
                        .await?;
                if done.rows_affected() == 0 {
                    return Err(StoreError::not_found("rating of", execution));
                }
                Ok(())
            })
        })
        .await
    }

    /// What people say of these answers, oldest first.
    pub async fn list_ratings(&self, executions: &[ExecutionId]) -> Result<Vec<Rating>, StoreError> {
        let hex =
            |id: &ExecutionId| id.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let ids = Json(executions.iter().map(hex).collect::<Vec<_>>());
        let rows = select_ratings!(
            "where r.execution in (select unhex(value) from json_each(?1)) order by r.created_at, r.rated_by",
            ids
        )
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(Rating::from).collect())
    }

    /// What people say of the newest answers of a run, by case, repeat and column, each with the column.
    pub async fn list_run_ratings(&self, run: RunId) -> Result<Vec<(u32, Rating)>, StoreError> {
        let key = Key(run);
        let rows = select_ratings!(
            // From what people have said to the run: it may have a million executions.
            "where +e.run = ?1 and not exists (select 1 from executions n where n.run = e.run
              and n.case_index = e.case_index and n.repeat = e.repeat and n.variant_index = e.variant_index
              and n.generation > e.generation)
            order by e.case_index, e.repeat, e.variant_index, r.created_at",
            key
        )
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(|row| (row.variant, row.into())).collect())
    }
}
