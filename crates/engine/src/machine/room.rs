//! What the scheduler knows of a store that refuses: while it does, nothing starts.

use formaops_domain::ExecutionId;
use std::{collections::BTreeSet, time::Duration};

/// How long to wait for the next try of something that the store has refused so often: at once, then from a quarter of
/// a second up to five.
pub(crate) fn back_off(refusals: u32) -> Duration {
    let Some(doublings) = refusals.checked_sub(1) else { return Duration::ZERO };
    let doubled = 1u32.checked_shl(doublings).unwrap_or(u32::MAX);
    Duration::from_millis(250).saturating_mul(doubled).min(Duration::from_secs(5))
}

/// Whether the store takes what it is given, as far as is known.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// The executions whose end, or whose attempt's end, is held in memory.
    held: BTreeSet<ExecutionId>,
    /// How many waves of starts it refused one after the other.
    refusals: u32,
    /// Nothing starts before this time.
    until: Duration,
}

impl Room {
    pub(super) fn is_open(&self, now: Duration) -> bool {
        self.held.is_empty() && self.until <= now
    }

    /// When it opens without anything else happening, where that is later than now.
    pub(super) fn opens_at(&self, now: Duration) -> Option<Duration> {
        (self.held.is_empty() && self.until > now).then_some(self.until)
    }

    /// A start was refused. Answers from when on another may be tried: all that were under way together count once.
    pub(super) fn refuse_start(&mut self, now: Duration) -> Duration {
        if self.until <= now {
            self.refusals = self.refusals.saturating_add(1);
            self.until = now.saturating_add(back_off(self.refusals));
        }
        self.until
    }

    pub(super) fn hold(&mut self, execution: ExecutionId) {
        self.held.insert(execution);
    }

    pub(super) fn holds(&self, execution: ExecutionId) -> bool {
        self.held.contains(&execution)
    }

    pub(super) fn held(&self) -> impl Iterator<Item = ExecutionId> {
        self.held.iter().copied()
    }

    /// It is not held any more, whether it was kept or not.
    pub(super) fn let_go(&mut self, execution: ExecutionId) {
        self.held.remove(&execution);
    }

    /// The store has kept something.
    pub(super) fn kept(&mut self) {
        self.refusals = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_five_seconds_and_begin_anew_once_something_was_kept() {
        let (mut room, mut now) = (Room::default(), Duration::ZERO);
        let mut refuse = |room: &mut Room| {
            let until = room.refuse_start(now);
            assert_eq!(room.refuse_start(now), until, "one wave counts once");
            assert!(!room.is_open(now) && room.is_open(until));
            let waited = until - now;
            now = until;
            u64::try_from(waited.as_millis()).unwrap()
        };
        let waits: Vec<_> = (0..7).map(|_| refuse(&mut room)).collect();
        assert_eq!(waits, [250, 500, 1000, 2000, 4000, 5000, 5000]);
        for _ in 0..100 {
            refuse(&mut room);
        }
        room.kept();
        assert_eq!(refuse(&mut room), 250);
    }
}
