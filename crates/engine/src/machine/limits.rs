//! How much may be on the wire at once, and which limit holds which run.

use std::{collections::BTreeMap, num::NonZeroU32};

/// How many executions may be on the wire at once. What is absent has the default.
///
/// A limit that is present was set by the user, and holds whatever a run asks for. A default gives
/// way to a run that brings a concurrency of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// All background executions together.
    pub background: Option<NonZeroU32>,
    /// Each provider that has no limit of its own.
    pub provider: Option<NonZeroU32>,
    /// Providers with a limit of their own, by name.
    pub providers: BTreeMap<String, NonZeroU32>,
    /// Providers that are to get no more than this a minute, by name.
    pub per_minute: BTreeMap<String, PerMinute>,
    /// The share of its limit in percent that a model under strain must use before it gets more, 1 to 100.
    pub raise_above: Option<u8>,
}

/// What a provider is to get within a minute. What is absent has no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PerMinute {
    /// Calls.
    pub requests: Option<NonZeroU32>,
    /// Tokens, of requests and answers together.
    pub tokens: Option<NonZeroU32>,
}

impl Limits {
    /// The default of [`Self::background`].
    pub const BACKGROUND: u32 = 5;
    /// The default of [`Self::provider`].
    pub const PROVIDER: u32 = 5;
    /// How many executions of one watched run may be on the wire past [`Self::background`].
    pub const WATCHED: u32 = 8;
    /// The default of [`Self::raise_above`].
    pub const RAISE_ABOVE: u8 = 80;

    pub(super) fn allows_background(&self, hold: Hold, on_wire: OnWire) -> bool {
        hold == Hold::Watched || has_room(self.background, Self::BACKGROUND, hold, on_wire.without_watched())
    }

    pub(super) fn allows_provider(&self, provider: &str, hold: Hold, on_wire: OnWire) -> bool {
        has_room(self.of(provider), Self::PROVIDER, hold, on_wire)
    }

    pub(super) fn share_to_raise(&self) -> u8 {
        self.raise_above.unwrap_or(Self::RAISE_ABOVE)
    }

    /// What the user set for a provider, if anything.
    pub(super) fn of(&self, provider: &str) -> Option<NonZeroU32> {
        self.providers.get(provider).copied().or(self.provider)
    }
}

/// Whether one more may go out. A run with a concurrency of its own neither waits for a default
/// limit nor fills it for others.
fn has_room(set: Option<NonZeroU32>, default: u32, hold: Hold, on_wire: OnWire) -> bool {
    match (set, hold) {
        (Some(most), _) => on_wire.total() < most.get(),
        (None, Hold::Own) => true,
        (None, Hold::Background | Hold::Watched | Hold::Needed) => on_wire.without_own().total() < default,
    }
}

/// Which limits hold a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hold {
    /// All of them.
    Background,
    /// A person looks on: only the provider's, and [`Limits::WATCHED`] for the run.
    Watched,
    /// It brought its own concurrency: that, and what the user set.
    Own,
    /// All of them; an execution that has left the wire waits for it.
    Needed,
}

impl Hold {
    pub(super) const ALL: [Self; 4] = [Self::Background, Self::Watched, Self::Own, Self::Needed];
}

/// How many executions are on the wire, by what holds them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OnWire([u32; Hold::ALL.len()]);

impl OnWire {
    pub(super) fn add(&mut self, hold: Hold) {
        self.0[hold as usize] += 1;
    }

    pub(super) fn remove(&mut self, hold: Hold) {
        self.0[hold as usize] -= 1;
    }

    pub(super) fn total(self) -> u32 {
        self.0.iter().sum()
    }

    fn without_watched(mut self) -> Self {
        self.0[Hold::Watched as usize] = 0;
        self
    }

    fn without_own(mut self) -> Self {
        self.0[Hold::Own as usize] = 0;
        self
    }
}
