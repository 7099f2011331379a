//! How long the command line takes for a small question.

use crate::{
    process::{Home, built, stop},
    report::{Report, millis},
    sample::Sample,
};
use anyhow::{Context as _, ensure};
use formaops_api::{Session, SessionOptions};
use serde_json::json;
use std::{path::Path, time::Duration};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    time::Instant,
};

const PROMPTS: usize = 200;
const WARM_UP: usize = 5;
const STARTS: usize = 50;
/// What is aimed at.
const LIMIT: Duration = Duration::from_millis(50);

pub(crate) async fn measure() -> anyhow::Result<()> {
    let name = "prompt-list: `formaops prompt list`, 200 prompts, warm";
    let mut report = Report::new(name, &["", "p50", "p90", "of the limit (50 ms)"]);
    let program = built("formaops")?;
    let home = Home::new()?;
    fill(&home.workspace()).await?;

    let floor = time(&home, Path::new("true"), &[]).await?;
    let alone = time(&home, &program, &["prompt", "list"]).await?;
    let mut owner = home.command(&program).args(["--json", "serve", "--port", "0"]).spawn()?;
    let stdout = owner.stdout.take().context("the output is piped")?;
    BufReader::new(stdout).lines().next_line().await?.context("the owner did not start")?;
    let beside = time(&home, &program, &["prompt", "list"]).await?;
    stop(owner).await?;

    for (name, sample) in [
        ("a program that does nothing (`true`)", floor),
        ("no other process has the workspace", alone),
        ("another process owns the workspace", beside),
    ] {
        let share = sample.median().as_secs_f64() / LIMIT.as_secs_f64();
        let times = [sample.median(), sample.quantile(0.9)].map(millis);
        report.row([name.to_owned()].into_iter().chain(times).chain([format!("{:.0} %", share * 100.0)]));
    }
    report.print();
    Ok(())
}

/// Makes a workspace with prompts in it.
async fn fill(workspace: &Path) -> anyhow::Result<()> {
    let options = SessionOptions { workspace: Some(workspace.to_owned()), ..SessionOptions::default() };
    let session = Session::open(options).await?;
    for number in 0..PROMPTS {
        let body = json!({ "kind": "text", "template": "Say {{what}}." });
        let request = json!({ "name": format!("team/prompt-{number}"), "content": { "body": body } });
        session.call("prompt_create", request).await?;
    }
    session.close().await;
    Ok(())
}

async fn time(home: &Home, program: &Path, arguments: &[&str]) -> anyhow::Result<Sample> {
    let mut times = Vec::new();
    for number in 0..WARM_UP + STARTS {
        let start = Instant::now();
        let output = home.command(program).args(arguments).output().await?;
        let elapsed = start.elapsed();
        ensure!(output.status.success(), "`{}` failed", program.display());
        if number >= WARM_UP {
            times.push(elapsed);
        }
    }
    Ok(times.into_iter().collect())
}
