//! Waiting for the end of a run.

use crate::call::call;
use formaops_api::{ApiError, Session, Subscription, handlers::RunDetail};
use formaops_domain::{EventBody, Run};
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
pub(crate) async fn until_ended(
    session: &Session,
    mut events: Subscription,
    started: Run,
    mut moved: impl FnMut(&Run),
) -> Result<Ended, ApiError> {
    let (mut run, mut cancelled) = (started, false);
    while !run.status.is_terminal() {
        tokio::select! {
            batch = events.next() => for event in batch {
                match event.body {
                    EventBody::RunUpdated { run: now } if now.id == run.id => run = *now,
                    EventBody::Resync => {
                        run = call::<RunDetail>(session, "run_get", json!({ "id": run.id })).await?.run;
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
