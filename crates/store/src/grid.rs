//! The grid of a run: cases down, columns across.

use crate::{
    Store, StoreError, blob,
    column::{Int, Json, Key},
    cursor, execution,
};
use formaops_domain::{
    Case, CaseMark, ContentHash, Execution, GridSort, JsonObject, NanoUsd, Page, RunId, Span,
};
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

/// Which cases of a run a page of its grid has, and in which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GridFilter {
    /// Only cases of which this can be said.
    pub mark: Option<CaseMark>,
    /// The order.
    pub sort: GridSort,
    /// Whether the largest come first.
    pub descending: bool,
    /// The run that marks compare with.
    pub baseline: Option<RunId>,
}

/// A row of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct GridRow {
    /// The case.
    pub case: Case,
    /// The newest generation of each of its cells, by column and repeat.
    pub cells: Vec<Execution>,
}

/// What came of one cell of each repeat: a case in one column.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseOutcome {
    /// The row, from 0.
    pub case: u32,
    /// The column, from 0.
    pub variant: u32,
    /// A name of its inputs, the same in every run.
    pub inputs: Vec<u8>,
    /// How many of its cells have ended.
    pub ended: u32,
    /// How many of them passed: they completed, and their answers hold.
    pub passed: u32,
    /// The mean score of those that have one; 1 or 0 by whether it passed for those that have none.
    pub score: f64,
    /// What they cost together.
    pub cost: NanoUsd,
    /// How long those that completed took, on average; none where none did.
    pub latency: Option<Span>,
    /// A name of the first answer, the same for the same text.
    pub answer: Option<Vec<u8>>,
}

struct Mark {
    position: u32,
    failing: bool,
    flaky: bool,
    different: bool,
    regressed: bool,
    improved: bool,
    score: f64,
    latency: i64,
    cost: i64,
}

impl Store {
    /// A page of the grid of a run.
    pub async fn list_grid_rows(
        &self,
        run: RunId,
        filter: GridFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<GridRow>, StoreError> {
        let is_plain = filter.mark.is_none() && filter.sort == GridSort::Case && !filter.descending;
        if !is_plain {
            self.mark_cases(run, filter.baseline).await?;
        }
        let mut connection = self.readers().acquire().await?;
        let (value, position): (f64, i64) = cursor::decode(cursor)?.unwrap_or((f64::MIN, -1));
        let (key, baseline) = (Key(run), Key(filter.baseline.unwrap_or(run)));
        let rows = cursor::rows(limit);
        let found: Vec<(f64, i64)> = if is_plain {
            sqlx::query_scalar!(
                "select position from run_cases where run = ?1 and position > ?2 order by position limit ?3",
                key,
                position,
                rows
            )
            .fetch_all(&mut *connection)
            .await?
            .into_iter()
            .map(|position| (0.0, position))
            .collect()
        } else {
            let (mark, sort) = (filter.mark.map(mark_word), sort_word(filter.sort));
            let sign = if filter.descending { -1.0 } else { 1.0 };
            sqlx::query!(
                r#"select position, key as "key!: f64" from (
                  select position, ?5 * case ?4 when 'score' then score when 'latency' then latency_micros
                    when 'cost' then cost_nanos else position end as key
                  from case_marks
                  where run = ?1 and baseline = ?2 and case ?3 when 'failing' then failing when 'flaky' then flaky
                    when 'different' then different when 'regressed' then regressed when 'improved' then improved
                    when 'rated' then exists (select 1 from executions e join ratings r on r.execution = e.id
                      where e.run = ?1 and e.case_index = position)
                    when 'unrated' then not exists (select 1 from executions e join ratings r on r.execution = e.id
                      where e.run = ?1 and e.case_index = position)
                    else 1 end)
                where (key, position) > (?6, ?7) order by key, position limit ?8"#,
                key,
                baseline,
                mark,
                sort,
                sign,
                value,
                position,
                rows,
            )
            .fetch_all(&mut *connection)
            .await?
            .into_iter()
            .map(|row| (row.key, row.position))
            .collect()
        };
        let page = cursor::page(found, limit, |row| *row, |(_, position)| position);
        let items = rows_at(&mut connection, run, &page.items).await?;
        Ok(Page { items, next: page.next })
    }

    /// What came of each case in each column of a run, by case and column. Cells that have not ended count for nothing.
    pub async fn list_case_outcomes(&self, run: RunId) -> Result<Vec<CaseOutcome>, StoreError> {
        outcomes(&mut *self.readers().acquire().await?, run).await
    }

    /// The weighted mean of each named metric of a run, by column.
    pub async fn list_metrics(
        &self,
        run: RunId,
        variants: usize,
    ) -> Result<Vec<BTreeMap<String, f64>>, StoreError> {
        let key = Key(run);
        let rows = sqlx::query!(
            r#"select e.variant_index as "variant!: u32", v.metric as "metric!",
              sum(v.score * v.weight) / sum(v.weight) as "mean?: f64"
            from executions e
            join validation_results v on v.execution = e.id
            where e.run = ?1 and v.metric is not null and not exists (select 1 from executions n where n.run = e.run
              and n.case_index = e.case_index and n.repeat = e.repeat and n.variant_index = e.variant_index
              and n.generation > e.generation)
            group by e.variant_index, v.metric"#,
            key,
        )
        .fetch_all(self.readers())
        .await?;
        let mut metrics = vec![BTreeMap::new(); variants];
        for row in rows {
            if let (Some(metrics), Some(mean)) = (metrics.get_mut(row.variant as usize), row.mean) {
                metrics.insert(row.metric, mean);
            }
        }
        Ok(metrics)
    }

    /// The names of the cases of a run of which some cell failed, or its answer did not hold.
    pub async fn list_failing_cases(&self, run: RunId) -> Result<HashSet<ContentHash>, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let outcomes = outcomes(&mut connection, run).await?;
        let failing = outcomes.iter().filter(|cell| cell.passed < cell.ended);
        let mut positions: Vec<_> = failing.map(|cell| i64::from(cell.case)).collect();
        positions.dedup();
        let cases = cases_at(&mut connection, run, &positions).await?;
        Ok(cases.iter().map(Case::hash).collect())
    }

    /// The cases of a run, in order.
    pub async fn list_run_cases(&self, run: RunId) -> Result<Vec<Case>, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let key = Key(run);
        let positions =
            sqlx::query_scalar!("select position from run_cases where run = ?1 order by position", key)
                .fetch_all(&mut *connection)
                .await?;
        cases_at(&mut connection, run, &positions).await
    }

    /// Cases of a run by their places, in the order of those.
    pub async fn list_cases_at(&self, run: RunId, places: &[u32]) -> Result<Vec<Case>, StoreError> {
        let places: Vec<_> = places.iter().map(|place| i64::from(*place)).collect();
        cases_at(&mut *self.readers().acquire().await?, run, &places).await
    }

    /// Works out what can be said of each case, unless nothing more has ended since it was.
    async fn mark_cases(&self, run: RunId, baseline: Option<RunId>) -> Result<(), StoreError> {
        let mut connection = self.readers().acquire().await?;
        let (key, other) = (Key(run), Key(baseline.unwrap_or(run)));
        let ended = sqlx::query_scalar!(
            r#"select coalesce(sum(completed + failed + cancelled), 0) as "ended!: i64" from runs where id in (?1, ?2)"#,
            key,
            other
        )
        .fetch_one(&mut *connection)
        .await?;
        let made = sqlx::query_scalar!(
            "select ended from case_marks_made where run = ?1 and baseline = ?2",
            key,
            other
        )
        .fetch_optional(&mut *connection)
        .await?;
        if made == Some(ended) {
            return Ok(());
        }
        let ours = outcomes(&mut connection, run).await?;
        let theirs = match baseline {
            Some(baseline) => outcomes(&mut connection, baseline).await?,
            None => Vec::new(),
        };
        drop(connection);
        let marks = marks(&ours, &theirs);
        self.write(move |connection| {
            Box::pin(async move {
                let (key, other) = (Key(run), Key(baseline.unwrap_or(run)));
                sqlx::query!("delete from case_marks where run = ?1 and baseline = ?2", key, other)
                    .execute(&mut *connection)
                    .await?;
                for marks in marks.chunks(1000) {
                    let rows = Json(marks.iter().map(Mark::row).collect::<Vec<_>>());
                    sqlx::query!(
                        "insert into case_marks (run, baseline, position, failing, flaky, different, regressed, improved,
                          score, latency_micros, cost_nanos)
                        select ?1, ?2, m.value ->> 0, m.value ->> 1, m.value ->> 2, m.value ->> 3, m.value ->> 4,
                          m.value ->> 5, m.value ->> 6, m.value ->> 7, m.value ->> 8
                        from json_each(?3) m",
                        key,
                        other,
                        rows
                    )
                    .execute(&mut *connection)
                    .await?;
                }
                sqlx::query!(
                    "insert or replace into case_marks_made (run, baseline, ended) values (?1, ?2, ?3)",
                    key,
                    other,
                    ended
                )
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }
}

impl Mark {
    fn row(&self) -> (u32, u8, u8, u8, u8, u8, f64, i64, i64) {
        let Self { position, failing, flaky, different, regressed, improved, score, latency, cost } = *self;
        let [failing, flaky, different, regressed, improved] =
            [failing, flaky, different, regressed, improved].map(u8::from);
        (position, failing, flaky, different, regressed, improved, score, latency, cost)
    }
}

const fn mark_word(mark: CaseMark) -> &'static str {
    match mark {
        CaseMark::Failing => "failing",
        CaseMark::Flaky => "flaky",
        CaseMark::Different => "different",
        CaseMark::Regressed => "regressed",
        CaseMark::Improved => "improved",
        CaseMark::Rated => "rated",
        CaseMark::Unrated => "unrated",
    }
}

const fn sort_word(sort: GridSort) -> &'static str {
    match sort {
        GridSort::Case => "case",
        GridSort::Score => "score",
        GridSort::Latency => "latency",
        GridSort::Cost => "cost",
    }
}

async fn rows_at(
    connection: &mut SqliteConnection,
    run: RunId,
    positions: &[i64],
) -> Result<Vec<GridRow>, StoreError> {
    let cases = cases_at(connection, run, positions).await?;
    let mut cells = execution::cells(connection, run, positions).await?;
    let rows = cases.into_iter().map(|case| {
        let own = cells.extract_if(.., |cell| cell.case == case.position);
        let mut own: Vec<_> = own.collect();
        own.sort_by_key(|cell| (cell.variant, cell.repeat));
        GridRow { case, cells: own }
    });
    Ok(rows.collect())
}

/// The cases at these places, in this order.
async fn cases_at(
    connection: &mut SqliteConnection,
    run: RunId,
    positions: &[i64],
) -> Result<Vec<Case>, StoreError> {
    let (key, places) = (Key(run), Json(positions));
    let rows = sqlx::query!(
        r#"select c.position as "position!: u32", b.data as "inputs!", c.details as "details: Json<Case>"
        from json_each(?2) w
        cross join run_cases c on c.run = ?1 and c.position = w.value
        join blobs b on b.hash = c.inputs
        order by w.key"#,
        key,
        places,
    )
    .fetch_all(connection)
    .await?;
    let case = |position, inputs: &[u8], details: Option<Json<Case>>| {
        let inputs: JsonObject = blob::json(inputs)?;
        Ok(Case { position, inputs, ..details.map(|details| details.0).unwrap_or_default() })
    };
    rows.into_iter().map(|row| case(row.position, &row.inputs, row.details)).collect()
}

async fn outcomes(connection: &mut SqliteConnection, run: RunId) -> Result<Vec<CaseOutcome>, StoreError> {
    let key = Key(run);
    let rows = sqlx::query!(
        r#"select e.case_index as "case!: u32", e.variant_index as "variant!: u32", c.inputs as "inputs!",
          sum(e.completed_at is not null) as "ended!: u32",
          sum(e.status = 'completed' and e.validation_status <> 'failed') as "passed!: u32",
          coalesce(avg(case when e.completed_at is null then null
            else coalesce(e.score, e.status = 'completed' and e.validation_status <> 'failed') end), 0) as "score!: f64",
          coalesce(sum(e.cost_nanos), 0) as "cost!: Int<NanoUsd>",
          cast(avg(case when e.status = 'completed' then e.latency_micros end) as integer) as "latency?: Int<Span>",
          max(case when e.repeat = 0 then e.output end) as "answer?: Vec<u8>"
        from executions e
        join run_cases c on c.run = e.run and c.position = e.case_index
        where e.run = ?1 and not exists (select 1 from executions n where n.run = e.run
          and n.case_index = e.case_index and n.repeat = e.repeat and n.variant_index = e.variant_index
          and n.generation > e.generation)
        group by e.case_index, e.variant_index order by e.case_index, e.variant_index"#,
        key,
    )
    .fetch_all(connection)
    .await?;
    let outcome = rows.into_iter().map(|row| CaseOutcome {
        case: row.case,
        variant: row.variant,
        inputs: row.inputs,
        ended: row.ended,
        passed: row.passed,
        score: row.score,
        cost: row.cost.0,
        latency: row.latency.map(|latency| latency.0),
        answer: row.answer,
    });
    Ok(outcome.collect())
}

/// What can be said of each case, from its outcomes in all columns and those of the same inputs in the baseline. Of
/// several cases with the same inputs the first is held against the first, and so on.
fn marks(ours: &[CaseOutcome], theirs: &[CaseOutcome]) -> Vec<Mark> {
    let mut before: HashMap<&[u8], VecDeque<f64>> = HashMap::new();
    for case in theirs.chunk_by(|one, other| one.case == other.case) {
        before.entry(&case[0].inputs).or_default().push_back(pass_rate(case));
    }
    let mark = |case: &[CaseOutcome]| {
        let first = &case[0];
        let rate = pass_rate(case);
        let has_ended = case.iter().any(|cell| cell.ended > 0);
        let was = before.get_mut(first.inputs.as_slice()).and_then(VecDeque::pop_front).filter(|_| has_ended);
        let mut answers = case.iter().filter_map(|cell| cell.answer.as_ref());
        let answer = answers.next();
        let columns = case.len() as f64;
        let (timed, time) = case
            .iter()
            .filter_map(|cell| cell.latency)
            .fold((0, 0), |(count, time), latency| (count + 1, time + latency.as_micros()));
        Mark {
            position: first.case,
            failing: case.iter().any(|cell| cell.passed < cell.ended),
            flaky: case.iter().any(|cell| cell.passed > 0 && cell.passed < cell.ended),
            different: answers.any(|other| Some(other) != answer),
            regressed: was.is_some_and(|was| rate < was),
            improved: was.is_some_and(|was| rate > was),
            score: case.iter().map(|cell| cell.score).sum::<f64>() / columns,
            latency: i64::try_from(time.checked_div(timed).unwrap_or_default()).unwrap_or(i64::MAX),
            cost: case.iter().fold(NanoUsd::ZERO, |sum, cell| sum + cell.cost).as_nanos().cast_signed(),
        }
    };
    ours.chunk_by(|one, other| one.case == other.case).map(mark).collect()
}

/// The share of the cells of a case that have ended which passed.
fn pass_rate(case: &[CaseOutcome]) -> f64 {
    let (passed, ended) =
        case.iter().fold((0, 0), |(passed, ended), cell| (passed + cell.passed, ended + cell.ended));
    if ended == 0 { 0.0 } else { f64::from(passed) / f64::from(ended) }
}
