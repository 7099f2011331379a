//! OpenAI Chat Completions, as OpenAI, Azure and every compatible server speak it.
//!
//! Sources: the OpenAI API reference, "Create chat completion" and its streaming; the documentation
//! of OpenRouter (comments, errors inside the stream, `reasoning`), DeepSeek (`reasoning_content`)
//! and vLLM (errors without an `error` field).

mod answer;
mod models;
pub(crate) mod request;

use crate::{
    framing::Framing,
    wire::{Address, Asked, Interpreter, ModelPage, Wire},
};
use formaops_domain::{
    Timestamp,
    ports::{KeyPlacement, ModelRequest, StreamPart},
};
pub(crate) use models::listed;
use request::MaxTokensField;
use serde_json::Value;

/// The wire format at one server.
pub(crate) struct OpenAiChat {
    placement: KeyPlacement,
    max_tokens: MaxTokensField,
}

impl OpenAiChat {
    /// As OpenAI and compatible servers speak it.
    pub(crate) fn at(host: Option<&str>) -> Self {
        Self { placement: KeyPlacement::Bearer, max_tokens: MaxTokensField::of_host(host) }
    }

    /// As the v1 API of an Azure OpenAI resource speaks it; its models are the names of deployments.
    pub(crate) fn azure() -> Self {
        Self { placement: KeyPlacement::Header("api-key"), max_tokens: MaxTokensField::MaxCompletionTokens }
    }
}

impl Wire for OpenAiChat {
    fn word(&self) -> &'static str {
        "openai-chat"
    }

    fn title(&self) -> &'static str {
        "OpenAI Chat Completions"
    }

    fn base_path(&self) -> &'static str {
        if self.placement == KeyPlacement::Bearer { "/v1" } else { "/openai/v1" }
    }

    fn placement(&self, _: Timestamp) -> KeyPlacement {
        self.placement.clone()
    }

    fn call(&self, request: &ModelRequest) -> Result<Asked, String> {
        let body = request::body(request, self.max_tokens)?;
        Ok(Asked { address: Address::of(["chat", "completions"]), body })
    }

    fn framing(&self) -> Framing {
        Framing::Sse
    }

    fn interpreter(&self) -> Box<dyn Interpreter> {
        Box::new(answer::Reader::default())
    }

    fn retell(&self, part: &StreamPart) -> Option<Vec<u8>> {
        answer::retell(part)
    }

    fn models(&self) -> Option<Address> {
        Some(Address::of(["models"]))
    }

    fn listed(&self, list: &Value) -> Option<ModelPage> {
        listed(list)
    }
}

#[cfg(test)]
mod tests;
