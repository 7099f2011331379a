//! A disk that is full: what was acknowledged stays, what cannot be kept is told, and room mends it.

use formaops_testkit::{ChatReply, ScriptedServer};
use formaops_tests::{Cli, Host};
use futures::StreamExt;
use serde_json::{Value, json};
use std::collections::HashMap;

/// The length of each answer.
const ANSWER: usize = 256 * 1024;

#[tokio::test]
async fn a_disk_that_fills_up_loses_nothing_that_was_told_and_goes_on_when_there_is_room_again() {
    let (cli, server) = (Cli::new().on_small_disk("4m").await, ScriptedServer::start().await);
    let host = Host::open(&cli).await;
    let provider = json!({ "name": "local", "kind": "openai-chat", "baseUrl": server.base_url().as_str() });
    assert_eq!(host.post("/api/providers", provider).await.status, 200);
    let content = json!({ "body": { "kind": "text", "template": "Hello" } });
    let made = host.post("/api/prompts", json!({ "name": "greet", "content": content })).await;
    assert_eq!(made.status, 200, "{made:?}");
    // Answers that no compression makes small.
    server.script("long", ChatReply::new().text(&noise(ANSWER)));

    let mut events = host.events().await;
    let asked = json!({
        "prompt": "greet", "models": [{ "model": "local:long" }], "repeats": 40, "concurrency": 2,
        "priority": "critical", "onRestart": "resume",
    });
    let started = host.post("/api/runs", asked).await;
    assert_eq!(started.status, 200, "{started:?}");
    let run = started.body["run"]["id"].as_str().unwrap().to_owned();
    let mut told = HashMap::new();
    let failure = loop {
        let event = events.next().await.expect("the host is alive");
        assert_ne!(event["run"]["status"], "completed", "all of it found room");
        let execution = &event["execution"];
        if !execution["failure"].is_null() {
            // What cannot be kept is not told as an end.
            assert!(execution["status"] == "running" || execution["status"] == "pending", "{execution}");
            break execution["failure"].clone();
        }
        if execution["status"] == "completed" {
            told.insert(execution["id"].as_str().unwrap().to_owned(), execution.clone());
        }
    };
    assert_eq!(failure["class"], "storage", "{failure}");
    assert!(failure["message"].as_str().unwrap().contains("the disk is full"), "{failure}");
    assert!(!told.is_empty(), "nothing was kept before the disk was full");
    check(&host, &told).await;

    // With room again the same process goes on.
    cli.resize_disk("64m").await;
    let another = cli.run(&["run", "greet", "-m", "local:echo", "--priority", "critical"]).await;
    assert_eq!((another.code, another.stdout.trim_end()), (Some(0), "Hello"), "{another:?}");
    check(&host, &told).await;

    // What could not be kept is found by the next start and done again; what was told stays as it is.
    host.kill().await;
    let next = Host::open(&cli).await;
    let mut events = next.events().await;
    let status = async || next.get(&format!("/api/runs/{run}")).await.body["run"]["status"].clone();
    while status().await != "completed" {
        events.next().await.expect("the host is alive");
    }
    let ended = next.get(&format!("/api/runs/{run}")).await.body["run"].clone();
    assert_eq!(ended["progress"]["completed"], 40, "{ended}");
    check(&next, &told).await;
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
