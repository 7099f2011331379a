//! How well everything is, as a pure state machine: what is measured in, levels out.

use crate::machine::Recent;
use formaops_domain::Priority;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, time::Duration};

/// How well everything is. Each level leaves off what the ones before do, and more.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// All is well.
    #[default]
    Normal,
    /// Dashboards, background indexing, debug logs and executions of low priority wait.
    Degraded,
    /// So do executions of normal priority; what runs may finish.
    Critical,
    /// Nothing starts, and nothing is written but the ends of what runs.
    Emergency,
}

impl Level {
    /// The least priority that an execution must have to start; `None` where none starts.
    #[must_use]
    pub const fn least_priority(self) -> Option<Priority> {
        match self {
            Self::Normal => Some(Priority::Low),
            Self::Degraded => Some(Priority::Normal),
            Self::Critical => Some(Priority::High),
            Self::Emergency => None,
        }
    }
}

/// What speaks for another level than normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// The processors have more to do than they can, and this program is late for it.
    Cpu,
    /// Every provider in use, of several, fails more than one call in twenty.
    Errors,
    /// Every provider in use, of several, takes more than ten seconds to its first token.
    Slow,
    /// Every provider in use, of several, failed three times one after the other.
    Outage,
    /// The store takes more than a quarter of a second for a commit.
    SlowStore,
    /// The store takes more than two seconds for a commit.
    StalledStore,
    /// Less than 500 MB are left where the workspace is.
    DiskLow,
    /// The store cannot write.
    NotWritable,
}

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Measures {
    /// The share of the processors that is in use by all programs, from 0 to 1; `None` where it is not known.
    pub cpu: Option<f64>,
    /// How late this program is for what it meant to do.
    pub lag: Duration,
    /// How the calls to each provider in use went of late.
    pub providers: Vec<Recent>,
    /// The time that 95 of 100 commits took of late; `None` where there were none.
    pub commit: Option<Duration>,
    /// The bytes that are left where the workspace is; `None` where that is not known.
    pub disk_free: Option<u64>,
    /// Whether the last write of the store failed for want of room or a broken disk.
    pub cannot_write: bool,
}

/// The program is late for what it meant to do.
const LATE: Duration = Duration::from_millis(200);
/// From this share of what the machine can do on, only what matters is taken in.
const FULL: f64 = 0.9;
/// The fewest calls that a share of failures or a time is taken from.
const FEWEST_CALLS: u32 = 5;

impl Measures {
    /// What speaks for another level than normal.
    #[must_use]
    pub fn triggers(&self) -> BTreeSet<Trigger> {
        // What a single provider does wrong is the business of its circuits.
        let several = self.providers.len() >= 2;
        let all = |is_so: fn(&Recent) -> bool| several && self.providers.iter().all(is_so);
        let commit_over = |limit: Duration| self.commit.is_some_and(|commit| commit > limit);
        let stalled = commit_over(Duration::from_secs(2));
        let found = [
            (Trigger::Cpu, self.cpu.is_some_and(|cpu| cpu > 0.85) && self.lag > LATE),
            (
                Trigger::Errors,
                all(|recent| recent.calls >= FEWEST_CALLS && recent.failures * 20 > recent.calls),
            ),
            (
                Trigger::Slow,
                all(|recent| {
                    recent.calls >= FEWEST_CALLS
                        && recent.first_token_ms_p50.is_some_and(|time| time > 10_000)
                }),
            ),
            (Trigger::Outage, all(|recent| recent.failures_in_a_row >= 3)),
            (Trigger::SlowStore, commit_over(Duration::from_millis(250)) && !stalled),
            (Trigger::StalledStore, stalled),
            (Trigger::DiskLow, self.disk_free.is_some_and(|free| free < 500_000_000)),
            (Trigger::NotWritable, self.cannot_write),
        ];
        found.into_iter().filter(|(_, is_so)| *is_so).map(|(trigger, _)| trigger).collect()
    }

    /// Whether the machine has 90 % or more of what it can do to do, and this program is late for it.
    fn is_full(&self) -> bool {
        self.cpu.is_some_and(|cpu| cpu >= FULL) && self.lag > LATE
    }
}

/// The level that triggers speak for.
fn level_of(triggers: &BTreeSet<Trigger>) -> Level {
    let has = |trigger| triggers.contains(&trigger);
    if has(Trigger::NotWritable) {
        Level::Emergency
    } else if has(Trigger::StalledStore) || has(Trigger::DiskLow) || triggers.len() >= 2 {
        Level::Critical
    } else if triggers.is_empty() {
        Level::Normal
    } else {
        Level::Degraded
    }
}

/// How long a worse level must be spoken for until it holds.
pub const TIME_TO_ENTER: Duration = Duration::from_secs(10);
/// How long a better level must be spoken for until it holds.
pub const TIME_TO_LEAVE: Duration = Duration::from_secs(60);

/// The level that holds. It changes only after what speaks for another has lasted, so that it does not flicker;
/// but a store that cannot write is told at once, and so is one that can again: from then on it is as if it were critical.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    level: Level,
    reasons: BTreeSet<Trigger>,
    /// Since when all that was measured spoke for a worse one, and the best of those.
    worse: Option<(Duration, Level)>,
    /// The same for a better one, and the worst of those.
    better: Option<(Duration, Level)>,
    full: bool,
    /// Since when all that was measured spoke for the other.
    turning: Option<Duration>,
}

impl Levels {
    /// The level that holds.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// Whether no new work of low priority is to be taken in, because the machine has 90 % or more of what it can do to
    /// do. As with a level, what speaks for that or against it must have lasted.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// What speaks for it.
    pub fn reasons(&self) -> impl Iterator<Item = Trigger> {
        self.reasons.iter().copied()
    }

    /// Takes in what was measured at a monotonic time. Answers whether the level, its reasons or whether it is full has
    /// changed.
    pub fn observe(&mut self, now: Duration, measures: &Measures) -> bool {
        let triggers = measures.triggers();
        let spoken_for = level_of(&triggers);
        let before = (self.level, self.full, self.reasons.clone());
        self.fill(now, measures.is_full());
        self.worse = (spoken_for > self.level).then(|| match self.worse {
            Some((since, level)) => (since, level.min(spoken_for)),
            None => (now, spoken_for),
        });
        self.better = (spoken_for < self.level).then(|| match self.better {
            Some((since, level)) => (since, level.max(spoken_for)),
            None => (now, spoken_for),
        });
        let lasted = |change: Option<(Duration, Level)>, time| {
            change.filter(|(since, _)| now.saturating_sub(*since) >= time).map(|(_, level)| level)
        };
        let next = if spoken_for == Level::Emergency {
            Some(Level::Emergency)
        } else if self.level == Level::Emergency {
            Some(Level::Critical)
        } else {
            lasted(self.worse, TIME_TO_ENTER).or_else(|| lasted(self.better, TIME_TO_LEAVE))
        };
        if let Some(next) = next {
            (self.level, self.worse, self.better) = (next, None, None);
        }
        // What led to the level stays its reason while it lasts.
        if self.level == Level::Normal {
            self.reasons.clear();
        } else if spoken_for >= self.level {
            self.reasons = triggers;
        }
        before != (self.level, self.full, self.reasons.clone())
    }

    fn fill(&mut self, now: Duration, full: bool) {
        if full == self.full {
            self.turning = None;
            return;
        }
        let since = *self.turning.get_or_insert(now);
        if now.saturating_sub(since) >= if full { TIME_TO_ENTER } else { TIME_TO_LEAVE } {
            (self.full, self.turning) = (full, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn slow_store() -> Measures {
        Measures { commit: Some(Duration::from_millis(300)), ..Measures::default() }
    }

    fn failing() -> Recent {
        Recent { calls: 10, failures: 5, failures_in_a_row: 3, ..Recent::default() }
    }

    fn well() -> Recent {
        Recent { calls: 10, first_token_ms_p50: Some(400), ..Recent::default() }
    }

    #[test]
    fn one_thing_that_is_wrong_degrades_and_two_are_critical() {
        let level = |measures: &Measures| level_of(&measures.triggers());
        assert_eq!(level(&Measures::default()), Level::Normal);
        assert_eq!(level(&slow_store()), Level::Degraded);
        let busy = Measures { cpu: Some(0.99), lag: Duration::from_millis(300), ..slow_store() };
        assert_eq!(level(&busy), Level::Critical);
        let full = Measures { disk_free: Some(1), ..Measures::default() };
        assert_eq!(level(&full), Level::Critical);
        let broken = Measures { cannot_write: true, ..Measures::default() };
        assert_eq!(level(&broken), Level::Emergency);
    }

    #[test]
    fn busy_processors_alone_are_what_they_are_for() {
        let busy = Measures { cpu: Some(1.0), ..Measures::default() };
        assert!(busy.triggers().is_empty());
    }

    #[test]
    fn low_work_is_refused_from_ninety_percent_on_once_that_has_lasted_and_until_a_quiet_minute() {
        let busy = |cpu, late| Measures {
            cpu: Some(cpu),
            lag: Duration::from_millis(if late { 300 } else { 0 }),
            ..Measures::default()
        };
        let after = |measures: &Measures| {
            let mut levels = Levels::default();
            let changes: Vec<_> =
                (0..=10).filter(|second| levels.observe(seconds(*second), measures)).collect();
            (levels, changes)
        };
        assert!(!after(&busy(0.89, true)).0.is_full());
        assert!(!after(&busy(1.0, false)).0.is_full(), "busy processors alone are what they are for");
        let (mut levels, changes) = after(&busy(0.9, true));
        assert!(levels.is_full());
        assert_eq!(changes, [10], "a moment is no reason");
        for second in 11..=70 {
            levels.observe(seconds(second), &busy(0.5, false));
            assert!(levels.is_full(), "{second} s");
        }
        assert!(levels.observe(seconds(71), &busy(0.5, false)));
        assert!(!levels.is_full());
    }

    #[test]
    fn a_provider_counts_for_the_whole_only_where_every_one_in_use_is_hit() {
        let measures = |providers| Measures { providers, ..Measures::default() }.triggers();
        assert!(measures(vec![failing(), well()]).is_empty());
        assert_eq!(measures(vec![failing(), failing()]), [Trigger::Errors, Trigger::Outage].into());
        assert!(measures(vec![failing()]).is_empty(), "the only one in use has its circuits");
        let slow = Recent { first_token_ms_p50: Some(11_000), ..well() };
        assert_eq!(measures(vec![slow, slow]), [Trigger::Slow].into());
        assert!(
            measures(vec![Recent { calls: 1, failures: 1, ..Recent::default() }]).is_empty(),
            "one is no share"
        );
    }

    #[test]
    fn a_level_holds_once_it_has_lasted_and_is_left_after_a_quiet_minute() {
        let mut levels = Levels::default();
        for second in 0..10 {
            assert!(!levels.observe(seconds(second), &slow_store()), "{second} s");
        }
        assert!(levels.observe(seconds(10), &slow_store()));
        assert_eq!(levels.level(), Level::Degraded);
        assert_eq!(levels.reasons().collect::<Vec<_>>(), [Trigger::SlowStore]);

        levels.observe(seconds(11), &Measures::default());
        levels.observe(seconds(40), &slow_store());
        levels.observe(seconds(41), &Measures::default());
        levels.observe(seconds(100), &Measures::default());
        assert_eq!(levels.level(), Level::Degraded, "the minute began anew");
        levels.observe(seconds(101), &Measures::default());
        assert_eq!(levels.level(), Level::Normal);
        assert_eq!(levels.reasons().count(), 0);
    }

    #[test]
    fn a_moment_is_no_reason_to_change() {
        let mut levels = Levels::default();
        for second in 0..100 {
            let measures = if second % 5 == 0 { Measures::default() } else { slow_store() };
            levels.observe(seconds(second), &measures);
            assert_eq!(levels.level(), Level::Normal);
        }
    }

    #[test]
    fn a_store_that_cannot_write_is_told_at_once_and_mends_step_by_step() {
        let mut levels = Levels::default();
        levels.observe(seconds(1), &Measures { cannot_write: true, ..Measures::default() });
        assert_eq!(levels.level(), Level::Emergency);
        let low = Measures { disk_free: Some(1_000), ..Measures::default() };
        assert!(levels.observe(seconds(2), &low));
        assert_eq!(levels.level(), Level::Critical, "at once");
        levels.observe(seconds(62), &low);
        assert_eq!(levels.level(), Level::Critical);
        levels.observe(seconds(63), &Measures::default());
        levels.observe(seconds(122), &Measures::default());
        assert_eq!(levels.level(), Level::Critical);
        levels.observe(seconds(123), &Measures::default());
        assert_eq!(levels.level(), Level::Normal);
    }

    #[test]
    fn each_level_leaves_off_what_is_less_urgent() {
        let least =
            [Level::Normal, Level::Degraded, Level::Critical, Level::Emergency].map(Level::least_priority);
        assert_eq!(least, [Some(Priority::Low), Some(Priority::Normal), Some(Priority::High), None]);
    }
}
