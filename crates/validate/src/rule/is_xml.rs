//! # is-xml, contains-xml
//!
//! **What it checks.** `is-xml`: the answer is a well-formed XML document. `contains-xml`: there is a well-formed element
//! in it. With a value, these elements must be in it.
//!
//! **Value.** Nothing; or paths of elements, as a list, as a text with commas between them, or as an object with such a
//! list as `requiredElements`. A path has the names from the outermost element on with full stops between them, such as
//! `order.item`. Of several elements of one name beside each other one is named by its number from 0, such as
//! `order.item.0.name`; `@_id` is an attribute.
//!
//! **Threshold.** None.
//!
//! **Example.**
//!
//! ```yaml
//! - type: contains-xml
//!   value: [analysis.summary, analysis.score]
//! ```
//!
//! **Differences from promptfoo.** Another parser reads it. Elements may be nested 256 deep. Of an answer, the first MiB
//! is searched for elements.

use super::{Case, Decided, Mistake, Rule, value};
use crate::{
    evaluate::Replay,
    finding::Finding,
    problem::{ProblemCode, bounded},
    xml::{self, Element},
};
use formaops_domain::Assertion;
use serde_json::Value;

pub(super) const RULE: Rule = Rule {
    names: &["is-xml", "contains-xml"],
    source: include_str!("is_xml.rs"),
    mistakes,
    decide,
    is_quick: false,
};

/// The paths that are asked for; none where any XML will do.
fn required(assertion: &Assertion) -> Result<Vec<String>, Mistake> {
    let wrong = || {
        let message = format!("`{}` needs paths of elements as its value, or none", assertion.name);
        let hint = "Write the `value` as a list of paths, such as `order.item`";
        Mistake::new("value", ProblemCode::WrongType, message, hint)
    };
    match &assertion.value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(text.split(',').map(|path| path.trim().to_owned()).collect()),
        Some(Value::Array(paths)) => Ok(paths.iter().map(value::as_text).collect()),
        Some(Value::Object(object)) if object.is_empty() => Ok(Vec::new()),
        Some(Value::Object(object)) => match object.get("requiredElements") {
            Some(Value::Array(paths)) => Ok(paths.iter().map(value::as_text).collect()),
            _ => Err(wrong()),
        },
        Some(_) => Err(wrong()),
    }
}

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    required(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let required = required(case.assertion)?;
    let roots = if case.name == "is-xml" {
        match xml::document(&case.text) {
            Ok(root) => vec![root],
            Err(why) => return Ok(Finding::new(false, format!("the answer is not XML: {why}"))),
        }
    } else {
        let found = xml::elements_in(&case.text);
        if found.is_empty() {
            return Ok(Finding::new(false, "the answer contains no XML"));
        }
        found
    };
    let missing = missing(&roots, &required);
    let verb = if case.name == "is-xml" { "is" } else { "contains" };
    Ok(if missing.is_empty() {
        Finding::new(true, format!("the answer {verb} XML"))
    } else {
        let missing = bounded(&missing.join("`, `"), 300);
        Finding::new(false, format!("the answer {verb} XML that lacks `{missing}`"))
    })
}

fn missing<'p>(roots: &[Element], required: &'p [String]) -> Vec<&'p str> {
    let is_there = |path: &str| xml::has_path(roots, &path.split('.').collect::<Vec<_>>());
    required.iter().map(String::as_str).filter(|path| !is_there(path)).collect()
}
