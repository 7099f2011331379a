//! A configuration of promptfoo with 1,000 tests, run by `formaops eval -c` and by promptfoo, and larger ones by ours.

use crate::{
    process::{Home, built},
    report::{Report, millis},
    sample::median,
};
use anyhow::{Context as _, ensure};
use formaops_api::{Session, SessionOptions};
use formaops_testkit::ScriptedServer;
use serde_json::json;
use std::{fs, path::Path, time::Duration};
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep},
};

/// How many tests both sides are given.
const CASES: usize = 1_000;
/// How many ours is given, to see how time and memory grow.
const GROWING: [usize; 3] = [1_000, 10_000, 100_000];
/// The model of the scripted server that answers 20 words at once.
const WITHOUT_DELAY: &str = "words-20";
/// How often each side is measured, by turns.
const ROUNDS: usize = 3;
/// How often the memory of a process is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// The command that starts promptfoo, words between blanks: `NODE …/promptfoo/dist/src/entrypoint.js`.
const PEER: &str = "FORMAOPS_BENCH_PROMPTFOO";

/// What a run of all tests took.
struct Run {
    /// From the start of the process to its end.
    elapsed: Duration,
    /// The most memory that it had, in bytes.
    memory: u64,
    /// Requests that came to the server, and the most of them at once.
    received: usize,
    peak: usize,
}

pub(crate) async fn measure() -> anyhow::Result<()> {
    let peer = std::env::var(PEER).ok().filter(|peer| !peer.trim().is_empty());
    // A trial only shows that it works.
    let rounds = if cfg!(debug_assertions) { 1 } else { ROUNDS };
    let columns = [
        "the server answers after",
        "who",
        "time",
        "cases a second",
        "most memory",
        "requests",
        "most at once",
    ];
    let mut report = Report::new("eval: a configuration of 1,000 tests, process start included", &columns);
    for (delay, model) in [("no delay", WITHOUT_DELAY), ("50 ms", "slow-50x1")] {
        for at_once in [4, 32, 128] {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for _ in 0..rounds {
                ours.push(run(CASES, model, at_once, None).await?);
                if let Some(peer) = &peer {
                    theirs.push(run(CASES, model, at_once, Some(peer)).await?);
                }
            }
            for (who, runs) in [("FormaOps", ours), ("promptfoo", theirs)] {
                if runs.is_empty() {
                    continue;
                }
                let time = Duration::from_secs_f64(median(runs.iter().map(|run| run.elapsed.as_secs_f64())));
                let most = |of: fn(&Run) -> u64| runs.iter().map(of).max().unwrap_or_default();
                report.row([
                    format!("{delay}, {at_once} at once"),
                    who.to_owned(),
                    millis(time),
                    rate(CASES, time),
                    format!("{} MB", most(|run| run.memory) / 1_000_000),
                    runs[0].received.to_string(),
                    most(|run| run.peak as u64).to_string(),
                ]);
            }
        }
    }
    if peer.is_none() {
        report.note(format!(
            "Only FormaOps was measured: `{PEER}` does not say how promptfoo is started (see `bench/README.md`)."
        ));
    }
    report.print();
    grow().await
}

/// How time and memory of ours grow with the tests.
async fn grow() -> anyhow::Result<()> {
    let columns = ["tests", "time", "cases a second", "most memory"];
    let mut report = Report::new("eval: more tests, 32 at once, the server answers without delay", &columns);
    let sizes = if cfg!(debug_assertions) { 1 } else { GROWING.len() };
    for cases in GROWING.into_iter().take(sizes) {
        let Run { elapsed, memory, .. } = run(cases, WITHOUT_DELAY, 32, None).await?;
        let megabytes = format!("{} MB", memory / 1_000_000);
        report.row([cases.to_string(), millis(elapsed), rate(cases, elapsed), megabytes]);
    }
    report.print();
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a hundred thousand cases")]
fn rate(cases: usize, time: Duration) -> String {
    format!("{:.0}", cases as f64 / time.as_secs_f64())
}

/// Runs so many tests once, in a home of their own.
async fn run(cases: usize, model: &str, at_once: usize, peer: Option<&str>) -> anyhow::Result<Run> {
    let (home, server) = (Home::new()?, ScriptedServer::start().await);
    let folder = home.workspace().with_file_name("config");
    fs::create_dir(&folder)?;
    let config = folder.join("promptfooconfig.yaml");
    fs::write(&config, configuration(cases, model, server.base_url().as_str()))?;
    let mut command = match peer {
        None => ours(&home, &config)?,
        Some(peer) => theirs(&home, &config, peer)?,
    };
    command.args(["-j", &at_once.to_string(), "--no-cache"]);
    let start = Instant::now();
    let (memory, succeeded) = watched(command.spawn()?).await?;
    let elapsed = start.elapsed();
    let counts = server.counts();
    let who = if peer.is_some() { "promptfoo" } else { "FormaOps" };
    ensure!(succeeded, "{who} did not end well");
    ensure!(counts.received == cases, "{who} sent {} requests", counts.received);
    ensure!(counts.peak <= at_once, "{who} had {} requests at once, {at_once} were allowed", counts.peak);
    if peer.is_none() {
        committed(&home, cases).await?;
    }
    Ok(Run { elapsed, memory, received: counts.received, peak: counts.peak })
}

fn configuration(cases: usize, model: &str, address: &str) -> String {
    let mut text = format!(
        "prompts: ['Summarise the letter number {{{{number}}}} from {{{{name}}}} in twenty words.']\n\
         providers: [{{ id: 'openai:chat:{model}', config: {{ apiBaseUrl: '{address}' }} }}]\n\
         defaultTest: {{ assert: [{{ type: contains, value: word1 }}, {{ type: not-contains, value: sorry }}] }}\n\
         tests:\n"
    );
    for number in 0..cases {
        text += &format!("  - vars: {{ number: {number}, name: customer {number} }}\n");
    }
    text
}

fn ours(home: &Home, config: &Path) -> anyhow::Result<Command> {
    let mut command = home.command(built("formaops")?);
    command.args(["eval", "-c"]).arg(config).stdout(std::process::Stdio::null());
    Ok(command)
}

fn theirs(home: &Home, config: &Path, peer: &str) -> anyhow::Result<Command> {
    let mut words = peer.split_whitespace();
    let program = words.next().with_context(|| format!("`{PEER}` is empty"))?;
    let mut command = home.command(program);
    command
        .args(words)
        .args(["eval", "-c"])
        .arg(config)
        .args(["--no-table", "--no-progress-bar"])
        .current_dir(config.parent().unwrap_or(Path::new("/")))
        .env("OPENAI_API_KEY", "none")
        .env("PROMPTFOO_DISABLE_TELEMETRY", "1")
        .env("PROMPTFOO_DISABLE_UPDATE", "1")
        .env("PROMPTFOO_DISABLE_REMOTE_GENERATION", "true")
        .env("PROMPTFOO_DISABLE_SHARING", "1")
        .stdout(std::process::Stdio::null());
    Ok(command)
}

/// The most memory that a process had, and whether it ended well.
async fn watched(mut child: Child) -> anyhow::Result<(u64, bool)> {
    let status = child.id().map(|id| format!("/proc/{id}/status")).context("the process is gone")?;
    let mut most = 0;
    loop {
        tokio::select! {
            ended = child.wait() => return Ok((most, ended?.success())),
            () = sleep(LOOK_EVERY) => most = most.max(high_water(&status).unwrap_or_default()),
        }
    }
}

/// `VmHWM` in bytes, which the kernel has in KiB.
fn high_water(status: &str) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
}

/// That every result was kept, as the next process finds it.
async fn committed(home: &Home, cases: usize) -> anyhow::Result<()> {
    let options = SessionOptions { workspace: Some(home.workspace()), ..SessionOptions::default() };
    let session = Session::open(options).await?;
    let listed = session.call("run_list", json!({})).await?;
    session.close().await;
    let kept = listed["items"][0]["progress"]["completed"].as_u64();
    ensure!(kept == Some(cases as u64), "{kept:?} results were kept");
    Ok(())
}
