//! What is sent: a call as the JSON body of OpenAI Chat Completions.
//!
//! Source: the OpenAI API reference, "Create chat completion".

use formaops_domain::{JsonObject, RequestHash, canonical_hash, ports::ModelRequest};
use serde_json::{Value, json};

/// The word for this wire format in the hash of a request.
const WIRE: &str = "openai-chat";

/// How a server wants to be told the most tokens of an answer.
///
/// OpenAI has replaced `max_tokens` by `max_completion_tokens` and refuses the old name for its
/// reasoning models; compatible servers know the old name, and some ignore or refuse the new one.
/// So the new name goes to OpenAI's own host and the old one to all others. Where the free object
/// of the parameters sets either, neither is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MaxTokensField {
    MaxTokens,
    MaxCompletionTokens,
}

impl MaxTokensField {
    /// The name that the server at `host` wants.
    pub(crate) fn of_host(host: Option<&str>) -> Self {
        if host == Some("api.openai.com") { Self::MaxCompletionTokens } else { Self::MaxTokens }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::MaxTokens => "max_tokens",
            Self::MaxCompletionTokens => "max_completion_tokens",
        }
    }
}

/// The body of a request. The parameters were checked before.
pub(crate) fn body(request: &ModelRequest, max_tokens: MaxTokensField) -> JsonObject {
    let parameters = &request.parameters;
    let messages = request.messages.iter();
    let messages: Vec<_> =
        messages.map(|message| json!({ "role": message.role.as_str(), "content": message.text })).collect();
    let mut body = JsonObject::new();
    body.insert("model".to_owned(), request.model.clone().into());
    body.insert("messages".to_owned(), messages.into());
    body.insert("stream".to_owned(), true.into());
    body.insert("stream_options".to_owned(), json!({ "include_usage": true }));
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    set("temperature", parameters.temperature.map(Value::from));
    set("top_p", parameters.top_p.map(Value::from));
    set("stop", (!parameters.stop.is_empty()).then(|| json!(parameters.stop)));
    set("seed", parameters.seed.map(Value::from));
    set("frequency_penalty", parameters.frequency_penalty.map(Value::from));
    set("presence_penalty", parameters.presence_penalty.map(Value::from));
    set("reasoning_effort", parameters.reasoning_effort.clone().map(Value::from));
    let free = |name: &str| parameters.extra.contains_key(name);
    if !free("max_tokens") && !free("max_completion_tokens") {
        set(max_tokens.as_str(), parameters.max_tokens.map(Value::from));
    }
    body.extend(parameters.extra.clone());
    body
}

/// The name of what is sent: wire, model and body, without address, headers or key.
pub(crate) fn hash(model: &str, body: &JsonObject) -> RequestHash {
    RequestHash::from_array(canonical_hash(&json!({ "wire": WIRE, "model": model, "body": body })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use formaops_domain::{Parameters, Role, ports::ModelMessage};
    use formaops_testkit::request;

    fn with(parameters: Parameters) -> ModelRequest {
        ModelRequest { parameters, ..request("gpt-4o", "Hi") }
    }

    #[test]
    fn what_is_not_set_is_not_sent() {
        let expected = json!({
            "model": "gpt-4o",
            "messages": [{ "role": "user", "content": "Hi" }],
            "stream": true,
            "stream_options": { "include_usage": true },
        });
        assert_eq!(Value::from(body(&with(Parameters::default()), MaxTokensField::MaxTokens)), expected);
    }

    #[test]
    fn every_parameter_has_its_field_and_the_free_object_is_merged_over_them() {
        let mut request = with(Parameters {
            temperature: Some(0.5),
            top_p: Some(0.9),
            max_tokens: Some(100),
            stop: vec!["END".to_owned()],
            seed: Some(-7),
            frequency_penalty: Some(0.1),
            presence_penalty: Some(-0.1),
            reasoning_effort: Some("low".to_owned()),
            extra: serde_json::from_str(r#"{"temperature": 1, "top_k": 40}"#).unwrap(),
        });
        request.messages.insert(0, ModelMessage { role: Role::System, text: "Be brief.".to_owned() });
        let body = Value::from(body(&request, MaxTokensField::MaxTokens));
        let expected = json!({
            "model": "gpt-4o",
            "messages": [
                { "role": "system", "content": "Be brief." },
                { "role": "user", "content": "Hi" },
            ],
            "stream": true,
            "stream_options": { "include_usage": true },
            "temperature": 1, "top_p": 0.9, "max_tokens": 100, "stop": ["END"], "seed": -7,
            "frequency_penalty": 0.1, "presence_penalty": -0.1, "reasoning_effort": "low", "top_k": 40,
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn the_most_tokens_go_by_the_name_that_the_server_knows_unless_the_user_names_them() {
        let limited = |extra: &str| {
            let extra = serde_json::from_str(extra).unwrap();
            with(Parameters { max_tokens: Some(9), extra, ..Parameters::default() })
        };
        let names = |extra: &str, host: &str| {
            let body = body(&limited(extra), MaxTokensField::of_host(Some(host)));
            (body.get("max_tokens").cloned(), body.get("max_completion_tokens").cloned())
        };
        assert_eq!(names("{}", "api.openai.com"), (None, Some(json!(9))));
        assert_eq!(names("{}", "openrouter.ai"), (Some(json!(9)), None));
        assert_eq!(names(r#"{"max_tokens": 5}"#, "api.openai.com"), (Some(json!(5)), None));
        assert_eq!(names(r#"{"max_completion_tokens": 5}"#, "other"), (None, Some(json!(5))));
    }

    #[test]
    fn the_same_call_has_the_same_name_whatever_the_order_of_its_fields() {
        let name = |extra: &str| {
            let extra = serde_json::from_str(extra).unwrap();
            let body = body(&with(Parameters { extra, ..Parameters::default() }), MaxTokensField::MaxTokens);
            hash("gpt-4o", &body)
        };
        assert_eq!(name(r#"{"a": 1, "b": 2}"#), name(r#"{"b": 2, "a": 1}"#));
        assert_ne!(name(r#"{"a": 1}"#), name(r#"{"a": 2}"#));
    }

    #[test]
    fn a_number_beyond_what_json_holds_exactly_still_has_a_name() {
        let seed = with(Parameters { seed: Some(i64::MIN), ..Parameters::default() });
        let _ = hash("m", &body(&seed, MaxTokensField::MaxTokens));
    }
}
