//! Configured endpoints, and how their keys are referred to. No key is ever in these types.

use crate::{ProviderId, ProviderKeyId, Timestamp, id::text_serde};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A configured endpoint that serves models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Provider {
    /// Its identity.
    pub id: ProviderId,
    /// Its name in `provider:model`: lower-case letters, digits, `-`, `_` and `.`, unique.
    pub name: String,
    /// Which wire format it speaks.
    pub kind: ProviderKind,
    /// The address its paths are joined to, such as `https://api.openai.com/v1`; none for `dry-run`.
    pub base_url: Option<url::Url>,
    /// The key in use and the origin it was set for.
    pub key: Option<KeyBinding>,
    /// The most executions at once; the default of the engine where absent.
    #[schemars(range(min = 1, max = 1024))]
    pub max_concurrent: Option<u32>,
    /// How many calls it gets within a minute, 1 to 1,000,000; no limit where absent.
    #[serde(default)]
    pub requests_per_minute: Option<u32>,
    /// How many tokens, of requests and answers together, 1 to 1,000,000,000; no limit where absent.
    #[serde(default)]
    pub tokens_per_minute: Option<u32>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Provider {
    /// The origin that requests go to, where it has an address.
    #[must_use]
    pub fn origin(&self) -> Option<Origin> {
        self.base_url.as_ref().map(Origin::of)
    }

    /// The key to sign with: none where it was set for another origin than today's.
    #[must_use]
    pub fn usable_key(&self) -> Option<&KeyRef> {
        self.key.as_ref().filter(|key| Some(&key.origin) == self.origin().as_ref()).map(|key| &key.reference)
    }
}

/// Which wire format a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum ProviderKind {
    /// Built in: streams the rendered prompt back, with no key and no network.
    #[serde(rename = "dry-run")]
    DryRun,
    /// OpenAI Chat Completions, as OpenAI and every compatible server speak it.
    #[serde(rename = "openai-chat")]
    OpenAiChat,
    /// OpenAI Responses.
    #[serde(rename = "openai-responses")]
    OpenAiResponses,
    /// Anthropic Messages.
    #[serde(rename = "anthropic")]
    Anthropic,
    /// Google Gemini, `generateContent`.
    #[serde(rename = "gemini")]
    Gemini,
    /// Ollama's own API.
    #[serde(rename = "ollama")]
    Ollama,
    /// Azure OpenAI: Chat Completions at a resource of the user's own.
    #[serde(rename = "azure-openai")]
    AzureOpenAi,
    /// Amazon Bedrock, `ConverseStream`.
    #[serde(rename = "bedrock")]
    Bedrock,
}

impl ProviderKind {
    /// All kinds, in the order they are offered.
    pub const ALL: [Self; 8] = [
        Self::DryRun,
        Self::OpenAiChat,
        Self::OpenAiResponses,
        Self::Anthropic,
        Self::Gemini,
        Self::Ollama,
        Self::AzureOpenAi,
        Self::Bedrock,
    ];

    /// The word on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DryRun => "dry-run",
            Self::OpenAiChat => "openai-chat",
            Self::OpenAiResponses => "openai-responses",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
            Self::AzureOpenAi => "azure-openai",
            Self::Bedrock => "bedrock",
        }
    }

    /// The word that OpenTelemetry has for whose API it is
    /// (<https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/>). That of OpenAI is spoken by many.
    #[must_use]
    pub const fn vendor(self) -> &'static str {
        match self {
            Self::DryRun => "formaops",
            Self::OpenAiChat | Self::OpenAiResponses => "openai",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gcp.gemini",
            Self::Ollama => "ollama",
            Self::AzureOpenAi => "azure.ai.openai",
            Self::Bedrock => "aws.bedrock",
        }
    }
}

/// A key reference and the one origin it may be sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyBinding {
    /// Its identity.
    pub id: ProviderKeyId,
    /// A name for people, unique within the provider without regard to case.
    pub name: String,
    /// Where the key is found.
    pub reference: KeyRef,
    /// The origin it was set for: changing the address detaches the key.
    pub origin: Origin,
}

/// One of the keys of a provider; never the key itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderKey {
    /// The provider it belongs to.
    pub provider: ProviderId,
    /// Its name, where it is found and where it may go.
    #[serde(flatten)]
    pub binding: KeyBinding,
    /// When it was added.
    pub created_at: Timestamp,
}

/// Where a key is found; never the key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum KeyRef {
    /// In an environment variable of the process that owns the workspace.
    Env {
        /// The variable.
        name: EnvName,
    },
    /// In the keychain of the operating system.
    Keychain {
        /// The name of its entry.
        id: ProviderKeyId,
    },
    /// In the encrypted vault file.
    Vault {
        /// The name of its entry.
        id: ProviderKeyId,
    },
}

impl KeyRef {
    /// The place that it leads to.
    #[must_use]
    pub const fn place(&self) -> KeyPlace {
        match self {
            Self::Env { .. } => KeyPlace::Env,
            Self::Keychain { .. } => KeyPlace::Keychain,
            Self::Vault { .. } => KeyPlace::Vault,
        }
    }
}

impl fmt::Display for KeyRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env { name } => write!(f, "env:{name}"),
            Self::Keychain { id } => write!(f, "keychain:{id}"),
            Self::Vault { id } => write!(f, "vault:{id}"),
        }
    }
}

/// The places where keys are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyPlace {
    /// The environment of the process that owns the workspace.
    Env,
    /// The keychain of the operating system.
    Keychain,
    /// The encrypted vault file.
    Vault,
}

/// Why an environment variable may not hold a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` may not be used for a key: the name must end in `_API_KEY` or `_TOKEN`, or start with `FORMAOPS_`, and \
     not be that of the vault's passphrase"
)]
pub struct InvalidEnvName(String);

/// The name of an environment variable that may hold a key: `*_API_KEY`, `*_TOKEN` or `FORMAOPS_*`, save
/// for [`Self::VAULT_PASSPHRASE`].
///
/// So a configuration cannot make FormaOps send some other secret of the environment to a server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EnvName(String);

impl EnvName {
    /// The variable that opens the vault. As a key it would send the passphrase to a server.
    pub const VAULT_PASSPHRASE: &str = "FORMAOPS_VAULT_PASSPHRASE";

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EnvName {
    type Err = InvalidEnvName;

    fn from_str(text: &str) -> Result<Self, InvalidEnvName> {
        let plain =
            text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        let allowed = ["_API_KEY", "_TOKEN"].iter().any(|end| text.len() > end.len() && text.ends_with(end))
            || text.strip_prefix("FORMAOPS_").is_some_and(|rest| !rest.is_empty());
        let allowed = allowed && text != Self::VAULT_PASSPHRASE;
        if plain && allowed { Ok(Self(text.to_owned())) } else { Err(InvalidEnvName(text.to_owned())) }
    }
}

impl fmt::Display for EnvName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_serde!(EnvName, "^[A-Z0-9_]+$");

/// Scheme, host and port of an address, such as `https://api.openai.com:443`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    text: String,
    loopback: bool,
    encrypted: bool,
}

impl Origin {
    /// The origin of an address.
    #[must_use]
    pub fn of(url: &url::Url) -> Self {
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or_default();
        let loopback = match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        Self {
            text: format!("{}://{host}:{port}", url.scheme()),
            loopback,
            encrypted: url.scheme() == "https",
        }
    }

    /// Whether it is on this machine.
    #[must_use]
    pub const fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Whether a key may be sent to it: encrypted, or on this machine.
    #[must_use]
    pub const fn may_carry_key(&self) -> bool {
        self.encrypted || self.loopback
    }
}

impl FromStr for Origin {
    type Err = url::ParseError;

    fn from_str(text: &str) -> Result<Self, url::ParseError> {
        url::Url::parse(text).map(|url| Self::of(&url))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

text_serde!(Origin);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_variables_that_are_named_like_keys_may_hold_one() {
        for good in ["OPENAI_API_KEY", "HF_TOKEN", "FORMAOPS_X"] {
            assert!(good.parse::<EnvName>().is_ok(), "{good}");
        }
        for bad in [
            "HOME",
            "PATH",
            "_API_KEY",
            "FORMAOPS_",
            "aws_token",
            "A_TOKEN=1",
            "AWS_SECRET_ACCESS_KEY",
            "FORMAOPS_VAULT_PASSPHRASE",
        ] {
            assert!(bad.parse::<EnvName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port_and_knows_whether_a_key_may_travel() {
        for (url, origin, may_carry_key) in [
            ("https://api.openai.com/v1", "https://api.openai.com:443", true),
            ("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434", true),
            ("http://[::1]:1/", "http://[::1]:1", true),
            ("http://localhost/", "http://localhost:80", true),
            ("http://localhost.example.com/", "http://localhost.example.com:80", false),
            ("http://10.0.0.1/", "http://10.0.0.1:80", false),
        ] {
            let found = Origin::of(&url.parse().unwrap());
            assert_eq!((found.to_string().as_str(), found.may_carry_key()), (origin, may_carry_key), "{url}");
            assert_eq!(origin.parse::<Origin>().unwrap(), found);
        }
    }
}
