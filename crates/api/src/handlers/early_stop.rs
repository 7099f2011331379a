//! Ends a run of a suite once it is decided what is better and what is worse than the baseline.

use super::comparison::{pairs, same_cases};
use crate::{ApiError, App};
use formaops_domain::{DecidedColumn, EarlyStop, EventBody, Run, RunId, ports::EventSink};
use formaops_store::CaseOutcome;
use formaops_validate::statistics::{Change, Decision, SIGNIFICANCE, SequentialTest};
use std::time::Duration;

/// How often it looks at what has ended since.
const BEAT: Duration = Duration::from_millis(250);
/// How many cases it looks at in one step.
const STEP: u32 = 1_000;

/// A column beside its baseline.
struct Column {
    variant: u32,
    /// The share that passed in the baseline, by the case of the run; none of those that the baseline lacks.
    before: Vec<Option<f64>>,
    test: SequentialTest,
}

impl Column {
    fn decision(&self) -> Option<DecidedColumn> {
        let better = match self.test.decision(u32::MAX) {
            Decision::Better => true,
            Decision::Worse => false,
            Decision::Open | Decision::Undecidable => return None,
        };
        Some(DecidedColumn { variant: self.variant, better, p: self.test.p() })
    }

    fn see(&mut self, cell: &CaseOutcome) {
        let Some(before) = self.before.get(cell.case as usize).copied().flatten() else { return };
        let now = share(cell);
        self.test.see(if now > before {
            Change::Better
        } else if now < before {
            Change::Worse
        } else {
            Change::Same
        });
    }
}

/// Looks on while a run goes on that is to end once it is decided. What cannot be looked at is no reason to stop it.
pub(super) fn look_on(app: &App, run: &Run) {
    let Some(suite) = run.suite.as_ref().filter(|suite| suite.stop_when_decided) else { return };
    let Some(baseline) = suite.baseline else { return };
    let (app, run) = (app.clone(), run.clone());
    tokio::spawn(async move {
        if let Err(error) = until_decided(&app, &run, baseline).await {
            tracing::warn!(run = %run.id, code = ?error.code, "it cannot be found out whether the run is decided");
        }
    });
}

async fn until_decided(app: &App, run: &Run, baseline: RunId) -> Result<(), ApiError> {
    let mut columns = columns(app, run, baseline).await?;
    let cases = run.suite.as_ref().map_or(0, |suite| suite.cases);
    let mut seen = 0;
    let mut beat = tokio::time::interval(BEAT);
    while seen < cases && !columns.is_empty() {
        beat.tick().await;
        // In their order, up to the first that has not ended: how long a case takes may hang on how it ends.
        let end = seen.saturating_add(STEP).min(cases);
        let found = app.store.list_case_outcomes_in(run.id, seen..end).await?;
        let mut decided = None;
        for case in found.chunk_by(|one, other| one.case == other.case) {
            if case.len() < run.variants.len() || case.iter().any(|cell| cell.ended < run.repeats) {
                break;
            }
            for column in &mut columns {
                let variant = column.variant;
                case.iter().filter(|cell| cell.variant == variant).for_each(|cell| column.see(cell));
            }
            seen += 1;
            decided = columns.iter().map(Column::decision).collect::<Option<Vec<_>>>();
            if decided.is_some() {
                break;
            }
        }
        if let Some(columns) = decided {
            return stop(app, run.id, EarlyStop { cases: seen, alpha: SIGNIFICANCE, columns }).await;
        }
        if app.store.get_run(run.id).await?.status.is_terminal() {
            break;
        }
    }
    Ok(())
}

/// Each column of the run that has one in the baseline to be held against. All of them are wrong together no more often
/// than one alone would be (Bonferroni).
async fn columns(app: &App, run: &Run, baseline: RunId) -> Result<Vec<Column>, ApiError> {
    let base = app.store.get_run(baseline).await?;
    let (ours, theirs) =
        (app.store.list_case_inputs(run.id).await?, app.store.list_case_outcomes(baseline).await?);
    let same = same_cases(&ours, &theirs.inputs);
    let pairs = pairs(run, &base);
    let alpha = SIGNIFICANCE / pairs.len().max(1) as f64;
    let column = |(variant, base)| {
        let mut before = vec![None; ours.len()];
        for cell in theirs.cells.iter().filter(|cell| cell.variant == base && cell.ended > 0) {
            let case = same.get(cell.case as usize).and_then(|case| before.get_mut(*case as usize));
            case.into_iter().for_each(|before| *before = Some(share(cell)));
        }
        Column { variant, before, test: SequentialTest::new(alpha) }
    };
    Ok(pairs.into_iter().map(column).collect())
}

async fn stop(app: &App, run: RunId, why: EarlyStop) -> Result<(), ApiError> {
    let stopped = app.store.update_run_stopped(run, why).await?;
    app.hub.publish(EventBody::RunUpdated { run: Box::new(stopped) });
    Ok(app.engine.stop_run(run).await?)
}

fn share(cell: &CaseOutcome) -> f64 {
    f64::from(cell.passed) / f64::from(cell.ended.max(1))
}
