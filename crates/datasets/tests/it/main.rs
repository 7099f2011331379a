//! Tables read, written and read again; and what is wrong with those that are malformed.
#![expect(clippy::unwrap_used, reason = "a story that cannot be told stops there")]

mod malformed;
mod promptfoo;
mod round_trip;
mod sources;

use formaops_datasets::{Options, ReadError, read};
use formaops_domain::{Case, JsonObject};
use serde_json::Value;
use std::io::Cursor;

/// Reads a table to its end; the rows that cannot be read are errors among the others.
fn rows(bytes: &[u8], name: &str, options: &Options) -> Result<Vec<Result<Case, ReadError>>, ReadError> {
    Ok(read(Box::new(Cursor::new(bytes.to_vec())), name, options)?.collect())
}

/// The cases of a table in which nothing is wrong.
fn cases(text: &str, name: &str) -> Vec<Case> {
    let rows = rows(text.as_bytes(), name, &Options::default()).unwrap();
    rows.into_iter().map(Result::unwrap).collect()
}

/// What is wrong, in words.
fn problems(bytes: &[u8], name: &str, options: &Options) -> Vec<String> {
    match rows(bytes, name, options) {
        Ok(rows) => rows.into_iter().filter_map(|row| row.err().map(|error| error.to_string())).collect(),
        Err(error) => vec![error.to_string()],
    }
}

fn object(value: &Value) -> JsonObject {
    value.as_object().unwrap().clone()
}
