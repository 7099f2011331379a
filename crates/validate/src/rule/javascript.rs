//! # javascript
//!
//! **What it checks.** A JavaScript function says so, as described under *Function*.
//!
//! **Value.** The function: an expression, a function, or the body of one in several lines with `return`.
//!
//! **Threshold.** The least number that passes; without one, a number passes above 0.
//!
//! **Example.**
//!
//! ```yaml
//! - type: javascript
//!   value: output.split('\n').length / 10
//!   threshold: 0.5
//! ```
//!
//! **Differences from promptfoo.** It runs in a sandbox, without `process` and `require`. Of `{pass, score, reason}` score
//! and reason can be left out, and a text that is itself a function is called. Several lines without any `return` are
//! taken for an expression. Scores outside 0 to 1 count as the nearest of both. A function that fails is an error, which
//! is no pass under `not-` either. `provider` in the context has an `id` that is a text.

use super::{Case, Decided, Mistake, Rule, function, value};
use crate::evaluate::Replay;
use formaops_domain::Assertion;

pub(super) const RULE: Rule =
    Rule { names: &["javascript"], source: include_str!("javascript.rs"), mistakes, decide, is_quick: false };

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    value::text(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, replay: &mut Replay<'_>) -> Decided {
    let source = value::text(case.assertion)?;
    let context = || function::context(case.subject, &case.assertion.config);
    let returned = function::call(source, &case.output(), context, replay)?;
    function::verdict(returned, case.assertion.threshold)
}
