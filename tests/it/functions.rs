//! JavaScript functions, tried over the command line and HTTP, and the process that they run in.

use formaops_tests::{Cli, Host};
use serde_json::json;

#[tokio::test]
async fn a_function_is_tried_while_it_is_written_and_says_what_is_wrong_with_it() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    let path = "/api/functions/try";
    let judged = "(output, { least }) => ({ pass: output.length >= least, score: 1, reason: output })";
    let request = json!({ "source": judged, "arguments": ["long enough", { "least": 3 }] });
    let answer = host.post(path, request).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.body["result"], json!({ "pass": true, "score": 1, "reason": "long enough" }));
    assert_eq!(answer.body["failure"], json!(null));
    assert!(answer.body["latencyMs"].as_f64().unwrap() > 0.0);

    for (source, kind, message) in [
        ("(output) =>\n  output =", "source", "(line 2, column 11)"),
        ("() => { while (1); }", "timeout", "longer than a second"),
        ("() => 'x'.repeat(2 ** 29)", "memory", "64 MiB"),
        ("() => NaN", "result", "it is NaN"),
        ("() => fetch('http://127.0.0.1')", "threw", "no files, network, timers or modules"),
    ] {
        let answer = host.post(path, json!({ "source": source })).await;
        assert_eq!((answer.status, &answer.body["result"]), (200, &json!(null)), "{answer:?}");
        let failure = &answer.body["failure"];
        assert_eq!(failure["kind"], kind, "{failure}");
        assert!(failure["message"].as_str().unwrap().contains(message), "{failure}");
    }

    // The process that owns the workspace runs them for everybody.
    let given = ["function", "try", "--source", "(a, b) => a + b.c", "--arguments", "[1, {\"c\": 2}]"];
    let tried = cli.json(&given).await;
    assert_eq!(tried["result"], 3);
}

#[tokio::test]
async fn who_may_only_read_may_not_have_functions_run() {
    let cli = Cli::new();
    let created = cli.json(&["api-key", "create", "--name", "ci", "--scopes", "read"]).await;
    let host = Host::start(&cli).await.as_bearer(created["secret"].as_str().unwrap());
    let answer = host.post("/api/functions/try", json!({ "source": "() => 1" })).await;
    assert_eq!(answer.status, 403, "{answer:?}");
}

#[tokio::test]
async fn the_sandbox_is_there_at_once_opens_nothing_and_is_no_command_for_people() {
    let cli = Cli::new();
    let done = cli.run_with_input("", &["sandbox"]).await;
    assert_eq!((done.code, done.stdout.as_str()), (Some(0), "\u{12}\0\0\0formaops sandbox 1"), "{done:?}");
    // More is said to follow than a call may have.
    let done = cli.run_with_input("\u{7f}\u{7f}\u{7f}\u{7f}", &["sandbox"]).await;
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(!cli.workspace().exists());

    let help = cli.run(&["--help"]).await;
    assert!(help.stdout.contains("function") && !help.stdout.contains("sandbox"), "{}", help.stdout);
    assert_eq!(cli.run(&["sandbox", "now"]).await.code, Some(2));
}

#[tokio::test]
async fn a_schema_is_made_of_answers_and_of_examples_and_shown_as_types() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    let content = json!({
        "body": { "kind": "text", "template": "{{text}}" },
        "variables": [{ "name": "text", "type": "string", "required": true }],
    });
    host.post("/api/prompts", json!({ "name": "say", "content": content })).await;
    let none = host.post("/api/schemas/infer", json!({ "prompt": "say" })).await;
    assert_eq!(none.status, 422, "{none:?}");
    for text in
        ["{ \"city\": \"Rome\", \"number\": 1 }", "Here:\n```json\n{ \"city\": \"Oslo\" }\n```", "no JSON"]
    {
        let request = json!({ "model": "dry-run:echo", "inputs": { "text": text } });
        let executed = host.post("/api/prompts/say/execute", request).await;
        assert_eq!(executed.status, 200, "{executed:?}");
    }
    let inferred =
        host.post("/api/schemas/infer", json!({ "prompt": "say", "texts": ["{\"city\": \"Bonn\"}"] })).await;
    assert_eq!(
        (&inferred.body["examples"], &inferred.body["others"]),
        (&json!(3), &json!(1)),
        "{inferred:?}"
    );
    let schema = &inferred.body["schema"];
    assert_eq!((&schema["type"], &schema["required"]), (&json!("object"), &json!(["city"])), "{schema}");
    let types = host.post("/api/schemas/types", json!({ "schema": schema, "name": "Place" })).await;
    assert!(types.body["typescript"].as_str().unwrap().contains("Place"), "{types:?}");
    assert!(types.body["rust"].as_str().unwrap().contains("pub struct Place"), "{types:?}");
}
