//! A prompt that calls others, from the command line: checked, run, changed, tried again.

use formaops_tests::Cli;
use serde_json::{Value, json};

async fn save(cli: &Cli, name: &str, template: &str) {
    let content = json!({ "body": { "kind": "text", "template": template } }).to_string();
    let done = cli.run(&["version", "create", name, "--content", &content]).await;
    if done.code != Some(0) {
        cli.json(&["prompt", "create", "--name", name, "--content", &content]).await;
    }
}

async fn answer(cli: &Cli, arguments: &[&str]) -> Value {
    let document = cli.json(&[&["run"], arguments, &["-m", "dry-run:echo"]].concat()).await;
    document["executions"][0].clone()
}

#[tokio::test]
async fn a_run_says_which_versions_of_its_partials_it_used_and_keeps_to_them() {
    let cli = Cli::new();
    save(&cli, "shared/tone", "Be kind.").await;
    save(&cli, "shared/tone", "Be kind to {{who}}.").await;
    save(&cli, "letter", "{{> shared/tone}} {{> \"shared/tone@v1\"}}").await;
    let first = answer(&cli, &["letter", "--var", "who=Ada"]).await;
    assert!(first["output"].as_str().unwrap().contains("Be kind to Ada. Be kind."), "{first}");

    save(&cli, "shared/tone", "Be cool.").await;
    let second = answer(&cli, &["letter"]).await;
    assert!(second["output"].as_str().unwrap().contains("Be cool. Be kind."), "{second}");

    let id = first["id"].as_str().unwrap();
    let again = cli.json(&["execution", "retry", id]).await;
    for id in [id, again["id"].as_str().unwrap()] {
        let shown = cli.json(&["execution", "get", id]).await;
        let used: Vec<_> = shown["partials"]
            .as_array()
            .unwrap()
            .iter()
            .map(|partial| (partial["name"].as_str().unwrap(), partial["versionNumber"].as_u64().unwrap()))
            .collect();
        assert_eq!(used, [("shared/tone", 2), ("shared/tone@v1", 1)]);
        let segments = shown["messages"][0]["segments"].as_array().unwrap();
        let sent: String = segments.iter().filter_map(|segment| segment["text"].as_str()).collect();
        assert_eq!(sent, "Be kind to Ada. Be kind.");
    }
}

#[tokio::test]
async fn a_mistake_in_a_call_is_told_before_anything_is_run_and_a_name_in_use_is_not_taken_away() {
    let cli = Cli::new();
    save(&cli, "shared/tone", "Be kind.").await;
    save(&cli, "letter", "Dear all,\n{{> shared/tona}}").await;
    let done = cli.run(&["run", "letter", "-m", "dry-run:echo"]).await;
    assert_ne!(done.code, Some(0));
    for words in ["there is no partial `shared/tona`", "line 2, column 1", "Did you mean `shared/tone`?"] {
        assert!(done.stderr.contains(words), "{words}: {done:?}");
    }

    save(&cli, "letter", "Dear all,\n{{> shared/tone}}").await;
    let uses = cli.json(&["partial-use", "list", "shared/tone"]).await;
    assert_eq!(uses["items"][0]["promptName"], "letter");
    let done = cli.run(&["prompt", "update", "shared/tone", "--name", "shared/voice"]).await;
    assert!(done.stderr.contains("`shared/tone` is called as a partial by `letter`"), "{done:?}");
    cli.json(&["prompt", "update", "shared/tone", "--name", "shared/voice", "--force"]).await;
    let names = cli.json(&["partial", "list", "--search", "voice"]).await;
    assert_eq!(names["items"][0]["name"], "shared/voice");
}
