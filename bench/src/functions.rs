//! How many JavaScript functions are called a second.

use crate::{process::built, report::Report};
use anyhow::ensure;
use formaops_domain::{FunctionCall, ports::Sandbox as _};
use formaops_sandbox::{Functions, call_here};
use futures::{StreamExt as _, stream};
use serde_json::json;
use std::{num::NonZeroUsize, time::Instant};

const CALLS: usize = 4_000;
const ROUNDS: usize = 5;
/// How many wait at once.
const AT_ONCE: usize = 128;

pub(crate) async fn measure() -> anyhow::Result<()> {
    let name = "functions: calls of a JavaScript function a second, each in a runtime of its own";
    let mut report = Report::new(name, &["", "calls a second", "beside a bare call"]);
    let program = built("formaops")?;
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let (one, all) = (Functions::of(program.clone(), NonZeroUsize::MIN), Functions::of(program, cores));
    let (mut bare, mut alone, mut together) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let rates = [here()?, through(&one, 1).await?, through(&all, AT_ONCE).await?];
        // The first is not counted: children start, and caches fill.
        if round > 0 {
            bare.push(rates[0]);
            alone.push(rates[1]);
            together.push(rates[2]);
        }
    }
    let base = median(&mut bare);
    for (name, mut rates) in [
        ("in this process, one after the other".to_owned(), bare),
        ("in one child, one after the other".to_owned(), alone),
        (format!("in {cores} children, {AT_ONCE} at once"), together),
    ] {
        let rate = median(&mut rates);
        report.row([name, format!("{rate:.0}"), format!("{:.2}", rate / base)]);
    }
    report.note(
        "The child of one call after the other waits for its parent between two, and the parent for it.",
    );
    report.print();
    Ok(())
}

fn asked() -> FunctionCall {
    let output = "The answer of a model has some words, such as these. ".repeat(20);
    FunctionCall {
        source: "(output, context) => ({ pass: output.length > context.vars.least && /such as (?<what>\\w+)/.test(output), \
                 score: 0.5, reason: `${output.length} characters` })"
            .to_owned(),
        arguments: vec![output.into(), json!({ "vars": { "least": 10 }, "latencyMs": 12, "cost": 0.001 })],
    }
}

fn here() -> anyhow::Result<f64> {
    let (call, start) = (asked(), Instant::now());
    for _ in 0..CALLS {
        ensure!(call_here(&call)?["pass"] == true, "the function failed");
    }
    Ok(CALLS as f64 / start.elapsed().as_secs_f64())
}

async fn through(functions: &Functions, at_once: usize) -> anyhow::Result<f64> {
    let (call, start) = (asked(), Instant::now());
    let mut results = stream::iter(0..CALLS).map(|_| functions.call(call.clone())).buffer_unordered(at_once);
    while let Some(result) = results.next().await {
        ensure!(result?["pass"] == true, "the function failed");
    }
    Ok(CALLS as f64 / start.elapsed().as_secs_f64())
}

fn median(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
