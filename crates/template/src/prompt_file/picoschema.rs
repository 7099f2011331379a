//! Picoschema, the short form of JSON Schema in dotprompt files.
//!
//! See <https://google.github.io/dotprompt/reference/picoschema/>.

use super::PromptFileError;
use formaops_domain::JsonObject;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const TYPES: [&str; 7] = ["string", "boolean", "null", "number", "integer", "any", "object"];

/// Schemas by the names that others may say.
pub type Schemas = BTreeMap<String, JsonObject>;

/// A schema in either form as JSON Schema; `None` where it is only the name of a schema that is not known.
pub(super) fn to_json_schema(
    schema: Value,
    path: &str,
    schemas: &Schemas,
) -> Result<Option<JsonObject>, PromptFileError> {
    match schema {
        Value::Null => Ok(None),
        Value::String(text) => {
            let (kind, description) = described(&text);
            Ok(named(kind, description, schemas))
        }
        Value::Object(fields) if is_json_schema(&fields) => Ok(Some(with_type(fields))),
        Value::Object(fields) => object(fields, path, schemas).map(Some),
        other => Err(wrong(path, &other)),
    }
}

/// The schema of a type or of a name, with another description where there is one.
fn named(kind: &str, description: Option<&str>, schemas: &Schemas) -> Option<JsonObject> {
    if TYPES.contains(&kind) {
        return Some(scalar(kind, description));
    }
    let mut schema = schemas.get(kind)?.clone();
    if let Some(description) = description {
        schema.insert("description".into(), json!(description));
    }
    Some(schema)
}

/// JSON Schema is told by a `type` of its own, or by `properties`.
fn is_json_schema(fields: &JsonObject) -> bool {
    let kind = fields.get("type").and_then(Value::as_str);
    kind.is_some_and(|kind| TYPES.contains(&kind) || kind == "array")
        || fields.get("properties").is_some_and(Value::is_object)
}

fn with_type(mut fields: JsonObject) -> JsonObject {
    if !fields.contains_key("type") {
        fields.insert("type".into(), json!("object"));
    }
    fields
}

fn object(fields: JsonObject, path: &str, schemas: &Schemas) -> Result<JsonObject, PromptFileError> {
    let (mut properties, mut required, mut further) = (JsonObject::new(), Vec::new(), json!(false));
    for (key, value) in fields {
        let path = format!("{path}.{key}");
        if key == "(*)" {
            further = Value::Object(field(value, &path, schemas)?);
            continue;
        }
        let (name, kind) = match key.split_once('(') {
            Some((name, kind)) => (name, Some(kind.strip_suffix(')').unwrap_or(kind))),
            None => (key.as_str(), None),
        };
        let (name, is_optional) = match name.strip_suffix('?') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let mut property = match kind {
            None => field(value, &path, schemas)?,
            Some(kind) => typed(kind, value, &path, schemas)?,
        };
        if is_optional {
            allow_null(&mut property);
        } else {
            required.push(json!(name));
        }
        properties.insert(name.to_owned(), Value::Object(property));
    }
    let mut schema = JsonObject::new();
    schema.insert("type".into(), json!("object"));
    schema.insert("properties".into(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".into(), Value::Array(required));
    }
    schema.insert("additionalProperties".into(), further);
    Ok(schema)
}

/// `name(kind, description): value`
fn typed(kind: &str, value: Value, path: &str, schemas: &Schemas) -> Result<JsonObject, PromptFileError> {
    let (kind, description) = described(kind);
    let mut schema = JsonObject::new();
    match (kind, value) {
        ("array", items) => {
            schema.insert("type".into(), json!("array"));
            schema.insert("items".into(), Value::Object(field(items, path, schemas)?));
        }
        ("object", Value::Object(fields)) => schema = object(fields, path, schemas)?,
        ("enum", options @ Value::Array(_)) => {
            schema.insert("enum".into(), options);
        }
        ("object" | "enum", other) => return Err(wrong(path, &other)),
        (other, _) => {
            let message = format!("must be of `array`, `object` or `enum`, got `{other}`");
            return Err(PromptFileError::field(path, message));
        }
    }
    if let Some(description) = description {
        schema.insert("description".into(), json!(description));
    }
    Ok(schema)
}

fn field(value: Value, path: &str, schemas: &Schemas) -> Result<JsonObject, PromptFileError> {
    match value {
        Value::String(text) => {
            let (kind, description) = described(&text);
            named(kind, description, schemas).ok_or_else(|| {
                PromptFileError::field(path, format!("names the type `{kind}`, which is not known"))
            })
        }
        Value::Object(fields) => object(fields, path, schemas),
        other => Err(wrong(path, &other)),
    }
}

fn scalar(kind: &str, description: Option<&str>) -> JsonObject {
    let mut schema = JsonObject::new();
    if kind != "any" {
        schema.insert("type".into(), json!(kind));
    }
    if let Some(description) = description {
        schema.insert("description".into(), json!(description));
    }
    schema
}

/// `type, description`
fn described(text: &str) -> (&str, Option<&str>) {
    match text.split_once(',') {
        Some((kind, description)) => (kind.trim(), Some(description.trim())),
        None => (text.trim(), None),
    }
}

/// An optional field may also be null.
fn allow_null(schema: &mut JsonObject) {
    if let Some(kind @ Value::String(_)) = schema.get_mut("type") {
        *kind = json!([kind.take(), "null"]);
    }
    if let Some(Value::Array(options)) = schema.get_mut("enum") {
        options.push(Value::Null);
    }
}

fn wrong(path: &str, value: &Value) -> PromptFileError {
    let kind = match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    };
    PromptFileError::field(path, format!("must be a type or a mapping of fields, got {kind}"))
}
