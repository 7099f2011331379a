//! # cost, latency, ttft, tokens-per-second
//!
//! **What it checks.** What an answer cost in US dollars; how long it took in milliseconds; how long it took to its first
//! token in milliseconds (`ttft`); how many tokens a second came after that. The first three must be at most the
//! threshold, the last at least. Where the measure is not known, such as the cost where the price is not, it is an error.
//!
//! **Value.** None.
//!
//! **Threshold.** The number that it is held against. It must be there.
//!
//! **Example.**
//!
//! ```yaml
//! - type: latency
//!   threshold: 5000
//! ```
//!
//! **Differences from promptfoo.** `ttft` and `tokens-per-second` are only here. An answer from a recording has the
//! latency of its recording; promptfoo fails on answers from its cache.

use super::{Case, Decided, Mistake, Rule, function::dollars, value};
use crate::{
    evaluate::Replay,
    finding::{Finding, Halt},
};
use formaops_domain::{Assertion, Span};

pub(super) const RULE: Rule = Rule {
    names: &["cost", "latency", "ttft", "tokens-per-second"],
    source: include_str!("measures.rs"),
    mistakes,
    decide,
    is_quick: true,
};

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    value::threshold(assertion).err().into_iter().collect()
}

fn decide(case: &Case<'_>, _: &mut Replay<'_>) -> Decided {
    let threshold = value::threshold(case.assertion)?;
    let metrics = case.subject.metrics;
    let milliseconds = |span: Span| span.as_secs_f64() * 1000.0;
    let (measure, title, unit) = match case.name {
        "cost" => (metrics.cost_usd.map(dollars), "cost", " USD"),
        "latency" => (metrics.latency_ms.map(milliseconds), "latency", " ms"),
        "ttft" => (metrics.first_token_ms.map(milliseconds), "time to the first token", " ms"),
        _ => (metrics.tokens_per_second, "rate", " tokens a second"),
    };
    let Some(measure) = measure else {
        return Err(Halt::Error(format!("the {title} of the answer is not known, so it cannot be checked")));
    };
    let (holds, side) = if case.name == "tokens-per-second" {
        (measure >= threshold, if measure >= threshold { "not below" } else { "below" })
    } else {
        (measure <= threshold, if measure <= threshold { "not above" } else { "above" })
    };
    Ok(Finding::new(holds, format!("the {title} of the answer is {measure}{unit}, {side} {threshold}{unit}")))
}
