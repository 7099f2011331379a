//! Runs and executions: kept, moved, counted, listed and tried again.

use crate::world::{
    World, ada, at, attempt, inputs, left_queue, new_run, no_attempt, nobody, outcome, part, retry, run,
};
use formaops_domain::{
    Attempt, AttemptStatus, Case, ContextMessage, ErrorClass, ExecutionStatus, Failure, Fallback, NanoUsd,
    Price, Retry, Role, RunContext, RunProgress, RunStatus, ValidationResult, ValidationStatus, Verdict,
    ports::{Outcome, RunStore},
};
use formaops_store::{ExecutionFilter, NewCell, NewRetry, NewRun, Rate, RunFilter, StoreError};
use formaops_testkit::{attempt_id, content, execution_id, prompt_id, run_id};
use serde_json::json;
use std::num::NonZeroU32;

const TWO: [&str; 2] = ["dry-run:a", "dry-run:b"];

fn failure() -> Failure {
    Failure::new(ErrorClass::ServerError, "the server said 500", "Try again.")
}

#[tokio::test]
async fn a_run_is_read_back_with_its_columns_inputs_and_context() {
    let world = World::new().await;
    let prompt = world.prompt(1, "p").await;
    let version = world.save(prompt.id, content("x")).await;
    let mut kept = run(1, &version, &TWO);
    kept.variants[1].parameters.temperature = Some(0.3);
    let message = ContextMessage { role: Role::Assistant, text: "Hi".into() };
    kept.context = RunContext { messages: vec![message], data: inputs("context") };
    kept.fallbacks = vec![Fallback {
        model: "dry-run:c".parse().unwrap(),
        price: Some(Price::FREE),
        max_output_tokens: None,
    }];
    (kept.concurrency, kept.fail_fast) = (NonZeroU32::new(7), true);
    let answered = world.store.insert_run(new_run(kept.clone(), 1)).await.unwrap();
    let progress = RunProgress { total: 2, pending: 2, ..RunProgress::default() };
    assert_eq!(answered, formaops_domain::Run { progress, ..kept.clone() });
    assert_eq!(world.store.get_run(kept.id).await.unwrap(), answered);

    let work = world.store.load_work(execution_id(2), false).await.unwrap();
    assert_eq!((&*work.content, &*work.inputs, &*work.context), (&content("x"), &kept.inputs, &kept.context));
    assert_eq!((work.execution.parameters.temperature, work.attempt_number), (Some(0.3), 1));
    assert_eq!((work.execution.variant, work.execution.model.to_string()), (1, "dry-run:b".to_owned()));
    assert_eq!(work.price.unwrap().input, 1_000_000);
    assert_eq!(work.fallbacks, kept.fallbacks);
}

#[tokio::test]
async fn an_execution_goes_from_the_queue_over_the_wire_to_its_end_and_its_run_with_it() {
    let world = World::new().await;
    let id = world.run(&TWO).await.id;
    let started = world.start(1).await;
    assert_eq!((started.status, started.started_at), (ExecutionStatus::Running, Some(at(10))));
    let run = world.store.get_run(id).await.unwrap();
    assert_eq!((run.status, run.started_at, run.progress.running), (RunStatus::Running, Some(at(10)), 1));

    let results = vec![
        ValidationResult::new("b", Verdict::Pass, 1.0, ""),
        ValidationResult {
            detail: Some(json!({ "groups": { "year": "2026" } })),
            weight: 2.0,
            metric: Some("facts".into()),
            ..ValidationResult::new("a", Verdict::Error, 0.25, "no `x`")
        },
    ];
    let other = Some("dry-run:c".parse().unwrap());
    let ended = Outcome {
        answered_by: other.clone(),
        validations: results.clone(),
        validation_status: ValidationStatus::Failed,
        score: Some(0.5),
        validated_output: Some(json!({ "ok": true })),
        ..outcome(1, "Hello Bob")
    };
    let ended = world.store.finish_attempt(&ended).await.unwrap();
    assert_eq!(ended.answered_by, other);
    assert_eq!(
        (ended.status, ended.preview.as_str(), ended.output_bytes),
        (ExecutionStatus::Completed, "Hello Bob", 9)
    );
    assert_eq!((&ended.validations, ended.validation_status), (&results, ValidationStatus::Failed));
    assert_eq!((&ended.metrics, ended.finish.clone()), (&outcome(1, "").metrics, outcome(1, "").finish));
    assert_eq!(world.store.get_execution(ended.id).await.unwrap(), ended);
    let record = world.store.get_execution_record(ended.id).await.unwrap();
    assert_eq!(record.validated_output, Some(json!({ "ok": true })));

    let attempts = world.store.list_attempts(ended.id).await.unwrap();
    let [only] = attempts.as_slice() else { panic!("{attempts:?}") };
    assert_eq!((only.status, only.completed_at), (AttemptStatus::Succeeded, Some(at(15))));
    assert_eq!((only.http_status, only.request_id.as_deref()), (Some(200), Some("req-1")));
    assert_eq!(only.metrics, ended.metrics);

    world.store.finish_queued(execution_id(2), None, at(20)).await.unwrap();
    let run = RunStore::finish_run(&world.store, id, RunStatus::Completed, at(20)).await.unwrap();
    assert_eq!((run.status, run.completed_at), (RunStatus::Completed, Some(at(20))));
    assert_eq!((run.progress.completed, run.progress.cancelled), (1, 1));
    assert_eq!(run.progress.cost_usd, NanoUsd::from_nanos(5));
    world.assert_counted(id).await;
}

#[tokio::test]
async fn an_attempt_that_failed_is_kept_while_its_execution_waits_for_the_next() {
    let world = World::new().await;
    let run = world.run(&["dry-run:a"]).await;
    world.start(1).await;
    let failure = failure();
    let failed = Outcome { status: AttemptStatus::Failed, failure: Some(failure.clone()), ..outcome(1, "") };
    let retry =
        Retry { attempt: 2, last: 4, model: None, at: at(20), failure: failure.clone(), feedback: None };
    let waiting = world.store.retry_attempt(&failed, retry.clone()).await.unwrap();
    assert_eq!((waiting.status, waiting.started_at), (ExecutionStatus::Pending, None));
    assert_eq!((waiting.failure.clone(), waiting.retry.clone()), (None, Some(retry.clone())));
    assert_eq!(world.store.get_execution(waiting.id).await.unwrap(), waiting);
    world.assert_counted(run.id).await;
    assert!(world.store.retry_attempt(&failed, retry).await.is_err(), "it has ended already");
    assert_eq!(world.store.get_execution(waiting.id).await.unwrap(), waiting);

    let second = Attempt { number: 2, execution_id: waiting.id, ..attempt(2) };
    let running = world.store.start_attempt(second, left_queue()).await.unwrap();
    assert_eq!((running.status, running.retry), (ExecutionStatus::Running, None));
    let attempts = world.store.list_attempts(waiting.id).await.unwrap();
    assert_eq!(attempts[0].failure, Some(failure));
    assert_eq!(
        attempts.iter().map(|attempt| attempt.status).collect::<Vec<_>>(),
        [AttemptStatus::Failed, AttemptStatus::Running]
    );
    let last = Outcome { execution: waiting.id, ..outcome(2, "Dear Bob") };
    assert_eq!(world.store.finish_attempt(&last).await.unwrap().status, ExecutionStatus::Completed);
    world.assert_counted(run.id).await;
}

#[tokio::test]
async fn what_waits_for_another_attempt_is_cancelled_or_put_in_order_after_a_kill() {
    for killed in [false, true] {
        let world = World::new().await;
        let run = world.run(&["dry-run:a"]).await;
        world.start(1).await;
        let failed = Outcome { status: AttemptStatus::Failed, failure: Some(failure()), ..outcome(1, "") };
        let retry =
            Retry { attempt: 2, last: 4, model: None, at: at(20), failure: failure(), feedback: None };
        let id = world.store.retry_attempt(&failed, retry).await.unwrap().id;
        let (world, status) = if killed {
            let world = world.killed().await;
            world.store.recover(at(5000)).await.unwrap();
            (world, ExecutionStatus::Failed)
        } else {
            world.store.finish_queued(id, None, at(30)).await.unwrap();
            (world, ExecutionStatus::Cancelled)
        };
        let ended = world.store.get_execution(id).await.unwrap();
        assert_eq!((ended.status, ended.retry), (status, None));
        world.assert_counted(run.id).await;
    }
}

#[tokio::test]
async fn an_execution_that_never_left_the_queue_fails_or_is_cancelled() {
    let world = World::new().await;
    let id = world.run(&TWO).await.id;
    let failed = world.store.finish_queued(execution_id(1), Some(failure()), at(3)).await.unwrap();
    assert_eq!((failed.status, failed.failure), (ExecutionStatus::Failed, Some(failure())));
    // The clock stepped back before the run was made.
    let cancelled = world.store.finish_queued(execution_id(2), None, at(-50)).await.unwrap();
    assert_eq!(
        (cancelled.status, cancelled.failure, cancelled.started_at),
        (ExecutionStatus::Cancelled, None, None)
    );
    assert_eq!(cancelled.completed_at, Some(at(2)));
    let run = RunStore::finish_run(&world.store, id, RunStatus::Cancelled, at(-50)).await.unwrap();
    assert_eq!((run.status, run.started_at, run.completed_at), (RunStatus::Cancelled, None, Some(at(2))));
}

#[tokio::test]
async fn a_failure_keeps_the_text_that_had_come() {
    let world = World::new().await;
    let id = world.run(&["dry-run:a"]).await.id;
    world.start(1).await;
    let status = AttemptStatus::Failed;
    let broken = Outcome { status, failure: Some(failure()), ..outcome(1, "half an ans") };
    let ended = world.store.finish_attempt(&broken).await.unwrap();
    assert_eq!(
        (ended.status, ended.failure, ended.preview.as_str()),
        (ExecutionStatus::Failed, Some(failure()), "half an ans")
    );
    world.assert_counted(id).await;
}

#[tokio::test]
async fn a_clock_that_steps_back_loses_no_result() {
    let world = World::new().await;
    world.run(&["dry-run:a"]).await;
    world.start(1).await;
    let early = Outcome { completed_at: at(-5), ..outcome(1, "text") };
    let ended = world.store.finish_attempt(&early).await.unwrap();
    assert_eq!((ended.started_at, ended.completed_at), (Some(at(10)), Some(at(10))));
}

#[tokio::test]
async fn a_step_from_the_wrong_state_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let id = world.run(&TWO).await.id;
    let transition = |error: StoreError| assert!(matches!(error, StoreError::Transition { .. }), "{error:?}");
    world.start(1).await;
    transition(
        world
            .store
            .start_attempt(Attempt { id: attempt_id(50), ..attempt(1) }, left_queue())
            .await
            .unwrap_err(),
    );
    transition(world.store.finish_queued(execution_id(1), None, at(20)).await.unwrap_err());
    let open = RunStore::finish_run(&world.store, id, RunStatus::Completed, at(20)).await.unwrap_err();
    assert_eq!(open.class, ErrorClass::Storage);
    assert!(open.message.contains("waiting for 2 executions"), "{open}");

    let before = world.finish(1, "text").await;
    assert!(world.store.finish_attempt(&outcome(1, "another")).await.is_err());
    transition(world.store.append_recording(part(1, 9, "more")).await.unwrap_err());
    transition(
        world
            .store
            .start_attempt(Attempt { id: attempt_id(50), ..attempt(1) }, left_queue())
            .await
            .unwrap_err(),
    );
    assert!(world.store.load_work(execution_id(1), false).await.unwrap_err().message.contains("completed"));
    assert_eq!(world.store.get_execution(execution_id(1)).await.unwrap(), before);
    world.assert_counted(id).await;

    for missing in [
        world.store.get_execution(nobody()).await.map(drop),
        world
            .store
            .start_attempt(Attempt { execution_id: nobody(), ..attempt(50) }, left_queue())
            .await
            .map(drop),
        world
            .store
            .append_recording(formaops_domain::ports::RecordingPart {
                attempt: no_attempt(),
                ..part(1, 1, "x")
            })
            .await,
        world.store.get_run(run_id(9)).await.map(drop),
    ] {
        assert!(matches!(missing, Err(StoreError::NotFound { .. })), "{missing:?}");
    }
}

#[tokio::test]
async fn a_retry_is_the_next_generation_and_opens_the_run_again() {
    let world = World::new().await;
    let id = world.run(&["dry-run:a"]).await.id;
    world.start(1).await;
    let early = world.store.insert_retries(vec![retry(1, 7)], ada(), at(12)).await.unwrap_err();
    assert!(matches!(early, StoreError::Transition { .. }), "{early:?}");
    let first = world.finish(1, "first").await;
    RunStore::finish_run(&world.store, id, RunStatus::Completed, at(15)).await.unwrap();

    let again = world.store.insert_retries(vec![retry(1, 2)], ada(), at(30)).await.unwrap();
    let second = &again[0];
    assert_eq!((second.generation, second.status, second.created_at), (1, ExecutionStatus::Pending, at(30)));
    assert_eq!((second.case, second.variant, &second.model), (first.case, first.variant, &first.model));
    let run = world.store.get_run(id).await.unwrap();
    assert_eq!((run.status, run.completed_at, run.progress.total), (RunStatus::Running, None, 1));
    // What the first generation cost stays spent.
    assert_eq!(run.progress.cost_usd, NanoUsd::from_nanos(5));
    assert_eq!(world.store.get_execution(first.id).await.unwrap(), first);
    let twice = world.store.insert_retries(vec![retry(1, 3)], ada(), at(31)).await.unwrap_err();
    assert!(matches!(twice, StoreError::Transition { .. }), "{twice:?}");

    world.store.start_attempt(Attempt { started_at: at(40), ..attempt(2) }, left_queue()).await.unwrap();
    world.finish(2, "second").await;
    let run = RunStore::finish_run(&world.store, id, RunStatus::Completed, at(50)).await.unwrap();
    assert_eq!((run.started_at, run.completed_at), (Some(at(10)), Some(at(50))));
    world.assert_counted(id).await;

    let list = async |newest| {
        let filter = ExecutionFilter { run: Some(id), newest, ..Default::default() };
        let page = world.store.list_executions(filter, None, 10).await.unwrap();
        page.items.into_iter().map(|execution| execution.generation).collect::<Vec<_>>()
    };
    assert_eq!((list(false).await, list(true).await), (vec![0, 1], vec![1]));
}

#[tokio::test]
async fn of_several_none_is_tried_again_where_one_cannot_be() {
    let world = World::new().await;
    let id = world.run(&["dry-run:a", "dry-run:b", "dry-run:c"]).await.id;
    for number in 1..=3 {
        world.start(number).await;
        world.finish(number, "said").await;
    }
    RunStore::finish_run(&world.store, id, RunStatus::Completed, at(15)).await.unwrap();
    world.store.insert_retries(vec![retry(2, 4)], ada(), at(30)).await.unwrap();
    for all in
        [vec![retry(1, 5), retry(2, 6)], vec![retry(1, 5), retry(4, 6)], vec![retry(1, 5), retry(9, 6)]]
    {
        world.store.insert_retries(all, ada(), at(31)).await.unwrap_err();
        assert!(world.store.get_execution(execution_id(5)).await.is_err(), "the first was not tried again");
    }
    let both = world.store.insert_retries(vec![retry(3, 8), retry(1, 7)], ada(), at(32)).await.unwrap();
    let ids: Vec<_> = both.iter().map(|execution| execution.id).collect();
    assert_eq!(ids, [execution_id(8), execution_id(7)]);
    let run = world.store.get_run(id).await.unwrap();
    assert_eq!((run.status, run.progress.pending, run.progress.completed), (RunStatus::Running, 3, 0));
    world.assert_counted(id).await;
}

#[tokio::test]
async fn a_retry_costs_what_is_known_by_then_where_nothing_was_known_before() {
    let world = World::new().await;
    let prompt = world.prompt(1, "p").await;
    let version = world.save(prompt.id, content("Hello {{name}}")).await;
    let unknown = NewRun { rates: Vec::new(), ..new_run(run(1, &version, &["dry-run:a"]), 1) };
    let id = world.store.insert_run(unknown).await.unwrap().id;
    world.start(1).await;
    world.finish(1, "said").await;
    RunStore::finish_run(&world.store, id, RunStatus::Completed, at(15)).await.unwrap();
    let rate = |input, longest| Rate {
        price: Some(Price { input, ..Price::default() }),
        max_output_tokens: Some(longest),
    };
    let known = |of, id, rate| vec![NewRetry { rate, ..retry(of, id) }];
    world.store.insert_retries(known(1, 2, rate(7, 70)), ada(), at(30)).await.unwrap();
    let now = async |number| world.store.get_execution_record(execution_id(number)).await.unwrap().rate;
    assert_eq!(now(2).await, rate(7, 70));
    world.start(2).await;
    world.finish(2, "again").await;
    // What a run knows of a price stays, whatever it is later.
    world.store.insert_retries(known(2, 3, rate(9, 90)), ada(), at(40)).await.unwrap();
    assert_eq!(now(3).await, rate(7, 70));
}

#[tokio::test]
async fn the_grid_of_a_run_comes_by_row_repeat_and_column() {
    let world = World::new().await;
    let prompt = world.prompt(1, "p").await;
    let version = world.save(prompt.id, content("x")).await;
    let mut cells = Vec::new();
    for variant in 0..2 {
        for case in 0..3 {
            for repeat in 0..2 {
                let id = execution_id(cells.len() as u64 + 1);
                cells.push(NewCell { id, variant, case, repeat });
            }
        }
    }
    let cases = ["a", "b", "c"].map(|name| Case::of(inputs(name))).to_vec();
    let kept =
        world.store.insert_run(NewRun { cells, cases, ..new_run(run(1, &version, &TWO), 1) }).await.unwrap();
    assert_eq!((kept.progress.total, kept.inputs), (12, inputs("a")));

    let filter = ExecutionFilter { run: Some(kept.id), newest: true, ..Default::default() };
    let (mut cursor, mut seen) = (None, Vec::new());
    loop {
        let page = world.store.list_executions(filter, cursor.as_deref(), 5).await.unwrap();
        seen.extend(page.items.into_iter().map(|e| (e.case, e.repeat, e.variant)));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let mut sorted = seen.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!((seen.len(), &seen), (12, &sorted));
    let last = world.store.load_work(execution_id(12), false).await.unwrap();
    assert_eq!(*last.inputs, inputs("c"));
}

#[tokio::test]
async fn lists_are_newest_first_and_filtered_and_totals_count_them() {
    let world = World::new().await;
    let (one, two) = (world.prompt(1, "p").await, world.prompt(2, "q").await);
    for (number, prompt) in [(1, &one), (2, &two), (3, &one)] {
        let version = world.save(prompt.id, content("x")).await;
        let made = formaops_domain::Run { created_at: at(number), ..run(number as u64, &version, &TWO) };
        world.store.insert_run(new_run(made, 10 * number as u64)).await.unwrap();
    }
    world.start(10).await;
    world.finish(10, "text").await;

    let runs = async |filter| {
        let page = world.store.list_runs(filter, None, 10).await.unwrap();
        page.items.into_iter().map(|run| run.id).collect::<Vec<_>>()
    };
    let (first, second, third) = (run_id(1), run_id(2), run_id(3));
    assert_eq!(runs(RunFilter::default()).await, [third, second, first]);
    assert_eq!(runs(RunFilter { prompt: Some(one.id), ..RunFilter::default() }).await, [third, first]);
    assert_eq!(runs(RunFilter { status: Some(RunStatus::Running), ..RunFilter::default() }).await, [first]);
    let none = RunFilter { prompt: Some(two.id), status: Some(RunStatus::Running), ..RunFilter::default() };
    assert_eq!(runs(none).await, []);
    let page = world.store.list_runs(RunFilter::default(), None, 2).await.unwrap();
    let rest = world.store.list_runs(RunFilter::default(), page.next.as_deref(), 2).await.unwrap();
    assert_eq!((rest.items[0].id, rest.next), (first, None));

    let executions = async |filter| {
        let page = world.store.list_executions(filter, None, 10).await.unwrap();
        page.items.into_iter().map(|execution| execution.id).collect::<Vec<_>>()
    };
    let all = ExecutionFilter::default();
    let ids = |numbers: &[u64]| numbers.iter().map(|&number| execution_id(number)).collect::<Vec<_>>();
    assert_eq!(executions(all).await, ids(&[31, 30, 21, 20, 11, 10]));
    assert_eq!(executions(ExecutionFilter { prompt: Some(two.id), ..all }).await, ids(&[21, 20]));
    let completed = Some(ExecutionStatus::Completed);
    assert_eq!(executions(ExecutionFilter { status: completed, ..all }).await, ids(&[10]));
    assert_eq!(
        executions(ExecutionFilter { status: completed, prompt: Some(prompt_id(2)), ..all }).await,
        []
    );
    let page = world.store.list_executions(all, None, 4).await.unwrap();
    let rest = world.store.list_executions(all, page.next.as_deref(), 4).await.unwrap();
    assert_eq!((rest.items.len(), rest.items[0].id, rest.next), (2, execution_id(11), None));

    let totals = world.store.get_totals(at(2)).await.unwrap();
    assert_eq!((totals.prompts, totals.runs), (2, 3));
    assert_eq!((totals.executions.total, totals.executions.completed, totals.recent.total), (6, 1, 4));
    let five = NanoUsd::from_nanos(5);
    assert_eq!((totals.executions.cost_usd, totals.recent.cost_usd), (five, five));
    let later = world.store.get_totals(at(11)).await.unwrap();
    assert_eq!((later.executions.cost_usd, later.recent.cost_usd), (five, NanoUsd::ZERO));
}

#[tokio::test]
async fn a_run_that_names_an_unknown_version_is_refused_whole() {
    let world = World::new().await;
    let prompt = world.prompt(1, "p").await;
    let version = world.save(prompt.id, content("x")).await;
    let mut wrong = run(1, &version, &TWO);
    wrong.variants[1].version_id = formaops_testkit::version_id(9);
    let refused = world.store.insert_run(new_run(wrong, 1)).await;
    assert!(matches!(refused, Err(StoreError::Refused(_))), "{refused:?}");
    assert!(world.store.list_runs(RunFilter::default(), None, 10).await.unwrap().items.is_empty());
    assert!(matches!(world.store.get_execution(execution_id(1)).await, Err(StoreError::NotFound { .. })));
}
