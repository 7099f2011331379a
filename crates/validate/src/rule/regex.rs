//! # Regex
//!
//! **What it checks.** The answer has a match of a pattern. `detail` has the `match`, where it begins (`start`, in
//! characters), and the `groups` that have a name, each at most 1,000 characters long.
//!
//! **Value.** The pattern, in the syntax of the Rust crate `regex`, which takes time in proportion to the answer whatever
//! the pattern. One with lookaround or back-references, which that crate does not have, runs as a JavaScript `RegExp` in
//! the sandbox and under its limits; then it is in JavaScript's syntax. The flags are `i` (capital and small letters are
//! the same), `m` (`^` and `$` match at lines), `s` (`.` matches line ends), `x` (blanks and comments in the pattern are
//! left out; not with lookaround or back-references) and `u` (Unicode, which is always on but in JavaScript).
//!
//! **Threshold.** None.
//!
//! **Example.**
//!
//! ```yaml
//! kind: regex
//! pattern: 'Order (?<number>\d{6})'
//! flags: i
//! ```
//!
//! **Differences from promptfoo.** It has `regex` for this, which takes no flags and tells no groups.

use super::{Decided, Mistake};
use crate::{
    evaluate::Replay,
    finding::{Finding, Halt},
    problem::{ProblemCode, bounded},
};
use formaops_domain::{Answer, Ask, FunctionCall};
use regex::{Regex, RegexBuilder};
use regex_syntax::ast::{ErrorKind, parse::ParserBuilder};
use serde_json::{Map, Value, json};
use std::{cell::RefCell, rc::Rc};

/// The most of a group that is told, in characters.
const GROUP_LIMIT: usize = 1_000;

/// The flags that there are.
const FLAGS: &str = "imsxu";

/// The most that a pattern takes when it is made ready, in bytes.
const SIZE_LIMIT: usize = 4 << 20;

/// How many patterns a thread keeps ready.
const READY: usize = 16;

/// Called with the answer, the pattern and the flags.
const IN_JAVASCRIPT: &str = "(output, pattern, flags) => { \
    const found = new RegExp(pattern, flags).exec(output); \
    if (found === null) return { holds: false }; \
    const groups = {}; \
    for (const [name, text] of Object.entries(found.groups ?? {})) \
        if (text !== undefined) groups[name] = text.slice(0, 1000); \
    const start = Array.from(output.slice(0, found.index)).length; \
    return { holds: true, match: found[0].slice(0, 1000), start, groups }; }";

/// A pattern that can be used.
enum Pattern {
    Linear(Rc<Regex>),
    /// It needs lookaround or back-references.
    JavaScript,
}

/// A pattern of the linear-time crate, ready; none where it cannot be.
pub(super) fn linear(pattern: &str) -> Option<Rc<Regex>> {
    match ready(pattern, "") {
        Ok(Pattern::Linear(regex)) => Some(regex),
        Ok(Pattern::JavaScript) | Err(_) => None,
    }
}

/// What is wrong with a pattern and its flags.
pub(crate) fn mistakes(pattern: &str, flags: &str) -> Vec<Mistake> {
    ready(pattern, flags).err().into_iter().collect()
}

pub(super) fn decide(pattern: &str, flags: &str, output: &str, replay: &mut Replay<'_>) -> Decided {
    match ready(pattern, flags)? {
        Pattern::Linear(regex) => Ok(in_rust(&regex, pattern, output)),
        Pattern::JavaScript => in_javascript(pattern, flags, output, replay),
    }
}

pub(super) fn in_rust(regex: &Regex, pattern: &str, output: &str) -> Finding {
    let Some(captures) = regex.captures(output) else { return finding(false, pattern) };
    let mut groups = Map::new();
    for name in regex.capture_names().flatten() {
        if let Some(group) = captures.name(name) {
            groups.insert(name.to_owned(), bounded(group.as_str(), GROUP_LIMIT).into());
        }
    }
    let found = captures.get_match();
    let start = output[..found.start()].chars().count();
    let detail = json!({"match": bounded(found.as_str(), GROUP_LIMIT), "start": start, "groups": groups});
    finding(true, pattern).with_detail(detail)
}

pub(super) fn in_javascript(pattern: &str, flags: &str, output: &str, replay: &mut Replay<'_>) -> Decided {
    let call = || FunctionCall {
        source: IN_JAVASCRIPT.to_owned(),
        arguments: vec![output.into(), pattern.into(), flags.into()],
    };
    let answer = replay.ask(|| Ask::Function(call()))?;
    let no_answer =
        || Halt::Error("the pattern could not be tried: its sandbox answered something else".into());
    let Answer::Json(Value::Object(found)) = answer else { return Err(no_answer()) };
    let holds = found.get("holds").and_then(Value::as_bool).ok_or_else(no_answer)?;
    let finding = finding(holds, pattern);
    if !holds {
        return Ok(finding);
    }
    let part = |name| found.get(name).cloned().unwrap_or_default();
    Ok(finding.with_detail(json!({"match": part("match"), "start": part("start"), "groups": part("groups")})))
}

fn finding(holds: bool, pattern: &str) -> Finding {
    let verb = if holds { "has a match" } else { "has no match" };
    Finding::new(holds, format!("the answer {verb} of `{}`", bounded(pattern, 200)))
}

thread_local! {
    static LAST_USED: RefCell<Vec<(String, String, Rc<Regex>)>> = const { RefCell::new(Vec::new()) };
}

/// The pattern, made ready or as it was used last on this thread.
fn ready(pattern: &str, flags: &str) -> Result<Pattern, Mistake> {
    let found = LAST_USED.with_borrow_mut(|used| {
        let at = used.iter().position(|(known, with, _)| known == pattern && with == flags)?;
        used[..=at].rotate_right(1);
        Some(Rc::clone(&used[0].2))
    });
    if let Some(found) = found {
        return Ok(Pattern::Linear(found));
    }
    let made = compile(pattern, flags)?;
    if let Pattern::Linear(regex) = &made {
        LAST_USED.with_borrow_mut(|used| {
            used.truncate(READY - 1);
            used.insert(0, (pattern.to_owned(), flags.to_owned(), Rc::clone(regex)));
        });
    }
    Ok(made)
}

fn compile(pattern: &str, flags: &str) -> Result<Pattern, Mistake> {
    check_flags(flags)?;
    let ignores_blanks = flags.contains('x');
    if let Err(error) = ParserBuilder::new().ignore_whitespace(ignores_blanks).build().parse(pattern) {
        if !needs_javascript(error.kind()) {
            return Err(bad(pattern, &error.kind().to_string()));
        }
        if ignores_blanks {
            let message =
                format!("the pattern `{}` runs in JavaScript, which has no flag `x`", bounded(pattern, 120));
            let hint = "Remove the flag and the blanks, or the lookaround and back-references";
            return Err(Mistake::new("flags", ProblemCode::BadPattern, message, hint));
        }
        return Ok(Pattern::JavaScript);
    }
    let regex = RegexBuilder::new(pattern)
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .ignore_whitespace(ignores_blanks)
        .size_limit(SIZE_LIMIT)
        .build();
    match regex {
        Ok(regex) => Ok(Pattern::Linear(Rc::new(regex))),
        Err(regex::Error::CompiledTooBig(_)) => Err(bad(pattern, "it is too large; repeat less in it")),
        Err(error) => Err(bad(pattern, error.to_string().lines().last().unwrap_or_default())),
    }
}

/// Whether what the linear-time crate refuses is something that JavaScript has.
fn needs_javascript(refusal: &ErrorKind) -> bool {
    matches!(refusal, ErrorKind::UnsupportedLookAround | ErrorKind::UnsupportedBackreference)
}

pub(super) fn bad(pattern: &str, why: &str) -> Mistake {
    let message = format!("the pattern `{}` cannot be read: {}", bounded(pattern, 120), why);
    Mistake::new("pattern", ProblemCode::BadPattern, message, "Correct the pattern")
}

fn check_flags(flags: &str) -> Result<(), Mistake> {
    let wrong = |message| {
        Mistake::new(
            "flags",
            ProblemCode::BadPattern,
            message,
            "Use any of `i`, `m`, `s`, `x` and `u`, each once",
        )
    };
    for (index, flag) in flags.char_indices() {
        if !FLAGS.contains(flag) {
            return Err(wrong(format!("there is no flag `{flag}`")));
        }
        if flags[..index].contains(flag) {
            return Err(wrong(format!("the flag `{flag}` is there twice")));
        }
    }
    Ok(())
}
