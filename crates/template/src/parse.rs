//! From a template's source to its tree. Every problem is found, not only the first.

mod expression;
mod tags;
mod tree;
mod whitespace;

use crate::{ast::Program, diagnostic::Problem, source::Source};

/// A parsed template and all that is wrong with its form.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) program: Program,
    pub(crate) problems: Vec<Problem>,
}

/// Parses a template. Where there are problems the tree holds what could be understood.
pub(crate) fn parse(text: &str) -> Parsed {
    let source = Source::new(text);
    let (tokens, mut problems) = tags::scan(&source);
    let mut nodes = tree::build(&source, tokens, &mut problems);
    whitespace::apply(&source, &mut nodes);
    problems.sort_by_key(|problem| (problem.range.line, problem.range.column));
    Parsed { program: Program::new(nodes, Vec::new(), false), problems }
}
