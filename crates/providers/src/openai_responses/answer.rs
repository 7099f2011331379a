//! What comes back: the events of a streamed response, or a whole one.

use crate::{
    failure::ProviderError,
    framing::Event,
    wire::{Fault, Interpreter, Said},
};
use formaops_domain::{Finish, FinishReason, ToolCall, Usage, ports::StreamPart};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Reads one answer.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The calls whose arguments are not complete, by their place, and whether any of them came.
    calls: BTreeMap<u64, bool>,
    /// The model asked for a tool.
    called: bool,
    /// The model said why it does not answer.
    refused: bool,
    /// A part of a summary of its reasoning came.
    summarised: bool,
}

/// Something that happened. Only the fields of the events that are read are known.
#[derive(Deserialize)]
struct Happened {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    output_index: Value,
    #[serde(default)]
    delta: Value,
    #[serde(default)]
    arguments: Value,
    #[serde(default)]
    item: Value,
    #[serde(default)]
    response: Value,
    #[serde(default)]
    error: Value,
}

impl Interpreter for Reader {
    fn event(&mut self, event: &Event, said: &mut Said) -> Result<(), Fault> {
        let data = event.data.trim();
        if data.is_empty() {
            return Ok(());
        }
        // The vendor does not send it; gateways do.
        if data == "[DONE]" {
            said.done();
            return Ok(());
        }
        let happened: Happened = match serde_json::from_str(data) {
            Ok(happened) if event.name != "error" => happened,
            // An error may be anything, even bare text.
            _ => return Err(crate::http::json(event).err().unwrap_or_else(|| Fault::unreadable(data))),
        };
        if happened.kind == "error" || !happened.error.is_null() {
            let whole: Value = serde_json::from_str(data).map_err(|_| Fault::unreadable(data))?;
            return Err(Fault::Reported(ProviderError::read(&whole)));
        }
        self.take(happened, said)
    }

    fn document(&mut self, document: &Value, said: &mut Said) -> Result<(), Fault> {
        if document["output"].is_array() || document["object"] == "response" {
            return self.conclude(document, said);
        }
        Err(match ProviderError::find(document) {
            Some(error) => Fault::Reported(error),
            None => Fault::unreadable(&document.to_string()),
        })
    }
}

impl Reader {
    fn take(&mut self, happened: Happened, said: &mut Said) -> Result<(), Fault> {
        let Happened { kind, output_index, delta, arguments, item, response, .. } = happened;
        let place = output_index.as_u64().unwrap_or_default();
        let delta = delta.as_str().unwrap_or_default();
        match kind.as_str() {
            "response.output_text.delta" => said.text(delta),
            // A refusal is what the model says in place of its answer.
            "response.refusal.delta" => {
                self.refused = true;
                said.text(delta);
            }
            "response.refusal.done" => self.refused = true,
            "response.reasoning_summary_part.added" => self.begin_reasoning(said),
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                said.reasoning(delta);
            }
            "response.function_call_arguments.delta" => self.call(place, &Value::Null, delta, said),
            "response.function_call_arguments.done" if self.calls.get(&place) != Some(&true) => {
                self.call(place, &Value::Null, arguments.as_str().unwrap_or_default(), said);
            }
            "response.output_item.added" if is_call(&item) => self.call(place, &item, "", said),
            "response.output_item.done" if is_call(&item) => self.end_call(place, &item, said),
            "response.completed" | "response.incomplete" | "response.failed" => {
                return self.conclude(&response, said);
            }
            // Most events only say where the answer is; some of them how many tokens it has taken.
            _ => {
                if let Some(usage) = usage_of(&response) {
                    said.usage(usage);
                }
            }
        }
        Ok(())
    }

    /// Each part of a summary is a text of its own.
    fn begin_reasoning(&mut self, said: &mut Said) {
        if std::mem::replace(&mut self.summarised, true) {
            said.reasoning("\n\n");
        }
    }

    /// More of a call: what its item says of it, and a piece of its arguments.
    fn call(&mut self, place: u64, item: &Value, arguments: &str, said: &mut Said) {
        self.called = true;
        *self.calls.entry(place).or_default() |= !arguments.is_empty();
        said.call(place, item["call_id"].as_str(), item["name"].as_str(), arguments);
    }

    /// A call whose item is complete. Where its arguments did not come in pieces, they are in the item.
    fn end_call(&mut self, place: u64, item: &Value, said: &mut Said) {
        let streamed = self.calls.get(&place) == Some(&true);
        let arguments = if streamed { "" } else { item["arguments"].as_str().unwrap_or_default() };
        self.call(place, item, arguments, said);
        self.calls.remove(&place);
        said.end_call(place);
    }

    /// The response as it is at its end. What was not streamed of it is read from it.
    fn conclude(&mut self, response: &Value, said: &mut Said) -> Result<(), Fault> {
        if let Some(usage) = usage_of(response) {
            said.usage(usage);
        }
        let status = response["status"].as_str().unwrap_or("completed");
        if status == "failed" {
            let error = ProviderError::find(&response["error"]);
            return Err(Fault::Reported(error.unwrap_or_else(|| ProviderError::read(&status.into()))));
        }
        let items = response["output"].as_array().map(Vec::as_slice).unwrap_or_default();
        // What the whole holds is surer than what was heard of it; some servers leave it out here.
        if !items.is_empty() {
            self.called = items.iter().any(is_call);
            self.refused = items.iter().flat_map(|item| parts(item, "content")).any(is_refusal);
        }
        if !said.has_spoken() {
            for (place, item) in (0..).zip(items) {
                self.whole_item(place, item, said);
            }
        }
        said.finish(self.finish_of(status, response["incomplete_details"]["reason"].as_str()));
        said.done();
        Ok(())
    }

    fn whole_item(&mut self, place: u64, item: &Value, said: &mut Said) {
        match item["type"].as_str() {
            Some("message") => {
                for part in parts(item, "content") {
                    let text = part["text"].as_str().or_else(|| part["refusal"].as_str());
                    said.text(text.unwrap_or_default());
                }
            }
            Some("reasoning") => {
                for part in parts(item, "summary").chain(parts(item, "content")) {
                    self.begin_reasoning(said);
                    said.reasoning(part["text"].as_str().unwrap_or_default());
                }
            }
            Some("function_call") if item["name"].is_string() => self.end_call(place, item, said),
            _ => {}
        }
    }

    fn finish_of(&self, status: &str, incomplete: Option<&str>) -> Finish {
        let (reason, word) = match (status, incomplete) {
            ("completed", _) if self.refused => (FinishReason::Refusal, status),
            ("completed", _) if self.called => (FinishReason::ToolCalls, status),
            ("completed", _) => (FinishReason::Stop, status),
            (_, Some("max_output_tokens")) => (FinishReason::Length, "max_output_tokens"),
            (_, Some("content_filter")) => (FinishReason::ContentFilter, "content_filter"),
            (_, word) => (FinishReason::Other, word.unwrap_or(status)),
        };
        Finish::new(reason, word)
    }
}

fn is_call(item: &Value) -> bool {
    item["type"] == "function_call"
}

fn is_refusal(part: &Value) -> bool {
    part["type"] == "refusal"
}

fn parts<'a>(item: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
    item[list].as_array().into_iter().flatten()
}

fn usage_of(response: &Value) -> Option<Usage> {
    let number = |path: &str| response.pointer(path).and_then(Value::as_u64);
    let or_zero = |path: &str| number(path).unwrap_or(0);
    Some(Usage {
        input_tokens: number("/usage/input_tokens")?,
        cached_tokens: or_zero("/usage/input_tokens_details/cached_tokens"),
        cache_write_tokens: or_zero("/usage/input_tokens_details/cache_write_tokens"),
        output_tokens: or_zero("/usage/output_tokens"),
        reasoning_tokens: or_zero("/usage/output_tokens_details/reasoning_tokens"),
    })
}

/// The part as an event that is read as it.
pub(super) fn retell(part: &StreamPart) -> Option<Vec<u8>> {
    let event = match part {
        StreamPart::Text(text) => json!({ "type": "response.output_text.delta", "delta": text }),
        StreamPart::Reasoning(text) => json!({ "type": "response.reasoning_text.delta", "delta": text }),
        StreamPart::ToolCall(ToolCall { id, name, arguments }) => {
            let item =
                json!({ "type": "function_call", "call_id": id, "name": name, "arguments": arguments });
            json!({ "type": "response.output_item.done", "item": item })
        }
        StreamPart::Usage(usage) => json!({ "type": "response.in_progress", "response": { "usage": {
            "input_tokens": usage.input_tokens,
            "input_tokens_details": {
                "cached_tokens": usage.cached_tokens, "cache_write_tokens": usage.cache_write_tokens,
            },
            "output_tokens": usage.output_tokens,
            "output_tokens_details": { "reasoning_tokens": usage.reasoning_tokens },
        } } }),
        StreamPart::Finish(Finish { reason, word }) => {
            // What the model did is read from the items of its answer, so the last event names one.
            let item = match reason {
                FinishReason::Refusal => json!({ "type": "message", "content": [{ "type": "refusal" }] }),
                FinishReason::ToolCalls => json!({ "type": "function_call" }),
                _ => json!({ "type": "message", "content": [] }),
            };
            let incomplete = match reason {
                FinishReason::Length => Some("max_output_tokens"),
                FinishReason::ContentFilter => Some("content_filter"),
                FinishReason::Other => Some(word.as_deref().unwrap_or("other")),
                FinishReason::Stop | FinishReason::Refusal | FinishReason::ToolCalls => None,
            };
            let status = if incomplete.is_some() { "incomplete" } else { "completed" };
            json!({ "type": format!("response.{status}"), "response": {
                "status": status, "output": [item], "incomplete_details": { "reason": incomplete },
            } })
        }
        StreamPart::Sent { .. } | StreamPart::Head { .. } | StreamPart::Raw(_) => return None,
    };
    Some(format!("data: {event}\n\n").into_bytes())
}
