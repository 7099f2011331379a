//! Puts tags and text together to a tree.

use super::tags::{Tag, TagKind, Token};
use crate::{
    ast::{Block, Call, Node},
    diagnostic::{DiagnosticCode, Problem},
    source::{Source, SourceRange},
};

/// The deepest nesting of blocks; each `{{else if}}` counts as one.
const MAX_DEPTH: usize = 128;

/// A block whose end has not come yet.
struct Open {
    call: Option<Call>,
    params: Vec<String>,
    inverted: bool,
    name: String,
    range: SourceRange,
    /// Begun by `{{else if}}`, so ended together with the block around it.
    chained: bool,
    body: Vec<Node>,
    otherwise: Option<Vec<Node>>,
}

pub(super) fn build(source: &Source<'_>, tokens: Vec<Token>, problems: &mut Vec<Problem>) -> Vec<Node> {
    let mut tree = Tree { root: Vec::new(), open: Vec::new(), is_too_deep: false, problems };
    for token in tokens {
        if tree.is_too_deep {
            break;
        }
        match token {
            Token::Text(bytes) if bytes.start == bytes.end => {}
            Token::Text(bytes) => tree.push(Node::Text { bytes, range: source.range(bytes) }),
            Token::Tag(tag) => tree.tag(source, *tag),
        }
    }
    while let Some(open) = tree.open.last() {
        if !open.chained && !tree.is_too_deep {
            let message = format!("the block `{{{{#{}}}}}` is never closed", open.name);
            let hint = format!("Add `{{{{/{}}}}}` where it ends", open.name);
            tree.problems.push(Problem::error(DiagnosticCode::UnclosedBlock, open.range, message, hint));
        }
        tree.finish();
    }
    tree.root
}

struct Tree<'p> {
    root: Vec<Node>,
    open: Vec<Open>,
    /// Nothing more is read then, so that nobody has to walk such a tree.
    is_too_deep: bool,
    problems: &'p mut Vec<Problem>,
}

impl Tree<'_> {
    fn push(&mut self, node: Node) {
        let nodes = match self.open.last_mut() {
            Some(open) => open.otherwise.as_mut().unwrap_or(&mut open.body),
            None => &mut self.root,
        };
        nodes.push(node);
    }

    fn tag(&mut self, source: &Source<'_>, tag: Tag) {
        let range = source.range(tag.bytes);
        match tag.kind {
            TagKind::Comment | TagKind::Broken => {}
            TagKind::Mustache(call) => self.push(Node::Mustache { call, bytes: tag.bytes, range }),
            TagKind::Open { call, params, inverted, name } => {
                self.begin(Open {
                    call,
                    params,
                    inverted,
                    name,
                    range,
                    chained: false,
                    body: Vec::new(),
                    otherwise: None,
                });
            }
            TagKind::Else(chain) => self.otherwise(chain, range),
            TagKind::Close(name) => self.close(&name, range),
        }
    }

    fn begin(&mut self, open: Open) {
        if self.open.len() == MAX_DEPTH {
            let message = format!("blocks are nested more than {MAX_DEPTH} deep");
            let hint = "Take some of them apart";
            self.problems.push(Problem::error(DiagnosticCode::TooDeep, open.range, message, hint));
            self.is_too_deep = true;
            return;
        }
        self.open.push(open);
    }

    fn otherwise(&mut self, chain: Option<(Call, Vec<String>)>, range: SourceRange) {
        let problem = match self.open.last_mut() {
            None => Some("`{{else}}` stands outside of a block".to_owned()),
            Some(open) if open.otherwise.is_some() => {
                Some(format!("the block `{{{{#{}}}}}` has a second `{{{{else}}}}`", open.name))
            }
            Some(open) => {
                open.otherwise = Some(Vec::new());
                None
            }
        };
        if let Some(message) = problem {
            let hint = "Remove it, or open a block before it";
            self.problems.push(Problem::error(DiagnosticCode::UnexpectedClose, range, message, hint));
        } else if let Some((call, params)) = chain {
            let name = call.name().unwrap_or("else").to_owned();
            self.begin(Open {
                call: Some(call),
                params,
                inverted: false,
                name,
                range,
                chained: true,
                body: Vec::new(),
                otherwise: None,
            });
        }
    }

    fn close(&mut self, name: &str, range: SourceRange) {
        let innermost = self.open.iter().rev().find(|open| !open.chained);
        let matching = self.open.iter().rposition(|open| !open.chained && open.name == name);
        let (message, hint) = match (innermost, matching) {
            (Some(open), Some(_)) if open.name == name => {
                self.finish_to(matching);
                return;
            }
            (Some(open), _) => (
                format!("`{{{{/{name}}}}}` does not end the block `{{{{#{}}}}}`", open.name),
                format!("`{{{{#{0}}}}}` on line {1} ends with `{{{{/{0}}}}}`", open.name, open.range.line),
            ),
            (None, _) => (
                format!("`{{{{/{name}}}}}` ends a block that was never opened"),
                format!("Remove it, or open the block with `{{{{#{name}}}}}`"),
            ),
        };
        self.problems.push(Problem::error(DiagnosticCode::UnexpectedClose, range, message, hint));
        // The end of an outer block ends the inner ones too; another is most likely the innermost, misspelt.
        let misspelt = self.open.iter().rposition(|open| !open.chained);
        self.finish_to(matching.or(misspelt));
    }

    fn finish_to(&mut self, index: Option<usize>) {
        while index.is_some_and(|index| self.open.len() > index) {
            self.finish();
        }
    }

    fn finish(&mut self) {
        let Some(open) = self.open.pop() else { return };
        if let Some(call) = open.call {
            let (mut body, mut otherwise) = (open.body, open.otherwise.unwrap_or_default());
            if open.inverted {
                std::mem::swap(&mut body, &mut otherwise);
            }
            let block = Block { call, params: open.params, body, otherwise };
            self.push(Node::Block(Box::new(block)));
        }
    }
}
