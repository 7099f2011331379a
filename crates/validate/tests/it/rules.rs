//! Rules, decided with what they ask for.

use crate::support::{World, assertion, function, regex, schema};
use formaops_domain::{
    Answer, Ask, Assertion, Metrics, Span, ToolCall, Usage, Validation, ValidationRule, Verdict,
};
use formaops_validate::{Step, is_quick};
use serde_json::{Value, json};
use std::time::Duration;

#[test]
fn json_is_found_in_prose_and_it_is_always_told() {
    let shape = || schema(json!({"type": "object", "required": ["a"]}));
    for (output, verdict, message) in [
        (
            r#"Here it is: {"a": 1}. Done."#,
            Verdict::Pass,
            "the answer follows the schema (read from the prose around it)",
        ),
        (
            r#"See [1]: {"a": [1, 2]}"#,
            Verdict::Pass,
            "the answer follows the schema (read from the prose around it, as the longest of 2 values)",
        ),
        (
            "```\nno\n```\n```json\n{\"a\": 1}\n```",
            Verdict::Pass,
            "the answer follows the schema (read from the only one of its 2 code fences that holds JSON)",
        ),
        // What stands inside a value that was cut off was not meant to be the answer.
        (
            r#"{"items": [{"a": 1}], "mo"#,
            Verdict::Fail,
            "the answer is not JSON: EOF while parsing a string at line 1 column 25",
        ),
        (
            r#"So: {"b": 1}"#,
            Verdict::Fail,
            "the answer does not follow the schema (read from the prose around it); at the root: \"a\" is a required property",
        ),
    ] {
        let result = World::answering(output).decide(&shape(), &[]);
        assert_eq!((result.verdict, result.message.as_str()), (verdict, message), "{output}");
    }
}

#[test]
fn every_draft_is_read_as_itself_and_formats_are_checked() {
    let draft = |name: &str, schema: Value| {
        let mut schema = schema;
        schema["$schema"] = name.into();
        schema
    };
    // What each draft has that the next does not, or has otherwise.
    for (rule, good, bad) in [
        (
            draft("http://json-schema.org/draft-04/schema#", json!({"maximum": 5, "exclusiveMaximum": true})),
            "4",
            "5",
        ),
        (draft("http://json-schema.org/draft-06/schema#", json!({"exclusiveMaximum": 5})), "4", "5"),
        (
            draft(
                "http://json-schema.org/draft-07/schema#",
                json!({"if": {"type": "number"}, "then": {"maximum": 5}}),
            ),
            "5",
            "6",
        ),
        (
            draft(
                "https://json-schema.org/draft/2019-09/schema",
                json!({"items": [{"type": "number"}], "additionalItems": false}),
            ),
            "[1]",
            "[1, 2]",
        ),
        (
            draft(
                "https://json-schema.org/draft/2020-12/schema",
                json!({"prefixItems": [{"type": "number"}], "items": false}),
            ),
            "[1]",
            "[1, 2]",
        ),
        (json!({"format": "email"}), r#""a@example.com""#, r#""nobody""#),
        (json!({"format": "date"}), r#""2024-02-29""#, r#""2023-02-29""#),
    ] {
        let verdict = |output: &str| World::answering(output).decide(&schema(rule.clone()), &[]).verdict;
        assert_eq!((verdict(good), verdict(bad)), (Verdict::Pass, Verdict::Fail), "{rule}");
    }
}

#[test]
fn a_schema_that_cannot_be_used_is_an_error_and_no_verdict() {
    let result = World::answering("{}").decide(&schema(json!({"$ref": "https://example.com/s"})), &[]);
    assert_eq!(result.verdict, Verdict::Error);
    assert!(result.message.contains("other documents are never fetched"), "{}", result.message);
    let nested = "[".repeat(100_000);
    let result = World::answering(&nested).decide(&schema(json!({})), &[]);
    assert_eq!(result.verdict, Verdict::Fail);
    assert!(result.message.contains("nested deeper than 128 levels"), "{}", result.message);
}

#[test]
fn a_pattern_tells_its_groups_and_takes_flags() {
    let world = World::answering("Grüße\nORDER 123456 shipped");
    let result = world.decide(&regex(r"order (?<number>\d+) # the number", "ix"), &[]);
    assert_eq!(result.verdict, Verdict::Fail, "blanks in it do not count, so they are not matched either");
    let result = world.decide(&regex(r"^order\ (?<number>\d+) # the number", "imx"), &[]);
    let detail = json!({"match": "ORDER 123456", "start": 6, "groups": {"number": "123456"}});
    assert_eq!((result.verdict, result.detail), (Verdict::Pass, Some(detail)));
    for (pattern, flags, holds) in [
        ("E.ORDER", "", false),
        ("e.ORDER", "s", true),
        ("^ORDER", "", false),
        ("^ORDER", "m", true),
        ("grÜ", "iu", true),
    ] {
        let verdict = world.decide(&regex(pattern, flags), &[]).verdict;
        assert_eq!(verdict == Verdict::Pass, holds, "{pattern} {flags}");
    }
}

#[test]
fn what_only_javascript_matches_is_asked_of_the_sandbox() {
    let world = World::answering("price: 5 USD");
    let rule = regex(r"\d+(?= USD)", "i");
    let Step::Ask(Ask::Function(call)) = world.step(&rule, &[]) else { panic!("nothing was asked") };
    assert_eq!(call.arguments, [json!("price: 5 USD"), json!(r"\d+(?= USD)"), json!("i")]);
    let found = json!({"holds": true, "match": "5", "start": 7, "groups": {}});
    let result = world.decide(&rule, &[Answer::Json(found)]);
    assert_eq!((result.verdict, result.detail.unwrap()["match"].clone()), (Verdict::Pass, json!("5")));
    let result = world.decide(&rule, &[Answer::Json(json!({"holds": false}))]);
    assert_eq!(result.verdict, Verdict::Fail);
    let result = world.decide(&rule, &[Answer::Failed("it took longer than 1 s".into())]);
    assert_eq!((result.verdict, result.message.as_str()), (Verdict::Error, "it took longer than 1 s"));
    // The assertion of promptfoo asks alike, and a failure is none under `not-` either.
    for name in ["regex", "not-regex"] {
        let rule = assertion(name, json!(r"(\w)\1"));
        assert!(matches!(world.step(&rule, &[]), Step::Ask(Ask::Function(_))));
        assert_eq!(world.decide(&rule, &[Answer::Failed("no".into())]).verdict, Verdict::Error);
    }
}

#[test]
fn a_function_is_told_what_is_known_and_returns_a_verdict() {
    let mut world = World::answering("hello");
    world.inputs = json!({"name": "Ada"}).as_object().unwrap().clone();
    world.metadata = json!({"case": 7}).as_object().unwrap().clone();
    world.metrics = Metrics {
        latency_ms: Some(Span::from(Duration::from_millis(1500))),
        token_usage: Some(Usage { input_tokens: 10, output_tokens: 5, ..Usage::default() }),
        cost_usd: Some(formaops_domain::NanoUsd::from_nanos(2_000_000)),
        ..Metrics::default()
    };
    let Step::Ask(Ask::Function(call)) = world.step(&function("output.length > 3"), &[]) else {
        panic!("nothing was asked")
    };
    let [output, context] = call.arguments.as_slice() else { panic!("{:?}", call.arguments) };
    assert_eq!(output, "hello");
    assert_eq!(context["vars"], json!({"name": "Ada"}));
    assert_eq!(context["metadata"], json!({"case": 7}));
    assert_eq!(context["latencyMs"], json!(1500.0));
    assert_eq!(context["cost"], json!(0.002));
    assert_eq!(context["usage"]["outputTokens"], json!(5));
    assert_eq!(context["providerResponse"]["tokenUsage"]["total"], json!(15));
    assert_eq!(context["provider"]["id"], json!("test:small"));
    assert_eq!(context.get("firstTokenMs"), None, "what is not known is undefined");

    for (returned, verdict, score, message) in [
        (json!(true), Verdict::Pass, 1.0, "the function returned true"),
        (json!(false), Verdict::Fail, 0.0, "the function returned false"),
        (json!(0.25), Verdict::Pass, 0.25, "the function returned 0.25"),
        (json!(0), Verdict::Fail, 0.0, "the function returned 0"),
        (json!(42), Verdict::Pass, 1.0, "the function returned 42"),
        (json!({"pass": true, "score": 0.5, "reason": "so so"}), Verdict::Pass, 0.5, "so so"),
        (json!({"pass": false}), Verdict::Fail, 0.0, "the function returned false"),
        (
            json!(null),
            Verdict::Error,
            0.0,
            "the function returned nothing, which says nothing. Return true or false, a number, or an object `{pass, score, reason}`",
        ),
        (
            json!("yes"),
            Verdict::Error,
            0.0,
            "the function returned a text, which says nothing. Return true or false, a number, or an object `{pass, score, reason}`",
        ),
    ] {
        let result = world.decide(&function("f"), &[Answer::Json(returned.clone())]);
        assert_eq!(
            (result.verdict, result.score, result.message.as_str()),
            (verdict, score, message),
            "{returned}"
        );
    }
    let result = world.decide(&function("f"), &[Answer::Json(json!({"pass": true, "score": null}))]);
    assert_eq!(result.verdict, Verdict::Error, "a score of NaN comes as null");
}

#[test]
fn a_threshold_decides_over_the_number_of_javascript() {
    let world = World::answering("x");
    for (name, returned, verdict) in [
        ("javascript", 0.6, Verdict::Pass),
        ("javascript", 0.4, Verdict::Fail),
        ("not-javascript", 0.4, Verdict::Pass),
        ("not-javascript", 0.6, Verdict::Fail),
    ] {
        let rule = Assertion {
            name: name.into(),
            value: Some("n".into()),
            threshold: Some(0.5),
            ..Assertion::default()
        };
        let rule = Validation::new("rule", ValidationRule::Assertion(Box::new(rule)));
        let result = world.decide(&rule, &[Answer::Json(json!(returned))]);
        assert_eq!((result.verdict, result.score), (verdict, returned), "{name} {returned}");
    }
}

#[test]
fn a_transform_comes_first_and_its_failure_is_no_verdict() {
    let world = World::answering("  Paris  ");
    let rule = Assertion {
        name: "not-equals".into(),
        value: Some("Paris".into()),
        transform: Some("output.trim()".into()),
        ..Assertion::default()
    };
    let rule = Validation::new("rule", ValidationRule::Assertion(Box::new(rule)));
    assert!(matches!(world.step(&rule, &[]), Step::Ask(Ask::Function(_))));
    assert_eq!(world.decide(&rule, &[Answer::Json(json!("Paris"))]).verdict, Verdict::Fail);
    assert_eq!(world.decide(&rule, &[Answer::Json(json!("Rome"))]).verdict, Verdict::Pass);
    assert_eq!(world.decide(&rule, &[Answer::Json(json!(null))]).verdict, Verdict::Error);
    assert_eq!(world.decide(&rule, &[Answer::Failed("broken".into())]).verdict, Verdict::Error);
}

#[test]
fn nearness_is_measured_by_vectors_of_one_length() {
    let world = World::answering("the parcel is on its way");
    let rule = assertion("similar", json!(["it was sent", "bananas"]));
    let Step::Ask(Ask::Embedding { texts, .. }) = world.step(&rule, &[]) else { panic!("nothing was asked") };
    assert_eq!(texts, ["the parcel is on its way", "it was sent", "bananas"]);
    let near = Answer::Vectors(vec![vec![1.0, 0.0], vec![0.8, 0.6], vec![0.0, 1.0]]);
    let result = world.decide(&rule, std::slice::from_ref(&near));
    assert_eq!(result.verdict, Verdict::Pass);
    assert!((result.score - 0.8).abs() < 1e-6);
    let inverse = assertion("not-similar", json!(["it was sent", "bananas"]));
    let result = world.decide(&inverse, &[near]);
    assert_eq!(result.verdict, Verdict::Fail);
    assert!((result.score - 0.2).abs() < 1e-6);
    for vectors in [
        vec![],
        vec![vec![1.0], vec![1.0]],
        vec![vec![1.0], vec![1.0], vec![1.0, 2.0]],
        vec![vec![f32::NAN]; 3],
    ] {
        for rule in [&rule, &inverse] {
            assert_eq!(
                world.decide(rule, &[Answer::Vectors(vectors.clone())]).verdict,
                Verdict::Error,
                "{vectors:?}"
            );
        }
    }
}

#[test]
fn a_web_service_gets_the_answer_and_says_whether_it_passes() {
    let world = World::answering("hi");
    let rule = assertion("webhook", json!("https://checks.example.com/tone"));
    let Step::Ask(Ask::Http { url, body }) = world.step(&rule, &[]) else { panic!("nothing was asked") };
    assert_eq!(url, "https://checks.example.com/tone");
    assert_eq!(body, json!({"output": "hi", "context": {"prompt": "the prompt", "vars": {}}}));
    let said = |name: &str, said: Value| {
        let result = world.decide(&assertion(name, json!("https://a.example")), &[Answer::Json(said)]);
        (result.verdict, result.score)
    };
    assert_eq!(said("webhook", json!({"pass": true, "score": 0.7})), (Verdict::Pass, 0.7));
    assert_eq!(said("webhook", json!({"pass": false})), (Verdict::Fail, 0.0));
    assert_eq!(said("not-webhook", json!({"pass": false})), (Verdict::Pass, 1.0));
    assert_eq!(said("not-webhook", json!({"ok": false})), (Verdict::Error, 0.0));
}

#[test]
fn measures_are_held_against_thresholds_and_unknown_ones_are_errors() {
    let mut world = World::answering("x");
    world.metrics.first_token_ms = Some(Span::from(Duration::from_millis(400)));
    world.metrics.tokens_per_second = Some(50.0);
    for (name, threshold, verdict) in [
        ("ttft", 400.0, Verdict::Pass),
        ("ttft", 399.0, Verdict::Fail),
        ("not-ttft", 399.0, Verdict::Pass),
        ("tokens-per-second", 50.0, Verdict::Pass),
        ("tokens-per-second", 51.0, Verdict::Fail),
        ("cost", 1.0, Verdict::Error),
        ("not-cost", 1.0, Verdict::Error),
        ("latency", 1.0, Verdict::Error),
    ] {
        let rule = Assertion { name: name.into(), threshold: Some(threshold), ..Assertion::default() };
        let rule = Validation::new("rule", ValidationRule::Assertion(Box::new(rule)));
        assert_eq!(world.decide(&rule, &[]).verdict, verdict, "{name} {threshold}");
    }
}

#[test]
fn calls_of_tools_are_those_that_the_provider_reported() {
    let mut world = World::answering("");
    let call =
        |arguments: &str| ToolCall { id: "1".into(), name: "weather".into(), arguments: arguments.into() };
    let tool = json!({"name": "weather", "parameters": {"type": "object", "required": ["city"]}});
    world.tools = vec![serde_json::from_value(tool).unwrap()];
    for name in ["is-valid-function-call", "is-valid-openai-function-call", "is-valid-openai-tools-call"] {
        let rule = assertion(name, Value::Null);
        for (calls, verdict) in [
            (vec![call(r#"{"city": "Rome"}"#)], Verdict::Pass),
            (vec![call("{}")], Verdict::Fail),
            (vec![call("{")], Verdict::Fail),
            (vec![], Verdict::Fail),
        ] {
            world.tool_calls = calls;
            assert_eq!(world.decide(&rule, &[]).verdict, verdict, "{name} {:?}", world.tool_calls);
        }
    }
    world.tool_calls = vec![call("{}")];
    assert_eq!(world.decide(&assertion("tool-call-f1", json!("weather")), &[]).verdict, Verdict::Pass);
}

#[test]
fn huge_answers_are_decided_or_refused_in_a_moment() {
    let long = "word ".repeat(10_000_000);
    let world = World::answering(&long);
    let limit = Duration::from_secs(60);
    let started = std::time::Instant::now();
    let verdict = |name: &str, value: Value| world.decide(&assertion(name, value), &[]).verdict;
    assert_eq!(verdict("levenshtein", json!("word")), Verdict::Fail);
    assert_eq!(verdict("contains", json!("words")), Verdict::Fail);
    assert_eq!(verdict("is-html", Value::Null), Verdict::Fail);
    assert_eq!(verdict("contains-json", Value::Null), Verdict::Fail);
    for name in ["bleu", "gleu", "meteor", "rouge-n", "is-sql"] {
        let value = if name == "is-sql" { Value::Null } else { json!("word") };
        assert_eq!(verdict(name, value), Verdict::Error, "{name}");
    }
    let close = "ab".repeat(20_000);
    let other = World::answering(&close);
    let result =
        other.decide(&assertion("levenshtein", json!("ba".repeat(20_000).replace("bab", "xyz"))), &[]);
    assert_eq!(result.verdict, Verdict::Error);
    assert!(result.message.contains("too long to be compared"), "{}", result.message);
    let starts = World::answering(&"{\"a\":[".repeat(1_000_000));
    assert_eq!(starts.decide(&assertion("contains-json", Value::Null), &[]).verdict, Verdict::Fail);
    let tags = World::answering(&"<a>".repeat(1_000_000));
    assert_eq!(tags.decide(&assertion("contains-xml", Value::Null), &[]).verdict, Verdict::Fail);
    assert_eq!(tags.decide(&assertion("is-xml", Value::Null), &[]).verdict, Verdict::Fail);
    assert!(started.elapsed() < limit, "it took {:?}", started.elapsed());
}

#[test]
fn a_rule_that_is_decided_at_once_is_known_from_one_that_may_take_long() {
    for quick in [
        assertion("contains", json!("word")),
        assertion("not-icontains-any", json!(["sorry", "cannot"])),
        assertion("latency", Value::Null),
        assertion("equals", json!(5)),
    ] {
        assert!(is_quick(&quick), "{quick:?}");
    }
    let transformed = Assertion {
        name: "contains".into(),
        value: Some(json!("word")),
        transform: Some("output".into()),
        ..Assertion::default()
    };
    for slow in [
        regex("a+", ""),
        schema(json!({})),
        function("() => true"),
        assertion("levenshtein", json!("word")),
        assertion("contains", json!("long ".repeat(2000))),
        assertion("contains-any", json!(vec!["many"; 100])),
        assertion("equals", json!({"a": "tree"})),
        Validation::new("rule", ValidationRule::Assertion(Box::new(transformed))),
    ] {
        assert!(!is_quick(&slow), "{slow:?}");
    }
}

#[test]
fn a_message_has_no_nul_of_the_answer() {
    let result = World::answering("a\0b").decide(&assertion("equals", json!("c")), &[]);
    assert_eq!(result.verdict, Verdict::Fail);
    assert!(result.message.contains("a␀b"), "{}", result.message);
}
