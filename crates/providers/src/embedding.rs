//! Vectors of texts: what asks for them, and how the vendors answer. Pure.
//!
//! Sources: the OpenAI API reference, "Create embeddings"; `docs/api.md` of ollama/ollama, "Generate embeddings"; the
//! Gemini API reference, "Embeddings", `models.batchEmbedContents`.
//!
//! Vectors are told as the text of the answer, a JSON list of lists: so they are recorded, limited and paid for as any
//! other answer is.

use crate::{
    failure::ProviderError,
    framing::Event,
    http, merge,
    wire::{Address, Asked, Fault, Interpreter, Said, Unsayable},
};
use formaops_domain::{
    FinishReason, JsonObject, Usage,
    ports::{MessagePart, ModelMessage, ModelRequest},
};
use serde_json::{Value, json};

/// Reads the document of a vendor; none where it is none.
pub(crate) type ReadVectors = fn(&Value) -> Option<Embedded>;

/// Vectors, one a text in their order, and what they cost.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Embedded {
    vectors: Vec<Vec<f32>>,
    /// The tokens of the texts, where they are told.
    tokens: Option<u64>,
}

/// The texts to make vectors of, one a message.
pub(crate) fn texts(request: &ModelRequest) -> Result<Vec<String>, Unsayable> {
    let is_text = |part: &MessagePart| matches!(part, MessagePart::Text(_));
    if request.messages.iter().all(|message| message.parts.iter().all(is_text)) {
        return Ok(request.messages.iter().map(ModelMessage::all_text).collect());
    }
    Err(Unsayable("vectors are made of texts alone: leave images and files out".to_owned()))
}

/// A call with this body, over which the free object of the parameters stands.
pub(crate) fn asked(address: Address, body: Value, request: &ModelRequest) -> Asked {
    let mut body = if let Value::Object(body) = body { body } else { JsonObject::new() };
    merge::deep(&mut body, &request.parameters.extra);
    Asked { address, body }
}

/// As OpenAI and all compatible servers take it.
pub(crate) fn openai(request: &ModelRequest) -> Result<(Asked, ReadVectors), Unsayable> {
    let body = json!({"model": request.model, "input": texts(request)?, "encoding_format": "float"});
    Ok((asked(Address::of(["embeddings"]), body, request), read_openai))
}

fn read_openai(document: &Value) -> Option<Embedded> {
    let mut data: Vec<_> = document.get("data")?.as_array()?.iter().collect();
    // The order is not promised, but each says its place.
    data.sort_by_key(|one| one.get("index").and_then(Value::as_u64));
    let vectors = data.into_iter().map(|one| vector(one.get("embedding")?)).collect::<Option<_>>()?;
    Some(Embedded { vectors, tokens: document["usage"]["prompt_tokens"].as_u64() })
}

/// As Ollama answers.
pub(crate) fn read_ollama(document: &Value) -> Option<Embedded> {
    let vectors = document.get("embeddings")?.as_array()?.iter().map(vector).collect::<Option<_>>()?;
    Some(Embedded { vectors, tokens: document["prompt_eval_count"].as_u64() })
}

/// As Gemini answers.
pub(crate) fn read_gemini(document: &Value) -> Option<Embedded> {
    let one = |one: &Value| vector(one.get("values")?);
    let vectors = document.get("embeddings")?.as_array()?.iter().map(one).collect::<Option<_>>()?;
    Some(Embedded { vectors, tokens: document["usageMetadata"]["promptTokenCount"].as_u64() })
}

#[expect(clippy::cast_possible_truncation, reason = "models make vectors of single precision")]
fn vector(value: &Value) -> Option<Vec<f32>> {
    value.as_array()?.iter().map(|number| number.as_f64().map(|number| number as f32)).collect()
}

/// Reads the document that has the vectors.
pub(crate) fn interpreter(read: ReadVectors) -> Box<dyn Interpreter> {
    Box::new(Reader(read))
}

struct Reader(ReadVectors);

impl Interpreter for Reader {
    fn event(&mut self, event: &Event, said: &mut Said) -> Result<(), Fault> {
        self.document(&http::json(event)?, said)
    }

    fn document(&mut self, document: &Value, said: &mut Said) -> Result<(), Fault> {
        let Some(Embedded { vectors, tokens }) = (self.0)(document) else {
            return Err(match ProviderError::find(document) {
                Some(error) => Fault::Reported(error),
                None => Fault::unreadable(&document.to_string()),
            });
        };
        said.text(&json!(vectors).to_string());
        if let Some(input_tokens) = tokens {
            said.usage(Usage { input_tokens, ..Usage::default() });
        }
        said.finish(FinishReason::Stop);
        said.done();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_read_in_the_order_of_their_texts_however_a_vendor_writes_them() {
        let vectors = vec![vec![0.5, -1.0], vec![0.25, 2.0]];
        let cases: [(ReadVectors, Value); 3] = [
            (
                read_openai,
                json!({"usage": {"prompt_tokens": 9}, "data": [
                    {"index": 1, "embedding": [0.25, 2]}, {"index": 0, "embedding": [0.5, -1]}]}),
            ),
            (read_ollama, json!({"prompt_eval_count": 9, "embeddings": [[0.5, -1], [0.25, 2]]})),
            (
                read_gemini,
                json!({"usageMetadata": {"promptTokenCount": 9},
                    "embeddings": [{"values": [0.5, -1]}, {"values": [0.25, 2]}]}),
            ),
        ];
        for (read, document) in cases {
            let expected = Embedded { vectors: vectors.clone(), tokens: Some(9) };
            assert_eq!(read(&document), Some(expected), "{document}");
            assert_eq!(read(&json!({"choices": []})), None);
            let holed = json!({"data": [{"embedding": [null]}], "embeddings": [{"values": ["x"]}]});
            assert_eq!(read(&holed), None);
        }
    }
}
