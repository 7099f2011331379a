//! Waiting for the end of a run.

use crate::{call::call, output};
use formaops_api::{
    ApiError, ErrorCode, Session, Subscription,
    handlers::{HeldTo, RunDetail},
};
use formaops_domain::{EventBody, Noun, Run, RunId};
use serde_json::json;

/// How a run ended.
pub(crate) struct Ended {
    /// The run, as it is at its end.
    pub(crate) run: Run,
    /// Whether it was cancelled from here.
    pub(crate) cancelled: bool,
}

/// Waits until a run has ended, and tells how it moves on. Ctrl-C cancels it.
///
/// The events are those from before it was started on, so none of its changes is missed.
///
/// # Errors
/// Where it cannot end, because the store has refused some end of it for good.
pub(crate) async fn until_ended(
    session: &Session,
    mut events: Subscription,
    started: Run,
    mut moved: impl FnMut(&Run),
) -> Result<Ended, ApiError> {
    if started.concurrency.is_some() {
        tell_limit(&look(session, started.id).await?);
    }
    let (mut run, mut cancelled) = (started, false);
    while !run.status.is_terminal() {
        tokio::select! {
            batch = events.next() => for event in batch {
                match event.body {
                    EventBody::RunUpdated { run: now } if now.id == run.id => run = *now,
                    EventBody::Resync => run = look(session, run.id).await?.run,
                    EventBody::Changed { noun: Noun::Run, id } if id == Some(run.id.to_string()) => {
                        run = look(session, run.id).await?.run;
                    }
                    _ => continue,
                }
                moved(&run);
            },
            _ = tokio::signal::ctrl_c(), if !cancelled => {
                cancelled = true;
                session.call("run_cancel", json!({ "id": run.id })).await?;
            }
        }
    }
    Ok(Ended { run, cancelled })
}

/// Says where a limit that somebody has set stands over what was asked for.
pub(crate) fn tell_limit(detail: &RunDetail) {
    if let Some(HeldTo { most, by }) = &detail.held_to {
        output::line_to_stderr(&output::visible(&format!(
            "at most {most} at once: `{by}` says so, which stands over the concurrency of a run"
        )));
    }
}

/// A run that is waited for, as it is now.
///
/// # Errors
/// Where it cannot end, because the store has refused some end of it for good.
pub(crate) async fn look(session: &Session, run: RunId) -> Result<RunDetail, ApiError> {
    let detail: RunDetail = call(session, "run_get", json!({ "id": run })).await?;
    if !detail.stalled {
        return Ok(detail);
    }
    let message = format!("the end of `{}` could not be kept, so the run stays open", detail.run.id);
    let hint = "What had ended before is kept, and the log of the workspace says what went wrong. The next start of \
                whatever has the workspace open ends the run.";
    Err(ApiError::new(ErrorCode::Storage, message, hint))
}
