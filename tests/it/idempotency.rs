//! A request that is sent twice is done once, whatever it asks for and whatever happens in between.

use formaops_testkit::{ChatReply, Gate, ScriptedServer, accept_run_ends, refuse_run_ends};
use formaops_tests::{Answer, Cli, Host};
use reqwest::Method;
use serde_json::{Value, json};

async fn named(host: &Host, key: &str, method: Method, path: &str, body: Value) -> Answer {
    Host::send(host.request(method, path).header("x-idempotency-key", key).json(&body)).await
}

async fn changes(host: &Host) -> usize {
    host.get("/api/audit?limit=1000").await.body["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn every_write_is_done_once_under_a_key() {
    let cli = Cli::new();
    cli.add_prompt("greet", "Hello").await;
    let host = Host::open(&cli).await;
    let content = json!({ "body": { "kind": "text", "template": "Bye" } });
    let two = json!({ "body": { "kind": "text", "template": "Two" } });
    for (method, path, body, other) in [
        (Method::POST, "/api/prompts", json!({ "name": "a" }), json!({ "name": "b" })),
        (Method::PUT, "/api/prompts/greet", json!({ "title": "One" }), json!({ "title": "Two" })),
        (
            Method::POST,
            "/api/prompts/greet/versions",
            json!({ "content": content }),
            json!({ "content": two }),
        ),
        (Method::PUT, "/api/settings/team.name", json!({ "value": 1 }), json!({ "value": 2 })),
        (Method::DELETE, "/api/prompts/a", json!({}), json!({})),
    ] {
        let first = named(&host, "k", method.clone(), path, body.clone()).await;
        assert_eq!(first.status, 200, "{path}: {first:?}");
        let before = changes(&host).await;
        let again = named(&host, "k", method.clone(), path, body).await;
        assert_eq!((again.status, &again.body), (200, &first.body), "{path}");
        assert_eq!(changes(&host).await, before, "{path} was done twice");
        if other != json!({}) {
            let refused = named(&host, "k", method, path, other).await;
            assert_eq!(
                (refused.status, &refused.body["code"]),
                (409, &json!("conflict")),
                "{path}: {refused:?}"
            );
        }
    }
    // Where the key stands in the body it counts as much; two that differ do not go together.
    let body = json!({ "name": "c", "idempotencyKey": "body" });
    let first = host.post("/api/prompts", body.clone()).await;
    assert_eq!(host.post("/api/prompts", body.clone()).await.body, first.body);
    assert_eq!(named(&host, "header", Method::POST, "/api/prompts", body).await.status, 422);
    let long = "k".repeat(129);
    assert_eq!(named(&host, &long, Method::POST, "/api/prompts", json!({ "name": "d" })).await.status, 422);
}

#[tokio::test]
async fn of_many_at_the_same_time_one_is_done_and_all_are_answered_alike() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    let send = || named(&host, "k", Method::POST, "/api/prompts", json!({ "name": "greet" }));
    let answers = futures::future::join_all((0..20).map(|_| send())).await;
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (200, &answers[0].body));
    }
    assert_eq!(host.get("/api/prompts?search=greet").await.body["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_failed_may_be_sent_again_and_keys_of_others_do_not_matter() {
    let cli = Cli::new();
    cli.add_prompt("greet", "Hello").await;
    let host = Host::open(&cli).await;
    let create = |host: &Host| {
        let request = host.request(Method::POST, "/api/prompts").header("x-idempotency-key", "k");
        Host::send(request.json(&json!({ "name": "greet" })))
    };
    assert_eq!(create(&host).await.status, 409);
    host.put("/api/prompts/greet", json!({ "name": "other" })).await;
    let made = create(&host).await;
    assert_eq!(made.status, 200, "{made:?}");
    let key = host.post("/api/api-keys", json!({ "name": "ci", "scopes": ["read", "write"] })).await;
    let robot = host.as_bearer(key.body["secret"].as_str().unwrap());
    assert_eq!(create(&robot).await.body["message"], "a prompt named `greet` exists already");
}

#[tokio::test]
async fn a_secret_is_shown_once_and_the_repeated_request_is_told_what_was_made() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    let create =
        || named(&host, "k", Method::POST, "/api/api-keys", json!({ "name": "ci", "scopes": ["read"] }));
    let first = create().await;
    assert_eq!(first.status, 200, "{first:?}");
    let again = create().await;
    assert_eq!(again.status, 409, "{again:?}");
    let hint = again.body["hint"].as_str().unwrap();
    assert!(hint.contains(first.body["apiKey"]["id"].as_str().unwrap()), "{hint}");
    assert_eq!(host.get("/api/api-keys").await.body["items"].as_array().unwrap().len(), 1);
    let kept = std::fs::read(cli.workspace().join("formaops.db")).unwrap();
    let wal = std::fs::read(cli.workspace().join("formaops.db-wal")).unwrap();
    let secret = first.body["secret"].as_str().unwrap().as_bytes();
    assert!(![kept, wal].iter().any(|file| file.windows(16).any(|window| window == &secret[8..24])));
}

#[tokio::test]
async fn a_client_that_went_away_gets_the_answer_when_it_comes_back() {
    let (cli, server, gate) = (Cli::new(), ScriptedServer::start().await, Gate::new());
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let host = Host::open(&cli).await;
    server.enqueue(ChatReply::new().pass(&gate).text("once"));
    let execute =
        || named(&host, "k", Method::POST, "/api/prompts/greet/execute", json!({ "model": "local:any" }));
    tokio::select! {
        _ = execute() => panic!("nobody has answered yet"),
        () = gate.reached(1) => {}
    }
    gate.open();
    assert_eq!(execute().await.body["output"], "once");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_run_that_was_started_before_a_kill_is_not_started_again() {
    let (cli, server, gate) = (Cli::new(), ScriptedServer::start().await, Gate::new());
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let body = json!({ "model": "local:any" });
    let host = Host::open(&cli).await;
    server.enqueue(ChatReply::new().pass(&gate).text("never"));
    tokio::select! {
        _ = named(&host, "k", Method::POST, "/api/prompts/greet/execute", body.clone()) => panic!("it cannot end"),
        () = gate.reached(1) => {}
    }
    host.kill().await;
    gate.open();

    let host = Host::open(&cli).await;
    let again = named(&host, "k", Method::POST, "/api/prompts/greet/execute", body).await;
    assert_eq!((again.status, &again.body["code"]), (409, &json!("conflict")), "{again:?}");
    let runs = host.get("/api/runs").await.body["items"].clone();
    assert_eq!(runs.as_array().unwrap().len(), 1, "{runs}");
    assert!(again.body["hint"].as_str().unwrap().contains(runs[0]["id"].as_str().unwrap()), "{again:?}");
    assert_eq!(server.requests().len(), 1);
    // What had been answered before a kill is answered after it.
    let made = named(&host, "k", Method::POST, "/api/prompts", json!({ "name": "a" })).await;
    host.kill().await;
    let host = Host::open(&cli).await;
    assert_eq!(named(&host, "k", Method::POST, "/api/prompts", json!({ "name": "a" })).await.body, made.body);
}

#[tokio::test]
async fn what_failed_after_its_call_was_made_is_not_made_again() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let host = Host::open(&cli).await;
    let execute =
        || named(&host, "k", Method::POST, "/api/prompts/greet/execute", json!({ "model": "local:words-1" }));
    let database = cli.workspace().join("formaops.db");
    refuse_run_ends(&database).await.unwrap();
    let failed = execute().await;
    assert!(failed.status >= 400, "{failed:?}");
    accept_run_ends(&database).await.unwrap();
    let again = execute().await;
    assert_eq!((again.status, &again.body["code"]), (409, &json!("conflict")), "{again:?}");
    let runs = host.get("/api/runs").await.body["items"].clone();
    assert_eq!(runs.as_array().unwrap().len(), 1, "{runs}");
    assert!(again.body["hint"].as_str().unwrap().contains(runs[0]["id"].as_str().unwrap()), "{again:?}");
    assert_eq!(server.requests().len(), 1);
}
