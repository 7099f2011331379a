//! Tells how a run gets on: one task for each run, so its events come in order and at most one is
//! being read from the store at a time.

use crate::{actor::Command, contest, core::Core, handle::EngineError, machine::RunEnd};
use formaops_domain::{Failure, Run, RunId, RunStatus};
use futures::FutureExt;
use std::{panic::AssertUnwindSafe, sync::Arc};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span};

/// What a reporter is told.
pub(crate) enum News {
    /// A transition of some execution is committed.
    Moved,
    /// Every execution has ended.
    Ended(RunEnd),
}

/// Reports in the span of the run until it has ended, and answers the run as it then is.
pub(crate) async fn report(
    core: Arc<Core>,
    run: RunId,
    span: Span,
    news: UnboundedReceiver<News>,
    commands: UnboundedSender<Command>,
    cancel: CancellationToken,
) -> Result<Run, EngineError> {
    let reported = async {
        tracing::info!("the run was submitted");
        let ended = follow(core, run, news, commands, cancel).await;
        match &ended {
            Ok(run) => tracing::info!(status = ?run.status, failed = run.progress.failed, "the run ended"),
            Err(error) => tracing::warn!(%error, "the run did not end"),
        }
        ended
    };
    reported.instrument(span).await
}

async fn follow(
    core: Arc<Core>,
    run: RunId,
    mut news: UnboundedReceiver<News>,
    commands: UnboundedSender<Command>,
    cancel: CancellationToken,
) -> Result<Run, EngineError> {
    while let Some(first) = news.recv().await {
        // Many transitions that came meanwhile need but one reading.
        let mut latest = first;
        while let News::Moved = latest
            && let Ok(next) = news.try_recv()
        {
            latest = next;
        }
        match latest {
            // The run goes on whatever becomes of one reading, a panic of the store included.
            News::Moved => match AssertUnwindSafe(core.ports.store.get_run(run)).catch_unwind().await {
                Ok(Ok(run)) => core.tell_run(&run),
                Ok(Err(failure)) => tracing::warn!(%run, class = ?failure.class, "a run could not be read"),
                Err(_) => tracing::error!(%run, "reading a run panicked"),
            },
            News::Ended(RunEnd::Uncommitted) => return Err(EngineError::Uncommitted { run }),
            News::Ended(end) => {
                contest::decide(&core, run, &cancel).await?;
                let is_cancelled = end == RunEnd::Cancelled;
                let status = if is_cancelled { RunStatus::Cancelled } else { RunStatus::Completed };
                return finish(&core, run, status, &commands).await;
            }
        }
    }
    Err(EngineError::Stopped)
}

async fn finish(
    core: &Core,
    run: RunId,
    status: RunStatus,
    commands: &UnboundedSender<Command>,
) -> Result<Run, EngineError> {
    let at = core.ports.clock.now();
    let refused = |_: &Failure| {
        // The actor outlives its tasks.
        let _ = commands.send(Command::RunEndRefused(run));
    };
    let finished = core.keep(|| core.ports.store.finish_run(run, status, at), refused).await?;
    core.tell_run(&finished);
    Ok(finished)
}
