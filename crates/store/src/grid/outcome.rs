//! What came of the cases of a run, column by column.

use crate::{
    Store, StoreError,
    blob::BlobHash,
    column::{Int, Key},
};
use formaops_domain::{NanoUsd, RunId, Span};
use sqlx::SqliteConnection;
use std::ops::Range;

/// What came of one cell of each repeat: a case in one column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CaseOutcome {
    /// The row, from 0.
    pub case: u32,
    /// The column, from 0.
    pub variant: u32,
    /// How many of its cells have ended; one that was cancelled says nothing of it.
    pub ended: u32,
    /// How many of them passed: they completed, and their answers hold.
    pub passed: u32,
    /// The mean score of those that have one; 1 or 0 by whether it passed for those that have none.
    pub score: f64,
    /// What they cost together.
    pub cost: NanoUsd,
    /// How long those that completed took, on average; none where none did.
    pub latency: Option<Span>,
}

/// What came of all cases of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaseOutcomes {
    /// By case and column. Cells that have not ended count for nothing.
    pub cells: Vec<CaseOutcome>,
    /// A name of the inputs of each case, by its position; the same in every run.
    pub inputs: Vec<[u8; 32]>,
}

/// A case in one column, with a name of its first answer, which is the same for the same text.
pub(super) struct Answered {
    pub(super) outcome: CaseOutcome,
    pub(super) answer: Option<BlobHash>,
}

/// How many executions are taken together at once.
const PART: u32 = 20_000;

impl Store {
    /// What came of each case in each column of a run.
    pub async fn list_case_outcomes(&self, run: RunId) -> Result<CaseOutcomes, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let mut all = CaseOutcomes { inputs: inputs(&mut connection, run).await?, cells: Vec::new() };
        for part in parts(&mut connection, run).await? {
            let cells = outcomes(&mut connection, run, part).await?;
            all.cells.extend(cells.into_iter().map(|cell| cell.outcome));
        }
        Ok(all)
    }
}

impl Store {
    /// A name of the inputs of each case of a run, by its position; the same in every run.
    pub async fn list_case_inputs(&self, run: RunId) -> Result<Vec<[u8; 32]>, StoreError> {
        inputs(&mut *self.readers().acquire().await?, run).await
    }

    /// What came of some cases of a run, by case and column.
    pub async fn list_case_outcomes_in(
        &self,
        run: RunId,
        cases: Range<u32>,
    ) -> Result<Vec<CaseOutcome>, StoreError> {
        let found = outcomes(&mut *self.readers().acquire().await?, run, cases).await?;
        Ok(found.into_iter().map(|cell| cell.outcome).collect())
    }
}

/// The cases of a run in parts of about as many executions each.
pub(super) async fn parts(
    connection: &mut SqliteConnection,
    run: RunId,
) -> Result<Vec<Range<u32>>, StoreError> {
    let key = Key(run);
    let size = sqlx::query!(
        r#"select coalesce((select max(position) + 1 from run_cases where run = ?1), 0) as "cases!: u32",
          (select count(*) from run_variants where run = ?1) as "columns!: u32",
          (select repeats from runs where id = ?1) as "repeats?: u32""#,
        key
    )
    .fetch_one(connection)
    .await?;
    let cells = size.columns.max(1).saturating_mul(size.repeats.unwrap_or(1));
    let step = (PART / cells).max(1);
    let begins = (0..size.cases).step_by(step as usize);
    Ok(begins.map(|begin| begin..begin.saturating_add(step).min(size.cases)).collect())
}

/// A name of the inputs of each case, by its position.
pub(super) async fn inputs(
    connection: &mut SqliteConnection,
    run: RunId,
) -> Result<Vec<BlobHash>, StoreError> {
    let key = Key(run);
    let rows = sqlx::query_scalar!(
        r#"select inputs as "inputs: Key<BlobHash>" from run_cases where run = ?1 order by position"#,
        key
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|inputs| inputs.0).collect())
}

/// What came of these cases of a run, by case and column.
pub(super) async fn outcomes(
    connection: &mut SqliteConnection,
    run: RunId,
    cases: Range<u32>,
) -> Result<Vec<Answered>, StoreError> {
    let key = Key(run);
    let rows = sqlx::query!(
        r#"select e.case_index as "case!: u32", e.variant_index as "variant!: u32",
          sum(e.status in ('completed', 'failed')) as "ended!: u32",
          sum(e.status = 'completed' and e.validation_status <> 'failed') as "passed!: u32",
          coalesce(avg(case when e.status not in ('completed', 'failed') then null
            else coalesce(e.score, e.status = 'completed' and e.validation_status <> 'failed') end), 0) as "score!: f64",
          coalesce(sum(e.cost_nanos), 0) as "cost!: Int<NanoUsd>",
          cast(avg(case when e.status = 'completed' then e.latency_micros end) as integer) as "latency?: Int<Span>",
          max(case when e.repeat = 0 then e.output end) as "answer?: Key<BlobHash>"
        from executions e
        where e.run = ?1 and e.case_index >= ?2 and e.case_index < ?3 and not exists (select 1 from executions n
          where n.run = e.run and n.case_index = e.case_index and n.repeat = e.repeat
            and n.variant_index = e.variant_index and n.generation > e.generation)
        group by e.case_index, e.variant_index order by e.case_index, e.variant_index"#,
        key,
        cases.start,
        cases.end,
    )
    .fetch_all(connection)
    .await?;
    let answered = rows.into_iter().map(|row| Answered {
        outcome: CaseOutcome {
            case: row.case,
            variant: row.variant,
            ended: row.ended,
            passed: row.passed,
            score: row.score,
            cost: row.cost.0,
            latency: row.latency.map(|latency| latency.0),
        },
        answer: row.answer.map(|answer| answer.0),
    });
    Ok(answered.collect())
}
