//! Recordings in the place of calls, and answers that are graded anew.

use crate::world::{World, at, attempt, left_queue, new_run, outcome, run};
use formaops_domain::{
    AttemptStatus, ErrorClass, ExecutionStatus, Failure, NanoUsd, RequestHash, RunStatus, Validation,
    ValidationResult, ValidationRule, ValidationStatus, Verdict,
    ports::{Outcome, RecordedAnswer},
};
use formaops_store::{GradedAnswer, GradedBatch, NewCell, NewRegrade, NewRun, StoredAnswer, StoredRecording};
use formaops_testkit::{execution_id, run_id};
use sqlx::{ConnectOptions as _, SqliteConnection, sqlite::SqliteConnectOptions};

const REQUEST: RequestHash = RequestHash::from_array([7; 32]);

/// A run of two repeats, executions 1 and 2.
async fn two_repeats(world: &World) {
    let prompt = world.prompt(1, "p").await;
    let version = world.save(prompt.id, formaops_testkit::content("Hello {{name}}")).await;
    let new = new_run(run(1, &version, &["dry-run:echo"]), 1);
    let second = NewCell { id: execution_id(2), repeat: 1, ..new.cells[0] };
    let cells = vec![new.cells[0], second];
    world.store.insert_run(NewRun { cells, ..new }).await.unwrap();
}

/// An attempt that has ended, the request of which was the same as that of all others.
async fn attempted(world: &World, number: u64, change: impl FnOnce(&mut Outcome)) {
    world.store.start_attempt(attempt(number), left_queue()).await.unwrap();
    let mut ended = Outcome { request_hash: Some(REQUEST), ..outcome(number, &format!("answer {number}")) };
    change(&mut ended);
    world.store.finish_attempt(&ended).await.unwrap();
}

fn text(answer: &RecordedAnswer) -> String {
    answer.frames.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect()
}

#[tokio::test]
async fn a_request_is_answered_by_the_newest_whole_recording_of_its_repeat() {
    let world = World::new().await;
    two_repeats(&world).await;
    attempted(&world, 1, |_| {}).await;
    assert_eq!(world.store.find_recorded(REQUEST, 1).await.unwrap(), None);
    attempted(&world, 2, |ended| {
        ended.status = AttemptStatus::Failed;
        ended.failure = Some(Failure::new(ErrorClass::Reset, "it broke", "Try again."));
    })
    .await;
    assert_eq!(world.store.find_recorded(REQUEST, 1).await.unwrap(), None, "half an answer is none");

    let found = world.store.find_recorded(REQUEST, 0).await.unwrap().unwrap();
    let told = outcome(1, "");
    assert_eq!(text(&found), "answer 1");
    assert_eq!((&found.facts.metrics, found.facts.recorded_at), (&told.metrics, told.completed_at));
    assert_eq!(found.facts.request_id, told.request_id);

    // What is imported later comes first, and of what is imported at once the newest.
    let stored = |text: &'static str, recorded| StoredRecording {
        request_hash: REQUEST,
        repeat: 0,
        model: "dry-run:echo".parse().unwrap(),
        answer: RecordedAnswer {
            frames: vec![(Default::default(), text.as_bytes().into())],
            facts: formaops_domain::ports::RecordedFacts { recorded_at: at(recorded), ..found.facts.clone() },
        },
    };
    world.store.insert_recordings(vec![stored("newer", 3), stored("older", 2)], at(99)).await.unwrap();
    assert_eq!(text(&world.store.find_recorded(REQUEST, 0).await.unwrap().unwrap()), "newer");
    world.store.insert_recordings(vec![stored("older", 2)], at(100)).await.unwrap();
    assert_eq!(text(&world.store.find_recorded(REQUEST, 0).await.unwrap().unwrap()), "older");

    let page = world.store.list_recordings(run_id(1), None, 10).await.unwrap();
    let texts: Vec<_> = page.items.iter().map(|recording| text(&recording.answer)).collect();
    assert_eq!((texts, page.next), (vec!["answer 1".to_owned()], None));
}

#[tokio::test]
async fn a_replay_costs_nothing_and_tells_what_the_call_had_cost() {
    let world = World::new().await;
    two_repeats(&world).await;
    let recorded = outcome(1, "").metrics;
    let replayed = recorded.clone().replayed(at(3));
    attempted(&world, 1, |ended| ended.metrics = replayed.clone()).await;
    let execution = world.store.get_execution(execution_id(1)).await.unwrap();
    assert_eq!(execution.metrics, replayed);
    assert_eq!(world.store.list_attempts(execution_id(1)).await.unwrap()[0].metrics, replayed);
    assert_eq!(world.store.get_run(run_id(1)).await.unwrap().progress.cost_usd, NanoUsd::ZERO);
    // A replay of a replay is one of the call.
    let found = world.store.find_recorded(REQUEST, 0).await.unwrap().unwrap();
    assert_eq!((found.facts.metrics, found.facts.recorded_at), (recorded, at(3)));
}

#[tokio::test]
async fn a_run_that_grades_another_shares_its_answers_and_ends_with_them() {
    let world = World::new().await;
    two_repeats(&world).await;
    attempted(&world, 1, |_| {}).await;
    world.store.start_attempt(attempt(2), left_queue()).await.unwrap();
    let mut failed = outcome(2, "half");
    failed.status = AttemptStatus::Failed;
    failed.failure = Some(Failure::new(ErrorClass::Reset, "it broke", "Try again."));
    world.store.finish_attempt(&failed).await.unwrap();
    let before = world.store.get_run(run_id(1)).await.unwrap();

    let mut grading = before.clone();
    (grading.id, grading.regraded) = (run_id(9), Some(run_id(1)));
    let rule = ValidationRule::Regex { pattern: "answer".to_owned(), flags: String::new() };
    let validations = vec![Validation::new("says so", rule)];
    let new = NewRegrade { run: grading, validations, cases: Vec::new() };
    let started = world.store.insert_regrade(new.clone()).await.unwrap();
    assert_eq!((started.status, started.progress.pending), (RunStatus::Running, 2));
    assert_eq!(started.variants, before.variants);

    let answers = world.store.list_answers(run_id(1), run_id(9), None, 1).await.unwrap();
    assert_eq!((answers.len(), answers[0].output().unwrap().as_str()), (1, "answer 1"));
    let rest = world.store.list_answers(run_id(1), run_id(9), Some(answers[0].place), 9).await.unwrap();
    assert_eq!((rest.len(), rest[0].status), (1, ExecutionStatus::Failed));
    let mut result = ValidationResult::new("says so", Verdict::Pass, 1.0, "it does");
    (result.detail, result.weight) = (Some(serde_json::json!({ "at": [1] })), 0.5);
    let graded = |number: u64, of: &StoredAnswer, results: Vec<ValidationResult>| GradedAnswer {
        id: execution_id(100 + number),
        of: of.execution,
        status: of.status,
        kept: of.kept.clone(),
        metrics: of.metrics.clone().replayed(of.completed_at),
        validation_status: if results.is_empty() {
            ValidationStatus::Skipped
        } else {
            ValidationStatus::Passed
        },
        score: (!results.is_empty()).then_some(1.0),
        validated_output: (!results.is_empty()).then(|| serde_json::json!({ "a": 1 })),
        results,
    };
    let batch = vec![graded(1, &answers[0], vec![result.clone()]), graded(2, &rest[0], Vec::new())];
    world.store.insert_graded(run_id(9), GradedBatch::of(&batch).unwrap(), at(50)).await.unwrap();
    let ended = world.store.finish_regrade(run_id(9), at(51)).await.unwrap();
    assert_eq!((ended.status, ended.progress.completed, ended.progress.failed), (RunStatus::Completed, 1, 1));
    world.assert_counted(run_id(9)).await;

    let one = world.store.get_execution_record(execution_id(101)).await.unwrap();
    assert_eq!(
        (one.execution.validations, one.validated_output),
        (vec![result], Some(serde_json::json!({ "a": 1 })))
    );
    assert_eq!(
        (one.execution.preview.as_str(), one.execution.metrics.cost_usd),
        ("answer 1", Some(NanoUsd::ZERO))
    );
    let other = world.store.get_execution(execution_id(102)).await.unwrap();
    assert_eq!(other.failure, failed.failure);
    assert_eq!(world.store.get_run(run_id(1)).await.unwrap(), before);

    // One that a kill cut off is over with what it had.
    let (mut cut, mut again) = (new.run.clone(), new);
    cut.id = run_id(10);
    again.run = cut;
    world.store.insert_regrade(again).await.unwrap();
    world.store.recover(at(60)).await.unwrap();
    let cut = world.store.get_run(run_id(10)).await.unwrap();
    assert_eq!((cut.status, cut.progress.total), (RunStatus::Cancelled, 0));
}

#[tokio::test]
async fn an_answer_that_is_the_text_of_its_own_value_is_kept_once_also_where_it_is_graded_anew() {
    let world = World::new().await;
    two_repeats(&world).await;
    let value = serde_json::json!({ "b": 1, "a": [2] });
    let mut connection = SqliteConnectOptions::new().filename(world.file()).connect().await.unwrap();
    let blobs = async |connection: &mut SqliteConnection| -> i64 {
        sqlx::query_scalar("select count(*) from blobs").fetch_one(connection).await.unwrap()
    };
    let before = blobs(&mut connection).await;
    let says_its_value = |ended: &mut Outcome| {
        (ended.output, ended.validated_output) = (value.to_string(), Some(value.clone()));
        ended.last_part.text.clone_from(&ended.output);
    };
    attempted(&world, 1, says_its_value).await;
    // Its text, and the recording of its call.
    assert_eq!(blobs(&mut connection).await, before + 2);
    attempted(&world, 2, says_its_value).await;

    let mut grading = world.store.get_run(run_id(1)).await.unwrap();
    (grading.id, grading.regraded) = (run_id(9), Some(run_id(1)));
    let new = NewRegrade { run: grading, validations: Vec::new(), cases: Vec::new() };
    world.store.insert_regrade(new).await.unwrap();
    let before = blobs(&mut connection).await;
    let answers = world.store.list_answers(run_id(1), run_id(9), None, 2).await.unwrap();
    let graded = |number: u64, answer: &StoredAnswer, value: &serde_json::Value| GradedAnswer {
        id: execution_id(100 + number),
        of: answer.execution,
        status: answer.status,
        kept: answer.kept.clone(),
        metrics: answer.metrics.clone(),
        validation_status: ValidationStatus::Passed,
        score: Some(1.0),
        results: Vec::new(),
        validated_output: Some(value.clone()),
    };
    let other = serde_json::json!({ "a": "what a rule took out of it" });
    let batch = GradedBatch::of(&[graded(1, &answers[0], &value), graded(2, &answers[1], &other)]).unwrap();
    world.store.insert_graded(run_id(9), batch, at(50)).await.unwrap();
    assert_eq!(blobs(&mut connection).await, before + 1);
    for (number, value) in [(1, value.clone()), (101, value), (102, other)] {
        let record = world.store.get_execution_record(execution_id(number)).await.unwrap();
        assert_eq!(record.validated_output, Some(value), "{number}");
    }
}
