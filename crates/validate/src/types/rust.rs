//! Types of Rust, for `serde` and `serde_json`.

use super::model::{Definition, Field, Shape, definitions, type_name};
use serde_json::Value;
use std::{collections::HashSet, fmt::Write};

/// Rust types for what follows a JSON Schema: one of this name, and one for each part that has fields, choices or is
/// referred to. They derive what `serde` needs. What types cannot say is left out; what is not understood is a
/// `serde_json::Value`.
#[must_use]
pub fn rust_type(schema: &Value, name: &str) -> String {
    let definitions = definitions(schema, name);
    let taken = definitions.iter().map(|definition| definition.name.clone()).collect();
    let mut writing = Writing { taken, endless: endless(&definitions), parts: Vec::new() };
    for definition in &definitions {
        writing.definition(definition);
    }
    format!("use serde::{{Deserialize, Serialize}};\n\n{}", writing.parts.join("\n"))
}

const DERIVE: &str = "#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]\n";

/// Words that cannot be names of fields.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

struct Writing {
    /// The names of types that are there.
    taken: HashSet<String>,
    /// The definitions that lead to themselves.
    endless: HashSet<String>,
    parts: Vec<String>,
}

impl Writing {
    fn definition(&mut self, Definition { name, about, shape }: &Definition) {
        match shape {
            Shape::Object(fields) => self.structure(name, about.as_deref(), fields),
            Shape::OneOf(values) if are_words(values) => self.words(name, about.as_deref(), values),
            Shape::Union(shapes) if without_null(shapes).is_none() => {
                self.choice(name, about.as_deref(), shapes);
            }
            Shape::All(shapes) if fields_of(shapes).is_some() => {
                self.structure(name, about.as_deref(), &fields_of(shapes).unwrap_or_default());
            }
            shape => {
                let at = self.parts.len();
                let target = self.target(shape, name);
                let about = comment(about.as_deref(), "");
                // An alias cannot lead to itself.
                let text = if self.endless.contains(name) {
                    format!("{about}{DERIVE}#[serde(transparent)]\npub struct {name}(pub {target});\n")
                } else {
                    format!("{about}pub type {name} = {target};\n")
                };
                self.parts.insert(at, text);
            }
        }
    }

    fn structure(&mut self, name: &str, about: Option<&str>, fields: &[Field]) {
        let at = self.parts.len();
        let mut text = format!("{}{DERIVE}pub struct {name} {{\n", comment(about, ""));
        let mut names = HashSet::new();
        for field in fields {
            let own = unused(field_name(&field.name), |name| !names.contains(name));
            names.insert(own.clone());
            text.push_str(&comment(field.about.as_deref(), "    "));
            let target = self.target(&field.shape, &format!("{name}{}", type_name(&field.name)));
            let mut settings = Vec::new();
            if own.trim_start_matches("r#") != field.name {
                settings.push(format!("rename = {}", quoted(&field.name)));
            }
            let is_optional = target.starts_with("Option<");
            let target = if field.is_required || is_optional { target } else { format!("Option<{target}>") };
            if !field.is_required {
                settings.push("default".to_owned());
                settings.push("skip_serializing_if = \"Option::is_none\"".to_owned());
            }
            if !settings.is_empty() {
                let _ = writeln!(text, "    #[serde({})]", settings.join(", "));
            }
            let _ = writeln!(text, "    pub {own}: {target},");
        }
        text.push_str("}\n");
        self.parts.insert(at, text);
    }

    /// An enum of words.
    fn words(&mut self, name: &str, about: Option<&str>, values: &[Value]) {
        let mut text = format!("{}{DERIVE}pub enum {name} {{\n", comment(about, ""));
        let mut names = HashSet::new();
        for word in values.iter().filter_map(Value::as_str) {
            let own = unused(type_name(word), |name| !names.contains(name));
            names.insert(own.clone());
            let _ = writeln!(text, "    #[serde(rename = {})]\n    {own},", quoted(word));
        }
        text.push_str("}\n");
        self.parts.push(text);
    }

    /// An enum of shapes, of which the first that fits is taken.
    fn choice(&mut self, name: &str, about: Option<&str>, shapes: &[Shape]) {
        let at = self.parts.len();
        let mut text = format!("{}{DERIVE}#[serde(untagged)]\npub enum {name} {{\n", comment(about, ""));
        let mut names = HashSet::new();
        for shape in shapes {
            let own = unused(variant_name(shape), |name| !names.contains(name));
            names.insert(own.clone());
            if *shape == Shape::Null {
                let _ = writeln!(text, "    {own},");
            } else {
                let target = self.target(shape, &format!("{name}{own}"));
                let _ = writeln!(text, "    {own}({target}),");
            }
        }
        text.push_str("}\n");
        self.parts.insert(at, text);
    }

    /// The type of a shape; what needs a name of its own gets this one.
    fn target(&mut self, shape: &Shape, wish: &str) -> String {
        let value = || "serde_json::Value".to_owned();
        match shape {
            Shape::Anything | Shape::Nothing => value(),
            Shape::Null => "()".to_owned(),
            Shape::Boolean => "bool".to_owned(),
            Shape::Integer => "i64".to_owned(),
            Shape::Number => "f64".to_owned(),
            Shape::Text => "String".to_owned(),
            Shape::List(item) => format!("Vec<{}>", self.inside(item, &format!("{wish}Item"))),
            Shape::Tuple(items, None) => {
                let targets: Vec<String> = items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| self.target(item, &format!("{wish}{index}")))
                    .collect();
                match targets.as_slice() {
                    [one] => format!("({one},)"),
                    several => format!("({})", several.join(", ")),
                }
            }
            Shape::Tuple(_, Some(_)) => "Vec<serde_json::Value>".to_owned(),
            Shape::Map(of) => {
                format!("std::collections::BTreeMap<String, {}>", self.inside(of, &format!("{wish}Value")))
            }
            Shape::Named(name) if self.endless.contains(name) => format!("Box<{name}>"),
            Shape::Named(name) => name.clone(),
            Shape::OneOf(values) if !are_words(values) => value(),
            Shape::Union(shapes) => match without_null(shapes) {
                Some(rest) => format!("Option<{}>", self.target(&rest, wish)),
                None => self.named(shape, wish),
            },
            Shape::All(shapes) if fields_of(shapes).is_none() => value(),
            Shape::Object(_) | Shape::OneOf(_) | Shape::All(_) => self.named(shape, wish),
        }
    }

    /// The type of what stands in a list or a map, which bounds it already.
    fn inside(&mut self, shape: &Shape, wish: &str) -> String {
        match shape {
            Shape::Named(name) => name.clone(),
            shape => self.target(shape, wish),
        }
    }

    fn named(&mut self, shape: &Shape, wish: &str) -> String {
        let name = unused(wish.to_owned(), |name| !self.taken.contains(name));
        self.taken.insert(name.clone());
        self.definition(&Definition { name: name.clone(), about: None, shape: shape.clone() });
        name
    }
}

/// The names of the definitions that lead to themselves.
fn endless(definitions: &[Definition]) -> HashSet<String> {
    let leads_to = |name: &str| {
        let mut names = Vec::new();
        if let Some(definition) = definitions.iter().find(|definition| definition.name == name) {
            add_names(&definition.shape, &mut names);
        }
        names
    };
    let is_endless = |name: &str| {
        let (mut seen, mut open) = (HashSet::new(), leads_to(name));
        while let Some(next) = open.pop() {
            if next == name {
                return true;
            }
            if seen.insert(next.clone()) {
                open.extend(leads_to(&next));
            }
        }
        false
    };
    definitions.iter().map(|definition| definition.name.clone()).filter(|name| is_endless(name)).collect()
}

fn add_names(shape: &Shape, names: &mut Vec<String>) {
    match shape {
        Shape::Named(name) => names.push(name.clone()),
        Shape::List(inside) | Shape::Map(inside) => add_names(inside, names),
        Shape::Tuple(shapes, rest) => {
            shapes.iter().chain(rest.as_deref()).for_each(|shape| add_names(shape, names));
        }
        Shape::Union(shapes) | Shape::All(shapes) => shapes.iter().for_each(|shape| add_names(shape, names)),
        Shape::Object(fields) => fields.iter().for_each(|field| add_names(&field.shape, names)),
        Shape::Anything
        | Shape::Nothing
        | Shape::Null
        | Shape::Boolean
        | Shape::Integer
        | Shape::Number
        | Shape::Text
        | Shape::OneOf(_) => {}
    }
}

/// What is left of a union where null is taken out; none where null is not in it.
fn without_null(shapes: &[Shape]) -> Option<Shape> {
    let mut rest: Vec<Shape> = shapes.iter().filter(|shape| **shape != Shape::Null).cloned().collect();
    match (rest.len() == shapes.len(), rest.len()) {
        (true, _) | (_, 0) => None,
        (_, 1) => Some(rest.remove(0)),
        _ => Some(Shape::Union(rest)),
    }
}

/// The fields of several objects at once; none where one of them is no object.
fn fields_of(shapes: &[Shape]) -> Option<Vec<Field>> {
    let mut fields: Vec<Field> = Vec::new();
    for shape in shapes {
        let Shape::Object(more) = shape else { return None };
        for field in more {
            match fields.iter_mut().find(|there| there.name == field.name) {
                Some(there) => there.is_required |= field.is_required,
                None => fields.push(field.clone()),
            }
        }
    }
    Some(fields)
}

fn are_words(values: &[Value]) -> bool {
    !values.is_empty() && values.iter().all(Value::is_string)
}

fn variant_name(shape: &Shape) -> String {
    let name = match shape {
        Shape::Null => "Null",
        Shape::Boolean => "Boolean",
        Shape::Integer => "Integer",
        Shape::Number => "Number",
        Shape::Text => "Text",
        Shape::OneOf(_) => "Choice",
        Shape::List(_) | Shape::Tuple(..) => "List",
        Shape::Map(_) => "Map",
        Shape::Object(_) | Shape::All(_) => "Object",
        Shape::Named(name) => name,
        Shape::Anything | Shape::Nothing | Shape::Union(_) => "Other",
    };
    name.to_owned()
}

/// A name, with a number after it where it is taken.
fn unused(name: String, is_free: impl Fn(&str) -> bool) -> String {
    if is_free(&name) {
        return name;
    }
    (2..).map(|number| format!("{name}{number}")).find(|name| is_free(name)).unwrap_or(name)
}

/// A name of a field: words in small letters with `_` between them.
fn field_name(text: &str) -> String {
    let mut name = String::new();
    let mut before = '_';
    for character in text.chars() {
        if !character.is_ascii_alphanumeric() {
            if before != '_' {
                name.push('_');
            }
            before = '_';
            continue;
        }
        if character.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
        before = character;
    }
    let name = name.trim_end_matches('_').to_owned();
    match name.as_str() {
        "" => "field".to_owned(),
        "self" | "super" | "crate" => format!("{name}_"),
        word if KEYWORDS.contains(&word) => format!("r#{name}"),
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => format!("field_{name}"),
        _ => name,
    }
}

fn comment(about: Option<&str>, indent: &str) -> String {
    // A carriage return alone cannot stand in a comment.
    let about = about.unwrap_or_default().replace('\r', " ");
    about.lines().map(|line| format!("{indent}/// {}", line.trim()).trim_end().to_owned() + "\n").collect()
}

/// A text as a literal of Rust.
fn quoted(text: &str) -> String {
    format!("{text:?}")
}
