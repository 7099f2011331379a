//! A linked folder from the command line, one command after the other and beside a host.

use formaops_tests::{Cli, Host};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// A folder beside the workspace with one file.
fn folder(cli: &Cli) -> (PathBuf, String) {
    let path = cli.workspace().parent().unwrap().canonicalize().unwrap().join("prompts");
    fs::create_dir(&path).unwrap();
    fs::write(path.join("greet.prompt"), "---\n# by hand\nmodel: dry-run/echo\n---\nHello {{name}}\n")
        .unwrap();
    let text = path.to_str().unwrap().to_owned();
    (path, text)
}

async fn file_is(path: &Path, text: &str) {
    let begun = Instant::now();
    while fs::read_to_string(path).ok().as_deref() != Some(text) {
        let held = fs::read_to_string(path);
        assert!(begun.elapsed() < Duration::from_secs(30), "it holds {held:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_folder_is_linked_trusted_and_written_by_single_commands() {
    let cli = Cli::new();
    let (path, text) = folder(&cli);
    let linked = cli.json(&["folder", "link", "--path", &text]).await;
    assert_eq!((&linked["folder"]["files"], &linked["folder"]["trusted"]), (&json!(1), &json!(false)));

    let refused = cli.run(&["run", "greet", "--var", "name=Ada"]).await;
    assert!(refused.code != Some(0) && refused.stderr.contains("not trusted"), "{refused:?}");
    cli.json(&["folder", "trust", "--path", &text]).await;
    let ran = cli.run(&["run", "greet", "--var", "name=Ada"]).await;
    assert!(ran.code == Some(0) && ran.stdout.contains("Hello Ada"), "{ran:?}");

    // What one command changes is in the file when it ends, and what was edited meanwhile is there for the next.
    let content = json!({ "body": { "kind": "text", "template": "Good day {{name}}\n" },
        "settings": { "model": "dry-run:echo" } });
    cli.json(&["version", "create", "greet", "--content", &content.to_string()]).await;
    file_is(&path.join("greet.prompt"), "---\n# by hand\nmodel: dry-run/echo\n---\nGood day {{name}}\n")
        .await;

    let state = cli.json(&["folder", "state"]).await;
    assert_eq!(state["folder"]["path"], text.as_str());
    cli.json(&["folder", "unlink"]).await;
    assert_eq!(cli.json(&["folder", "get"]).await, json!({ "folder": null }));
    assert!(path.join("greet.prompt").exists());
}

#[tokio::test]
async fn an_edit_of_a_file_comes_as_an_event_and_then_as_a_version() {
    let cli = Cli::new();
    let (path, text) = folder(&cli);
    cli.json(&["folder", "link", "--path", &text]).await;
    let host = Host::open(&cli).await;
    let prompt = host.get("/api/prompts/greet").await.body["prompt"]["id"].clone();
    let state = async || host.get("/api/folder").await.body["folder"]["status"].clone();
    while state().await != "live" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut events = host.events().await;
    fs::write(path.join("greet.prompt"), "Hi {{name}}\n").unwrap();
    let mut told: Vec<Value> = Vec::new();
    let until_version = async {
        while let Some(event) = futures::StreamExt::next(&mut events).await {
            if event["id"] == prompt {
                told.push(event["noun"].clone());
            }
            if told.contains(&json!("prompt")) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), until_version).await.unwrap();
    assert_eq!(told[0], "file", "{told:?}");
    let head = host.get("/api/prompts/greet").await.body["head"].clone();
    assert_eq!(head["content"]["body"]["template"], "Hi {{name}}\n");
}

#[tokio::test]
async fn a_conflict_is_settled_from_the_command_line_and_the_file_holds_it() {
    let cli = Cli::new();
    let (path, text) = folder(&cli);
    let file = path.join("greet.prompt");
    let content = json!({ "body": { "kind": "text", "template": "Good day {{name}}\n" } });
    cli.json(&["prompt", "create", "--name", "greet", "--content", &content.to_string()]).await;
    let linked = cli.json(&["folder", "link", "--path", &text]).await;
    assert_eq!(linked["folder"]["conflicts"][0]["path"], "greet.prompt");

    let seen = cli.json(&["folder-file", "get", "greet"]).await["file"].clone();
    let sides = &seen["conflict"];
    let conflicts = sides["merged"]["conflicts"].as_array().unwrap();
    let values: Vec<_> = conflicts.iter().map(|one| (&one["ours"], &one["theirs"])).collect();
    assert_eq!(values, [(&json!("Good day {{name}}\n"), &json!("Hello {{name}}\n"))]);
    let mut merged = sides["merged"]["work"].clone();
    merged["content"]["body"]["template"] = json!("Hello and good day {{name}}\n");
    let (hash, head) = (seen["hash"].as_str().unwrap(), sides["head"].as_str().unwrap());
    let merged = merged.to_string();
    let resolve = [
        "folder-file",
        "resolve",
        "greet",
        "--take",
        "merged",
        "--merged",
        &merged,
        "--hash",
        hash,
        "--head",
        head,
    ];
    cli.json(&resolve).await;
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        "---\n# by hand\nmodel: dry-run/echo\n---\nHello and good day {{name}}\n"
    );
    let prompt = cli.json(&["prompt", "get", "greet"]).await;
    assert_eq!(prompt["head"]["content"]["body"]["template"], "Hello and good day {{name}}\n");
    // It was decided: there is nothing left to decide, and what was seen then is not what is there now.
    let again = cli.run(&resolve).await;
    assert!(again.code != Some(0) && again.stderr.contains("no conflict to decide"), "{again:?}");
}
