//! Whitespace control: `~`, and tags that have a line to themselves, which take it along.
//!
//! This follows `WhitespaceControl` of handlebars.js step by step, because templates rely on what it does at the
//! edges: which text of a chain of `{{else if}}` is trimmed, and which tag counts as alone.

use crate::{
    ast::{Inline, Node, Partial, Program, Strip, Text},
    source::{Bytes, Source},
};

/// Trims the texts of a template, and drops the nodes that only stood for that.
pub(super) fn apply(source: &Source<'_>, nodes: &mut Vec<Node>) {
    let control = Control { source };
    control.program(nodes, true);
    settle(source, nodes);
}

/// White space as JavaScript has it.
pub(super) fn is_space(c: char) -> bool {
    c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}')
}

/// What a node does to its neighbours.
struct Effect {
    strip: Strip,
    /// Alone on its line if both neighbours allow it.
    inline: bool,
    /// Whether its first tag, and its last, may be alone on a line.
    opens: bool,
    closes: bool,
}

struct Control<'s> {
    source: &'s Source<'s>,
}

#[derive(Clone, Copy, PartialEq)]
enum Much {
    /// What a tag leaves of its line.
    Line,
    /// All there is.
    All,
}

impl Control<'_> {
    fn program(&self, body: &mut [Node], is_root: bool) {
        for at in 0..body.len() {
            let Some(effect) = self.node(&mut body[at]) else { continue };
            let before = self.ends_line(body, Some(at), is_root);
            let after = self.starts_line(body, Some(at), is_root);
            let alone = effect.inline && before && after;
            if effect.strip.close {
                self.omit_right(body, at + 1, Much::All);
            }
            if effect.strip.open {
                self.omit_left(body, at.checked_sub(1), Much::All);
            }
            if alone {
                self.omit_right(body, at + 1, Much::Line);
                if let Some(taken) = self.omit_left(body, at.checked_sub(1), Much::Line)
                    && let Node::Partial(partial) = &mut body[at]
                {
                    partial.indent = (taken.start < taken.end).then_some(taken);
                }
            }
            if effect.opens && before {
                if let Some(inner) = first_program(&mut body[at]) {
                    self.omit_right(&mut inner.nodes, 0, Much::Line);
                }
                self.omit_left(body, at.checked_sub(1), Much::Line);
            }
            if effect.closes && after {
                self.omit_right(body, at + 1, Much::Line);
                if let Some(inner) = last_program(&mut body[at]) {
                    let last = inner.nodes.len().checked_sub(1);
                    self.omit_left(&mut inner.nodes, last, Much::Line);
                }
            }
        }
    }

    fn node(&self, node: &mut Node) -> Option<Effect> {
        match node {
            Node::Text(_) => None,
            Node::Mustache { strip, .. } => {
                Some(Effect { strip: *strip, inline: false, opens: false, closes: false })
            }
            Node::Comment(strip) => Some(Effect { strip: *strip, inline: true, opens: false, closes: false }),
            Node::Partial(partial) => {
                let Partial { program, open_strip, close_strip, .. } = &mut **partial;
                Some(match program {
                    Some(program) => {
                        let strips = [*open_strip, Strip::default(), *close_strip];
                        self.block(Some(program), None, strips)
                    }
                    None => Effect { strip: *open_strip, inline: true, opens: false, closes: false },
                })
            }
            Node::Inline(inline) => {
                let Inline { program, open_strip, close_strip, .. } = &mut **inline;
                Some(self.block(Some(program), None, [*open_strip, Strip::default(), *close_strip]))
            }
            Node::Block(block) => {
                let strips = [block.open_strip, block.inverse_strip, block.close_strip];
                Some(self.block(block.program.as_mut(), block.inverse.as_mut(), strips))
            }
        }
    }

    fn block(
        &self,
        program: Option<&mut Program>,
        inverse: Option<&mut Program>,
        [open, between, close]: [Strip; 3],
    ) -> Effect {
        let (program, inverse) = match program {
            Some(program) => (Some(program), inverse),
            None => (inverse, None),
        };
        let Some(program) = program else {
            return Effect { strip: Strip::default(), inline: false, opens: false, closes: false };
        };
        self.program(&mut program.nodes, false);
        let mut first = None;
        if let Some(inverse) = inverse {
            self.program(&mut inverse.nodes, false);
            first = Some(first_of_chain(inverse));
        }
        let opens = self.starts_line(&program.nodes, None, false);
        let closes = self.ends_line(first.as_deref().unwrap_or(&program.nodes), None, false);
        if open.close {
            self.omit_right(&mut program.nodes, 0, Much::All);
        }
        let last = |nodes: &[Node]| nodes.len().checked_sub(1);
        if let Some(first) = first {
            if between.open {
                let at = last(&program.nodes);
                self.omit_left(&mut program.nodes, at, Much::All);
            }
            if between.close {
                self.omit_right(first, 0, Much::All);
            }
            if close.open {
                let at = last(first);
                self.omit_left(first, at, Much::All);
            }
            if self.ends_line(&program.nodes, None, false) && self.starts_line(first, None, false) {
                let at = last(&program.nodes);
                self.omit_left(&mut program.nodes, at, Much::Line);
                self.omit_right(first, 0, Much::Line);
            }
        } else if close.open {
            let at = last(&program.nodes);
            self.omit_left(&mut program.nodes, at, Much::All);
        }
        Effect { strip: Strip { open: open.open, close: close.close }, inline: false, opens, closes }
    }

    /// Whether what is before the node at `at`, or before the end, ends with the beginning of a line.
    fn ends_line(&self, body: &[Node], at: Option<usize>, is_root: bool) -> bool {
        let at = at.unwrap_or(body.len());
        match at.checked_sub(1).map(|before| &body[before]) {
            None => is_root,
            Some(Node::Text(text)) => {
                let text = self.source.slice(text.original);
                let blank = text.trim_end_matches(is_space).len();
                text[blank..].contains('\n') || (blank == 0 && is_root && at == 1)
            }
            Some(_) => false,
        }
    }

    /// Whether what is after the node at `at`, or after the beginning, begins with the end of a line.
    fn starts_line(&self, body: &[Node], at: Option<usize>, is_root: bool) -> bool {
        let next = at.map_or(0, |at| at + 1);
        match body.get(next) {
            None => is_root,
            Some(Node::Text(text)) => {
                let text = self.source.slice(text.original);
                let blank = text.len() - text.trim_start_matches(is_space).len();
                text[..blank].contains('\n') || (blank == text.len() && is_root && next + 1 == body.len())
            }
            Some(_) => false,
        }
    }

    fn omit_right(&self, body: &mut [Node], at: usize, much: Much) {
        let Some(Node::Text(text)) = body.get_mut(at) else { return };
        if much == Much::Line && text.right_stripped {
            return;
        }
        let value = self.source.slice(text.bytes);
        let kept = match much {
            Much::All => value.trim_start_matches(is_space),
            Much::Line => {
                let rest = value.trim_start_matches([' ', '\t']);
                let rest = rest.strip_prefix('\r').unwrap_or(rest);
                rest.strip_prefix('\n').unwrap_or(rest)
            }
        };
        text.right_stripped = kept.len() != value.len();
        text.bytes.start = text.bytes.end - kept.len();
    }

    /// Answers what it took, where it took something.
    fn omit_left(&self, body: &mut [Node], at: Option<usize>, much: Much) -> Option<Bytes> {
        let Some(Node::Text(text)) = at.and_then(|at| body.get_mut(at)) else { return None };
        if much == Much::Line && text.left_stripped {
            return None;
        }
        let value = self.source.slice(text.bytes);
        let kept = match much {
            Much::All => value.trim_end_matches(is_space),
            Much::Line => value.trim_end_matches([' ', '\t']),
        };
        text.left_stripped = kept.len() != value.len();
        let end = text.bytes.end;
        text.bytes.end = text.bytes.start + kept.len();
        text.left_stripped.then_some(Bytes { start: text.bytes.end, end })
    }
}

/// In a chain, the text after `{{else if}}` is that of the block it begins.
fn first_of_chain(inverse: &mut Program) -> &mut Vec<Node> {
    if !matches!(inverse.nodes.as_slice(), [Node::Block(_)]) || !inverse.chained {
        return &mut inverse.nodes;
    }
    match &mut inverse.nodes[0] {
        Node::Block(block) => &mut block.program.get_or_insert_default().nodes,
        _ => unreachable!("it was looked at"),
    }
}

fn first_program(node: &mut Node) -> Option<&mut Program> {
    match node {
        Node::Block(block) => block.program.as_mut().or(block.inverse.as_mut()),
        Node::Partial(partial) => partial.program.as_mut(),
        Node::Inline(inline) => Some(&mut inline.program),
        Node::Text(_) | Node::Comment(_) | Node::Mustache { .. } => None,
    }
}

fn last_program(node: &mut Node) -> Option<&mut Program> {
    match node {
        Node::Block(block) => block.inverse.as_mut().or(block.program.as_mut()),
        other => first_program(other),
    }
}

fn settle(source: &Source<'_>, nodes: &mut Vec<Node>) {
    nodes.retain_mut(|node| {
        match node {
            Node::Comment(_) => return false,
            Node::Text(Text { bytes, range, .. }) => {
                *range = source.range(*bytes);
                return bytes.start < bytes.end;
            }
            Node::Mustache { .. } => {}
            Node::Block(block) => {
                for program in [&mut block.program, &mut block.inverse].into_iter().flatten() {
                    settle(source, &mut program.nodes);
                }
            }
            Node::Partial(partial) => {
                if let Some(program) = &mut partial.program {
                    settle(source, &mut program.nodes);
                }
            }
            Node::Inline(inline) => settle(source, &mut inline.program.nodes),
        }
        true
    });
}
