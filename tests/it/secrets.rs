//! A key is sent to its own server and is nowhere else; neither is the value of a sensitive variable.

use formaops_testkit::{ChatReply, Reply, ScriptedServer};
use formaops_tests::{Cli, Host};
use serde_json::json;
use std::path::Path;

const KEY: &str = "sk-canary-0123456789abcdef";

/// The files of a folder in which some eight characters of `secret` in a row stand.
pub(crate) fn leaks(folder: &Path, secret: &str) -> Vec<String> {
    let pieces: Vec<&[u8]> = secret.as_bytes().windows(8).collect();
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(leaks(&path, secret));
        } else if let Ok(bytes) = std::fs::read(&path)
            && pieces.iter().any(|piece| bytes.windows(8).any(|window| window == *piece))
        {
            found.push(path.display().to_string());
        }
    }
    found
}

pub(crate) fn shows(text: &str, secret: &str) -> bool {
    secret.as_bytes().windows(8).any(|piece| text.contains(std::str::from_utf8(piece).unwrap()))
}

async fn add_keyed_provider(cli: &Cli, server: &ScriptedServer) -> String {
    let address = server.base_url();
    let provider = cli
        .json(&[
            "provider",
            "create",
            "--name",
            "keyed",
            "--kind",
            "openai-chat",
            "--base-url",
            address.as_str(),
            "--key-env",
            "CANARY_API_KEY",
        ])
        .await;
    assert_eq!(provider["keyState"], "found");
    provider["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_reaches_its_server_and_leaves_no_trace_even_when_the_server_repeats_it() {
    let server = ScriptedServer::start().await;
    let cli = Cli::new().with_env("CANARY_API_KEY", KEY);
    add_keyed_provider(&cli, &server).await;
    cli.add_prompt("greet", "Hello").await;
    let (first, rest) = KEY.split_at(9);
    server.script("repeats", ChatReply::new().text("your key is ").text(first).text(rest).text("!"));
    server.script("refuses", Reply::error(401, &format!("Incorrect API key provided: {KEY}"), "auth", None));

    let host = Host::open(&cli).await;
    let models = json!([{ "model": "keyed:repeats" }, { "model": "keyed:refuses" }]);
    let mut told = Vec::new();
    let done = cli.run(&["--json", "run", "greet", "-m", "keyed:repeats", "-m", "keyed:refuses"]).await;
    assert_eq!(done.code, Some(3), "{done:?}");
    told.push(format!("{done:?}"));
    told.push(format!("{:?}", host.post("/api/runs", json!({ "prompt": "greet", "models": models })).await));
    for path in ["/api/executions", "/api/runs", "/api/providers", "/api/health"] {
        told.push(format!("{:?}", host.get(path).await));
    }
    for request in server.requests() {
        assert_eq!(request.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    }
    for text in told {
        assert!(!shows(&text, KEY), "{text}");
    }
    host.kill().await;
    assert_eq!(leaks(&cli.workspace(), KEY), Vec::<String>::new());
}

#[tokio::test]
async fn a_key_is_not_sent_to_another_address_until_it_is_given_again() {
    let (server, other) = (ScriptedServer::start().await, ScriptedServer::start().await);
    let cli = Cli::new().with_env("CANARY_API_KEY", KEY);
    let id = add_keyed_provider(&cli, &server).await;
    cli.add_prompt("greet", "Hello").await;
    let moved = cli.json(&["provider", "update", &id, "--base-url", other.base_url().as_str()]).await;
    assert_eq!(moved["keyState"], "detached");

    let done = cli.run(&["--json", "run", "greet", "-m", "keyed:any"]).await;
    assert_eq!(done.json()["executions"][0]["failure"]["class"], "no_key", "{done:?}");
    assert!(other.requests().is_empty());

    let bound = cli.json(&["provider", "update", &id, "--key-env", "CANARY_API_KEY"]).await;
    assert_eq!(bound["keyState"], "found");
}

#[tokio::test]
async fn a_configuration_can_name_neither_other_secrets_nor_an_open_line() {
    let cli = Cli::new().with_env("AWS_SECRET_ACCESS_KEY", KEY);
    let create = async |url: &str, env: &str| {
        cli.run(&[
            "provider",
            "create",
            "--name",
            "x",
            "--kind",
            "openai-chat",
            "--base-url",
            url,
            "--key-env",
            env,
        ])
        .await
    };
    assert_eq!(create("https://example.com/v1", "AWS_SECRET_ACCESS_KEY").await.code, Some(1));
    let open = create("http://example.com/v1", "X_API_KEY").await;
    assert_eq!(open.code, Some(1));
    assert!(open.stderr.contains("https://"), "{open:?}");
}

#[tokio::test]
async fn the_value_of_a_sensitive_variable_is_sent_and_kept_nowhere() {
    const VALUE: &str = "patient-4711-heinrich";
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    let content = json!({
        "body": { "kind": "text", "template": "About {{person}}" },
        "variables": [{ "name": "person", "type": "string", "required": true, "sensitive": true }],
    });
    cli.json(&["prompt", "create", "--name", "about", "--content", &content.to_string()]).await;
    let (first, rest) = VALUE.split_at(10);
    server.enqueue(ChatReply::new().text("I know ").text(first).text(rest).text(" well"));
    let variable = format!("person={VALUE}");
    let document =
        cli.json(&["run", "about", "-m", "local:any", "-m", "dry-run:echo", "--var", &variable]).await;

    assert_eq!(server.last_request().body["messages"][0]["content"], format!("About {VALUE}"));
    assert_eq!(document["executions"][0]["output"], "I know [redacted] well");
    assert_eq!(document["executions"][1]["output"], "About [redacted]");
    assert_eq!(document["run"]["inputs"]["person"], "[redacted]");
    assert_eq!(leaks(&cli.workspace(), VALUE), Vec::<String>::new());

    for word in VALUE.split('-') {
        let found = cli.json(&["runs", "list", "--text", word]).await;
        assert_eq!(found["items"], json!([]), "{word}");
    }
    assert_eq!(
        cli.json(&["runs", "list", "--text", "know well"]).await["items"].as_array().unwrap().len(),
        1
    );

    let run = document["run"]["id"].as_str().unwrap();
    let again = cli.run(&["--json", "runs", "repeat", run]).await;
    assert_eq!(again.json()["error"]["at"]["path"], "inputs.person", "{again:?}");
}
