//! The circuit of a model: one that fails again and again is left alone for a while.

use super::Sign;
use crate::settings::CircuitPolicy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Whether calls go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Circuit {
    /// They do; so many failed one after the other.
    Closed { failures: u32 },
    /// None does until then, and then one.
    Open { until: Duration },
    /// One is on the wire to find out.
    Probing,
}

/// Whether calls to a model go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CircuitState {
    /// They do.
    #[default]
    Closed,
    /// One may, to find out whether it is well again.
    HalfOpen,
    /// It failed too often, and is left alone for a while.
    Open,
}

impl Default for Circuit {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

impl Circuit {
    pub(super) fn state(self, now: Duration) -> CircuitState {
        match self {
            Self::Closed { .. } => CircuitState::Closed,
            Self::Open { until } if now < until => CircuitState::Open,
            Self::Open { .. } | Self::Probing => CircuitState::HalfOpen,
        }
    }

    pub(super) fn is_closed(self) -> bool {
        matches!(self, Self::Closed { .. })
    }

    /// From when on a call may go through; `None` where that depends on the one that finds out.
    pub(super) fn opens_at(self) -> Option<Duration> {
        match self {
            Self::Closed { .. } => Some(Duration::ZERO),
            Self::Open { until } => Some(until),
            Self::Probing => None,
        }
    }

    /// A call goes out. Answers whether it is the one that finds out.
    pub(super) fn start(&mut self) -> bool {
        let is_probe = !self.is_closed();
        if is_probe {
            *self = Self::Probing;
        }
        is_probe
    }

    /// A call came back. Answers whether the circuit has just opened.
    pub(super) fn end(&mut self, sign: Sign, is_probe: bool, now: Duration, policy: &CircuitPolicy) -> bool {
        let next = match (*self, sign) {
            (Self::Closed { .. }, Sign::Answered { .. }) => Self::Closed { failures: 0 },
            (Self::Closed { failures }, Sign::Unwell { .. }) if failures + 1 < policy.failures.get() => {
                Self::Closed { failures: failures + 1 }
            }
            (Self::Closed { .. }, Sign::Unwell { .. }) => Self::Open { until: now + policy.recovery },
            (Self::Probing, Sign::Unwell { .. }) if is_probe => Self::Open { until: now + policy.recovery },
            // It found nothing out: the next one may.
            (Self::Probing, Sign::Nothing) if is_probe => Self::Open { until: now },
            (Self::Probing, _) if is_probe => Self::default(),
            // What was on the wire before says nothing new.
            (same, _) => same,
        };
        let has_opened = self.is_closed() && !next.is_closed();
        *self = next;
        has_opened
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WELL: Sign = Sign::Answered { first_token: None, tokens: 0 };
    const UNWELL: Sign = Sign::Unwell { overloaded: false };
    const MINUTE: Duration = Duration::from_secs(60);

    /// A circuit that took the ends of calls at the start of time.
    fn after(signs: &[Sign]) -> Circuit {
        let mut circuit = Circuit::default();
        for sign in signs {
            circuit.end(*sign, false, Duration::ZERO, &CircuitPolicy::default());
        }
        circuit
    }

    #[test]
    fn five_failures_one_after_the_other_open_it_for_a_minute() {
        let four = [UNWELL; 4];
        assert_eq!(after(&four).opens_at(), Some(Duration::ZERO));
        assert_eq!(after(&[UNWELL; 5]).opens_at(), Some(MINUTE));
        assert!(after(&[&four[..], &[WELL], &four[..]].concat()).is_closed());
    }

    #[test]
    fn a_model_that_refuses_or_wants_fewer_calls_is_there() {
        for sign in [Sign::Throttled { wait: None }, Sign::Refused, Sign::Nothing] {
            assert!(after(&[sign; 100]).is_closed(), "{sign:?}");
            let between = [[UNWELL; 4].as_slice(), &[sign, UNWELL]].concat();
            assert!(!after(&between).is_closed(), "{sign:?} is no answer either");
        }
    }

    #[test]
    fn one_call_finds_out_and_what_it_says_counts() {
        let policy = CircuitPolicy::default();
        let cases =
            [(WELL, Some(Duration::ZERO)), (Sign::Refused, Some(Duration::ZERO)), (UNWELL, Some(2 * MINUTE))];
        for (sign, opens_at) in cases {
            let mut circuit = after(&[UNWELL; 5]);
            assert!(circuit.start());
            assert_eq!(circuit.opens_at(), None, "a second one waits for it");
            circuit.end(WELL, false, MINUTE, &policy);
            assert_eq!(circuit.opens_at(), None, "one from before says nothing new");
            circuit.end(sign, true, MINUTE, &policy);
            assert_eq!(circuit.opens_at(), opens_at, "{sign:?}");
        }
    }

    #[test]
    fn where_the_one_is_cancelled_the_next_one_finds_out() {
        let mut circuit = after(&[UNWELL; 5]);
        circuit.start();
        circuit.end(Sign::Nothing, true, MINUTE, &CircuitPolicy::default());
        assert_eq!(circuit.state(MINUTE), CircuitState::HalfOpen);
        assert_eq!(circuit.opens_at(), Some(MINUTE));
    }
}
