//! What can be said about a template without inputs: problems, and the variables it uses.

use crate::{
    ast::{Block, Call, Expr, Node, Path},
    diagnostic::{DiagnosticCode, Problem},
    helpers::{self, Helper, Resolved},
    parse::{self, Parsed},
    source::SourceRange,
};
use formaops_domain::{Body, Content, Variable, VariableType};

/// The use of a variable at the top level of the inputs.
#[derive(Debug)]
pub(crate) struct Use {
    pub(crate) name: String,
    pub(crate) range: SourceRange,
}

/// A parsed template with all that is known of it.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) nodes: Vec<Node>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) uses: Vec<Use>,
    /// Whether the inputs are used as a whole, as by `{{json this}}`.
    pub(crate) uses_all: bool,
    pub(crate) has_history: bool,
}

/// The templates of a prompt in order.
pub(crate) fn templates(content: &Content) -> Vec<Template> {
    let own_role = matches!(content.body, Body::Messages { .. });
    let analyse = |text| {
        let Parsed { nodes, problems } = parse::parse(text);
        let mut walk = Walk {
            variables: &content.variables,
            own_role,
            contexts: vec![Context::Root],
            params: Vec::new(),
            found: Template {
                nodes: Vec::new(),
                problems,
                uses: Vec::new(),
                uses_all: false,
                has_history: false,
            },
        };
        walk.nodes(&nodes);
        let mut found = walk.found;
        found.problems.sort_by_key(|problem| (problem.range.line, problem.range.column));
        Template { nodes, ..found }
    };
    content.body.templates().map(analyse).collect()
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
    contexts: Vec<Context>,
    params: Vec<String>,
    found: Template,
}

impl Walk<'_> {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Text { .. } => {}
                Node::Mustache { call, .. } => {
                    let resolved = helpers::resolve_tag(call);
                    self.special(&resolved, call);
                    self.call(resolved, call);
                }
                Node::Block(block) => self.block(block),
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
        let resolved = helpers::resolve_block(block);
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
        match context {
            Some(context) => {
                self.contexts.push(context);
                let outer = self.params.len();
                self.params.extend(block.params.iter().cloned());
                self.nodes(&block.body);
                self.params.truncate(outer);
                self.contexts.pop();
            }
            None => self.nodes(&block.body),
        }
        self.nodes(&block.otherwise);
    }

    fn call(&mut self, resolved: Resolved, call: &Call) {
        self.found.problems.extend(resolved.problems);
        // A name with arguments is a helper that does not exist, which was said already.
        if resolved.helper.is_none() && call.is_bare() {
            self.expression(&call.head);
        }
        for argument in call.args.iter().chain(call.named.iter().map(|(_, value)| value)) {
            self.expression(argument);
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::Literal { .. } => {}
            Expr::Call(call) => self.call(helpers::resolve_subexpression(call), call),
            Expr::Path(path) => match self.variable_of(path) {
                Some(Target::Variable(name)) => {
                    let name = name.to_owned();
                    self.found.uses.push(Use { name, range: path.range });
                }
                Some(Target::All) => self.found.uses_all = true,
                None => {}
            },
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
    fn is_flag(&self, head: &Expr) -> bool {
        let Expr::Path(path) = head else { return false };
        let Some(Target::Variable(name)) = self.variable_of(path) else { return false };
        path.parts.len() == 1 + usize::from(path.local)
            && self.variables.iter().any(|v| v.name == name && v.kind == VariableType::Boolean)
    }
}

enum Target<'p> {
    Variable(&'p str),
    All,
}
