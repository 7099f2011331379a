//! Whose turn it is: runs that wait, by model, by urgency, by who had the last turn longest ago.

use super::{
    Sign,
    bucket::{Allowance, Bucket},
    lane::{Call, Lane},
    limits::{Hold, Limits, OnWire},
    record::{Recent, Record},
};
use crate::settings::Settings;
use formaops_domain::{ModelRef, Priority, RunId, ports::RateLimits};
use std::{cmp::Reverse, collections::BTreeMap, sync::Arc, time::Duration};

/// A model, shared by all executions that wait for it.
pub(super) type Target = Arc<ModelRef>;

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
    /// The place in the run of the execution that is next for this model.
    pub(super) first: u64,
    pub(super) run: RunId,
}

/// The runs that have something to start, and what is on the wire.
///
/// A run stands in the lane of each model it waits for, so one that is full, or left alone, never blocks another.
#[derive(Debug)]
pub(super) struct Queue {
    lanes: BTreeMap<Target, Lane>,
    providers: BTreeMap<String, Provider>,
    on_wire: OnWire,
    /// Runs of less than this priority start nothing; without one, no run does.
    pub(super) least: Option<Priority>,
}

/// What goes to all models of a provider together.
#[derive(Debug, Default)]
struct Provider {
    on_wire: OnWire,
    /// What the user allows a minute.
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
    record: Record,
}

impl Provider {
    fn new(limits: &Limits, name: &str, now: Duration) -> Self {
        let allowed = limits.per_minute.get(name).copied().unwrap_or_default();
        let full = |most| Bucket::per_minute(most, now);
        Self {
            on_wire: OnWire::default(),
            requests: allowed.requests.map(full),
            tokens: allowed.tokens.map(full),
            record: Record::default(),
        }
    }

    fn opens_at(&self, tokens: f64, now: Duration) -> Duration {
        let requests = self.requests.map_or(Duration::ZERO, |bucket| bucket.holds_at(1.0, now));
        requests.max(self.tokens.map_or(Duration::ZERO, |bucket| bucket.holds_at(tokens, now)))
    }
}

impl Default for Queue {
    fn default() -> Self {
        let (lanes, providers, on_wire) = <_>::default();
        Self { lanes, providers, on_wire, least: Some(Priority::Low) }
    }
}

impl Queue {
    pub(super) fn target(&self, model: &ModelRef) -> Target {
        self.lanes
            .get_key_value(model)
            .map_or_else(|| Arc::new(model.clone()), |(target, _)| Arc::clone(target))
    }

    pub(super) fn join(&mut self, target: &Target, hold: Hold, place: Place) {
        self.lanes.entry(Arc::clone(target)).or_default().ready[hold as usize].insert(place);
    }

    pub(super) fn leave(&mut self, target: &Target, hold: Hold, place: Place) {
        if let Some(lane) = self.lanes.get_mut(target) {
            lane.ready[hold as usize].remove(&place);
        }
    }

    /// The run whose turn it is of those that are held so, and the model it may call.
    pub(super) fn next(&self, now: Duration, limits: &Limits, holds: &[Hold]) -> Option<(RunId, Target)> {
        let open = self.lanes.iter().filter(|(target, lane)| {
            lane.is_waited_for() && self.opens_at(target, lane, now).is_some_and(|at| at <= now)
        });
        let first = open.flat_map(|(target, lane)| {
            holds.iter().filter_map(move |&hold| {
                let place = lane.ready[hold as usize].first()?;
                let on_wire = self.providers.get(&target.provider).map(|provider| provider.on_wire);
                let allowed = limits.allows_background(hold, self.on_wire)
                    && limits.allows_provider(&target.provider, hold, on_wire.unwrap_or_default());
                allowed.then_some((place, target))
            })
        });
        first.min_by_key(|(place, _)| **place).map(|(place, target)| (place.run, Arc::clone(target)))
    }

    /// From when on a call may go out as far as time decides, with what the user allows the provider a minute; `None`
    /// where other calls must come back first.
    pub(super) fn opens_at(&self, model: &ModelRef, lane: &Lane, now: Duration) -> Option<Duration> {
        let provider = self.providers.get(&model.provider);
        let provider = provider.map_or(Duration::ZERO, |it| it.opens_at(lane.tokens_each(), now));
        Some(lane.opens_at(now)?.max(provider))
    }

    /// When the next lane opens that is waited for and is closed only for a time.
    pub(super) fn next_opening(&self, now: Duration) -> Option<Duration> {
        let waited_for = self.lanes.iter().filter(|(_, lane)| lane.is_waited_for());
        waited_for.filter_map(|(target, lane)| self.opens_at(target, lane, now)).filter(|at| *at > now).min()
    }

    pub(super) fn start(&mut self, target: &Target, hold: Hold, now: Duration, limits: &Limits) -> Call {
        self.on_wire.add(hold);
        let lane = self.lanes.entry(Arc::clone(target)).or_default();
        let provider = self
            .providers
            .entry(target.provider.clone())
            .or_insert_with(|| Provider::new(limits, &target.provider, now));
        provider.on_wire.add(hold);
        provider.requests.iter_mut().for_each(|bucket| bucket.take(1.0, now));
        provider.tokens.iter_mut().for_each(|bucket| bucket.take(lane.tokens_each(), now));
        lane.start(hold, now)
    }

    pub(super) fn told(&mut self, target: &Target, call: &mut Call, rates: &RateLimits, now: Duration) {
        if let Some(lane) = self.lanes.get_mut(target) {
            lane.told(call, rates, now);
        }
    }

    /// A call came back. Answers whether the circuit of its model has just opened.
    pub(super) fn end(
        &mut self,
        target: &Target,
        call: Call,
        hold: Hold,
        sign: Sign,
        now: Duration,
        settings: &Settings,
    ) -> bool {
        self.on_wire.remove(hold);
        let Some(lane) = self.lanes.get_mut(target) else { return false };
        let (more, has_opened) = lane.end(call, hold, sign, now, &settings.limits, &settings.circuits);
        if let Some(provider) = self.providers.get_mut(&target.provider) {
            provider.on_wire.remove(hold);
            provider.record.add(sign, now);
            provider.tokens.iter_mut().for_each(|bucket| bucket.take(more, now));
        }
        has_opened
    }

    /// What the user allows a minute may be something else from now on.
    pub(super) fn set_limits(&mut self, before: &Limits, limits: &Limits, now: Duration) {
        for (name, provider) in &mut self.providers {
            if before.per_minute.get(name) != limits.per_minute.get(name) {
                let Provider { requests, tokens, .. } = Provider::new(limits, name, now);
                (provider.requests, provider.tokens) = (requests, tokens);
            }
        }
    }

    /// Whether calls to a model go through: not while it is left alone, nor while one finds out.
    pub(super) fn is_closed(&self, model: &ModelRef) -> bool {
        self.lanes.get(model).is_none_or(|lane| lane.circuit.is_closed())
    }

    /// The models that do not get all the calls they could.
    pub(super) fn broken(&self) -> impl Iterator<Item = &Target> {
        self.lanes.iter().filter(|(_, lane)| !lane.circuit.is_closed()).map(|(target, _)| target)
    }

    /// How the calls to each provider went of late.
    pub(super) fn records(&self, now: Duration) -> impl Iterator<Item = (&str, Recent)> {
        self.providers.iter().map(move |(name, provider)| (name.as_str(), provider.record.recent(now)))
    }

    /// The requests and tokens that the user still allows a provider.
    pub(super) fn allowances(&self, provider: &str, now: Duration) -> [Option<Allowance>; 2] {
        let found = self.providers.get(provider).map(|provider| [provider.requests, provider.tokens]);
        found.unwrap_or_default().map(|bucket| bucket.map(|bucket| bucket.allowance(now)))
    }

    pub(super) fn lanes(&self) -> impl Iterator<Item = (&ModelRef, &Lane)> {
        self.lanes.iter().map(|(target, lane)| (&**target, lane))
    }

    /// Forgets models of which nothing is known any more.
    pub(super) fn forget_idle(&mut self, now: Duration) {
        self.lanes.retain(|_, lane| !lane.is_idle(now));
    }
}
