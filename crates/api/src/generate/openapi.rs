//! The OpenAPI 3.1 document of the HTTP host.

use super::definitions;
use crate::{Method, OPERATIONS, Operation};
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

/// The document as indented JSON.
pub(super) fn document() -> String {
    let super::Definitions { read, written } = definitions();
    let mut paths: Map<String, Value> = Map::new();
    let mut generator = SchemaGenerator::new(
        SchemaSettings::draft2020_12()
            .with(|settings| settings.definitions_path = "/components/schemas".into()),
    );
    for operation in OPERATIONS {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        let method = operation.method.as_str().to_lowercase();
        path[method] = describe(operation, &read, &mut generator);
    }
    // A field that may be left out of a request is described so; what is answered fits that too.
    let schemas: Map<String, Value> =
        written.into_iter().chain(read).map(|(name, schema)| (name, relocate(schema))).collect();
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "FormaOps",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The operations of a workspace over HTTP on this machine, as `formaops serve` offers them.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "http://127.0.0.1:{port}", "variables": { "port": { "default": "4173" } } }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
        },
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn describe(operation: &Operation, read: &Map<String, Value>, generator: &mut SchemaGenerator) -> Value {
    let request = (operation.request)(generator);
    let response = (operation.response)(generator).to_value();
    let name = super::name_of(&request);
    let schema = &read[&name];
    let fields = schema["properties"].as_object().cloned().unwrap_or_default();
    let path_fields: Vec<_> = operation.path_fields().collect();
    let in_body = matches!(operation.method, Method::Post | Method::Put);
    let mut parameters: Vec<Value> = fields
        .into_iter()
        .filter(|(field, _)| path_fields.contains(&field.as_str()) || !in_body)
        .map(|(field, schema)| {
            let in_path = path_fields.contains(&field.as_str());
            json!({
                "name": field,
                "in": if in_path { "path" } else { "query" },
                "required": in_path,
                "schema": relocate(schema),
            })
        })
        .collect();
    if operation.method != Method::Get {
        parameters.push(json!({
            "name": "X-Idempotency-Key",
            "in": "header",
            "description": "The caller's own name for this request: within 24 hours the same request is done once \
                and answered alike, another one is refused with 409",
            "required": false,
            "schema": { "type": "string", "minLength": 1, "maxLength": 128 },
        }));
    }
    let mut description = json!({
        "operationId": operation.name,
        "summary": operation.doc.trim(),
        "tags": [operation.name.split('_').next().unwrap_or_default()],
        "x-scope": operation.scope,
        "parameters": parameters,
        "responses": {
            "200": { "description": "Done", "content": { "application/json": { "schema": response } } },
            "default": {
                "description": "Not done",
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/ApiError" } } },
            },
        },
    });
    if in_body {
        description["requestBody"] = json!({
            "description": "The fields of the request; those in the path may be left out",
            "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } },
        });
    }
    description
}

/// The same schema with its references leading into this document.
fn relocate(schema: Value) -> Value {
    match schema {
        Value::String(text) => match text.strip_prefix("#/$defs/") {
            Some(name) => Value::String(format!("#/components/schemas/{name}")),
            None => Value::String(text),
        },
        Value::Array(items) => items.into_iter().map(relocate).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, relocate(value))).collect(),
        other => other,
    }
}
