//! The time on the wire: parts of an answer come in until the end, whatever that is.

use crate::{recorder::Recorder, sensitive::Ending};
use formaops_domain::{ErrorClass, Failure, ports::PartStream};
use futures::StreamExt;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How the time on the wire ended.
#[derive(Debug)]
pub(crate) enum End {
    /// The model said that it was done.
    Finished,
    /// Something broke.
    Failed(Failure),
    /// The user cancelled.
    Cancelled,
    /// The engine shuts down: the attempt is left to be recovered.
    Closing,
}

impl End {
    pub(crate) fn ending(&self) -> Ending {
        if matches!(self, Self::Finished) { Ending::Whole } else { Ending::CutOff }
    }
}

/// Takes in the stream. It is dropped on return, which closes the connection.
pub(crate) async fn receive(
    mut stream: PartStream,
    recorder: &mut Recorder,
    total: Duration,
    cancel: &CancellationToken,
    closing: &CancellationToken,
) -> End {
    let deadline = tokio::time::sleep(total);
    tokio::pin!(deadline);
    loop {
        let full = recorder.is_full();
        let part = tokio::select! {
            biased;
            () = cancel.cancelled() => return End::Cancelled,
            () = closing.cancelled() => return End::Closing,
            () = &mut deadline => return End::Failed(too_long(total)),
            kept = recorder.keep() => match kept {
                Ok(()) => continue,
                Err(failure) => return End::Failed(failure),
            },
            part = stream.next(), if !full => part,
        };
        let taken = match part {
            Some(Ok(part)) => recorder.take(part),
            Some(Err(failure)) => Err(failure),
            None if recorder.facts.finish.is_some() => return End::Finished,
            None => Err(cut_short()),
        };
        if let Err(failure) = taken {
            return End::Failed(failure);
        }
        // A provider that is always ready must not keep the thread from the other streams.
        tokio::task::consume_budget().await;
    }
}

fn too_long(total: Duration) -> Failure {
    Failure::new(
        ErrorClass::Timeout,
        format!("the answer was not complete after {} s", total.as_secs()),
        "Ask for a shorter answer, or try a faster model.",
    )
}

fn cut_short() -> Failure {
    Failure::new(
        ErrorClass::Truncated,
        "the answer stopped before the provider said that it was complete",
        "Run it again. Where it happens every time, the server or a proxy before it ends answers early.",
    )
}
