//! Tests as they stand in a configuration and in the files that it names, before their lists are taken apart.

use crate::{
    files::{self, Files, Sources},
    numbers,
    problem::Log,
    vars,
};
use formaops_datasets::Options;
use formaops_domain::{Case, JsonObject, Validation, ValidationRule};
use serde_json::{Value, json};
use std::io::Cursor;

/// A test.
#[derive(Debug, Clone, Default)]
pub(crate) struct Test {
    /// Where it stands.
    pub(crate) at: String,
    pub(crate) description: String,
    pub(crate) vars: JsonObject,
    /// Its assertions, each with its place.
    pub(crate) assert: Vec<(String, Value)>,
    pub(crate) options: JsonObject,
    pub(crate) metadata: JsonObject,
    pub(crate) threshold: Option<f64>,
    /// The providers and the prompts that it is for; all where absent.
    pub(crate) providers: Option<Vec<String>>,
    pub(crate) prompts: Option<Vec<String>>,
}

/// Reads tests.
pub(crate) struct Tests<'r> {
    pub(crate) files: &'r Sources<'r>,
    pub(crate) log: &'r mut Log,
}

impl Tests<'_> {
    /// All tests that stand under a field: a list, files, or a list with files in it.
    pub(crate) fn all(&mut self, value: Value, at: &str) -> Vec<Test> {
        match value {
            Value::Null => Vec::new(),
            Value::String(path) => self.named(&path, at),
            Value::Array(items) => {
                let mut found = Vec::new();
                for (index, item) in items.into_iter().enumerate() {
                    found.extend(self.item(item, &format!("{at}[{index}]")));
                }
                found
            }
            Value::Object(fields) => {
                let path = fields.get("path").and_then(Value::as_str).map(str::to_owned);
                match path {
                    Some(path) => self.named(&path, at),
                    None => self.one(Value::Object(fields), at).into_iter().collect(),
                }
            }
            _ => {
                self.log.wrong(at, "these are no tests", "Write a list of tests, or a file of them.");
                Vec::new()
            }
        }
    }

    /// What an item of a list of tests stands for: itself, or the tests of a file.
    pub(crate) fn item(&mut self, item: Value, at: &str) -> Vec<Test> {
        match item {
            Value::String(path) => self.named(&path, at),
            other => self.one(other, at).into_iter().collect(),
        }
    }

    /// A test that is written out.
    pub(crate) fn one(&mut self, value: Value, at: &str) -> Option<Test> {
        let Value::Object(mut fields) = value else {
            self.log.wrong(at, "this is no test", "Write an object with `vars` and `assert`.");
            return None;
        };
        let mut take = |name: &str| fields.shift_remove(name).filter(|value| !value.is_null());
        let object = |value: Option<Value>| match value {
            Some(Value::Object(fields)) => fields,
            _ => JsonObject::new(),
        };
        let names = |value: Option<Value>| match value {
            Some(Value::Array(items)) => {
                Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>())
            }
            Some(Value::String(one)) => Some(vec![one]),
            _ => None,
        };
        let description = take("description").and_then(|value| value.as_str().map(str::to_owned));
        let (given, asserts, threshold) = (take("vars"), take("assert"), take("threshold"));
        let (options, metadata) = (object(take("options")), object(take("metadata")));
        let (providers, prompts) = (names(take("providers")), names(take("prompts")));
        for (field, hint) in [
            ("provider", "Name the providers that it is for under `providers`."),
            ("assertScoringFunction", "Give the assertions weights, and the test a `threshold`."),
            ("providerOutput", "Answers that are already there are graded again with `formaops execution`."),
        ] {
            if take(field).is_some() {
                self.log.wrong(&format!("{at}.{field}"), format!("`{field}` of a test is not there"), hint);
            }
        }
        for name in fields.keys() {
            self.log.note(&format!("{at}.{name}"), format!("`{name}` of a test means nothing here"));
        }
        let assert = match asserts {
            None => Vec::new(),
            Some(Value::Array(items)) => {
                let placed = items.into_iter().enumerate();
                placed.map(|(index, item)| (format!("{at}.assert[{index}]"), item)).collect()
            }
            Some(_) => {
                self.log.wrong(&format!("{at}.assert"), "the assertions are no list", "Write a list.");
                Vec::new()
            }
        };
        let vars = vars::read(given.as_ref(), &format!("{at}.vars"), self.files, self.log);
        Some(Test {
            at: at.to_owned(),
            description: description.unwrap_or_default(),
            vars,
            assert,
            options,
            metadata,
            threshold: numbers::number(threshold, &format!("{at}.threshold"), self.log),
            providers,
            prompts,
        })
    }

    /// The tests of a file, or of the files that a pattern means.
    fn named(&mut self, path: &str, at: &str) -> Vec<Test> {
        let path = files::of_url(path).unwrap_or(path);
        if path.contains("://") || path.starts_with("huggingface") {
            let message = format!("the tests at `{path}` are not fetched");
            self.log.wrong(at, message, "Save them as a file of CSV, and name that.");
            return Vec::new();
        }
        if files::is_code(path) {
            let message = format!("`{path}` is a program that makes tests, which is never run");
            self.log.wrong(at, message, "Write what it makes into a file of JSON, and name that.");
            return Vec::new();
        }
        match self.files.find(path) {
            Ok(found) => found.iter().flat_map(|path| self.file(path, at)).collect(),
            Err(error) => {
                self.log.wrong(at, error.message, error.hint);
                Vec::new()
            }
        }
    }

    fn file(&mut self, path: &str, at: &str) -> Vec<Test> {
        match files::ending(path).as_str() {
            "yaml" | "yml" | "json" => match self.files.part(path, at, self.log) {
                Some(Value::Array(items)) => self.listed(items, path),
                Some(one @ Value::Object(_)) => self.listed(vec![one], path),
                Some(_) => {
                    self.log.wrong(
                        at,
                        format!("`{path}` is no list of tests"),
                        "Write a list of tests there.",
                    );
                    Vec::new()
                }
                None => Vec::new(),
            },
            "jsonl" | "ndjson" => {
                let text = files::text(self.files, path, at, self.log);
                let items = text.and_then(|text| files::lines(path, &text, self.log));
                let mut items = Value::from(items.unwrap_or_default());
                self.files.fill(&mut items, path, self.log);
                let Value::Array(items) = items else { return Vec::new() };
                self.listed(items, path)
            }
            "csv" | "tsv" | "xlsx" | "xls" => self.table(path, at),
            ending => {
                let message = format!("`{path}` is of a kind that holds no tests here: `{ending}`");
                self.log.wrong(at, message, "Use CSV, XLSX, JSON, JSONL or YAML.");
                Vec::new()
            }
        }
    }

    fn listed(&mut self, items: Vec<Value>, path: &str) -> Vec<Test> {
        let placed = items.into_iter().enumerate();
        placed.filter_map(|(index, item)| self.one(item, &format!("{path}: [{index}]"))).collect()
    }

    /// The rows of a table, with the special columns of promptfoo.
    fn table(&mut self, path: &str, at: &str) -> Vec<Test> {
        let (file, sheet) = path.split_once('#').map_or((path, None), |(file, sheet)| (file, Some(sheet)));
        let bytes = match self.files.read(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.log.wrong(at, error.message, error.hint);
                return Vec::new();
            }
        };
        let options = Options { sheet: sheet.map(str::to_owned), ..Options::default() };
        let rows = formaops_datasets::read(Box::new(Cursor::new(bytes)), file, &options);
        let rows = rows.and_then(Iterator::collect::<Result<Vec<Case>, _>>);
        match rows {
            Ok(rows) => {
                let numbered = rows.into_iter().enumerate();
                numbered.map(|(index, row)| self.of_row(row, &format!("{path}: [{index}]"))).collect()
            }
            Err(error) => {
                let number = |number: Option<u64>| number.and_then(|number| u32::try_from(number).ok());
                let at = formaops_domain::Place {
                    path: path.to_owned(),
                    line: number(error.line),
                    column: number(error.column),
                };
                let hint = error.hint();
                self.log.wrong_at(at, format!("`{path}` is malformed: {error}"), hint);
                Vec::new()
            }
        }
    }

    /// The test of a row, with the environment put into its values.
    fn of_row(&mut self, row: Case, at: &str) -> Test {
        let mut options = JsonObject::new();
        for (name, text) in [("prefix", row.prefix), ("suffix", row.suffix)] {
            if !text.is_empty() {
                options.insert(name.to_owned(), text.into());
            }
        }
        let mut vars = Value::Object(row.inputs);
        self.files.fill(&mut vars, at, self.log);
        let asserts = row.validations.into_iter().enumerate();
        let asserts = asserts.map(|(index, validation)| {
            let (at, mut written) = (format!("{at}.__expected{}", index + 1), of_cell(validation));
            self.files.environment.fill(&mut written, &at, self.log);
            (at, written)
        });
        Test {
            at: at.to_owned(),
            description: row.name,
            assert: asserts.collect(),
            vars: match vars {
                Value::Object(vars) => vars,
                _ => JsonObject::new(),
            },
            options,
            metadata: row.metadata,
            threshold: row.threshold,
            providers: None,
            prompts: None,
        }
    }
}

/// The assertion of a cell as it would be written out.
fn of_cell(validation: Validation) -> Value {
    let Validation { rule: ValidationRule::Assertion(assertion), metric, .. } = validation else {
        return Value::Null;
    };
    let mut written = json!({ "type": assertion.name });
    if let Some(value) = assertion.value {
        written["value"] = value;
    }
    if let Some(threshold) = assertion.threshold {
        written["threshold"] = threshold.into();
    }
    if let Some(metric) = metric {
        written["metric"] = metric.into();
    }
    written
}
