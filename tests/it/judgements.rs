//! What rules ask beyond the model itself, and what people say: vectors, web services, the best of several answers,
//! ratings, and comparisons without names.

use formaops_testkit::{ChatReply, Reply, ScriptedServer};
use formaops_tests::{Cli, Host};
use serde_json::{Value, json};

const MODEL: &str = "dry-run:echo";

async fn save(host: &Host) -> Value {
    let content = json!({
        "body": { "kind": "text", "template": "Greetings from {{city}}" },
        "variables": [
            { "name": "city", "type": "string", "required": true },
            { "name": "secret", "type": "string", "sensitive": true },
        ],
    });
    let created = host.post("/api/prompts", json!({ "name": "greet", "content": content })).await;
    assert_eq!(created.status, 200, "{created:?}");
    created.body["prompt"]["id"].clone()
}

fn assertion(rule: Value) -> Value {
    let mut rule = rule;
    rule["kind"] = "assertion".into();
    json!({ "name": rule["type"], "rule": rule })
}

/// Runs a suite of these cities on these models, and answers the run as it ended with its grid.
async fn run(
    host: &Host,
    models: &[&str],
    cities: &[&str],
    rules: Vec<Value>,
    more: Value,
) -> (Value, Value) {
    let prompt = save(host).await;
    let spec = json!({
        "prompts": [{ "promptId": prompt }],
        "models": models.iter().map(|model| json!({ "model": model })).collect::<Vec<_>>(),
        "cases": cities.iter().map(|city| json!({ "inputs": { "city": city } })).collect::<Vec<_>>(),
        "validations": rules,
    });
    let made = host.post("/api/suites", json!({ "name": "s", "spec": spec })).await;
    assert_eq!(made.status, 200, "{made:?}");
    again(host, more).await
}

/// Runs the suite once more.
async fn again(host: &Host, more: Value) -> (Value, Value) {
    let mut events = host.events().await;
    let started = host.post("/api/suites/s/runs", more).await;
    assert_eq!(started.status, 200, "{started:?}");
    let path = format!("/api/runs/{}", started.body["id"].as_str().unwrap());
    loop {
        let run = host.get(&path).await.body["run"].clone();
        if run["status"] == "completed" {
            return (run, host.get(&format!("{path}/grid")).await.body);
        }
        futures::StreamExt::next(&mut events).await.unwrap();
    }
}

fn result(grid: &Value, case: usize, column: usize) -> &Value {
    &grid["items"][case]["cells"][column]["validations"][0]
}

#[tokio::test]
async fn meanings_are_compared_by_vectors_and_what_all_are_held_against_is_asked_for_once() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    let host = Host::open(&cli).await;
    let set = host.put("/api/settings/embeddings", json!({ "value": "local:embed" })).await;
    assert_eq!(set.status, 200, "{set:?}");
    server.script("embed", Reply::status(200).json(&json!({ "data": [] })));
    let similar = json!({ "type": "similar", "value": "Greetings from Rome", "threshold": 0.9 });
    let (_, grid) = run(&host, &[MODEL], &["Rome"], vec![assertion(similar)], json!({})).await;
    // What is no vector is an error, never a pass.
    let found = result(&grid, 0, 0);
    assert_eq!(
        (&found["verdict"], &grid["items"][0]["cells"][0]["validationStatus"]),
        (&json!("error"), &json!("failed"))
    );

    let set = host.put("/api/settings/embeddings", json!({ "value": "local:letters" })).await;
    assert_eq!(set.status, 200, "{set:?}");
    let before = server.counts().received;
    let suite = host.get("/api/suites/s").await.body;
    let mut spec = suite["spec"].clone();
    spec["cases"] = json!([
        { "inputs": { "city": "Rome" } }, { "inputs": { "city": "Xyzzy xyzzy xyzzy" } }, { "inputs": { "city": "Oslo" } },
    ]);
    let put = host.put("/api/suites/s", json!({ "spec": spec })).await;
    assert_eq!(put.status, 200, "{put:?}");
    let (ended, grid) = again(&host, json!({})).await;
    let verdicts: Vec<_> = (0..3).map(|case| result(&grid, case, 0)["verdict"].clone()).collect();
    assert_eq!(verdicts, ["pass", "fail", "pass"], "{grid}");
    let asked: Vec<String> = server.requests()[before..]
        .iter()
        .flat_map(|request| request.body["input"].as_array().unwrap().clone())
        .map(|text| text.as_str().unwrap().to_owned())
        .collect();
    let references = asked.iter().filter(|text| *text == "Greetings from Rome").count();
    assert_eq!(
        (references, asked.len()),
        (1, 3),
        "the answer of the first case is the reference itself: {asked:?}"
    );
    assert!(server.last_request().path.ends_with("/v1/embeddings"));
    // It is a run of its own that no list shows, and that is recorded.
    let listed = host.get("/api/runs").await.body["items"].as_array().unwrap().len();
    assert_eq!(listed, 2, "{ended}");
}

#[tokio::test]
async fn a_web_service_is_asked_only_once_somebody_has_allowed_it_and_learns_no_sensitive_value() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    let host = Host::open(&cli).await;
    let address = server.base_url().join("/checks").unwrap();
    let webhook = json!({ "type": "webhook", "value": address });
    let secret = json!({ "sensitiveInputs": { "secret": "canary-7" } });
    let (_, grid) = run(&host, &[MODEL], &["Rome"], vec![assertion(webhook)], secret).await;
    let found = result(&grid, 0, 0);
    assert_eq!(found["verdict"], "error", "{found}");
    assert!(found["message"].as_str().unwrap().contains("nobody has allowed"), "{found}");
    assert_eq!(server.counts().received, 0);

    let plain = host.put("/api/settings/webhooks", json!({ "value": ["http://checks.example.com"] })).await;
    assert_eq!(plain.status, 422, "{plain:?}");
    let allowed = host.put("/api/settings/webhooks", json!({ "value": [address] })).await;
    assert_eq!(allowed.status, 200, "{allowed:?}");
    server.enqueue(Reply::status(200).json(&json!({ "pass": false, "score": 0.25, "reason": "too short" })));
    let secret = json!({ "sensitiveInputs": { "secret": "canary-7" } });
    let (_, grid) = again(&host, secret).await;
    let found = result(&grid, 0, 0);
    assert_eq!(
        (&found["verdict"], &found["score"], &found["message"]),
        (&json!("fail"), &json!(0.25), &json!("too short"))
    );
    let sent = server.last_request();
    assert_eq!((sent.method.as_str(), sent.path.as_str()), ("POST", "/checks"));
    assert_eq!(sent.body["output"], "Greetings from Rome");
    assert_eq!(sent.body["context"]["vars"]["city"], "Rome");
    assert!(!sent.body.to_string().contains("canary"), "{}", sent.body);
    let egress = host.get("/api/egress").await.body;
    assert_eq!(egress["items"][0]["purpose"], "webhook", "{egress}");

    // It follows nothing, and whatever goes wrong is no pass.
    for (reply, word) in [
        (Reply::redirect("http://127.0.0.1:1/"), "not followed"),
        (Reply::status(500), "status 500"),
        (Reply::html(200, "<p>no</p>"), "JSON"),
        (Reply::status(200).json(&json!({ "ok": true })), "`pass`"),
    ] {
        server.enqueue(reply);
        let (_, grid) = again(&host, json!({})).await;
        let found = result(&grid, 0, 0);
        assert_eq!(found["verdict"], "error", "{found}");
        assert!(found["message"].as_str().unwrap().contains(word), "{word}: {found}");
    }
}

#[tokio::test]
async fn the_best_of_the_columns_passes_and_eval_waits_for_that() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    let host = Host::open(&cli).await;
    server.script("short", ChatReply::new().text("Hi"));
    server.script("judge", ChatReply::new().text(r#"{"reason": "it is brief", "best": 1}"#));
    let best = json!({ "type": "select-best", "value": "the shortest", "model": "local:judge" });
    let said = json!({ "type": "word-count", "value": { "min": 1 } });
    let rules = vec![assertion(best), assertion(said)];
    let (ended, grid) = run(&host, &[MODEL, "local:short"], &["Rome", "Oslo"], rules, json!({})).await;
    for case in 0..2 {
        let [first, second] = [0, 1].map(|column| &grid["items"][case]["cells"][column]);
        assert_eq!(
            [&first["validationStatus"], &second["validationStatus"]],
            [&json!("failed"), &json!("passed")],
            "{grid}"
        );
        // What comes last stands behind what was known at once.
        let [said, best] = [0, 1].map(|at| &second["validations"][at]);
        assert_eq!((&said["name"], &said["verdict"]), (&json!("word-count"), &json!("pass")));
        assert_eq!(best["message"], "the judge chose this answer: it is brief");
    }
    let id = ended["id"].as_str().unwrap();
    let summary = host.get(&format!("/api/runs/{id}/summary")).await.body;
    assert_eq!(
        (&summary["columns"][0]["passRate"], &summary["columns"][1]["passRate"]),
        (&json!(0.0), &json!(1.0))
    );
    let failing = host.get(&format!("/api/runs/{id}/grid?mark=failing")).await.body;
    assert_eq!(failing["items"].as_array().unwrap().len(), 2);

    let done = cli.run(&["eval", "s", "--fail-on", "never"]).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stdout.contains("2 of 4 cells passed"), "{done:?}");
}

#[tokio::test]
async fn a_rule_that_compares_answers_is_refused_where_it_could_not_be_decided() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    let best = json!({ "kind": "assertion", "type": "select-best", "value": "the best" });
    for (rule, path) in [
        (
            json!({ "name": "x", "rule": { "kind": "assertion", "type": "not-select-best", "value": "y" } }),
            "rule.type",
        ),
        (json!({ "name": "x", "phase": "before", "rule": best }), "phase"),
        (json!({ "name": "x", "onFailure": { "action": "retry", "times": 1 }, "rule": best }), "onFailure"),
        (
            json!({ "name": "x", "rule": { "kind": "assertion", "type": "assert-set", "assert": [
                { "name": "y", "rule": best }] } }),
            "rule.assert[0].rule.type",
        ),
    ] {
        let refused =
            host.post("/api/suites", json!({ "name": "t", "spec": { "validations": [rule] } })).await;
        assert_eq!(refused.status, 422, "{refused:?}");
        assert!(refused.body.to_string().contains(path), "{path}: {refused:?}");
    }
}

#[tokio::test]
async fn what_people_say_stands_beside_what_rules_say_and_the_trail_tells_what_was_said_before() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    let contains = json!({ "type": "contains", "value": "Oslo" });
    let (ended, grid) = run(&host, &[MODEL], &["Rome", "Oslo"], vec![assertion(contains)], json!({})).await;
    let run = ended["id"].as_str().unwrap();
    let execution = grid["items"][0]["cells"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/executions/{execution}/rating");
    for (rating, field) in [
        (json!({}), "verdict"),
        (json!({ "score": 1.5 }), "score"),
        (json!({ "note": "x".repeat(4_001) }), "note"),
    ] {
        let refused = host.put(&path, rating).await;
        assert_eq!((refused.status, &refused.body["at"]["path"]), (422, &json!(field)), "{refused:?}");
    }
    let said = host.put(&path, json!({ "verdict": "fail", "note": "dull" })).await;
    assert_eq!(said.status, 200, "{said:?}");
    let changed = host.put(&path, json!({ "verdict": "pass", "score": 0.5, "note": "=fine" })).await;
    assert_eq!(changed.body["createdAt"], said.body["createdAt"], "{changed:?}");

    let rows = async |mark: &str| {
        let grid = host.get(&format!("/api/runs/{run}/grid?mark={mark}")).await.body;
        let items = grid["items"].as_array().unwrap().clone();
        items.iter().map(|row| row["case"]["inputs"]["city"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((rows("rated").await, rows("unrated").await), (vec![json!("Rome")], vec![json!("Oslo")]));
    // It decides nothing: the rule still says that the answer does not hold.
    assert_eq!(rows("failing").await, ["Rome"]);
    let summary = host.get(&format!("/api/runs/{run}/summary")).await.body;
    assert_eq!(summary["ratings"], json!([{ "rated": 1, "passed": 1, "failed": 0, "score": 0.5 }]));
    assert_eq!(summary["columns"][0]["passRate"], 0.5);
    let trail = host.get("/api/audit").await.body;
    let told: Vec<_> = trail["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["action"].as_str().unwrap())
        .filter(|action| action.starts_with("rating."))
        .collect();
    assert_eq!(told, ["rating.update", "rating.create"]);

    let folder = cli.file("here", "");
    let [csv, html, md, jsonl] =
        ["r.csv", "r.html", "r.md", "r.jsonl"].map(|name| folder.replace("here", name));
    let done = cli.run(&["report", run, "-o", &csv, "-o", &html, "-o", &md, "-o", &jsonl]).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    assert!(read(&csv).contains("pass, 0.50, =fine"), "{}", read(&csv));
    assert!(read(&html).contains("people say 1 pass, 0 fail of 1 ratings"), "{}", read(&html));
    assert!(read(&md).contains("people say 1 pass"), "{}", read(&md));
    assert!(read(&jsonl).contains(r#""note":"=fine""#), "{}", read(&jsonl));

    let taken = cli.run(&["rating", "delete", &execution]).await;
    assert_eq!(taken.code, Some(0), "{taken:?}");
    assert_eq!(host.get(&format!("/api/runs/{run}/ratings")).await.body["ratings"], json!([]));
    assert_eq!(rows("rated").await, Vec::<Value>::new());
}

#[tokio::test]
async fn two_columns_are_compared_without_their_names_and_the_outcome_is_that_of_the_columns() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    let host = Host::open(&cli).await;
    server.script("short", ChatReply::new().text("Hi"));
    let cities = ["Rome", "Oslo", "Bonn", "Kyiv", "Lima", "Riga", "Bern", "Cork"];
    let (ended, grid) = run(&host, &[MODEL, "local:short"], &cities, Vec::new(), json!({})).await;
    let path = format!("/api/runs/{}/blind", ended["id"].as_str().unwrap());
    let pairs = async |seed: u32| {
        let listed = host.get(&format!("{path}?one=0&other=1&seed={seed}")).await;
        assert_eq!((listed.status, &listed.body["total"]), (200, &json!(8)), "{listed:?}");
        listed.body["pairs"].as_array().unwrap().clone()
    };
    let (first, same, other) = (pairs(1).await, pairs(1).await, pairs(2).await);
    assert_eq!(first, same);
    let order = |pairs: &[Value]| pairs.iter().map(|pair| pair["case"].clone()).collect::<Vec<_>>();
    assert_ne!(order(&first), order(&other));
    assert!(!first[0].to_string().contains("local:short"), "{}", first[0]);

    // The second column is preferred wherever it stands, but for one case.
    let is_second =
        |id: &Value| grid["items"].as_array().unwrap().iter().any(|row| row["cells"][1]["id"] == *id);
    for (at, pair) in first.iter().enumerate() {
        let is_left = is_second(&pair["left"]);
        let choice = match (at, is_left) {
            (0, _) => "same",
            (_, true) => "left",
            (_, false) => "right",
        };
        let body = json!({ "left": pair["left"], "right": pair["right"], "choice": choice });
        let put = host.put(&path, body).await;
        assert_eq!((put.status, &put.body["choice"]), (200, &json!(choice)), "{put:?}");
    }
    let mut lefts = 0;
    for seed in 1..=8 {
        lefts += pairs(seed).await.iter().filter(|pair| is_second(&pair["left"])).count();
    }
    assert!((1..64).contains(&lefts), "sides are drawn: {lefts} of 64");
    let outcome = host.get(&format!("{path}/outcome?one=0&other=1")).await.body;
    assert_eq!(
        (&outcome["liking"]["one"], &outcome["liking"]["other"], &outcome["liking"]["same"]),
        (&json!(0), &json!(7), &json!(1)),
        "{outcome}"
    );
    assert!(outcome["liking"]["words"].as_str().unwrap().contains("unlikely to be chance"), "{outcome}");
    assert!(outcome["other"].as_str().unwrap().contains("local:short"), "{outcome}");

    // Taken back, it counts no more; and what was said is shown by its side, whatever the order.
    let body = json!({ "left": first[1]["left"], "right": first[1]["right"] });
    assert_eq!(host.put(&path, body).await.status, 200);
    let outcome = host.get(&format!("{path}/outcome?one=1&other=0")).await.body;
    assert_eq!((&outcome["liking"]["other"], &outcome["leftOver"]), (&json!(6), &json!(1)), "{outcome}");
    for pair in pairs(2).await.iter().filter(|pair| pair["choice"] == "left") {
        assert!(is_second(&pair["left"]), "{pair}");
    }
    let strange = json!({ "left": first[0]["left"], "right": first[1]["right"], "choice": "left" });
    assert_eq!(host.put(&path, strange).await.status, 422);
    assert_eq!(host.get(&format!("{path}?one=0&other=7")).await.status, 422);
}

#[tokio::test]
async fn a_judge_is_as_urgent_as_the_run_that_needs_it() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    server.script("judge", ChatReply::new().text(r#"{"pass": true, "score": 1, "reason": "fine"}"#));
    let host = Host::open(&cli).await;
    let rubric = json!({ "type": "llm-rubric", "value": "is kind", "model": "local:judge" });
    let content =
        json!({ "body": { "kind": "text", "template": "Hello" }, "validations": [assertion(rubric)] });
    assert_eq!(host.post("/api/prompts", json!({ "name": "judged", "content": content })).await.status, 200);
    let done = cli.run(&["run", "judged", "-m", MODEL, "--priority", "high"]).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    let sent = host.get("/api/egress").await.body["items"].clone();
    let asked = sent[0]["executionId"].as_str().unwrap();
    let judge = host.get(&format!("/api/executions/{asked}")).await.body;
    let run = judge["execution"]["runId"].as_str().unwrap();
    assert_eq!(host.get(&format!("/api/runs/{run}")).await.body["run"]["priority"], "high", "{judge}");
}
