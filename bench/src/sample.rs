//! Times that were measured, and what they have in common.

use std::time::Duration;

/// Times in order of length.
pub(crate) struct Sample(Vec<Duration>);

impl Sample {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The time that this share of all does not exceed: the nearest rank, so always one that was measured.
    pub(crate) fn quantile(&self, share: f64) -> Duration {
        let rank = (share * self.0.len() as f64).ceil() as usize;
        self.0.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }

    pub(crate) fn median(&self) -> Duration {
        self.quantile(0.5)
    }

    pub(crate) fn least(&self) -> Duration {
        self.quantile(0.0)
    }

    pub(crate) fn most(&self) -> Duration {
        self.quantile(1.0)
    }
}

impl FromIterator<Duration> for Sample {
    fn from_iter<T: IntoIterator<Item = Duration>>(times: T) -> Self {
        let mut times: Vec<_> = times.into_iter().collect();
        times.sort_unstable();
        Self(times)
    }
}

/// The middle one of some numbers; zero where there are none.
pub(crate) fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut numbers: Vec<_> = numbers.into_iter().collect();
    numbers.sort_unstable_by(f64::total_cmp);
    numbers.get(numbers.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_one_of_the_times() {
        let sample: Sample = (1..=100).rev().map(Duration::from_millis).collect();
        let millis = [sample.least(), sample.median(), sample.quantile(0.99), sample.most()]
            .map(|time| time.as_millis());
        assert_eq!(millis, [1, 50, 99, 100]);
        assert_eq!(Sample::from_iter([]).median(), Duration::ZERO);
    }

    #[test]
    fn the_median_of_numbers_is_the_middle_one() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([]), 0.0);
    }
}
