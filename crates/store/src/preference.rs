//! Which of two answers to a case people like better.

use crate::{
    Store, StoreError,
    column::{Int, Key, Word},
};
use formaops_domain::{ActorId, ExecutionId, Preference, Preferred, RunId};

/// The first answers of two columns to a case, both of which are there and say something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The row, from 0.
    pub case: u32,
    /// The answer of the first column.
    pub one: ExecutionId,
    /// The answer of the other column.
    pub other: ExecutionId,
    /// Which of them a person likes better, where they have said so.
    pub choice: Option<Preferred>,
}

impl Store {
    /// The pairs of first answers that two columns of a run have, by case, and which of each a person likes better. Pairs
    /// of the same text are left out.
    pub async fn list_pairs(
        &self,
        run: RunId,
        columns: (u32, u32),
        by: ActorId,
    ) -> Result<Vec<Pair>, StoreError> {
        let (run, (one, other), by) = (Key(run), columns, Key(by));
        let rows = sqlx::query!(
            r#"select e.case_index as "case!: u32", e.id as "one: Key<ExecutionId>", o.id as "other: Key<ExecutionId>",
              p.choice as "choice?: Word<Preferred>"
            from executions e
            join executions o on o.run = e.run and o.case_index = e.case_index and o.repeat = 0 and o.variant_index = ?3
            left join preferences p on p.one = e.id and p.other = o.id and p.decided_by = ?4
            where e.run = ?1 and e.repeat = 0 and e.variant_index = ?2 and e.status = 'completed' and o.status = 'completed'
              and e.output is not o.output
              and not exists (select 1 from executions n where n.run = e.run and n.case_index = e.case_index
                and n.repeat = 0 and n.variant_index = e.variant_index and n.generation > e.generation)
              and not exists (select 1 from executions n where n.run = o.run and n.case_index = o.case_index
                and n.repeat = 0 and n.variant_index = o.variant_index and n.generation > o.generation)
            order by e.case_index"#,
            run,
            one,
            other,
            by,
        )
        .fetch_all(self.readers())
        .await?;
        let pair = rows.into_iter().map(|row| Pair {
            case: row.case,
            one: row.one.0,
            other: row.other.0,
            choice: row.choice.map(|choice| choice.0),
        });
        Ok(pair.collect())
    }

    /// Keeps which of two answers a person likes better, in place of what they said before.
    pub async fn put_preference(&self, preference: Preference) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (one, other, by) =
                    (Key(preference.one), Key(preference.other), Key(preference.decided_by));
                let (choice, at) = (Word(preference.choice), Int(preference.decided_at));
                sqlx::query!(
                    "insert into preferences (one, other, decided_by, choice, decided_at) values (?1, ?2, ?3, ?4, ?5)
                    on conflict (one, other, decided_by) do update set choice = excluded.choice,
                      decided_at = excluded.decided_at",
                    one,
                    other,
                    by,
                    choice,
                    at,
                )
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Takes back which of two answers a person likes better; what was not said is no matter.
    pub async fn delete_preference(
        &self,
        one: ExecutionId,
        other: ExecutionId,
        by: ActorId,
    ) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (one, other, by) = (Key(one), Key(other), Key(by));
                sqlx::query!(
                    "delete from preferences where one = ?1 and other = ?2 and decided_by = ?3",
                    one,
                    other,
                    by
                )
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }
}
