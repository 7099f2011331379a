//! Providers that are down, that have enough, or that lie: runs that are ridden out all the same.

use formaops_testkit::{ChatReply, Gate, Reply, ScriptedServer};
use formaops_tests::{Cli, Host};
use futures::StreamExt;
use serde_json::{Value, json};

/// A workspace whose model `local:down` never answers and whose model `spare:up` always does, each on a server
/// of its own. Nothing is tried again, and a circuit that has opened stays so.
async fn outage(strategy: &str) -> (Cli, ScriptedServer, ScriptedServer) {
    let cli = Cli::new()
        .with_env("FALLBACK_STRATEGY", strategy)
        .with_env("RETRY_LIMIT", "0")
        .with_env("RECOVERY_TIME", "86400000");
    let (down, up) = (ScriptedServer::start().await, ScriptedServer::start().await);
    cli.add_provider(down.base_url().as_str()).await;
    cli.add_provider_of_kind("spare", "openai-chat", up.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    for _ in 0..3 {
        down.script("down", Reply::error(500, "boom", "server_error", None));
    }
    down.script("down", Reply::reset());
    up.script("up", ChatReply::new().text("At your service"));
    (cli, down, up)
}

#[tokio::test]
async fn an_outage_is_ridden_out_on_a_fallback_which_is_named() {
    let (cli, down, up) = outage("degrade").await;
    let run = ["run", "greet", "-m", "local:down", "--fallback", "spare:up", "--repeats", "20", "-j", "1"];
    let done = cli.run(&[&["--json"], &run[..]].concat()).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    let document = done.json();
    assert_eq!(document["run"]["progress"]["completed"], 20);
    for execution in document["executions"].as_array().unwrap() {
        assert_eq!(
            (&execution["model"], &execution["answeredBy"], &execution["output"]),
            (&json!("local:down"), &json!("spare:up"), &json!("At your service")),
            "{execution}"
        );
    }
    // Five failures open the circuit, and from then on nothing more is sent there.
    assert_eq!((down.counts().received, up.counts().received), (5, 20));

    let told = cli.run(&["run", "greet", "-m", "local:down", "--fallback", "spare:up"]).await;
    assert_eq!((told.code, told.stdout.trim_end()), (Some(0), "At your service"), "{told:?}");
    assert!(told.stderr.contains("spare:up in place of local:down  completed"), "{told:?}");
}

#[tokio::test]
async fn where_an_open_circuit_rejects_the_rest_fails_without_a_call() {
    let (cli, down, up) = outage("reject").await;
    let run = ["run", "greet", "-m", "local:down", "--fallback", "spare:up", "--repeats", "20", "-j", "1"];
    let done = cli.run(&[&["--json"], &run[..]].concat()).await;
    assert_eq!(done.code, Some(3), "{done:?}");
    let document = done.json();
    let mut classes: Vec<_> = document["executions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|execution| execution["failure"]["class"].as_str().unwrap())
        .collect();
    classes.sort_unstable();
    assert_eq!(classes[..15], ["circuit_open"; 15]);
    assert_eq!(classes[15..], ["reset", "reset", "server_error", "server_error", "server_error"]);
    assert_eq!((down.counts().received, up.counts().received), (5, 0));
}

/// What the host says of the one model that is in use.
async fn load(host: &Host) -> Value {
    host.get("/api/metrics").await.body["engine"]["models"][0].clone()
}

#[tokio::test]
async fn a_server_that_takes_few_at_once_gets_few_at_once_and_all_are_answered() {
    const AT_ONCE: usize = 4;
    let cli = Cli::new().with_env("RETRY_LIMIT", "100");
    let server = ScriptedServer::start().await;
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let gate = Gate::new();
    server.script("busy", ChatReply::new().text("Hi").into_reply().pass_first(&gate));
    let refusal = Reply::error(429, "slow down", "rate", None).header("retry-after", "1");
    server.refuse_over(AT_ONCE, refusal);

    let host = Host::open(&cli).await;
    let mut events = host.events().await;
    let models = [json!({ "model": "local:busy" })];
    let asked = json!({ "prompt": "greet", "models": models, "repeats": 40, "concurrency": 32 });
    let started = host.post("/api/runs", asked).await;
    assert_eq!(started.status, 200, "{started:?}");
    // All come at once, as many as may, and most are refused.
    server.wait_for(|counts| counts.received >= 32).await;
    // While those that were let in hold their places, each burst is smaller than the one before, until there is none.
    let limit = async || load(&host).await["limit"].as_u64();
    while limit().await.is_none_or(|limit| limit > AT_ONCE as u64) {
        let received = server.counts().received;
        assert!(received < 200, "{received} calls, and still more at once than it takes");
    }

    for _ in 0..40 {
        gate.open();
    }
    let is_over = |event: &Value| event["kind"] == "run.updated" && event["run"]["status"] == "completed";
    let run = loop {
        let event = events.next().await.expect("the host is alive");
        if is_over(&event) {
            break event["run"].clone();
        }
    };
    assert_eq!(run["progress"]["completed"], 40, "{run}");
}

#[tokio::test]
async fn what_a_provider_says_of_its_rates_holds_nothing_back_for_ever() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let lies =
        [("-1", "-5s", "-100"), ("none", "soon", "NaN"), ("99999999999999999999999", "1e300s", "1e300")];
    for (remaining, reset, limit) in lies {
        let answer = ChatReply::new().text("Hi").into_reply();
        let answer = ["requests", "tokens"].into_iter().fold(answer, |answer, what| {
            answer
                .header(&format!("x-ratelimit-limit-{what}"), limit)
                .header(&format!("x-ratelimit-remaining-{what}"), remaining)
                .header(&format!("x-ratelimit-reset-{what}"), reset)
        });
        server.script("liar", answer);
    }
    let run = ["--json", "run", "greet", "-m", "local:liar", "--repeats", "6", "-j", "1"];
    let done = cli.run(&run).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(done.json()["run"]["progress"]["completed"], 6);
}
