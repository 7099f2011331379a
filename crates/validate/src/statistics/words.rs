//! What a comparison says, for people who know no statistics.

use super::{Comparison, Difference, SIGNIFICANCE, Standing, mcnemar};

/// What can be said, once the tests of all columns were taken together.
pub(super) fn standing(comparison: &Comparison) -> Standing {
    let (better, worse) = counts(comparison);
    match comparison.passes {
        None => Standing::NoCases,
        Some(_) if better + worse == 0 => Standing::Same,
        Some(Difference { adjusted_p, mean, .. }) if adjusted_p < SIGNIFICANCE => {
            if mean > 0.0 {
                Standing::Better
            } else {
                Standing::Worse
            }
        }
        Some(_) if mcnemar(better + worse, 0) >= SIGNIFICANCE => Standing::TooFew,
        Some(_) => Standing::Unclear,
    }
}

/// The words for a comparison, one of `columns`.
pub(super) fn of(comparison: &Comparison, columns: usize) -> String {
    let passes = passes(comparison, columns);
    match comparison.score.filter(|score| score.mean != 0.0 || score.interval.low != score.interval.high) {
        Some(score) => format!("{passes}; {}", scores(score, columns)),
        None => passes,
    }
}

fn passes(comparison: &Comparison, columns: usize) -> String {
    let (better, worse) = counts(comparison);
    let cases = comparison.cases;
    let all = if cases == 1 { "1 case".to_owned() } else { format!("{cases} cases") };
    let Some(Difference { adjusted_p, .. }) = comparison.passes else {
        return "there is no case that both have".to_owned();
    };
    let p = told(adjusted_p, columns);
    let counted = format!("better on {better}, worse on {worse} of {all}");
    match comparison.standing {
        Standing::Better | Standing::Worse => {
            format!("{counted}; a difference this large is unlikely to be chance ({p})")
        }
        Standing::Unclear => format!("{counted}; a difference this small may well be chance ({p})"),
        Standing::TooFew => format!("{counted}; too few cases differ to tell it from chance"),
        Standing::Same | Standing::NoCases if cases == 1 => "the same on the 1 case".to_owned(),
        Standing::Same | Standing::NoCases => format!("the same on all {all}"),
    }
}

fn scores(Difference { mean, interval, adjusted_p, .. }: Difference, columns: usize) -> String {
    let p = told(adjusted_p, columns);
    let (way, size, [low, high]) = if mean < 0.0 {
        ("lower", -mean, [-interval.high, -interval.low])
    } else {
        ("higher", mean, [interval.low, interval.high])
    };
    let chance = if adjusted_p < SIGNIFICANCE { "which is unlikely to be" } else { "which may well be" };
    format!("the mean score is {size:.3} {way} (95 % interval {low:.3} to {high:.3}), {chance} chance ({p})")
}

fn counts(comparison: &Comparison) -> (u32, u32) {
    let count = |cases: &[u32]| u32::try_from(cases.len()).unwrap_or(u32::MAX);
    (count(&comparison.improved), count(&comparison.regressed))
}

fn told(p: f64, columns: usize) -> String {
    let p = p_value(p);
    if columns > 1 { format!("{p}, for all {columns} columns compared") } else { p }
}

/// `p = 0.013`: two digits that count, three places at most, `p < 0.001` below, and never rounded up to 1 or
/// across the border of what is unlikely.
#[must_use]
pub fn p_value(p: f64) -> String {
    if p < 0.001 {
        return "p < 0.001".to_owned();
    }
    if p >= 0.1 {
        return format!("p = {:.2}", if p < 1.0 { p.min(0.99) } else { p });
    }
    let rounded = format!("{p:.3}");
    if p < SIGNIFICANCE && rounded == "0.050" { "p = 0.0499".to_owned() } else { format!("p = {rounded}") }
}
