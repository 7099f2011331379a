//! Validations that make no sense, named before anything is run.

use crate::{
    problem::{InputProblem, ProblemCode, bounded},
    rule::{self, Mistake},
};
use formaops_domain::{Assertion, OnFailure, Validation, ValidationPhase, ValidationRule};
use serde_json::Value;
use std::collections::HashSet;

/// All that is wrong with validations; nothing where they can be saved and used.
///
/// A value that has `{{` in it is a template, and is not looked at before it is rendered.
#[must_use]
pub fn check_validations(validations: &[Validation]) -> Vec<InputProblem> {
    let mut names = HashSet::new();
    let mut problems = Vec::new();
    for (index, validation) in validations.iter().enumerate() {
        let at = format!("validations[{index}]");
        let name = &validation.name;
        if name.trim().is_empty() {
            let (path, hint) = (format!("{at}.name"), "Give it a name");
            problems.push(InputProblem::new(path, ProblemCode::BadName, "a validation needs a name", hint));
        } else if !names.insert(name) {
            let message = format!("there are two validations named `{}`", bounded(name, 60));
            let path = format!("{at}.name");
            problems.push(InputProblem::new(path, ProblemCode::Duplicate, message, "Rename one of them"));
        }
        problems.extend(rule_mistakes(validation, false).into_iter().map(|mistake| {
            let Mistake { field, code, message, hint } = mistake;
            let message = format!("`{}` cannot be used: {message}", bounded(name, 60));
            InputProblem::new(format!("{at}.{field}"), code, message, hint)
        }));
    }
    problems
}

/// All that is wrong with a validation but its name, each with its field from the validation on. It stands by itself, or
/// in a set.
pub(crate) fn rule_mistakes(validation: &Validation, in_set: bool) -> Vec<Mistake> {
    let in_rule = match &validation.rule {
        ValidationRule::Schema { schema } => rule::schema_mistakes(schema, "schema"),
        ValidationRule::Regex { pattern, flags } => rule::regex_mistakes(pattern, flags),
        ValidationRule::Function { source } => rule::function_mistakes(source),
        ValidationRule::Assertion(assertion) => assertion_mistakes(assertion),
    };
    let in_rule =
        in_rule.into_iter().map(|mistake| Mistake { field: format!("rule.{}", mistake.field), ..mistake });
    let of_place = weight_mistake(validation).into_iter().chain(retry_mistake(validation));
    of_place.chain(rule::misplaced(validation, in_set)).chain(in_rule).collect()
}

fn weight_mistake(validation: &Validation) -> Option<Mistake> {
    let weight = validation.weight;
    if weight.is_finite() && weight >= 0.0 {
        return None;
    }
    let message = format!("its weight must be a number from 0 on, got {weight}");
    Some(Mistake::new(
        "weight",
        ProblemCode::TooSmall,
        message,
        "Give it 1, or 0 to let it count for nothing",
    ))
}

fn retry_mistake(validation: &Validation) -> Option<Mistake> {
    let OnFailure::Retry { times } = validation.on_failure else { return None };
    let most = OnFailure::MOST_RETRIES;
    if validation.phase == ValidationPhase::Before {
        let message = "it checks the prompt before the model is called, so there is nothing to ask again";
        let hint = "Let it fail or alert";
        return Some(Mistake::new("onFailure", ProblemCode::BadDeclaration, message, hint));
    }
    let code = match times {
        0 => ProblemCode::TooSmall,
        times if times > most => ProblemCode::TooLarge,
        _ => return None,
    };
    let message = format!("the model can be asked again 1 to {most} times, got {times}");
    Some(Mistake::new("onFailure.times", code, message, "Give a number within its limits"))
}

fn assertion_mistakes(assertion: &Assertion) -> Vec<Mistake> {
    let Some(rule) = rule::find(rule::base_name(&assertion.name).0) else {
        return vec![rule::unknown(&assertion.name)];
    };
    let mut found = Vec::new();
    if assertion.threshold.is_some_and(|threshold| !threshold.is_finite()) {
        let message = "its threshold is no number";
        found.push(Mistake::new("threshold", ProblemCode::WrongType, message, "Give it a number"));
    }
    if assertion.transform.as_ref().is_some_and(|source| source.trim().is_empty()) {
        let hint = "Write it in JavaScript, or remove it";
        found.push(Mistake::new("transform", ProblemCode::Missing, "its transform is empty", hint));
    }
    let is_template = assertion.value.as_ref().is_some_and(has_template);
    let of_rule = (rule.mistakes)(assertion);
    found.extend(of_rule.into_iter().filter(|mistake| !is_template || mistake.field != "value"));
    found
}

fn has_template(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("{{") || text.contains("{%"),
        Value::Array(items) => items.iter().any(has_template),
        Value::Object(fields) => fields.values().any(has_template),
        _ => false,
    }
}
