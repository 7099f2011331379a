//! Gives a run of a suite very many cases: `formaops-multiply-run DATABASE RUN CASES [SALT]`.

use anyhow::Context as _;
use std::{env, path::PathBuf};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [database, run, cases, more @ ..] = arguments.as_slice() else {
        anyhow::bail!("give the file of the workspace, the run, and how many cases it shall have");
    };
    let salt = more.first().map_or(Ok(0), |salt| salt.parse())?;
    let run = run.parse().context("this is no run")?;
    formaops_testkit::multiply_run(&PathBuf::from(database), run, cases.parse()?, salt).await
}
