//! The grid of a run: cases down, columns across, page by page.

use super::limit;
use crate::{ApiError, App, Caller};
use formaops_domain::{Case, CaseMark, Execution, GridSort, Page, Rating, RunId};
use formaops_store::GridFilter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for a page of the grid of a run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListGrid {
    /// The run.
    pub id: RunId,
    /// Only cases of which this can be said.
    #[serde(default)]
    pub mark: Option<CaseMark>,
    /// The order.
    #[serde(default)]
    pub sort: GridSort,
    /// The named metric whose mean the order is by, in place of `sort`. Cases without it come last, whichever way.
    #[serde(default)]
    pub metric: Option<String>,
    /// Whether the largest come first.
    #[serde(default)]
    pub descending: bool,
    /// The run that `regressed` and `improved` compare with; that of the run where absent.
    #[serde(default)]
    pub baseline: Option<RunId>,
    /// Where the page before ended.
    #[serde(default)]
    pub cursor: Option<String>,
    /// The most rows, 1 to 1,000; 100 where absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// A row of a grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GridRow {
    /// The case, with its inputs as they are kept.
    pub case: Case,
    /// The newest generation of each of its cells, by column and repeat.
    pub cells: Vec<Execution>,
    /// What people say of these answers, oldest first.
    #[serde(default)]
    pub ratings: Vec<Rating>,
}

pub(crate) async fn grid_list(app: &App, _: &Caller, request: ListGrid) -> Result<Page<GridRow>, ApiError> {
    let run = app.store.get_run(request.id).await?;
    let baseline = request.baseline.or_else(|| run.suite.as_ref().and_then(|suite| suite.baseline));
    let filter = GridFilter {
        mark: request.mark,
        sort: request.sort,
        metric: request.metric,
        descending: request.descending,
        baseline: baseline.filter(|baseline| *baseline != run.id),
    };
    let limit = limit(request.limit)?;
    let page = app.store.list_grid_rows(run.id, &filter, request.cursor.as_deref(), limit).await?;
    let cells: Vec<_> = page.items.iter().flat_map(|row| &row.cells).map(|cell| cell.id).collect();
    let mut ratings = app.store.list_ratings(&cells).await?;
    Ok(page.map(|row| {
        let is_own = |rating: &mut Rating| row.cells.iter().any(|cell| cell.id == rating.execution_id);
        let own = ratings.extract_if(.., is_own).collect();
        GridRow { case: row.case, cells: row.cells, ratings: own }
    }))
}
