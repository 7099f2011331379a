//! Nothing of a call is left for the next, and nothing of the machine is there for any.

use crate::{Scripted, call, functions, told_of};
use serde_json::{Value, json};
use std::fs;

/// What changes everything that a function can get hold of.
const POLLUTION: &str = "() => {
    globalThis.left = 1;
    Object.prototype.left = 1;
    Array.prototype.left = 1;
    Function.prototype.left = 1;
    Promise.prototype.left = 1;
    RegExp.prototype.left = 1;
    JSON.stringify = JSON.parse = () => 'mine';
    Array.prototype[Symbol.iterator] = function* () { yield 'mine'; };
    Object.defineProperty(Object.prototype, 'toJSON', { value: () => 'mine', configurable: true });
    Promise.resolve = Promise.prototype.then = () => 'mine';
    String.prototype.length = 7;
    return { left: ({}).left };
}";

const TRACES: &str = "() => [
    typeof left, ({}).left, [].left, (() => 1).left, Promise.resolve().left, /a/.left, JSON.stringify(1),
    [...[2]][0], ({}).toJSON,
].map(String)";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_a_call_for_the_next_in_the_same_process() {
    let noted = Scripted::noting();
    let functions = &noted.functions;
    assert_eq!(call(functions, POLLUTION).await, Ok("mine".into()));
    let clean =
        ["undefined", "undefined", "undefined", "undefined", "undefined", "undefined", "1", "2", "undefined"];
    assert_eq!(call(functions, TRACES).await, Ok(json!(clean)));
    assert_eq!(noted.pids().len(), 1, "it was another process");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_finds_the_language_and_nothing_of_the_machine() {
    let names = "() => Object.getOwnPropertyNames(globalThis).sort()";
    let Ok(Value::Array(names)) = call(&functions(), names).await else { panic!() };
    let names: Vec<_> = names.iter().filter_map(Value::as_str).collect();
    for absent in [
        "Bun",
        "Deno",
        "Worker",
        "WebAssembly",
        "bjson",
        "fetch",
        "gc",
        "load",
        "os",
        "performance",
        "print",
        "process",
        "require",
        "scriptArgs",
        "setInterval",
        "setTimeout",
        "std",
        "FinalizationRegistry",
        "WeakRef",
    ] {
        assert!(!names.contains(&absent), "`{absent}` is there");
    }
    for present in
        ["Array", "BigInt", "Date", "Intl", "JSON", "Map", "Math", "Promise", "Proxy", "RegExp", "console"]
    {
        assert_eq!(names.contains(&present), present != "Intl", "{present}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_process_has_no_environment_no_descriptors_and_can_get_none() {
    // Whoever started this program left it a file that is open.
    let noted = Scripted::noting();
    let inherited = fs::File::open("/dev/null").unwrap();
    rustix::io::fcntl_setfd(&inherited, rustix::io::FdFlags::empty()).unwrap();
    assert_eq!(
        call(&noted.functions, "() => new Date(2026, 6, 1).toISOString()").await,
        Ok("2026-07-01T00:00:00.000Z".into())
    );
    let pid = noted.pids()[0];
    assert_eq!(fs::read(told_of(pid, "environ")).unwrap(), b"TZ=UTC0\0");
    let mut open: Vec<_> = fs::read_dir(told_of(pid, "fd"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    open.sort();
    assert_eq!(open, ["0", "1", "2"]);
    let limits = fs::read_to_string(told_of(pid, "limits")).unwrap();
    for limit in ["Max file size", "Max core file size", "Max processes", "Max open files"] {
        let line = limits.lines().find(|line| line.starts_with(limit)).unwrap();
        let values: Vec<_> = line[limit.len()..].split_whitespace().take(2).collect();
        assert_eq!(values, ["0", "0"], "{limit}");
    }
    for limit in ["Max cpu time", "Max address space"] {
        let line = limits.lines().find(|line| line.starts_with(limit)).unwrap();
        let soft = line[limit.len()..].split_whitespace().next().unwrap();
        assert!(soft.parse::<u64>().is_ok(), "{line}");
    }
    assert_eq!(fs::read_link(told_of(pid, "cwd")).unwrap().to_str(), Some("/"));
}
