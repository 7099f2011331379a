//! What can be said about a template without inputs: problems, and the variables it uses.

use crate::{
    ast::{Block, Call, Expr, Node, Partial, PartialName, Path, Program},
    diagnostic::{DiagnosticCode, Problem},
    helpers::{self, Helper, Resolved},
    library::{self, Partials},
    nunjucks,
    parse::{self, Parsed},
    source::SourceRange,
};
use formaops_domain::{Body, Content, TemplateEngine, Variable, VariableType};
use std::collections::BTreeSet;

/// The use of a variable at the top level of the inputs.
#[derive(Debug)]
pub(crate) struct Use {
    pub(crate) name: String,
    /// The path, or the tag that calls the partial which uses it.
    pub(crate) range: SourceRange,
    /// The partial that uses it, where the template does not do so itself.
    pub(crate) partial: Option<String>,
}

/// A parsed template with all that is known of it.
#[derive(Debug, Default)]
pub(crate) struct Template {
    pub(crate) program: Program,
    pub(crate) problems: Vec<Problem>,
    pub(crate) uses: Vec<Use>,
    /// Whether the inputs are used as a whole, as by `{{json this}}`.
    pub(crate) uses_all: bool,
    pub(crate) has_history: bool,
    /// The variables that partials use and declare, and the template does not, each once.
    pub(crate) lent: Vec<Variable>,
}

/// The templates of a prompt in order.
pub(crate) fn templates(content: &Content, partials: &Partials) -> Vec<Template> {
    let own_role = matches!(content.body, Body::Messages { .. });
    let template = |text| template_in(content.engine, text, &content.variables, own_role, partials);
    content.body.templates().map(template).collect()
}

/// One template in a language, as [`template`].
pub(crate) fn template_in(
    engine: TemplateEngine,
    text: &str,
    variables: &[Variable],
    own_role: bool,
    partials: &Partials,
) -> Template {
    match engine {
        TemplateEngine::Handlebars => template(text, variables, own_role, partials),
        TemplateEngine::Nunjucks => nunjucks::analyse(text),
        TemplateEngine::None => Template::default(),
    }
}

/// One template in Handlebars, with the variables that are declared for it; with `own_role` it is one message.
fn template(text: &str, variables: &[Variable], own_role: bool, partials: &Partials) -> Template {
    let Parsed { program, problems } = parse::parse(text);
    let mut walk = Walk::new(problems, variables, own_role, partials);
    walk.program(&program);
    let mut found = walk.found;
    found.problems.sort_by_key(|problem| (problem.range.line, problem.range.column));
    Template { program, ..found }
}

/// What is wrong with a partial whoever calls it: which partials there are, the caller decides too.
pub(crate) fn errors_of_partial(parsed: &Parsed) -> Vec<Problem> {
    let none = Partials::new();
    let mut walk = Walk::new(parsed.problems.clone(), &[], false, &none);
    walk.program(&parsed.program);
    let mut problems = walk.found.problems;
    problems.retain(|problem| problem.refuses() && problem.code != DiagnosticCode::UnknownPartial);
    problems
}

/// How many calls of partials are looked into; what is beyond is not warned of.
const MOST_VISITS: usize = 2_000;

/// What `@` names besides the fields of the context.
const LOCALS: [&str; 7] = ["root", "index", "key", "first", "last", "context", "partial-block"];

/// What `this` is.
#[derive(Clone, Copy, PartialEq)]
enum Context {
    /// The inputs.
    Root,
    /// An item of a loop, or another part of the inputs.
    Part,
}

/// A partial that is being looked into.
struct Visit {
    name: String,
    /// How many blocks were open where it was called.
    blocks: usize,
}

/// What the partials that a walk looks into may see, as far as it decides what is found there.
type Sight = (String, bool, BTreeSet<String>, BTreeSet<String>);

struct Walk<'c> {
    variables: &'c [Variable],
    own_role: bool,
    partials: &'c Partials,
    contexts: Vec<Context>,
    params: Vec<String>,
    /// The partials that the pieces around define.
    inlines: BTreeSet<String>,
    /// The partials that are being looked into, from the outermost.
    visits: Vec<Visit>,
    /// The tag of the template that called the outermost of them.
    called: Option<SourceRange>,
    /// The names that calls gave a value, so that they are no inputs.
    given: BTreeSet<String>,
    /// The blocks that are open, in the template and in the partials.
    blocks: usize,
    seen: BTreeSet<Sight>,
    found: Template,
}

impl<'c> Walk<'c> {
    fn new(
        problems: Vec<Problem>,
        variables: &'c [Variable],
        own_role: bool,
        partials: &'c Partials,
    ) -> Self {
        Self {
            variables,
            own_role,
            partials,
            contexts: vec![Context::Root],
            params: Vec::new(),
            inlines: BTreeSet::new(),
            visits: Vec::new(),
            called: None,
            given: BTreeSet::new(),
            blocks: 0,
            seen: BTreeSet::new(),
            found: Template { problems, ..Template::default() },
        }
    }

    fn program(&mut self, program: &Program) {
        let outer = self.inlines.clone();
        self.define(program);
        self.nodes(&program.nodes);
        self.inlines = outer;
    }

    fn define(&mut self, program: &Program) {
        for inline in program.inlines() {
            if let Expr::Literal { value, .. } = &inline.name {
                self.inlines.insert(crate::value::print(value));
            }
        }
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
        for argument in partial.args.iter().chain(partial.named.iter().map(|(_, value)| value)) {
            self.expression(argument);
        }
        let is_followed = match &partial.name {
            PartialName::Static(name) => self.named_partial(name, partial),
            PartialName::Dynamic(call) => {
                self.call(self.resolve(call, helpers::resolve_subexpression), call);
                false
            }
        };
        if partial.args.is_empty() && self.contexts.last() == Some(&Context::Root) {
            self.found.uses_all |= !is_followed || partial.program.is_some();
        }
        if let Some(program) = &partial.program {
            self.blocks += 1;
            self.inside(Context::Part, &[], program);
            self.blocks -= 1;
        }
    }

    /// Looks into the partial of a name, and answers whether there is one to look into.
    fn named_partial(&mut self, name: &str, partial: &Partial) -> bool {
        if name == "@partial-block" || self.inlines.contains(name) {
            return false;
        }
        let partials = self.partials;
        let Some(called) = partials.find(name) else {
            if partial.program.is_none() {
                let problem = helpers::no_partial(name, partial.range, partials);
                match self.visits.last() {
                    Some(caller) => {
                        self.broken(format!("`{}`: {}", caller.name, problem.message), problem.hint);
                    }
                    None => self.found.problems.push(problem),
                }
            }
            return false;
        };
        self.misread(name, partial);
        let is_outermost = self.called.is_none();
        self.called.get_or_insert(partial.range);
        if let Some(error) = called.errors.first() {
            let SourceRange { line, column, .. } = error.range;
            let message = format!("`{name}`, line {line}, column {column}: {}", error.message);
            self.broken(message, format!("Open `{name}`. {}", error.hint));
        }
        if called.has_attachments {
            let message = format!("what is attached to the messages of `{name}` is not sent");
            let hint = "Attach it to a message of this prompt";
            self.tell(Problem::warning(DiagnosticCode::PartialUse, partial.range, message, hint));
        }
        self.look_into(name, called, partial);
        if is_outermost {
            self.called = None;
        }
        true
    }

    /// `{{> name@v3}}` is the partial `name` with the context `@v3`.
    fn misread(&mut self, name: &str, partial: &Partial) {
        if let Some(Expr::Path(Path { local: true, parts, .. })) = partial.args.first()
            && parts.first().is_none_or(|part| !LOCALS.contains(&part.as_str()))
        {
            let word = parts.join("/");
            let message = format!("`@{word}` is the context of `{name}` here, not its version");
            let hint = format!("Put both in quotes: `{{{{> \"{name}@{word}\"}}}}`");
            self.tell(Problem::warning(DiagnosticCode::PartialUse, partial.range, message, hint));
        }
    }

    fn look_into(&mut self, name: &str, called: &library::Partial, partial: &Partial) {
        if let Some(before) = self.visits.iter().rposition(|visit| visit.name == name) {
            if self.visits[before].blocks == self.blocks {
                let names = self.visits[before..].iter().map(|visit| visit.name.as_str()).chain([name]);
                let way = names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" → ");
                let hint = "Let one of the calls stand in a block that comes to an end, such as `{{#if}}`";
                self.broken(format!("partials call each other without end: {way}"), hint.to_owned());
            }
            return;
        }
        let inputs_as_they_are = partial.args.first().is_some_and(
            |context| matches!(context, Expr::Path(path) if path.local && path.parts.len() == 1),
        );
        let context = match partial.args.first() {
            Some(context) => self.context_of(context),
            None => self.contexts.last().copied().unwrap_or(Context::Root),
        };
        let mut given = if inputs_as_they_are { BTreeSet::new() } else { self.given.clone() };
        given.extend(partial.named.iter().map(|(name, _)| name.clone()));
        let outer_inlines = self.inlines.clone();
        if let Some(program) = &partial.program {
            self.define(program);
        }
        let sight = (name.to_owned(), context == Context::Root, given.clone(), self.inlines.clone());
        if self.seen.len() < MOST_VISITS && self.seen.insert(sight) {
            let contexts = std::mem::replace(&mut self.contexts, vec![context]);
            let params = std::mem::take(&mut self.params);
            let outer_given = std::mem::replace(&mut self.given, given);
            self.visits.push(Visit { name: name.to_owned(), blocks: self.blocks });
            self.program(&called.parsed.program);
            self.visits.pop();
            (self.contexts, self.params, self.given) = (contexts, params, outer_given);
        }
        self.inlines = outer_inlines;
    }

    /// That a partial cannot be rendered, told where the template calls it.
    fn broken(&mut self, message: String, hint: String) {
        let Some(range) = self.called else { return };
        let problem = Problem::error(DiagnosticCode::BrokenPartial, range, message, hint);
        if !self.found.problems.contains(&problem) {
            self.found.problems.push(problem);
        }
    }

    /// What is noticed in a partial is told where that is edited.
    fn tell(&mut self, problem: Problem) {
        if self.called.is_none() {
            self.found.problems.push(problem);
        }
    }

    /// Tags that shape the list of messages.
    fn special(&mut self, resolved: &Resolved, call: &Call) {
        match resolved.helper {
            Some(Helper::History) => self.found.has_history = true,
            Some(Helper::Role) if self.own_role => {
                let problem = match (self.visits.last(), self.called) {
                    (Some(Visit { name, .. }), Some(range)) => Problem::error(
                        DiagnosticCode::Role,
                        range,
                        format!("this message has its role already, and the partial `{name}` begins others"),
                        "Use the partial in a prompt that is a single text",
                    ),
                    _ => Problem::error(
                        DiagnosticCode::Role,
                        call.range,
                        "this message has its role already",
                        "Remove the tag, or make the rest a message of its own",
                    ),
                };
                if !self.found.problems.contains(&problem) {
                    self.found.problems.push(problem);
                }
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
        self.blocks += 1;
        match (&block.program, context) {
            (Some(program), Some(context)) => self.inside(context, &program.params, program),
            (Some(program), None) => self.program(program),
            (None, _) => {}
        }
        if let Some(inverse) = &block.inverse {
            self.program(inverse);
        }
        self.blocks -= 1;
    }

    fn call(&mut self, resolved: Resolved, call: &Call) {
        resolved.problems.into_iter().for_each(|problem| self.tell(problem));
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
                self.lend(name);
                let partial = self.visits.last().map(|visit| visit.name.clone());
                let range = self.called.unwrap_or(path.range);
                self.found.uses.push(Use { name: name.to_owned(), range, partial });
            }
            Some(Target::All) => self.found.uses_all = true,
            None => {}
        }
    }

    /// A name that the template does not declare is what the outermost partial that declares it says.
    fn lend(&mut self, name: &str) {
        let is_known = |variables: &[Variable]| variables.iter().any(|variable| variable.name == name);
        if self.visits.is_empty() || is_known(self.variables) || is_known(&self.found.lent) {
            return;
        }
        let partials = self.partials;
        let lenders = self.visits.iter().filter_map(|visit| partials.find(&visit.name));
        let lent = lenders.flat_map(|partial| &partial.variables).find(|variable| variable.name == name);
        self.found.lent.extend(lent.cloned());
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
            let is_given = path.parts.first().is_some_and(|name| self.given.contains(name));
            if is_param || is_given || depth.is_none_or(|depth| self.contexts[depth] != Context::Root) {
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

enum Target<'p> {
    Variable(&'p str),
    All,
}
