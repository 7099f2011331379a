//! Datasets and suites of a linked folder: they and their files follow each other, and nothing is lost.

use crate::folder::{World, a_while, permissions, until};
use serde_json::{Value, json};
use std::fs;

const MAILS: &str = "mail;\"__expected\"\n\"Where is my parcel?\";contains:parcel\nI am cross;\n";
const SMOKE: &str =
    "# by hand\nprompts:\n- support/reply  # the head\nmodels: [dry-run:echo]\ndataset: mails\nowner: me\n";

impl World {
    /// A world with a prompt, whose folder is linked and trusted.
    async fn trusted() -> Self {
        let world = Self::new().await;
        world.put("support/reply.prompt", "Answer {{mail}}");
        world.call("folder_link", json!({ "path": world.root, "trust": true })).await;
        world
    }

    async fn dataset(&self, name: &str) -> Value {
        self.try_call("dataset_get", json!({ "id": name })).await.unwrap_or_default()
    }

    async fn suite(&self, name: &str) -> Value {
        self.try_call("suite_get", json!({ "id": name })).await.unwrap_or_default()
    }

    /// The inputs of the cases that a dataset has now.
    async fn inputs(&self, name: &str) -> Vec<Value> {
        let Ok(page) = self.try_call("case_list", json!({ "id": name })).await else { return Vec::new() };
        page["items"].as_array().unwrap().iter().map(|case| case["inputs"].clone()).collect()
    }

    async fn inputs_are(&self, name: &str, expected: &[Value]) {
        until(&format!("`{name}` has {expected:?}"), async || self.inputs(name).await == expected).await;
    }

    /// Puts a case behind the others.
    async fn add(&self, name: &str, inputs: Value) {
        let base = self.dataset(name).await["head"].clone();
        let cases = json!([{ "cases": [{ "inputs": inputs }] }]);
        self.call("dataset_change", json!({ "id": name, "base": base, "inserted": cases })).await;
    }

    async fn repeat(&self, name: &str, repeats: u32) {
        let mut spec = self.suite(name).await["spec"].clone();
        spec["repeats"] = json!(repeats);
        self.call("suite_update", json!({ "id": name, "spec": spec })).await;
    }

    async fn problem(&self) -> Value {
        self.folder().await["problems"][0].clone()
    }

    async fn nothing_is_wrong(&self) {
        let is_well = async || {
            let folder = self.folder().await;
            (&folder["problems"], &folder["conflicts"]) == (&json!([]), &json!([]))
        };
        until("nothing is wrong", is_well).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_was_cloned_becomes_prompts_datasets_and_a_suite_once_it_is_trusted() {
    let mut world = World::new().await;
    world.put("a.suite.yaml", SMOKE);
    world.put("mails.dataset.csv", MAILS);
    let jsonl = "{\"inputs\":{\"mail\":\"Hi\",\"n\":1},\"expected\":\"Hello\",\"tags\":[\"x\"],\"metadata\":{\"by\":\"me\"},\
                 \"validations\":[{\"name\":\"long\",\"rule\":{\"kind\":\"regex\",\"pattern\":\"...\"}}]}\n";
    world.put("more/kinds.dataset.jsonl", jsonl);
    for other in ["other.csv", "other.yaml", "other.jsonl"] {
        world.put(other, "a");
    }
    world.put("support/reply.prompt", "Answer {{mail}}");

    let folder = world.link().await;
    assert_eq!(folder["files"], 1);
    let skipped: Vec<_> = folder["skipped"].as_array().unwrap().iter().map(|one| &one["reason"]).collect();
    assert_eq!(skipped, ["untrusted"; 3], "{folder}");
    a_while().await;
    assert_eq!(world.call("dataset_list", json!({})).await["items"], json!([]));
    assert_eq!(world.call("suite_list", json!({})).await["items"], json!([]));

    world.call("folder_trust", json!({ "path": world.root })).await;
    until("the suite is there", async || world.suite("a").await != Value::Null).await;
    let (suite, prompt) = (world.suite("a").await, world.prompt("support/reply").await.unwrap());
    let mails = world.dataset("mails").await;
    assert_eq!(suite["spec"]["prompts"], json!([{ "promptId": prompt["prompt"]["id"] }]));
    assert_eq!(suite["spec"]["models"][0]["model"], "dry-run:echo");
    assert_eq!(suite["spec"]["dataset"], json!({ "datasetId": mails["id"] }));
    let cases = world.call("case_list", json!({ "id": "mails" })).await;
    assert_eq!(cases["items"][0]["validations"][0]["name"], "contains", "{cases}");
    let kinds = world.call("case_list", json!({ "id": "more/kinds" })).await["items"][0].clone();
    assert_eq!(
        (&kinds["inputs"]["n"], &kinds["expected"], &kinds["tags"], &kinds["metadata"]["by"]),
        (&json!(1), &json!("Hello"), &json!(["x"]), &json!("me"))
    );
    assert_eq!(kinds["validations"][0]["name"], "long");
    let folder = world.folder().await;
    assert_eq!((&folder["files"], &folder["skippedCount"]), (&json!(4), &json!(0)));

    // Who looks again finds nothing to do.
    let by_files = async |world: &World| {
        let events = world.call("audit_list", json!({ "limit": 1000 })).await["items"].clone();
        events.as_array().unwrap().iter().filter(|event| event["origin"] == "file").count()
    };
    let before = by_files(&world).await;
    world.reopen(|_| ()).await;
    until("it is followed again", async || world.folder().await["status"] == "live").await;
    a_while().await;
    assert_eq!(by_files(&world).await, before);
    assert_eq!((world.text("a.suite.yaml").as_deref(), world.suite("a").await), (Some(SMOKE), suite));
    assert_eq!(world.text("mails.dataset.csv").as_deref(), Some(MAILS));
    world.nothing_is_wrong().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn datasets_and_files_follow_each_other_and_files_keep_their_format() {
    let world = World::trusted().await;
    world.put("mails.dataset.csv", MAILS);
    world.put("listed.dataset.yaml", "# mine\ncases:\n- vars: {mail: One}  # first\n");
    world.inputs_are("listed", &[json!({ "mail": "One" })]).await;

    world.put("mails.dataset.csv", MAILS.replace("I am cross", "I am happy"));
    let mails = [json!({ "mail": "Where is my parcel?" }), json!({ "mail": "I am happy" })];
    world.inputs_are("mails", &mails).await;
    let versions = world.call("dataset_version_list", json!({ "id": "mails" })).await;
    let newest = &versions["items"][0];
    assert_eq!((&newest["number"], &newest["note"]), (&json!(2), &json!("From file `mails.dataset.csv`")));

    // What stays is as it was written, and a value that a table has no word for comes back with the others.
    world.add("mails", json!({ "mail": 7 })).await;
    let three = MAILS.replace("I am cross", "I am happy") + "7;\n";
    world.file_is("mails.dataset.csv", &three).await;
    world.put("mails.dataset.csv", three.replace("I am happy", "I am glad"));
    world
        .inputs_are("mails", &[mails[0].clone(), json!({ "mail": "I am glad" }), json!({ "mail": 7 })])
        .await;
    world.add("listed", json!({ "mail": "Two" })).await;
    world
        .file_is(
            "listed.dataset.yaml",
            "# mine\ncases:\n- vars: {mail: One}  # first\n- inputs:\n    mail: Two\n",
        )
        .await;

    // What is made here is a file that loses nothing.
    let case = json!({ "inputs": { "mail": "Hi", "n": 1 }, "expected": { "a": [true] }, "tags": ["t"] });
    world.call("dataset_create", json!({ "name": "made/here", "cases": [case] })).await;
    let line = "{\"inputs\":{\"mail\":\"Hi\",\"n\":1},\"expected\":{\"a\":[true]},\"tags\":[\"t\"]}\n";
    world.file_is("made/here.dataset.jsonl", line).await;
    a_while().await;
    assert_eq!(world.dataset("made/here").await["head"], 1);
    assert_eq!(world.dataset("mails").await["head"], 4);
    assert_eq!(world.dataset("listed").await["head"], 2);
    world.nothing_is_wrong().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn suites_and_files_follow_each_other_by_names() {
    let world = World::trusted().await;
    world.put("mails.dataset.csv", MAILS);
    world.put("smoke.suite.yaml", SMOKE);
    until("the suite is there", async || world.suite("smoke").await != Value::Null).await;

    world.put("smoke.suite.yaml", format!("{SMOKE}description: Quick\n"));
    until("the file is followed", async || world.suite("smoke").await["description"] == "Quick").await;
    world.repeat("smoke", 3).await;
    let text = format!("{SMOKE}description: Quick\nrepeats: 3\n");
    world.file_is("smoke.suite.yaml", &text).await;

    // A prompt and a dataset that get other names here have them in the file.
    world.call("prompt_update", json!({ "id": "support/reply", "name": "answer" })).await;
    let text = text.replace("support/reply", "answer");
    world.file_is("smoke.suite.yaml", &text).await;
    world.call("dataset_update", json!({ "id": "mails", "name": "letters" })).await;
    let text = text.replace("mails", "letters");
    world.file_is("smoke.suite.yaml", &text).await;
    assert_eq!(world.text("letters.dataset.csv").as_deref(), Some(MAILS));

    // What is not there is told with its place, and waited for.
    let before = world.suite("smoke").await;
    let wrong = text.replace("models:", "- later\nmodels:");
    world.put("smoke.suite.yaml", &wrong);
    until("the name is told", async || {
        let problem = world.problem().await;
        (&problem["path"], &problem["line"]) == (&json!("smoke.suite.yaml"), &json!(4))
    })
    .await;
    assert!(world.problem().await["message"].as_str().unwrap().contains("there is no prompt `later`"));
    assert_eq!(world.suite("smoke").await, before);
    world.put("later.prompt", "Later {{mail}}");
    let prompts = async || world.suite("smoke").await["spec"]["prompts"].as_array().unwrap().len();
    until("it is read", async || prompts().await == 2).await;
    world.nothing_is_wrong().await;

    // What is made here is a file too, without what says nothing.
    let answer = world.prompt("answer").await.unwrap()["prompt"]["id"].clone();
    let spec = json!({
        "prompts": [{ "promptId": answer, "version": "v1" }],
        "models": [{ "model": "dry-run:echo", "parameters": { "temperature": 0.5 }, "label": "cool" }],
        "thresholds": { "passRate": 0.9 },
    });
    world.call("suite_create", json!({ "name": "made/here", "spec": spec })).await;
    world
        .file_is(
            "made/here.suite.yaml",
            "prompts:\n- prompt: answer\n  version: v1\nmodels:\n- model: dry-run:echo\n  parameters:\n    temperature: 0.5\n  label: cool\nthresholds:\n  passRate: 0.9\n",
        )
        .await;
    a_while().await;
    assert_eq!(world.text("smoke.suite.yaml").as_deref(), Some(wrong.as_str()));
    world.nothing_is_wrong().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_both_sides_changed_waits_for_a_person() {
    let world = World::trusted().await;
    world.put("mails.dataset.csv", "mail\none\n");
    world.put("smoke.suite.yaml", "# by hand\nprompts: [support/reply]\n");
    until("the suite is there", async || world.suite("smoke").await != Value::Null).await;
    for (round, take) in [(2, "ours"), (3, "theirs")] {
        let (csv, yaml) = (
            format!("mail\nfile {round}\n"),
            format!("# noted\nprompts: [support/reply]\nrepeats: {}\n", round + 10),
        );
        for file in ["mails.dataset.csv", "smoke.suite.yaml"] {
            fs::set_permissions(world.root.join(file), permissions(0o440)).unwrap();
        }
        world.add("mails", json!({ "mail": format!("here {round}") })).await;
        world.repeat("smoke", round).await;
        until("both cannot be written", async || {
            world.folder().await["problems"].as_array().unwrap().len() == 2
        })
        .await;
        for (file, text) in [("mails.dataset.csv", &csv), ("smoke.suite.yaml", &yaml)] {
            fs::set_permissions(world.root.join(file), permissions(0o640)).unwrap();
            world.put(file, text);
        }
        until("both wait", async || world.folder().await["conflicts"].as_array().unwrap().len() == 2).await;
        let conflicts = world.folder().await["conflicts"].clone();
        let kinds: Vec<_> = conflicts.as_array().unwrap().iter().map(|one| &one["kind"]).collect();
        assert_eq!(kinds, ["dataset", "suite"]);
        let here = world.inputs("mails").await;
        assert_eq!(here.last(), Some(&json!({ "mail": format!("here {round}") })));
        a_while().await;
        assert_eq!(world.text("mails.dataset.csv").as_deref(), Some(csv.as_str()));
        assert_eq!(
            (world.inputs("mails").await, &world.suite("smoke").await["spec"]["repeats"]),
            (here, &json!(round))
        );
        for conflict in conflicts.as_array().unwrap() {
            let file = world.call("folder_file_get", json!({ "id": conflict["id"] })).await["file"].clone();
            let sides = &file["conflict"];
            assert_eq!(sides["merged"], Value::Null);
            assert_eq!(sides["theirs"], if conflict["kind"] == "suite" { yaml.clone() } else { csv.clone() });
            let request = |head: &Value| json!({ "id": conflict["id"], "take": take, "hash": file["hash"], "head": head });
            world.try_call("folder_file_resolve", request(&json!("other"))).await.unwrap_err();
            world.call("folder_file_resolve", request(&sides["head"])).await;
        }
        world.nothing_is_wrong().await;
        let (inputs, repeats) =
            (world.inputs("mails").await, world.suite("smoke").await["spec"]["repeats"].clone());
        if take == "ours" {
            assert_eq!(world.text("mails.dataset.csv").as_deref(), Some("mail\none\nhere 2\n"));
            assert_eq!(
                world.text("smoke.suite.yaml").as_deref(),
                Some("# noted\nprompts: [support/reply]\nrepeats: 2\n")
            );
            assert_eq!(
                (inputs, repeats),
                (vec![json!({ "mail": "one" }), json!({ "mail": "here 2" })], json!(2))
            );
        } else {
            assert_eq!(world.text("mails.dataset.csv").as_deref(), Some(csv.as_str()));
            assert_eq!((inputs, repeats), (vec![json!({ "mail": "file 3" })], json!(13)));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renames_and_deletions_are_followed_on_both_sides() {
    let world = World::trusted().await;
    world.put("mails.dataset.csv", MAILS);
    world.put("smoke.suite.yaml", SMOKE);
    until("the suite is there", async || world.suite("smoke").await != Value::Null).await;
    let (mails, smoke) =
        (world.dataset("mails").await["id"].clone(), world.suite("smoke").await["id"].clone());

    fs::rename(world.root.join("smoke.suite.yaml"), world.root.join("quick.suite.yml")).unwrap();
    until("the suite is renamed", async || world.suite("quick").await["id"] == smoke).await;
    fs::create_dir(world.root.join("sub")).unwrap();
    fs::rename(world.root.join("mails.dataset.csv"), world.root.join("sub/Mails.dataset.csv")).unwrap();
    until("the dataset is renamed", async || world.dataset("sub/mails").await["id"] == mails).await;
    let text = SMOKE.replace("mails", "sub/mails");
    world.file_is("quick.suite.yml", &text).await;
    world.call("suite_update", json!({ "id": "quick", "name": "deep/quick" })).await;
    world.file_is("deep/quick.suite.yml", &text).await;

    // Here: the file goes, and comes back as it was.
    world.call("suite_delete", json!({ "id": "deep/quick" })).await;
    until("its file is removed", async || world.text("deep/quick.suite.yml").is_none()).await;
    world.call("suite_undelete", json!({ "id": smoke })).await;
    world.file_is("deep/quick.suite.yml", &text).await;
    world.call("dataset_delete", json!({ "id": "sub/mails" })).await;
    until("its file is removed", async || world.text("sub/Mails.dataset.csv").is_none()).await;
    world.call("dataset_undelete", json!({ "id": mails })).await;
    world.file_is("sub/mails.dataset.csv", MAILS).await;

    // There: what it was goes to the bin, and comes back with its history.
    for (file, text) in [("sub/mails.dataset.csv", MAILS), ("deep/quick.suite.yml", text.as_str())] {
        fs::remove_file(world.root.join(file)).unwrap();
        let name = if file.contains("mails") { "sub/mails" } else { "deep/quick" };
        world.is_told(&format!("`{name}` went to the bin, because its file was deleted")).await;
        assert_eq!(
            (world.dataset("sub/mails").await.is_null(), world.suite("deep/quick").await.is_null()),
            (name == "sub/mails", name != "sub/mails")
        );
        world.put(file, text);
        until("it is back", async || {
            !world.dataset("sub/mails").await.is_null() && !world.suite("deep/quick").await.is_null()
        })
        .await;
    }
    assert_eq!(
        (world.dataset("sub/mails").await["id"].clone(), world.suite("deep/quick").await["id"].clone()),
        (mails, smoke)
    );
    world.nothing_is_wrong().await;

    // The same dataset in another format is the same dataset.
    fs::remove_file(world.root.join("sub/mails.dataset.csv")).unwrap();
    world.put("sub/mails.dataset.jsonl", "{\"mail\": \"only\"}\n");
    world.inputs_are("sub/mails", &[json!({ "mail": "only" })]).await;
    world.add("sub/mails", json!({ "mail": "two" })).await;
    world.file_is("sub/mails.dataset.jsonl", "{\"mail\": \"only\"}\n{\"inputs\":{\"mail\":\"two\"}}\n").await;
    world.nothing_is_wrong().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_cannot_be_read_is_told_with_its_place_and_nothing_is_lost() {
    let world = World::trusted().await;
    world.put("mails.dataset.csv", MAILS);
    world.put("smoke.suite.yaml", SMOKE);
    until("the suite is there", async || world.suite("smoke").await != Value::Null).await;
    let (suite, inputs) = (world.suite("smoke").await, world.inputs("mails").await);

    for (file, text, line, words) in [
        ("mails.dataset.csv", "mail\none\ntwo,three\n", 3, "the row has 2 cells"),
        (
            "new.dataset.yaml",
            "- inputs: {a: b}\n- inputs: {a: b}\n  threshold: 7\n",
            3,
            "`threshold` must be between 0 and 1",
        ),
        ("new.dataset.yaml", "cases:\n- inputs: {a: b}\n- wrong\n", 3, "a case must be an object"),
        ("new.dataset.jsonl", "{\"a\": 1}\n{\"a\":\n", 2, "EOF"),
        (
            "smoke.suite.yaml",
            "prompts: [support/reply]\nrepeats: often\n",
            2,
            "`repeats` does not hold what it must",
        ),
        (
            "smoke.suite.yaml",
            "prompts:\n- support/reply\nthresholds:\n  passRate: 90\n",
            4,
            "`passRate` must be between 0 and 1",
        ),
    ] {
        let old = world.text(file);
        world.put(file, text);
        until(&format!("{file} is told: {words}"), async || {
            let problem = world.problem().await;
            problem["path"] == file && problem["message"].as_str().unwrap().contains(words)
        })
        .await;
        let problem = world.problem().await;
        assert_eq!(problem["line"].as_u64().unwrap_or(0), line, "{problem}");
        assert!(!problem["message"].as_str().unwrap().is_empty());
        match old {
            Some(old) => world.put(file, old),
            None => fs::remove_file(world.root.join(file)).unwrap(),
        }
        world.nothing_is_wrong().await;
    }
    a_while().await;
    assert_eq!((world.suite("smoke").await, world.inputs("mails").await), (suite, inputs));

    // What cannot be read and was changed here as well is not written over.
    world.put("mails.dataset.csv", "mail\n\"open\n");
    until("it is told", async || world.problem().await["path"] == "mails.dataset.csv").await;
    world.add("mails", json!({ "mail": "here" })).await;
    a_while().await;
    assert_eq!(world.text("mails.dataset.csv").as_deref(), Some("mail\n\"open\n"));
    world.put("mails.dataset.csv", b"a\0b");
    let reason = async || world.folder().await["skipped"][0]["reason"].clone();
    until("it is told", async || reason().await == "binary").await;
    assert_eq!(world.inputs("mails").await.len(), 3);

    // Two files of one name: the one that came first is followed.
    world.put("smoke.suite.yml", "prompts: []\n");
    until("the other is told", async || {
        let problems = world.folder().await["problems"].clone();
        problems
            .as_array()
            .unwrap()
            .iter()
            .any(|problem| problem["message"] == "`smoke` has another file already")
    })
    .await;
    world.repeat("smoke", 2).await;
    world.file_is("smoke.suite.yaml", &format!("{SMOKE}repeats: 2\n")).await;
    assert_eq!(world.text("smoke.suite.yml").as_deref(), Some("prompts: []\n"));
}
