//! What is left to look at afterwards: the log of an execution, and the lines in `logs/`.

use crate::secrets::{leaks, shows};
use formaops_testkit::{ChatReply, Reply, ScriptedServer};
use formaops_tests::{Cli, Host};
use serde_json::{Value, json};
use std::path::Path;

const KEY: &str = "sk-canary-0123456789abcdef";
const PASSPHRASE: &str = "four plain words here";
const SENSITIVE: &str = "patient-zero-4711-0815";
const WORDS: &str = "the quick brown canary sings";

/// Every line, each of which must be an object of JSON.
fn lines(workspace: &Path) -> Vec<Value> {
    let mut files: Vec<_> =
        std::fs::read_dir(workspace.join("logs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts = files.into_iter().map(|file| std::fs::read_to_string(file).unwrap());
    texts
        .flat_map(|text| {
            text.lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("{line}")))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// What the spans of a line say, the innermost last.
fn said(line: &Value, field: &str) -> Option<String> {
    let spans = line["spans"].as_array()?;
    let found = spans.iter().rev().find_map(|span| span.get(field))?;
    Some(found.as_str().map_or_else(|| found.to_string(), str::to_owned))
}

#[tokio::test]
async fn lines_name_the_call_the_run_the_execution_and_the_attempt_as_opentelemetry_does() {
    let (cli, server) = (Cli::new().with_env("FORMAOPS_FILE_LOG", "debug"), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let host = Host::open(&cli).await;
    server.enqueue(Reply::error(401, "no", "auth", None));
    let failed = host.post("/api/prompts/greet/execute", json!({ "model": "local:any" })).await;
    server.enqueue(ChatReply::new().text("Hello"));
    let done = host.post("/api/prompts/greet/execute", json!({ "model": "local:any" })).await;
    assert_eq!((&failed.body["status"], &done.body["status"]), (&json!("failed"), &json!("completed")));
    host.kill().await;

    let lines = lines(&cli.workspace());
    assert!(lines.iter().all(|line| line["timestamp"].is_string() && line["level"].is_string()));
    let call = lines.iter().find(|line| said(line, "request_id") == done.request_id).unwrap();
    assert_eq!(said(call, "operation").as_deref(), Some("prompt_execute"));
    for (answer, message) in [(&failed, "the attempt failed"), (&done, "the attempt succeeded")] {
        let id = answer.body["id"].as_str().unwrap().to_owned();
        let line = lines
            .iter()
            .find(|line| line["message"] == message && said(line, "execution").as_ref() == Some(&id))
            .unwrap_or_else(|| panic!("{message} of {id} in {lines:#?}"));
        let names: Vec<_> = line["spans"].as_array().unwrap().iter().map(|span| &span["name"]).collect();
        assert_eq!(names, ["run", "execution", "attempt"], "each stands in the one before: {line}");
        let run = line["spans"][0]["run"].as_str().map(str::to_owned).unwrap();
        assert!(
            lines
                .iter()
                .any(|line| line["message"] == "the run ended" && said(line, "run").as_ref() == Some(&run))
        );
        assert!(said(line, "attempt").unwrap().starts_with("att_"), "{line}");
        for (field, value) in [
            ("provider", "local"),
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.provider.name", "openai"),
            ("gen_ai.request.model", "any"),
        ] {
            assert_eq!(said(line, field).as_deref(), Some(value), "{line}");
        }
        let status = if message.ends_with("failed") { "401" } else { "200" };
        assert_eq!(said(line, "http.response.status_code").as_deref(), Some(status), "{line}");
        let [failed, finished] =
            ["error.type", "gen_ai.response.finish_reasons"].map(|field| said(line, field));
        let words = (failed.as_deref(), finished.as_deref());
        assert_eq!(
            words,
            if status == "401" { (Some("authentication"), None) } else { (None, Some("stop")) },
            "{line}"
        );
        assert_eq!(said(line, "gen_ai.usage.output_tokens").is_some(), status == "200", "{line}");
    }
}

#[tokio::test]
async fn no_key_no_passphrase_no_sensitive_value_and_no_text_gets_into_a_line() {
    let server = ScriptedServer::start().await;
    let cli = Cli::new().with_env("FORMAOPS_FILE_LOG", "trace");
    let host = Host::open(&cli).await;
    let content = json!({
        "body": { "kind": "text", "template": "Treat {{patient}}" },
        "variables": [{ "name": "patient", "type": "string", "sensitive": true }],
    });
    for (path, body) in [
        ("/api/vault", json!({ "passphrase": PASSPHRASE })),
        ("/api/providers", json!({ "name": "keyed", "kind": "openai-chat", "baseUrl": server.base_url() })),
        ("/api/providers/keyed/keys", json!({ "name": "work", "secret": KEY, "place": "vault" })),
        ("/api/prompts", json!({ "name": "treat", "content": content })),
    ] {
        let done = host.post(path, body).await;
        assert_eq!(done.status, 200, "{path}: {done:?}");
    }
    server.script("repeats", ChatReply::new().text(WORDS).text(KEY).header("server", KEY));
    server.script("refuses", Reply::error(401, &format!("wrong key {KEY}: {SENSITIVE}"), "auth", None));
    for model in ["keyed:repeats", "keyed:refuses"] {
        let inputs = json!({ "patient": SENSITIVE });
        let ran = host.post("/api/prompts/treat/execute", json!({ "model": model, "inputs": inputs })).await;
        assert_eq!(ran.status, 200, "{ran:?}");
        let log = host.get(&format!("/api/executions/{}/log", ran.body["id"].as_str().unwrap())).await.body;
        for secret in [KEY, SENSITIVE] {
            assert!(!shows(&log.to_string(), secret), "{log}");
        }
    }
    let wrong = json!({ "passphrase": format!("{PASSPHRASE} and more") });
    assert_ne!(host.post("/api/vault/unlock", wrong).await.status, 200);
    assert_ne!(host.post("/api/prompts", json!({ "name": WORDS, "secret": KEY })).await.status, 200);
    host.kill().await;
    assert!(lines(&cli.workspace()).len() > 10);
    for secret in [KEY, PASSPHRASE, SENSITIVE, WORDS] {
        assert_eq!(leaks(&cli.workspace().join("logs"), secret), Vec::<String>::new(), "{secret}");
    }
}

#[tokio::test]
async fn the_log_of_an_execution_tells_its_way_with_headers_and_no_more_of_them_than_is_harmless() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let host = Host::open(&cli).await;
    let reply = ChatReply::new().text("Hello").header("x-ratelimit-remaining-requests", "59");
    server.enqueue(reply.header("set-cookie", "session=1"));
    let ran = host.post("/api/prompts/greet/execute", json!({ "model": "local:any" })).await;
    let id = ran.body["id"].as_str().unwrap();
    let log = host.get(&format!("/api/executions/{id}/log")).await.body;
    let entries = log["entries"].as_array().unwrap();
    let messages: Vec<_> = entries.iter().map(|entry| entry["message"].as_str().unwrap()).collect();
    // What was checked before it left the queue is kept with its attempt, and may bear either time.
    let expected = [
        "Queued",
        "Left the queue",
        "Sent to the provider",
        "The provider answered",
        "The answer began",
        "Completed",
    ];
    let told: Vec<_> =
        messages.iter().copied().filter(|message| *message != "Checked and rendered").collect();
    assert_eq!(told, expected, "{log}");
    assert_eq!(messages.len(), 7, "{log}");
    assert!(entries[1]["metadata"]["waitedMs"].as_f64().is_some_and(|waited| waited >= 0.0), "{log}");
    let answered = entries.iter().find(|entry| entry["message"] == "The provider answered").unwrap();
    let headers = answered["metadata"]["headers"].as_object().unwrap();
    assert_eq!(headers["x-ratelimit-remaining-requests"], "59");
    assert!(!headers.contains_key("set-cookie"), "{headers:?}");
    host.kill().await;
    let printed = cli.run(&["execution", "log", id]).await;
    assert_eq!(printed.code, Some(0), "{printed:?}");
    assert!(printed.stdout.contains("The provider answered"), "{printed:?}");
}
