//! What promptfoo said of the cases in `tests/conformance/promptfoo/cases.json`, against what we say. A difference that
//! is meant stands beside its case as `ours`, with the reason.

use formaops_domain::{
    Answer, Assertion, Finish, FinishReason, JsonObject, Metrics, ModelRef, NanoUsd, Span, ToolDefinition,
    Validation, ValidationResult, ValidationRule, ValidationStatus, Verdict,
};
use formaops_validate::{Conclusion, Step, Subject, conclude, evaluate};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

#[derive(Deserialize)]
struct Table {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    output: Value,
    assert: Vec<Value>,
    threshold: Option<f64>,
    finish_reason: Option<String>,
    cost: Option<f64>,
    latency_ms: Option<f64>,
    #[serde(default)]
    tools: Vec<Value>,
    promptfoo: Said,
    ours: Option<Said>,
    why: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    #[serde(default)]
    throws: bool,
    pass: Option<bool>,
    score: Option<f64>,
    #[serde(default)]
    named_scores: BTreeMap<String, f64>,
}

#[test]
fn every_case_comes_out_as_in_promptfoo_or_differs_as_it_is_written_down() {
    let table: Table =
        serde_json::from_str(include_str!("../../../../tests/conformance/promptfoo/cases.json")).unwrap();
    let mut wrong = Vec::new();
    for case in &table.cases {
        let said = case.said();
        let expected = case.ours.as_ref().unwrap_or(&case.promptfoo);
        if !is_near(&said, expected) {
            wrong.push(format!(
                "{} of {}\n  expected {expected:?}\n  said     {said:?}",
                Value::from(case.assert.clone()),
                case.output
            ));
        }
        assert_eq!(case.ours.is_some(), case.why.is_some(), "a difference has a reason: {}", case.output);
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), table.cases.len(), wrong.join("\n"));
}

fn is_near(one: &Said, other: &Said) -> bool {
    let near = |one: f64, other: f64| (one - other).abs() < 2e-6;
    let scores = match (one.score, other.score) {
        (Some(one), Some(other)) => near(one, other),
        (None, None) => true,
        _ => false,
    };
    let named = one.named_scores.len() == other.named_scores.len()
        && one.named_scores.iter().all(|(name, score)| near(*score, other.named_scores[name]));
    one.throws == other.throws && one.pass == other.pass && scores && named
}

impl Case {
    fn said(&self) -> Said {
        let validations: Vec<Validation> =
            self.assert.iter().enumerate().map(|(index, assert)| self.validation(index, assert)).collect();
        let reason = self.finish_reason.as_deref().map(|word| Finish::new(reason_of(word), word));
        let metrics = Metrics {
            latency_ms: self.latency_ms.map(|millis| Span::from(Duration::from_secs_f64(millis / 1000.0))),
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small amounts")]
            cost_usd: self.cost.map(|cost| NanoUsd::from_nanos((cost * 1e9).round() as u64)),
            ..Metrics::default()
        };
        let tools: Vec<ToolDefinition> = self.tools.iter().map(tool).collect();
        let text = self.output.as_str().unwrap_or_default();
        let model = ModelRef { provider: "test".into(), model: "test".into() };
        let nothing = JsonObject::new();
        let subject = Subject {
            output: text,
            tool_calls: &[],
            tools: &tools,
            finish: reason.as_ref(),
            inputs: &nothing,
            prompt: "the prompt",
            model: &model,
            metrics: &metrics,
            metadata: &nothing,
        };
        // promptfoo hands on what a provider returned that is no text; here a transform makes it.
        let answers = if self.output.is_string() { vec![] } else { vec![Answer::Json(self.output.clone())] };
        let results: Vec<(&Validation, ValidationResult)> = validations
            .iter()
            .map(|validation| match evaluate(validation, &subject, &answers) {
                Step::Done(result) => (validation, result),
                Step::Ask(ask) => panic!("{validation:?} asks for {ask:?}"),
            })
            .collect();
        if results.iter().any(|(_, result)| result.verdict == Verdict::Error) {
            return Said { throws: true, pass: None, score: None, named_scores: BTreeMap::new() };
        }
        let Conclusion { status, score, metrics, .. } = conclude(&results, text, self.threshold);
        Said {
            throws: false,
            pass: Some(status == ValidationStatus::Passed),
            score: Some(score),
            named_scores: metrics,
        }
    }

    fn validation(&self, index: usize, assert: &Value) -> Validation {
        let number = |name: &str| assert[name].as_f64();
        let parts = assert["assert"].as_array().cloned().unwrap_or_default();
        let assertion = Assertion {
            name: assert["type"].as_str().unwrap().to_owned(),
            value: assert.get("value").cloned(),
            threshold: number("threshold"),
            transform: (!self.output.is_string()).then(|| "output".to_owned()),
            assert: parts.iter().enumerate().map(|(index, part)| self.validation(index, part)).collect(),
            ..Assertion::default()
        };
        Validation {
            weight: number("weight").unwrap_or(1.0),
            metric: assert["metric"].as_str().map(str::to_owned),
            ..Validation::new(index.to_string(), ValidationRule::Assertion(Box::new(assertion)))
        }
    }
}

fn reason_of(word: &str) -> FinishReason {
    match word {
        "stop" => FinishReason::Stop,
        "length" => FinishReason::Length,
        "tool_calls" => FinishReason::ToolCalls,
        "content_filter" => FinishReason::ContentFilter,
        other => panic!("a case with the reason {other}"),
    }
}

fn tool(tool: &Value) -> ToolDefinition {
    let function = &tool["function"];
    serde_json::from_value(json!({"name": function["name"], "parameters": function["parameters"]})).unwrap()
}
