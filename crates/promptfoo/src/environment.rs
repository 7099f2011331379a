//! `{{env.NAME}}` in a configuration: put in before anything else is read, everywhere.

use crate::problem::Log;
use formaops_domain::JsonObject;
use formaops_template::render_nunjucks;
use serde_json::Value;
use std::collections::BTreeMap;

/// The variables that a configuration may use: those that were given for it, under those of its own `env`.
#[derive(Default)]
pub(crate) struct Environment {
    values: JsonObject,
}

impl Environment {
    pub(crate) fn new(given: &BTreeMap<String, String>, own: Option<&Value>, log: &mut Log) -> Self {
        let values = given.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        let mut environment = Self { values };
        for (name, value) in own.and_then(Value::as_object).into_iter().flatten() {
            let mut value = value.clone();
            environment.fill(&mut value, &format!("env.{name}"), log);
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            environment.values.insert(name.clone(), text.into());
        }
        environment
    }

    /// Puts the values in. Other tags stay: they are filled in when a prompt is rendered.
    pub(crate) fn fill(&self, value: &mut Value, at: &str, log: &mut Log) {
        match value {
            Value::String(text) if text.contains("env") && text.contains("{{") => {
                *text = self.filled(text, at, log);
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.fill(item, &format!("{at}[{index}]"), log);
                }
            }
            Value::Object(fields) => {
                for (name, field) in fields.iter_mut() {
                    // A key is named, and never read here.
                    if name == "apiKey" {
                        continue;
                    }
                    let is_whole = at.is_empty() || at.ends_with(": ");
                    let at = if is_whole { format!("{at}{name}") } else { format!("{at}.{name}") };
                    self.fill(field, &at, log);
                }
            }
            _ => {}
        }
    }

    fn filled(&self, text: &str, at: &str, log: &mut Log) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            filled.push_str(before);
            let Some((tag, behind)) = after.split_once("}}") else {
                rest = &rest[before.len()..];
                break;
            };
            if let Some(value) = self.tag(tag, at, log) {
                filled.push_str(&value);
            } else {
                filled.push_str("{{");
                filled.push_str(tag);
                filled.push_str("}}");
            }
            rest = behind;
        }
        filled.push_str(rest);
        filled
    }

    /// What a tag comes to, where it is one of the environment.
    fn tag(&self, tag: &str, at: &str, log: &mut Log) -> Option<String> {
        let name = name_of(tag)?;
        let is_left_open = !tag.contains("default");
        if !self.values.contains_key(name) && is_left_open {
            let hint = format!(
                "Give it with `--env {name}`, which takes it from the environment, with `--env {name}=VALUE`, or \
                 in a file with `--env-file`."
            );
            log.wrong(at, format!("`{{{{env.{name}}}}}` has no value"), hint);
            return Some(String::new());
        }
        let mut values = JsonObject::new();
        values.insert("env".to_owned(), Value::Object(self.values.clone()));
        match render_nunjucks(&format!("{{{{{tag}}}}}"), &values) {
            Ok(value) => Some(value),
            Err(error) => {
                log.wrong(at, format!("`{{{{{tag}}}}}`: {error}"), error.hint());
                None
            }
        }
    }
}

/// The variable of the environment that a tag begins with.
pub(crate) fn name_of(tag: &str) -> Option<&str> {
    let tag = tag.trim_matches(|c: char| c == '-' || c.is_whitespace());
    let (name, quote) = if let Some(name) = tag.strip_prefix("env.") {
        (name, None)
    } else {
        let quoted = tag.strip_prefix("env[")?;
        (quoted.get(1..)?, quoted.chars().next().filter(|c| matches!(c, '\'' | '"')))
    };
    let end = match quote {
        Some(quote) => name.find(quote)?,
        None => name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len()),
    };
    Some(&name[..end]).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_was_given_is_put_in_and_other_tags_stay() {
        let mut log = Log::new("c.yaml");
        let given = [("HOST".to_owned(), "h".to_owned())].into();
        let own = json!({ "BASE": "http://{{env.HOST}}/v1" });
        let environment = Environment::new(&given, Some(&own), &mut log);
        let mut value = json!({
            "url": "{{env.BASE}}", "prompt": "{{ name }} at {{ env['HOST'] }}", "apiKey": "{{env.SECRET}}",
            "other": "{{ env.OTHER | default('d') }}", "list": ["{{env.NONE}}"],
        });
        environment.fill(&mut value, "", &mut log);
        let expected = json!({
            "url": "http://h/v1", "prompt": "{{ name }} at h", "apiKey": "{{env.SECRET}}", "other": "d", "list": [""],
        });
        assert_eq!(value, expected);
        assert_eq!(log.problems.len(), 1);
        assert_eq!(log.problems[0].at.path, "c.yaml: list[0]");
        assert!(log.problems[0].hint.contains("--env NONE"));
    }
}
