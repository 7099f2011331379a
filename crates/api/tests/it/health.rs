//! What is told of how everything is while models answer and fail.

use formaops_api::{App, Caller, CallerKind, EventHub, configuration::Configuration};
use formaops_testkit::{ChatReply, Reply, ScriptedServer};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A workspace with the samples and one provider. Nothing is tried again, and two failures open a circuit.
struct World {
    app: App,
    server: ScriptedServer,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let variables = [("RETRY_LIMIT", "0"), ("FAILURE_THRESHOLD", "2")];
        let configuration = Configuration::with_variables(folder.path().join("config.toml"), variables);
        let workspace = folder.path().join("w");
        std::fs::create_dir(&workspace).unwrap();
        let app = App::open(&workspace, EventHub::default(), configuration).await.unwrap();
        let world = Self { app, server: ScriptedServer::start().await, _folder: folder };
        let address = world.server.base_url();
        let provider = json!({ "name": "local", "kind": "openai-chat", "baseUrl": address });
        world.call("provider_create", provider).await;
        world
    }

    async fn call(&self, operation: &str, request: Value) -> Value {
        self.app.call(&Caller::person(CallerKind::Cli), operation, request).await.unwrap()
    }

    async fn execute(&self, model: &str) -> Value {
        let request = json!({ "id": "summarise", "model": model, "inputs": { "text": "Something long." } });
        self.call("prompt_execute", request).await
    }
}

#[tokio::test]
async fn nothing_has_run_yet_is_told_as_such() {
    let world = World::new().await;
    let figures = world.call("figures_get", json!({})).await;
    assert_eq!(figures["samples"], json!([]));
    assert_eq!(figures["lastMinute"], json!({ "completed": 0, "failed": 0, "cancelled": 0 }));
    assert_eq!(figures["level"], json!({ "level": "normal", "reasons": [], "off": [] }));
    assert_eq!(world.call("metrics_get", json!({})).await["budgets"], json!([]));
}

#[tokio::test]
async fn answers_and_failures_are_counted_with_their_times_and_a_circuit_that_opens_is_named() {
    let world = World::new().await;
    let budget = json!({ "scope": "provider:local", "period": "day", "capUsd": "5", "kind": "soft" });
    world.call("budget_create", budget).await;
    for _ in 0..2 {
        world.server.enqueue(ChatReply::new().text("done"));
        world.execute("local:up").await;
    }
    assert_eq!(world.call("health_get", json!({})).await["status"], "ok");
    for _ in 0..2 {
        world.server.enqueue(Reply::error(500, "boom", "server_error", None));
        world.execute("local:down").await;
    }
    let metrics = world.call("metrics_get", json!({})).await;
    let minute = &metrics["lastMinute"];
    assert_eq!(
        (&minute["completed"], &minute["failed"], &minute["cancelled"]),
        (&json!(2), &json!(2), &json!(0))
    );
    for times in [&minute["firstTokenMs"], &minute["latencyMs"]] {
        assert!(times["p50"].as_u64() <= times["p95"].as_u64(), "{times}");
        assert!(times["p99"].is_u64(), "{times}");
    }
    let model = &metrics["engine"]["models"][0];
    assert_eq!(
        (&model["model"], &model["circuit"], &model["most"]),
        (&json!("local:down"), &json!("open"), &json!(5))
    );
    assert!(model["opensInMs"].as_u64().is_some_and(|wait| wait <= 60_000), "{model}");
    assert_eq!(metrics["budgets"][0]["scope"], "provider:local");
    assert!(
        metrics["writes"]["commitMsP95"].is_number() && metrics["writes"]["diskFree"].is_u64(),
        "{metrics}"
    );

    let figures = world.call("figures_get", json!({})).await;
    assert_eq!(&figures["lastMinute"], minute);
    assert_eq!(figures["engine"]["models"][0]["circuit"], "open");
    let health = world.call("health_get", json!({})).await;
    assert_eq!(health["status"], "degraded");
    let told = health["providers"].as_array().unwrap().iter().find(|part| part["name"] == "local").unwrap();
    assert_eq!(told["message"], "`local:down` is left alone after repeated failures");
}
