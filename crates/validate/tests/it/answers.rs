use crate::support::{World, schema};
use formaops_domain::{Validation, ValidationResult, ValidationStatus, Verdict};
use formaops_validate::{Conclusion, conclude};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The results of rules for an answer, and what they come to.
fn checked(rules: &[Validation], output: &str) -> (Conclusion, Vec<ValidationResult>) {
    let world = World::answering(output);
    let results: Vec<_> = rules.iter().map(|rule| (rule, world.decide(rule, &[]))).collect();
    let conclusion = conclude(&results, output, None);
    (conclusion, results.into_iter().map(|(_, result)| result).collect())
}

fn verdict(rule: Value, output: &str) -> (ValidationStatus, String, Option<Value>) {
    let (conclusion, mut results) = checked(&[schema(rule)], output);
    let result = results.remove(0);
    assert_eq!((result.score > 0.5), result.verdict == Verdict::Pass);
    (conclusion.status, result.message, conclusion.validated)
}

fn shape() -> Value {
    json!({
        "type": "object",
        "properties": {"items": {"items": {"properties": {"price": {"type": "number"}}}}},
        "required": ["items"],
    })
}

#[test]
fn json_is_taken_bare_or_from_the_one_fence() {
    let value = json!({"items": []});
    for (output, note) in [
        (" {\"items\": []}\n", "the answer follows the schema"),
        ("```json\n{\"items\": []}\n```", "the answer follows the schema (read from its code fence)"),
        (
            "Here:\n````\n{\"items\": []}\n````\nDone.",
            "the answer follows the schema (read from its code fence)",
        ),
        ("```\n{\"items\": []}", "the answer follows the schema (read from its code fence)"),
    ] {
        let expected = (ValidationStatus::Passed, note.to_owned(), Some(value.clone()));
        assert_eq!(verdict(shape(), output), expected, "{output}");
    }
}

#[test]
fn a_failure_says_where_and_what_was_expected() {
    for (rule, output, message) in [
        (shape(), "", "the answer is empty; JSON was expected"),
        (shape(), "Sure!", "the answer is not JSON: expected value at line 1 column 1"),
        (
            shape(),
            "```\n1\n```\n```\n2\n```",
            "the answer is not JSON, and has 2 code fences where at most one can be read",
        ),
        (
            shape(),
            "```json\n{\n```",
            "the code fence of the answer does not hold JSON: EOF while parsing an object at line 2 column 0",
        ),
        (
            shape(),
            r#"{"items": [{"price": "5"}]}"#,
            "the answer does not follow the schema; at `/items/0/price`: value is not of type \"number\", got `\"5\"`",
        ),
        (
            shape(),
            "{}",
            "the answer does not follow the schema; at the root: \"items\" is a required property",
        ),
        (
            json!({"$ref": "https://example.com/s"}),
            "{}",
            "the schema refers to `https://example.com/s`, which is not part of it; other documents are never fetched. \
          Copy what it refers to under `$defs`, and refer to it as `#/$defs/NAME`",
        ),
        (
            json!({"type": 5}),
            "{}",
            "the schema is not a valid JSON Schema at `/type`: \
          5 is not valid under any of the schemas listed in the 'anyOf' keyword. Correct the schema",
        ),
    ] {
        assert_eq!(verdict(rule, output), (ValidationStatus::Failed, message.to_owned(), None));
    }
}

#[test]
fn without_rules_there_is_nothing_to_say() {
    let (conclusion, _) = checked(&[], "anything");
    assert_eq!((conclusion.status, conclusion.validated), (ValidationStatus::Skipped, None));
}

#[test]
fn one_failed_rule_fails_the_whole() {
    let both = [schema(json!({"type": "number"})), schema(json!({"type": "string"}))];
    let (conclusion, results) = checked(&both, "5");
    let verdicts: Vec<_> = results.iter().map(|result| result.verdict).collect();
    assert_eq!(verdicts, [Verdict::Pass, Verdict::Fail]);
    assert_eq!((conclusion.status, conclusion.validated), (ValidationStatus::Failed, None));
}

#[test]
fn schemas_that_refer_to_themselves_come_to_an_end() {
    for rule in [
        json!({"$ref": "#"}),
        json!({"allOf": [{"$ref": "#"}]}),
        json!({"properties": {"next": {"$ref": "#"}}}),
        json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"not": {"$ref": "#/$defs/a"}}}}),
    ] {
        assert_ne!(verdict(rule, r#"{"next": {"next": {}}}"#).0, ValidationStatus::Skipped);
    }
    let list = json!({"type": "object", "properties": {"next": {"$ref": "#"}}});
    assert_eq!(verdict(list, r#"{"next": {"next": 5}}"#).0, ValidationStatus::Failed);
}

proptest! {
    #[test]
    fn any_answer_is_judged_with_a_bounded_message(output in "[`{}\\[\\]\":,a-z0-9 \n]{0,400}") {
        let (status, message, validated) = verdict(shape(), &output);
        prop_assert!(message.chars().count() <= 601);
        prop_assert_eq!(status == ValidationStatus::Passed, validated.is_some());
    }
}
