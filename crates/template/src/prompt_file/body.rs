//! The text below the front matter, and the messages in it.

use super::{EXT, PromptFileError, take};
use crate::{
    ast::{Block, Node, Program, Text},
    helpers::{self, Helper},
    parse::{self, Parsed},
    source::Bytes,
};
use formaops_domain::{Attachment, Body, JsonObject, Message, Role};
use serde_json::json;
use std::collections::BTreeMap;

const ATTACHMENTS: &str = "attachments";

/// What [`write`] may say under `ext.formaops`.
pub(super) const MARKS: [&str; 3] = ["body", "messages", ATTACHMENTS];

/// The body as text. What would be read as something else is marked in `ext`.
pub(super) fn write(body: &Body, ext: &mut JsonObject) -> String {
    let text = text(body);
    let (bare, attachments) = detached(body);
    if read(&text) == bare {
        if !attachments.is_empty() {
            ext.insert(ATTACHMENTS.into(), json!(attachments));
        }
        return text;
    }
    match body {
        Body::Text { .. } => {
            ext.insert("body".into(), json!("text"));
            text
        }
        Body::Messages { messages } => {
            ext.insert("messages".into(), json!(messages));
            String::new()
        }
    }
}

/// The body as one text: a list of messages is each with its role tag before it.
pub(crate) fn text(body: &Body) -> String {
    match body {
        Body::Text { template } => template.clone(),
        Body::Messages { messages } => {
            messages.iter().map(|message| tag(message.role) + &message.template).collect()
        }
    }
}

/// What is attached to the messages that have something, by their index.
type Attached = BTreeMap<usize, Vec<Attachment>>;

/// The body without its attachments, and those.
fn detached(body: &Body) -> (Body, Attached) {
    let (mut bare, mut attached) = (body.clone(), Attached::new());
    if let Body::Messages { messages } = &mut bare {
        for (at, message) in messages.iter_mut().enumerate() {
            if !message.attachments.is_empty() {
                attached.insert(at, std::mem::take(&mut message.attachments));
            }
        }
    }
    (bare, attached)
}

/// Takes the attachments out of `ext`, and gives them back to their messages.
pub(super) fn attach(body: &mut Body, ext: &mut JsonObject) -> Result<(), PromptFileError> {
    let Some(attached) = take::<Attached>(ext, EXT, ATTACHMENTS)? else { return Ok(()) };
    let messages = match body {
        Body::Text { .. } => [].as_mut_slice(),
        Body::Messages { messages } => messages.as_mut_slice(),
    };
    let number = messages.len();
    for (at, attachments) in attached {
        let Some(message) = messages.get_mut(at) else {
            let field = format!("{EXT}.{ATTACHMENTS}.{at}");
            return Err(PromptFileError::field(
                field,
                format!("names one of {number} messages, counted from 0"),
            ));
        };
        message.attachments.extend(attachments);
    }
    Ok(())
}

/// The role in the words of dotprompt.
fn word(role: Role) -> &'static str {
    match role {
        Role::Assistant => "model",
        Role::System | Role::User | Role::Tool => role.as_str(),
    }
}

/// A list of messages where the text is one in all but its form, and renders the same; else the text.
pub(super) fn read(text: &str) -> Body {
    match messages(text) {
        Some(messages) => Body::Messages { messages },
        None => Body::text(text),
    }
}

/// The text of another body, in which messages that stay equal are as they were written, and others keep their
/// tags; `None` where one of both is not a list of messages that is told by its tags.
pub(super) fn edit(text: &str, wanted: &Body) -> Option<String> {
    let (old, Body::Messages { messages: wanted }) = (pieces(text)?, wanted) else { return None };
    let is_same = |piece: &Piece, message: &Message| {
        piece.role == message.role && text[piece.template.start..piece.template.end] == message.template
    };
    let head = old.iter().zip(wanted).take_while(|(piece, message)| is_same(piece, message)).count();
    let ends = old[head..].iter().rev().zip(wanted[head..].iter().rev());
    let tail = ends.take_while(|(piece, message)| is_same(piece, message)).count();
    let changed = &old[head..old.len() - tail];
    let start = old.get(head).map_or(text.len(), |piece| piece.tag.start);
    let end = old.get(old.len() - tail).map_or(text.len(), |piece| piece.tag.start);
    let mut edited = text[..start].to_owned();
    for (at, message) in wanted[head..wanted.len() - tail].iter().enumerate() {
        match changed.get(at).filter(|piece| piece.role == message.role) {
            Some(piece) => edited += &text[piece.tag.start..piece.tag.end],
            None => edited += &tag(message.role),
        }
        edited += &message.template;
    }
    Some(edited + &text[end..])
}

fn tag(role: Role) -> String {
    format!("{{{{role \"{}\"}}}}", word(role))
}

/// A message in the text of a body.
struct Piece {
    role: Role,
    tag: Bytes,
    template: Bytes,
}

fn messages(text: &str) -> Option<Vec<Message>> {
    let message = |Piece { role, template, .. }| Message {
        role,
        template: text[template.start..template.end].to_owned(),
        attachments: Vec::new(),
    };
    Some(pieces(text)?.into_iter().map(message).collect())
}

/// The messages, where every role tag stands at the top level, plain and with its role written out, and
/// the first of them at the start.
fn pieces(text: &str) -> Option<Vec<Piece>> {
    let Parsed { program, problems } = parse::parse(text);
    let nodes = program.nodes;
    if !problems.is_empty() {
        return None;
    }
    let (mut starts, mut after_history) = (Vec::new(), false);
    for node in &nodes {
        match node {
            Node::Mustache { call, bytes, .. } => match call.helper {
                Some(Helper::Role) => {
                    let role = helpers::role(call).ok()?;
                    let tag = &text[bytes.start..bytes.end];
                    if tag.starts_with("{{~")
                        || tag.ends_with("~}}")
                        || !call.named.is_empty()
                        || call.args.len() != 1
                    {
                        return None;
                    }
                    starts.push((role, *bytes));
                    after_history = false;
                }
                Some(Helper::History) => after_history = true,
                // After the history a text goes on as the assistant, a message with its own role.
                _ if after_history => return None,
                _ => {}
            },
            // A partial may begin messages of its own.
            Node::Partial(_) | Node::Inline(_) => return None,
            Node::Comment(_) => {}
            Node::Text(Text { bytes, .. }) => {
                if after_history && !text[bytes.start..bytes.end].trim().is_empty() {
                    return None;
                }
            }
            Node::Block(block) => {
                if after_history || programs(block).any(|program| has_special(&program.nodes)) {
                    return None;
                }
            }
        }
    }
    if !text[..starts.first()?.1.start].trim().is_empty() {
        return None;
    }
    let ends = starts.iter().skip(1).map(|(_, bytes)| bytes.start).chain([text.len()]);
    let pieces: Vec<Piece> = starts
        .iter()
        .zip(ends)
        .map(|(&(role, tag), end)| Piece { role, tag, template: Bytes { start: tag.end, end } })
        .collect();

    // Whitespace control looks at the neighbours of a tag, so a piece of its own may keep other blanks.
    let from = starts.first()?.1.start;
    let whole: Vec<_> = kept(&nodes).into_iter().filter(|&(start, _)| start >= from).collect();
    let apart: Vec<_> = pieces
        .iter()
        .flat_map(|piece| {
            let offset = piece.template.start;
            let kept = kept(&parse::parse(&text[offset..piece.template.end]).program.nodes);
            kept.into_iter().map(move |(start, end)| (start + offset, end + offset))
        })
        .collect();
    (whole == apart).then_some(pieces)
}

/// Whether tags that shape the list of messages stand inside a block; of a partial it is not known.
fn has_special(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match node {
        Node::Text(_) | Node::Comment(_) => false,
        Node::Mustache { call, .. } => {
            matches!(call.helper, Some(Helper::Role | Helper::History))
        }
        Node::Block(block) => programs(block).any(|program| has_special(&program.nodes)),
        Node::Partial(_) | Node::Inline(_) => true,
    })
}

fn programs(block: &Block) -> impl Iterator<Item = &Program> {
    block.program.iter().chain(&block.inverse)
}

/// The stretches of text that stand for themselves, in order.
fn kept(nodes: &[Node]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for node in nodes {
        match node {
            Node::Text(Text { bytes, .. }) => found.push((bytes.start, bytes.end)),
            Node::Mustache { .. } | Node::Comment(_) | Node::Partial(_) | Node::Inline(_) => {}
            Node::Block(block) => {
                programs(block).for_each(|program| found.extend(kept(&program.nodes)));
            }
        }
    }
    found
}
