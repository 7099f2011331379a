//! A run that has not ended, as the scheduler sees it.

use super::{
    AGEING,
    limits::{Hold, Limits},
    queue::{Place, ProviderName, Queue},
};
use formaops_domain::{ExecutionId, Priority, RunId};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    time::Duration,
};

/// When a run was served last, or came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    pub(super) at: Duration,
    pub(super) number: u64,
}

impl Turn {
    fn rank(self, priority: Priority) -> i64 {
        let micros = |time: Duration| i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
        micros(self.at).saturating_sub(micros(AGEING).saturating_mul(priority as i64))
    }
}

#[derive(Debug)]
pub(super) struct ActiveRun {
    id: RunId,
    priority: Priority,
    pub(super) hold: Hold,
    /// The most on the wire at once.
    most: Option<u32>,
    pub(super) turn: Turn,
    /// By provider, in the order of submission. No provider stands here with nothing to wait for it.
    pub(super) waiting: BTreeMap<ProviderName, BTreeMap<u64, ExecutionId>>,
    /// Those that left the queue and have not ended.
    pub(super) underway: BTreeSet<ExecutionId>,
    pub(super) on_wire: u32,
    pub(super) cancelled: bool,
    pub(super) uncommitted: bool,
}

impl ActiveRun {
    pub(super) fn new(
        id: RunId,
        priority: Priority,
        watched: bool,
        concurrency: Option<NonZeroU32>,
        turn: Turn,
    ) -> Self {
        let (hold, most) = match (concurrency, watched) {
            (Some(most), _) => (Hold::Own, Some(most.get())),
            (None, true) => (Hold::Watched, Some(Limits::WATCHED)),
            (None, false) => (Hold::Background, None),
        };
        Self {
            id,
            priority,
            hold,
            most,
            turn,
            waiting: BTreeMap::new(),
            underway: BTreeSet::new(),
            on_wire: 0,
            cancelled: false,
            uncommitted: false,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.underway.is_empty() && self.waiting.is_empty()
    }

    pub(super) fn wait(&mut self, provider: ProviderName, place: u64, execution: ExecutionId) {
        self.waiting.entry(provider).or_default().insert(place, execution);
    }

    /// The execution leaves the queue.
    pub(super) fn take(&mut self, provider: &ProviderName, place: u64) {
        let Some(waiting) = self.waiting.get_mut(provider) else { return };
        if let Some(execution) = waiting.remove(&place) {
            self.underway.insert(execution);
        }
        if waiting.is_empty() {
            self.waiting.remove(provider);
        }
    }

    /// The execution that waits longest for the provider leaves the queue and takes a slot.
    pub(super) fn start_first(&mut self, provider: &ProviderName) -> Option<ExecutionId> {
        let (&place, &execution) = self.waiting.get(provider)?.first_key_value()?;
        self.take(provider, place);
        self.on_wire += 1;
        Some(execution)
    }

    pub(super) fn join(&self, queue: &mut Queue) {
        if self.most.is_none_or(|most| self.on_wire < most) {
            for (provider, place) in self.places() {
                queue.join(provider, self.hold, place);
            }
        }
    }

    pub(super) fn leave(&self, queue: &mut Queue) {
        for (provider, place) in self.places() {
            queue.leave(provider, self.hold, place);
        }
    }

    /// Where the run stands in the lane of each provider it waits for.
    fn places(&self) -> impl Iterator<Item = (&ProviderName, Place)> {
        self.waiting.iter().filter_map(|(provider, waiting)| {
            let (&first, _) = waiting.first_key_value()?;
            let critical = Reverse(self.priority == Priority::Critical);
            let (rank, turn) = (self.turn.rank(self.priority), self.turn.number);
            Some((provider, Place { critical, rank, turn, first, run: self.id }))
        })
    }
}
