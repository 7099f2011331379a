//! Declarations of variables that make no sense.

use crate::{
    problem::{InputProblem, ProblemCode, bounded},
    schema::Schema,
    value::check_value,
};
use formaops_domain::{Variable, VariableType};
use serde_json::Value;
use std::collections::HashSet;

/// All that is wrong with declared variables; nothing where they can be saved.
#[must_use]
pub fn check_variables(variables: &[Variable]) -> Vec<InputProblem> {
    let mut names = HashSet::new();
    let mut problems = Vec::new();
    for (index, variable) in variables.iter().enumerate() {
        let declaration = Declaration { variable, path: format!("variables[{index}]") };
        problems.extend(declaration.name(&mut names));
        problems.extend(declaration.fields_of_other_types());
        problems.extend(declaration.options());
        problems.extend(declaration.limits());
        let mut rules = declaration.pattern();
        rules.extend(declaration.schema());
        // A default is not measured with a broken rule.
        if rules.is_empty() {
            problems.extend(declaration.default());
        }
        problems.extend(rules);
    }
    problems
}

struct Declaration<'d> {
    variable: &'d Variable,
    path: String,
}

impl<'d> Declaration<'d> {
    fn problem(
        &self,
        field: &str,
        code: ProblemCode,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> InputProblem {
        InputProblem::new(format!("{}.{field}", self.path), code, message, hint)
    }

    fn name(&self, names: &mut HashSet<&'d str>) -> Option<InputProblem> {
        let name = self.variable.name.as_str();
        if !is_name(name) {
            let message = if name.is_empty() {
                "a variable needs a name".to_owned()
            } else {
                format!("`{}` cannot be the name of a variable", bounded(name, 60))
            };
            let hint = "Use letters, digits and `_`, and do not start with a digit";
            return Some(self.problem("name", ProblemCode::BadName, message, hint));
        }
        if !names.insert(name) {
            let message = format!("there are two variables named `{name}`");
            let hint = "Rename or remove one of them";
            return Some(self.problem("name", ProblemCode::Duplicate, message, hint));
        }
        None
    }

    fn fields_of_other_types(&self) -> Vec<InputProblem> {
        use VariableType::{Array, Enum, Number, Object, String};
        let Variable { name, kind, options, min, max, pattern, schema, .. } = self.variable;
        let fields: [(&str, bool, &[VariableType]); 5] = [
            ("options", !options.is_empty(), &[Enum]),
            ("min", min.is_some(), &[String, Number, Array]),
            ("max", max.is_some(), &[String, Number, Array]),
            ("pattern", pattern.is_some(), &[String]),
            ("schema", schema.is_some(), &[Array, Object]),
        ];
        fields
            .into_iter()
            .filter(|(_, is_set, kinds)| *is_set && !kinds.contains(kind))
            .map(|(field, _, _)| {
                let message = format!("`{name}` is of type `{}`, which has no `{field}`", kind.as_str());
                let hint = format!("Remove `{field}`, or change the type");
                self.problem(field, ProblemCode::BadDeclaration, message, hint)
            })
            .collect()
    }

    fn options(&self) -> Option<InputProblem> {
        let Variable { name, kind, options, .. } = self.variable;
        if *kind != VariableType::Enum {
            return None;
        }
        if options.is_empty() {
            let message = format!("`{name}` is of type `enum` and has no options");
            return Some(self.problem("options", ProblemCode::BadDeclaration, message, "Add its options"));
        }
        let mut seen = HashSet::new();
        let double = options.iter().find(|option| !seen.insert(option.as_str()))?;
        let message = format!("`{name}` has the option `{}` twice", bounded(double, 60));
        Some(self.problem("options", ProblemCode::Duplicate, message, "Remove one of them"))
    }

    fn limits(&self) -> Vec<InputProblem> {
        let Variable { name, kind, min, max, .. } = self.variable;
        let mut problems = Vec::new();
        if matches!(kind, VariableType::String | VariableType::Array) {
            for (field, limit) in [("min", min), ("max", max)] {
                if let Some(limit) = limit.filter(|limit| *limit < 0.0 || limit.fract() != 0.0) {
                    let message = format!(
                        "`{field}` of `{name}` is a count and must be a whole number from 0, got {limit}"
                    );
                    let hint = "Give a whole number";
                    problems.push(self.problem(field, ProblemCode::BadDeclaration, message, hint));
                }
            }
        }
        if let (Some(min), Some(max)) = (min, max)
            && min > max
        {
            let message = format!("`min` of `{name}` must not be greater than `max`, got {min} and {max}");
            problems.push(self.problem("min", ProblemCode::BadDeclaration, message, "Swap or correct them"));
        }
        problems
    }

    fn pattern(&self) -> Vec<InputProblem> {
        let Some(pattern) = &self.variable.pattern else { return Vec::new() };
        let Err(error) = regex::Regex::new(pattern) else { return Vec::new() };
        let name = &self.variable.name;
        let why = match &error {
            // The library's text repeats the pattern over several lines; its last line says why.
            regex::Error::Syntax(text) => text.lines().last().unwrap_or_default().to_owned(),
            other => other.to_string(),
        };
        let why = why.trim_start_matches("error: ");
        let message = format!("the pattern `{}` of `{name}` cannot be read: {why}", bounded(pattern, 200));
        let hint = "Correct the regular expression; lookaround and backreferences are not supported";
        vec![self.problem("pattern", ProblemCode::BadPattern, message, hint)]
    }

    fn schema(&self) -> Option<InputProblem> {
        let schema = Value::Object(self.variable.schema.clone()?);
        let error = Schema::new(&schema).err()?;
        let message = format!("the schema of `{}` cannot be used: {error}", self.variable.name);
        Some(self.problem("schema", ProblemCode::BadSchema, message, error.hint()))
    }

    fn default(&self) -> Vec<InputProblem> {
        match self.variable.default.as_ref().filter(|value| !value.is_null()) {
            Some(default) => {
                let mut problems = check_value(self.variable, default, &format!("{}.default", self.path));
                for problem in &mut problems {
                    problem.message = format!("the default does not fit: {}", problem.message);
                }
                problems
            }
            None => Vec::new(),
        }
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
