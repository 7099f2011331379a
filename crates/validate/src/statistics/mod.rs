//! Whether one column is better than another, and how sure that is.
//!
//! The unit is the case: repeats of a case are not independent of each other, so they are taken together before
//! anything is counted. Everything here is a function of its arguments; what is drawn at random is drawn from a seed.
//!
//! ```
//! use formaops_validate::statistics::mcnemar;
//!
//! // Better on 14 cases, worse on 3, the same on all others.
//! assert_eq!(format!("{:.3}", mcnemar(14, 3)), "0.013");
//! ```

mod bootstrap;
mod compare;
mod exact;
mod holm;
mod interval;
mod normal;
mod preference;
mod random;
mod repeats;
mod sequential;
#[cfg(test)]
mod tests;
mod words;

pub use bootstrap::{MeanDifference, bootstrap};
pub use compare::{
    CaseOutcome, ColumnSummary, Comparison, Difference, InvalidOutcomes, Standing, Test, compare, summarise,
};
pub use exact::mcnemar;
pub use holm::holm;
pub use interval::{Interval, paired_difference, wilson};
pub use preference::{Liking, liking};
pub use repeats::{PassAt, every_pass, is_flaky, pass_at};
pub use sequential::{Change, Decision, SequentialTest};
pub use words::p_value;

/// Below this a difference is called unlikely to be chance.
pub const SIGNIFICANCE: f64 = 0.05;
/// How often an interval holds what it is about.
pub const CONFIDENCE: f64 = 0.95;
