//! Whose turn it is: runs that wait, by provider, by urgency, by who had the last turn longest ago.

use super::limits::{Hold, Limits, OnWire};
use formaops_domain::RunId;
use std::{cmp::Reverse, collections::BTreeMap, collections::BTreeSet, sync::Arc};

/// The name of a provider, shared by all executions that wait for it.
pub(super) type ProviderName = Arc<str>;

/// The place of a run among those that wait: the least is served first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Critical runs stand before all others.
    pub(super) critical: Reverse<bool>,
    /// When it was served last, less [`AGEING`](super::AGEING) for each level of urgency, in microseconds. What
    /// a run gains by waiting it so keeps, and its place needs no change while time goes by.
    pub(super) rank: i64,
    /// Rises with every turn that is given, so a run that was served goes to the back.
    pub(super) turn: u64,
    /// The place in the run of the execution that is next for this provider.
    pub(super) first: u64,
    pub(super) run: RunId,
}

/// The runs that have something to start, and what is on the wire.
///
/// A run stands in the lane of each provider it waits for, so a full provider never blocks another.
#[derive(Debug, Default)]
pub(super) struct Queue {
    lanes: BTreeMap<ProviderName, Lane>,
    on_wire: OnWire,
}

#[derive(Debug, Default)]
struct Lane {
    on_wire: OnWire,
    ready: [BTreeSet<Place>; Hold::ALL.len()],
}

impl Queue {
    pub(super) fn name(&self, provider: &str) -> ProviderName {
        self.lanes.get_key_value(provider).map_or_else(|| provider.into(), |(name, _)| Arc::clone(name))
    }

    pub(super) fn join(&mut self, provider: &ProviderName, hold: Hold, place: Place) {
        self.lanes.entry(Arc::clone(provider)).or_default().ready[hold as usize].insert(place);
    }

    pub(super) fn leave(&mut self, provider: &ProviderName, hold: Hold, place: Place) {
        if let Some(lane) = self.lanes.get_mut(provider) {
            lane.ready[hold as usize].remove(&place);
        }
        self.forget_if_idle(provider);
    }

    /// The run whose turn it is, and the provider it may call.
    pub(super) fn next(&self, limits: &Limits) -> Option<(RunId, ProviderName)> {
        let open = self.lanes.iter().flat_map(|(provider, lane)| {
            Hold::ALL.into_iter().filter_map(move |hold| {
                let place = lane.ready[hold as usize].first()?;
                let allowed = limits.allows_background(hold, self.on_wire)
                    && limits.allows_provider(provider, hold, lane.on_wire);
                allowed.then_some((place, provider))
            })
        });
        open.min_by_key(|(place, _)| **place).map(|(place, provider)| (place.run, Arc::clone(provider)))
    }

    pub(super) fn start(&mut self, provider: &ProviderName, hold: Hold) {
        self.on_wire.add(hold);
        self.lanes.entry(Arc::clone(provider)).or_default().on_wire.add(hold);
    }

    pub(super) fn end(&mut self, provider: &ProviderName, hold: Hold) {
        self.on_wire.remove(hold);
        if let Some(lane) = self.lanes.get_mut(provider) {
            lane.on_wire.remove(hold);
        }
        self.forget_if_idle(provider);
    }

    /// How many executions are on the wire to each provider in use.
    pub(super) fn on_wire(&self) -> impl Iterator<Item = (&str, u32)> {
        self.lanes.iter().map(|(provider, lane)| (&**provider, lane.on_wire.total()))
    }

    fn forget_if_idle(&mut self, provider: &ProviderName) {
        let idle = |lane: &Lane| lane.on_wire.total() == 0 && lane.ready.iter().all(BTreeSet::is_empty);
        if self.lanes.get(provider).is_some_and(idle) {
            self.lanes.remove(provider);
        }
    }
}
