//! Reads what a configuration file and the environment say, and names all that is wrong with it.

use super::{
    ConfigProblem, ConfigSource,
    table::{ConfigKind, ConfigValue, DEFINITIONS, Definition},
};
use formaops_domain::Place;
use std::{
    collections::{BTreeSet, HashMap},
    ffi::OsString,
    ops::Range,
    path::Path,
};
use toml::de::{DeTable, DeValue};

/// One value for each setting that has one, in the order of the table.
pub(super) type Values = [Option<ConfigValue>; DEFINITIONS.len()];

/// What was read of a file or of the environment.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Found {
    pub(super) values: Values,
    pub(super) problems: Vec<ConfigProblem>,
    /// Whether some of it could not be read at all, so that what is absent may be there all the same.
    pub(super) broken: bool,
}

/// Reads the text of a file.
pub(super) fn file(text: &str, path: &Path) -> Found {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut found = Found { broken: !errors.is_empty(), ..Found::default() };
    let mut wrong: Vec<(Range<usize>, Option<&Definition>, String)> = Vec::new();
    let mut broken_lines = BTreeSet::new();
    for error in &errors {
        let at = error.span().unwrap_or_default();
        // What follows on a line that cannot be read is only more of the same.
        if broken_lines.insert(line(text, at.start)) {
            wrong.push((at, None, format!("this is no TOML: {}", error.message())));
        }
    }
    for (name, value) in table.get_ref() {
        let place = name.span();
        // What stands on a line that cannot be read is not what was meant.
        if broken_lines.contains(&line(text, place.start)) {
            continue;
        }
        let Some(index) = DEFINITIONS.iter().position(|known| known.name == name.get_ref().as_ref()) else {
            wrong.push((place, None, unknown(name.get_ref(), value.get_ref())));
            continue;
        };
        let definition = &DEFINITIONS[index];
        found.values[index] = take(definition, value.get_ref());
        if found.values[index].is_none() {
            let given = text.get(value.span()).unwrap_or_default();
            wrong.push((value.span(), Some(definition), must_be(definition.name, definition, given)));
        }
    }
    wrong.sort_by_key(|(at, ..)| at.start);
    found.problems = wrong
        .into_iter()
        .map(|(at, definition, message)| ConfigProblem {
            setting: definition.map(|definition| definition.name),
            source: ConfigSource::File,
            message,
            at: place(path, text, at.start),
        })
        .collect();
    found
}

/// Reads variables of the environment. An empty one counts as one that is not set.
pub(super) fn environment(variables: &HashMap<&'static str, OsString>) -> Found {
    let mut found = Found::default();
    for (index, definition) in DEFINITIONS.iter().enumerate() {
        let Some(given) = variables.get(definition.variable).filter(|given| !given.is_empty()) else {
            continue;
        };
        found.values[index] = given.to_str().and_then(|text| definition.of_text(text));
        if found.values[index].is_none() {
            found.problems.push(ConfigProblem {
                setting: Some(definition.name),
                source: ConfigSource::Environment,
                message: must_be(definition.variable, definition, &given.to_string_lossy()),
                at: Place { path: definition.variable.to_owned(), line: None, column: None },
            });
        }
    }
    found
}

/// Says what a value must be, in place of what it is.
pub(super) fn must_be(name: &str, definition: &Definition, given: &str) -> String {
    /// The most of a wrong value that is repeated.
    const MOST: usize = 60;
    let mut shown: String = given.chars().take(MOST).collect();
    if shown.len() < given.len() {
        shown.push('…');
    }
    format!("`{name}` must be {}, got `{}`", definition.allowed(), shown.replace(['\n', '\r'], " "))
}

fn take(definition: &Definition, value: &DeValue<'_>) -> Option<ConfigValue> {
    match (definition.kind, value) {
        (ConfigKind::Number { .. }, DeValue::Integer(number)) => {
            definition.of_number(i64::from_str_radix(number.as_str(), number.radix()).ok()?)
        }
        (ConfigKind::Choice { .. }, DeValue::String(word)) => definition.of_word(word),
        _ => None,
    }
}

fn unknown(name: &str, value: &DeValue<'_>) -> String {
    if matches!(value, DeValue::Table(_)) {
        return format!("there is no section `{name}`; settings stand in none");
    }
    let meant = Definition::nearest(name).map_or(String::new(), |known| format!("; did you mean `{known}`?"));
    format!("there is no setting `{name}`{meant}")
}

/// The place of a byte of a text; lines and columns count from 1.
pub(super) fn place(path: &Path, text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or(text);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let count = |number: usize| u32::try_from(number).ok();
    Place { path: path.display().to_string(), line: count(line(text, at)), column: count(column) }
}

/// The number of the line of a byte, from 1.
pub(super) fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
}
