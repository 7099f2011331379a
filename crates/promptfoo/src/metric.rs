//! Metrics that are worked out of others: `(precision * recall) / (precision + recall)`.

use std::{collections::BTreeMap, ops::RangeInclusive};

/// A metric that is worked out of others.
#[derive(Debug, Clone, PartialEq)]
pub struct DerivedMetric {
    /// Its name.
    pub name: String,
    /// How it is worked out.
    pub expression: Expression,
}

/// An expression of numbers, names of metrics, `+ - * / % ^`, brackets and functions.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression(Node);

/// Why an expression cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` cannot be worked out here: {why}")]
pub struct ExpressionError {
    text: String,
    #[source]
    why: Malformed,
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Malformed {
    #[error("`{0}` was not expected")]
    Unexpected(char),
    #[error("it is nested more than {MOST_NESTED} deep")]
    TooNested,
    #[error("a bracket is not closed")]
    Unclosed,
    #[error("something is missing at its end")]
    Ended,
    #[error("`{0}` is no number")]
    NoNumber(String),
    #[error("there is no function `{0}`")]
    NoFunction(String),
    #[error("`{name}` takes {takes}, got {got}")]
    Arguments { name: String, takes: &'static str, got: usize },
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Number(f64),
    Name(String),
    Negative(Box<Node>),
    Binary(char, Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    Abs,
    Ceil,
    Exp,
    Floor,
    Log,
    Max,
    Mean,
    Min,
    Pow,
    Round,
    Sqrt,
    Sum,
}

impl Function {
    fn find(name: &str) -> Option<Self> {
        Some(match name {
            "abs" => Self::Abs,
            "ceil" => Self::Ceil,
            "exp" => Self::Exp,
            "floor" => Self::Floor,
            "log" => Self::Log,
            "max" => Self::Max,
            "mean" => Self::Mean,
            "min" => Self::Min,
            "pow" => Self::Pow,
            "round" => Self::Round,
            "sqrt" => Self::Sqrt,
            "sum" => Self::Sum,
            _ => return None,
        })
    }

    /// The numbers of arguments that it takes, and how that is said.
    fn takes(self) -> (RangeInclusive<usize>, &'static str) {
        match self {
            Self::Abs | Self::Exp | Self::Sqrt => (1..=1, "one argument"),
            Self::Ceil | Self::Floor | Self::Log | Self::Round => (1..=2, "one or two arguments"),
            Self::Pow => (2..=2, "two arguments"),
            Self::Max | Self::Mean | Self::Min | Self::Sum => (1..=usize::MAX, "arguments"),
        }
    }

    fn of(self, values: &[f64]) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "an expression has few arguments")]
        let count = values.len() as f64;
        Some(match (self, values) {
            (Self::Abs, [x]) => x.abs(),
            (Self::Ceil, [x]) => x.ceil(),
            (Self::Ceil, [x, places]) => at_places(*x, *places, f64::ceil)?,
            (Self::Exp, [x]) => x.exp(),
            (Self::Floor, [x]) => x.floor(),
            (Self::Floor, [x, places]) => at_places(*x, *places, f64::floor)?,
            (Self::Log, [x]) => x.ln(),
            (Self::Log, [x, base]) => x.log(*base),
            (Self::Round, [x]) => x.round(),
            (Self::Round, [x, places]) => at_places(*x, *places, f64::round)?,
            (Self::Sqrt, [x]) => x.sqrt(),
            (Self::Pow, [x, y]) => x.powf(*y),
            (Self::Max, [_, ..]) => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            (Self::Min, [_, ..]) => values.iter().copied().fold(f64::INFINITY, f64::min),
            (Self::Mean, [_, ..]) => values.iter().sum::<f64>() / count,
            (Self::Sum, [_, ..]) => values.iter().sum(),
            _ => return None,
        })
    }
}

/// A number rounded at so many decimal places, from 0 to 15. The point moves in the number as it is written, so `1.005` at two
/// places is `1.01`.
///
/// Source: `round`, `ceil` and `floor` of mathjs.
fn at_places(number: f64, places: f64, round: fn(f64) -> f64) -> Option<f64> {
    if places.fract() != 0.0 || !(0.0..=15.0).contains(&places) {
        return None;
    }
    if !number.is_finite() {
        return Some(number);
    }
    let moved = |number: f64, by: f64| -> Option<f64> {
        let written = format!("{number:e}");
        let (digits, exponent) = written.split_once('e')?;
        format!("{digits}e{}", exponent.parse::<f64>().ok()? + by).parse().ok()
    };
    moved(round(moved(number, places)?), -places)
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// Where it is malformed, or uses what is not there.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let mut reader = Reader { rest: text, depth: 0 };
        let node = reader.sum().and_then(|node| match reader.next_mark() {
            None => Ok(node),
            Some(mark) => Err(Malformed::Unexpected(mark)),
        });
        node.map(Self).map_err(|why| ExpressionError { text: text.to_owned(), why })
    }

    /// What it comes to, which is no finite number after a division by zero; none where a name has no value.
    #[must_use]
    pub fn value(&self, names: &BTreeMap<String, f64>) -> Option<f64> {
        value(&self.0, names)
    }
}

fn value(node: &Node, names: &BTreeMap<String, f64>) -> Option<f64> {
    Some(match node {
        Node::Number(number) => *number,
        Node::Name(name) => *names.get(name)?,
        Node::Negative(inner) => -value(inner, names)?,
        Node::Binary(mark, left, right) => {
            let (left, right) = (value(left, names)?, value(right, names)?);
            match mark {
                '+' => left + right,
                '-' => left - right,
                '*' => left * right,
                '/' => left / right,
                '%' => left.rem_euclid(right),
                _ => left.powf(right),
            }
        }
        Node::Call(function, arguments) => {
            let values = arguments.iter().map(|argument| value(argument, names));
            function.of(&values.collect::<Option<Vec<_>>>()?)?
        }
    })
}

/// The deepest nesting of brackets.
const MOST_NESTED: usize = 100;

struct Reader<'t> {
    rest: &'t str,
    depth: usize,
}

impl Reader<'_> {
    fn next_mark(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn take(&mut self, marks: &str) -> Option<char> {
        let mark = self.next_mark().filter(|mark| marks.contains(*mark))?;
        self.rest = &self.rest[mark.len_utf8()..];
        Some(mark)
    }

    fn sum(&mut self) -> Result<Node, Malformed> {
        let mut left = self.product()?;
        while let Some(mark) = self.take("+-") {
            left = Node::Binary(mark, Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Node, Malformed> {
        let mut left = self.signed()?;
        while let Some(mark) = self.take("*/%") {
            left = Node::Binary(mark, Box::new(left), Box::new(self.signed()?));
        }
        Ok(left)
    }

    fn signed(&mut self) -> Result<Node, Malformed> {
        self.depth += 1;
        if self.depth > MOST_NESTED {
            return Err(Malformed::TooNested);
        }
        let node = match self.take("+-") {
            Some('-') => self.signed().map(|inner| Node::Negative(Box::new(inner))),
            Some(_) => self.signed(),
            None => self.power(),
        };
        self.depth -= 1;
        node
    }

    /// As in mathematics, `2^3^2` is `2^(3^2)`.
    fn power(&mut self) -> Result<Node, Malformed> {
        let base = self.atom()?;
        match self.take("^") {
            Some(mark) => Ok(Node::Binary(mark, Box::new(base), Box::new(self.signed()?))),
            None => Ok(base),
        }
    }

    fn atom(&mut self) -> Result<Node, Malformed> {
        match self.next_mark() {
            Some('(') => {
                self.take("(");
                let inner = self.sum()?;
                self.take(")").map(|_| inner).ok_or(Malformed::Unclosed)
            }
            Some(mark) if mark.is_ascii_digit() || mark == '.' => self.number(),
            Some(mark) if mark.is_alphabetic() || mark == '_' => self.name(),
            Some(mark) => Err(Malformed::Unexpected(mark)),
            None => Err(Malformed::Ended),
        }
    }

    fn number(&mut self) -> Result<Node, Malformed> {
        let is_part = |c: char| c.is_ascii_digit() || c == '.';
        let mut end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        if let Some(power) = self.rest[end..].strip_prefix(['e', 'E']) {
            let digits = power.trim_start_matches(['+', '-']);
            let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            if length > 0 {
                end = self.rest.len() - digits.len() + length;
            }
        }
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        text.parse().map(Node::Number).map_err(|_| Malformed::NoNumber(text.to_owned()))
    }

    fn name(&mut self) -> Result<Node, Malformed> {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        let name = name.to_owned();
        self.rest = rest;
        if self.take("(").is_none() {
            return Ok(Node::Name(name));
        }
        let Some(function) = Function::find(&name) else {
            return Err(Malformed::NoFunction(name));
        };
        let mut arguments = vec![self.sum()?];
        while self.take(",").is_some() {
            arguments.push(self.sum()?);
        }
        self.take(")").ok_or(Malformed::Unclosed)?;
        let ((count, takes), got) = (function.takes(), arguments.len());
        if !count.contains(&got) {
            return Err(Malformed::Arguments { name, takes, got });
        }
        Ok(Node::Call(function, arguments))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worked_out(text: &str) -> Option<f64> {
        let names = [("p", 0.5), ("r", 0.25), ("n", 2.0)].map(|(name, value)| (name.to_owned(), value));
        Expression::parse(text).unwrap().value(&names.into())
    }

    #[test]
    fn expressions_are_worked_out_as_in_mathematics() {
        for (text, expected) in [
            ("2 * (p * r) / (p + r)", 1.0 / 3.0),
            ("1 + 2 * 3 - 4 / 2", 5.0),
            ("2^3^2", 512.0),
            ("-n^2", -4.0),
            ("2 * -n", -4.0),
            ("7 % 4", 3.0),
            ("sqrt(16) + max(p, r, 1e1) + pow(n, 3)", 22.0),
            ("log(8, 2)", 3.0),
            ("round(3.25 / 3, 2)", 1.08),
            ("round(1.005, 2)", 1.01),
            ("ceil(1.21, 1) + floor(1.29, 1)", 2.5),
        ] {
            let found = worked_out(text).unwrap();
            assert!((found - expected).abs() < 1e-9, "{text}: {found}");
        }
        assert_eq!(worked_out("unknown + 1"), None);
        assert_eq!(worked_out("1 / 0"), Some(f64::INFINITY));
        assert_eq!(worked_out("round(p, 1.5)"), None);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (text, why) in [
            ("", "missing"),
            ("1 +", "missing"),
            ("(1", "not closed"),
            ("1 2", "`2` was not expected"),
            ("a ? b : c", "`?`"),
            ("fft(1)", "`fft`"),
            ("1.2.3", "`1.2.3`"),
            ("abs(1, 2)", "`abs` takes one argument, got 2"),
            ("pow(2)", "`pow` takes two arguments, got 1"),
            ("round(1, 2, 3)", "`round` takes one or two arguments, got 3"),
            (&"(".repeat(1000), "100 deep"),
        ] {
            let error = Expression::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
