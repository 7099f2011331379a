//! Ready-made settings for well-known servers.

use formaops_domain::{EnvName, ProviderKind};
use schemars::JsonSchema;
use serde::Serialize;
use url::Url;

/// What a new provider starts with.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preset {
    /// Its id, which is also the suggested name of the provider.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// The wire format.
    pub kind: ProviderKind,
    /// The address; none where the user has to give it.
    pub base_url: Option<Url>,
    /// The environment variable that usually holds the key; none where no key is needed.
    pub env: Option<EnvName>,
    /// The page where a key can be had.
    pub key_page: Option<Url>,
}

/// The presets, in the order they are offered.
///
/// # Panics
/// Never: their addresses and variables are valid, by test.
#[must_use]
pub fn presets() -> Vec<Preset> {
    let preset = |id: &str, title: &str, base_url: &str, env: &str, key_page: &str| {
        let url = |text: &str| (!text.is_empty()).then(|| text.parse().expect("a preset's URL is valid"));
        Preset {
            id: id.to_owned(),
            title: title.to_owned(),
            kind: ProviderKind::OpenAiChat,
            base_url: url(base_url),
            env: (!env.is_empty()).then(|| env.parse().expect("a preset's variable may hold a key")),
            key_page: url(key_page),
        }
    };
    vec![
        preset(
            "openai",
            "OpenAI",
            "https://api.openai.com/v1",
            "OPENAI_API_KEY",
            "https://platform.openai.com/api-keys",
        ),
        preset(
            "openrouter",
            "OpenRouter",
            "https://openrouter.ai/api/v1",
            "OPENROUTER_API_KEY",
            "https://openrouter.ai/settings/keys",
        ),
        preset("ollama", "Ollama on this machine", "http://127.0.0.1:11434/v1", "", ""),
        preset("compatible", "Any OpenAI-compatible server", "", "", ""),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use formaops_domain::Origin;

    #[test]
    fn every_preset_that_needs_a_key_is_encrypted_and_says_where_to_get_one() {
        for preset in presets() {
            assert_eq!(preset.env.is_some(), preset.key_page.is_some(), "{}", preset.id);
            let origin = preset.base_url.as_ref().map(Origin::of);
            assert!(origin.is_none_or(|origin| origin.may_carry_key()), "{}", preset.id);
        }
    }
}
