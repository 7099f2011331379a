use formaops_domain::{Validation, Variable};
use formaops_validate::{ProblemCode, check_validations, check_variables};
use serde_json::{Value, json};

fn variables(declarations: Value) -> Vec<Variable> {
    serde_json::from_value(declarations).unwrap()
}

#[test]
fn a_declaration_that_makes_no_sense_is_named_with_its_field() {
    use ProblemCode::{BadDeclaration, BadName, BadPattern, BadSchema, Duplicate, TooSmall, WrongType};
    for (declarations, path, code) in [
        (json!([{"name": "1a", "type": "string"}]), "variables[0].name", BadName),
        (json!([{"name": "", "type": "string"}]), "variables[0].name", BadName),
        (
            json!([{"name": "a", "type": "string"}, {"name": "a", "type": "number"}]),
            "variables[1].name",
            Duplicate,
        ),
        (json!([{"name": "a", "type": "enum"}]), "variables[0].options", BadDeclaration),
        (json!([{"name": "a", "type": "enum", "options": ["x", "x"]}]), "variables[0].options", Duplicate),
        (json!([{"name": "a", "type": "string", "options": ["x"]}]), "variables[0].options", BadDeclaration),
        (json!([{"name": "a", "type": "number", "min": 2, "max": 1}]), "variables[0].min", BadDeclaration),
        (json!([{"name": "a", "type": "string", "min": -1}]), "variables[0].min", BadDeclaration),
        (json!([{"name": "a", "type": "boolean", "max": 1}]), "variables[0].max", BadDeclaration),
        (json!([{"name": "a", "type": "string", "pattern": "("}]), "variables[0].pattern", BadPattern),
        (json!([{"name": "a", "type": "number", "pattern": "a"}]), "variables[0].pattern", BadDeclaration),
        (
            json!([{"name": "a", "type": "object", "schema": {"type": "nothing"}}]),
            "variables[0].schema",
            BadSchema,
        ),
        (
            json!([{"name": "a", "type": "object", "schema": {"$ref": "https://example.com/s"}}]),
            "variables[0].schema",
            BadSchema,
        ),
        (json!([{"name": "a", "type": "number", "default": "1"}]), "variables[0].default", WrongType),
        (
            json!([{"name": "a", "type": "string", "min": 2, "default": "x"}]),
            "variables[0].default",
            TooSmall,
        ),
    ] {
        let problems = check_variables(&variables(declarations.clone()));
        let found: Vec<_> =
            problems.iter().map(|problem| (problem.place.path.as_str(), problem.code)).collect();
        assert_eq!(found, [(path, code)], "{declarations}");
    }
}

#[test]
fn a_broken_pattern_is_explained_on_one_line() {
    let problems = check_variables(&variables(json!([{"name": "a", "type": "string", "pattern": "(?=x)"}])));
    assert_eq!(
        problems[0].message,
        "the pattern `(?=x)` of `a` cannot be read: look-around, including look-ahead and look-behind, is not supported"
    );
}

#[test]
fn sound_declarations_have_no_problems() {
    let declared = json!([
        {"name": "a", "type": "string", "required": true, "min": 1, "max": 9, "pattern": "x", "default": "x"},
        {"name": "b", "type": "enum", "options": ["x", "y"], "default": "y"},
        {"name": "c", "type": "array", "schema": {"type": "string"}, "default": ["z"], "max": 3},
        {"name": "d_1", "type": "object", "schema": {"$ref": "#/$defs/n", "$defs": {"n": {"type": "object"}}}},
    ]);
    assert_eq!(check_variables(&variables(declared)), []);
}

#[test]
fn rules_need_a_name_of_their_own_and_a_schema_that_can_be_used() {
    let rule =
        |name: &str, schema: Value| json!({"name": name, "rule": {"kind": "schema", "schema": schema}});
    let rules =
        json!([rule("a", json!({})), rule("a", json!({"$ref": "#/$defs/x"})), rule(" ", json!(true))]);
    let rules: Vec<Validation> = serde_json::from_value(rules).unwrap();
    let problems = check_validations(&rules);
    let found: Vec<_> = problems.iter().map(|problem| (problem.place.path.as_str(), problem.code)).collect();
    let expected = [
        ("validations[1].name", ProblemCode::Duplicate),
        ("validations[1].rule.schema", ProblemCode::BadSchema),
        ("validations[2].name", ProblemCode::BadName),
    ];
    assert_eq!(found, expected);
    assert!(problems[1].message.ends_with("the schema refers to `#/$defs/x`, which it does not have"));
}
