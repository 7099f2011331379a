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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GridFilter {
    /// Only cases of which this can be said.
    pub mark: Option<CaseMark>,
    /// The order.
    pub sort: GridSort,
    /// The named metric whose mean the order is by, in place of `sort`. Cases without it come last, whichever way.
    pub metric: Option<String>,
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
        filter: &GridFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<GridRow>, StoreError> {
        let rows = cursor::rows(limit);
        let is_plain = *filter == GridFilter { baseline: filter.baseline, ..GridFilter::default() };
        if !is_plain {
            self.mark_cases(run, filter.baseline).await?;
        }
        // One look at the store, for what is worked out anew meanwhile takes the place of what is read here.
        let mut connection = self.readers().begin().await?;
        let after: (f64, i64) = cursor::decode(cursor)?.unwrap_or(begin(filter.descending));
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

/// What every case of a list comes behind.
const fn begin(descending: bool) -> (f64, i64) {
    if descending { (f64::MAX, i64::MAX) } else { (f64::MIN, -1) }
}

/// Cases with a mark, or all, in the order of a figure, and of those with the same figure in that of their positions.
async fn sorted(
    connection: &mut SqliteConnection,
    run: RunId,
    marked: &Marked,
    filter: &GridFilter,
    after: (f64, i64),
    rows: u32,
) -> Result<Vec<(f64, i64)>, StoreError> {
    let look = Look { run, marked, filter };
    if filter.metric.is_none() {
        return look.fetch(connection, look.by_column(), after, rows).await;
    }
    // The cases without the metric stand behind a figure that no other has.
    let last = begin(!filter.descending).0;
    let mut found = Vec::new();
    if after.0 != last {
        found = look.fetch(connection, look.by_metric(), after, rows).await?;
    }
    let rest = rows.saturating_sub(u32::try_from(found.len()).unwrap_or(rows));
    if rest > 0 {
        let after = if after.0 == last { after.1 } else { begin(filter.descending).1 };
        found.extend(look.fetch(connection, look.without_metric(), (last, after), rest).await?);
    }
    Ok(found)
}

/// A look at the cases of a run of which something is known. Its statements answer figures and positions behind a figure
/// `?2` and a position `?3`.
struct Look<'f> {
    run: RunId,
    marked: &'f Marked,
    filter: &'f GridFilter,
}

impl Look<'_> {
    fn by_column(&self) -> String {
        let sort = sort_column(self.filter.sort);
        // Which way is shorter hangs on how many cases have the mark, which SQLite does not know.
        let index = match (self.few(), self.mark(), sort) {
            (Some(mark), ..) | (_, Some(mark), None) => format!("indexed by case_marks_{mark}"),
            (.., Some((_, index))) => format!("indexed by case_marks_{index}"),
            (.., None) => "not indexed".to_owned(),
        };
        let (has, behind, way) = (self.has(), self.behind(), self.way());
        match sort {
            Some((key, _)) => format!(
                "select cast({key} as real), position from case_marks {index}
                where made = ?1 {has} and ({key}, position) {behind} (?2, ?3)
                order by {key} {way}, position {way} limit ?4"
            ),
            None => format!(
                "select 0.0, position from case_marks {index}
                where made = ?1 {has} and (?2 is not null) and position {behind} ?3 order by position {way} limit ?4"
            ),
        }
    }

    fn by_metric(&self) -> String {
        let (has, behind, way) = (self.has(), self.behind(), self.way());
        let from = match self.few() {
            Some(mark) => format!("case_marks indexed by case_marks_{mark} cross join case_metrics m"),
            None => "case_metrics m indexed by case_metrics_value cross join case_marks".to_owned(),
        };
        format!(
            "select m.value, m.position from {from}
            where m.made = ?1 and m.metric = ?6 and case_marks.made = ?1 and case_marks.position = m.position {has}
              and (m.value, m.position) {behind} (?2, ?3)
            order by m.value {way}, m.position {way} limit ?4"
        )
    }

    fn without_metric(&self) -> String {
        let (has, behind, way) = (self.has(), self.behind(), self.way());
        format!(
            "select ?2, position from case_marks where made = ?1 {has} and position {behind} ?3
              and not exists (select 1 from case_metrics m
                where m.made = ?1 and m.metric = ?6 and m.position = case_marks.position)
            order by position {way} limit ?4"
        )
    }

    /// The column of the mark that is asked for; none where it is looked up.
    fn mark(&self) -> Option<&'static str> {
        self.filter.mark.and_then(mark_column)
    }

    /// The mark that is asked for, where so few cases have it that they are found by it and put in order.
    fn few(&self) -> Option<&'static str> {
        let mark = self.filter.mark.filter(|mark| self.marked.count(*mark) <= FEW)?;
        mark_column(mark)
    }

    /// That a case has the mark, as a condition that begins with `and`.
    fn has(&self) -> String {
        // People go on rating what has ended, so that is looked up and no mark.
        let rated = "exists (select 1 from executions e join ratings r on r.execution = e.id
            where e.run = ?5 and e.case_index = case_marks.position)";
        let has = match (self.filter.mark, self.mark()) {
            (Some(CaseMark::Rated), _) => format!("and {rated}"),
            (Some(CaseMark::Unrated), _) => format!("and not {rated}"),
            (_, Some(mark)) => format!("and {mark} = 1"),
            (_, None) => String::new(),
        };
        // Whatever is bound must stand in the statement.
        format!("{has} and ?5 is not null and ?6 is not null")
    }

    const fn behind(&self) -> &'static str {
        if self.filter.descending { "<" } else { ">" }
    }

    const fn way(&self) -> &'static str {
        if self.filter.descending { "desc" } else { "asc" }
    }

    async fn fetch(
        &self,
        connection: &mut SqliteConnection,
        sql: String,
        (value, position): (f64, i64),
        rows: u32,
    ) -> Result<Vec<(f64, i64)>, StoreError> {
        let found = sqlx::query_as(AssertSqlSafe(sql))
            .bind(self.marked.seq)
            .bind(value)
            .bind(position)
            .bind(rows)
            .bind(Key(self.run))
            .bind(self.filter.metric.as_deref().unwrap_or_default());
        Ok(found.fetch_all(connection).await?)
    }
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
