//! # finish-reason
//!
//! **What it checks.** Why the model stopped: `stop`, `length`, `content_filter`, `refusal`, `tool_calls`, or the
//! provider's own word. Capital and small letters are the same. Where no reason is known, it does not hold.
//!
//! **Value.** The reason.
//!
//! **Threshold.** None.
//!
//! **Example.**
//!
//! ```yaml
//! - type: finish-reason
//!   value: stop
//! ```
//!
//! **Differences from promptfoo.** The provider's own word is accepted beside the common one.

use super::{Case, Decided, Mistake, Rule, function::finish_word, value};
use crate::{evaluate::Replay, finding::Finding, problem::bounded};
use formaops_domain::Assertion;

pub(super) const RULE: Rule = Rule {
    names: &["finish-reason"],
    source: include_str!("finish_reason.rs"),
    mistakes,
    decide,
    is_quick: true,
};

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    value::text(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let wanted = value::text(case.assertion)?;
    let Some(finish) = case.subject.finish else {
        return Ok(Finding::new(false, "it is not known why the model stopped"));
    };
    let common = finish_word(finish.reason);
    let is_wanted = |word: &str| word.to_lowercase() == wanted.to_lowercase();
    let holds = is_wanted(common) || finish.word.as_deref().is_some_and(is_wanted);
    let verb = if holds { "stopped for" } else { "did not stop for" };
    let got = if holds { String::new() } else { format!(", but for `{common}`") };
    Ok(Finding::new(holds, format!("the model {verb} `{}`{got}", bounded(wanted, 60))))
}
