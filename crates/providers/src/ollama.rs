//! Ollama's own API, `api/chat`, on this machine or at ollama.com.
//!
//! Sources: `docs/api.md`, `docs/openapi.yaml`, `docs/context-length.mdx`, `api/types.go` and
//! `server/routes.go` in ollama/ollama.
//!
//! What the parameters have no field for goes into the free object, which is merged object into object:
//! `{"options": {"num_ctx": 32768}, "keep_alive": "10m"}`. The context that a model is loaded with is
//! Ollama's default (4,096 tokens on small machines), whatever the model could take, unless `num_ctx`
//! says otherwise. Ollama by itself drops the oldest messages that do not fit and says nothing; it is
//! asked here to refuse the request instead, for an answer to half a prompt looks like any other.
//! `{"truncate": true}` in the free object lets it drop them.

mod answer;
mod models;
mod request;

use crate::{
    embedding::{ReadVectors, asked, read_ollama, texts},
    framing::Framing,
    wire::{Address, Asked, Interpreter, ModelPage, Unsayable, Wire},
};
use formaops_domain::{
    Timestamp,
    ports::{KeyPlacement, ModelRequest, StreamPart},
};
use serde_json::{Value, json};

/// What Ollama speaks, for people.
pub(crate) const TITLE: &str = "Ollama's API";

/// The wire format.
pub(crate) struct Ollama;

impl Wire for Ollama {
    fn word(&self) -> &'static str {
        "ollama"
    }

    fn title(&self) -> &'static str {
        TITLE
    }

    fn base_path(&self) -> &'static str {
        ""
    }

    /// No key is needed on this machine; ollama.com wants one.
    fn placement(&self, _: Timestamp) -> KeyPlacement {
        KeyPlacement::Bearer
    }

    fn call(&self, request: &ModelRequest) -> Result<Asked, Unsayable> {
        Ok(Asked { address: Address::of(["api", "chat"]), body: request::body(request)? })
    }

    fn embed(&self, request: &ModelRequest) -> Result<(Asked, ReadVectors), Unsayable> {
        // A text that is too long is refused: the vector of a part of it would pass for that of the whole.
        let body = json!({"model": request.model, "input": texts(request)?, "truncate": false});
        Ok((asked(Address::of(["api", "embed"]), body, request), read_ollama))
    }

    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn interpreter(&self) -> Box<dyn Interpreter> {
        Box::new(answer::Reader::default())
    }

    fn retell(&self, part: &StreamPart) -> Option<Vec<u8>> {
        answer::retell(part)
    }

    fn models(&self) -> Option<Address> {
        Some(Address::of(["api", "tags"]))
    }

    fn listed(&self, list: &Value) -> Option<ModelPage> {
        models::listed(list)
    }
}

#[cfg(test)]
mod tests;
