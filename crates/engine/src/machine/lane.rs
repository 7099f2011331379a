//! A model as the scheduler sees it: who waits for it, and how many calls it may get.

use super::{
    Sign,
    bucket::{Allowance, Bucket, MOST_WAIT},
    circuit::Circuit,
    limits::{Hold, Limits, OnWire},
    queue::Place,
    strain::Strain,
};
use crate::settings::CircuitPolicy;
use formaops_domain::ports::RateLimits;
use std::{collections::BTreeSet, time::Duration};

/// The runs that wait for a model, what is on the wire to it, and how it bears that.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) ready: [BTreeSet<Place>; Hold::ALL.len()],
    pub(super) on_wire: OnWire,
    pub(super) circuit: Circuit,
    strain: Strain,
    /// Nothing goes out before this time.
    blocked_until: Duration,
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
    /// The tokens of a call as they are of late.
    tokens_each: f64,
    /// Calls on the wire that the provider has not yet counted, as far as is known.
    unheard: u32,
}

/// What is known of a call while it is on the wire.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    began: Duration,
    is_probe: bool,
    /// The tokens it was taken to need.
    tokens: f64,
    is_heard: bool,
}

/// What a call is taken to need before any was answered.
const TOKENS_AT_FIRST: f64 = 1_000.0;

impl Default for Lane {
    fn default() -> Self {
        Self {
            ready: Default::default(),
            on_wire: OnWire::default(),
            circuit: Circuit::default(),
            strain: Strain::default(),
            blocked_until: Duration::ZERO,
            requests: None,
            tokens: None,
            tokens_each: TOKENS_AT_FIRST,
            unheard: 0,
        }
    }
}

impl Lane {
    pub(super) fn is_waited_for(&self) -> bool {
        self.ready.iter().any(|ready| !ready.is_empty())
    }

    /// Whether nothing is known of it that would not be so of one that was never seen.
    pub(super) fn is_idle(&self, now: Duration) -> bool {
        self.on_wire.total() == 0
            && !self.is_waited_for()
            && self.circuit == Circuit::default()
            && self.limit().is_none()
            && self.blocked_until <= now
            && self.requests.is_none()
            && self.tokens.is_none()
    }

    /// The most calls at once that it bears, where that is less than it is allowed.
    pub(super) fn limit(&self) -> Option<u32> {
        self.strain.limit()
    }

    /// The requests and tokens that the provider says it still takes.
    pub(super) fn allowances(&self, now: Duration) -> [Option<Allowance>; 2] {
        [self.requests, self.tokens].map(|bucket| bucket.map(|bucket| bucket.allowance(now)))
    }

    pub(super) fn tokens_each(&self) -> f64 {
        self.tokens_each
    }

    /// From when on a call may go out as far as time decides; `None` where other calls must come back first.
    pub(super) fn opens_at(&self, now: Duration) -> Option<Duration> {
        if self.limit().is_some_and(|most| self.on_wire.total() >= most) {
            return None;
        }
        let times = [
            self.circuit.opens_at()?,
            self.blocked_until,
            self.requests.map_or(Duration::ZERO, |bucket| bucket.holds_at(1.0, now)),
            self.tokens.map_or(Duration::ZERO, |bucket| bucket.holds_at(self.tokens_each, now)),
        ];
        times.into_iter().max()
    }

    pub(super) fn start(&mut self, hold: Hold, now: Duration) -> Call {
        self.on_wire.add(hold);
        self.unheard += 1;
        let tokens = self.tokens_each;
        self.requests.iter_mut().for_each(|bucket| bucket.take(1.0, now));
        self.tokens.iter_mut().for_each(|bucket| bucket.take(tokens, now));
        Call { began: now, is_probe: self.circuit.start(), tokens, is_heard: false }
    }

    /// The provider said how many more calls it takes.
    pub(super) fn told(&mut self, call: &mut Call, rates: &RateLimits, now: Duration) {
        self.hear(call);
        let unheard = f64::from(self.unheard);
        if let Some(window) = &rates.requests {
            self.requests = Some(Bucket::told(window, unheard, now));
        }
        if let Some(window) = &rates.tokens {
            self.tokens = Some(Bucket::told(window, unheard * self.tokens_each, now));
        }
    }

    fn hear(&mut self, call: &mut Call) {
        if !std::mem::replace(&mut call.is_heard, true) {
            self.unheard -= 1;
        }
    }

    /// A call came back. Answers the tokens that it needed beyond what it was taken to need, and whether the
    /// circuit has just opened.
    pub(super) fn end(
        &mut self,
        mut call: Call,
        hold: Hold,
        sign: Sign,
        now: Duration,
        limits: &Limits,
        policy: &CircuitPolicy,
    ) -> (f64, bool) {
        self.hear(&mut call);
        let at_once = self.on_wire.total();
        self.on_wire.remove(hold);
        let mut more = 0.0;
        match sign {
            Sign::Answered { first_token, tokens } => {
                self.strain.answered(call.began, first_token, at_once, limits.share_to_raise(), now);
                if tokens > 0 {
                    #[expect(clippy::cast_precision_loss, reason = "tokens are far below 2^52")]
                    let tokens = tokens as f64;
                    more = tokens - call.tokens;
                    self.tokens.iter_mut().for_each(|bucket| bucket.take(more, now));
                    self.tokens_each = self.tokens_each * 0.8 + tokens * 0.2;
                }
            }
            Sign::Throttled { wait } => {
                self.strain.cut(call.began, at_once, now);
                self.blocked_until = self.blocked_until.max(now + wait.unwrap_or_default().min(MOST_WAIT));
            }
            Sign::Unwell { overloaded: true } => self.strain.cut(call.began, at_once, now),
            Sign::Unwell { overloaded: false } | Sign::Refused | Sign::Nothing => {}
        }
        (more, self.circuit.end(sign, call.is_probe, now, policy))
    }
}
