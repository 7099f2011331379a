//! OpenAI Chat Completions, as OpenAI, Azure and every compatible server speak it.
//!
//! Sources: the OpenAI API reference, "Create chat completion" and its streaming; the documentation
//! of OpenRouter (comments, errors inside the stream, `reasoning`), DeepSeek (`reasoning_content`)
//! and vLLM (errors without an `error` field).

mod answer;
mod models;
pub(crate) mod request;

use crate::{
    Quirks,
    embedding::{self, ReadVectors},
    framing::Framing,
    wire::{Address, Asked, Interpreter, ModelPage, Unsayable, Wire},
};
use formaops_domain::{
    Origin, ProviderKind, Timestamp,
    ports::{KeyPlacement, ModelRequest, StreamPart},
};
pub(crate) use models::listed;
use serde_json::Value;

/// The wire format at one server.
pub(crate) struct OpenAiChat {
    kind: ProviderKind,
    origin: Option<Origin>,
}

impl OpenAiChat {
    /// As OpenAI and compatible servers speak it, each with its accent.
    pub(crate) fn at(origin: Option<Origin>) -> Self {
        Self { kind: ProviderKind::OpenAiChat, origin }
    }

    /// As the v1 API of an Azure OpenAI resource speaks it; its models are the names of deployments.
    pub(crate) fn azure() -> Self {
        Self { kind: ProviderKind::AzureOpenAi, origin: None }
    }

    fn is_azure(&self) -> bool {
        self.kind == ProviderKind::AzureOpenAi
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
        if self.is_azure() { "/openai/v1" } else { "/v1" }
    }

    fn calls_deployments(&self) -> bool {
        self.is_azure()
    }

    fn placement(&self, _: Timestamp) -> KeyPlacement {
        if self.is_azure() { KeyPlacement::Header("api-key") } else { KeyPlacement::Bearer }
    }

    fn call(&self, request: &ModelRequest) -> Result<Asked, Unsayable> {
        // The name of a deployment does not say which model answers.
        let model = if self.is_azure() { "" } else { &request.model };
        let body = request::body(request, &Quirks::of(self.kind, self.origin.as_ref(), model))?;
        Ok(Asked { address: Address::of(["chat", "completions"]), body })
    }

    fn embed(&self, request: &ModelRequest) -> Result<(Asked, ReadVectors), Unsayable> {
        embedding::openai(request)
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
