//! # contains, icontains
//!
//! **What it checks.** The answer has this text in it. `icontains` takes capital and small letters for the same.
//!
//! **Value.** A text that is not empty, or a number.
//!
//! **Threshold.** None.
//!
//! **Example.**
//!
//! ```yaml
//! - type: icontains
//!   value: thank you
//! ```
//!
//! **Differences from promptfoo.** None.

use super::{Case, Decided, Mistake, Rule, value};
use crate::{evaluate::Replay, finding::Finding, problem::bounded};
use formaops_domain::Assertion;

pub(super) const RULE: Rule = Rule {
    names: &["contains", "icontains"],
    source: include_str!("contains.rs"),
    mistakes,
    decide,
    is_quick: true,
};

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    value::text_or_number(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let wanted = value::text_or_number(case.assertion)?;
    let holds = if case.name == "icontains" {
        case.text.to_lowercase().contains(&wanted.to_lowercase())
    } else {
        case.text.contains(wanted.as_ref())
    };
    let verb = if holds { "contains" } else { "does not contain" };
    Ok(Finding::new(holds, format!("the answer {verb} `{}`", bounded(&wanted, 120))))
}
