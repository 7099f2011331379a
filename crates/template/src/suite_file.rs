//! The file of a suite: YAML for people, in which prompts and datasets stand by their names.
//!
//! ```
//! let text = "prompts:\n- support/reply  # the head\nmodels: [dry-run:echo]\ndataset: mails\n";
//! let suite = formaops_template::from_suite_file(text).unwrap();
//! assert_eq!(suite.prompts[0].prompt.as_str(), "support/reply");
//!
//! let more = formaops_template::SuiteFile { repeats: 3, ..suite };
//! let edited = formaops_template::edit_suite_file(text, &more);
//! assert_eq!(edited, format!("{text}repeats: 3\n"));
//! ```

use crate::yaml::{self, Limits};
use formaops_domain::{
    Case, DatasetName, JsonObject, ModelRef, Parameters, PromptName, Thresholds, Validation,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

const LIMITS: Limits = Limits { nodes: 200_000, aliases: 100 };

/// What the file of a suite says.
#[derive(Debug, Clone, PartialEq)]
pub struct SuiteFile {
    /// What it is for; may be empty.
    pub description: String,
    /// The prompts, in the order of the columns.
    pub prompts: Vec<SuiteFilePrompt>,
    /// The models; where there are none, each version runs on the model it suggests.
    pub models: Vec<SuiteFileModel>,
    /// The dataset whose cases are run.
    pub dataset: Option<SuiteFileDataset>,
    /// Cases of its own. Where each stands is said by the list.
    pub cases: Vec<Case>,
    /// The rules for every answer.
    pub validations: Vec<Validation>,
    /// How often each cell is executed, from 1.
    pub repeats: u32,
    /// What a run must reach.
    pub thresholds: Thresholds,
}

/// A prompt in the file of a suite: an object, or only its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuiteFilePrompt {
    /// The name of the prompt.
    pub prompt: PromptName,
    /// Which version; the head where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// A model in the file of a suite: an object, or only `provider:model`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuiteFileModel {
    /// The model.
    pub model: ModelRef,
    /// Parameters over those of the version.
    #[serde(default)]
    pub parameters: Parameters,
    /// What it is called; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The names of the prompts that it is asked; all where it names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompts: Vec<PromptName>,
}

/// The dataset in the file of a suite: an object, or only its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuiteFileDataset {
    /// The name of the dataset.
    pub dataset: DatasetName,
    /// The number of its version; the newest where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

/// Why the file of a suite cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SuiteFileError {
    /// What is wrong.
    pub message: String,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1, in characters.
    pub column: Option<u32>,
}

/// Reads the file of a suite. Fields that mean nothing here are passed over.
///
/// # Errors
/// [`SuiteFileError`] where it is not YAML, goes beyond the limits, or a field does not hold what it must.
pub fn from_suite_file(text: &str) -> Result<SuiteFile, SuiteFileError> {
    read(text).map(|(_, suite)| suite)
}

/// Writes the file of a suite.
#[must_use]
pub fn to_suite_file(suite: &SuiteFile) -> String {
    match fields(suite) {
        fields if fields.is_empty() => String::new(),
        fields => yaml::write_exactly(&Value::Object(fields), LIMITS),
    }
}

/// The file of a suite that says something else: comments, the order of fields, those that mean nothing here, line ends
/// and whatever stays equal are as they were. One that cannot be read is written anew.
#[must_use]
pub fn edit_suite_file(text: &str, suite: &SuiteFile) -> String {
    let Ok((now, old)) = read(text) else { return to_suite_file(suite) };
    if old == *suite {
        return text.to_owned();
    }
    let (old, new) = (fields(&old), fields(suite));
    let mut wanted = now.clone();
    for name in FIELDS {
        match (old.get(name), new.get(name)) {
            (old, new) if old == new => {}
            (Some(Value::Array(old)), Some(Value::Array(new))) => {
                let written = now.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                let as_written = |item: &Value| {
                    let at = old.iter().position(|old| old == item);
                    at.and_then(|at| written.get(at)).unwrap_or(item).clone()
                };
                wanted.insert(name.to_owned(), new.iter().map(as_written).collect());
            }
            (_, Some(new)) => drop(wanted.insert(name.to_owned(), new.clone())),
            (_, None) => drop(wanted.shift_remove(name)),
        }
    }
    let edited = yaml::edit(text, &Value::Object(wanted), LIMITS);
    let is_said = from_suite_file(&edited).is_ok_and(|read| read == *suite);
    if is_said { edited } else { to_suite_file(suite) }
}

impl SuiteFile {
    /// All that it says, as one object.
    #[must_use]
    pub fn to_object(&self) -> JsonObject {
        fields(self)
    }
}

/// The fields that mean something, in the order in which they are written.
const FIELDS: [&str; 8] =
    ["description", "prompts", "models", "dataset", "cases", "validations", "repeats", "thresholds"];

fn read(text: &str) -> Result<(JsonObject, SuiteFile), SuiteFileError> {
    let plain = text.strip_prefix('\u{feff}').unwrap_or(text);
    let now = match yaml::read(plain, LIMITS) {
        Ok(Value::Object(now)) => now,
        Ok(Value::Null) => JsonObject::new(),
        Ok(_) => {
            let message = "the file must be a mapping of fields".to_owned();
            return Err(SuiteFileError { message, line: Some(1), column: None });
        }
        Err(yaml::YamlError { message, line, column }) => {
            return Err(SuiteFileError { message, line, column });
        }
    };
    let fields = Fields { text: plain, now: &now };
    let mut suite = SuiteFile {
        description: fields.take("description", None)?.unwrap_or_default(),
        prompts: fields.take("prompts", Some("prompt"))?.unwrap_or_default(),
        models: fields.take("models", Some("model"))?.unwrap_or_default(),
        dataset: fields.take("dataset", Some("dataset"))?,
        cases: fields.take::<Vec<Case>>("cases", None)?.unwrap_or_default(),
        validations: fields.take("validations", None)?.unwrap_or_default(),
        repeats: fields.take("repeats", None)?.unwrap_or(1),
        thresholds: fields.take("thresholds", None)?.unwrap_or_default(),
    };
    suite.cases.iter_mut().for_each(|case| case.position = 0);
    Ok((now, suite))
}

struct Fields<'t> {
    text: &'t str,
    now: &'t JsonObject,
}

impl Fields<'_> {
    /// What a field holds. Where it may be a mere word, that stands for an object with the field `word`.
    fn take<T: DeserializeOwned>(&self, name: &str, word: Option<&str>) -> Result<Option<T>, SuiteFileError> {
        let Some(value) = self.now.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
        let whole = |value: &Value| match (word, value) {
            (Some(word), Value::String(text)) => json!({ word: text }),
            _ => value.clone(),
        };
        let value = match value {
            Value::Array(items) => items.iter().map(whole).collect(),
            value => whole(value),
        };
        serde_path_to_error::deserialize(value).map(Some).map_err(|error| {
            let steps = error.path().iter().filter_map(|step| match step {
                serde_path_to_error::Segment::Seq { index } => Some(index.to_string()),
                serde_path_to_error::Segment::Map { key } => Some(key.clone()),
                _ => None,
            });
            let path = std::iter::once(name.to_owned()).chain(steps).collect::<Vec<_>>().join(".");
            let (line, column) = yaml::place(self.text, &path).unzip();
            let message = format!("`{path}` does not hold what it must: {}", error.inner());
            SuiteFileError { message, line, column }
        })
    }
}

/// What is said, each thing in its shortest form; what is absent means the same as what is left out.
fn fields(suite: &SuiteFile) -> JsonObject {
    let short = |value: Value, word: &str| match value {
        Value::Object(mut fields) => {
            fields.retain(|_, value| *value != json!({}));
            match fields.get(word) {
                Some(only) if fields.len() == 1 => only.clone(),
                _ => Value::Object(fields),
            }
        }
        value => value,
    };
    let list = |items: Value, word: &str| match items {
        Value::Array(items) => items.into_iter().map(|item| short(item, word)).collect(),
        value => value,
    };
    let mut cases = json!(suite.cases);
    for case in cases.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        case.shift_remove("position");
    }
    let repeats = if suite.repeats == 1 { Value::Null } else { json!(suite.repeats) };
    let values = [
        json!(suite.description),
        list(json!(suite.prompts), "prompt"),
        list(json!(suite.models), "model"),
        short(json!(suite.dataset), "dataset"),
        cases,
        json!(suite.validations),
        repeats,
        json!(suite.thresholds),
    ];
    let is_said = |value: &Value| ![json!(null), json!(""), json!([]), json!({})].contains(value);
    let named = FIELDS.iter().map(|name| (*name).to_owned()).zip(values);
    named.filter(|(_, value)| is_said(value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# by hand\nowner: me\nprompts:\n- prompt: b  # the second\n- {prompt: a, version: v3}\nmodels: [dry-run:echo]\n\
                        cases:\n# a case\n- inputs: {x: 1}\n  expected: yes it is\nrepeats: 1\n";

    fn name(text: &str) -> PromptName {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_edited_says_exactly_that_and_keeps_the_rest() {
        let mut suite = from_suite_file(TEXT).unwrap();
        assert_eq!(edit_suite_file(TEXT, &suite), TEXT);
        suite.prompts.push(SuiteFilePrompt { prompt: name("c/d"), version: None });
        suite.models[0].parameters.temperature = Some(0.5);
        suite.cases[0].inputs.insert("x".into(), json!(2));
        suite.repeats = 4;
        let edited = edit_suite_file(TEXT, &suite);
        let expected = "# by hand\nowner: me\nprompts:\n- prompt: b  # the second\n- {prompt: a, version: v3}\n- c/d\n\
                        models: [{model: \"dry-run:echo\", parameters: {temperature: 0.5}}]\n\
                        cases:\n# a case\n- inputs:\n    x: 2\n  expected: yes it is\nrepeats: 4\n";
        assert_eq!(edited, expected);
        assert_eq!(from_suite_file(&edited).unwrap(), suite);
        let windows = edit_suite_file(&TEXT.replace('\n', "\r\n"), &suite);
        assert_eq!(windows, expected.replace('\n', "\r\n"));

        suite.cases.clear();
        suite.prompts.remove(0);
        let edited = edit_suite_file(&edited, &suite);
        assert_eq!(from_suite_file(&edited).unwrap(), suite);
        assert!(
            edited.contains("owner: me\n") && edited.contains("- {prompt: a, version: v3}\n"),
            "{edited}"
        );
    }

    #[test]
    fn what_is_written_is_read_again_as_it_was() {
        let suite = from_suite_file(TEXT).unwrap();
        assert_eq!(from_suite_file(&to_suite_file(&suite)).unwrap(), suite);
        let empty = from_suite_file("").unwrap();
        assert_eq!((to_suite_file(&empty).as_str(), empty.repeats), ("", 1));
        assert_eq!(edit_suite_file("prompts: [a\n", &suite), to_suite_file(&suite));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (text, line, column, words) in [
            ("prompts:\n- a\n- UPPER\n", 3, 3, "`prompts.1.prompt` does not hold what it must"),
            ("prompts:\n- prompt: a\n  verison: v1\n", 3, 3, "unknown field `verison`"),
            ("models:\n- echo\n", 2, 3, "`models.0.model`"),
            ("repeats: many\n", 1, 1, "`repeats`"),
            ("- a\n", 1, 0, "a mapping of fields"),
        ] {
            let error = from_suite_file(text).unwrap_err();
            assert!(error.message.contains(words), "{text}: {error:?}");
            assert_eq!((error.line, error.column.unwrap_or(0)), (Some(line), column), "{text}: {error:?}");
        }
    }
}
