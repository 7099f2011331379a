//! Expressions of Jinja2, as arguments and calls of our language.

use crate::formats::template::{is_name, reference};

/// What names mean at a place.
pub(super) struct Scope<'s> {
    /// The names that the loops around give.
    pub(super) names: Vec<&'s str>,
    pub(super) in_loop: bool,
}

/// There is no counterpart.
#[derive(Debug, PartialEq)]
pub(super) struct Unknown;

/// An expression in our words.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Path(String),
    Text(String),
    /// A number, `true`, `false` or `null`.
    Plain(String),
    /// A helper with its arguments.
    Call(String),
}

impl Expression {
    /// As an argument of a helper; none where a text holds what no literal can.
    pub(super) fn as_argument(&self) -> Option<String> {
        match self {
            Self::Path(path) => Some(path.clone()),
            Self::Plain(plain) => Some(plain.clone()),
            Self::Text(text) => literal(text),
            Self::Call(call) => Some(format!("({call})")),
        }
    }

    /// What stands in a tag of its own.
    pub(super) fn as_tag(&self) -> Option<String> {
        match self {
            Self::Path(path) => Some(path.clone()),
            Self::Call(call) => Some(call.clone()),
            Self::Text(_) | Self::Plain(_) => None,
        }
    }
}

fn literal(text: &str) -> Option<String> {
    let fits = !text.contains(['\\', '\n', '\r']) && !text.contains("}}") && !text.contains("{{");
    match (fits, text.contains('"'), text.contains('\'')) {
        (true, false, _) => Some(format!("\"{text}\"")),
        (true, true, false) => Some(format!("'{text}'")),
        _ => None,
    }
}

/// Reads an expression, with what is said a little differently.
pub(super) fn read(text: &str, scope: &Scope<'_>) -> Result<(Expression, Vec<&'static str>), Unknown> {
    let tokens = tokens(text)?;
    let mut reader = Reader { tokens: &tokens, at: 0, scope, losses: Vec::new(), depth: 0 };
    let value = reader.or()?;
    if reader.at < tokens.len() {
        return Err(Unknown);
    }
    Ok((value, reader.losses))
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    Number(String),
    Mark(&'static str),
}

const MARKS: [&str; 14] = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ".", ",", "|", "="];

fn tokens(text: &str) -> Result<Vec<Token>, Unknown> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first.is_ascii_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            found.push(Token::Name(rest[..end].to_owned()));
            end
        } else if first.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            if rest[..end].parse::<f64>().is_err() {
                return Err(Unknown);
            }
            found.push(Token::Number(rest[..end].to_owned()));
            end
        } else if first == '"' || first == '\'' {
            let end = rest[1..].find(first).ok_or(Unknown)?;
            let inner = &rest[1..=end];
            if inner.contains('\\') {
                return Err(Unknown);
            }
            found.push(Token::Text(inner.to_owned()));
            end + 2
        } else {
            let mark = MARKS.iter().find(|mark| rest.starts_with(**mark)).ok_or(Unknown)?;
            found.push(Token::Mark(mark));
            mark.len()
        };
        rest = rest[length..].trim_start();
    }
    Ok(found)
}

/// The deepest nesting of parentheses and `not`.
const MAX_DEPTH: usize = 32;

struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
    scope: &'t Scope<'t>,
    losses: Vec<&'static str>,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take_mark(&mut self, mark: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Mark(found)) if *found == mark);
        self.at += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Name(found)) if found == word);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Result<Expression, Unknown> {
        self.joined("or", Self::and)
    }

    fn and(&mut self) -> Result<Expression, Unknown> {
        self.joined("and", Self::not)
    }

    fn joined(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Expression, Unknown>,
    ) -> Result<Expression, Unknown> {
        let first = part(self)?;
        let mut parts = vec![first];
        while self.take_word(word) {
            parts.push(part(self)?);
        }
        match <[Expression; 1]>::try_from(parts) {
            Ok([only]) => Ok(only),
            Err(parts) => call(word, &parts),
        }
    }

    fn not(&mut self) -> Result<Expression, Unknown> {
        if !self.take_word("not") {
            return self.comparison();
        }
        self.deeper()?;
        let inner = self.not()?;
        self.depth -= 1;
        call("not", &[inner])
    }

    fn deeper(&mut self) -> Result<(), Unknown> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(Unknown) } else { Ok(()) }
    }

    fn comparison(&mut self) -> Result<Expression, Unknown> {
        let left = self.filtered()?;
        for (mark, helper) in
            [("==", "eq"), ("!=", "ne"), ("<=", "lte"), (">=", "gte"), ("<", "lt"), (">", "gt")]
        {
            if self.take_mark(mark) {
                let right = self.filtered()?;
                return call(helper, &[left, right]);
            }
        }
        if self.take_word("in") {
            let list = self.filtered()?;
            return call("contains", &[list, left]);
        }
        if self.take_word("is") {
            let negated = self.take_word("not");
            if !self.take_word("defined") {
                return Err(Unknown);
            }
            self.losses
                .push("`is defined` asks here whether there is anything: an empty value counts as none");
            return if negated { call("not", &[left]) } else { Ok(left) };
        }
        Ok(left)
    }

    fn filtered(&mut self) -> Result<Expression, Unknown> {
        let mut value = self.primary()?;
        while self.take_mark("|") {
            let Some(Token::Name(name)) = self.peek().cloned() else { return Err(Unknown) };
            self.at += 1;
            let arguments = if self.take_mark("(") { self.arguments()? } else { Vec::new() };
            value = self.filter(&name, value, &arguments)?;
        }
        Ok(value)
    }

    fn arguments(&mut self) -> Result<Vec<Expression>, Unknown> {
        let mut arguments = Vec::new();
        while !self.take_mark(")") {
            if !arguments.is_empty() && !self.take_mark(",") {
                return Err(Unknown);
            }
            self.deeper()?;
            arguments.push(self.or()?);
            self.depth -= 1;
        }
        Ok(arguments)
    }

    fn filter(
        &mut self,
        name: &str,
        value: Expression,
        arguments: &[Expression],
    ) -> Result<Expression, Unknown> {
        match (name, arguments) {
            ("upper" | "lower" | "trim" | "first" | "last" | "reverse" | "unique" | "sort", []) => {
                call(name, &[value])
            }
            ("length" | "count", []) => call("count", &[value]),
            ("join", []) => call("join", &[value, Expression::Text(String::new())]),
            ("join", [by]) => call("join", &[value, by.clone()]),
            ("tojson" | "dump" | "json", []) => call("json", &[value]),
            ("tojson" | "dump" | "json", [Expression::Plain(indent)]) => {
                Ok(Expression::Call(format!("json {} indent={indent}", value.as_argument().ok_or(Unknown)?)))
            }
            ("default" | "d", [other]) => {
                self.losses.push("`default` stands in here for an empty value too, not only for none");
                call("or", &[value, other.clone()])
            }
            ("default" | "d", [other, Expression::Plain(always)]) if always == "true" => {
                call("or", &[value, other.clone()])
            }
            ("safe" | "string", []) => Ok(value),
            _ => Err(Unknown),
        }
    }

    fn primary(&mut self) -> Result<Expression, Unknown> {
        let token = self.peek().cloned().ok_or(Unknown)?;
        self.at += 1;
        match token {
            Token::Text(text) => Ok(Expression::Text(text)),
            Token::Number(number) => Ok(Expression::Plain(number)),
            Token::Mark("(") => {
                self.deeper()?;
                let inner = self.or()?;
                self.depth -= 1;
                if self.take_mark(")") { Ok(inner) } else { Err(Unknown) }
            }
            Token::Mark(_) => Err(Unknown),
            Token::Name(name) => match name.as_str() {
                "true" | "True" => Ok(Expression::Plain("true".to_owned())),
                "false" | "False" => Ok(Expression::Plain("false".to_owned())),
                "none" | "None" | "null" => Ok(Expression::Plain("null".to_owned())),
                "and" | "or" | "not" | "in" | "is" | "if" | "else" => Err(Unknown),
                _ => self.path(name),
            },
        }
    }

    fn path(&mut self, first: String) -> Result<Expression, Unknown> {
        let mut parts = Vec::new();
        loop {
            if self.take_mark(".") {
                match self.peek().cloned() {
                    Some(Token::Name(name)) => parts.push(name),
                    Some(Token::Number(number)) if number.parse::<u32>().is_ok() => parts.push(number),
                    _ => return Err(Unknown),
                }
                self.at += 1;
            } else if self.take_mark("[") {
                match self.peek().cloned() {
                    Some(Token::Text(key)) => parts.push(key),
                    Some(Token::Number(number)) if number.parse::<u32>().is_ok() => parts.push(number),
                    _ => return Err(Unknown),
                }
                self.at += 1;
                if !self.take_mark("]") {
                    return Err(Unknown);
                }
            } else {
                break;
            }
        }
        // What is called is a method or a function, and neither has a counterpart.
        if matches!(self.peek(), Some(Token::Mark("("))) {
            return Err(Unknown);
        }
        let head = self.head(first, &mut parts)?;
        let mut path = head;
        for part in parts {
            if part.is_empty() || part.contains([']', '[']) {
                return Err(Unknown);
            }
            path.push('.');
            if is_name(&part) { path.push_str(&part) } else { path.push_str(&format!("[{part}]")) }
        }
        Ok(Expression::Path(path))
    }

    fn head(&self, first: String, parts: &mut Vec<String>) -> Result<String, Unknown> {
        if self.scope.names.contains(&first.as_str()) {
            return Ok(first);
        }
        if first == "loop" && self.scope.in_loop {
            let known = match parts.as_slice() {
                [only] => ["index0", "first", "last"]
                    .iter()
                    .zip(["@index", "@first", "@last"])
                    .find_map(|(theirs, ours)| (only == theirs).then(|| ours.to_owned())),
                _ => None,
            };
            parts.clear();
            return known.ok_or(Unknown);
        }
        Ok(if self.scope.in_loop { format!("@root.{first}") } else { reference(&first) })
    }
}

fn call(helper: &str, arguments: &[Expression]) -> Result<Expression, Unknown> {
    let mut text = helper.to_owned();
    for argument in arguments {
        text.push(' ');
        text.push_str(&argument.as_argument().ok_or(Unknown)?);
    }
    Ok(Expression::Call(text))
}
