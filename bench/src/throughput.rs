//! How fast executions get from the queue to their committed end.

use crate::{
    aside::Aside,
    report::Report,
    sample::median,
    workbench::{PROMPT, Workbench},
};
use formaops_api::EventHub;
use formaops_testkit::ScriptedServer;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::json;
use std::sync::Arc;
use tokio::time::Instant;
use url::Url;

/// How often each side is measured, by turns; a round before them is not counted.
const ROUNDS: usize = 5;

/// How many executions, and how.
struct Case {
    name: &'static str,
    /// A model of the scripted server.
    model: &'static str,
    executions: u32,
    at_once: u32,
}

const CASES: [Case; 7] = [
    Case { name: "no delay, 1 at once", model: "words-20", executions: 500, at_once: 1 },
    Case { name: "no delay, 32 at once", model: "words-20", executions: 1_000, at_once: 32 },
    Case { name: "no delay, 128 at once", model: "words-20", executions: 2_000, at_once: 128 },
    Case { name: "20 ms, 1 at once", model: "slow-20x1", executions: 50, at_once: 1 },
    Case { name: "20 ms, 32 at once", model: "slow-20x1", executions: 1_000, at_once: 32 },
    Case { name: "50 ms, 32 at once", model: "slow-50x1", executions: 500, at_once: 32 },
    Case { name: "50 ms, 128 at once", model: "slow-50x1", executions: 2_000, at_once: 128 },
];

pub(crate) async fn measure() -> anyhow::Result<()> {
    let start = async || {
        let server = ScriptedServer::start().await;
        let url = server.base_url();
        (server, url)
    };
    let (_server, url) = Aside::start(start).await?;
    let columns =
        ["the server answers after", "a bare `reqwest` client", "FormaOps, committed", "share", "rounds"];
    let mut report = Report::new("throughput: executions a second, each committed", &columns);
    for case in CASES {
        let (mut bare_rates, mut core_rates) = (Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let (bare, core) = (bare(&url, &case).await?, through_the_core(&url, &case).await?);
            if round > 0 {
                bare_rates.push(bare);
                core_rates.push(core);
            }
        }
        let (bare, core) = (median(bare_rates), median(core_rates.iter().copied()));
        let rounds: Vec<_> = core_rates.iter().map(|rate| format!("{rate:.0}")).collect();
        let share = format!("{:.0} %", core / bare * 100.0);
        report.row([
            case.name.to_owned(),
            format!("{bare:.0}"),
            format!("{core:.0}"),
            share,
            rounds.join(", "),
        ]);
    }
    report.print();
    Ok(())
}

/// Calls a second of a client that reads each answer to its end and drops it.
async fn bare(url: &Url, case: &Case) -> anyhow::Result<f64> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let start = Instant::now();
    stream::iter(0..case.executions)
        .map(|_| {
            let messages = json!([{ "role": "user", "content": PROMPT }]);
            let body = json!({ "model": case.model, "messages": messages, "stream": true });
            let request = client.post(format!("{url}/chat/completions")).json(&body);
            async move { request.send().await?.error_for_status()?.bytes().await }
        })
        .buffer_unordered(case.at_once as usize)
        .try_for_each(async |_| Ok(()))
        .await?;
    Ok(f64::from(case.executions) / start.elapsed().as_secs_f64())
}

/// Executions a second, from submitting the run to its committed end.
async fn through_the_core(url: &Url, case: &Case) -> anyhow::Result<f64> {
    let bench = Workbench::open(url.clone(), Arc::new(EventHub::default())).await?;
    let start = Instant::now();
    bench.run(case.model, case.executions, case.at_once).await?;
    let elapsed = start.elapsed();
    bench.close().await;
    Ok(f64::from(case.executions) / elapsed.as_secs_f64())
}
