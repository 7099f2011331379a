//! The variables of a test: lists that stand for several tests, values from files, values that name other variables.

use crate::{
    files::{self, Files, Sources},
    problem::Log,
};
use formaops_domain::JsonObject;
use formaops_template::{TemplateError, nunjucks_names, render_nunjucks};
use serde_json::Value;

/// How often values that name other variables are filled in.
const MOST_ROUNDS: usize = 5;
/// The most tests that the lists of one test may stand for.
const MOST_COMBINATIONS: usize = 100_000;

/// What stands under `vars`: an object, or files of objects.
pub(crate) fn read(value: Option<&Value>, at: &str, files: &Sources<'_>, log: &mut Log) -> JsonObject {
    let paths: Vec<&str> = match value {
        None | Some(Value::Null) => return JsonObject::new(),
        Some(Value::Object(fields)) => return fields.clone(),
        Some(Value::String(path)) => vec![path],
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect()
        }
        Some(_) => {
            log.wrong(at, "these are no variables", "Write an object of names and values.");
            return JsonObject::new();
        }
    };
    let mut all = JsonObject::new();
    for path in paths {
        let path = files::of_url(path).unwrap_or(path);
        if files::is_code(path) {
            let message = format!("`{path}` is a program, which is never run");
            log.wrong(at, message, "Write its variables out, or into a file of YAML.");
            continue;
        }
        match files.find(path) {
            Ok(found) => {
                for path in found {
                    match files.part(&path, at, log) {
                        Some(Value::Object(fields)) => all.extend(fields),
                        Some(_) => {
                            let message = format!("`{path}` holds no object of names and values");
                            log.wrong(at, message, "Write one variable a line, `name: value`.");
                        }
                        None => {}
                    }
                }
            }
            Err(error) => log.wrong(at, error.message, error.hint),
        }
    }
    all
}

/// The tests that variables stand for: one for each choice of an item from every list of texts, and from every pattern of
/// files. Other lists are values.
///
/// Source: `generateVarCombinations` in `src/evaluator.ts`.
pub(crate) fn combinations(
    vars: &JsonObject,
    are_expanded: bool,
    at: &str,
    files: &Sources<'_>,
    log: &mut Log,
) -> Vec<JsonObject> {
    let mut all = vec![JsonObject::new()];
    for (name, value) in vars {
        let values = match value {
            _ if !are_expanded => vec![value.clone()],
            Value::Array(items) if items.first().is_some_and(Value::is_string) => items.clone(),
            Value::String(text) if text.starts_with("file://") => {
                match files.find(text.trim_start_matches("file://")) {
                    Ok(found) => found.iter().map(|path| Value::from(format!("file://{path}"))).collect(),
                    Err(error) => {
                        log.wrong(&format!("{at}.{name}"), error.message, error.hint);
                        vec![Value::Null]
                    }
                }
            }
            other => vec![other.clone()],
        };
        if all.len() * values.len() > MOST_COMBINATIONS {
            let message = format!("the lists of this test stand for more than {MOST_COMBINATIONS} tests");
            log.wrong(at, message, "Shorten the lists, or write several tests.");
            return Vec::new();
        }
        let with = |values: &JsonObject, value: &Value| {
            let mut one = values.clone();
            one.insert(name.clone(), value.clone());
            one
        };
        all = all.iter().flat_map(|one| values.iter().map(move |value| with(one, value))).collect();
    }
    all
}

/// The values as a prompt gets them: files read, the last line end taken off, names of other variables filled in.
///
/// Source: `renderPrompt` and `resolveVariables` in `src/evaluatorHelpers.ts`.
pub(crate) fn resolved(mut vars: JsonObject, at: &str, files: &Sources<'_>, log: &mut Log) -> JsonObject {
    for (name, value) in &mut vars {
        let Some(text) = value.as_str() else { continue };
        if let Some(path) = files::of_url(text) {
            *value = from_file(path, &format!("{at}.{name}"), files, log);
        } else if text.starts_with("package:") {
            let message = format!("`{text}` is a program, which is never run");
            log.wrong(&format!("{at}.{name}"), message, "Write the value out.");
        }
    }
    for value in vars.values_mut() {
        if let Value::String(text) = value
            && text.ends_with('\n')
        {
            text.pop();
        }
    }
    let names: Vec<String> = vars.keys().cloned().collect();
    for _ in 0..MOST_ROUNDS {
        let mut is_settled = true;
        for name in &names {
            let Some(text) = vars[name].as_str().filter(|text| is_template(text)) else { continue };
            // A value that only looks like a template is a value.
            let Ok(rendered) = filled_in(text, &vars) else { continue };
            if rendered != text {
                is_settled = false;
                vars.insert(name.clone(), rendered.into());
            }
        }
        if is_settled {
            break;
        }
    }
    vars
}

/// A value with the names in it filled in. One that names what is not there is no template but a text with braces: only the
/// names before the first of those are filled in.
///
/// Source: `resolveVariables` and `referencesUndefinedVariables` in `src/evaluatorHelpers.ts`.
fn filled_in(text: &str, vars: &JsonObject) -> Result<String, TemplateError> {
    let is_known = |name: &String| vars.contains_key(name) || name == "env";
    if nunjucks_names(text).iter().all(is_known) {
        return render_nunjucks(text, vars);
    }
    let (mut filled, mut rest) = (String::new(), text);
    while let Some((before, name, after)) = first_name(rest).filter(|(_, name, _)| vars.contains_key(*name)) {
        filled.push_str(before);
        filled.push_str(&render_nunjucks(&format!("{{{{{name}}}}}"), vars)?);
        rest = after;
    }
    Ok(filled + rest)
}

/// The first `{{ name }}` of a text, with what is around it.
fn first_name(text: &str) -> Option<(&str, &str, &str)> {
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    text.match_indices("{{").find_map(|(at, mark)| {
        let (tag, after) = text[at + mark.len()..].split_once("}}")?;
        is_name(tag.trim()).then_some((&text[..at], tag.trim(), after))
    })
}

pub(crate) fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

fn from_file(path: &str, at: &str, files: &Sources<'_>, log: &mut Log) -> Value {
    const MEDIA: [&str; 12] =
        ["jpg", "jpeg", "png", "gif", "bmp", "webp", "svg", "mp4", "webm", "mov", "mp3", "wav"];
    let ending = files::ending(path);
    if files::is_code(path) {
        let message = format!("`{path}` is a program, which is never run");
        log.wrong(at, message, "Write the value out, or into a file of text.");
        return Value::Null;
    }
    if ending == "pdf" || MEDIA.contains(&ending.as_str()) {
        let message =
            format!("`{path}` is no text: images and PDF as values of variables are not understood");
        log.wrong(at, message, "Attach it to the prompt in FormaOps, and run a suite of it.");
        return Value::Null;
    }
    let text = if matches!(ending.as_str(), "yaml" | "yml") {
        files.part(path, at, log).map(|value| value.to_string())
    } else {
        files.filled_text(path, at, log).map(|text| text.trim().to_owned())
    };
    text.map_or(Value::Null, Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{environment::Environment, files::FileError};
    use serde_json::json;

    struct None_;

    impl Files for None_ {
        fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
            Ok(format!("text of {path}\n").into())
        }

        fn find(&self, pattern: &str) -> Result<Vec<String>, FileError> {
            Ok(vec![pattern.replace('*', "1"), pattern.replace('*', "2")])
        }
    }

    #[test]
    fn lists_of_texts_stand_for_tests_and_other_lists_are_values() {
        let vars = json!({ "a": ["1", "2"], "b": [1, 2], "c": [], "d": ["x", "y"], "e": "z" });
        let mut log = Log::new("c");
        let sources = Sources { files: &None_, environment: Environment::default() };
        let all = combinations(vars.as_object().unwrap(), true, "vars", &sources, &mut log);
        let chosen: Vec<_> = all.iter().map(|one| (one["a"].clone(), one["d"].clone())).collect();
        assert_eq!(
            json!(chosen),
            json!([["1", "x"], ["1", "y"], ["2", "x"], ["2", "y"]]),
            "the last list goes round fastest"
        );
        assert!(all.iter().all(|one| one["b"] == json!([1, 2]) && one["c"] == json!([])));
        let whole = combinations(vars.as_object().unwrap(), false, "vars", &sources, &mut log);
        assert_eq!(whole.len(), 1);
    }

    #[test]
    fn values_come_from_files_and_name_other_variables() {
        let vars = json!({ "name": "Ada", "greeting": "Hi {{ name }}", "twice": "{{greeting}}!", "file": "file://*.txt",
            "broken": "{{ not", "line": "a\n\n", "unknown": "{{name}}, {{user_name}}, {{name}}", "filtered":
            "{{ name | upper }} {{ nobody | upper }}" });
        let mut log = Log::new("c");
        let sources = Sources { files: &None_, environment: Environment::default() };
        let all = combinations(vars.as_object().unwrap(), true, "vars", &sources, &mut log);
        let read = resolved(all[1].clone(), "vars", &sources, &mut log);
        let expected = json!({ "name": "Ada", "greeting": "Hi Ada", "twice": "Hi Ada!", "file": "text of 2.txt",
            "broken": "{{ not", "line": "a\n", "unknown": "Ada, {{user_name}}, {{name}}", "filtered":
            "{{ name | upper }} {{ nobody | upper }}" });
        assert_eq!(Value::Object(read), expected);
        assert!(log.problems.is_empty());
    }
}
