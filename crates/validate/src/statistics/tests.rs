//! Held against published values, and against what others compute. Where it says "scipy" or "statsmodels", the values
//! are those of scipy 1.17.1 and statsmodels 0.15.0, each by the call that is named.

use super::{
    exact::ln_factorial,
    normal::{quantile, share_below},
    random::Random,
    *,
};
use formaops_domain::{NanoUsd, Span};
use proptest::prelude::*;

#[track_caller]
fn near(value: f64, expected: f64, relative: f64) {
    let slack = relative * expected.abs().max(f64::MIN_POSITIVE);
    assert!((value - expected).abs() <= slack, "{value:e} is not {expected:e}");
}

#[test]
fn mcnemar_is_exact() {
    // statsmodels.stats.contingency_tables.mcnemar([[0, better], [worse, 0]], exact=True).pvalue
    for (better, worse, p) in [
        (14, 3, 0.012_725_830_078_125),
        (3, 14, 0.012_725_830_078_125),
        (0, 0, 1.0),
        (1, 0, 1.0),
        (0, 5, 0.0625),
        (0, 6, 0.031_25),
        (10, 10, 1.0),
        (8, 10, 0.814_529_418_945_312_5),
        (1, 16, 0.000_274_658_203_125),
        (120, 80, 0.005_685_155_996_750_306),
        (5_000, 5_200, 0.048_787_963_126_822_34),
        (100_000, 101_000, 0.025_862_392_439_732_45),
    ] {
        near(mcnemar(better, worse), p, 1e-9);
    }
    // The whole range is there, without an overflow.
    assert!(mcnemar(u32::MAX, u32::MAX) > 0.999);
    assert!(mcnemar(u32::MAX, 0) < 1e-300);
}

#[test]
fn a_rate_lies_where_wilson_says() {
    // statsmodels.stats.proportion.proportion_confint(passed, cases, alpha=0.05, method="wilson")
    for (passed, cases, low, high) in [
        (0.0, 1, 0.0, 0.793_450_685_622_762_7),
        (1.0, 1, 0.206_549_314_377_237_4, 1.0),
        (0.0, 10, 0.0, 0.277_532_799_862_889_26),
        (10.0, 10, 0.722_467_200_137_110_6, 1.0),
        (7.0, 10, 0.396_778_147_461_145_37, 0.892_208_732_593_698_9),
        // R. G. Newcombe, "Two-sided confidence intervals for the single proportion", 1998: 0.2553 to 0.3662.
        (81.0, 263, 0.255_288_519_878_274_2, 0.366_209_576_982_800_04),
        (190.0, 200, 0.910_421_851_861_223_9, 0.972_617_354_399_236),
        (999.0, 1_000, 0.994_357_441_402_042_1, 0.999_823_453_629_373_9),
        (1.0, 100_000, 1.765_247_730_378_309_2e-6, 5.664_709_659_040_968e-5),
    ] {
        let interval = wilson(passed, cases, 0.95);
        near(interval.low, low, 1e-9);
        near(interval.high, high, 1e-12);
    }
    assert_eq!(wilson(0.0, 0, 0.95), Interval { low: 0.0, high: 1.0 });
}

#[test]
fn a_difference_of_rates_lies_where_bonett_and_price_say() {
    // Their formula (equation 7), in numpy with scipy.stats.norm.ppf.
    for (better, worse, cases, low, high) in [
        (14, 3, 200, 0.012_833_984_869_085_553, 0.096_076_906_220_023_35),
        (0, 0, 10, -0.230_983_970_724_946_3, 0.230_983_970_724_946_3),
        (5, 0, 5, 0.195_835_985_223_576_92, 1.0),
        (120, 80, 1_000, 0.012_229_539_123_312_847, 0.067_610_780_237_964_6),
    ] {
        let interval = paired_difference(better, worse, cases, 0.95);
        near(interval.low, low, 1e-12);
        near(interval.high, high, 1e-12);
    }
    assert_eq!(paired_difference(0, 0, 0, 0.95), Interval { low: -1.0, high: 1.0 });
}

#[test]
fn holm_takes_comparisons_together() {
    // statsmodels.stats.multitest.multipletests(values, method="holm")[1]
    for (values, adjusted) in [
        (vec![0.01, 0.04, 0.03, 0.005], vec![0.03, 0.06, 0.06, 0.02]),
        (vec![0.5], vec![0.5]),
        (vec![0.04, 0.04], vec![0.08, 0.08]),
        (vec![0.9, 0.8, 0.001], vec![1.0, 1.0, 0.003]),
        (vec![1.0, 1.0], vec![1.0, 1.0]),
        (vec![], vec![]),
    ] {
        for (value, expected) in holm(&values).into_iter().zip(&adjusted) {
            near(value, *expected, 1e-12);
        }
    }
}

#[test]
fn tries_pass_as_often_as_the_binomial_coefficients_say() {
    // 1 - comb(n - c, k) / comb(n, k) and comb(c, k) / comb(n, k), in Python.
    for (repeats, passed, k, any, every) in [
        (1, 0, 1, 0.0, 0.0),
        (1, 1, 1, 1.0, 1.0),
        (5, 2, 1, 0.4, 0.4),
        (5, 2, 2, 0.7, 0.1),
        (5, 2, 4, 1.0, 0.0),
        (10, 3, 5, 0.916_666_666_666_666_6, 0.0),
        (200, 13, 10, 0.497_551_114_730_606_1, 1.273_885_105_822_107_1e-14),
        (200, 13, 100, 0.999_919_497_198_805_5, 0.0),
        (5, 5, 5, 1.0, 1.0),
        (5, 0, 5, 0.0, 0.0),
    ] {
        near(pass_at(k, passed, repeats).unwrap(), any, 1e-12);
        near(every_pass(k, passed, repeats).unwrap(), every, 1e-12);
    }
    for (k, passed, repeats) in [(6, 5, 5), (0, 1, 5), (1, 6, 5), (1, 0, 0)] {
        assert_eq!((pass_at(k, passed, repeats), every_pass(k, passed, repeats)), (None, None));
    }
    assert_eq!(
        [(0, 3), (1, 3), (3, 3)].map(|(passed, repeats)| is_flaky(passed, repeats)),
        [false, true, false]
    );
}

#[test]
fn the_normal_distribution_is_that_of_others() {
    // scipy.stats.norm.cdf
    for (x, share) in [
        (-8.0, 6.220_960_574_271_74e-16),
        (-3.0, 0.001_349_898_031_630_093_3),
        (-1.5, 0.066_807_201_268_858_07),
        (0.0, 0.5),
        (0.5, 0.691_462_461_274_013_1),
        (1.96, 0.975_002_104_851_779_5),
        (6.0, 0.999_999_999_013_412_3),
    ] {
        assert!((share_below(x) - share).abs() < 2e-15, "{x}");
    }
    // scipy.stats.norm.ppf
    for (share, x) in [
        (1e-300, -37.047_096_299_361_2),
        (1e-10, -6.361_340_902_404_056),
        (0.001, -3.090_232_306_167_813),
        (0.025, -1.959_963_984_540_054_5),
        (0.2, -0.841_621_233_572_914_2),
        (0.5, 0.0),
        (0.975, 1.959_963_984_540_054),
        (1.0 - 1e-10, 6.361_340_889_697_422),
    ] {
        near(quantile(share), x, 1e-14);
    }
}

#[test]
fn the_bootstrap_finds_what_a_million_samples_of_scipy_find() {
    // scipy.stats.bootstrap((differences,), numpy.mean, n_resamples=1_000_000, method="BCa", rng=1).confidence_interval;
    // p by numpy: 500,000 samples from the differences about their mean.
    let even: Vec<f64> = (0..60).map(|i| f64::from(i * 7919 % 101) / 101.0 - 0.45).collect();
    let skewed: Vec<f64> = (0..40).map(|i| (f64::from(i * 37 % 50) / 50.0).powi(4) - 0.1).collect();
    let few: Vec<f64> = (0..9).map(|i| (f64::from(i * 5 % 9) / 8.0).powi(6) - 0.02).collect();
    for (differences, mean, low, high, p) in [
        (even, 0.041_914_191_419_141_905, -0.0321, 0.1157, 0.2688),
        (few, 0.169_448_038_736_979_14, 0.0285, 0.5206, 0.0905),
        (skewed, 0.108_931_407_999_999_98, 0.0358, 0.2069, 0.0109),
    ] {
        let found = bootstrap(&differences, 7).unwrap();
        near(found.mean, mean, 1e-12);
        // Of 10,000 samples the ends vary by about a hundredth of the width.
        assert!(
            (found.interval.low - low).abs() < 0.03 * (high - low)
                && (found.interval.high - high).abs() < 0.03 * (high - low),
            "{found:?}"
        );
        assert!((found.p - p).abs() < 0.015, "{found:?}");
        assert_eq!(bootstrap(&differences, 7), Some(found), "the same seed gives the same");
        assert_ne!(bootstrap(&differences, 8), Some(found), "another one does not");
    }
}

#[test]
fn where_cases_are_not_drawn_again_any_more_nothing_changes() {
    // Scores as they are: most differ by nothing, some by much, more of them one way.
    let differences = |cases: usize, tilt: f64| -> Vec<f64> {
        let mut random = Random::new(3);
        let one = |_| match random.below(100) {
            0..60 => 0.0,
            60..85 => 0.02 + tilt,
            85..97 => -0.03,
            _ => 0.9,
        };
        (0..cases).map(one).collect()
    };
    for tilt in [0.0, -0.08, -0.128] {
        let drawn = bootstrap(&differences(20_000, tilt), 7).unwrap();
        let more = bootstrap(&differences(20_001, tilt), 7).unwrap();
        let width = drawn.interval.high - drawn.interval.low;
        for (one, other) in [
            (drawn.mean, more.mean),
            (drawn.interval.low, more.interval.low),
            (drawn.interval.high, more.interval.high),
        ] {
            assert!((one - other).abs() < 0.05 * width, "{drawn:?} {more:?}");
        }
        assert!((drawn.p - more.p).abs() < 0.03, "{drawn:?} {more:?}");
    }
}

#[test]
fn the_bootstrap_knows_what_cannot_be_known() {
    assert_eq!(bootstrap(&[], 1), None);
    assert_eq!(bootstrap(&[0.5, f64::NAN], 1), None);
    assert_eq!(bootstrap(&[f64::INFINITY], 1), None);
    let exactly =
        |mean: f64, p: f64| Some(MeanDifference { mean, interval: Interval { low: mean, high: mean }, p });
    assert_eq!(bootstrap(&[0.5], 1), exactly(0.5, 1.0), "one case says nothing");
    assert_eq!(bootstrap(&[0.0; 50], 1), exactly(0.0, 1.0));
    assert_eq!(bootstrap(&[0.25; 3], 1), exactly(0.25, 0.25), "three cases the same way: 2 of 8 ways");
    assert!(bootstrap(&[0.9, 0.8, 0.7, 0.9, 0.8], 1).unwrap().p >= 0.0625, "five cases cannot say more");
    assert!(bootstrap(&[0.9, 0.8, 0.7, 0.9, 0.8, 0.7, 0.9, 0.8], 1).unwrap().p < 0.01);
}

/// How often a test that is looked at after each of 400 cases ever says that there is a difference, in 2,000 tries in
/// which cases that differ are better with this chance.
fn decided(chance: f64, mut says_so: impl FnMut(&SequentialTest, u32, u32) -> bool) -> f64 {
    let mut random = Random::new(42);
    let tries = 2_000;
    let decided = (0..tries).filter(|_| {
        let (mut test, mut better, mut worse) = (SequentialTest::new(SIGNIFICANCE), 0, 0);
        (0..400).any(|_| {
            let is_better = (random.below(1 << 20) as f64) < chance * f64::from(1 << 20);
            *if is_better { &mut better } else { &mut worse } += 1;
            test.see(if is_better { Change::Better } else { Change::Worse });
            says_so(&test, better, worse)
        })
    });
    decided.count() as f64 / f64::from(tries)
}

#[test]
fn looking_after_each_case_does_not_make_chance_a_difference() {
    let is_decided = |test: &SequentialTest, _, _| test.decision(400) != Decision::Open;
    let wrong = decided(0.5, is_decided);
    assert!(wrong > 0.0 && wrong <= SIGNIFICANCE, "{wrong}");
    // McNemar's test is not made to be looked at so often.
    assert!(decided(0.5, |_, better, worse| mcnemar(better, worse) < SIGNIFICANCE) > 3.0 * SIGNIFICANCE);
    // And a difference is found.
    assert!(decided(0.65, is_decided) > 0.99);
    assert!(decided(0.6, |test, _, _| test.p() < SIGNIFICANCE) > 0.8);
}

#[test]
fn a_test_is_over_once_the_rest_cannot_change_it() {
    let mut test = SequentialTest::new(0.05);
    assert_eq!(test.decision(5), Decision::Undecidable, "five cases never say enough");
    assert_eq!(test.decision(20), Decision::Open);
    for _ in 0..7 {
        test.see(Change::Better);
    }
    // 2^7 / 8 = 16 and 2^8 / 9 = 28.4, where 20 is enough.
    assert_eq!((test.decision(0), test.decision(1)), (Decision::Undecidable, Decision::Open));
    near(test.p(), 1.0 / 16.0, 1e-12);
    test.see(Change::Same);
    near(test.p(), 1.0 / 16.0, 1e-12);
    test.see(Change::Better);
    assert_eq!(test.decision(1_000), Decision::Better);
    for _ in 0..50 {
        test.see(Change::Worse);
    }
    assert_eq!(test.decision(1_000), Decision::Better, "what was decided stays");
    let mut test = SequentialTest::new(0.05);
    for _ in 0..8 {
        test.see(Change::Worse);
    }
    assert_eq!(test.decision(0), Decision::Worse);
}

/// Cases of one repeat, `+` for one that passes.
fn column(marks: &str) -> Vec<CaseOutcome> {
    marks.chars().zip(0..).map(|(mark, case)| repeated(case, u32::from(mark == '+'), 1)).collect()
}

fn repeated(case: u32, passed: u32, repeats: u32) -> CaseOutcome {
    CaseOutcome { case, passed, repeats, score: None, cost_usd: None, latency_ms: None }
}

fn with_scores(scores: &[f64]) -> Vec<CaseOutcome> {
    let outcome = |(case, score): (u32, &f64)| CaseOutcome { score: Some(*score), ..repeated(case, 1, 1) };
    (0..).zip(scores).map(outcome).collect()
}

fn one(base: &[CaseOutcome], compared: &[CaseOutcome]) -> Comparison {
    compare(&[(base, compared)], 1).unwrap().remove(0)
}

#[test]
fn the_words_say_what_is_known_and_no_more() {
    let same = "+".repeat(183);
    let marked = |before: &str, after: &str| {
        one(&column(&format!("{same}{before}")), &column(&format!("{same}{after}"))).words
    };
    assert_eq!(
        marked("--------------+++", "++++++++++++++---"),
        "better on 14, worse on 3 of 200 cases; a difference this large is unlikely to be chance (p = 0.013)"
    );
    assert_eq!(
        marked("+++++++++++++++++", "-----------------"),
        "better on 0, worse on 17 of 200 cases; a difference this large is unlikely to be chance (p < 0.001)"
    );
    assert_eq!(
        marked("--------++++++++-", "++++++++---------"),
        "better on 8, worse on 8 of 200 cases; a difference this small may well be chance (p = 1.00)"
    );
    assert_eq!(
        marked("-------++++++++++", "+++++++----------"),
        "better on 7, worse on 10 of 200 cases; a difference this small may well be chance (p = 0.63)"
    );
    assert_eq!(
        marked("-----++++++++++++", "+++++++++++++++++"),
        "better on 5, worse on 0 of 200 cases; too few cases differ to tell it from chance"
    );
    assert_eq!(marked("-----++++++++++++", "-----++++++++++++"), "the same on all 200 cases");
    assert_eq!(one(&column("+"), &column("+")).words, "the same on the 1 case");
    assert_eq!(
        one(&column("+"), &column("-")).words,
        "better on 0, worse on 1 of 1 case; too few cases differ to tell it from chance"
    );
    assert_eq!(one(&[], &[]).words, "there is no case that both have");
    assert_eq!(one(&column("+"), &[repeated(7, 1, 1)]).words, "there is no case that both have");
}

#[test]
fn a_p_is_told_with_what_counts_of_it() {
    for (p, told) in [
        (0.000_999, "p < 0.001"),
        (0.001, "p = 0.001"),
        (0.012_7, "p = 0.013"),
        (0.049_9, "p = 0.0499"),
        (0.05, "p = 0.050"),
        (0.0625, "p = 0.062"),
        (0.63, "p = 0.63"),
        (0.996, "p = 0.99"),
        (1.0, "p = 1.00"),
    ] {
        assert_eq!(p_value(p), told);
    }
}

#[test]
fn scores_are_compared_where_both_have_one() {
    let before = with_scores(&[0.5; 12]);
    let higher: Vec<f64> = (0..12).map(|n| 0.6 + f64::from(n % 3) / 100.0).collect();
    let comparison = one(&before, &with_scores(&higher));
    let score = comparison.score.unwrap();
    near(score.mean, 0.11, 1e-9);
    assert!(score.interval.low > 0.1 && score.interval.high < 0.12 && score.p < 0.001, "{score:?}");
    assert_eq!(comparison.standing, Standing::Same);
    assert_eq!(
        comparison.words,
        "the same on all 12 cases; the mean score is 0.110 higher (95 % interval 0.105 to 0.115), which is unlikely \
         to be chance (p < 0.001)"
    );
    let lower = one(&with_scores(&higher), &before).words;
    assert!(lower.contains("the mean score is 0.110 lower (95 % interval 0.105 to 0.115)"), "{lower}");
    let partly: Vec<_> = before.iter().map(|outcome| CaseOutcome { score: None, ..*outcome }).collect();
    assert_eq!(one(&before, &partly).score, None);
    assert_eq!(one(&before, &before).words, "the same on all 12 cases");
}

#[test]
fn repeats_are_one_case_and_those_that_disagree_are_flaky() {
    let before: Vec<_> = (0..40).map(|case| repeated(case, 1, 4)).collect();
    let after: Vec<_> = (0..40).map(|case| repeated(case, if case % 8 == 0 { 0 } else { 3 }, 4)).collect();
    let comparison = one(&before, &after);
    assert_eq!((comparison.improved.len(), comparison.regressed.as_slice()), (35, &[0, 8, 16, 24, 32][..]));
    let passes = comparison.passes.unwrap();
    assert_eq!((passes.test, comparison.standing), (Test::Bootstrap, Standing::Better));
    near(passes.mean, 0.4063, 1e-3);
    assert_eq!(comparison.base.flaky.len(), 40);
    assert_eq!(comparison.column.flaky.len(), 35);
    let tries: Vec<_> = comparison.base.pass_at.iter().map(|at| (at.k, at.any, at.every)).collect();
    assert_eq!(tries, [(1, 0.25, 0.25), (2, 0.5, 0.0), (3, 0.75, 0.0), (4, 1.0, 0.0)]);
    near(comparison.base.pass_rate, 0.25, 1e-12);
}

#[test]
fn columns_are_taken_together() {
    let base = column(&"-".repeat(20));
    let better = column(&format!("{}{}", "+".repeat(7), "-".repeat(13)));
    let same = column(&"-".repeat(20));
    let alone = compare(&[(&base, &better)], 1).unwrap().remove(0);
    assert_eq!(alone.standing, Standing::Better);
    let four = compare(&[&better, &same, &same, &same].map(|column| (&base[..], &column[..])), 1).unwrap();
    let passes = four[0].passes.unwrap();
    near(passes.p, 2.0 / 128.0, 1e-12);
    near(passes.adjusted_p, 8.0 / 128.0, 1e-12);
    assert_eq!(
        four[0].words,
        "better on 7, worse on 0 of 20 cases; a difference this small may well be chance (p = 0.062, for all 4 columns \
         compared)"
    );
    assert_eq!(four[1].standing, Standing::Same);
}

#[test]
fn cases_of_one_side_alone_are_counted_and_left_out() {
    let mut before = column("+-+-");
    before.push(repeated(9, 0, 1));
    let mut after = column("++");
    after.push(repeated(8, 1, 1));
    let comparison = one(&before, &after);
    assert_eq!((comparison.cases, comparison.only_base, comparison.only_column), (2, 3, 1));
    assert_eq!(comparison.improved, [1]);
    near(comparison.column.pass_rate, 1.0, 1e-12);
    let empty = one(&before, &[]);
    assert_eq!((empty.cases, empty.only_base, empty.passes, empty.standing), (0, 5, None, Standing::NoCases));
    assert_eq!((empty.base.pass_rate, empty.base.pass_at.len()), (0.0, 0));
}

#[test]
fn cost_and_time_are_compared_by_case() {
    let outcome = |case, nanos, micros| CaseOutcome {
        cost_usd: Some(NanoUsd::from_nanos(nanos)),
        latency_ms: Some(Span::from_micros(micros)),
        ..repeated(case, 1, 1)
    };
    let before: Vec<_> = (0..10).map(|case| outcome(case, 2_000_000, 900_000 + u64::from(case))).collect();
    let after: Vec<_> = (0..10).map(|case| outcome(case, 500_000, 600_000)).collect();
    let comparison = one(&before, &after);
    near(comparison.cost_usd.unwrap().mean, -0.0015, 1e-9);
    near(comparison.latency_ms.unwrap().mean, -300.0045, 1e-9);
    assert!(comparison.latency_ms.unwrap().p < 0.01);
    assert_eq!(comparison.column.mean_cost_usd, Some(NanoUsd::from_nanos(500_000)));
    assert_eq!(comparison.column.mean_latency_ms, Some(Span::from_micros(600_000)));
}

#[test]
fn what_cannot_be_is_refused_with_its_case() {
    let good = column("+");
    for (outcome, error) in [
        (repeated(3, 0, 0), InvalidOutcomes::NoRepeats(3)),
        (repeated(3, 2, 1), InvalidOutcomes::TooManyPassed(3)),
        (CaseOutcome { score: Some(f64::NAN), ..repeated(3, 1, 1) }, InvalidOutcomes::Score(3)),
        (CaseOutcome { score: Some(f64::INFINITY), ..repeated(3, 1, 1) }, InvalidOutcomes::Score(3)),
        (repeated(0, 1, 1), InvalidOutcomes::Twice(0)),
    ] {
        let bad = [good.as_slice(), &[outcome]].concat();
        assert_eq!(compare(&[(&bad[..], &good[..])], 1).unwrap_err(), error);
        assert_eq!(compare(&[(&good[..], &bad[..])], 1).unwrap_err(), error);
        assert_eq!(summarise(&bad).unwrap_err(), error);
    }
}

#[test]
fn a_comparison_is_told_in_the_words_of_the_wire() {
    let told = serde_json::to_value(one(&column("+-"), &column("-+"))).unwrap();
    let keys: Vec<_> = told.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "cases",
        "onlyBase",
        "onlyColumn",
        "base",
        "column",
        "improved",
        "regressed",
        "passes",
        "score",
        "costUsd",
        "latencyMs",
        "standing",
        "words",
    ];
    assert_eq!(keys, expected);
    assert_eq!((&told["standing"], &told["passes"]["test"]), (&"tooFew".into(), &"mcnemar".into()));
    let back: Comparison = serde_json::from_value(told).unwrap();
    assert_eq!(back, one(&column("+-"), &column("-+")));
}

proptest! {
    #[test]
    fn to_change_the_sides_changes_the_sign_alone(marks in prop::collection::vec((any::<bool>(), any::<bool>()), 0..80)) {
        let side = |of: fn(&(bool, bool)) -> bool| -> Vec<CaseOutcome> {
            (0..).zip(&marks).map(|(case, mark)| repeated(case, u32::from(of(mark)), 1)).collect()
        };
        let (before, after) = (side(|mark| mark.0), side(|mark| mark.1));
        let (there, back) = (one(&before, &after), one(&after, &before));
        prop_assert_eq!(&there.improved, &back.regressed);
        prop_assert_eq!(there.passes.map(|passes| passes.p), back.passes.map(|passes| passes.p));
        prop_assert_eq!(there.passes.map(|passes| passes.mean), back.passes.map(|passes| -passes.mean));
    }

    #[test]
    fn numbers_stay_where_they_can_be(
        better in 0_u32..5_000, worse in 0_u32..5_000, more in 0_u32..5_000,
        differences in prop::collection::vec(-1.0_f64..1.0, 1..40), seed: u64,
    ) {
        let p = mcnemar(better, worse);
        prop_assert!((0.0..=1.0).contains(&p));
        prop_assert_eq!(p, mcnemar(worse, better));
        let cases = better + worse + more;
        let rate = wilson(f64::from(better), cases, CONFIDENCE);
        let share = if cases == 0 { 0.0 } else { f64::from(better) / f64::from(cases) };
        prop_assert!(0.0 <= rate.low && rate.low <= share + 1e-12 && share <= rate.high + 1e-12 && rate.high <= 1.0);
        let found = bootstrap(&differences, seed).unwrap();
        prop_assert!(found.p > 0.0 && found.p <= 1.0);
        prop_assert!(found.interval.low <= found.interval.high);
        let (least, most) = differences.iter().fold((1.0_f64, -1.0_f64), |(l, m), d| (l.min(*d), m.max(*d)));
        prop_assert!(found.interval.low >= least - 1e-9 && found.interval.high <= most + 1e-9);
    }

    #[test]
    fn a_factorial_is_the_one_before_times_its_number(n in 1_u64..1_000_000) {
        let step = ln_factorial(n) - ln_factorial(n - 1);
        prop_assert!((step - (n as f64).ln()).abs() < 1e-15 * ln_factorial(n).max(10.0) * 4.0);
    }
}
