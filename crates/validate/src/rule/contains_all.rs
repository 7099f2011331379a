//! # contains-all, icontains-all
//!
//! **What it checks.** The answer has all of these texts in it. `icontains-all` takes capital and small letters for the
//! same. What is missing is told.
//!
//! **Value.** A list of texts, or one text with commas between them. A text in double quotes may hold commas; in it `\"`
//! and `""` stand for a quote.
//!
//! **Threshold.** None.
//!
//! **Example.**
//!
//! ```yaml
//! - type: contains-all
//!   value: [name, address, date]
//! ```
//!
//! **Differences from promptfoo.** None.

use super::{Case, Decided, Mistake, Rule, value};
use crate::{evaluate::Replay, finding::Finding, problem::bounded};
use formaops_domain::Assertion;

pub(super) const RULE: Rule = Rule {
    names: &["contains-all", "icontains-all"],
    source: include_str!("contains_all.rs"),
    mistakes,
    decide,
    is_quick: true,
};

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    value::list(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let wanted = value::list(case.assertion)?;
    let missing: Vec<&str> = if case.name == "icontains-all" {
        let text = case.text.to_lowercase();
        wanted.iter().filter(|wanted| !text.contains(&wanted.to_lowercase())).map(String::as_str).collect()
    } else {
        wanted.iter().map(String::as_str).filter(|wanted| !case.text.contains(wanted)).collect()
    };
    Ok(if missing.is_empty() {
        Finding::new(true, format!("the answer contains all of `{}`", bounded(&wanted.join("`, `"), 300)))
    } else {
        Finding::new(false, format!("the answer lacks `{}`", bounded(&missing.join("`, `"), 300)))
    })
}
