//! Cases as objects: JSONL, JSON and YAML.

use crate::{MOST_ROW_BYTES, Options, ReadError, Reason, promptfoo, row};
use formaops_domain::{Assertion, Case, JsonObject, Validation, ValidationRule};
use formaops_template::yaml::{self, Limits};
use serde::Deserialize;
use serde_json::Value;
use std::io::{BufRead, Read};

/// How large a list in YAML may be.
pub(crate) const LIMITS: Limits = Limits { nodes: 2_000_000, aliases: 10_000 };

/// The cases of JSONL, a line in memory at a time.
pub(crate) fn lines<R: BufRead>(
    input: R,
    options: &Options,
) -> impl Iterator<Item = Result<Case, ReadError>> + use<R> {
    Lines { input, line: 0, ended: false, options: options.clone() }
}

struct Lines<R> {
    input: R,
    line: u64,
    ended: bool,
    options: Options,
}

impl<R: BufRead> Lines<R> {
    fn read(&mut self) -> Result<Option<Case>, ReadError> {
        loop {
            let mut bytes = Vec::new();
            let most = MOST_ROW_BYTES as u64 + 1;
            let read = self.input.by_ref().take(most).read_until(b'\n', &mut bytes);
            let read = read.map_err(ReadError::input).inspect_err(|_| self.ended = true)?;
            self.line += 1;
            if read == 0 {
                return Ok(None);
            }
            if bytes.len() > MOST_ROW_BYTES {
                self.ended = true;
                return Err(ReadError::new(Reason::LongRow).at_line(self.line));
            }
            let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii();
            if text.is_empty() {
                continue;
            }
            let value = serde_json::from_slice(text).map_err(|error| syntax(&error, self.line - 1))?;
            return case(value, &self.options).map(Some).map_err(|error| error.at_line(self.line));
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<Case, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended { None } else { self.read().transpose() }
    }
}

/// What a reader of JSON says, without the place that it repeats.
fn syntax(error: &serde_json::Error, lines_before: u64) -> ReadError {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let error_at = ReadError::new(Reason::Syntax(error.to_string().replace(&place, "")));
    error_at.at_line(lines_before + error.line() as u64).at_column(error.column())
}

/// The cases of JSON.
pub(crate) fn json(bytes: &[u8], options: &Options) -> Result<Vec<Result<Case, ReadError>>, ReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value = serde_json::from_slice(bytes).map_err(|error| syntax(&error, 0))?;
    list(value, options)
}

/// The cases of YAML.
pub(crate) fn yaml(bytes: &[u8], options: &Options) -> Result<Vec<Result<Case, ReadError>>, ReadError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ReadError::new(Reason::Encoding("UTF-8")))?;
    let value = yaml::read(text.trim_start_matches('\u{feff}'), LIMITS).map_err(|error| ReadError {
        reason: Reason::Syntax(error.message),
        line: error.line.map(u64::from),
        column: error.column.map(u64::from),
    })?;
    list(value, options)
}

fn list(value: Value, options: &Options) -> Result<Vec<Result<Case, ReadError>>, ReadError> {
    let items = match value {
        Value::Array(items) => items,
        Value::Object(mut object) => match object.remove("cases") {
            Some(Value::Array(items)) => items,
            _ => return Err(ReadError::new(Reason::NoList)),
        },
        _ => return Err(ReadError::new(Reason::NoList)),
    };
    let numbered = (1..).zip(items);
    Ok(numbered.map(|(number, item)| case(item, options).map_err(|error| error.at_line(number))).collect())
}

/// The case of an object: as we write it, as a test of promptfoo, or with a field for each column.
pub(crate) fn case(value: Value, options: &Options) -> Result<Case, ReadError> {
    let object = match value {
        Value::Object(object) => object,
        other => return Err(ReadError::new(Reason::NoObject(kind(&other)))),
    };
    let is = |field: &str| object.get(field).is_some_and(Value::is_object);
    if options.columns.is_empty() && is("inputs") {
        let mut case: Case = parse(object)?;
        case.position = 0;
        return Ok(case);
    }
    if options.columns.is_empty() && is("vars") {
        return parse::<Test>(object)?.try_into();
    }
    row::case_of_object(object, &options.columns)
}

fn parse<T: serde::de::DeserializeOwned>(object: JsonObject) -> Result<T, ReadError> {
    let read = serde_json::from_value(Value::Object(object));
    read.map_err(|error| ReadError::new(Reason::Syntax(error.to_string())))
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A test of promptfoo.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Test {
    #[serde(default)]
    description: String,
    vars: JsonObject,
    #[serde(default)]
    assert: Vec<TestAssertion>,
    #[serde(default)]
    metadata: JsonObject,
    #[serde(default)]
    threshold: Option<f64>,
    #[serde(default)]
    options: TestOptions,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TestOptions {
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    suffix: String,
}

/// An assertion there: what is ours of it, and what here stands on the validation.
#[derive(Deserialize)]
struct TestAssertion {
    #[serde(default)]
    weight: Option<f64>,
    #[serde(default)]
    metric: Option<String>,
    #[serde(flatten)]
    rest: JsonObject,
}

impl TryFrom<Test> for Case {
    type Error = ReadError;

    fn try_from(test: Test) -> Result<Self, ReadError> {
        let Test { description, vars, assert, metadata, threshold, options } = test;
        let mut validations = assert.into_iter().map(validation).collect::<Result<Vec<_>, _>>()?;
        promptfoo::tell_apart(&mut validations);
        let TestOptions { prefix, suffix } = options;
        let validations = validations.into();
        Ok(Self { name: description, validations, metadata, threshold, prefix, suffix, ..Self::of(vars) })
    }
}

fn validation(test: TestAssertion) -> Result<Validation, ReadError> {
    let assertion: Assertion = parse(test.rest)?;
    let plain = Validation::new(assertion.name.clone(), ValidationRule::Assertion(Box::new(assertion)));
    Ok(Validation { weight: test.weight.unwrap_or(plain.weight), metric: test.metric, ..plain })
}
