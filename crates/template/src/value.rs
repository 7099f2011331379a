//! Values during rendering: what they are, where they come from, how they print.

use serde_json::{Map, Value};
use std::{borrow::Cow, fmt::Write as _, rc::Rc};

/// A value; what is missing is null.
#[derive(Debug, Clone)]
pub(crate) enum Val<'a> {
    /// A part of the inputs.
    Ref(&'a Value),
    /// The inputs of a prompt as a whole.
    Inputs(&'a Inputs<'a>),
    /// Worked out.
    Made(Rc<Value>),
    /// Counted.
    Count(usize),
    /// An object with named values over it, as a partial gets it.
    Over(Rc<Over<'a>>),
}

/// Named values as they are given, and what stands in the place of those that are not.
#[derive(Debug)]
pub(crate) struct Inputs<'a> {
    pub(crate) given: &'a Map<String, Value>,
    pub(crate) defaults: Vec<(&'a str, &'a Value)>,
}

impl<'a> Inputs<'a> {
    pub(crate) fn find(&self, name: &str) -> Option<&'a Value> {
        let default = self.defaults.iter().find(|(field, _)| *field == name);
        default.map(|(_, value)| *value).or_else(|| self.given.get(name))
    }

    /// All of them, those that stand in for others last.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let given = self.given.iter().map(|(name, value)| (name.as_str(), value));
        given.chain(self.defaults.iter().copied())
    }

    fn merged(&self) -> Map<String, Value> {
        let mut fields = self.given.clone();
        fields.extend(self.defaults.iter().map(|(name, value)| ((*name).to_owned(), (*value).clone())));
        fields
    }
}

/// Named values over the fields of another value.
#[derive(Debug)]
pub(crate) struct Over<'a> {
    base: Val<'a>,
    fields: Vec<(&'a str, Found<'a>)>,
}

/// A value and where it was found.
#[derive(Debug, Clone)]
pub(crate) struct Found<'a> {
    pub(crate) val: Val<'a>,
    /// Empty for the inputs as a whole and for what was worked out.
    pub(crate) way: Way<'a>,
}

/// The way to a value: one step after the other, then these fields as a path of the template has them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Way<'a> {
    last: Option<Rc<Step<'a>>>,
    fields: &'a [String],
}

/// A name below the way to it.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    outer: Way<'a>,
    name: Name<'a>,
}

impl<'a> Way<'a> {
    fn then(self, name: Name<'a>) -> Self {
        Self { last: Some(Rc::new(Step { outer: self, name })), fields: &[] }
    }

    /// As [`Self::then`], in the memory of an earlier step where nobody else holds that.
    fn then_in(self, name: Name<'a>, memory: &mut Option<Rc<Step<'a>>>) -> Self {
        Self { last: Some(reuse(memory, Step { outer: self, name })), fields: &[] }
    }

    fn write(&self, out: &mut String, start: usize) {
        if let Some(step) = &self.last {
            step.outer.write(out, start);
            point(out, start);
            step.name.write(out);
        }
        for field in self.fields {
            point(out, start);
            out.push_str(field);
        }
    }
}

/// A point between two names of a path that begins at `start`.
fn point(out: &mut String, start: usize) {
    if out.len() > start {
        out.push('.');
    }
}

/// Holds this value in the memory of an earlier one where nobody else holds that, else in memory of its own.
pub(crate) fn reuse<T>(memory: &mut Option<Rc<T>>, value: T) -> Rc<T> {
    let held = match memory.take() {
        Some(mut before) => match Rc::get_mut(&mut before) {
            Some(free) => {
                *free = value;
                before
            }
            None => Rc::new(value),
        },
        None => Rc::new(value),
    };
    *memory = Some(held.clone());
    held
}

/// A field or an item.
#[derive(Debug, Clone)]
pub(crate) enum Name<'a> {
    Field(&'a str),
    Made(Rc<str>),
    Index(usize),
    /// `@index` and the like, without the `@`.
    Local(&'a str),
}

impl Name<'_> {
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Field(name) => Cow::Borrowed(name),
            Self::Made(name) => Cow::Borrowed(name),
            Self::Index(index) => Cow::Owned(index.to_string()),
            Self::Local(name) => Cow::Owned(format!("@{name}")),
        }
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Field(name) => out.push_str(name),
            Self::Made(name) => out.push_str(name),
            Self::Index(index) => write_count(out, *index),
            Self::Local(name) => {
                out.push('@');
                out.push_str(name);
            }
        }
    }
}

impl<'a> Val<'a> {
    pub(crate) fn null() -> Self {
        Self::Ref(&Value::Null)
    }

    pub(crate) fn flag(flag: bool) -> Self {
        Self::Ref(if flag { &Value::Bool(true) } else { &Value::Bool(false) })
    }

    /// The value itself.
    pub(crate) fn get(&self) -> Cow<'_, Value> {
        match self {
            Self::Ref(value) => Cow::Borrowed(*value),
            Self::Made(value) => Cow::Borrowed(&**value),
            Self::Count(count) => Cow::Owned(Value::from(*count)),
            Self::Inputs(inputs) => Cow::Owned(Value::Object(inputs.merged())),
            Self::Over(over) => Cow::Owned(Value::Object(over.merged())),
        }
    }

    fn child(&self, name: &Name<'_>) -> Self {
        match self {
            Self::Ref(value) => match field(value, name) {
                Some(Cow::Borrowed(value)) => Self::Ref(value),
                Some(Cow::Owned(value)) => Self::Made(Rc::new(value)),
                None => Self::null(),
            },
            Self::Inputs(inputs) => inputs.find(&name.text()).map_or_else(Self::null, Self::Ref),
            Self::Count(_) => Self::null(),
            Self::Made(value) => {
                field(value, name).map_or_else(Self::null, |value| Self::Made(Rc::new(value.into_owned())))
            }
            Self::Over(over) => {
                let text = name.text();
                match over.fields.iter().rev().find(|(field, _)| *field == text) {
                    Some((_, found)) => found.val.clone(),
                    None => over.base.child(name),
                }
            }
        }
    }

    /// Whether both are one and the same object, or equal as `==` of JavaScript has it.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Ref(left), Self::Ref(right)) if std::ptr::eq(*left, *right) => true,
            (Self::Made(left), Self::Made(right)) if Rc::ptr_eq(left, right) => true,
            (Self::Over(left), Self::Over(right)) => Rc::ptr_eq(left, right),
            (Self::Inputs(left), Self::Inputs(right)) => std::ptr::eq(*left, *right),
            (Self::Over(_) | Self::Inputs(_), _) | (_, Self::Over(_) | Self::Inputs(_)) => false,
            _ => is_loosely_equal(&self.get(), &other.get()),
        }
    }
}

impl<'a> Over<'a> {
    fn merged(&self) -> Map<String, Value> {
        let mut fields = match &*self.base.get() {
            Value::Object(fields) => fields.clone(),
            Value::Array(items) => {
                items.iter().enumerate().map(|(index, item)| (index.to_string(), item.clone())).collect()
            }
            _ => Map::new(),
        };
        for (name, found) in &self.fields {
            fields.insert((*name).to_owned(), found.val.get().into_owned());
        }
        fields
    }
}

impl<'a> Found<'a> {
    /// What stands for itself, such as the inputs as a whole.
    pub(crate) fn root(val: Val<'a>) -> Self {
        Self { val, way: Way::default() }
    }

    /// A value of this name outside of the inputs.
    pub(crate) fn named(val: Val<'a>, name: Name<'a>) -> Self {
        Self { val, way: Way::default().then(name) }
    }

    pub(crate) fn made(value: Value) -> Self {
        Self::root(Val::Made(Rc::new(value)))
    }

    pub(crate) fn nothing() -> Self {
        Self::root(Val::null())
    }

    pub(crate) fn over(base: Found<'a>, fields: Vec<(&'a str, Found<'a>)>) -> Self {
        if fields.is_empty() {
            return base;
        }
        Self { way: base.way, val: Val::Over(Rc::new(Over { base: base.val, fields })) }
    }

    /// What these fields lead to, one after the other; null where one of them is not there.
    pub(crate) fn descend(self, fields: &'a [String]) -> Self {
        let Some((first, rest)) = fields.split_first() else { return self };
        // What a call gave has a way of its own, and fields after fields would be two lists.
        if matches!(self.val, Val::Over(_)) || !self.way.fields.is_empty() {
            return self.child(Name::Field(first)).descend(rest);
        }
        let first = self.val.child(&Name::Field(first));
        let val = rest.iter().fold(first, |val, name| val.child(&Name::Field(name)));
        Self { val, way: Way { fields, ..self.way } }
    }

    /// The field or item of this name; null where there is none.
    pub(crate) fn child(&self, name: Name<'a>) -> Self {
        self.child_in(name, &mut None)
    }

    /// As [`Self::child`]; the way to it is held in memory of an earlier one where that is free.
    pub(crate) fn child_in(&self, name: Name<'a>, memory: &mut Option<Rc<Step<'a>>>) -> Self {
        if let Val::Over(over) = &self.val {
            let text = name.text();
            if let Some((_, found)) = over.fields.iter().rev().find(|(field, _)| *field == text) {
                return found.clone();
            }
        }
        Self { val: self.val.child(&name), way: self.way.clone().then_in(name, memory) }
    }

    /// Writes the value as it stands in a text.
    pub(crate) fn print(&self, out: &mut String) {
        match &self.val {
            Val::Count(count) => write_count(out, *count),
            val => write_printed(out, &val.get()),
        }
    }

    /// Writes where it was found, such as `files.0.path`.
    pub(crate) fn write_path(&self, out: &mut String) {
        self.way.write(out, out.len());
    }

    pub(crate) fn value(&self) -> Cow<'_, Value> {
        self.val.get()
    }

    pub(crate) fn is_truthy(&self, include_zero: bool) -> bool {
        match &self.val {
            Val::Over(_) | Val::Inputs(_) => true,
            val => is_truthy(&val.get(), include_zero),
        }
    }
}

/// What a value has under a name, as JavaScript sees its own properties: also the length of lists and texts, and
/// the units of texts.
pub(crate) fn field<'v>(value: &'v Value, name: &Name<'_>) -> Option<Cow<'v, Value>> {
    match (value, name) {
        (Value::Array(items), Name::Index(index)) => items.get(*index).map(Cow::Borrowed),
        (Value::Object(fields), name) => fields.get(&*name.text()).map(Cow::Borrowed),
        (Value::Array(items), name) => match &*name.text() {
            "length" => Some(Cow::Owned(Value::from(items.len()))),
            index => items.get(self::index(index)?).map(Cow::Borrowed),
        },
        (Value::String(text), name) => match &*name.text() {
            "length" => Some(Cow::Owned(Value::from(text.encode_utf16().count()))),
            index => {
                let unit = text.encode_utf16().nth(self::index(index)?)?;
                Some(Cow::Owned(Value::from(String::from_utf16_lossy(&[unit]))))
            }
        },
        _ => None,
    }
}

/// `0`, `1`, …, without zeros before them.
fn index(name: &str) -> Option<usize> {
    let is_plain = name == "0" || name.starts_with(|c: char| ('1'..='9').contains(&c));
    if is_plain { name.parse().ok() } else { None }
}

/// Whether a value counts as true for `if`: not null, false, 0, an empty text or an empty list.
pub(crate) fn is_truthy(value: &Value, include_zero: bool) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => include_zero || number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(_) => true,
    }
}

/// Equality of `ifEquals`: strict on types, by content. The integer 5 equals the number 5.0.
pub(crate) fn is_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (left, right) => left == right,
    }
}

/// `==` of JavaScript: values of different kinds are compared as numbers, and a list of one item is like its item. Two
/// lists or objects are never equal by content.
fn is_loosely_equal(left: &Value, right: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Value::Number(number) => number.as_f64(),
        Value::String(text) if text.trim().is_empty() => Some(0.0),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::String(left), Value::String(right)) => left == right,
        (Value::Array(_) | Value::Object(_), Value::Array(_) | Value::Object(_) | Value::Null) => false,
        (Value::Array(_) | Value::Object(_), right) => {
            is_loosely_equal(&Value::from(javascript_text(left)), right)
        }
        (_, Value::Array(_) | Value::Object(_)) => is_loosely_equal(right, left),
        _ => number(left).is_some_and(|left| number(right) == Some(left)),
    }
}

/// What JavaScript makes of a value where it wants a text.
fn javascript_text(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(javascript_text).collect::<Vec<_>>().join(","),
        Value::Object(_) => "[object Object]".to_owned(),
        other => print(other),
    }
}

/// A value as it stands in a text: null is empty, lists and objects are JSON.
pub(crate) fn print(value: &Value) -> String {
    let mut text = String::new();
    write_printed(&mut text, value);
    text
}

pub(crate) fn write_printed(out: &mut String, value: &Value) {
    match value {
        Value::Null => {}
        Value::String(text) => out.push_str(text),
        Value::Number(number) => write_number(out, number),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Array(_) | Value::Object(_) => write_json(out, value, 0, 0),
    }
}

fn write_count(out: &mut String, count: usize) {
    out.push_str(itoa::Buffer::new().format(count));
}

/// A number as JavaScript prints it; whole numbers beyond 2^53 keep their digits.
fn write_number(out: &mut String, number: &serde_json::Number) {
    if let Some(whole) = number.as_i64() {
        out.push_str(itoa::Buffer::new().format(whole));
        return;
    }
    let Some(float) = number.as_f64().filter(|_| number.is_f64()) else {
        let _ = write!(out, "{number}");
        return;
    };
    if float == 0.0 {
        out.push('0');
        return;
    }
    if float < 0.0 {
        out.push('-');
    }
    // The shortest digits, with their exponent.
    let scientific = format!("{:e}", float.abs());
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits = digits.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or_default());
    let _ = match exponent {
        21.. | ..-6 => {
            let (first, rest) = digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            write!(out, "{first}{point}{rest}e{exponent:+}")
        }
        0.. if count <= exponent + 1 => write!(out, "{digits}{}", zeros(exponent + 1 - count)),
        0.. => {
            let (whole, fraction) = digits.split_at(usize::try_from(exponent + 1).unwrap_or_default());
            write!(out, "{whole}.{fraction}")
        }
        _ => write!(out, "0.{}{digits}", zeros(-exponent - 1)),
    };
}

/// A value as JSON as JavaScript writes it, on one line or indented by this many spaces (at most 10).
pub(crate) fn print_json(value: &Value, indent: usize) -> String {
    let mut text = String::new();
    write_json(&mut text, value, indent.min(10), 0);
    text
}

fn write_json(out: &mut String, value: &Value, indent: usize, depth: usize) {
    let line = |out: &mut String, depth: usize| {
        if indent > 0 {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent * depth));
        }
    };
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => {
            let _ = write!(out, "{value}");
        }
        Value::Number(number) => write_number(out, number),
        Value::Array(items) if items.is_empty() => out.push_str("[]"),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                line(out, depth + 1);
                write_json(out, item, indent, depth + 1);
            }
            line(out, depth);
            out.push(']');
        }
        Value::Object(fields) if fields.is_empty() => out.push_str("{}"),
        Value::Object(fields) => {
            out.push('{');
            for (at, (name, item)) in fields.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                line(out, depth + 1);
                let _ = write!(out, "{}", serde_json::to_string(name).unwrap_or_default());
                out.push_str(if indent > 0 { ": " } else { ":" });
                write_json(out, item, indent, depth + 1);
            }
            line(out, depth);
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_print_as_in_javascript() {
        for (number, expected) in [
            (json!(0.0), "0"),
            (json!(-0.0), "0"),
            (json!(1.0), "1"),
            (json!(-2.5), "-2.5"),
            (json!(1234.5678), "1234.5678"),
            (json!(1e20), "100000000000000000000"),
            (json!(1e21), "1e+21"),
            (json!(1.5e300), "1.5e+300"),
            (json!(0.000_001), "0.000001"),
            (json!(0.000_000_15), "1.5e-7"),
            (json!(9_007_199_254_740_993_u64), "9007199254740993"),
        ] {
            assert_eq!(print(&number), expected);
        }
    }
}
