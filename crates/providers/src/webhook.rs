//! Web services that rules ask whether an answer holds: JSON out, JSON back.

use crate::{
    Client,
    client::{SendError, Trip},
    failure::shown,
};
use formaops_domain::{
    ExecutionId, Origin, Purpose,
    ports::{HttpMethod, OutgoingRequest},
};
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// How long a web service may take for its whole answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The longest answer of a web service that is read, in bytes.
const MAX_ANSWER: usize = 1024 * 1024;

/// Why a web service has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// What is sent could be read on its way.
    #[error("`{0}` is neither encrypted nor on this machine: write the address with `https://`")]
    Plain(String),
    /// A password in an address would be kept where rules are kept.
    #[error("the address of `{0}` has a user name or a password in it: take it out")]
    Credentials(String),
    /// The user switched the network off.
    #[error("nothing was sent to `{0}`: the network is switched off in FormaOps. Switch it on again")]
    Offline(String),
    /// It cannot be reached, or broke off.
    #[error("`{0}` cannot be reached, or broke off. Check the address, and that the service runs")]
    Unreachable(String),
    /// It took too long.
    #[error("`{0}` did not answer within 30 s")]
    TooSlow(String),
    /// It points somewhere else, which is not followed.
    #[error("`{0}` points to another address, which is not followed: give the address that it points to")]
    Redirect(String),
    /// It says that it failed.
    #[error("`{0}` answered with the status {1}")]
    Status(String, u16),
    /// It answers more than is read.
    #[error("`{0}` answered with more than 1 MiB")]
    TooLong(String),
    /// It answers something else than JSON.
    #[error("`{0}` did not answer with JSON")]
    NotJson(String),
}

impl Client {
    /// Posts JSON to a web service, and answers the JSON that it answers with. The ledger is told, nothing is followed,
    /// and nothing is tried again.
    ///
    /// # Errors
    /// Where nothing is sent, or no JSON comes back in time.
    pub async fn ask_webhook(
        &self,
        url: Url,
        body: &Value,
        execution: ExecutionId,
    ) -> Result<Value, WebhookError> {
        let origin = Origin::of(&url);
        let name = shown(&origin);
        if !matches!(url.scheme(), "http" | "https") || !origin.may_carry_key() {
            return Err(WebhookError::Plain(name));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WebhookError::Credentials(name));
        }
        let asking = self.ask(url, body.to_string(), execution, name.clone());
        timeout(TIMEOUT, asking).await.unwrap_or(Err(WebhookError::TooSlow(name)))
    }

    async fn ask(
        &self,
        url: Url,
        body: String,
        execution: ExecutionId,
        name: String,
    ) -> Result<Value, WebhookError> {
        let request = OutgoingRequest {
            method: HttpMethod::Post,
            url,
            headers: vec![
                ("accept", "application/json".to_owned()),
                ("accept-encoding", "identity".to_owned()),
                ("content-type", "application/json".to_owned()),
            ],
            secret_headers: Vec::new(),
            body: body.into(),
        };
        let trip = Trip { purpose: Purpose::Webhook, key: None, execution: Some(execution) };
        let mut reply = self.send(request, trip).await.map_err(|error| match error {
            SendError::Offline => WebhookError::Offline(name.clone()),
            SendError::Header | SendError::Network(_) => WebhookError::Unreachable(name.clone()),
        })?;
        let status = reply.status();
        if status.is_redirection() {
            return Err(WebhookError::Redirect(name));
        }
        if !status.is_success() {
            return Err(WebhookError::Status(name, status.as_u16()));
        }
        let mut answer = Vec::new();
        while let Some(chunk) = reply.chunk().await.map_err(|_| WebhookError::Unreachable(name.clone()))? {
            answer.extend_from_slice(&chunk);
            if answer.len() > MAX_ANSWER {
                return Err(WebhookError::TooLong(name));
            }
        }
        serde_json::from_slice(&answer).map_err(|_| WebhookError::NotJson(name))
    }
}
