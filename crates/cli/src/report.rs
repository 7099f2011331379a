//! `formaops report`: reports of a run that has ended, with what people say of its answers by now.

use crate::{
    Ending,
    call::{call, usage},
    eval, output,
};
use clap::Args;
use formaops_api::{
    ApiError, Session,
    handlers::{RunDetail, RunSummary},
    report::Facts,
};
use formaops_domain::RunId;
use serde_json::json;
use std::path::PathBuf;

/// What `formaops report` takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReportArguments {
    /// The run
    run: RunId,
    /// A report: `.json`, `.jsonl`, `.csv`, `.html`, `.xml` (JUnit) or `.md`; once for each
    #[arg(long = "output", short = 'o', value_name = "FILE", required = true)]
    outputs: Vec<PathBuf>,
}

/// Writes the reports.
pub(crate) async fn perform(
    session: &Session,
    arguments: ReportArguments,
    as_json: bool,
) -> Result<Ending, ApiError> {
    let reports = eval::formats(&arguments.outputs)?;
    let run = call::<RunDetail>(session, "run_get", json!({ "id": arguments.run })).await?.run;
    if !run.status.is_terminal() {
        return Err(usage(format!("`{}` has not ended: wait for its end", run.id)));
    }
    let summary: RunSummary = call(session, "run_summary", json!({ "id": run.id })).await?;
    let comparison = eval::comparison(session, &run).await?;
    let facts = Facts { run: &run, summary: &summary, comparison: comparison.as_ref() };
    let failing = eval::write(session, &facts, None, reports).await?;
    if as_json {
        output::json(
            &json!({ "run": run, "summary": summary, "comparison": comparison, "failing": failing.cells }),
        );
    } else {
        eval::show(&facts, failing);
    }
    Ok(Ending::Done)
}
