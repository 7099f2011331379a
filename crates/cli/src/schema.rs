//! What the JSON Schema of a request says of its fields, for hosts that get them as text.

use formaops_api::Operation;
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value};

/// A field of a request.
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) required: bool,
    pub(crate) kind: FieldKind,
}

/// How a field is given as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldKind {
    Text,
    Number,
    Flag,
    Texts,
    Json,
    /// Bytes, in base 64 where they are text; the command line reads them from a file.
    File,
    /// Text that is typed unseen or comes by a pipe, and is never part of a command or an address.
    Secret,
}

/// The fields of an operation's request, in the order they were declared.
pub(crate) fn fields(operation: &Operation) -> Vec<Field> {
    let mut generator = SchemaGenerator::new(SchemaSettings::draft2020_12());
    let reference = (operation.request)(&mut generator).to_value();
    let definitions = generator.take_definitions(true);
    let request = resolve(&reference, &definitions);
    let required = request["required"].as_array().cloned().unwrap_or_default();
    let Some(properties) = request["properties"].as_object() else { return Vec::new() };
    properties
        .iter()
        .map(|(name, schema)| Field {
            name: name.clone(),
            doc: schema["description"].as_str().unwrap_or_default().replace('\n', " "),
            required: required.iter().any(|field| field == name),
            kind: kind(schema, &definitions),
        })
        .collect()
}

fn resolve<'a>(schema: &'a Value, definitions: &'a Map<String, Value>) -> &'a Value {
    let name = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
    match name.and_then(|name| definitions.get(name)) {
        Some(definition) => resolve(definition, definitions),
        None => schema,
    }
}

fn kind(schema: &Value, definitions: &Map<String, Value>) -> FieldKind {
    let schema = resolve(schema, definitions);
    if schema["writeOnly"] == true {
        return FieldKind::Secret;
    }
    if schema["contentEncoding"] == "base64" {
        return FieldKind::File;
    }
    if let Some(choices) = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()) {
        let mut kinds =
            choices.iter().filter(|choice| choice["type"] != "null").map(|choice| kind(choice, definitions));
        let first = kinds.next().unwrap_or(FieldKind::Json);
        return if kinds.all(|kind| kind == first) { first } else { FieldKind::Json };
    }
    if schema["enum"].is_array() || schema["const"].is_string() {
        return FieldKind::Text;
    }
    let is = |name: &str| match &schema["type"] {
        Value::String(one) => one == name,
        Value::Array(several) => several.iter().any(|one| one == name),
        _ => false,
    };
    if is("boolean") {
        FieldKind::Flag
    } else if is("integer") || is("number") {
        FieldKind::Number
    } else if is("string") {
        FieldKind::Text
    } else if is("array") && kind(&schema["items"], definitions) == FieldKind::Text {
        FieldKind::Texts
    } else {
        FieldKind::Json
    }
}

/// A field's value from its text.
pub(crate) fn value(kind: FieldKind, text: &str) -> Result<Value, serde_json::Error> {
    match kind {
        FieldKind::Text | FieldKind::File | FieldKind::Secret => Ok(Value::from(text)),
        FieldKind::Number | FieldKind::Flag | FieldKind::Json => serde_json::from_str(text),
        FieldKind::Texts if text.starts_with('[') => serde_json::from_str(text),
        FieldKind::Texts => Ok(Value::from(vec![text])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(operation: &str) -> Vec<(String, FieldKind)> {
        let operation = Operation::find(operation).unwrap();
        fields(operation).into_iter().map(|field| (field.name, field.kind)).collect()
    }

    #[test]
    fn the_schema_tells_how_each_field_is_given() {
        let list = kinds("prompt_list");
        for expected in [
            ("search", FieldKind::Text),
            ("status", FieldKind::Text),
            ("deleted", FieldKind::Flag),
            ("limit", FieldKind::Number),
        ] {
            assert!(list.contains(&(expected.0.to_owned(), expected.1)), "{expected:?} in {list:?}");
        }
        assert!(kinds("vault_unlock").contains(&("passphrase".to_owned(), FieldKind::Secret)));
        assert!(kinds("provider_key_create").contains(&("secret".to_owned(), FieldKind::Secret)));
        assert!(kinds("attachment_create").contains(&("data".to_owned(), FieldKind::File)));
        assert!(kinds("model_update").contains(&("clear".to_owned(), FieldKind::Texts)));
        let create = kinds("prompt_create");
        for expected in [("tags", FieldKind::Texts), ("content", FieldKind::Json), ("name", FieldKind::Text)]
        {
            assert!(create.contains(&(expected.0.to_owned(), expected.1)), "{expected:?} in {create:?}");
        }
    }
}
