//! # word-count
//!
//! **What it checks.** How many words the answer has. Words stand between blanks.
//!
//! **Value.** The number; or an object with `min`, `max` or both, which count as within.
//!
//! **Threshold.** None.
//!
//! **Example.**
//!
//! ```yaml
//! - type: word-count
//!   value: {min: 20, max: 80}
//! ```
//!
//! **Differences from promptfoo.** None.

use super::{Case, Decided, Mistake, Rule, levenshtein::as_number, value};
use crate::{evaluate::Replay, finding::Finding, problem::ProblemCode};
use formaops_domain::Assertion;
use serde_json::{Map, Value};

pub(super) const RULE: Rule =
    Rule { names: &["word-count"], source: include_str!("word_count.rs"), mistakes, decide, is_quick: true };

/// The least and the most words that are asked for.
struct Range {
    min: Option<f64>,
    max: Option<f64>,
}

fn mistake(message: &str) -> Mistake {
    let hint = "Write the `value` as a number, or as an object with numbers as `min` and `max`";
    Mistake::new("value", ProblemCode::WrongType, format!("`word-count` {message}"), hint)
}

fn range(assertion: &Assertion) -> Result<Range, Mistake> {
    match value::required(assertion)? {
        Value::Object(limits) => limits_of(limits),
        other => {
            let number = match other {
                Value::Number(number) => number.as_f64(),
                Value::String(text) if text.trim().is_empty() => Some(0.0),
                Value::String(text) => text.trim().parse().ok(),
                _ => None,
            };
            let number = number.filter(|number: &f64| number.is_finite());
            let number = number.ok_or_else(|| mistake("needs a number or limits as its value"))?;
            Ok(Range { min: Some(number), max: Some(number) })
        }
    }
}

fn limits_of(limits: &Map<String, Value>) -> Result<Range, Mistake> {
    let limit = |name| match limits.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(limit) => {
            limit.as_f64().map(Some).ok_or_else(|| mistake(&format!("needs a number as its `{name}`")))
        }
    };
    match (limit("min")?, limit("max")?) {
        (None, None) => Err(mistake("needs `min`, `max` or both")),
        (Some(min), Some(max)) if min > max => {
            Err(mistake(&format!("has a `min` of {min} above its `max` of {max}")))
        }
        (min, max) => Ok(Range { min, max }),
    }
}

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    range(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let Range { min, max } = range(case.assertion)?;
    let count = as_number(case.text.split_whitespace().count());
    let holds = min.is_none_or(|min| count >= min) && max.is_none_or(|max| count <= max);
    let wanted = match (min, max) {
        (Some(min), Some(max)) if min == max => format!("{min}"),
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, max) => format!("at most {}", max.unwrap_or_default()),
    };
    let verb = if holds { "matches" } else { "does not match" };
    Ok(Finding::new(holds, format!("the answer has {count} words, which {verb} {wanted}")))
}
