//! Prompts out of one workspace and into another one, and out of the files of other tools.

use formaops_testkit::ScriptedServer;
use formaops_tests::{Cli, Host};
use serde_json::{Value, json};

/// A workspace with nothing but what a test makes.
async fn empty() -> Cli {
    let cli = Cli::new();
    for prompt in cli.json(&["prompt", "list"]).await["items"].as_array().unwrap() {
        cli.json(&["prompt", "delete", prompt["id"].as_str().unwrap()]).await;
    }
    cli
}

async fn names(cli: &Cli) -> Vec<String> {
    let list = cli.json(&["prompt", "list"]).await;
    list["items"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

fn content(template: &str, more: &Value) -> Value {
    let mut content = json!({ "body": { "kind": "text", "template": template } });
    for (name, value) in more.as_object().unwrap() {
        content[name] = value.clone();
    }
    content
}

/// Prompts with history, unsaved work, inputs, a picture and answers.
async fn full() -> Cli {
    let cli = empty().await;
    let picture = cli.json(&["attachment", "create", &cli.file("a.txt", "of an attachment")]).await;
    let look = json!({ "body": { "kind": "messages", "messages": [
        { "role": "user", "template": "What is {{what}}?\n", "attachments": [picture] },
    ] } });
    let tags = ["--tags", "b", "--tags", "a: odd"];
    let create = ["prompt", "create", "--name", "see/look", "--title", "Look: at", "--content"];
    cli.json(&[&create[..], &[&look.to_string()], &tags[..]].concat()).await;
    cli.add_prompt("greet", "Hello {{name}}").await;
    let host = Host::open(&cli).await;
    let second = content(
        "Hello {{name}}, you\n\ttwo",
        &json!({ "settings": { "parameters": { "temperature": 0.1 } } }),
    );
    host.post("/api/prompts/greet/versions", json!({ "content": second, "note": "kinder" })).await;
    host.put("/api/prompts/greet", json!({ "status": "published" })).await;
    host.put("/api/prompts/greet/input-sets/Ada", json!({ "inputs": { "name": "Ada" } })).await;
    let run =
        json!({ "prompt": "greet", "inputs": { "name": "Ünal" }, "models": [{ "model": "dry-run:echo" }] });
    let ran = host.post("/api/runs", run).await;
    assert_eq!(ran.status, 200, "{ran:?}");
    let id = ran.body["run"]["id"].as_str().unwrap().to_owned();
    while host.get(&format!("/api/runs/{id}")).await.body["run"]["status"] != "completed" {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let draft = json!({ "content": content("Unsaved {{name}}", &json!({})), "inputs": { "name": "Bo" } });
    host.put("/api/prompts/greet/draft", draft).await;
    host.kill().await;
    cli
}

#[tokio::test]
async fn what_is_exported_and_imported_elsewhere_is_exported_the_same() {
    let from = full().await;
    for format in ["json", "yaml"] {
        let export = ["export", "--format", format, "--history", "--results"];
        let exported = from.run(&export).await;
        assert_eq!(exported.code, Some(0), "{exported:?}");
        let to = empty().await;
        let file = to.file(&format!("all.{format}"), &exported.stdout);

        let imported = to.json(&["import", &file]).await;
        assert_eq!(imported["runs"], 1, "{imported}");
        let outcomes: Vec<_> =
            imported["prompts"].as_array().unwrap().iter().map(|it| &it["outcome"]).collect();
        assert_eq!(outcomes, ["created", "created"]);
        assert_eq!(to.run(&export).await.stdout, exported.stdout);

        // An execution tells of its way here as it did there.
        let runs = to.json(&["runs", "list"]).await;
        let run = to.json(&["runs", "get", runs["items"][0]["id"].as_str().unwrap()]).await;
        let id = run["executions"][0]["id"].as_str().unwrap();
        for about in ["get", "log"] {
            let [here, there] =
                [to.json(&["execution", about, id]).await, from.json(&["execution", about, id]).await];
            assert_eq!((&here["attempts"], &here["entries"]), (&there["attempts"], &there["entries"]));
            assert!(
                here["attempts"].as_array().or(here["entries"].as_array()).is_some_and(|all| !all.is_empty())
            );
        }

        let versions = async |cli: &Cli| cli.json(&["version", "list", "greet"]).await["items"].clone();
        assert_eq!(versions(&to).await, versions(&from).await);
        let found = to.json(&["runs", "list", "--text", "Ünal"]).await;
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "answers can be searched: {found}");

        let again = to.json(&["import", &file]).await;
        assert!(
            again["prompts"].as_array().unwrap().iter().all(|it| it["outcome"] == "unchanged"),
            "{again}"
        );
        assert_eq!(to.run(&export).await.stdout, exported.stdout);
    }
}

#[tokio::test]
async fn without_history_the_newest_version_and_what_rests_on_it_is_exported() {
    let from = full().await;
    let exported: Value = serde_json::from_str(&from.run(&["export", "greet"]).await.stdout).unwrap();
    let greet = &exported["prompts"][0];
    assert_eq!(greet["versions"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&greet["versions"][0]["number"], &greet["versions"][0]["note"]),
        (&json!(2), &json!("kinder"))
    );
    assert_eq!(exported.get("runs"), None);
    let to = empty().await;
    let file = to.file("a.json", exported.to_string());
    to.json(&["import", &file]).await;
    let version = to.json(&["version", "get", "greet", "v2"]).await;
    assert_eq!(version["id"], greet["versions"][0]["id"]);
}

#[tokio::test]
async fn of_names_that_are_taken_it_is_said_what_becomes_of_them() {
    let from = full().await;
    let exported = from.run(&["export", "greet", "--history"]).await.stdout;
    let to = empty().await;
    to.add_prompt("greet", "Another").await;
    let file = to.file("greet.json", exported);

    let preview = to.json(&["import", &file, "--preview"]).await;
    let item = &preview["prompts"][0];
    assert_eq!((&item["state"], &item["freeName"]), (&json!("taken"), &json!("greet-2")), "{preview}");
    let refused = to.run(&["import", &file]).await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("a prompt named `greet` exists already"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--taken rename"), "{}", refused.stderr);
    assert_eq!(names(&to).await, ["greet"]);

    to.json(&["import", &file, "--taken", "skip"]).await;
    assert_eq!(names(&to).await, ["greet"]);
    to.json(&["import", &file, "--as", "greet=hello"]).await;
    to.json(&["import", &file, "--taken", "rename"]).await;
    assert_eq!(names(&to).await, ["greet", "greet-2", "hello"]);

    let done = to.json(&["import", &file, "--taken", "version"]).await;
    assert_eq!(done["prompts"][0]["outcome"], "updated", "{done}");
    let versions = to.json(&["version", "list", "greet"]).await;
    let head = &versions["items"][0];
    assert_eq!(versions["items"].as_array().unwrap().len(), 4);
    assert_eq!(head["parents"].as_array().unwrap().len(), 2, "both histories go on in it: {head}");
    let newest = to.json(&["version", "get", "greet", "v4"]).await;
    assert_eq!(newest["id"], head["id"]);
    assert_eq!(newest["content"]["body"]["template"], "Hello {{name}}, you\n\ttwo");
    let again = to.json(&["import", &file, "--taken", "version"]).await;
    assert_eq!(again["prompts"][0]["outcome"], "unchanged", "{again}");
}

#[tokio::test]
async fn values_of_sensitive_variables_leave_in_no_export() {
    let cli = empty().await;
    cli.add_prompt("secret", "{{password}} {{name}}").await;
    let host = Host::open(&cli).await;
    // Kept while nobody had said that it is sensitive.
    let inputs = json!({ "password": "hunter2", "name": "Ada" });
    host.put("/api/prompts/secret/input-sets/one", json!({ "inputs": inputs })).await;
    let run = json!({ "prompt": "secret", "inputs": inputs, "models": [{ "model": "dry-run:fixed" }] });
    let id = host.post("/api/runs", run).await.body["run"]["id"].as_str().unwrap().to_owned();
    while host.get(&format!("/api/runs/{id}")).await.body["run"]["status"] != "completed" {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let variables = json!({ "variables": [
        { "name": "password", "type": "string", "sensitive": true }, { "name": "name", "type": "string" },
    ] });
    let sensitive = content("{{password}} {{name}}", &variables);
    host.post("/api/prompts/secret/versions", json!({ "content": sensitive })).await;
    host.kill().await;
    for format in ["json", "yaml", "prompt", "prompty", "promptfoo", "langfuse", "openai"] {
        let exported = cli.run(&["export", "--format", format, "--history", "--results"]).await;
        assert_eq!(exported.code, Some(0), "{exported:?}");
        let inputs = exported.stdout.split("\"executions\"").next().unwrap();
        assert!(exported.stdout.contains("name") && !inputs.contains("hunter2"), "{format}: {inputs}");
    }
}

#[tokio::test]
async fn a_folder_of_another_tool_is_looked_at_and_then_imported() {
    let cli = empty().await;
    let config = "prompts: [file://p/greet.txt]\nproviders: [openai:chat:gpt-4o]\n\
        tests:\n  - vars: { name: Ada }\n    assert: [{ type: contains, value: Ada }]\n";
    let file = cli.file("promptfooconfig.yaml", config);
    let folder = std::path::Path::new(&file).parent().unwrap().join("suite");
    std::fs::create_dir_all(folder.join("p")).unwrap();
    std::fs::rename(&file, folder.join("promptfooconfig.yaml")).unwrap();
    std::fs::write(folder.join("p/greet.txt"), "Hello {{ name | upper }} {{ name | weird }}").unwrap();
    std::fs::write(folder.join("p/notes.md"), "nothing").unwrap();
    let folder = folder.to_str().unwrap();

    let preview = cli.json(&["import", folder, "--preview"]).await;
    assert_eq!(preview["files"], json!([{ "name": "promptfooconfig.yaml", "format": "promptfoo" }]));
    let item = &preview["prompts"][0];
    assert_eq!(
        (&item["name"], &item["state"], &item["inputSets"]),
        (&json!("greet"), &json!("new"), &json!(["test 1"]))
    );
    let note = &item["notes"][0];
    assert_eq!(note["at"], json!({ "path": "p/greet.txt", "line": 1, "column": 26 }), "{note}");
    assert!(preview["notes"].to_string().contains("`contains` (1)"), "{preview}");
    assert!(names(&cli).await.is_empty(), "a preview changes nothing");

    let shown = cli.run(&["import", folder]).await;
    assert_eq!((shown.code, shown.stdout.as_str()), (Some(0), "greet  created\n"), "{shown:?}");
    let prompt = cli.json(&["prompt", "get", "greet"]).await;
    assert_eq!(prompt["head"]["note"], "Imported from promptfooconfig.yaml");
    assert_eq!(prompt["head"]["content"]["settings"]["model"], "openai:gpt-4o");
    let again = cli.json(&["import", folder]).await;
    assert_eq!(again["prompts"][0]["outcome"], "unchanged", "{again}");
}

#[tokio::test]
async fn nothing_is_imported_where_one_cannot_be() {
    let cli = empty().await;
    let langfuse = json!([
        { "name": "good", "type": "text", "version": 1, "prompt": "{{x}}", "config": {} },
        { "name": "bad", "type": "text", "version": 1, "prompt": "{{x}}", "config": { "temperature": 9 } },
    ]);
    let file = cli.file("prompts.json", langfuse.to_string());
    let refused = cli.run(&["import", &file]).await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("`bad` cannot be imported: `temperature`"), "{}", refused.stderr);
    assert!(names(&cli).await.is_empty());
    cli.json(&["import", &file, "--skip", "bad"]).await;
    assert_eq!(names(&cli).await, ["good"]);

    let broken = cli.file("broken.json", "{\n  \"formaops\": 1,\n  \"prompts\": [}\n}");
    let error = cli.run(&["--json", "import", &broken]).await.json()["error"].clone();
    assert_eq!(
        (&error["code"], &error["at"]["path"], &error["at"]["line"]),
        (&json!("invalid"), &json!("broken.json"), &json!(3))
    );
    let unknown = cli.run(&["import", &cli.file("a.txt", "nothing")]).await;
    assert!(unknown.stderr.contains("no prompt was found in `a.txt`"), "{}", unknown.stderr);
}

#[tokio::test]
async fn several_files_come_as_a_zip_that_can_be_imported() {
    let from = full().await;
    let zip = from.file("all.zip", "");
    let exported = from.run(&["export", "--format", "prompt", "--out", &zip]).await;
    assert_eq!(exported.code, Some(0), "{exported:?}");
    assert!(exported.stderr.contains("dotprompt has no inputs under names"), "{}", exported.stderr);
    // The file names its attachment, whose bytes are only where it was exported.
    let imported = from.json(&["import", &zip, "--taken", "rename"]).await;
    let names: Vec<_> = imported["prompts"].as_array().unwrap().iter().map(|it| &it["outcome"]).collect();
    assert_eq!(names, ["unchanged", "unchanged"], "{imported}");
    let to = empty().await;
    let refused = to.run(&["import", &zip]).await;
    assert!(refused.stderr.contains("`see/look` cannot be imported"), "{}", refused.stderr);
}

#[tokio::test]
async fn the_call_of_an_execution_is_written_as_a_program_that_sends_the_same() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    let add = ["provider", "create", "--name", "local", "--kind", "openai-chat", "--base-url"];
    cli.json(&[&add[..], &[server.base_url().as_str()]].concat()).await;
    cli.add_prompt("greet", "It's \"{{name}}\"\n").await;
    let ran = cli.json(&["run", "greet", "--var", "name=Ünal", "-m", "local:words-3"]).await;
    let id = ran["executions"][0]["id"].as_str().unwrap();
    let sent = server.last_request().body;
    for language in ["curl", "python", "typescript", "rust"] {
        let answer = cli.json(&["execution", "source", id, "--language", language]).await;
        let source = answer["source"].as_str().unwrap();
        assert!(source.contains("/chat/completions") && source.contains("words-3"), "{source}");
        assert_eq!(answer["keyVariable"], Value::Null);
    }
    let curl = cli.json(&["execution", "source", id, "--language", "curl"]).await;
    let body = curl["source"].as_str().unwrap().split_once("--data-raw '").unwrap().1;
    let body = body.trim_end().strip_suffix('\'').unwrap().replace("'\\''", "'");
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), sent);

    let dry = cli.json(&["run", "greet", "--var", "name=x", "-m", "dry-run:echo"]).await;
    let id = dry["executions"][0]["id"].as_str().unwrap();
    let refused = cli.run(&["execution", "source", id, "--language", "curl"]).await;
    assert!(refused.stderr.contains("`dry-run` calls no server"), "{}", refused.stderr);
}

#[tokio::test]
async fn a_label_of_a_file_never_takes_the_name_of_a_branch_that_is_here() {
    let from = empty().await;
    from.add_prompt("greet", "Hello").await;
    for name in ["tone", "live"] {
        from.json(&["label", "put", "greet", name]).await;
    }
    let file = from.run(&["export", "greet", "--history"]).await.stdout;
    let to = empty().await;
    to.add_prompt("greet", "Another").await;
    to.json(&["branch", "put", "greet", "tone"]).await;
    let file = to.file("greet.json", file);

    let item = to.json(&["import", &file, "--preview"]).await["prompts"][0].clone();
    let notes: Vec<_> = item["notes"].as_array().unwrap().iter().map(|note| &note["message"]).collect();
    let told = "`tone` is a branch of the prompt that is here: added to it, the label is not taken over";
    assert_eq!(notes, [told], "{item}");
    to.json(&["import", &file, "--taken", "version"]).await;
    // The branch stays where it was, and `main` goes on.
    let refs = to.json(&["ref", "list", "greet"]).await["items"].clone();
    let refs: Vec<_> =
        refs.as_array().unwrap().iter().map(|it| json!([it["kind"], it["name"], it["number"]])).collect();
    assert_eq!(json!(refs), json!([["branch", "main", 3], ["branch", "tone", 1], ["label", "live", 2]]));
}
