//! One value against one variable, whether it is an input or a default.

use crate::{
    problem::{InputProblem, ProblemCode, bounded},
    schema::Schema,
};
use formaops_domain::{Variable, VariableType};
use regex::Regex;
use serde_json::Value;

/// The most of a value that a message shows.
const VALUE_LIMIT: usize = 60;

/// All that is wrong with a value at `path`; null is not a value and must not come here.
pub(crate) fn check_value(variable: &Variable, value: &Value, path: &str) -> Vec<InputProblem> {
    let check = Check { variable, value, path };
    match (variable.kind, value) {
        (VariableType::String, Value::String(text)) => {
            let mut problems = check.size(text.chars().count(), "character");
            problems.extend(check.pattern(text));
            problems
        }
        (VariableType::Number, Value::Number(number)) => {
            check.limits(number.as_f64().unwrap_or(f64::NAN), "").into_iter().collect()
        }
        (VariableType::Boolean, Value::Bool(_)) => Vec::new(),
        (VariableType::Enum, Value::String(text)) if variable.options.contains(text) => Vec::new(),
        (VariableType::Enum, _) => vec![check.not_an_option()],
        (VariableType::Array, Value::Array(items)) => {
            let mut problems = check.size(items.len(), "item");
            let items = items.iter().enumerate();
            let items = items.map(|(index, item)| (format!("{path}.{index}"), item));
            problems.extend(check.schema(items));
            problems
        }
        (VariableType::Object, Value::Object(_)) => check.schema([(path.to_owned(), value)]),
        _ => vec![check.wrong_type()],
    }
}

struct Check<'c> {
    variable: &'c Variable,
    value: &'c Value,
    path: &'c str,
}

impl Check<'_> {
    fn problem(&self, code: ProblemCode, expected: &str, hint: impl Into<String>) -> InputProblem {
        let got = describe(self.value, !self.variable.sensitive);
        let message = format!("`{}` must be {expected}, got {got}", self.variable.name);
        InputProblem::new(self.path, code, message, hint)
    }

    fn wrong_type(&self) -> InputProblem {
        let kind = with_article(self.variable.kind);
        self.problem(ProblemCode::WrongType, &kind, format!("Give `{}` {kind}", self.variable.name))
    }

    fn not_an_option(&self) -> InputProblem {
        let options: Vec<String> = self.variable.options.iter().map(|o| format!("`{o}`")).collect();
        let options = bounded(&options.join(", "), 300);
        let hint = "Choose one of its options";
        self.problem(ProblemCode::NotAnOption, &format!("one of {options}"), hint)
    }

    fn size(&self, size: usize, unit: &str) -> Vec<InputProblem> {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52 characters or items")]
        self.limits(size as f64, unit).into_iter().collect()
    }

    fn limits(&self, size: f64, unit: &str) -> Option<InputProblem> {
        let bound = |limit: f64| match unit {
            "" => format!("{limit}"),
            unit if limit == 1.0 => format!("1 {unit} long"),
            unit => format!("{limit} {unit}s long"),
        };
        let (code, expected) = match (self.variable.min, self.variable.max) {
            (Some(min), _) if size < min => (ProblemCode::TooSmall, format!("at least {}", bound(min))),
            (_, Some(max)) if size > max => (ProblemCode::TooLarge, format!("at most {}", bound(max))),
            _ => return None,
        };
        let mut problem = self.problem(code, &expected, "Give a value within its limits");
        if !unit.is_empty() {
            // The length says more than the value.
            let plural = if size == 1.0 { "" } else { "s" };
            problem.message =
                format!("`{}` must be {expected}, got {size} {unit}{plural}", self.variable.name);
        }
        Some(problem)
    }

    fn pattern(&self, text: &str) -> Option<InputProblem> {
        let pattern = self.variable.pattern.as_deref()?;
        let shown = bounded(pattern, 200);
        match Regex::new(pattern) {
            Ok(regex) if regex.is_match(text) => None,
            Ok(_) => {
                let expected = format!("a text that matches the pattern `{shown}`");
                Some(self.problem(ProblemCode::NoMatch, &expected, "Give a text that the pattern matches"))
            }
            Err(_) => Some(InputProblem::new(
                self.path,
                ProblemCode::BadPattern,
                format!("the pattern `{shown}` of `{}` cannot be read", self.variable.name),
                "Correct the pattern in the prompt's variables",
            )),
        }
    }

    /// Checks each of `values`, given with its path, against the schema of the variable.
    fn schema<'v>(&self, values: impl IntoIterator<Item = (String, &'v Value)>) -> Vec<InputProblem> {
        const MAX_PROBLEMS: usize = 5;
        let Some(schema) = &self.variable.schema else { return Vec::new() };
        let name = &self.variable.name;
        let schema = match Schema::new(&Value::Object(schema.clone())) {
            Ok(schema) => schema,
            Err(error) => {
                let message = format!("`{name}` cannot be checked: {error}");
                return vec![InputProblem::new(self.path, ProblemCode::BadSchema, message, error.hint())];
            }
        };
        values
            .into_iter()
            .flat_map(|(path, value)| {
                let found = schema.mismatches(value, !self.variable.sensitive);
                found.into_iter().map(move |mismatch| {
                    let path = format!("{path}{}", mismatch.pointer.replace('/', "."));
                    let inside = path.split_once('.').map_or(path.as_str(), |(_, inside)| inside);
                    let message = format!("`{inside}` does not follow its schema: {}", mismatch.message);
                    InputProblem::new(
                        path.clone(),
                        ProblemCode::Schema,
                        message,
                        "Correct this part of the value",
                    )
                })
            })
            .take(MAX_PROBLEMS)
            .collect()
    }
}

/// A type as it stands in a sentence.
pub(crate) fn with_article(kind: VariableType) -> String {
    let article = match kind {
        VariableType::Array | VariableType::Object | VariableType::Enum => "an",
        VariableType::String | VariableType::Number | VariableType::Boolean => "a",
    };
    format!("{article} {}", kind.as_str())
}

/// A value as it stands in a sentence; a sensitive one is only named by its type.
pub(crate) fn describe(value: &Value, shows_value: bool) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(_) if !shows_value => "a boolean".to_owned(),
        Value::Number(_) if !shows_value => "a number".to_owned(),
        Value::String(_) if !shows_value => "a string".to_owned(),
        Value::Bool(flag) => format!("`{flag}`"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) if text.is_empty() => "an empty string".to_owned(),
        Value::String(text) => format!("the string `{}`", bounded(text, VALUE_LIMIT)),
        Value::Array(items) => format!("an array of {} items", items.len()),
        Value::Object(_) => "an object".to_owned(),
    }
}
