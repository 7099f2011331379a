//! A folder of files is linked: prompts and files follow each other, and nothing is lost.

use formaops_api::{ApiError, App, Caller, CallerKind, ErrorCode, EventHub, configuration::Configuration};
use serde_json::{Value, json};
use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// The longest that anything here may take, on a machine with much to do.
const PATIENCE: Duration = Duration::from_secs(30);

/// A workspace, and a folder beside it.
pub(crate) struct World {
    pub(crate) app: App,
    kept: TempDir,
    pub(crate) root: PathBuf,
}

impl World {
    pub(crate) async fn new() -> Self {
        let kept = tempfile::tempdir().unwrap();
        fs::create_dir(kept.path().join("w")).unwrap();
        let root = kept.path().canonicalize().unwrap().join("prompts");
        fs::create_dir(&root).unwrap();
        let app = Self::open(&kept).await;
        Self { app, kept, root }
    }

    async fn open(kept: &TempDir) -> App {
        let configuration = Configuration::with_variables(kept.path().join("config.toml"), []);
        App::open(&kept.path().join("w"), EventHub::default(), configuration).await.unwrap()
    }

    /// Ends the process that owns the workspace, does something meanwhile, and starts the next.
    pub(crate) async fn reopen(&mut self, meanwhile: impl FnOnce(&Self)) {
        self.app.close().await;
        meanwhile(self);
        self.app = Self::open(&self.kept).await;
    }

    pub(crate) fn put(&self, path: &str, text: impl AsRef<[u8]>) {
        let full = self.root.join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, text).unwrap();
    }

    pub(crate) fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.root.join(path)).ok()
    }

    pub(crate) async fn try_call(&self, operation: &str, request: Value) -> Result<Value, ApiError> {
        self.app.call(&Caller::person(CallerKind::Cli), operation, request).await
    }

    pub(crate) async fn call(&self, operation: &str, request: Value) -> Value {
        self.try_call(operation, request).await.unwrap()
    }

    pub(crate) async fn link(&self) -> Value {
        self.call("folder_link", json!({ "path": self.root })).await["folder"].clone()
    }

    pub(crate) async fn folder(&self) -> Value {
        self.call("folder_get", json!({})).await["folder"].clone()
    }

    pub(crate) async fn prompt(&self, id: &str) -> Option<Value> {
        self.try_call("prompt_get", json!({ "id": id })).await.ok()
    }

    /// The text that the head of a prompt holds.
    async fn head(&self, id: &str) -> Option<String> {
        let detail = self.prompt(id).await?;
        Some(detail["head"]["content"]["body"]["template"].as_str()?.to_owned())
    }

    pub(crate) async fn save(&self, id: &str, text: &str) -> Value {
        let content = json!({ "body": { "kind": "text", "template": text } });
        self.call("version_create", json!({ "id": id, "content": content })).await
    }

    pub(crate) async fn create(&self, name: &str, text: &str) -> String {
        let content = json!({ "body": { "kind": "text", "template": text } });
        let made = self.call("prompt_create", json!({ "name": name, "content": content })).await;
        made["prompt"]["id"].as_str().unwrap().to_owned()
    }

    async fn head_is(&self, id: &str, text: &str) {
        let is = async || self.head(id).await.as_deref() == Some(text);
        until(&format!("`{id}` says {text:?}"), is).await;
    }

    pub(crate) async fn is_told(&self, message: &str) {
        until(message, async || self.folder().await["notices"][0]["message"] == message).await;
    }

    pub(crate) async fn file_is(&self, path: &str, text: &str) {
        let is = async || self.text(path).as_deref() == Some(text);
        until(&format!("`{path}` holds {text:?}"), is).await;
    }
}

pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Long enough for anything that must not happen.
pub(crate) async fn a_while() {
    tokio::time::sleep(Duration::from_millis(1500)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prompts_and_files_follow_each_other() {
    let world = World::new().await;
    world.put("support/reply.prompt", "---\n# kept\nx-owner: me\n---\nAnswer {{mail}}.\n");
    world.put("notes.md", "# notes");
    world.create("before", "was here").await;
    let folder = world.link().await;
    assert_eq!((&folder["status"], &folder["files"]), (&json!("live"), &json!(1)));
    assert_eq!(world.head("support/reply").await.as_deref(), Some("Answer {{mail}}.\n"));
    assert_eq!(world.text("before.prompt"), None);

    // An edit in an editor is shown at once, and is a version once it rests.
    let begun = Instant::now();
    world.put("support/reply.prompt", "---\n# kept\nx-owner: me\n---\nAnswer {{mail}} briefly.\n");
    let shown = async || {
        let answer = world.call("folder_file_get", json!({ "id": "support/reply" })).await;
        answer["file"]["content"]["body"]["template"] == "Answer {{mail}} briefly.\n"
    };
    until("the edit is shown", shown).await;
    assert!(begun.elapsed() < Duration::from_millis(200), "{:?}", begun.elapsed());
    assert_eq!(world.head("support/reply").await.as_deref(), Some("Answer {{mail}}.\n"));
    world.head_is("support/reply", "Answer {{mail}} briefly.\n").await;
    let head = &world.prompt("support/reply").await.unwrap()["head"];
    assert_eq!((&head["number"], &head["note"]), (&json!(2), &json!("From file `support/reply.prompt`")));
    let actors = world.call("actor_list", json!({})).await;
    let actor =
        actors["items"].as_array().unwrap().iter().find(|actor| actor["id"] == head["author"]).unwrap();
    assert_eq!(actor["name"], "linked folder");
    let told = world.call("audit_list", json!({})).await;
    let created = told["items"].as_array().unwrap().iter().find(|event| event["action"] == "version.create");
    assert_eq!(created.unwrap()["origin"], "file");

    // A save here is written to the file, with all that means nothing here.
    world.save("support/reply", "Answer {{mail}} kindly.\n").await;
    world.file_is("support/reply.prompt", "---\n# kept\nx-owner: me\n---\nAnswer {{mail}} kindly.\n").await;
    world
        .call("prompt_update", json!({ "id": "support/reply", "description": "Answers", "tags": ["b", "a"] }))
        .await;
    world
        .file_is(
            "support/reply.prompt",
            "---\n# kept\nx-owner: me\ndescription: Answers\next:\n  formaops:\n    tags:\n    - a\n    - b\n---\nAnswer {{mail}} kindly.\n",
        )
        .await;
    a_while().await;
    assert_eq!(world.prompt("support/reply").await.unwrap()["prompt"]["headNumber"], 3);

    // What is made on either side comes to be on the other.
    world.create("made/here", "new").await;
    world.file_is("made/here.prompt", "new").await;
    world.put("made/there.prompt", "too");
    world.head_is("made/there", "too").await;
    assert_eq!(world.text("before.prompt"), None);
    let folder = world.call("folder_link", json!({ "path": world.root, "export": true })).await;
    assert_eq!(folder["folder"]["conflicts"], json!([]));
    world.file_is("before.prompt", "was here").await;

    world.call("folder_unlink", json!({})).await;
    assert_eq!(world.folder().await, Value::Null);
    world.save("made/here", "newer").await;
    a_while().await;
    assert_eq!(world.text("made/here.prompt").as_deref(), Some("new"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_both_sides_changed_is_merged_or_decided_by_a_person() {
    let mut world = World::new().await;
    world.put("a.prompt", "one\ntwo\nthree\n");
    world.put("b.prompt", "one\n");
    world.link().await;
    // Nobody looks while both sides are changed.
    world.save("a", "ONE\ntwo\nthree\n").await;
    world.file_is("a.prompt", "ONE\ntwo\nthree\n").await;
    world.call("folder_get", json!({})).await;
    world.reopen(|world| world.put("a.prompt", "ONE\ntwo\nTHREE\n")).await;
    world.head_is("a", "ONE\ntwo\nTHREE\n").await;

    fs::set_permissions(world.root.join("a.prompt"), permissions(0o440)).unwrap();
    world.save("a", "one\ntwo\nTHREE\n").await;
    until("a file that is read-only is told", async || {
        world.folder().await["problems"][0]["message"] == "`a.prompt` is read-only: allow writing it"
    })
    .await;
    fs::set_permissions(world.root.join("a.prompt"), permissions(0o640)).unwrap();
    world.put("a.prompt", "ONE\ntwo\nthree!\n");
    world.head_is("a", "one\ntwo\nthree!\n").await;
    world.file_is("a.prompt", "one\ntwo\nthree!\n").await;
    until("the problem is gone", async || world.folder().await["problems"] == json!([])).await;

    // In the same place: both stay as they are until somebody decides.
    fs::set_permissions(world.root.join("b.prompt"), permissions(0o440)).unwrap();
    world.save("b", "ours\n").await;
    fs::set_permissions(world.root.join("b.prompt"), permissions(0o640)).unwrap();
    world.put("b.prompt", "---\n# a note\n---\ntheirs\n");
    until("the conflict is told", async || world.folder().await["conflicts"][0]["name"] == "b").await;
    a_while().await;
    assert_eq!(world.text("b.prompt").as_deref(), Some("---\n# a note\n---\ntheirs\n"));
    assert_eq!(world.head("b").await.as_deref(), Some("ours\n"));
    let file = world.call("folder_file_get", json!({ "id": "b" })).await["file"].clone();
    let sides = &file["conflict"];
    assert_eq!(sides["ours"], "---\n# a note\n---\nours\n");
    assert_eq!(
        (&sides["theirs"], &sides["base"]),
        (&json!("---\n# a note\n---\ntheirs\n"), &json!("---\n# a note\n---\none\n"))
    );

    let decide = |take: &str, text: Option<&str>| json!({ "id": "b", "take": take, "hash": file["hash"], "head": sides["head"], "text": text });
    let broken = world
        .try_call("folder_file_resolve", decide("text", Some("---\nmodel: x\n---\n")))
        .await
        .unwrap_err();
    assert_eq!(broken.code, ErrorCode::Invalid, "{broken:?}");
    assert!(broken.message.contains("line 2, column 1"), "{broken:?}");
    world.call("folder_file_resolve", decide("text", Some("---\n# a note\n---\nboth\n"))).await;
    assert_eq!(world.text("b.prompt").as_deref(), Some("---\n# a note\n---\nboth\n"));
    assert_eq!(world.head("b").await.as_deref(), Some("both\n"));
    assert_eq!(world.folder().await["conflicts"], json!([]));
    let late = world.try_call("folder_file_resolve", decide("ours", None)).await.unwrap_err();
    assert_eq!(late.code, ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conflict_is_settled_place_by_place_and_the_file_keeps_what_means_nothing_here() {
    let world = World::new().await;
    world.put("b.prompt", "---\n# a note\next:\n  formaops:\n    title: B\n---\none\ntwo\nthree\n");
    world.link().await;
    let file = world.root.join("b.prompt");
    fs::set_permissions(&file, permissions(0o440)).unwrap();
    world.save("b", "ours\ntwo\nthree\n").await;
    fs::set_permissions(&file, permissions(0o640)).unwrap();
    world.put(
        "b.prompt",
        "---\n# another note\next:\n  formaops:\n    title: Bee\n  mine: 7\n---\ntheirs\ntwo\nTHREE\n",
    );
    until("the conflict is told", async || world.folder().await["conflicts"][0]["name"] == "b").await;
    let seen = async || {
        let file = world.call("folder_file_get", json!({ "id": "b" })).await["file"].clone();
        let head = file["conflict"]["head"].clone();
        (file["conflict"].clone(), json!({ "id": "b", "hash": file["hash"], "head": head }))
    };
    let (sides, mut request) = seen().await;
    let merged = &sides["merged"];
    let conflicts = merged["conflicts"].as_array().unwrap();
    assert_eq!(conflicts.len(), 1, "{merged}");
    assert_eq!(
        json!([&conflicts[0]["base"], &conflicts[0]["ours"], &conflicts[0]["theirs"]]),
        json!(["one\n", "ours\n", "theirs\n"])
    );
    assert_eq!(
        (&merged["work"]["title"], &merged["work"]["content"]["body"]["template"]),
        (&json!("Bee"), &json!("ours\ntwo\nTHREE\n"))
    );

    // A file that cannot be read can only be given up for the prompt as a whole; it is mended first here.
    let readable = world.text("b.prompt").unwrap();
    world.put("b.prompt", "---\nmodel: x\n---\ntheirs\n");
    until("it cannot be read", async || world.folder().await["problems"][0]["line"] == 2).await;
    let (broken, mut give_up) = seen().await;
    assert_eq!(
        (&broken["merged"], &broken["theirs"]),
        (&Value::Null, &json!("---\nmodel: x\n---\ntheirs\n"))
    );
    give_up["take"] = json!("theirs");
    let refused = world.try_call("folder_file_resolve", give_up.clone()).await.unwrap_err();
    assert!(refused.message.contains("line 2"), "{refused:?}");
    world.put("b.prompt", &readable);
    until("it can be read again", async || world.folder().await["problems"] == json!([])).await;

    request["take"] = json!("merged");
    let without = world.try_call("folder_file_resolve", request.clone()).await.unwrap_err();
    assert_eq!(without.at.unwrap().path, "merged");
    request["merged"] = merged["work"].clone();
    request["merged"]["content"]["body"]["template"] = json!("ours\ntheirs\ntwo\nTHREE\n");
    request["merged"]["title"] = json!("x".repeat(10_000));
    let long = world.try_call("folder_file_resolve", request.clone()).await.unwrap_err();
    assert_eq!((long.code, long.at.unwrap().path.as_str()), (ErrorCode::Invalid, "title"));
    request["merged"]["title"] = json!("Bees");
    world.call("folder_file_resolve", request).await;
    assert_eq!(
        world.text("b.prompt").as_deref(),
        Some(
            "---\n# another note\next:\n  formaops:\n    title: Bees\n  mine: 7\n---\nours\ntheirs\ntwo\nTHREE\n"
        )
    );
    assert_eq!(world.head("b").await.as_deref(), Some("ours\ntheirs\ntwo\nTHREE\n"));
    assert_eq!(world.prompt("b").await.unwrap()["prompt"]["title"], "Bees");
    assert_eq!(world.folder().await["conflicts"], json!([]));
    a_while().await;
    assert_eq!(world.head("b").await.as_deref(), Some("ours\ntheirs\ntwo\nTHREE\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_cannot_be_read_is_given_up_for_the_prompt_where_a_person_says_so() {
    let world = World::new().await;
    world.create("b", "here").await;
    world.put("b.prompt", "there");
    world.link().await;
    world.put("b.prompt", "---\nmodel: x\n---\nthere\n");
    until("it cannot be read", async || world.folder().await["problems"][0]["line"] == 2).await;
    let file = world.call("folder_file_get", json!({ "id": "b" })).await["file"].clone();
    assert_eq!(file["conflict"]["theirs"], "---\nmodel: x\n---\nthere\n");
    let head = &file["conflict"]["head"];
    world
        .call("folder_file_resolve", json!({ "id": "b", "take": "ours", "hash": file["hash"], "head": head }))
        .await;
    assert_eq!(world.text("b.prompt").as_deref(), Some("here"));
    assert_eq!(world.folder().await["problems"], json!([]));
}

pub(crate) fn permissions(mode: u32) -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(mode)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prompt_that_was_there_and_a_file_of_its_name_are_compared() {
    let world = World::new().await;
    for (name, text) in [("same", "x"), ("other", "here"), ("third", "here")] {
        world.create(name, text).await;
    }
    world.put("same.prompt", "x");
    world.put("other.prompt", "there");
    world.put("third.prompt", "there");
    let folder = world.link().await;
    let names: Vec<_> = folder["conflicts"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names.len(), 2, "{folder}");
    for (name, take, text) in [("other", "ours", "here"), ("third", "theirs", "there")] {
        let file = world.call("folder_file_get", json!({ "id": name })).await["file"].clone();
        assert_eq!(file["conflict"]["base"], Value::Null);
        let head = &file["conflict"]["head"];
        let request = json!({ "id": name, "take": take, "hash": file["hash"], "head": head });
        world.call("folder_file_resolve", request).await;
        assert_eq!(world.head(name).await.as_deref(), Some(text));
        assert_eq!(world.text(&format!("{name}.prompt")).as_deref(), Some(text));
    }
    world.save("same", "y").await;
    world.file_is("same.prompt", "y").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renames_are_followed_on_both_sides() {
    let mut world = World::new().await;
    world.put("a.prompt", "A");
    world.put("b.prompt", "B");
    world.put("c.prompt", "C");
    world.link().await;
    let id = |detail: Option<Value>| detail.unwrap()["prompt"]["id"].as_str().unwrap().to_owned();
    let (a, b, c) = (id(world.prompt("a").await), id(world.prompt("b").await), id(world.prompt("c").await));
    let name = async |world: &World, id: &str| {
        world.prompt(id).await.unwrap()["prompt"]["name"].as_str().unwrap().to_owned()
    };

    fs::create_dir(world.root.join("sub")).unwrap();
    fs::rename(world.root.join("a.prompt"), world.root.join("sub/a.prompt")).unwrap();
    until("the rename is followed", async || name(&world, &a).await == "sub/a").await;
    // Renamed and edited at once, and in the case of letters alone.
    fs::rename(world.root.join("b.prompt"), world.root.join("moved.prompt")).unwrap();
    world.put("moved.prompt", "B and more");
    fs::rename(world.root.join("c.prompt"), world.root.join("C.prompt")).unwrap();
    world.head_is(&b, "B and more").await;
    assert_eq!((name(&world, &b).await, name(&world, &c).await), ("moved".to_owned(), "c".to_owned()));
    world.save("c", "C!").await;
    world.file_is("C.prompt", "C!").await;
    assert_eq!(world.text("c.prompt"), None);

    world.call("prompt_update", json!({ "id": b, "name": "deep/er/b" })).await;
    world.file_is("deep/er/b.prompt", "B and more").await;
    assert_eq!(world.text("moved.prompt"), None);

    // While nobody looked.
    world
        .reopen(|world| fs::rename(world.root.join("sub/a.prompt"), world.root.join("z.prompt")).unwrap())
        .await;
    until("it is followed later", async || name(&world, &a).await == "z").await;
    let all = world.call("prompt_list", json!({ "deleted": true })).await;
    assert_eq!(all["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_deleted_on_one_side_can_be_had_back() {
    let world = World::new().await;
    world.put("a.prompt", "---\n# mine\n---\nA");
    world.put("b.prompt", "B");
    world.put("c.prompt", "C");
    world.link().await;
    let id = world.prompt("a").await.unwrap()["prompt"]["id"].as_str().unwrap().to_owned();

    // A prompt goes to the bin and comes back: so does its file, with its comments.
    world.call("prompt_delete", json!({ "id": "a" })).await;
    until("the file is removed", async || world.text("a.prompt").is_none()).await;
    world.is_told("`a.prompt` was removed, because `a` went to the bin").await;
    world.call("prompt_undelete", json!({ "id": id })).await;
    world.file_is("a.prompt", "---\n# mine\n---\nA").await;

    // A file goes and comes back, as with a checkout: so does its prompt, with its history.
    let old = world.text("a.prompt").unwrap();
    fs::remove_file(world.root.join("a.prompt")).unwrap();
    until("the prompt is in the bin", async || world.prompt("a").await.is_none()).await;
    world.is_told("`a` went to the bin, because its file was deleted").await;
    world.put("a.prompt", &old);
    until("the prompt is back", async || world.prompt("a").await.is_some()).await;
    assert_eq!(world.prompt("a").await.unwrap()["prompt"]["id"], id.as_str());

    // Unsaved work keeps a prompt, and its file is written again.
    let content = json!({ "body": { "kind": "text", "template": "B, not yet saved" } });
    world.call("draft_put", json!({ "id": "b", "content": content, "inputs": {} })).await;
    fs::remove_file(world.root.join("b.prompt")).unwrap();
    world.file_is("b.prompt", "B").await;
    assert_eq!(world.prompt("b").await.unwrap()["draft"]["content"]["body"]["template"], "B, not yet saved");

    // A file that was edited since is not removed with its prompt.
    let c = world.prompt("c").await.unwrap()["prompt"]["id"].clone();
    world.put("c.prompt", "C, edited");
    world.call("prompt_delete", json!({ "id": "c" })).await;
    until("it is told", async || {
        world.folder().await["problems"][0]["message"] == "`c` is in the bin, but its file was changed since"
    })
    .await;
    assert_eq!(world.text("c.prompt").as_deref(), Some("C, edited"));
    world.call("prompt_undelete", json!({ "id": c })).await;
    world.head_is("c", "C, edited").await;
    assert_eq!(world.text("c.prompt").as_deref(), Some("C, edited"));

    // All gone at once is not taken for a wish.
    for name in ["a", "b", "c"] {
        fs::remove_file(world.root.join(format!("{name}.prompt"))).unwrap();
    }
    until("it is told", async || world.folder().await["status"] == "emptied").await;
    fs::remove_dir_all(&world.root).unwrap();
    until("it is told", async || world.folder().await["status"] == "missing").await;
    a_while().await;
    for name in ["a", "b", "c"] {
        assert!(world.prompt(name).await.is_some(), "{name}");
    }
    world.save("c", "C, while nothing was there").await;
    fs::create_dir(&world.root).unwrap();
    world.put("a.prompt", &old);
    world.put("b.prompt", "B");
    world.put("c.prompt", "C, edited");
    world.file_is("c.prompt", "C, while nothing was there").await;
    assert_eq!(world.folder().await["status"], "live");
    assert!(world.prompt("a").await.is_some() && world.prompt("b").await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_cannot_be_read_is_told_with_its_place_and_left_alone() {
    let world = World::new().await;
    world.put("a.prompt", "good");
    world.put("zero.prompt", b"a\0b");
    world.put("_no.prompt", "x");
    world.put(
        "variable.prompt",
        "---\next:\n  formaops:\n    variables:\n    - {name: 1x, type: string}\n---\nx",
    );
    let folder = world.link().await;
    let skipped: Vec<_> = folder["skipped"].as_array().unwrap().iter().map(|one| &one["reason"]).collect();
    assert_eq!(skipped, ["name", "binary"]);
    until("a rule that is broken is told", async || {
        world.folder().await["problems"][0]["path"] == "variable.prompt"
    })
    .await;

    world.put("a.prompt", "---\nconfig:\n  temperature: hot\n---\nbad");
    until("the problem is told", async || world.folder().await["problems"][0]["line"] == 3).await;
    world.save("a", "saved here meanwhile").await;
    a_while().await;
    assert_eq!(world.text("a.prompt").as_deref(), Some("---\nconfig:\n  temperature: hot\n---\nbad"));
    // Once it can be read both sides count.
    world.put("a.prompt", "---\nconfig:\n  temperature: 1\n---\ngood");
    world.head_is("a", "saved here meanwhile").await;
    world.file_is("a.prompt", "---\nconfig:\n  temperature: 1\n---\nsaved here meanwhile").await;

    // Half of a file is waited for.
    world.put("a.prompt", "");
    a_while().await;
    assert_eq!(world.head("a").await.as_deref(), Some("saved here meanwhile"));
    world.put("a.prompt", "whole");
    world.head_is("a", "whole").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_folder_runs_until_it_is_trusted() {
    let world = World::new().await;
    world.put("a.prompt", "---\nmodel: dry-run/echo\n---\nA");
    let own = world.create("own", "mine").await;
    world.link().await;
    let run = async |id: &str, content: Option<&str>| {
        let content = content.map(|text| json!({ "body": { "kind": "text", "template": text } }));
        let model = json!({ "model": "dry-run:echo" });
        world.try_call("run_create", json!({ "prompt": id, "content": content, "models": [model] })).await
    };
    for content in [None, Some("A, edited a little")] {
        let refused = run("a", content).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Forbidden);
        assert!(
            refused.message.contains("is not trusted") && refused.hint.contains("folder trust"),
            "{refused:?}"
        );
    }
    run(&own, None).await.unwrap();
    // What was looked at and saved here is one's own.
    world.save("a", "A, looked at").await;
    run("a", None).await.unwrap();
    world.file_is("a.prompt", "---\n---\nA, looked at").await;

    let other = world.try_call("folder_trust", json!({ "path": "/elsewhere" })).await.unwrap_err();
    assert_eq!(other.code, ErrorCode::Invalid);
    world.put("a.prompt", "---\nmodel: dry-run/echo\n---\nA again");
    world.head_is("a", "A again").await;
    assert!(run("a", None).await.is_err());
    world.call("folder_trust", json!({ "path": world.root })).await;
    assert_eq!(world.folder().await["trusted"], true);
    run("a", None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_cannot_be_linked_is_refused_with_the_reason() {
    let world = World::new().await;
    fs::write(world.root.join("file"), "").unwrap();
    let within = world.kept.path().join("w/prompts");
    fs::create_dir(&within).unwrap();
    for (path, message) in [
        ("prompts".into(), "not a full path"),
        (world.root.join("none"), "cannot be linked"),
        (world.root.join("file"), "not a folder"),
        (within, "lie in one another"),
        (world.kept.path().to_owned(), "lie in one another"),
    ] {
        let error = world.try_call("folder_link", json!({ "path": path })).await.unwrap_err();
        assert!(error.message.contains(message) && !error.hint.is_empty(), "{error:?}");
    }
    let made = world.root.join("made");
    let folder = world.call("folder_link", json!({ "path": made, "create": true, "trust": true })).await;
    assert_eq!((&folder["folder"]["path"], &folder["folder"]["trusted"]), (&json!(made), &json!(true)));
}
