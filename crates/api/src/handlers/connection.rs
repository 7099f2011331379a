//! Whether a provider can be called, and what servers there are on this machine.

use super::provider::find_provider;
use crate::{ApiError, App, Caller};
use formaops_domain::{
    Failure, Page, Parameters, Purpose, Role, Span,
    ports::{ModelMessage, ModelRequest, Provider, StreamPart, Timeouts, Wants},
};
use formaops_providers::FoundServer;
use futures::StreamExt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// Tests whether a provider can be called.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestProvider {
    /// The provider, by its id or name.
    pub provider: String,
    /// A model to call with a request of a few tokens, which may cost a little. Only so a missing right,
    /// a used-up quota or a wrong id shows. Without it the provider is asked for its list of models, which
    /// costs nothing.
    #[serde(default)]
    pub model: Option<String>,
}

/// What a test of a connection found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionTest {
    /// Why it cannot be called, with what to do; absent where it can.
    pub failure: Option<Failure>,
    /// How many models it lists; absent where it was not asked.
    pub models: Option<u32>,
    /// How long it took to answer.
    pub latency_ms: Span,
}

/// Looks for model servers on this machine.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListServers {}

/// How long a test may take.
const TIMEOUTS: Timeouts = Timeouts {
    idle: Duration::from_secs(15),
    first_token: Duration::from_secs(30),
    total: Duration::from_secs(60),
};

/// The most tokens of the answer to a test. Some servers refuse fewer.
const MOST_TOKENS: u32 = 16;

pub(crate) async fn provider_test(
    app: &App,
    _: &Caller,
    request: TestProvider,
) -> Result<ConnectionTest, ApiError> {
    let config = find_provider(app, &request.provider).await?;
    let started = Instant::now();
    let found = match app.registry.get(&config) {
        Ok(provider) => try_out(&*provider, request.model).await,
        Err(failure) => Err(failure),
    };
    let latency_ms = started.elapsed().into();
    Ok(match found {
        Ok(models) => ConnectionTest { failure: None, models, latency_ms },
        Err(failure) => ConnectionTest { failure: Some(failure), models: None, latency_ms },
    })
}

/// How many models the provider lists, where it was asked for them.
pub(super) async fn try_out(provider: &dyn Provider, model: Option<String>) -> Result<Option<u32>, Failure> {
    let Some(model) = model else {
        let models = provider.probe(Purpose::Test).await?;
        return Ok(Some(u32::try_from(models.len()).unwrap_or(u32::MAX)));
    };
    let mut parts = provider.stream(ModelRequest {
        model,
        messages: vec![ModelMessage::text(Role::User, "Say ok.")],
        parameters: Parameters { max_tokens: Some(MOST_TOKENS), ..Parameters::default() },
        timeouts: TIMEOUTS,
        execution: None,
        wants: Wants::Answer,
    });
    while let Some(part) = parts.next().await {
        // The first word proves that it can be called; the rest would only cost more.
        if matches!(part?, StreamPart::Text(_) | StreamPart::Reasoning(_) | StreamPart::Finish(_)) {
            break;
        }
    }
    Ok(None)
}

pub(crate) async fn server_list(
    app: &App,
    _: &Caller,
    _: ListServers,
) -> Result<Page<FoundServer>, ApiError> {
    Ok(Page::whole(formaops_providers::discover(app.registry.factory()).await))
}
