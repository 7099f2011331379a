//! Datasets from files of many kinds, changed row by row, filled from what ran, and written to files again.

use formaops_tests::{Cli, Host};
use reqwest::Method;
use serde_json::{Value, json};
use std::fmt::Write as _;

const TABLE: &str =
    "question,count,__expected\nCapital of France?,1,contains:Paris\n\"Say \"\"hi\"\"\",2,icontains:hi\n";

async fn import(cli: &Cli, file: &str, content: impl AsRef<[u8]>, more: &[&str]) -> Value {
    let path = cli.file(file, content);
    cli.json(&[&["dataset", "import", &path, "--name", "qa"], more].concat()).await
}

async fn cases(cli: &Cli, more: &[&str]) -> Vec<Value> {
    let list = cli.json(&[&["case", "list", "qa"], more].concat()).await;
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_table_becomes_a_dataset_and_is_written_as_it_was() {
    let cli = Cli::new();
    let version = import(&cli, "qa.csv", TABLE, &["--note", "First"]).await;
    assert_eq!(
        (&version["number"], &version["cases"], &version["note"]),
        (&json!(1), &json!(2), &json!("First"))
    );
    let columns = cli.json(&["dataset", "get", "qa"]).await["columns"].clone();
    assert_eq!(
        columns,
        json!([
            { "name": "question", "kind": "input", "type": "string" },
            { "name": "count", "kind": "input", "type": "number" },
        ])
    );
    let found = cases(&cli, &[]).await;
    assert_eq!(found[1]["inputs"], json!({ "question": "Say \"hi\"", "count": "2" }));
    let rule = json!({ "kind": "assertion", "type": "icontains", "value": "hi" });
    assert_eq!(found[1]["validations"], json!([{ "name": "icontains", "rule": rule }]));

    let taken = cli.run(&["dataset", "import", &cli.file("again.csv", TABLE), "--name", "qa"]).await;
    assert!(taken.stderr.contains("--existing replace"), "{}", taken.stderr);
    let same = import(&cli, "again.csv", TABLE, &["--existing", "replace"]).await;
    assert_eq!(same["number"], 1, "the same cases make no version");

    for (format, name) in
        [("csv", "out.csv"), ("jsonl", "out.jsonl"), ("json", "out.json"), ("yaml", "out.yaml")]
    {
        let path = cli.file(name, "old");
        let done = cli.run(&["dataset", "export", "qa", "--out", &path]).await;
        assert!(done.code == Some(0), "{}", done.stderr);
        let back = cli.json(&["dataset", "import", &path, "--name", "qa", "--existing", "replace"]).await;
        assert_eq!(back["number"], 1, "{format}");
    }
    let piped = cli.run_with_input(TABLE, &["dataset", "import", "-", "--name", "piped"]).await;
    assert_eq!(piped.stdout, "piped v1: 2 cases\n");
    let out = cli.run(&["dataset", "export", "piped", "--format", "csv"]).await;
    assert_eq!(out.stdout.replace("\r\n", "\n"), TABLE);
}

#[tokio::test]
async fn what_is_malformed_is_refused_with_its_place_and_nothing_is_kept() {
    let cli = Cli::new();
    for (content, expected) in [
        (&b"a,b\n1,2\n3\n"[..], "line 3: the row has 1 cells, and the first row 2"),
        (b"a,b\n1,\"2\n", "line 2, column 2: a quote is opened here and never closed"),
        (b"a,a\n1,2\n", "line 1, column 2: `a` names this column and column 1"),
        (b"", "there is nothing in the table"),
        (b"a\n\xff\xfe\n", ""),
    ] {
        let path = cli.file("bad.csv", content);
        let done = cli.run(&["dataset", "import", &path, "--name", "bad", "--encoding", "utf-8"]).await;
        assert!(done.code != Some(0) && done.stderr.contains(expected), "{}", done.stderr);
    }
    assert_eq!(cli.json(&["dataset", "list"]).await["items"], json!([]));
    let windows = cli.file("w.csv", b"name\nZo\xeb\n");
    cli.json(&["dataset", "import", &windows, "--name", "qa"]).await;
    assert_eq!(cases(&cli, &[]).await[0]["inputs"]["name"], "Zoë");
    let missing = cli.run(&["dataset", "import", "/nowhere.csv", "--name", "x"]).await;
    assert!(missing.stderr.contains("cannot read `/nowhere.csv`"), "{}", missing.stderr);
}

#[tokio::test]
async fn a_preview_says_what_is_wrong_and_how_it_fits_a_prompt() {
    let cli = Cli::new();
    let content = json!({
        "body": { "kind": "text", "template": "{{question}} {{count}} {{key}} {{tone}}" },
        "variables": [
            { "name": "question", "type": "string", "required": true },
            { "name": "count", "type": "number" },
            { "name": "key", "type": "string", "sensitive": true },
            { "name": "tone", "type": "string", "required": true },
        ],
    });
    cli.json(&["prompt", "create", "--name", "ask", "--content", &content.to_string()]).await;
    let table = "question,count,key,extra\nWhy?,1,s3cret,x\nHow?,many,,x\nWho?,3\n";
    let path = cli.file("t.csv", table);
    let preview =
        cli.json(&["dataset", "import", &path, "--name", "qa", "--preview", "--prompt", "ask"]).await;
    assert_eq!((&preview["cases"], &preview["wrong"]), (&json!(2), &json!(1)));
    assert_eq!(preview["problems"][0]["line"], 4);
    let fit = &preview["fit"];
    assert_eq!(fit["matched"], json!(["question", "count", "key"]));
    assert_eq!(
        (&fit["missing"], &fit["unknown"], &fit["sensitive"]),
        (&json!(["tone"]), &json!(["extra"]), &json!(["key"]))
    );
    assert_eq!(
        (&fit["problems"][0]["position"], &fit["problems"][0]["variable"]),
        (&json!(1), &json!("count"))
    );

    let whole = cli.file("t.csv", "question,count,key\nWhy?,1,s3cret\n");
    let refused = cli.run(&["dataset", "import", &whole, "--name", "qa", "--prompt", "ask"]).await;
    assert!(refused.stderr.contains("the variable `key` is sensitive"), "{}", refused.stderr);
    let skip = ["dataset", "import", &whole, "--name", "qa", "--prompt", "ask", "--column", "key=skip"];
    cli.json(&skip).await;
    assert_eq!(cases(&cli, &[]).await[0]["inputs"], json!({ "question": "Why?", "count": 1 }));
}

#[tokio::test]
async fn fifty_thousand_rows_are_imported_listed_filtered_and_changed() {
    let cli = Cli::new();
    let mut table = "question,answer,__metadata:source\n".to_owned();
    for number in 0..50_000 {
        writeln!(table, "What is twice {number}?,{},generated", number * 2).unwrap();
    }
    let version = import(&cli, "many.csv", table, &["--column", "answer=expected"]).await;
    assert_eq!(version["cases"], 50_000);
    let host = Host::open(&cli).await;
    let last = host.get("/api/datasets/qa/cases?from=49999").await.body;
    assert_eq!(last["items"][0]["expected"], "99998");
    assert_eq!(last["items"][0]["metadata"], json!({ "source": "generated" }));
    let found = host.get("/api/datasets/qa/cases?text=twice%2049998").await.body;
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    let sample = host.get("/api/datasets/qa/cases?sample=25&seed=7").await.body;
    assert_eq!(sample["items"].as_array().unwrap().len(), 25);
    assert_eq!(sample, host.get("/api/datasets/qa/cases?sample=25&seed=7").await.body);

    let change = json!({
        "base": 1, "note": "Mended",
        "columns": [{ "action": "rename", "kind": "input", "name": "question", "to": "ask" }],
        "replaced": [{ "position": 7, "case": { "inputs": { "ask": "Other?" } } }],
        "removed": [0], "inserted": [{ "cases": [{ "inputs": { "ask": "Last?" }, "tags": ["new"] }] }],
    });
    let changed = host.post("/api/datasets/qa/changes", change.clone()).await;
    assert_eq!(
        (changed.status, &changed.body["number"], &changed.body["cases"]),
        (200, &json!(2), &json!(50_000))
    );
    let tagged = host.get("/api/datasets/qa/cases?tag=new").await.body;
    assert_eq!(tagged["items"][0]["position"], 49_999);
    let stale = host.post("/api/datasets/qa/changes", change).await;
    assert_eq!((stale.status, stale.body["code"].as_str()), (409, Some("stale")));
    let old = host.get("/api/datasets/qa/cases?version=1&limit=1").await.body;
    assert_eq!(old["items"][0]["inputs"], json!({ "question": "What is twice 0?" }));
    let versions = host.get("/api/datasets/qa/versions").await.body;
    assert_eq!(
        (&versions["items"][0]["note"], &versions["items"][1]["number"]),
        (&json!("Mended"), &json!(1))
    );
    host.kill().await;
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_with_its_place_and_a_path_is_for_the_command_line() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    let create = json!({ "name": "qa", "cases": [{ "inputs": {} }, { "inputs": {}, "threshold": 2 }] });
    let refused = host.post("/api/datasets", create).await;
    assert_eq!((refused.status, &refused.body["at"]["path"]), (422, &json!("cases[1].threshold")));
    let path = cli.file("a.csv", "a\n1\n");
    for (address, body) in [
        ("/api/datasets/import", json!({ "dataset": "qa", "path": path })),
        ("/api/datasets/qa/export", json!({ "format": "csv", "path": path })),
    ] {
        host.post("/api/datasets", json!({ "name": "qa" })).await;
        let refused = host.post(address, body).await;
        assert_eq!((refused.status, &refused.body["code"]), (403, &json!("forbidden")), "{address}");
    }
    let text = json!({ "dataset": "typed", "text": "a\tb\n1\t2\n" });
    assert_eq!(host.post("/api/datasets/import", text).await.body["cases"], 1);
    let gone = Host::send(host.request(Method::DELETE, "/api/datasets/typed")).await;
    assert!(gone.body["deletedAt"].is_string());
    let id = gone.body["id"].as_str().unwrap();
    assert_eq!(host.get("/api/datasets/typed").await.status, 404);
    let change = json!({ "base": 1, "removed": [0] });
    assert_eq!(host.post(&format!("/api/datasets/{id}/changes"), change).await.status, 409);
    let back = host.post(&format!("/api/datasets/{id}/undelete"), json!({})).await;
    assert_eq!(back.body["deletedAt"], Value::Null);
    host.kill().await;
}

#[tokio::test]
async fn what_ran_becomes_cases_but_for_what_was_not_kept() {
    let cli = Cli::new();
    let variables =
        json!([{ "name": "name", "type": "string" }, { "name": "pin", "type": "string", "sensitive": true }]);
    let content =
        json!({ "body": { "kind": "text", "template": "Hello {{name}} {{pin}}" }, "variables": variables });
    cli.json(&["prompt", "create", "--name", "greet", "--content", &content.to_string()]).await;
    let ran = async |inputs: Value| -> String {
        let run = ["prompt", "execute", "greet", "--model", "dry-run:echo", "--inputs", &inputs.to_string()];
        cli.json(&run).await["id"].as_str().unwrap().to_owned()
    };
    let (plain, secret) =
        (ran(json!({ "name": "Ada" })).await, ran(json!({ "name": "Bo", "pin": "1234" })).await);
    cli.json(&["dataset", "create", "--name", "qa"]).await;
    let added =
        cli.json(&["dataset", "add-executions", "qa", "--executions", &plain, "--expect-answer"]).await;
    assert_eq!(added["number"], 2);
    let case = cases(&cli, &[]).await.remove(0);
    assert_eq!(case["inputs"]["name"], "Ada");
    assert!(case["expected"].as_str().unwrap().contains("Hello Ada"), "{case}");
    let refused = cli.run(&["dataset", "add-executions", "qa", "--executions", &secret]).await;
    assert!(refused.stderr.contains("the value of `pin` was not kept"), "{}", refused.stderr);
}

#[tokio::test]
async fn a_dataset_in_the_bin_is_deleted_for_good_by_its_name_unless_a_suite_runs_it() {
    let cli = Cli::new();
    let dataset = cli.json(&["dataset", "import", &cli.file("qa.csv", TABLE), "--name", "qa"]).await;
    let id = dataset["datasetId"].as_str().unwrap().to_owned();
    let host = Host::open(&cli).await;
    let spec = json!({ "prompts": [], "models": [], "dataset": { "datasetId": id } });
    let suite = host.post("/api/suites", json!({ "name": "s", "spec": spec })).await;
    assert_eq!(suite.status, 200, "{suite:?}");
    let purge = async |confirm: &str| {
        host.post(&format!("/api/datasets/{id}/purge"), json!({ "confirm": confirm })).await
    };
    assert_eq!(purge("qa").await.status, 409, "it is not in the bin");
    Host::send(host.request(Method::DELETE, "/api/datasets/qa")).await;
    assert_eq!(purge("other").await.status, 422);
    let used = purge("qa").await;
    assert_eq!(
        (used.status, used.body["message"].as_str().unwrap().contains("`s`")),
        (409, true),
        "{used:?}"
    );
    Host::send(host.request(Method::DELETE, "/api/suites/s")).await;
    let gone = purge("qa").await;
    assert_eq!((gone.status, &gone.body["id"]), (200, &json!(id)), "{gone:?}");
    assert_eq!(host.get(&format!("/api/datasets/{id}")).await.status, 404);
}
