//! Suites over the command line and HTTP: planned, run, looked through, compared with their baseline.

use formaops_testkit::{ChatReply, Gate, ScriptedServer};
use formaops_tests::{Cli, Host};
use serde_json::{Value, json};

/// The dry-run provider answers with the rendered prompt.
const MODEL: &str = "dry-run:echo";

async fn save(host: &Host, name: &str, template: &str) -> Value {
    let content = json!({
        "body": { "kind": "text", "template": template },
        "variables": [{ "name": "city", "type": "string", "required": true }],
    });
    let created = host.post("/api/prompts", json!({ "name": name, "content": content })).await;
    assert_eq!(created.status, 200, "{created:?}");
    created.body
}

fn case(city: &str, expected: &str) -> Value {
    let rule = json!({ "kind": "assertion", "type": "contains", "value": expected });
    json!({ "inputs": { "city": city }, "validations": [{ "name": "says it", "rule": rule }] })
}

fn city(row: &Value) -> &Value {
    &row["case"]["inputs"]["city"]
}

async fn ended(host: &Host, started: &Value) -> Value {
    let mut events = host.events().await;
    let path = format!("/api/runs/{}", started["id"].as_str().unwrap());
    loop {
        let run = host.get(&path).await.body["run"].clone();
        if run["status"] == "completed" {
            return run;
        }
        futures::StreamExt::next(&mut events).await.unwrap();
    }
}

#[tokio::test]
async fn a_suite_is_planned_run_and_compared_with_its_baseline() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    let prompt = save(&host, "travel/greet", "Greetings from {{city}}").await;
    let long =
        json!({ "name": "long", "rule": { "kind": "function", "source": "(output) => output.length > 10" } });
    let spec = json!({
        "prompts": [{ "promptId": prompt["prompt"]["id"] }],
        "models": [{ "model": MODEL }],
        "cases": [
            case("Rome", "Dear reader, Greetings from Rome!"),
            case("Oslo", "Bergen"),
            case("Bonn", "Greetings"),
        ],
        "validations": [long],
        "thresholds": { "passRate": 0.6 },
    });
    let mut spec = spec;
    spec["cases"][0]["prefix"] = "Dear reader, ".into();
    spec["cases"][0]["suffix"] = "!".into();
    let suite = host.post("/api/suites", json!({ "name": "travel", "spec": spec })).await;
    assert_eq!(suite.status, 200, "{suite:?}");

    let plan = host.post("/api/suites/travel/plan", json!({ "repeats": 2 })).await;
    let counts = ["cases", "repeats", "executions"].map(|name| plan.body[name].as_u64());
    assert_eq!((plan.status, counts), (200, [Some(3), Some(2), Some(6)]), "{plan:?}");
    assert_eq!((&plan.body["worstUsd"], &plan.body["estimateUsd"]), (&json!("0"), &json!("0")));

    let started = host.post("/api/suites/travel/runs", json!({})).await;
    assert_eq!(started.status, 200, "{started:?}");
    let first = ended(&host, &started.body).await;
    assert_eq!((&first["kind"], &first["progress"]["completed"]), (&json!("suite"), &json!(3)));
    let id = first["id"].as_str().unwrap();

    let grid = host.get(&format!("/api/runs/{id}/grid")).await;
    let row = |at: usize| &grid.body["items"][at];
    let status = |at: usize| row(at)["cells"][0]["validationStatus"].as_str().unwrap();
    assert_eq!([status(0), status(1), status(2)], ["passed", "failed", "passed"], "{grid:?}");
    assert_eq!(row(1)["case"]["inputs"]["city"], "Oslo");
    let names: Vec<_> =
        row(1)["cells"][0]["validations"].as_array().unwrap().iter().map(|result| &result["name"]).collect();
    assert_eq!(names, ["long", "says it"]);

    let failing = host.get(&format!("/api/runs/{id}/grid?mark=failing")).await;
    let cities: Vec<_> = failing.body["items"].as_array().unwrap().iter().map(city).collect();
    assert_eq!(cities, ["Oslo"]);
    let summary = host.get(&format!("/api/runs/{id}/summary")).await;
    assert_eq!(summary.body["thresholds"][0]["reached"], true, "{summary:?}");

    // The prompt is changed for the worse, and the next run says so.
    let baseline = host.put("/api/suites/travel/baseline", json!({ "run": id })).await;
    assert_eq!((baseline.status, &baseline.body["baseline"]), (200, &json!(id)), "{baseline:?}");
    let content = json!({
        "body": { "kind": "text", "template": "Hello from {{city}}" },
        "variables": [{ "name": "city", "type": "string", "required": true }],
    });
    let path = format!("/api/prompts/{}/versions", prompt["prompt"]["id"].as_str().unwrap());
    let saved = host.post(&path, json!({ "content": content, "note": "shorter" })).await;
    assert_eq!(saved.status, 200, "{saved:?}");
    let second = ended(&host, &host.post("/api/suites/travel/runs", json!({})).await.body).await;
    assert_eq!(second["suite"]["baseline"], id);
    let second = second["id"].as_str().unwrap();
    let regressed = host.get(&format!("/api/runs/{second}/grid?mark=regressed")).await;
    let cities: Vec<_> = regressed.body["items"].as_array().unwrap().iter().map(city).collect();
    assert_eq!(cities, ["Rome", "Bonn"]);
    let compared = host.get(&format!("/api/runs/{second}/comparison")).await;
    let column = &compared.body["columns"][0]["comparison"];
    assert_eq!((&column["regressed"], &column["improved"]), (&json!([0, 2]), &json!([])), "{compared:?}");
    assert!(column["words"].as_str().unwrap().contains("worse on 2"), "{column}");
    let summary = host.get(&format!("/api/runs/{second}/summary")).await;
    assert_eq!(summary.body["thresholds"][0]["reached"], false, "{summary:?}");

    // Only what failed is run again: the change for the worse, and what never held.
    let plan = host.post("/api/suites/travel/plan", json!({ "cases": { "failingIn": second } })).await;
    assert_eq!(plan.body["executions"], 3, "{plan:?}");
}

#[tokio::test]
async fn what_cannot_be_run_is_told_with_its_case_before_anything_is_sent() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    let prompt = save(&host, "greet", "Greetings from {{city}}").await;
    let spec = json!({
        "prompts": [{ "promptId": prompt["prompt"]["id"] }],
        "models": [{ "model": MODEL }],
        "cases": [{ "inputs": { "city": "Rome" } }, { "name": "nowhere", "inputs": {} }],
    });
    host.post("/api/suites", json!({ "name": "s", "spec": spec })).await;
    let refused = host.post("/api/suites/s/runs", json!({})).await;
    assert_eq!(
        (refused.status, &refused.body["at"]["path"]),
        (422, &json!("cases[1].inputs.city")),
        "{refused:?}"
    );
    assert!(refused.body["message"].as_str().unwrap().contains("case 2 (`nowhere`)"), "{refused:?}");
    assert_eq!(host.get("/api/runs").await.body["items"], json!([]));

    let wrong = json!({ "name": "t", "spec": { "validations": [
        { "name": "x", "rule": { "kind": "assertion", "type": "contians", "value": "a" } }
    ] } });
    let refused = host.post("/api/suites", wrong).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert!(refused.body["hint"].as_str().unwrap().contains("`contains`"), "{refused:?}");
}

#[tokio::test]
async fn a_judge_is_a_run_of_its_own_that_no_list_shows_and_its_failure_never_passes() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    let prompt = save(&host, "greet", "Greetings from {{city}}").await;
    let judged = json!({ "name": "friendly", "rule": {
        "kind": "assertion", "type": "llm-rubric", "value": "is friendly", "model": MODEL,
    } });
    let spec = json!({
        "prompts": [{ "promptId": prompt["prompt"]["id"] }],
        "models": [{ "model": MODEL }],
        "cases": [{ "inputs": { "city": "Rome" } }],
        "validations": [judged],
    });
    host.post("/api/suites", json!({ "name": "s", "spec": spec })).await;
    let run = ended(&host, &host.post("/api/suites/s/runs", json!({})).await.body).await;
    let id = run["id"].as_str().unwrap();
    let grid = host.get(&format!("/api/runs/{id}/grid")).await;
    let cell = &grid.body["items"][0]["cells"][0];
    // The dry-run model answers with the question, which is no verdict.
    assert_eq!(
        (&cell["status"], &cell["validationStatus"]),
        (&json!("completed"), &json!("failed")),
        "{cell}"
    );
    assert_eq!(cell["validations"][0]["verdict"], "error", "{cell}");
    let listed = host.get("/api/runs").await;
    let ids: Vec<_> = listed.body["items"].as_array().unwrap().iter().map(|run| run["id"].clone()).collect();
    assert_eq!(ids, [json!(id)]);
    let prompts = host.get("/api/prompts").await;
    assert!(!prompts.body.to_string().contains("formaops/judge"), "{prompts:?}");
}

#[tokio::test]
async fn a_judge_that_nobody_waits_for_any_more_is_not_paid_for_longer() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    let host = Host::open(&cli).await;
    let prompt = save(&host, "greet", "Greetings from {{city}}").await;
    let never = Gate::new();
    server.script("judge", ChatReply::new().pass(&never).text("{}"));
    let judged = json!({ "name": "friendly", "rule": {
        "kind": "assertion", "type": "llm-rubric", "value": "is friendly", "model": "local:judge",
    } });
    let spec = json!({
        "prompts": [{ "promptId": prompt["prompt"]["id"] }],
        "models": [{ "model": MODEL }],
        "cases": [{ "inputs": { "city": "Rome" } }],
        "validations": [judged],
    });
    host.post("/api/suites", json!({ "name": "s", "spec": spec })).await;
    let run = host.post("/api/suites/s/runs", json!({})).await.body;
    server.wait_for(|counts| counts.in_flight == 1).await;
    let cancelled = host.post(&format!("/api/runs/{}/cancel", run["id"].as_str().unwrap()), json!({})).await;
    assert_eq!(cancelled.status, 200, "{cancelled:?}");
    server.wait_for(|counts| counts.in_flight == 0).await;
    assert_eq!(server.counts().received, 1);
}

#[tokio::test]
async fn eval_writes_reports_and_says_by_its_exit_code_whether_a_suite_may_pass() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    let prompt = save(&host, "greet", "Greetings from {{city}}").await;
    let spec = json!({
        "prompts": [{ "promptId": prompt["prompt"]["id"] }],
        "models": [{ "model": MODEL }],
        "cases": [case("Rome", "Rome"), case("=1+1<b>", "Oslo")],
        "thresholds": { "passRate": 0.5 },
    });
    host.post("/api/suites", json!({ "name": "s", "spec": spec })).await;
    let folder = cli.file("here", "");
    let report = |name: &str| folder.replace("here", name);
    let [xml, csv, html] = ["r.xml", "r.csv", "r.html"].map(report);
    let done = cli.run(&["eval", "s", "-o", &xml, "-o", &csv, "-o", &html]).await;
    assert_eq!(done.code, Some(100), "{done:?}");
    assert!(done.stdout.contains("1 of 2 cells passed"), "{done:?}");
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    assert!(read(&xml).contains("<failure message=\"says it: "), "{}", read(&xml));
    assert!(read(&html).contains("from =1+1&lt;b&gt;") && !read(&html).contains("<b>Oslo"));
    assert!(read(&csv).contains("case 2,greet@v1 on dry-run:echo,1,false"), "{}", read(&csv));

    // What is missed counts, not what fails, where that is asked for; and nothing is run for a file of no format.
    assert_eq!(cli.run(&["eval", "s", "--fail-on", "threshold"]).await.code, Some(0));
    let runs = host.get("/api/runs").await.body["items"].as_array().unwrap().len();
    let refused = cli.run(&["eval", "s", "-o", &report("r.docx")]).await;
    assert_eq!((refused.code, refused.stderr.contains("r.docx")), (Some(1), true), "{refused:?}");
    assert_eq!(host.get("/api/runs").await.body["items"].as_array().unwrap().len(), runs);
}

#[tokio::test]
async fn a_run_that_is_to_stop_when_decided_leaves_out_the_rest_and_says_how_sure_it_is() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    let host = Host::open(&cli).await;
    let prompt = save(&host, "greet", "Greetings from {{city}}").await;
    let cases: Vec<_> = (0..40).map(|number| case(&format!("City {number}"), "yes")).collect();
    let spec = json!({
        "prompts": [{ "promptId": prompt["prompt"]["id"] }],
        "models": [{ "model": "local:m" }],
        "cases": cases,
    });
    host.post("/api/suites", json!({ "name": "s", "spec": spec })).await;
    let nothing = host.post("/api/suites/s/runs", json!({ "stopWhenDecided": true })).await;
    assert_eq!(nothing.status, 422, "{nothing:?}");
    (0..40).for_each(|_| server.enqueue(ChatReply::new().text("no")));
    let first = ended(&host, &host.post("/api/suites/s/runs", json!({})).await.body).await;
    host.put("/api/suites/s/baseline", json!({ "run": first["id"] })).await;

    // Eight cases that became better decide it, with one chance in twenty to be wrong; the ninth is on the wire by then.
    let eight_and_a_held_one = || {
        (0..8).for_each(|_| server.enqueue(ChatReply::new().text("yes")));
        let gate = Gate::new();
        server.enqueue(ChatReply::new().pass(&gate).text("yes"));
        gate
    };
    let gate = eight_and_a_held_one();
    let request = json!({ "stopWhenDecided": true, "concurrency": 1 });
    let started = host.post("/api/suites/s/runs", request).await.body;
    let path = format!("/api/runs/{}", started["id"].as_str().unwrap());
    let mut events = host.events().await;
    while host.get(&path).await.body["run"]["suite"]["stopped"].is_null() {
        futures::StreamExt::next(&mut events).await.unwrap();
    }
    gate.open();
    let run = ended(&host, &started).await;
    let counts = ["completed", "cancelled", "failed"].map(|name| run["progress"][name].as_u64().unwrap());
    assert_eq!(counts, [9, 31, 0], "{run}");
    let stopped = &run["suite"]["stopped"];
    assert_eq!((&stopped["cases"], &stopped["alpha"]), (&json!(8), &json!(0.05)));
    assert_eq!(
        (&stopped["columns"][0]["variant"], &stopped["columns"][0]["better"]),
        (&json!(0), &json!(true))
    );
    let p = stopped["columns"][0]["p"].as_f64().unwrap();
    assert!((p - 9.0 / 256.0).abs() < 1e-12, "{p}");
    let compared = host.get(&format!("{path}/comparison")).await;
    assert_eq!(&compared.body["stopped"], stopped);
    let last = host.get(&format!("{path}/grid?limit=1&sort=case&descending=true")).await.body;
    assert_eq!(last["items"][0]["cells"][0]["status"], "cancelled", "{last}");

    let gate = eight_and_a_held_one();
    let let_the_ninth_go = async {
        let newest = async || host.get("/api/runs?suite=s&limit=1").await.body["items"][0].clone();
        loop {
            let run = newest().await;
            if run["id"] != started["id"] && !run["suite"]["stopped"].is_null() {
                return gate.open();
            }
            futures::StreamExt::next(&mut events).await.unwrap();
        }
    };
    let report = cli.file("report.md", "");
    let arguments = ["eval", "s", "--stop-when-decided", "-j", "1", "-o", report.as_str()];
    let eval = cli.run(&arguments);
    let (told, ()) = tokio::join!(eval, let_the_ninth_go);
    assert_eq!(told.code, Some(0), "what was left out counts for nothing: {told:?}");
    assert!(told.stdout.contains("stopped early after 8 of 40 cases"), "{told:?}");
    assert!(told.stdout.contains("9 of 9 cells passed"), "{told:?}");
    let report = std::fs::read_to_string(&report).unwrap();
    assert!(report.contains("stopped early after 8 of 40 cases"), "{report}");
    assert!(report.ends_with("### What did not pass\n\n"), "what was left out did not fail: {report}");
}

#[tokio::test]
async fn the_runs_of_a_suite_are_listed_by_it_and_its_figures_are_of_all_cells() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    let prompt = save(&host, "greet", "Greetings from {{city}}").await;
    for (suite, cities) in [("small", vec!["Rome"]), ("large", vec!["Oslo", "Bonn"])] {
        let cases: Vec<_> = cities.iter().map(|city| json!({ "inputs": { "city": city } })).collect();
        let models = json!([{ "model": MODEL }]);
        let spec =
            json!({ "prompts": [{ "promptId": prompt["prompt"]["id"] }], "models": models, "cases": cases });
        host.post("/api/suites", json!({ "name": suite, "spec": spec })).await;
    }
    let small = ended(&host, &host.post("/api/suites/small/runs", json!({})).await.body).await;
    let large = ended(&host, &host.post("/api/suites/large/runs", json!({})).await.body).await;

    let listed = async |filter: &str| -> Vec<Value> {
        let page = host.get(&format!("/api/runs?{filter}")).await.body;
        page["items"].as_array().unwrap().iter().map(|run| run["id"].clone()).collect()
    };
    assert_eq!(listed("suite=small").await, [small["id"].clone()]);
    assert_eq!(listed("suite=large&status=completed&prompt=greet").await, [large["id"].clone()]);
    assert_eq!(listed("suite=large&status=running").await, Vec::<Value>::new());
    assert_eq!(listed("suite=small&text=rome").await, [small["id"].clone()]);
    assert_eq!(listed("suite=large&text=rome").await, Vec::<Value>::new());
    let summary = host.get(&format!("/api/runs/{}/summary", large["id"].as_str().unwrap())).await.body;
    assert_eq!((&summary["cells"]["ended"], &summary["columnCells"][0]["ended"]), (&json!(2), &json!(2)));
    assert_eq!(summary["columns"][0]["cases"], 2);
}
