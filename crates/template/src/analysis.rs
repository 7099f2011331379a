//! What can be said about a template without inputs: problems, and the variables it uses.

use crate::{
    ast::{Block, Call, Expr, Node, Partial, PartialName, Path, Program},
    diagnostic::{DiagnosticCode, Problem, Severity},
    helpers::{self, Helper, Resolved},
    library::Library,
    parse::{self, Parsed},
    source::SourceRange,
};
use formaops_domain::{Body, Content, Variable, VariableType};
use std::collections::BTreeSet;

/// The use of a variable at the top level of the inputs.
#[derive(Debug)]
pub(crate) struct Use {
    pub(crate) name: String,
    pub(crate) range: SourceRange,
}

/// A parsed template with all that is known of it.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) program: Program,
    pub(crate) problems: Vec<Problem>,
    pub(crate) uses: Vec<Use>,
    /// Whether the inputs are used as a whole, as by `{{json this}}`.
    pub(crate) uses_all: bool,
    pub(crate) has_history: bool,
}

/// The templates of a prompt in order.
pub(crate) fn templates(content: &Content, library: &Library<'_>) -> Vec<Template> {
    let own_role = matches!(content.body, Body::Messages { .. });
    content.body.templates().map(|text| template(text, &content.variables, own_role, library)).collect()
}

/// One template, with the variables that are declared for it; with `own_role` it is one message.
pub(crate) fn template(
    text: &str,
    variables: &[Variable],
    own_role: bool,
    library: &Library<'_>,
) -> Template {
    let Parsed { program, problems } = parse::parse(text);
    let mut walk = Walk::new(problems, variables, own_role, library);
    walk.program(&program);
    let mut found = walk.found;
    found.problems.sort_by_key(|problem| (problem.range.line, problem.range.column));
    Template { program, ..found }
}

/// What is wrong with a partial whoever calls it: which partials there are, the caller decides too.
pub(crate) fn errors_of_partial(parsed: &Parsed, library: &Library<'_>) -> Vec<Problem> {
    let mut walk = Walk::new(parsed.problems.clone(), &[], false, library);
    walk.program(&parsed.program);
    let mut problems = walk.found.problems;
    problems.retain(|problem| {
        problem.severity == Severity::Error && problem.code != DiagnosticCode::UnknownPartial
    });
    problems
}

/// What `this` is.
#[derive(Clone, Copy, PartialEq)]
enum Context {
    /// The inputs.
    Root,
    /// An item of a loop, or another part of the inputs.
    Part,
}

struct Walk<'c> {
    variables: &'c [Variable],
    own_role: bool,
    library: &'c Library<'c>,
    contexts: Vec<Context>,
    params: Vec<String>,
    /// The partials that the pieces around define.
    inlines: BTreeSet<String>,
    /// The partials of the library that were looked into.
    visited: BTreeSet<String>,
    found: Template,
}

impl<'c> Walk<'c> {
    fn new(
        problems: Vec<Problem>,
        variables: &'c [Variable],
        own_role: bool,
        library: &'c Library<'c>,
    ) -> Self {
        Self {
            variables,
            own_role,
            library,
            contexts: vec![Context::Root],
            params: Vec::new(),
            inlines: BTreeSet::new(),
            visited: BTreeSet::new(),
            found: Template {
                program: Program::default(),
                problems,
                uses: Vec::new(),
                uses_all: false,
                has_history: false,
            },
        }
    }

    fn program(&mut self, program: &Program) {
        let outer = self.inlines.clone();
        for inline in program.inlines() {
            if let Expr::Literal { value, .. } = &inline.name {
                self.inlines.insert(crate::value::print(value));
            }
        }
        self.nodes(&program.nodes);
        self.inlines = outer;
    }

    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Text(_) | Node::Comment(_) => {}
                Node::Mustache { call, .. } => {
                    let resolved = self.resolve(call, helpers::resolve_tag);
                    self.special(&resolved, call);
                    self.call(resolved, call);
                }
                Node::Block(block) => self.block(block),
                Node::Partial(partial) => self.partial(partial),
                Node::Inline(inline) => {
                    self.expression(&inline.name);
                    // It is called with a context of its own.
                    self.inside(Context::Part, &[], &inline.program);
                }
            }
        }
    }

    /// What a call means where it stands: a block parameter hides a helper of that name.
    fn resolve(&self, call: &Call, resolve: fn(&Call) -> Resolved) -> Resolved {
        let is_param = call.name().is_some_and(|name| self.params.iter().any(|param| param == name));
        if is_param { Resolved { helper: None, problems: Vec::new() } } else { resolve(call) }
    }

    fn inside(&mut self, context: Context, params: &[String], program: &Program) {
        self.contexts.push(context);
        let outer = self.params.len();
        self.params.extend(params.iter().cloned());
        self.program(program);
        self.params.truncate(outer);
        self.contexts.pop();
    }

    fn partial(&mut self, partial: &Partial) {
        match &partial.name {
            PartialName::Static(name) => self.named_partial(name, partial),
            PartialName::Dynamic(call) => {
                self.call(self.resolve(call, helpers::resolve_subexpression), call);
            }
        }
        for argument in partial.args.iter().chain(partial.named.iter().map(|(_, value)| value)) {
            self.expression(argument);
        }
        // What a partial does with its context is not followed.
        if partial.args.is_empty() && self.contexts.last() == Some(&Context::Root) {
            self.found.uses_all = true;
        }
        if let Some(program) = &partial.program {
            self.inside(Context::Part, &[], program);
        }
    }

    fn named_partial(&mut self, name: &str, partial: &Partial) {
        if name == "@partial-block" || self.inlines.contains(name) {
            return;
        }
        if self.library.find(name).is_none() {
            if partial.program.is_none() {
                let names = self.library.names();
                self.found.problems.push(helpers::no_partial(name, partial.range, names));
            }
            return;
        }
        let tags = self.special_tags(name);
        self.found.has_history |= tags.history;
        if self.own_role && tags.role {
            self.found.problems.push(Problem::error(
                DiagnosticCode::Role,
                partial.range,
                format!("this message has its role already, and the partial `{name}` begins others"),
                "Use the partial in a prompt that is a single text",
            ));
        }
    }

    /// The tags in a partial of the library, and in those that it calls, that shape the list of messages.
    fn special_tags(&mut self, name: &str) -> Special {
        let mut special = Special::default();
        if let Some((_, parsed)) = self.library.find(name)
            && self.visited.insert(name.to_owned())
        {
            self.special_tags_in(&parsed.program.nodes, &mut special);
        }
        special
    }

    fn special_tags_in(&mut self, nodes: &[Node], special: &mut Special) {
        for node in nodes {
            match node {
                Node::Mustache { call, .. } => match helpers::find(call) {
                    Some(Helper::Role) => special.role = true,
                    Some(Helper::History) => special.history = true,
                    _ => {}
                },
                Node::Block(block) => {
                    for program in [&block.program, &block.inverse].into_iter().flatten() {
                        self.special_tags_in(&program.nodes, special);
                    }
                }
                Node::Partial(partial) => {
                    if let PartialName::Static(name) = &partial.name {
                        let inner = self.special_tags(name);
                        special.role |= inner.role;
                        special.history |= inner.history;
                    }
                    if let Some(program) = &partial.program {
                        self.special_tags_in(&program.nodes, special);
                    }
                }
                Node::Inline(inline) => self.special_tags_in(&inline.program.nodes, special),
                Node::Text(_) | Node::Comment(_) => {}
            }
        }
    }

    /// Tags that shape the list of messages.
    fn special(&mut self, resolved: &Resolved, call: &Call) {
        match resolved.helper {
            Some(Helper::History) => self.found.has_history = true,
            Some(Helper::Role) if self.own_role => {
                self.found.problems.push(Problem::error(
                    DiagnosticCode::Role,
                    call.range,
                    "this message has its role already",
                    "Remove the tag, or make the rest a message of its own",
                ));
            }
            _ => {}
        }
    }

    fn block(&mut self, block: &Block) {
        let resolved = self.resolve(&block.call, helpers::resolve_block);
        let context = match resolved.helper {
            Some(Helper::Each) => Some(Context::Part),
            Some(Helper::With) => {
                let target = block.call.args.first();
                Some(target.map_or(Context::Part, |target| self.context_of(target)))
            }
            Some(_) => None,
            None if self.is_flag(&block.call.head) => None,
            None => Some(Context::Part),
        };
        self.call(resolved, &block.call);
        match (&block.program, context) {
            (Some(program), Some(context)) => self.inside(context, &program.params, program),
            (Some(program), None) => self.program(program),
            (None, _) => {}
        }
        if let Some(inverse) = &block.inverse {
            self.program(inverse);
        }
    }

    fn call(&mut self, resolved: Resolved, call: &Call) {
        self.found.problems.extend(resolved.problems);
        // A name with arguments is a helper that does not exist, which was said already.
        if resolved.helper.is_none() && call.is_bare() {
            self.path(&call.head);
        }
        for argument in call.args.iter().chain(call.named.iter().map(|(_, value)| value)) {
            self.expression(argument);
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::Literal { .. } => {}
            Expr::Call(call) => self.call(self.resolve(call, helpers::resolve_subexpression), call),
            Expr::Path(path) => self.path(path),
        }
    }

    fn path(&mut self, path: &Path) {
        match self.variable_of(path) {
            Some(Target::Variable(name)) => {
                let name = name.to_owned();
                self.found.uses.push(Use { name, range: path.range });
            }
            Some(Target::All) => self.found.uses_all = true,
            None => {}
        }
    }

    /// The input that a path leads to, where it leads to one.
    fn variable_of<'p>(&self, path: &'p Path) -> Option<Target<'p>> {
        let parts = if path.local {
            match path.parts.split_first() {
                Some((root, parts)) if root == "root" => parts,
                _ => return None,
            }
        } else {
            let is_param = path.ups == 0
                && !path.scoped
                && path.parts.first().is_some_and(|name| self.params.contains(name));
            let depth = self.contexts.len().checked_sub(path.ups + 1);
            if is_param || depth.is_none_or(|depth| self.contexts[depth] != Context::Root) {
                return None;
            }
            path.parts.as_slice()
        };
        Some(parts.first().map_or(Target::All, |name| Target::Variable(name)))
    }

    fn context_of(&self, expression: &Expr) -> Context {
        match expression {
            Expr::Path(path) if matches!(self.variable_of(path), Some(Target::All)) => Context::Root,
            _ => Context::Part,
        }
    }

    /// Whether a section is over a boolean, and so leaves `this` as it is.
    fn is_flag(&self, path: &Path) -> bool {
        let Some(Target::Variable(name)) = self.variable_of(path) else { return false };
        path.parts.len() == 1 + usize::from(path.local)
            && self.variables.iter().any(|v| v.name == name && v.kind == VariableType::Boolean)
    }
}

/// Which tags shape the list of messages.
#[derive(Default)]
struct Special {
    role: bool,
    history: bool,
}

enum Target<'p> {
    Variable(&'p str),
    All,
}
