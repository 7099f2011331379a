//! An error as a provider reports it, in whatever shape it chose.

use serde_json::{Map, Value};

/// What a provider says of an error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ProviderError {
    /// Its words for people.
    pub(crate) message: String,
    /// Its `type` and `code`, in lower case.
    pub(crate) kinds: Vec<String>,
    /// The HTTP status it names, where it names one.
    pub(crate) status: Option<u16>,
    /// What a filter found in the content, each with how grave it is.
    pub(crate) filtered: Vec<String>,
}

impl ProviderError {
    /// The error in a JSON value that is known to be one.
    pub(crate) fn read(value: &Value) -> Self {
        Self::find(value).unwrap_or_else(|| Self { message: value.to_string(), ..Self::default() })
    }

    /// The error in a JSON value; `None` where it does not look like one.
    ///
    /// The shapes are `{"error": {"message", "type", "code"}}` (OpenAI and most others),
    /// `{"error": "…"}` (Ollama), `[{"error": …}]` (Google), `{"object": "error", "message"}`
    /// (vLLM), `{"message"}` (Mistral), `{"detail": …}` (FastAPI), `{"errors": …}` and bare text.
    pub(crate) fn find(value: &Value) -> Option<Self> {
        match value {
            Value::String(message) => Some(Self { message: message.clone(), ..Self::default() }),
            Value::Array(items) => items.iter().find_map(Self::find),
            Value::Object(fields) => {
                let inner =
                    ["error", "errors"].iter().find_map(|name| fields.get(*name).and_then(Self::find));
                inner.or_else(|| {
                    let message = ["message", "detail", "msg"].iter().find_map(|name| fields.get(*name))?;
                    let message = match message {
                        Value::String(message) => message.clone(),
                        other => Self::find(other).map_or_else(|| other.to_string(), |error| error.message),
                    };
                    let marks =
                        ["type", "code", "status", "statusCode"].iter().filter_map(|name| fields.get(*name));
                    let kinds =
                        marks.clone().filter_map(Value::as_str).map(str::to_ascii_lowercase).collect();
                    let status = marks.filter_map(status_of).next();
                    Some(Self { message, kinds, status, filtered: filtered(fields) })
                })
            }
            _ => None,
        }
    }

    /// Its words for people, with what a filter found.
    pub(crate) fn quotation(&self) -> Option<String> {
        let found = match self.filtered.as_slice() {
            [] => String::new(),
            found => format!("\nFiltered: {}.", found.join(", ")),
        };
        super::quotation(&format!("{}{found}", self.message))
    }

    /// Whether `type` or `code` is one of these words.
    pub(crate) fn is(&self, words: &[&str]) -> bool {
        self.kinds.iter().any(|kind| words.contains(&kind.as_str()))
    }

    /// Whether the message contains one of these phrases, given in lower case.
    pub(crate) fn says(&self, phrases: &[&str]) -> bool {
        let message = self.message.to_lowercase();
        phrases.iter().any(|phrase| message.contains(phrase))
    }
}

/// What a filter of Azure found: in `innererror.content_filter_result` of Chat Completions, and in
/// `content_filters[].content_filter_results` of Responses.
fn filtered(error: &Map<String, Value>) -> Vec<String> {
    let inner = error.get("innererror").into_iter();
    let results =
        inner.flat_map(|inner| [inner.get("content_filter_result"), inner.get("content_filter_results")]);
    let filters = error.get("content_filters").and_then(Value::as_array).into_iter().flatten();
    let results = results.chain(filters.map(|filter| filter.get("content_filter_results"))).flatten();
    let categories = results.filter_map(Value::as_object).flatten();
    let found = categories.filter(|(_, category)| category["filtered"] == true);
    found
        .map(|(name, category)| match category["severity"].as_str() {
            Some(severity) => format!("{name} ({severity})"),
            None => name.clone(),
        })
        .collect()
}

fn status_of(code: &Value) -> Option<u16> {
    let number = code.as_u64().or_else(|| code.as_str()?.parse().ok())?;
    u16::try_from(number).ok().filter(|status| (400..600).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_message_is_found_in_every_shape_that_servers_use() {
        for (value, message) in [
            (json!({ "error": { "message": "no", "type": "t", "code": "c" } }), "no"),
            (json!({ "error": "model 'x' not found" }), "model 'x' not found"),
            (json!([{ "error": { "message": "bad key", "status": "INVALID_ARGUMENT" } }]), "bad key"),
            (json!({ "object": "error", "message": "too long", "code": 400 }), "too long"),
            (json!({ "message": "Unauthorized" }), "Unauthorized"),
            (json!({ "detail": "Not Found" }), "Not Found"),
            (json!({ "detail": [{ "loc": ["body"], "msg": "field required" }] }), "field required"),
            (json!({ "errors": ["first", "second"] }), "first"),
            (json!({ "error": { "message": { "text": 1 } } }), r#"{"text":1}"#),
        ] {
            assert_eq!(ProviderError::find(&value).unwrap().message, message, "{value}");
        }
        assert_eq!(ProviderError::find(&json!({ "choices": [] })), None);
        assert_eq!(ProviderError::find(&json!({ "error": null })), None);
        assert_eq!(ProviderError::read(&json!(7)).message, "7");
    }

    #[test]
    fn type_and_code_are_kept_and_a_number_is_a_status() {
        let error = ProviderError::read(&json!({ "error": { "message": "", "type": "Quota", "code": 429 } }));
        assert!(error.is(&["quota"]));
        assert_eq!(error.status, Some(429));
        let odd = ProviderError::read(&json!({ "error": { "message": "", "code": 7 } }));
        assert_eq!(odd.status, None);
    }
}
