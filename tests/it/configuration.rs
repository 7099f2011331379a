//! The configuration as its users meet it: a file, the environment, and `formaops config`.

use formaops_tests::{Cli, Host};
use serde_json::json;
use std::{fs, path::PathBuf};

fn default_file(cli: &Cli) -> PathBuf {
    cli.workspace().parent().unwrap().join(".config/formaops/config.toml")
}

#[tokio::test]
async fn the_template_is_a_sound_file_that_changes_nothing() {
    let cli = Cli::new();
    let generated = cli.run(&["config", "generate"]).await;
    assert_eq!(generated.code, Some(0), "{generated:?}");
    let uncommented: String = generated
        .stdout
        .lines()
        .map(|line| line.strip_prefix('#').unwrap_or(line).to_owned() + "\n")
        .collect();
    for (name, text) in [("as-it-is.toml", &generated.stdout), ("uncommented.toml", &uncommented)] {
        let file = cli.file(name, text);
        let checked = cli.run(&["--config", &file, "config", "check"]).await;
        assert_eq!(checked.code, Some(0), "{checked:?}");
        assert!(checked.stdout.starts_with("nothing is wrong"), "{checked:?}");
        let config = cli.json(&["--config", &file, "config", "get"]).await;
        for item in config["items"].as_array().unwrap() {
            assert_eq!(item["value"], item["default"], "{item}");
        }
    }
}

#[tokio::test]
async fn check_names_every_wrong_value_and_fails_and_the_app_works_on() {
    let cli = Cli::new().with_env("TIMEOUT_MS", "soon").with_env("EXEC_TIMEOUT", "30");
    let file =
        cli.file("c.toml", "retry_limt = 5\n\nui_threshold = true\nfallback_strategy = \"drop\"\nx = [\n");
    let checked = cli.run(&["--config", &file, "config", "check"]).await;
    assert_eq!(checked.code, Some(1), "{checked:?}");
    let expected = format!(
        "`TIMEOUT_MS` must be a whole number from 1 to 86400000, got `soon`\n\
         {file}:1:1: there is no setting `retry_limt`; did you mean `retry_limit`?\n\
         {file}:3:16: `ui_threshold` must be a whole number from 0 to 1024, got `true`\n\
         {file}:4:21: `fallback_strategy` must be `queue`, `reject` or `degrade`, got `\"drop\"`\n\
         {file}:5:6: this is no TOML: unclosed array, expected `]`\n"
    );
    assert_eq!(checked.stdout, expected);
    let as_json = cli.run(&["--json", "--config", &file, "config", "check"]).await;
    assert_eq!(as_json.code, Some(1));
    let third = &as_json.json()["problems"][2];
    assert_eq!(third["setting"], "ui_threshold");
    assert_eq!(third["at"], json!({ "path": file, "line": 3, "column": 16 }));

    let listed = cli.run(&["--config", &file, "prompt", "list"]).await;
    assert_eq!(listed.code, Some(0), "{listed:?}");
    assert_eq!(listed.stderr, "note: the configuration has 5 problems: see `formaops config check`\n");
}

#[tokio::test]
async fn a_file_that_is_named_must_be_there_and_the_default_one_need_not() {
    let cli = Cli::new();
    assert_eq!(cli.run(&["config", "check"]).await.code, Some(0));
    let missing = cli.run(&["--config", "/no/such/file.toml", "config", "check"]).await;
    assert_eq!(missing.code, Some(1));
    assert_eq!(missing.stdout, "/no/such/file.toml: there is no such file\n");
}

#[tokio::test]
async fn set_and_reset_change_the_default_file() {
    let cli = Cli::new();
    cli.json(&["config", "set", "retry_limit", "0"]).await;
    assert_eq!(fs::read_to_string(default_file(&cli)).unwrap(), "retry_limit = 0\n");
    let wrong = cli.run(&["config", "set", "retry_limit", "-1"]).await;
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.stderr.contains("must be a whole number from 0 to 100, got `-1`"), "{wrong:?}");
    cli.json(&["config", "reset", "retry_limit"]).await;
    assert_eq!(fs::read_to_string(default_file(&cli)).unwrap(), "# retry_limit = 3\n");
}

#[tokio::test]
async fn where_nothing_can_be_written_a_change_is_refused_and_all_else_works() {
    let cli = Cli::new();
    let refused =
        cli.run(&["--config", "/proc/formaops/config.toml", "config", "set", "retry_limit", "1"]).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("`/proc/formaops/config.toml` cannot be written"), "{refused:?}");
    assert!(refused.stderr.contains("hint: See to it that you may write this file"), "{refused:?}");
    let listed = cli.run(&["--config", "/proc/formaops/config.toml", "prompt", "list"]).await;
    assert_eq!((listed.code, listed.stderr.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn a_value_that_is_set_holds_for_the_next_run() {
    use formaops_testkit::{Reply, ScriptedServer};
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    server.script("broken", Reply::error(500, "boom", "server_error", None));
    cli.json(&["config", "set", "retry_limit", "0"]).await;
    let done = cli.run(&["run", "greet", "-m", "local:broken"]).await;
    assert_eq!(done.code, Some(3), "{done:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn the_file_and_the_environment_of_the_owner_count_for_its_clients() {
    let cli = Cli::new().with_env("RETRY_LIMIT", "7");
    let host = Host::open(&cli).await;
    let other = cli.file("other.toml", "timeout_ms = 1\n");
    let config = cli.json(&["--config", &other, "config", "get"]).await;
    assert_eq!(config["path"], default_file(&cli).to_str().unwrap());
    let items = config["items"].as_array().unwrap();
    let named = |name: &str| items.iter().find(|item| item["name"] == name).unwrap();
    assert_eq!(named("retry_limit")["source"], "environment");
    assert_eq!(named("timeout_ms")["value"], 30_000);
    // A key without the right to administer sees none of it.
    let made = cli.json(&["api-key", "create", "--name", "ci", "--scopes", "read"]).await;
    let reader = host.as_bearer(made["secret"].as_str().unwrap());
    assert_eq!(reader.get("/api/config").await.status, 403);
}
