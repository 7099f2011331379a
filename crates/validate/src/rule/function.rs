//! # Function
//!
//! **What it checks.** A JavaScript function says so. It is called with `(output, context)` in a sandbox: no files, no
//! network, no clock, no memory of earlier calls, and limits of time and memory.
//!
//! | in `context` | what it is |
//! | --- | --- |
//! | `vars` | the values of the variables |
//! | `prompt` | the rendered prompt as text |
//! | `metadata` | what is noted with the case |
//! | `test` | `{vars, metadata}` |
//! | `model` | the model's id |
//! | `provider` | `{id, label}`; `id` is `provider:model` |
//! | `usage` | `{inputTokens, outputTokens, …}`, where known |
//! | `latencyMs`, `firstTokenMs`, `tokensPerSecond` | times, where known |
//! | `cost` | US dollars, where known |
//! | `finishReason` | why the model stopped, where known |
//! | `toolCalls` | the tools it asked for: `{id, name, arguments}` |
//! | `providerResponse` | `{output, cost, latencyMs, tokenUsage, finishReason}` as in promptfoo |
//! | `config` | the `config` of an assertion |
//!
//! It returns true or false; or a number, which is the score and passes from the threshold on, or above 0 without one; or
//! `{pass, score, reason}`, where score and reason can be left out, and `namedScores` can give further metrics. A score
//! outside 0 to 1 counts as the nearest of both, and `detail` has it as it was. Anything else, NaN too, is an error.
//!
//! **Value.** An expression, such as `output.length < 100`; a function, such as `(output) => output.length < 100`; or
//! the body of a function in several lines, with `return`. On one line, what comes after the last `;` of a text that
//! starts with `const`, `let` or `var` is returned.
//!
//! **Threshold.** Of a `javascript` assertion: the least number that passes.
//!
//! **Example.**
//!
//! ```yaml
//! kind: function
//! source: |
//!   const words = output.split(/\s+/).length;
//!   return { pass: words <= 50, score: Math.min(1, 50 / words), reason: `${words} words` };
//! ```
//!
//! **Differences from promptfoo.** Its name for this is `javascript`.

use super::{Decided, Mistake};
use crate::{
    evaluate::{Replay, Subject},
    finding::{Finding, Halt},
    problem::{ProblemCode, bounded},
};
use formaops_domain::{Answer, Ask, FinishReason, FunctionCall, JsonObject, NanoUsd};
use regex::Regex;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// What is wrong with a function, as far as can be seen without running it.
pub(crate) fn mistakes(source: &str) -> Vec<Mistake> {
    if source.trim().is_empty() {
        let hint = "Write one, such as `output.length < 100`";
        return vec![Mistake::new("source", ProblemCode::Missing, "there is no function", hint)];
    }
    Vec::new()
}

pub(super) fn decide(source: &str, subject: &Subject<'_>, replay: &mut Replay<'_>) -> Decided {
    if let Some(mistake) = mistakes(source).into_iter().next() {
        return Err(mistake.into());
    }
    let output = Value::from(subject.output);
    let returned = call(source, &output, || context(subject, &JsonObject::new()), replay)?;
    verdict(returned, None)
}

/// What a function returns for an answer.
pub(super) fn call<'a>(
    source: &str,
    output: &Value,
    context: impl FnOnce() -> Value,
    replay: &mut Replay<'a>,
) -> Result<&'a Value, Halt> {
    let ask = || {
        Ask::Function(FunctionCall {
            source: function_of_rule(source),
            arguments: vec![output.clone(), context()],
        })
    };
    match replay.ask(ask)? {
        Answer::Json(value) => Ok(value),
        Answer::Text(_) | Answer::Vectors(_) | Answer::Failed(_) => {
            Err(Halt::Error("the function could not be run: something else was answered".to_owned()))
        }
    }
}

/// What is meant by what a function returned.
pub(super) fn verdict(returned: &Value, threshold: Option<f64>) -> Decided {
    match returned {
        Value::Bool(holds) => Ok(Finding::new(*holds, format!("the function returned {holds}"))),
        Value::Number(number) => {
            let score = number.as_f64().unwrap_or(f64::NAN);
            let holds = threshold.map_or(score > 0.0, |threshold| score >= threshold);
            Ok(scored(Finding::new(holds, format!("the function returned {number}")), score))
        }
        Value::Object(object) => graded(object),
        Value::Null => Err(unusable("nothing")),
        other => Err(unusable(super::value::kind(other))),
    }
}

fn graded(object: &Map<String, Value>) -> Decided {
    let Some(holds) = object.get("pass").and_then(Value::as_bool) else {
        return Err(unusable("an object in which `pass` is neither true nor false"));
    };
    let message = match object.get("reason") {
        None | Some(Value::Null) => format!("the function returned {holds}"),
        Some(Value::String(reason)) => reason.clone(),
        Some(_) => return Err(unusable("an object in which `reason` is no text")),
    };
    let finding = Finding::new(holds, message);
    let finding = match object.get("score") {
        None => finding.kept(f64::from(u8::from(holds))),
        Some(score) => {
            let score = score.as_f64();
            scored(finding, score.ok_or_else(|| unusable("an object in which `score` is no number"))?)
        }
    };
    let mut detail = match &finding.detail {
        Some(Value::Object(detail)) => detail.clone(),
        _ => Map::new(),
    };
    for name in ["namedScores", "namedScoreWeights"] {
        if let Some(scores @ Value::Object(_)) = object.get(name) {
            detail.insert(name.to_owned(), scores.clone());
        }
    }
    Ok(if detail.is_empty() { finding } else { finding.with_detail(Value::Object(detail)) })
}

/// The score that a function gave, which may lie outside 0 to 1.
fn scored(finding: Finding, score: f64) -> Finding {
    let finding = finding.kept(score);
    if (0.0..=1.0).contains(&score) { finding } else { finding.with_detail(json!({"score": score})) }
}

fn unusable(got: &str) -> Halt {
    Halt::Error(format!(
        "the function returned {got}, which says nothing. Return true or false, a number, or an object \
         `{{pass, score, reason}}`"
    ))
}

/// What a function is told beside the answer.
pub(super) fn context(subject: &Subject<'_>, config: &JsonObject) -> Value {
    let Subject { inputs, metadata, metrics, prompt, model, .. } = subject;
    let cost = metrics.cost_usd.map(dollars);
    let finish = subject.finish.map(|finish| finish.reason);
    let tokens = metrics.token_usage.map(|usage| {
        json!({
            "prompt": usage.input_tokens,
            "completion": usage.output_tokens,
            "cached": usage.cached_tokens,
            "total": usage.input_tokens + usage.output_tokens,
        })
    });
    let mut context = json!({
        "vars": inputs,
        "prompt": prompt,
        "metadata": metadata,
        "test": {"vars": inputs, "metadata": metadata},
        "model": model.model,
        "provider": {"id": model.to_string(), "label": model.provider},
        "usage": metrics.token_usage,
        "latencyMs": metrics.latency_ms,
        "firstTokenMs": metrics.first_token_ms,
        "tokensPerSecond": metrics.tokens_per_second,
        "cost": cost,
        "finishReason": finish.map(finish_word),
        "toolCalls": subject.tool_calls,
        "config": config,
        "providerResponse": {
            "output": subject.output,
            "cost": cost,
            "latencyMs": metrics.latency_ms,
            "tokenUsage": tokens,
            "finishReason": finish.map(finish_word),
        },
    });
    without_nulls(&mut context);
    context
}

/// What is not known is left out, so that it is `undefined`. Values of variables stay as they are.
fn without_nulls(context: &mut Value) {
    let Value::Object(context) = context else { return };
    context.retain(|_, value| !value.is_null());
    if let Some(Value::Object(response)) = context.get_mut("providerResponse") {
        response.retain(|_, value| !value.is_null());
    }
}

/// An amount in dollars, for comparing.
pub(super) fn dollars(amount: NanoUsd) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 nano-dollars")]
    let nanos = amount.as_nanos() as f64;
    nanos / 1e9
}

/// A reason to stop in promptfoo's words.
pub(super) fn finish_word(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Refusal => "refusal",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::Other => "other",
    }
}

/// What the source of a function rule means, as an expression that is a function of `(output, context)`. Numbers that JSON does not have are named here, where they
/// can still be told apart.
#[must_use]
pub fn function_of_rule(source: &str) -> String {
    let body = body(source);
    format!(
        "(output, context) => {{ \
         let returned = (function (output, context, process) {{ {body}\n}})(output, context); \
         if (typeof returned === 'function') returned = returned(output, context); \
         if (returned === undefined) throw new Error('the function returned nothing; use `return`'); \
         if (typeof returned === 'number' && !Number.isFinite(returned)) \
         throw new Error('the function returned ' + returned + ', which is no score'); \
         return returned; }}"
    )
}

/// The body of a function from what was written: an expression, a function, or such a body.
fn body(source: &str) -> String {
    let trimmed = source.trim_end();
    let is_function = FUNCTION_START.is_match(trimmed);
    if trimmed.contains('\n') && !is_function && RETURN.is_match(trimmed) {
        return trimmed.to_owned();
    }
    let trimmed = trimmed.trim().trim_end_matches(|c: char| c == ';' || c.is_whitespace());
    if trimmed.starts_with("return ") {
        return trimmed.to_owned();
    }
    if is_function || !DECLARATION_START.is_match(trimmed) {
        return format!("return {trimmed}");
    }
    match last_semicolon(trimmed).map(|at| trimmed.split_at(at + 1)) {
        Some((statements, expression)) if !expression.trim().is_empty() => {
            let expression = expression.trim();
            let returned = expression.strip_prefix("return ").unwrap_or(expression);
            format!("{statements} return {returned}")
        }
        _ => trimmed.to_owned(),
    }
}

/// What can only begin a function that is an expression.
static FUNCTION_START: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s*(?:async\s+)?(?:function\b|\([^()]*\)\s*=>|[A-Za-z_$][\w$]*\s*=>)"));

static DECLARATION_START: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:const|let|var)\s"));

static RETURN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\breturn\b"));

#[expect(clippy::unwrap_used, reason = "the patterns stand here, and a test uses each")]
fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

/// Where the last semicolon stands that is in no text.
fn last_semicolon(code: &str) -> Option<usize> {
    let (mut quote, mut is_escaped, mut last) = (None, false, None);
    for (index, character) in code.char_indices() {
        match character {
            _ if is_escaped => {
                is_escaped = false;
                continue;
            }
            '\\' => is_escaped = true,
            '\'' | '"' | '`' if quote.is_none() => quote = Some(character),
            mark if quote == Some(mark) => quote = None,
            ';' if quote.is_none() => last = Some(index),
            _ => {}
        }
    }
    last
}

/// A source as it is shown in a message.
pub(super) fn shown(source: &str) -> String {
    bounded(&source.split_whitespace().collect::<Vec<_>>().join(" "), 80)
}
