//! # tool-call-f1
//!
//! **What it checks.** How near the tools that the model asks for are to those it should: the harmonic mean of the share
//! of its tools that are wanted and of the wanted that it asks for. Order and number of the calls make no difference. The
//! calls are those that the provider reported; where it reported none, or a transform is there, they are read from the
//! JSON in the answer as OpenAI, Anthropic or Google write them.
//!
//! **Value.** The names of the wanted tools: a list, or a text with commas between them.
//!
//! **Threshold.** The least score that passes, 1 where there is none.
//!
//! **Example.**
//!
//! ```yaml
//! - type: tool-call-f1
//!   value: [get_weather, get_time]
//!   threshold: 0.8
//! ```
//!
//! **Differences from promptfoo.** In a text, every object and list of JSON is read, wherever it stands.

use super::{Case, Decided, Mistake, Rule, value};
use crate::{
    evaluate::Replay,
    finding::Finding,
    json::values_in,
    ngrams::share,
    problem::{ProblemCode, bounded},
    tool_output::called_names,
};
use formaops_domain::Assertion;
use serde_json::Value;
use std::collections::BTreeSet;

pub(super) const RULE: Rule = Rule {
    names: &["tool-call-f1"],
    source: include_str!("tool_call_f1.rs"),
    mistakes,
    decide,
    is_quick: false,
};

fn wanted(assertion: &Assertion) -> Result<BTreeSet<String>, Mistake> {
    let names = match value::required(assertion)? {
        Value::Array(items) => items.iter().map(value::as_text).collect(),
        Value::String(text) => text.split(',').map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let names: BTreeSet<String> =
        names.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        let message = format!("`{}` needs the names of tools as its value", assertion.name);
        let hint = "Write the `value` as a list of names";
        return Err(Mistake::new("value", ProblemCode::WrongType, message, hint));
    }
    Ok(names)
}

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    wanted(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let wanted = wanted(case.assertion)?;
    let called = called(case);
    let common = wanted.intersection(&called).count();
    // The harmonic mean of both shares.
    let score = share(2 * common, wanted.len() + called.len());
    let threshold = case.assertion.threshold.unwrap_or(1.0);
    let holds = score >= threshold;
    let names = if called.is_empty() {
        "no tools".to_owned()
    } else {
        format!("`{}`", bounded(&called.into_iter().collect::<Vec<_>>().join("`, `"), 200))
    };
    let side = if holds { "not below" } else { "below" };
    Ok(Finding::new(
        holds,
        format!("the model asks for {names}, which scores {score:.3}, {side} {threshold}"),
    )
    .kept(score))
}

fn called(case: &Case<'_>) -> BTreeSet<String> {
    if case.made.is_none() && !case.subject.tool_calls.is_empty() {
        return case.subject.tool_calls.iter().map(|call| call.name.clone()).collect();
    }
    let found = match case.parsed_output() {
        Value::String(text) => values_in(&text).into_iter().map(|(_, value)| value).collect(),
        value => vec![value],
    };
    found.iter().flat_map(called_names).map(str::to_owned).collect()
}
