//! Prompts that call others: checked, rendered and run as they stand, and who calls whom.

use crate::{ApiError, App, Caller, CallerKind, ErrorCode, EventHub, configuration::Configuration};
use formaops_domain::{PromptId, RefKind, VersionId};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A workspace on whose prompts nothing is called but the echo.
struct World {
    app: App,
    _dir: TempDir,
}

impl World {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let configuration = Configuration::with_variables(dir.path().join("config.toml"), []);
        let app = App::open(dir.path(), EventHub::default(), configuration).await.unwrap();
        Self { app, _dir: dir }
    }

    async fn call(&self, operation: &str, request: Value) -> Result<Value, ApiError> {
        self.app.call(&Caller::person(CallerKind::Cli), operation, request).await
    }

    /// Makes a prompt of one text, or saves the next version of it.
    async fn save(&self, name: &str, template: &str, variables: Value) -> Value {
        let content = json!({ "body": { "kind": "text", "template": template }, "variables": variables });
        let made = self.call("prompt_create", json!({ "name": name, "content": content })).await;
        match made {
            Ok(made) => made["head"].clone(),
            Err(_) => self.call("version_create", json!({ "id": name, "content": content })).await.unwrap(),
        }
    }

    async fn check(&self, template: &str, inputs: Value) -> Value {
        let content = json!({ "body": { "kind": "text", "template": template } });
        self.call("content_check", json!({ "content": content, "inputs": inputs })).await.unwrap()
    }

    /// Runs a prompt, and answers with the execution that came of it.
    async fn run(&self, request: Value) -> Value {
        let mut request = request;
        request["models"] = json!([{ "model": "dry-run:echo" }]);
        let started = self.call("run_create", request).await.unwrap();
        self.ended(&started).await
    }

    async fn ended(&self, started: &Value) -> Value {
        let run = started["run"]["id"].as_str().unwrap().parse().unwrap();
        self.app.engine.wait_run(run).await.unwrap();
        self.execution(&started["executions"][0]["id"]).await
    }

    async fn execution(&self, id: &Value) -> Value {
        self.call("execution_get", json!({ "id": id })).await.unwrap()
    }

    async fn label(&self, version: &Value, label: &str) {
        let prompt: PromptId = version["promptId"].as_str().unwrap().parse().unwrap();
        let version: VersionId = version["id"].as_str().unwrap().parse().unwrap();
        let version = self.app.store.get_version(prompt, version).await.unwrap();
        let label = label.parse().unwrap();
        self.app.store.put_ref(&version, RefKind::Label, label, None, self.app.now()).await.unwrap();
    }
}

fn sent(execution: &Value) -> String {
    let segments = execution["messages"][0]["segments"].as_array().unwrap();
    segments.iter().filter_map(|segment| segment["text"].as_str()).collect()
}

#[tokio::test]
async fn a_check_reads_partials_by_name_version_and_label_and_says_what_to_do_where_there_is_none() {
    let world = World::new().await;
    let first = world.save("shared/tone", "Be kind.", json!([])).await;
    world.label(&first, "production").await;
    world.save("shared/tone", "Be cool, {{> (lookup . \"who\")}}.", json!([])).await;
    world.save("people/ada", "Ada {{surname}}", json!([])).await;

    let hash = first["id"].as_str().unwrap();
    let all = format!(
        "{{{{> shared/tone}}}} {{{{> \"shared/tone@production\"}}}} {{{{> \"shared/tone@v1\"}}}} {{{{> \"shared/tone@{hash}\"}}}}"
    );
    let inputs = json!({ "who": "people/ada", "surname": "L." });
    let report = world.check(&all, inputs).await;
    let segments = report["rendered"]["messages"][0]["segments"].as_array().unwrap();
    let text: String = segments.iter().filter_map(|segment| segment["text"].as_str()).collect();
    assert_eq!(text, "Be cool, Ada L.. Be kind. Be kind. Be kind.");
    // A partial that only a value names is one too.
    let called: Vec<_> =
        report["partials"].as_array().unwrap().iter().map(|called| &called["name"]).collect();
    let hashed = format!("shared/tone@{hash}");
    let expected = ["people/ada", "shared/tone", "shared/tone@production", "shared/tone@v1", &hashed];
    assert_eq!(called, expected);
    assert_eq!(report["partials"][2]["versionNumber"], 1);
    assert_eq!(report["partials"][2]["text"], "Be kind.");

    for (template, message, hint) in [
        ("{{> shared/tona}}", "there is no partial `shared/tona`", "Did you mean `shared/tone`?"),
        ("{{> \"shared/tona@v1\"}}", "there is no partial `shared/tona@v1`", "Did you mean `shared/tone`?"),
        ("{{> Header}}", "there is no partial `Header`", "A partial is a saved prompt"),
        ("{{> \"shared/tone@v9\"}}", "`shared/tone` has no version v9", "which is v2 now"),
        ("{{> \"shared/tone@live\"}}", "`shared/tone` has no label or branch `live`", "which is v2 now"),
    ] {
        let report = world.check(template, json!({})).await;
        let found = &report["diagnostics"][0];
        assert_eq!((&found["code"], &found["message"]), (&json!("unknown_partial"), &json!(message)));
        assert!(found["hint"].as_str().unwrap().contains(hint), "{found}");
        assert_eq!(report["error"]["message"], message);
    }
    let unknown = world.check("{{> (lookup . \"who\")}}", json!({ "who": "people/bob" })).await;
    assert_eq!(unknown["error"]["message"], "there is no partial `people/bob`");
}

#[tokio::test]
async fn a_prompt_calls_only_so_many_partials() {
    let world = World::new().await;
    let calls: String = (0..300).map(|n| format!("{{{{> \"tone@v{n}\"}}}}")).collect();
    world.save("tone", "Be kind.", json!([])).await;
    for n in 2..=300 {
        world.save("tone", &format!("Be kind {n}."), json!([])).await;
    }
    let report = world.check(&calls, json!({})).await;
    assert_eq!(report["partials"].as_array().unwrap().len(), 256);
    let messages: Vec<_> =
        report["diagnostics"].as_array().unwrap().iter().map(|found| &found["message"]).collect();
    assert!(messages.iter().any(|message| message.as_str().unwrap().contains("one partial too many")));
}

#[tokio::test]
async fn a_run_keeps_to_the_versions_it_was_made_with_when_it_is_tried_again_or_repeated() {
    let world = World::new().await;
    world.save("shared/tone", "Be kind.", json!([])).await;
    world.save("letter", "{{> (lookup . \"tone\")}}", json!([])).await;
    let request = json!({ "prompt": "letter", "inputs": { "tone": "shared/tone" } });
    let first = world.run(request.clone()).await;
    assert_eq!(sent(&first), "Be kind.");
    assert_eq!(first["partials"][0]["name"], "shared/tone");
    assert_eq!(first["partials"][0]["versionNumber"], 1);

    world.save("shared/tone", "Be cool.", json!([])).await;
    world.call("prompt_update", json!({ "id": "shared/tone", "name": "shared/voice" })).await.unwrap();
    let run = first["execution"]["runId"].clone();
    let again = world.call("execution_retry", json!({ "id": first["execution"]["id"] })).await.unwrap();
    world.app.engine.wait_run(run.as_str().unwrap().parse().unwrap()).await.unwrap();
    let again = world.execution(&again["id"]).await;
    assert_eq!(
        (again["execution"]["status"].as_str(), sent(&again).as_str()),
        (Some("completed"), "Be kind.")
    );
    assert_eq!(again["partials"][0]["promptName"], "shared/voice");
    let repeated = world.call("run_repeat", json!({ "id": run })).await.unwrap();
    assert_eq!(sent(&world.ended(&repeated).await), "Be kind.");

    let new = json!({ "prompt": "letter", "inputs": { "tone": "shared/voice" } });
    assert_eq!(sent(&world.run(new).await), "Be cool.");
    let gone = world.call("run_create", json!({ "models": [{ "model": "dry-run:echo" }], "prompt": "letter", "inputs": { "tone": "shared/tone" } }));
    assert_eq!(gone.await.unwrap_err().code, ErrorCode::Template);
}

#[tokio::test]
async fn what_a_partial_declares_is_asked_for_checked_and_masked() {
    let world = World::new().await;
    let declared = json!([
        { "name": "token", "type": "string", "required": true, "sensitive": true },
        { "name": "style", "type": "enum", "options": ["kind", "cool"], "default": "kind" },
    ]);
    world.save("shared/tone", "Be {{style}}: {{token}}", declared).await;
    world.save("letter", "{{> shared/tone}}", json!([])).await;
    let report = world.check("{{> shared/tone}}", json!({ "token": "hunter2" })).await;
    let lent: Vec<_> = report["lentVariables"].as_array().unwrap().iter().map(|lent| &lent["name"]).collect();
    assert_eq!(lent, ["style", "token"]);
    assert_eq!(report["usedVariables"], json!(["style", "token"]));
    assert_eq!(report["diagnostics"][0]["code"], "undeclared_variable");

    let refuse = async |inputs: Value| {
        let models = json!([{ "model": "dry-run:echo" }]);
        let request = json!({ "prompt": "letter", "inputs": inputs, "models": models });
        world.call("run_create", request).await.unwrap_err().message
    };
    assert_eq!(refuse(json!({})).await, "`token` is required and has no value");
    assert!(refuse(json!({ "token": "x", "style": "loud" })).await.contains("`style`"));

    let ran = world.run(json!({ "prompt": "letter", "inputs": { "token": "hunter2" } })).await;
    assert_eq!(ran["execution"]["status"], "completed");
    assert_eq!(ran["inputs"], json!({ "token": "[redacted]" }));
    let draft = json!({
        "id": "letter",
        "content": { "body": { "kind": "text", "template": "{{> shared/tone}}" } },
        "inputs": { "token": "hunter2", "style": "cool" },
    });
    world.call("draft_put", draft).await.unwrap();
    let set = json!({ "id": "letter", "name": "a", "inputs": { "token": "hunter2", "style": "cool" } });
    assert_eq!(world.call("input_set_put", set).await.unwrap()["inputs"], json!({ "style": "cool" }));
    let kept = world.call("prompt_get", json!({ "id": "letter" })).await.unwrap();
    assert_eq!(kept["draft"]["inputs"], json!({ "style": "cool" }));
    let repeat = world.call("run_repeat", json!({ "id": ran["execution"]["runId"] })).await.unwrap_err();
    assert_eq!(repeat.message, "the value of `token` was not kept");
}

#[tokio::test]
async fn a_prompt_that_others_call_is_not_renamed_or_deleted_from_under_them() {
    let world = World::new().await;
    world.save("shared/tone", "Be kind.", json!([])).await;
    for name in ["a", "b", "c", "d"] {
        world.save(name, "{{> shared/tone}}", json!([])).await;
    }
    world.save("other", "shared/tone is only spoken of, {{> shared/tone-2}}", json!([])).await;
    let uses = world.call("partial_use_list", json!({ "id": "shared/tone" })).await.unwrap();
    assert_eq!(uses["items"].as_array().unwrap().len(), 4);
    assert_eq!(uses["items"][0]["promptName"], "a");
    assert_eq!(uses["items"][0]["calls"], json!(["shared/tone"]));

    let rename = json!({ "id": "shared/tone", "name": "shared/voice" });
    let delete = json!({ "id": "shared/tone" });
    for (operation, request) in [("prompt_update", &rename), ("prompt_delete", &delete)] {
        let refused = world.call(operation, request.clone()).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Conflict);
        assert_eq!(refused.message, "`shared/tone` is called as a partial by `a`, `b`, `c` and 1 more");
    }
    // What changes no name harms nobody.
    world.call("prompt_update", json!({ "id": "shared/tone", "title": "Tone" })).await.unwrap();
    let choices = world.call("partial_list", json!({ "search": "tone" })).await.unwrap();
    assert_eq!(choices["items"][0]["title"], "Tone");
    world.call("prompt_delete", json!({ "id": "shared/tone", "force": true })).await.unwrap();
    assert_eq!(world.call("partial_list", json!({ "search": "tone" })).await.unwrap()["items"], json!([]));
}
