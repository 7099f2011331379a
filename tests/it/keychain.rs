//! Keys in the keychain of a desktop: one that is open, one that is locked, and none.

use crate::secrets::{leaks, shows};
use formaops_testkit::{ChatReply, ScriptedServer};
use formaops_tests::{Cli, Desktop};
use serde_json::{Value, json};

const KEY: &str = "sk-chain-0123456789abcdef";

async fn keyed(cli: &Cli, server: &ScriptedServer) {
    let address = server.base_url();
    server.script("any", ChatReply::new().text("hello"));
    let kind = ["--kind", "openai-chat", "--base-url", address.as_str()];
    cli.json(&[&["provider", "create", "--name", "keyed"], kind.as_slice()].concat()).await;
    cli.add_prompt("greet", "Hello").await;
}

async fn add_key(cli: &Cli) -> Value {
    let add = ["--json", "provider", "key", "add", "keyed", "--name", "work", "--stdin"];
    let done = cli.run_with_input(KEY, &add).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    done.json()
}

#[tokio::test]
async fn a_key_is_kept_in_the_keychain_found_by_later_processes_and_forgotten_there() {
    let (server, desktop) = (ScriptedServer::start().await, Desktop::start().await);
    let cli = Cli::new().with_env("DBUS_SESSION_BUS_ADDRESS", &desktop.bus());
    keyed(&cli, &server).await;
    assert_eq!(cli.json(&["key-store", "get"]).await["keychain"], "available");
    let key = add_key(&cli).await;
    assert_eq!((&key["reference"]["kind"], &key["state"]), (&json!("keychain"), &json!("found")));

    let done = cli.run(&["--json", "run", "greet", "-m", "keyed:any"]).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(server.last_request().header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert!(!shows(&format!("{key} {done:?}"), KEY));
    assert_eq!(leaks(&cli.workspace(), KEY), Vec::<String>::new());

    let removed = cli.json(&["provider", "key", "remove", "keyed", "work"]).await;
    assert_eq!(removed["state"], "missing", "it is gone from the keychain: {removed}");
    assert_eq!(cli.json(&["provider", "list"]).await["items"][1]["keyState"], "none");
}

#[tokio::test]
async fn a_locked_keychain_is_told_and_never_waited_for_in_vain() {
    let (server, desktop) = (ScriptedServer::start().await, Desktop::start().await);
    let cli = Cli::new().with_env("DBUS_SESSION_BUS_ADDRESS", &desktop.bus());
    keyed(&cli, &server).await;
    add_key(&cli).await;

    let desktop = desktop.locked().await;
    let cli = cli.with_env("DBUS_SESSION_BUS_ADDRESS", &desktop.bus());
    assert_eq!(cli.json(&["key-store", "get"]).await["keychain"], "locked");
    let keys = cli.json(&["provider", "key", "list", "keyed"]).await;
    assert_eq!(keys["items"][0]["state"], "locked", "{keys}");
    let done = cli.run(&["--json", "run", "greet", "-m", "keyed:any"]).await;
    let failure = &done.json()["executions"][0]["failure"];
    assert_eq!(failure["class"], "key_locked", "{done:?}");
    assert!(failure["hint"].as_str().unwrap().contains("Unlock the keychain"), "{failure}");
    assert!(server.requests().is_empty());

    let refused = cli.run(&["--json", "provider", "key", "remove", "keyed", "work"]).await;
    assert_eq!(refused.json()["error"]["class"], "key_locked", "{refused:?}");
    cli.json(&["provider", "key", "remove", "keyed", "work", "--force"]).await;
    assert_eq!(cli.json(&["provider", "key", "list", "keyed"]).await["items"], json!([]));
}

#[tokio::test]
async fn where_there_is_no_keychain_a_key_waits_for_it_or_goes_elsewhere() {
    let (server, desktop) = (ScriptedServer::start().await, Desktop::start().await);
    let without = Cli::new();
    keyed(&without, &server).await;
    assert_eq!(without.json(&["key-store", "get"]).await["keychain"], "none");
    let add =
        ["--json", "provider", "key", "add", "keyed", "--name", "work", "--place", "keychain", "--stdin"];
    let refused = without.run_with_input(KEY, &add).await;
    assert!(
        refused.json()["error"]["hint"].as_str().unwrap().contains("formaops vault create"),
        "{refused:?}"
    );

    let with = without.with_env("DBUS_SESSION_BUS_ADDRESS", &desktop.bus());
    add_key(&with).await;
    let gone = with.with_env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    assert_eq!(gone.json(&["provider", "list"]).await["items"][1]["keyState"], "no-keychain");
    let done = gone.run(&["--json", "run", "greet", "-m", "keyed:any"]).await;
    assert_eq!(done.json()["executions"][0]["failure"]["class"], "key_locked", "{done:?}");
    assert!(server.requests().is_empty());
}
