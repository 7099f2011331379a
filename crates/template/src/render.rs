//! Inputs in, messages out.

use crate::{
    Rendered, Severity, TemplateError,
    analysis::{self, Template},
    diagnostic::{Diagnostic, DiagnosticCode, Problem, nearest, template_path},
    evaluate::evaluate,
    library::{Library, Partials},
    scope::World,
    sink::{Gathered, Sink},
};
use formaops_domain::{Body, Content, JsonObject, Message, RunContext};
use serde_json::Value;

/// Renders a prompt to the messages that are sent.
///
/// A variable without a value takes its default; an optional one without a default is null, which
/// prints as nothing. A text body is one user message, unless its `{{role "…"}}` tags begin others;
/// in a list of messages each has its own role. Earlier messages of the conversation stand where
/// `{{history}}` stands, else before the last user message. A message into which nothing came but
/// blanks of the template is left out, unless something is attached to it.
///
/// # Errors
/// [`TemplateError`] where the templates have errors, a required variable has no value, or what
/// comes out is too long.
pub fn render(
    content: &Content,
    inputs: &JsonObject,
    context: &RunContext,
) -> Result<Rendered, TemplateError> {
    render_with(content, inputs, context, &Partials::new())
}

/// Renders a prompt as [`render`] does; its templates may call these partials, and the partials each other.
///
/// # Errors
/// As [`render`], and where a partial that is called does not exist or has an error.
pub fn render_with(
    content: &Content,
    inputs: &JsonObject,
    context: &RunContext,
    partials: &Partials,
) -> Result<Rendered, TemplateError> {
    let library = Library::new(partials);
    let templates = analysis::templates(content, &library);
    refuse_errors(content, &templates)?;
    let given = with_defaults(content, inputs)?;
    let mut diagnostics = undeclared(content, &templates, &given);

    let (inputs, data) = (Value::Object(given), Value::Object(context.data.clone()));
    let world = World { inputs: &inputs, context: &data, library: &library };
    let (mut sink, mut steps) = (Sink::new(&context.messages), 0);
    for (index, (template, text)) in templates.iter().zip(content.body.templates()).enumerate() {
        match &content.body {
            Body::Text { .. } => sink.begin_text(),
            Body::Messages { messages } => {
                let Message { role, attachments, .. } = &messages[index];
                sink.begin_message(*role, index, attachments);
            }
        }
        let path = template_path(content, index);
        evaluate(text, &template.program, path, &world, &mut steps, &mut sink)?;
        sink.end_template();
    }
    let history_is_placed = templates.iter().any(|template| template.has_history);
    let Gathered { messages, problems, .. } = sink.finish(history_is_placed)?;
    diagnostics
        .extend(problems.into_iter().map(|(index, problem)| problem.at(template_path(content, index))));
    Ok(Rendered { messages, diagnostics })
}

fn refuse_errors(content: &Content, templates: &[Template]) -> Result<(), TemplateError> {
    let errors: Vec<Diagnostic> = templates
        .iter()
        .enumerate()
        .flat_map(|(index, template)| template.problems.iter().map(move |problem| (index, problem)))
        .filter(|(_, problem)| problem.severity == Severity::Error)
        .map(|(index, problem)| problem.clone().at(template_path(content, index)))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(TemplateError::Invalid(errors)) }
}

fn with_defaults(content: &Content, inputs: &JsonObject) -> Result<JsonObject, TemplateError> {
    let mut given = inputs.clone();
    for variable in &content.variables {
        if given.get(&variable.name).is_some_and(|value| !value.is_null()) {
            continue;
        }
        match &variable.default {
            Some(default) => drop(given.insert(variable.name.clone(), default.clone())),
            None if variable.required => {
                return Err(TemplateError::MissingVariable { name: variable.name.clone() });
            }
            None => drop(given.insert(variable.name.clone(), Value::Null)),
        }
    }
    Ok(given)
}

/// A warning for each use of a name that neither a variable nor an input has.
fn undeclared(content: &Content, templates: &[Template], given: &JsonObject) -> Vec<Diagnostic> {
    let uses = templates
        .iter()
        .enumerate()
        .flat_map(|(index, template)| template.uses.iter().map(move |u| (index, u)));
    uses.filter(|(_, used)| !given.contains_key(&used.name))
        .map(|(index, used)| {
            undeclared_problem(content, &used.name, used.range).at(template_path(content, index))
        })
        .collect()
}

pub(crate) fn undeclared_problem(content: &Content, name: &str, range: crate::SourceRange) -> Problem {
    let hint = match nearest(name, content.variables.iter().map(|variable| variable.name.as_str())) {
        Some(known) => format!("Did you mean `{known}`?"),
        None => format!("Declare `{name}`, so that runs ask for it; without a value it prints nothing"),
    };
    let message = format!("no variable `{name}` is declared");
    Problem::warning(DiagnosticCode::UndeclaredVariable, range, message, hint)
}
