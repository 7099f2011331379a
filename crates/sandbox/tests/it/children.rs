//! How children are started, shared, replaced and ended.

use crate::{PROGRAM, Scripted, asked, call, functions, told_of};
use formaops_domain::ports::{FunctionFailureKind as Kind, Sandbox as _};
use formaops_sandbox::Functions;
use std::{num::NonZeroUsize, os::unix::process::ExitStatusExt as _, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
};

#[tokio::test(flavor = "multi_thread")]
async fn many_calls_at_once_each_have_their_own_result() {
    let functions = functions();
    let calls = (0..500).map(|n| functions.call(asked("(n) => n * 2", &[n.into()])));
    let results = futures::future::join_all(calls).await;
    for (n, result) in results.into_iter().enumerate() {
        assert_eq!(result, Ok((n * 2).into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_that_is_killed_is_replaced_and_only_its_call_fails() {
    let noted = Scripted::noting();
    let endless = "() => 'a'.repeat(3e7).indexOf('a'.repeat(1e7) + 'b')";
    let calls =
        ["() => 1", endless, "() => 3", endless, "() => 5"].map(|source| call(&noted.functions, source));
    let results = futures::future::join_all(calls).await;
    let kinds: Vec<_> =
        results.iter().map(|result| result.as_ref().err().map(|failure| failure.kind)).collect();
    assert_eq!(kinds, [None, Some(Kind::Timeout), None, Some(Kind::Timeout), None]);
    let pids = noted.pids();
    assert_eq!(pids.len(), 3, "{pids:?}");
    for gone in &pids[..2] {
        assert!(!told_of(*gone, "stat").exists(), "{gone} is still there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_that_went_away_between_two_calls_is_not_noticed() {
    let noted = Scripted::noting();
    assert_eq!(call(&noted.functions, "() => 1").await, Ok(1.into()));
    let pid = rustix::process::Pid::from_raw(noted.pids()[0].try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    while std::fs::read_to_string(told_of(noted.pids()[0], "stat")).is_ok_and(|stat| !stat.contains(") Z ")) {
        tokio::task::yield_now().await;
    }
    assert_eq!(call(&noted.functions, "() => 2").await, Ok(2.into()));
    assert_eq!(noted.pids().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_child_is_there_before_the_first_call_nor_a_while_after_the_last() {
    let noted = Scripted::noting();
    assert!(noted.pids().is_empty());
    assert_eq!(call(&noted.functions, "() => 1").await, Ok(1.into()));
    let pid = noted.pids()[0];
    let ended = async {
        while told_of(pid, "stat").exists() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), ended).await.expect("it is still there");
    assert_eq!(call(&noted.functions, "() => 2").await, Ok(2.into()));
    assert_eq!(noted.pids().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_goes_away_takes_its_call_with_it() {
    let noted = Scripted::noting();
    let endless = call(&noted.functions, "() => { while (1); }");
    let dropped: Vec<_> = (0..10).map(|_| call(&noted.functions, "() => { while (1); }")).collect();
    let all = futures::future::join_all(dropped);
    let waited = tokio::time::timeout(Duration::from_millis(200), futures::future::join(endless, all)).await;
    assert!(waited.is_err(), "they were not to end: {waited:?}");
    let next = tokio::time::timeout(Duration::from_millis(900), call(&noted.functions, "() => 1")).await;
    assert_eq!(next.expect("it waited for calls that nobody waits for"), Ok(1.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_whose_parent_is_gone_does_not_go_on_for_long() {
    let mut child = Command::new(PROGRAM)
        .arg("sandbox")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let source = "() => 'a'.repeat(3e7).indexOf('a'.repeat(1e7) + 'b')";
    let call = serde_json::to_vec(&asked(source, &[])).unwrap();
    let length = u32::try_from(call.len()).unwrap().to_le_bytes();
    let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    // It is ready, so it will read the call whoever is left by then.
    let mut hello = [0; 22];
    output.read_exact(&mut hello).await.unwrap();
    input.write_all(&[&length[..], &call].concat()).await.unwrap();
    drop((input, output));
    let ended = tokio::time::timeout(Duration::from_secs(120), child.wait()).await.expect("it goes on");
    assert_eq!(ended.unwrap().signal(), Some(rustix::process::Signal::XCPU.as_raw()));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_child_can_be_started_it_is_said_what_to_do() {
    let hello = r"printf '\022\000\000\000formaops sandbox 1'";
    for (script, kind, part) in [
        ("exit 3", Kind::Unavailable, "ended before it was ready (exit status: 3)"),
        ("echo nothing; cat > /dev/null", Kind::Unavailable, "not FormaOps, or another version"),
        (
            "printf '\\377\\377\\377\\377'; cat > /dev/null",
            Kind::Unavailable,
            "not FormaOps, or another version",
        ),
        (
            &format!("{hello}; printf '\\377\\377\\377\\377'; cat > /dev/null"),
            Kind::Unavailable,
            "cannot be read",
        ),
        (
            &format!("{hello}; printf '\\002\\000\\000\\000no'; cat > /dev/null"),
            Kind::Unavailable,
            "cannot be read",
        ),
        (&format!("{hello}; printf '\\020\\000\\000\\000half'"), Kind::Memory, "its process ended"),
        (&format!("{hello}; kill -SEGV $$"), Kind::Memory, "signal: 11"),
        (&format!("{hello}; cat > /dev/null"), Kind::Timeout, "cannot be interrupted"),
    ] {
        let scripted = Scripted::new(script);
        let failure = call(&scripted.functions, "() => 1").await.unwrap_err();
        assert!(failure.kind == kind && failure.message.contains(part), "{script}: {failure:?}");
    }
    let absent = Functions::of("/nowhere/formaops".into(), NonZeroUsize::MIN);
    let failure = call(&absent, "() => 1").await.unwrap_err();
    assert_eq!(failure.kind, Kind::Unavailable);
    assert_eq!(
        failure.message,
        "functions cannot be run, as their sandbox does not start: No such file or directory (os error 2); \
         start FormaOps again, and see whether its program was moved"
    );
}
