//! What a JSON Schema says of the shape of values, as far as types can say it.

use serde_json::{Map, Value};
use std::collections::HashMap;

/// The shape of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Anything,
    Nothing,
    Null,
    Boolean,
    Integer,
    Number,
    Text,
    /// One of these values.
    OneOf(Vec<Value>),
    List(Box<Shape>),
    /// A list of so many, and perhaps more of one shape.
    Tuple(Vec<Shape>, Option<Box<Shape>>),
    Map(Box<Shape>),
    Object(Vec<Field>),
    Union(Vec<Shape>),
    /// All of these at once.
    All(Vec<Shape>),
    /// The definition of this name.
    Named(String),
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) about: Option<String>,
    pub(super) is_required: bool,
    pub(super) shape: Shape,
}

/// A shape with a name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) about: Option<String>,
    pub(super) shape: Shape,
}

/// The shape of what follows a schema, and of all that it refers to. The schema itself comes first.
pub(super) fn definitions(schema: &Value, name: &str) -> Vec<Definition> {
    let mut reading = Reading { root: schema, names: HashMap::new(), waiting: Vec::new() };
    reading.name_of("", name);
    let mut found = Vec::new();
    while let Some((pointer, name)) = reading.next_waiting(found.len()) {
        let part = schema.pointer(&pointer).unwrap_or(&Value::Null);
        let shape = reading.shape(part);
        found.push(Definition { name, about: about(part), shape });
    }
    found
}

struct Reading<'s> {
    root: &'s Value,
    /// The names of parts of the schema, by the pointers to them.
    names: HashMap<String, String>,
    /// Those parts in the order they were named.
    waiting: Vec<(String, String)>,
}

impl Reading<'_> {
    fn next_waiting(&self, done: usize) -> Option<(String, String)> {
        self.waiting.get(done).cloned()
    }

    /// The name of a part of the schema, made of a wish where it has none yet.
    fn name_of(&mut self, pointer: &str, wish: &str) -> String {
        if let Some(name) = self.names.get(pointer) {
            return name.clone();
        }
        let wish = type_name(wish);
        let is_taken = |name: &String| self.names.values().any(|taken| taken == name);
        let numbered = (2..).map(|number| format!("{wish}{number}"));
        let name = [wish.clone()].into_iter().chain(numbered).find(|name| !is_taken(name)).unwrap_or(wish);
        self.names.insert(pointer.to_owned(), name.clone());
        self.waiting.push((pointer.to_owned(), name.clone()));
        name
    }

    fn shape(&mut self, schema: &Value) -> Shape {
        let schema = match schema {
            Value::Bool(false) => return Shape::Nothing,
            Value::Object(schema) => schema,
            _ => return Shape::Anything,
        };
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return self.referred(reference);
        }
        if let Some(value) = schema.get("const") {
            return Shape::OneOf(vec![value.clone()]);
        }
        if let Some(Value::Array(values)) = schema.get("enum") {
            return Shape::OneOf(values.clone());
        }
        let mut all = Vec::new();
        for name in ["anyOf", "oneOf"] {
            if let Some(Value::Array(choices)) = schema.get(name) {
                all.push(union(choices.iter().map(|choice| self.shape(choice)).collect()));
            }
        }
        if let Some(Value::Array(parts)) = schema.get("allOf") {
            all.extend(parts.iter().map(|part| self.shape(part)));
        }
        match self.of_type(schema) {
            Shape::Anything if !all.is_empty() => {}
            own => all.insert(0, own),
        }
        let nullable = schema.get("nullable") == Some(&Value::Bool(true));
        let shape = if all.len() == 1 { all.remove(0) } else { Shape::All(all) };
        if nullable { union(vec![shape, Shape::Null]) } else { shape }
    }

    /// What is referred to inside of the schema; anything, where that is not in it.
    fn referred(&mut self, reference: &str) -> Shape {
        let Some(pointer) = reference.strip_prefix('#') else { return Shape::Anything };
        if self.root.pointer(pointer).is_none() {
            return Shape::Anything;
        }
        let wish = pointer.rsplit('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
        Shape::Named(self.name_of(pointer, &wish))
    }

    fn of_type(&mut self, schema: &Map<String, Value>) -> Shape {
        match schema.get("type") {
            Some(Value::String(name)) => self.of_one_type(name, schema),
            Some(Value::Array(names)) => {
                let names = names.iter().filter_map(Value::as_str);
                union(names.map(|name| self.of_one_type(name, schema)).collect())
            }
            _ if schema.contains_key("properties") => self.of_one_type("object", schema),
            _ if schema.contains_key("items") || schema.contains_key("prefixItems") => {
                self.of_one_type("array", schema)
            }
            _ => Shape::Anything,
        }
    }

    fn of_one_type(&mut self, name: &str, schema: &Map<String, Value>) -> Shape {
        match name {
            "null" => Shape::Null,
            "boolean" => Shape::Boolean,
            "integer" => Shape::Integer,
            "number" => Shape::Number,
            "string" => Shape::Text,
            "array" => self.list(schema),
            "object" => self.object(schema),
            _ => Shape::Anything,
        }
    }

    fn list(&mut self, schema: &Map<String, Value>) -> Shape {
        // Before 2020-12, the items of a tuple were a list in `items`.
        let (first, rest) = match (schema.get("prefixItems"), schema.get("items")) {
            (Some(Value::Array(first)), rest) => (first, rest),
            (_, Some(Value::Array(first))) => (first, schema.get("additionalItems")),
            (_, items) => {
                return Shape::List(Box::new(items.map_or(Shape::Anything, |items| self.shape(items))));
            }
        };
        // Fewer than all of them may be there.
        let least =
            schema.get("minItems").and_then(Value::as_u64).and_then(|least| usize::try_from(least).ok());
        let rest = rest.map_or(Shape::Anything, |rest| self.shape(rest));
        let first: Vec<Shape> = first.iter().map(|item| self.shape(item)).collect();
        if least.is_none_or(|least| least < first.len()) {
            return Shape::List(Box::new(union(first.into_iter().chain([rest]).collect())));
        }
        let rest = Some(rest).filter(|rest| *rest != Shape::Nothing).map(Box::new);
        Shape::Tuple(first, rest)
    }

    fn object(&mut self, schema: &Map<String, Value>) -> Shape {
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let properties = schema.get("properties").and_then(Value::as_object);
        let fields: Vec<Field> = properties
            .into_iter()
            .flatten()
            .map(|(name, part)| Field {
                name: name.clone(),
                about: about(part),
                is_required: required.contains(&name.as_str()),
                shape: self.shape(part),
            })
            .collect();
        if fields.is_empty() {
            let others =
                schema.get("additionalProperties").map_or(Shape::Anything, |others| self.shape(others));
            return Shape::Map(Box::new(others));
        }
        Shape::Object(fields)
    }
}

/// One of several shapes, each once; anything, where one of them is.
fn union(shapes: Vec<Shape>) -> Shape {
    let mut different: Vec<Shape> = Vec::new();
    for shape in shapes {
        match shape {
            Shape::Anything => return Shape::Anything,
            Shape::Nothing => {}
            Shape::Union(inside) => {
                for shape in inside {
                    if !different.contains(&shape) {
                        different.push(shape);
                    }
                }
            }
            shape if different.contains(&shape) => {}
            shape => different.push(shape),
        }
    }
    match different.len() {
        0 => Shape::Nothing,
        1 => different.remove(0),
        _ => Shape::Union(different),
    }
}

/// What a part of a schema says about itself, for people.
fn about(schema: &Value) -> Option<String> {
    let text = ["description", "title"].iter().find_map(|name| schema.get(name).and_then(Value::as_str))?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A name of a type: letters and digits in words that begin with a capital letter.
pub(super) fn type_name(text: &str) -> String {
    let mut name = String::new();
    let mut starts_word = true;
    for character in text.chars() {
        if !character.is_ascii_alphanumeric() {
            starts_word = true;
        } else if starts_word {
            name.extend(character.to_uppercase());
            starts_word = false;
        } else {
            name.push(character);
        }
    }
    match name.chars().next() {
        None => "Type".to_owned(),
        // These mean something of their own in what is written.
        _ if ["Box", "Deserialize", "Option", "Self", "Serialize", "String", "Vec"]
            .contains(&name.as_str()) =>
        {
            format!("{name}Type")
        }
        Some(first) if first.is_ascii_digit() => format!("Type{name}"),
        Some(_) => name,
    }
}
