//! An error as a provider reports it, in whatever shape it chose.

use serde_json::{Map, Value};

/// What a provider says of an error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ProviderError {
    /// Its words for people.
    pub(crate) message: String,
    /// Its `type`, `code` and the like, and what Google and Anthropic say in `details`, in lower case, without
    /// the namespaces of Amazon.
    pub(crate) kinds: Vec<String>,
    /// The HTTP status it names, where it names one.
    pub(crate) status: Option<u16>,
    /// The seconds it asks to wait, rounded up.
    pub(crate) retry_after: Option<u64>,
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
                    let marks = ["type", "code", "status", "statusCode", "__type"]
                        .iter()
                        .filter_map(|name| fields.get(*name));
                    let details = || fields.get("details").and_then(Value::as_array).into_iter().flatten();
                    let closer = fields.get("details").and_then(|details| details.get("error_code"));
                    let words = marks.clone().chain(details().flat_map(detail_words)).chain(closer);
                    let kinds = words.filter_map(Value::as_str).map(kind).collect();
                    let status = marks.filter_map(status_of).next();
                    let retry_after = details().find_map(|detail| seconds(&detail["retryDelay"]));
                    Some(Self { message, kinds, status, retry_after, filtered: filtered(fields) })
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

    /// Whether `type`, `code` or a detail contains this word, given in lower case.
    pub(crate) fn mentions(&self, word: &str) -> bool {
        self.kinds.iter().any(|kind| kind.contains(word))
    }

    /// Whether the message contains one of these phrases, given in lower case.
    pub(crate) fn says(&self, phrases: &[&str]) -> bool {
        let message = self.message.to_lowercase();
        phrases.iter().any(|phrase| message.contains(phrase))
    }
}

/// The reason that a detail of Google gives, and the quotas that it says are exceeded.
///
/// Source: `ErrorInfo` and `QuotaFailure` in `google/rpc/error_details.proto`.
fn detail_words(detail: &Value) -> impl Iterator<Item = &Value> {
    let violations = detail["violations"].as_array().into_iter().flatten();
    std::iter::once(&detail["reason"]).chain(violations.map(|violation| &violation["quotaId"]))
}

/// The seconds of a duration such as `37.5s`, rounded up.
fn seconds(duration: &Value) -> Option<u64> {
    let seconds: f64 = duration.as_str()?.strip_suffix('s')?.parse().ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the number was checked to be between 0 and 1e9"
    )]
    (0.0..1e9).contains(&seconds).then_some(seconds.ceil() as u64)
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
    fn the_details_of_google_are_kept_with_the_time_to_wait() {
        let error = |details: Value| {
            ProviderError::read(&json!({ "error": {
                "code": 429, "message": "Slow down.", "status": "RESOURCE_EXHAUSTED", "details": details,
            } }))
        };
        let quota = error(json!([
            { "@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [
                { "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier" },
            ] },
            { "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "36.2s" },
        ]));
        assert!(quota.is(&["resource_exhausted"]) && quota.mentions("perday"), "{quota:?}");
        assert_eq!((quota.status, quota.retry_after), (Some(429), Some(37)));
        let key = error(json!([{ "reason": "API_KEY_INVALID", "domain": "googleapis.com" }]));
        assert!(key.is(&["api_key_invalid"]), "{key:?}");
        for odd in [json!("soon"), json!("s"), json!("-1s"), json!("1e99s"), json!(7), Value::Null] {
            assert_eq!(error(json!([{ "retryDelay": odd }])).retry_after, None);
        }
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
