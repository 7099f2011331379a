//! Two columns of a grid, case by case.

use super::{
    CONFIDENCE, Interval, MeanDifference, PassAt, bootstrap, every_pass, holm, is_flaky, mcnemar,
    paired_difference, pass_at, wilson, words,
};
use formaops_domain::{NanoUsd, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The most tries that pass@k is told for.
const MOST_TRIES: u32 = 16;

/// What the repeats of a case came to in one column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CaseOutcome {
    /// The case, by its place in the run.
    pub case: u32,
    /// How many repeats passed.
    pub passed: u32,
    /// How many there were, at least one.
    pub repeats: u32,
    /// The mean of their scores.
    pub score: Option<f64>,
    /// The mean of what they cost.
    pub cost_usd: Option<NanoUsd>,
    /// The mean of how long they took.
    pub latency_ms: Option<Span>,
}

impl CaseOutcome {
    fn share(&self) -> f64 {
        f64::from(self.passed) / f64::from(self.repeats)
    }
}

/// Outcomes that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOutcomes {
    /// A case without a repeat.
    #[error("case {0} has no repeats: leave out what has not run")]
    NoRepeats(u32),
    /// More repeats passed than there were.
    #[error("of case {0} more repeats passed than there were")]
    TooManyPassed(u32),
    /// A score that is not a number.
    #[error("the score of case {0} is not a number")]
    Score(u32),
    /// A case that is there twice.
    #[error("case {0} is there twice: take its repeats together")]
    Twice(u32),
}

/// What a column came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ColumnSummary {
    /// How many cases it has.
    pub cases: u32,
    /// The share that passed: of cases, each the share of its repeats. 0 where there are no cases.
    pub pass_rate: f64,
    /// Where the pass rate lies, with 95 % confidence.
    pub pass_interval: Interval,
    /// The mean score of the cases that have one.
    pub mean_score: Option<f64>,
    /// The mean cost of a repeat, over the cases whose cost is known.
    pub mean_cost_usd: Option<NanoUsd>,
    /// The mean time of a repeat, over the cases whose time is known.
    pub mean_latency_ms: Option<Span>,
    /// The cases whose repeats disagree.
    pub flaky: Vec<u32>,
    /// How likely one or all of so many tries pass, for each number of tries that every case has repeats for, up to 16.
    pub pass_at: Vec<PassAt>,
}

/// How a difference was tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Test {
    /// McNemar's exact test of the cases that differ, where each has one repeat.
    Mcnemar,
    /// Cases drawn again.
    Bootstrap,
}

/// A difference to the baseline, and whether it is one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// The mean over cases; above 0 where the column has more.
    pub mean: f64,
    /// Where it lies, with 95 % confidence.
    pub interval: Interval,
    /// How it was tested.
    pub test: Test,
    /// How likely at least so large a difference is where there is none.
    pub p: f64,
    /// The same where all compared columns are taken together (Holm).
    pub adjusted_p: f64,
}

/// What can be said of a column beside the baseline, by what passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    /// It is better, and that is unlikely to be chance.
    Better,
    /// It is worse, and that is unlikely to be chance.
    Worse,
    /// It differs, as it might by chance.
    Unclear,
    /// So few cases differ that they could not say more, whichever way they went.
    TooFew,
    /// It does not differ on any case.
    Same,
    /// There is no case that both have.
    NoCases,
}

/// A column beside the baseline, over the cases that both have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// How many cases both have.
    pub cases: u32,
    /// How many only the baseline has.
    pub only_base: u32,
    /// How many only the column has.
    pub only_column: u32,
    /// The baseline.
    pub base: ColumnSummary,
    /// The column.
    pub column: ColumnSummary,
    /// The cases that pass more often.
    pub improved: Vec<u32>,
    /// The cases that pass less often.
    pub regressed: Vec<u32>,
    /// The difference of the pass rates; absent where there are no cases.
    pub passes: Option<Difference>,
    /// The difference of the mean scores, over the cases that have one in both.
    pub score: Option<Difference>,
    /// The difference of the mean costs of a repeat, in dollars, over the cases whose cost is known in both.
    pub cost_usd: Option<MeanDifference>,
    /// The difference of the mean times of a repeat, in milliseconds, over the cases whose time is known in both.
    pub latency_ms: Option<MeanDifference>,
    /// What can be said, by what passes.
    pub standing: Standing,
    /// The same for people, with the scores.
    pub words: String,
}

/// What a column came to.
///
/// # Errors
/// Where an outcome cannot be.
pub fn summarise(outcomes: &[CaseOutcome]) -> Result<ColumnSummary, InvalidOutcomes> {
    checked(outcomes).map(|by_case| summary(&by_case))
}

/// Columns, each beside its baseline: `pairs` are of the baseline and the column. `seed` is what samples are drawn
/// from: the same one gives the same numbers.
///
/// # Errors
/// Where an outcome cannot be.
pub fn compare(
    pairs: &[(&[CaseOutcome], &[CaseOutcome])],
    seed: u64,
) -> Result<Vec<Comparison>, InvalidOutcomes> {
    let compared =
        pairs.iter().map(|(base, column)| Ok(compare_two(&checked(base)?, &checked(column)?, seed)));
    let mut compared = compared.collect::<Result<Vec<_>, _>>()?;
    adjust(&mut compared, |comparison| comparison.passes.as_mut());
    adjust(&mut compared, |comparison| comparison.score.as_mut());
    for comparison in &mut compared {
        comparison.standing = words::standing(comparison);
        comparison.words = words::of(comparison, pairs.len());
    }
    Ok(compared)
}

/// Takes the tests of all columns together.
fn adjust(compared: &mut [Comparison], of: impl Fn(&mut Comparison) -> Option<&mut Difference>) {
    let mut differences: Vec<_> = compared.iter_mut().filter_map(of).collect();
    let values: Vec<_> = differences.iter().map(|difference| difference.p).collect();
    for (difference, adjusted) in differences.iter_mut().zip(holm(&values)) {
        difference.adjusted_p = adjusted;
    }
}

/// The outcomes by their cases.
fn checked(outcomes: &[CaseOutcome]) -> Result<Vec<CaseOutcome>, InvalidOutcomes> {
    for outcome in outcomes {
        let case = outcome.case;
        if outcome.repeats == 0 {
            return Err(InvalidOutcomes::NoRepeats(case));
        }
        if outcome.passed > outcome.repeats {
            return Err(InvalidOutcomes::TooManyPassed(case));
        }
        if outcome.score.is_some_and(|score| !score.is_finite()) {
            return Err(InvalidOutcomes::Score(case));
        }
    }
    let mut by_case = outcomes.to_vec();
    by_case.sort_unstable_by_key(|outcome| outcome.case);
    match by_case.windows(2).find(|pair| pair[0].case == pair[1].case) {
        Some(pair) => Err(InvalidOutcomes::Twice(pair[0].case)),
        None => Ok(by_case),
    }
}

/// The outcomes of the cases that both have, in both.
fn in_both(base: &[CaseOutcome], column: &[CaseOutcome]) -> [Vec<CaseOutcome>; 2] {
    let other = |of: &[CaseOutcome], case| of.binary_search_by_key(&case, |outcome| outcome.case).is_ok();
    let both = |of: &[CaseOutcome], with: &[CaseOutcome]| {
        of.iter().filter(|outcome| other(with, outcome.case)).copied().collect()
    };
    [both(base, column), both(column, base)]
}

fn compare_two(base: &[CaseOutcome], column: &[CaseOutcome], seed: u64) -> Comparison {
    let [before, after] = in_both(base, column);
    let pairs = || before.iter().zip(&after);
    let cases_where = |holds: fn(f64, f64) -> bool| -> Vec<u32> {
        let found = pairs().filter(|(before, after)| holds(before.share(), after.share()));
        found.map(|(before, _)| before.case).collect()
    };
    let (improved, regressed) =
        (cases_where(|before, after| after > before), cases_where(|before, after| after < before));
    let difference_of = |value: fn(&CaseOutcome) -> Option<f64>| {
        let differences: Vec<_> =
            pairs().filter_map(|(before, after)| Some(value(after)? - value(before)?)).collect();
        bootstrap(&differences, seed)
    };
    let is_single = pairs().all(|(before, after)| before.repeats == 1 && after.repeats == 1);
    let passes = if is_single && !before.is_empty() {
        Some(single(count(&improved), count(&regressed), count(&before)))
    } else {
        difference_of(|outcome| Some(outcome.share())).map(sampled)
    };
    Comparison {
        cases: count(&before),
        only_base: count(base) - count(&before),
        only_column: count(column) - count(&after),
        base: summary(&before),
        column: summary(&after),
        improved,
        regressed,
        passes,
        score: difference_of(|outcome| outcome.score).map(sampled),
        cost_usd: difference_of(|outcome| outcome.cost_usd.map(|cost| cost.as_nanos() as f64 / 1e9)),
        latency_ms: difference_of(|outcome| {
            outcome.latency_ms.map(|latency| latency.as_micros() as f64 / 1e3)
        }),
        standing: Standing::NoCases,
        words: String::new(),
    }
}

/// The test where each case has one repeat.
fn single(better: u32, worse: u32, cases: u32) -> Difference {
    let p = mcnemar(better, worse);
    Difference {
        mean: (f64::from(better) - f64::from(worse)) / f64::from(cases),
        interval: paired_difference(better, worse, cases, CONFIDENCE),
        test: Test::Mcnemar,
        p,
        adjusted_p: p,
    }
}

fn sampled(MeanDifference { mean, interval, p }: MeanDifference) -> Difference {
    Difference { mean, interval, test: Test::Bootstrap, p, adjusted_p: p }
}

fn summary(outcomes: &[CaseOutcome]) -> ColumnSummary {
    let cases = count(outcomes);
    let passed: f64 = outcomes.iter().map(CaseOutcome::share).sum();
    let tries = outcomes.iter().map(|outcome| outcome.repeats).min().unwrap_or(0).min(MOST_TRIES);
    let over_cases = |of: fn(u32, u32, u32) -> Option<f64>, k: u32| {
        mean(outcomes.iter().filter_map(|outcome| of(k, outcome.passed, outcome.repeats)))
    };
    ColumnSummary {
        cases,
        pass_rate: if cases == 0 { 0.0 } else { passed / f64::from(cases) },
        pass_interval: wilson(passed, cases, CONFIDENCE),
        mean_score: mean(outcomes.iter().filter_map(|outcome| outcome.score)),
        mean_cost_usd: mean(outcomes.iter().filter_map(|outcome| Some(outcome.cost_usd?.as_nanos() as f64)))
            .map(|nanos| NanoUsd::from_nanos(nanos.round() as u64)),
        mean_latency_ms: mean(
            outcomes.iter().filter_map(|outcome| Some(outcome.latency_ms?.as_micros() as f64)),
        )
        .map(|micros| Span::from_micros(micros.round() as u64)),
        flaky: outcomes
            .iter()
            .filter(|outcome| is_flaky(outcome.passed, outcome.repeats))
            .map(|outcome| outcome.case)
            .collect(),
        pass_at: (1..=tries)
            .filter_map(|k| {
                Some(PassAt { k, any: over_cases(pass_at, k)?, every: over_cases(every_pass, k)? })
            })
            .collect(),
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, number) = values.fold((0.0, 0_u32), |(sum, number), value| (sum + value, number + 1));
    (number > 0).then(|| sum / f64::from(number))
}

/// Cases have numbers of 32 bits, so there are no more.
fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
