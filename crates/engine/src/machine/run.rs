//! A run that has not ended, as the scheduler sees it.

use super::{
    AGEING, Terms,
    limits::{Hold, Limits},
    queue::{Place, Queue, Target},
};
use formaops_domain::{ExecutionId, Priority, RunId};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
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
    pub(super) fail_fast: bool,
    pub(super) paused: bool,
    pub(super) hold: Hold,
    /// The most on the wire at once.
    most: Option<u32>,
    pub(super) turn: Turn,
    /// By model, in the order of submission. No model stands here with nothing to wait for it.
    pub(super) waiting: BTreeMap<Target, BTreeMap<u64, ExecutionId>>,
    /// Those that left the queue and have not ended.
    pub(super) underway: BTreeSet<ExecutionId>,
    pub(super) on_wire: u32,
    pub(super) cancelled: bool,
    pub(super) uncommitted: bool,
}

impl ActiveRun {
    pub(super) fn new(id: RunId, terms: Terms, turn: Turn) -> Self {
        let (hold, most) = match (terms.concurrency, terms.watched) {
            _ if terms.needed => (Hold::Needed, None),
            (Some(most), _) => (Hold::Own, Some(most.get())),
            (None, true) => (Hold::Watched, Some(Limits::WATCHED)),
            (None, false) => (Hold::Background, None),
        };
        Self {
            id,
            priority: terms.priority,
            fail_fast: terms.fail_fast,
            paused: terms.paused,
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

    pub(super) fn wait(&mut self, target: Target, place: u64, execution: ExecutionId) {
        self.waiting.entry(target).or_default().insert(place, execution);
    }

    /// The execution leaves the queue.
    pub(super) fn take(&mut self, target: &Target, place: u64) {
        let Some(waiting) = self.waiting.get_mut(target) else { return };
        if let Some(execution) = waiting.remove(&place) {
            self.underway.insert(execution);
        }
        if waiting.is_empty() {
            self.waiting.remove(target);
        }
    }

    /// The execution that waits longest for the model leaves the queue and takes a slot.
    pub(super) fn start_first(&mut self, target: &Target) -> Option<ExecutionId> {
        let (&place, &execution) = self.waiting.get(target)?.first_key_value()?;
        self.take(target, place);
        self.on_wire += 1;
        Some(execution)
    }

    pub(super) fn join(&self, queue: &mut Queue) {
        let may = !self.paused && queue.least.is_some_and(|least| self.priority >= least);
        if may && self.most.is_none_or(|most| self.on_wire < most) {
            for (target, place) in self.places() {
                queue.join(target, self.hold, place);
            }
        }
    }

    pub(super) fn leave(&self, queue: &mut Queue) {
        for (target, place) in self.places() {
            queue.leave(target, self.hold, place);
        }
    }

    /// Where the run stands in the lane of each model it waits for.
    fn places(&self) -> impl Iterator<Item = (&Target, Place)> {
        self.waiting.iter().filter_map(|(target, waiting)| {
            let (&first, _) = waiting.first_key_value()?;
            let critical = Reverse(self.priority == Priority::Critical);
            let (rank, turn) = (self.turn.rank(self.priority), self.turn.number);
            Some((target, Place { critical, rank, turn, first, run: self.id }))
        })
    }
}
