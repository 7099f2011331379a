//! What a run came to, and how it stands beside another.

use super::ColumnRatings;
use crate::{ApiError, App, Caller, ErrorCode};
use formaops_domain::{CellFigures, EarlyStop, NanoUsd, Run, RunId, RunStatus, Variant};
use formaops_store::{CaseOutcome as Cell, CaseOutcomes};
use formaops_validate::statistics::{CaseOutcome, ColumnSummary, Comparison, compare, summarise};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};

/// Asks what a run came to.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetRunSummary {
    /// The run.
    pub id: RunId,
}

/// What a run came to: what has ended of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunSummary {
    /// Each column, by its cases.
    pub columns: Vec<ColumnSummary>,
    /// All cells.
    pub cells: CellFigures,
    /// The cells of each column.
    pub column_cells: Vec<CellFigures>,
    /// The weighted mean of each named metric, by column.
    pub metrics: Vec<BTreeMap<String, f64>>,
    /// What the run had to reach, and whether it did.
    pub thresholds: Vec<ReachedThreshold>,
    /// What people say, by column: apart from what rules say, and never mixed with it.
    #[serde(default)]
    pub ratings: Vec<ColumnRatings>,
}

/// What a run had to reach, and whether it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReachedThreshold {
    /// `passRate`, `score`, `costUsd`, or the name of a metric.
    pub name: String,
    /// The column that is furthest from it, from 0; none where it is of the whole run.
    pub column: Option<u32>,
    /// The limit; dollars where it is a cost.
    pub limit: f64,
    /// What was reached.
    pub value: f64,
    /// Whether that is enough.
    pub reached: bool,
}

/// Compares the columns of a run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CompareRun {
    /// The run.
    pub id: RunId,
    /// The run that its columns are held against, each beside the one with the same prompt, model and parameters, or in
    /// the same place; the baseline that it was made with where absent.
    #[serde(default)]
    pub baseline: Option<RunId>,
    /// The column of the run itself that the others are held against, from 0, in place of a baseline.
    #[serde(default)]
    pub column: Option<u32>,
}

/// The columns of a run beside those of another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunComparison {
    /// The run that is the baseline.
    pub baseline: RunId,
    /// Each column that has one to be held against.
    pub columns: Vec<ColumnComparison>,
    /// How many cases pass more often in some column.
    pub improved: u32,
    /// How many cases pass less often in some column.
    pub regressed: u32,
    /// Why the run was ended before all of its cases had run, and how sure that is. What the columns say of chance does
    /// not take into account that it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<EarlyStop>,
}

/// A column beside its baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ColumnComparison {
    /// The column of the run, from 0.
    pub variant: u32,
    /// The column of the baseline, from 0.
    pub baseline_variant: u32,
    /// What came of it; cases are counted from 0 as in the run, and of each kind the first 1,000 are named.
    pub comparison: Comparison,
}

/// What samples are drawn from, so that the same runs always compare in the same way.
const SEED: u64 = 20;

/// How many cases of a kind are named at once: the grid has all of them.
const MOST_NAMED: usize = 1_000;

/// What hangs on the cells of a run alone.
#[derive(Serialize, Deserialize)]
struct Counted {
    columns: Vec<ColumnSummary>,
    cells: CellFigures,
    column_cells: Vec<CellFigures>,
    metrics: Vec<BTreeMap<String, f64>>,
}

pub(crate) async fn run_summary(
    app: &App,
    _: &Caller,
    request: GetRunSummary,
) -> Result<RunSummary, ApiError> {
    let run = app.store.get_run(request.id).await?;
    summary(app, &run).await
}

/// What a run came to. Of one that has ended that is worked out once.
pub(super) async fn summary(app: &App, run: &Run) -> Result<RunSummary, ApiError> {
    let counted = match app.store.find_run_figures(run.id).await? {
        Some(counted) => counted,
        None => app.store.keep_run_figures(run.id, count_through(app, run)).await?,
    };
    let Counted { columns, cells, column_cells, metrics } = counted;
    let thresholds = thresholds(run, &columns, &metrics);
    // People go on rating what has ended.
    let ratings = app.store.list_run_ratings(run.id).await?;
    let of = |variant: usize| ratings.iter().filter(move |(column, _)| *column as usize == variant);
    let ratings =
        (0..run.variants.len()).map(|variant| ColumnRatings::of(of(variant).map(|(_, rating)| rating)));
    Ok(RunSummary { columns, cells, column_cells, metrics, thresholds, ratings: ratings.collect() })
}

async fn count_through(app: &App, run: &Run) -> Result<Counted, ApiError> {
    let variants = run.variants.len();
    let (cells, column_cells) = app.store.get_cell_figures(run.id, variants).await?;
    let metrics = app.store.list_metrics(run.id, variants).await?;
    let outcomes = app.store.list_case_outcomes(run.id).await?.cells;
    let mut columns = (0..count(variants))
        .map(|variant| summarise(&column(&outcomes, variant, |cell| Some(cell.case))))
        .collect::<Result<Vec<_>, _>>()
        .map_err(broken)?;
    columns.iter_mut().for_each(|column| column.flaky.truncate(MOST_NAMED));
    Ok(Counted { columns, cells, column_cells, metrics })
}

pub(crate) async fn run_compare(
    app: &App,
    _: &Caller,
    request: CompareRun,
) -> Result<RunComparison, ApiError> {
    let run = app.store.get_run(request.id).await?;
    let ours = app.store.list_case_outcomes(run.id).await?;
    if let Some(base) = request.column {
        if run.variants.get(base as usize).is_none() {
            let message = format!("the run has {} columns, counted from 0", run.variants.len());
            return Err(ApiError::invalid("column", message));
        }
        let others = (0..count(run.variants.len())).filter(|variant| *variant != base);
        let pairs = others.map(|variant| (variant, base)).collect();
        return compared(run.id, pairs, &ours, &ours, None);
    }
    let baseline = request.baseline.or_else(|| run.suite.as_ref().and_then(|suite| suite.baseline));
    let Some(baseline) = baseline else {
        return Err(ApiError::new(
            ErrorCode::Invalid,
            "the run has no baseline to be compared with",
            "Name one, set the baseline of the suite, or name a column of the run.",
        ));
    };
    let base = app.store.get_run(baseline).await?;
    if base.status == RunStatus::Pending {
        return Err(ApiError::new(ErrorCode::Invalid, "the baseline has not run", "Wait for its end."));
    }
    let theirs = app.store.list_case_outcomes(base.id).await?;
    let pairs = pairs(&run, &base);
    compared(base.id, pairs, &ours, &theirs, run.suite.and_then(|suite| suite.stopped))
}

fn compared(
    baseline: RunId,
    pairs: Vec<(u32, u32)>,
    ours: &CaseOutcomes,
    theirs: &CaseOutcomes,
    stopped: Option<EarlyStop>,
) -> Result<RunComparison, ApiError> {
    let same = same_cases(&ours.inputs, &theirs.inputs);
    let columns: Vec<_> = pairs
        .iter()
        .map(|(variant, base)| {
            let base = column(&theirs.cells, *base, |cell| same.get(cell.case as usize).copied());
            (base, column(&ours.cells, *variant, |cell| Some(cell.case)))
        })
        .collect();
    let columns: Vec<_> = columns.iter().map(|(base, column)| (&base[..], &column[..])).collect();
    let mut comparisons = compare(&columns, SEED).map_err(broken)?;
    let in_some = |cases: fn(&Comparison) -> &Vec<u32>| {
        count(comparisons.iter().flat_map(cases).collect::<HashSet<_>>().len())
    };
    let (improved, regressed) =
        (in_some(|comparison| &comparison.improved), in_some(|comparison| &comparison.regressed));
    for Comparison { improved, regressed, base, column, .. } in &mut comparisons {
        for cases in [improved, regressed, &mut base.flaky, &mut column.flaky] {
            cases.truncate(MOST_NAMED);
        }
    }
    let columns = pairs.into_iter().zip(comparisons).map(|((variant, baseline_variant), comparison)| {
        ColumnComparison { variant, baseline_variant, comparison }
    });
    Ok(RunComparison { baseline, columns: columns.collect(), improved, regressed, stopped })
}

/// Each column of a run with that of the baseline which is most like it.
pub(super) fn pairs(run: &Run, base: &Run) -> Vec<(u32, u32)> {
    let like = |at: usize, variant: &Variant| {
        let is_like = |other: &&Variant| {
            other.prompt_of(base) == variant.prompt_of(run)
                && other.model == variant.model
                && other.parameters == variant.parameters
        };
        let found = base.variants.iter().position(|other| is_like(&other));
        found.or_else(|| (at < base.variants.len()).then_some(at))
    };
    let pairs = run.variants.iter().enumerate().filter_map(|(at, variant)| Some((at, like(at, variant)?)));
    pairs.map(|(ours, theirs)| (count(ours), count(theirs))).collect()
}

/// By the case of the baseline, the case of the run that has the same inputs: of several with the same inputs the first
/// with the first, and so on. A case of the baseline that the run lacks gets a number that no case of the run has.
pub(super) fn same_cases(ours: &[[u8; 32]], theirs: &[[u8; 32]]) -> Vec<u32> {
    let mut known: Vec<(&[u8; 32], u32)> = ours.iter().zip(0..).collect();
    known.sort_unstable();
    let mut taken = vec![0; known.len()];
    let mut next = count(ours.len());
    let same = theirs.iter().map(|inputs| {
        let first = known.partition_point(|(other, _)| *other < inputs);
        let place = taken.get(first).map_or(first, |taken| first + taken);
        if let Some((_, case)) = known.get(place).filter(|(other, _)| *other == inputs) {
            taken[first] += 1;
            return *case;
        }
        next += 1;
        next - 1
    });
    same.collect()
}

/// The outcomes of a column, of what has ended of it.
fn column(cells: &[Cell], variant: u32, case: impl Fn(&Cell) -> Option<u32>) -> Vec<CaseOutcome> {
    let own = cells.iter().filter(|cell| cell.variant == variant && cell.ended > 0);
    own.filter_map(|cell| {
        Some(CaseOutcome {
            case: case(cell)?,
            passed: cell.passed,
            repeats: cell.ended,
            score: Some(cell.score),
            cost_usd: Some(NanoUsd::from_nanos(cell.cost.as_nanos() / u64::from(cell.ended))),
            latency_ms: cell.latency,
        })
    })
    .collect()
}

fn thresholds(
    run: &Run,
    columns: &[ColumnSummary],
    metrics: &[BTreeMap<String, f64>],
) -> Vec<ReachedThreshold> {
    let Some(limits) = run.suite.as_ref().map(|suite| &suite.thresholds) else { return Vec::new() };
    let least = |name: &str, limit: f64, values: Vec<f64>| {
        let worst = (0u32..).zip(values).min_by(|one, other| one.1.total_cmp(&other.1))?;
        let (column, value) = (Some(worst.0), worst.1);
        Some(ReachedThreshold { name: name.to_owned(), column, limit, value, reached: value >= limit })
    };
    let rates = columns.iter().map(|column| column.pass_rate).collect();
    let scores = columns.iter().map(|column| column.mean_score.unwrap_or_default()).collect();
    let mut reached = Vec::new();
    reached.extend(limits.pass_rate.and_then(|limit| least("passRate", limit, rates)));
    reached.extend(limits.score.and_then(|limit| least("score", limit, scores)));
    for (name, limit) in &limits.metrics {
        let values = metrics.iter().map(|metrics| metrics.get(name).copied().unwrap_or_default()).collect();
        reached.extend(least(name, *limit, values));
    }
    let dollars = |amount: NanoUsd| amount.as_nanos() as f64 / 1e9;
    reached.extend(limits.cost_usd.map(|limit| ReachedThreshold {
        name: "costUsd".to_owned(),
        column: None,
        limit: dollars(limit),
        value: dollars(run.progress.spent()),
        reached: run.progress.spent() <= limit,
    }));
    reached
}

fn broken(error: formaops_validate::statistics::InvalidOutcomes) -> ApiError {
    ApiError::new(ErrorCode::Internal, error.to_string(), "This is a defect of FormaOps: report it.")
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}
