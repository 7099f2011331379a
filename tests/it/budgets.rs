//! Money, from the command line: what a run may cost, budgets, and what was spent.

use formaops_domain::Usage;
use formaops_testkit::{ChatReply, Gate, ScriptedServer};
use formaops_tests::{Cli, Host};
use serde_json::{Value, json};

/// A provider whose model `a` costs a dollar a million tokens, and says that a call had 100,000 of them.
async fn paid() -> (Cli, ScriptedServer) {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    price(&cli, "local:a").await;
    let usage = Usage { input_tokens: 50_000, output_tokens: 50_000, ..Usage::default() };
    server.script("a", ChatReply::new().text("Hi").usage(usage));
    (cli, server)
}

async fn price(cli: &Cli, model: &str) {
    let price = json!({ "input": 1_000_000_000, "output": 1_000_000_000 }).to_string();
    let facts = ["--price", &price, "--max-output-tokens", "100000"];
    cli.json(&[&["model", "update", "--model", model], &facts[..]].concat()).await;
}

fn classes(document: &Value) -> Vec<&Value> {
    let executions = document["executions"].as_array().unwrap();
    executions.iter().map(|execution| &execution["failure"]["class"]).collect()
}

#[tokio::test]
async fn a_cap_stops_the_third_call_and_the_failed_one_goes_on_once_it_is_raised() {
    let (cli, server) = paid().await;
    // A call may cost a little over $0.10 and then costs $0.10, so there is room for two.
    let done = cli.run(&["--json", "run", "greet", "-m", "local:a", "--repeats", "3", "--cap", "0.25"]).await;
    assert_eq!(done.code, Some(3), "{done:?}");
    let document = done.json();
    assert_eq!(document["run"]["progress"]["costUsd"], "0.2");
    assert_eq!(document["run"]["capUsd"], "0.25");
    let mut classes = classes(&document);
    classes.sort_by_key(|class| class.is_string());
    assert_eq!(classes, [&Value::Null, &Value::Null, &json!("over_budget")]);
    assert_eq!(server.requests().len(), 2);

    let run = document["run"]["id"].as_str().unwrap();
    let raised = cli.json(&["runs", "update", run, "--cap-usd", "0.35"]).await;
    assert_eq!(raised["capUsd"], "0.35");
    let executions = document["executions"].as_array().unwrap();
    let failed = executions.iter().find(|execution| execution["status"] == "failed").unwrap();
    let host = Host::open(&cli).await;
    let id = failed["id"].as_str().unwrap();
    let retried = host.post(&format!("/api/executions/{id}/retry"), json!({})).await.body;
    let mut events = host.events().await;
    while host.get(&format!("/api/runs/{run}")).await.body["run"]["status"] != "completed" {
        futures::StreamExt::next(&mut events).await.unwrap();
    }
    let id = retried["id"].as_str().unwrap();
    let ended = host.get(&format!("/api/executions/{id}")).await.body;
    assert_eq!(ended["execution"]["status"], "completed");
    assert_eq!(ended["attempts"][0]["reservedUsd"], "0.100013");
    assert_eq!(host.get(&format!("/api/runs/{run}")).await.body["run"]["progress"]["costUsd"], "0.3");
}

#[tokio::test]
async fn a_hard_budget_stops_every_run_and_a_soft_one_warns() {
    let (cli, server) = paid().await;
    let budget = ["budget", "create", "--scope", "provider:local", "--period", "day"];
    let hard = cli.json(&[&budget[..], &["--cap-usd", "0.25", "--kind", "hard"]].concat()).await;
    let scope = ["--scope", "prompt:greet", "--period", "month", "--cap-usd", "0.12", "--kind", "soft"];
    let soft = cli.json(&[&["budget", "create"], &scope[..]].concat()).await;
    assert_eq!(soft["promptName"], "greet");

    let first = cli.run(&["run", "greet", "-m", "local:a"]).await;
    assert_eq!(first.code, Some(0), "{first:?}");
    assert!(first.stderr.contains("warning: 80 % of the budget for prompt:prm_"), "{first:?}");
    let second = cli.run(&["run", "greet", "-m", "local:a"]).await;
    assert!(second.stderr.contains("warning: 100 % of the budget"), "{second:?}");
    assert!(second.stderr.contains("warning: 80 % of the budget for provider:local"), "{second:?}");
    let third = cli.run(&["run", "greet", "-m", "local:a"]).await;
    assert_eq!(third.code, Some(3), "{third:?}");
    assert!(
        third.stderr.contains("of the budget of $0.25 for `local` today only $0.05 is left"),
        "{third:?}"
    );
    assert_eq!(server.requests().len(), 2);

    let id = hard["id"].as_str().unwrap();
    let listed = cli.json(&["budget", "list"]).await["items"].clone();
    assert_eq!((&listed[0]["settledUsd"], &listed[0]["reservedUsd"]), (&json!("0.2"), &json!("0")));
    cli.json(&["budget", "delete", id]).await;
    assert_eq!(cli.run(&["run", "greet", "-m", "local:a"]).await.code, Some(0));
    let back = cli.json(&["budget", "undelete", id]).await;
    assert_eq!(back["settledUsd"], "0.3");
    let raised = cli.json(&["budget", "update", id, "--cap-usd", "1"]).await;
    assert_eq!((&raised["capUsd"], &raised["kind"]), (&json!("1"), &json!("hard")));

    let spent = cli.json(&["spend", "list", "--by", "model"]).await;
    assert_eq!(spent["items"][0]["key"], "local:a");
    assert_eq!((&spent["items"][0]["attempts"], &spent["items"][0]["costUsd"]), (&json!(3), &json!("0.3")));
}

#[tokio::test]
async fn after_a_kill_a_call_on_the_wire_counts_for_the_most_it_could_cost() {
    let (cli, server) = paid().await;
    price(&cli, "local:slow").await;
    let never = Gate::new();
    server.script("slow", ChatReply::new().text("first").pass(&never).text("never"));
    let budget = ["budget", "create", "--scope", "workspace", "--period", "once"];
    cli.json(&[&budget[..], &["--cap-usd", "5", "--kind", "hard"]].concat()).await;

    let owner = Host::open(&cli).await;
    let mut events = owner.events().await;
    let models = [json!({ "model": "local:slow" })];
    owner.post("/api/runs", json!({ "prompt": "greet", "models": models })).await;
    while futures::StreamExt::next(&mut events).await.unwrap()["kind"] != "execution.chunk" {}
    let before = owner.get("/api/budgets").await.body["items"][0].clone();
    assert_eq!((&before["settledUsd"], &before["reservedUsd"]), (&json!("0"), &json!("0.100013")));
    owner.kill().await;

    let next = Host::open(&cli).await;
    let after = next.get("/api/budgets").await.body["items"][0].clone();
    assert_eq!((&after["settledUsd"], &after["reservedUsd"]), (&json!("0.100013"), &json!("0")));
    let execution = next.get("/api/executions").await.body["items"][0].clone();
    assert_eq!(execution["failure"]["class"], "interrupted");
    assert_eq!(execution["metrics"]["basis"], "worst-case");
    assert_eq!(next.get("/api/spend").await.body["items"][0]["costUsd"], "0.100013");
}

#[tokio::test]
async fn what_no_budget_can_be_for_is_refused_with_the_reason() {
    let cli = Cli::new();
    let refused = async |scope: &str| {
        let rest = ["--period", "day", "--cap-usd", "1", "--kind", "hard"];
        let done = cli.run(&[&["--json", "budget", "create", "--scope", scope], &rest[..]].concat()).await;
        assert_eq!(done.code, Some(1), "{done:?}");
        done.json()["error"]["code"].as_str().unwrap().to_owned()
    };
    for (scope, code) in [
        ("everything", "invalid"),
        ("provider:gone", "not_found"),
        ("model:gone:x", "not_found"),
        ("prompt:gone", "not_found"),
    ] {
        assert_eq!(refused(scope).await, code, "{scope}");
    }
}

#[tokio::test]
async fn what_a_judge_costs_counts_for_the_cap_of_the_run_that_needs_it() {
    let (cli, server) = paid().await;
    price(&cli, "local:judge").await;
    let usage = Usage { input_tokens: 50_000, output_tokens: 50_000, ..Usage::default() };
    server.script(
        "judge",
        ChatReply::new().text(r#"{"pass": true, "score": 1, "reason": "fine"}"#).usage(usage),
    );
    let host = Host::open(&cli).await;
    let rule =
        json!({ "kind": "assertion", "type": "llm-rubric", "value": "is kind", "model": "local:judge" });
    let content = json!({
        "body": { "kind": "text", "template": "Hello" },
        "validations": [{ "name": "kind", "rule": rule }],
    });
    let made = host.post("/api/prompts", json!({ "name": "judged", "content": content })).await;
    assert_eq!(made.status, 200, "{made:?}");
    let ended = async |cap: &str| {
        let request = json!({ "prompt": "judged", "models": [{ "model": "local:a" }], "capUsd": cap });
        let started = host.post("/api/runs", request).await.body;
        let path = format!("/api/runs/{}", started["run"]["id"].as_str().unwrap());
        let mut events = host.events().await;
        loop {
            let detail = host.get(&path).await.body;
            if detail["run"]["status"] == "completed" {
                return detail;
            }
            futures::StreamExt::next(&mut events).await.unwrap();
        }
    };
    // A call may cost a little over $0.10 and then costs $0.10: with $0.15 there is no room for the judge.
    let detail = ended("0.15").await;
    let found = &detail["executions"][0]["validations"][0];
    assert_eq!((&found["verdict"], server.requests().len()), (&json!("error"), 1), "{found}");
    assert!(found["message"].as_str().unwrap().contains("of the run's cap of $0.15"), "{found}");

    let detail = ended("0.25").await;
    assert_eq!(detail["executions"][0]["validations"][0]["verdict"], "pass", "{detail}");
    let progress = &detail["run"]["progress"];
    assert_eq!((&progress["costUsd"], &progress["rulesUsd"]), (&json!("0.1"), &json!("0.1")), "{progress}");
}
