//! `formaops regrade`: the answers of a run, held against the rules as they are now.

use crate::{
    Ending,
    call::call,
    output,
    run_end::{Ended, until_ended},
};
use clap::Args;
use formaops_api::{ApiError, Session, handlers::RunSummary, report::column_name};
use formaops_domain::{Run, RunId};
use serde_json::json;

/// What `formaops regrade` takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct RegradeArguments {
    /// The run, which has ended
    #[arg(value_name = "RUN")]
    run: RunId,
    /// The version of its prompt whose rules hold: `v12`, a label or the start of a hash; else that which the suite
    /// runs, or the head
    #[arg(long)]
    version: Option<String>,
    /// Ask judges for what they have not said of these answers before, which costs
    #[arg(long)]
    judges: bool,
}

/// Grades, waits for the end, and tells what came of it.
pub(crate) async fn perform(
    session: &Session,
    arguments: RegradeArguments,
    as_json: bool,
) -> Result<Ending, ApiError> {
    let RegradeArguments { run, version, judges } = arguments;
    let events = session.subscribe();
    let request = json!({ "id": run, "version": version, "judges": judges });
    let started: Run = call(session, "run_regrade", request).await?;
    let Ended { run: ended, cancelled } = until_ended(session, events, started, |_| {}).await?;
    let summary: RunSummary = call(session, "run_summary", json!({ "id": ended.id })).await?;
    if as_json {
        output::json(&json!({ "run": ended, "summary": summary }));
    } else {
        for (variant, column) in ended.variants.iter().zip(&summary.columns) {
            let rate = column.pass_rate * 100.0;
            output::line(&format!("{}: {rate:.1} % passed", column_name(&ended, variant)));
        }
        output::line(&format!("{} answers graded ({})", ended.progress.total, ended.id));
    }
    Ok(if cancelled { Ending::Cancelled } else { Ending::Done })
}
