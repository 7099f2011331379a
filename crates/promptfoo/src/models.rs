//! The providers of a configuration: which models are asked, where, with which parameters, and whose key.

use crate::{
    files::{self, Sources},
    filters,
    problem::Log,
    scripts,
};
use formaops_domain::{EnvName, JsonObject, ModelRef, Parameters, ProviderKind};
use formaops_template::formats::take_parameters;
use regex::Regex;
use serde_json::Value;
use url::Url;

/// A provider that a configuration needs. What the configuration does not say of it is in the preset of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededProvider {
    /// What models of this configuration call it.
    pub key: String,
    /// The preset that it starts from, whose name it usually has.
    pub preset: &'static str,
    /// Its wire format.
    pub kind: ProviderKind,
    /// The address, where the configuration has one of its own.
    pub base_url: Option<Url>,
    /// Where its key comes from.
    pub key_of: KeyOf,
    /// Where it is first named.
    pub at: String,
}

/// Where the key of a provider comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyOf {
    /// The first of these variables that is set: those that promptfoo looks at for this vendor.
    Vendor(Vec<EnvName>),
    /// The variable that the configuration names.
    Named(EnvName),
    /// Nobody: the configuration has an address of its own, and names no key for it.
    Nobody,
}

/// A model of a configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigModel {
    /// Its id there.
    pub id: String,
    /// Its label there; may be empty.
    pub label: String,
    /// The model; its provider is the `key` of a [`NeededProvider`].
    pub model: ModelRef,
    /// Parameters of its calls.
    pub parameters: Parameters,
    /// The places of the prompts that it is asked; all where absent.
    pub prompts: Option<Vec<usize>>,
    /// The prompts that it names.
    pub(crate) wanted: Option<Vec<String>>,
    /// What is made of its answers.
    pub(crate) transform: Option<String>,
    pub(crate) at: String,
}

impl ConfigModel {
    /// What tests call it, and what is shown.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.label.is_empty() { &self.id } else { &self.label }
    }
}

/// A vendor as promptfoo names it.
struct Vendor {
    word: &'static str,
    preset: &'static str,
    kind: ProviderKind,
    keys: &'static [&'static str],
    /// What may stand between vendor and model.
    ways: &'static [&'static str],
}

const fn vendor(
    word: &'static str,
    preset: &'static str,
    kind: ProviderKind,
    keys: &'static [&'static str],
    ways: &'static [&'static str],
) -> Vendor {
    Vendor { word, preset, kind, keys, ways }
}

const VENDORS: &[Vendor] = &[
    vendor("openai", "openai", ProviderKind::OpenAiChat, &["OPENAI_API_KEY"], &["chat"]),
    vendor("anthropic", "anthropic", ProviderKind::Anthropic, &["ANTHROPIC_API_KEY"], &["messages"]),
    vendor("google", "google", ProviderKind::Gemini, &["GEMINI_API_KEY", "GOOGLE_API_KEY"], &[]),
    vendor("ollama", "ollama", ProviderKind::Ollama, &[], &["chat"]),
    vendor(
        "azure",
        "azure",
        ProviderKind::AzureOpenAi,
        &["AZURE_API_KEY", "AZURE_OPENAI_API_KEY"],
        &["chat"],
    ),
    vendor(
        "azureopenai",
        "azure",
        ProviderKind::AzureOpenAi,
        &["AZURE_API_KEY", "AZURE_OPENAI_API_KEY"],
        &["chat"],
    ),
    vendor("bedrock", "bedrock", ProviderKind::Bedrock, &["FORMAOPS_BEDROCK_KEY"], &["converse"]),
    vendor("mistral", "mistral", ProviderKind::OpenAiChat, &["MISTRAL_API_KEY"], &["chat"]),
    vendor("groq", "groq", ProviderKind::OpenAiChat, &["GROQ_API_KEY"], &["chat"]),
    vendor("deepseek", "deepseek", ProviderKind::OpenAiChat, &["DEEPSEEK_API_KEY"], &["chat"]),
    vendor("xai", "xai", ProviderKind::OpenAiChat, &["XAI_API_KEY"], &["chat"]),
    vendor("togetherai", "together", ProviderKind::OpenAiChat, &["TOGETHER_API_KEY"], &["chat"]),
    vendor("openrouter", "openrouter", ProviderKind::OpenAiChat, &["OPENROUTER_API_KEY"], &["chat"]),
];

const RESPONSES: Vendor =
    vendor("openai", "openai-responses", ProviderKind::OpenAiResponses, &["OPENAI_API_KEY"], &["responses"]);

/// The provider that answers with the prompt.
pub(crate) const ECHO: &str = "echo";

/// Words between vendor and model that mean a model which makes vectors of texts.
const EMBEDDINGS: [&str; 2] = ["embedding", "embeddings"];

/// Words between vendor and model that mean another service than a chat.
const OTHER_SERVICES: [&str; 20] = [
    "completion",
    "completions",
    "text",
    "assistant",
    "realtime",
    "image",
    "video",
    "moderation",
    "agents",
    "audio",
    "transcription",
    "tts",
    "live",
    "claude-agent-sdk",
    "codex-sdk",
    "codex",
    "chatkit",
    "kb",
    "nova-sonic",
    "chat-completion",
];

/// What a model is called.
pub(crate) struct ModelName {
    id: String,
    label: String,
}

impl ModelName {
    pub(crate) fn of(model: &ConfigModel) -> Self {
        Self { id: model.id.clone(), label: model.label.clone() }
    }
}

/// The providers that were found.
pub(crate) struct Models<'m> {
    files: &'m Sources<'m>,
    /// Only those with a match of this are read.
    only: Option<&'m Regex>,
    pub(crate) needed: Vec<NeededProvider>,
    /// Those that were not read.
    pub(crate) left_out: Vec<ModelName>,
}

impl<'m> Models<'m> {
    pub(crate) fn new(files: &'m Sources<'m>, only: Option<&'m Regex>) -> Self {
        Self { files, only, needed: Vec::new(), left_out: Vec::new() }
    }

    /// All models under `providers` or `targets`.
    pub(crate) fn read(&mut self, value: Option<Value>, at: &str, log: &mut Log) -> Vec<ConfigModel> {
        let mut found = Vec::new();
        match value {
            None | Some(Value::Null) => {
                let hint = "Write them under `providers`, such as `openai:gpt-4o`.";
                log.wrong(at, "the configuration has no providers", hint);
            }
            Some(Value::Array(items)) => {
                for (index, item) in items.into_iter().enumerate() {
                    self.any(item, &format!("{at}[{index}]"), &mut found, log);
                }
            }
            Some(other) => self.any(other, at, &mut found, log),
        }
        found
    }

    fn any(&mut self, value: Value, at: &str, found: &mut Vec<ConfigModel>, log: &mut Log) {
        match value {
            Value::String(id) if id.starts_with("file://") && !files::is_code(&id) => {
                let path = id.trim_start_matches("file://");
                match self.files.part(path, at, log) {
                    Some(Value::Array(items)) => {
                        for (index, item) in items.into_iter().enumerate() {
                            self.any(item, &format!("{path}: [{index}]"), found, log);
                        }
                    }
                    Some(one) => self.any(one, &format!("{path}: id"), found, log),
                    None => {}
                }
            }
            Value::String(id) => found.extend(self.model(id, JsonObject::new(), at, log)),
            Value::Object(mut fields) => match fields.shift_remove("id") {
                Some(Value::String(id)) => found.extend(self.model(id, fields, at, log)),
                Some(_) => log.wrong(at, "the `id` of a provider is a text", "Write `id: openai:gpt-4o`."),
                None => {
                    // The id as the name of an object with the rest.
                    for (id, options) in fields {
                        let Value::Object(options) = options else {
                            log.wrong(at, format!("`{id}` is no provider"), "Write `id: openai:gpt-4o`.");
                            continue;
                        };
                        found.extend(self.model(id, options, at, log));
                    }
                }
            },
            _ => log.wrong(at, "this is no provider", "Write one such as `openai:gpt-4o`."),
        }
    }

    fn model(&mut self, id: String, mut fields: JsonObject, at: &str, log: &mut Log) -> Option<ConfigModel> {
        let mut config = match fields.shift_remove("config") {
            Some(Value::Object(config)) => config,
            _ => JsonObject::new(),
        };
        let label = match fields.shift_remove("label") {
            Some(Value::String(label)) => label,
            _ => String::new(),
        };
        if !filters::matches(self.only, &[&id, &label]) {
            self.left_out.push(ModelName { id, label });
            return None;
        }
        let wanted = fields.shift_remove("prompts").and_then(|value| match value {
            Value::Array(items) => Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
            Value::String(one) => Some(vec![one]),
            _ => None,
        });
        let transform = match fields.shift_remove("transform") {
            Some(Value::String(source)) => {
                Some(scripts::source(&source, &format!("{at}.transform"), self.files, log)?)
            }
            _ => None,
        };
        for name in fields.keys() {
            let message = format!("`{name}` of a provider has no counterpart here");
            log.note(&format!("{at}.{name}"), message);
        }
        if makes_vectors(&id) {
            let hint = "Use a model that chats here; `similar` takes this one as its `provider`.";
            log.wrong(at, format!("`{id}` asks for the service `embedding`, which answers no prompt"), hint);
            return None;
        }
        let model = self.reference(&id, &mut config, at, log)?;
        let at_config = format!("{at}.config");
        self.open_files(&mut config, &at_config, log);
        let (mut parameters, notes) = take_parameters(&mut config, &at_config);
        log.take_over(notes);
        if let Some(Value::Object(extra)) = config.shift_remove("passthrough") {
            parameters.extra = extra;
        }
        for name in config.keys() {
            let message = format!(
                "`{name}` has no counterpart here and is not sent; `passthrough` sends a field as it is"
            );
            log.note(&format!("{at_config}.{name}"), message);
        }
        Some(ConfigModel {
            id,
            label,
            model,
            parameters,
            prompts: None,
            wanted,
            transform,
            at: at.to_owned(),
        })
    }

    /// Tools and schemas that stand in files of their own.
    fn open_files(&self, config: &mut JsonObject, at: &str, log: &mut Log) {
        for name in ["tools", "response_format", "functions"] {
            let Some(path) = config.get(name).and_then(Value::as_str).and_then(files::of_url) else {
                continue;
            };
            let (path, at) = (path.to_owned(), format!("{at}.{name}"));
            if files::is_code(&path) {
                log.wrong(&at, format!("`{path}` is a program, which is never run"), "Write it out as JSON.");
                continue;
            }
            if let Some(value) = self.files.part(&path, &at, log) {
                config.insert(name.to_owned(), value);
            }
        }
    }

    /// The model that an id means, with its provider among the needed ones.
    pub(crate) fn reference(
        &mut self,
        id: &str,
        config: &mut JsonObject,
        at: &str,
        log: &mut Log,
    ) -> Option<ModelRef> {
        if id == ECHO {
            return Some(ModelRef { provider: "dry-run".to_owned(), model: ECHO.to_owned() });
        }
        let (vendor, model) = vendor_of(id, at, log)?;
        let base_url = address(vendor, config, at, log)?;
        let key_of = key_of(vendor, base_url.as_ref(), config, at, log)?;
        let model = if model.is_empty() {
            let Some(Value::String(named)) = config.shift_remove("model") else {
                log.wrong(at, format!("`{id}` names no model"), format!("Write `{id}:MODEL`."));
                return None;
            };
            named
        } else {
            model.to_owned()
        };
        let key = match &base_url {
            Some(url) => format!("{} at {url}", vendor.preset),
            None => vendor.preset.to_owned(),
        };
        let key = match &key_of {
            KeyOf::Named(name) => format!("{key} with {name}"),
            KeyOf::Vendor(_) | KeyOf::Nobody => key,
        };
        if self.needed.iter().all(|needed| needed.key != key) {
            let (preset, kind, key) = (vendor.preset, vendor.kind, key.clone());
            self.needed.push(NeededProvider { key, preset, kind, base_url, key_of, at: at.to_owned() });
        }
        // The key is no name of a provider, and has colons in its address: it is replaced before it is used.
        Some(ModelRef { provider: key, model })
    }

    /// The model that makes vectors, from an id, from an object with one, or from an object with one for each purpose. One that
    /// only chats makes none.
    ///
    /// Source: `getAndCheckProvider` in `src/matchers/providers.ts`.
    pub(crate) fn embedding(&mut self, value: &Value, at: &str, log: &mut Log) -> Option<ModelRef> {
        if let Some(embedding) = value.get("embedding") {
            return self.embedding(embedding, &format!("{at}.embedding"), log);
        }
        let id = id_of(value).filter(|id| makes_vectors(id))?;
        let mut config = match value.get("config") {
            Some(Value::Object(config)) => config.clone(),
            _ => JsonObject::new(),
        };
        let model = self.reference(id, &mut config, at, log);
        for name in config.keys() {
            let message = format!("`{name}` of a model that makes vectors is not sent");
            log.note(&format!("{at}.config.{name}"), message);
        }
        model
    }

    /// The model that judges, from an id or from an object with one. One that makes vectors judges nothing.
    pub(crate) fn judge(&mut self, value: &Value, at: &str, log: &mut Log) -> Option<ModelRef> {
        match value {
            one if id_of(one).is_some_and(makes_vectors) => None,
            Value::String(id) => self.reference(id, &mut JsonObject::new(), at, log),
            Value::Object(fields) if !fields.contains_key("text") && fields.contains_key("embedding") => None,
            Value::Object(fields) => {
                if let Some(text) = fields.get("text") {
                    return self.judge(text, &format!("{at}.text"), log);
                }
                let id = fields.get("id").and_then(Value::as_str);
                let Some(id) = id else {
                    log.wrong(at, "the provider that judges has no `id`", "Write `id: openai:gpt-4o`.");
                    return None;
                };
                let mut config = match fields.get("config") {
                    Some(Value::Object(config)) => config.clone(),
                    _ => JsonObject::new(),
                };
                let model = self.reference(id, &mut config, at, log);
                for name in config.keys() {
                    let message =
                        format!("`{name}` of a judge is not sent: judges answer with their own defaults");
                    log.note(&format!("{at}.config.{name}"), message);
                }
                model
            }
            Value::Null => None,
            _ => {
                log.wrong(at, "this is no provider", "Write one such as `openai:gpt-4o`.");
                None
            }
        }
    }
}

/// The id of a provider that is written as such, or as an object with one.
fn id_of(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("id")?.as_str())
}

/// Whether an id names a model that makes vectors.
pub(crate) fn makes_vectors(id: &str) -> bool {
    id.split(':').nth(1).is_some_and(|way| EMBEDDINGS.contains(&way))
}

/// The vendor and the model that an id names.
fn vendor_of<'i>(id: &'i str, at: &str, log: &mut Log) -> Option<(&'static Vendor, &'i str)> {
    let never_run = ["exec:", "python:", "ruby:", "golang:", "package:", "file://", "promptfoo:"];
    if never_run.iter().any(|start| id.starts_with(start)) || files::is_code(id) {
        let hint = "Serve it as an OpenAI-compatible endpoint, and write `openai:chat:MODEL` with `config.apiBaseUrl`.";
        log.wrong(
            at,
            format!("the provider `{id}` is a program or a service of promptfoo, which is never run"),
            hint,
        );
        return None;
    }
    let (word, rest) = id.split_once(':').unwrap_or((id, ""));
    let known = VENDORS.iter().find(|vendor| vendor.word == word);
    let Some(vendor) = known else {
        let words: Vec<_> = VENDORS.iter().map(|vendor| vendor.word).collect();
        let hint = match word {
            "vertex" => {
                "Use `google:MODEL` with an API key of Gemini; Vertex signs with accounts of Google Cloud."
                    .to_owned()
            }
            _ => format!(
                "These are known: `{}`, `echo`. One that speaks as OpenAI does runs as `openai:chat:MODEL` with \
                 `config.apiBaseUrl`.",
                words.join("`, `")
            ),
        };
        log.wrong(at, format!("there is no provider `{word}` here, as `{id}` asks for"), hint);
        return None;
    };
    let (way, model) = rest.split_once(':').unwrap_or(("", rest));
    if word == "openai" && (way == "responses" || rest == "responses") {
        return Some((&RESPONSES, if way.is_empty() { "" } else { model }));
    }
    if EMBEDDINGS.contains(&way) {
        return Some((vendor, model));
    }
    if OTHER_SERVICES.contains(&way) || OTHER_SERVICES.contains(&rest) {
        let hint = format!("Use a model that chats, as in `{word}:chat:MODEL`.");
        let way = if way.is_empty() { rest } else { way };
        log.wrong(
            at,
            format!("`{id}` asks for the service `{way}`, which is not there: only chats are"),
            hint,
        );
        return None;
    }
    if vendor.ways.contains(&way) {
        return Some((vendor, model));
    }
    Some((vendor, if vendor.ways.contains(&rest) { "" } else { rest }))
}

/// The address that a configuration sets itself; `None` inside where it sets none.
fn address(vendor: &Vendor, config: &mut JsonObject, at: &str, log: &mut Log) -> Option<Option<Url>> {
    let mut take = |name: &str| config.shift_remove(name).and_then(|value| value.as_str().map(str::to_owned));
    let (url, host, region) = (take("apiBaseUrl"), take("apiHost"), take("region"));
    let (field, text) = match (url, host, vendor.kind) {
        (Some(url), _, _) => ("apiBaseUrl", url),
        (None, Some(host), ProviderKind::AzureOpenAi) => {
            let host = host.trim_start_matches("https://").trim_end_matches('/').to_owned();
            ("apiHost", format!("https://{host}/openai/v1"))
        }
        (None, Some(host), _) if host.contains("://") => ("apiHost", host),
        (None, Some(host), _) => ("apiHost", format!("https://{host}/v1")),
        (None, None, ProviderKind::Bedrock) => {
            let region = region.unwrap_or_else(|| "us-east-1".to_owned());
            ("region", format!("https://bedrock-runtime.{region}.amazonaws.com"))
        }
        (None, None, ProviderKind::AzureOpenAi) => {
            let hint = "Write `config: {apiHost: RESOURCE.openai.azure.com}`.";
            log.wrong(at, "the address of the resource on Azure is missing", hint);
            return None;
        }
        (None, None, _) => return Some(None),
    };
    match text.parse::<Url>() {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => Some(Some(url)),
        _ => {
            let hint = "Write it whole, such as `https://api.example.com/v1`.";
            log.wrong(&format!("{at}.config.{field}"), format!("`{text}` is no address"), hint);
            None
        }
    }
}

/// Whose key is sent. To an address of the configuration's own goes only a key that the configuration names.
fn key_of(
    vendor: &Vendor,
    base_url: Option<&Url>,
    config: &mut JsonObject,
    at: &str,
    log: &mut Log,
) -> Option<KeyOf> {
    for name in ["headers", "organization"] {
        if config.shift_remove(name).is_some() {
            let message = format!("`{name}` is never taken from a file, and not sent");
            log.note(&format!("{at}.config.{name}"), message);
        }
    }
    let named = match (config.shift_remove("apiKeyEnvar"), config.shift_remove("apiKey")) {
        (Some(Value::String(name)), _) => Some((name, "apiKeyEnvar")),
        (_, Some(Value::String(key))) => {
            let tag = key.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
            let Some(name) = tag.and_then(crate::environment::name_of) else {
                let hint =
                    "Put the key into a variable of the environment and name it: `apiKeyEnvar: MY_API_KEY`.";
                log.wrong(&format!("{at}.config.apiKey"), "a key that stands in a file is never used", hint);
                return None;
            };
            Some((name.to_owned(), "apiKey"))
        }
        _ => None,
    };
    if let Some((name, field)) = named {
        return match name.parse() {
            Ok(name) => Some(KeyOf::Named(name)),
            Err(error) => {
                let error: formaops_domain::InvalidEnvName = error;
                let hint = "Give the variable another name.";
                log.wrong(&format!("{at}.config.{field}"), error.to_string(), hint);
                None
            }
        };
    }
    let vendors_own = matches!(vendor.kind, ProviderKind::AzureOpenAi | ProviderKind::Bedrock)
        && base_url
            .and_then(Url::host_str)
            .is_some_and(|host| host.ends_with(".azure.com") || host.ends_with(".amazonaws.com"));
    if base_url.is_some() && !vendors_own {
        return Some(KeyOf::Nobody);
    }
    Some(KeyOf::Vendor(vendor.keys.iter().filter_map(|name| name.parse().ok()).collect()))
}

/// Whether a model is one of those that a test names: by label or id, whole, by the vendor before a colon, or with `*`.
///
/// Source: `isProviderAllowed` in `src/util/provider.ts`.
pub(crate) fn is_named(ModelName { id, label }: &ModelName, wanted: &str) -> bool {
    [label.as_str(), id.as_str()].into_iter().filter(|name| !name.is_empty()).any(|name| {
        let in_group = |group: &str| name.strip_prefix(group).is_some_and(|rest| rest.starts_with(':'));
        match wanted.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == wanted || in_group(wanted),
        }
    })
}
