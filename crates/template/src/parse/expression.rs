//! What stands inside a tag: paths, literals, calls.

use super::{tags::Scanner, whitespace::is_space};
use crate::{
    ast::{Call, Expr, Named, Path},
    diagnostic::{DiagnosticCode, Problem},
    source::Bytes,
    value::print,
};
use serde_json::Value;

/// The deepest nesting of parentheses.
const MAX_DEPTH: usize = 32;

pub(super) type Step<T> = Result<T, Box<Problem>>;

/// Whether a character may stand in a bare name (the rule of Handlebars).
pub(super) fn is_name_char(c: char) -> bool {
    !is_space(c) && !"!\"#%&'()*+,./;<=>@[\\]^`{|}~".contains(c)
}

impl Scanner<'_> {
    /// A call up to whatever closes it.
    pub(super) fn call(&mut self, depth: usize) -> Step<Call> {
        self.skip_whitespace();
        let start = self.at;
        if self.rest().starts_with('(') {
            return Err(self.unexpected("a variable or helper belongs here"));
        }
        let head = match self.expression(depth)? {
            Expr::Literal { value, range } => literal_name(&value, &self.source.text[start..self.at], range),
            Expr::Path(head) => head,
            Expr::Call(call) => call.head,
        };
        let (args, named) = self.arguments(depth)?;
        let end = self.source.text[..self.at].trim_end_matches(is_space).len();
        let range = self.source.range(Bytes { start, end });
        Ok(Call::new(head, args, named, range))
    }

    /// What stands after the name of a helper or partial: values, then named ones.
    pub(super) fn arguments(&mut self, depth: usize) -> Step<(Vec<Expr>, Named)> {
        let (mut args, mut named) = (Vec::new(), Vec::new());
        loop {
            self.skip_whitespace();
            if self.at_end_of_call() {
                return Ok((args, named));
            }
            match self.argument_name() {
                Some(name) => named.push((name, self.expression(depth)?)),
                None if named.is_empty() => args.push(self.expression(depth)?),
                None => return Err(self.unexpected("only named arguments may follow a named one")),
            }
        }
    }

    /// A name as it is written, which the end of a block repeats: quotes and brackets do not count.
    pub(super) fn written_name(&mut self) -> Step<String> {
        let start = self.at;
        Ok(match self.expression(0)? {
            Expr::Literal { value, .. } => print(&value),
            Expr::Path(_) => without_brackets(&self.source.text[start..self.at]),
            Expr::Call(_) => {
                self.at = start;
                return Err(self.unexpected("a variable or helper belongs here"));
            }
        })
    }

    fn at_end_of_call(&self) -> bool {
        let rest = self.rest();
        rest.is_empty() || rest.starts_with(['}', '~', ')']) || block_params(rest).is_some()
    }

    /// `name=`, which is consumed.
    fn argument_name(&mut self) -> Option<String> {
        let rest = self.rest();
        let length = rest.find(|c| !is_name_char(c))?;
        let (name, length) = match rest.strip_prefix('[') {
            Some(inside) => bracketed(inside).map(|(name, length)| (name, length + 1))?,
            None => (rest[..length].to_owned(), length),
        };
        let after = rest[length..].trim_start_matches(is_space).strip_prefix('=')?;
        if length == 0 {
            return None;
        }
        self.at = self.source.text.len() - after.trim_start_matches(is_space).len();
        Some(name)
    }

    fn expression(&mut self, depth: usize) -> Step<Expr> {
        let start = self.at;
        match self.rest().chars().next() {
            Some('(') => self.subexpression(depth).map(|call| Expr::Call(Box::new(call))),
            Some(quote @ ('"' | '\'')) => {
                let value = Value::String(self.string(quote)?);
                Ok(Expr::Literal { value, range: self.range_from(start) })
            }
            _ => match self.keyword() {
                Some(value) => Ok(Expr::Literal { value, range: self.range_from(start) }),
                None => self.path().map(Expr::Path),
            },
        }
    }

    pub(super) fn subexpression(&mut self, depth: usize) -> Step<Call> {
        let start = self.at;
        if depth >= MAX_DEPTH {
            return Err(Box::new(Problem::error(
                DiagnosticCode::TooDeep,
                self.range_from(start),
                format!("parentheses are nested more than {MAX_DEPTH} deep"),
                "Split the expression with `{{#with}}`",
            )));
        }
        self.at += 1;
        let call = self.call(depth + 1)?;
        if !self.rest().starts_with(')') {
            return Err(self.unexpected("`(` needs its `)`"));
        }
        self.at += 1;
        Ok(Call { range: self.range_from(start), ..call })
    }

    fn string(&mut self, quote: char) -> Step<String> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((offset, c)) = chars.next() {
            match c {
                '\\' if chars.peek().is_some_and(|&(_, next)| next == quote) => {
                    text.push(quote);
                    chars.next();
                }
                c if c == quote => {
                    self.at = start + offset + 1;
                    return Ok(text);
                }
                c => text.push(c),
            }
        }
        self.at = start + 1;
        Err(Box::new(Problem::error(
            DiagnosticCode::Syntax,
            self.range_from(start),
            format!("the string that begins with {quote} never ends"),
            format!("Close it with {quote}"),
        )))
    }

    /// A number, `true`, `false`, `null` or `undefined`.
    fn keyword(&mut self) -> Option<Value> {
        let rest = self.rest();
        let length = rest.find(|c| !is_name_char(c) && c != '.').unwrap_or(rest.len());
        let word = &rest[..length];
        if !rest[length..].chars().next().is_none_or(|c| is_space(c) || "~})".contains(c)) {
            return None;
        }
        let value = match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" | "undefined" => Value::Null,
            number => number_literal(number)?,
        };
        self.at += length;
        Some(value)
    }

    fn path(&mut self) -> Step<Path> {
        let start = self.at;
        let local = self.rest().starts_with('@');
        self.at += usize::from(local);
        let (mut ups, mut scoped, mut parts) = (0, false, Vec::new());
        loop {
            let segment = self.segment()?;
            match segment {
                Segment::Up if parts.is_empty() => ups += 1,
                Segment::Current if parts.is_empty() => scoped = true,
                Segment::Up | Segment::Current => {
                    return Err(Box::new(Problem::error(
                        DiagnosticCode::Syntax,
                        self.range_from(start),
                        format!("`{}` is no path", &self.source.text[start..self.at]),
                        "`..`, `.` and `this` may only stand at the start of a path",
                    )));
                }
                Segment::Name(name) => parts.push(name),
            }
            let more = self.rest().strip_prefix(['.', '/']).is_some_and(|rest| {
                rest.starts_with(['.', '[']) || rest.chars().next().is_some_and(is_name_char)
            });
            if !more {
                break;
            }
            self.at += 1;
        }
        Ok(Path { local, ups, scoped, parts, range: self.range_from(start) })
    }

    fn segment(&mut self) -> Step<Segment> {
        let rest = self.rest();
        if rest.starts_with("..") {
            self.at += 2;
            return Ok(Segment::Up);
        }
        if let Some(after) = rest.strip_prefix('.') {
            let ends = after.chars().next().is_none_or(|c| is_space(c) || "=~}/.)|]".contains(c));
            if ends {
                self.at += 1;
                return Ok(Segment::Current);
            }
        }
        if let Some((name, length)) = rest.strip_prefix('[').and_then(bracketed) {
            self.at += length + 1;
            return Ok(Segment::Name(name));
        }
        match rest.find(|c| !is_name_char(c)).unwrap_or(rest.len()) {
            0 => Err(self.unexpected("a variable or helper belongs here")),
            length => {
                self.at += length;
                let name = &rest[..length];
                Ok(if name == "this" { Segment::Current } else { Segment::Name(name.to_owned()) })
            }
        }
    }

    /// `as |item index|`, where it stands.
    pub(super) fn block_params(&mut self) -> Step<Vec<String>> {
        self.skip_whitespace();
        let Some(names) = block_params(self.rest()) else { return Ok(Vec::new()) };
        let Some(length) = names.find('|') else {
            return Err(self.unexpected("`as |` needs names and a closing `|`"));
        };
        let found: Vec<String> = names[..length].split_whitespace().map(str::to_owned).collect();
        if found.is_empty() || !found.iter().all(|name| name.chars().all(is_name_char)) {
            return Err(self.unexpected("`as |` needs names and a closing `|`"));
        }
        self.at = self.source.text.len() - names.len() + length + 1;
        Ok(found)
    }
}

enum Segment {
    Up,
    Current,
    Name(String),
}

/// What follows `as |`.
fn block_params(rest: &str) -> Option<&str> {
    rest.strip_prefix("as")?.strip_prefix(is_space)?.trim_start_matches(is_space).strip_prefix('|')
}

/// The name in `name]`, where `\]` is a bracket of the name, and its length in bytes with the last bracket.
fn bracketed(text: &str) -> Option<(String, usize)> {
    let mut name = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            ']' => return Some((name, at + 1)),
            '\\' if chars.peek().is_some_and(|&(_, next)| next == ']' || next == '\\') => {
                name.extend(chars.next().map(|(_, next)| next));
            }
            c => name.push(c),
        }
    }
    None
}

/// `a/[b c].d` as `a/b c.d`
fn without_brackets(path: &str) -> String {
    let (mut name, mut rest) = (String::new(), path);
    while let Some(at) = rest.find('[') {
        name.push_str(&rest[..at]);
        let Some((inside, length)) = bracketed(&rest[at + 1..]) else { break };
        name.push_str(&inside);
        rest = &rest[at + 1 + length..];
    }
    name.push_str(rest);
    name
}

/// `12`, `-1` or `1.5`
fn number_literal(word: &str) -> Option<Value> {
    let (whole, fraction) = match word.strip_prefix('-').unwrap_or(word).split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (word.strip_prefix('-').unwrap_or(word), None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !fraction.is_none_or(digits) {
        return None;
    }
    word.parse().ok().map(Value::Number).or_else(|| Some(Value::from(word.parse::<f64>().ok()?)))
}

/// A literal in the place of a name is the variable of that name, as in Handlebars.
fn literal_name(value: &Value, written: &str, range: crate::SourceRange) -> Path {
    let name = if value.is_null() { written.to_owned() } else { print(value) };
    Path { local: false, ups: 0, scoped: false, parts: vec![name], range }
}
