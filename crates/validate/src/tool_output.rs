//! The calls of tools in an answer, whatever form they have there.

use serde_json::{Map, Value};

/// A call of a tool as it stands in an answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CalledTool<'a> {
    pub(crate) name: &'a str,
    /// The arguments as JSON text, where they are one.
    pub(crate) arguments: Option<&'a str>,
}

/// The calls in a value as OpenAI has them: an object with `tool_calls`, or the list itself. None where one of them is
/// no such call, or there are none.
pub(crate) fn openai_calls(value: &Value) -> Option<Vec<CalledTool<'_>>> {
    let calls = value.get("tool_calls").unwrap_or(value).as_array().filter(|calls| !calls.is_empty())?;
    calls.iter().map(|call| call.get("function").and_then(openai_function)).collect()
}

/// A call of a function as OpenAI has it: an object with `function_call`, or the call itself.
pub(crate) fn openai_function(value: &Value) -> Option<CalledTool<'_>> {
    let call = value.get("function_call").unwrap_or(value);
    let arguments = call.get("arguments")?.as_str()?;
    Some(CalledTool { name: call.get("name")?.as_str()?, arguments: Some(arguments) })
}

/// The names of the tools that are called in a value, as OpenAI, Anthropic or Google have it, or plainly.
pub(crate) fn called_names(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(object) => names_in_object(object),
        Value::Array(items) => items.iter().filter_map(Value::as_object).filter_map(name_in_list).collect(),
        _ => Vec::new(),
    }
}

fn names_in_object(object: &Map<String, Value>) -> Vec<&str> {
    if let Some(Value::Array(calls)) = object.get("tool_calls") {
        return calls
            .iter()
            .flat_map(|call| [call.get("function").and_then(name), name(call)])
            .flatten()
            .collect();
    }
    if matches!(object.get("type").and_then(Value::as_str), Some("tool_use" | "function_call"))
        && let Some(name) = object.get("name").and_then(Value::as_str)
    {
        return vec![name];
    }
    if let Some(call @ Value::Object(_)) = object.get("functionCall") {
        return name(call).into_iter().collect();
    }
    let several = object.get("toolCall").and_then(|call| call.get("functionCalls")).and_then(Value::as_array);
    several.into_iter().flatten().filter_map(name).collect()
}

fn name_in_list(call: &Map<String, Value>) -> Option<&str> {
    let inner =
        ["functionCall", "function"].iter().filter_map(|key| call.get(*key)).find(|inner| inner.is_object());
    match inner {
        Some(inner) if call.get("type").and_then(Value::as_str) != Some("tool_use") => name(inner),
        _ => call.get("name").and_then(Value::as_str),
    }
}

fn name(call: &Value) -> Option<&str> {
    call.get("name").and_then(Value::as_str)
}
