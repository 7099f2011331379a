//! A parsed template.

use crate::{
    helpers::{self, Helper},
    source::{Bytes, SourceRange},
};
use serde_json::Value;

/// A piece of a template.
#[derive(Debug)]
pub(crate) enum Node {
    /// Text that stands for itself, without escapes and without what whitespace control took; never empty.
    Text(Text),
    /// `{{! note }}`; only its neighbours' whitespace hangs on it, so a finished tree has none.
    Comment(Strip),
    /// `{{call}}`
    Mustache { call: Call, bytes: Bytes, range: SourceRange, strip: Strip },
    /// `{{#call}}program{{else}}inverse{{/call}}`
    Block(Box<Block>),
    /// `{{> name}}` and `{{#> name}}program{{/name}}`
    Partial(Box<Partial>),
    /// `{{#*inline "name"}}program{{/inline}}`
    Inline(Box<Inline>),
}

impl Node {
    fn looks_up(&self) -> bool {
        let programs = |programs: &[Option<&Program>]| programs.iter().flatten().any(|it| it.looks_up);
        match self {
            Self::Text(_) | Self::Comment(_) => false,
            Self::Mustache { call, .. } => call.looks_up(),
            Self::Block(block) => {
                block.call.looks_up() || programs(&[block.program.as_ref(), block.inverse.as_ref()])
            }
            Self::Partial(partial) => {
                let name = match &partial.name {
                    PartialName::Static(_) => false,
                    PartialName::Dynamic(call) => call.looks_up(),
                };
                name || any_looks_up(&partial.args, &partial.named) || programs(&[partial.program.as_ref()])
            }
            Self::Inline(inline) => inline.name.looks_up() || inline.program.looks_up,
        }
    }
}

fn any_looks_up(args: &[Expr], named: &Named) -> bool {
    args.iter().chain(named.iter().map(|(_, value)| value)).any(Expr::looks_up)
}

#[derive(Debug)]
pub(crate) struct Text {
    /// What is left of it.
    pub(crate) bytes: Bytes,
    /// All of it as it was written.
    pub(crate) original: Bytes,
    pub(crate) range: SourceRange,
    pub(crate) left_stripped: bool,
    pub(crate) right_stripped: bool,
}

impl Text {
    pub(crate) fn new(bytes: Bytes) -> Self {
        let range = SourceRange::default();
        Self { bytes, original: bytes, range, left_stripped: false, right_stripped: false }
    }
}

/// Whether a tag has a `~` at its beginning and at its end.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Strip {
    pub(crate) open: bool,
    pub(crate) close: bool,
}

/// What stands between tags of a block.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) nodes: Vec<Node>,
    /// The names in `as |item index|`.
    pub(crate) params: Vec<String>,
    /// Whether it defines partials for itself.
    pub(crate) defines: bool,
    /// Whether it is nothing but the block that an `{{else if}}` begins.
    pub(crate) chained: bool,
    /// Whether a `..` in it leads to what is around.
    pub(crate) looks_up: bool,
}

impl Program {
    pub(crate) fn new(nodes: Vec<Node>, params: Vec<String>, chained: bool) -> Self {
        let defines = nodes.iter().any(|node| matches!(node, Node::Inline(_)));
        let looks_up = nodes.iter().any(Node::looks_up);
        Self { nodes, params, defines, chained, looks_up }
    }

    /// The partials that it defines for itself.
    pub(crate) fn inlines(&self) -> impl DoubleEndedIterator<Item = &Inline> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Inline(inline) => Some(&**inline),
            _ => None,
        })
    }
}

#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) call: Call,
    /// None in `{{^call}}…{{/call}}`.
    pub(crate) program: Option<Program>,
    pub(crate) inverse: Option<Program>,
    pub(crate) open_strip: Strip,
    pub(crate) inverse_strip: Strip,
    pub(crate) close_strip: Strip,
}

#[derive(Debug)]
pub(crate) struct Partial {
    pub(crate) name: PartialName,
    /// The context, and the named values that are laid over it.
    pub(crate) args: Vec<Expr>,
    pub(crate) named: Named,
    /// What the partial gets as `@partial-block`, and what stands there where there is no such partial.
    pub(crate) program: Option<Program>,
    /// The blanks before it, where it has a line to itself.
    pub(crate) indent: Option<Bytes>,
    pub(crate) range: SourceRange,
    /// For one without a block, `open_strip` is all there is.
    pub(crate) open_strip: Strip,
    pub(crate) close_strip: Strip,
}

#[derive(Debug)]
pub(crate) enum PartialName {
    /// Written out, such as `header`, `"two words"` or `@partial-block`.
    Static(String),
    /// `(lookup this "which")`
    Dynamic(Call),
}

/// A partial that a program defines for itself.
#[derive(Debug)]
pub(crate) struct Inline {
    pub(crate) name: Expr,
    pub(crate) program: Program,
    pub(crate) open_strip: Strip,
    pub(crate) close_strip: Strip,
}

/// `key=value` in order.
pub(crate) type Named = Vec<(String, Expr)>;

/// A variable, or a helper with its arguments.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) head: Path,
    pub(crate) args: Vec<Expr>,
    pub(crate) named: Named,
    pub(crate) range: SourceRange,
    /// The helper that it names, where no block parameter has that name.
    pub(crate) helper: Option<Helper>,
}

impl Call {
    pub(crate) fn new(head: Path, args: Vec<Expr>, named: Named, range: SourceRange) -> Self {
        let call = Self { head, args, named, range, helper: None };
        Self { helper: helpers::find(&call), ..call }
    }

    /// The name, where the head is a single plain word that a helper could have.
    pub(crate) fn name(&self) -> Option<&str> {
        self.head.plain_name()
    }

    fn looks_up(&self) -> bool {
        self.head.ups > 0 || any_looks_up(&self.args, &self.named)
    }

    pub(crate) fn is_bare(&self) -> bool {
        self.args.is_empty() && self.named.is_empty()
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Expr> {
        self.named.iter().rev().find(|(given, _)| given == name).map(|(_, value)| value)
    }
}

#[derive(Debug)]
pub(crate) enum Expr {
    Path(Path),
    Literal { value: Value, range: SourceRange },
    Call(Box<Call>),
}

impl Expr {
    fn looks_up(&self) -> bool {
        match self {
            Self::Path(path) => path.ups > 0,
            Self::Literal { .. } => false,
            Self::Call(call) => call.looks_up(),
        }
    }

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
    pub(crate) fn plain_name(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [name] if !self.local && !self.scoped && self.ups == 0 => Some(name),
            _ => None,
        }
    }
}
