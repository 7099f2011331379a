//! What the columns of a table hold, and the case that comes of a row.

use crate::{ReadError, Reason, promptfoo};
use formaops_domain::{Case, JsonObject, Validation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ColumnRole")]
pub enum Role {
    /// The value of a variable.
    Input,
    /// What is expected of the answer.
    Expected,
    /// Something that is known of the case and not sent.
    Metadata,
    /// The name of the case.
    Name,
    /// Words to choose cases by, between commas.
    Tags,
    /// Nothing that is read.
    Skip,
}

/// What the cells of a column become.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Input(String),
    Expected,
    Metadata(String),
    Name,
    Tags,
    Skip,
    Assertion,
    Metric,
    Threshold,
    Prefix,
    Suffix,
    Validations,
    Columns,
}

/// The special columns of ours, beside those of promptfoo: what has no column there.
pub(crate) const EXPECTED: &str = "__formaops:expected";
pub(crate) const TAGS: &str = "__formaops:tags";
pub(crate) const VALIDATIONS: &str = "__formaops:validations";
pub(crate) const COLUMNS: &str = "__formaops:columns";
pub(crate) const METADATA: &str = "__metadata:";

impl Target {
    fn of(name: &str, role: Option<Role>) -> Self {
        match role {
            Some(Role::Input) => return Self::Input(name.to_owned()),
            Some(Role::Expected) => return Self::Expected,
            Some(Role::Metadata) => return Self::Metadata(name.to_owned()),
            Some(Role::Name) => return Self::Name,
            Some(Role::Tags) => return Self::Tags,
            Some(Role::Skip) => return Self::Skip,
            None => {}
        }
        match name {
            "__description" => Self::Name,
            "__prefix" => Self::Prefix,
            "__suffix" => Self::Suffix,
            "__metric" => Self::Metric,
            "__threshold" => Self::Threshold,
            EXPECTED => Self::Expected,
            TAGS => Self::Tags,
            VALIDATIONS => Self::Validations,
            COLUMNS => Self::Columns,
            _ if name.starts_with("__expected") => Self::Assertion,
            _ => match name.strip_prefix(METADATA) {
                Some(field) => Self::Metadata(field.to_owned()),
                None => Self::Input(name.to_owned()),
            },
        }
    }
}

/// Whether a column of this name holds something else than the value of a variable.
pub(crate) fn is_special(name: &str) -> bool {
    !matches!(Target::of(name, None), Target::Input(_))
}

/// The columns of a table.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    names: Vec<String>,
    targets: Vec<Target>,
}

impl Header {
    /// The columns of these names, read as is said.
    pub(crate) fn new<'a>(
        names: impl IntoIterator<Item = &'a str>,
        roles: &BTreeMap<String, Role>,
    ) -> Result<Self, ReadError> {
        let names: Vec<_> = names.into_iter().map(|name| plain(name).trim().to_owned()).collect();
        let mut seen = HashMap::new();
        for (place, name) in names.iter().enumerate() {
            let wrong = |reason| ReadError::new(reason).at_line(1).at_column(place + 1);
            if name.is_empty() {
                return Err(wrong(Reason::NoName));
            }
            if let Some(first) = seen.insert(name.as_str(), place + 1) {
                return Err(wrong(Reason::Doubled { name: name.clone(), first }));
            }
        }
        if let Some(name) = roles.keys().find(|name| !names.contains(name)) {
            return Err(ReadError::new(Reason::NoColumn(name.clone())).at_line(1));
        }
        let targets = names.iter().map(|name| Target::of(name, roles.get(name).copied())).collect();
        Ok(Self { names, targets })
    }

    /// The case of a row of texts.
    pub(crate) fn case<'a>(&self, cells: impl ExactSizeIterator<Item = &'a str>) -> Result<Case, ReadError> {
        self.case_of(cells.map(|cell| Value::String(plain(cell).to_owned())))
    }

    /// The case of a row of values.
    pub(crate) fn case_of(&self, cells: impl ExactSizeIterator<Item = Value>) -> Result<Case, ReadError> {
        let (found, expected) = (cells.len(), self.names.len());
        if found != expected {
            return Err(ReadError::new(Reason::Ragged { found, expected }));
        }
        let mut row = Row::default();
        for (place, value) in cells.enumerate() {
            row.put(&self.names[place], &self.targets[place], value)
                .map_err(|error| error.at_column(place + 1))?;
        }
        Ok(row.finish())
    }
}

/// The case of an object whose names are those of columns.
pub(crate) fn case_of_object(object: JsonObject, roles: &BTreeMap<String, Role>) -> Result<Case, ReadError> {
    let mut row = Row::default();
    for (name, value) in object {
        let target = Target::of(&name, roles.get(&name).copied());
        row.put(&name, &target, value)?;
    }
    Ok(row.finish())
}

/// What a spreadsheet hides: the quote before a text that would else be a formula.
pub(crate) fn plain(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if starts_formula(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

/// Whether a spreadsheet would take a cell for a formula; numbers below zero are none.
pub(crate) fn starts_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r'])
        && serde_json::from_str::<serde_json::Number>(cell).is_err()
}

/// A case in the making.
#[derive(Default)]
struct Row {
    case: Case,
    assertions: Vec<Validation>,
    metric: Option<String>,
}

impl Row {
    fn put(&mut self, name: &str, target: &Target, value: Value) -> Result<(), ReadError> {
        let wrong = |value: &Value, expected| {
            let (column, value) = (name.to_owned(), value.to_string().chars().take(80).collect());
            ReadError::new(Reason::Value { column, value, expected })
        };
        match target {
            Target::Input(name) => drop(self.case.inputs.insert(name.clone(), value)),
            // An empty cell says nothing of them.
            _ if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) => {}
            Target::Expected => self.case.expected = Some(value),
            Target::Metadata(field) => drop(self.case.metadata.insert(field.clone(), value)),
            Target::Name => self.case.name = text(value),
            Target::Prefix => self.case.prefix = text(value),
            Target::Suffix => self.case.suffix = text(value),
            Target::Metric => self.metric = Some(text(value)),
            Target::Skip => {}
            Target::Tags => {
                self.case.tags =
                    tags(&value).ok_or_else(|| wrong(&value, "it must be words between commas"))?;
            }
            Target::Threshold => {
                let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
                let number = number.filter(|number: &f64| (0.0..=1.0).contains(number));
                self.case.threshold =
                    Some(number.ok_or_else(|| wrong(&value, "it must be a number from 0 to 1"))?);
            }
            Target::Assertion => self.assertions.push(promptfoo::validation_of(text(value).trim())),
            Target::Validations => {
                let read = match &value {
                    Value::String(json) => serde_json::from_str(json),
                    other => serde_json::from_value(other.clone()),
                };
                self.case.validations = read.map_err(|_| wrong(&value, "it must be validations as JSON"))?;
            }
            Target::Columns => {
                let read = match &value {
                    Value::String(json) => serde_json::from_str(json),
                    other => serde_json::from_value(other.clone()),
                };
                self.case.columns =
                    read.map_err(|_| wrong(&value, "it must be prompts and models as JSON"))?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Case {
        let Self { mut case, mut assertions, metric } = self;
        assertions.iter_mut().for_each(|validation| validation.metric.clone_from(&metric));
        case.validations.extend(assertions);
        promptfoo::tell_apart(&mut case.validations);
        case
    }
}

pub(crate) fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn tags(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        Value::String(list) if list.starts_with('[') => serde_json::from_str(list).ok(),
        Value::String(words) => {
            let words = words.split(',').map(str::trim).filter(|word| !word.is_empty());
            Some(words.map(str::to_owned).collect())
        }
        _ => None,
    }
}
