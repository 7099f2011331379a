//! After a kill: what was acknowledged is there, what was under way is put in order.

use crate::world::{World, ada, at, attempt, left_queue, new_run, part, retry, run};
use formaops_domain::{
    AttemptStatus, CostBasis, ErrorClass, ExecutionStatus, Failure, NanoUsd, OnRestart, OutputPart,
    RunStatus, ports::RunStore,
};
use formaops_store::{Recovered, RunFilter};
use formaops_testkit::{attempt_id, content, execution_id};

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let world = World::new().await;
    let prompt = world.prompt(1, "p").await;
    let version = world.save(prompt.id, content("x")).await;
    let after = world.killed().await;
    assert_eq!(after.store.get_prompt(prompt.id).await.unwrap().head, Some(version.id));
    assert_eq!(after.store.get_version(prompt.id, version.id).await.unwrap(), version);
}

#[tokio::test]
async fn an_attempt_that_was_on_the_wire_is_interrupted_and_keeps_what_had_come() {
    let world = World::new().await;
    let id = world.run(&["dry-run:a", "dry-run:b", "dry-run:c"]).await.id;
    world.start(1).await;
    world.store.append_recording(part(1, 250, "Dear ")).await.unwrap();
    world.store.append_recording(part(1, 1500, "Bob")).await.unwrap();
    world.start(2).await;
    let ended = world.finish(2, "whole").await;

    let after = world.killed().await;
    let found = after.store.recover(at(5000)).await.unwrap();
    assert_eq!(found, Recovered { attempts: 1, queued: 1, runs: 1 });

    let cut = after.store.get_execution(execution_id(1)).await.unwrap();
    assert_eq!(
        (cut.status, cut.preview.as_str(), cut.output_bytes),
        (ExecutionStatus::Failed, "Dear Bob", 8)
    );
    assert_eq!(cut.failure.as_ref().map(|failure| failure.class), Some(ErrorClass::Interrupted));
    assert_eq!(
        (cut.metrics.basis, cut.metrics.cost_usd.map(NanoUsd::as_nanos)),
        (CostBasis::WorstCase, Some(40))
    );
    // It ended when its last bytes came, not when the next process looked.
    assert_eq!(cut.completed_at.unwrap().since(at(10)).as_micros(), 1_500_000);
    let window = after.store.get_output(cut.id, OutputPart::Text, 0, 100).await.unwrap();
    assert_eq!((window.text.as_str(), window.complete), ("Dear Bob", true));
    let attempts = after.store.list_attempts(cut.id).await.unwrap();
    assert_eq!(attempts[0].status, AttemptStatus::Interrupted);
    assert_eq!(after.store.find_recording(attempt_id(1)).await.unwrap().unwrap().frames.len(), 2);

    assert_eq!(after.store.get_execution(execution_id(2)).await.unwrap(), ended);
    let waited = after.store.get_execution(execution_id(3)).await.unwrap();
    assert_eq!((waited.status, waited.started_at), (ExecutionStatus::Failed, None));
    assert_eq!(waited.failure.unwrap().class, ErrorClass::Interrupted);

    let run = after.store.get_run(id).await.unwrap();
    assert_eq!((run.status, run.completed_at), (RunStatus::Completed, Some(at(5000))));
    assert_eq!((run.progress.failed, run.progress.completed), (2, 1));
    after.assert_counted(id).await;
    assert_eq!(after.store.recover(at(6000)).await.unwrap(), Recovered::default());
    assert_eq!(after.store.get_run(id).await.unwrap(), run);
}

#[tokio::test]
async fn a_run_that_is_to_be_resumed_waits_for_its_turn_again_and_repeats_nothing_that_was_committed() {
    let world = World::new().await;
    let prompt = world.prompt(1, "p").await;
    let version = world.save(prompt.id, content("x")).await;
    let mut resumed = run(1, &version, &["dry-run:a", "dry-run:b", "dry-run:c"]);
    resumed.on_restart = OnRestart::Resume;
    let id = world.store.insert_run(new_run(resumed, 1)).await.unwrap().id;
    world.start(1).await;
    world.store.append_recording(part(1, 250, "Dear ")).await.unwrap();
    world.start(2).await;
    let ended = world.finish(2, "whole").await;

    let after = world.killed().await;
    assert_eq!(after.store.recover(at(5000)).await.unwrap(), Recovered { attempts: 1, queued: 0, runs: 0 });
    for number in [1, 3] {
        let waits = after.store.get_execution(execution_id(number)).await.unwrap();
        assert_eq!((waits.status, waits.started_at), (ExecutionStatus::Pending, None), "{number}");
    }
    assert_eq!(after.store.get_execution(execution_id(2)).await.unwrap(), ended);
    let cut = &after.store.list_attempts(execution_id(1)).await.unwrap()[0];
    assert_eq!((cut.status, cut.number), (AttemptStatus::Interrupted, 1));
    assert_eq!(after.store.load_work(execution_id(1), false).await.unwrap().attempt_number, 2);
    let open = after.store.list_open_runs().await.unwrap();
    assert_eq!(open.iter().map(|run| (run.id, run.status)).collect::<Vec<_>>(), [(id, RunStatus::Running)]);
    after.assert_counted(id).await;
    assert_eq!(after.store.recover(at(6000)).await.unwrap(), Recovered::default(), "and so it stays");
}

#[tokio::test]
async fn a_paused_run_is_still_paused_after_a_kill() {
    let world = World::new().await;
    let id = world.run(&["dry-run:a", "dry-run:b"]).await.id;
    world.start(1).await;
    let paused = RunStore::set_paused(&world.store, id, true).await.unwrap();
    assert_eq!(paused.status, RunStatus::Paused);
    let after = world.killed().await;
    after.store.recover(at(5000)).await.unwrap();
    let run = after.store.get_run(id).await.unwrap();
    assert_eq!((run.status, run.progress.pending), (RunStatus::Paused, 2));
    let resumed = RunStore::set_paused(&after.store, id, false).await.unwrap();
    assert_eq!(resumed.status, RunStatus::Running, "it had started");
    after.assert_counted(id).await;
}

#[tokio::test]
async fn a_clock_that_stepped_back_over_the_kill_is_no_obstacle() {
    let world = World::new().await;
    let id = world.run(&["dry-run:a", "dry-run:b"]).await.id;
    world.start(1).await;
    let after = world.killed().await;
    after.store.recover(at(-9999)).await.unwrap();
    let [cut, waited] = [1, 2].map(execution_id);
    assert_eq!(after.store.get_execution(cut).await.unwrap().completed_at, Some(at(10)));
    assert_eq!(after.store.get_execution(waited).await.unwrap().completed_at, Some(at(2)));
    assert_eq!(after.store.get_run(id).await.unwrap().completed_at, Some(at(10)));
}

#[tokio::test]
async fn an_interrupted_execution_can_be_tried_again() {
    let world = World::new().await;
    let id = world.run(&["dry-run:a"]).await.id;
    world.start(1).await;
    world.store.recover(at(20)).await.unwrap();
    let retry = world.store.insert_retries(vec![retry(1, 2)], ada(), at(30)).await.unwrap().remove(0);
    world.store.start_attempt(attempt(2), left_queue()).await.unwrap();
    world.finish(2, "whole").await;
    RunStore::finish_run(&world.store, id, RunStatus::Completed, at(40)).await.unwrap();
    assert_eq!(world.store.get_execution(retry.id).await.unwrap().status, ExecutionStatus::Completed);
    world.assert_counted(id).await;
}

#[tokio::test]
async fn a_run_whose_executions_had_all_ended_is_ended() {
    let world = World::new().await;
    let prompt = world.prompt(1, "p").await;
    let version = world.save(prompt.id, content("x")).await;
    world.store.insert_run(new_run(run(1, &version, &["dry-run:a"]), 1)).await.unwrap();
    let failure = Failure::new(ErrorClass::Inputs, "`name` is missing", "Give it a value.");
    world.store.finish_queued(execution_id(1), Some(failure.clone()), at(9)).await.unwrap();
    let after = world.killed().await;
    let expected = Recovered { attempts: 0, queued: 0, runs: 1 };
    assert_eq!(after.store.recover(at(50)).await.unwrap(), expected);
    let runs = after.store.list_runs(RunFilter::default(), None, 10).await.unwrap().items;
    assert_eq!((runs[0].status, runs[0].completed_at), (RunStatus::Completed, Some(at(9))));
    let kept = after.store.get_execution(execution_id(1)).await.unwrap();
    assert_eq!(kept.failure, Some(failure));
}
