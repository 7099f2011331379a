//! An error as a provider reports it, in whatever shape it chose.

use serde_json::Value;

/// What a provider says of an error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ProviderError {
    /// Its words for people.
    pub(crate) message: String,
    /// Its `type`, `code` and the like, in lower case, without the namespaces of Amazon.
    pub(crate) kinds: Vec<String>,
    /// The HTTP status it names, where it names one.
    pub(crate) status: Option<u16>,
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
    /// (vLLM), `{"message"}` (Mistral), `{"detail": …}` (FastAPI), `{"errors": …}`,
    /// `{"__type", "Message"}` (Amazon) and bare text.
    pub(crate) fn find(value: &Value) -> Option<Self> {
        match value {
            Value::String(message) => Some(Self { message: message.clone(), ..Self::default() }),
            Value::Array(items) => items.iter().find_map(Self::find),
            Value::Object(fields) => {
                let inner =
                    ["error", "errors"].iter().find_map(|name| fields.get(*name).and_then(Self::find));
                inner.or_else(|| {
                    let message =
                        ["message", "Message", "detail", "msg"].iter().find_map(|name| fields.get(*name))?;
                    let message = match message {
                        Value::String(message) => message.clone(),
                        other => Self::find(other).map_or_else(|| other.to_string(), |error| error.message),
                    };
                    let marks =
                        ["type", "code", "status", "__type"].iter().filter_map(|name| fields.get(*name));
                    let closer = fields.get("details").and_then(|details| details.get("error_code"));
                    let kinds = marks.clone().chain(closer).filter_map(Value::as_str).map(kind).collect();
                    let status = marks.filter_map(status_of).next();
                    Some(Self { message, kinds, status })
                })
            }
            _ => None,
        }
    }

    /// The HTTP status that its kind stands for where it came inside a stream, as the vendors document it.
    pub(crate) fn status_of_kind(&self) -> Option<u16> {
        self.kinds.iter().find_map(|kind| {
            Some(match kind.as_str() {
                "invalid_request_error" | "validationexception" => 400,
                "authentication_error" => 401,
                "billing_error" => 402,
                "permission_error" | "accessdeniedexception" => 403,
                "not_found_error" | "resourcenotfoundexception" => 404,
                "modeltimeoutexception" => 408,
                "request_too_large" => 413,
                "modelstreamerrorexception" | "modelerrorexception" => 424,
                "rate_limit_error" | "throttlingexception" => 429,
                "serviceunavailableexception" => 503,
                "timeout_error" => 504,
                "overloaded_error" => 529,
                _ => return None,
            })
        })
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

/// A kind of error in lower case. Amazon writes `namespace#Kind` in bodies and `Kind:page` in headers.
pub(super) fn kind(text: &str) -> String {
    let text = text.rsplit('#').next().unwrap_or(text);
    text.split(':').next().unwrap_or(text).to_ascii_lowercase()
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
            (json!({ "type": "error", "error": { "type": "overloaded_error", "message": "busy" } }), "busy"),
            (json!({ "Message": "denied", "__type": "x#AccessDeniedException" }), "denied"),
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
        let amazon =
            ProviderError::read(&json!({ "message": "", "__type": "com.amazon#ThrottlingException" }));
        assert_eq!(amazon.kinds, ["throttlingexception"]);
        let closer = json!({ "error": { "type": "a", "message": "", "details": { "error_code": "b" } } });
        assert_eq!(ProviderError::read(&closer).kinds, ["a", "b"]);
        let odd = ProviderError::read(&json!({ "error": { "message": "", "code": 7 } }));
        assert_eq!(odd.status, None);
    }
}
