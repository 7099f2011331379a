//! The answer of a model against the rules of its version.

use crate::{
    problem::{InputProblem, MESSAGE_LIMIT, ProblemCode, bounded},
    schema::{Schema, pointer},
};
use formaops_domain::{Validation, ValidationResult, ValidationRule, ValidationStatus, Verdict};
use serde_json::Value;
use std::collections::HashSet;

/// What came out of checking an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputReport {
    /// Skipped where there are no rules, else whether all hold.
    pub status: ValidationStatus,
    /// The result of each rule, in order.
    pub results: Vec<ValidationResult>,
    /// The answer as JSON, where a schema was asked for and all rules hold.
    pub validated: Option<Value>,
}

/// Checks an answer against every rule.
#[must_use]
pub fn validate_output(validations: &[Validation], output: &str) -> OutputReport {
    let mut validated = None;
    let results: Vec<ValidationResult> = validations
        .iter()
        .map(|validation| {
            let outcome = match &validation.rule {
                ValidationRule::Schema { schema } => follows_schema(schema, output),
                _ => Err("this rule is not known here".to_owned().into()),
            };
            let (verdict, score, message) = match outcome {
                Ok((value, message)) => {
                    validated = Some(value);
                    (Verdict::Pass, 1.0, message)
                }
                Err(Explanation(message)) => (Verdict::Fail, 0.0, message),
            };
            let message = bounded(&message, MESSAGE_LIMIT);
            ValidationResult::new(&validation.name, verdict, score, message)
        })
        .collect();
    let status = match results.as_slice() {
        [] => ValidationStatus::Skipped,
        results if results.iter().all(|result| result.verdict == Verdict::Pass) => ValidationStatus::Passed,
        _ => ValidationStatus::Failed,
    };
    let validated = validated.filter(|_| status == ValidationStatus::Passed);
    OutputReport { status, results, validated }
}

/// All that is wrong with rules; nothing where they can be saved.
#[must_use]
pub fn check_validations(validations: &[Validation]) -> Vec<InputProblem> {
    let mut names = HashSet::new();
    let mut problems = Vec::new();
    for (index, validation) in validations.iter().enumerate() {
        let Validation { name, rule, .. } = validation;
        let path = format!("validations[{index}].name");
        if name.trim().is_empty() {
            let hint = "Give it a name";
            problems.push(InputProblem::new(path, ProblemCode::BadName, "a validation needs a name", hint));
        } else if !names.insert(name) {
            let message = format!("there are two validations named `{}`", bounded(name, 60));
            problems.push(InputProblem::new(path, ProblemCode::Duplicate, message, "Rename one of them"));
        }
        match rule {
            ValidationRule::Schema { schema } => {
                if let Err(error) = Schema::new(schema) {
                    let path = format!("validations[{index}].rule.schema");
                    let message = format!("`{}` cannot be used: {error}", bounded(name, 60));
                    problems.push(InputProblem::new(path, ProblemCode::BadSchema, message, error.hint()));
                }
            }
            _ => {}
        }
    }
    problems
}

/// The answer as JSON that follows the schema and what to say of it, or why it does not.
fn follows_schema(schema: &Value, output: &str) -> Result<(Value, String), Explanation> {
    let schema = Schema::new(schema).map_err(|error| format!("{error}. {}", error.hint()))?;
    let (value, note) = read_json(output)?;
    let mismatches = schema.mismatches(&value, true);
    if mismatches.is_empty() {
        return Ok((value, format!("the answer follows the schema{note}")));
    }
    let lines: Vec<String> = mismatches
        .iter()
        .map(|mismatch| format!("at `{}`: {}", pointer(&mismatch.pointer), mismatch.message))
        .collect();
    Err(format!("the answer does not follow the schema{note}; {}", lines.join("; ")).into())
}

/// Why a rule does not hold, for people.
struct Explanation(String);

impl From<String> for Explanation {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// JSON that is the whole answer or stands in its only code fence, and a note where it was the latter.
fn read_json(output: &str) -> Result<(Value, &'static str), Explanation> {
    let text = output.trim();
    if text.is_empty() {
        return Err("the answer is empty; JSON was expected".to_owned().into());
    }
    let error = match serde_json::from_str(text) {
        Ok(value) => return Ok((value, "")),
        Err(error) => error,
    };
    match fences(text).as_slice() {
        [] => Err(format!("the answer is not JSON: {error}").into()),
        [inside] => match serde_json::from_str(inside) {
            Ok(value) => Ok((value, " (read from its code fence)")),
            Err(error) => Err(format!("the code fence of the answer does not hold JSON: {error}").into()),
        },
        many => Err(format!(
            "the answer is not JSON, and has {} code fences where at most one can be read",
            many.len()
        )
        .into()),
    }
}

/// The contents of the code fences of a Markdown text; one that is not closed goes to the end.
fn fences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for line in text.lines() {
        let trimmed = line.trim();
        let marks = trimmed.len() - trimmed.trim_start_matches('`').len();
        match &mut open {
            Some((fence, _)) if marks >= fence.len() && trimmed.len() == marks => {
                found.extend(open.take().map(|(_, inside)| inside));
            }
            Some((_, inside)) => {
                inside.push_str(line);
                inside.push('\n');
            }
            None if marks >= 3 => open = Some((&trimmed[..marks], String::new())),
            None => {}
        }
    }
    found.extend(open.map(|(_, inside)| inside));
    found
}
