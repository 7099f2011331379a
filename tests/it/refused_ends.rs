//! A store that refuses the ends of runs for good: nobody waits for ever, and what had ended is kept.

use formaops_testkit::{accept_run_ends, refuse_run_ends};
use formaops_tests::{Cli, Done, Host};
use serde_json::{Value, json};

const MODEL: &str = "dry-run:echo";

/// The run that a command has said stays open.
async fn left_open(host: &Host, done: &Done) -> String {
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("could not be kept, so the run stays open"), "{done:?}");
    let run = done.stderr.split('`').nth(1).unwrap().to_owned();
    let detail = host.get(&format!("/api/runs/{run}")).await.body;
    assert_eq!((&detail["stalled"], &detail["run"]["status"]), (&json!(true), &json!("running")), "{detail}");
    run
}

async fn run(host: &Host, id: &str) -> Value {
    host.get(&format!("/api/runs/{id}")).await.body
}

#[tokio::test]
async fn a_command_whose_run_has_no_end_says_so_and_the_next_start_ends_it() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    cli.add_prompt("greet", "Hello").await;
    let prompt = host.get("/api/prompts/greet").await.body["prompt"]["id"].clone();
    let spec = json!({
        "prompts": [{ "promptId": prompt }], "models": [{ "model": MODEL }], "cases": [{ "inputs": {} }],
    });
    assert_eq!(host.post("/api/suites", json!({ "name": "s", "spec": spec })).await.status, 200);
    let graded = cli.json(&["eval", "s"]).await["run"]["id"].as_str().unwrap().to_owned();
    assert_eq!(run(&host, &graded).await["stalled"], false);

    let database = cli.workspace().join("formaops.db");
    refuse_run_ends(&database).await.unwrap();
    let mut open = Vec::new();
    for command in [&["run", "greet", "-m", MODEL][..], &["eval", "s"], &["regrade", &graded]] {
        open.push(left_open(&host, &cli.run(command).await).await);
    }

    accept_run_ends(&database).await.unwrap();
    host.kill().await;
    let host = Host::open(&cli).await;
    for id in open {
        let detail = run(&host, &id).await;
        assert_eq!(detail["stalled"], false, "{detail}");
        assert!(["completed", "cancelled"].contains(&detail["run"]["status"].as_str().unwrap()), "{detail}");
        assert_eq!(detail["executions"][0]["status"], "completed", "what had ended is kept: {detail}");
    }
}
