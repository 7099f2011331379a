//! How much of the processor is left to work that can wait.
//!
//! Such work, as indexing what ran long ago, is done by one task in short steps. After a step it rests for as
//! long as keeps it within its share of the cores, but never beyond the moment in which no execution is under
//! way. So it never holds up more than a step, and needs no threads of its own.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The share of work that can wait. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Background {
    /// The percent of the cores that is kept for executions.
    reserve: Arc<AtomicU32>,
    /// Whether nothing of it may begin, because all is not well.
    held: watch::Sender<bool>,
    closing: CancellationToken,
}

impl Background {
    /// Sets the percent of the cores that is kept for executions.
    pub(crate) fn set_reserve(&self, percent: u32) {
        self.reserve.store(percent, Ordering::Relaxed);
    }

    /// Holds it back until all is well again, or lets it go on.
    pub(crate) fn set_held(&self, held: bool) {
        self.held.send_replace(held);
    }

    /// Rests after a step that took so long, until the next may begin. `idle` completes once no execution is
    /// under way.
    pub(crate) async fn rest(&self, worked: Duration, idle: impl Future<Output = ()>) {
        let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let enough = async {
            match rest_after(worked, cores, self.reserve.load(Ordering::Relaxed)) {
                Some(rest) => tokio::time::sleep(rest).await,
                None => std::future::pending().await,
            }
        };
        let rested = async {
            tokio::select! {
                () = enough => {}
                () = idle => {}
            }
            // The sender is here, so it does not go meanwhile.
            let _ = self.held.subscribe().wait_for(|held| !held).await;
        };
        tokio::select! {
            () = rested => {}
            () = self.closing.cancelled() => {}
        }
    }

    /// Ends every rest.
    pub(crate) fn close(&self) {
        self.closing.cancel();
    }
}

/// How long one task rests after work, so that it takes what is left of the cores and no more; `None` where
/// nothing is left.
fn rest_after(worked: Duration, cores: usize, reserve: u32) -> Option<Duration> {
    let left = u32::try_from(cores).unwrap_or(u32::MAX).saturating_mul(100u32.saturating_sub(reserve));
    // A single task cannot take more than one core.
    let percent = left.min(100);
    (percent > 0).then(|| worked * (100 - percent) / percent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    #[test]
    fn the_rest_leaves_executions_their_share_of_the_cores() {
        let millis = Duration::from_millis;
        for (cores, reserve, rest) in [
            (1, 70, Some(millis(70))),
            (2, 70, Some(millis(20))),
            (4, 70, Some(millis(0))),
            (2, 0, Some(millis(0))),
            (1, 99, Some(millis(2970))),
            (64, 100, None),
        ] {
            assert_eq!(rest_after(millis(30), cores, reserve), rest, "{cores} cores, {reserve} %");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_begins_while_all_is_not_well() {
        let background = Background::default();
        background.set_held(true);
        let rest = background.rest(Duration::ZERO, std::future::ready(()));
        let mut rest = std::pin::pin!(rest);
        assert!(tokio::time::timeout(Duration::from_secs(3600), &mut rest).await.is_err());
        background.set_held(false);
        rest.await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_rest_ends_once_nothing_is_under_way_or_the_workspace_is_closed() {
        let background = Background::default();
        background.set_reserve(100);
        let begun = Instant::now();
        let hour = Duration::from_secs(3600);
        background.rest(hour, tokio::time::sleep(Duration::from_secs(1))).await;
        assert_eq!(begun.elapsed(), Duration::from_secs(1));
        background.close();
        background.rest(hour, std::future::pending()).await;
        assert_eq!(begun.elapsed(), Duration::from_secs(1));
    }
}
