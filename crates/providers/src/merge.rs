//! The free object of the parameters, as every wire format puts it over the body it has made.

use formaops_domain::JsonObject;
use serde_json::Value;

/// Puts `extra` over `body`: object into object at any depth, while lists and plain values replace. What is null
/// there is taken out of the body, so that a server can be spared a field that it does not take.
pub(crate) fn deep(body: &mut JsonObject, extra: &JsonObject) {
    for (name, value) in extra {
        match (body.get_mut(name), value) {
            (_, Value::Null) => {
                body.shift_remove(name);
            }
            (Some(Value::Object(below)), Value::Object(above)) => deep(below, above),
            _ => {
                body.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn objects_are_merged_by_field_and_null_takes_a_field_out_at_any_depth() {
        let object = |value: Value| serde_json::from_value::<JsonObject>(value).unwrap();
        let mut body = object(json!({ "a": { "x": 1, "y": 2, "z": [1] }, "b": 1, "c": { "x": 1 } }));
        let extra =
            object(json!({ "a": { "x": 9, "y": null, "z": [2] }, "b": null, "c": 7, "d": { "x": null } }));
        deep(&mut body, &extra);
        // What is new is taken as it is: a null may mean something there, as in a schema.
        let merged = json!({ "a": { "x": 9, "z": [2] }, "c": 7, "d": { "x": null } });
        assert_eq!(Value::from(body), merged);
    }
}
