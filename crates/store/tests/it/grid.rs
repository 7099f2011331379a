//! Grids: which cases a page has, in which order, what is known of them, and what the cells come to.

use crate::world::{World, at, attempt, inputs, left_queue, new_run, outcome, run};
use formaops_domain::{
    Case, CaseMark, CellFigures, ErrorClass, Execution, Failure, GridSort, Metrics, NanoUsd, Run, RunId,
    RunStatus, Span, ValidationResult, ValidationStatus, Verdict, Version,
    ports::{LateVerdict, Outcome, RunStore},
};
use formaops_store::{GridFilter, NewCell, NewRun, StoreError};
use formaops_testkit::{content, execution_id, run_id};
use std::collections::BTreeSet;

const MODELS: [&str; 2] = ["dry-run:echo", "dry-run:other"];
/// What a cell comes to: an answer, whether it holds, how long it took in seconds, and what it cost.
type Cell = (&'static str, bool, u64, u64);

/// A run with these answers by case and column, each case with inputs of its own name; its executions are numbered
/// from `first`.
async fn ran(world: &World, version: &Version, number: u64, first: u64, rows: &[(&str, [Cell; 2])]) -> Run {
    ran_with(world, version, number, first, rows, |_, told| told).await
}

/// The same, with what `change` makes of each outcome.
async fn ran_with(
    world: &World,
    version: &Version,
    number: u64,
    first: u64,
    rows: &[(&str, [Cell; 2])],
    change: impl Fn(usize, Outcome) -> Outcome,
) -> Run {
    let mut cells = Vec::new();
    for case in 0..u32::try_from(rows.len()).unwrap() {
        for variant in 0..2 {
            let id = execution_id(first + cells.len() as u64);
            cells.push(NewCell { id, variant, case, repeat: 0 });
        }
    }
    let cases = rows.iter().map(|(name, _)| Case::of(inputs(name))).collect();
    let made = new_run(run(number, version, &MODELS), first);
    let kept = world.store.insert_run(NewRun { cells, cases, ..made }).await.unwrap();
    for (number, cell) in rows.iter().flat_map(|(_, cells)| cells).enumerate() {
        let execution = first + number as u64;
        world.store.start_attempt(attempt(execution), left_queue()).await.unwrap();
        world.store.finish_attempt(&change(number, told(execution, *cell))).await.unwrap();
    }
    world.store.finish_run(kept.id, RunStatus::Completed, at(20)).await.unwrap()
}

async fn answer(world: &World, execution: u64, cell: Cell) -> Execution {
    world.store.start_attempt(attempt(execution), left_queue()).await.unwrap();
    world.store.finish_attempt(&told(execution, cell)).await.unwrap()
}

fn told(execution: u64, (text, holds, seconds, nanos): Cell) -> Outcome {
    let told = outcome(execution, text);
    let metrics = Metrics {
        latency_ms: Some(Span::from_micros(seconds * 1_000_000)),
        cost_usd: Some(NanoUsd::from_nanos(nanos)),
        ..told.metrics
    };
    let validation_status = if holds { ValidationStatus::Passed } else { ValidationStatus::Failed };
    let score = Some(if holds { 1.0 } else { 0.25 });
    Outcome { metrics, validation_status, score, ..told }
}

async fn version(world: &World) -> Version {
    let prompt = world.prompt(1, "p").await;
    world.save(prompt.id, content("Hello {{name}}")).await
}

/// The positions of the cases of a grid, read in pages of two.
async fn positions(world: &World, run: RunId, filter: &GridFilter) -> Vec<u32> {
    let (mut cursor, mut found) = (None, Vec::new());
    loop {
        let page = world.store.list_grid_rows(run, filter, cursor.as_deref(), 2).await.unwrap();
        assert!(page.items.iter().all(|row| row.cells.len() == 2), "{page:?}");
        found.extend(page.items.iter().map(|row| row.case.position));
        cursor = page.next;
        if cursor.is_none() {
            return found;
        }
    }
}

const BEFORE: [(&str, [Cell; 2]); 4] = [
    ("Ada", [("a", true, 1, 5), ("a", true, 1, 5)]),
    ("Bob", [("b", false, 1, 5), ("b", false, 1, 5)]),
    ("Bob", [("b", true, 1, 5), ("b", true, 1, 5)]),
    ("Cyd", [("c", true, 1, 5), ("c", true, 1, 5)]),
];
/// In another order, with one of the two of Bob gone for the worse, and one case that was not there before.
const AFTER: [(&str, [Cell; 2]); 5] = [
    ("Cyd", [("c", true, 4, 1), ("c", true, 4, 1)]),
    ("Bob", [("b", true, 3, 2), ("x", true, 3, 2)]),
    ("Ada", [("a", true, 2, 3), ("y", false, 2, 3)]),
    ("Bob", [("b", false, 1, 9), ("b", false, 1, 9)]),
    ("Dan", [("d", false, 9, 4), ("d", false, 9, 4)]),
];

#[tokio::test]
async fn a_grid_is_narrowed_and_ordered_page_by_page() {
    let world = World::new().await;
    let version = version(&world).await;
    let before = ran(&world, &version, 1, 1, &BEFORE).await;
    let after = ran(&world, &version, 2, 100, &AFTER).await;
    let all = GridFilter { baseline: Some(before.id), ..GridFilter::default() };
    let marked = |mark| GridFilter { mark: Some(mark), ..all.clone() };
    let sorted = |sort, descending| GridFilter { sort, descending, ..all.clone() };
    for (filter, expected) in [
        (all.clone(), vec![0, 1, 2, 3, 4]),
        (marked(CaseMark::Failing), vec![2, 3, 4]),
        (marked(CaseMark::Different), vec![1, 2]),
        (marked(CaseMark::Flaky), vec![]),
        // The first Bob is held against the first, the second against the second.
        (marked(CaseMark::Improved), vec![1]),
        (marked(CaseMark::Regressed), vec![2, 3]),
        (sorted(GridSort::Case, true), vec![4, 3, 2, 1, 0]),
        (sorted(GridSort::Latency, false), vec![3, 2, 1, 0, 4]),
        (sorted(GridSort::Cost, true), vec![3, 4, 2, 1, 0]),
        // Cases with the same figure stay in the order of the run, and in the opposite one the other way round.
        (sorted(GridSort::Score, false), vec![3, 4, 2, 0, 1]),
        (sorted(GridSort::Score, true), vec![1, 0, 2, 4, 3]),
        (GridFilter { mark: Some(CaseMark::Failing), ..sorted(GridSort::Cost, false) }, vec![2, 4, 3]),
        (GridFilter { mark: Some(CaseMark::Failing), ..sorted(GridSort::Case, true) }, vec![4, 3, 2]),
    ] {
        assert_eq!(positions(&world, after.id, &filter).await, expected, "{filter:?}");
    }
    let alone = GridFilter { mark: Some(CaseMark::Regressed), ..GridFilter::default() };
    assert_eq!(
        positions(&world, after.id, &alone).await,
        [0u32; 0],
        "without a baseline nothing has become worse"
    );
    let failing = world.store.list_failing_cases(after.id).await.unwrap();
    let named = ["Ada", "Bob", "Dan"].map(|name| Case::of(inputs(name)).hash());
    assert_eq!(failing, named.into_iter().collect());
}

#[tokio::test]
async fn a_grid_is_ordered_by_a_named_metric_and_what_lacks_it_comes_last() {
    let world = World::new().await;
    let version = version(&world).await;
    let row = |name| (name, [("a", true, 1, 5), ("a", true, 1, 5)]);
    let rows = ["Ada", "Bob", "Cyd", "Dan", "Eve"].map(row);
    let tone =
        [[Some(0.5), Some(1.0)], [Some(0.25), Some(0.25)], [None, None], [Some(0.75), None], [None, None]];
    let run = ran_with(&world, &version, 1, 1, &rows, |cell, told| {
        let measured = tone.iter().flatten().nth(cell).copied().flatten().map(|score| ValidationResult {
            metric: Some("tone".to_owned()),
            ..ValidationResult::new("polite", Verdict::Pass, score, "")
        });
        // Another metric, and what counts for nothing, say nothing of this one.
        let other = ValidationResult {
            metric: Some("length".to_owned()),
            ..ValidationResult::new("short", Verdict::Pass, 1.0, "")
        };
        let weightless = ValidationResult {
            metric: Some("tone".to_owned()),
            weight: 0.0,
            ..ValidationResult::new("noted", Verdict::Pass, 0.0, "")
        };
        let validations = measured.into_iter().chain([other, weightless]).collect();
        let validation_status = if cell < 2 { ValidationStatus::Failed } else { told.validation_status };
        Outcome { validations, validation_status, ..told }
    })
    .await;
    let by = |descending| GridFilter { metric: Some("tone".to_owned()), descending, ..GridFilter::default() };
    assert_eq!(positions(&world, run.id, &by(false)).await, [1, 0, 3, 2, 4]);
    assert_eq!(positions(&world, run.id, &by(true)).await, [3, 0, 1, 4, 2]);
    let failing = GridFilter { mark: Some(CaseMark::Failing), ..by(true) };
    assert_eq!(positions(&world, run.id, &failing).await, [0], "the two orders hold for what has the mark");
    let unknown = GridFilter { metric: Some("charm".to_owned()), ..GridFilter::default() };
    assert_eq!(positions(&world, run.id, &unknown).await, [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn a_verdict_that_comes_late_is_kept_and_shown_also_where_the_grid_was_looked_at_before() {
    let world = World::new().await;
    let version = version(&world).await;
    let made = new_run(run(1, &version, &MODELS), 1);
    let run = world.store.insert_run(made).await.unwrap();
    answer(&world, 1, ("a", true, 1, 5)).await;
    let open = ValidationStatus::Pending;
    world.store.start_attempt(attempt(2), left_queue()).await.unwrap();
    let told = Outcome { validation_status: open, score: None, ..outcome(2, "b") };
    let waits = world.store.finish_attempt(&told).await.unwrap();
    let failing = GridFilter { mark: Some(CaseMark::Failing), ..GridFilter::default() };
    assert_eq!(positions(&world, run.id, &failing).await, [0u32; 0]);
    let lost = LateVerdict {
        execution: waits.id,
        status: ValidationStatus::Failed,
        score: Some(0.0),
        results: vec![ValidationResult::new("best", Verdict::Fail, 0.0, "another is better")],
    };
    world.store.keep_late(run.id, &[lost]).await.unwrap();
    assert_eq!(positions(&world, run.id, &failing).await, [0]);
}

#[tokio::test]
async fn what_is_known_of_cases_is_worked_out_again_once_something_was_tried_again() {
    let world = World::new().await;
    let version = version(&world).await;
    let run = ran(&world, &version, 1, 1, &BEFORE).await;
    let failing = GridFilter { mark: Some(CaseMark::Failing), ..GridFilter::default() };
    assert_eq!(positions(&world, run.id, &failing).await, [1]);
    let figures = async || {
        let counted = async { Ok::<_, StoreError>(world.store.get_cell_figures(run.id, 2).await?.0) };
        match world.store.find_run_figures::<CellFigures>(run.id).await.unwrap() {
            Some(kept) => (true, kept.passed),
            None => (false, world.store.keep_run_figures(run.id, counted).await.unwrap().passed),
        }
    };
    assert_eq!((figures().await, figures().await), ((false, 6), (true, 6)), "it is counted through once");

    // As many executions have ended afterwards as before.
    for (number, execution) in [(50, 3), (51, 4)] {
        let again = vec![crate::world::retry(execution, number)];
        world.store.insert_retries(again, crate::world::ada(), at(21)).await.unwrap();
        answer(&world, number, ("b", true, 1, 5)).await;
    }
    assert!(!figures().await.0, "nothing is kept of a run that goes on");
    world.store.finish_run(run.id, RunStatus::Completed, at(30)).await.unwrap();
    assert_eq!(positions(&world, run.id, &failing).await, [0u32; 0]);
    assert_eq!(figures().await, (false, 8));
}

#[tokio::test]
async fn the_cells_of_a_run_come_to_their_figures_as_a_whole_and_by_column() {
    let world = World::new().await;
    let version = version(&world).await;
    let rows = [
        ("Ada", [("a", true, 1, 5), ("a", true, 10, 1)]),
        ("Bob", [("b", false, 2, 5), ("b", true, 20, 1)]),
        ("Cyd", [("c", true, 3, 5), ("c", true, 30, 1)]),
    ];
    let mut cells = Vec::new();
    for case in 0..4 {
        for variant in 0..2 {
            let id = execution_id(1 + cells.len() as u64);
            cells.push(NewCell { id, variant, case, repeat: 0 });
        }
    }
    let cases = ["Ada", "Bob", "Cyd", "Dan"].map(|name| Case::of(inputs(name))).to_vec();
    let made = NewRun { cells, cases, ..new_run(run(1, &version, &MODELS), 1) };
    world.store.insert_run(made).await.unwrap();
    for (execution, cell) in (1..).zip(rows.iter().flat_map(|(_, cells)| cells)) {
        answer(&world, execution, *cell).await;
    }
    let failure = Failure::new(ErrorClass::Timeout, "It took too long", "Try again.");
    world.store.finish_queued(execution_id(7), Some(failure), at(16)).await.unwrap();

    let (all, columns) = world.store.get_cell_figures(run_id(1), 2).await.unwrap();
    assert_eq!((all.ended, all.checked, all.passed), (7, 7, 5), "the one that waits counts for nothing");
    assert_eq!((columns[0].checked, columns[0].passed), (4, 2));
    assert_eq!((columns[1].checked, columns[1].passed), (3, 3));
    assert_eq!(all.score, Some(5.25 / 6.0));
    assert_eq!((all.cost_usd, columns[1].cost_usd), (NanoUsd::from_nanos(18), NanoUsd::from_nanos(3)));
    let failures: Vec<_> = all.failures.iter().map(|failure| (failure.class, failure.count)).collect();
    assert_eq!((failures, columns[1].failures.len()), (vec![(ErrorClass::Timeout, 1)], 0));
    let latency = all.latency.unwrap();
    let seconds = |span: Span| span.as_micros() / 1_000_000;
    let [p50, p95, least, most] =
        [latency.p50_ms, latency.p95_ms, latency.least_ms, latency.most_ms].map(seconds);
    assert_eq!((p50, p95, least, most), (3, 30, 1, 30));
    assert_eq!(latency.parts, [3, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]);

    let outcomes = world.store.list_case_outcomes(run_id(1)).await.unwrap();
    let names: BTreeSet<_> = outcomes.inputs.iter().collect();
    assert_eq!((outcomes.cells.len(), names.len()), (8, 4));
    let some = world.store.list_case_outcomes_in(run_id(1), 1..3).await.unwrap();
    assert_eq!(some, outcomes.cells[2..6]);
}
