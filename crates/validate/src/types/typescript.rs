//! Types of TypeScript.

use super::model::{Definition, Field, Shape, definitions};
use serde_json::Value;
use std::fmt::Write;

/// TypeScript types for what follows a JSON Schema: one of this name, and one for each part that is referred to. What
/// types cannot say (lengths, patterns, limits) is left out; what is not understood is `unknown`.
#[must_use]
pub fn typescript_type(schema: &Value, name: &str) -> String {
    let mut text = String::new();
    for Definition { name, about, shape } in definitions(schema, name) {
        if !text.is_empty() {
            text.push('\n');
        }
        comment(&mut text, about.as_deref(), "");
        let _ = match &shape {
            Shape::Object(fields) => writeln!(text, "export interface {name} {}", block(fields, "")),
            shape => writeln!(text, "export type {name} = {};", expression(shape, "")),
        };
    }
    text
}

fn comment(text: &mut String, about: Option<&str>, indent: &str) {
    if let Some(about) = about {
        let about = about.replace("*/", "* /");
        let lines = about.lines().map(str::trim_end).collect::<Vec<_>>().join(&format!("\n{indent} * "));
        let _ = if lines.contains('\n') {
            writeln!(text, "{indent}/**\n{indent} * {lines}\n{indent} */")
        } else {
            writeln!(text, "{indent}/** {lines} */")
        };
    }
}

fn block(fields: &[Field], indent: &str) -> String {
    let inner = format!("{indent}  ");
    let mut text = String::from("{\n");
    for Field { name, about, is_required, shape } in fields {
        comment(&mut text, about.as_deref(), &inner);
        let mark = if *is_required { "" } else { "?" };
        let name = if is_identifier(name) { name.clone() } else { Value::from(name.as_str()).to_string() };
        let _ = writeln!(text, "{inner}{name}{mark}: {};", expression(shape, &inner));
    }
    let _ = write!(text, "{indent}}}");
    text
}

fn expression(shape: &Shape, indent: &str) -> String {
    let several = |shapes: &[Shape], between: &str| {
        shapes.iter().map(|shape| operand(shape, indent)).collect::<Vec<_>>().join(between)
    };
    match shape {
        Shape::Anything => "unknown".to_owned(),
        Shape::Nothing => "never".to_owned(),
        Shape::Null => "null".to_owned(),
        Shape::Boolean => "boolean".to_owned(),
        Shape::Integer | Shape::Number => "number".to_owned(),
        Shape::Text => "string".to_owned(),
        Shape::OneOf(values) if values.is_empty() => "never".to_owned(),
        Shape::OneOf(values) => values.iter().map(literal).collect::<Vec<_>>().join(" | "),
        Shape::List(item) => format!("{}[]", operand(item, indent)),
        Shape::Tuple(items, rest) => {
            let mut items: Vec<String> = items.iter().map(|item| expression(item, indent)).collect();
            items.extend(rest.iter().map(|rest| format!("...{}[]", operand(rest, indent))));
            format!("[{}]", items.join(", "))
        }
        Shape::Map(value) => format!("{{ [key: string]: {} }}", expression(value, indent)),
        Shape::Object(fields) => block(fields, indent),
        Shape::Union(shapes) => several(shapes, " | "),
        Shape::All(shapes) => several(shapes, " & "),
        Shape::Named(name) => name.clone(),
    }
}

/// An expression that can stand beside an operator.
fn operand(shape: &Shape, indent: &str) -> String {
    let is_joined = match shape {
        Shape::Union(_) | Shape::All(_) => true,
        Shape::OneOf(values) => values.len() > 1,
        _ => false,
    };
    let text = expression(shape, indent);
    if is_joined { format!("({text})") } else { text }
}

/// The type of exactly this value.
fn literal(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), literal(value)))
                .collect();
            format!("{{ {} }}", fields.join("; "))
        }
        value => value.to_string(),
    }
}

fn is_identifier(name: &str) -> bool {
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '$';
    name.starts_with(is_first) && name.chars().all(|c| is_first(c) || c.is_ascii_digit())
}
