//! Web services that rules ask. A rule may come from anywhere, and what it asks is told the answer: so only those are
//! asked that a person has allowed.

use super::failed;
use crate::{ApiError, App};
use formaops_domain::{Answer, ExecutionId, Origin};
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
    /// What a web service answers; where it was not asked, why.
    pub(super) async fn ask(
        &self,
        app: &App,
        execution: ExecutionId,
        url: &str,
        body: &Value,
    ) -> Result<Answer, ApiError> {
        let Ok(url) = url.parse::<Url>() else {
            return Ok(failed("the address of the web service cannot be read: write it in full"));
        };
        let origin = Origin::of(&url);
        if !allowed(app.store.find_setting(WEBHOOKS).await?.as_ref()).contains(&origin) {
            return Ok(failed(format!(
                "`{origin}` was not asked: the answer would be sent there, and nobody has allowed that. Allow it in \
                 the settings, under \u{201c}Web services\u{201d}"
            )));
        }
        // Nobody closes it.
        let _turn = self.0.acquire().await;
        let client = &app.registry.factory().client;
        let answer = client.ask_webhook(url, body, execution).await;
        Ok(answer.map_or_else(|error| failed(error.to_string()), Answer::Json))
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
