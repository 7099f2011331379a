//! # equals
//!
//! **What it checks.** The answer is this, to the letter. Where the value is an object, a list or null, the answer must
//! be JSON that is the same, whatever the order of its keys.
//!
//! **Value.** Anything.
//!
//! **Threshold.** None.
//!
//! **Example.**
//!
//! ```yaml
//! - type: equals
//!   value: {city: Paris, population: 2100000}
//! ```
//!
//! **Differences from promptfoo.** None.

use super::{Case, Decided, Mistake, Rule, value};
use crate::{
    evaluate::Replay,
    finding::Finding,
    problem::{ProblemCode, bounded},
};
use formaops_domain::Assertion;
use serde_json::Value;

pub(super) const RULE: Rule =
    Rule { names: &["equals"], source: include_str!("equals.rs"), mistakes, decide, is_quick: true };

fn wanted(assertion: &Assertion) -> Result<&Value, Mistake> {
    assertion.value.as_ref().ok_or_else(|| {
        let message = format!("`{}` needs a value", assertion.name);
        Mistake::new("value", ProblemCode::Missing, message, "Give it a `value`")
    })
}

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    wanted(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let wanted = wanted(case.assertion)?;
    let (holds, shown) = match wanted {
        Value::Array(_) | Value::Object(_) | Value::Null => {
            let found = serde_json::from_str::<Value>(&case.text);
            (found.is_ok_and(|found| is_same(wanted, &found)), wanted.to_string())
        }
        other => {
            let wanted = value::as_text(other);
            (wanted == case.text, wanted)
        }
    };
    let verb = if holds { "equals" } else { "does not equal" };
    let got = if holds { String::new() } else { format!(", got `{}`", bounded(&case.text, 120)) };
    Ok(Finding::new(holds, format!("the answer {verb} `{}`{got}", bounded(&shown, 120))))
}

/// Whether two values are the same, where `1` and `1.0` are.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let same = |(key, value)| other.get(key).is_some_and(|other| is_same(value, other));
            one.len() == other.len() && one.iter().all(same)
        }
        _ => one == other,
    }
}
