//! Answers to a case that are held against each other once all of them are there. Until then their verdict is open, which
//! the status of their validations says.

use crate::{
    Store, StoreError, blob,
    column::{Key, Word},
    execution::{self, ResultRow},
};
use formaops_domain::{
    Execution, ExecutionId, RunId,
    ports::{Contest, Contestant, LateVerdict},
};
use std::sync::Arc;

/// The most cases that are loaded at once.
const STEP: u32 = 16;

impl Store {
    /// The next cases of a run, after this one and repeat, with an answer whose verdict is open.
    pub async fn load_contests(
        &self,
        run: RunId,
        after: Option<(u32, u32)>,
    ) -> Result<Vec<Contest>, StoreError> {
        let (key, (case, repeat)) =
            (Key(run), after.map_or((-1, 0), |(case, repeat)| (i64::from(case), repeat)));
        let open = sqlx::query!(
            r#"select distinct e.case_index as "case!: u32", e.repeat as "repeat!: u32" from executions e
            where e.run = ?1 and (e.case_index, e.repeat) > (?2, ?3) and e.status = 'completed'
              and e.validation_status = 'pending'
              and not exists (select 1 from executions n where n.run = e.run and n.case_index = e.case_index
                and n.repeat = e.repeat and n.variant_index = e.variant_index and n.generation > e.generation)
            order by e.case_index, e.repeat limit ?4"#,
            key,
            case,
            repeat,
            STEP,
        )
        .fetch_all(self.readers())
        .await?;
        let mut contests = Vec::with_capacity(open.len());
        for place in open {
            contests.push(self.load_contest(run, place.case, place.repeat).await?);
        }
        Ok(contests)
    }

    async fn load_contest(&self, run: RunId, case: u32, repeat: u32) -> Result<Contest, StoreError> {
        let key = Key(run);
        let rows = sqlx::query!(
            r#"select e.id as "id: Key<ExecutionId>" from executions e
            where e.run = ?1 and e.case_index = ?2 and e.repeat = ?3 and e.status = 'completed'
              and not exists (select 1 from executions n where n.run = e.run and n.case_index = e.case_index
                and n.repeat = e.repeat and n.variant_index = e.variant_index and n.generation > e.generation)
            order by e.variant_index"#,
            key,
            case,
            repeat,
        )
        .fetch_all(self.readers())
        .await?;
        let (mut answers, mut inputs) = (Vec::with_capacity(rows.len()), Arc::default());
        for row in rows {
            let record = self.get_execution_record(row.id.0).await?;
            let validations = record.rules().cloned().collect();
            let mut execution = record.execution;
            let late = self.count_late(execution.id).await?;
            execution.validations.truncate(execution.validations.len().saturating_sub(late));
            inputs = Arc::new(record.inputs);
            answers.push(Contestant {
                output: self.whole_output(execution.id).await?,
                execution,
                validations,
                threshold: record.case.threshold,
            });
        }
        Ok(Contest { inputs, answers })
    }

    /// How many results an execution has that came late; they come behind all others.
    async fn count_late(&self, execution: ExecutionId) -> Result<usize, StoreError> {
        let key = Key(execution);
        let late = sqlx::query_scalar!(
            r#"select count(*) as "late!: u32" from validation_results where execution = ?1 and late = 1"#,
            key
        )
        .fetch_one(self.readers())
        .await?;
        Ok(late as usize)
    }

    async fn whole_output(&self, execution: ExecutionId) -> Result<String, StoreError> {
        let key = Key(execution);
        let data = sqlx::query_scalar!(
            r#"select b.data from executions e join blobs b on b.hash = e.output where e.id = ?1"#,
            key
        )
        .fetch_optional(self.readers())
        .await?;
        Ok(data
            .map(|data| blob::decompress(&data))
            .transpose()?
            .map_or_else(String::new, |text| String::from_utf8_lossy(&text).into_owned()))
    }

    /// Keeps late verdicts, in place of those that came before, and answers the executions.
    ///
    /// # Errors
    /// Where the run has ended: what it came to never changes then.
    pub async fn keep_late(
        &self,
        run: RunId,
        verdicts: &[LateVerdict],
    ) -> Result<Vec<Execution>, StoreError> {
        let verdicts = verdicts.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                let mut kept = Vec::with_capacity(verdicts.len());
                for verdict in &verdicts {
                    let (key, status) = (Key(verdict.execution), Word(verdict.status));
                    sqlx::query!("delete from validation_results where execution = ?1 and late = 1", key)
                        .execute(&mut *connection)
                        .await?;
                    let rows: Vec<_> = ResultRow::late(verdict.execution, &verdict.results).collect();
                    execution::insert_results(connection, &rows).await?;
                    sqlx::query!(
                        "update executions set validation_status = ?2, score = ?3,
                          validated_output = case when ?2 = 'passed' then validated_output end
                        where id = ?1",
                        key,
                        status,
                        verdict.score,
                    )
                    .execute(&mut *connection)
                    .await?;
                    kept.push(execution::get(connection, verdict.execution).await?);
                }
                // What was said of the cases at a glance has to be worked out anew.
                let key = Key(run);
                sqlx::query!(
                    "update case_marks_made set made_of = null where run = ?1 or baseline = ?1",
                    key
                )
                .execute(connection)
                .await?;
                Ok(kept)
            })
        })
        .await
    }
}
