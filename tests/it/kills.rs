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

/// The executions of the run that is killed again and again.
const EXECUTIONS: u64 = 500;

/// Watches until so many more executions were told as completed, or the run as a whole; answers what was told.
async fn watch_completed(host: &Host, run: &str, more: usize) -> (Vec<Value>, bool) {
    let mut stream = host.events().await;
    let mut told = Vec::new();
    let is_over = |run: &Value| run["status"] == "completed";
    let mut over = is_over(&host.get(&format!("/api/runs/{run}")).await.body["run"]);
    while told.len() < more && !over {
        let event = stream.next().await.expect("the host is alive");
        if event["kind"] == "execution.updated" && event["execution"]["status"] == "completed" {
            told.push(event["execution"].clone());
        }
        over = event["kind"] == "run.updated" && is_over(&event["run"]);
    }
    (told, over)
}

#[tokio::test]
async fn a_run_that_is_to_be_resumed_comes_to_its_end_however_often_its_owner_is_killed() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let mut owner = Host::open(&cli).await;
    let models: Vec<_> = (0..5).map(|_| json!({ "model": "local:words-40" })).collect();
    let asked = json!({
        "prompt": "greet", "models": models, "repeats": EXECUTIONS / 5, "concurrency": 8, "onRestart": "resume",
    });
    let started = owner.post("/api/runs", asked).await;
    assert_eq!(started.status, 200, "{started:?}");
    let run = started.body["run"]["id"].as_str().unwrap().to_owned();

    let (mut told, mut over, mut killed) = (Vec::new(), false, 0);
    while killed < kills() && !over {
        // Another moment each time, the same in every run of this test.
        let (more, is_over) =
            watch_completed(&owner, &run, 1 + usize::try_from(killed * 7 % 13).unwrap()).await;
        told.extend(more);
        over = is_over;
        owner.kill().await;
        killed += 1;
        owner = Host::open(&cli).await;
    }
    assert!(killed >= 10, "the run was over after {killed} kills");
    while !over {
        let (more, is_over) = watch_completed(&owner, &run, usize::MAX).await;
        told.extend(more);
        over = is_over;
    }

    let detail = owner.get(&format!("/api/runs/{run}")).await.body;
    assert_eq!(detail["run"]["progress"]["completed"], EXECUTIONS, "{}", detail["run"]);
    for execution in detail["executions"].as_array().unwrap() {
        for before in told.iter().filter(|told| told["id"] == execution["id"]) {
            assert_eq!(execution, before, "what was told as completed has changed");
        }
    }
    let interrupted = check_calls(&owner, &server, &detail, 0).await;
    assert!(interrupted > 0, "no kill came in the middle of a call");
}

/// Checks that each execution succeeded at its last call and that no call was made after one that had ended, and
/// that the server knows of no more, `others` apart. Answers how many were interrupted.
async fn check_calls(host: &Host, server: &ScriptedServer, detail: &Value, others: usize) -> usize {
    let (mut attempts, mut interrupted) = (0, 0);
    for execution in detail["executions"].as_array().unwrap() {
        let id = execution["id"].as_str().unwrap();
        let tries = host.get(&format!("/api/executions/{id}")).await.body["attempts"].clone();
        let statuses: Vec<_> =
            tries.as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect();
        let (last, cut) = statuses.split_last().unwrap();
        assert_eq!(*last, "succeeded", "{id}");
        assert!(
            cut.iter().all(|status| *status == "interrupted"),
            "a call was repeated that had ended: {statuses:?}"
        );
        attempts += statuses.len();
        interrupted += cut.len();
    }
    // A call that was committed as begun may not have left when the owner was killed.
    let received = server.counts().received - others;
    assert!(received <= attempts && received >= attempts - interrupted, "{received} of {attempts} calls");
    interrupted
}

#[tokio::test]
async fn a_paused_run_of_a_thousand_stays_paused_over_a_kill_and_is_finished_when_it_is_resumed() {
    const AT_ONCE: usize = 32;
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let owner = Host::open(&cli).await;
    let models: Vec<_> = (0..10).map(|number| json!({ "model": format!("local:words-{number}") })).collect();
    let asked = json!({ "prompt": "greet", "models": models, "repeats": 100, "concurrency": AT_ONCE });
    let started = owner.post("/api/runs", asked).await;
    assert_eq!(started.status, 200, "{started:?}");
    let run = started.body["run"]["id"].as_str().unwrap().to_owned();
    watch_completed(&owner, &run, 200).await;
    let paused = owner.post(&format!("/api/runs/{run}/pause"), json!({})).await.body["run"].clone();
    assert_eq!(paused["status"], "paused", "{paused}");
    owner.kill().await;
    let sent = server.wait_for(|counts| counts.in_flight == 0).await.received;
    assert!((200..1_000).contains(&sent), "{sent} calls");

    let next = Host::open(&cli).await;
    assert_eq!(next.get(&format!("/api/runs/{run}")).await.body["run"]["status"], "paused");
    // Another run goes by it, and is all that is sent.
    assert_eq!(cli.run(&["run", "greet", "-m", "local:echo"]).await.stdout.trim_end(), "Hello");
    assert_eq!(server.counts().received, sent + 1, "a paused run sends nothing");

    let resumed = next.post(&format!("/api/runs/{run}/resume"), json!({})).await;
    assert_eq!(resumed.status, 200, "{resumed:?}");
    watch_completed(&next, &run, usize::MAX).await;
    let detail = next.get(&format!("/api/runs/{run}")).await.body;
    assert_eq!(detail["run"]["progress"]["completed"], 1_000, "{}", detail["run"]);
    let interrupted = check_calls(&next, &server, &detail, 1).await;
    assert!(interrupted <= AT_ONCE, "{interrupted} calls were repeated");
}
