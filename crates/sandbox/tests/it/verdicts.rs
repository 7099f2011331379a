//! What functions do that they should not: each ends in a clear verdict, and the next call is answered as ever.

use crate::{call, functions};
use formaops_domain::ports::FunctionFailureKind::{self as Kind, Memory, Result, Source, Threw, Timeout};

/// A function, the kind of its failure, and what the message has in it.
const VERDICTS: &[(&str, Kind, &str)] = &[
    // Time.
    ("() => { while (1); }", Timeout, "longer than a second"),
    (
        "() => { for (;;) { try { while (1); } catch {} finally { while (1); } } }",
        Timeout,
        "longer than a second",
    ),
    ("async () => { for (;;) await 0; }", Timeout, "longer than a second"),
    ("() => ({ get score() { while (1); } })", Timeout, "longer than a second"),
    ("() => ({ toJSON() { while (1); } })", Timeout, "longer than a second"),
    ("() => new Proxy({}, { ownKeys() { while (1); } })", Timeout, "longer than a second"),
    (
        "() => { throw { toString() { while (1); }, toJSON() { while (1); } }; }",
        Timeout,
        "longer than a second",
    ),
    (
        "() => { throw Object.defineProperty(new Error(), 'message', { get() { while (1); } }); }",
        Timeout,
        "longer than a second",
    ),
    ("() => ({ then() { while (1); } })", Timeout, "longer than a second"),
    ("(() => { while (1); })()", Timeout, "longer than a second"),
    ("() => /^(a+)+$/.test('a'.repeat(40) + 'b')", Timeout, "longer than a second"),
    // What QuickJS does not interrupt is ended from outside.
    ("() => 'a'.repeat(3e7).indexOf('a'.repeat(1e7) + 'b')", Timeout, "cannot be interrupted"),
    // Memory.
    ("() => { const all = []; for (;;) all.push(new Array(1000).fill(1)); }", Memory, "64 MiB"),
    ("() => { let all = 'x'; for (;;) all += all; }", Memory, "64 MiB"),
    ("() => 'x'.repeat(2 ** 29)", Memory, "64 MiB"),
    ("() => new ArrayBuffer(2 ** 30)", Memory, "64 MiB"),
    ("() => new ArrayBuffer(66 * 2 ** 20).byteLength", Memory, "64 MiB"),
    ("() => new Uint8Array(new SharedArrayBuffer(2 ** 29)).fill(1).length", Memory, "64 MiB"),
    (
        "() => { const all = []; for (;;) { try { for (;;) all.push({}); } catch { all.length = 0; } } }",
        Timeout,
        "longer than a second",
    ),
    ("() => { const f = () => f(); return f(); }", Memory, "more deeply"),
    (
        "() => { const f = () => ({ toJSON: f }); const g = (n) => ({ get a() { return g(n + 1); } }); return g(0); }",
        Memory,
        "more deeply",
    ),
    ("() => { let all = []; for (let i = 0; i < 1e5; i++) all = [all]; return all; }", Memory, "more deeply"),
    (
        "() => { let all = []; for (let i = 0; i < 200; i++) all = [all]; return all; }",
        Result,
        "recursion limit",
    ),
    // Results.
    ("() => 'x'.repeat(2 ** 20)", Result, "1.0 MiB of JSON, and may return 1 MiB at most"),
    ("() => undefined", Result, "a value of the type undefined"),
    ("() => () => 1", Result, "a value of the type function"),
    ("() => Symbol('a')", Result, "a value of the type symbol"),
    ("() => NaN", Result, "it is NaN"),
    ("() => -Infinity", Result, "it is -Infinity"),
    ("() => ({ score: 0 / 0 })", Result, "`score` is NaN"),
    ("() => 10n", Result, "BigInt"),
    ("() => { const all = {}; all.all = all; return all; }", Result, "circular"),
    ("() => ({ toJSON() { throw new Error('no'); } })", Result, "Error: no"),
    ("() => new Proxy({}, { ownKeys() { throw new Error('no'); } })", Result, "Error: no"),
    ("() => { JSON.stringify = () => '1'; return undefined; }", Result, "undefined"),
    ("() => new Promise(() => {})", Result, "never settles"),
    ("async () => { await new Promise(() => {}); }", Result, "never settles"),
    ("() => ({ then() {} })", Result, "never settles"),
    // What is thrown.
    ("() => { throw new Error('a reason'); }", Threw, "it threw Error: a reason (line 1, column "),
    ("() => {\n  const x = 1;\n  return x.y.z;\n}", Threw, "(line 3, column "),
    ("() => { throw 'text'; }", Threw, "it threw \"text\""),
    ("() => { throw { code: 7 }; }", Threw, "it threw {\"code\":7}"),
    ("() => { throw undefined; }", Threw, "it threw undefined"),
    ("() => { throw null; }", Threw, "it threw null"),
    ("() => { throw 10n; }", Threw, "it threw a value of the type bigint"),
    (
        "() => { throw new Proxy({}, { get() { throw 1; }, ownKeys() { throw 2; } }); }",
        Threw,
        "it threw a value of the type",
    ),
    ("() => { const e = new Error('x'.repeat(1e6)); throw e; }", Threw, "xxx…"),
    (
        "() => { const e = new Error(); e.message = 1; Object.defineProperty(e, 'stack', { value: {} }); e.name = null; throw e; }",
        Threw,
        "an error without a message",
    ),
    ("async () => { throw new Error('later'); }", Threw, "it threw Error: later"),
    ("() => Promise.reject('later')", Threw, "it threw \"later\""),
    ("() => missing", Threw, "missing is not defined"),
    ("() => fetch('http://localhost')", Threw, "no files, network, timers or modules"),
    ("() => setTimeout(() => {}, 1)", Threw, "no files, network, timers or modules"),
    ("() => require('fs')", Threw, "no files, network, timers or modules"),
    ("async () => await import('fs')", Threw, "fs"),
    ("class A {}", Threw, "TypeError"),
    ("() => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }", Threw, "TypeError"),
    // Clock and chance.
    ("() => Date.now()", Threw, "functions have no clock"),
    ("() => new Date()", Threw, "functions have no clock"),
    ("() => Date()", Threw, "functions have no clock"),
    ("() => new (new Date(0).constructor)()", Threw, "functions have no clock"),
    ("() => Reflect.construct(Date, [])", Threw, "functions have no clock"),
    ("() => new (class extends Date {})()", Threw, "functions have no clock"),
    ("() => performance.now()", Threw, "no files, network, timers or modules"),
    ("() => Math.random()", Threw, "functions have no random numbers"),
    // Sources.
    ("", Source, "cannot be compiled"),
    ("() => {", Source, "(line 1, column 8)"),
    ("(output) =>\n  output ===== 1", Source, "(line 2, column 13)"),
    ("return output", Source, "cannot be compiled: SyntaxError"),
    ("const a = 1", Source, "an expression that is a function, such as"),
    ("'text'", Source, "of the type string, and must be an expression that is a function"),
    ("1 + 1", Source, "of the type number"),
    ("missing", Source, "cannot be evaluated: ReferenceError: missing is not defined (line 1, column 1)"),
    ("a\0b", Source, "cannot be compiled"),
];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_function_does_ends_in_a_clear_verdict_and_a_healthy_process() {
    let functions = functions();
    let mut wrong = Vec::new();
    for (source, kind, part) in VERDICTS {
        match call(&functions, source).await {
            Err(failure) if failure.kind == *kind && failure.message.contains(part) => {}
            other => wrong.push(format!("{source}\n    expected {kind:?} `{part}`\n    got {other:?}")),
        }
        let after = call(&functions, "(output, { score }) => [output, score]").await;
        assert_eq!(after, Ok(serde_json::json!(["output", 0.5])), "after {source}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_them_at_once_have_the_same_verdicts_and_those_between_them_their_results() {
    let functions = functions();
    let all = VERDICTS.iter().map(|(source, kind, _)| async {
        let (bad, good) = futures::join!(call(&functions, source), call(&functions, "(output) => output"));
        (bad.unwrap_err().kind == *kind, good == Ok("output".into()), *source)
    });
    for (is_verdict, is_result, source) in futures::future::join_all(all).await {
        assert!(is_verdict && is_result, "{source}");
    }
}
