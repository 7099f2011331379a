//! What a template sees where it stands: the values around it, the names given to them, the data of loops, and
//! the partials that it can call.

use crate::{
    ast::Program,
    library::Partials,
    source::SourceRange,
    value::{Found, Name, Val},
};
use std::{borrow::Cow, cell::RefCell, rc::Rc};

/// What is the same for a whole rendering.
#[derive(Debug)]
pub(crate) struct World<'a> {
    /// The inputs.
    pub(crate) inputs: Val<'a>,
    /// Further data, an object, as `@context` and by its own names.
    pub(crate) context: Val<'a>,
    pub(crate) partials: &'a Partials,
}

/// Where a piece of a template is evaluated.
#[derive(Clone)]
pub(crate) struct Scope<'a> {
    pub(crate) this: Found<'a>,
    /// `this` and what is around it, for what has a `..` in it, which leads along it. None where a partial is defined
    /// at the top level.
    pub(crate) around: Option<Rc<Around<'a>>>,
    pub(crate) params: Option<Rc<Params<'a>>>,
    pub(crate) frame: Rc<Frame<'a>>,
    pub(crate) instance: Rc<Instance<'a>>,
}

pub(crate) struct Around<'a> {
    pub(crate) this: Found<'a>,
    pub(crate) outer: Option<Rc<Around<'a>>>,
}

/// `as |item index|`
pub(crate) struct Params<'a> {
    pub(crate) names: &'a [String],
    pub(crate) values: [Found<'a>; 2],
    pub(crate) outer: Option<Rc<Params<'a>>>,
}

/// `@index` and the like, and what a partial was called with.
#[derive(Default)]
pub(crate) struct Frame<'a> {
    pub(crate) outer: Option<Rc<Frame<'a>>>,
    pub(crate) turn: Option<Turn<'a>>,
    /// `@partial-block`; the inner None hides that of the frames around.
    pub(crate) block: Option<Option<Rc<Closure<'a>>>>,
}

/// The turn of a loop.
pub(crate) struct Turn<'a> {
    pub(crate) index: usize,
    pub(crate) key: Name<'a>,
    pub(crate) is_last: bool,
}

impl<'a> Frame<'a> {
    /// What is around first has a turn.
    pub(crate) fn turn(&self) -> Option<&Turn<'a>> {
        self.turn.as_ref().or_else(|| self.outer.as_ref()?.turn())
    }

    pub(crate) fn block(&self) -> Option<Rc<Closure<'a>>> {
        match &self.block {
            Some(block) => block.clone(),
            None => self.outer.as_ref()?.block(),
        }
    }
}

/// A piece of a template with where it was written.
pub(crate) struct Closure<'a> {
    pub(crate) program: &'a Program,
    pub(crate) scope: Scope<'a>,
    /// What `@partial-block` is inside of it, where it is one itself.
    pub(crate) block: Option<Option<Rc<Closure<'a>>>>,
}

/// A text being rendered: the template, or one call of a partial.
pub(crate) struct Instance<'a> {
    pub(crate) text: &'a str,
    /// How the template is named in the place of an error; of a partial its name.
    pub(crate) name: Cow<'a, str>,
    /// The tag of the template that called it, where it is a partial.
    pub(crate) called: Option<SourceRange>,
    /// The partials that were defined on the way.
    pub(crate) inlines: RefCell<Option<Rc<Defined<'a>>>>,
}

impl Instance<'_> {
    /// How it is named in the place of an error.
    pub(crate) fn path(&self) -> String {
        if self.called.is_some() { format!("partials.{}", self.name) } else { self.name.to_string() }
    }
}

/// A partial that a program defined for itself, over those defined before.
pub(crate) struct Defined<'a> {
    pub(crate) name: String,
    pub(crate) partial: Rc<Closure<'a>>,
    pub(crate) before: Option<Rc<Defined<'a>>>,
}

impl<'a> Defined<'a> {
    pub(crate) fn find(this: Option<&Rc<Self>>, name: &str) -> Option<Rc<Closure<'a>>> {
        let mut defined = std::iter::successors(this, |defined| defined.before.as_ref());
        defined.find(|defined| defined.name == name).map(|defined| defined.partial.clone())
    }
}
