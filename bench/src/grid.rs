//! The grid of a run of a million executions: its pages, filters and orders, what it came to, and how it compares.

use crate::{
    machine::memory,
    report::{Report, millis},
    sample::Sample,
};
use anyhow::{Context as _, ensure};
use formaops_api::{Session, SessionOptions};
use serde_json::{Value, json};
use std::{
    path::Path,
    time::{Duration, Instant},
};

const REPEATS: u32 = 2;
const COLUMNS: [f64; 4] = [0.0, 0.3, 0.6, 0.9];
/// Executions of each of the two runs that are compared.
const EXECUTIONS: u32 = 1_000_000;
const CASES: u32 = EXECUTIONS / REPEATS / COLUMNS.len() as u32;
const ROUNDS: usize = 20;
/// Rows of a page, as the window asks for them.
const PAGE: u32 = 50;
const LIMIT_TO_OPEN: Duration = Duration::from_millis(50);
const LIMIT_TO_FILTER: Duration = Duration::from_millis(100);

pub(crate) async fn measure() -> anyhow::Result<()> {
    let columns = ["", "p50", "p95", "slowest", "limit (p95)"];
    let mut report = Report::new(
        "grid: a run of 1,000,000 executions (125,000 cases, 4 columns, 2 repeats) beside its baseline",
        &columns,
    );
    let folder = tempfile::tempdir().context("there is no temporary folder")?;
    let begun = Instant::now();
    let [baseline, run] = fill(folder.path()).await?;
    report.note(format!("Filled in {:.0} s, which is no figure of FormaOps.", begun.elapsed().as_secs_f64()));

    let grid = Grid { session: open(folder.path()).await?, run: run.clone() };
    let mut row = |name: &str, sample: &Sample, limit: Option<Duration>| {
        let times = [sample.median(), sample.quantile(0.95), sample.most()].map(millis);
        let limit = limit.map_or_else(|| "-".to_owned(), millis);
        report.row([name.to_owned()].into_iter().chain(times).chain([limit]));
    };
    row("first page", &grid.first(json!({})).await?, Some(LIMIT_TO_OPEN));
    row("next pages", &grid.next(json!({})).await?, Some(LIMIT_TO_OPEN));
    let once = time(&grid.session, "grid_list", &grid.page(&json!({ "sort": "score" })), 1).await?;
    row("what can be said of each case, worked out once", &once, None);
    for mark in ["failing", "different", "flaky", "regressed", "improved"] {
        let sample = grid.first(json!({ "mark": mark })).await?;
        row(&format!("filter: {mark}"), &sample, Some(LIMIT_TO_FILTER));
    }
    for sort in ["case", "score", "latency", "cost"] {
        let sample = grid.first(json!({ "sort": sort, "descending": true })).await?;
        row(&format!("order: {sort}, largest first"), &sample, Some(LIMIT_TO_FILTER));
        for mark in ["failing", "flaky", "regressed"] {
            let sample = grid.first(json!({ "sort": sort, "mark": mark })).await?;
            row(&format!("filter: {mark}, order: {sort}"), &sample, Some(LIMIT_TO_FILTER));
        }
    }
    let sample = grid.next(json!({ "mark": "regressed", "sort": "score" })).await?;
    row("next pages: regressed, order: score", &sample, Some(LIMIT_TO_FILTER));
    let asked = json!({ "id": run });
    row("the run", &time(&grid.session, "run_get", &asked, ROUNDS).await?, Some(LIMIT_TO_OPEN));
    row("its figures, the first time", &time(&grid.session, "run_summary", &asked, 1).await?, None);
    let sample = time(&grid.session, "run_summary", &asked, ROUNDS).await?;
    row("its figures, later", &sample, Some(LIMIT_TO_FILTER));
    let before = memory()?;
    let compared = json!({ "id": run, "baseline": baseline });
    row("beside its baseline", &time(&grid.session, "run_compare", &compared, 2).await?, None);
    let after = memory()?;
    grid.session.close().await;
    report.note(format!(
        "Memory at most (VmHWM): {before} MB until then, {after} MB with the comparison, which holds each case of both."
    ));
    report.print();
    Ok(())
}

/// The grid of a run, asked for as the window does.
struct Grid {
    session: Session,
    run: String,
}

impl Grid {
    fn page(&self, filter: &Value) -> Value {
        let mut request = filter.clone();
        request["id"] = json!(self.run);
        request["limit"] = json!(PAGE);
        request
    }

    /// Its first page, again and again; one time goes before that does not count.
    async fn first(&self, filter: Value) -> anyhow::Result<Sample> {
        let request = self.page(&filter);
        self.session.call("grid_list", request.clone()).await?;
        time(&self.session, "grid_list", &request, ROUNDS).await
    }

    /// One page after the other.
    async fn next(&self, filter: Value) -> anyhow::Result<Sample> {
        let (mut request, mut times) = (self.page(&filter), Vec::new());
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            let page = self.session.call("grid_list", request.clone()).await?;
            times.push(begun.elapsed());
            ensure!(
                page["items"].as_array().is_some_and(|rows| rows.len() == PAGE as usize),
                "a page is short"
            );
            request["cursor"] = page["next"].clone();
        }
        Ok(times.into_iter().collect())
    }
}

async fn time(session: &Session, operation: &str, request: &Value, rounds: usize) -> anyhow::Result<Sample> {
    let mut times = Vec::new();
    for _ in 0..rounds {
        let begun = Instant::now();
        session.call(operation, request.clone()).await?;
        times.push(begun.elapsed());
    }
    Ok(times.into_iter().collect())
}

async fn open(folder: &Path) -> anyhow::Result<Session> {
    let workspace = Some(folder.to_owned());
    Ok(Session::open(SessionOptions { workspace, ..SessionOptions::default() }).await?)
}

/// Makes the two runs, the first of which is the baseline of the second.
async fn fill(folder: &Path) -> anyhow::Result<[String; 2]> {
    let session = open(folder).await?;
    let variables = json!([{ "name": "text", "type": "string", "required": true }]);
    let body = json!({ "kind": "text", "template": "{{text}}" });
    let content = json!({ "body": body, "variables": variables });
    let prompt = session.call("prompt_create", json!({ "name": "bench", "content": content })).await?;
    let models = COLUMNS
        .map(|temperature| json!({ "model": "dry-run:echo", "parameters": { "temperature": temperature } }));
    let spec = json!({
        "prompts": [{ "promptId": prompt["prompt"]["id"] }],
        "models": models,
        "cases": [{ "inputs": { "text": "Case number 0" } }],
        "validations": [{ "name": "contains", "rule": { "kind": "assertion", "type": "contains", "value": "Case" } }],
        "repeats": REPEATS,
    });
    let suite = session.call("suite_create", json!({ "name": "bench", "spec": spec })).await?["id"].clone();
    let first = run(&session, json!({ "id": suite })).await?;
    let second = run(&session, json!({ "id": suite, "baseline": first })).await?;
    session.close().await;
    for (salt, run) in (0..).zip([&first, &second]) {
        formaops_testkit::multiply_run(&folder.join("formaops.db"), run.parse()?, CASES, salt).await?;
    }
    Ok([first, second])
}

/// Runs the suite, and waits for its end.
async fn run(session: &Session, request: Value) -> anyhow::Result<String> {
    let mut events = session.subscribe();
    let started = session.call("suite_run", request).await?;
    let id = started["id"].as_str().context("a run has an id")?.to_owned();
    while session.call("run_get", json!({ "id": id })).await?["run"]["status"] != "completed" {
        events.next().await;
    }
    Ok(id)
}
