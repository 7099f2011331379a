//! Walks a template with values and puts what comes out into a [`Sink`].

use crate::{
    TemplateError,
    ast::{Block, Call, Expr, Node, Partial, PartialName, Path, Program},
    diagnostic::{DiagnosticCode, Problem},
    functions::Arguments,
    helpers::{self, Helper},
    scope::{Around, Closure, Defined, Frame, Instance, Params, Scope, Turn, World},
    sink::Sink,
    source::SourceRange,
    value::{Found, Name, Val, is_equal, print, print_json, reuse},
};
use serde_json::Value;
use std::{borrow::Cow, cell::RefCell, rc::Rc};

/// The most steps of one rendering: pieces of templates walked and items looped over.
pub const MAX_STEPS: usize = 2_000_000;

/// How many values a helper looks at in a step.
const VALUES_A_STEP: usize = 16;

/// The deepest nesting of blocks and partials while rendering; a partial may call itself.
pub const MAX_NESTING: usize = 200;

/// Renders one template, which has this name in errors.
pub(crate) fn evaluate<'a>(
    text: &'a str,
    program: &'a Program,
    name: &'a str,
    world: &World<'a>,
    steps: &mut usize,
    sink: &mut Sink<'_>,
) -> Result<(), TemplateError> {
    let instance = Rc::new(Instance { text, name: name.into(), called: None, inlines: RefCell::default() });
    sink.reserve(text.len());
    let mut evaluator = Evaluator { world, steps, sink, nesting: 0 };
    let scope = Scope {
        this: Found::nothing(),
        around: None,
        params: None,
        frame: Rc::new(Frame::default()),
        instance,
    };
    evaluator.program(program, Found::root(world.inputs.clone()), None, scope)
}

struct Evaluator<'e, 'a, 'k> {
    world: &'e World<'a>,
    steps: &'e mut usize,
    sink: &'e mut Sink<'k>,
    nesting: usize,
}

type Done = Result<(), TemplateError>;

impl<'a> Evaluator<'_, 'a, '_> {
    fn step(&mut self) -> Done {
        *self.steps += 1;
        if *self.steps > MAX_STEPS { Err(TemplateError::TooManySteps { limit: MAX_STEPS }) } else { Ok(()) }
    }

    /// Evaluates a piece with another `this`; `scope` is where the piece was written.
    fn program(
        &mut self,
        program: &'a Program,
        this: Found<'a>,
        values: Option<[Found<'a>; 2]>,
        mut scope: Scope<'a>,
    ) -> Done {
        if self.nesting == MAX_NESTING {
            return Err(TemplateError::TooNested { limit: MAX_NESTING });
        }
        if !program.params.is_empty() {
            let values = values.unwrap_or_else(|| [Found::nothing(), Found::nothing()]);
            let params = Params { names: &program.params, values, outer: scope.params.take() };
            scope.params = Some(Rc::new(params));
        }
        let before = if program.defines { Some(self.begin_inlines(program, &scope)?) } else { None };
        let is_same = |around: &Rc<Around<'a>>| around.this.val.is_same(&this.val);
        if program.looks_up && !scope.around.as_ref().is_some_and(is_same) {
            scope.around = Some(Rc::new(Around { this: this.clone(), outer: scope.around.take() }));
        }
        scope.this = this;
        self.nesting += 1;
        let done = self.nodes(&program.nodes, &scope);
        self.nesting -= 1;
        if let Some(before) = before {
            *scope.instance.inlines.borrow_mut() = before;
        }
        done
    }

    /// Adds the partials that a piece defines for itself, and answers with those there were.
    fn begin_inlines(
        &mut self,
        program: &'a Program,
        scope: &Scope<'a>,
    ) -> Result<Option<Rc<Defined<'a>>>, TemplateError> {
        let before = scope.instance.inlines.borrow().clone();
        let defined = self.define(program, scope, before.clone())?;
        *scope.instance.inlines.borrow_mut() = defined;
        Ok(before)
    }

    /// The partials that a piece defines for itself, over those before.
    fn define(
        &mut self,
        program: &'a Program,
        scope: &Scope<'a>,
        mut defined: Option<Rc<Defined<'a>>>,
    ) -> Result<Option<Rc<Defined<'a>>>, TemplateError> {
        for inline in program.inlines() {
            let name = print(&self.expression(&inline.name, scope)?.value());
            let partial = Rc::new(Closure { program: &inline.program, scope: scope.clone(), block: None });
            defined = Some(Rc::new(Defined { name, partial, before: defined }));
        }
        Ok(defined)
    }

    fn nodes(&mut self, nodes: &'a [Node], scope: &Scope<'a>) -> Done {
        for node in nodes {
            self.step()?;
            match node {
                Node::Text(text) => {
                    let range = scope.instance.called.unwrap_or(text.range);
                    self.sink.literal(&scope.instance.text[text.bytes.start..text.bytes.end], range)?;
                }
                Node::Mustache { call, range, .. } => self.mustache(call, *range, scope)?,
                Node::Block(block) => self.block(block, scope)?,
                Node::Partial(partial) => self.partial(partial, scope)?,
                Node::Inline(_) | Node::Comment(_) => {}
            }
        }
        Ok(())
    }

    fn mustache(&mut self, call: &'a Call, range: SourceRange, scope: &Scope<'a>) -> Done {
        let source = scope.instance.called.unwrap_or(range);
        match self.helper(call, scope) {
            Some(Helper::Role) => match helpers::role(call) {
                Ok(role) => self.sink.start(role, source),
                // Analysis refused it before.
                Err(_) => return Ok(()),
            },
            Some(Helper::History) => self.sink.history(source)?,
            Some(Helper::Log) => {}
            Some(Helper::Section) => {
                let name = self.argument(call, 0, scope)?;
                self.sink.section(print(&name.value()), source)?;
            }
            Some(Helper::Media) => {
                let mut text = |name| {
                    let found = call.named(name).map(|value| self.expression(value, scope)).transpose()?;
                    Ok::<_, TemplateError>(found.map(|found| print(&found.value())).unwrap_or_default())
                };
                let (url, content_type) = (text("url")?, text("contentType")?);
                let content_type = Some(content_type).filter(|text| !text.is_empty());
                self.sink.media(url, content_type, source)?;
            }
            _ => {
                let found = self.call(call, scope)?;
                self.sink.value(&found, source)?;
            }
        }
        Ok(())
    }

    /// The helper that a call means: a block parameter of that name hides it.
    fn helper(&self, call: &Call, scope: &Scope<'a>) -> Option<Helper> {
        let helper = call.helper?;
        let name = call.name()?;
        let mut params = std::iter::successors(scope.params.as_ref(), |params| params.outer.as_ref());
        let is_hidden = params.any(|params| params.names.iter().any(|param| param == name));
        (!is_hidden).then_some(helper)
    }

    fn argument(
        &mut self,
        call: &'a Call,
        index: usize,
        scope: &Scope<'a>,
    ) -> Result<Found<'a>, TemplateError> {
        match call.args.get(index) {
            Some(value) => self.expression(value, scope),
            None => Ok(Found::nothing()),
        }
    }

    fn block(&mut self, block: &'a Block, scope: &Scope<'a>) -> Done {
        let call = &block.call;
        let holds = match self.helper(call, scope) {
            Some(helper @ (Helper::If | Helper::Unless)) => {
                let include_zero = match call.named("includeZero") {
                    Some(flag) => self.expression(flag, scope)?.is_truthy(false),
                    None => false,
                };
                self.argument(call, 0, scope)?.is_truthy(include_zero) == matches!(helper, Helper::If)
            }
            Some(helper @ (Helper::IfEquals | Helper::UnlessEquals)) => {
                let (left, right) = (self.argument(call, 0, scope)?, self.argument(call, 1, scope)?);
                is_equal(&left.value(), &right.value()) == matches!(helper, Helper::IfEquals)
            }
            Some(Helper::Function(_)) => self.call(call, scope)?.is_truthy(false),
            Some(Helper::Each) => {
                let target = self.argument(call, 0, scope)?;
                return self.each(block, &target, scope);
            }
            Some(Helper::With) => {
                let target = self.argument(call, 0, scope)?;
                // 0 is something to look at, unlike for `if`.
                return if target.is_truthy(true) {
                    let values = [target.clone(), Found::nothing()];
                    self.branch(block.program.as_ref(), target, Some(values), scope)
                } else {
                    self.branch(block.inverse.as_ref(), scope.this.clone(), None, scope)
                };
            }
            _ => {
                let target = self.call(call, scope)?;
                return self.section(block, target, scope);
            }
        };
        let branch = if holds { &block.program } else { &block.inverse };
        self.branch(branch.as_ref(), scope.this.clone(), None, scope)
    }

    fn branch(
        &mut self,
        program: Option<&'a Program>,
        this: Found<'a>,
        values: Option<[Found<'a>; 2]>,
        scope: &Scope<'a>,
    ) -> Done {
        match program {
            Some(program) => self.program(program, this, values, scope.clone()),
            None => Ok(()),
        }
    }

    /// `{{#name}}…{{/name}}`: a loop over a list, a look into anything else, or a condition.
    fn section(&mut self, block: &'a Block, target: Found<'a>, scope: &Scope<'a>) -> Done {
        let flag = match &*target.value() {
            Value::Bool(flag) => Some(*flag),
            Value::Null => Some(false),
            Value::Array(_) => return self.each(block, &target, scope),
            Value::Number(_) | Value::String(_) | Value::Object(_) => None,
        };
        match flag {
            Some(true) => self.branch(block.program.as_ref(), scope.this.clone(), None, scope),
            Some(false) => self.branch(block.inverse.as_ref(), scope.this.clone(), None, scope),
            None => {
                let values = [target.clone(), Found::nothing()];
                self.branch(block.program.as_ref(), target, Some(values), scope)
            }
        }
    }

    fn each(&mut self, block: &'a Block, target: &Found<'a>, scope: &Scope<'a>) -> Done {
        match &target.val {
            Val::Ref(Value::Object(fields)) => {
                self.turns(block, target, fields.keys().map(|name| Name::Field(name)), scope)
            }
            val => match &*val.get() {
                Value::Array(items) => self.turns(block, target, (0..items.len()).map(Name::Index), scope),
                Value::Object(fields) => {
                    self.turns(block, target, fields.keys().map(|name| Name::Made(Rc::from(&**name))), scope)
                }
                _ => self.turns(block, target, std::iter::empty(), scope),
            },
        }
    }

    fn turns(
        &mut self,
        block: &'a Block,
        target: &Found<'a>,
        names: impl ExactSizeIterator<Item = Name<'a>>,
        scope: &Scope<'a>,
    ) -> Done {
        let count = names.len();
        if count == 0 {
            return self.branch(block.inverse.as_ref(), scope.this.clone(), None, scope);
        }
        let Some(program) = &block.program else { return Ok(()) };
        // What a turn took is free again after it, unless a partial holds it.
        let (mut steps, mut frames) = (None, None);
        for (index, key) in names.enumerate() {
            self.step()?;
            let item = target.child_in(key.clone(), &mut steps);
            let values = match program.params.len() {
                0 => None,
                1 => Some([item.clone(), Found::nothing()]),
                _ => Some([item.clone(), Found::root(key_value(&key))]),
            };
            let turn = Turn { index, key, is_last: index + 1 == count };
            let frame = Frame { outer: Some(scope.frame.clone()), turn: Some(turn), ..Frame::default() };
            let scope = Scope { frame: reuse(&mut frames, frame), ..scope.clone() };
            self.program(program, item, values, scope)?;
        }
        Ok(())
    }

    fn partial(&mut self, partial: &'a Partial, scope: &Scope<'a>) -> Done {
        let name = match &partial.name {
            PartialName::Static(name) => Cow::Borrowed(name.as_str()),
            PartialName::Dynamic(call) => Cow::Owned(print(&self.call(call, scope)?.value())),
        };
        let base = match partial.args.first() {
            Some(context) => self.expression(context, scope)?,
            None => scope.this.clone(),
        };
        let mut fields = Vec::new();
        for (field, value) in &partial.named {
            fields.push((field.as_str(), self.expression(value, scope)?));
        }
        let this = Found::over(base, fields);

        let mut defined = scope.instance.inlines.borrow().clone();
        let found = match (&partial.name, &*name) {
            (PartialName::Static(_), "@partial-block") => scope.frame.block(),
            _ => Defined::find(defined.as_ref(), &name),
        };
        let mut frame = scope.frame.clone();
        let mut own = None;
        if let Some(program) = &partial.program {
            let block = Some(scope.frame.block());
            let closure = Rc::new(Closure { program, scope: scope.clone(), block });
            own = Some(closure.clone());
            let block = Some(Some(closure));
            frame = Rc::new(Frame { outer: Some(frame), block, ..Frame::default() });
            defined = self.define(program, scope, defined)?;
        }
        if let Some(indent) = partial.indent {
            let indent = &scope.instance.text[indent.start..indent.end];
            self.sink.indent(indent, scope.instance.called.unwrap_or(partial.range));
        }
        let done = match (found, self.world.partials.find(&name), own) {
            (Some(closure), _, _) => self.closure(&closure, this, frame),
            (None, Some(called), _) => {
                refuse(&name, &called.errors)?;
                let instance = Rc::new(Instance {
                    text: &called.text,
                    name,
                    called: Some(scope.instance.called.unwrap_or(partial.range)),
                    inlines: RefCell::new(defined),
                });
                let scope = Scope { this: this.clone(), around: None, params: None, frame, instance };
                self.program(&called.parsed.program, this, None, scope)
            }
            (None, None, _) if self.world.partials.is_unresolved(&name) => {
                Err(TemplateError::UnresolvedPartial { name: name.into_owned() })
            }
            (None, None, Some(own)) => self.closure(&own, this, frame),
            (None, None, None) => {
                let problem = helpers::no_partial(&name, partial.range, self.world.partials);
                Err(TemplateError::Invalid(vec![problem.at(scope.instance.path())]))
            }
        };
        if partial.indent.is_some() {
            self.sink.dedent();
        }
        done
    }

    fn closure(&mut self, closure: &Rc<Closure<'a>>, this: Found<'a>, frame: Rc<Frame<'a>>) -> Done {
        let frame = match &closure.block {
            Some(block) => {
                Rc::new(Frame { outer: Some(frame), block: Some(block.clone()), ..Frame::default() })
            }
            None => frame,
        };
        self.program(closure.program, this, None, Scope { frame, ..closure.scope.clone() })
    }

    fn expression(&mut self, expression: &'a Expr, scope: &Scope<'a>) -> Result<Found<'a>, TemplateError> {
        match expression {
            Expr::Literal { value, .. } => Ok(Found::root(Val::Ref(value))),
            Expr::Path(path) => Ok(self.path(path, scope)),
            Expr::Call(call) => self.call(call, scope),
        }
    }

    /// The value of a variable, or of a helper that has one.
    fn call(&mut self, call: &'a Call, scope: &Scope<'a>) -> Result<Found<'a>, TemplateError> {
        Ok(match self.helper(call, scope) {
            Some(Helper::Lookup) => {
                let (target, name) = (self.argument(call, 0, scope)?, self.argument(call, 1, scope)?);
                let name: Rc<str> = Rc::from(lookup_name(&name.value()));
                if target.is_truthy(false) || matches!(&*target.value(), Value::Array(_)) {
                    target.child(Name::Made(name))
                } else {
                    target
                }
            }
            Some(Helper::Json) => {
                let indent = match call.named("indent") {
                    Some(indent) => self.expression(indent, scope)?.value().as_f64().unwrap_or_default(),
                    None => 0.0,
                };
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 10")]
                let indent = indent.clamp(0.0, 10.0) as usize;
                let found = self.argument(call, 0, scope)?;
                let text = print_json(&found.value(), indent);
                Found { way: found.way, ..Found::made(Value::String(text)) }
            }
            Some(Helper::Function(function)) => {
                let (mut args, mut named) = (Vec::new(), Vec::new());
                for argument in &call.args {
                    args.push(self.expression(argument, scope)?);
                }
                for (name, value) in &call.named {
                    named.push((name.as_str(), self.expression(value, scope)?));
                }
                let args: Vec<_> = args.iter().map(Found::value).collect();
                let named: Vec<_> = named.iter().map(|(name, found)| (*name, found.value())).collect();
                let it = Arguments {
                    args: args.iter().map(|value| &**value).collect(),
                    named: named.iter().map(|(name, value)| (*name, &**value)).collect(),
                };
                *self.steps += it.weight() / VALUES_A_STEP;
                self.step()?;
                let answer = (function.compute)(&it).map_err(|misuse| {
                    let message = format!("`{}`: {misuse}", function.name);
                    let hint = format!("Write `{}`", function.example);
                    let problem = Problem::error(DiagnosticCode::HelperUse, call.range, message, hint);
                    TemplateError::Invalid(vec![problem.at(scope.instance.path())])
                })?;
                Found::made(answer)
            }
            // The other helpers have no value, and analysis refused them here before.
            Some(_) => Found::nothing(),
            None => self.path(&call.head, scope),
        })
    }

    fn path(&self, path: &'a Path, scope: &Scope<'a>) -> Found<'a> {
        if path.local {
            return self.local(path, scope);
        }
        let first = path.parts.first().filter(|_| path.ups == 0 && !path.scoped);
        let params = || std::iter::successors(scope.params.as_ref(), |params| params.outer.as_ref());
        let param = first.and_then(|name| {
            params().find_map(|params| {
                let at = params.names.iter().position(|param| param == name)?;
                Some(params.values.get(at).cloned().unwrap_or_else(Found::nothing))
            })
        });
        if let Some(found) = param {
            return found.descend(&path.parts[1..]);
        }
        if path.ups == 0 {
            return scope.this.clone().descend(&path.parts);
        }
        let mut around = std::iter::successors(scope.around.as_ref(), |around| around.outer.as_ref());
        match around.nth(path.ups) {
            Some(around) => around.this.clone().descend(&path.parts),
            None => Found::nothing(),
        }
    }

    /// `@root`, `@index` and the like, `@context`, and any field of the context by its own name.
    fn local(&self, path: &'a Path, scope: &Scope<'a>) -> Found<'a> {
        let Some((name, rest)) = path.parts.split_first() else { return Found::nothing() };
        let mut frames = std::iter::successors(Some(&scope.frame), |frame| frame.outer.as_ref());
        let frame = frames.nth(path.ups);
        let turn = frame.and_then(|frame| frame.turn());
        let value = match (name.as_str(), turn) {
            ("root", _) => return Found::root(self.world.inputs.clone()).descend(rest),
            // What it holds is only for partials; whether there is one can be asked.
            ("partial-block", _) => Val::flag(frame.is_some_and(|frame| frame.block().is_some())),
            ("context", _) => {
                return Found::named(self.world.context.clone(), Name::Local(name)).descend(rest);
            }
            ("index", Some(turn)) => Val::Count(turn.index),
            ("key", Some(turn)) => key_value(&turn.key),
            ("first", Some(turn)) => Val::flag(turn.index == 0),
            ("last", Some(turn)) => Val::flag(turn.is_last),
            _ => {
                return Found::named(self.world.context.clone(), Name::Local("context")).descend(&path.parts);
            }
        };
        Found::named(value, Name::Local(name)).descend(rest)
    }
}

fn key_value<'a>(key: &Name<'a>) -> Val<'a> {
    match key {
        Name::Index(index) => Val::Count(*index),
        name => Val::Made(Rc::new(Value::from(&*name.text()))),
    }
}

/// The name that JavaScript makes of a value.
fn lookup_name(value: &Value) -> String {
    if value.is_null() { "null".to_owned() } else { print(value) }
}

/// A partial with a mistake in it is not rendered.
fn refuse(name: &str, errors: &[Problem]) -> Done {
    if errors.is_empty() {
        return Ok(());
    }
    let path = format!("partials.{name}");
    Err(TemplateError::Invalid(errors.iter().map(|problem| problem.clone().at(path.clone())).collect()))
}
