//! Puts tags and text together to a tree.

use super::tags::{Opened, Tag, TagKind, Token};
use crate::{
    ast::{Block, Call, Inline, Node, Partial, Program, Strip, Text},
    diagnostic::{DiagnosticCode, Problem},
    source::{Source, SourceRange},
};

/// The deepest nesting of blocks; each `{{else if}}` counts as one.
const MAX_DEPTH: usize = 128;

/// A block whose end has not come yet.
struct Open {
    /// None where its tag is broken.
    opened: Option<Opened>,
    params: Vec<String>,
    name: String,
    range: SourceRange,
    strip: Strip,
    /// Begun by `{{else if}}`, so ended together with the block around it.
    chained: bool,
    body: Vec<Node>,
    otherwise: Option<Otherwise>,
}

struct Otherwise {
    strip: Strip,
    /// Whether an `{{else if}}` began it.
    chained: bool,
    nodes: Vec<Node>,
}

pub(super) fn build(source: &Source<'_>, tokens: Vec<Token>, problems: &mut Vec<Problem>) -> Vec<Node> {
    let mut tree = Tree { root: Vec::new(), open: Vec::new(), is_too_deep: false, problems };
    for token in tokens {
        if tree.is_too_deep {
            break;
        }
        match token {
            Token::Text(bytes) => tree.push(Node::Text(Text::new(bytes))),
            Token::Tag(tag) => tree.tag(source, *tag),
        }
    }
    while let Some(open) = tree.open.last() {
        if !open.chained && !tree.is_too_deep {
            let message = format!("the block `{{{{#{}}}}}` is never closed", open.name);
            let hint = format!("Add `{{{{/{}}}}}` where it ends", open.name);
            tree.problems.push(Problem::error(DiagnosticCode::UnclosedBlock, open.range, message, hint));
        }
        tree.finish(Strip::default());
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
            Some(Open { otherwise: Some(otherwise), .. }) => &mut otherwise.nodes,
            Some(open) => &mut open.body,
            None => &mut self.root,
        };
        nodes.push(node);
    }

    fn tag(&mut self, source: &Source<'_>, tag: Tag) {
        let range = source.range(tag.bytes);
        let strip = tag.strip;
        match tag.kind {
            TagKind::Broken => {}
            TagKind::Comment => self.push(Node::Comment(strip)),
            TagKind::Mustache(call) => self.push(Node::Mustache { call, bytes: tag.bytes, range, strip }),
            TagKind::Partial { name, args, named } => self.push(Node::Partial(Box::new(Partial {
                name,
                args,
                named,
                program: None,
                indent: None,
                range,
                open_strip: strip,
                close_strip: Strip::default(),
            }))),
            TagKind::Raw { call, text } => {
                let nodes =
                    if text.start < text.end { vec![Node::Text(Text::new(text))] } else { Vec::new() };
                self.push(Node::Block(Box::new(Block {
                    call,
                    program: Some(Program::new(nodes, Vec::new(), false)),
                    inverse: None,
                    open_strip: Strip::default(),
                    inverse_strip: Strip::default(),
                    close_strip: Strip::default(),
                })));
            }
            TagKind::Open { opened, params, name } => {
                self.begin(Open {
                    opened,
                    params,
                    name,
                    range,
                    strip,
                    chained: false,
                    body: Vec::new(),
                    otherwise: None,
                });
            }
            TagKind::Else(chain) => self.otherwise(chain, range, strip),
            TagKind::Close(name) => self.close(&name, range, strip),
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

    fn otherwise(&mut self, chain: Option<(Call, Vec<String>)>, range: SourceRange, strip: Strip) {
        let problem = match self.open.last_mut() {
            None => Some("`{{else}}` stands outside of a block".to_owned()),
            Some(Open { opened: Some(Opened::Partial { .. } | Opened::Inline(_)), name, .. }) => {
                Some(format!("the block of the partial `{name}` has no `{{{{else}}}}`"))
            }
            Some(open) if open.otherwise.is_some() => {
                Some(format!("the block `{{{{#{}}}}}` has a second `{{{{else}}}}`", open.name))
            }
            Some(Open { opened: Some(Opened::Block { inverted: true, .. }), name, .. })
                if chain.is_some() =>
            {
                Some(format!("the block `{{{{^{name}}}}}` has only a plain `{{{{else}}}}`"))
            }
            Some(open) => {
                let chained = chain.is_some();
                open.otherwise = Some(Otherwise { strip, chained, nodes: Vec::new() });
                None
            }
        };
        if let Some(message) = problem {
            let hint = "Remove it, or open a block before it";
            self.problems.push(Problem::error(DiagnosticCode::UnexpectedClose, range, message, hint));
        } else if let Some((call, params)) = chain {
            let name = call.name().unwrap_or("else").to_owned();
            self.begin(Open {
                opened: Some(Opened::Block { call, inverted: false }),
                params,
                name,
                range,
                strip,
                chained: true,
                body: Vec::new(),
                otherwise: None,
            });
        }
    }

    fn close(&mut self, name: &str, range: SourceRange, strip: Strip) {
        let innermost = self.open.iter().rev().find(|open| !open.chained);
        let matching = self.open.iter().rposition(|open| !open.chained && open.name == name);
        let (message, hint) = match (innermost, matching) {
            (Some(open), Some(_)) if open.name == name => {
                self.finish_to(matching, strip);
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
        self.finish_to(matching.or(misspelt), strip);
    }

    /// In a chain of `{{else if}}` the last tag ends the first two blocks; to those after them handlebars.js gives
    /// the `~` of their own beginning.
    fn finish_to(&mut self, index: Option<usize>, strip: Strip) {
        let Some(index) = index else { return };
        while self.open.len() > index {
            let own = self.open.last().filter(|open| open.chained && self.open.len() > index + 2);
            let strip = own.map_or(strip, |open| open.strip);
            self.finish(strip);
        }
    }

    fn finish(&mut self, close_strip: Strip) {
        let Some(open) = self.open.pop() else { return };
        let Some(opened) = open.opened else { return };
        let program = Program::new(open.body, open.params, false);
        let open_strip = open.strip;
        self.push(match opened {
            Opened::Block { call, inverted } => {
                let inverse_strip =
                    open.otherwise.as_ref().map(|otherwise| otherwise.strip).unwrap_or_default();
                let inverse = open
                    .otherwise
                    .map(|Otherwise { nodes, chained, .. }| Program::new(nodes, Vec::new(), chained));
                let (program, inverse) =
                    if inverted { (inverse, Some(program)) } else { (Some(program), inverse) };
                Node::Block(Box::new(Block {
                    call,
                    program,
                    inverse,
                    open_strip,
                    inverse_strip,
                    close_strip,
                }))
            }
            Opened::Partial { name, args, named } => Node::Partial(Box::new(Partial {
                name,
                args,
                named,
                program: Some(program),
                indent: None,
                range: open.range,
                open_strip,
                close_strip,
            })),
            Opened::Inline(name) => Node::Inline(Box::new(Inline { name, program, open_strip, close_strip })),
        });
    }
}
