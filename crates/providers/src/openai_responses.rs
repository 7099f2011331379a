//! OpenAI Responses, as OpenAI, Azure and some compatible servers speak it.
//!
//! Sources: the OpenAI API reference, "Create a model response" and its streaming events, by the
//! types that OpenAI's own Python library is generated with (`openai/types/responses`); OpenAI,
//! "Migrate to the Responses API" (functions are strict unless they say otherwise).

mod answer;
mod request;

use crate::{
    embedding::{self, ReadVectors},
    framing::Framing,
    openai_chat::listed,
    wire::{Address, Asked, Interpreter, ModelPage, Unsayable, Wire},
};
use formaops_domain::{
    Timestamp,
    ports::{KeyPlacement, ModelRequest, StreamPart},
};
use serde_json::Value;

/// The wire format. Azure takes the key of a resource as a bearer as well, so there is but one form.
pub(crate) struct OpenAiResponses;

impl Wire for OpenAiResponses {
    fn word(&self) -> &'static str {
        "openai-responses"
    }

    fn title(&self) -> &'static str {
        "OpenAI Responses"
    }

    fn base_path(&self) -> &'static str {
        "/v1"
    }

    fn placement(&self, _: Timestamp) -> KeyPlacement {
        KeyPlacement::Bearer
    }

    fn call(&self, request: &ModelRequest) -> Result<Asked, Unsayable> {
        Ok(Asked { address: Address::of(["responses"]), body: request::body(request)? })
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
