//! Inputs in, messages out.

use crate::{
    Compiled, Rendered, TemplateError,
    diagnostic::Diagnostic,
    evaluate::evaluate,
    library::Partials,
    nunjucks,
    scope::World,
    sink::{Gathered, Sink},
    source::Source,
    value::{Inputs, Val},
};
use formaops_domain::{Body, Content, JsonObject, Message, RunContext, TemplateEngine};
use serde_json::Value;

/// Renders a prompt without partials once, as [`Compiled::render`] does.
///
/// # Errors
/// As [`Compiled::render`].
pub fn render(
    content: &Content,
    inputs: &JsonObject,
    context: &RunContext,
) -> Result<Rendered, TemplateError> {
    Compiled::new(content.clone(), Partials::new()).render(inputs, context)
}

impl Compiled {
    /// Renders a prompt to the messages that are sent.
    ///
    /// A variable without a value takes its default; an optional one without a default is null, which
    /// prints as nothing. A text body is one user message, unless its `{{role "…"}}` tags begin others;
    /// in a list of messages each has its own role. Earlier messages of the conversation stand where
    /// `{{history}}` stands, else before the last user message. A message into which nothing came but
    /// blanks of the template is left out, unless something is attached to it.
    ///
    /// # Errors
    /// [`TemplateError`] where the templates have errors, a partial that is called does not exist or has an error, a
    /// required variable has no value, or what comes out is too long.
    pub fn render(&self, inputs: &JsonObject, context: &RunContext) -> Result<Rendered, TemplateError> {
        self.refuse_errors()?;
        let given = self.with_defaults(inputs)?;
        let mut diagnostics = self.undeclared_of(&given);
        let data = Inputs { given: &context.data, defaults: Vec::new() };
        let world =
            World { inputs: Val::Inputs(&given), context: Val::Inputs(&data), partials: &self.partials };
        let (mut sink, mut steps) = (Sink::new(&context.messages), 0);
        let body = &self.content.body;
        for (index, (template, text)) in self.templates.iter().zip(body.templates()).enumerate() {
            match body {
                Body::Text { .. } => sink.begin_text(),
                Body::Messages { messages } => {
                    let Message { role, attachments, .. } = &messages[index];
                    sink.begin_message(*role, index, attachments);
                }
            }
            let path = &self.paths[index];
            match self.content.engine {
                TemplateEngine::Handlebars => {
                    evaluate(text, &template.program, path, &world, &mut steps, &mut sink)?;
                }
                TemplateEngine::Nunjucks => nunjucks::render(text, path, &given, &mut sink)?,
                TemplateEngine::None => sink.literal(text, Source::new(text).whole())?,
            }
            sink.end_template();
        }
        let history_is_placed = self.templates.iter().any(|template| template.has_history);
        let Gathered { messages, problems, .. } = sink.finish(history_is_placed)?;
        let problems = problems.into_iter();
        diagnostics.extend(problems.map(|(index, problem)| problem.at(self.paths[index].clone())));
        Ok(Rendered { messages, diagnostics })
    }

    fn refuse_errors(&self) -> Result<(), TemplateError> {
        let errors: Vec<Diagnostic> = self
            .templates
            .iter()
            .enumerate()
            .flat_map(|(index, template)| template.problems.iter().map(move |problem| (index, problem)))
            .filter(|(_, problem)| problem.refuses())
            .map(|(index, problem)| problem.clone().at(self.paths[index].clone()))
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(TemplateError::Invalid(errors)) }
    }

    fn with_defaults<'a>(&'a self, given: &'a JsonObject) -> Result<Inputs<'a>, TemplateError> {
        let mut defaults = Vec::new();
        for variable in self.variables() {
            if given.get(&variable.name).is_some_and(|value| !value.is_null()) {
                continue;
            }
            let default = match &variable.default {
                Some(default) => default,
                None if variable.required => {
                    return Err(TemplateError::MissingVariable { name: variable.name.clone() });
                }
                None => &Value::Null,
            };
            defaults.push((variable.name.as_str(), default));
        }
        Ok(Inputs { given, defaults })
    }

    /// A warning for each use of a name that neither a variable nor an input has.
    fn undeclared_of(&self, given: &Inputs<'_>) -> Vec<Diagnostic> {
        let templates = self.templates.iter().enumerate();
        let uses = templates.flat_map(|(index, template)| template.uses.iter().map(move |u| (index, u)));
        uses.filter(|(_, used)| given.find(&used.name).is_none())
            .map(|(index, used)| self.undeclared(&used.name, used.range).at(self.paths[index].clone()))
            .collect()
    }
}
