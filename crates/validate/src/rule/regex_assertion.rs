//! # regex
//!
//! **What it checks.** The answer has a match of a JavaScript pattern. `detail` tells the match as *Regex* does.
//!
//! **Value.** The pattern, without slashes and flags.
//!
//! **Threshold.** None.
//!
//! **Example.**
//!
//! ```yaml
//! - type: regex
//!   value: '\d{4}-\d{2}-\d{2}'
//! ```
//!
//! **Differences from promptfoo.** Most patterns are put into the syntax of a library that takes linear time, with the
//! meaning they have in JavaScript; the others run as they are, in the sandbox. A pattern that cannot be read is an
//! error. In the linear-time ones `.` and classes match whole characters, where JavaScript sees some (such as emoji) as
//! two.

use super::{Case, Decided, Mistake, Rule, regex, value};
use crate::{ecmascript, evaluate::Replay, finding::Halt};
use formaops_domain::Assertion;

pub(super) const RULE: Rule =
    Rule { names: &["regex"], source: include_str!("regex_assertion.rs"), mistakes, decide, is_quick: false };

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    match value::text(assertion) {
        Ok(pattern) => ecmascript::refusal(pattern).map(|why| in_value(pattern, &why)).into_iter().collect(),
        Err(mistake) => vec![mistake],
    }
}

fn in_value(pattern: &str, why: &str) -> Mistake {
    Mistake { field: "value".to_owned(), ..regex::bad(pattern, why) }
}

fn decide(case: &Case<'_>, replay: &mut Replay<'_>) -> Decided {
    let pattern = value::text(case.assertion)?;
    if let Some(why) = ecmascript::refusal(pattern) {
        return Err(Halt::from(in_value(pattern, &why)));
    }
    match ecmascript::translated(pattern).and_then(|translated| regex::linear(&translated)) {
        Some(linear) => Ok(regex::in_rust(&linear, pattern, &case.text)),
        None => regex::in_javascript(pattern, "", &case.text, replay),
    }
}
