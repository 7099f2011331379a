//! Cuts a template into text and tags.

use super::{expression::Step, whitespace::is_space};
use crate::{
    ast::{Call, Expr, Named, PartialName, Strip},
    diagnostic::{DiagnosticCode, Problem},
    source::{Bytes, Source, SourceRange},
};

/// After so many broken tags the rest is not read: it is no template.
const MAX_PROBLEMS: usize = 200;

#[derive(Debug)]
pub(super) enum Token {
    Text(Bytes),
    Tag(Box<Tag>),
}

#[derive(Debug)]
pub(super) struct Tag {
    pub(super) kind: TagKind,
    pub(super) bytes: Bytes,
    pub(super) strip: Strip,
}

#[derive(Debug)]
pub(super) enum TagKind {
    Mustache(Call),
    /// `{{> name}}`
    Partial {
        name: PartialName,
        args: Vec<Expr>,
        named: Named,
    },
    /// `{{{{name}}}}text{{{{/name}}}}`
    Raw {
        call: Call,
        text: Bytes,
    },
    /// `{{#name`, `{{^name`, `{{#> name` or `{{#*inline`; a broken one still opens the block.
    Open {
        opened: Option<Opened>,
        params: Vec<String>,
        name: String,
    },
    /// `{{else}}`, `{{^}}` or `{{else if x}}`
    Else(Option<(Call, Vec<String>)>),
    Close(String),
    Comment,
    /// A tag that a problem was reported for.
    Broken,
}

/// What a block is.
#[derive(Debug)]
pub(super) enum Opened {
    Block {
        call: Call,
        inverted: bool,
    },
    Partial {
        name: PartialName,
        args: Vec<Expr>,
        named: Named,
    },
    /// The name that the partial gets.
    Inline(Expr),
}

/// Goes over a source from left to right.
pub(super) struct Scanner<'s> {
    pub(super) source: &'s Source<'s>,
    pub(super) at: usize,
    problems: Vec<Problem>,
}

/// All texts and tags of a template in order.
pub(super) fn scan(source: &Source<'_>) -> (Vec<Token>, Vec<Problem>) {
    let mut scanner = Scanner { source, at: 0, problems: Vec::new() };
    let mut tokens = Vec::new();
    while !scanner.rest().is_empty() {
        scanner.text(&mut tokens);
        if !scanner.rest().is_empty() {
            tokens.push(Token::Tag(Box::new(scanner.tag())));
        }
    }
    (tokens, scanner.problems)
}

impl<'s> Scanner<'s> {
    pub(super) fn rest(&self) -> &'s str {
        &self.source.text[self.at..]
    }

    pub(super) fn range_from(&self, start: usize) -> SourceRange {
        self.source.range(Bytes { start, end: self.at })
    }

    pub(super) fn skip_whitespace(&mut self) {
        self.at = self.source.text.len() - self.rest().trim_start_matches(is_space).len();
    }

    /// A problem with the next character.
    pub(super) fn unexpected(&self, hint: &str) -> Box<Problem> {
        let next = self.rest().chars().next();
        let end = self.at + next.map_or(0, char::len_utf8);
        let message = match next {
            Some(c) => format!("`{c}` is not expected here"),
            None => "the template ends inside a tag".to_owned(),
        };
        let range = self.source.range(Bytes { start: self.at, end });
        Box::new(Problem::error(DiagnosticCode::Syntax, range, message, hint))
    }

    /// Text up to the next tag. `\{{` is text up to the tag that follows; `\\{{` is a backslash and a tag.
    fn text(&mut self, tokens: &mut Vec<Token>) {
        loop {
            let start = self.at;
            let text = self.source.text;
            let Some(tag) = text[start..].find("{{").map(|offset| start + offset) else {
                self.at = text.len();
                push_text(tokens, start, text.len());
                return;
            };
            let before = &text[start..tag];
            if before.ends_with("\\\\") || !before.ends_with('\\') {
                push_text(tokens, start, tag - usize::from(before.ends_with('\\')));
                self.at = tag;
                return;
            }
            push_text(tokens, start, tag - 1);
            let next = text[tag + 2..].find("{{").map_or(text.len(), |offset| tag + 2 + offset);
            let piece = &text[tag..next];
            let backslashes = piece.len() - piece.trim_end_matches('\\').len();
            let end = if next == text.len() { next } else { next - backslashes.min(2) };
            push_text(tokens, tag, end);
            self.at = end;
            if end == text.len() {
                return;
            }
        }
    }

    fn tag(&mut self) -> Tag {
        let start = self.at;
        let mut strip = Strip::default();
        let kind = self.tag_kind(start, &mut strip).unwrap_or_else(|problem| {
            self.problems.push(*problem);
            self.recover(start);
            let broken = self.broken(start);
            if self.problems.len() == MAX_PROBLEMS {
                self.at = self.source.text.len();
            }
            broken
        });
        Tag { kind, bytes: Bytes { start, end: self.at }, strip }
    }

    fn tag_kind(&mut self, start: usize, strip: &mut Strip) -> Step<TagKind> {
        if self.rest().starts_with("{{{{") {
            return self.raw(start);
        }
        self.at += 2;
        strip.open = self.eat("~");
        let kind = match self.rest().chars().next() {
            Some('!') => return self.comment(start, strip),
            Some('{') => {
                self.at += 1;
                let call = self.call(0)?;
                if !self.eat("}") {
                    return Err(self.unexpected("`{{{` needs its `}}}`"));
                }
                TagKind::Mustache(call)
            }
            Some('&') => {
                self.at += 1;
                TagKind::Mustache(self.call(0)?)
            }
            Some('>') => {
                self.at += 1;
                let (name, args, named) = self.partial(start)?;
                TagKind::Partial { name, args, named }
            }
            Some('*') => return Err(self.unsupported(start, 3, "a decorator (`{{*`)", INLINE)),
            Some('#') => self.open(start)?,
            Some('^') => {
                self.at += 1;
                self.skip_whitespace();
                if self.rest().starts_with(['}', '~']) { TagKind::Else(None) } else { self.opened(true)? }
            }
            Some('/') => {
                self.at += 1;
                self.skip_whitespace();
                TagKind::Close(self.written_name()?)
            }
            _ => self.mustache_or_else()?,
        };
        self.close(strip)?;
        Ok(kind)
    }

    fn open(&mut self, start: usize) -> Step<TagKind> {
        self.at += 1;
        match self.rest().chars().next() {
            Some('>') => {
                self.at += 1;
                let (name, args, named) = self.partial(start)?;
                let label = match &name {
                    PartialName::Static(name) => name.clone(),
                    PartialName::Dynamic(_) => String::new(),
                };
                let opened = Some(Opened::Partial { name, args, named });
                Ok(TagKind::Open { opened, params: Vec::new(), name: label })
            }
            Some('*') => {
                self.at += 1;
                let mut call = self.call(0)?;
                if call.name() != Some("inline") || call.args.len() != 1 || !call.named.is_empty() {
                    return Err(self.unsupported(start, 4, "a decorator block (`{{#*`)", INLINE));
                }
                let opened = Some(Opened::Inline(call.args.remove(0)));
                Ok(TagKind::Open { opened, params: Vec::new(), name: "inline".to_owned() })
            }
            _ => self.opened(false),
        }
    }

    fn opened(&mut self, inverted: bool) -> Step<TagKind> {
        self.skip_whitespace();
        let start = self.at;
        let name = self.written_name()?;
        self.at = start;
        let call = self.call(0)?;
        let params = self.block_params()?;
        Ok(TagKind::Open { opened: Some(Opened::Block { call, inverted }), params, name })
    }

    /// `name context key=value`
    fn partial(&mut self, start: usize) -> Step<(PartialName, Vec<Expr>, Named)> {
        self.skip_whitespace();
        let name = if self.rest().starts_with('(') {
            PartialName::Dynamic(self.subexpression(0)?)
        } else {
            PartialName::Static(self.written_name()?)
        };
        let (args, named) = self.arguments(0)?;
        if args.len() > 1 {
            let message = format!("a partial takes one context, got {}", args.len());
            let hint = "Name the other values: `{{> name title=x}}`";
            let range = self.range_from(start);
            return Err(Box::new(Problem::error(DiagnosticCode::HelperUse, range, message, hint)));
        }
        Ok((name, args, named))
    }

    /// `{{{{name}}}}text{{{{/name}}}}`: the text is taken as it is. Raw blocks inside of it are text too.
    fn raw(&mut self, start: usize) -> Step<TagKind> {
        self.at += 4;
        self.skip_whitespace();
        let from = self.at;
        let name = self.written_name()?;
        self.at = from;
        let call = self.call(0)?;
        self.skip_whitespace();
        if !self.eat("}}}}") {
            return Err(self.unexpected("`{{{{` needs its `}}}}`"));
        }
        let (begin, mut depth) = (self.at, 1);
        while let Some(found) = self.rest().find("{{{{") {
            let at = self.at + found;
            self.at = at + 4;
            let Some(after) = self.rest().strip_prefix('/') else {
                depth += 1;
                continue;
            };
            let length = after.find("}}}}").unwrap_or(after.len());
            if !after[..length].chars().all(super::expression::is_name_char) || length == after.len() {
                continue;
            }
            depth -= 1;
            if depth == 0 {
                let closes = &after[..length];
                let end = self.at + 1 + length + 4;
                if closes != name {
                    let range = self.source.range(Bytes { start: at, end });
                    let message = format!("`{{{{{{{{/{closes}}}}}}}}}` does not end the raw block `{name}`");
                    let hint = format!("Write `{{{{{{{{/{name}}}}}}}}}`");
                    let code = DiagnosticCode::UnexpectedClose;
                    return Err(Box::new(Problem::error(code, range, message, hint)));
                }
                self.at = end;
                return Ok(TagKind::Raw { call, text: Bytes { start: begin, end: at } });
            }
        }
        let range = self.source.range(Bytes { start, end: begin });
        let message = format!("the raw block `{name}` is never closed");
        let hint = format!("Add `{{{{{{{{/{name}}}}}}}}}` where it ends");
        self.at = self.source.text.len();
        Err(Box::new(Problem::error(DiagnosticCode::UnclosedBlock, range, message, hint)))
    }

    fn mustache_or_else(&mut self) -> Step<TagKind> {
        self.skip_whitespace();
        // As in handlebars.js the word ends where no letter, digit or `_` follows.
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let Some(after) = self.rest().strip_prefix("else").filter(|rest| !rest.starts_with(is_word)) else {
            return Ok(TagKind::Mustache(self.call(0)?));
        };
        self.at = self.source.text.len() - after.trim_start_matches(is_space).len();
        if self.rest().starts_with(['}', '~']) {
            return Ok(TagKind::Else(None));
        }
        let call = self.call(0)?;
        let params = self.block_params()?;
        Ok(TagKind::Else(Some((call, params))))
    }

    fn comment(&mut self, start: usize, strip: &mut Strip) -> Step<TagKind> {
        let rest = self.rest();
        let is_long = rest.starts_with("!--");
        let length = if is_long {
            let ends =
                |&(at, _): &(usize, _)| rest[at..].starts_with("--}}") || rest[at..].starts_with("--~}}");
            let end = rest[1..].match_indices("--").map(|(at, dashes)| (at + 1, dashes)).find(ends);
            end.map(|(at, _)| if rest[at..].starts_with("--}}") { at + 4 } else { at + 5 })
        } else {
            rest.find("}}").map(|at| at + 2)
        };
        let Some(length) = length else {
            let bytes = Bytes { start, end: self.at + 1 };
            self.at = self.source.text.len();
            return Err(Box::new(Problem::error(
                DiagnosticCode::Syntax,
                self.source.range(bytes),
                "the comment never ends",
                if is_long { "Close it with `--}}`" } else { "Close it with `}}`" },
            )));
        };
        self.at += length;
        strip.close = self.source.text[..self.at].ends_with("~}}");
        Ok(TagKind::Comment)
    }

    fn close(&mut self, strip: &mut Strip) -> Step<()> {
        self.skip_whitespace();
        strip.close = self.eat("~");
        if self.eat("}}") { Ok(()) } else { Err(self.unexpected("a tag ends with `}}`")) }
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        self.at += if found { text.len() } else { 0 };
        found
    }

    fn unsupported(&mut self, start: usize, length: usize, what: &str, hint: &str) -> Box<Problem> {
        let end = (start + length).min(self.source.text.len());
        self.at = end;
        let range = self.source.range(Bytes { start, end });
        let message = format!("{what} is not supported");
        Box::new(Problem::error(DiagnosticCode::Unsupported, range, message, hint))
    }

    /// Goes on after the broken tag: behind its end, or at the next tag where that comes first.
    fn recover(&mut self, start: usize) {
        let from = self.at.max(start + 2).min(self.source.text.len());
        let rest = &self.source.text[from..];
        let next = rest.find("{{").unwrap_or(rest.len());
        let inside = &rest[..next];
        let length = inside.find("}}").map_or(next, |at| {
            let braces = inside[at..].len() - inside[at..].trim_start_matches('}').len();
            at + braces
        });
        self.at = from + length;
    }

    /// A block whose call is broken still opens, so that its end is not a second problem.
    fn broken(&self, start: usize) -> TagKind {
        let inside = self.source.text[start..self.at].trim_start_matches('{').trim_start_matches('~');
        match inside.strip_prefix(['#', '^']) {
            Some(rest) => TagKind::Open {
                opened: None,
                params: Vec::new(),
                name: block_name(rest.trim_start_matches(['>', '*']).trim_start()),
            },
            _ => TagKind::Broken,
        }
    }
}

const INLINE: &str = "The one decorator is `{{#*inline \"name\"}}…{{/inline}}`";

fn push_text(tokens: &mut Vec<Token>, start: usize, end: usize) {
    if start < end {
        tokens.push(Token::Text(Bytes { start, end }));
    }
}

/// The word that the end of a block repeats.
fn block_name(text: &str) -> String {
    let length = text.find(|c: char| c.is_whitespace() || matches!(c, '}' | '~')).unwrap_or(text.len());
    text[..length].to_owned()
}
