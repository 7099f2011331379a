//! The command line as a newcomer and a script use it.

use formaops_domain::Usage;
use formaops_testkit::{ChatReply, Gate, Reply, ScriptedServer};
use formaops_tests::Cli;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

#[tokio::test]
async fn a_new_workspace_has_samples_that_run_on_the_dry_run_provider_at_once() {
    let cli = Cli::new();
    let prompts = cli.json(&["prompt", "list"]).await;
    let names: Vec<_> = prompts["items"].as_array().unwrap().iter().map(|prompt| &prompt["name"]).collect();
    assert_eq!(names, ["classify-ticket", "code-review", "reply-to-customer", "summarise"]);

    let done = cli
        .run(&[
            "run",
            "code-review",
            "-m",
            "dry-run:echo",
            "--var",
            "language=rust",
            "--var",
            "code=fn main() {}",
        ])
        .await;
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stdout.contains("fn main() {}"), "{done:?}");
}

#[tokio::test]
async fn three_models_answer_side_by_side_and_the_document_names_every_execution() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello {{name}}").await;
    let usage = Usage { input_tokens: 7, output_tokens: 3, ..Usage::default() };
    for (model, text) in [("a", "from a"), ("b", "from b"), ("c", "from c")] {
        server.script(model, ChatReply::new().text(text).usage(usage));
    }
    let models = ["-m", "local:a", "-m", "local:b", "-m", "local:c"];
    let document = cli
        .json(&[&["run", "greet", "--var", "name=World", "-p", "temperature=0.5"], &models[..]].concat())
        .await;

    assert_eq!(document["run"]["status"], "completed");
    assert_eq!(document["run"]["kind"], "compare");
    let executions = document["executions"].as_array().unwrap();
    let outputs: Vec<_> = executions.iter().map(|execution| &execution["output"]).collect();
    assert_eq!(outputs, ["from a", "from b", "from c"]);
    for execution in executions {
        assert_eq!(execution["metrics"]["tokenUsage"]["inputTokens"], 7);
        assert_eq!(execution["metrics"]["basis"], "reported");
        assert_eq!(execution["finish"], json!({ "reason": "stop", "word": "stop" }));
    }
    for request in server.requests() {
        assert_eq!(request.body["temperature"], 0.5);
        assert_eq!(request.body["messages"][0]["content"], "Hello World");
    }

    let found = async |arguments: &[&str]| -> usize {
        let runs = cli.json(&[&["runs", "list"], arguments].concat()).await;
        runs["items"].as_array().unwrap().len()
    };
    assert_eq!(found(&[]).await, 1);
    assert_eq!(found(&["--text", "from b"]).await, 1);
    assert_eq!(found(&["--text", "from d"]).await, 0);
    assert_eq!(found(&["--model", "local:c", "--from", "2020-01-01T00:00:00Z"]).await, 1);
    assert_eq!(found(&["--model", "dry-run"]).await, 0);
    assert_eq!(found(&["--to", "2020-01-01T00:00:00Z"]).await, 0);
}

#[tokio::test]
async fn exit_codes_tell_a_script_how_it_went() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello {{name}}").await;
    server.script("broken", Reply::error(500, "boom", "server_error", None));

    let code = async |arguments: &[&str]| cli.run(arguments).await.code;
    assert_eq!(code(&["run", "greet", "-m", "dry-run:echo"]).await, Some(0));
    assert_eq!(code(&["run", "nothing", "-m", "dry-run:echo"]).await, Some(1));
    assert_eq!(code(&["run"]).await, Some(2));
    assert_eq!(code(&["no-such-command"]).await, Some(2));
    assert_eq!(code(&["run", "greet", "-m", "local:broken"]).await, Some(3));
}

#[tokio::test]
async fn ctrl_c_cancels_keeps_the_text_and_exits_130() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let never = Gate::new();
    server.script("slow", ChatReply::new().text("first words\n").pass(&never).text("never"));

    let mut process = cli.start(&["run", "greet", "-m", "local:slow"]);
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("first words"));
    let id = process.id().unwrap().to_string();
    tokio::process::Command::new("kill").args(["-INT", &id]).status().await.unwrap();
    assert_eq!(process.wait().await.unwrap().code(), Some(130));

    let executions = cli.json(&["execution", "list"]).await;
    let execution = &executions["items"][0];
    assert_eq!(execution["status"], "cancelled");
    let id = execution["id"].as_str().unwrap();
    assert_eq!(cli.json(&["execution", "output", id]).await["text"], "first words\n");
}

#[tokio::test]
async fn what_is_wrong_with_a_prompt_or_its_inputs_is_named_with_its_place_before_anything_is_sent() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("unclosed", "one\n{{#if x}}two").await;
    cli.add_prompt("unknown-helper", "{{shout name}}").await;
    let typed = json!({
        "body": { "kind": "text", "template": "{{count}} {{language}}" },
        "variables": [
            { "name": "count", "type": "number", "required": true, "max": 5 },
            { "name": "language", "type": "enum", "options": ["rust", "go"] },
        ],
    });
    cli.json(&["prompt", "create", "--name", "typed", "--content", &typed.to_string()]).await;

    let error = async |arguments: &[&str]| -> Value {
        let done = cli.run(&[&["--json", "run"], arguments, &["-m", "local:any"]].concat()).await;
        assert_eq!(done.code, Some(1), "{done:?}");
        done.json()["error"].clone()
    };
    let unclosed = error(&["unclosed"]).await;
    assert_eq!(
        (unclosed["code"].as_str(), unclosed["at"]["line"].as_u64()),
        (Some("template"), Some(2)),
        "{unclosed}"
    );
    let unknown = error(&["unknown-helper"]).await;
    assert!(unknown["message"].as_str().unwrap().contains("`shout`"), "{unknown}");
    for (variables, path) in [
        (vec![], "inputs.count"),
        (vec!["--var", "count=9"], "inputs.count"),
        (vec!["--var", "count=2", "--var", "language=cobol"], "inputs.language"),
    ] {
        let wrong = error(&[&["typed"], &variables[..]].concat()).await;
        assert_eq!(wrong["at"]["path"], path, "{wrong}");
    }
    let wrong_type = cli.run(&["run", "typed", "-m", "local:any", "--var", "count=many"]).await;
    assert_eq!(wrong_type.code, Some(1));
    assert!(wrong_type.stderr.contains("`count`"), "{wrong_type:?}");
    assert!(server.requests().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn every_save_is_a_version_that_can_be_run_compared_and_restored() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "one").await;
    let save = async |text: &str| {
        let content = json!({ "body": { "kind": "text", "template": text } }).to_string();
        cli.json(&["version", "create", "greet", "--content", &content]).await
    };
    let second = save("two").await;
    assert_eq!(second["number"], 2);
    assert_eq!(save("two").await["id"], second["id"], "unchanged content makes no version");

    server.enqueue(ChatReply::new().text("ok"));
    let old = cli.json(&["run", "greet@v1", "-m", "local:any"]).await;
    assert_eq!(old["run"]["variants"][0]["versionNumber"], 1);
    assert_eq!(server.last_request().body["messages"][0]["content"], "one");

    let compared = cli.json(&["version", "compare", "greet", "--from", "v1", "--to", "v2"]).await;
    let unified = compared["unified"].as_str().unwrap();
    assert!(unified.contains("-one") && unified.contains("+two"), "{unified}");
    assert_eq!(compared["changes"], json!([{ "kind": "textChanged", "added": 1, "removed": 1 }]));
    let told = cli.run(&["version", "compare", "greet", "--from", "v1", "--to", "v2"]).await.stdout;
    assert!(told.starts_with("text changed: 1 line added, 1 removed\n"), "{told}");

    let restored = cli.json(&["version", "restore", "greet", "v1"]).await;
    assert_eq!(
        (restored["number"].as_u64(), &restored["content"]["body"]["template"]),
        (Some(3), &json!("one"))
    );
    assert_eq!(restored["parents"][0], second["id"]);
}

#[tokio::test]
async fn a_prompt_that_was_deleted_comes_back_with_its_history() {
    let cli = Cli::new();
    cli.add_prompt("greet", "one").await;
    let id = cli.json(&["prompt", "delete", "greet"]).await["id"].as_str().unwrap().to_owned();
    assert_eq!(cli.run(&["prompt", "get", "greet"]).await.code, Some(1));
    cli.json(&["prompt", "undelete", &id]).await;
    assert_eq!(cli.json(&["version", "list", "greet"]).await["items"][0]["number"], 1);
}

#[tokio::test]
async fn a_model_cannot_write_commands_to_the_terminal() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    server.enqueue(ChatReply::new().text("\u{1b}[2J\u{1b}]0;owned\u{7}text"));
    let done = cli.run(&["run", "greet", "-m", "local:any"]).await;
    assert!(!done.stdout.contains('\u{1b}') && !done.stdout.contains('\u{7}'), "{done:?}");
    assert!(done.stdout.contains("text"));
}

#[tokio::test]
async fn an_answer_of_ten_megabytes_arrives_whole() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let line = "sixteen bytes é\n";
    let mut reply = ChatReply::new();
    for _ in 0..160 {
        reply = reply.text(&line.repeat(4096));
    }
    server.enqueue(reply);
    let mut process = cli.start(&["run", "greet", "-m", "local:any"]);
    let mut text = String::new();
    process.stdout.take().unwrap().read_to_string(&mut text).await.unwrap();
    assert_eq!(process.wait().await.unwrap().code(), Some(0));
    assert_eq!(text.len(), line.len() * 160 * 4096);
}

#[tokio::test]
async fn a_limit_that_somebody_set_stands_over_the_concurrency_of_a_run_and_says_so() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let told = async |at_once| cli.run(&["run", "greet", "-m", "local:words-1", "-j", at_once]).await.stderr;
    assert!(!told("4").await.contains("at most"), "what nobody set gives way");
    let providers = cli.json(&["provider", "list"]).await;
    let local =
        providers["items"].as_array().unwrap().iter().find(|provider| provider["name"] == "local").unwrap();
    cli.json(&["provider", "update", local["id"].as_str().unwrap(), "--max-concurrent", "2"]).await;
    let held = told("4").await;
    assert!(held.contains("at most 2 at once: `local` says so"), "{held}");
    assert!(!told("2").await.contains("at most"), "nothing is held back");
}
