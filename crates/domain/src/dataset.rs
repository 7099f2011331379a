//! Datasets: named tables of inputs with what is expected of the answers, in versions that never change.

use crate::{
    ActorId, ContentHash, DatasetId, DatasetName, JsonObject, ModelRef, Timestamp, Validations,
    canonical_hash,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;

/// The most columns of a dataset: a page shows them side by side, and every version names them all.
pub const MOST_COLUMNS: usize = 1000;

/// A named table of cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dataset {
    /// Its identity, which renaming does not change.
    pub id: DatasetId,
    /// Its name: unique in the workspace without regard to case.
    pub name: DatasetName,
    /// What it is for; may be empty.
    pub description: String,
    /// The number of its newest version.
    pub head: u32,
    /// The columns of its newest version.
    pub columns: Vec<Column>,
    /// How many cases its newest version has.
    pub cases: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it or its versions last changed.
    pub updated_at: Timestamp,
    /// When it was put in the bin; deleting can be undone.
    pub deleted_at: Option<Timestamp>,
}

/// An immutable state of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatasetVersion {
    /// The dataset.
    pub dataset_id: DatasetId,
    /// Its place among the versions of its dataset, from 1.
    pub number: u32,
    /// The name of what it holds: its cases and their order, and the names of its columns.
    pub content_hash: ContentHash,
    /// Its columns, in the order in which they are shown.
    pub columns: Vec<Column>,
    /// How many cases it has.
    pub cases: u32,
    /// Why it was made; may be empty.
    pub note: String,
    /// Who made it.
    pub author: ActorId,
    /// When.
    pub created_at: Timestamp,
}

/// A column: one input, what is expected, or one field of the metadata.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Column {
    /// The name of the input or of the field of the metadata; `expected` for what is expected.
    pub name: String,
    /// What it holds of a case.
    pub kind: ColumnKind,
    /// What its values look like.
    #[serde(rename = "type")]
    pub type_: ColumnType,
}

/// What is done to a column, in all cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", rename_all = "lowercase", deny_unknown_fields)]
pub enum ColumnChange {
    /// One more, which no case has a value in yet.
    Add {
        /// What it holds of a case.
        kind: ColumnKind,
        /// Its name.
        name: String,
    },
    /// Its values get another name.
    Rename {
        /// What it holds of a case.
        kind: ColumnKind,
        /// Its name until now.
        name: String,
        /// Its new name.
        to: String,
    },
    /// Its values go.
    Remove {
        /// What it holds of a case.
        kind: ColumnKind,
        /// Its name.
        name: String,
    },
}

/// Why a column cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidColumnChange {
    /// There is none of this name and kind.
    #[error("there is no column `{0}`")]
    NoColumn(String),
    /// There is one of this name and kind.
    #[error("there is a column `{0}` already")]
    Taken(String),
    /// A column without a name, or what is expected under another name.
    #[error("a column cannot be called `{0}`")]
    Name(String),
    /// There is no room for one more.
    #[error(transparent)]
    TooMany(#[from] TooManyColumns),
}

impl ColumnChange {
    /// Changes the columns.
    ///
    /// # Errors
    /// Where it cannot be done to these columns; they are as they were.
    pub fn apply(&self, columns: &mut Vec<Column>) -> Result<(), InvalidColumnChange> {
        let place = |columns: &[Column], kind: ColumnKind, name: &str| {
            columns.iter().position(|column| column.kind == kind && column.name == name)
        };
        let free = |columns: &[Column], kind: ColumnKind, name: &str| {
            let is_name = !name.trim().is_empty() && (kind != ColumnKind::Expected || name == EXPECTED);
            match place(columns, kind, name) {
                _ if !is_name => Err(InvalidColumnChange::Name(name.to_owned())),
                Some(_) => Err(InvalidColumnChange::Taken(name.to_owned())),
                None => Ok(()),
            }
        };
        let there = |columns: &[Column], kind: ColumnKind, name: &str| {
            place(columns, kind, name).ok_or_else(|| InvalidColumnChange::NoColumn(name.to_owned()))
        };
        match self {
            Self::Add { kind, name } => {
                free(columns, *kind, name)?;
                if columns.len() == MOST_COLUMNS {
                    return Err(TooManyColumns { name: name.clone() }.into());
                }
                columns.push(Column { name: name.clone(), kind: *kind, type_: ColumnType::default() });
                columns.sort_by_key(|column| column.kind);
            }
            Self::Rename { kind, name, to } => {
                let place = there(columns, *kind, name)?;
                free(columns, *kind, to)?;
                columns[place].name.clone_from(to);
            }
            Self::Remove { kind, name } => {
                let place = there(columns, *kind, name)?;
                columns.remove(place);
            }
        }
        Ok(())
    }

    /// Whether cases change with it.
    #[must_use]
    pub const fn changes_cases(&self) -> bool {
        !matches!(self, Self::Add { .. })
    }

    /// Changes a case as the column changes.
    pub fn apply_to(&self, case: &mut Case) {
        match self {
            Self::Add { .. } => {}
            Self::Rename { kind, name, to } => {
                if let Some(values) = case.values_mut(*kind) {
                    let renamed = |(key, value)| (if key == *name { to.clone() } else { key }, value);
                    *values = std::mem::take(values).into_iter().map(renamed).collect();
                }
            }
            Self::Remove { kind, name } => match case.values_mut(*kind) {
                // Not `remove`, which would put the last value in its place.
                Some(values) => drop(values.shift_remove(name)),
                None => case.expected = None,
            },
        }
    }
}

/// What a column holds of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ColumnKind {
    /// The value of a variable.
    Input,
    /// What is expected of the answer.
    Expected,
    /// Something that is known of the case and not sent.
    Metadata,
}

/// What the values of a column look like. It is guessed from them and never changes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// Text; also where there is no value to guess from.
    #[default]
    String,
    /// Numbers, also where they are written as text.
    Number,
    /// `true` and `false`, also where they are written as text.
    Boolean,
    /// Lists, objects, or values of several types.
    Json,
}

impl ColumnType {
    /// What a value looks like; `None` for null and for an empty text, which fit everywhere.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Bool(_) => Some(Self::Boolean),
            Value::Number(_) => Some(Self::Number),
            Value::Array(_) | Value::Object(_) => Some(Self::Json),
            Value::String(text) => Self::of_text(text),
        }
    }

    fn of_text(text: &str) -> Option<Self> {
        match text {
            "" => None,
            "true" | "false" => Some(Self::Boolean),
            // What JSON calls a number: so `007`, `+1` and `NaN` stay texts.
            _ if serde_json::from_str::<serde_json::Number>(text).is_ok() => Some(Self::Number),
            _ => Some(Self::String),
        }
    }

    /// What both look like.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        match (self, other) {
            (one, same) if one == same => one,
            (Self::Json, _) | (_, Self::Json) => Self::Json,
            _ => Self::String,
        }
    }
}

/// A row of a dataset.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Case {
    /// Where it stands in its version, from 0. Of a case that is given it means nothing: the order says it.
    #[serde(default)]
    pub position: u32,
    /// A name or a description for people; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The values of the prompt's variables, by name.
    #[serde(default)]
    pub inputs: JsonObject,
    /// The answer that is expected; absent where none is, or where only validations say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Value>,
    /// The rules that the answer to this case is checked by, beside those of prompt and suite.
    #[serde(default, skip_serializing_if = "Validations::is_empty")]
    pub validations: Validations,
    /// Words to choose cases by, in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What is known of the case and not sent.
    #[serde(default, skip_serializing_if = "JsonObject::is_empty")]
    pub metadata: JsonObject,
    /// The least score, from 0 to 1, with which the case passes; absent where each validation decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// Text that is sent before the prompt's own; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// Text that is sent behind the prompt's own; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub suffix: String,
    /// The columns of a suite that it is run in; all where it names none.
    #[serde(default, skip_serializing_if = "CaseColumns::is_all")]
    pub columns: CaseColumns,
}

/// Which columns of a suite a case is run in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CaseColumns {
    /// The prompts by their names; all where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompts: Vec<String>,
    /// The models by their labels in the suite, or as `provider:model`; all where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
}

impl CaseColumns {
    /// Whether all columns are meant.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.prompts.is_empty() && self.models.is_empty()
    }

    /// Whether a column is meant.
    #[must_use]
    pub fn has(&self, prompt: &str, label: &str, model: &ModelRef) -> bool {
        let is_model =
            |wanted: &String| (!label.is_empty() && wanted == label) || *wanted == model.to_string();
        (self.prompts.is_empty() || self.prompts.iter().any(|wanted| wanted == prompt))
            && (self.models.is_empty() || self.models.iter().any(is_model))
    }
}

impl Case {
    /// A case that is nothing but its inputs.
    #[must_use]
    pub fn of(inputs: JsonObject) -> Self {
        Self { inputs, ..Self::default() }
    }

    /// The name of what the case holds, wherever it stands: BLAKE3 over canonical JSON without the position.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        ContentHash::from_array(canonical_hash(&Self { position: 0, ..self.clone() }))
    }

    /// The values of a kind of column; none of what is expected, which is one value.
    fn values_mut(&mut self, kind: ColumnKind) -> Option<&mut JsonObject> {
        match kind {
            ColumnKind::Input => Some(&mut self.inputs),
            ColumnKind::Expected => None,
            ColumnKind::Metadata => Some(&mut self.metadata),
        }
    }

    /// What there is in this case of a column.
    #[must_use]
    pub fn value(&self, column: &Column) -> Option<&Value> {
        match column.kind {
            ColumnKind::Input => self.inputs.get(&column.name),
            ColumnKind::Expected => self.expected.as_ref(),
            ColumnKind::Metadata => self.metadata.get(&column.name),
        }
    }
}

/// The name of the one column of the kind [`ColumnKind::Expected`].
const EXPECTED: &str = "expected";

/// Finds out the columns of cases that are shown to it one after the other.
///
/// ```
/// use formaops_domain::{Case, Columns};
/// use serde_json::json;
///
/// let mut columns = Columns::default();
/// let inputs = json!({ "name": "Bob", "age": 41 });
/// columns.see(&Case::of(inputs.as_object().unwrap().clone())).unwrap();
/// let names: Vec<_> = columns.finish().into_iter().map(|column| column.name).collect();
/// assert_eq!(names, ["name", "age"]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Columns {
    /// Each with the type of the values seen so far.
    found: Vec<(Option<ColumnType>, Column)>,
    places: HashMap<(ColumnKind, String), usize>,
}

/// Cases have more columns than a dataset may have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` would be one column more than the {MOST_COLUMNS} that a dataset may have")]
pub struct TooManyColumns {
    /// The first one that has no room.
    pub name: String,
}

impl Columns {
    /// Goes on from columns that are known; they stay, in their order, even where no case has a value there.
    #[must_use]
    pub fn starting_with(columns: Vec<Column>) -> Self {
        let places = columns.iter().enumerate();
        let places = places.map(|(place, column)| ((column.kind, column.name.clone()), place)).collect();
        Self { found: columns.into_iter().map(|column| (Some(column.type_), column)).collect(), places }
    }

    /// Takes in the columns of one more case.
    ///
    /// # Errors
    /// Where there would be more than [`MOST_COLUMNS`].
    pub fn see(&mut self, case: &Case) -> Result<(), TooManyColumns> {
        for (name, value) in &case.inputs {
            self.put(ColumnKind::Input, name, value)?;
        }
        if let Some(expected) = &case.expected {
            self.put(ColumnKind::Expected, EXPECTED, expected)?;
        }
        for (name, value) in &case.metadata {
            self.put(ColumnKind::Metadata, name, value)?;
        }
        Ok(())
    }

    fn put(&mut self, kind: ColumnKind, name: &str, value: &Value) -> Result<(), TooManyColumns> {
        let place = self.place(kind, name)?;
        let (seen, _) = &mut self.found[place];
        if let Some(type_) = ColumnType::of(value) {
            *seen = Some(seen.map_or(type_, |seen| seen.with(type_)));
        }
        Ok(())
    }

    fn place(&mut self, kind: ColumnKind, name: &str) -> Result<usize, TooManyColumns> {
        let key = (kind, name.to_owned());
        if let Some(place) = self.places.get(&key) {
            return Ok(*place);
        }
        if self.found.len() == MOST_COLUMNS {
            return Err(TooManyColumns { name: name.to_owned() });
        }
        let column = Column { name: name.to_owned(), kind, type_: ColumnType::default() };
        self.found.push((None, column));
        self.places.insert(key, self.found.len() - 1);
        Ok(self.found.len() - 1)
    }

    /// The columns: inputs, what is expected, metadata, each in the order in which they were first seen.
    ///
    /// The type of a column that was known before fits its old values and the new ones.
    #[must_use]
    pub fn finish(self) -> Vec<Column> {
        let typed =
            self.found.into_iter().map(|(seen, column)| Column { type_: seen.unwrap_or_default(), ..column });
        let mut columns: Vec<_> = typed.collect();
        columns.sort_by_key(|column| column.kind);
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn case(inputs: &Value) -> Case {
        Case::of(inputs.as_object().unwrap().clone())
    }

    fn types(cases: &[Value]) -> Vec<(String, ColumnType)> {
        let mut columns = Columns::default();
        for inputs in cases {
            columns.see(&case(inputs)).unwrap();
        }
        columns.finish().into_iter().map(|column| (column.name, column.type_)).collect()
    }

    #[test]
    fn the_type_of_a_column_is_the_narrowest_that_fits_all_its_values() {
        use ColumnType::{Boolean, Json, Number, String};
        for (first, second, expected) in [
            (json!("41"), json!("4.5"), Number),
            (json!(41), json!("many"), String),
            (json!("007"), json!(7), String),
            (json!("true"), json!(false), Boolean),
            (json!(true), json!(1), String),
            (json!(""), json!(3), Number),
            (json!(null), json!(""), String),
            (json!([1]), json!("x"), Json),
        ] {
            let found = types(&[json!({ "a": first }), json!({ "a": second })]);
            assert_eq!(found, [("a".to_owned(), expected)], "{first} {second}");
        }
    }

    #[test]
    fn columns_are_inputs_expectation_and_metadata_in_the_order_of_their_first_case() {
        let mut first = case(&json!({ "b": 1 }));
        first.metadata = json!({ "source": "mail" }).as_object().unwrap().clone();
        let second = Case { expected: Some(json!("yes")), ..case(&json!({ "a": 1, "b": 2 })) };
        let mut columns = Columns::default();
        columns.see(&first).unwrap();
        columns.see(&second).unwrap();
        let names = |columns: &[Column]| columns.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
        let found = columns.finish();
        assert_eq!(names(&found), ["b", "a", "expected", "source"]);
        assert_eq!(
            found.iter().map(|c| second.value(c)).collect::<Vec<_>>(),
            [Some(&json!(2)), Some(&json!(1)), Some(&json!("yes")), None]
        );

        let mut more = Columns::starting_with(found);
        more.see(&case(&json!({ "a": "x", "c": 1 }))).unwrap();
        let found = more.finish();
        assert_eq!(names(&found), ["b", "a", "c", "expected", "source"]);
        assert_eq!(found[1].type_, ColumnType::String);
    }

    #[test]
    fn a_column_that_is_renamed_keeps_its_place_and_one_that_is_removed_takes_its_values() {
        use ColumnKind::{Expected, Input};
        let mut case = Case { expected: Some(json!(1)), ..case(&json!({ "a": 1, "b": 2, "c": 3 })) };
        let mut columns = Columns::default();
        columns.see(&case).unwrap();
        let mut columns = columns.finish();
        let rename =
            |name: &str, to: &str| ColumnChange::Rename { kind: Input, name: name.into(), to: to.into() };
        let remove = |kind, name: &str| ColumnChange::Remove { kind, name: name.into() };
        for change in [rename("a", "x"), remove(Input, "b"), remove(Expected, "expected")] {
            change.apply(&mut columns).unwrap();
            change.apply_to(&mut case);
        }
        assert_eq!(serde_json::to_string(&case.inputs).unwrap(), r#"{"x":1,"c":3}"#);
        assert_eq!(case.expected, None);
        assert_eq!(columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["x", "c"]);

        let add = |kind, name: &str| ColumnChange::Add { kind, name: name.into() };
        assert_eq!(rename("b", "y").apply(&mut columns), Err(InvalidColumnChange::NoColumn("b".into())));
        assert_eq!(rename("x", "c").apply(&mut columns), Err(InvalidColumnChange::Taken("c".into())));
        for (kind, name) in [(Input, " "), (Expected, "wanted")] {
            assert_eq!(add(kind, name).apply(&mut columns), Err(InvalidColumnChange::Name(name.into())));
        }
        add(Input, "d").apply(&mut columns).unwrap();
        assert_eq!(columns.len(), 3);
    }

    #[test]
    fn one_column_too_many_is_named() {
        let wide: JsonObject = (0..=MOST_COLUMNS).map(|number| (format!("c{number}"), json!(1))).collect();
        let refused = Columns::default().see(&Case::of(wide)).unwrap_err();
        assert_eq!(refused, TooManyColumns { name: "c1000".into() });
    }

    #[test]
    fn a_case_has_the_same_hash_wherever_it_stands() {
        let first = case(&json!({ "a": 1 }));
        assert_eq!(first.hash(), Case { position: 7, ..first.clone() }.hash());
        assert_ne!(first.hash(), case(&json!({ "a": 2 })).hash());
    }
}
