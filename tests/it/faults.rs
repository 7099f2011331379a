//! Servers that misbehave and stores that cannot be used: a clear message, and nothing lost.

use formaops_testkit::{ChatReply, Reply, ScriptedServer};
use formaops_tests::Cli;
use serde_json::Value;
use std::{fs, os::unix::fs::PermissionsExt};

#[tokio::test]
async fn each_way_a_server_can_fail_has_its_class_its_message_and_its_next_step() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let partial = || ChatReply::new().text("came before");
    let faults = [
        (Reply::error(400, "bad", "invalid_request_error", None), "bad_request", ""),
        (Reply::error(401, "no", "auth", None), "authentication", ""),
        (Reply::error(403, "no", "auth", None), "permission", ""),
        (Reply::error(404, "no such model", "x", Some("model_not_found")), "not_found", ""),
        (Reply::error(429, "slow down", "rate", None).header("retry-after", "7"), "rate_limited", ""),
        (Reply::error(500, "boom", "server", None), "server_error", ""),
        (Reply::error(503, "busy", "server", None), "server_error", ""),
        (Reply::html(200, "<html>login</html>"), "invalid_response", ""),
        (Reply::redirect("http://127.0.0.1:1/"), "redirect", ""),
        (Reply::reset(), "reset", ""),
        (partial().unfinished().into_reply(), "truncated", "came before"),
        (partial().into_reply().then_reset(), "", "came before"),
        (
            partial().error("overloaded", "server_error").unfinished().into_reply(),
            "server_error",
            "came before",
        ),
    ];
    for (number, (reply, class, text)) in faults.into_iter().enumerate() {
        server.script(&number.to_string(), reply);
        let done = cli.run(&["--json", "run", "greet", "-m", &format!("local:{number}")]).await;
        let execution = &done.json()["executions"][0];
        if class.is_empty() {
            // All was said before the connection broke.
            assert_eq!(
                (done.code, execution["status"].as_str()),
                (Some(0), Some("completed")),
                "{execution}"
            );
        } else {
            assert_eq!(
                (done.code, execution["failure"]["class"].as_str()),
                (Some(3), Some(class)),
                "{execution}"
            );
            for field in ["message", "hint"] {
                assert!(!execution["failure"][field].as_str().unwrap().is_empty(), "{class} has no {field}");
            }
        }
        assert_eq!(execution["output"], text, "{class}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_with_its_address() {
    let cli = Cli::new();
    cli.add_provider("http://127.0.0.1:9/v1").await;
    cli.add_prompt("greet", "Hello").await;
    let done = cli.run(&["run", "greet", "-m", "local:any"]).await;
    assert_eq!(done.code, Some(3));
    assert!(done.stderr.contains("127.0.0.1:9"), "{done:?}");
}

/// The error with which the workspace cannot be opened, and proof that its file was left alone.
async fn refused(cli: &Cli) -> Value {
    let file = cli.workspace().join("formaops.db");
    let before = fs::read(&file).unwrap();
    let done = cli.run(&["--json", "prompt", "list"]).await;
    assert_eq!(done.code, Some(1), "{done:?}");
    assert_eq!(fs::read(&file).unwrap(), before, "the file was changed");
    let error = done.json()["error"].clone();
    assert!(!error["hint"].as_str().unwrap().is_empty(), "{error}");
    error
}

#[tokio::test]
async fn a_store_that_is_damaged_foreign_or_newer_is_refused_and_left_alone() {
    let cli = Cli::new();
    cli.add_prompt("greet", "Hello").await;
    let file = cli.workspace().join("formaops.db");
    let sound = fs::read(&file).unwrap();

    fs::write(&file, b"this is no database, but a text that is long enough to be looked at").unwrap();
    assert!(refused(&cli).await["message"].as_str().unwrap().contains("damaged"));

    let mut foreign = sound.clone();
    foreign[68..72].copy_from_slice(&1u32.to_be_bytes());
    fs::write(&file, &foreign).unwrap();
    assert!(refused(&cli).await["message"].as_str().unwrap().contains("another program"));

    let mut newer = sound.clone();
    newer[60..64].copy_from_slice(&9_999u32.to_be_bytes());
    fs::write(&file, &newer).unwrap();
    // Whether an older program may open it, its own row says; ours still says that version 1 may.
    let done = cli.run(&["--json", "prompt", "list"]).await;
    assert!(
        done.code == Some(0) || done.json()["error"]["message"].as_str().unwrap().contains("newer"),
        "{done:?}"
    );

    fs::write(&file, &sound).unwrap();
    assert_eq!(cli.run(&["prompt", "get", "greet"]).await.code, Some(0));
}

#[tokio::test]
async fn a_folder_that_is_a_file_or_cannot_be_named_is_told_with_a_way_out() {
    let cli = Cli::new();
    let file = cli.file("plain", "x");
    for workspace in [file, format!("/tmp/{}", "long/".repeat(30))] {
        let done = cli.run(&["--workspace", &workspace, "prompt", "list"]).await;
        assert_eq!(done.code, Some(1), "{done:?}");
        assert!(done.stderr.contains("hint: "), "{done:?}");
    }
}

#[tokio::test]
async fn the_workspace_is_readable_for_its_user_only() {
    let cli = Cli::new();
    cli.add_prompt("greet", "Hello").await;
    assert_eq!(fs::metadata(cli.workspace()).unwrap().permissions().mode() & 0o777, 0o700);
}
