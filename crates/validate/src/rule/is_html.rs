//! # is-html, contains-html
//!
//! **What it checks.** `is-html`: the answer is HTML through and through: it has an element of HTML (or one with `-` in its
//! name), and no text stands outside of all elements, unless it is in a `<body>` of its own. `contains-html`: there are
//! enough signs of HTML in it, such as a known element, or an opening and a closing tag.
//!
//! **Value.** None.
//!
//! **Threshold.** None.
//!
//! **Example.**
//!
//! ```yaml
//! - type: is-html
//! ```
//!
//! **Differences from promptfoo.** How elements close each other is worked out for paragraphs, lists and tables, not by
//! the whole of the HTML standard. Answers of more than 10 MiB are no HTML, as there.

use super::{Case, Decided, Mistake, Rule};
use crate::{evaluate::Replay, finding::Finding, html};
use formaops_domain::Assertion;

pub(super) const RULE: Rule = Rule {
    names: &["is-html", "contains-html"],
    source: include_str!("is_html.rs"),
    mistakes,
    decide,
    is_quick: false,
};

fn mistakes(_: &Assertion) -> Vec<Mistake> {
    Vec::new()
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    if case.name == "contains-html" {
        let holds = html::is_in(&case.text);
        let verb = if holds { "contains" } else { "does not contain" };
        return Ok(Finding::new(holds, format!("the answer {verb} HTML")));
    }
    Ok(match html::why_not(&case.text) {
        None => Finding::new(true, "the answer is HTML"),
        Some(why) => Finding::new(false, format!("the answer is not HTML: {why}")),
    })
}
