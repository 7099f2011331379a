//! Configurations of promptfoo over the command line: run as they are, beside what promptfoo itself came to, and refused with
//! the place of what cannot be run.

use formaops_testkit::ScriptedServer;
use formaops_tests::{Cli, Done};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn configs() -> PathBuf {
    std::path::absolute("conformance/promptfoo/configs").unwrap()
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// Runs a configuration against a server, with more arguments.
async fn eval(cli: &Cli, server: &ScriptedServer, config: &str, more: &[&str]) -> Done {
    let address = format!("MODEL_SERVER={}", server.base_url());
    cli.run(&[&["eval", "-c", config, "--env", &address], more].concat()).await
}

fn rounded(number: &Value) -> Value {
    let number = number.as_f64().unwrap_or(f64::NAN);
    json!((number * 1e6).round() / 1e6)
}

fn named(scores: &Value) -> Value {
    scores
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, score)| (name.clone(), rounded(score)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// A prompt that is JSON is the same however it is laid out.
fn prompt(text: &Value) -> Value {
    let laid_out = text.as_str().and_then(|text| serde_json::from_str(text).ok());
    laid_out.filter(|value: &Value| value.is_array()).unwrap_or_else(|| text.clone())
}

/// What is compared of a result, as `record-configs.mjs` writes it down.
fn told(result: &Value) -> Value {
    let components = result["gradingResult"]["componentResults"].as_array().into_iter().flatten();
    let asserts = components.map(|part| json!({ "pass": part["pass"], "score": rounded(&part["score"]) }));
    json!({
        "vars": result["vars"],
        "prompt": prompt(&result["prompt"]["raw"]),
        "output": result["response"]["output"],
        "success": result["success"],
        "score": rounded(&result["score"]),
        "namedScores": named(&result["namedScores"]),
        "asserts": asserts.collect::<Vec<_>>(),
    })
}

/// What differs on purpose, as `docs/evaluation.md` says: the answer of a test with a transform is told as the model gave
/// it.
const DIFFERENT: [(&str, &str); 1] = [("transforms", "output")];

#[tokio::test]
async fn configurations_come_to_what_promptfoo_says_of_them() {
    let mut names: Vec<_> = std::fs::read_dir(configs())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() >= 10, "{names:?}");
    for name in names {
        let (cli, server) = (Cli::new(), ScriptedServer::start().await);
        let folder = configs().join(&name);
        let expected = read(&folder.join("promptfoo.json"));
        let out = cli.file("results.json", "");
        let done = eval(&cli, &server, folder.to_str().unwrap(), &["-o", &out, "-j", "4"]).await;
        assert_eq!(done.code.map(Value::from), Some(expected["exitCode"].clone()), "{name}: {done:?}");
        let written = read(Path::new(&out));
        let mut results = written["results"]["results"].as_array().unwrap().clone();
        results.sort_by_key(|result| (result["testIdx"].as_u64(), result["promptIdx"].as_u64()));
        let theirs = expected["results"].as_array().unwrap();
        assert_eq!(results.len(), theirs.len(), "{name}: {done:?}");
        for (at, (ours, theirs)) in results.iter().zip(theirs).enumerate() {
            let mut theirs = theirs.clone();
            theirs["prompt"] = prompt(&theirs["prompt"]);
            theirs["score"] = rounded(&theirs["score"]);
            theirs["namedScores"] = named(&theirs["namedScores"]);
            for assert in theirs["asserts"].as_array_mut().unwrap() {
                assert["score"] = rounded(&assert["score"]);
            }
            let mut told = told(ours);
            for (_, field) in DIFFERENT.iter().filter(|(config, _)| *config == name) {
                assert_ne!(told[*field], theirs[*field], "{name}: `{field}` does not differ any more");
                told[*field].clone_from(&theirs[*field]);
            }
            assert_eq!(told, theirs, "{name}, result {at}: {ours:#}");
        }
        let columns = written["results"]["prompts"].as_array().unwrap().iter();
        let columns: Vec<_> = columns.map(|column| named(&column["metrics"]["namedScores"])).collect();
        let theirs: Vec<_> = expected["namedScores"].as_array().unwrap().iter().map(named).collect();
        assert_eq!(columns, theirs, "{name}");
    }
}

const SIMPLE: &str = "
description: Greetings
prompts: ['Greet {{name}}.']
providers: [{ id: 'openai:chat:echo', config: { apiBaseUrl: '{{env.MODEL_SERVER}}' } }]
tests:
  - { vars: { name: Ada }, assert: [{ type: contains, value: Ada }] }
  - { vars: { name: Bob }, assert: [{ type: contains, value: Ada }] }
";

#[tokio::test]
async fn the_same_configuration_again_makes_nothing_new_and_a_changed_one_a_new_version() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    let config = cli.file("promptfooconfig.yaml", SIMPLE);
    let first = eval(&cli, &server, &config, &["--suite-name", "hello"]).await;
    assert_eq!(first.code, Some(100), "a test fails: {first:?}");
    assert!(first.stdout.contains("1 of 2 cells passed"), "{first:?}");
    let suite = cli.json(&["suite", "get", "hello"]).await;
    assert!(suite["description"].as_str().unwrap().starts_with("Greetings From `"), "{suite}");
    let second = eval(&cli, &server, &config, &["--suite-name", "hello", "--fail-on", "never"]).await;
    assert_eq!(second.code, Some(0), "{second:?}");
    let again = cli.json(&["suite", "get", "hello"]).await;
    assert_eq!((&again["spec"], &again["updatedAt"]), (&suite["spec"], &suite["updatedAt"]));
    for (noun, count) in [("prompt", 1), ("dataset", 1), ("suite", 1)] {
        let all = cli.json(&[noun, "list"]).await;
        let ours = all["items"].as_array().unwrap().iter();
        let ours = ours.filter(|item| item["name"].as_str().unwrap().starts_with("hello"));
        assert_eq!(ours.count(), count, "{all}");
    }
    let providers = cli.json(&["provider", "list"]).await;
    assert_eq!(providers["items"].as_array().unwrap().len(), 2, "dry-run and one more: {providers}");
    let versions = cli.json(&["version", "list", "hello/prompt-1"]).await;
    assert_eq!(versions["items"].as_array().unwrap().len(), 1, "{versions}");
    assert_eq!(server.counts().received, 4);

    // A changed prompt is the next version of the same one.
    std::fs::write(&config, SIMPLE.replace("Greet", "Welcome")).unwrap();
    eval(&cli, &server, &config, &["--suite-name", "hello"]).await;
    let versions = cli.json(&["version", "list", "hello/prompt-1"]).await;
    assert_eq!(versions["items"].as_array().unwrap().len(), 2, "{versions}");
}

const MANY: &str = "
prompts:
  - { id: greet, raw: 'Greet {{name}}.' }
  - { id: leave, raw: 'Leave {{name}}.' }
providers:
  - { id: 'openai:chat:echo', label: fast, config: { apiBaseUrl: '{{env.MODEL_SERVER}}' } }
  - { id: 'openai:chat:other', label: slow, config: { apiBaseUrl: '{{env.MODEL_SERVER}}' } }
  - 'python:own.py'
defaultTest: { assert: [{ type: icontains, value: a }] }
tests:
  - { vars: { name: Ada }, metadata: { kind: short, of: [one, odd] } }
  - { vars: { name: Bob }, metadata: { kind: short }, assert: [{ type: contains, value: Cyd }] }
  - { vars: { name: Cyd }, metadata: { kind: long, of: [odd] }, providers: [slow] }
  - { vars: { name: Dan }, providers: ['python:own.py'] }
";

#[tokio::test]
async fn a_part_of_a_configuration_is_run_and_what_is_left_out_need_not_be_understood() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    let config = cli.file("promptfooconfig.yaml", MANY);
    let whole = eval(&cli, &server, &config, &[]).await;
    assert!(whole.code == Some(1) && whole.stderr.contains("python:own.py"), "{whole:?}");
    assert_eq!(server.counts().received, 0);
    for (filters, cells) in [
        // Three tests, one of them for `slow` alone; the fourth is for nothing that is left.
        (&["--filter-providers", "^(fast|slow)$"][..], 10),
        (&["--filter-targets", "chat:echo"], 4),
        (&["--filter-providers", "fast", "--filter-prompts", "^gre"], 2),
        (&["--filter-providers", "fast|slow", "--filter-metadata", "kind=long"], 2),
        (
            &["--filter-providers", "fast", "--filter-metadata", "kind=short", "--filter-metadata", "of=odd"],
            2,
        ),
        (&["--filter-providers", "fast", "--filter-range", "1:"], 2),
        (&["--filter-providers", "fast|slow", "--filter-prompts", "greet", "--range", "1:2"], 2),
        (&["--filter-providers", "fast", "--filter-prompts", "greet", "--filter-sample", "1"], 1),
    ] {
        let before = server.counts().received;
        let part = eval(&cli, &server, &config, &[filters, &["--suite-name", "part"]].concat()).await;
        assert_eq!(server.counts().received - before, cells, "{filters:?}: {part:?}");
    }
    // What failed in the run before is run again, also once the configuration knows more.
    let one = ["--suite-name", "part", "--filter-providers", "fast", "--filter-prompts", "greet"];
    let results = ["results.json", "results.jsonl"].map(|name| cli.file(name, ""));
    let written = [&one[..], &["-o", &results[0], "-o", &results[1]]].concat();
    let failed = eval(&cli, &server, &config, &written).await;
    assert!(failed.stdout.contains("1 of 2 cells passed"), "{failed:?}");
    let runs = cli.json(&["runs", "list", "--limit", "1"]).await;
    let run = runs["items"][0]["id"].as_str().unwrap();
    let more = MANY.replace("tests:", "tests:\n  - { vars: { name: Eva } }");
    std::fs::write(&config, more).unwrap();
    let of_promptfoo = json!({ "results": { "results": [
        { "success": false, "vars": { "name": "Bob", "_conversation": [], "sessionId": "1" } },
        { "success": true, "vars": { "name": "Eva" } },
    ] } });
    let of_promptfoo = cli.file("of-promptfoo.json", of_promptfoo.to_string());
    for earlier in [run, &results[0], &results[1], &of_promptfoo] {
        let before = server.counts().received;
        let out = cli.file("again.jsonl", "");
        let again =
            eval(&cli, &server, &config, &[&one[..], &["--filter-failing", earlier, "-o", &out]].concat())
                .await;
        assert_eq!(server.counts().received - before, 1, "{earlier}: {again:?}");
        let line: Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
        assert_eq!((&line["vars"]["name"], &line["testIdx"]), (&json!("Bob"), &json!(0)), "{line}");
    }
    for (earlier, said) in [("run_1", "`run_1` cannot be read"), (config.as_str(), "holds no results")] {
        let none = eval(&cli, &server, &config, &[&one[..], &["--filter-failing", earlier]].concat()).await;
        assert!(none.code == Some(1) && none.stderr.contains(said), "{none:?}");
    }
    let of_suite = cli.run(&["eval", "part", "--failing-in", &results[0]]).await;
    assert!(of_suite.stderr.contains("is not the id of a run"), "{of_suite:?}");
    // What is asked for and is not there asks for nothing.
    for (filters, said) in [
        (["--filter-providers", "nobody"], "providers"),
        (["--filter-range", "5"], "`10:`"),
        (["--filter-metadata", "kind"], "key=value"),
    ] {
        let none = eval(&cli, &server, &config, &filters).await;
        assert!(none.code != Some(0) && none.stderr.contains(said), "{none:?}");
    }
}

#[tokio::test]
async fn tests_are_chosen_variables_given_and_results_written_a_line_each() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    let config =
        SIMPLE.replace("- { vars: { name: Bob }", "- { description: the second, vars: { name: Bob }");
    let config = cli.file("c.yaml", config.replace("Greet {{name}}.", "Greet {{name}} in {{town}}."));
    let out = cli.file("out.jsonl", "");
    let first =
        eval(&cli, &server, &config, &["-n", "1", "--var", "town=Rome", "--no-cache", "-o", &out]).await;
    assert_eq!(first.code, Some(0), "{first:?}");
    let line: Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
    assert_eq!((&line["response"]["output"], &line["success"]), (&json!("Greet Ada in Rome."), &json!(true)));
    let second = eval(&cli, &server, &config, &["--filter-pattern", "^the sec", "--repeat", "2"]).await;
    assert_eq!(second.code, Some(100), "{second:?}");
    assert!(second.stdout.contains("0 of 2 cells passed"), "{second:?}");
    assert_eq!(server.counts().received, 3);
    // What fits no test asks for none of them, and not for all.
    let none = eval(&cli, &server, &config, &["--filter-pattern", "nowhere"]).await;
    assert_eq!((none.code, server.counts().received), (Some(1), 3), "{none:?}");
    assert!(none.stderr.contains("no test") && none.stderr.contains("--filter-pattern"), "{none:?}");
    // What the file itself wants written stays below its folder.
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{text}outputPath: [own.jsonl, ../escaped.json]\n")).unwrap();
    let own = eval(&cli, &server, &config, &[]).await;
    assert!(own.stderr.contains("`../escaped.json`"), "{own:?}");
    let folder = Path::new(&config).parent().unwrap();
    assert_eq!(std::fs::read_to_string(folder.join("own.jsonl")).unwrap().lines().count(), 2);
    assert!(!folder.join("../escaped.json").exists());
    let plan = eval(&cli, &server, &config, &["--plan"]).await;
    assert!(plan.stdout.contains("2 executions: 2 cases x 1 columns x 1 repeats"), "{plan:?}");
}

#[tokio::test]
async fn what_cannot_be_run_is_named_with_its_place_and_nothing_is_sent() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    let base = SIMPLE.replace("'openai:chat:echo'", "openai:chat:echo");
    let cases: &[(&str, String, &[&str])] = &[
        (
            "an assertion that there is not",
            base.replace("contains, value: Ada }] }\n  - {", "contians, value: Ada }] }\n  - {"),
            &["`contians`", "tests[0].assert[0].type", "`contains`"],
        ),
        (
            "one that is not here",
            base.replace("contains, value: Ada", "python, value: x"),
            &["`python`", "never run"],
        ),
        ("malformed YAML", base.replace("tests:", "tests: ["), &["malformed", "line "]),
        (
            "a file that is not there",
            base.replace("'Greet {{name}}.'", "file://none.txt"),
            &["`none.txt`", "prompts[0]"],
        ),
        (
            "a file outside",
            base.replace("'Greet {{name}}.'", "file://../../etc/passwd"),
            &["outside", "absolute path"],
        ),
        (
            "a program",
            base.replace("openai:chat:echo", "file://provider.py"),
            &["`file://provider.py`", "never run"],
        ),
        (
            "an unknown vendor",
            base.replace("openai:chat:echo", "watsonx:granite"),
            &["`watsonx`", "apiBaseUrl"],
        ),
        (
            "a key in the file",
            base.replace("config: {", "config: { apiKey: sk-1, "),
            &["config.apiKey", "apiKeyEnvar"],
        ),
        (
            "a variable that is not given",
            base.replace("env.MODEL_SERVER", "env.OTHER"),
            &["`{{env.OTHER}}`", "--env OTHER"],
        ),
        ("filters", format!("{base}nunjucksFilters: {{ x: ./x.js }}\n"), &["`nunjucksFilters`"]),
        (
            "tests from a program",
            base.replace("tests:", "tests: file://make.py\nold:"),
            &["`make.py`", "never run"],
        ),
        (
            "a judge that nobody named",
            base.replace("contains, value: Ada", "llm-rubric, value: kind"),
            &["none is named"],
        ),
    ];
    for (what, config, words) in cases {
        let config = cli.file("c.yaml", config);
        let done = eval(&cli, &server, &config, &[]).await;
        assert_eq!(done.code, Some(1), "{what}: {done:?}");
        for word in *words {
            assert!(done.stderr.contains(word), "{what}: `{word}` is not in {}", done.stderr);
        }
        assert!(!done.stderr.contains("sk-1"), "{done:?}");
    }
    let missing = cli.run(&["eval", "-c", "/nowhere/c.yaml"]).await;
    assert_eq!((missing.code, missing.stderr.contains("/nowhere/c.yaml")), (Some(1), true), "{missing:?}");
    assert_eq!(cli.json(&["suite", "list"]).await["items"], json!([]));
    assert_eq!(server.counts().received, 0);
}

#[tokio::test]
async fn a_key_that_is_missing_is_named_and_one_that_is_there_goes_where_it_may() {
    let server = ScriptedServer::start().await;
    let vendor = "prompts: [hi]\nproviders: [openai:gpt-4o]\n";
    let cli = Cli::new();
    let config = cli.file("c.yaml", vendor);
    let done = cli.run(&["eval", "-c", &config]).await;
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("`OPENAI_API_KEY`") && done.stderr.contains("--env-file"), "{done:?}");
    let providers = cli.json(&["provider", "list"]).await;
    assert_eq!(providers["items"].as_array().unwrap().len(), 1, "only dry-run: {providers}");

    // To an address of the file's own, a key of the vendor is not sent unless the file names it.
    let cli = Cli::new().with_env("OPENAI_API_KEY", "sk-vendor-0123456789");
    let config = cli.file("c.yaml", SIMPLE);
    assert_eq!(eval(&cli, &server, &config, &["--fail-on", "never"]).await.code, Some(0));
    assert_eq!(server.last_request().header("authorization"), None);
    let named = SIMPLE.replace("config: {", "config: { apiKeyEnvar: MY_API_KEY, ");
    let env = cli.file("keys.env", "# a comment\nMY_API_KEY='sk-own-0123456789'\n");
    let config = cli.file("c.yaml", &named);
    let done = eval(&cli, &server, &config, &["--fail-on", "never", "--env-file", &env]).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(server.last_request().header("authorization"), Some("Bearer sk-own-0123456789"));

    // Elsewhere, it goes only where the user says so.
    let elsewhere = named.replace("{{env.MODEL_SERVER}}", "https://models.example.com/v1");
    let config = cli.file("c.yaml", elsewhere);
    let done = cli.run(&["eval", "-c", &config, "--env-file", &env]).await;
    assert_eq!((done.code, done.stderr.contains("--trust")), (Some(1), true), "{done:?}");
}
