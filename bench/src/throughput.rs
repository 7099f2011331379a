//! How fast executions get from the queue to their committed end.

use crate::{
    aside::Aside,
    report::Report,
    sample::median,
    workbench::{PROMPT, Workbench},
};
use anyhow::ensure;
use formaops_api::EventHub;
use formaops_testkit::ScriptedServer;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::json;
use std::sync::Arc;
use tokio::time::Instant;
use url::Url;

const EXECUTIONS: u32 = 1_000;
const AT_ONCE: u32 = 32;
/// How often each side is measured, by turns; a round before them is not counted.
const ROUNDS: usize = 5;
/// A model of the scripted server that answers 20 tokens without delay.
const MODEL: &str = "words-20";

pub(crate) async fn measure() -> anyhow::Result<()> {
    let start = async || {
        let server = ScriptedServer::start().await;
        let url = server.base_url();
        (server, url)
    };
    let (_server, url) = Aside::start(start).await?;
    let mut report = Report::new("throughput: 1,000 executions, 32 at once", &["", "a second", "rounds"]);
    let (mut bare_rates, mut core_rates) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (bare, core) = (bare(&url).await?, through_the_core(&url).await?);
        if round > 0 {
            bare_rates.push(bare);
            core_rates.push(core);
        }
    }
    for (name, rates) in [
        ("a bare `reqwest` client, nothing kept", &bare_rates),
        ("FormaOps, each result committed", &core_rates),
    ] {
        let rounds: Vec<_> = rates.iter().map(|rate| format!("{rate:.0}")).collect();
        report.row([name.to_owned(), format!("{:.0}", median(rates.iter().copied())), rounds.join(", ")]);
    }
    let share = median(core_rates.iter().copied()) / median(bare_rates.iter().copied());
    report.note(format!("FormaOps reaches {:.0} % of the bare client.", share * 100.0));
    report.print();
    Ok(())
}

/// Calls a second of a client that reads each answer to its end and drops it.
async fn bare(url: &Url) -> anyhow::Result<f64> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let start = Instant::now();
    stream::iter(0..EXECUTIONS)
        .map(|_| {
            let messages = json!([{ "role": "user", "content": PROMPT }]);
            let body = json!({ "model": MODEL, "messages": messages, "stream": true });
            let request = client.post(format!("{url}/chat/completions")).json(&body);
            async move { request.send().await?.error_for_status()?.bytes().await }
        })
        .buffer_unordered(AT_ONCE as usize)
        .try_for_each(async |_| Ok(()))
        .await?;
    Ok(f64::from(EXECUTIONS) / start.elapsed().as_secs_f64())
}

/// Executions a second, from submitting the run to its committed end.
async fn through_the_core(url: &Url) -> anyhow::Result<f64> {
    let bench = Workbench::open(url.clone(), Arc::new(EventHub::default())).await?;
    let start = Instant::now();
    let run = bench.run(MODEL, EXECUTIONS, AT_ONCE).await?;
    let elapsed = start.elapsed();
    ensure!(run.progress.completed == EXECUTIONS, "not all succeeded: {:?}", run.progress);
    bench.close().await;
    Ok(f64::from(EXECUTIONS) / elapsed.as_secs_f64())
}
