//! The special columns of promptfoo, and its tests as objects.

use crate::{cases, object};
use formaops_datasets::{assertion_text, validation_of};
use formaops_domain::{Assertion, Case, Validation, ValidationRule};
use serde_json::{Value, json};

fn assertion(validation: &Validation) -> Assertion {
    let ValidationRule::Assertion(assertion) = &validation.rule else { panic!("{validation:?}") };
    (**assertion).clone()
}

#[test]
fn a_cell_means_what_it_means_in_promptfoo() {
    for (cell, name, value, threshold) in [
        ("Paris", "equals", json!("Paris"), None),
        ("contains:Paris", "contains", json!("Paris"), None),
        ("contains: Paris", "contains", json!("Paris"), None),
        ("is-json: {}", "is-json", json!(" {}"), None),
        ("not-icontains:Paris", "not-icontains", json!("Paris"), None),
        ("icontains-any:a, b,c", "icontains-any", json!(["a", "b", "c"]), None),
        (
            r#"icontains-any:"Say, P", Paris,, "a ""b"" \"c\"", 12" wide, " x ""#,
            "icontains-any",
            json!(["Say, P", "Paris", r#"a "b" "c""#, r#"12" wide"#, " x "]),
            None,
        ),
        (r#"contains-all:"open, b"#, "contains-all", json!(["\"open", "b"]), None),
        ("rouge-n(0):nope", "rouge-n", json!("nope"), Some(0.0)),
        ("starts-with: Say ", "starts-with", json!("Say"), Some(0.75)),
        ("file://checks/check.js", "javascript", json!("file://checks/check.js"), None),
        ("file://notes.txt", "equals", json!("file://notes.txt"), None),
        ("similar(0.9):Hello", "similar", json!("Hello"), Some(0.9)),
        ("similar:Hello", "similar", json!("Hello"), Some(0.8)),
        ("levenshtein(5):Hello", "levenshtein", json!("Hello"), Some(5.0)),
        ("starts-with:Yes", "starts-with", json!("Yes"), Some(0.75)),
        ("fn: output.length < 3", "javascript", json!("output.length < 3"), None),
        ("javascript:true", "javascript", json!("true"), None),
        ("eval:true", "javascript", json!("true"), None),
        ("grade:is polite", "llm-rubric", json!("is polite"), None),
        ("llm-rubric:is polite", "llm-rubric", json!("is polite"), None),
        ("is-json", "is-json", Value::Null, None),
        ("not-is-json", "not-is-json", Value::Null, None),
        ("regex:^a(b|c):d", "regex", json!("^a(b|c):d"), None),
        ("contains", "contains", Value::Null, None),
        ("containsx:1", "equals", json!("containsx:1"), None),
        ("http://a.example", "equals", json!("http://a.example"), None),
        ("similar(high):x", "equals", json!("similar(high):x"), None),
    ] {
        let found = assertion(&validation_of(cell));
        let found = (found.name.as_str(), found.value.unwrap_or_default(), found.threshold);
        assert_eq!(found, (name, value, threshold), "{cell}");
    }
}

#[test]
fn an_assertion_that_a_cell_cannot_say_has_none() {
    let said = assertion(&validation_of("similar(0.9):Hello"));
    assert_eq!(assertion_text(&said).as_deref(), Some("similar(0.9):Hello"));
    let transformed = Assertion { transform: Some("output.trim()".into()), ..said };
    assert_eq!(assertion_text(&transformed), None);
}

#[test]
fn special_columns_make_a_case() {
    let text = "topic,__expected1,__expected2,__expected3,__description,__metric,__threshold,__prefix,__suffix,__metadata:source\n\
        birds,contains:wing,contains:beak,,Two parts,Recall,0.5,Be brief. , Thanks.,mail\n";
    let case = cases(text, "promptfoo.csv").remove(0);
    let names: Vec<_> = case.validations.iter().map(|validation| validation.name.as_str()).collect();
    assert_eq!(names, ["contains", "contains 2"]);
    assert!(case.validations.iter().all(|validation| validation.metric.as_deref() == Some("Recall")));
    let expected = Case {
        name: "Two parts".into(),
        threshold: Some(0.5),
        prefix: "Be brief. ".into(),
        suffix: " Thanks.".into(),
        metadata: object(&json!({ "source": "mail" })),
        validations: case.validations.clone(),
        ..Case::of(object(&json!({ "topic": "birds" })))
    };
    assert_eq!(case, expected);
}

#[test]
fn a_test_as_an_object_is_read_as_there() {
    let yaml = "- description: Two parts\n  vars: {topic: birds, count: 2}\n  threshold: 0.5\n  options: {prefix: 'Hi '}\n  \
        assert:\n    - {type: contains, value: wing, weight: 2, metric: Recall}\n    - {type: contains, value: beak}\n";
    let case = cases(yaml, "tests.yaml").remove(0);
    assert_eq!(case.inputs, object(&json!({ "topic": "birds", "count": 2 })));
    assert_eq!((case.name.as_str(), case.prefix.as_str(), case.threshold), ("Two parts", "Hi ", Some(0.5)));
    assert_eq!((case.validations[0].weight, case.validations[1].name.as_str()), (2.0, "contains 2"));
    assert_eq!(case.validations[0].metric.as_deref(), Some("Recall"));
}
