//! Parameters of models, by the names that other tools have for them.

use super::{Note, Notes};
use formaops_domain::{JsonObject, Parameters, ResponseFormat, ToolChoice, ToolDefinition};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Takes the parameters of a model that are known out of an object, by the names that other tools have for them. What
/// cannot be one is noted, with its place behind `path`.
pub fn take_parameters(fields: &mut JsonObject, path: &str) -> (Parameters, Vec<Note>) {
    let mut notes = Notes::new("");
    let parameters = take(fields, path, &mut notes);
    (parameters, notes.found)
}

/// Takes the parameters that are known out of an object. What cannot be one is noted.
pub(super) fn take(fields: &mut JsonObject, path: &str, notes: &mut Notes<'_>) -> Parameters {
    let mut reader = Reader { fields, path, notes };
    Parameters {
        temperature: reader.one(&["temperature"]),
        top_p: reader.one(&["top_p", "topP"]),
        max_tokens: reader.one(&[
            "max_tokens",
            "max_output_tokens",
            "max_completion_tokens",
            "maxOutputTokens",
            "maxTokens",
        ]),
        stop: reader.stop(),
        seed: reader.one(&["seed"]),
        frequency_penalty: reader.one(&["frequency_penalty", "frequencyPenalty"]),
        presence_penalty: reader.one(&["presence_penalty", "presencePenalty"]),
        top_k: reader.one(&["top_k", "topK"]),
        reasoning_effort: reader.effort(),
        reasoning_budget: None,
        reasoning_summary: None,
        response_format: reader.response_format(),
        tools: reader.tools(),
        tool_choice: reader.tool_choice(),
        extra: JsonObject::new(),
    }
}

struct Reader<'r, 'f> {
    fields: &'r mut JsonObject,
    path: &'r str,
    notes: &'r mut Notes<'f>,
}

impl Reader<'_, '_> {
    fn raw(&mut self, names: &[&str]) -> Option<(String, Value)> {
        let name = names.iter().find(|name| self.fields.contains_key(**name))?;
        let value = self.fields.shift_remove(*name).filter(|value| !value.is_null())?;
        let field = if self.path.is_empty() { (*name).to_owned() } else { format!("{}.{name}", self.path) };
        Some((field, value))
    }

    fn one<T: DeserializeOwned>(&mut self, names: &[&str]) -> Option<T> {
        let (field, value) = self.raw(names)?;
        self.typed(&field, value)
    }

    fn typed<T: DeserializeOwned>(&mut self, field: &str, value: Value) -> Option<T> {
        let shown = value.to_string();
        let read = serde_json::from_value(value);
        read.map_err(|_| self.notes.lost(field, format!("`{shown}` cannot be the value of this parameter")))
            .ok()
    }

    fn stop(&mut self) -> Vec<String> {
        match self.raw(&["stop", "stop_sequences", "stopSequences"]) {
            Some((_, Value::String(one))) => vec![one],
            Some((field, value)) => self.typed(&field, value).unwrap_or_default(),
            None => Vec::new(),
        }
    }

    fn effort(&mut self) -> Option<String> {
        if let Some(Value::Object(reasoning)) = self.fields.get_mut("reasoning")
            && let Some(effort) = reasoning.shift_remove("effort")
        {
            if reasoning.is_empty() {
                self.fields.shift_remove("reasoning");
            }
            return effort.as_str().map(str::to_owned);
        }
        self.one(&["reasoning_effort", "reasoningEffort"])
    }

    /// `response_format` of Chat Completions, or `text.format` of Responses.
    fn response_format(&mut self) -> Option<ResponseFormat> {
        let (field, mut value) = if let Some(found) = self.raw(&["response_format", "responseFormat"]) {
            found
        } else {
            let Some(Value::Object(text)) = self.fields.get_mut("text") else { return None };
            let format = text.shift_remove("format")?;
            if text.is_empty() {
                self.fields.shift_remove("text");
            }
            ("text.format".to_owned(), format)
        };
        match value.get("type").and_then(Value::as_str) {
            Some("text") => None,
            Some("json_object") => Some(ResponseFormat::Json),
            Some("json_schema") => {
                // The wrapper of Chat Completions, which Responses does without.
                if let Some(inner) = value.get_mut("json_schema") {
                    value = inner.take();
                }
                let name = value.get("name").and_then(Value::as_str).unwrap_or("answer").to_owned();
                let Some(Value::Object(schema)) = value.get_mut("schema").map(Value::take) else {
                    self.notes.lost(&field, "the schema of the answer is missing");
                    return None;
                };
                self.typed(&field, serde_json::json!({"kind": "schema", "name": name, "schema": schema}))
            }
            _ => {
                self.notes.lost(&field, format!("`{value}` is no form of an answer that is known here"));
                None
            }
        }
    }

    /// Functions; other kinds of tools are the vendor's own.
    fn tools(&mut self) -> Vec<ToolDefinition> {
        let Some((field, value)) = self.raw(&["tools"]) else { return Vec::new() };
        let Value::Array(items) = value else {
            self.notes.lost(&field, "the tools are no list");
            return Vec::new();
        };
        let mut tools = Vec::new();
        for (index, mut item) in items.into_iter().enumerate() {
            let field = format!("{field}[{index}]");
            let kind = item.get("type").and_then(Value::as_str).unwrap_or("function").to_owned();
            if kind != "function" {
                self.notes
                    .lost(&field, format!("the tool `{kind}` is the vendor's own and is not taken over"));
                continue;
            }
            if let Some(inner) = item.get_mut("function") {
                item = inner.take();
            }
            let mut kept = JsonObject::new();
            for name in ["name", "description", "parameters"] {
                if let Some(value) = item.get_mut(name).map(Value::take).filter(|value| !value.is_null()) {
                    kept.insert(name.to_owned(), value);
                }
            }
            tools.extend(self.typed::<ToolDefinition>(&field, Value::Object(kept)));
        }
        tools
    }

    fn tool_choice(&mut self) -> Option<ToolChoice> {
        let (field, value) = self.raw(&["tool_choice", "toolChoice"])?;
        let name = value.pointer("/function/name").or_else(|| value.get("name")).and_then(Value::as_str);
        match (value.as_str(), name) {
            (Some("auto"), _) => Some(ToolChoice::Auto),
            (Some("none"), _) => Some(ToolChoice::None),
            (Some("required"), _) => Some(ToolChoice::Required),
            (None, Some(name)) => Some(ToolChoice::Tool(name.to_owned())),
            _ => {
                self.notes.lost(&field, format!("`{value}` is no choice of tools that is known here"));
                None
            }
        }
    }
}
