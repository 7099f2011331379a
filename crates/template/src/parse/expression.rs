//! What stands inside a tag: paths, literals, calls.

use super::tags::Scanner;
use crate::{
    ast::{Call, Expr, Path},
    diagnostic::{DiagnosticCode, Problem},
    source::Bytes,
};
use serde_json::Value;

/// The deepest nesting of parentheses.
const MAX_DEPTH: usize = 32;

pub(super) type Step<T> = Result<T, Box<Problem>>;

/// Whether a character may stand in a bare name (the rule of Handlebars).
pub(super) fn is_name_char(c: char) -> bool {
    !c.is_whitespace() && !"!\"#%&'()*+,./;<=>@[\\]^`{|}~".contains(c)
}

impl Scanner<'_> {
    /// A call up to whatever closes it; `stop` says what may follow.
    pub(super) fn call(&mut self, depth: usize) -> Step<Call> {
        self.skip_whitespace();
        let start = self.at;
        let head = match self.expression(depth)? {
            Expr::Literal { value, range } => Expr::Path(literal_name(&value, range)),
            head => head,
        };
        let (mut args, mut named, mut end) = (Vec::new(), Vec::new(), self.at);
        loop {
            self.skip_whitespace();
            if self.at_end_of_call() {
                break;
            }
            match self.argument_name() {
                Some(name) => named.push((name, self.expression(depth)?)),
                None if named.is_empty() => args.push(self.expression(depth)?),
                None => return Err(self.unexpected("only named arguments may follow a named one")),
            }
            end = self.at;
        }
        Ok(Call { head, args, named, range: self.source.range(Bytes { start, end }) })
    }

    fn at_end_of_call(&self) -> bool {
        let rest = self.rest();
        rest.is_empty()
            || rest.starts_with(['}', '~', ')'])
            || rest.strip_prefix("as").is_some_and(|rest| rest.trim_start().starts_with('|'))
    }

    /// `name=`, which is consumed.
    fn argument_name(&mut self) -> Option<String> {
        let rest = self.rest();
        let length = rest.find(|c| !is_name_char(c))?;
        let after = rest[length..].trim_start().strip_prefix('=')?;
        if length == 0 {
            return None;
        }
        self.at = self.source.text.len() - after.trim_start().len();
        Some(rest[..length].to_owned())
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

    fn subexpression(&mut self, depth: usize) -> Step<Call> {
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
        if !rest[length..].chars().next().is_none_or(|c| c.is_whitespace() || "~})".contains(c)) {
            return None;
        }
        let is_number = word.strip_prefix('-').unwrap_or(word).starts_with(|c: char| c.is_ascii_digit())
            && !word.contains(['e', 'E', '+']);
        let value = match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" | "undefined" => Value::Null,
            number if is_number => Value::Number(number.parse().ok()?),
            _ => return None,
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
            let ends = after.chars().next().is_none_or(|c| c.is_whitespace() || "=~}/.)|]".contains(c));
            if ends {
                self.at += 1;
                return Ok(Segment::Current);
            }
        }
        if let Some(after) = rest.strip_prefix('[')
            && let Some(length) = after.find(']')
        {
            self.at += length + 2;
            return Ok(Segment::Name(after[..length].to_owned()));
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
        let Some(rest) = self.rest().strip_prefix("as") else { return Ok(Vec::new()) };
        let Some(names) = rest.trim_start().strip_prefix('|') else { return Ok(Vec::new()) };
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

/// A literal in the place of a name is the variable of that name, as in Handlebars.
fn literal_name(value: &Value, range: crate::SourceRange) -> Path {
    let name = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Path { local: false, ups: 0, scoped: false, parts: vec![name], range }
}
