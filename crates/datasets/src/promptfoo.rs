//! Assertions as a cell of promptfoo says them: `contains:Paris`, `similar(0.8):…`, `not-is-json`, or the answer itself.
//!
//! Source: `assertionFromString` in `src/csv.ts` of promptfoo.

use formaops_domain::{Assertion, Validation, ValidationRule};
use serde_json::{Value, json};

/// The assertions that promptfoo knows by name.
const NAMES: [&str; 52] = [
    "answer-relevance",
    "bleu",
    "classifier",
    "contains",
    "contains-all",
    "contains-any",
    "contains-html",
    "contains-json",
    "contains-sql",
    "contains-xml",
    "context-faithfulness",
    "context-recall",
    "context-relevance",
    "conversation-relevance",
    "cost",
    "equals",
    "factuality",
    "finish-reason",
    "g-eval",
    "gleu",
    "guardrails",
    "icontains",
    "icontains-all",
    "icontains-any",
    "is-html",
    "is-json",
    "is-refusal",
    "is-sql",
    "is-valid-function-call",
    "is-valid-openai-function-call",
    "is-valid-openai-tools-call",
    "is-xml",
    "javascript",
    "latency",
    "levenshtein",
    "llm-rubric",
    "meteor",
    "model-graded-closedqa",
    "model-graded-factuality",
    "moderation",
    "perplexity",
    "perplexity-score",
    "pi",
    "python",
    "regex",
    "rouge-n",
    "ruby",
    "similar",
    "starts-with",
    "tool-call-f1",
    "webhook",
    "word-count",
];

/// Those for which a threshold is set where the cell says none.
const WITH_THRESHOLD: [&str; 13] = [
    "answer-relevance",
    "classifier",
    "context-faithfulness",
    "context-recall",
    "context-relevance",
    "cost",
    "latency",
    "levenshtein",
    "perplexity",
    "perplexity-score",
    "rouge-n",
    "similar",
    "starts-with",
];

fn assertion(name: &str, value: impl Into<Value>) -> Assertion {
    Assertion { name: name.to_owned(), value: Some(value.into()), ..Assertion::default() }
}

fn parse(text: &str) -> Assertion {
    for prefix in ["javascript:", "fn:", "eval:"] {
        if let Some(body) = text.strip_prefix(prefix) {
            return assertion("javascript", body.trim());
        }
    }
    if text.strip_prefix("file://").is_some_and(is_script) {
        return assertion("javascript", text);
    }
    for prefix in ["grade:", "llm-rubric:"] {
        if let Some(rubric) = text.strip_prefix(prefix) {
            return assertion("llm-rubric", rubric);
        }
    }
    named(text).unwrap_or_else(|| assertion("equals", text))
}

/// `not-NAME(0.8):VALUE`, of which only the name must be there.
fn named(text: &str) -> Option<Assertion> {
    let bare = text.strip_prefix("not-").unwrap_or(text);
    let end = bare.find(['(', ':']).unwrap_or(bare.len());
    let kind = NAMES.into_iter().find(|name| *name == &bare[..end])?;
    let rest = &bare[end..];
    let (threshold, rest) = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((number, rest)) => (Some(decimal(number)?), rest),
        None => (None, rest),
    };
    let value = match rest.strip_prefix(':') {
        Some(value) => Some(value),
        None if rest.is_empty() => None,
        None => return None,
    };
    let value = match kind {
        "contains-all" | "contains-any" | "icontains-all" | "icontains-any" => {
            value.map(|list| json!(items(list)))
        }
        "contains-json" | "is-json" => value.map(Value::from),
        _ => value.map(|value| value.trim().into()),
    };
    let usual = if kind == "similar" { 0.8 } else { 0.75 };
    // As there, one that means nothing to the assertion is dropped.
    let threshold = WITH_THRESHOLD.contains(&kind).then(|| threshold.unwrap_or(usual));
    let name = text[..text.len() - bare.len() + end].to_owned();
    Some(Assertion { name, value, threshold, ..Assertion::default() })
}

/// Whether a path leads to a script in JavaScript.
fn is_script(path: &str) -> bool {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| matches!(ending, "js" | "cjs" | "mjs" | "ts" | "cts" | "mts"))
}

/// The items of a list between commas. One in quotes may hold commas, and its own quotes doubled or behind `\`.
///
/// Source: `parseCommaSeparatedAssertionValues` in `src/csv.ts`.
fn items(list: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), list);
    loop {
        rest = rest.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
        if rest.is_empty() {
            return found;
        }
        let quoted = rest.strip_prefix('"').and_then(quoted);
        let (item, after) = quoted.unwrap_or_else(|| {
            let (item, after) = rest.split_once(',').unwrap_or((rest, ""));
            (item.trim().to_owned(), after)
        });
        found.push(item);
        rest = after;
    }
}

/// An item behind its opening quote, and what follows it; none where the quotes are not closed before a comma or the end, and
/// so belong to the text.
fn quoted(text: &str) -> Option<(String, &str)> {
    let (mut item, mut rest) = (String::new(), text);
    loop {
        let mut characters = rest.chars();
        match (characters.next()?, characters.clone().next()) {
            ('\\', Some(next @ ('"' | '\\'))) | ('"', Some(next @ '"')) => {
                characters.next();
                item.push(next);
            }
            ('"', _) => {
                let after = characters.as_str().trim_start();
                return (after.is_empty() || after.starts_with(',')).then_some((item, after));
            }
            (other, _) => item.push(other),
        }
        rest = characters.as_str();
    }
}

/// An item as [`items`] reads it.
fn item_text(item: &str) -> String {
    let is_plain = !item.is_empty() && item.trim() == item && !item.contains(',') && !item.starts_with('"');
    if is_plain {
        item.to_owned()
    } else {
        format!("\"{}\"", item.replace('\\', "\\\\").replace('"', "\"\""))
    }
}

/// Digits, and a point and more digits.
fn decimal(text: &str) -> Option<f64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(whole) && digits(part) { text.parse().ok() } else { None }
}

/// The validation that a cell of the column `__expected` stands for.
#[must_use]
pub fn validation_of(text: &str) -> Validation {
    let assertion = parse(text);
    Validation::new(assertion.name.clone(), ValidationRule::Assertion(Box::new(assertion)))
}

/// The cell that stands for an assertion, where there is one that says all of it.
#[must_use]
pub fn assertion_text(assertion: &Assertion) -> Option<String> {
    let value = match &assertion.value {
        None => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Array(items)) => {
            let items: Option<Vec<_>> = items.iter().map(Value::as_str).collect();
            Some(items?.into_iter().map(item_text).collect::<Vec<_>>().join(","))
        }
        Some(_) => return None,
    };
    let threshold = assertion.threshold.map(|threshold| format!("({threshold})")).unwrap_or_default();
    let value = value.map(|value| format!(":{value}")).unwrap_or_default();
    let said = format!("{}{threshold}{value}", assertion.name);
    (said.trim() == said && parse(&said) == *assertion).then_some(said)
}

/// Gives validations of one name numbers, from the second on: names are unique where they stand.
pub fn tell_apart(validations: &mut [Validation]) {
    for place in 1..validations.len() {
        let (before, rest) = validations.split_at_mut(place);
        let taken = |name: &str| before.iter().any(|validation| validation.name == name);
        let name = rest[0].name.clone();
        if taken(&name) {
            let free = (2..).map(|number| format!("{name} {number}")).find(|name| !taken(name));
            rest[0].name = free.unwrap_or(name);
        }
    }
}
