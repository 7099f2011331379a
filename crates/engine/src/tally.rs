//! How executions end: how many in which way, and how long those took that were completed.
//!
//! Times are counted in slots that grow with them, so a tally has one size however many ended, what lies between two
//! of them is their difference, and a percentile is within 1 part in 32 of a time that was measured.

use formaops_domain::{Execution, ExecutionStatus, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Slots for each power of two.
const FINE: u64 = 16;
/// The number of slots; the last one takes all times from 17 minutes on.
const SLOTS: usize = 17 * FINE as usize;

/// How executions have ended since the engine was started. Takes about 2 KiB.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Those that were completed.
    pub completed: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those that were cancelled.
    pub cancelled: u64,
    /// How long the first token took, of the completed ones.
    pub first_token: Times,
    /// How long the whole answer took, of the completed ones.
    pub latency: Times,
}

impl Tally {
    /// All that have ended.
    #[must_use]
    pub const fn ended(&self) -> u64 {
        self.completed + self.failed + self.cancelled
    }

    /// What has ended since an earlier tally of the same engine.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            completed: self.completed.saturating_sub(earlier.completed),
            failed: self.failed.saturating_sub(earlier.failed),
            cancelled: self.cancelled.saturating_sub(earlier.cancelled),
            first_token: self.first_token.since(&earlier.first_token),
            latency: self.latency.since(&earlier.latency),
        }
    }

    /// Counts an execution, where it has ended.
    pub(crate) fn add(&mut self, execution: &Execution) {
        match execution.status {
            ExecutionStatus::Completed => {
                self.completed += 1;
                let metrics = &execution.metrics;
                if metrics.replayed.is_some() {
                    // Its times are those of another day.
                    return;
                }
                metrics.first_token_ms.into_iter().for_each(|time| self.first_token.add(time));
                metrics.latency_ms.into_iter().for_each(|time| self.latency.add(time));
            }
            ExecutionStatus::Failed => self.failed += 1,
            ExecutionStatus::Cancelled => self.cancelled += 1,
            ExecutionStatus::Pending | ExecutionStatus::Running => {}
        }
    }
}

/// Times, counted by how long they are.
#[derive(Debug, Clone)]
pub struct Times(Box<[u32; SLOTS]>);

impl Default for Times {
    fn default() -> Self {
        Self(Box::new([0; SLOTS]))
    }
}

/// The times that so many of 100 kept, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Percentiles {
    /// Half of them.
    pub p50: u64,
    /// 95 of 100.
    pub p95: u64,
    /// 99 of 100.
    pub p99: u64,
}

impl Times {
    /// Counts a time.
    pub fn add(&mut self, time: Span) {
        let count = &mut self.0[slot((time.as_micros() + 500) / 1000)];
        *count = count.wrapping_add(1);
    }

    /// `None` where no time was counted.
    #[must_use]
    pub fn percentiles(&self) -> Option<Percentiles> {
        let total: u64 = self.0.iter().copied().map(u64::from).sum();
        let at = |percent: u64| {
            let rank = (total * percent).div_ceil(100);
            let mut counted = 0;
            let slot = self.0.iter().position(|&count| {
                counted += u64::from(count);
                counted >= rank
            });
            slot.map(middle)
        };
        if total == 0 { None } else { Some(Percentiles { p50: at(50)?, p95: at(95)?, p99: at(99)? }) }
    }

    fn since(&self, earlier: &Self) -> Self {
        let mut times = self.clone();
        for (count, before) in times.0.iter_mut().zip(earlier.0.iter()) {
            *count = count.wrapping_sub(*before);
        }
        times
    }
}

/// The slot of a time in milliseconds: one for each below [`FINE`], then [`FINE`] of equal width up to each power of two.
fn slot(millis: u64) -> usize {
    let power = u64::from(millis.checked_ilog2().unwrap_or(0)).max(FINE.ilog2().into());
    let shift = power - u64::from(FINE.ilog2());
    let slot = shift * FINE + (millis >> shift);
    usize::try_from(slot).map_or(SLOTS - 1, |slot| slot.min(SLOTS - 1))
}

/// The time in the middle of a slot, in milliseconds.
fn middle(slot: usize) -> u64 {
    let slot = slot as u64;
    let shift = (slot / FINE).saturating_sub(1);
    let (from, width) = ((slot - shift * FINE) << shift, 1 << shift);
    from + width / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn times(millis: impl IntoIterator<Item = u64>) -> Times {
        let mut times = Times::default();
        millis.into_iter().for_each(|time| times.add(Span::from_micros(time * 1000)));
        times
    }

    #[test]
    fn percentiles_are_the_times_that_so_many_kept() {
        assert_eq!(times([]).percentiles(), None);
        assert_eq!(times([7]).percentiles(), Some(Percentiles { p50: 7, p95: 7, p99: 7 }));
        let found = times(1..=1000).percentiles().unwrap();
        for (found, exact) in [(found.p50, 500), (found.p95, 950), (found.p99, 990)] {
            assert!(found.abs_diff(exact) * 32 <= exact, "{found} for {exact}");
        }
        let slowest = times([u64::from(u32::MAX)]).percentiles().unwrap().p50;
        assert!(slowest > 1_000_000, "what takes longer than anything may counts as slow: {slowest}");
    }

    #[test]
    fn what_lies_between_two_tallies_is_counted_alone() {
        let mut all = times([10, 10, 10]);
        let earlier = all.clone();
        all.add(Span::from_micros(4_000));
        assert_eq!(all.since(&earlier).percentiles(), times([4]).percentiles());
        assert_eq!(all.since(&all).percentiles(), None);
    }

    proptest! {
        #[test]
        fn a_slot_is_found_again_by_its_middle_and_close_to_each_of_its_times(millis in 0u64..1_048_576) {
            let slot = slot(millis);
            prop_assert_eq!(super::slot(middle(slot)), slot);
            prop_assert!(middle(slot).abs_diff(millis) * 32 <= millis, "{} for {}", middle(slot), millis);
        }
    }
}
