//! Web services that rules ask. A rule may come from anywhere, and what it asks is told the answer: so only those are
//! asked that a person has allowed.

use crate::{ApiError, App};
use formaops_domain::{ExecutionId, Origin};
use serde_json::Value;
use tokio::sync::Semaphore;
use url::Url;

/// The setting that lists the web services that rules may ask: origins, such as `https://checks.example.com`.
pub(crate) const WEBHOOKS: &str = "webhooks";

/// How many web services are asked at once.
const MOST_AT_ONCE: usize = 8;

/// Asks web services, a few at a time.
pub(super) struct Webhooks(Semaphore);

impl Default for Webhooks {
    fn default() -> Self {
        Self(Semaphore::new(MOST_AT_ONCE))
    }
}

impl Webhooks {
    /// What a web service answers, or why it has not been asked.
    pub(super) async fn ask(
        &self,
        app: &App,
        execution: ExecutionId,
        url: &str,
        body: &Value,
    ) -> Result<Result<Value, String>, ApiError> {
        let Ok(url) = url.parse::<Url>() else {
            return Ok(Err("the address of the web service cannot be read: write it in full".to_owned()));
        };
        let origin = Origin::of(&url);
        if !allowed(app.store.find_setting(WEBHOOKS).await?.as_ref()).contains(&origin) {
            return Ok(Err(format!(
                "`{origin}` was not asked: the answer would be sent there, and nobody has allowed that. Allow it in \
                 the settings, under \u{201c}Web services\u{201d}"
            )));
        }
        // Nobody closes it.
        let _turn = self.0.acquire().await;
        let client = &app.registry.factory().client;
        Ok(client.ask_webhook(url, body, execution).await.map_err(|error| error.to_string()))
    }
}

/// The web services that may be asked.
fn allowed(setting: Option<&Value>) -> Vec<Origin> {
    let origins = setting.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    origins.filter_map(|origin| origin.parse().ok()).collect()
}

/// Why a list of web services cannot be kept; none where it can.
pub(crate) fn mistake(setting: &Value) -> Option<String> {
    if setting.is_null() {
        return None;
    }
    let Some(origins) = setting.as_array() else {
        return Some("it must be a list of addresses, such as `[\"https://checks.example.com\"]`".to_owned());
    };
    origins.iter().find_map(|origin| {
        let text = origin.as_str().unwrap_or_default();
        let url = text.parse::<Url>().ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        match url {
            None => Some(format!("`{text}` is no address of a web service")),
            Some(url) if !Origin::of(&url).may_carry_key() => {
                Some(format!("`{text}` is neither encrypted nor on this machine: use `https://`"))
            }
            Some(_) => None,
        }
    })
}
