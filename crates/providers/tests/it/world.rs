//! A server, a provider configured for it, and what comes of a call.

use formaops_domain::{
    ErrorClass, Failure, FinishReason, Provider as Config, ProviderKind, Usage,
    ports::{ModelRequest, PartStream, Provider, StreamPart},
};
use formaops_providers::{Client, ClientOptions, Factory, Tokens};
use formaops_testkit::{FixedSigner, ManualClock, MemoryLedger, ScriptedServer, provider, request};
use futures::StreamExt as _;
use std::sync::Arc;

/// The key that no story may ever see again.
pub(crate) const KEY: &str = "sk-canary-0123456789";

/// The variable that refers to it.
pub(crate) const ENV: &str = "LOCAL_API_KEY";

pub(crate) struct World {
    pub(crate) server: ScriptedServer,
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) ledger: Arc<MemoryLedger>,
}

impl World {
    /// A server, and a provider that has a key for it.
    pub(crate) async fn new() -> Self {
        Self::speaking(ProviderKind::OpenAiChat, "/v1").await
    }

    /// The same in another wire format, whose base URL has this path.
    pub(crate) async fn speaking(kind: ProviderKind, base_path: &str) -> Self {
        let server = ScriptedServer::start().await;
        let ledger = Arc::new(MemoryLedger::default());
        let factory = factory(ClientOptions::default(), Arc::clone(&ledger));
        let base_url = server.base_url().join(base_path).expect("a path makes a URL");
        let config = Config { kind, ..provider(base_url, Some(ENV)) };
        let provider = factory.provider(&config).expect("there is an address");
        Self { server, provider, ledger }
    }

    /// Calls a model to the end.
    pub(crate) async fn call(&self, model: &str) -> Answer {
        Answer::of(self.provider.stream(request(model, "Say hello."))).await
    }
}

/// Makes providers whose keys are all the same.
pub(crate) fn factory(options: ClientOptions, ledger: Arc<MemoryLedger>) -> Factory {
    let clock = Arc::new(ManualClock::default());
    Factory {
        client: Client::new(options, ledger, clock.clone()).expect("there is a client"),
        signer: Arc::new(FixedSigner::new(KEY)),
        clock,
        tokens: Arc::new(Tokens),
    }
}

pub(crate) fn connect(config: &Config) -> Arc<dyn Provider> {
    let factory = factory(ClientOptions::default(), Arc::default());
    factory.provider(config).expect("there is an address")
}

/// Calls a provider once, with the usual request changed as `change` says.
pub(crate) async fn call_with(
    provider: &Arc<dyn Provider>,
    change: impl FnOnce(&mut ModelRequest),
) -> Answer {
    let mut request = request("any", "Say hello.");
    change(&mut request);
    Answer::of(provider.stream(request)).await
}

/// All that came of a call.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) parts: Vec<StreamPart>,
    pub(crate) failure: Option<Failure>,
}

impl Answer {
    pub(crate) async fn of(mut stream: PartStream) -> Self {
        let mut answer = Self { parts: Vec::new(), failure: None };
        while let Some(part) = stream.next().await {
            assert!(answer.failure.is_none(), "nothing follows a failure");
            match part {
                Ok(part) => answer.parts.push(part),
                Err(failure) => answer.failure = Some(failure),
            }
        }
        answer
    }

    pub(crate) fn text(&self) -> String {
        let texts = self.parts.iter().filter_map(|part| match part {
            StreamPart::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    pub(crate) fn raw(&self) -> Vec<u8> {
        let raw = self.parts.iter().filter_map(|part| match part {
            StreamPart::Raw(bytes) => Some(bytes.as_ref()),
            _ => None,
        });
        raw.collect::<Vec<_>>().concat()
    }

    pub(crate) fn finish(&self) -> Option<FinishReason> {
        self.parts.iter().find_map(|part| match part {
            StreamPart::Finish(finish) => Some(finish.reason),
            _ => None,
        })
    }

    pub(crate) fn usage(&self) -> Option<Usage> {
        self.parts.iter().rev().find_map(|part| match part {
            StreamPart::Usage(usage) => Some(*usage),
            _ => None,
        })
    }

    pub(crate) fn failure(&self) -> &Failure {
        self.failure.as_ref().unwrap_or_else(|| panic!("the call succeeded: {:?}", self.text()))
    }

    pub(crate) fn class(&self) -> ErrorClass {
        self.failure().class
    }
}
