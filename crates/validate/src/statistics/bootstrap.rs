//! The mean of differences, case by case.

use super::{
    CONFIDENCE, Interval,
    normal::{quantile, share_below},
    random::Random,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The most and the fewest times that the cases are drawn again, and how many draws that may be in all.
const MOST_SAMPLES: usize = 10_000;
const FEWEST_SAMPLES: usize = 1_000;
const DRAWS: usize = 20_000_000;
/// Of more cases none is drawn again: there the means of samples are normal but for what no sample of them would show.
const MOST_DRAWN: usize = DRAWS / FEWEST_SAMPLES;

/// A mean of differences and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeanDifference {
    /// The mean over cases; above 0 where the compared column has more.
    pub mean: f64,
    /// Where it lies, with 95 % confidence.
    pub interval: Interval,
    /// How likely at least so large a mean is where there is no difference.
    pub p: f64,
}

/// What is known of the mean of these differences, one a case. `None` where there are none, or one is not a number.
///
/// The interval is the bias-corrected and accelerated one of B. Efron, "Better Bootstrap Confidence Intervals", JASA
/// 82(397), 1987: it stays true where differences are skewed, as scores between 0 and 1 are. p is the share of samples
/// from the differences about their mean whose mean is as far from 0 (B. Efron, R. J. Tibshirani, "An Introduction to
/// the Bootstrap", 1993, section 16.4). It is never below what turning the signs of so many differences can say.
///
/// Of more than 20,000 cases both are those of the normal distribution that the mean of so many has by the central limit
/// theorem, with the skewness of the differences in the interval as in P. Hall, "The Bootstrap and Edgeworth Expansion",
/// 1992, chapter 3.
#[must_use]
pub fn bootstrap(differences: &[f64], seed: u64) -> Option<MeanDifference> {
    let cases = differences.len();
    if cases == 0 || differences.iter().any(|difference| !difference.is_finite()) {
        return None;
    }
    let mean = differences.iter().sum::<f64>() / cases as f64;
    let about: Vec<f64> = differences.iter().map(|difference| difference - mean).collect();
    let square: f64 = about.iter().map(|from| from * from).sum();
    let differ = differences.iter().filter(|difference| **difference != 0.0).count();
    let least_p = 0.5_f64.powi(i32::try_from(differ).unwrap_or(i32::MAX) - 1).min(1.0);
    if square <= f64::EPSILON * mean * mean {
        return Some(MeanDifference { mean, interval: Interval { low: mean, high: mean }, p: least_p });
    }
    if cases > MOST_DRAWN {
        return Some(normal(mean, &about, square, least_p));
    }

    let samples = (DRAWS / cases).clamp(FEWEST_SAMPLES, MOST_SAMPLES);
    let mut random = Random::new(seed);
    let mut means: Vec<f64> = (0..samples)
        .map(|_| (0..cases).map(|_| about[random.below(cases)]).sum::<f64>() / cases as f64)
        .collect();
    means.sort_by(f64::total_cmp);

    // Means that are the same up to rounding are the same.
    let slack = 1e-12 * (mean.abs() + (square / cases as f64).sqrt());
    let far = means.iter().filter(|sample| sample.abs() >= mean.abs() - slack).count();
    let p = ((far + 1) as f64 / (samples + 1) as f64).max(least_p);
    let below = means.partition_point(|sample| *sample < -slack);
    let same = means.partition_point(|sample| *sample <= slack) - below;
    let least_share = 0.5 / samples as f64;
    let bias = ((below as f64 + same as f64 / 2.0) / samples as f64).clamp(least_share, 1.0 - least_share);
    let bias = quantile(bias);
    let cube: f64 = about.iter().map(|from| from.powi(3)).sum();
    let acceleration = cube / (6.0 * square.powf(1.5));
    let end = |share: f64| {
        let z = bias + quantile(share);
        mean + at_share(&means, share_below(bias + z / (1.0 - acceleration * z)))
    };
    let interval = Interval { low: end((1.0 - CONFIDENCE) / 2.0), high: end(f64::midpoint(1.0, CONFIDENCE)) };
    Some(MeanDifference { mean, interval, p })
}

/// The value that this share of the sorted ones lies below.
fn at_share(sorted: &[f64], share: f64) -> f64 {
    let at = share.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    below + (above - below) * at.fract()
}

/// What is known of the mean of very many differences.
fn normal(mean: f64, about: &[f64], square: f64, least_p: f64) -> MeanDifference {
    let cases = about.len() as f64;
    let deviation = (square / cases).sqrt();
    let error = deviation / cases.sqrt();
    let skewness = about.iter().map(|from| from.powi(3)).sum::<f64>() / cases / deviation.powi(3);
    let end = |share: f64| {
        let z = quantile(share);
        mean + error * (z + skewness * (2.0 * z * z + 1.0) / (6.0 * cases.sqrt()))
    };
    let interval = Interval { low: end((1.0 - CONFIDENCE) / 2.0), high: end(f64::midpoint(1.0, CONFIDENCE)) };
    let p = (2.0 * share_below(-(mean / error).abs())).clamp(least_p, 1.0);
    MeanDifference { mean, interval, p }
}
