//! The templates of a prompt with the partials they call, read once and rendered as often as needed.

use crate::{
    Diagnostic, DiagnosticCode, Partials, Severity,
    analysis::{self, Template},
    diagnostic::{Problem, nearest, template_path},
    source::SourceRange,
};
use formaops_domain::{Content, Place, Variable};
use std::collections::BTreeSet;

/// The most findings that [`Compiled::check`] answers; a text that is no template at all would have thousands.
const MAX_DIAGNOSTICS: usize = 200;

/// The templates of a prompt, read once with all that can be said of them without inputs.
#[derive(Debug)]
pub struct Compiled {
    pub(crate) content: Content,
    pub(crate) partials: Partials,
    pub(crate) templates: Vec<Template>,
    /// How each template is named in a place.
    pub(crate) paths: Vec<String>,
    /// The variables of the content, and those that partials add.
    variables: Vec<Variable>,
    only_inserts: bool,
}

impl Compiled {
    /// Reads the templates of a prompt. What is wrong with them is told by [`Self::check`] and by rendering.
    #[must_use]
    pub fn new(content: Content, partials: Partials) -> Self {
        let templates = analysis::templates(&content, &partials);
        let mut variables = content.variables.clone();
        for lent in templates.iter().flat_map(|template| &template.lent) {
            if variables.iter().all(|variable| variable.name != lent.name) {
                variables.push(lent.clone());
            }
        }
        let paths = (0..templates.len()).map(|index| template_path(&content, index)).collect();
        let only_inserts = content.body.templates().all(only_inserts);
        Self { content, partials, templates, paths, variables, only_inserts }
    }

    /// Whether the templates only put values where their names stand, as in `Dear {{name}}`: nothing is called, decided
    /// or repeated, so rendering takes no longer than the texts and the values are.
    #[must_use]
    pub fn only_inserts(&self) -> bool {
        self.only_inserts
    }

    /// What was read.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// The declared variables, and after them those that only a partial declares which uses them.
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// All that is to be said of the templates, in their order: errors of form, of helpers and of partials, names that
    /// no variable has (warnings), and last the variables that no template uses (information). What is wrong in a
    /// partial is told where it is called.
    #[must_use]
    pub fn check(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (index, template) in self.templates.iter().enumerate() {
            let problems = template.problems.iter().cloned();
            let mut problems: Vec<_> = problems.chain(self.undeclared_in(template)).collect();
            problems.sort_by_key(|problem| (problem.range.line, problem.range.column));
            problems.dedup();
            let path = &self.paths[index];
            found.extend(problems.into_iter().map(|problem| problem.at(path.clone())));
        }
        found.extend(self.unused());
        found.truncate(MAX_DIAGNOSTICS);
        found
    }

    fn undeclared_in(&self, template: &Template) -> impl Iterator<Item = Problem> {
        template.uses.iter().filter_map(|used| {
            let declared = self.variables.iter().find(|variable| variable.name == used.name);
            match (&used.partial, declared) {
                (_, None) => Some(self.undeclared(&used.name, used.range)),
                // Nothing that is seen here says that it is needed, or that it must not be shown.
                (
                    Some(partial),
                    Some(Variable { required: true, default: None, .. } | Variable { sensitive: true, .. }),
                ) if self.content.variables.iter().all(|variable| variable.name != used.name) => {
                    let name = &used.name;
                    let message =
                        format!("`{partial}` needs a value of `{name}`, which is not declared here");
                    let hint = format!("Declare `{name}`, so that runs ask for it");
                    let code = DiagnosticCode::UndeclaredVariable;
                    Some(Problem::warning(code, used.range, message, hint).about(name))
                }
                _ => None,
            }
        })
    }

    fn unused(&self) -> Vec<Diagnostic> {
        if self.templates.iter().any(|template| template.uses_all) {
            return Vec::new();
        }
        let used = self.used_variables();
        let declared = self.content.variables.iter().enumerate();
        let unused = declared.filter(|(_, variable)| !used.contains(&variable.name));
        let told = unused.map(|(index, variable)| Diagnostic {
            severity: Severity::Info,
            code: DiagnosticCode::UnusedVariable,
            message: format!("the variable `{}` is declared, but no template uses it", variable.name),
            hint: format!("Use it as `{{{{{}}}}}`, or remove it", variable.name),
            place: Place { path: format!("variables[{index}]"), line: None, column: None },
            variable: Some(variable.name.clone()),
            end_line: None,
            end_column: None,
        });
        told.collect()
    }

    /// The names of the inputs that the templates and their partials use, declared or not. What is only reached
    /// through the inputs as a whole, as by `{{json this}}`, is not among them.
    #[must_use]
    pub fn used_variables(&self) -> BTreeSet<String> {
        self.templates.iter().flat_map(|template| &template.uses).map(|used| used.name.clone()).collect()
    }

    /// That no variable has this name.
    pub(crate) fn undeclared(&self, name: &str, range: SourceRange) -> Problem {
        let hint = match nearest(name, self.variables.iter().map(|variable| variable.name.as_str())) {
            Some(known) => format!("Did you mean `{known}`?"),
            None => format!("Declare `{name}`, so that runs ask for it; without a value it prints nothing"),
        };
        let message = format!("no variable `{name}` is declared");
        Problem::warning(DiagnosticCode::UndeclaredVariable, range, message, hint).about(name)
    }
}

/// Whether each tag of a template is the path of a value. What is no tag in its language does no harm here.
fn only_inserts(text: &str) -> bool {
    let is_path = |tag: &str| {
        tag.trim().bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
    };
    let mut tags = text.split("{{").skip(1);
    !text.contains("{%") && tags.all(|rest| rest.split_once("}}").is_some_and(|(tag, _)| is_path(tag)))
}

/// What is to be said of the templates of a prompt without partials, as [`Compiled::check`] says it.
#[must_use]
pub fn check(content: &Content) -> Vec<Diagnostic> {
    Compiled::new(content.clone(), Partials::new()).check()
}
