//! What leaves the machine, over the command line: the wires, the ledger, the switch, and tests of connections.

use formaops_testkit::{ChatReply, Reply, ScriptedServer};
use formaops_tests::Cli;
use serde_json::{Value, json};

/// Every wire format, with the path that its base URL ends in.
const KINDS: [(&str, &str); 7] = [
    ("openai-chat", "/v1"),
    ("openai-responses", "/v1"),
    ("anthropic", "/v1"),
    ("gemini", "/v1beta"),
    ("ollama", "/"),
    ("azure-openai", "/openai/v1"),
    ("bedrock", "/"),
];

/// Providers of all kinds at one server, named as their kinds.
async fn add_all(cli: &Cli, server: &ScriptedServer) {
    for (kind, path) in KINDS {
        let url = server.base_url().join(path).unwrap();
        cli.json(&["provider", "create", "--name", kind, "--kind", kind, "--base-url", url.as_str()]).await;
    }
}

async fn test(cli: &Cli, provider: &str, model: Option<&str>) -> Value {
    let mut arguments = vec!["provider", "test", provider];
    arguments.extend(model.map(|model| ["--model", model]).into_iter().flatten());
    cli.json(&arguments).await
}

#[tokio::test]
async fn seven_vendors_answer_side_by_side_and_the_ledger_says_where_each_request_went() {
    let (server, cli) = (ScriptedServer::start().await, Cli::new());
    add_all(&cli, &server).await;
    cli.add_prompt("greet", "Hello {{name}}").await;
    let models: Vec<String> = KINDS.iter().map(|(kind, _)| format!("{kind}:words-3")).collect();
    let chosen = models.iter().flat_map(|model| ["--model", model]);
    let arguments: Vec<&str> = ["run", "greet", "--var", "name=World"].into_iter().chain(chosen).collect();
    let document = cli.json(&arguments).await;

    let executions = document["executions"].as_array().unwrap();
    assert_eq!(executions.len(), KINDS.len());
    for execution in executions {
        assert_eq!(execution["output"], "word1 word2 word3 ", "{}", execution["model"]);
        assert_eq!(execution["finish"]["reason"], "stop", "{}", execution["model"]);
        assert_eq!(execution["metrics"]["tokenUsage"]["outputTokens"], 3, "{}", execution["model"]);
    }
    let ledger = cli.json(&["egress", "list"]).await;
    let entries = ledger["items"].as_array().unwrap();
    assert_eq!(entries.len(), KINDS.len());
    for entry in entries {
        assert_eq!((&entry["purpose"], &entry["httpStatus"]), (&json!("execution"), &json!(200)));
        let ids: Vec<_> = executions.iter().map(|execution| &execution["id"]).collect();
        assert!(ids.contains(&&entry["executionId"]) && entry["bytesIn"].as_u64().unwrap() > 100, "{entry}");
        assert!(entry["endedAt"].is_string(), "{entry}");
    }
    // All of it stayed on this machine.
    assert_eq!(cli.json(&["egress", "list", "--outside"]).await["items"], json!([]));
    assert_eq!(cli.json(&["egress", "totals"]).await["items"], json!([]));
}

#[tokio::test]
async fn a_model_that_asks_for_a_tool_is_heard_in_every_wire_format() {
    let (server, cli) = (ScriptedServer::start().await, Cli::new());
    add_all(&cli, &server).await;
    cli.add_prompt("weather", "What is the weather?").await;
    for (kind, _) in KINDS {
        let document = cli.json(&["run", "weather", "--model", &format!("{kind}:tool")]).await;
        let execution = &document["executions"][0];
        assert_eq!(execution["finish"]["reason"], "tool-calls", "{kind}: {execution}");
        assert_eq!(execution["output"], "Let me look. ", "{kind}");
        let call = &execution["toolCalls"][0];
        let arguments: Value = serde_json::from_str(call["arguments"].as_str().unwrap()).unwrap();
        assert_eq!(call["name"], "get_weather", "{kind}");
        assert_eq!(arguments, json!({ "city": "Zürich", "unit": "celsius" }), "{kind}");
    }
    let told = cli.run(&["run", "weather", "--model", "anthropic:tool"]).await;
    assert!(
        told.stderr.contains("asks for get_weather({") && told.stderr.contains("(asks for tools)"),
        "{told:?}"
    );
}

#[tokio::test]
async fn offline_nothing_leaves_the_machine_until_it_is_switched_on_again() {
    let (server, cli) = (ScriptedServer::start().await, Cli::new());
    cli.add_provider(server.base_url().as_str()).await;
    cli.json(&[
        "provider",
        "create",
        "--name",
        "far",
        "--kind",
        "openai-chat",
        "--base-url",
        "http://host.invalid/v1",
    ])
    .await;
    cli.add_prompt("greet", "Hello").await;
    server.script("a", ChatReply::new().text("from here"));

    assert_eq!(cli.json(&["network", "put", "--offline", "true"]).await, json!({ "offline": true }));
    // Another process reads it anew.
    assert_eq!(cli.json(&["network", "get"]).await, json!({ "offline": true }));
    let refused = cli.run(&["--json", "run", "greet", "--model", "far:a"]).await;
    assert_eq!(refused.code, Some(3));
    let failure = &refused.json()["executions"][0]["failure"];
    assert_eq!(failure["class"], "offline");
    assert!(failure["message"].as_str().unwrap().contains("`http://host.invalid`"), "{failure}");
    assert_eq!(
        cli.json(&["run", "greet", "--model", "local:a"]).await["executions"][0]["output"],
        "from here"
    );
    assert_eq!(test(&cli, "far", None).await["failure"]["class"], "offline");

    // It is no setting that whoever may write prompts can flip.
    let flipped = cli.run(&["setting", "put", "network.offline", "--value", "false"]).await;
    assert!(flipped.code == Some(2) || flipped.code == Some(1), "{flipped:?}");
    assert_eq!(cli.json(&["network", "get"]).await, json!({ "offline": true }));
    cli.json(&["network", "put", "--offline", "false"]).await;
    assert_eq!(test(&cli, "far", None).await["failure"]["class"], "name_not_found");
}

#[tokio::test]
async fn a_test_of_a_connection_tells_apart_what_can_stand_in_the_way() {
    let (server, cli) = (ScriptedServer::start().await, Cli::new());
    cli.add_provider(server.base_url().as_str()).await;
    server.serve_models(["one", "two"]);
    let fine = test(&cli, "local", None).await;
    assert_eq!((&fine["failure"], &fine["models"]), (&Value::Null, &json!(2)));

    server.script(
        "broke",
        Reply::error(429, "You exceeded your current quota", "", Some("insufficient_quota")),
    );
    server.script("closed", Reply::error(403, "no access", "", None));
    server.script("gone", Reply::error(404, "The model does not exist", "", Some("model_not_found")));
    server.script("wrong-key", Reply::error(401, "Incorrect API key", "", Some("invalid_api_key")));
    for (model, class) in [
        ("words-3", Value::Null),
        ("broke", json!("no_quota")),
        ("closed", json!("permission")),
        ("gone", json!("not_found")),
        ("wrong-key", json!("authentication")),
    ] {
        let found = test(&cli, "local", Some(model)).await;
        assert_eq!(found["failure"]["class"], class, "{model}: {found}");
        assert!(class.is_null() || !found["failure"]["hint"].as_str().unwrap().is_empty(), "{found}");
    }
    for (reply, class) in [
        (Reply::html(200, "<title>Sign in</title>"), "invalid_response"),
        (Reply::status(404), "not_found"),
        (Reply::redirect("https://example.com/"), "redirect"),
    ] {
        server.reply_to_models(reply);
        assert_eq!(test(&cli, "local", None).await["failure"]["class"], class);
    }
    let purposes = cli.json(&["egress", "list"]).await;
    assert!(
        purposes["items"].as_array().unwrap().iter().all(|entry| entry["purpose"] == "test"),
        "{purposes}"
    );
    server.stop().await;
    let refused = test(&cli, "local", None).await;
    assert_eq!(refused["failure"]["class"], "refused");
    assert!(refused["failure"]["hint"].as_str().unwrap().starts_with("Start the server"), "{refused}");
}
