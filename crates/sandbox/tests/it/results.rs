//! What functions return arrives as it was.

use crate::{asked, call, functions};
use formaops_domain::ports::Sandbox as _;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_function_of_any_form_has_its_result() {
    let functions = functions();
    for (source, result) in [
        ("(output, context) => output === 'output' && context.score > 0.4", json!(true)),
        ("function (output) { return output.length / 12; }", json!(0.5)),
        ("function named(output) { return output ? 1 : named(1); }", json!(1)),
        (
            "output => ({ pass: true, score: 1, reason: `has ${output}` });",
            json!({ "pass": true, "score": 1, "reason": "has output" }),
        ),
        ("async (output) => { await null; return output; }", json!("output")),
        ("() => Promise.resolve([1, 2]).then((all) => all.map((n) => n * 2))", json!([2, 4])),
        ("() => ({ then(resolve) { resolve('thenable'); } })", json!("thenable")),
        ("(...all) => all.length // and a comment", json!(2)),
        ("() => { undeclared = 1; return undeclared; }", json!(1)),
        ("() => { console.log('swallowed'); console.error({}); return null; }", json!(null)),
        ("() => [undefined, () => 1, { a: undefined }, -0]", json!([null, null, {}, 0])),
        ("() => new Proxy({ a: 1 }, {})", json!({ "a": 1 })),
        ("() => new Map([[1, 2]])", json!({})),
        ("() => new Date(0)", json!("1970-01-01T00:00:00.000Z")),
        (
            "() => [Date.parse('2026-01-01'), Date.UTC(2026), Date.length, Date.name]",
            json!([1_767_225_600_000_i64, 1_767_225_600_000_i64, 7, "Date"]),
        ),
        ("() => new Date(2026, 0) instanceof Date", json!(true)),
        ("() => new Date(0).getTimezoneOffset()", json!(0)),
        ("() => /(?<year>[0-9]{4})(?!-)/u.exec('2026').groups.year", json!("2026")),
        (
            "() => ['😀'.slice(0, 1), '😀', '\\\\ud83d', '\\\\', '\u{1}']",
            json!(["\u{fffd}", "😀", "\\ud83d", "\\", "\u{1}"]),
        ),
        ("() => (10n ** 20n).toString()", json!("100000000000000000000")),
        ("() => 'x'.repeat(2 ** 20 - 2).length", json!(1_048_574)),
        ("() => new ArrayBuffer(60 * 2 ** 20).byteLength", json!(62_914_560)),
    ] {
        assert_eq!(call(&functions, source).await, Ok(result), "{source}");
    }
    let most = call(&functions, "() => 'x'.repeat(2 ** 20 - 2)").await.unwrap();
    assert_eq!(most.as_str().unwrap().len(), (1 << 20) - 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_is_bounded_and_large_things_pass() {
    let functions = functions();
    let large = "ü".repeat(5 << 20);
    let length = functions.call(asked("(text) => text.length", &[large.into()])).await;
    assert_eq!(length, Ok((5 << 20).into()));
    let failure = functions.call(asked("() => 1", &["x".repeat(16 << 20).into()])).await.unwrap_err();
    assert_eq!(
        failure.message,
        "the function and its arguments are 17 MiB of JSON, and may be 16 MiB at most"
    );
}

fn json_values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-(1_i64 << 53)..=1 << 53).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-zA-Z\\\\\"u{}\u{2028}\u{0}]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map("[a-z_][a-z_]{0,6}", inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

#[test]
fn any_json_goes_in_and_comes_out_the_same() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let functions = functions();
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(128) });
    runner
        .run(&json_values(), |value| {
            let result =
                runtime.block_on(functions.call(asked("(value) => value", std::slice::from_ref(&value))));
            prop_assert_eq!(result, Ok(value));
            Ok(())
        })
        .unwrap();
}

#[test]
fn any_text_as_a_source_ends_in_a_result_or_a_failure() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let functions = functions();
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(256) });
    let sources = prop_oneof![any::<String>(), "[(){}\\[\\]=>;,.a0\"'`/* \n]{0,24}"];
    runner
        .run(&sources, |source| {
            let _ = runtime.block_on(call(&functions, &source));
            let after = runtime.block_on(call(&functions, "(output) => output"));
            prop_assert_eq!(after, Ok("output".into()));
            Ok(())
        })
        .unwrap();
}
