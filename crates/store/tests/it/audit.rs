//! The audit trail: what gets into it, and every way in which it can be found not to hold.

use crate::world::{World, ada, at, inputs, retry, version};
use formaops_domain::{
    AuditEvent, AuditOrigin, BreakReason, ChainHash, InputSet, PromptStatus, RefKind, RunStatus,
    ports::RunStore,
};
use formaops_store::{Act, AuditFilter, PromptChange, Store, StoreError};
use formaops_testkit::{content, execution_id, prompt_id, provider, run_id};
use serde_json::{Value, json};
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};

fn by_ada(store: &Store, request: &str, seconds: i64) -> Store {
    store.acting(Act {
        actor: Some(ada()),
        origin: AuditOrigin::Cli,
        operation: Some("prompt_update".into()),
        request_id: Some(request.into()),
        ..Act::own(at(seconds))
    })
}

async fn events(store: &Store, filter: AuditFilter) -> Vec<AuditEvent> {
    let mut events = store.list_audit_events(filter, None, 1000).await.unwrap().items;
    events.reverse();
    events
}

async fn told(store: &Store) -> Vec<(String, String)> {
    let events = events(store, AuditFilter::default()).await;
    events.into_iter().map(|event| (event.action, event.record)).collect()
}

async fn actions(store: &Store) -> Vec<String> {
    told(store).await.into_iter().map(|(action, _)| action).collect()
}

/// Somebody who is in the file with a tool of their own.
async fn tamper(world: &World, statements: &[&'static str]) {
    let mut connection = SqliteConnectOptions::new().filename(world.file()).connect().await.unwrap();
    let open =
        "drop trigger audit_events_unchanged; drop trigger audit_events_kept; pragma foreign_keys = off";
    for statement in [open].iter().chain(statements) {
        sqlx::raw_sql(*statement).execute(&mut connection).await.unwrap();
    }
}

/// Four events: a prompt, its first version, where its head points, and another title.
async fn a_short_history(world: &World) -> ChainHash {
    let prompt = world.prompt(1, "greet").await;
    world.save(prompt.id, content("Hello {{name}}")).await;
    let change = PromptChange { title: Some("Greets".into()), ..Default::default() };
    by_ada(&world.store, "r1", 5).update_prompt(prompt.id, change, at(5)).await.unwrap();
    world.store.verify_audit(None).await.unwrap().head.unwrap()
}

#[tokio::test]
async fn a_change_is_told_with_who_and_from_where_and_both_states() {
    let world = World::new().await;
    a_short_history(&world).await;
    assert_eq!(
        actions(&world.store).await,
        ["prompt.create", "version.create", "prompt.update", "prompt.update"]
    );
    let last = world.store.get_audit_event(4).await.unwrap();
    assert_eq!((last.event.actor, last.event.origin), (Some(ada()), AuditOrigin::Cli));
    assert_eq!(last.event.request_id.as_deref(), Some("r1"));
    assert_eq!(last.event.operation.as_deref(), Some("prompt_update"));
    assert_eq!((last.event.record, last.event.at), (prompt_id(1).to_string(), at(5)));
    let title = |state: &Option<Value>| state.as_ref().unwrap()["title"].clone();
    assert_eq!((title(&last.before), title(&last.after)), (json!(""), json!("Greets")));

    let report = world.store.verify_audit(None).await.unwrap();
    assert_eq!((report.events, report.erased, report.broken), (4, 0, None));
    assert_eq!(report.head, Some(last.event.hash));
}

#[tokio::test]
async fn whatever_is_decided_is_told_once_and_what_decides_nothing_is_not() {
    let world = World::new().await;
    let store = &world.store;
    let prompt = world.prompt(1, "p").await;
    let saved = store.save_version(version(prompt.id, content("Hello {{name}}")), None).await.unwrap();
    // The very same again, a draft that only ran, and the layout of the window: nobody decided anything.
    store.save_version(version(prompt.id, content("Hello {{name}}")), None).await.unwrap();
    store.snapshot_version(version(prompt.id, content("Hi {{name}}"))).await.unwrap();
    store.update_prompt(prompt.id, PromptChange::default(), at(3)).await.unwrap();
    store.update_setting("ui.theme", json!("dark"), at(3)).await.unwrap();
    let expected = ["prompt.create", "version.create", "prompt.update"];
    assert_eq!(actions(store).await, expected);

    store.put_ref(&saved, RefKind::Label, "production".parse().unwrap(), None, at(4)).await.unwrap();
    let publish = PromptChange {
        status: Some(PromptStatus::Published),
        tags: Some(vec!["a".into(), "b".into()]),
        ..Default::default()
    };
    store.update_prompt(prompt.id, publish, at(5)).await.unwrap();
    let set = |name: &str| InputSet {
        prompt_id: prompt.id,
        name: name.into(),
        inputs: inputs("Bob"),
        created_at: at(6),
        updated_at: at(6),
    };
    store.save_input_set(set("one"), None).await.unwrap();
    store.save_input_set(set("two"), Some("one".into())).await.unwrap();
    store.update_setting("network.offline", json!(true), at(7)).await.unwrap();
    let local = provider("http://127.0.0.1:1/v1".parse().unwrap(), Some("LOCAL_API_KEY"));
    store.insert_provider(local.clone()).await.unwrap();
    store.delete_provider(local.id).await.unwrap();
    store.delete_prompt(prompt.id, at(8)).await.unwrap();
    let told = told(store).await;
    let told: Vec<_> = told.iter().map(|(action, record)| (&action[..], &record[..])).collect();
    let (one, two) = (format!("{}/one", prompt.id), format!("{}/two", prompt.id));
    let (prompt, provider) = (prompt.id.to_string(), local.id.to_string());
    let key = format!("{provider}/{}", local.key.unwrap().id);
    assert_eq!(
        told[3..],
        [
            ("prompt.update", &prompt[..]),
            ("prompt.update", &prompt),
            ("input_set.create", &one),
            ("input_set.delete", &one),
            ("input_set.create", &two),
            ("setting.create", "network.offline"),
            ("provider.create", &provider),
            ("provider_key.create", &key),
            ("provider.delete", &provider),
            ("provider_key.delete", &key),
            ("prompt.update", &prompt),
        ]
    );
    let tagged = store.get_audit_event(5).await.unwrap().after.unwrap();
    assert_eq!(tagged["tags"], json!(["a", "b"]));
    assert_eq!(tagged["refs"]["label/production"], json!(saved.id.to_string()));
    // Of inputs it is told which there are, not what they hold.
    let inputs = store.get_audit_event(6).await.unwrap().after.unwrap();
    assert_eq!(inputs, json!({ "name": "one", "inputs": ["name"] }));
}

#[tokio::test]
async fn a_run_is_told_when_it_is_started_retried_and_cancelled_and_not_otherwise() {
    let world = World::new().await;
    let run = world.run(&["dry-run:a"]).await;
    world.start(1).await;
    world.finish(1, "text").await;
    world.store.finish_run(run_id(1), RunStatus::Completed, at(16)).await.unwrap();
    let after_the_prompt = |actions: Vec<String>| actions[3..].join(" ");
    assert_eq!(after_the_prompt(actions(&world.store).await), "run.create");
    let mine = by_ada(&world.store, "r7", 20);
    mine.insert_retries(vec![retry(1, 2)], ada(), at(20)).await.unwrap();
    world.store.finish_queued(execution_id(2), None, at(21)).await.unwrap();
    world.store.finish_run(run.id, RunStatus::Cancelled, at(21)).await.unwrap();
    assert_eq!(after_the_prompt(actions(&world.store).await), "run.create execution.create run.update");
    let all = events(&world.store, AuditFilter::default()).await;
    assert_eq!((all[4].actor, all[4].record.clone()), (Some(ada()), execution_id(2).to_string()));
    assert_eq!((all[5].actor, all[5].origin, all[5].at), (None, AuditOrigin::Engine, at(21)));
}

#[tokio::test]
async fn what_is_not_committed_is_not_told() {
    let world = World::new().await;
    world.prompt(1, "greet").await;
    let taken = world.try_prompt(2, "greet").await;
    assert!(matches!(taken, Err(StoreError::NameTaken { .. })), "{taken:?}");
    world.prompt(3, "other").await;
    let records: Vec<_> = told(&world.store).await.into_iter().map(|(_, record)| record).collect();
    assert_eq!(records, [prompt_id(1).to_string(), prompt_id(3).to_string()]);
    assert_eq!(world.store.verify_audit(None).await.unwrap().broken, None);
}

#[tokio::test]
async fn the_list_is_paged_and_filtered() {
    let world = World::new().await;
    a_short_history(&world).await;
    world.prompt(2, "other").await;
    let store = &world.store;
    let first = store.list_audit_events(AuditFilter::default(), None, 2).await.unwrap();
    let second = store.list_audit_events(AuditFilter::default(), first.next.as_deref(), 2).await.unwrap();
    let places = |events: &[AuditEvent]| events.iter().map(|event| event.seq).collect::<Vec<_>>();
    assert_eq!((places(&first.items), places(&second.items)), (vec![5, 4], vec![3, 2]));
    let none = AuditFilter::default;
    for (filter, expected) in [
        (AuditFilter { actor: Some(ada()), ..none() }, vec![4]),
        (AuditFilter { record: Some(prompt_id(1).to_string()), ..none() }, vec![1, 2, 3, 4]),
        (AuditFilter { action: Some("prompt".into()), ..none() }, vec![1, 3, 4, 5]),
        (AuditFilter { action: Some("version.create".into()), ..none() }, vec![2]),
        (AuditFilter { request_id: Some("r1".into()), ..none() }, vec![4]),
        (AuditFilter { from: Some(at(5)), ..none() }, vec![4]),
        (AuditFilter { to: Some(at(5)), ..none() }, vec![1, 2, 3, 5]),
        (AuditFilter { origin: Some(AuditOrigin::Cli), ..none() }, vec![4]),
        (AuditFilter { origin: Some(AuditOrigin::Api), ..none() }, vec![]),
        (AuditFilter { action: Some("prompt".into()), to: Some(at(5)), ..none() }, vec![1, 3, 5]),
        (AuditFilter { record: Some(prompt_id(1).to_string()), actor: Some(ada()), ..none() }, vec![4]),
    ] {
        assert_eq!(places(&events(store, filter.clone()).await), expected, "{filter:?}");
    }
}

#[tokio::test]
async fn nobody_changes_the_trail_by_the_way() {
    let world = World::new().await;
    a_short_history(&world).await;
    let mut connection = SqliteConnectOptions::new().filename(world.file()).connect().await.unwrap();
    for statement in ["update audit_events set at = 0", "delete from audit_events where seq = 4"] {
        assert!(sqlx::raw_sql(statement).execute(&mut connection).await.is_err(), "{statement}");
    }
}

#[tokio::test]
async fn whatever_is_changed_in_the_middle_is_named() {
    let swap =
        "update audit_events set seq = 99 where seq = 2; update audit_events set seq = 2 where seq = 3;
        update audit_events set seq = 3 where seq = 99";
    for (statement, seq, reason) in [
        ("update audit_events set record = 'another' where seq = 2", 2, BreakReason::Altered),
        ("update audit_events set at = at + 1 where seq = 3", 3, BreakReason::Altered),
        ("update audit_events set actor = null where seq = 4", 4, BreakReason::Altered),
        ("delete from audit_events where seq = 1; update audit_events set previous = zeroblob(32) where seq = 2", 1,
            BreakReason::Missing),
        ("delete from audit_events where seq = 3", 3, BreakReason::Missing),
        (swap, 2, BreakReason::Altered),
        ("update blobs set data = (select data from blobs where hash = (select after from audit_events where seq = 1))
            where hash = (select after from audit_events where seq = 4)", 4, BreakReason::State),
        ("update blobs set data = x'00' where hash = (select after from audit_events where seq = 2)", 2,
            BreakReason::State),
    ] {
        let world = World::new().await;
        a_short_history(&world).await;
        tamper(&world, &[statement]).await;
        let report = world.store.verify_audit(None).await.unwrap();
        let broken = report.broken.unwrap();
        assert_eq!((broken.seq, broken.reason), (seq, reason), "{statement}: {}", broken.message);
        assert_eq!(report.events, seq - 1, "{statement}");
    }
}

#[tokio::test]
async fn an_event_that_was_written_anew_with_a_hash_that_fits_does_not_fit_the_next_one() {
    let world = World::new().await;
    a_short_history(&world).await;
    let mut forged = events(&world.store, AuditFilter::default()).await.remove(1);
    forged.record = "another".into();
    let hash = forged.chained().as_bytes().to_vec();
    tamper(&world, &[]).await;
    let mut connection = SqliteConnectOptions::new().filename(world.file()).connect().await.unwrap();
    sqlx::query("update audit_events set record = 'another', hash = ?1 where seq = 2")
        .bind(hash)
        .execute(&mut connection)
        .await
        .unwrap();
    let broken = world.store.verify_audit(None).await.unwrap().broken.unwrap();
    assert_eq!((broken.seq, broken.reason), (3, BreakReason::Unlinked), "{}", broken.message);
}

#[tokio::test]
async fn an_end_that_was_taken_away_is_found_with_a_head_that_was_kept_elsewhere() {
    let world = World::new().await;
    let kept = a_short_history(&world).await;
    let holds = async |kept| world.store.verify_audit(kept).await.unwrap();
    assert_eq!(holds(Some(kept)).await.broken, None);
    tamper(&world, &["delete from audit_events where seq = 4"]).await;
    // Of itself, what is left looks whole.
    assert_eq!(holds(None).await.broken, None);
    let broken = holds(Some(kept)).await.broken.unwrap();
    assert_eq!((broken.seq, broken.reason), (4, BreakReason::Truncated));
    // It goes on from there, and still shows it; a head from before the cut is fine.
    world.prompt(2, "other").await;
    assert_eq!(holds(Some(kept)).await.broken.unwrap().reason, BreakReason::Truncated);
    let early = events(&world.store, AuditFilter::default()).await[1].hash;
    assert_eq!(holds(Some(early)).await.broken, None);
}

#[tokio::test]
async fn a_state_can_be_erased_and_the_chain_holds() {
    let world = World::new().await;
    a_short_history(&world).await;
    tamper(&world, &["delete from blobs where hash in (select after from audit_events where seq in (2, 4))"])
        .await;
    let report = world.store.verify_audit(None).await.unwrap();
    assert_eq!((report.events, report.erased, report.broken), (4, 2, None));
    let erased = world.store.get_audit_event(4).await.unwrap();
    assert!(erased.event.after.is_some() && erased.after.is_none() && erased.before.is_some());
}

#[tokio::test]
async fn the_trail_goes_on_after_a_kill() {
    let world = World::new().await;
    let kept = a_short_history(&world).await;
    let after = world.killed().await;
    after.prompt(2, "other").await;
    let report = after.store.verify_audit(Some(kept)).await.unwrap();
    assert_eq!((report.events, report.broken), (5, None));
}
