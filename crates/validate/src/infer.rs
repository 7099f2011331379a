//! A JSON Schema from examples.

use crate::schema::Schema;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// So many different keys, of which none is in every object, are keys of a map.
const KEYS_OF_A_MAP: usize = 64;

/// A format by its name, and whether a text has the looks of it.
type Format = (&'static str, fn(&str) -> bool);

/// The formats that are looked for, each with a sign of it, so that few texts are checked.
const FORMATS: [Format; 5] = [
    ("date-time", |text| {
        text.len() >= 20 && text.as_bytes().get(10).is_some_and(|mark| matches!(mark, b'T' | b't'))
    }),
    ("date", |text| text.len() == 10 && text.as_bytes()[4] == b'-'),
    ("uuid", |text| text.len() == 36 && text.as_bytes()[8] == b'-'),
    ("uri", |text| text.contains("://")),
    ("email", |text| text.contains('@')),
];

/// The schema (draft 2020-12) that these examples follow: what types they have, which fields all of them have, and the
/// formats that all texts in one place have. Without examples it is the schema that everything follows.
#[must_use]
pub fn infer_schema(examples: &[Value]) -> Value {
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.extend(inferred(&examples.iter().collect::<Vec<_>>()));
    Value::Object(schema)
}

fn inferred(examples: &[&Value]) -> Map<String, Value> {
    let mut schema = Map::new();
    let types = types(examples);
    match types.as_slice() {
        [] => return schema,
        [one] => schema.insert("type".to_owned(), (*one).into()),
        several => schema.insert("type".to_owned(), json!(several)),
    };
    let texts: Vec<&str> = examples.iter().filter_map(|example| example.as_str()).collect();
    if let Some(format) = format(&texts) {
        schema.insert("format".to_owned(), format.into());
    }
    let items: Vec<&Value> = examples.iter().filter_map(|example| example.as_array()).flatten().collect();
    if !items.is_empty() {
        schema.insert("items".to_owned(), Value::Object(inferred(&items)));
    }
    let objects: Vec<&Map<String, Value>> =
        examples.iter().filter_map(|example| example.as_object()).collect();
    schema.extend(of_objects(&objects));
    schema
}

/// The types of the examples, in the order in which they come first. A number that is no integer makes all of them
/// numbers.
fn types(examples: &[&Value]) -> Vec<&'static str> {
    let mut types = Vec::new();
    let has_fraction = examples.iter().any(|example| example.is_f64());
    for example in examples {
        let name = match example {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) if has_fraction => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        if !types.contains(&name) {
            types.push(name);
        }
    }
    types
}

/// The format that all of these texts have.
fn format(texts: &[&str]) -> Option<&'static str> {
    let has = |format: &str| {
        Schema::ready(&json!({"format": format})).is_ok_and(|schema| {
            texts.iter().all(|text| schema.mismatches(&Value::from(*text), true).is_empty())
        })
    };
    let (format, _) = FORMATS
        .iter()
        .find(|(format, sign)| !texts.is_empty() && texts.iter().all(|text| sign(text)) && has(format))?;
    Some(format)
}

fn of_objects(objects: &[&Map<String, Value>]) -> Map<String, Value> {
    let mut schema = Map::new();
    if objects.is_empty() {
        return schema;
    }
    let (mut names, mut values): (Vec<&String>, HashMap<&String, Vec<&Value>>) = (Vec::new(), HashMap::new());
    for (name, value) in objects.iter().copied().flatten() {
        let there = values.entry(name).or_default();
        if there.is_empty() {
            names.push(name);
        }
        there.push(value);
    }
    let required: Vec<&String> =
        names.iter().copied().filter(|name| values[*name].len() == objects.len()).collect();
    if names.len() > KEYS_OF_A_MAP && required.is_empty() {
        let all: Vec<&Value> = names.iter().flat_map(|name| values[*name].iter().copied()).collect();
        schema.insert("additionalProperties".to_owned(), Value::Object(inferred(&all)));
        return schema;
    }
    let properties: Map<String, Value> =
        names.iter().map(|name| ((*name).clone(), Value::Object(inferred(&values[*name])))).collect();
    if !properties.is_empty() {
        schema.insert("properties".to_owned(), Value::Object(properties));
    }
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}
