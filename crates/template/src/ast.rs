//! A parsed template.

use crate::source::{Bytes, SourceRange};
use serde_json::Value;

/// A piece of a template.
#[derive(Debug)]
pub(crate) enum Node {
    /// Text that stands for itself, without escapes and without what whitespace control took.
    Text { bytes: Bytes, range: SourceRange },
    /// `{{call}}`
    Mustache { call: Call, bytes: Bytes, range: SourceRange },
    /// `{{#call}}body{{else}}otherwise{{/call}}`
    Block(Box<Block>),
}

#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) call: Call,
    /// The names in `as |item index|`.
    pub(crate) params: Vec<String>,
    pub(crate) body: Vec<Node>,
    pub(crate) otherwise: Vec<Node>,
}

/// A variable, or a helper with its arguments.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) head: Expr,
    pub(crate) args: Vec<Expr>,
    pub(crate) named: Vec<(String, Expr)>,
    pub(crate) range: SourceRange,
}

impl Call {
    /// The name, where the head is a single plain word that a helper could have.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.head {
            Expr::Path(path) => path.plain_name(),
            Expr::Literal { .. } | Expr::Call(_) => None,
        }
    }

    pub(crate) fn is_bare(&self) -> bool {
        self.args.is_empty() && self.named.is_empty()
    }
}

#[derive(Debug)]
pub(crate) enum Expr {
    Path(Path),
    Literal { value: Value, range: SourceRange },
    Call(Box<Call>),
}

impl Expr {
    pub(crate) fn range(&self) -> SourceRange {
        match self {
            Self::Path(path) => path.range,
            Self::Literal { range, .. } => *range,
            Self::Call(call) => call.range,
        }
    }
}

/// `../user.name`, `this`, `@index`, `[odd name]`
#[derive(Debug)]
pub(crate) struct Path {
    /// Whether it begins with `@`.
    pub(crate) local: bool,
    /// The number of `..` it begins with.
    pub(crate) ups: usize,
    /// Whether it begins with `this` or `.`, so that it can name neither a helper nor a block parameter.
    pub(crate) scoped: bool,
    pub(crate) parts: Vec<String>,
    pub(crate) range: SourceRange,
}

impl Path {
    fn plain_name(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [name] if !self.local && !self.scoped && self.ups == 0 => Some(name),
            _ => None,
        }
    }
}
