//! The audit trail as people meet it: who did what, from where, and whether it still holds.

use crate::secrets::shows;
use formaops_testkit::{ChatReply, ScriptedServer};
use formaops_tests::{Cli, Host};
use serde_json::{Value, json};

const KEY: &str = "sk-trail-0123456789abcdef";
const PASSPHRASE: &str = "four plain words here";
const SENSITIVE: &str = "patient-zero-4711-0815";

async fn actions(host: &Host, query: &str) -> Vec<(String, String, String)> {
    let list = host.get(&format!("/api/audit?{query}")).await;
    assert_eq!(list.status, 200, "{list:?}");
    let text = |event: &Value, field: &str| event[field].as_str().unwrap_or_default().to_owned();
    let items = list.body["items"].as_array().unwrap();
    items
        .iter()
        .rev()
        .map(|event| (text(event, "action"), text(event, "record"), text(event, "origin")))
        .collect()
}

#[tokio::test]
async fn the_trail_says_who_did_what_from_where_and_in_which_request() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let host = Host::open(&cli).await;
    let created = host.post("/api/api-keys", json!({ "name": "ci", "scopes": ["read", "run"] })).await;
    let (actor, secret) = {
        let listed = host.get("/api/audit?action=api_key.create").await.body["items"][0].clone();
        assert_eq!(listed["requestId"].as_str(), created.request_id.as_deref());
        (listed["actor"].as_str().unwrap().to_owned(), created.body["secret"].as_str().unwrap().to_owned())
    };
    let renamed = host.put("/api/prompts/greet", json!({ "title": "Greets" })).await;
    let found = actions(&host, &format!("requestId={}", renamed.request_id.clone().unwrap())).await;
    let prompt = renamed.body["id"].as_str().unwrap().to_owned();
    assert_eq!(found, [("prompt.update".to_owned(), prompt.clone(), "browser".to_owned())]);

    server.enqueue(ChatReply::new().text("hi"));
    let robot = host.as_bearer(&secret);
    let ran = robot.post("/api/prompts/greet/execute", json!({ "model": "local:any" })).await;
    assert_eq!(ran.status, 200, "{ran:?}");
    // A key without the right to it does not see the trail.
    assert_eq!(robot.get("/api/audit").await.status, 403);
    robot.kill().await;

    let host = Host::open(&cli).await;
    let run = ran.body["runId"].as_str().unwrap_or_default();
    let robots = actions(&host, "action=run").await;
    assert_eq!((robots[0].0.as_str(), robots[0].2.as_str()), ("run.create", "api"), "{robots:?}");
    assert!(run.is_empty() || robots[0].1 == run);
    let cancelled = host.post(&format!("/api/runs/{}/cancel", robots[0].1), json!({})).await;
    assert_eq!(cancelled.status, 200, "{cancelled:?}");
    assert_eq!(
        actions(&host, "action=run.cancel").await,
        [("run.cancel".to_owned(), robots[0].1.clone(), "browser".to_owned())]
    );
    let by_cli = actions(&host, &format!("record={prompt}")).await;
    assert_eq!(by_cli[0], ("prompt.create".to_owned(), prompt, "cli".to_owned()));
    assert_eq!(by_cli[1].0, "version.create");
    let people = host.get(&format!("/api/audit?actor={actor}")).await.body;
    assert!(people["items"].as_array().unwrap().len() > 4, "{people}");
    let detail = host.get("/api/audit/1").await.body;
    assert_eq!((&detail["before"], &detail["event"]["seq"]), (&Value::Null, &json!(1)));
    assert!(detail["after"].is_object(), "{detail}");
}

#[tokio::test]
async fn verify_prints_the_head_and_names_the_first_broken_link() {
    let cli = Cli::new();
    cli.add_prompt("greet", "Hello").await;
    let whole = cli.run(&["--json", "audit", "verify"]).await;
    assert_eq!(whole.code, Some(0), "{whole:?}");
    let head = whole.json()["head"].as_str().unwrap().to_owned();
    cli.add_prompt("more", "Hello").await;
    assert_eq!(cli.run(&["audit", "verify", "--head", &head]).await.code, Some(0));
    let readable = cli.run(&["audit", "verify"]).await;
    assert!(readable.stdout.contains("aud_"), "{readable:?}");

    // A head of another trail, as of one whose end was cut off.
    let other = format!("aud_{}", "7".repeat(64));
    let cut = cli.run(&["--json", "audit", "verify", "--head", &other]).await;
    assert_eq!((cut.code, &cut.json()["broken"]["reason"]), (Some(1), &json!("truncated")), "{cut:?}");
    assert!(cut.stderr.contains("the head that was kept is not in it"), "{cut:?}");
    assert_eq!(cli.run(&["audit", "verify", "--head", "nonsense"]).await.code, Some(1));
}

#[tokio::test]
async fn no_key_no_passphrase_and_no_sensitive_value_gets_into_the_trail() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    let host = Host::open(&cli).await;
    let address = server.base_url();
    let mut said = Vec::new();
    let content = json!({
        "body": { "kind": "text", "template": "Treat {{patient}}" },
        "variables": [{ "name": "patient", "type": "string", "sensitive": true }],
    });
    for (path, body) in [
        ("/api/providers", json!({ "name": "keyed", "kind": "openai-chat", "baseUrl": address })),
        ("/api/vault", json!({ "passphrase": PASSPHRASE })),
        ("/api/vault/lock", json!({})),
        ("/api/vault/unlock", json!({ "passphrase": PASSPHRASE })),
        ("/api/providers/keyed/keys", json!({ "name": "work", "secret": KEY, "place": "vault" })),
        ("/api/prompts", json!({ "name": "treat", "content": content })),
    ] {
        let done = host.post(path, body).await;
        assert_eq!(done.status, 200, "{path}: {done:?}");
    }
    server.enqueue(ChatReply::new().text("done"));
    let inputs = json!({ "patient": SENSITIVE });
    let ran =
        host.post("/api/prompts/treat/execute", json!({ "model": "keyed:any", "inputs": inputs })).await;
    assert_eq!(ran.body["status"], "completed", "{ran:?}");
    host.put("/api/prompts/treat/input-sets/one", json!({ "inputs": inputs })).await;
    let secret =
        host.post("/api/api-keys", json!({ "name": "ci", "scopes": ["read"] })).await.body["secret"].clone();
    let events = host.get("/api/audit?limit=1000").await.body["items"].as_array().unwrap().clone();
    let acts =
        ["vault.create", "vault.lock", "vault.unlock", "provider_key.create", "run.create", "api_key.create"];
    for act in acts {
        assert!(events.iter().any(|event| event["action"] == act), "{act}");
    }
    for event in events {
        said.push(host.get(&format!("/api/audit/{}", event["seq"])).await.body.to_string());
    }
    for (text, secret) in said.iter().flat_map(|text| {
        [KEY, PASSPHRASE, SENSITIVE, secret.as_str().unwrap()].into_iter().map(move |secret| (text, secret))
    }) {
        assert!(!shows(text, secret), "{text}");
    }
}
