//! Which of two columns is liked better, case by case.

use super::{CONFIDENCE, Interval, SIGNIFICANCE, mcnemar, p_value, wilson};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which of two columns is liked better, and how sure that is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Liking {
    /// On how many cases the first is.
    pub one: u32,
    /// On how many cases the other is.
    pub other: u32,
    /// On how many neither is.
    pub same: u32,
    /// The share of the cases with a favourite on which the first is, and where it lies with 95 % confidence.
    pub share: Interval,
    /// How likely at least so uneven a split is where both are liked the same: the sign test.
    pub p: f64,
    /// The same in words.
    pub words: String,
}

/// What can be said of two columns of which the first is liked better on `one` cases, the second on `other`, and neither
/// on `same`.
///
/// The sign test leaves out the cases without a favourite: W. J. Dixon, A. M. Mood, "The statistical sign test", JASA
/// 41(236), 1946.
#[must_use]
pub fn liking(one: u32, other: u32, same: u32) -> Liking {
    let p = mcnemar(one, other);
    let share = wilson(f64::from(one), one + other, CONFIDENCE);
    Liking { one, other, same, share, p, words: words(one, other, same, p) }
}

fn words(one: u32, other: u32, same: u32, p: f64) -> String {
    let all = one + other + same;
    if all == 0 {
        return "nothing was decided yet".to_owned();
    }
    let cases = if all == 1 { "1 case".to_owned() } else { format!("{all} cases") };
    let counted = format!("the first is liked better on {one}, the second on {other} of {cases}");
    let (favoured, p_text) = (one + other, p_value(p));
    if favoured == 0 {
        format!("the same on all {cases}")
    } else if p < SIGNIFICANCE {
        format!("{counted}; a difference this large is unlikely to be chance ({p_text})")
    } else if mcnemar(favoured, 0) >= SIGNIFICANCE {
        format!("{counted}; too few cases have a favourite to tell it from chance")
    } else {
        format!("{counted}; a difference this small may well be chance ({p_text})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_is_told_from_chance_only_where_it_is_uneven_and_large_enough() {
        for (one, other, same, words) in [
            (0, 0, 0, "nothing was decided yet"),
            (0, 0, 4, "the same on all 4 cases"),
            (
                4,
                1,
                0,
                "the first is liked better on 4, the second on 1 of 5 cases; too few cases have a favourite to tell \
                 it from chance",
            ),
            (
                14,
                3,
                3,
                "the first is liked better on 14, the second on 3 of 20 cases; a difference this large is unlikely to \
                 be chance (p = 0.013)",
            ),
            (
                8,
                7,
                0,
                "the first is liked better on 8, the second on 7 of 15 cases; a difference this small may well be \
                 chance (p = 0.99)",
            ),
        ] {
            assert_eq!(liking(one, other, same).words, words);
        }
    }

    #[test]
    fn who_is_called_first_does_not_matter() {
        let (found, turned) = (liking(9, 4, 2), liking(4, 9, 2));
        assert!((found.p - turned.p).abs() < 1e-12);
        assert!((found.share.low - (1.0 - turned.share.high)).abs() < 1e-12);
    }
}
