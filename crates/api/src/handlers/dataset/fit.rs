//! Whether cases are what a prompt's variables want.

use crate::{
    ApiError, App,
    handlers::{PromptKey, partial::Whole, prompt::find_prompt, version::find_version},
};
use formaops_domain::{Case, JsonObject, Variable, VariableType};
use formaops_validate::check_inputs;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// The most problems that are told one by one.
const MOST_PROBLEMS: usize = 50;

/// How cases fit the variables of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatasetFit {
    /// Variables that have a column.
    pub matched: Vec<String>,
    /// Variables that need a value and have no column.
    pub missing: Vec<String>,
    /// Columns that no variable is called like.
    pub unknown: Vec<String>,
    /// Columns of sensitive variables, whose values are kept nowhere.
    pub sensitive: Vec<String>,
    /// Values that are not what their variables want, the first 50.
    pub problems: Vec<FitProblem>,
    /// How many cases have such values.
    pub cases: u32,
}

/// A value that is not what its variable wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FitProblem {
    /// The position of the case.
    pub position: u32,
    /// The variable.
    pub variable: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// The variables that cases are held against.
#[derive(Debug, Clone)]
pub(super) struct Variables(Vec<Variable>);

impl Variables {
    /// Those of a prompt's newest version, and of the partials that it calls.
    pub(super) async fn of(app: &App, prompt: &PromptKey) -> Result<Self, ApiError> {
        let prompt = find_prompt(app, prompt).await?;
        let content = find_version(app, &prompt, None).await?.content;
        Ok(Self(Whole::now(app, content).await?.variables().to_vec()))
    }

    /// The sensitive variable that a case has a value of, if it has one.
    pub(super) fn sensitive_in(&self, case: &Case) -> Option<&str> {
        let mut sensitive = self.0.iter().filter(|variable| variable.sensitive);
        sensitive
            .find(|variable| has_value(&case.inputs, &variable.name))
            .map(|variable| variable.name.as_str())
    }

    /// The case with values as their variables want them, where a text says such a value. Tables of texts know no
    /// other values.
    pub(super) fn typed(&self, mut case: Case) -> Case {
        for variable in &self.0 {
            if let Some(value) = case.inputs.get_mut(&variable.name)
                && let Some(typed) = typed(variable, value)
            {
                *value = typed;
            }
        }
        case
    }

    /// How many cases fit, which are shown to it one after the other.
    pub(super) fn fitting(&self) -> Fitting<'_> {
        Fitting { variables: &self.0, columns: BTreeSet::new(), problems: Vec::new(), cases: 0 }
    }
}

fn has_value(inputs: &JsonObject, name: &str) -> bool {
    inputs.get(name).is_some_and(|value| !value.is_null() && value != "")
}

fn typed(variable: &Variable, value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    if text.is_empty() && !variable.required {
        return (variable.kind != VariableType::String).then_some(Value::Null);
    }
    let read = || serde_json::from_str::<Value>(text.trim()).ok();
    match variable.kind {
        VariableType::String | VariableType::Enum => None,
        VariableType::Number => read().filter(Value::is_number),
        VariableType::Boolean => read().filter(Value::is_boolean),
        VariableType::Array => read().filter(Value::is_array),
        VariableType::Object => read().filter(Value::is_object),
    }
}

/// Finds out how cases fit.
pub(super) struct Fitting<'a> {
    variables: &'a [Variable],
    columns: BTreeSet<String>,
    problems: Vec<FitProblem>,
    cases: u32,
}

impl Fitting<'_> {
    pub(super) fn see(&mut self, position: u32, case: &Case) {
        for name in
            case.inputs.keys().filter(|name| !self.columns.contains(*name)).cloned().collect::<Vec<_>>()
        {
            self.columns.insert(name);
        }
        // What has no column at all is told once, and not of every case.
        let given = |problem: &formaops_validate::InputProblem| {
            let name = problem.place.path.strip_prefix("inputs.").unwrap_or(&problem.place.path);
            let name = name.split(['.', '[']).next().unwrap_or(name);
            case.inputs.contains_key(name).then(|| name.to_owned())
        };
        let problems = check_inputs(self.variables, &case.inputs).err().unwrap_or_default();
        let mut found =
            problems.into_iter().filter_map(|problem| given(&problem).map(|name| (name, problem))).peekable();
        self.cases += u32::from(found.peek().is_some());
        let room = MOST_PROBLEMS - self.problems.len();
        self.problems.extend(found.take(room).map(|(variable, problem)| FitProblem {
            position,
            variable,
            message: problem.message,
            hint: problem.hint,
        }));
    }

    pub(super) fn finish(self) -> DatasetFit {
        let has = |variable: &&Variable| self.columns.contains(&variable.name);
        let names = |variables: Vec<&Variable>| variables.into_iter().map(|one| one.name.clone()).collect();
        let (matched, others): (Vec<_>, Vec<_>) = self.variables.iter().partition(has);
        let needs = |variable: &&Variable| variable.required && variable.default.is_none();
        let sensitive = matched.iter().copied().filter(|variable| variable.sensitive).collect();
        let known = |name: &&String| self.variables.iter().any(|variable| variable.name == **name);
        DatasetFit {
            missing: names(others.into_iter().filter(needs).collect()),
            unknown: self.columns.iter().filter(|name| !known(name)).cloned().collect(),
            sensitive: names(sensitive),
            matched: names(matched),
            problems: self.problems,
            cases: self.cases,
        }
    }
}
