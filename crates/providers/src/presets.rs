//! Ready-made settings for well-known vendors and servers.

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
    /// The address; none where the user has to give it, wholly or in part.
    pub base_url: Option<Url>,
    /// An address with parts that the user fills in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<AddressTemplate>,
    /// The environment variable that usually holds the key; none where no key is needed.
    pub env: Option<EnvName>,
    /// The page where a key can be had.
    pub key_page: Option<Url>,
    /// What a newcomer should know; empty where there is nothing peculiar.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// An address in which one word stands for what only the user knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddressTemplate {
    /// The address with the word.
    pub url: String,
    /// The word to replace.
    pub word: String,
    /// What it stands for, for people.
    pub label: String,
    /// What it may look like.
    pub example: String,
}

/// The presets, in the order they are offered.
///
/// # Panics
/// Never: their addresses and variables are valid, by test.
#[must_use]
pub fn presets() -> Vec<Preset> {
    [vendors(), clouds(), compatible_vendors(), servers()].concat()
}

fn preset(id: &str, title: &str, kind: ProviderKind, base_url: &str) -> Preset {
    Preset {
        id: id.to_owned(),
        title: title.to_owned(),
        kind,
        base_url: (!base_url.is_empty()).then(|| base_url.parse().expect("a preset's URL is valid")),
        template: None,
        env: None,
        key_page: None,
        note: String::new(),
    }
}

impl Preset {
    fn key(mut self, env: &str, page: &str) -> Self {
        self.env = Some(env.parse().expect("a preset's variable may hold a key"));
        self.key_page = Some(page.parse().expect("a preset's URL is valid"));
        self
    }

    fn template(mut self, url: &str, word: &str, label: &str, example: &str) -> Self {
        let [url, word, label, example] = [url, word, label, example].map(str::to_owned);
        self.template = Some(AddressTemplate { url, word, label, example });
        self
    }

    fn note(mut self, note: &str) -> Self {
        note.clone_into(&mut self.note);
        self
    }
}

/// The vendors whose wire formats are their own.
fn vendors() -> Vec<Preset> {
    use ProviderKind::{Anthropic, Gemini, OpenAiChat, OpenAiResponses};
    let (openai, openai_page) = ("OPENAI_API_KEY", "https://platform.openai.com/api-keys");
    vec![
        preset("openai", "OpenAI", OpenAiChat, "https://api.openai.com/v1").key(openai, openai_page).note(
            "Calls cost money from a balance that is loaded in advance, apart from a subscription of ChatGPT.",
        ),
        preset("openai-responses", "OpenAI Responses", OpenAiResponses, "https://api.openai.com/v1")
            .key(openai, openai_page)
            .note(
                "The newer API of OpenAI, with the same key: it shows summaries of reasoning, and serves \
                 models that Chat Completions does not.",
            ),
        preset("anthropic", "Anthropic", Anthropic, "https://api.anthropic.com/v1")
            .key("ANTHROPIC_API_KEY", "https://platform.claude.com/settings/keys")
            .note("Calls cost money from a balance of the console, apart from a subscription of Claude."),
        preset(
            "google",
            "Google Gemini",
            Gemini,
            "https://generativelanguage.googleapis.com/v1beta",
        )
        .key("GEMINI_API_KEY", "https://aistudio.google.com/apikey")
        .note("The free tier has low limits, and what is sent on it may be used to improve Google's products."),
    ]
}

/// The clouds, where the address is the user's own.
fn clouds() -> Vec<Preset> {
    vec![
        preset("azure", "Azure OpenAI", ProviderKind::AzureOpenAi, "")
            .key("AZURE_OPENAI_API_KEY", "https://ai.azure.com/")
            .template("https://RESOURCE.openai.azure.com/openai/v1", "RESOURCE", "Name of the resource", "my-resource")
            .note(
                "Deploy a model first: it is called by the name of its deployment, as in `azure:my-deployment`, \
                 and not by its own. Describe the deployment under Models here, saying which model it is, and its \
                 prices and limits are known.",
            ),
        preset("bedrock", "Amazon Bedrock", ProviderKind::Bedrock, "")
            .key("FORMAOPS_BEDROCK_KEY", "https://console.aws.amazon.com/bedrock/home#/api-keys")
            .template(
                "https://bedrock-runtime.REGION.amazonaws.com",
                "REGION",
                "Region",
                "eu-central-1",
            )
            .note(
                "The key is an API key of Bedrock, or `ACCESS_KEY_ID:SECRET_ACCESS_KEY`, with \
                 `:SESSION_TOKEN` after it where there is one. Access to some models is asked for in the console.",
            ),
    ]
}

/// The vendors that speak OpenAI's Chat Completions.
fn compatible_vendors() -> Vec<Preset> {
    let chat = |id, title, base_url| preset(id, title, ProviderKind::OpenAiChat, base_url);
    vec![
        chat("mistral", "Mistral", "https://api.mistral.ai/v1")
            .key("MISTRAL_API_KEY", "https://console.mistral.ai/api-keys"),
        chat("groq", "Groq", "https://api.groq.com/openai/v1").key("GROQ_API_KEY", "https://console.groq.com/keys"),
        chat("deepseek", "DeepSeek", "https://api.deepseek.com/v1")
            .key("DEEPSEEK_API_KEY", "https://platform.deepseek.com/api_keys")
            .note("Prices are lower off the peak hours of China; the shown ones are those of the peak."),
        chat("xai", "xAI", "https://api.x.ai/v1").key("XAI_API_KEY", "https://console.x.ai/"),
        chat("together", "Together", "https://api.together.ai/v1")
            .key("TOGETHER_API_KEY", "https://api.together.ai/settings/api-keys"),
        chat("openrouter", "OpenRouter", "https://openrouter.ai/api/v1")
            .key("OPENROUTER_API_KEY", "https://openrouter.ai/settings/keys")
            .note("One key for the models of many vendors. A parameter that the chosen one does not take is left out there without a word."),
    ]
}

/// Servers on this machine, and any other.
fn servers() -> Vec<Preset> {
    let chat = |id, title, base_url| preset(id, title, ProviderKind::OpenAiChat, base_url);
    vec![
        preset("ollama", "Ollama on this machine", ProviderKind::Ollama, "http://127.0.0.1:11434")
            .note("Get a model with `ollama pull` first."),
        chat("lm-studio", "LM Studio on this machine", "http://127.0.0.1:1234/v1")
            .note("Start its server in the tab Developer."),
        chat("vllm", "vLLM on this machine", "http://127.0.0.1:8000/v1")
            .note("It wants a key only where it was started with `--api-key`."),
        chat("llama-cpp", "llama.cpp on this machine", "http://127.0.0.1:8080/v1")
            .note("Start `llama-server`; it serves the one model it was started with."),
        chat("compatible", "Any OpenAI-compatible server", "")
            .note("The address ends where `/chat/completions` begins, often with `/v1`."),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use formaops_domain::Origin;
    use std::collections::HashSet;

    /// The address of a preset, filled in as in the example where it has parts to fill.
    fn address(preset: &Preset) -> Option<Url> {
        preset.base_url.clone().or_else(|| {
            let template = preset.template.as_ref()?;
            Some(template.url.replacen(&template.word, &template.example, 1).parse().unwrap())
        })
    }

    #[test]
    fn every_preset_that_needs_a_key_is_encrypted_and_says_where_to_get_one() {
        let mut seen = HashSet::new();
        for preset in presets() {
            assert!(seen.insert(preset.id.clone()), "{} stands there twice", preset.id);
            assert_eq!(preset.env.is_some(), preset.key_page.is_some(), "{}", preset.id);
            let origin = address(&preset).as_ref().map(Origin::of);
            assert!(origin.as_ref().is_none_or(Origin::may_carry_key), "{}", preset.id);
            let is_local = origin.is_some_and(|origin| origin.is_loopback());
            assert_eq!(preset.env.is_none(), is_local || preset.id == "compatible", "{}", preset.id);
            let template = preset.template.as_ref();
            assert!(template.is_none_or(|template| template.url.matches(&template.word).count() == 1));
            assert!(template.is_none() || preset.base_url.is_none(), "{}", preset.id);
        }
    }

    #[test]
    fn there_is_a_preset_for_every_kind_that_can_be_added() {
        let kinds: HashSet<_> = presets().into_iter().map(|preset| preset.kind).collect();
        for kind in ProviderKind::ALL {
            assert_eq!(kinds.contains(&kind), kind != ProviderKind::DryRun, "{kind:?}");
        }
    }
}
