use formaops_domain::{JsonObject, Variable, VariableType};
use formaops_validate::{ProblemCode, check_inputs, coerce_text};
use proptest::prelude::*;
use serde_json::{Value, json};

fn variable(declaration: Value) -> Variable {
    serde_json::from_value(declaration).unwrap()
}

fn object(value: Value) -> JsonObject {
    serde_json::from_value(value).unwrap()
}

#[test]
fn each_problem_names_the_variable_what_was_expected_and_what_was_got() {
    use ProblemCode::{Missing, NoMatch, NotAnOption, Schema, TooLarge, TooSmall, WrongType};
    let schema =
        json!({"type": "object", "properties": {"a": {"items": {"type": "string"}}}, "required": ["b"]});
    for (declaration, value, code, message) in [
        (
            json!({"name": "x", "type": "string", "required": true}),
            json!(null),
            Missing,
            "`x` is required and has no value",
        ),
        (
            json!({"name": "x", "type": "string"}),
            json!(5),
            WrongType,
            "`x` must be a string, got the number 5",
        ),
        (
            json!({"name": "x", "type": "number"}),
            json!("5"),
            WrongType,
            "`x` must be a number, got the string `5`",
        ),
        (
            json!({"name": "x", "type": "boolean"}),
            json!([1]),
            WrongType,
            "`x` must be a boolean, got an array of 1 items",
        ),
        (json!({"name": "x", "type": "array"}), json!({}), WrongType, "`x` must be an array, got an object"),
        (
            json!({"name": "x", "type": "enum", "options": ["a", "b"]}),
            json!("c"),
            NotAnOption,
            "`x` must be one of `a`, `b`, got the string `c`",
        ),
        (
            json!({"name": "x", "type": "number", "min": 1, "max": 5}),
            json!(0.5),
            TooSmall,
            "`x` must be at least 1, got the number 0.5",
        ),
        (
            json!({"name": "x", "type": "number", "max": 5}),
            json!(6),
            TooLarge,
            "`x` must be at most 5, got the number 6",
        ),
        (
            json!({"name": "x", "type": "string", "min": 3}),
            json!("äö"),
            TooSmall,
            "`x` must be at least 3 characters long, got 2 characters",
        ),
        (
            json!({"name": "x", "type": "array", "max": 1}),
            json!([1, 2]),
            TooLarge,
            "`x` must be at most 1 item long, got 2 items",
        ),
        (
            json!({"name": "x", "type": "string", "pattern": "^[a-z]+$"}),
            json!("A1"),
            NoMatch,
            "`x` must be a text that matches the pattern `^[a-z]+$`, got the string `A1`",
        ),
        (
            json!({"name": "x", "type": "array", "schema": {"type": "string"}}),
            json!(["a", 2]),
            Schema,
            "`x.1` does not follow its schema: value is not of type \"string\", got `2`",
        ),
        (
            json!({"name": "x", "type": "object", "schema": schema}),
            json!({"a": [1], "b": 0}),
            Schema,
            "`x.a.0` does not follow its schema: value is not of type \"string\", got `1`",
        ),
    ] {
        let problems = check_inputs(&[variable(declaration)], &object(json!({"x": value}))).unwrap_err();
        assert_eq!((problems[0].code, problems[0].message.as_str()), (code, message));
        assert!(problems[0].place.path.starts_with("inputs.x"), "{problems:?}");
        assert_eq!(problems.len(), 1);
    }
}

#[test]
fn good_values_pass_defaults_are_filled_in_and_the_undeclared_is_kept() {
    let variables = [
        variable(json!({"name": "a", "type": "string", "required": true, "default": "A"})),
        variable(json!({"name": "b", "type": "number", "min": 0, "max": 1})),
        variable(json!({"name": "c", "type": "object", "schema": {"type": "object"}})),
        variable(json!({"name": "d", "type": "enum", "options": ["x"]})),
    ];
    let inputs = object(json!({"a": null, "b": 1, "c": {"k": []}, "other": 1}));
    let complete = check_inputs(&variables, &inputs).unwrap();
    assert_eq!(Value::from(complete), json!({"a": "A", "b": 1, "c": {"k": []}, "other": 1, "d": null}));
}

#[test]
fn every_problem_is_told_at_once_in_the_order_of_declaration() {
    let variables = [
        Variable::new("a", VariableType::String).required(),
        Variable::new("b", VariableType::Number).required(),
    ];
    let problems = check_inputs(&variables, &object(json!({"b": true}))).unwrap_err();
    let paths: Vec<_> = problems.iter().map(|problem| problem.place.path.as_str()).collect();
    assert_eq!(paths, ["inputs.a", "inputs.b"]);
}

#[test]
fn text_means_a_value_by_the_type_of_its_variable() {
    for (kind, text, value) in [
        ("string", " 5 ", json!(" 5 ")),
        ("enum", "true", json!("true")),
        ("number", " -1.5", json!(-1.5)),
        ("number", "12", json!(12)),
        ("boolean", "true", json!(true)),
        ("array", "[1, \"a\"]", json!([1, "a"])),
        ("object", "{\"a\": null}", json!({"a": null})),
    ] {
        assert_eq!(coerce_text(&variable(json!({"name": "x", "type": kind})), text).unwrap(), value);
    }
    for (kind, text, message) in [
        ("number", "ten", "`x` must be a number, got the string `ten`"),
        ("boolean", "yes", "`x` must be a boolean, got the string `yes`"),
        ("array", "{}", "`x` must be an array, got the string `{}`"),
        (
            "object",
            "{a",
            "`x` must be an object, got the string `{a` (key must be a string at line 1 column 2)",
        ),
    ] {
        let problem = coerce_text(&variable(json!({"name": "x", "type": kind})), text).unwrap_err();
        assert_eq!(problem.message, message);
    }
}

proptest! {
    #[test]
    fn no_message_shows_the_value_of_a_sensitive_variable(
        kind in prop::sample::select(vec!["string", "number", "boolean", "enum", "array", "object"]),
        secret in "hunter2[a-z]{0,8}",
        shape in 0usize..5,
    ) {
        let value = match shape {
            0 => json!(secret),
            1 => json!([secret.as_str(), {"k": secret.as_str()}]),
            2 => json!({"k": secret.as_str(), "l": [secret.as_str()]}),
            3 => json!({secret.as_str(): 1}),
            _ => json!(90210),
        };
        let mut declaration = json!({"name": "x", "type": kind, "sensitive": true, "options": ["o"],
            "min": 100_000, "pattern": "^never$", "schema": {"type": "string", "enum": ["o"]}});
        if kind == "object" {
            declaration["schema"] = json!({"properties": {"k": {"type": "number"}, "l": {"items": {"const": 1}}},
                "required": ["k"], "additionalProperties": false});
        }
        let variable = variable(declaration);
        let problems = check_inputs(std::slice::from_ref(&variable), &object(json!({"x": value})));
        let coerced = coerce_text(&variable, &secret).err();
        for problem in problems.unwrap_err().into_iter().chain(coerced) {
            let shown = format!("{problem:?}");
            prop_assert!(!shown.contains("hunter2") && !shown.contains("90210"), "{}", shown);
        }
    }

    #[test]
    fn whatever_the_value_a_message_is_bounded(text in "\\PC{0,2000}") {
        let variables = [
            variable(json!({"name": "x", "type": "number"})),
            variable(json!({"name": "y", "type": "array", "schema": {"type": "number"}})),
        ];
        let problems = check_inputs(&variables, &object(json!({"x": text, "y": [text, text]}))).unwrap_err();
        for problem in problems {
            prop_assert!(problem.message.chars().count() <= 601);
        }
    }
}
