//! The clock and the ids of the running program.

use formaops_domain::{
    ActorId, ApiKeyId, AttemptId, BudgetId, DatasetId, ExecutionId, PromptId, ProviderId, ProviderKeyId,
    RunId, SuiteId, Timestamp, WorkspaceId,
    ports::{Clock, Ids},
};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The clocks of the operating system.
pub(crate) struct SystemClock {
    start: Instant,
}

impl SystemClock {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }
}

/// UUIDv7 ids: they sort by the time they were made.
#[derive(Clone, Copy)]
pub(crate) struct NewIds;

impl Ids for NewIds {
    fn attempt(&self) -> AttemptId {
        AttemptId::from_uuid(Uuid::now_v7())
    }
}

macro_rules! new_ids {
    ($($name:ident: $id:ident;)*) => {
        impl NewIds {$(
            pub(crate) fn $name(self) -> $id {
                $id::from_uuid(Uuid::now_v7())
            }
        )*}
    };
}

new_ids! {
    workspace: WorkspaceId;
    actor: ActorId;
    prompt: PromptId;
    dataset: DatasetId;
    provider: ProviderId;
    provider_key: ProviderKeyId;
    run: RunId;
    execution: ExecutionId;
    api_key: ApiKeyId;
    budget: BudgetId;
    suite: SuiteId;
}

/// How much the processors of this machine have done since it was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Processors {
    busy: u64,
    all: u64,
}

impl Processors {
    /// The share of the time since then in which they had something to do, from 0 to 1; `None` where no time passed.
    pub(crate) fn share_since(self, before: Self) -> Option<f64> {
        let all = self.all.checked_sub(before.all).filter(|all| *all > 0)?;
        #[expect(clippy::cast_precision_loss, reason = "a share for people, of ticks of a second")]
        Some(self.busy.saturating_sub(before.busy) as f64 / all as f64)
    }
}

/// What the processors have done; `None` where this system does not say so.
pub(crate) fn processors() -> Option<Processors> {
    read_processors(&std::fs::read_to_string("/proc/stat").ok()?)
}

/// The first line of Linux's `/proc/stat`: ticks spent as user, nice, system, idle, waiting for disks, and more
/// (<https://www.kernel.org/doc/html/latest/filesystems/proc.html>).
fn read_processors(text: &str) -> Option<Processors> {
    let ticks = text.lines().next()?.strip_prefix("cpu ")?.split_whitespace();
    let ticks: Vec<u64> = ticks.map(str::parse).collect::<Result<_, _>>().ok()?;
    // The time of guests is counted as user time already.
    let all = ticks.get(..8)?.iter().sum();
    Some(Processors { busy: all - ticks[3] - ticks[4], all })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_the_processors_is_that_of_the_time_between() {
        let before = read_processors("cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 1 2 3").unwrap();
        let after = read_processors("cpu  160 0 60 820 60 0 0 0 30 0").unwrap();
        assert_eq!(after.share_since(before), Some(0.7));
        assert_eq!(before.share_since(before), None);
        for unread in ["", "cpu", "cpu  1 2 3", "intr 1 2 3 4 5 6 7 8", "cpu  a b c d e f g h"] {
            assert_eq!(read_processors(unread), None, "{unread}");
        }
    }
}
