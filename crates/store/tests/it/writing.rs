//! Group commit, seen from outside.

use crate::world::{World, at, left_queue, new_run, outcome, part, prompt, run};
use formaops_domain::PromptStatus;
use formaops_store::StoreError;
use formaops_testkit::{attempt_id, content, execution_id, run_id};
use futures::future::join_all;
use serde_json::json;

#[tokio::test]
async fn writers_that_come_together_share_a_few_commits() {
    let world = World::new().await;
    let before = world.store.write_stats();
    let writes = (0..200).map(|number| {
        let store = world.store.clone();
        async move { store.update_setting(&format!("ui.s{number}"), json!(number), at(1)).await }
    });
    for written in join_all(writes).await {
        written.unwrap();
    }
    let after = world.store.write_stats();
    assert_eq!(after.writes - before.writes, 200);
    assert!(after.commits - before.commits <= 20, "{} commits", after.commits - before.commits);
    assert_eq!(world.killed().await.store.list_settings().await.unwrap().len(), 200);
}

#[tokio::test]
async fn a_lone_write_is_committed_by_itself() {
    let world = World::new().await;
    let before = world.store.write_stats();
    world.store.update_setting("a", json!(1), at(1)).await.unwrap();
    world.store.update_setting("a", json!(2), at(1)).await.unwrap();
    let after = world.store.write_stats();
    assert_eq!((after.commits - before.commits, after.writes - before.writes), (2, 2));
}

#[tokio::test]
async fn a_write_that_is_refused_leaves_its_neighbours_and_no_trace() {
    let world = World::new().await;
    // The second has the name of the first; the third breaks a rule after its row was written.
    let no_moment = formaops_domain::Prompt { status: PromptStatus::Published, ..prompt(3, "c") };
    let blank_tag = formaops_domain::Prompt { tags: vec!["good".into(), String::new()], ..prompt(4, "d") };
    let writes = [prompt(1, "a"), prompt(2, "a"), no_moment, blank_tag, prompt(5, "e")];
    let results = join_all(writes.map(|prompt| world.store.insert_prompt(prompt, crate::world::ada()))).await;
    let outcomes: Vec<_> = results.iter().map(Result::is_ok).collect();
    assert_eq!(outcomes, [true, false, false, false, true]);
    assert!(matches!(results[1], Err(StoreError::NameTaken { .. })));
    assert!(matches!(results[3], Err(StoreError::Refused(_))));
    let kept = world.store.list_prompts(Default::default(), None, 10).await.unwrap().items;
    assert_eq!(kept.iter().map(|prompt| prompt.name.as_str()).collect::<Vec<_>>(), ["a", "e"]);
}

#[tokio::test]
async fn a_write_is_done_even_when_nobody_waits_for_it() {
    let world = World::new().await;
    let mut write = Box::pin(world.store.update_setting("a", json!(1), at(1)));
    // Polled once it is in the queue; then whoever asked goes away.
    assert!(futures::poll!(&mut write).is_pending());
    drop(write);
    world.store.update_setting("b", json!(2), at(1)).await.unwrap();
    assert_eq!(world.store.find_setting("a").await.unwrap(), Some(json!(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_executions_at_once_are_counted_right() {
    let world = World::new().await;
    let prompt = world.prompt(1, "p").await;
    let version = world.save(prompt.id, content("x")).await;
    let models: Vec<String> = (0..200).map(|number| format!("dry-run:{number}")).collect();
    let models: Vec<&str> = models.iter().map(String::as_str).collect();
    world.store.insert_run(new_run(run(1, &version, &models), 1)).await.unwrap();
    let cells = (1..=200).map(|number| {
        let store = world.store.clone();
        tokio::spawn(async move {
            store.start_attempt(crate::world::attempt(number), left_queue()).await.unwrap();
            store.append_recording(crate::world::part(number, 10, "so ")).await.unwrap();
            store.finish_attempt(&outcome(number, "so far")).await.unwrap();
        })
    });
    for cell in join_all(cells).await {
        cell.unwrap();
    }
    world.assert_counted(run_id(1)).await;
    let progress = world.store.get_run(run_id(1)).await.unwrap().progress;
    assert_eq!((progress.completed, progress.cost_usd.as_nanos()), (200, 1000));
    let stats = world.store.write_stats();
    assert!(stats.commits < stats.writes / 2, "{stats:?}");
    assert!(world.store.find_recording(attempt_id(200)).await.unwrap().is_some());
    assert_eq!(world.store.list_attempts(execution_id(200)).await.unwrap().len(), 1);
}

/// A world whose executions 1 to `count` are on the wire.
async fn on_the_wire(count: u64) -> World {
    let world = World::new().await;
    let models: Vec<String> = (0..count).map(|number| format!("dry-run:{number}")).collect();
    world.run(&models.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for number in 1..=count {
        world.start(number).await;
    }
    world
}

#[tokio::test]
async fn executions_that_end_together_end_in_one_write_each_with_its_own_answer() {
    let world = on_the_wire(20).await;
    // A part of its answer was kept before.
    world.store.append_recording(part(7, 10, "so ")).await.unwrap();
    let outcomes: Vec<_> = (1..=20).map(|number| outcome(number, &format!("answer {number}"))).collect();
    let before = world.store.write_stats();
    let ended = join_all(outcomes.iter().map(|outcome| world.store.finish_attempt(outcome))).await;
    assert!(world.store.write_stats().writes - before.writes <= 2, "{:?}", world.store.write_stats());
    for (number, ended) in (1..).zip(ended) {
        let ended = ended.unwrap();
        assert_eq!((ended.id, ended.preview), (execution_id(number), format!("answer {number}")));
        let recording = world.store.find_recording(attempt_id(number)).await.unwrap().unwrap();
        let bytes: Vec<_> = recording.frames.into_iter().flat_map(|(_, bytes)| bytes.to_vec()).collect();
        let said = String::from_utf8(bytes).unwrap();
        assert_eq!(said, if number == 7 { "so answer 7".to_owned() } else { format!("answer {number}") });
        let log = world.store.list_execution_log(execution_id(number)).await.unwrap();
        assert_eq!(log.iter().map(|step| step.message.as_str()).collect::<Vec<_>>(), ["Left the queue"]);
    }
    world.assert_counted(run_id(1)).await;
}

#[tokio::test]
async fn an_end_that_is_refused_does_not_keep_those_that_come_with_it() {
    let world = on_the_wire(5).await;
    world.finish(3, "the first end").await;
    let outcomes: Vec<_> = (1..=5).map(|number| outcome(number, "an end")).collect();
    let ended = join_all(outcomes.iter().map(|outcome| world.store.finish_attempt(outcome))).await;
    let done: Vec<_> = ended.iter().map(Result::is_ok).collect();
    assert_eq!(done, [true, true, false, true, true], "{ended:?}");
    let third = world.store.get_execution(execution_id(3)).await.unwrap();
    assert_eq!(third.preview, "the first end");
    world.assert_counted(run_id(1)).await;
}

#[tokio::test]
async fn who_gives_up_first_leaves_the_others_their_answers() {
    let world = on_the_wire(2).await;
    let (first, second) = (outcome(1, "one"), outcome(2, "two"));
    let mut gone = Box::pin(world.store.finish_attempt(&first));
    let mut stays = Box::pin(world.store.finish_attempt(&second));
    // Polled once they wait for the writer, both in the same group.
    assert!(futures::poll!(&mut gone).is_pending());
    assert!(futures::poll!(&mut stays).is_pending());
    drop(gone);
    assert_eq!(stays.await.unwrap().preview, "two");
    assert_eq!(world.store.get_execution(execution_id(1)).await.unwrap().preview, "one");
}

#[tokio::test]
async fn an_end_after_the_store_is_closed_is_told_so() {
    let world = on_the_wire(1).await;
    world.store.close().await;
    let end = world.store.finish_attempt(&outcome(1, "late")).await;
    assert!(matches!(end, Err(StoreError::Closed)), "{end:?}");
}
