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

/// How much of what the machine can do is asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Pressure {
    /// Less than 70 %.
    #[default]
    Little,
    /// 70 % or more: what can wait does.
    Much,
    /// 90 % or more, and this program is late: only what matters is taken in.
    TooMuch,
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
/// From this share of what the machine can do on, what can wait does.
const MUCH: f64 = 0.7;
/// From this share on, only what matters is taken in.
const TOO_MUCH: f64 = 0.9;
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

    /// What the processors speak for. That they are in use is no reason to refuse work before this program is late.
    fn pressure(&self) -> Pressure {
        match self.cpu {
            Some(cpu) if cpu >= TOO_MUCH && self.lag > LATE => Pressure::TooMuch,
            Some(cpu) if cpu >= MUCH => Pressure::Much,
            _ => Pressure::Little,
        }
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

/// What holds, and changes only after what speaks for something else has lasted, so that it does not flicker.
#[derive(Debug, Clone, Default)]
struct Lasting<T> {
    holds: T,
    /// Since when all that was measured spoke for more, and the least of that.
    more: Option<(Duration, T)>,
    /// The same for less, and the most of that.
    less: Option<(Duration, T)>,
}

impl<T: Ord + Copy> Lasting<T> {
    fn observe(&mut self, now: Duration, spoken_for: T) {
        self.more = (spoken_for > self.holds).then(|| match self.more {
            Some((since, least)) => (since, least.min(spoken_for)),
            None => (now, spoken_for),
        });
        self.less = (spoken_for < self.holds).then(|| match self.less {
            Some((since, most)) => (since, most.max(spoken_for)),
            None => (now, spoken_for),
        });
        let lasted = |change: Option<(Duration, T)>, time| {
            change.filter(|(since, _)| now.saturating_sub(*since) >= time).map(|(_, next)| next)
        };
        if let Some(next) = lasted(self.more, TIME_TO_ENTER).or_else(|| lasted(self.less, TIME_TO_LEAVE)) {
            self.set(next);
        }
    }

    fn set(&mut self, next: T) {
        (self.holds, self.more, self.less) = (next, None, None);
    }
}

/// The level that holds, and the pressure. They change only after what speaks for others has lasted; but a store that
/// cannot write is told at once, and so is one that can again: from then on it is as if it were critical.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    level: Lasting<Level>,
    reasons: BTreeSet<Trigger>,
    pressure: Lasting<Pressure>,
}

impl Levels {
    /// The level that holds.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level.holds
    }

    /// The pressure that holds.
    #[must_use]
    pub fn pressure(&self) -> Pressure {
        self.pressure.holds
    }

    /// What speaks for the level.
    pub fn reasons(&self) -> impl Iterator<Item = Trigger> {
        self.reasons.iter().copied()
    }

    /// Takes in what was measured at a monotonic time. Answers whether the level, its reasons or the pressure has changed.
    pub fn observe(&mut self, now: Duration, measures: &Measures) -> bool {
        let triggers = measures.triggers();
        let spoken_for = level_of(&triggers);
        let before = (self.level(), self.pressure(), self.reasons.clone());
        self.pressure.observe(now, measures.pressure());
        if spoken_for == Level::Emergency {
            self.level.set(Level::Emergency);
        } else if self.level() == Level::Emergency {
            self.level.set(Level::Critical);
        } else {
            self.level.observe(now, spoken_for);
        }
        // What led to the level stays its reason while it lasts.
        if self.level() == Level::Normal {
            self.reasons.clear();
        } else if spoken_for >= self.level() {
            self.reasons = triggers;
        }
        before != (self.level(), self.pressure(), self.reasons.clone())
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

    fn busy(cpu: f64, late: bool) -> Measures {
        Measures {
            cpu: Some(cpu),
            lag: Duration::from_millis(if late { 300 } else { 0 }),
            ..Measures::default()
        }
    }

    /// What holds after ten seconds of it, and the seconds that changed something.
    fn after_ten_seconds(measures: &Measures) -> (Levels, Vec<u64>) {
        let mut levels = Levels::default();
        let changes = (0..=10).filter(|second| levels.observe(seconds(*second), measures)).collect();
        (levels, changes)
    }

    #[test]
    fn what_can_wait_does_from_seventy_percent_on_and_work_is_refused_from_ninety() {
        let pressure = |measures: &Measures| after_ten_seconds(measures).0.pressure();
        assert_eq!(pressure(&busy(0.69, true)), Pressure::Little);
        assert_eq!(pressure(&busy(0.7, false)), Pressure::Much);
        assert_eq!(pressure(&busy(0.89, true)), Pressure::Much);
        assert_eq!(
            pressure(&busy(1.0, false)),
            Pressure::Much,
            "busy processors alone are what they are for"
        );
        assert_eq!(pressure(&busy(0.9, true)), Pressure::TooMuch);
        assert_eq!(pressure(&Measures::default()), Pressure::Little, "what is not known is no reason");
    }

    #[test]
    fn pressure_holds_once_it_has_lasted_and_until_a_quiet_minute() {
        let (mut levels, changes) = after_ten_seconds(&busy(0.9, true));
        assert_eq!(changes, [10], "a moment is no reason");
        for second in 11..=70 {
            levels.observe(seconds(second), &busy(0.5, false));
            assert_eq!(levels.pressure(), Pressure::TooMuch, "{second} s");
        }
        assert!(levels.observe(seconds(71), &busy(0.5, false)));
        assert_eq!(levels.pressure(), Pressure::Little);
        assert_eq!(levels.level(), Level::Normal);
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
