//! What was measured within the last ten minutes, for charts.
//!
//! [`watch`](crate::watch) notes a sample a second while something runs, and one after something has ended; while all is
//! still nothing is noted. At most 600 samples and 62 tallies are kept, which take about 200 KiB.

use formaops_domain::Timestamp;
use formaops_engine::{Load, Percentiles, Tally};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, time::Duration};

/// The most samples: a second apart, those of ten minutes.
const MOST_SAMPLES: usize = 600;
/// How far back samples go, in microseconds.
const STRETCH_MICROS: i64 = 600_000_000;
const MINUTE: Duration = Duration::from_secs(60);

/// How executions ended within a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastMinute {
    /// Those that were completed.
    pub completed: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those that were cancelled.
    pub cancelled: u64,
    /// How long the first token took, of the completed ones; absent where there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token_ms: Option<Percentiles>,
    /// How long the whole answer took, of the completed ones; absent where there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<Percentiles>,
}

impl From<Tally> for LastMinute {
    fn from(tally: Tally) -> Self {
        Self {
            completed: tally.completed,
            failed: tally.failed,
            cancelled: tally.cancelled,
            first_token_ms: tally.first_token.percentiles(),
            latency_ms: tally.latency.percentiles(),
        }
    }
}

/// What was so at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// When.
    pub at: Timestamp,
    /// Executions on the wire.
    pub running: u32,
    /// Executions that waited for their turn.
    pub queued: u32,
    /// Executions that had ended since the sample before.
    pub ended: u64,
    /// How those of the minute before had ended.
    pub last_minute: LastMinute,
}

/// The samples, and what is needed to take the next one.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    samples: VecDeque<Sample>,
    /// The tallies of the last minute, and the one before them. Without any, nothing had ended.
    tallies: VecDeque<(Duration, Tally)>,
}

impl Figures {
    /// Takes a sample; to be called at most once a second.
    pub(crate) fn note(&mut self, now: Duration, at: Timestamp, load: &Load, tally: Tally) {
        let ended = tally.ended().saturating_sub(self.ended());
        let last_minute = self.last_minute(now, &tally);
        self.tallies.push_back((now, tally));
        while self.tallies.get(1).is_some_and(|(at, _)| *at + MINUTE <= now) {
            self.tallies.pop_front();
        }
        if self.samples.len() == MOST_SAMPLES {
            self.samples.pop_front();
        }
        // Where the wall clock was set back, what is later than now has not been.
        self.samples.retain(|sample| sample.at < at);
        let (running, queued) = (load.running, load.queued);
        self.samples.push_back(Sample { at, running, queued, ended, last_minute });
    }

    /// Whether something has ended of which no sample tells.
    pub(crate) fn is_behind(&self, tally: &Tally) -> bool {
        tally.ended() != self.ended()
    }

    /// How executions ended within the minute up to now.
    pub(crate) fn last_minute(&self, now: Duration, tally: &Tally) -> LastMinute {
        let before = self.tallies.iter().rev().find(|(at, _)| *at + MINUTE <= now);
        before.map_or_else(|| tally.clone(), |(_, before)| tally.since(before)).into()
    }

    /// The samples of the last ten minutes, oldest first; only those after a moment, where one is given that has been.
    pub(crate) fn samples(&self, now: Timestamp, after: Option<Timestamp>) -> Vec<Sample> {
        let from = Timestamp::from_micros(now.as_micros() - STRETCH_MICROS);
        let after = after.filter(|after| *after <= now);
        let wanted = |sample: &&Sample| sample.at >= from && after.is_none_or(|after| sample.at > after);
        self.samples.iter().filter(wanted).cloned().collect()
    }

    fn ended(&self) -> u64 {
        self.tallies.back().map_or(0, |(_, tally)| tally.ended())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formaops_domain::Span;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_micros(i64::try_from(seconds).unwrap() * 1_000_000)
    }

    /// Executions that were completed in so many milliseconds each, and failed ones, beside those of before.
    fn with(before: &Tally, completed: &[u64], failed: u64) -> Tally {
        let mut tally = before.clone();
        tally.completed += completed.len() as u64;
        tally.failed += failed;
        completed.iter().for_each(|&time| tally.latency.add(Span::from_micros(time * 1000)));
        tally
    }

    fn note(figures: &mut Figures, second: u64, tally: &Tally) {
        figures.note(seconds(second), at(second), &Load::default(), tally.clone());
    }

    #[test]
    fn a_sample_tells_of_its_second_and_of_the_minute_before_it() {
        let mut figures = Figures::default();
        let first = with(&Tally::default(), &[10, 10], 1);
        note(&mut figures, 1, &first);
        let second = with(&first, &[12], 0);
        note(&mut figures, 30, &second);
        note(&mut figures, 61, &second);
        note(&mut figures, 90, &second);
        let samples = figures.samples(at(90), None);
        assert_eq!(samples.iter().map(|sample| sample.ended).collect::<Vec<_>>(), [3, 1, 0, 0]);
        let minutes = samples.iter().map(|sample| (sample.last_minute.completed, sample.last_minute.failed));
        assert_eq!(minutes.collect::<Vec<_>>(), [(2, 1), (3, 1), (1, 0), (0, 0)]);
        let median = |sample: &Sample| sample.last_minute.latency_ms.map(|latency| latency.p50);
        assert_eq!(samples.iter().map(median).collect::<Vec<_>>(), [Some(10), Some(10), Some(12), None]);
    }

    #[test]
    fn what_ends_after_a_long_rest_is_told_without_what_ended_before_it() {
        let mut figures = Figures::default();
        let before = with(&Tally::default(), &[10; 100], 7);
        note(&mut figures, 1, &before);
        assert!(!figures.is_behind(&before));
        let after = with(&before, &[], 1);
        assert!(figures.is_behind(&after));
        let minute = figures.last_minute(seconds(5000), &after);
        assert_eq!((minute.completed, minute.failed), (0, 1));
        note(&mut figures, 5000, &after);
        let samples = figures.samples(at(5000), None);
        assert_eq!(samples.len(), 1, "what is older than ten minutes is not told");
        assert_eq!(samples[0].ended, 1);
    }

    #[test]
    fn after_the_wall_clock_was_set_back_what_is_new_is_told_and_nothing_of_the_future() {
        let mut figures = Figures::default();
        let mut note = |now, wall| figures.note(seconds(now), at(wall), &Load::default(), Tally::default());
        note(1, 4000);
        note(2, 7601);
        note(3, 4002);
        let told = |at: Vec<Sample>| at.into_iter().map(|sample| sample.at).collect::<Vec<_>>();
        assert_eq!(told(figures.samples(at(4002), Some(at(7601)))), [at(4000), at(4002)]);
    }

    #[test]
    fn it_holds_no_more_than_it_may() {
        let mut figures = Figures::default();
        (0..5000).for_each(|second| note(&mut figures, second, &Tally::default()));
        assert_eq!(figures.samples.len(), MOST_SAMPLES);
        assert!(figures.tallies.len() <= 62, "{}", figures.tallies.len());
        assert_eq!(figures.samples(at(4999), None).len(), MOST_SAMPLES);
        let news = figures.samples(at(4999), Some(at(4996)));
        assert_eq!(news.iter().map(|sample| sample.at).collect::<Vec<_>>(), [at(4997), at(4998), at(4999)]);
    }
}
