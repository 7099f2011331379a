//! Keys and passphrases: typed unseen or read from a pipe, never an argument, which every program could see.

use clap::{Arg, ArgAction, ArgMatches};
use formaops_api::{ApiError, ErrorCode, Operation};
use serde_json::Value;
use std::io::{self, Read};
use zeroize::Zeroizing;

/// The most bytes that are read from a pipe: the longest keys are far shorter.
const MOST_BYTES: u64 = 64 << 10;

/// The switch that has a secret read from a pipe.
pub(crate) fn argument() -> Arg {
    Arg::new("stdin")
        .long("stdin")
        .action(ArgAction::SetTrue)
        .help("Read the secret from the standard input instead of asking for it")
}

/// The secret of an operation's field.
pub(crate) fn read(operation: &Operation, field: &str, matches: &ArgMatches) -> Result<Value, ApiError> {
    let text = if matches.get_flag("stdin") { from_pipe() } else { typed(operation, field) };
    let text = text.map_err(|error| {
        ApiError::new(
            ErrorCode::BadRequest,
            format!("the {field} cannot be read: {error}"),
            "Type it at a terminal, or pipe it in and add `--stdin`.",
        )
    })?;
    Ok(Value::from(text.as_str()))
}

fn from_pipe() -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    io::stdin().take(MOST_BYTES).read_to_string(&mut text)?;
    // What a shell adds at the end is not part of it.
    let length = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(length);
    Ok(text)
}

fn typed(operation: &Operation, field: &str) -> io::Result<Zeroizing<String>> {
    let ask = |question: String| rpassword::prompt_password(question).map(Zeroizing::new);
    let text = ask(format!("{field} (it is not shown): "))?;
    // A passphrase that was mistyped when it was set would open nothing.
    if operation.name == "vault_create" && *ask(format!("{field} again: "))? != *text {
        return Err(io::Error::other("the two are not the same"));
    }
    Ok(text)
}
