//! How the engine works: all that a user may set.

use crate::{machine::Limits, retry::RetryPolicy};
use formaops_domain::ports::Timeouts;
use std::{num::NonZeroU32, time::Duration};

/// How the engine works. All of it may change while it does: what is on the wire goes on as it began.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// How much may be on the wire at once.
    pub limits: Limits,
    /// When a model that fails is left alone, and what becomes of those that wait for it.
    pub circuits: CircuitPolicy,
    /// When a failed attempt is followed by another.
    pub retries: RetryPolicy,
    /// How long a call may take.
    pub timeouts: Timeouts,
}

/// When a model that fails is left alone for a while, and what becomes of those that wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CircuitPolicy {
    /// How many failures one after the other open the circuit.
    pub failures: NonZeroU32,
    /// How long it stays open until one call may try again.
    pub recovery: Duration,
    /// What becomes of executions while it is open.
    pub fallback: FallbackStrategy,
}

impl Default for CircuitPolicy {
    fn default() -> Self {
        let failures = const { NonZeroU32::new(5).unwrap() };
        Self { failures, recovery: Duration::from_secs(60), fallback: FallbackStrategy::default() }
    }
}

/// What becomes of an execution whose model is left alone for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FallbackStrategy {
    /// It waits.
    #[default]
    Queue,
    /// It fails at once.
    Reject,
    /// It goes to the next model of its run's fallback chain; without one it waits.
    Degrade,
}
