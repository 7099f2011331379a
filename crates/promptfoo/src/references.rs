//! `$ref: '#/assertionTemplates/x'`: what a configuration says once and uses often.

use crate::problem::Log;
use serde_json::Value;

/// How often what is referred to may refer on.
const MOST_STEPS: usize = 32;

/// Puts what is referred to in the place of each reference into the same document. A schema, which may refer to its own
/// parts, keeps what leads nowhere here.
pub(crate) fn resolve(document: &mut Value, log: &mut Log) {
    // A copy of very many tests takes room, and few documents refer to anything.
    if refers(document) {
        let whole = document.clone();
        resolve_in(document, &whole, "", false, 0, log);
    }
}

/// Whether there is a reference anywhere in it.
fn refers(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(refers),
        Value::Object(fields) => {
            fields.get("$ref").is_some_and(Value::is_string) || fields.values().any(refers)
        }
        _ => false,
    }
}

fn resolve_in(value: &mut Value, whole: &Value, at: &str, in_schema: bool, steps: usize, log: &mut Log) {
    if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        let target = reference.strip_prefix('#').and_then(|pointer| whole.pointer(pointer));
        match target {
            Some(_) if steps == MOST_STEPS => {
                let message = format!("`$ref: {reference}` goes round in circles");
                log.wrong(at, message, "Let what it refers to stand for itself.");
                *value = Value::Null;
            }
            Some(target) => {
                *value = target.clone();
                resolve_in(value, whole, at, in_schema, steps + 1, log);
            }
            None if in_schema => {}
            None => {
                let hint = if reference.starts_with('#') {
                    "Correct the reference, or write out what it stands for."
                } else {
                    "Only references into the same file, `#/…`, are followed: write it out here."
                };
                log.wrong(at, format!("`$ref: {reference}` leads nowhere"), hint);
                *value = Value::Null;
            }
        }
        return;
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                resolve_in(item, whole, &format!("{at}[{index}]"), in_schema, steps, log);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                let is_schema = in_schema || matches!(name.as_str(), "value" | "schema" | "parameters");
                let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                resolve_in(field, whole, &at, is_schema, steps, log);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_are_followed_and_what_leads_nowhere_is_named() {
        let mut log = Log::new("c.yaml");
        let mut document = json!({
            "assertionTemplates": { "short": { "type": "word-count", "value": { "max": 5 } },
                "circle": { "$ref": "#/assertionTemplates/circle" } },
            "tests": [{ "assert": [
                { "$ref": "#/assertionTemplates/short" }, { "$ref": "#/none" },
                { "type": "is-json", "value": { "$ref": "#/definitions/own" } },
            ] }],
        });
        resolve(&mut document, &mut log);
        assert_eq!(document["tests"][0]["assert"][0]["type"], "word-count");
        assert_eq!(document["tests"][0]["assert"][2]["value"]["$ref"], "#/definitions/own");
        let places: Vec<_> = log.problems.iter().map(|problem| problem.at.path.as_str()).collect();
        assert_eq!(places, ["c.yaml: assertionTemplates.circle", "c.yaml: tests[0].assert[1]"]);
    }
}
