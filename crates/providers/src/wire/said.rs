//! What a model has said so far, by rules that all wire formats share.

use formaops_domain::{Finish, ToolCall, Usage, ports::StreamPart};
use std::collections::BTreeMap;

/// More tokens than any call can have, some 134 million: such a number is a mistake of the server.
const TOO_MANY_TOKENS: u64 = 1 << 27;

/// Gathers the parts of an answer. Nothing is said after the finish but tokens.
#[derive(Debug, Default)]
pub(crate) struct Said {
    parts: Vec<StreamPart>,
    /// Calls whose arguments are not complete, by the place the provider gives them.
    calls: BTreeMap<u64, ToolCall>,
    /// How many calls were begun.
    begun: usize,
    usage: Option<Usage>,
    finished: bool,
    done: bool,
    spoken: bool,
}

impl Said {
    /// A piece of the answer's text.
    pub(crate) fn text(&mut self, piece: &str) {
        if self.finished || piece.is_empty() {
            return;
        }
        self.spoken = true;
        match self.parts.last_mut() {
            Some(StreamPart::Text(before)) => before.push_str(piece),
            _ => self.parts.push(StreamPart::Text(piece.to_owned())),
        }
    }

    /// A piece of the reasoning.
    pub(crate) fn reasoning(&mut self, piece: &str) {
        if self.finished || piece.is_empty() {
            return;
        }
        self.spoken = true;
        match self.parts.last_mut() {
            Some(StreamPart::Reasoning(before)) => before.push_str(piece),
            _ => self.parts.push(StreamPart::Reasoning(piece.to_owned())),
        }
    }

    /// More of the call at this place: its id and name where they are told, and a piece of its
    /// arguments. A call without an id gets one.
    pub(crate) fn call(&mut self, place: u64, id: Option<&str>, name: Option<&str>, arguments: &str) {
        if self.finished {
            return;
        }
        self.spoken = true;
        let begun = &mut self.begun;
        let call = self.calls.entry(place).or_insert_with(|| {
            *begun += 1;
            ToolCall { id: format!("call_{begun}"), name: String::new(), arguments: String::new() }
        });
        if let Some(id) = id.filter(|id| !id.is_empty()) {
            id.clone_into(&mut call.id);
        }
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            name.clone_into(&mut call.name);
        }
        call.arguments.push_str(arguments);
    }

    /// The arguments of the call at this place are complete.
    pub(crate) fn end_call(&mut self, place: u64) {
        self.parts.extend(self.calls.remove(&place).map(StreamPart::ToolCall));
    }

    /// Whether the arguments of a call are still coming.
    pub(crate) fn is_calling(&self) -> bool {
        !self.calls.is_empty()
    }

    /// The tokens so far; what says the same as before is left out, and so is what cannot be.
    pub(crate) fn usage(&mut self, usage: Usage) {
        let Usage { input_tokens, cached_tokens, cache_write_tokens, output_tokens, reasoning_tokens } =
            usage;
        let meters = [input_tokens, cached_tokens, cache_write_tokens, output_tokens, reasoning_tokens];
        if meters.iter().all(|&tokens| tokens < TOO_MANY_TOKENS) && self.usage != Some(usage) {
            self.usage = Some(usage);
            self.parts.push(StreamPart::Usage(usage));
        }
    }

    /// The model stopped. Only the first reason counts.
    pub(crate) fn finish(&mut self, finish: impl Into<Finish>) {
        if self.finished {
            return;
        }
        let calls = std::mem::take(&mut self.calls);
        self.parts.extend(calls.into_values().map(StreamPart::ToolCall));
        self.finished = true;
        self.parts.push(StreamPart::Finish(finish.into()));
    }

    /// Nothing follows.
    pub(crate) fn done(&mut self) {
        self.done = true;
    }

    /// Whether the provider said why the model stopped.
    pub(crate) const fn is_finished(&self) -> bool {
        self.finished
    }

    /// Whether the provider said that nothing follows.
    pub(crate) const fn is_done(&self) -> bool {
        self.done
    }

    /// Whether text, reasoning or a call came.
    pub(crate) const fn has_spoken(&self) -> bool {
        self.spoken
    }

    /// What was said since this was last asked.
    pub(crate) fn take(&mut self) -> Vec<StreamPart> {
        std::mem::take(&mut self.parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formaops_domain::FinishReason;

    #[test]
    fn a_call_is_told_once_its_arguments_are_complete() {
        let mut said = Said::default();
        said.text("Let me look. ");
        said.call(0, Some("call_a"), Some("search"), "{\"q\"");
        said.call(1, None, Some("clock"), "");
        said.call(0, None, None, ":1}");
        assert!(said.is_calling());
        assert_eq!(said.take(), [StreamPart::Text("Let me look. ".to_owned())]);
        said.end_call(0);
        said.finish(FinishReason::ToolCalls);
        let call = |id: &str, name: &str, arguments: &str| {
            StreamPart::ToolCall(ToolCall {
                id: id.to_owned(),
                name: name.to_owned(),
                arguments: arguments.to_owned(),
            })
        };
        let finish = StreamPart::Finish(FinishReason::ToolCalls.into());
        assert_eq!(said.take(), [call("call_a", "search", "{\"q\":1}"), call("call_2", "clock", ""), finish]);
    }

    #[test]
    fn nothing_is_said_after_the_finish_but_tokens() {
        let mut said = Said::default();
        said.finish(FinishReason::Stop);
        said.text("more");
        said.call(0, None, Some("late"), "");
        said.finish(FinishReason::Length);
        said.usage(Usage { input_tokens: 1, ..Usage::default() });
        said.usage(Usage { input_tokens: 1, ..Usage::default() });
        assert_eq!(said.take().len(), 2);
    }

    #[test]
    fn a_number_of_tokens_that_cannot_be_is_not_believed() {
        let mut said = Said::default();
        said.usage(Usage { input_tokens: 7, ..Usage::default() });
        for much in [1 << 28, u64::MAX] {
            said.usage(Usage { input_tokens: 7, output_tokens: much, ..Usage::default() });
        }
        let believed = Usage { input_tokens: 7, ..Usage::default() };
        assert_eq!(said.take(), [StreamPart::Usage(believed)]);
    }
}
