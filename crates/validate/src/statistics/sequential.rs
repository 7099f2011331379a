//! Stopping early, once the answer is decided.

use super::exact::ln_factorial;
use std::f64::consts::LN_2;

/// What a case is in the compared column beside the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It passes where it did not.
    Better,
    /// As it was.
    Same,
    /// It does not pass where it did.
    Worse,
}

/// What is decided so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Nothing yet.
    Open,
    /// The compared column is better.
    Better,
    /// It is worse.
    Worse,
    /// Whatever the cases say that are left, it will not be decided.
    Undecidable,
}

/// A test that may be looked at after each case, for as long as one likes.
///
/// Where cases that differ are as likely better as worse, the evidence is a martingale of mean 1: the likelihood of
/// what was seen with every other chance mixed evenly, over the likelihood of even chances (H. Robbins, "Statistical
/// methods related to the law of the iterated logarithm", Annals of Mathematical Statistics 41(5), 1970). It ever
/// reaches 1/α with a chance of α at most (J. Ville, 1939), so stopping there errs no more often, whenever it is
/// looked at. Cases may come in any order that does not depend on how they end.
#[derive(Debug, Clone)]
pub struct SequentialTest {
    limit: f64,
    better: u32,
    worse: u32,
    most: f64,
    decided: Option<Decision>,
}

impl SequentialTest {
    /// A test that is wrong with a chance of `alpha` at most, above 0 and below 1.
    #[must_use]
    pub fn new(alpha: f64) -> Self {
        Self { limit: -alpha.ln(), better: 0, worse: 0, most: 0.0, decided: None }
    }

    /// Takes another case in.
    pub fn see(&mut self, change: Change) {
        match change {
            Change::Better => self.better += 1,
            Change::Same => {}
            Change::Worse => self.worse += 1,
        }
        let evidence = ln_evidence(self.better, self.worse);
        self.most = self.most.max(evidence);
        if self.decided.is_none() && evidence >= self.limit {
            let is_better = self.better > self.worse;
            self.decided = Some(if is_better { Decision::Better } else { Decision::Worse });
        }
    }

    /// The p that holds at any time: how likely so much evidence ever is where there is no difference.
    #[must_use]
    pub fn p(&self) -> f64 {
        (-self.most).exp()
    }

    /// What is decided, with so many cases left.
    #[must_use]
    pub fn decision(&self, left: u32) -> Decision {
        if let Some(decided) = self.decided {
            return decided;
        }
        let all_one_way = [
            ln_evidence(self.better.saturating_add(left), self.worse),
            ln_evidence(self.better, self.worse.saturating_add(left)),
        ];
        if all_one_way.into_iter().any(|evidence| evidence >= self.limit) {
            Decision::Open
        } else {
            Decision::Undecidable
        }
    }
}

/// The logarithm of 2ⁿ · B(better + 1, worse + 1).
fn ln_evidence(better: u32, worse: u32) -> f64 {
    let differ = u64::from(better) + u64::from(worse);
    differ as f64 * LN_2 + ln_factorial(better.into()) + ln_factorial(worse.into()) - ln_factorial(differ + 1)
}
