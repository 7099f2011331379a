//! Cuts a template into text and tags.

use super::expression::{Step, is_name_char};
use crate::{
    ast::Call,
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
    /// `{{~`
    pub(super) strips_before: bool,
    /// `~}}`
    pub(super) strips_after: bool,
}

#[derive(Debug)]
pub(super) enum TagKind {
    Mustache(Call),
    /// `{{#name` or `{{^name`; a broken call has none, but still opens the block.
    Open {
        call: Option<Call>,
        params: Vec<String>,
        inverted: bool,
        name: String,
    },
    /// `{{else}}`, `{{^}}` or `{{else if x}}`
    Else(Option<(Call, Vec<String>)>),
    Close(String),
    Comment,
    /// A tag that a problem was reported for.
    Broken,
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
        self.at = self.source.text.len() - self.rest().trim_start().len();
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
        let mut flags = (false, false);
        let kind = self.tag_kind(start, &mut flags).unwrap_or_else(|problem| {
            self.problems.push(*problem);
            self.recover(start);
            let broken = self.broken(start);
            if self.problems.len() == MAX_PROBLEMS {
                self.at = self.source.text.len();
            }
            broken
        });
        let bytes = Bytes { start, end: self.at };
        Tag { kind, bytes, strips_before: flags.0, strips_after: flags.1 }
    }

    fn tag_kind(&mut self, start: usize, flags: &mut (bool, bool)) -> Step<TagKind> {
        if self.rest().starts_with("{{{{") {
            return Err(self.unsupported(
                start,
                4,
                "a raw block (`{{{{`)",
                "Write `\\{{` for a literal `{{`",
            ));
        }
        self.at += 2;
        flags.0 = self.eat("~");
        let kind = match self.rest().chars().next() {
            Some('!') => return self.comment(start, flags),
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
            Some('>') => return Err(self.unsupported(start, 3, "a partial (`{{>`)", COPY)),
            Some('*') => return Err(self.unsupported(start, 3, "a decorator (`{{*`)", COPY)),
            Some('#') => self.open(start)?,
            Some('^') => {
                self.at += 1;
                self.skip_whitespace();
                if self.rest().starts_with(['}', '~']) { TagKind::Else(None) } else { self.opened(true)? }
            }
            Some('/') => {
                self.at += 1;
                self.skip_whitespace();
                let length = self.rest().find(|c: char| c.is_whitespace() || matches!(c, '}' | '~'));
                let name = self.rest()[..length.unwrap_or(self.rest().len())].to_owned();
                self.at += name.len();
                TagKind::Close(name)
            }
            _ => self.mustache_or_else()?,
        };
        self.close(flags)?;
        Ok(kind)
    }

    fn open(&mut self, start: usize) -> Step<TagKind> {
        self.at += 1;
        match self.rest().chars().next() {
            Some('>') => Err(self.unsupported(start, 4, "a partial block (`{{#>`)", COPY)),
            Some('*') => Err(self.unsupported(start, 4, "a decorator block (`{{#*`)", COPY)),
            _ => self.opened(false),
        }
    }

    fn opened(&mut self, inverted: bool) -> Step<TagKind> {
        self.skip_whitespace();
        let name = block_name(self.rest());
        let call = self.call(0)?;
        let params = self.block_params()?;
        Ok(TagKind::Open { call: Some(call), params, inverted, name })
    }

    fn mustache_or_else(&mut self) -> Step<TagKind> {
        self.skip_whitespace();
        let after = self.rest().strip_prefix("else");
        let Some(after) = after.filter(|rest| !rest.starts_with(|c| is_name_char(c) || c == '.' || c == '/'))
        else {
            return Ok(TagKind::Mustache(self.call(0)?));
        };
        self.at = self.source.text.len() - after.trim_start().len();
        if self.rest().starts_with(['}', '~']) {
            return Ok(TagKind::Else(None));
        }
        let call = self.call(0)?;
        let params = self.block_params()?;
        Ok(TagKind::Else(Some((call, params))))
    }

    fn comment(&mut self, start: usize, flags: &mut (bool, bool)) -> Step<TagKind> {
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
        flags.1 = self.source.text[..self.at].ends_with("~}}");
        Ok(TagKind::Comment)
    }

    fn close(&mut self, flags: &mut (bool, bool)) -> Step<()> {
        self.skip_whitespace();
        flags.1 = self.eat("~");
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
            Some(rest) if !inside.starts_with("#*") => TagKind::Open {
                call: None,
                params: Vec::new(),
                inverted: false,
                name: block_name(rest.trim_start_matches('>').trim_start()),
            },
            _ => TagKind::Broken,
        }
    }
}

const COPY: &str = "Copy its text to where it is used";

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
