//! Something that is used up and comes back over time: calls or tokens.

use formaops_domain::ports::RateWindow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{num::NonZeroU32, time::Duration};

/// The longest that what a provider says of itself holds back a call: it may be wrong.
pub(super) const MOST_WAIT: Duration = Duration::from_secs(120);

/// How much of something is left, of how much at most. It comes back over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Allowance {
    /// What is left now.
    pub left: u64,
    /// The most that there can be.
    pub most: u64,
}

/// A token bucket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    most: f64,
    per_second: f64,
    /// What it held then; below zero where more was used than was thought.
    level: f64,
    at: Duration,
    /// The longest wait for it.
    patience: Duration,
    /// Until when it is waited for, however little it holds.
    waited_for_until: Duration,
}

#[expect(clippy::cast_precision_loss, reason = "counts of calls and tokens are far below 2^52")]
impl Bucket {
    /// A full one that fills within a minute.
    pub(super) fn per_minute(most: NonZeroU32, now: Duration) -> Self {
        let most = f64::from(most.get());
        let never = Duration::MAX;
        let per_second = most / 60.0;
        Self { most, per_second, level: most, at: now, patience: never, waited_for_until: never }
    }

    /// One as a provider says that it is. `under_way` is what is not yet counted in that.
    pub(super) fn told(window: &RateWindow, under_way: f64, now: Duration) -> Self {
        let (most, left) = (window.limit as f64, window.remaining.min(window.limit) as f64);
        // What is missing has come back when the window says that it is whole again.
        let missing = (most - left).max(1.0);
        let per_second = missing / window.reset.as_secs_f64().max(0.001);
        let (patience, waited_for_until) = (MOST_WAIT, now.saturating_add(MOST_WAIT));
        Self { most, per_second, level: left - under_way, at: now, patience, waited_for_until }
    }

    fn level(&self, now: Duration) -> f64 {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        (self.level + passed * self.per_second).min(self.most)
    }

    pub(super) fn allowance(&self, now: Duration) -> Allowance {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not below zero")]
        let whole = |amount: f64| amount.max(0.0) as u64;
        Allowance { left: whole(self.level(now)), most: whole(self.most) }
    }

    /// Uses up some, or with a negative amount gives some back.
    pub(super) fn take(&mut self, amount: f64, now: Duration) {
        if amount > 0.0 && now >= self.waited_for_until {
            // Whoever takes what may not be there is the only one until that is as long ago.
            self.waited_for_until = now.saturating_add(self.patience);
        }
        (self.level, self.at) = ((self.level(now) - amount).min(self.most), now);
    }

    /// From when on it holds so much; an amount beyond its size waits until it is full.
    pub(super) fn holds_at(&self, amount: f64, now: Duration) -> Duration {
        let missing = amount.min(self.most) - self.level(now);
        if missing <= 1e-6 || now >= self.waited_for_until {
            return Duration::ZERO;
        }
        let wait = Duration::try_from_secs_f64(missing / self.per_second).unwrap_or(Duration::MAX);
        // A millisecond more, so that then it does hold it however the numbers are rounded.
        now.saturating_add(wait.saturating_add(Duration::from_millis(1))).min(self.waited_for_until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn sixty_a_minute_are_sixty_at_once_and_then_one_a_second() {
        let mut bucket = Bucket::per_minute(NonZeroU32::new(60).unwrap(), Duration::ZERO);
        for _ in 0..60 {
            assert_eq!(bucket.holds_at(1.0, Duration::ZERO), Duration::ZERO);
            bucket.take(1.0, Duration::ZERO);
        }
        let at = bucket.holds_at(1.0, Duration::ZERO);
        assert!(at >= SECOND && at < SECOND * 2, "{at:?}");
        assert_eq!(bucket.holds_at(1.0, at), Duration::ZERO, "and then it is there");
    }

    #[test]
    fn what_is_left_is_told_in_whole_units_and_never_below_none() {
        let mut bucket = Bucket::per_minute(NonZeroU32::new(60).unwrap(), Duration::ZERO);
        bucket.take(59.5, Duration::ZERO);
        assert_eq!(bucket.allowance(Duration::ZERO), Allowance { left: 0, most: 60 });
        assert_eq!(bucket.allowance(SECOND * 30), Allowance { left: 30, most: 60 });
        bucket.take(1e9, SECOND * 30);
        assert_eq!(bucket.allowance(SECOND * 30).left, 0);
    }

    #[test]
    fn more_than_it_ever_holds_waits_until_it_is_full() {
        let mut bucket = Bucket::per_minute(NonZeroU32::new(60).unwrap(), Duration::ZERO);
        assert_eq!(bucket.holds_at(1e9, Duration::ZERO), Duration::ZERO);
        bucket.take(1e9, Duration::ZERO);
        assert!(bucket.holds_at(1.0, Duration::ZERO) > SECOND * 60 * 60, "what was used is owed");
    }

    #[test]
    fn what_a_provider_says_holds_but_never_for_long() {
        let window = |remaining, reset| RateWindow { limit: 100, remaining, reset };
        let told = |remaining, reset| Bucket::told(&window(remaining, reset), 0.0, Duration::ZERO);
        assert_eq!(told(1, SECOND).holds_at(1.0, Duration::ZERO), Duration::ZERO);
        let at = told(0, SECOND * 50).holds_at(1.0, Duration::ZERO);
        assert!(at >= SECOND / 2 && at < SECOND, "a hundredth of what comes back: {at:?}");
        assert_eq!(told(0, SECOND * 86_400 * 365).holds_at(1.0, Duration::ZERO), MOST_WAIT);
        let mut in_a_year = told(0, SECOND * 86_400 * 365);
        assert_eq!(in_a_year.holds_at(1.0, SECOND * 30), MOST_WAIT, "since it was told, and not since now");
        assert_eq!(in_a_year.holds_at(1.0, MOST_WAIT), Duration::ZERO, "one may try");
        in_a_year.take(1.0, MOST_WAIT);
        assert_eq!(in_a_year.holds_at(1.0, MOST_WAIT), MOST_WAIT * 2, "and the next waits as long again");
        let under_way = Bucket::told(&window(3, SECOND * 50), 3.0, Duration::ZERO);
        assert!(
            under_way.holds_at(1.0, Duration::ZERO) > Duration::ZERO,
            "three calls are on their way already"
        );
    }
}
