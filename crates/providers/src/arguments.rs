//! The arguments of calls, where a wire format has them as JSON: elsewhere they are text.

use crate::wire::Unsayable;
use formaops_domain::{JsonObject, ToolCall};
use serde_json::Value;

/// The arguments of a call that is sent back, as the object that most vendors insist on.
///
/// # Errors
/// What the model wrote is no object.
pub(crate) fn object(call: &ToolCall) -> Result<JsonObject, Unsayable> {
    if call.arguments.trim().is_empty() {
        return Ok(JsonObject::new());
    }
    serde_json::from_str(&call.arguments).map_err(|_| {
        Unsayable(format!(
            "the arguments of the call of `{}` must be a JSON object, got `{}`: correct them in the message",
            call.name, call.arguments
        ))
    })
}

/// The text of arguments that came.
pub(crate) fn text(arguments: &Value) -> String {
    match arguments {
        Value::Null => "{}".to_owned(),
        Value::String(text) => text.clone(),
        json => json.to_string(),
    }
}

/// Arguments that [`text`] reads as exactly this text.
pub(crate) fn retold(arguments: &str) -> Value {
    let json = serde_json::from_str(arguments).ok();
    json.filter(|json| text(json) == arguments).unwrap_or_else(|| arguments.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn call(arguments: &str) -> ToolCall {
        ToolCall { id: "c".to_owned(), name: "look".to_owned(), arguments: arguments.to_owned() }
    }

    #[test]
    fn arguments_are_sent_as_an_object_or_refused_by_the_name_of_their_tool() {
        assert_eq!(Value::from(object(&call(" {\"a\": 1} ")).unwrap()), json!({ "a": 1 }));
        assert_eq!(Value::from(object(&call("")).unwrap()), json!({}));
        for bad in ["[1]", "\"a\"", "{\"a\":"] {
            let why = object(&call(bad)).unwrap_err().to_string();
            assert!(why.contains("`look`") && why.contains(bad), "{why}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_model_wrote_is_read_again_as_it_was(arguments in r#"[{}\[\]:,"a1 .-]{0,20}"#) {
            prop_assert_eq!(text(&retold(&arguments)), arguments);
        }
    }

    #[test]
    fn text_that_is_json_in_its_plainest_form_is_told_as_json() {
        for (arguments, json) in [
            ("{\"a\":1}", json!({ "a": 1 })),
            ("{ \"a\": 1 }", json!("{ \"a\": 1 }")),
            ("null", json!("null")),
            ("\"a\"", json!("\"a\"")),
        ] {
            assert_eq!(retold(arguments), json);
        }
        assert_eq!(text(&Value::Null), "{}");
    }
}
