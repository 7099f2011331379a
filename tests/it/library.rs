//! The whole way of a prompt: a file in git, edited from both sides, merged, taken back, exported, and the same elsewhere.
//! And that of a whole workspace, with its datasets, suites and runs.

use formaops_testkit::{ChatReply, ScriptedServer};
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

async fn done(host: &Host, path: &str, body: Value) -> Value {
    let answer = host.post(path, body).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.body
}

fn content(template: &str) -> Value {
    let city = json!({ "name": "city", "type": "string", "required": true });
    json!({ "body": { "kind": "text", "template": template }, "variables": [city] })
}

fn case(city: &str, expected: &str) -> Value {
    let rule = json!({ "kind": "assertion", "type": "contains", "value": expected });
    json!({
        "name": format!("the one of {city}"),
        "inputs": { "city": city },
        "expected": expected,
        "validations": [{ "name": "says it", "rule": rule }],
        "tags": ["capital"],
        "metadata": { "source": "atlas" },
        "prefix": "Dear reader, ",
    })
}

/// Two prompts with a history, a dataset of three versions, and a suite of both with its baseline and a run after it.
async fn evaluated(server: &ScriptedServer) -> Cli {
    server.script("m", ChatReply::new().text("Greetings from Rome"));
    let cli = empty().await;
    cli.add_provider(server.base_url().as_str()).await;
    let host = Host::open(&cli).await;
    let mut ids = Vec::new();
    for name in ["travel/greet", "travel/part"] {
        let made = json!({ "name": name, "content": content("Hello from {{city}}") });
        ids.push(done(&host, "/api/prompts", made).await["prompt"]["id"].clone());
        let path = format!("/api/prompts/{}/versions", name.replace('/', "%2F"));
        done(&host, &path, json!({ "content": content("Goodbye from {{city}}"), "note": "later" })).await;
    }
    let cities = json!({ "name": "cities", "description": "where we go", "cases": [case("Rome", "Rome")], "note": "one" });
    let dataset = done(&host, "/api/datasets", cities).await;
    for (base, city) in [(1, "Oslo"), (2, "Bonn")] {
        let more = json!({ "base": base, "inserted": [{ "cases": [case(city, city)] }], "note": city });
        done(&host, "/api/datasets/cities/changes", more).await;
    }
    let is_short = json!({ "name": "short", "rule": { "kind": "function", "source": "(output) => output.length < 99" } });
    let spec = json!({
        "prompts": [{ "promptId": ids[0], "version": "v1" }, { "promptId": ids[1] }],
        "models": [
            { "model": "local:m" },
            { "model": "local:m", "label": "warm", "parameters": { "temperature": 1.0 }, "prompts": [ids[1]] },
        ],
        "dataset": { "datasetId": dataset["id"], "version": 2 },
        "cases": [case("Paris", "Rome")],
        "validations": [is_short],
        "thresholds": { "passRate": 0.5 },
    });
    done(&host, "/api/suites", json!({ "name": "travel", "description": "of two", "spec": spec })).await;
    let first = ended(&host, "travel").await;
    let baseline = host.put("/api/suites/travel/baseline", json!({ "run": first })).await;
    assert_eq!(baseline.status, 200, "{baseline:?}");
    ended(&host, "travel").await;
    host.kill().await;
    cli
}

/// Runs a suite to its end; the id of the run.
async fn ended(host: &Host, suite: &str) -> String {
    let run = done(host, &format!("/api/suites/{suite}/runs"), json!({})).await;
    let id = run["id"].as_str().unwrap().to_owned();
    let path = format!("/api/runs/{id}");
    until(async || host.get(&path).await.body["run"]["status"].clone(), |status| status == "completed").await;
    id
}

/// All that can be seen of datasets, suites and runs.
async fn seen(cli: &Cli) -> Value {
    let host = Host::open(cli).await;
    let get = async |path: &str| {
        let answer = host.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    };
    let mut seen = json!({
        "datasets": get("/api/datasets").await,
        "versions": get("/api/datasets/cities/versions").await,
        "suites": get("/api/suites").await,
        "runs": get("/api/runs").await,
    });
    for number in 1..=3 {
        seen["cases"][number.to_string()] =
            get(&format!("/api/datasets/cities/cases?version={number}")).await;
    }
    for run in seen["runs"]["items"].as_array().unwrap().clone() {
        let id = run["id"].as_str().unwrap();
        seen["grids"][id] = get(&format!("/api/runs/{id}/grid")).await;
        seen["summaries"][id] = get(&format!("/api/runs/{id}/summary")).await;
    }
    host.kill().await;
    seen
}

fn outcomes(result: &Value) -> Value {
    let of = |list: &str| -> Vec<Value> {
        let list = result[list].as_array().unwrap();
        list.iter().map(|it| json!([it["name"], it["outcome"]])).collect()
    };
    json!({ "prompts": of("prompts"), "datasets": of("datasets"), "suites": of("suites"), "runs": result["runs"] })
}

#[tokio::test]
async fn a_whole_workspace_with_its_suites_and_what_they_came_to_is_the_same_elsewhere() {
    let server = ScriptedServer::start().await;
    let from = evaluated(&server).await;
    let export = ["export", "--history", "--results"];
    let exported = from.run(&export).await;
    assert_eq!(exported.code, Some(0), "{exported:?}");
    let before = seen(&from).await;
    assert_eq!(before["suites"]["items"][0]["baseline"], before["runs"]["items"][1]["id"]);
    assert_eq!(before["runs"]["items"][0]["suite"]["baseline"], before["runs"]["items"][1]["id"]);
    let grid = &before["grids"][before["runs"]["items"][0]["id"].as_str().unwrap()];
    assert_eq!(grid["items"].as_array().unwrap().len(), 3);
    assert_eq!(grid["items"][0]["cells"].as_array().unwrap().len(), 3, "{grid}");

    let to = empty().await;
    let file = to.file("all.json", &exported.stdout);
    let found = to.json(&["import", &file, "--preview"]).await;
    let dataset = &found["datasets"][0];
    assert_eq!(
        ["name", "state", "versions", "cases"].map(|field| dataset[field].clone()),
        [json!("cities"), json!("new"), json!(3), json!(3)]
    );
    assert_eq!((&found["suites"][0]["prompts"], &found["suites"][0]["state"]), (&json!(2), &json!("new")));
    let shown = to.run(&["import", &file]).await;
    assert_eq!(
        (shown.code, shown.stdout.as_str()),
        (
            Some(0),
            "travel/greet  created\ntravel/part  created\ncities  dataset, created\n\
             travel  suite, created\n2 runs\n"
        ),
        "{shown:?}"
    );
    assert_eq!(seen(&to).await, before);
    assert_eq!(to.run(&export).await.stdout, exported.stdout);

    let again = to.json(&["import", &file]).await;
    let same = |name: &str| json!([name, "unchanged"]);
    assert_eq!(
        outcomes(&again),
        json!({
            "prompts": [same("travel/greet"), same("travel/part")],
            "datasets": [same("cities")], "suites": [same("travel")], "runs": 0,
        })
    );
    let preview = to.run(&["import", &file, "--preview"]).await.stdout;
    assert!(preview.contains("cities  dataset, 3 versions, 3 cases, is here already\n"), "{preview}");
    assert!(preview.contains("travel  suite, 2 prompts, is here already\n"), "{preview}");
    assert_eq!(to.run(&export).await.stdout, exported.stdout);
}

#[tokio::test]
async fn datasets_and_suites_whose_names_are_taken_become_what_was_said() {
    let server = ScriptedServer::start().await;
    let from = evaluated(&server).await;
    let exported = from.run(&["export", "--history"]).await.stdout;
    let to = empty().await;
    let file = to.file("all.json", exported);
    to.add_prompt("travel/greet", "Another").await;
    to.add_prompt("travel/part", "Another").await;
    let host = Host::open(&to).await;
    // Of the versions in the file one is here, and what is newest here is in no file.
    done(&host, "/api/datasets", json!({ "name": "cities", "cases": [case("Rome", "Rome")] })).await;
    let other = json!({ "base": 1, "inserted": [{ "cases": [case("Lima", "Lima")] }] });
    done(&host, "/api/datasets/cities/changes", other).await;
    done(&host, "/api/suites", json!({ "name": "travel" })).await;
    let get = async |path: &str| host.get(path).await.body;

    let refused = to.run(&["import", &file, "--as", "travel/greet=greet", "--as", "travel/part=part"]).await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("a dataset named `cities` exists already"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--taken rename"), "{}", refused.stderr);
    assert_eq!(get("/api/prompts").await["items"].as_array().unwrap().len(), 2, "nothing is imported");

    let skipped = to.json(&["import", &file, "--taken", "skip"]).await;
    let left_out = |name: &str| json!([[name, "skipped"]]);
    let done_with = outcomes(&skipped);
    assert_eq!((&done_with["datasets"], &done_with["suites"]), (&left_out("cities"), &left_out("travel")));
    assert_eq!(get("/api/datasets/cities").await["head"], 2);
    assert_eq!(get("/api/suites/travel").await["spec"]["prompts"], json!([]));

    // The names get numbers, and the suite runs what came with it.
    to.json(&["import", &file, "--taken", "rename"]).await;
    let suite = get("/api/suites/travel-2").await;
    let [greet, part, cities] = ["prompts/travel%2Fgreet-2", "prompts/travel%2Fpart-2", "datasets/cities-2"]
        .map(|path| format!("/api/{path}"));
    let (greet, part) = (get(&greet).await, get(&part).await);
    let ids = json!([
        { "promptId": greet["prompt"]["id"], "version": "v1" }, { "promptId": part["prompt"]["id"] },
    ]);
    assert_eq!(suite["spec"]["prompts"], ids, "{suite}");
    assert_eq!(suite["spec"]["models"][1]["prompts"], json!([part["prompt"]["id"]]));
    let dataset = get(&cities).await;
    assert_eq!(suite["spec"]["dataset"], json!({ "datasetId": dataset["id"], "version": 2 }));

    // What is here goes on: the version that the suite runs has another number now, and so has the prompt's.
    to.json(&["import", &file, "--taken", "version"]).await;
    let dataset = get("/api/datasets/cities").await;
    assert_eq!((&dataset["head"], &dataset["cases"]), (&json!(4), &json!(3)), "{dataset}");
    let suite = get("/api/suites/travel").await;
    assert_eq!(suite["spec"]["dataset"], json!({ "datasetId": dataset["id"], "version": 3 }));
    assert_eq!(suite["description"], "of two");
    let part = get("/api/prompts/travel%2Fpart").await;
    assert_eq!(suite["spec"]["models"][1]["prompts"], json!([part["prompt"]["id"]]));
    let asked = &suite["spec"]["prompts"][0];
    let version = asked["version"].as_str().unwrap();
    let named = get(&format!("/api/prompts/travel%2Fgreet/versions/{version}")).await;
    assert_eq!(
        (&named["number"], &named["content"]["body"]["template"]),
        (&json!(2), &json!("Hello from {{city}}")),
        "{asked}"
    );
    let again = outcomes(&to.json(&["import", &file, "--taken", "version"]).await);
    let same = |name: &str| json!([[name, "unchanged"]]);
    assert_eq!((&again["datasets"], &again["suites"]), (&same("cities"), &same("travel")), "{again}");

    // What is newest in the file becomes the newest here once more, and the suite goes on with the version it had.
    done(&host, "/api/datasets/cities/changes", json!({ "base": 4, "removed": [0] })).await;
    to.json(&["import", &file, "--taken", "version"]).await;
    let dataset = get("/api/datasets/cities").await;
    assert_eq!((&dataset["head"], &dataset["cases"]), (&json!(6), &json!(3)), "{dataset}");
    assert_eq!(get("/api/suites/travel").await["spec"]["dataset"]["version"], 3);
    host.kill().await;
}

#[tokio::test]
async fn a_suite_takes_along_what_it_runs_and_what_lacks_something_is_left_out() {
    let server = ScriptedServer::start().await;
    let from = evaluated(&server).await;
    let all = from.file("suite.yaml", "");
    let told =
        from.run(&["export", "--suite", "travel", "--format", "yaml", "--results", "--out", &all]).await;
    assert_eq!(
        (told.code, told.stderr),
        (Some(0), format!("2 prompts, 1 dataset, 1 suite, 2 runs in `{all}`\n"))
    );
    let to = empty().await;
    to.json(&["import", &all]).await;
    to.add_provider(server.base_url().as_str()).await;
    let host = Host::open(&to).await;
    let numbers = |list: &Value| -> Vec<Value> {
        list["items"].as_array().unwrap().iter().map(|it| it["number"].clone()).collect()
    };
    // Without history: the newest, and what the suite names.
    assert_eq!(numbers(&host.get("/api/datasets/cities/versions").await.body), [json!(3), json!(2)]);
    assert_eq!(numbers(&host.get("/api/prompts/travel%2Fgreet/versions").await.body), [json!(2), json!(1)]);
    let plan = host.post("/api/suites/travel/plan", json!({})).await;
    assert_eq!(plan.body["executions"], 9, "{plan:?}");
    host.kill().await;

    // One prompt of two: the runs of both cannot be read without the other, and so are not in the file.
    let one = from.run(&["export", "travel/greet", "--results"]).await;
    assert!(one.stderr.contains("2 runs are left out, of which a prompt is not exported"), "{}", one.stderr);
    let elsewhere = empty().await;
    let file = elsewhere.file("one.json", one.stdout);
    assert_eq!(elsewhere.json(&["import", &file]).await["runs"], 0);

    let bare = from.run(&["export", "--without-datasets", "--results"]).await;
    assert!(
        bare.stderr.contains("the suite runs a prompt or a dataset that is not exported"),
        "{}",
        bare.stderr
    );
    let without = empty().await;
    let file = without.file("bare.json", &bare.stdout);
    let preview = without.run(&["import", &file, "--preview"]).await.stdout;
    assert!(preview.contains("cannot be imported: a prompt, a dataset or a version"), "{preview}");
    let imported = without.json(&["import", &file, "--skip", "travel/part"]).await;
    assert_eq!(outcomes(&imported)["suites"], json!([["travel", "skipped"]]));
    let notes = imported["notes"].to_string();
    assert!(notes.contains("the suite `travel` is left out"), "{notes}");
    assert!(notes.contains("2 runs are left out, of which a prompt is not brought in"), "{notes}");

    let other = from.run(&["export", "--format", "langfuse"]).await;
    assert!(other.stderr.contains("Langfuse holds none of the 1 datasets and 1 suites"), "{}", other.stderr);
    let tagged = from.run(&["export", "--status", "draft"]).await.stdout;
    assert!(!tagged.contains("\"datasets\""), "with a filter on prompts there are prompts alone");
}

#[tokio::test]
async fn what_is_wrong_with_a_dataset_or_a_suite_of_a_file_is_named_with_its_place_and_nothing_is_kept() {
    let server = ScriptedServer::start().await;
    let from = evaluated(&server).await;
    let exported: Value = serde_json::from_str(&from.run(&["export", "--history"]).await.stdout).unwrap();
    let to = empty().await;
    for (place, wrong, path) in [
        ("/datasets/0/versions/0/cases/0/threshold", json!(2), "datasets[0].versions[0].cases[0].threshold"),
        ("/datasets/0/versions/1/number", json!(1), "all.json: datasets[0].versions[1].number"),
        (
            "/datasets/0/versions/0/cases/0/expects",
            json!(2),
            "all.json: datasets[0].versions[0].cases[0].expects",
        ),
        ("/suites/0/spec/dataset/version", json!(9), "all.json: suites[0].spec.dataset.version"),
        ("/suites/0/spec/thresholds/passRate", json!(7), "suites[0].spec.thresholds.passRate"),
    ] {
        let mut broken = exported.clone();
        let (parent, field) = place.rsplit_once('/').unwrap();
        broken.pointer_mut(parent).unwrap()[field] = wrong;
        let refused = to.run(&["--json", "import", &to.file("all.json", broken.to_string())]).await;
        assert_eq!(refused.json()["error"]["at"]["path"], path, "{refused:?}");
    }
    for list in [["prompt", "list"], ["dataset", "list"], ["suite", "list"]] {
        assert_eq!(to.json(&list).await["items"], json!([]), "{list:?}");
    }
}
