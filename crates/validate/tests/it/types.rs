//! Schemas from examples, and types from schemas.
//!
//! What is generated of the table stands in `tests/types`: the Rust there is part of this test, so that it compiles, and
//! reads and writes what follows its schema.

use crate::support::{World, schema};
use formaops_validate::{Step, infer_schema, rust_type, typescript_type};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::path::Path;

#[expect(unreachable_pub, reason = "what is generated is for other crates")]
#[path = "../types/odd.rs"]
#[rustfmt::skip]
mod odd;
#[expect(unreachable_pub, reason = "what is generated is for other crates")]
#[path = "../types/order.rs"]
#[rustfmt::skip]
mod order;
#[expect(unreachable_pub, reason = "what is generated is for other crates")]
#[path = "../types/tree.rs"]
#[rustfmt::skip]
mod tree;

/// Schemas by the name of their file and of their type, each with something that follows it.
fn table() -> Vec<(&'static str, Value, Value)> {
    let order = json!({
        "description": "An order of a customer.",
        "type": "object",
        "required": ["id", "status", "lines", "address", "size"],
        "properties": {
            "id": {"type": "integer", "description": "Its number.\nNever used again. */"},
            "status": {"enum": ["open", "sent", "self"]},
            "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
            "address": {"$ref": "#/$defs/address"},
            "note": {"type": ["string", "null"]},
            "tags": {"type": "object", "additionalProperties": {"type": "string"}},
            "size": {"type": "array", "prefixItems": [{"type": "number"}, {"type": "number"}], "items": false, "minItems": 2},
            "contact": {"anyOf": [{"type": "string"}, {"type": "object", "properties": {"phone": {"type": "string"}}}]},
            "shipping-mode": {"const": "air"},
            "type": {"type": "boolean"},
        },
        "$defs": {
            "line": {
                "type": "object",
                "required": ["sku", "count"],
                "properties": {"sku": {"type": "string"}, "count": {"type": "integer"}, "price": {"type": "number"}},
            },
            "address": {
                "allOf": [
                    {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}},
                    {"type": "object", "properties": {"zip": {"type": "string"}}},
                ],
            },
        },
    });
    let an_order = json!({
        "id": 7, "status": "self", "lines": [{"sku": "a", "count": 2}], "address": {"city": "Rome"},
        "size": [1.5, 2.0], "contact": {"phone": "1"}, "shipping-mode": "air", "type": true, "tags": {"a": "b"},
    });
    let tree = json!({
        "type": "object",
        "required": ["value"],
        "properties": {
            "value": {"type": "number"},
            "left": {"$ref": "#"},
            "children": {"type": "array", "items": {"$ref": "#"}},
            "forest": {"$ref": "#/definitions/forest"},
        },
        "definitions": {"forest": {"type": "array", "items": {"$ref": "#/definitions/forest"}}},
    });
    let a_tree =
        json!({"value": 1.5, "left": {"value": 2.5}, "children": [{"value": 3.5}], "forest": [[], [[]]]});
    let odd = json!({
        "type": "object",
        "required": ["any", "1st", "aB", "a_b"],
        "properties": {
            "any": true,
            "1st": {"type": "string"},
            "aB": {"type": "integer"},
            "a_b": {"type": "integer"},
            "self": {"$ref": "#/$defs/String"},
            "elsewhere": {"$ref": "https://example.com/other"},
            "mixed": {"enum": [1, "one", null, {"a": [true]}]},
            "few": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}]},
        },
        "$defs": {"String": {"type": "string"}},
    });
    let an_odd = json!({"any": {"x": 1}, "1st": "a", "aB": 1, "a_b": 2, "self": "s", "mixed": {"a": [true]}});
    vec![("order", order, an_order), ("tree", tree, a_tree), ("odd", odd, an_odd)]
}

fn type_of(name: &str) -> String {
    name[..1].to_uppercase() + &name[1..]
}

#[test]
fn the_generated_types_are_those_that_stand_in_the_folder() {
    let folder = Path::new("tests/types");
    for (name, schema, _) in table() {
        for (extension, text) in
            [("rs", rust_type(&schema, &type_of(name))), ("ts", typescript_type(&schema, &type_of(name)))]
        {
            let file = folder.join(format!("{name}.{extension}"));
            if std::env::var_os("UPDATE").is_some() {
                std::fs::write(&file, &text).unwrap();
            }
            let found = std::fs::read_to_string(&file).unwrap_or_default();
            assert!(found == text, "`{}` differs; run with UPDATE=1 and look at it:\n{text}", file.display());
        }
    }
}

#[test]
fn generated_rust_reads_and_writes_what_follows_its_schema() {
    fn survives<T: Serialize + DeserializeOwned>(value: &Value) {
        let read: T = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), *value);
    }
    for (name, rule, value) in table() {
        if name != "odd" {
            // The odd one refers to another document, which is refused.
            let step = World::answering(&value.to_string()).step(&schema(rule), &[]);
            assert!(matches!(step, Step::Done(result) if result.score == 1.0), "{name}");
        }
        match name {
            "order" => survives::<order::Order>(&value),
            "tree" => survives::<tree::Tree>(&value),
            _ => survives::<odd::Odd>(&value),
        }
    }
}

#[test]
fn a_schema_is_inferred_from_what_the_examples_have_in_common() {
    let examples = [
        json!({"id": 1, "at": "2024-05-01T10:00:00Z", "tags": ["a"], "note": null, "price": 1}),
        json!({"id": 2, "at": "2024-05-02T10:00:00Z", "tags": [], "note": "x", "price": 1.5}),
        json!({"id": 3, "at": "2024-05-03T10:00:00Z", "tags": ["b", 5], "price": 2}),
    ];
    let expected = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "at": {"type": "string", "format": "date-time"},
            "tags": {"type": "array", "items": {"type": ["string", "integer"]}},
            "note": {"type": ["null", "string"]},
            "price": {"type": "number"},
        },
        "required": ["id", "at", "tags", "price"],
    });
    assert_eq!(infer_schema(&examples), expected);
    let words: Vec<Value> = (0..70).map(|index| json!({format!("word{index}"): index})).collect();
    assert_eq!(infer_schema(&words)["additionalProperties"], json!({"type": "integer"}));
    assert_eq!(infer_schema(&[]), json!({"$schema": "https://json-schema.org/draft/2020-12/schema"}));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z:/@.T0-9-]{0,24}".prop_map(Value::from),
        Just(Value::from("2024-02-29")),
        Just(Value::from("a@example.com")),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("[a-d]", inner), 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_example_follows_the_schema_that_was_inferred(examples in prop::collection::vec(any_json(), 1..6)) {
        let rule = schema(infer_schema(&examples));
        for example in &examples {
            let result = World::answering(&example.to_string()).decide(&rule, &[]);
            prop_assert!(result.score == 1.0, "{}: {}", example, result.message);
        }
    }

    #[test]
    fn any_inferred_schema_has_types(examples in prop::collection::vec(any_json(), 1..4)) {
        let schema = infer_schema(&examples);
        prop_assert!(rust_type(&schema, "Example").contains(" Example"));
        prop_assert!(typescript_type(&schema, "Example").contains(" Example"));
    }
}
