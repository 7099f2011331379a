//! Branches, labels, merges and the bin, as a script uses them.

use formaops_tests::Cli;
use serde_json::{Value, json};

fn content(text: &str) -> String {
    json!({ "body": { "kind": "text", "template": text } }).to_string()
}

async fn save(cli: &Cli, branch: &str, text: &str) -> Value {
    cli.json(&["version", "create", "greet", "--branch", branch, "--content", &content(text)]).await
}

async fn head(cli: &Cli, reference: &str) -> Value {
    cli.json(&["version", "get", "greet", reference]).await["content"]["body"]["template"].clone()
}

async fn refused(cli: &Cli, arguments: &[&str]) -> Value {
    let done = cli.run(&[&["--json"], arguments].concat()).await;
    assert_eq!(done.code, Some(1), "{done:?}");
    done.json()["error"].clone()
}

#[tokio::test]
async fn branches_are_worked_on_apart_and_merged_with_both_parents() {
    let cli = Cli::new();
    cli.add_prompt("greet", "Hello\n\nBe kind.\n").await;
    cli.json(&["branch", "put", "greet", "tone", "--version", "v1"]).await;
    let ours = save(&cli, "main", "Hello there\n\nBe kind.\n").await;
    let theirs = save(&cli, "tone", "Hello\n\nBe very kind.\n").await;
    assert_eq!(theirs["parents"], json!([cli.json(&["version", "get", "greet", "v1"]).await["id"]]));
    assert_eq!(head(&cli, "tone").await, "Hello\n\nBe very kind.\n");
    assert_eq!(head(&cli, "main").await, "Hello there\n\nBe kind.\n", "a branch leaves the others alone");

    let preview = cli.json(&["merge", "get", "greet", "--from", "tone"]).await;
    assert_eq!((preview["outcome"].as_str(), &preview["conflicts"]), (Some("merged"), &json!([])));
    let merged = cli.json(&["version", "merge", "greet", "--from", "tone"]).await;
    assert_eq!(merged["outcome"], "merged");
    assert_eq!(merged["version"]["content"]["body"]["template"], "Hello there\n\nBe very kind.\n");
    assert_eq!(merged["version"]["parents"], json!([ours["id"], theirs["id"]]));
    assert_eq!(merged["version"]["note"], "Merged tone into main");

    // The other way there is nothing of its own to keep: the branch moves. After that there is nothing to do.
    let forward = cli.json(&["version", "merge", "greet", "--from", "main", "--into", "tone"]).await;
    assert_eq!(
        (forward["outcome"].as_str(), &forward["version"]["id"]),
        (Some("fastForward"), &merged["version"]["id"])
    );
    let again = cli.json(&["version", "merge", "greet", "--from", "tone"]).await;
    assert_eq!(again["outcome"], "upToDate");
}

#[tokio::test]
async fn a_conflict_is_refused_with_its_place_until_somebody_settles_it() {
    let cli = Cli::new();
    cli.add_prompt("greet", "One\nTwo\nThree\n").await;
    cli.json(&["branch", "put", "greet", "tone"]).await;
    let ours = save(&cli, "main", "One\nTwo, ours\nThree\n").await;
    let theirs = save(&cli, "tone", "One\nTwo, theirs\nThree\n").await;

    let error = refused(&cli, &["version", "merge", "greet", "--from", "tone"]).await;
    assert_eq!(error["code"], "conflict");
    assert_eq!(error["at"], json!({ "path": "/body/template", "line": 2 }));
    assert_eq!(head(&cli, "main").await, "One\nTwo, ours\nThree\n", "nothing was merged");

    let settled = content("One\nTwo, both\nThree\n");
    let merge = ["version", "merge", "greet", "--from", "tone", "--content", &settled];
    assert_eq!(refused(&cli, &merge).await["code"], "invalid", "what is settled is said");
    let (ours, theirs) = (ours["id"].as_str().unwrap(), theirs["id"].as_str().unwrap());
    let stale = [&merge[..], &["--ours", theirs, "--theirs", theirs]].concat();
    assert_eq!(refused(&cli, &stale).await["code"], "stale");
    let done = cli.json(&[&merge[..], &["--ours", ours, "--theirs", theirs]].concat()).await;
    assert_eq!(done["version"]["content"]["body"]["template"], "One\nTwo, both\nThree\n");

    let second = save(&cli, "tone", "One\nTwo, again\nThree\n").await;
    assert_eq!(second["number"], 5);
    let preferred = cli.json(&["version", "merge", "greet", "--from", "tone", "--prefer", "theirs"]).await;
    assert_eq!(preferred["version"]["content"]["body"]["template"], "One\nTwo, again\nThree\n");
}

#[tokio::test]
async fn branches_merged_crosswise_are_merged_again_over_a_base_that_holds_what_both_did() {
    let cli = Cli::new();
    cli.add_prompt("greet", "A\n\nB\n\nC\n").await;
    cli.json(&["branch", "put", "greet", "tone"]).await;
    let ours = save(&cli, "main", "A ours\n\nB\n\nC\n").await;
    let theirs = save(&cli, "tone", "A\n\nB theirs\n\nC\n").await;
    // Each takes what the other has, at the same time.
    let (ours, theirs) = (ours["id"].as_str().unwrap(), theirs["id"].as_str().unwrap());
    cli.json(&["version", "merge", "greet", "--from", theirs, "--into", "main"]).await;
    cli.json(&["version", "merge", "greet", "--from", ours, "--into", "tone"]).await;
    save(&cli, "main", "A ours, later\n\nB theirs\n\nC\n").await;
    save(&cli, "tone", "A ours\n\nB theirs\n\nC later\n").await;
    let preview = cli.json(&["merge", "get", "greet", "--from", "tone"]).await;
    assert_eq!(preview["bases"].as_array().unwrap().len(), 2);
    assert_eq!(preview["conflicts"], json!([]), "{preview}");
    assert_eq!(preview["content"]["body"]["template"], "A ours, later\n\nB theirs\n\nC later\n");
}

#[tokio::test]
async fn labels_tags_and_authors_are_in_the_history_and_a_label_says_where_it_came_from() {
    let cli = Cli::new();
    cli.add_prompt("greet", "one").await;
    let second = save(&cli, "main", "two").await;
    let first = cli.json(&["version", "get", "greet", "v1"]).await;
    let put =
        async |version: &str| cli.json(&["label", "put", "greet", "production", "--version", version]).await;
    assert_eq!(put("v1").await["from"], Value::Null);
    let moved = put("v2").await;
    assert_eq!((&moved["from"], &moved["ref"]["version"]), (&first["id"], &second["id"]));
    let run = cli.json(&["run", "greet@production", "-m", "dry-run:echo"]).await;
    assert_eq!(run["run"]["variants"][0]["versionNumber"], 2);
    assert_eq!(refused(&cli, &["label", "put", "greet", "main"]).await["code"], "conflict");
    assert_eq!(refused(&cli, &["label", "put", "greet", "v7"]).await["code"], "bad_request");

    cli.json(&["version", "update", "greet", "v1", "--tags", "good", "--tags", "old"]).await;
    let history = cli.json(&["version", "list", "greet", "--tag", "good"]).await;
    let items = history["items"].as_array().unwrap();
    assert_eq!(
        (items.len(), &items[0]["number"], &items[0]["tags"]),
        (1, &json!(1), &json!(["good", "old"]))
    );
    assert!(items[0]["authorName"].is_string());
    let refs = cli.json(&["ref", "list", "greet"]).await;
    let names: Vec<_> = refs["items"].as_array().unwrap().iter().map(|r| (&r["kind"], &r["name"])).collect();
    assert_eq!(names, [(&json!("branch"), &json!("main")), (&json!("label"), &json!("production"))]);
}

#[tokio::test]
async fn the_bin_keeps_history_until_it_is_emptied_and_asks_for_the_name_again() {
    let cli = Cli::new();
    cli.add_prompt("greet", "one").await;
    let id = cli.json(&["prompt", "get", "greet"]).await["prompt"]["id"].as_str().unwrap().to_owned();
    let purge = ["prompt", "purge", &id, "--confirm", "greet"];
    assert_eq!(refused(&cli, &purge).await["code"], "conflict", "it is not in the bin");
    cli.json(&["run", "greet", "-m", "dry-run:echo"]).await;
    cli.json(&["prompt", "delete", "greet"]).await;
    assert_eq!(refused(&cli, &["prompt", "purge", &id, "--confirm", "other"]).await["code"], "invalid");
    assert_eq!(cli.json(&purge).await["purged"], json!([id]));
    assert_eq!(refused(&cli, &["prompt", "undelete", &id]).await["code"], "not_found");
    let runs = cli.json(&["runs", "list"]).await;
    assert_eq!(runs["items"][0]["promptName"], "greet", "what ran is still told");
    let run = cli.json(&["runs", "get", runs["items"][0]["id"].as_str().unwrap()]).await;
    assert_eq!(run["run"]["variants"][0]["versionNumber"], 1);

    for name in ["a", "b"] {
        cli.add_prompt(name, "x").await;
        cli.json(&["prompt", "delete", name]).await;
    }
    assert_eq!(refused(&cli, &["bin", "empty", "--confirm", "1"]).await["code"], "stale");
    assert_eq!(cli.json(&["bin", "empty", "--confirm", "2"]).await["purged"].as_array().unwrap().len(), 2);
    assert_eq!(cli.json(&["prompt", "list", "--deleted"]).await["items"], json!([]));
}
