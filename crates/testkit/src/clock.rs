//! A clock that moves when a test says so.

use formaops_domain::{Timestamp, ports::Clock};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(Mutex<(Timestamp, Duration)>);

impl ManualClock {
    /// A clock whose wall time is `moment`, in RFC 3339.
    ///
    /// # Panics
    /// Where `moment` is no time.
    #[must_use]
    pub fn at(moment: &str) -> Self {
        let moment = moment.parse().expect("a moment is written in RFC 3339");
        Self(Mutex::new((moment, Duration::ZERO)))
    }

    /// Time passes, on the wall and in the process alike.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = (now.0.after(by.into()), now.1 + by);
    }

    /// Somebody sets the wall clock; the monotonic clock does not notice.
    pub fn set_wall(&self, moment: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = moment;
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::at("2026-01-01T00:00:00Z")
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn monotonic(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_the_wall_clock_back_leaves_the_monotonic_clock_alone() {
        let clock = ManualClock::default();
        let start = clock.now();
        clock.advance(Duration::from_secs(5));
        clock.set_wall(start);
        assert_eq!((clock.now(), clock.monotonic()), (start, Duration::from_secs(5)));
    }
}
