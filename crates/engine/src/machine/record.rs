//! How the calls to a provider went of late.

use super::Sign;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, time::Duration};

/// How far back it goes.
const STRETCH: Duration = Duration::from_secs(60);
/// The most calls that it holds.
const MOST: usize = 512;

/// The calls of the last minute that say something of the provider.
#[derive(Debug, Default)]
pub(super) struct Record {
    calls: VecDeque<Past>,
    failures_in_a_row: u32,
}

#[derive(Debug, Clone, Copy)]
struct Past {
    at: Duration,
    failed: bool,
    first_token: Option<Duration>,
}

/// How the calls of the last minute went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Recent {
    /// Calls that were answered, or failed by the provider's own fault.
    pub calls: u32,
    /// Those of them that failed.
    pub failures: u32,
    /// How many failed one after the other, however long ago.
    pub failures_in_a_row: u32,
    /// The time to the first token in milliseconds that half of the calls kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token_ms_p50: Option<u64>,
    /// The same that 95 of 100 kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token_ms_p95: Option<u64>,
}

impl Record {
    pub(super) fn add(&mut self, sign: Sign, now: Duration) {
        let (failed, first_token) = match sign {
            Sign::Answered { first_token, .. } => (false, first_token),
            Sign::Unwell { .. } => (true, None),
            Sign::Throttled { .. } | Sign::Refused | Sign::Nothing => return,
        };
        self.failures_in_a_row = if failed { self.failures_in_a_row.saturating_add(1) } else { 0 };
        if self.calls.len() == MOST {
            self.calls.pop_front();
        }
        self.calls.push_back(Past { at: now, failed, first_token });
    }

    pub(super) fn recent(&self, now: Duration) -> Recent {
        let calls = self.calls.iter().filter(|call| now.saturating_sub(call.at) <= STRETCH);
        let mut times: Vec<_> = calls.clone().filter_map(|call| call.first_token).collect();
        times.sort_unstable();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let percentile = |percent: usize| {
            let time = times.get((times.len() * percent).div_ceil(100).saturating_sub(1))?;
            u64::try_from(time.as_millis()).ok()
        };
        Recent {
            calls: count(calls.clone().count()),
            failures: count(calls.filter(|call| call.failed).count()),
            failures_in_a_row: self.failures_in_a_row,
            first_token_ms_p50: percentile(50),
            first_token_ms_p95: percentile(95),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn answered(first_token: u64) -> Sign {
        Sign::Answered { first_token: Some(seconds(first_token)), tokens: 0 }
    }

    #[test]
    fn only_the_last_minute_counts_but_a_row_of_failures_lasts() {
        let mut record = Record::default();
        record.add(answered(3), seconds(0));
        record.add(Sign::Unwell { overloaded: false }, seconds(10));
        record.add(Sign::Refused, seconds(11));
        assert_eq!(record.recent(seconds(60)).calls, 2);
        let later = record.recent(seconds(90));
        assert_eq!((later.calls, later.failures, later.failures_in_a_row), (0, 0, 1));
        record.add(answered(1), seconds(91));
        assert_eq!(record.recent(seconds(91)).failures_in_a_row, 0);
    }

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let mut record = Record::default();
        (1..=20).for_each(|time| record.add(answered(time), seconds(1)));
        let recent = record.recent(seconds(2));
        assert_eq!((recent.first_token_ms_p50, recent.first_token_ms_p95), (Some(10_000), Some(19_000)));
    }

    #[test]
    fn it_holds_no_more_than_it_may() {
        let mut record = Record::default();
        (0..10_000).for_each(|_| record.add(answered(1), seconds(1)));
        assert_eq!(record.recent(seconds(1)).calls as usize, MOST);
    }
}
