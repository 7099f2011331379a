//! What models answered once is replayed without them, and graded again by other rules.

use crate::secrets::shows;
use formaops_testkit::{ChatReply, ScriptedServer};
use formaops_tests::{Cli, Host};
use serde_json::{Value, json};

const KEY: &str = "sk-canary-0123456789abcdef";
const JUDGED: &str = r#"{"pass": true, "score": 1, "reason": "it is polite"}"#;

/// A prompt and a suite of two cases: one rule looks at the answer, one at the time it took, and a model judges.
async fn add_suite(cli: &Cli, address: &str, template: &str) {
    let keyed = ["--kind", "openai-chat", "--base-url", address, "--key-env", "CANARY_API_KEY"];
    cli.json(&[&["provider", "create", "--name", "keyed"], &keyed[..]].concat()).await;
    let content = json!({
        "body": { "kind": "text", "template": template },
        "variables": [{ "name": "city", "type": "string", "required": true }],
    });
    let made = cli.json(&["prompt", "create", "--name", "greet", "--content", &content.to_string()]).await;
    let assertion = |name: &str, assertion: Value| {
        let mut rule = json!({ "kind": "assertion" });
        rule.as_object_mut().unwrap().extend(assertion.as_object().unwrap().clone());
        json!({ "name": name, "rule": rule })
    };
    let spec = json!({
        "prompts": [{ "promptId": made["prompt"]["id"] }],
        "models": [{ "model": "keyed:poet" }],
        "cases": [{ "inputs": { "city": "Rome" } }, { "inputs": { "city": "Oslo" } }],
        "repeats": 2,
        "validations": [
            assertion("says first", json!({ "type": "contains", "value": "first" })),
            assertion("in time", json!({ "type": "latency", "threshold": 60_000 })),
            assertion("polite", json!({ "type": "llm-rubric", "value": "is polite", "model": "keyed:judge" })),
        ],
    });
    cli.json(&["suite", "create", "--name", "s", "--spec", &spec.to_string()]).await;
}

/// What came of each cell: all that a replay must give again.
async fn cells(cli: &Cli, run: &str) -> Vec<Value> {
    let grid = cli.json(&["grid", "list", run]).await;
    let rows = grid["items"].as_array().unwrap().iter();
    let cells = rows.flat_map(|row| row["cells"].as_array().unwrap().clone());
    let told = |cell: Value| {
        json!({
            "place": [cell["case"], cell["repeat"]],
            "answer": cell["preview"],
            "finish": cell["finish"],
            "latency": cell["metrics"]["latencyMs"],
            "firstToken": cell["metrics"]["firstTokenMs"],
            "tokens": cell["metrics"]["tokenUsage"],
            "status": cell["validationStatus"],
            "verdicts": cell["validations"],
        })
    };
    cells.map(told).collect()
}

fn run_of(evaluated: &Value) -> String {
    evaluated["run"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_suite_is_evaluated_offline_from_a_file_of_recordings_with_the_same_verdicts() {
    let server = ScriptedServer::start().await;
    let address = server.base_url().to_string();
    let cli = Cli::new().with_env("CANARY_API_KEY", KEY);
    add_suite(&cli, &address, "Greetings from {{city}}").await;
    // Each repeat is answered otherwise, and one answer spells the key in pieces.
    let (begin, rest) = KEY.split_at(9);
    server.script("judge", ChatReply::new().text(JUDGED));
    for answer in [
        ["the first", " of", " Rome"],
        ["the", " second", ""],
        ["the first ", begin, rest],
        ["no", " more", ""],
    ] {
        server.script("poet", ChatReply::new().texts(answer));
    }
    let evaluated = cli.run(&["--json", "eval", "s", "-j", "1"]).await;
    assert_eq!(evaluated.code, Some(100), "{evaluated:?}");
    let run = run_of(&evaluated.json());
    let recorded = cells(&cli, &run).await;
    let status: Vec<_> = recorded.iter().map(|cell| cell["status"].as_str().unwrap()).collect();
    assert_eq!(status, ["passed", "failed", "passed", "failed"], "{recorded:?}");

    let file = cli.file("recordings.jsonl", "");
    let exported = cli.json(&["recording", "export", &run, "-o", &file]).await;
    assert_eq!(exported["recordings"], 8, "four answers and four judgements");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!shows(&text, KEY), "the key is in the file");
    assert!(text.starts_with(r#"{"kind":"formaops-recordings","version":1,"#), "{:?}", text.lines().next());
    drop(server);

    // Elsewhere, with no key and no server.
    let other = Cli::new();
    add_suite(&other, &address, "Greetings from {{city}}").await;
    let replayed = other.run(&["--json", "eval", "s", "--replay", &file]).await;
    assert_eq!(replayed.code, Some(100), "{replayed:?}");
    let replayed = replayed.json();
    assert_eq!((&replayed["run"]["replay"], &replayed["failing"]), (&json!("only"), &json!(2)));
    assert_eq!(cells(&other, &run_of(&replayed)).await, recorded);
    assert_eq!(other.json(&["egress", "list"]).await["items"], json!([]));

    // What a replay has answered can be exported like what it was answered from.
    let again = other.file("again.jsonl", "");
    other.json(&["recording", "export", &run_of(&replayed), "-o", &again]).await;
    let lines = |text: &str| {
        let mut lines: Vec<_> = text.lines().skip(1).map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(lines(&std::fs::read_to_string(&again).unwrap()), lines(&text));

    // What is sent now was never recorded, and nothing is sent to find out.
    let changed = Cli::new();
    add_suite(&changed, &address, "Best wishes from {{city}}").await;
    let missing = changed.run(&["--json", "eval", "s", "--replay", &file]).await;
    assert_eq!(missing.code, Some(100), "{missing:?}");
    let run = run_of(&missing.json());
    let grid = changed.json(&["grid", "list", &run]).await;
    let cell = &grid["items"][0]["cells"][0];
    assert_eq!(
        (&cell["status"], &cell["failure"]["class"]),
        (&json!("failed"), &json!("not_recorded")),
        "{cell}"
    );
    assert_eq!(changed.json(&["egress", "list"]).await["items"], json!([]));
}

#[tokio::test]
async fn what_is_no_file_of_recordings_is_refused_with_its_line() {
    let cli = Cli::new();
    for (text, told) in [
        ("", "line 1: it is not the beginning"),
        ("{\"kind\":\"formaops-recordings\",\"version\":2}\n", "line 1: its format is version 2"),
        ("{\"kind\":\"formaops-recordings\",\"version\":1}\n{\"repeat\":0}\n", "line 2: it is no recording"),
    ] {
        let file = cli.file("r.jsonl", text);
        let refused = cli.run(&["recording", "import", &file]).await;
        assert_eq!((refused.code, refused.stderr.contains(told)), (Some(1), true), "{refused:?}");
    }
}

/// The verdicts of a run, cell by cell, with what each rule says.
async fn verdicts(host: &Host, run: &str) -> Vec<(String, Vec<Value>)> {
    let grid = host.get(&format!("/api/runs/{run}/grid")).await;
    let rows = grid.body["items"].as_array().unwrap().iter();
    let verdict = |cell: &Value| {
        let results = cell["validations"].as_array().unwrap().iter();
        let results = results.map(|result| json!([result["name"], result["verdict"]])).collect();
        (cell["validationStatus"].as_str().unwrap().to_owned(), results)
    };
    rows.flat_map(|row| row["cells"].as_array().unwrap()).map(verdict).collect()
}

#[tokio::test]
async fn answers_are_graded_again_by_other_rules_and_the_run_before_stays_as_it_was() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    let content = |rules: Value| {
        json!({
            "body": { "kind": "text", "template": "Greetings from {{city}}" },
            "variables": [{ "name": "city", "type": "string", "required": true }],
            "validations": rules,
        })
    };
    let pattern =
        |name: &str, pattern: &str| json!({ "name": name, "rule": { "kind": "regex", "pattern": pattern } });
    let says = |word: &str| json!({ "name": "case", "rule": { "kind": "assertion", "type": "contains", "value": word } });
    let made = host
        .post(
            "/api/prompts",
            json!({ "name": "greet", "content": content(json!([pattern("prompt", "Greetings")])) }),
        )
        .await;
    let prompt = made.body["prompt"]["id"].as_str().unwrap();
    let spec = |rules: Value, word: &str| {
        json!({
            "prompts": [{ "promptId": prompt }],
            "models": [{ "model": "dry-run:echo" }],
            "cases": [
                { "inputs": { "city": "Rome" }, "validations": [says(word)] },
                { "inputs": { "city": "Oslo" } },
            ],
            "validations": rules,
        })
    };
    let suite = host
        .post("/api/suites", json!({ "name": "s", "spec": spec(json!([pattern("suite", "from")]), "Rome") }))
        .await;
    assert_eq!(suite.status, 200, "{suite:?}");
    let first = cli.json(&["eval", "s"]).await["run"]["id"].as_str().unwrap().to_owned();
    let before = verdicts(&host, &first).await;
    assert_eq!(before.iter().map(|(status, _)| status.as_str()).collect::<Vec<_>>(), ["passed", "passed"]);

    // Each of the three places has another rule now.
    let path = format!("/api/prompts/{prompt}/versions");
    let rules = json!([pattern("prompt", "^Greetings"), pattern("new", "Rome")]);
    assert_eq!(host.post(&path, json!({ "content": content(rules), "note": "" })).await.status, 200);
    let changed = spec(json!([pattern("suite", "from")]), "Bergen");
    assert_eq!(host.put("/api/suites/s", json!({ "spec": changed })).await.status, 200);

    let graded = cli.json(&["regrade", &first]).await;
    let run = &graded["run"];
    let second = run["id"].as_str().unwrap();
    assert_eq!((&run["regraded"], &run["status"]), (&json!(first), &json!("completed")), "{run}");
    assert_eq!(
        (&run["progress"]["completed"], &run["progress"]["costUsd"]),
        (&json!(2), &json!("0")),
        "{run}"
    );
    let pass = |name: &str| json!([name, "pass"]);
    let fail = |name: &str| json!([name, "fail"]);
    let after = verdicts(&host, second).await;
    let rome = vec![pass("prompt"), pass("new"), pass("suite"), fail("case")];
    let oslo = vec![pass("prompt"), fail("new"), pass("suite")];
    assert_eq!(after, [("failed".to_owned(), rome), ("failed".to_owned(), oslo)]);
    assert_eq!(verdicts(&host, &first).await, before, "history is never written anew");

    // All that reads a run reads this one: its answers, what is worse than before, its report.
    let grid = host.get(&format!("/api/runs/{second}/grid?mark=regressed")).await;
    assert_eq!(grid.body["items"].as_array().unwrap().len(), 2, "{grid:?}");
    let cell = &grid.body["items"][0]["cells"][0];
    assert_eq!((&cell["preview"], &cell["metrics"]["costUsd"]), (&json!("Greetings from Rome"), &json!("0")));
    assert!(cell["metrics"]["replayed"]["recordedAt"].is_string(), "{cell}");
    let id = cell["id"].as_str().unwrap();
    let output = host.get(&format!("/api/executions/{id}/output")).await;
    assert_eq!(output.body["text"], "Greetings from Rome", "{output:?}");
    let compared = host.get(&format!("/api/runs/{second}/comparison")).await;
    assert!(
        compared.body["columns"][0]["comparison"]["words"].as_str().unwrap().contains("worse on 2"),
        "{compared:?}"
    );

    // A case that has no rules any more is graded without them.
    let mut bare = spec(json!([]), "Rome");
    bare["cases"][0].as_object_mut().unwrap().remove("validations");
    assert_eq!(host.put("/api/suites/s", json!({ "spec": bare })).await.status, 200);
    let third = cli.json(&["regrade", &first]).await["run"]["id"].as_str().unwrap().to_owned();
    let rome = vec![pass("prompt"), pass("new")];
    assert_eq!(verdicts(&host, &third).await[0], ("passed".to_owned(), rome));

    // Nothing was called, and nothing can be tried again.
    let detail = host.get(&format!("/api/executions/{id}")).await;
    assert_eq!(detail.body["attempts"], json!([]));
    let retried = host.post(&format!("/api/runs/{second}/retry"), json!({})).await;
    let refused = host.post(&format!("/api/executions/{id}/retry"), json!({})).await;
    assert_eq!((retried.status, refused.status), (200, 409), "{refused:?}");
}

#[tokio::test]
async fn a_judge_is_not_asked_again_where_it_said_so_before_nor_at_all_unless_that_is_wanted() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    server.script("judge", ChatReply::new().text(JUDGED));
    let host = Host::open(&cli).await;
    cli.add_prompt("greet", "Greetings").await;
    let prompt = host.get("/api/prompts").await;
    let prompt =
        prompt.body["items"].as_array().unwrap().iter().find(|prompt| prompt["name"] == "greet").unwrap();
    let judged = |name: &str, value: &str| {
        json!({ "name": name, "rule": {
            "kind": "assertion", "type": "llm-rubric", "value": value, "model": "local:judge",
        } })
    };
    let spec = |rules: Value| {
        json!({
            "prompts": [{ "promptId": prompt["id"] }],
            "models": [{ "model": "dry-run:echo" }],
            "cases": [{ "inputs": {} }],
            "validations": rules,
        })
    };
    host.post("/api/suites", json!({ "name": "s", "spec": spec(json!([judged("polite", "is polite")])) }))
        .await;
    let first = cli.json(&["eval", "s"]).await["run"]["id"].as_str().unwrap().to_owned();
    assert_eq!(server.requests().len(), 1);

    let rules = json!([judged("polite", "is polite"), judged("short", "is short")]);
    host.put("/api/suites/s", json!({ "spec": spec(rules) })).await;
    let graded = cli.json(&["regrade", &first]).await;
    let found = verdicts(&host, graded["run"]["id"].as_str().unwrap()).await;
    assert_eq!(found[0].1, [json!(["polite", "pass"]), json!(["short", "error"])]);
    assert_eq!(server.requests().len(), 1, "nothing is called");

    let graded = cli.json(&["regrade", &first, "--judges"]).await;
    let found = verdicts(&host, graded["run"]["id"].as_str().unwrap()).await;
    assert_eq!(found[0].1, [json!(["polite", "pass"]), json!(["short", "pass"])]);
    assert_eq!(server.requests().len(), 2, "only what was not said before is asked");
}
