//! Anthropic Messages.
//!
//! Sources: the types of Anthropic's own SDKs, made from its API description (`message_create_params`,
//! `raw_message_stream_event`, `stop_reason`, `usage`, `model_info`, version of August 2026), and the
//! Anthropic API reference, "Streaming Messages" and "Errors".

mod answer;
mod models;
pub(crate) mod request;

use crate::{
    framing::Framing,
    wire::{Address, Asked, Interpreter, ModelPage, Unsayable, Wire},
};
use formaops_domain::{
    Timestamp,
    ports::{KeyPlacement, ModelRequest, StreamPart},
};
use serde_json::Value;

/// The wire format.
pub(crate) struct Anthropic;

/// The version of the API that is spoken.
const VERSION: (&str, &str) = ("anthropic-version", "2023-06-01");

impl Wire for Anthropic {
    fn word(&self) -> &'static str {
        "anthropic"
    }

    fn title(&self) -> &'static str {
        "Anthropic Messages"
    }

    fn base_path(&self) -> &'static str {
        "/v1"
    }

    fn placement(&self, _: Timestamp) -> KeyPlacement {
        KeyPlacement::Header("x-api-key")
    }

    fn call(&self, request: &ModelRequest) -> Result<Asked, Unsayable> {
        let body = request::body(request)?;
        Ok(Asked { address: Address::of(["messages"]).header(VERSION.0, VERSION.1), body })
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
        Some(Address::of(["models"]).query("limit", "1000").header(VERSION.0, VERSION.1))
    }

    fn listed(&self, list: &Value) -> Option<ModelPage> {
        models::listed(list)
    }
}

#[cfg(test)]
mod tests;
