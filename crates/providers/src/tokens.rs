//! Counts of tokens.

use formaops_domain::ports::{TokenCount, TokenCounter};

/// Counts with the vocabulary of OpenAI's models where the model is one of them; elsewhere a
/// quarter of the bytes, rounded up, marked as inexact.
///
/// Vocabularies are loaded at their first use.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tokens;

impl TokenCounter for Tokens {
    fn count(&self, model: &str, text: &str) -> TokenCount {
        let exact = |tokens: usize| TokenCount { tokens: tokens as u64, exact: true };
        match Vocabulary::of(model) {
            Some(Vocabulary::O200k) => exact(bpe_openai::o200k_base().count(text)),
            Some(Vocabulary::Cl100k) => exact(bpe_openai::cl100k_base().count(text)),
            None => TokenCount { tokens: text.len().div_ceil(4) as u64, exact: false },
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Vocabulary {
    Cl100k,
    O200k,
}

impl Vocabulary {
    /// The vocabulary of a model, by the beginning of its id; `vendor/` before it does not count.
    ///
    /// Source: `tiktoken/model.py` of OpenAI's tiktoken.
    fn of(model: &str) -> Option<Self> {
        let id = model.rsplit('/').next().unwrap_or(model);
        let starts = |names: &[&str]| names.iter().any(|name| id.starts_with(name));
        if starts(&["gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "gpt-oss", "chatgpt-4o", "o1", "o3", "o4-mini"])
        {
            Some(Self::O200k)
        } else if starts(&["gpt-4", "gpt-3.5-turbo", "text-embedding-3", "text-embedding-ada-002"]) {
            Some(Self::Cl100k)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_of_openai_is_counted_with_its_own_vocabulary() {
        for (model, vocabulary) in [
            ("gpt-4o-mini", Vocabulary::O200k),
            ("openai/gpt-5.1", Vocabulary::O200k),
            ("o3", Vocabulary::O200k),
            ("gpt-4-turbo", Vocabulary::Cl100k),
            ("gpt-3.5-turbo-0125", Vocabulary::Cl100k),
        ] {
            assert_eq!(Vocabulary::of(model), Some(vocabulary), "{model}");
        }
        // Counts as tiktoken gives them.
        let text = "tiktoken is great!";
        assert_eq!(Tokens.count("gpt-4", text), TokenCount { tokens: 6, exact: true });
        assert_eq!(Tokens.count("gpt-4o", text), TokenCount { tokens: 6, exact: true });
        assert_eq!(Tokens.count("gpt-4o", ""), TokenCount { tokens: 0, exact: true });
    }

    #[test]
    fn any_other_model_is_estimated_at_a_quarter_of_the_bytes_rounded_up() {
        for (model, text, tokens) in [("llama3:8b", "12345", 2), ("echo", "", 0), ("ollama/qwen3", "ü", 1)] {
            assert_eq!(Tokens.count(model, text), TokenCount { tokens, exact: false }, "{model}");
        }
    }
}
