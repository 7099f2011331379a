//! Vectors of texts, whatever the model: by the letters in them, so that texts with the same letters have the same vector.

use super::{connection::Received, reply::Reply};
use serde_json::{Value, json};

/// The numbers of a vector: one a letter.
const DIMENSIONS: usize = 26;

/// Whether a request asks for vectors.
pub(super) fn is_asked(request: &Received) -> bool {
    let path = request.path.split('?').next().unwrap_or_default();
    path.ends_with("/embeddings") || path.ends_with("/api/embed") || path.ends_with(":batchEmbedContents")
}

/// The vectors, as the vendor whose path it is writes them. A text counts for as many tokens as it has words.
pub(super) fn reply(request: &Received) -> Reply {
    let body = &request.body;
    let of_gemini = body["requests"].as_array().into_iter().flatten();
    let texts: Vec<&str> = match &body["input"] {
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect(),
        Value::String(text) => vec![text],
        _ => of_gemini.filter_map(|one| one["content"]["parts"][0]["text"].as_str()).collect(),
    };
    let tokens: usize = texts.iter().map(|text| text.split_whitespace().count()).sum();
    let vectors: Vec<_> = texts.into_iter().map(vector).collect();
    let path = &request.path;
    let answer = if path.contains("/api/embed") {
        json!({ "model": body["model"], "embeddings": vectors, "prompt_eval_count": tokens })
    } else if path.contains(":batchEmbedContents") {
        let values = vectors.iter().map(|vector| json!({ "values": vector }));
        json!({ "embeddings": values.collect::<Vec<_>>() })
    } else {
        let data = vectors.iter().enumerate();
        let data =
            data.map(|(index, vector)| json!({ "object": "embedding", "index": index, "embedding": vector }));
        // Not in order, as the vendor does not promise one.
        let data: Vec<_> = data.rev().collect();
        json!({ "object": "list", "data": data, "model": body["model"],
            "usage": { "prompt_tokens": tokens, "total_tokens": tokens } })
    };
    Reply::status(200).json(&answer)
}

fn vector(text: &str) -> Vec<u32> {
    let mut vector = vec![0; DIMENSIONS];
    for letter in text.bytes().filter(u8::is_ascii_alphabetic) {
        vector[usize::from(letter.to_ascii_lowercase() - b'a')] += 1;
    }
    vector
}
