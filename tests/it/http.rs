//! The HTTP host as a browser and a program meet it.

use formaops_testkit::{ChatReply, ScriptedServer};
use formaops_tests::{Cli, Host};
use futures::StreamExt;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn the_printed_token_lets_one_browser_in_and_a_logout_ends_it() {
    let cli = Cli::new();
    let host = Host::start(&cli).await;
    assert_eq!(host.get("/api/prompts").await.status, 401);
    let login = json!({ "token": host.token });
    let first = host.post("/api/auth/login", login.clone()).await;
    assert_eq!(first.status, 200);
    let again = host.post("/api/auth/login", login).await;
    assert_eq!((again.status, &again.body["code"]), (401, &json!("unauthenticated")));

    let host = host.as_bearer(first.body["bearer"].as_str().unwrap());
    assert_eq!(host.get("/api/auth/me").await.body["kind"], "browser");
    assert_eq!(host.get("/api/prompts").await.status, 200);
    assert_eq!(host.post("/api/auth/logout", json!({})).await.status, 204);
    assert_eq!(host.get("/api/prompts").await.status, 401);
}

#[tokio::test]
async fn other_names_and_other_sites_are_refused() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    let with = |name: &str, value: &str| host.request(Method::GET, "/api/prompts").header(name, value);
    for request in [
        with("host", "attacker.example"),
        with("host", &host.address.replace("http://127.0.0.1", "localhost")),
        with("origin", "http://attacker.example"),
        with("sec-fetch-site", "cross-site"),
    ] {
        assert_eq!(Host::send(request).await.status, 403);
    }
    assert_eq!(Host::send(with("origin", &host.address)).await.status, 200);
}

#[tokio::test]
async fn path_query_and_body_are_one_request_and_errors_say_where() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    let created = host.post("/api/prompts", json!({ "name": "a/b", "tags": ["x", " x "] })).await;
    assert_eq!((created.status, &created.body["prompt"]["tags"]), (200, &json!(["x"])));

    let page = host.get("/api/prompts?limit=1&search=A%2FB&tag=x").await;
    assert_eq!(page.body["items"][0]["name"], "a/b");
    assert_eq!(host.get("/api/prompts/a%2Fb").await.body["head"]["number"], 1);
    let renamed = host.put("/api/prompts/a%2Fb", json!({ "title": "New", "id": "ignored" })).await;
    assert_eq!(renamed.body["title"], "New");

    for (answer, status, code) in [
        (host.get("/api/prompts?limit=0").await, 422, "invalid"),
        (host.get("/api/prompts?limit=many").await, 400, "bad_request"),
        (host.get("/api/prompts?colour=red").await, 400, "bad_request"),
        (host.get("/api/prompts/nothing").await, 404, "not_found"),
        (host.post("/api/prompts", json!({ "name": "A" })).await, 400, "bad_request"),
        (host.post("/api/prompts", json!({ "name": "a/b" })).await, 409, "conflict"),
        (host.get("/api/nothing").await, 404, "not_found"),
    ] {
        assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{answer:?}");
    }
}

#[tokio::test]
async fn an_api_key_does_what_its_scopes_say_until_it_is_ended() {
    let cli = Cli::new();
    cli.add_prompt("greet", "Hello").await;
    let key = cli.json(&["api-key", "create", "--name", "ci", "--scopes", "read", "--scopes", "run"]).await;
    let (id, secret) = (key["apiKey"]["id"].as_str().unwrap(), key["secret"].as_str().unwrap());
    let host = Host::start(&cli).await.as_bearer(secret);

    assert_eq!(host.get("/api/prompts").await.status, 200);
    let body = json!({ "inputs": {}, "model": "dry-run:echo" });
    let executed = host.post("/api/prompts/greet/execute", body).await;
    assert_eq!(executed.body["output"], "Hello", "{executed:?}");
    for (answer, what) in [
        (host.post("/api/prompts", json!({ "name": "new" })).await, "write"),
        (host.get("/api/api-keys").await, "admin"),
    ] {
        assert_eq!(answer.status, 403, "{what}: {answer:?}");
    }
    let urgent = json!({ "model": "dry-run:echo", "priority": "critical" });
    assert_eq!(host.post("/api/prompts/greet/execute", urgent).await.status, 403);

    cli.json(&["api-key", "delete", id]).await;
    assert_eq!(host.get("/api/prompts").await.status, 401);
    let listed = cli.run(&["--json", "api-key", "list"]).await;
    assert!(!listed.stdout.contains(secret), "{listed:?}");
}

#[tokio::test]
async fn the_same_idempotency_key_runs_once_and_another_request_with_it_is_refused() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello {{name}}").await;
    let host = Host::open(&cli).await;
    server.enqueue(ChatReply::new().text("once"));
    let execute = async |name: &str| {
        let body = json!({ "model": "local:any", "inputs": { "name": name } });
        let request =
            host.request(Method::POST, "/api/prompts/greet/execute").header("x-idempotency-key", "k1");
        Host::send(request.json(&body)).await
    };
    // Both at once: the second waits for the first, and neither asks the model again.
    let (first, second) = tokio::join!(execute("World"), execute("World"));
    assert_eq!(first.body["output"], "once", "{first:?}");
    assert_eq!(first.body, second.body);
    assert_eq!(execute("World").await.body, first.body);
    assert_eq!(server.requests().len(), 1);
    assert_eq!(execute("Else").await.status, 409);
}

#[tokio::test]
async fn an_answer_that_fails_its_schema_is_told_and_can_fail_the_execution() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    let host = Host::open(&cli).await;
    let schema = json!({ "type": "object", "required": ["rating"], "properties": { "rating": { "type": "integer" } } });
    let content = json!({
        "body": { "kind": "text", "template": "Rate it" },
        "validations": [{ "name": "shape", "rule": { "kind": "schema", "schema": schema } }],
    });
    host.post("/api/prompts", json!({ "name": "rate", "content": content })).await;
    let execute = async |output: &str, validate: bool| {
        server.enqueue(ChatReply::new().text(output));
        host.post("/api/prompts/rate/execute", json!({ "model": "local:any", "validateOutput": validate }))
            .await
            .body
    };
    let good = execute(r#"{"rating": 5}"#, true).await;
    assert_eq!((&good["status"], &good["validatedOutput"]), (&json!("completed"), &json!({ "rating": 5 })));
    let bad = execute(r#"{"rating": "five"}"#, true).await;
    assert_eq!((&bad["status"], &bad["validations"][0]["verdict"]), (&json!("failed"), &json!("fail")));
    assert_eq!(execute(r#"{"rating": "five"}"#, false).await["status"], "completed");
}

#[tokio::test]
async fn the_stream_of_events_carries_a_run_from_its_start_to_its_end_in_order() {
    let cli = Cli::new();
    cli.add_prompt("greet", "Hello {{name}}").await;
    let host = Host::open(&cli).await;
    let mut events = host.events().await;
    let started = host
        .post("/api/runs", json!({ "prompt": "greet", "models": [{ "model": "dry-run:echo" }], "inputs": { "name": "é漢" } }))
        .await;
    let run = started.body["run"]["id"].clone();
    let (mut text, mut last_seq, mut bytes) = (String::new(), 0, 0);
    loop {
        let event = events.next().await.expect("the stream goes on");
        let seq = event["seq"].as_u64().unwrap();
        assert!(seq > last_seq, "{event}");
        last_seq = seq;
        match event["kind"].as_str().unwrap() {
            "execution.chunk" => {
                assert_eq!(event["offset"], bytes);
                bytes += event["bytes"].as_u64().unwrap();
                text.push_str(event["text"].as_str().unwrap());
            }
            "run.updated" if event["run"]["id"] == run && event["run"]["status"] == "completed" => break,
            _ => {}
        }
    }
    assert_eq!(text, "Hello é漢");
}

#[tokio::test]
async fn the_openapi_document_and_the_page_are_served_with_a_closed_policy() {
    let cli = Cli::new();
    let host = Host::start(&cli).await;
    let document = host.get("/api/openapi.json").await;
    assert_eq!(document.body["paths"]["/api/prompts/{id}/execute"]["post"]["operationId"], "prompt_execute");
    let page = host.request(Method::GET, "/").send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    assert_eq!(host.get("/assets/nothing.js").await.status, 404);
}

#[tokio::test]
async fn a_model_whose_provider_is_not_there_takes_no_figures_from_the_others() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    let request = json!({
        "content": { "body": { "kind": "text", "template": "Hello there" } },
        "models": [{ "model": "gone:any" }, { "model": "dry-run:echo" }],
    });
    let report = host.post("/api/content/check", request).await.body;
    assert!(report["error"].is_null(), "{report}");
    let estimates = &report["rendered"]["estimates"];
    assert_eq!(estimates[0]["unavailable"]["code"], "not_found", "{report}");
    assert!(estimates[0]["inputTokens"].as_u64().unwrap() > 0, "{report}");
    assert!(estimates[1]["unavailable"].is_null(), "{report}");
    assert_eq!(estimates[1]["worstCostUsd"], "0", "{report}");
}
