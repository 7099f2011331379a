//! Results taken together, and rules that make no sense.

use crate::support::{World, assertion, function, regex, schema};
use formaops_domain::{
    Answer, Assertion, OnFailure, Validation, ValidationPhase, ValidationResult, ValidationRule,
    ValidationStatus, Verdict,
};
use formaops_validate::{Conclusion, check_validations, conclude};
use serde_json::{Value, json};

fn concluded(validations: &[Validation], threshold: Option<f64>) -> Conclusion {
    let world = World::answering(r#"{"a": 1}"#);
    let results: Vec<(&Validation, ValidationResult)> =
        validations.iter().map(|validation| (validation, world.decide(validation, &[]))).collect();
    conclude(&results, &world.output, threshold)
}

fn good() -> Validation {
    assertion("contains", json!("a"))
}

fn bad() -> Validation {
    assertion("contains", json!("z"))
}

#[test]
fn what_only_alerts_never_fails_the_whole() {
    let alert = Validation { on_failure: OnFailure::Alert, ..bad() };
    for (validations, threshold, status, score) in [
        (vec![good(), alert.clone()], None, ValidationStatus::Passed, 1.0),
        (vec![good(), alert.clone()], Some(0.9), ValidationStatus::Passed, 1.0),
        (vec![alert.clone()], Some(0.9), ValidationStatus::Passed, 1.0),
        (vec![bad(), alert], None, ValidationStatus::Failed, 0.0),
        (vec![], Some(0.9), ValidationStatus::Skipped, 1.0),
    ] {
        let conclusion = concluded(&validations, threshold);
        assert_eq!((conclusion.status, conclusion.score), (status, score), "{validations:?}");
    }
}

#[test]
fn a_threshold_does_not_outweigh_a_judge_that_did_not_answer() {
    let world = World::answering("a");
    let judge = assertion("llm-rubric", json!("kind"));
    let failed = |rule: &Validation| world.decide(rule, &[Answer::Failed("no such model".into())]);
    let (good, judged) = (good(), failed(&judge));
    let held = world.decide(&good, &[]);
    let whole = conclude(&[(&good, held.clone()), (&judge, judged.clone())], "a", Some(0.3));
    assert_eq!((whole.status, whole.score), (ValidationStatus::Failed, 0.5));
    // A set does not hide it, whether it has a threshold or what is around it.
    let set = Assertion {
        name: "assert-set".into(),
        threshold: Some(0.5),
        assert: vec![good.clone(), judge.clone()],
        ..Assertion::default()
    };
    let set = Validation::new("set", ValidationRule::Assertion(Box::new(set)));
    let result = failed(&set);
    assert_eq!(result.verdict, Verdict::Fail);
    assert!(result.message.contains("could not be decided: no such model"), "{}", result.message);
    assert_eq!(
        conclude(&[(&good, held.clone()), (&set, result)], "a", Some(0.3)).status,
        ValidationStatus::Failed
    );
    // One that counts for nothing, or only alerts, leaves the others to decide.
    let weightless = Validation { weight: 0.0, ..judge.clone() };
    let alert = Validation { on_failure: OnFailure::Alert, ..judge.clone() };
    for rule in [weightless, alert] {
        let whole = conclude(&[(&good, held.clone()), (&rule, judged.clone())], "a", Some(0.3));
        assert_eq!(whole.status, ValidationStatus::Passed, "{rule:?}");
    }
    // As in promptfoo, a function that throws has a score of 0.
    let function = assertion("javascript", json!("f"));
    let thrown = failed(&function);
    let whole = conclude(&[(&good, held), (&function, thrown)], "a", Some(0.3));
    assert_eq!(whole.status, ValidationStatus::Passed);
}

#[test]
fn a_set_of_weight_0_must_hold_all_the_same() {
    let set = |part: Validation| {
        let set = Assertion { name: "assert-set".into(), assert: vec![part], ..Assertion::default() };
        Validation { weight: 0.0, ..Validation::new("set", ValidationRule::Assertion(Box::new(set))) }
    };
    assert_eq!(concluded(&[good(), set(bad())], None).status, ValidationStatus::Failed);
    assert_eq!(concluded(&[good(), set(good())], None).status, ValidationStatus::Passed);
    assert_eq!(concluded(&[good(), set(bad())], Some(0.9)).score, 1.0, "it is no part of the mean");
    let weightless = Validation { weight: 0.0, ..bad() };
    assert_eq!(concluded(&[good(), weightless], None).status, ValidationStatus::Passed);
}

#[test]
fn an_error_counts_as_a_failure_whatever_it_weighs_and_however_it_is_turned() {
    let world = World::answering("x");
    for name in ["javascript", "not-javascript"] {
        let rule = assertion(name, json!("f"));
        let failed = |rule: &Validation| world.decide(rule, &[Answer::Failed("it broke".into())]);
        assert_eq!((failed(&rule).verdict, failed(&rule).score), (Verdict::Error, 0.0));
        let weightless = Validation { weight: 0.0, ..rule.clone() };
        assert_eq!(failed(&weightless).verdict, Verdict::Error);
        let set = |name: &str| {
            let set = Assertion { name: name.into(), assert: vec![rule.clone()], ..Assertion::default() };
            Validation::new("set", ValidationRule::Assertion(Box::new(set)))
        };
        assert_eq!(failed(&set("assert-set")).verdict, Verdict::Fail);
        assert_eq!(failed(&set("not-assert-set")).verdict, Verdict::Error);
        let result = failed(&rule);
        assert_eq!(conclude(&[(&rule, result)], "x", None).status, ValidationStatus::Failed);
    }
}

#[test]
fn the_json_of_an_answer_is_kept_where_a_rule_asks_for_json_and_all_is_well() {
    let shape = || schema(json!({"type": "object"}));
    assert_eq!(concluded(&[shape()], None).validated, Some(json!({"a": 1})));
    assert_eq!(concluded(&[shape(), bad()], None).validated, None);
    assert_eq!(concluded(&[good()], None).validated, None);
    assert_eq!(concluded(&[assertion("is-json", Value::Null)], None).validated, Some(json!({"a": 1})));
    let before = Validation { phase: ValidationPhase::Before, ..shape() };
    assert_eq!(concluded(&[before], None).validated, None);
}

#[test]
fn every_mistake_is_named_with_its_place_and_what_to_do() {
    let assert = |name: &str, value: Value| assertion(name, value);
    let with = |assertion: Assertion| Validation::new("rule", ValidationRule::Assertion(Box::new(assertion)));
    let set = Assertion {
        name: "assert-set".into(),
        assert: vec![assert("regex", json!("("))],
        ..Assertion::default()
    };
    for (validation, place, message, hint) in [
        (
            assert("contians", json!("x")),
            "rule.type",
            "there is no assertion of type `contians`",
            "The nearest one is `contains`",
        ),
        (
            assert("not-icontain-any", json!("x")),
            "rule.type",
            "there is no assertion of type `not-icontain-any`",
            "The nearest one is `not-icontains-any`",
        ),
        (
            assert("perplexity", Value::Null),
            "rule.type",
            "`perplexity` is an assertion of promptfoo that FormaOps does not have: it needs the probabilities of tokens, \
             which are not recorded",
            "Remove it, or use another assertion",
        ),
        (assert("contains", Value::Null), "rule.value", "`contains` needs a value", "Give it a `value`"),
        (
            assert("starts-with", json!(5)),
            "rule.value",
            "`starts-with` needs a text as its value, got a number",
            "Write the `value` as a text",
        ),
        (
            assert("bleu", json!(["a", 5])),
            "rule.value",
            "`bleu` needs a text or a list of texts as its value, got a list with a number in it",
            "Write the `value` as a text, or as a list of texts",
        ),
        (
            assert("contains-any", json!("\"open")),
            "rule.value",
            "`contains-any` has a quote in its value that is not closed",
            "Write the `value` as a list of texts, or as texts between commas",
        ),
        (assert("cost", Value::Null), "rule.threshold", "`cost` needs a threshold", "Give it a `threshold`"),
        (
            assert("regex", json!("a(b")),
            "rule.value",
            "the pattern `a(b` cannot be read: a `(` is not closed",
            "Correct the pattern",
        ),
        (
            assert("is-json", json!({"type": "nothing"})),
            "rule.value",
            "the schema is not a valid JSON Schema at `/type`: \"nothing\" is not valid under any of the schemas listed in \
             the 'anyOf' keyword",
            "Correct the schema",
        ),
        (
            assert("word-count", json!({"min": 5, "max": 2})),
            "rule.value",
            "`word-count` has a `min` of 5 above its `max` of 2",
            "Write the `value` as a number, or as an object with numbers as `min` and `max`",
        ),
        (
            assert("webhook", json!("checks.example.com")),
            "rule.value",
            "`checks.example.com` is no address of a web service",
            "Write it with `https://` before it",
        ),
        (
            assert("is-sql", json!({"databaseType": "Oracle"})),
            "rule.value",
            "there is no `databaseType` \"Oracle\"",
            "Use one of those in the documentation, such as `MySQL` or `PostgresQL`",
        ),
        (
            with(set),
            "rule.assert[0].rule.value",
            "the pattern `(` cannot be read: a `(` is not closed",
            "Correct the pattern",
        ),
        (
            with(Assertion { name: "cost".into(), threshold: Some(f64::NAN), ..Assertion::default() }),
            "rule.threshold",
            "its threshold is no number",
            "Give it a number",
        ),
        (
            regex("a{2,1}", ""),
            "rule.pattern",
            "the pattern `a{2,1}` cannot be read: invalid repetition count range, the \
          start must be <= the end",
            "Correct the pattern",
        ),
        (
            regex("a", "g"),
            "rule.flags",
            "there is no flag `g`",
            "Use any of `i`, `m`, `s`, `x` and `u`, each once",
        ),
        (
            regex("a", "ii"),
            "rule.flags",
            "the flag `i` is there twice",
            "Use any of `i`, `m`, `s`, `x` and `u`, each once",
        ),
        (
            regex("a (?=b)", "x"),
            "rule.flags",
            "the pattern `a (?=b)` runs in JavaScript, which has no flag `x`",
            "Remove the flag and the blanks, or the lookaround and back-references",
        ),
        (function("  "), "rule.source", "there is no function", "Write one, such as `output.length < 100`"),
        (
            Validation { weight: -1.0, ..good() },
            "weight",
            "its weight must be a number from 0 on, got -1",
            "Give it 1, or 0 to let it count for nothing",
        ),
        (
            Validation { on_failure: OnFailure::Retry { times: 9 }, ..good() },
            "onFailure.times",
            "the model can be asked again 1 to 5 times, got 9",
            "Give a number within its limits",
        ),
        (
            Validation {
                on_failure: OnFailure::Retry { times: 1 },
                phase: ValidationPhase::Before,
                ..good()
            },
            "onFailure",
            "it checks the prompt before the model is called, so there is nothing to ask again",
            "Let it fail or alert",
        ),
    ] {
        let problems = check_validations(std::slice::from_ref(&validation));
        let [problem] = problems.as_slice() else { panic!("{validation:?} has {problems:?}") };
        let expected = format!("`rule` cannot be used: {message}");
        assert_eq!(
            (problem.place.path.as_str(), problem.message.as_str(), problem.hint.as_str()),
            (format!("validations[0].{place}").as_str(), expected.as_str(), hint)
        );
    }
}

#[test]
fn what_can_be_used_has_no_problems_and_templates_are_left_for_later() {
    let fine = [
        assertion("not-contains-any", json!(["a"])),
        assertion("word-count", json!("{{words}}")),
        assertion("regex", json!(r"(?<=a)b\1")),
        regex(r"(?<=a)b", "i"),
        function("return 1"),
        schema(json!({"$ref": "#"})),
    ];
    for validation in fine {
        assert_eq!(check_validations(std::slice::from_ref(&validation)), [], "{validation:?}");
    }
}
