//! The partials that templates may call, each read once.

use crate::{
    analysis,
    ast::{Node, PartialName},
    diagnostic::{DiagnosticCode, Problem, nearest},
    parse::{self, Parsed},
    prompt_file,
    source::SourceRange,
};
use formaops_domain::{Body, Content, Variable};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A prompt as others call it: its text, read once. It is text like any other: it sees what its caller gives it, and
/// begins messages where it has role tags.
#[derive(Debug)]
pub struct Partial {
    pub(crate) text: String,
    pub(crate) variables: Vec<Variable>,
    pub(crate) parsed: Parsed,
    /// What is wrong with it whoever calls it.
    pub(crate) errors: Vec<Problem>,
    /// Whether images or files are attached to its messages: those stay behind.
    pub(crate) has_attachments: bool,
}

impl Partial {
    /// A bare text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let parsed = parse::parse(&text);
        let errors = analysis::errors_of_partial(&parsed);
        Self { text, variables: Vec::new(), parsed, errors, has_attachments: false }
    }

    /// What a version holds: a list of messages is each with its role tag before it. A caller that does not declare
    /// a variable which it uses takes its declaration.
    #[must_use]
    pub fn of(content: &Content) -> Self {
        let has_attachments = match &content.body {
            Body::Text { .. } => false,
            Body::Messages { messages } => messages.iter().any(|message| !message.attachments.is_empty()),
        };
        let text = prompt_file::body_text(&content.body);
        let partial = Self { variables: content.variables.clone(), has_attachments, ..Self::new(text) };
        if content.engine.is_handlebars() {
            return partial;
        }
        let message = format!("its language is `{}`", content.engine.as_str());
        let hint = "A partial must be written in Handlebars; copy its text instead";
        let code = DiagnosticCode::BrokenPartial;
        Self { errors: vec![Problem::error(code, SourceRange::default(), message, hint)], ..partial }
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names of the partials that it calls, where they are written out.
    #[must_use]
    pub fn calls(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        called_by(&self.parsed.program.nodes, &mut names);
        names
    }
}

/// The names of the partials that the templates of a prompt call, where they are written out.
#[must_use]
pub fn partial_calls(content: &Content) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if !content.engine.is_handlebars() {
        return names;
    }
    for text in content.body.templates().filter(|text| text.contains("{{")) {
        called_by(&parse::parse(text).program.nodes, &mut names);
    }
    names
}

fn called_by(nodes: &[Node], names: &mut BTreeSet<String>) {
    for node in nodes {
        match node {
            Node::Text(_) | Node::Comment(_) | Node::Mustache { .. } => {}
            Node::Block(block) => {
                for program in [&block.program, &block.inverse].into_iter().flatten() {
                    called_by(&program.nodes, names);
                }
            }
            Node::Inline(inline) => called_by(&inline.program.nodes, names),
            Node::Partial(partial) => {
                match &partial.name {
                    PartialName::Static(name) if name != "@partial-block" => drop(names.insert(name.clone())),
                    PartialName::Static(_) | PartialName::Dynamic(_) => {}
                }
                if let Some(program) = &partial.program {
                    called_by(&program.nodes, names);
                }
            }
        }
    }
}

/// Why there is no partial of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingPartial {
    /// What is the case.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl MissingPartial {
    /// That there is none of this name among those there are.
    #[must_use]
    pub fn unknown<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Self {
        let hint = match nearest(name, names) {
            Some(known) => format!("Did you mean `{known}`?"),
            None => "A partial is a saved prompt of the library, called by its name; it may be in the bin"
                .to_owned(),
        };
        Self { message: format!("there is no partial `{name}`"), hint }
    }
}

/// The partials by the names that templates call them by.
#[derive(Debug, Clone, Default)]
pub struct Partials {
    known: BTreeMap<String, Result<Arc<Partial>, MissingPartial>>,
    is_open: bool,
}

impl Partials {
    /// None, to which some may be added: there are no others.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// None so far: where a value names one that was not added, rendering ends with
    /// [`TemplateError::UnresolvedPartial`](crate::TemplateError::UnresolvedPartial), so that it can be looked for.
    #[must_use]
    pub fn open() -> Self {
        Self { is_open: true, ..Self::default() }
    }

    /// Adds a partial.
    pub fn insert(&mut self, name: impl Into<String>, partial: Arc<Partial>) {
        self.known.insert(name.into(), Ok(partial));
    }

    /// Adds that there is none of this name.
    pub fn insert_missing(&mut self, name: impl Into<String>, missing: MissingPartial) {
        self.known.insert(name.into(), Err(missing));
    }

    /// Whether it is known if there is one of this name.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.known.contains_key(name)
    }

    /// The one of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Arc<Partial>> {
        self.known.get(name)?.as_ref().ok()
    }

    /// Whether it must be looked for before it can be said that there is none.
    pub(crate) fn is_unresolved(&self, name: &str) -> bool {
        self.is_open && !self.knows(name)
    }

    /// Why there is none of this name, where more is known than that.
    pub(crate) fn missing(&self, name: &str) -> Option<&MissingPartial> {
        self.known.get(name)?.as_ref().err()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.known.iter().filter(|(_, partial)| partial.is_ok()).map(|(name, _)| name.as_str())
    }
}

impl FromIterator<(String, String)> for Partials {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(texts: T) -> Self {
        let known = texts.into_iter().map(|(name, text)| (name, Ok(Arc::new(Partial::new(text))))).collect();
        Self { known, is_open: false }
    }
}
