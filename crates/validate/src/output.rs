//! An answer against rules that ask for nothing.

use crate::{
    conclude::{Conclusion, conclude},
    evaluate::{Step, Subject, evaluate},
};
use formaops_domain::{
    JsonObject, Metrics, ModelRef, Validation, ValidationPhase, ValidationResult, ValidationStatus, Verdict,
};
use serde_json::Value;

/// What came out of checking an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputReport {
    /// Skipped where there are no rules, else whether all hold.
    pub status: ValidationStatus,
    /// The result of each rule, in order.
    pub results: Vec<ValidationResult>,
    /// The answer as JSON, where a rule asks for JSON and the answer passes.
    pub validated: Option<Value>,
}

/// Checks the text of an answer against every rule that is on. A rule that needs to know more than the text is an
/// error.
#[must_use]
pub fn validate_output(validations: &[Validation], output: &str) -> OutputReport {
    let (inputs, metrics) = (JsonObject::new(), Metrics::default());
    let model = ModelRef { provider: String::new(), model: String::new() };
    let subject = Subject {
        output,
        tool_calls: &[],
        tools: &[],
        finish: None,
        inputs: &inputs,
        prompt: "",
        model: &model,
        metrics: &metrics,
        metadata: &inputs,
    };
    let is_asked = |validation: &&Validation| !validation.off && validation.phase == ValidationPhase::After;
    let results: Vec<(&Validation, ValidationResult)> = validations
        .iter()
        .filter(is_asked)
        .map(|validation| match evaluate(validation, &subject, &[]) {
            Step::Done(result) => (validation, result),
            Step::Ask(_) => {
                let message = "this rule needs more than the text of the answer, which is not to be had here";
                (validation, ValidationResult::new(&validation.name, Verdict::Error, 0.0, message))
            }
        })
        .collect();
    let Conclusion { status, validated, .. } = conclude(&results, output, None);
    OutputReport { status, results: results.into_iter().map(|(_, result)| result).collect(), validated }
}
