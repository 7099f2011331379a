//! The grid of a run: cases down, columns across.

mod figures;
mod marks;
mod outcome;

pub use outcome::{CaseOutcome, CaseOutcomes};

use crate::{
    Store, StoreError, blob,
    column::{Json, Key},
    cursor, execution,
};
use formaops_domain::{Case, CaseMark, ContentHash, Execution, GridSort, JsonObject, Page, RunId};
use marks::{Marked, find_newest};
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::collections::{HashMap, HashSet};

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

/// Up to so many cases with a mark are found by it and put in order; of more, the order is gone along and those without
/// the mark are passed over.
const FEW: u32 = 30_000;

impl Store {
    /// A page of the grid of a run.
    pub async fn list_grid_rows(
        &self,
        run: RunId,
        filter: GridFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<GridRow>, StoreError> {
        let rows = cursor::rows(limit);
        let is_plain = filter.mark.is_none() && filter.sort == GridSort::Case && !filter.descending;
        if !is_plain {
            self.mark_cases(run, filter.baseline).await?;
        }
        // One look at the store, for what is worked out anew meanwhile takes the place of what is read here.
        let mut connection = self.readers().begin().await?;
        let begin = if filter.descending { (f64::MAX, i64::MAX) } else { (f64::MIN, -1) };
        let after: (f64, i64) = cursor::decode(cursor)?.unwrap_or(begin);
        let found = if is_plain {
            in_order(&mut connection, run, after.1, rows).await?
        } else {
            match find_newest(&mut connection, run, filter.baseline).await? {
                Some((marked, _)) => sorted(&mut connection, run, &marked, filter, after, rows).await?,
                None => Vec::new(),
            }
        };
        let page = cursor::page(found, limit, |row| *row, |(_, position)| position);
        let items = rows_at(&mut connection, run, &page.items).await?;
        Ok(Page { items, next: page.next })
    }

    /// The names of the cases of a run of which some cell failed, or its answer did not hold.
    pub async fn list_failing_cases(&self, run: RunId) -> Result<HashSet<ContentHash>, StoreError> {
        let marked = self.mark_cases(run, None).await?;
        let mut connection = self.readers().acquire().await?;
        let positions = sqlx::query_scalar!(
            "select position from case_marks where made = ?1 and failing = 1 order by position",
            marked.seq
        )
        .fetch_all(&mut *connection)
        .await?;
        let cases = cases_at(&mut connection, run, &positions).await?;
        Ok(cases.iter().map(Case::hash).collect())
    }

    /// The cases of a run, in order.
    pub async fn list_run_cases(&self, run: RunId) -> Result<Vec<Case>, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let positions: Vec<i64> =
            in_order(&mut connection, run, -1, u32::MAX).await?.into_iter().map(|(_, at)| at).collect();
        cases_at(&mut connection, run, &positions).await
    }

    /// Cases of a run by their places, in the order of those.
    pub async fn list_cases_at(&self, run: RunId, places: &[u32]) -> Result<Vec<Case>, StoreError> {
        let places: Vec<_> = places.iter().map(|place| i64::from(*place)).collect();
        cases_at(&mut *self.readers().acquire().await?, run, &places).await
    }
}

/// Cases as they are in the run, behind this one.
async fn in_order(
    connection: &mut SqliteConnection,
    run: RunId,
    after: i64,
    rows: u32,
) -> Result<Vec<(f64, i64)>, StoreError> {
    let run = Key(run);
    let positions = sqlx::query_scalar!(
        "select position from run_cases where run = ?1 and position > ?2 order by position limit ?3",
        run,
        after,
        rows
    )
    .fetch_all(connection)
    .await?;
    Ok(positions.into_iter().map(|position| (0.0, position)).collect())
}

/// Cases with a mark, or all, in the order of a figure, and of those with the same figure in that of their positions.
async fn sorted(
    connection: &mut SqliteConnection,
    run: RunId,
    marked: &Marked,
    filter: GridFilter,
    (value, position): (f64, i64),
    rows: u32,
) -> Result<Vec<(f64, i64)>, StoreError> {
    let sort = sort_column(filter.sort);
    let mark = filter.mark.and_then(|mark| Some((mark_column(mark)?, marked.count(mark))));
    // People go on rating what has ended, so that is looked up and no mark.
    let rated = "exists (select 1 from executions e join ratings r on r.execution = e.id
        where e.run = ?5 and e.case_index = case_marks.position)";
    // Which way is shorter hangs on how many cases have the mark, which SQLite does not know.
    let index = match (mark, sort) {
        (Some((mark, count)), sort) if sort.is_none() || count <= FEW => format!("case_marks_{mark}"),
        (_, Some((_, index))) => format!("case_marks_{index}"),
        (_, None) => String::new(),
    };
    let by = if index.is_empty() { "not indexed".to_owned() } else { format!("indexed by {index}") };
    let has = match (filter.mark, mark) {
        (Some(CaseMark::Rated), _) => format!("and {rated} and ?5 is not null"),
        (Some(CaseMark::Unrated), _) => format!("and not {rated} and ?5 is not null"),
        (_, Some((mark, _))) => format!("and {mark} = 1 and ?5 is not null"),
        (_, None) => "and ?5 is not null".to_owned(),
    };
    let (after, way) = if filter.descending { ("<", "desc") } else { (">", "asc") };
    let sql = match sort {
        Some((key, _)) => format!(
            "select cast({key} as real), position from case_marks {by}
            where made = ?1 {has} and ({key}, position) {after} (?2, ?3)
            order by {key} {way}, position {way} limit ?4"
        ),
        None => format!(
            "select 0.0, position from case_marks {by}
            where made = ?1 {has} and (?2 is not null) and position {after} ?3 order by position {way} limit ?4"
        ),
    };
    let found = sqlx::query_as(AssertSqlSafe(sql))
        .bind(marked.seq)
        .bind(value)
        .bind(position)
        .bind(rows)
        .bind(Key(run));
    Ok(found.fetch_all(connection).await?)
}

/// The column of a mark; none of what is looked up.
const fn mark_column(mark: CaseMark) -> Option<&'static str> {
    match mark {
        CaseMark::Failing => Some("failing"),
        CaseMark::Flaky => Some("flaky"),
        CaseMark::Different => Some("different"),
        CaseMark::Regressed => Some("regressed"),
        CaseMark::Improved => Some("improved"),
        CaseMark::Rated | CaseMark::Unrated => None,
    }
}

/// The column of an order, and what its index is called by.
const fn sort_column(sort: GridSort) -> Option<(&'static str, &'static str)> {
    match sort {
        GridSort::Case => None,
        GridSort::Score => Some(("score", "score")),
        GridSort::Latency => Some(("latency_micros", "latency")),
        GridSort::Cost => Some(("cost_nanos", "cost")),
    }
}

async fn rows_at(
    connection: &mut SqliteConnection,
    run: RunId,
    positions: &[i64],
) -> Result<Vec<GridRow>, StoreError> {
    let cases = cases_at(connection, run, positions).await?;
    let mut cells: HashMap<u32, Vec<Execution>> = HashMap::new();
    for cell in execution::cells(connection, run, positions).await? {
        cells.entry(cell.case).or_default().push(cell);
    }
    let rows = cases.into_iter().map(|case| {
        let mut own = cells.remove(&case.position).unwrap_or_default();
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
