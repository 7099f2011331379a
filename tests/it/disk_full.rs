//! A disk that is full: what was acknowledged stays, what cannot be kept is told, and room mends it.

use formaops_testkit::{ChatReply, ScriptedServer};
use formaops_tests::{Cli, Done, Host};
use futures::{Stream, StreamExt};
use serde_json::{Value, json};
use std::collections::HashMap;
use tokio::io::{AsyncBufReadExt, BufReader};

/// The length of each answer.
const ANSWER: usize = 256 * 1024;

/// A workspace on a disk of 8 MiB with a prompt, a server whose answers no compression makes small, and its host.
/// A new workspace takes 2 MiB of it until its log is emptied, so some answers find room, and not all of them.
async fn small_world() -> (Cli, ScriptedServer, Host) {
    let (cli, server) = (Cli::new().on_small_disk("8m").await, ScriptedServer::start().await);
    let host = Host::open(&cli).await;
    let provider = json!({ "name": "local", "kind": "openai-chat", "baseUrl": server.base_url().as_str() });
    assert_eq!(host.post("/api/providers", provider).await.status, 200);
    let content = json!({ "body": { "kind": "text", "template": "Hello" } });
    let made = host.post("/api/prompts", json!({ "name": "greet", "content": content })).await;
    assert_eq!(made.status, 200, "{made:?}");
    server.script("long", ChatReply::new().text(&noise(ANSWER)));
    (cli, server, host)
}

/// Starts more long answers than there is room for, as a run that starts whatever else is wrong, and answers it.
async fn fill(host: &Host) -> String {
    let asked = json!({
        "prompt": "greet", "models": [{ "model": "local:long" }], "repeats": 40, "concurrency": 2,
        "priority": "critical", "onRestart": "resume",
    });
    let started = host.post("/api/runs", asked).await;
    assert_eq!(started.status, 200, "{started:?}");
    started.body["run"]["id"].as_str().unwrap().to_owned()
}

/// What was told as completed until an execution was told to find no room, and that execution.
async fn until_full(events: &mut (impl Stream<Item = Value> + Unpin)) -> (HashMap<String, Value>, Value) {
    let mut told = HashMap::new();
    loop {
        let event = events.next().await.expect("the host is alive");
        assert_ne!(event["run"]["status"], "completed", "all of it found room");
        let execution = &event["execution"];
        if !execution["failure"].is_null() {
            return (told, execution.clone());
        }
        if execution["status"] == "completed" {
            told.insert(execution["id"].as_str().unwrap().to_owned(), execution.clone());
        }
    }
}

/// The same until an end found no room: where only starts find none, smaller writes still do, and that is no emergency.
async fn until_held(cli: &Cli, events: &mut (impl Stream<Item = Value> + Unpin)) -> HashMap<String, Value> {
    let (mut told, mut full) = until_full(events).await;
    while full["status"] == "pending" {
        // For a start, and for no answer.
        cli.resize_disk("8320k").await;
        let (more, next) = until_full(events).await;
        told.extend(more);
        full = next;
    }
    told
}

/// Waits until the host says that all is at this level.
async fn at_level(host: &Host, events: &mut (impl Stream<Item = Value> + Unpin), level: &str) -> Value {
    loop {
        let health = host.get("/api/health").await.body;
        if health["level"]["level"] == level {
            return health;
        }
        events.next().await.expect("the host is alive");
    }
}

#[tokio::test]
async fn a_disk_that_fills_up_loses_nothing_and_the_same_process_goes_on_when_there_is_room() {
    let (cli, server, host) = small_world().await;
    let mut events = host.events().await;
    let run = fill(&host).await;
    let (told, held) = until_full(&mut events).await;
    let failure = &held["failure"];
    assert_eq!(failure["class"], "not_writable", "{held}");
    assert!(failure["message"].as_str().unwrap().contains("the disk is full"), "{held}");
    assert!(matches!(held["status"].as_str(), Some("running" | "pending")), "{held}");
    assert!(!told.is_empty(), "nothing was kept before the disk was full");
    check(&host, &told).await;

    // With room again the run goes on and ends, with each call made once.
    cli.resize_disk("64m").await;
    for execution in ended(&host, &run).await {
        assert_eq!(execution["status"], "completed", "{execution}");
        let id = execution["id"].as_str().unwrap();
        let attempts = host.get(&format!("/api/executions/{id}")).await.body["attempts"].clone();
        assert_eq!(attempts.as_array().map(Vec::len), Some(1), "{attempts}");
    }
    assert_eq!(server.counts().received, 40);
    check(&host, &told).await;
    let another = cli.run(&["run", "greet", "-m", "local:echo", "--priority", "critical"]).await;
    assert_eq!((another.code, another.stdout.trim_end()), (Some(0), "Hello"), "{another:?}");
}

#[tokio::test]
async fn ctrl_c_ends_a_command_whose_run_finds_no_room() {
    let (cli, server, host) = small_world().await;
    let mut events = host.events().await;
    let arguments =
        ["run", "greet", "-m", "local:long", "--repeats", "40", "-j", "2", "--priority", "critical"];
    let process = cli.start(&[&["--json"], &arguments[..]].concat());
    let (told, held) = until_full(&mut events).await;
    let id = process.id().unwrap().to_string();
    tokio::process::Command::new("kill").args(["-INT", &id]).status().await.unwrap();
    let done = process.wait_with_output().await.unwrap();
    assert_eq!(done.status.code(), Some(130), "{done:?}");
    let sent = server.counts().received;
    cli.resize_disk("64m").await;
    let executions = ended(&host, held["runId"].as_str().unwrap()).await;
    assert!(executions.iter().any(|execution| execution["status"] == "cancelled"));
    assert_eq!(server.counts().received, sent, "nothing was sent after it");
    check(&host, &told).await;
}

#[tokio::test]
async fn a_command_whose_run_finds_no_room_says_once_why_it_waits_and_once_that_it_goes_on() {
    let (cli, _server, host) = small_world().await;
    let mut events = host.events().await;
    let arguments =
        ["run", "greet", "-m", "local:long", "--repeats", "40", "-j", "2", "--priority", "critical"];
    let process = cli.start(&[&["--json"], &arguments[..]].concat());
    until_held(&cli, &mut events).await;
    at_level(&host, &mut events, "emergency").await;
    cli.resize_disk("64m").await;
    let done = Done::from(process.wait_with_output().await.unwrap());
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let said: Vec<_> = done.stderr.lines().collect();
    let [waiting, goes_on] = said.as_slice() else { panic!("{said:?}") };
    assert!(waiting.starts_with("waiting: ") && waiting.contains("the disk is full"), "{waiting}");
    assert!(waiting.contains("Make room"), "{waiting}");
    assert_eq!(*goes_on, "note: the run goes on");

    // There is room now, but little: what is not urgent waits, and says so.
    at_level(&host, &mut events, "critical").await;
    let mut process = cli.start(&["run", "greet", "-m", "local:echo"]);
    let stderr = process.stderr.take().unwrap();
    let said = BufReader::new(stderr).lines().next_line().await.unwrap().unwrap();
    assert!(said.starts_with("waiting: ") && said.contains("a higher priority"), "{said}");
}

#[tokio::test]
async fn what_a_full_disk_left_behind_at_a_kill_is_done_again_by_the_next_start() {
    let (cli, _server, host) = small_world().await;
    let mut events = host.events().await;
    let run = fill(&host).await;
    let (told, _) = until_full(&mut events).await;
    host.kill().await;
    cli.resize_disk("64m").await;
    let next = Host::open(&cli).await;
    for execution in ended(&next, &run).await {
        assert_eq!(execution["status"], "completed", "{execution}");
    }
    check(&next, &told).await;
}

#[tokio::test]
async fn in_an_emergency_one_can_look_and_cancel_and_nothing_starts_or_changes() {
    let (cli, server, host) = small_world().await;
    let mut events = host.events().await;
    let run = fill(&host).await;
    let told = until_held(&cli, &mut events).await;
    let health = at_level(&host, &mut events, "emergency").await;
    assert_eq!(
        health["level"]["reasons"].as_array().unwrap().last(),
        Some(&json!("not-writable")),
        "{health}"
    );
    let off = health["level"]["off"].as_array().unwrap();
    assert!(off.contains(&json!("executions")) && off.contains(&json!("writes")), "{health}");

    // What is there can be read and searched, on the command line as over HTTP.
    check(&host, &told).await;
    let prompts = cli.json(&["prompt", "list"]).await;
    assert!(prompts["items"].as_array().unwrap().iter().any(|prompt| prompt["name"] == "greet"), "{prompts}");
    let found = cli.json(&["prompt", "list", "--search", "greet"]).await;
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{found}");

    // Every write is refused alike, and nothing is sent.
    let sent = server.counts().received;
    let asked = json!({ "prompt": "greet", "models": [{ "model": "local:echo" }], "priority": "critical" });
    let content = json!({ "body": { "kind": "text", "template": "x" } });
    for (path, request) in
        [("/api/runs", asked), ("/api/prompts", json!({ "name": "another", "content": content }))]
    {
        let refused = host.post(path, request).await;
        assert_eq!(refused.body["code"], "storage", "{refused:?}");
        let (message, hint) =
            (refused.body["message"].as_str().unwrap(), refused.body["hint"].as_str().unwrap());
        assert!(message.contains("the workspace cannot be written"), "{message}");
        assert!(hint.contains("Make room on its disk"), "{hint}");
    }
    let refused = cli.run(&["run", "greet", "-m", "local:echo", "--priority", "critical"]).await;
    assert!(refused.code == Some(1) && refused.stderr.contains("Make room on its disk"), "{refused:?}");

    // A cancel is answered, also one with a key, and asks for nothing that would be written first.
    let path = format!("/api/runs/{run}/cancel");
    let keyed =
        host.request(reqwest::Method::POST, &path).header("x-idempotency-key", "stop").json(&json!({}));
    for cancel in [Host::send(keyed).await, host.post(&path, json!({})).await] {
        assert_eq!(cancel.status, 200, "{cancel:?}");
    }
    assert_eq!(server.counts().received, sent, "nothing was sent");

    // With room the cancel is kept, and the trail tells of both.
    cli.resize_disk("64m").await;
    let executions = ended(&host, &run).await;
    let detail = host.get(&format!("/api/runs/{run}")).await.body;
    assert_eq!(detail["run"]["status"], "cancelled", "{}", detail["run"]);
    assert!(executions.iter().any(|execution| execution["status"] == "cancelled"));
    assert_eq!(server.counts().received, sent, "nothing was sent");
    check(&host, &told).await;
    let cancels = async || {
        let trail = host.get(&format!("/api/audit?record={run}")).await.body;
        let events = trail["items"].as_array().unwrap().clone();
        events.iter().filter(|event| event["action"] == "run.cancel").count()
    };
    while cancels().await < 2 {
        // The trail is told of by no event, so it is looked at whenever the host has done something.
        assert_eq!(host.get("/api/health").await.status, 200);
    }
    assert_eq!(cancels().await, 2);
    at_level(&host, &mut events, "critical").await;
    let another = cli.run(&["run", "greet", "-m", "local:echo", "--priority", "critical"]).await;
    assert_eq!((another.code, another.stdout.trim_end()), (Some(0), "Hello"), "{another:?}");
}

#[tokio::test]
async fn a_run_that_is_paused_in_an_emergency_sends_nothing_more_until_it_is_resumed() {
    let (cli, server, host) = small_world().await;
    let mut events = host.events().await;
    let run = fill(&host).await;
    let told = until_held(&cli, &mut events).await;
    at_level(&host, &mut events, "emergency").await;
    let path = format!("/api/runs/{run}/pause");
    let keyed =
        host.request(reqwest::Method::POST, &path).header("x-idempotency-key", "hold").json(&json!({}));
    for pause in [Host::send(keyed).await, host.post(&path, json!({})).await] {
        assert_eq!(pause.status, 200, "{pause:?}");
    }
    let sent = server.counts().received;

    // With room the pause is kept, and what is held is kept without anything following it.
    cli.resize_disk("64m").await;
    let kept = async || {
        let status = host.get(&format!("/api/runs/{run}")).await.body["run"]["status"].clone();
        let engine = host.get("/api/metrics").await.body["engine"].clone();
        status == "paused" && engine["held"] == 0 && engine["running"] == 0
    };
    while !kept().await {
        assert_eq!(server.counts().received, sent, "nothing was sent");
        events.next().await.expect("the host is alive");
    }
    at_level(&host, &mut events, "critical").await;
    assert_eq!(server.counts().received, sent, "nothing was sent");
    check(&host, &told).await;

    let resumed = host.post(&format!("/api/runs/{run}/resume"), json!({})).await;
    assert_eq!(resumed.status, 200, "{resumed:?}");
    for execution in ended(&host, &run).await {
        assert_eq!(execution["status"], "completed", "{execution}");
    }
    assert_eq!(server.counts().received, 40);
    let trail = host.get(&format!("/api/audit?record={run}")).await.body["items"].clone();
    let pauses = trail.as_array().unwrap().iter().filter(|event| event["action"] == "run.pause");
    assert_eq!(pauses.count(), 2, "{trail}");
}

/// The executions of a run once all of it has ended.
async fn ended(host: &Host, run: &str) -> Vec<Value> {
    let mut events = host.events().await;
    loop {
        let detail = host.get(&format!("/api/runs/{run}")).await.body;
        if matches!(detail["run"]["status"].as_str(), Some("completed" | "cancelled")) {
            let executions = detail["executions"].as_array().unwrap().clone();
            assert_eq!(executions.len(), 40);
            return executions;
        }
        events.next().await.expect("the host is alive");
    }
}

/// Checks that what was told as completed still is, with all of its answer.
async fn check(host: &Host, told: &HashMap<String, Value>) {
    for (id, before) in told {
        let now = host.get(&format!("/api/executions/{id}")).await.body["execution"].clone();
        assert_eq!(now, *before, "what was told as completed has changed");
        let output = host.get(&format!("/api/executions/{id}/output")).await.body;
        assert_eq!(output["total"], ANSWER, "{id}");
    }
}

/// Letters in no order, the same each time.
fn noise(length: usize) -> String {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'!' + u8::try_from((state >> 16) % 90).unwrap())
    };
    (0..length).map(|_| next()).collect()
}
