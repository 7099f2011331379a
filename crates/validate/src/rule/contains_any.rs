//! # contains-any, icontains-any
//!
//! **What it checks.** The answer has at least one of these texts in it. `icontains-any` takes capital and small letters
//! for the same.
//!
//! **Value.** A list of texts, or one text with commas between them. A text in double quotes may hold commas; in it `\"`
//! and `""` stand for a quote.
//!
//! **Threshold.** None.
//!
//! **Example.**
//!
//! ```yaml
//! - type: contains-any
//!   value: [refund, "your money back"]
//! ```
//!
//! **Differences from promptfoo.** None.

use super::{Case, Decided, Mistake, Rule, value};
use crate::{evaluate::Replay, finding::Finding, problem::bounded};
use formaops_domain::Assertion;

pub(super) const RULE: Rule = Rule {
    names: &["contains-any", "icontains-any"],
    source: include_str!("contains_any.rs"),
    mistakes,
    decide,
    is_quick: true,
};

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    value::list(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let wanted = value::list(case.assertion)?;
    let found = if case.name == "icontains-any" {
        let text = case.text.to_lowercase();
        wanted.iter().find(|wanted| text.contains(&wanted.to_lowercase()))
    } else {
        wanted.iter().find(|wanted| case.text.contains(wanted.as_str()))
    };
    Ok(if let Some(found) = found {
        Finding::new(true, format!("the answer contains `{}`", bounded(found, 120)))
    } else {
        let wanted = bounded(&wanted.join("`, `"), 300);
        Finding::new(false, format!("the answer contains none of `{wanted}`"))
    })
}
