//! Walks a template with values and puts what comes out into a [`Sink`].

use crate::{
    TemplateError,
    ast::{Block, Call, Expr, Node, Path},
    helpers::{self, Helper},
    sink::Sink,
    source::SourceRange,
    value::{Found, is_equal, is_truthy, print, print_json},
};
use serde_json::Value;
use std::borrow::Cow;

/// The most steps of one rendering: pieces of templates walked and items looped over.
pub const MAX_STEPS: usize = 2_000_000;

/// What templates see.
pub(crate) struct World<'a> {
    /// The inputs, an object.
    pub(crate) inputs: &'a Value,
    /// Further data, an object, as `@context`.
    pub(crate) context: &'a Value,
}

/// A part of the inputs that a block looks at.
struct Scope<'s, 'a> {
    this: Found<'a>,
    outer: Option<&'s Scope<'s, 'a>>,
    /// `as |item index|`
    params: Vec<(&'s str, Found<'a>)>,
    /// The turn of a loop.
    turn: Option<Turn>,
}

/// `@index`, `@key`, `@first` and `@last`
struct Turn {
    index: usize,
    key: Value,
    is_last: bool,
}

/// Renders one template.
pub(crate) fn evaluate(
    text: &str,
    nodes: &[Node],
    world: &World<'_>,
    steps: &mut usize,
    sink: &mut Sink<'_>,
) -> Result<(), TemplateError> {
    let scope = Scope { this: Found::new(world.inputs, ""), outer: None, params: Vec::new(), turn: None };
    Evaluator { text, world, steps, sink }.nodes(nodes, &scope)
}

struct Evaluator<'e, 'a, 'k> {
    text: &'e str,
    world: &'e World<'a>,
    steps: &'e mut usize,
    sink: &'e mut Sink<'k>,
}

impl<'a> Evaluator<'_, 'a, '_> {
    fn step(&mut self) -> Result<(), TemplateError> {
        *self.steps += 1;
        if *self.steps > MAX_STEPS { Err(TemplateError::TooManySteps { limit: MAX_STEPS }) } else { Ok(()) }
    }

    fn nodes(&mut self, nodes: &[Node], scope: &Scope<'_, 'a>) -> Result<(), TemplateError> {
        for node in nodes {
            self.step()?;
            match node {
                Node::Text { bytes, range } => {
                    self.sink.literal(&self.text[bytes.start..bytes.end], *range)?;
                }
                Node::Mustache { call, range, .. } => self.mustache(call, *range, scope)?,
                Node::Block(block) => self.block(block, scope)?,
            }
        }
        Ok(())
    }

    fn mustache(
        &mut self,
        call: &Call,
        range: SourceRange,
        scope: &Scope<'_, 'a>,
    ) -> Result<(), TemplateError> {
        match call.name().and_then(helpers::find) {
            Some(Helper::Role) => match helpers::role(call) {
                Ok(role) => self.sink.start(role, range),
                // Analysis refused it before.
                Err(_) => return Ok(()),
            },
            Some(Helper::History) => self.sink.history(range)?,
            _ => {
                let found = self.call(call, scope);
                self.sink.value(print(&found.value), found.path, range)?;
            }
        }
        Ok(())
    }

    fn block(&mut self, block: &Block, scope: &Scope<'_, 'a>) -> Result<(), TemplateError> {
        let call = &block.call;
        let argument = |index: usize| {
            call.args.get(index).map_or_else(Found::nothing, |value| self.expression(value, scope))
        };
        let holds = match call.name().and_then(helpers::find) {
            Some(helper @ (Helper::If | Helper::Unless)) => {
                let include_zero = self.named(call, "includeZero", scope);
                let include_zero = include_zero.is_some_and(|flag| is_truthy(&flag.value, false));
                is_truthy(&argument(0).value, include_zero) == (helper == Helper::If)
            }
            Some(helper @ (Helper::IfEquals | Helper::UnlessEquals)) => {
                is_equal(&argument(0).value, &argument(1).value) == (helper == Helper::IfEquals)
            }
            Some(Helper::Each) => return self.each(block, &argument(0), scope),
            Some(Helper::With) => {
                let target = argument(0);
                return self.with(block, target, scope);
            }
            _ => {
                let target = self.call(call, scope);
                return self.section(block, target, scope);
            }
        };
        self.nodes(if holds { &block.body } else { &block.otherwise }, scope)
    }

    /// `{{#name}}…{{/name}}`: a loop over a list, a look into an object, or a condition.
    fn section(
        &mut self,
        block: &Block,
        target: Found<'a>,
        scope: &Scope<'_, 'a>,
    ) -> Result<(), TemplateError> {
        match *target.value {
            Value::Bool(true) => self.nodes(&block.body, scope),
            Value::Bool(false) | Value::Null => self.nodes(&block.otherwise, scope),
            Value::Array(_) => self.each(block, &target, scope),
            _ => self.inside(block, target, None, scope),
        }
    }

    fn with(&mut self, block: &Block, target: Found<'a>, scope: &Scope<'_, 'a>) -> Result<(), TemplateError> {
        // 0 is something to look at, unlike for `if`.
        if is_truthy(&target.value, true) {
            self.inside(block, target, None, scope)
        } else {
            self.nodes(&block.otherwise, scope)
        }
    }

    fn each(
        &mut self,
        block: &Block,
        target: &Found<'a>,
        scope: &Scope<'_, 'a>,
    ) -> Result<(), TemplateError> {
        let count = match &*target.value {
            Value::Array(items) => items.len(),
            Value::Object(fields) => fields.len(),
            _ => 0,
        };
        if count == 0 {
            return self.nodes(&block.otherwise, scope);
        }
        let names: Vec<Value> = match &*target.value {
            Value::Object(fields) => fields.keys().map(|name| Value::from(name.as_str())).collect(),
            _ => (0..count).map(Value::from).collect(),
        };
        for (index, key) in names.into_iter().enumerate() {
            self.step()?;
            let item = target.child(&print(&key));
            self.inside(block, item, Some(Turn { index, key, is_last: index + 1 == count }), scope)?;
        }
        Ok(())
    }

    fn inside(
        &mut self,
        block: &Block,
        this: Found<'a>,
        turn: Option<Turn>,
        outer: &Scope<'_, 'a>,
    ) -> Result<(), TemplateError> {
        let mut params = Vec::new();
        if let Some(name) = block.params.first() {
            params.push((name.as_str(), this.clone()));
        }
        if let (Some(name), Some(turn)) = (block.params.get(1), &turn) {
            params.push((name.as_str(), Found::made(turn.key.clone())));
        }
        self.nodes(&block.body, &Scope { this, outer: Some(outer), params, turn })
    }

    fn named(&self, call: &Call, name: &str, scope: &Scope<'_, 'a>) -> Option<Found<'a>> {
        let (_, value) = call.named.iter().find(|(given, _)| given == name)?;
        Some(self.expression(value, scope))
    }

    fn expression(&self, expression: &Expr, scope: &Scope<'_, 'a>) -> Found<'a> {
        match expression {
            Expr::Literal { value, .. } => Found::made(value.clone()),
            Expr::Path(path) => self.path(path, scope),
            Expr::Call(call) => self.call(call, scope),
        }
    }

    /// The value of a variable, or of a helper that has one.
    fn call(&self, call: &Call, scope: &Scope<'_, 'a>) -> Found<'a> {
        let argument = |index: usize| {
            call.args.get(index).map_or_else(Found::nothing, |value| self.expression(value, scope))
        };
        match call.name().and_then(helpers::find) {
            Some(Helper::Lookup) => argument(0).child(&print(&argument(1).value)),
            Some(Helper::Json) => {
                let indent = self.named(call, "indent", scope).and_then(|indent| indent.value.as_u64());
                let indent = indent.and_then(|indent| usize::try_from(indent).ok()).unwrap_or(0);
                let Found { value, path } = argument(0);
                Found { value: Cow::Owned(Value::String(print_json(&value, indent))), path }
            }
            // The other helpers have no value, and analysis refused them here before.
            Some(_) => Found::nothing(),
            None => self.expression(&call.head, scope),
        }
    }

    fn path(&self, path: &Path, scope: &Scope<'_, 'a>) -> Found<'a> {
        if path.local {
            return self.local(path, scope);
        }
        let first = path.parts.first().filter(|_| path.ups == 0 && !path.scoped);
        let scopes = || std::iter::successors(Some(scope), |scope| scope.outer);
        let param = first.and_then(|name| {
            scopes().flat_map(|scope| &scope.params).find(|(param, _)| param == name).map(|(_, found)| found)
        });
        match (param, scopes().nth(path.ups)) {
            (Some(found), _) => descend(found.clone(), &path.parts[1..]),
            (None, Some(scope)) => descend(scope.this.clone(), &path.parts),
            (None, None) => Found::nothing(),
        }
    }

    /// `@root`, `@index` and the like, `@context`, and any field of the context by its own name.
    fn local(&self, path: &Path, scope: &Scope<'_, 'a>) -> Found<'a> {
        let Some((name, rest)) = path.parts.split_first() else { return Found::nothing() };
        let mut turns = std::iter::successors(Some(scope), |scope| scope.outer)
            .filter_map(|scope| scope.turn.as_ref())
            .skip(path.ups);
        let value = match (name.as_str(), turns.next()) {
            ("root", _) => return descend(Found::new(self.world.inputs, ""), rest),
            ("context", _) => return descend(Found::new(self.world.context, "@context"), rest),
            ("index", Some(turn)) => Value::from(turn.index),
            ("key", Some(turn)) => turn.key.clone(),
            ("first", Some(turn)) => Value::from(turn.index == 0),
            ("last", Some(turn)) => Value::from(turn.is_last),
            _ => return descend(Found::new(self.world.context, "@context"), &path.parts),
        };
        Found { value: Cow::Owned(value), path: format!("@{name}") }
    }
}

fn descend<'a>(found: Found<'a>, parts: &[String]) -> Found<'a> {
    parts.iter().fold(found, |found, name| found.child(name))
}
