use super::*;
use crate::{Validation, ValidationRule, merge::tests::three_contents};
use proptest::prelude::*;
use serde_json::json;

fn told(from: &Content, to: &Content) -> Vec<String> {
    compare(from, to).iter().map(ToString::to_string).collect()
}

fn messages(all: &[(Role, &str)]) -> Content {
    Content { body: Body::messages(all.iter().copied()), ..Content::default() }
}

#[test]
fn messages_are_told_as_what_happened_to_them() {
    let (system, example, user) = (
        (Role::System, "Answer in one sentence.\nBe kind.\n"),
        (Role::Assistant, "An example of a good answer"),
        (Role::User, "{{question}}"),
    );
    let from = messages(&[system, example, user]);
    for (to, expected) in [
        (messages(&[system, example, user, (Role::Assistant, "Sure:")]), vec!["message 4 (assistant) added"]),
        (messages(&[system, user]), vec!["message 2 (assistant) removed"]),
        (messages(&[example, system, user]), vec!["message 2 (assistant) moved to place 1"]),
        (
            messages(&[(Role::System, "Answer in one sentence.\nBe very kind.\nBe brief.\n"), example, user]),
            vec!["message 1 (system) changed: 2 lines added, 1 removed"],
        ),
        (
            messages(&[(Role::User, system.1), example, user]),
            vec!["role of message 1 changed from system to user"],
        ),
        (
            messages(&[system, example, (Role::User, "Tell me")]),
            vec!["message 3 (user) changed: 1 line added, 1 removed"],
        ),
        (Content { body: Body::text("x"), ..from.clone() }, vec!["the messages became a text"]),
    ] {
        assert_eq!(told(&from, &to), expected);
    }
}

#[test]
fn variables_settings_and_rules_are_told_with_what_was_and_what_is() {
    let from: Content = serde_json::from_value(json!({
        "body": { "kind": "text", "template": "One\nTwo\n" },
        "variables": [
            { "name": "topic", "type": "string" },
            { "name": "count", "type": "string", "max": 5.0 },
            { "name": "old", "type": "boolean" },
        ],
        "settings": { "model": "openai:gpt", "parameters": { "temperature": 0.2, "seed": 1, "extra": { "a": 1 } } },
        "validations": [{ "name": "shape", "rule": { "kind": "schema", "schema": {} } }],
    }))
    .unwrap();
    let to: Content = serde_json::from_value(json!({
        "body": { "kind": "text", "template": "One\n" },
        "variables": [
            { "name": "count", "type": "number", "max": 9.0 },
            { "name": "subject", "type": "string" },
            { "name": "new", "type": "array", "required": true },
        ],
        "settings": { "parameters": { "temperature": 0.7, "maxTokens": 9, "extra": { "a": 2 }, "tools": [{ "name": "find" }] } },
        "validations": [{ "name": "shape", "rule": { "kind": "schema", "schema": { "type": "object" } } }],
    }))
    .unwrap();
    assert_eq!(
        told(&from, &to),
        [
            "text changed: 1 line removed",
            "variable `topic` renamed to `subject`",
            "variable `old` removed",
            "variable `new` (array) added",
            "type of variable `count` changed from string to number",
            "`max` of variable `count` changed from 5.0 to 9.0",
            "variables in another order",
            "model unset, was \"openai:gpt\"",
            "`temperature` changed from 0.2 to 0.7",
            "`seed` unset, was 1",
            "`maxTokens` set to 9",
            "`extra.a` changed from 1 to 2",
            "tool `find` added",
            "validation `shape` changed",
        ]
    );
}

#[test]
fn of_two_that_could_have_been_renamed_none_is_said_to_be() {
    let of = |names: &[&str]| Content {
        variables: names.iter().map(|name| Variable::new(*name, VariableType::String)).collect(),
        ..Content::default()
    };
    assert_eq!(
        told(&of(&["a", "b"]), &of(&["c"])),
        ["variable `a` removed", "variable `b` removed", "variable `c` (string) added"]
    );
    let rule = |schema| Validation::new("x", ValidationRule::Schema { schema });
    let twice = Content { validations: vec![rule(json!(1)), rule(json!(2))], ..Content::default() };
    assert_eq!(told(&twice, &Content::default()), ["validation `x` removed", "validation `x` removed"]);
}

proptest! {
    #[test]
    fn there_are_changes_exactly_where_contents_differ((one, other, another) in three_contents()) {
        prop_assert_eq!(compare(&one, &one), vec![]);
        for to in [&other, &another] {
            prop_assert_eq!(compare(&one, to).is_empty(), one == *to);
        }
    }
}
