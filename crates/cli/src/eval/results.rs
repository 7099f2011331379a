//! Results in the shape that promptfoo writes them in, for programs that read those.
//!
//! Source: what promptfoo 0.123 writes for `-o results.json` and `-o results.jsonl`. Fields that have no counterpart here are
//! left out.

use super::configuration::RunTest;
use formaops_api::report::{Cell, Facts, passed};
use formaops_domain::{
    Assertion, Case, Execution, ExecutionStatus, JsonObject, NanoUsd, RunContext, Usage, Validation,
    ValidationResult, ValidationRule, Verdict,
};
use formaops_promptfoo::{Config, ConfigModel, ConfigPrompt};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Write},
};

/// A file of results that is being written.
pub(super) struct Results<'c, W: Write> {
    config: &'c Config,
    tests: &'c [RunTest],
    /// Of each case that is run, how many of its test come before it, and how many there are.
    among: Vec<(usize, usize)>,
    facts: Facts<'c>,
    /// The prompt and the model of each column of the run.
    columns: Vec<(usize, usize)>,
    /// What each column of the run came to.
    tallies: Vec<Tally>,
    out: W,
    /// Whether each result is a line of its own.
    is_lines: bool,
    is_first: bool,
}

#[derive(Debug, Clone, Default)]
struct Tally {
    score: f64,
    passed: u64,
    failed: u64,
    errors: u64,
    asserts: [u64; 2],
    latency_ms: f64,
    usage: Usage,
    cost: NanoUsd,
    named: BTreeMap<String, f64>,
    weights: BTreeMap<String, f64>,
}

impl<'c, W: Write> Results<'c, W> {
    pub(super) fn begin(
        config: &'c Config,
        tests: &'c [RunTest],
        facts: Facts<'c>,
        is_lines: bool,
        mut out: W,
    ) -> io::Result<Self> {
        let columns = columns(config);
        let tallies = vec![Tally::default(); columns.len()];
        if !is_lines {
            let Facts { run, .. } = &facts;
            write!(out, "{{\"evalId\":{},\"results\":{{\"version\":3,", json!(run.id))?;
            write!(out, "\"timestamp\":{},\"results\":[", json!(run.created_at))?;
        }
        let among = among(tests);
        Ok(Self { config, tests, among, facts, columns, tallies, out, is_lines, is_first: true })
    }

    /// Writes a result.
    pub(super) fn cell(&mut self, cell: &Cell<'_>) -> io::Result<()> {
        let variant = cell.execution.variant as usize;
        let Some(&(prompt, model)) = self.columns.get(variant) else { return Ok(()) };
        let Some(test) = self.tests.get(cell.case.position as usize) else { return Ok(()) };
        let column = (&self.config.prompts[prompt], &self.config.models[model]);
        let mut result = result(cell, column, test.vars.as_ref().unwrap_or(&cell.case.inputs));
        result["promptIdx"] = self.place_there(prompt, model).into();
        result["testIdx"] = self.test_index(cell).into();
        if let Some(tally) = self.tallies.get_mut(variant) {
            tally.add(cell.execution, &result);
        }
        if self.is_lines {
            return writeln!(self.out, "{result}");
        }
        let comma = if self.is_first { "\n" } else { ",\n" };
        self.is_first = false;
        write!(self.out, "{comma}{result}")
    }

    /// Ends the file.
    pub(super) fn end(mut self) -> io::Result<()> {
        if !self.is_lines {
            let run = self.facts.run;
            let prompts: Vec<Value> =
                self.in_their_order().into_iter().map(|variant| self.column(variant)).collect();
            let sum = |of: fn(&Tally) -> u64| self.tallies.iter().map(of).sum::<u64>();
            let mut usage = Usage::default();
            self.tallies.iter().for_each(|tally| add(&mut usage, &tally.usage));
            let stats = json!({
                "successes": sum(|tally| tally.passed),
                "failures": sum(|tally| tally.failed),
                "errors": sum(|tally| tally.errors),
                "tokenUsage": tokens(&usage),
            });
            let config = json!({ "description": self.config.description });
            let metadata = json!({ "formaops": { "run": run.id, "version": env!("CARGO_PKG_VERSION") } });
            write!(self.out, "\n],\"prompts\":{},\"stats\":{stats}}},", Value::from(prompts))?;
            writeln!(self.out, "\"config\":{config},\"shareableUrl\":null,\"metadata\":{metadata}}}")?;
        }
        self.out.flush()
    }

    /// The columns of the run in the order that they have there: by model, then by prompt.
    fn in_their_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.columns.len()).collect();
        order.sort_by_key(|variant| (self.columns[*variant].1, self.columns[*variant].0));
        order
    }

    fn place_there(&self, prompt: usize, model: usize) -> usize {
        self.columns.iter().filter(|(other, own)| (*own, *other) < (model, prompt)).count()
    }

    /// The number of the row there, where repeats of a test follow one another as a whole.
    fn test_index(&self, cell: &Cell<'_>) -> usize {
        let position = cell.case.position as usize;
        let (before, of_test) = self.among[position];
        let earlier = (position - before) * self.facts.run.repeats as usize;
        earlier + cell.execution.repeat as usize * of_test + before
    }

    fn column(&self, variant: usize) -> Value {
        let (prompt, model) = self.columns[variant];
        let (prompt, model, tally) =
            (&self.config.prompts[prompt], &self.config.models[model], &self.tallies[variant]);
        let mut named = tally.named.clone();
        for derived in &self.config.derived {
            let mut names = named.clone();
            #[expect(clippy::cast_precision_loss, reason = "far fewer results than 2^52")]
            names.insert("__count".to_owned(), (tally.passed + tally.failed + tally.errors) as f64);
            named.insert(derived.name.clone(), derived.expression.value(&names).unwrap_or_default());
        }
        json!({
            "id": prompt.name, "raw": prompt.raw, "label": prompt.label, "provider": model.name(),
            "metrics": {
                "score": tally.score, "testPassCount": tally.passed, "testFailCount": tally.failed,
                "testErrorCount": tally.errors, "assertPassCount": tally.asserts[0], "assertFailCount": tally.asserts[1],
                "totalLatencyMs": tally.latency_ms, "tokenUsage": tokens(&tally.usage), "namedScores": named,
                "namedScoreWeights": tally.weights, "cost": dollars(tally.cost),
            },
        })
    }
}

/// The prompt and the model of each column of the run, in the order that a suite has them in.
fn columns(config: &Config) -> Vec<(usize, usize)> {
    let asked = |(place, model): (usize, &ConfigModel), prompt: usize| {
        let is_asked =
            model.prompts.as_ref().is_none_or(|places| places.is_empty() || places.contains(&prompt));
        is_asked.then_some((prompt, place))
    };
    let prompts = 0..config.prompts.len();
    prompts
        .flat_map(|prompt| config.models.iter().enumerate().filter_map(move |model| asked(model, prompt)))
        .collect()
}

impl Tally {
    fn add(&mut self, execution: &Execution, result: &Value) {
        self.score += result["score"].as_f64().unwrap_or_default();
        match (passed(execution), execution.status) {
            (true, _) => self.passed += 1,
            (false, ExecutionStatus::Completed) => self.failed += 1,
            (false, _) => self.errors += 1,
        }
        for component in result["gradingResult"]["componentResults"].as_array().into_iter().flatten() {
            self.asserts[usize::from(component["pass"] != true)] += 1;
        }
        for (name, (score, weight)) in named_scores(&execution.validations) {
            *self.named.entry(name.clone()).or_default() += score * weight;
            *self.weights.entry(name).or_default() += weight;
        }
        self.latency_ms += result["latencyMs"].as_f64().unwrap_or_default();
        add(&mut self.usage, &execution.metrics.token_usage.unwrap_or_default());
        self.cost = self.cost + execution.metrics.cost_usd.unwrap_or_default();
    }
}

fn add(sum: &mut Usage, usage: &Usage) {
    sum.input_tokens += usage.input_tokens;
    sum.output_tokens += usage.output_tokens;
    sum.cached_tokens += usage.cached_tokens;
}

fn tokens(usage: &Usage) -> Value {
    json!({
        "total": usage.input_tokens + usage.output_tokens,
        "prompt": usage.input_tokens,
        "completion": usage.output_tokens,
        "cached": usage.cached_tokens,
    })
}

fn dollars(amount: NanoUsd) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 nano-dollars")]
    let nanos = amount.as_nanos() as f64;
    nanos / 1e9
}

/// What promptfoo calls the reason of a failure.
const NO_FAILURE: u8 = 0;
const OF_AN_ASSERTION: u8 = 1;
const OF_THE_CALL: u8 = 2;

/// Of each test how many with its number come before it, and how many there are.
fn among(tests: &[RunTest]) -> Vec<(usize, usize)> {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    let mut before = |test: &RunTest| {
        let count = counts.entry(test.number).or_default();
        *count += 1;
        *count - 1
    };
    let before: Vec<usize> = tests.iter().map(&mut before).collect();
    tests.iter().zip(before).map(|(test, before)| (before, counts[&test.number])).collect()
}

fn result(cell: &Cell<'_>, (prompt, model): (&ConfigPrompt, &ConfigModel), vars: &JsonObject) -> Value {
    let Cell { case, execution, output, .. } = *cell;
    let is_passed = passed(execution);
    let is_answered = execution.status == ExecutionStatus::Completed;
    let components = components(&case.validations, &execution.validations);
    let named = named_scores(&execution.validations);
    let weights: BTreeMap<_, _> = named.iter().map(|(name, (_, weight))| (name, weight)).collect();
    let named: BTreeMap<_, _> = named.iter().map(|(name, (score, _))| (name, score)).collect();
    let score = match execution.score {
        Some(score) => score,
        None => f64::from(u8::from(is_passed)),
    };
    let reason = reason(case, execution, score);
    let failure = execution.failure.as_ref().map(|failure| failure.message.clone());
    let usage = tokens(&execution.metrics.token_usage.unwrap_or_default());
    let cost = dollars(execution.metrics.cost_usd.unwrap_or_default());
    let mut result = json!({
        "id": execution.id,
        "success": is_passed,
        "score": if is_answered { score } else { 0.0 },
        "namedScores": named,
        "latencyMs": execution.metrics.latency_ms,
        "cost": cost,
        "prompt": { "raw": rendered(prompt, case), "label": prompt.label },
        "promptId": prompt.name,
        "provider": { "id": model.id, "label": model.label },
        "response": { "output": output, "tokenUsage": usage, "cost": cost, "cached": false },
        "tokenUsage": usage,
        "vars": vars,
        "testCase": test_case(case, vars),
        "metadata": case.metadata,
        "failureReason": match (is_passed, is_answered) {
            (true, _) => NO_FAILURE,
            (false, true) => OF_AN_ASSERTION,
            (false, false) => OF_THE_CALL,
        },
    });
    if is_answered {
        result["gradingResult"] = json!({
            "pass": is_passed, "score": score, "reason": reason, "namedScores": named, "namedScoreWeights": weights,
            "componentResults": components,
        });
    }
    if let Some(error) = failure.or_else(|| (!is_passed).then_some(reason)) {
        result["error"] = error.into();
    }
    result
}

/// Why a result is as it is: what did not hold, or what could not be decided, before anything that a threshold may outweigh.
fn reason(case: &Case, execution: &Execution, score: f64) -> String {
    let of = |verdict| execution.validations.iter().find(|result| result.verdict == verdict);
    let is_passed = passed(execution);
    match (case.threshold, of(Verdict::Error).filter(|_| !is_passed), of(Verdict::Fail)) {
        _ if execution.validations.is_empty() => "No assertions".to_owned(),
        (_, Some(open), _) => format!("`{}` could not be decided: {}", open.name, open.message),
        (Some(threshold), None, _) if is_passed || score < threshold => {
            let sign = if is_passed { "≥" } else { "<" };
            format!("Aggregate score {score:.2} {sign} {threshold} threshold")
        }
        (_, None, Some(failed)) if !is_passed => failed.message.clone(),
        _ => "All assertions passed".to_owned(),
    }
}

/// The prompt as it was sent: a text, or a chat as JSON.
fn rendered(prompt: &ConfigPrompt, case: &Case) -> String {
    let Ok(rendered) = formaops_template::render(&prompt.content, &case.inputs, &RunContext::default())
    else {
        return prompt.raw.clone();
    };
    if prompt.is_chat() {
        let message = |message: &formaops_template::RenderedMessage| json!({ "role": message.role.as_str(), "content": message.text() });
        let mut messages: Vec<Value> = rendered.messages.iter().map(message).collect();
        let last = messages.len().saturating_sub(1);
        for (place, text, is_before) in [(0, &case.prefix, true), (last, &case.suffix, false)] {
            if let Some(Value::String(content)) =
                messages.get_mut(place).map(|message| &mut message["content"])
            {
                *content = if is_before { format!("{text}{content}") } else { format!("{content}{text}") };
            }
        }
        return Value::from(messages).to_string();
    }
    let texts: Vec<String> = rendered.messages.iter().map(|message| message.text().to_string()).collect();
    format!("{}{}{}", case.prefix, texts.concat(), case.suffix)
}

fn test_case(case: &Case, vars: &JsonObject) -> Value {
    let mut test =
        json!({ "vars": vars, "assert": case.validations.iter().map(written).collect::<Vec<_>>() });
    if !case.name.is_empty() {
        test["description"] = case.name.as_str().into();
    }
    if let Some(threshold) = case.threshold {
        test["threshold"] = threshold.into();
    }
    if !case.metadata.is_empty() {
        test["metadata"] = json!(case.metadata);
    }
    test
}

/// An assertion as a configuration writes it, with its value filled in.
fn written(validation: &Validation) -> Value {
    let mut written = Map::new();
    if let ValidationRule::Assertion(assertion) = &validation.rule {
        let Assertion { name, value, threshold, assert, .. } = &**assertion;
        written.insert("type".to_owned(), name.as_str().into());
        if let Some(value) = value {
            written.insert("value".to_owned(), value.clone());
        }
        if let Some(threshold) = threshold {
            written.insert("threshold".to_owned(), (*threshold).into());
        }
        if !assert.is_empty() {
            written.insert("assert".to_owned(), assert.iter().map(self::written).collect());
        }
    }
    #[expect(clippy::float_cmp, reason = "only the default itself is left out")]
    if validation.weight != 1.0 {
        written.insert("weight".to_owned(), validation.weight.into());
    }
    if let Some(metric) = &validation.metric {
        written.insert("metric".to_owned(), metric.as_str().into());
    }
    Value::Object(written)
}

/// Each assertion's result, a set followed by its parts.
fn components(rules: &[Validation], results: &[ValidationResult]) -> Vec<Value> {
    let mut found = Vec::new();
    for (rule, result) in rules.iter().zip(results) {
        let parts = result.detail.as_ref().and_then(|detail| detail.get("parts"));
        let parts: Vec<ValidationResult> =
            parts.and_then(|parts| serde_json::from_value(parts.clone()).ok()).unwrap_or_default();
        let own = match &rule.rule {
            ValidationRule::Assertion(assertion) => assertion.assert.as_slice(),
            _ => &[],
        };
        let mut whole = json!({
            "pass": result.verdict == Verdict::Pass, "score": result.score, "reason": result.message,
        });
        if own.is_empty() {
            whole["assertion"] = written(rule);
            found.push(whole);
            continue;
        }
        let parts = components(own, &parts);
        whole["componentResults"] = parts.clone().into();
        whole["metadata"] = json!({ "assertionSet": written(rule) });
        found.push(whole);
        found.extend(parts);
    }
    found
}

/// The weighted mean of each named metric, with the weight that it has beside other results.
fn named_scores(results: &[ValidationResult]) -> BTreeMap<String, (f64, f64)> {
    let mut sums: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    let mut add = |name: &str, score: f64, weight: f64| {
        let sum = sums.entry(name.to_owned()).or_default();
        *sum = (sum.0 + score * weight, sum.1 + weight);
    };
    for result in results {
        if let Some(metric) = &result.metric {
            add(metric, result.score, result.weight);
        }
        let of = |name: &str| {
            result.detail.as_ref().and_then(|detail| detail.get(name)).and_then(Value::as_object)
        };
        for (name, score) in of("namedScores").into_iter().flatten() {
            let weight =
                of("namedScoreWeights").and_then(|weights| weights.get(name)).and_then(Value::as_f64);
            if result.metric.as_deref() != Some(name.as_str()) {
                add(name, score.as_f64().unwrap_or_default(), weight.unwrap_or(1.0) * result.weight);
            }
        }
    }
    let mean = |(sum, weight): (f64, f64)| if weight > 0.0 { sum / weight } else { 0.0 };
    sums.into_iter().map(|(name, (sum, weight))| (name, (mean((sum, weight)), weight))).collect()
}
