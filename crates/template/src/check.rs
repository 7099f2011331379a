//! What can be said of a prompt's templates without inputs.

use crate::{
    Diagnostic, DiagnosticCode, Severity, analysis, diagnostic::template_path, library::Library,
    render::undeclared_problem,
};
use formaops_domain::{Content, Place};
use std::collections::BTreeSet;

/// The most findings that [`check`] answers; a text that is no template at all would have thousands.
const MAX_DIAGNOSTICS: usize = 200;

/// All that is to be said of the templates, in their order: errors of form and of helpers, names that
/// no variable has (warnings), and last the variables that no template uses (information).
#[must_use]
pub fn check(content: &Content) -> Vec<Diagnostic> {
    let templates = analysis::templates(content, &Library::default());
    let mut found = Vec::new();
    for (index, template) in templates.iter().enumerate() {
        let undeclared = template
            .uses
            .iter()
            .filter(|used| content.variables.iter().all(|variable| variable.name != used.name))
            .map(|used| undeclared_problem(content, &used.name, used.range));
        let mut problems: Vec<_> = template.problems.iter().cloned().chain(undeclared).collect();
        problems.sort_by_key(|problem| (problem.range.line, problem.range.column));
        found.extend(problems.into_iter().map(|problem| problem.at(template_path(content, index))));
    }
    if !templates.iter().any(|template| template.uses_all) {
        let used = used_by(&templates);
        let unused = content.variables.iter().enumerate().filter(|(_, v)| !used.contains(&v.name));
        found.extend(unused.map(|(index, variable)| Diagnostic {
            severity: Severity::Info,
            code: DiagnosticCode::UnusedVariable,
            message: format!("the variable `{}` is declared, but no template uses it", variable.name),
            hint: format!("Use it as `{{{{{}}}}}`, or remove it", variable.name),
            place: Place { path: format!("variables[{index}]"), line: None, column: None },
            end_line: None,
            end_column: None,
        }));
    }
    found.truncate(MAX_DIAGNOSTICS);
    found
}

/// The names of the inputs that the templates use, declared or not. What is only reached through the
/// inputs as a whole, as by `{{json this}}`, is not among them.
#[must_use]
pub fn used_variables(content: &Content) -> BTreeSet<String> {
    used_by(&analysis::templates(content, &Library::default()))
}

fn used_by(templates: &[analysis::Template]) -> BTreeSet<String> {
    templates.iter().flat_map(|template| &template.uses).map(|used| used.name.clone()).collect()
}
