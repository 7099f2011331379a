//! Where a rate, or the difference of two, lies.

use super::normal::quantile;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// From where to where.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Where a pass rate lies: `passed` of `cases` passed, where a case whose repeats pass in part counts as that part.
/// Repeats of the same cases make a rate more sure, never less, so with them it is rather too wide. Nothing is known
/// of no cases: from 0 to 1.
///
/// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22(158), 1927.
#[must_use]
pub fn wilson(passed: f64, cases: u32, confidence: f64) -> Interval {
    if cases == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let n = f64::from(cases);
    let (rate, z) = (passed / n, quantile(0.5 + confidence / 2.0));
    let middle = (rate + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (rate * (1.0 - rate) / n + z * z / (4.0 * n * n)).sqrt();
    // At the ends it is exact, which rounding must not change.
    let low = if passed <= 0.0 { 0.0 } else { (middle - half).max(0.0) };
    let high = if passed >= n { 1.0 } else { (middle + half).min(1.0) };
    Interval { low, high }
}

/// Where the difference of two pass rates over the same cases lies, with one repeat of each case.
///
/// D. G. Bonett, R. M. Price, "Adjusted Wald confidence interval for a difference of binomial proportions based on
/// paired data", Journal of Educational and Behavioral Statistics 37(4), 2012.
#[must_use]
pub fn paired_difference(better: u32, worse: u32, cases: u32, confidence: f64) -> Interval {
    if cases == 0 {
        return Interval { low: -1.0, high: 1.0 };
    }
    let n = f64::from(cases) + 2.0;
    let (better, worse) = ((f64::from(better) + 1.0) / n, (f64::from(worse) + 1.0) / n);
    let difference = better - worse;
    let half = quantile(0.5 + confidence / 2.0) * ((better + worse - difference * difference) / n).sqrt();
    Interval { low: (difference - half).max(-1.0), high: (difference + half).min(1.0) }
}
