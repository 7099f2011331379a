//! What comes back: chunks of `GenerateContentResponse`, or all of them in one document.

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
        if event.data.trim().is_empty() {
            return Ok(());
        }
        self.take(&http::json(event)?, said)
    }

    /// Without `alt=sse` the chunks come as an array; `generateContent` answers with one.
    fn document(&mut self, document: &Value, said: &mut Said) -> Result<(), Fault> {
        let chunks = document.as_array().map_or_else(|| std::slice::from_ref(document), Vec::as_slice);
        chunks.iter().try_for_each(|chunk| self.take(chunk, said))?;
        if !said.has_spoken() && !said.is_finished() {
            return Err(match ProviderError::find(document).filter(|_| document.is_object()) {
                Some(error) => Fault::Reported(error),
                None => Fault::unreadable(&document.to_string()),
            });
        }
        said.done();
        Ok(())
    }
}

impl Reader {
    fn take(&mut self, chunk: &Value, said: &mut Said) -> Result<(), Fault> {
        if chunk.get("error").is_some_and(|error| !error.is_null()) {
            return Err(Fault::Reported(ProviderError::read(chunk)));
        }
        if let Some(usage) = usage_of(&chunk["usageMetadata"]) {
            said.usage(usage);
        }
        let feedback = &chunk["promptFeedback"];
        if let Some(reason) = feedback["blockReason"].as_str() {
            let message = feedback["blockReasonMessage"].as_str();
            return Err(Fault::Blocked(
                message.map_or_else(|| reason.to_owned(), |said| format!("{reason}: {said}")),
            ));
        }
        let mut candidates = chunk["candidates"].as_array().into_iter().flatten();
        // Only one answer is asked for; others would be mixed into its text. The first has no index,
        // for a zero is left out.
        let first = candidates.find(|candidate| candidate["index"].as_u64().unwrap_or(0) == 0);
        let Some(candidate) = first else { return Ok(()) };
        for part in candidate["content"]["parts"].as_array().into_iter().flatten() {
            self.speak(part, said);
        }
        let word = candidate["finishReason"].as_str();
        if let Some(word) = word.filter(|word| !matches!(*word, "" | "FINISH_REASON_UNSPECIFIED")) {
            said.finish(Finish { reason: self.reason_of(word), word: Some(word.to_owned()) });
        }
        Ok(())
    }

    fn speak(&mut self, part: &Value, said: &mut Said) {
        if let Some(text) = part["text"].as_str() {
            if part["thought"] == true { said.reasoning(text) } else { said.text(text) }
        }
        if let Some(call) = part["functionCall"].as_object() {
            let text = |name: &str| call.get(name).and_then(Value::as_str);
            let arguments = arguments::text(call.get("args").unwrap_or(&Value::Null));
            // It comes whole.
            said.call(self.calls, text("id"), text("name"), &arguments);
            said.end_call(self.calls);
            self.calls += 1;
        }
    }

    fn reason_of(&self, word: &str) -> FinishReason {
        match word {
            // Gemini has no word of its own for a model that waits for its tools.
            "STOP" if self.calls > 0 => FinishReason::ToolCalls,
            "STOP" => FinishReason::Stop,
            "MAX_TOKENS" => FinishReason::Length,
            "SAFETY"
            | "RECITATION"
            | "BLOCKLIST"
            | "PROHIBITED_CONTENT"
            | "SPII"
            | "MODEL_ARMOR"
            | "IMAGE_SAFETY"
            | "IMAGE_PROHIBITED_CONTENT"
            | "IMAGE_RECITATION" => FinishReason::ContentFilter,
            _ => OWN_WORDS
                .iter()
                .find(|(own, _)| *own == word)
                .map_or(FinishReason::Other, |(_, reason)| *reason),
        }
    }
}

/// Our own words for reasons that came without one, and that Gemini has none for.
const OWN_WORDS: [(&str, FinishReason); 6] = [
    ("stop", FinishReason::Stop),
    ("length", FinishReason::Length),
    ("content-filter", FinishReason::ContentFilter),
    ("refusal", FinishReason::Refusal),
    ("tool-calls", FinishReason::ToolCalls),
    ("other", FinishReason::Other),
];

/// The part as an event that is read as it.
pub(super) fn retell(part: &StreamPart) -> Option<Vec<u8>> {
    let spoken = |part: Value| json!({ "candidates": [{ "content": { "role": "model", "parts": [part] } }] });
    let event = match part {
        StreamPart::Text(text) => spoken(json!({ "text": text })),
        StreamPart::Reasoning(text) => spoken(json!({ "text": text, "thought": true })),
        StreamPart::ToolCall(ToolCall { id, name, arguments }) => {
            let call = json!({ "id": id, "name": name, "args": arguments::retold(arguments) });
            spoken(json!({ "functionCall": call }))
        }
        StreamPart::Finish(Finish { reason, word }) => {
            let own = OWN_WORDS.iter().find(|(_, own)| own == reason).map(|(word, _)| *word);
            json!({ "candidates": [{ "finishReason": word.as_deref().or(own) }] })
        }
        StreamPart::Usage(usage) => json!({ "usageMetadata": {
            "promptTokenCount": usage.input_tokens,
            "cachedContentTokenCount": usage.cached_tokens,
            "candidatesTokenCount": usage.output_tokens.saturating_sub(usage.reasoning_tokens),
            "thoughtsTokenCount": usage.reasoning_tokens,
        } }),
        StreamPart::Sent { .. } | StreamPart::Head { .. } | StreamPart::Raw(_) => return None,
    };
    Some(format!("data: {event}\n\n").into_bytes())
}

/// The tokens. Thoughts are not among those of the candidates, and what tools of Google itself said is
/// not among those of the prompt.
fn usage_of(usage: &Value) -> Option<Usage> {
    let number = |name: &str| usage[name].as_u64().unwrap_or(0);
    let thoughts = number("thoughtsTokenCount");
    Some(Usage {
        input_tokens: usage["promptTokenCount"].as_u64()?.saturating_add(number("toolUsePromptTokenCount")),
        cached_tokens: number("cachedContentTokenCount"),
        cache_write_tokens: 0,
        output_tokens: number("candidatesTokenCount").saturating_add(thoughts),
        reasoning_tokens: thoughts,
    })
}
