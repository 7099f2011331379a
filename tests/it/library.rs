//! The whole way of a prompt: a file in git, edited from both sides, merged, taken back, exported, and the same elsewhere.

use formaops_tests::{Cli, Host};
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

const FIRST: &str = "---\n# who greets\nmodel: dry-run/echo\n---\nHello {{name}}.\n\nBe brief.\n\nGoodbye.\n";

fn git(folder: &Path, arguments: &[&str]) {
    let who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
    let done = Command::new("git").current_dir(folder).args(who).args(arguments).output().unwrap();
    assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Waits until something is as it should be, and shows what it was last where it never is.
async fn until<T: std::fmt::Debug>(mut look: impl AsyncFnMut() -> T, is: impl Fn(&T) -> bool) -> T {
    let begun = Instant::now();
    loop {
        let found = look().await;
        if is(&found) {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "it is {found:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A workspace without the prompts that a new one has.
async fn empty() -> Cli {
    let cli = Cli::new();
    for prompt in cli.json(&["prompt", "list"]).await["items"].as_array().unwrap() {
        cli.json(&["prompt", "delete", prompt["id"].as_str().unwrap()]).await;
    }
    cli
}

async fn template(host: &Host) -> String {
    let detail = host.get("/api/prompts/support%2Fgreet").await.body;
    detail["head"]["content"]["body"]["template"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_folder_in_git_is_edited_from_both_sides_merged_rolled_back_and_the_same_elsewhere() {
    let cli = empty().await;
    let folder = cli.workspace().parent().unwrap().canonicalize().unwrap().join("prompts");
    let file = folder.join("support/greet.prompt");
    fs::create_dir_all(folder.join("support")).unwrap();
    fs::write(&file, FIRST).unwrap();
    git(&folder, &["init", "--quiet", "--initial-branch", "trunk"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "--message", "A greeting"]);

    let path = folder.to_str().unwrap();
    cli.json(&["folder", "link", "--path", path, "--trust"]).await;
    let host = Host::open(&cli).await;
    let state = async || host.get("/api/folder").await.body["folder"].clone();
    let clean = until(state, |folder| folder["status"] == "live" && folder["git"]["dirty"] == false).await;
    assert_eq!(clean["git"]["branch"], "trunk");

    // Somebody edits the file, and in the same moment somebody else saves in the window.
    fs::write(&file, FIRST.replace("Hello", "Good day")).unwrap();
    let saved = json!({ "body": { "kind": "text", "template": "Hello {{name}}.\n\nBe brief.\n\nSo long.\n" },
        "settings": { "model": "dry-run:echo" } });
    let answer = host
        .post("/api/prompts/support%2Fgreet/versions", json!({ "content": saved, "note": "kinder" }))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let both = "Good day {{name}}.\n\nBe brief.\n\nSo long.\n";
    until(async || template(&host).await, |template| template == both).await;
    let written = FIRST.replace("Hello", "Good day").replace("Goodbye", "So long");
    until(async || fs::read_to_string(&file).unwrap(), |text| *text == written).await;
    until(state, |folder| folder["git"]["dirty"] == true).await;

    // Taken back to the first version: the file is, to the byte, what is committed.
    let restored = host.post("/api/prompts/support%2Fgreet/versions/v1/restore", json!({})).await;
    assert_eq!(restored.status, 200, "{restored:?}");
    until(async || fs::read_to_string(&file).unwrap(), |text| text == FIRST).await;
    until(state, |folder| folder["git"]["dirty"] == false).await;
    host.kill().await;

    let export = ["export", "--history"];
    let exported = cli.run(&export).await;
    assert_eq!(exported.code, Some(0), "{exported:?}");
    let elsewhere = empty().await;
    let whole = elsewhere.file("all.json", &exported.stdout);
    elsewhere.json(&["import", &whole]).await;
    let history =
        async |cli: &Cli| -> Value { cli.json(&["version", "list", "support/greet"]).await["items"].clone() };
    let versions = history(&cli).await;
    assert_eq!(history(&elsewhere).await, versions);
    let restored = &versions[0];
    assert_eq!(restored["contentHash"], versions.as_array().unwrap().last().unwrap()["contentHash"]);
    assert_eq!(elsewhere.run(&export).await.stdout, exported.stdout);
}
