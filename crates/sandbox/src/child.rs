//! The process that functions run in: it reads calls and writes what came of them, one after the other.

use crate::{
    frame::{self, HELLO},
    limits::{self, MOST_ARGUMENTS},
    script::{self, failure},
};
use formaops_domain::ports::{FunctionFailure, FunctionFailureKind as Kind};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::{
    borrow::Cow,
    ffi::OsStr,
    io::{self, BufReader, IsTerminal as _, Write as _},
    process::ExitCode,
};

/// The argument that a program is started with to be a sandbox.
pub(crate) const ARGUMENT: &str = "sandbox";

/// Whether this process was started to be a sandbox: then [`serve`] is all that it does.
#[must_use]
pub fn is_asked_for() -> bool {
    let mut arguments = std::env::args_os().skip(1);
    arguments.next().as_deref() == Some(OsStr::new(ARGUMENT)) && arguments.next().is_none()
}

/// Runs the functions that the parent process asks for, until it goes away.
#[must_use]
pub fn serve() -> ExitCode {
    if io::stdin().is_terminal() {
        let _ = writeln!(io::stderr(), "error: FormaOps starts its sandbox itself, to run functions in");
        return ExitCode::from(2);
    }
    match limits::confine().and_then(|()| answer_all()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// A call as it comes through the pipe.
#[derive(Deserialize)]
struct Call<'a> {
    #[serde(borrow)]
    source: Cow<'a, str>,
    #[serde(borrow)]
    arguments: &'a RawValue,
}

/// What came of it, as it goes back.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reply<T> {
    /// What the function returned.
    Value(T),
    /// Why it returned nothing.
    Failure {
        /// The kind of failure.
        kind: Kind,
        /// What happened.
        message: String,
    },
}

impl<T> From<FunctionFailure> for Reply<T> {
    fn from(FunctionFailure { kind, message }: FunctionFailure) -> Self {
        Self::Failure { kind, message }
    }
}

fn answer_all() -> io::Result<()> {
    let mut input = BufReader::new(io::stdin().lock());
    let mut output = io::stdout().lock();
    frame::write(&mut output, HELLO)?;
    while let Some(call) = frame::read(&mut input, MOST_ARGUMENTS)? {
        limits::allow_one_call()?;
        let reply = match answer(&call) {
            Ok(value) => Reply::Value(value),
            Err(failure) => failure.into(),
        };
        frame::write(&mut output, &serde_json::to_vec(&reply)?)?;
    }
    Ok(())
}

fn answer(call: &[u8]) -> Result<Box<RawValue>, FunctionFailure> {
    let unreadable =
        |error: serde_json::Error| failure(Kind::Unavailable, format!("the call cannot be read: {error}"));
    let call: Call = serde_json::from_slice(call).map_err(unreadable)?;
    let result = script::perform(&call.source, call.arguments.get())?;
    RawValue::from_string(result).map_err(unreadable)
}
