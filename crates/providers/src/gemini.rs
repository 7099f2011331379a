//! Google Gemini: `streamGenerateContent` of the Gemini API.
//!
//! Sources: the Gemini API reference, "Generating content" and "Models", and its pages on thinking,
//! thought signatures, structured output and function calling; `google/ai/generativelanguage/v1beta`
//! in googleapis/googleapis; the types of googleapis/python-genai; `google/rpc/error_details.proto`
//! for errors.
//!
//! The free object of the parameters is merged object into object, as everywhere, so that `generationConfig` may be
//! given in part; `safetySettings` and the tools of Google itself go there.

mod answer;
mod models;
mod request;

use crate::{
    embedding::{ReadVectors, asked, read_gemini, texts},
    framing::Framing,
    wire::{Address, Asked, Interpreter, ModelPage, Unsayable, Wire},
};
use formaops_domain::{
    Timestamp,
    ports::{KeyPlacement, ModelRequest, StreamPart},
};
use serde_json::{Value, json};

/// The wire format.
pub(crate) struct Gemini;

impl Wire for Gemini {
    fn word(&self) -> &'static str {
        "gemini"
    }

    fn title(&self) -> &'static str {
        "Google Gemini"
    }

    fn base_path(&self) -> &'static str {
        "/v1beta"
    }

    /// The key never goes into the query, where logs would keep it.
    fn placement(&self, _: Timestamp) -> KeyPlacement {
        KeyPlacement::Header("x-goog-api-key")
    }

    fn call(&self, request: &ModelRequest) -> Result<Asked, Unsayable> {
        let body = request::body(request)?;
        // Models are resources: `models/ID`, and `tunedModels/ID` for those of the user.
        let named = if request.model.contains('/') { "" } else { "models/" };
        let method = format!("{named}{}:streamGenerateContent", request.model);
        Ok(Asked { address: Address::of(method.split('/')).query("alt", "sse"), body })
    }

    fn embed(&self, request: &ModelRequest) -> Result<(Asked, ReadVectors), Unsayable> {
        let model = if request.model.contains('/') {
            request.model.clone()
        } else {
            format!("models/{}", request.model)
        };
        let method = format!("{model}:batchEmbedContents");
        let one = |text: String| json!({"model": model, "content": {"parts": [{"text": text}]}});
        let body = json!({"requests": texts(request)?.into_iter().map(one).collect::<Vec<_>>()});
        Ok((asked(Address::of(method.split('/')), body, request), read_gemini))
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
        Some(Address::of(["models"]).query("pageSize", models::PAGE_SIZE))
    }

    fn listed(&self, list: &Value) -> Option<ModelPage> {
        models::listed(list)
    }
}

#[cfg(test)]
mod tests;
