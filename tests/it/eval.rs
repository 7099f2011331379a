//! `formaops eval` as a gate: what it refuses before anything is sent, what it says of what it compares, and what never counts
//! as passed.

use formaops_testkit::ScriptedServer;
use formaops_tests::{Cli, Done};
use serde_json::{Value, json};
use std::path::Path;

/// A configuration for the provider that answers with the prompt.
fn config(more: &str) -> String {
    format!("prompts: ['Say {{{{city}}}}']\nproviders: [echo]\n{more}\n")
}

const PASSES: &str = "tests: [{vars: {city: Rome}, assert: [{type: contains, value: Rome}]}]";

/// A run that there is not.
const UNKNOWN: &str = "run_01k00000000000000000000000";

/// What every line of a refusal must hold.
fn refused(done: &Done, words: &[&str]) {
    assert_eq!(done.code, Some(1), "{done:?}");
    for word in words {
        assert!(done.stderr.contains(word), "`{word}` is not in {}", done.stderr);
    }
}

async fn last_run(cli: &Cli) -> String {
    let runs = cli.json(&["runs", "list"]).await;
    runs["items"][0]["id"].as_str().unwrap().to_owned()
}

fn results(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[tokio::test]
async fn a_gate_that_has_nothing_to_hold_against_is_refused_and_lets_nothing_through() {
    let cli = Cli::new();
    let file = cli.file("c.yaml", config(PASSES));
    let eval = |more: &'static [&'static str]| {
        let (cli, file) = (&cli, file.clone());
        async move { cli.run(&[&["eval", "-c", &file, "--suite-name", "gate"], more].concat()).await }
    };
    refused(&eval(&["--fail-on", "regression"]).await, &["nothing to compare with", "baseline put gate"]);
    refused(&eval(&["--fail-on", "threshold"]).await, &["no thresholds", "--fail-on any"]);
    refused(&eval(&["--baseline", UNKNOWN]).await, &["there is no run", UNKNOWN]);
    assert_eq!(cli.json(&["runs", "list"]).await["items"], json!([]), "nothing was run");

    // With something to compare with, it compares; what has no counterpart there is told.
    assert_eq!(eval(&[]).await.code, Some(0));
    let baseline = last_run(&cli).await;
    let two = config(PASSES).replace("['Say {{city}}']", "['Say {{city}}', '{{city}}?']");
    std::fs::write(&file, two).unwrap();
    let report = cli.file("report.md", "");
    let arguments = ["eval", "-c", &file, "--suite-name", "gate", "--baseline", &baseline, "-o", &report];
    let done = cli.run(&[&arguments[..], &["--fail-on", "regression"]].concat()).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stdout.contains("not compared: the baseline has no column"), "{done:?}");
    let written = std::fs::read_to_string(&report).unwrap();
    assert!(written.contains("not compared: the baseline has no column"), "{written}");
}

#[tokio::test]
async fn a_refused_configuration_leaves_no_file_and_what_means_nothing_here_is_taken() {
    let cli = Cli::new();
    let file = cli.file("c.yaml", config("tests: [{threshold: '0.9'}]"));
    let out = Path::new(&file).with_file_name("new.json");
    let done = cli.run(&["eval", "-c", &file, "-o", out.to_str().unwrap()]).await;
    refused(&done, &["`threshold` must be a number", "tests[0].threshold", "`0.9`"]);
    assert!(!out.exists());
    std::fs::write(&file, config(PASSES)).unwrap();
    let flags = ["--no-cache", "--no-table", "--no-progress-bar", "--no-write", "--no-share"];
    let arguments = [&["eval", "-c", &file, "-o", out.to_str().unwrap()], &flags[..]].concat();
    assert_eq!(cli.run(&arguments).await.code, Some(0));
    assert!(out.exists());
}

#[tokio::test]
async fn a_blank_row_fails_by_itself() {
    let cli = Cli::new();
    let table = cli.file("t.csv", "city,expected\nRome,rome\nOslo,\n");
    let asserts = "defaultTest: {assert: [{type: icontains, value: '{{expected}}'}]}";
    let tests = format!("{asserts}\ntests: 'file://{table}'");
    let (file, out) = (cli.file("c.yaml", config(&tests)), cli.file("out.json", ""));
    let done = cli.run(&["eval", "-c", &file, "-o", &out]).await;
    assert_eq!(done.code, Some(100), "{done:?}");
    assert!(done.stdout.contains("1 of 2 cells passed"), "{done:?}");
    let blank = &results(&out)["results"]["results"][1];
    assert_eq!((&blank["success"], &blank["vars"]["city"]), (&json!(false), &json!("Oslo")), "{blank:#}");
}

#[tokio::test]
async fn a_judge_that_does_not_answer_passes_nothing_whatever_the_threshold_is() {
    let cli = Cli::new();
    let judge = "{id: 'openai:chat:judge', config: {apiBaseUrl: 'http://127.0.0.1:9/v1'}}";
    let parts = "[{type: contains, value: Say}, {type: llm-rubric, value: kind}]";
    let tests = format!(
        "defaultTest: {{options: {{provider: {judge}}}}}\ntests:\n  - {{vars: {{city: Rome}}, threshold: 0.3, assert: {parts}}}\n  \
         - {{vars: {{city: Oslo}}, assert: [{{type: assert-set, threshold: 0.5, assert: {parts}}}]}}"
    );
    let (file, out) = (cli.file("c.yaml", config(&tests)), cli.file("out.json", ""));
    let done = cli.run(&["eval", "-c", &file, "-o", &out]).await;
    assert_eq!(done.code, Some(100), "{done:?}");
    assert!(done.stdout.contains("0 of 2 cells passed"), "{done:?}");
    for result in results(&out)["results"]["results"].as_array().unwrap() {
        let reason = result["gradingResult"]["reason"].as_str().unwrap();
        assert!(result["success"] == false && reason.contains("could not be decided"), "{result:#}");
    }
}

#[tokio::test]
async fn vectors_are_made_by_the_model_of_the_configuration_or_nothing_is_sent() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    let address = server.base_url();
    let embedding = format!("{{id: 'openai:embedding:vectors', config: {{apiBaseUrl: '{address}'}}}}");
    let similar = |provider: &str| {
        config(&format!(
            "tests: [{{vars: {{city: Rome}}, assert: [{{type: similar, value: Say Rome, threshold: 0.9{provider}}}]}}]"
        ))
    };
    let file = cli.file("c.yaml", similar(""));
    refused(&cli.run(&["eval", "-c", &file]).await, &["none is named", "put embeddings"]);
    assert_eq!(server.counts().received, 0);
    std::fs::write(&file, similar(&format!(", provider: {embedding}"))).unwrap();
    let done = cli.run(&["eval", "-c", &file]).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(server.counts().received > 0);
}

#[tokio::test]
async fn reports_tell_of_repeats_and_build_servers_how_many_failed() {
    let cli = Cli::new();
    let tests = "tests:\n  - {vars: {city: Rome}, assert: [{type: contains, value: Rome}]}\n  - {vars: {city: Oslo}, assert: \
                 [{type: contains, value: Rome}]}\nevaluateOptions: {repeat: 2}\nderivedMetrics: [{name: none, value: \
                 '1 / 0'}, {name: third, value: 'round(1 / 3, 2)'}]";
    let file = cli.file("c.yaml", config(tests));
    let outs = ["r.md", "r.html", "r.xml", "r.json"].map(|name| cli.file(name, ""));
    let written = outs.iter().flat_map(|out| ["-o", out.as_str()]).collect::<Vec<_>>();
    let done = cli.run(&[&["eval", "-c", &file], &written[..]].concat()).await;
    assert_eq!(done.code, Some(100), "{done:?}");
    let said = "of 2 tries one passes with 50.0 % (pass@2), all with 50.0 % (pass^2)";
    assert!(done.stdout.contains(said), "{done:?}");
    let [markdown, html, junit, json] = outs.each_ref().map(|out| std::fs::read_to_string(out).unwrap());
    assert!(html.contains(said) && markdown.contains("pass\\@2"), "{markdown}");
    assert!(junit.contains(r#"tests="4" failures="2" errors="0" skipped="0""#), "{junit}");
    let json: Value = serde_json::from_str(&json).unwrap();
    let named = &json["results"]["prompts"][0]["metrics"]["namedScores"];
    assert_eq!(named, &json!({ "none": null, "third": 0.33 }), "{named}");
}
