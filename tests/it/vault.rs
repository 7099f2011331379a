//! Keys in the vault: made, used, locked, rotated and forgotten, and nowhere to be read.

use crate::secrets::{leaks, shows};
use formaops_testkit::{ChatReply, Reply, ScriptedServer};
use formaops_tests::{Cli, Done, Host};
use serde_json::json;

const PASSPHRASE: &str = "four plain words here";
const KEY: &str = "sk-vault-0123456789abcdef";
const NEWER: &str = "sk-newer-fedcba9876543210";

/// Everything that anybody was told, to be looked through for keys at the end.
#[derive(Default)]
struct Told(Vec<String>);

impl Told {
    fn hear(&mut self, said: impl std::fmt::Debug) {
        self.0.push(format!("{said:?}"));
    }

    async fn hear_run(&mut self, cli: &Cli, model: &str) -> Done {
        let done = cli.run(&["--json", "run", "greet", "-m", model]).await;
        self.hear(&done);
        done
    }

    fn assert_shows_none_of(&self, secrets: &[&str]) {
        for (text, secret) in self.0.iter().flat_map(|text| secrets.iter().map(move |secret| (text, secret)))
        {
            assert!(!shows(text, secret), "{text}");
        }
    }
}

async fn keyed(cli: &Cli, server: &ScriptedServer) {
    let address = server.base_url();
    let kind = ["--kind", "openai-chat", "--base-url", address.as_str()];
    cli.json(&[&["provider", "create", "--name", "keyed"], kind.as_slice()].concat()).await;
    cli.add_prompt("greet", "Hello").await;
}

async fn pipe(cli: &Cli, secret: &str, arguments: &[&str]) -> Done {
    let done =
        cli.run_with_input(&format!("{secret}\n"), &[&["--json"], arguments, &["--stdin"]].concat()).await;
    assert_eq!(done.code, Some(0), "{arguments:?}: {done:?}");
    done
}

async fn piped(cli: &Cli, secret: &str, arguments: &[&str]) -> serde_json::Value {
    pipe(cli, secret, arguments).await.json()
}

fn bearers(server: &ScriptedServer) -> Vec<String> {
    let requests = server.requests();
    requests.iter().filter_map(|request| request.header("authorization").map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_key_in_the_vault_is_used_while_it_is_open_and_a_run_says_when_it_is_not() {
    let (server, cli) = (ScriptedServer::start().await, Cli::new());
    let mut told = Told::default();
    keyed(&cli, &server).await;
    let host = Host::open(&cli).await;
    assert_eq!(cli.json(&["key-store", "get"]).await, json!({ "keychain": "none", "vault": "absent" }));
    assert_eq!(piped(&cli, PASSPHRASE, &["vault", "create"]).await["vault"], "open");

    // Without a keychain, the vault is the place.
    let key = piped(&cli, KEY, &["provider", "key", "add", "keyed", "--name", "work"]).await;
    assert_eq!((&key["reference"]["kind"], &key["state"]), (&json!("vault"), &json!("found")));
    assert_eq!(key["inUse"], true, "the first key is used");
    told.hear(&key);
    let (first, rest) = KEY.split_at(9);
    server.script("repeats", ChatReply::new().text("your key is ").text(first).text(rest).text("!"));
    server.script("refuses", Reply::error(401, &format!("Incorrect API key: {KEY}"), "auth", None));
    assert_eq!(told.hear_run(&cli, "keyed:repeats").await.code, Some(0));
    assert_eq!(told.hear_run(&cli, "keyed:refuses").await.code, Some(3));
    assert!(bearers(&server).iter().all(|bearer| *bearer == format!("Bearer {KEY}")));

    assert_eq!(cli.json(&["vault", "lock"]).await["vault"], "locked");
    assert_eq!(cli.json(&["provider", "list"]).await["items"][1]["keyState"], "locked");
    let asked = server.requests().len();
    let done = told.hear_run(&cli, "keyed:repeats").await;
    let failure = &done.json()["executions"][0]["failure"];
    assert_eq!(failure["class"], "key_locked", "{done:?}");
    assert!(failure["hint"].as_str().unwrap().contains("formaops vault unlock"), "{failure}");
    assert_eq!(server.requests().len(), asked, "nothing is sent without its key");

    let wrong = cli.run_with_input("some other words", &["--json", "vault", "unlock", "--stdin"]).await;
    assert_eq!(wrong.json()["error"]["at"]["path"], "passphrase", "{wrong:?}");
    assert_eq!(piped(&cli, PASSPHRASE, &["vault", "unlock"]).await["vault"], "open");
    assert_eq!(told.hear_run(&cli, "keyed:repeats").await.code, Some(0));

    for path in
        ["/api/providers", "/api/providers/keyed/keys", "/api/key-store", "/api/executions", "/api/egress"]
    {
        told.hear(host.get(path).await);
    }
    host.kill().await;
    told.assert_shows_none_of(&[KEY, PASSPHRASE]);
    for secret in [KEY, PASSPHRASE] {
        assert_eq!(leaks(&cli.workspace(), secret), Vec::<String>::new());
    }
}

#[tokio::test]
async fn where_nobody_can_type_the_environment_opens_the_vault() {
    let (server, cli) = (ScriptedServer::start().await, Cli::new());
    keyed(&cli, &server).await;
    server.script("any", ChatReply::new().text("hello"));
    piped(&cli, PASSPHRASE, &["vault", "create"]).await;
    let cli = cli.with_env("FORMAOPS_VAULT_PASSPHRASE", PASSPHRASE);
    piped(&cli, KEY, &["provider", "key", "add", "keyed", "--name", "work"]).await;
    let done = cli.run(&["--json", "run", "greet", "-m", "keyed:any"]).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(bearers(&server), [format!("Bearer {KEY}")]);

    // The passphrase itself can never be sent as a key.
    let named = cli
        .run(&["provider", "key", "add", "keyed", "--name", "x", "--env", "FORMAOPS_VAULT_PASSPHRASE"])
        .await;
    assert_eq!(named.code, Some(1), "{named:?}");
    let cli = cli.with_env("FORMAOPS_VAULT_PASSPHRASE", "some other words");
    let done = cli.run(&["--json", "run", "greet", "-m", "keyed:any"]).await;
    let message = done.json()["executions"][0]["failure"]["message"].to_string();
    assert!(message.contains("FORMAOPS_VAULT_PASSPHRASE"), "{message}");
}

#[tokio::test]
async fn a_new_key_takes_the_place_of_the_old_one_only_once_the_provider_has_accepted_it() {
    let server = ScriptedServer::start().await;
    let cli =
        Cli::new().with_env("FORMAOPS_VAULT_PASSPHRASE", PASSPHRASE).with_env("SPARE_API_KEY", "sk-spare");
    // Even a log of everything says nothing of a key.
    let cli = cli.with_env("FORMAOPS_LOG", "trace");
    let mut told = Told::default();
    keyed(&cli, &server).await;
    server.script("any", ChatReply::new().text("hello"));
    told.hear(pipe(&cli, PASSPHRASE, &["vault", "create"]).await);
    told.hear(pipe(&cli, KEY, &["provider", "key", "add", "keyed", "--name", "work"]).await);

    server.reply_to_models(Reply::error(401, &format!("Incorrect API key: {NEWER}"), "auth", None));
    let rotate = ["--json", "provider", "key", "rotate", "keyed", "WORK", "--stdin"];
    let refused = cli.run_with_input(NEWER, &rotate).await;
    told.hear(&refused);
    let error = &refused.json()["error"];
    assert_eq!((refused.code, &error["class"]), (Some(1), &json!("authentication")), "{refused:?}");
    assert!(error["message"].as_str().unwrap().starts_with("the old key stays"), "{error}");
    assert_eq!(bearers(&server), [format!("Bearer {NEWER}")], "it was tried");
    told.hear_run(&cli, "keyed:any").await;
    assert_eq!(bearers(&server)[1], format!("Bearer {KEY}"), "and the old one is in use still");

    server.reply_to_models(Reply::status(200).json(&json!({ "data": [{ "id": "any" }] })));
    let rotated = cli.run_with_input(NEWER, &rotate).await;
    assert_eq!(rotated.code, Some(0), "{rotated:?}");
    told.hear(rotated);
    told.hear_run(&cli, "keyed:any").await;
    assert_eq!(bearers(&server)[3], format!("Bearer {NEWER}"));

    // Another key, used from now on; the one before is forgotten, in the vault too.
    let spare =
        cli.json(&["provider", "key", "add", "keyed", "--name", "spare", "--env", "SPARE_API_KEY"]).await;
    assert_eq!(spare["inUse"], false);
    cli.json(&["provider", "key", "use", "keyed", "spare"]).await;
    told.hear_run(&cli, "keyed:any").await;
    assert_eq!(bearers(&server)[4], "Bearer sk-spare");
    told.hear(cli.json(&["provider", "key", "remove", "keyed", "work"]).await);
    let keys = cli.json(&["provider", "key", "list", "keyed"]).await;
    assert_eq!(keys["items"].as_array().unwrap().len(), 1, "{keys}");
    let environment =
        cli.run_with_input(NEWER, &["provider", "key", "rotate", "keyed", "spare", "--stdin"]).await;
    assert!(environment.stderr.contains("SPARE_API_KEY"), "{environment:?}");
    told.hear(environment);

    told.assert_shows_none_of(&[KEY, NEWER, PASSPHRASE]);
    for secret in [KEY, NEWER, PASSPHRASE] {
        assert_eq!(leaks(&cli.workspace(), secret), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_key_that_was_set_for_one_address_is_not_used_for_another() {
    let (server, other) = (ScriptedServer::start().await, ScriptedServer::start().await);
    let cli = Cli::new().with_env("FORMAOPS_VAULT_PASSPHRASE", PASSPHRASE);
    keyed(&cli, &server).await;
    piped(&cli, PASSPHRASE, &["vault", "create"]).await;
    piped(&cli, KEY, &["provider", "key", "add", "keyed", "--name", "work"]).await;
    let id = cli.json(&["provider", "list"]).await["items"][1]["id"].as_str().unwrap().to_owned();
    let moved = cli.json(&["provider", "update", &id, "--base-url", other.base_url().as_str()]).await;
    assert_eq!(moved["keyState"], "detached");
    let done = cli.run(&["--json", "run", "greet", "-m", "keyed:any"]).await;
    assert_eq!(done.json()["executions"][0]["failure"]["class"], "no_key", "{done:?}");
    let used = cli.run(&["provider", "key", "use", "keyed", "work"]).await;
    assert!(used.stderr.contains("was set for"), "{used:?}");
    assert!(other.requests().is_empty());

    // Entered again, it belongs to the new address.
    cli.run_with_input(KEY, &["provider", "key", "rotate", "keyed", "work", "--stdin"]).await;
    assert_eq!(bearers(&other), [format!("Bearer {KEY}")]);
    assert_eq!(cli.json(&["provider", "get", &id]).await["keyState"], "found");

    // An open line carries none, and neither does a provider that is gone.
    let open = cli.run(&["provider", "update", &id, "--base-url", "http://192.0.2.1/v1"]).await;
    assert_eq!(open.code, Some(0), "{open:?}");
    let refused =
        cli.run_with_input(KEY, &["provider", "key", "add", "keyed", "--name", "x", "--stdin"]).await;
    assert!(refused.stderr.contains("https://"), "{refused:?}");
    cli.json(&["provider", "delete", &id]).await;
    assert_eq!(leaks(&cli.workspace(), KEY), Vec::<String>::new());
}

#[tokio::test]
async fn a_secret_in_the_wrong_place_is_refused_and_not_repeated() {
    let (server, cli) = (ScriptedServer::start().await, Cli::new());
    keyed(&cli, &server).await;
    let host = Host::open(&cli).await;
    let mut told = Told::default();
    let path = "/api/providers/keyed/keys";
    let in_address = host.post(&format!("{path}?secret={KEY}"), json!({ "name": "work" })).await;
    assert_eq!(in_address.status, 400, "{in_address:?}");
    told.hear(in_address);
    for body in
        [json!(KEY), json!({ "name": "work", "secret": [KEY] }), json!({ "name": "a", "secret": { KEY: 1 } })]
    {
        let refused = host.post(path, body).await;
        assert_eq!(refused.status, 400, "{refused:?}");
        told.hear(refused);
    }
    // There is no vault yet, and nothing is left of what could not be kept.
    let homeless = host.post(path, json!({ "name": "work", "secret": KEY, "idempotencyKey": "1" })).await;
    assert_eq!(homeless.status, 404, "{homeless:?}");
    told.hear(homeless);
    assert_eq!(host.get(path).await.body["items"], json!([]));
    told.assert_shows_none_of(&[KEY]);
    assert_eq!(leaks(&cli.workspace(), KEY), Vec::<String>::new());
}
