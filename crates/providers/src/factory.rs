//! From a configured provider to one that can be called.

use crate::{
    Client, DryRun, HttpProvider, anthropic::Anthropic, bedrock::Bedrock, gemini::Gemini, ollama::Ollama,
    openai_chat::OpenAiChat, openai_responses::OpenAiResponses, source::PlannedCall, wire::Wire,
};
use formaops_domain::{
    Failure, Provider as Config, ProviderKind,
    ports::{Clock, ModelRequest, Provider, Signer, TokenCounter},
};
use std::sync::Arc;

/// Makes providers from their configuration. A clone shares the client.
#[derive(Clone)]
pub struct Factory {
    /// The one HTTP client.
    pub client: Client,
    /// Puts keys into requests.
    pub signer: Arc<dyn Signer>,
    /// Tells how long a date to wait for is away.
    pub clock: Arc<dyn Clock>,
    /// Counts what the dry run says.
    pub tokens: Arc<dyn TokenCounter>,
}

impl Factory {
    /// The provider that `config` describes.
    ///
    /// # Errors
    /// [`NoProvider`](formaops_domain::ErrorClass::NoProvider) where it has no address that can be called.
    pub fn provider(&self, config: &Config) -> Result<Arc<dyn Provider>, Failure> {
        match self.http(config)? {
            Some(provider) => Ok(Arc::new(provider)),
            None => Ok(Arc::new(DryRun::new(Arc::clone(&self.tokens)))),
        }
    }

    /// A call as it would be sent, but for its key; none where the provider is called nowhere.
    ///
    /// # Errors
    /// As [`Self::provider`], and where the request has what the wire format cannot say.
    pub fn plan(&self, config: &Config, request: &ModelRequest) -> Result<Option<PlannedCall>, Failure> {
        self.http(config)?.map(|provider| provider.plan(request)).transpose()
    }

    /// The server that `config` describes; none for the dry run.
    fn http(&self, config: &Config) -> Result<Option<HttpProvider>, Failure> {
        let wire: Box<dyn Wire> = match config.kind {
            ProviderKind::DryRun => return Ok(None),
            ProviderKind::OpenAiChat => Box::new(OpenAiChat::at(config.origin())),
            ProviderKind::OpenAiResponses => Box::new(OpenAiResponses),
            ProviderKind::Anthropic => Box::new(Anthropic),
            ProviderKind::Bedrock => {
                Box::new(Bedrock::at(config.base_url.as_ref().and_then(|url| url.host_str())))
            }
            ProviderKind::AzureOpenAi => Box::new(OpenAiChat::azure()),
            ProviderKind::Gemini => Box::new(Gemini),
            ProviderKind::Ollama => Box::new(Ollama),
        };
        let (signer, clock) = (Arc::clone(&self.signer), Arc::clone(&self.clock));
        HttpProvider::new(self.client.clone(), config, wire, signer, clock).map(Some)
    }
}
