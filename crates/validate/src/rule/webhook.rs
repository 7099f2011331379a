//! # webhook
//!
//! **What it checks.** A web service says so. It gets `{output, context: {prompt, vars}}` as JSON by POST, and answers
//! `{pass, score, reason}`, of which score and reason can be left out. Another answer is an error.
//!
//! Only web services are asked that a person has allowed in the settings: a rule from elsewhere sends nothing on its own. The
//! address is encrypted or on this machine, has no password in it, and a redirect is not followed. Values of sensitive
//! variables are masked. It has 30 s, and 1 MiB for its answer.
//!
//! **Value.** The address, with `http` or `https`.
//!
//! **Threshold.** None.
//!
//! **Example.**
//!
//! ```yaml
//! - type: webhook
//!   value: https://checks.example.com/tone
//! ```
//!
//! **Differences from promptfoo.** A service that fails is an error, which is no pass under `not-` either.

use super::{Case, Decided, Mistake, Rule, value};
use crate::{
    evaluate::Replay,
    finding::{Finding, Halt},
    problem::{ProblemCode, bounded},
};
use formaops_domain::{Answer, Ask, Assertion};
use serde_json::{Value, json};

pub(super) const RULE: Rule =
    Rule { names: &["webhook"], source: include_str!("webhook.rs"), mistakes, decide, is_quick: false };

fn mistakes(assertion: &Assertion) -> Vec<Mistake> {
    let url = match value::text(assertion) {
        Ok(url) => url,
        Err(mistake) => return vec![mistake],
    };
    if url.starts_with("http://") || url.starts_with("https://") {
        return Vec::new();
    }
    let message = format!("`{}` is no address of a web service", bounded(url, 120));
    vec![Mistake::new("value", ProblemCode::WrongType, message, "Write it with `https://` before it")]
}

fn decide(case: &Case<'_>, replay: &mut Replay<'_>) -> Decided {
    if let Some(mistake) = mistakes(case.assertion).into_iter().next() {
        return Err(mistake.into());
    }
    let url = value::text(case.assertion)?;
    let context = json!({"prompt": case.subject.prompt, "vars": case.subject.inputs});
    let body = || json!({"output": case.output(), "context": context});
    let answer = replay.ask(|| Ask::Http { url: url.to_owned(), body: body() })?;
    let unusable = |what: &str| Halt::Error(format!("the web service answered {what}"));
    let Answer::Json(Value::Object(said)) = answer else { return Err(unusable("no JSON object")) };
    let Some(holds) = said.get("pass").and_then(Value::as_bool) else {
        return Err(unusable("an object without a `pass` that is true or false"));
    };
    let reason = said.get("reason").and_then(Value::as_str).filter(|reason| !reason.is_empty());
    let message = reason.map_or_else(|| format!("the web service said {holds}"), str::to_owned);
    let finding = Finding::new(holds, message);
    match said.get("score") {
        None => Ok(finding),
        Some(score) => match score.as_f64() {
            Some(score) => Ok(finding.graded(score)),
            None => Err(unusable("a `score` that is no number")),
        },
    }
}
