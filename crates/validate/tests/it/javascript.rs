//! Functions and patterns as the sandbox runs them.

use crate::support::{World, assertion, function, regex};
use formaops_domain::{Answer, Ask, Assertion, Validation, ValidationResult, ValidationRule, Verdict};
use formaops_sandbox::call_here;
use formaops_validate::Step;
use serde_json::{Value, json};

/// The result of a rule whose functions are run.
fn run(world: &World, rule: &Validation) -> ValidationResult {
    let mut answers = Vec::new();
    loop {
        match world.step(rule, &answers) {
            Step::Done(result) => return result,
            Step::Ask(Ask::Function(call)) => answers.push(match call_here(&call) {
                Ok(value) => Answer::Json(value),
                Err(failure) => Answer::Failed(failure.message),
            }),
            Step::Ask(other) => panic!("{rule:?} asks for {other:?}"),
        }
    }
}

#[test]
fn functions_are_written_as_expressions_as_functions_or_as_bodies() {
    let mut world = World::answering("one two three");
    world.inputs = json!({"least": 3}).as_object().unwrap().clone();
    for source in [
        "output.includes('two')",
        "output.length > 5;",
        "  output.split(' ').length >= context.vars.least  ",
        "(output) => output.length > 5",
        "(output, context) => context.vars.least === 3",
        "output => {\n  const words = output.split(' ');\n  return words.length === 3;\n}",
        "function (output) {\n  return output.length > 5;\n}",
        "function check(output) { return output.length > 5; }",
        "const words = output.split(' '); words.length === 3",
        "const s = ';'; !output.includes(s);",
        "let ok = true; return ok",
        "return output.length > 5",
        "const words = output.split(' ');\nreturn words.length === 3;",
        "if (output.length > 5) {\n  return true;\n}\nreturn false;",
        "output.length > 5 // it is long",
        "output.length > 5 &&\n  output.length < 50",
        "JSON.stringify(\n  {a: 1}\n) === '{\"a\":1}'",
        "({pass: true, score: 0.5, reason: 'so so'})",
    ] {
        for rule in [function(source), assertion("javascript", json!(source))] {
            let result = run(&world, &rule);
            assert_eq!(result.verdict, Verdict::Pass, "{source}: {}", result.message);
        }
    }
}

#[test]
fn a_function_that_fails_says_why_and_is_no_verdict() {
    let world = World::answering("x");
    for (source, why) in [
        ("output.nothing.there", "undefined"),
        (
            "const a = 1;\nconst b = 2;\nif (a > b) return true;",
            "the function returned nothing; use `return`",
        ),
        ("0 / 0", "the function returned NaN, which is no score"),
        ("1 / 0", "the function returned Infinity, which is no score"),
        ("({pass: true, score: NaN})", "`score` is NaN"),
        ("'yes'", "the function returned a text"),
        ("[true]", "the function returned a list"),
        ("null", "the function returned nothing"),
        ("output ===", ""),
        ("process.exit()", ""),
    ] {
        for name in ["javascript", "not-javascript"] {
            let result = run(&world, &assertion(name, json!(source)));
            assert_eq!(result.verdict, Verdict::Error, "{source}: {}", result.message);
            assert!(result.message.contains(why), "{source}: {}", result.message);
        }
    }
}

#[test]
fn a_transform_makes_of_the_answer_what_is_checked() {
    let world = World::answering(r#" {"name": "Ada", "tags": ["a", "b"]} "#);
    for (transform, name, value) in [
        ("output.trim().length", "equals", json!(35)),
        ("JSON.parse(output).name", "equals", json!("Ada")),
        ("JSON.parse(output)", "equals", json!({"tags": ["a", "b"], "name": "Ada"})),
        ("const read = JSON.parse(output);\nreturn read.tags;", "contains", json!("[\"a\",\"b\"]")),
        ("JSON.parse(output)", "javascript", json!("output.tags.length === 2")),
    ] {
        let rule = Assertion {
            name: name.into(),
            value: Some(value),
            transform: Some(transform.into()),
            ..Assertion::default()
        };
        let result = run(&world, &Validation::new("rule", ValidationRule::Assertion(Box::new(rule))));
        assert_eq!(result.verdict, Verdict::Pass, "{transform}: {}", result.message);
    }
}

#[test]
fn patterns_of_javascript_match_as_they_do_there() {
    let world = World::answering("größe: 12 EUR\r\nfoofoo");
    for (pattern, flags, detail) in [
        (r"\d+(?= EUR)", "", json!({"match": "12", "start": 7, "groups": {}})),
        (r"(?<word>foo)\1", "", json!({"match": "foofoo", "start": 15, "groups": {"word": "foo"}})),
        (r"(?<!x)GRÖSSE|(?<!x)GRÖßE", "iu", json!({"match": "größe", "start": 0, "groups": {}})),
        (r"(?<=^)foo", "m", json!({"match": "foo", "start": 15, "groups": {}})),
    ] {
        let result = run(&world, &regex(pattern, flags));
        assert_eq!(
            (result.verdict, result.detail),
            (Verdict::Pass, Some(detail)),
            "{pattern}: {}",
            result.message
        );
    }
    assert_eq!(run(&world, &regex(r"(?<=x)foo", "")).verdict, Verdict::Fail);
    for name in ["regex", "not-regex"] {
        let broken = run(&world, &assertion(name, json!(r"(?<=a)(?<n>x)(?<n>y)")));
        assert_eq!(broken.verdict, Verdict::Error, "{}", broken.message);
    }
}

/// Patterns that are translated, held against what JavaScript itself says of them.
#[test]
fn translated_patterns_mean_what_they_mean_in_javascript() {
    let texts = [
        "a.b",
        "a\rb",
        "a\u{2028}b",
        "aab",
        "2024-05-01",
        "x[1]",
        "a-b",
        "tab\there",
        "é",
        "٣",
        "",
        "A{2}",
        "nbsp\u{a0}x",
        "]",
        "^",
        "a&&b",
    ];
    let patterns = [
        r"a.b",
        r"^\d{4}-\d\d",
        r"[\d-]+",
        r"[^\w\s]",
        r"\bab",
        r"x\[\d\]",
        r"[\]\[]",
        r"a{2}",
        r"A{2}",
        r"[^]",
        r"[]",
        r"\s",
        r"\S\s\S",
        r"[a-c&&]",
        r"[\^]",
        r"[&&]",
        r"(a|b)+?b",
        r"\W",
        r"^$",
        r"\u0061",
        r"\x2e",
        r"[\b]",
        r"\/",
        r"a\-b",
        r"\D$",
        r"(?:)",
    ];
    for pattern in patterns {
        for text in texts {
            let world = World::answering(text);
            let Step::Done(ours) = world.step(&assertion("regex", json!(pattern)), &[]) else { continue };
            let source = "(text, pattern) => new RegExp(pattern).test(text)".to_owned();
            let arguments: Vec<Value> = vec![text.into(), pattern.into()];
            let theirs = call_here(&formaops_domain::FunctionCall { source, arguments }).unwrap();
            assert_eq!(Value::from(ours.verdict == Verdict::Pass), theirs, "{pattern:?} on {text:?}");
        }
    }
}
