//! One call of a function in QuickJS.

use crate::{
    limits::{MEMORY, MOST_RESULT, STACK, TIME},
    thrown::{Thrown, type_of},
};
use formaops_domain::{
    FunctionCall,
    ports::{FunctionFailure, FunctionFailureKind as Kind},
};
use rquickjs::{
    Array, Context, Ctx, Error, Function, Runtime, Value,
    context::{EvalOptions, intrinsic},
    function::Args,
};
use std::{cell::Cell, rc::Rc, time::Instant};

/// The name that places in the source are told by.
pub(crate) const FILE: &str = "function.js";
const PRELUDE: &str = include_str!("prelude.js");

/// What is in a context: the language without anything that tells the time or when memory is freed.
type Language = (
    intrinsic::Date,
    intrinsic::Eval,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::Proxy,
    intrinsic::MapSet,
    intrinsic::TypedArrays,
    intrinsic::Promise,
);

/// Calls a function in this process, under the limits of QuickJS alone: what the child does, and what it is
/// measured against.
///
/// # Errors
/// Where there is no result.
pub fn call_here(call: &FunctionCall) -> Result<serde_json::Value, FunctionFailure> {
    let arguments = serde_json::Value::from(call.arguments.clone()).to_string();
    let result = perform(&call.source, &arguments)?;
    serde_json::from_str(&result).map_err(|error| not_json(&error.to_string()))
}

/// What a function returns, as JSON. `arguments` is an array of JSON.
pub(crate) fn perform(source: &str, arguments: &str) -> Result<String, FunctionFailure> {
    let runtime = Runtime::new().map_err(no_room)?;
    runtime.set_memory_limit(MEMORY);
    runtime.set_max_stack_size(STACK);
    let deadline = Deadline::new();
    let watched = deadline.clone();
    runtime.set_interrupt_handler(Some(Box::new(move || watched.is_over())));
    let context = Context::custom::<Language>(&runtime).map_err(no_room)?;
    context.with(|ctx| Call { ctx, deadline }.perform(source, arguments))
}

fn no_room(_: Error) -> FunctionFailure {
    failure(Kind::Memory, "there is no memory for a function")
}

fn not_json(why: &str) -> FunctionFailure {
    failure(Kind::Result, format!("what it returned cannot be made JSON: {why}"))
}

pub(crate) fn failure(kind: Kind, message: impl Into<String>) -> FunctionFailure {
    FunctionFailure { kind, message: message.into() }
}

/// When a function has had its time.
#[derive(Clone)]
struct Deadline {
    at: Instant,
    over: Rc<Cell<bool>>,
}

impl Deadline {
    fn new() -> Self {
        Self { at: Instant::now() + TIME, over: Rc::default() }
    }

    fn is_over(&self) -> bool {
        if Instant::now() >= self.at {
            self.over.set(true);
        }
        self.over.get()
    }
}

/// A call under way.
struct Call<'js> {
    ctx: Ctx<'js>,
    deadline: Deadline,
}

impl<'js> Call<'js> {
    fn perform(&self, source: &str, arguments: &str) -> Result<String, FunctionFailure> {
        let guard: Function =
            self.ctx.eval(PRELUDE).map_err(|error| self.explain(error, |_| no_room(Error::Allocation)))?;
        let arguments = self.arguments(arguments)?;
        let function = self.compile(source)?;
        let returned = self.call(&function, arguments)?;
        self.json(returned, guard)
    }

    fn arguments(&self, json: &str) -> Result<Args<'js>, FunctionFailure> {
        let given = || -> rquickjs::Result<Args<'js>> {
            let list: Array = self.ctx.json_parse(json)?.get()?;
            let mut arguments = Args::new(self.ctx.clone(), list.len());
            for argument in list.iter::<Value>() {
                arguments.push_arg(argument?)?;
            }
            Ok(arguments)
        };
        let unread =
            |thrown: &Thrown| failure(Kind::Memory, format!("its arguments cannot be read: {}", thrown.text));
        given().map_err(|error| self.explain(error, unread))
    }

    fn compile(&self, source: &str) -> Result<Function<'js>, FunctionFailure> {
        const EXPECTED: &str =
            "an expression that is a function, such as `(output, context) => output !== \"\"`";
        let bare = source.trim_end().trim_end_matches(|c: char| c == ';' || c.is_whitespace());
        if bare.contains('\0') {
            return Err(failure(
                Kind::Source,
                "the source cannot be compiled: it has a character of the code 0",
            ));
        }
        let mut options = EvalOptions::default();
        options.strict = false;
        options.filename = Some(FILE.to_owned());
        // On lines of its own, the source keeps its columns, and a comment at its end does not matter.
        let wrapped = format!("(\n{bare}\n)");
        let value: Value = self.ctx.eval_with_options(wrapped, options).map_err(|error| {
            self.explain(error, |thrown| {
                let place = thrown.place_in(bare);
                let message = if thrown.is_syntax {
                    format!("the source cannot be compiled: {}{place}; it must be {EXPECTED}", thrown.text)
                } else {
                    format!("the source cannot be evaluated: {}{place}", thrown.text)
                };
                failure(Kind::Source, message)
            })
        })?;
        let kind = type_of(&value);
        value.into_function().ok_or_else(|| {
            failure(Kind::Source, format!("the source is of the type {kind}, and must be {EXPECTED}"))
        })
    }

    /// Calls it, and waits for what it promises.
    fn call(&self, function: &Function<'js>, arguments: Args<'js>) -> Result<Value<'js>, FunctionFailure> {
        let threw = |thrown: &Thrown| {
            failure(
                Kind::Threw,
                format!("it threw {}{}{}", thrown.text, thrown.place_in_all(), thrown.hint()),
            )
        };
        let settled = || -> rquickjs::Result<Option<Value<'js>>> {
            let returned: Value = function.call_arg(arguments)?;
            let (promise, resolve, _) = self.ctx.promise()?;
            resolve.call::<_, ()>((returned,))?;
            loop {
                if let Some(result) = promise.result() {
                    return result.map(Some);
                }
                if self.deadline.is_over() || !self.ctx.execute_pending_job() {
                    return Ok(None);
                }
            }
        };
        match settled() {
            Ok(Some(value)) => Ok(value),
            Ok(None) if self.deadline.over.get() => Err(timeout()),
            Ok(None) => Err(failure(
                Kind::Result,
                "the promise that it returned never settles: functions have no timers and no network to wait for",
            )),
            Err(error) => Err(self.explain(error, threw)),
        }
    }

    fn json(&self, value: Value<'js>, guard: Function<'js>) -> Result<String, FunctionFailure> {
        let kind = type_of(&value);
        let text = self.ctx.json_stringify_replacer(value, guard).and_then(|text| match text {
            Some(text) => text.to_string().map(Some),
            None => Ok(None),
        });
        let text = text.map_err(|error| self.explain(error, |thrown| not_json(&thrown.text)))?;
        let Some(text) = text else {
            let message = format!("it returned a value of the type {kind}, which JSON does not have");
            return Err(failure(Kind::Result, message));
        };
        if text.len() > MOST_RESULT {
            let mebibytes = text.len() as f64 / f64::from(1 << 20);
            let message = format!("it returned {mebibytes:.1} MiB of JSON, and may return 1 MiB at most");
            return Err(failure(Kind::Result, message));
        }
        let text = well_formed(text);
        // Whoever reads it takes no JSON that is nested without end.
        match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(_) => Ok(text),
            Err(error) => Err(not_json(&error.to_string())),
        }
    }

    /// The failure that an error is; `else_it_is` says it where neither time nor memory ran out.
    fn explain(&self, error: Error, else_it_is: impl FnOnce(&Thrown) -> FunctionFailure) -> FunctionFailure {
        let thrown = match error {
            Error::Exception => Thrown::take(&self.ctx),
            error => Thrown::of(&error.to_string()),
        };
        if self.deadline.over.get() {
            timeout()
        } else if thrown.is_memory {
            failure(Kind::Memory, "it needs more memory than a function may have (64 MiB)")
        } else if thrown.is_stack {
            failure(Kind::Memory, "it calls itself more deeply than a function may: the stack is full")
        } else {
            else_it_is(&thrown)
        }
    }
}

fn timeout() -> FunctionFailure {
    failure(Kind::Timeout, "it takes longer than a second: look for a loop that does not end")
}

/// JSON in which each half of a surrogate pair that stands alone is the replacement character: Rust has no such text.
fn well_formed(json: String) -> String {
    if !json.contains("\\ud") {
        return json;
    }
    let mut whole = String::with_capacity(json.len());
    let mut rest = json.as_str();
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        whole.push_str(before);
        // QuickJS writes whole pairs as they are, so an escaped surrogate is half of one.
        let (kept, length) = match escape.as_bytes().get(1..3) {
            Some(b"ud") => ("\\ufffd", 6),
            _ => (&escape[..2], 2),
        };
        whole.push_str(kept);
        rest = &escape[length..];
    }
    whole.push_str(rest);
    whole
}
