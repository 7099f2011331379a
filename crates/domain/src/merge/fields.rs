//! Values as JSON, merged field by field.

use super::{Conflict, ConflictPlace, Three, json};
use crate::JsonObject;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Fields that say what those beside them mean: objects that differ in them are not mixed.
const TELLS: [&str; 2] = ["kind", "type"];

/// Merges a value as a whole: in a conflict ours holds, or the one that did not remove it.
pub(super) fn whole<T: PartialEq + Clone + Serialize>(
    values: Three<Option<&T>>,
    place: impl FnOnce() -> ConflictPlace,
    pointer: &str,
    conflicts: &mut Vec<Conflict>,
) -> Option<T> {
    let value = values.settled().unwrap_or_else(|values| {
        conflicts.push(Conflict::new(place(), pointer.to_owned(), values.map(|value| value.map(json))));
        values.ours.or(values.theirs)
    });
    value.cloned()
}

/// Merges a value field by field, at any depth; `place` names a part by the names that lead to it.
pub(super) fn each<T: PartialEq + Clone + Serialize + DeserializeOwned>(
    values: Three<Option<&T>>,
    place: &dyn Fn(&[String]) -> ConflictPlace,
    pointer: &str,
    conflicts: &mut Vec<Conflict>,
) -> Option<T> {
    if let Ok(value) = values.settled() {
        return value.cloned();
    }
    let values = values.map(|value| value.map(json));
    let mut fields = Fields { place, pointer, conflicts };
    let merged = fields.merge(values.as_ref().map(Option::as_ref), &mut Vec::new());
    merged.map(|merged| serde_json::from_value(merged).expect("fields of the same shape make that shape"))
}

struct Fields<'a> {
    place: &'a dyn Fn(&[String]) -> ConflictPlace,
    pointer: &'a str,
    conflicts: &'a mut Vec<Conflict>,
}

impl Fields<'_> {
    fn merge(&mut self, values: Three<Option<&Value>>, path: &mut Vec<String>) -> Option<Value> {
        match values.settled() {
            Ok(value) => value.cloned(),
            Err(Three { base, ours: Some(Value::Object(ours)), theirs: Some(Value::Object(theirs)) })
                if TELLS.iter().all(|tell| ours.get(*tell) == theirs.get(*tell)) =>
            {
                let nothing = JsonObject::new();
                let base = base.and_then(Value::as_object).unwrap_or(&nothing);
                Some(Value::Object(self.merge_objects(Three { base, ours, theirs }, path)))
            }
            Err(values) => {
                let pointer = path.iter().fold(self.pointer.to_owned(), |above, name| below(&above, name));
                whole(values, || (self.place)(path), &pointer, self.conflicts)
            }
        }
    }

    /// The fields in the order of ours, then those that only theirs has.
    fn merge_objects(&mut self, objects: Three<&JsonObject>, path: &mut Vec<String>) -> JsonObject {
        let added = objects.theirs.keys().filter(|name| !objects.ours.contains_key(*name));
        let mut merged = JsonObject::new();
        for name in objects.ours.keys().chain(added) {
            path.push(name.clone());
            let value = self.merge(objects.map(|object| object.get(name)), path);
            path.pop();
            if let Some(value) = value {
                merged.insert(name.clone(), value);
            }
        }
        merged
    }
}

/// The JSON pointer to a field of what another points to.
pub(super) fn below(pointer: &str, field: &str) -> String {
    format!("{pointer}/{}", field.replace('~', "~0").replace('/', "~1"))
}
