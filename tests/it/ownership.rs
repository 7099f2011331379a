//! Several processes on one workspace, and what is left when one of them is killed.

use formaops_testkit::{ChatReply, Gate, ScriptedServer};
use formaops_tests::{Cli, Done, Host};
use futures::StreamExt;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

async fn until(
    events: &mut (impl futures::Stream<Item = Value> + Unpin),
    mut found: impl FnMut(&Value) -> bool,
) {
    while let Some(event) = events.next().await {
        if found(&event) {
            return;
        }
    }
    panic!("the stream ended before");
}

#[tokio::test]
async fn what_one_process_runs_the_others_see_stream_whoever_owns_the_workspace() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let owner = Host::open(&cli).await;
    let client = Host::open(&cli).await;
    let (mut at_owner, mut at_client) = (owner.events().await, client.events().await);
    let gate = Gate::new();
    server.enqueue(ChatReply::new().text("first ").pass(&gate).text("second"));

    let mut command = cli.start(&["run", "greet", "-m", "local:any"]);
    let first = |event: &Value| event["kind"] == "execution.chunk" && event["text"] == "first ";
    until(&mut at_owner, first).await;
    until(&mut at_client, first).await;
    gate.open();
    let done = |event: &Value| event["kind"] == "run.updated" && event["run"]["status"] == "completed";
    until(&mut at_owner, done).await;
    until(&mut at_client, done).await;
    let mut printed = String::new();
    command.stdout.take().unwrap().read_to_string(&mut printed).await.unwrap();
    assert_eq!(command.wait().await.unwrap().code(), Some(0));
    assert_eq!(printed.trim_end(), "first second");
}

#[tokio::test]
async fn a_killed_owner_leaves_its_text_and_a_client_takes_over() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let owner = Host::open(&cli).await;
    let client = Host::open(&cli).await;
    let mut events = client.events().await;
    let never = Gate::new();
    let words = "received before the kill ".repeat(4096);
    server.enqueue(ChatReply::new().text(&words).pass(&never).text("never"));

    let started =
        owner.post("/api/runs", json!({ "prompt": "greet", "models": [{ "model": "local:any" }] })).await;
    let id = started.body["executions"][0]["id"].as_str().unwrap().to_owned();
    // More than 64 KiB have come, so a part of the recording is being committed.
    until(&mut events, |event| event["kind"] == "execution.chunk").await;
    let kept =
        async || client.get(&format!("/api/executions/{id}")).await.body["attempts"][0]["id"].is_string();
    assert!(kept().await);
    owner.kill().await;
    until(&mut events, |event| event["kind"] == "resync").await;

    let execution = client.get(&format!("/api/executions/{id}")).await.body["execution"].clone();
    assert_eq!(
        (&execution["status"], &execution["failure"]["class"]),
        (&json!("failed"), &json!("interrupted"))
    );
    let run =
        client.get(&format!("/api/runs/{}", execution["runId"].as_str().unwrap())).await.body["run"].clone();
    assert_eq!(run["status"], "completed");

    // The new owner works on, and the interrupted one can be tried again.
    server.enqueue(ChatReply::new().text("at last"));
    let again = client.post(&format!("/api/executions/{id}/retry"), json!({})).await;
    let next = again.body["id"].as_str().unwrap().to_owned();
    assert_eq!(again.body["generation"], 1, "{again:?}");
    until(&mut events, |event| {
        event["execution"]["id"] == next.as_str() && event["execution"]["status"] == "completed"
    })
    .await;
    assert_eq!(client.get(&format!("/api/executions/{next}/output")).await.body["text"], "at last");
}

#[tokio::test]
async fn a_command_that_watches_takes_over_from_a_killed_owner_and_brings_its_run_to_the_end() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let owner = Host::open(&cli).await;
    let gate = Gate::new();
    server.script("any", ChatReply::new().text("first ").pass(&gate).text("second"));

    let command = cli.start(&["run", "greet", "-m", "local:any", "--repeats", "3", "-j", "1", "--resume"]);
    gate.reached(1).await;
    gate.open();
    // The first answer is whole, and the second has begun.
    gate.reached(2).await;
    owner.kill().await;
    // The second is asked for once more, by whoever owns the workspace now.
    gate.reached(3).await;
    (0..3).for_each(|_| gate.open());
    let done = Done::from(command.wait_with_output().await.unwrap());
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(done.stdout.matches("first second").count(), 3, "{done:?}");
    let run = cli.json(&["runs", "list"]).await["items"][0].clone();
    assert_eq!((&run["status"], &run["progress"]["completed"]), (&json!("completed"), &json!(3)), "{run}");
}

#[tokio::test]
async fn an_answer_that_is_begun_again_is_not_mixed_with_what_was_printed_of_the_first() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let owner = Host::open(&cli).await;
    let never = Gate::new();
    server.script("any", ChatReply::new().text("Of the first attempt").pass(&never).text("never"));
    server.script("any", ChatReply::new().text("The whole answer, which is longer"));

    let mut command = cli.start(&["run", "greet", "-m", "local:any", "--resume"]);
    let mut printed = [0; 20];
    command.stdout.as_mut().unwrap().read_exact(&mut printed).await.unwrap();
    assert_eq!(&printed, b"Of the first attempt");
    owner.kill().await;
    let done = Done::from(command.wait_with_output().await.unwrap());
    assert_eq!(
        (done.code, done.stdout.as_str()),
        (Some(0), "\nThe whole answer, which is longer\n"),
        "{done:?}"
    );
    assert_eq!(done.stderr.lines().next(), Some("— interrupted; attempt 2 —"), "{done:?}");
}

#[tokio::test]
async fn when_the_owner_is_killed_a_command_and_another_host_both_see_the_run_end() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let owner = Host::open(&cli).await;
    let client = Host::open(&cli).await;
    let mut events = client.events().await;
    let gate = Gate::new();
    server.script("any", ChatReply::new().pass(&gate).text("at last"));

    let command = cli.start(&["run", "greet", "-m", "local:any", "--repeats", "4", "-j", "2", "--resume"]);
    gate.reached(2).await;
    owner.kill().await;
    until(&mut events, |event| event["kind"] == "resync").await;
    gate.reached(4).await;
    // Two of them wait for connections that are gone.
    (0..6).for_each(|_| gate.open());
    let done = Done::from(command.wait_with_output().await.unwrap());
    assert_eq!((done.code, done.stdout.matches("at last").count()), (Some(0), 4), "{done:?}");
    // Where the command was the owner and has left, the end may be told by nothing but another resync.
    while client.get("/api/runs").await.body["items"][0]["status"] != "completed" {
        futures::StreamExt::next(&mut events).await.unwrap();
    }
    // Whoever took over, the one that is left serves the workspace.
    let run = client.get("/api/runs").await.body["items"][0].clone();
    assert_eq!((&run["status"], &run["progress"]["completed"]), (&json!("completed"), &json!(4)), "{run}");
}

#[tokio::test]
async fn text_that_was_recorded_survives_kill_and_restart() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_prompt("greet", "Hello").await;
    let owner = Host::open(&cli).await;
    let (gate, never) = (Gate::new(), Gate::new());
    let words = "words ".repeat(20_000);
    server.enqueue(ChatReply::new().text(&words).pass(&gate).text("more").pass(&never));
    let mut events = owner.events().await;
    let started =
        owner.post("/api/runs", json!({ "prompt": "greet", "models": [{ "model": "local:any" }] })).await;
    let id = started.body["executions"][0]["id"].as_str().unwrap().to_owned();
    until(&mut events, |event| event["kind"] == "execution.chunk").await;
    // The part of the first words was handed over before the chunk that follows it is told.
    gate.open();
    until(&mut events, |event| {
        event["kind"] == "execution.chunk" && event["text"].as_str().unwrap().ends_with("more")
    })
    .await;
    // A commit after the part's proves that the part is there.
    cli.add_prompt("another", "x").await;
    owner.kill().await;

    let execution = &cli.json(&["execution", "get", &id]).await["execution"];
    assert_eq!(
        (&execution["status"], &execution["failure"]["class"]),
        (&json!("failed"), &json!("interrupted"))
    );
    let text = cli.json(&["execution", "output", &id]).await["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with(&words), "{} bytes were kept", text.len());
}

#[tokio::test]
async fn many_commands_at_once_share_one_workspace() {
    let cli = Cli::new();
    cli.add_prompt("greet", "Hello").await;
    let run = || cli.run(&["run", "greet", "-m", "dry-run:echo"]);
    let (a, b, c, d) = tokio::join!(run(), run(), run(), run());
    for done in [a, b, c, d] {
        assert_eq!((done.code, done.stdout.trim_end()), (Some(0), "Hello"), "{done:?}");
    }
    assert_eq!(cli.json(&["metrics", "get"]).await["runs"], 4);
}
