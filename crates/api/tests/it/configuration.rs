//! What is set in the file and the environment, and what becomes of it.

use formaops_api::{
    ApiError, App, Caller, CallerKind, ErrorCode, EventHub,
    configuration::{Configuration, template},
};
use formaops_domain::EventBody;
use formaops_testkit::{ChatReply, Gate, ScriptedServer};
use serde_json::{Value, json};
use std::{fs, path::PathBuf};
use tempfile::TempDir;

/// A workspace whose configuration is a file beside it.
struct World {
    app: App,
    hub: EventHub,
    file: PathBuf,
    folder: TempDir,
}

impl World {
    async fn new(file: &str, variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings").join("config.toml");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if !file.is_empty() {
            fs::write(&path, file).unwrap();
        }
        let configuration = Configuration::with_variables(path.clone(), variables.iter().copied());
        let workspace = folder.path().join("w");
        fs::create_dir(&workspace).unwrap();
        let hub = EventHub::default();
        let app = App::open(&workspace, hub.clone(), configuration).await.unwrap();
        Self { app, hub, file: path, folder }
    }

    async fn call(&self, operation: &str, request: Value) -> Result<Value, ApiError> {
        self.app.call(&Caller::person(CallerKind::Cli), operation, request).await
    }

    async fn get(&self) -> Value {
        self.call("config_get", json!({})).await.unwrap()
    }

    /// Value and source of a setting, as the owner has them.
    async fn held(&self, name: &str) -> (Value, String) {
        let config = self.get().await;
        let items = config["items"].as_array().unwrap();
        let found = items.iter().find(|item| item["name"] == name).unwrap();
        (found["value"].clone(), found["source"].as_str().unwrap().to_owned())
    }

    async fn set(&self, name: &str, value: &str) -> Result<Value, ApiError> {
        self.call("config_update", json!({ "name": name, "value": value })).await
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.file).unwrap()
    }

    /// What is wrong: where, and what.
    async fn problems(&self) -> Vec<(String, String)> {
        let config = self.get().await;
        let problems = config["problems"].as_array().unwrap();
        let told = |problem: &Value| {
            let at = &problem["at"];
            let place = match at["line"].as_u64() {
                Some(line) => format!("{line}:{}", at["column"]),
                None => at["path"].as_str().unwrap().replace(self.file.to_str().unwrap(), "FILE"),
            };
            (place, problem["message"].as_str().unwrap().to_owned())
        };
        problems.iter().map(told).collect()
    }
}

fn set(value: impl Into<Value>, source: &str) -> (Value, String) {
    (value.into(), source.to_owned())
}

#[tokio::test]
async fn the_environment_stands_over_the_file_and_the_file_over_the_defaults() {
    let world = World::new(
        "retry_limit = 7\nfallback_strategy = \"reject\"\ntimeout_ms = 1\n",
        &[("RETRY_LIMIT", "9"), ("TIMEOUT_MS", "")],
    )
    .await;
    assert_eq!(world.held("retry_limit").await, set(9, "environment"));
    assert_eq!(world.held("fallback_strategy").await, set("reject", "file"));
    assert_eq!(world.held("exec_timeout").await, set(600, "default"));
    // An empty variable is none.
    assert_eq!(world.held("timeout_ms").await, set(1, "file"));
    assert_eq!(world.problems().await, []);
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_with_its_place_and_the_rest_holds() {
    let world = World::new(
        "# words\nretry_limit = \"many\"\ntimeout_ms = 0\n  recovery_tim = 5\nexec_timeout = 20.5\n\
         fallback_strategy = 'wait'\nui_threshold = 4\nflavour = 1\nscale_threshold = 101\n[engine]\na = 1\n",
        &[("PROVIDER_MAX_CONCURRENT", "none"), ("AGENT_CPU_RESERVE", "-1")],
    )
    .await;
    let expected = [
        (
            "PROVIDER_MAX_CONCURRENT",
            "`PROVIDER_MAX_CONCURRENT` must be a whole number from 1 to 1024, got `none`",
        ),
        ("AGENT_CPU_RESERVE", "`AGENT_CPU_RESERVE` must be a whole number from 0 to 100, got `-1`"),
        ("2:15", "`retry_limit` must be a whole number from 0 to 100, got `\"many\"`"),
        ("3:14", "`timeout_ms` must be a whole number from 1 to 86400000, got `0`"),
        ("4:3", "there is no setting `recovery_tim`; did you mean `recovery_time`?"),
        ("5:16", "`exec_timeout` must be a whole number from 1 to 86400, got `20.5`"),
        ("6:21", "`fallback_strategy` must be `queue`, `reject` or `degrade`, got `'wait'`"),
        ("8:1", "there is no setting `flavour`"),
        ("9:19", "`scale_threshold` must be a whole number from 1 to 100, got `101`"),
        ("10:2", "there is no section `engine`; settings stand in none"),
    ];
    let expected: Vec<_> = expected.map(|(at, what)| (at.to_owned(), what.to_owned())).into();
    assert_eq!(world.problems().await, expected);
    assert_eq!(world.held("retry_limit").await, set(3, "default"));
    assert_eq!(world.held("provider_max_concurrent").await, set(5, "default"));
    assert_eq!(world.held("ui_threshold").await, set(4, "file"));

    let health = world.call("health_get", json!({})).await.unwrap();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["configuration"]["status"], "degraded");
    let message = health["configuration"]["message"].as_str().unwrap();
    assert!(message.starts_with("`PROVIDER_MAX_CONCURRENT` must be"), "{message}");
    assert!(message.ends_with("and 9 more; see `formaops config check`"), "{message}");
}

#[tokio::test]
async fn a_file_that_is_no_toml_gives_what_can_be_read_and_is_not_touched() {
    let text = "retry_limit = 7\ntimeout_ms = = 5\n\nexec_timeout = 30\nui_threshold = 5x\n";
    let world = World::new(text, &[]).await;
    let expected = [
        ("2:14", "this is no TOML: extra `=`, expected nothing"),
        ("5:16", "this is no TOML: string values must be quoted, expected literal string"),
    ];
    assert_eq!(world.problems().await, expected.map(|(at, what)| (at.to_owned(), what.to_owned())));
    assert_eq!(world.held("retry_limit").await, set(7, "file"));
    assert_eq!(world.held("exec_timeout").await, set(30, "file"));
    assert_eq!(world.held("timeout_ms").await, set(30_000, "default"));

    let refused = world.set("retry_limit", "8").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert_eq!(refused.at.and_then(|at| at.line), Some(2));
    assert_eq!(world.text(), text);
    assert_eq!(world.held("retry_limit").await, set(7, "file"));
}

#[tokio::test]
async fn what_is_broken_while_it_works_leaves_the_last_good_values_in_force() {
    let world = World::new("retry_limit = 7\ntimeout_ms = 100\n", &[]).await;
    fs::write(&world.file, "retry_limit = 200\ntimeout_ms = 200\n").unwrap();
    assert_eq!(world.held("retry_limit").await, set(7, "file"));
    assert_eq!(world.held("timeout_ms").await, set(200, "file"));

    // What follows an open string may be there or not.
    fs::write(&world.file, "a = \"\"\"\ntimeout_ms = 300\n").unwrap();
    assert_eq!(world.held("retry_limit").await, set(7, "file"));
    assert_eq!(world.held("timeout_ms").await, set(200, "file"));

    fs::write(&world.file, b"retry_limit = 1\ntimeout_ms = \xff\n").unwrap();
    assert_eq!(world.problems().await, [("2:14".to_owned(), "this is not UTF-8".to_owned())]);
    assert_eq!(world.held("retry_limit").await, set(7, "file"));

    fs::remove_file(&world.file).unwrap();
    fs::create_dir(&world.file).unwrap();
    let expected = ("FILE".to_owned(), "the file cannot be read: it is no file".to_owned());
    assert_eq!(world.problems().await, [expected]);
    assert_eq!(world.held("retry_limit").await, set(7, "file"));

    // Without a file there is nothing to hold on to.
    fs::remove_dir(&world.file).unwrap();
    assert_eq!(world.problems().await, []);
    assert_eq!(world.held("retry_limit").await, set(3, "default"));
}

#[tokio::test]
async fn a_change_is_written_into_the_file_as_it_is_and_holds_at_once() {
    let text = "# mine\nretry_limit = 7 # because\n\n# of old\nflavour = 1\n";
    let world = World::new(text, &[]).await;
    world.set("retry_limit", "8").await.unwrap();
    assert_eq!(world.held("retry_limit").await, set(8, "file"));
    world.set("fallback_strategy", "degrade").await.unwrap();
    let expected = text.replace('7', "8") + "fallback_strategy = \"degrade\"\n";
    assert_eq!(world.text(), expected);

    world.call("config_reset", json!({ "name": "retry_limit" })).await.unwrap();
    assert_eq!(world.held("retry_limit").await, set(3, "default"));
    assert_eq!(world.text(), expected.replace("retry_limit = 8", "# retry_limit = 3"));
    // Nothing else lies beside it.
    assert_eq!(fs::read_dir(world.file.parent().unwrap()).unwrap().count(), 1);
}

#[tokio::test]
async fn the_first_change_makes_the_file_and_its_folder() {
    let world = World::new("", &[]).await;
    fs::remove_dir(world.file.parent().unwrap()).unwrap();
    world.set("ui_threshold", "0").await.unwrap();
    assert_eq!(world.text(), "ui_threshold = 0\n");
    assert_eq!(world.held("ui_threshold").await, set(0, "file"));
}

#[tokio::test]
async fn what_cannot_be_set_is_refused_with_the_reason_and_changes_nothing() {
    let world = World::new(&template(), &[("RETRY_LIMIT", "9"), ("EXEC_TIMEOUT", "soon")]).await;
    let wrong = world.set("timeout_ms", "soon").await.unwrap_err();
    assert_eq!(wrong.code, ErrorCode::Invalid);
    assert_eq!(wrong.message, "`timeout_ms` must be a whole number from 1 to 86400000, got `soon`");
    let unknown = world.set("retry_limits", "1").await.unwrap_err();
    assert_eq!(unknown.code, ErrorCode::NotFound);
    assert_eq!(unknown.hint, "Did you mean `retry_limit`?");
    for refused in [
        world.set("retry_limit", "1").await,
        world.call("config_reset", json!({ "name": "retry_limit" })).await,
    ] {
        let refused = refused.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Conflict);
        assert_eq!(refused.message, "`retry_limit` is set by the environment: `RETRY_LIMIT`");
    }
    assert_eq!(world.text(), template());
    // A variable that says nothing sensible holds nothing.
    world.set("exec_timeout", "60").await.unwrap();
    assert_eq!(world.held("exec_timeout").await, set(60, "file"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_stays_a_link_and_the_file_keeps_who_may_read_it() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let world = World::new("", &[]).await;
    let real = world.folder.path().join("dotfiles.toml");
    fs::write(&real, "# mine\n").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &world.file).unwrap();
    world.set("retry_limit", "1").await.unwrap();
    assert!(fs::symlink_metadata(&world.file).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), "# mine\nretry_limit = 1\n");
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_may_not_be_written_stays_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new("retry_limit = 7\n", &[]).await;
    fs::set_permissions(&world.file, fs::Permissions::from_mode(0o444)).unwrap();
    let refused = world.set("retry_limit", "8").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Storage);
    assert!(refused.message.ends_with("cannot be written: permission denied"), "{}", refused.message);
    assert_eq!(world.text(), "retry_limit = 7\n");
    assert_eq!(world.held("retry_limit").await, set(7, "file"));
}

#[tokio::test]
async fn a_change_reaches_the_engine_while_it_works() {
    let (world, server, gate) = (World::new("", &[]).await, ScriptedServer::start().await, Gate::new());
    let address = server.base_url().to_string();
    let provider = json!({ "name": "local", "kind": "openai-chat", "baseUrl": address });
    world.call("provider_create", provider).await.unwrap();
    world.call("prompt_create", json!({ "name": "p" })).await.unwrap();
    world.set("provider_max_concurrent", "1").await.unwrap();
    for _ in 0..3 {
        server.enqueue(ChatReply::new().pass(&gate).text("done"));
    }
    let content = json!({ "body": { "kind": "text", "template": "Hi" } });
    let models = ["local:a", "local:b", "local:c"].map(|model| json!({ "model": model }));
    world.call("run_create", json!({ "prompt": "p", "content": content, "models": models })).await.unwrap();
    let mut events = world.hub.subscribe();
    let engine = async || world.call("metrics_get", json!({})).await.unwrap()["engine"].clone();
    assert_eq!((engine().await["running"].clone(), engine().await["queued"].clone()), (json!(1), json!(2)));

    // By hand this time: it holds from the next look on.
    fs::write(&world.file, "provider_max_concurrent = 2\n").unwrap();
    world.get().await;
    assert_eq!((engine().await["running"].clone(), engine().await["queued"].clone()), (json!(2), json!(1)));
    for _ in 0..3 {
        gate.open();
    }
    let ended = loop {
        let told = events.next().await.into_iter().find_map(|event| match event.body {
            EventBody::RunUpdated { run } if run.status.is_terminal() => Some(run),
            _ => None,
        });
        if let Some(run) = told {
            break run;
        }
    };
    assert_eq!(ended.progress.completed, 3);
}
