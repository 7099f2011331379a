//! Assertions of a test as validations of a case: values filled in, scripts read, transforms put in their order.

use crate::{
    files::{self, Sources},
    models::Models,
    numbers,
    problem::Log,
    scripts, vars,
};
use formaops_datasets::tell_apart;
use formaops_domain::{Assertion, JsonObject, ModelRef, Validation, ValidationRule};
use formaops_template::render_nunjucks;
use serde_json::Value;

/// What the options of a test say of its assertions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grading {
    /// The model that judges where an assertion names none.
    pub(crate) judge: Option<ModelRef>,
    /// The model that makes vectors where an assertion names none.
    pub(crate) embedding: Option<ModelRef>,
    /// What a judge is told.
    pub(crate) rubric_prompt: Option<Value>,
    /// What is made of the answer before any assertion sees it.
    pub(crate) transforms: Vec<String>,
}

/// Reads assertions.
pub(crate) struct Assertions<'r, 'm> {
    pub(crate) files: &'r Sources<'r>,
    pub(crate) models: &'r mut Models<'m>,
    pub(crate) log: &'r mut Log,
}

impl Assertions<'_, '_> {
    /// The validations of a test, each with the place of its assertion. Their names are unique.
    pub(crate) fn read(
        &mut self,
        asserts: &[(String, Value)],
        vars: &JsonObject,
        grading: &Grading,
    ) -> Vec<Validation> {
        let mut found = Vec::new();
        for (at, value) in asserts {
            let Some(validation) = self.one(value, at, vars, grading) else { continue };
            for problem in formaops_validate::check_validations(std::slice::from_ref(&validation)) {
                let field = problem.place.path.replacen("validations[0].", "", 1);
                let field = field.strip_prefix("rule.").unwrap_or(&field).to_owned();
                if is_of_its_test(value, &field) {
                    let message = format!("{}: tests in which that is so do not pass", problem.message);
                    self.log.note(&format!("{at}.{field}"), message);
                    continue;
                }
                self.log.wrong(&format!("{at}.{field}"), problem.message, format!("{}.", problem.hint));
            }
            found.push(validation);
        }
        tell_apart(&mut found);
        found
    }

    fn one(&mut self, value: &Value, at: &str, vars: &JsonObject, grading: &Grading) -> Option<Validation> {
        let Value::Object(fields) = value else {
            if !value.is_null() {
                self.log.wrong(at, "this is no assertion", "Write an object with a `type`.");
            }
            return None;
        };
        let mut fields = fields.clone();
        let Some(Value::String(name)) = fields.shift_remove("type") else {
            self.log.wrong(at, "the assertion has no `type`", "Write one, such as `type: contains`.");
            return None;
        };
        let base = name.strip_prefix("not-").unwrap_or(&name).to_owned();
        let mut assertion = Assertion {
            threshold: numbers::number(
                fields.shift_remove("threshold"),
                &format!("{at}.threshold"),
                self.log,
            ),
            config: match fields.shift_remove("config") {
                Some(Value::Object(config)) => config,
                _ => JsonObject::new(),
            },
            ..Assertion::default()
        };
        let weight = numbers::number(fields.shift_remove("weight"), &format!("{at}.weight"), self.log);
        let weight = weight.unwrap_or(1.0);
        let metric = match fields.shift_remove("metric") {
            Some(Value::String(metric)) => Some(self.filled(&metric, &format!("{at}.metric"), vars)?),
            _ => None,
        };
        if base == "assert-set" {
            assertion.assert = self.set(fields.shift_remove("assert"), at, vars, grading);
        } else {
            let own = match fields.shift_remove("transform") {
                Some(Value::String(text)) => {
                    Some(scripts::source(&text, &format!("{at}.transform"), self.files, self.log)?)
                }
                _ => None,
            };
            assertion.transform = scripts::chain(grading.transforms.iter().cloned().chain(own));
        }
        let given = fields.shift_remove("value");
        assertion.value = match given {
            None | Some(Value::Null) => None,
            Some(value) => Some(self.value(value, &base, &format!("{at}.value"), vars)?),
        };
        let (judge, rubric) = (fields.shift_remove("provider"), fields.shift_remove("rubricPrompt"));
        if is_judged(&base) {
            assertion.model = match judge {
                Some(judge) => self.models.judge(&judge, &format!("{at}.provider"), self.log),
                None => grading.judge.clone(),
            };
            let rubric = rubric.or_else(|| grading.rubric_prompt.clone());
            assertion.rubric_prompt = rubric.and_then(|prompt| self.rubric(prompt, at));
        } else if compares_vectors(&base) {
            assertion.model = match judge {
                Some(given) => self.embedding(&given, &format!("{at}.provider")),
                None => None,
            };
            assertion.model = assertion.model.or_else(|| grading.embedding.clone());
        }
        for name in fields.keys() {
            self.log.note(&format!("{at}.{name}"), format!("`{name}` of an assertion means nothing here"));
        }
        assertion.name.clone_from(&name);
        let plain = Validation::new(name, ValidationRule::Assertion(Box::new(assertion)));
        Some(Validation { weight, metric, ..plain })
    }

    fn set(
        &mut self,
        parts: Option<Value>,
        at: &str,
        vars: &JsonObject,
        grading: &Grading,
    ) -> Vec<Validation> {
        let Some(Value::Array(parts)) = parts else { return Vec::new() };
        let mut found = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            found.extend(self.one(part, &format!("{at}.assert[{index}]"), vars, grading));
        }
        tell_apart(&mut found);
        found
    }

    /// What an assertion compares with: a text is a template, and may be a file; so are the texts of a list.
    fn value(&mut self, value: Value, kind: &str, at: &str, vars: &JsonObject) -> Option<Value> {
        match value {
            Value::String(text) if kind == "javascript" && text.starts_with("file://") => {
                scripts::source(&text, at, self.files, self.log).map(Value::from)
            }
            Value::String(text) => match files::of_url(&text) {
                Some(path) => self.file(path, at),
                None => self.filled(&text, at, vars).map(Value::from),
            },
            Value::Array(items) => {
                let fill = |(index, item): (usize, Value)| match item {
                    Value::String(text) => self.value(text.into(), kind, &format!("{at}[{index}]"), vars),
                    other => Some(other),
                };
                items.into_iter().enumerate().map(fill).collect::<Option<Vec<_>>>().map(Value::from)
            }
            other => Some(other),
        }
    }

    fn file(&mut self, path: &str, at: &str) -> Option<Value> {
        if files::is_code(path) {
            let message = format!("`{path}` is a program, which only a `javascript` assertion may name");
            self.log.wrong(at, message, "Write the value out.");
            return None;
        }
        match files::ending(path).as_str() {
            "json" | "yaml" | "yml" => files::document(self.files, path, at, self.log),
            _ => files::text(self.files, path, at, self.log).map(Value::from),
        }
    }

    /// The model whose vectors an assertion compares; one that makes none leaves that to the one that is usual.
    fn embedding(&mut self, given: &Value, at: &str) -> Option<ModelRef> {
        let found = self.models.embedding(given, at, self.log);
        if found.is_none() {
            let message = "this provider makes no vectors: write one such as `openai:embedding:MODEL`";
            self.log.note(at, message);
        }
        found
    }

    fn rubric(&mut self, prompt: Value, at: &str) -> Option<Value> {
        let at = format!("{at}.rubricPrompt");
        let prompt = match prompt.as_str().and_then(files::of_url) {
            Some(path) => self.file(path, &at)?,
            None => prompt,
        };
        if prompt.to_string().contains("{%") {
            let message = "a rubric prompt has no blocks here: only `{{names}}` are put in";
            self.log.wrong(&at, message, "Write it without `{% … %}`.");
        }
        Some(prompt)
    }

    fn filled(&mut self, text: &str, at: &str, vars: &JsonObject) -> Option<String> {
        if !vars::is_template(text) {
            return Some(text.to_owned());
        }
        match render_nunjucks(text, vars) {
            Ok(filled) => Some(filled),
            Err(error) => {
                self.log.wrong(at, format!("the template cannot be filled in: {error}"), error.hint());
                None
            }
        }
    }
}

/// Whether a problem with a field lies in the values of a test, which were put in there, and not in how the assertion is
/// written.
fn is_of_its_test(written: &Value, field: &str) -> bool {
    let field = field.strip_prefix("rule.").unwrap_or(field);
    if let Some((index, rest)) = field.strip_prefix("assert[").and_then(|rest| rest.split_once("].")) {
        let part = index.parse::<usize>().ok().and_then(|index| written.get("assert")?.get(index));
        return part.is_some_and(|part| is_of_its_test(part, rest));
    }
    let is_filled = |value: &Value| value.as_str().is_some_and(vars::is_template);
    field.starts_with("value")
        && match written.get("value") {
            Some(Value::Array(items)) => items.iter().any(is_filled),
            Some(value) => is_filled(value),
            None => false,
        }
}

/// Whether an assertion compares vectors that a model makes.
pub(crate) fn compares_vectors(base: &str) -> bool {
    base == "similar" || base.starts_with("similar:")
}

/// Whether a model decides an assertion.
pub(crate) fn is_judged(base: &str) -> bool {
    matches!(
        base,
        "llm-rubric" | "factuality" | "model-graded-factuality" | "model-graded-closedqa" | "select-best"
    )
}
