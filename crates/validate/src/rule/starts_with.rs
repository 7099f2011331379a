//! # starts-with
//!
//! **What it checks.** The answer begins with this text; blanks before it count.
//!
//! **Value.** A text that is not empty.
//!
//! **Threshold.** None.
//!
//! **Example.**
//!
//! ```yaml
//! - type: starts-with
//!   value: "Dear "
//! ```
//!
//! **Differences from promptfoo.** None.

use super::{Case, Decided, Mistake, Rule, value};
use crate::{evaluate::Replay, finding::Finding, problem::bounded};
use formaops_domain::Assertion;

pub(super) const RULE: Rule = Rule {
    names: &["starts-with"],
    source: include_str!("starts_with.rs"),
    mistakes,
    decide,
    is_quick: true,
};

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    value::text(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let wanted = value::text(case.assertion)?;
    let holds = case.text.starts_with(wanted);
    let verb = if holds { "starts" } else { "does not start" };
    Ok(Finding::new(holds, format!("the answer {verb} with `{}`", bounded(wanted, 120))))
}
