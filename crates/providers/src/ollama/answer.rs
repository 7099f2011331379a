//! What comes back: a line for each piece of the answer; the last is `done` and counts the tokens.

use crate::{
    arguments,
    failure::ProviderError,
    framing::Event,
    http,
    wire::{Fault, Interpreter, Said},
};
use formaops_domain::{Finish, FinishReason, ToolCall, Usage, ports::StreamPart};
use serde_json::{Value, json};

/// Reads one answer.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// How many calls came.
    calls: u64,
}

impl Interpreter for Reader {
    fn event(&mut self, event: &Event, said: &mut Said) -> Result<(), Fault> {
        self.document(&http::json(event)?, said)
    }

    fn document(&mut self, line: &Value, said: &mut Said) -> Result<(), Fault> {
        if line.get("error").is_some_and(|error| !error.is_null()) {
            return Err(Fault::Reported(ProviderError::read(line)));
        }
        let known = ["message", "done", "prompt_eval_count"].iter().any(|name| line.get(*name).is_some());
        if !known && !said.has_spoken() {
            return Err(Fault::unreadable(&line.to_string()));
        }
        self.speak(&line["message"], said);
        // The tokens come with the end of the answer, and nothing is read after that.
        if let Some(usage) = usage_of(line) {
            said.usage(usage);
        }
        if line["done"] == true {
            let word = line["done_reason"].as_str().filter(|word| !word.is_empty());
            said.finish(Finish { reason: self.reason_of(word), word: word.map(str::to_owned) });
            said.done();
        }
        Ok(())
    }
}

impl Reader {
    fn speak(&mut self, message: &Value, said: &mut Said) {
        let text = |name: &str| message[name].as_str().unwrap_or_default();
        said.reasoning(text("thinking"));
        said.text(text("content"));
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            let function = &call["function"];
            let arguments = arguments::text(&function["arguments"]);
            // It comes whole.
            said.call(self.calls, call["id"].as_str(), function["name"].as_str(), &arguments);
            said.end_call(self.calls);
            self.calls += 1;
        }
    }

    fn reason_of(&self, word: Option<&str>) -> FinishReason {
        match word {
            // Ollama has no word of its own for a model that waits for its tools.
            Some("stop") if self.calls > 0 => FinishReason::ToolCalls,
            // Servers that told no reason knew of no tools either.
            Some("stop") | None => FinishReason::Stop,
            Some("length") => FinishReason::Length,
            Some(TOOL_CALLS) => FinishReason::ToolCalls,
            Some(CONTENT_FILTER) => FinishReason::ContentFilter,
            Some(REFUSAL) => FinishReason::Refusal,
            Some(_) => FinishReason::Other,
        }
    }
}

// Our own words for reasons that Ollama has none for.
const TOOL_CALLS: &str = "tool_calls";
const CONTENT_FILTER: &str = "content_filter";
const REFUSAL: &str = "refusal";

/// The word for a reason that came without one.
const fn word_of(reason: FinishReason) -> Option<&'static str> {
    match reason {
        FinishReason::Stop => None,
        FinishReason::Length => Some("length"),
        FinishReason::ToolCalls => Some(TOOL_CALLS),
        FinishReason::ContentFilter => Some(CONTENT_FILTER),
        FinishReason::Refusal => Some(REFUSAL),
        FinishReason::Other => Some("other"),
    }
}

/// The part as a line that is read as it.
pub(super) fn retell(part: &StreamPart) -> Option<Vec<u8>> {
    let spoken = |name: &str, value: Value| {
        let mut message = json!({ "role": "assistant", "content": "" });
        message[name] = value;
        json!({ "message": message, "done": false })
    };
    let line = match part {
        StreamPart::Text(text) => spoken("content", text.as_str().into()),
        StreamPart::Reasoning(text) => spoken("thinking", text.as_str().into()),
        StreamPart::ToolCall(ToolCall { id, name, arguments }) => {
            let function = json!({ "name": name, "arguments": arguments::retold(arguments) });
            spoken("tool_calls", json!([{ "id": id, "function": function }]))
        }
        StreamPart::Finish(Finish { reason, word }) => {
            json!({ "done": true, "done_reason": word.as_deref().or_else(|| word_of(*reason)) })
        }
        StreamPart::Usage(usage) => json!({
            "done": false, "prompt_eval_count": usage.input_tokens, "eval_count": usage.output_tokens,
        }),
        StreamPart::Sent { .. } | StreamPart::Head { .. } | StreamPart::Raw(_) => return None,
    };
    Some(format!("{line}\n").into_bytes())
}

/// The tokens. A count of zero is left out, and a line before the last counts none.
fn usage_of(line: &Value) -> Option<Usage> {
    Some(Usage {
        input_tokens: line["prompt_eval_count"].as_u64()?,
        output_tokens: line["eval_count"].as_u64().unwrap_or(0),
        ..Usage::default()
    })
}
