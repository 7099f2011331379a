//! Exact tests of counts.

use std::f64::consts::{LN_2, PI};

/// The exact, two-sided p of McNemar's test: how likely at least so uneven a split of the cases that differ is,
/// where each of them is as likely to be better as to be worse. 1 where none differs.
///
/// Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
/// Psychometrika 12(2), 1947, with the binomial distribution in the place of its approximation.
#[must_use]
pub fn mcnemar(better: u32, worse: u32) -> f64 {
    let differ = u64::from(better) + u64::from(worse);
    let fewer = u64::from(better.min(worse));
    (2.0 * if differ <= MOST_EXACT { from_below(differ, fewer) } else { from_above(differ, fewer) }).min(1.0)
}

/// Up to so many, 2⁻ⁿ is a number that loses nothing.
const MOST_EXACT: u64 = 1_000;

/// The chance of at most `fewer` of `differ`, added up from the smallest term.
fn from_below(differ: u64, fewer: u64) -> f64 {
    let (mut sum, mut term) = (0.0, 0.5_f64.powi(differ as i32));
    for count in 0..=fewer {
        sum += term;
        term *= (differ - count) as f64 / (count + 1) as f64;
    }
    sum
}

/// The same, added up from the largest term for as long as it matters.
fn from_above(differ: u64, fewer: u64) -> f64 {
    let ln = ln_factorial(differ) - ln_factorial(fewer) - ln_factorial(differ - fewer) - differ as f64 * LN_2;
    let (mut sum, mut term) = (0.0, ln.exp());
    for count in (0..=fewer).rev() {
        let more = sum + term;
        if more == sum {
            break;
        }
        sum = more;
        term *= count as f64 / (differ - count + 1) as f64;
    }
    sum
}

/// The natural logarithm of `n!`, exact to about 10⁻¹⁵ of itself.
pub(super) fn ln_factorial(n: u64) -> f64 {
    if n < 32 {
        return (2..=n).map(|factor| (factor as f64).ln()).sum();
    }
    // Stirling's series.
    let n = n as f64;
    let square = n * n;
    let rest = (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * square)) / square) / square) / n;
    n * n.ln() - n + (2.0 * PI * n).ln() / 2.0 + rest
}
