//! The tree of a YAML text, each node with its place in the text.

use granit_parser::{Event, Parser, StructureStyle};
use std::ops::Range;

/// A text as a tree.
pub(crate) struct Tree {
    /// The outermost node; none where there are only blanks and comments.
    pub(super) root: Option<Node>,
    /// Where the comments stand, from `#` to the end of their line.
    pub(crate) comments: Vec<Range<usize>>,
}

/// A node. Places are in bytes.
pub(super) struct Node {
    pub(super) shape: Shape,
    /// Where it begins, after what introduces it: 0, or behind the `:` or `-` that it belongs to.
    pub(super) from: usize,
    /// Where its own text begins, without its anchor, tag and header.
    pub(super) start: usize,
    /// Where its text ends, without the blanks behind it.
    pub(super) end: usize,
}

pub(super) enum Shape {
    /// A scalar or an alias.
    Leaf,
    Items(Style, Vec<Node>),
    Fields(Style, Vec<Field>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// By lines and indentation.
    Block,
    /// Between brackets.
    Flow,
}

/// A key and its value.
pub(super) struct Field {
    pub(super) key: String,
    /// Where the key stands, with its quotes.
    pub(super) at: Range<usize>,
    pub(super) value: Node,
}

/// Reads a text that is known to be YAML; `None` where it is in a form that has no simple places, such as
/// keys that are marked with `?`.
pub(crate) fn read(text: &str) -> Option<Tree> {
    let mut reader = Reader { text, parser: Parser::new_from_str(text), comments: Vec::new() };
    let root = reader.document()?;
    Some(Tree { root, comments: reader.comments })
}

struct Reader<'t> {
    text: &'t str,
    parser: Parser<'t, granit_parser::StrInput<'t>>,
    comments: Vec<Range<usize>>,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Option<Option<Node>> {
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(..), _) => {}
                (Event::StreamEnd, _) => return Some(None),
                event => {
                    let root = self.node(event, 0)?;
                    let rest = [self.next()?.0, self.next()?.0];
                    return matches!(rest, [Event::DocumentEnd, Event::StreamEnd]).then_some(Some(root));
                }
            }
        }
    }

    /// The next event but for comments, which are noted.
    fn next(&mut self) -> Option<(Event<'t>, Range<usize>)> {
        loop {
            let (event, span) = self.parser.next_event()?.ok()?;
            let range = span.byte_range()?;
            match event {
                Event::Comment(..) => self.comments.push(range),
                event => return Some((event, range)),
            }
        }
    }

    fn node(&mut self, (event, at): (Event<'t>, Range<usize>), from: usize) -> Option<Node> {
        match event {
            Event::Scalar(..) | Event::Alias(_) => {
                let start = at.start.max(from);
                // What a block scalar has behind its text is of no one.
                let end = start + self.text.get(start..at.end).map_or(0, |text| text.trim_end().len());
                Some(Node { shape: Shape::Leaf, from, start, end })
            }
            Event::SequenceStart(style, ..) => self.items(Style::from(style), from, at.start),
            Event::MappingStart(style, ..) => self.fields(Style::from(style), from, at.start),
            _ => None,
        }
    }

    fn items(&mut self, style: Style, from: usize, start: usize) -> Option<Node> {
        let (mut items, mut end) = (Vec::<Node>::new(), start);
        loop {
            let (event, at) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                let end = if style == Style::Flow { at.end } else { end };
                return Some(Node { shape: Shape::Items(style, items), from, start, end });
            }
            let item_from = match style {
                Style::Flow => at.start,
                Style::Block => self.behind('-', items.last().map_or(from, |last| last.end))?,
            };
            let item = self.node((event, at), item_from)?;
            end = item.end.max(item_from);
            items.push(item);
        }
    }

    fn fields(&mut self, style: Style, from: usize, start: usize) -> Option<Node> {
        let (mut fields, mut end) = (Vec::new(), start);
        loop {
            let (event, at) = self.next()?;
            let key = match event {
                Event::MappingEnd => {
                    let end = if style == Style::Flow { at.end } else { end };
                    return Some(Node { shape: Shape::Fields(style, fields), from, start, end });
                }
                Event::Scalar(key, ..) => key.into_owned(),
                _ => return None,
            };
            let value_from = self.behind(':', at.end)?;
            let event = self.next()?;
            let value = self.node(event, value_from)?;
            end = value.end.max(value_from);
            fields.push(Field { key, at, value });
        }
    }

    /// The place behind a mark, with nothing but blanks and comments before it.
    fn behind(&self, mark: char, from: usize) -> Option<usize> {
        let mut rest = self.text.get(from..)?.trim_start();
        while rest.starts_with('#') {
            rest = rest.split_once('\n')?.1.trim_start();
        }
        let rest = rest.strip_prefix(mark)?;
        Some(self.text.len() - rest.len())
    }
}

impl From<StructureStyle> for Style {
    fn from(style: StructureStyle) -> Self {
        match style {
            StructureStyle::Block => Self::Block,
            StructureStyle::Flow => Self::Flow,
        }
    }
}

impl Tree {
    /// The node at a path of keys and numbers joined by dots; keys may hold dots themselves.
    pub(crate) fn find(&self, path: &str) -> Option<Range<usize>> {
        find(self.root.as_ref()?, path)
    }
}

/// The key of the deepest field on the way that is there.
fn find(node: &Node, path: &str) -> Option<Range<usize>> {
    match &node.shape {
        Shape::Leaf => None,
        Shape::Items(_, items) => {
            let (number, rest) = path.split_once('.').unwrap_or((path, ""));
            let item = items.get(number.parse::<usize>().ok()?)?;
            find(item, rest).or(Some(item.start..item.end))
        }
        Shape::Fields(_, fields) => fields.iter().find_map(|field| {
            let rest = path.strip_prefix(field.key.as_str())?;
            match rest.strip_prefix('.') {
                Some(rest) => find(&field.value, rest).or(Some(field.at.clone())),
                None => rest.is_empty().then(|| field.at.clone()),
            }
        }),
    }
}
