//! The variables that a template of another tool needs, declared nowhere but by their use.

use crate::{Compiled, Partials};
use formaops_domain::{Body, Content, JsonObject, TemplateEngine, Variable, VariableType};
use serde_json::Value;

/// Declares what the templates use, in the order of its first use, with types from examples of values.
pub(super) fn infer(body: &Body, examples: &[&JsonObject], required: bool) -> Vec<Variable> {
    infer_in(TemplateEngine::default(), body, examples, required)
}

/// The same for templates in some language.
pub(super) fn infer_in(
    engine: TemplateEngine,
    body: &Body,
    examples: &[&JsonObject],
    required: bool,
) -> Vec<Variable> {
    let content = Content { body: body.clone(), engine, ..Content::default() };
    let text: String = body.templates().collect::<Vec<_>>().join("\n");
    let mut names: Vec<String> =
        Compiled::new(content, Partials::new()).used_variables().into_iter().collect();
    names.retain(|name| super::template::is_name(name));
    names.sort_by_key(|name| text.find(name.as_str()).unwrap_or(usize::MAX));
    let variables = names.into_iter().map(|name| {
        let example = examples.iter().find_map(|inputs| inputs.get(&name)).filter(|value| !value.is_null());
        let kind = example.map_or(VariableType::String, type_of);
        Variable { required, ..Variable::new(name, kind) }
    });
    variables.collect()
}

/// The type of a value.
pub(super) fn type_of(value: &Value) -> VariableType {
    match value {
        Value::Null | Value::String(_) => VariableType::String,
        Value::Bool(_) => VariableType::Boolean,
        Value::Number(_) => VariableType::Number,
        Value::Array(_) => VariableType::Array,
        Value::Object(_) => VariableType::Object,
    }
}
