//! Kill, restart, count: nothing that was acknowledged is lost, nothing ends twice.

use formaops_testkit::ScriptedServer;
use formaops_tests::{Cli, Host};
use futures::StreamExt;
use serde_json::{Value, json};
use std::collections::HashMap;

/// How often the owner is killed: more in `make soak`.
fn kills() -> u64 {
    if std::env::var_os("FORMAOPS_SOAK").is_some() { 200 } else { 20 }
}

/// What the host has told of executions before it was killed: the last state of each.
async fn watch_some(host: &Host, events: u64) -> HashMap<String, Value> {
    let mut stream = host.events().await;
    let models: Vec<_> = (0..6).map(|_| json!({ "model": "local:words-40" })).collect();
    let started = host.post("/api/runs", json!({ "prompt": "greet", "models": models })).await;
    assert_eq!(started.status, 200, "{started:?}");
    let acknowledged = started.body["executions"].as_array().unwrap();
    let key = |execution: &Value| execution["id"].as_str().unwrap().to_owned();
    let mut told: HashMap<_, _> = acknowledged.iter().map(|one| (key(one), one.clone())).collect();
    for _ in 0..events {
        let event = stream.next().await.expect("the host is alive");
        if event["kind"] == "execution.updated" {
            told.insert(key(&event["execution"]), event["execution"].clone());
        }
        if event["kind"] == "run.updated" && event["run"]["status"] == "completed" {
            break;
        }
    }
    told
}

#[tokio::test]
async fn whenever_the_owner_is_killed_what_it_told_is_still_true_after_the_restart() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let mut interrupted = 0;
    for kill in 0..kills() {
        let owner = Host::open(&cli).await;
        // Another moment each time, the same in every run of this test.
        let told = watch_some(&owner, kill * 7 % 41).await;
        owner.kill().await;

        let next = Host::open(&cli).await;
        for (id, before) in told {
            let now = next.get(&format!("/api/executions/{id}")).await.body["execution"].clone();
            let was_over =
                ["completed", "failed", "cancelled"].iter().any(|status| before["status"] == *status);
            if was_over {
                assert_eq!(now, before, "what was told as ended has changed");
            } else {
                let over = ["completed", "failed"].iter().any(|status| now["status"] == *status);
                assert!(over, "it is neither ended nor told as interrupted: {now}");
                interrupted += u32::from(now["failure"]["class"] == "interrupted");
            }
            if now["status"] == "completed" {
                let output = next.get(&format!("/api/executions/{id}/output")).await.body;
                assert_eq!(output["text"].as_str().unwrap().split_whitespace().count(), 40, "{output}");
            }
        }
        let running = next.get("/api/runs?status=running").await.body;
        assert_eq!(running["items"], json!([]), "a run of the killed owner is still open");
        next.kill().await;
    }
    assert!(interrupted > 0, "no kill came in the middle");
}
