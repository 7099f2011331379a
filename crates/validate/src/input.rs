//! The inputs of a run against the variables of its version.

use crate::{
    problem::{InputProblem, ProblemCode, bounded},
    value::{check_value, with_article},
};
use formaops_domain::{JsonObject, Variable};
use serde_json::Value;

/// The inputs with defaults filled in. Null is the same as no value. What no variable declares passes
/// through.
///
/// # Errors
/// Every problem of every variable, in the order they are declared; never empty.
pub fn check_inputs(variables: &[Variable], inputs: &JsonObject) -> Result<JsonObject, Vec<InputProblem>> {
    let mut complete = inputs.clone();
    let mut problems = Vec::new();
    for variable in variables {
        let path = format!("inputs.{}", variable.name);
        match inputs.get(&variable.name).filter(|value| !value.is_null()) {
            Some(value) => problems.extend(check_value(variable, value, &path)),
            None => match variable.default.as_ref().filter(|value| !value.is_null()) {
                Some(default) => drop(complete.insert(variable.name.clone(), default.clone())),
                None if variable.required => problems.push(missing(variable, path)),
                None => drop(complete.insert(variable.name.clone(), Value::Null)),
            },
        }
    }
    if problems.is_empty() { Ok(complete) } else { Err(problems) }
}

fn missing(variable: &Variable, path: String) -> InputProblem {
    let Variable { name, kind, .. } = variable;
    let message = format!("`{name}` is required and has no value");
    let hint = match variable.options.as_slice() {
        [] => format!("Give `{name}` {}", with_article(*kind)),
        options => bounded(&format!("Choose one of `{}`", options.join("`, `")), 300),
    };
    InputProblem::new(path, ProblemCode::Missing, message, hint)
}
