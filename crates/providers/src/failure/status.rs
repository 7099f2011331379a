//! Errors that a server reports: by its status, and by what it says.
//!
//! Sources: RFC 9110 sections 10.2.3 (`Retry-After`) and 15; the error codes of OpenAI (also those of a
//! failed response, `openai/types/responses/response_error.py`), OpenRouter and Azure (Microsoft Learn,
//! "Content filtering" and the errors of its v1 API), Anthropic ("Errors", "Rate limits") and Amazon Bedrock
//! ("Troubleshooting API error codes"); the Gemini API, "Troubleshooting", and `google/rpc/code.proto`;
//! `server/routes.go` of Ollama.

use super::{ProviderError, Site, quotation, reported::kind, title_of};
use crate::ollama;
use formaops_domain::{ErrorClass, Failure, KeyRef, Timestamp};
use reqwest::{StatusCode, header::HeaderMap};
use serde_json::Value;

/// An answer whose status is not one of success.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    /// The seconds it asks to wait.
    pub(crate) retry_after: Option<u64>,
    /// Where a redirect leads, as it was written.
    pub(crate) location: Option<&'a str>,
    /// The kind of error that Amazon names in a header.
    pub(crate) kind: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

impl<'a> Answer<'a> {
    /// The answer with this head and this body, from which keys were taken out.
    pub(crate) fn new(status: StatusCode, headers: &'a HeaderMap, now: Timestamp, body: &'a [u8]) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            status: status.as_u16(),
            retry_after: retry_after(headers, now).or_else(|| reset(headers, now)),
            location: text("location"),
            kind: text("x-amzn-errortype"),
            body,
        }
    }

    /// The failure that the answer is.
    pub(crate) fn failure(&self, site: &Site) -> Failure {
        let text = String::from_utf8_lossy(self.body);
        let page = text.trim_start().starts_with('<');
        let json = serde_json::from_str::<Value>(&text).ok();
        let error = json.as_ref().and_then(ProviderError::find);
        let detail = match &error {
            Some(error) => error.quotation(),
            None if page => quotation(title_of(&text)),
            None => quotation(&text),
        };
        if (300..400).contains(&self.status) {
            return Failure { http_status: Some(self.status), detail, ..redirect(site, self.location) };
        }
        // Words that are not JSON count as well: proxies answer in plain text.
        let mut error = error.unwrap_or_else(|| ProviderError {
            message: if page { String::new() } else { text.into_owned() },
            ..ProviderError::default()
        });
        error.kinds.extend(self.kind.map(kind));
        let class = class_of(self.status, &error);
        let retry_after = self.retry_after.or(error.retry_after);
        Failure {
            detail,
            http_status: Some(self.status),
            retry_after,
            ..words(class, site, self.status, &error, retry_after)
        }
    }
}

/// What a server says of a fault of the request, whatever the status was that it had begun with.
const ABOUT_THE_REQUEST: &[&str] = &[
    "invalid_request_error",
    "invalid_prompt",
    "content_filter",
    "content_policy_violation",
    "image_content_policy_violation",
    "bio_policy",
    "data_residency_mismatch",
    "invalid_image",
    "invalid_image_format",
    "invalid_image_mode",
    "invalid_image_url",
    "invalid_base64_image",
    "image_too_large",
    "image_too_small",
    "image_parse_error",
    "image_file_too_large",
    "image_file_not_found",
    "empty_image_file",
    "unsupported_image_media_type",
    "failed_to_download_image",
];

/// An error inside an answer that began with success.
pub(crate) fn reported(site: &Site, error: &ProviderError) -> Failure {
    // What says nothing of its kind is a fault of the server: it had accepted the request.
    let about_the_request = || error.is(ABOUT_THE_REQUEST).then_some(400);
    let status = error.status.or_else(|| error.status_of_kind()).or_else(about_the_request).unwrap_or(500);
    let class = class_of(status, error);
    let retry_after = error.retry_after;
    Failure { detail: error.quotation(), retry_after, ..words(class, site, status, error, retry_after) }
}

/// The seconds that a server asks to wait, rounded up; a date is counted from `now`.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<u64> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let seconds = |text: &str| text.parse::<f64>().ok().filter(|seconds| (0.0..1e9).contains(seconds));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the number was checked to be between 0 and 1e9"
    )]
    let up = |seconds: f64| seconds.ceil() as u64;
    if let Some(millis) = text("retry-after-ms").and_then(seconds) {
        return Some(up(millis / 1000.0));
    }
    let value = text("retry-after")?;
    seconds(value).map(up).or_else(|| {
        let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
        let date = Timestamp::from_micros(date.as_microsecond());
        Some(up(date.since(now).as_secs_f64()))
    })
}

/// The seconds until the limit that is used up is whole again, as Anthropic tells it.
fn reset(headers: &HeaderMap, now: Timestamp) -> Option<u64> {
    let text = |name: String| headers.get(name)?.to_str().ok();
    let used_up = ["requests", "tokens", "input-tokens", "output-tokens"]
        .into_iter()
        .filter(|limit| text(format!("anthropic-ratelimit-{limit}-remaining")) == Some("0"));
    let seconds = used_up.filter_map(|limit| {
        let at: Timestamp = text(format!("anthropic-ratelimit-{limit}-reset"))?.parse().ok()?;
        Some(at.since(now).as_micros().div_ceil(1_000_000))
    });
    seconds.max()
}

fn class_of(status: u16, error: &ProviderError) -> ErrorClass {
    let too_long = error.is(&["context_length_exceeded", "string_above_max_length"])
        || error.says(&[
            "maximum context length",
            "context length",
            "context window",
            "prompt is too long",
            "exceeds the available context",
            "exceeds the maximum number of tokens",
            "exceed context limit",
            "input is too long",
        ]);
    let quota = if error.is(&["resource_exhausted"]) {
        // Google says that the quota is exceeded of every limit, also of those that pass in a minute.
        error.mentions("perday") || error.says(&["limit: 0,", "credits are depleted", "spending cap"])
    } else {
        error.is(&[
            "insufficient_quota",
            "billing_hard_limit_reached",
            "insufficient_balance",
            "enforced_spend_limit_reached",
        ]) || error.says(&[
            "exceeded your current quota",
            "insufficient balance",
            "insufficient credits",
            "credit balance is too low",
            "reached your specified api usage limits",
        ])
    };
    // Google and Amazon say with 400 or 403 of a key that it is wrong, too old or missing.
    let key = error.is(&[
        "invalid_api_key",
        "api_key_invalid",
        "unrecognizedclientexception",
        "invalidclienttokenid",
        "invalidsignatureexception",
        "signaturedoesnotmatch",
        "incompletesignatureexception",
        "expiredtokenexception",
        "missingauthenticationtokenexception",
    ]) || error.says(&[
        "api key not valid",
        "unregistered callers",
        "api key was reported as leaked",
        "make sure your api key is valid",
    ]);
    let filtered = error.is(&[
        "content_filter",
        "content_policy_violation",
        "image_content_policy_violation",
        "bio_policy",
        "responsibleaipolicyviolation",
    ]) || error.says(&["flagged as potentially violating"]);
    match status {
        402 => ErrorClass::NoQuota,
        400..500 if quota => ErrorClass::NoQuota,
        400..500 if filtered => ErrorClass::ContentFilter,
        400 | 404 | 413 | 422 if too_long => ErrorClass::ContextTooLong,
        400..500 if key => ErrorClass::Authentication,
        400 if error.says(&["location is not supported"]) => ErrorClass::Permission,
        // Azure says so of a key or a person that it knows.
        401 if error.is(&["permissiondenied"]) => ErrorClass::Permission,
        407 => ErrorClass::Proxy,
        400..500 if error.is(&["modelnotreadyexception"]) => ErrorClass::ServerError,
        400 if error.is(&["servicequotaexceededexception"]) => ErrorClass::RateLimited,
        400 if error.says(&["model identifier is invalid"]) => ErrorClass::NotFound,
        401 => ErrorClass::Authentication,
        403 => ErrorClass::Permission,
        404 | 410 => ErrorClass::NotFound,
        400..500 if error.is(&["model_not_found"]) => ErrorClass::NotFound,
        408 => ErrorClass::Timeout,
        // A dependency failed: at Amazon, the model.
        424 => ErrorClass::ServerError,
        429 => ErrorClass::RateLimited,
        500..600 if error.is(&["rate_limit_exceeded", "rate_limit_error"]) => ErrorClass::RateLimited,
        500..600 if too_long => ErrorClass::ContextTooLong,
        // Asked again, it would not know either how to answer: `not implemented`, `version not supported`.
        501 | 505 => ErrorClass::BadRequest,
        500..600 => ErrorClass::ServerError,
        _ => ErrorClass::BadRequest,
    }
}

fn words(
    class: ErrorClass,
    site: &Site,
    status: u16,
    error: &ProviderError,
    retry_after: Option<u64>,
) -> Failure {
    let Site { provider, model, .. } = site;
    let model = model.as_deref().unwrap_or("its models");
    let address = site.address();
    let (message, hint) = match class {
        ErrorClass::Authentication => match &site.key {
            Some(KeyRef::Env { name }) => (
                format!("`{provider}` does not accept the key in `{name}`"),
                format!("Put a valid key for `{address}` into `{name}` and start FormaOps again from there."),
            ),
            Some(KeyRef::Keychain { .. } | KeyRef::Vault { .. }) => (
                format!("`{provider}` does not accept its key"),
                format!("Enter a valid key for `{address}` in the settings of `{provider}`."),
            ),
            None if site.speaks == ollama::TITLE && site.origin.is_loopback() => (
                format!("`{provider}` is not signed in to ollama.com"),
                "Run `ollama signin`, then run again.".to_owned(),
            ),
            None => (
                format!("`{provider}` wants a key, and none is set"),
                format!("Set a key for `{provider}` in the settings."),
            ),
        },
        ErrorClass::Permission if error.says(&["virtual network", "firewall"]) => (
            format!("`{provider}` takes no calls from this network"),
            "Ask whoever owns it to allow this network, or join one that is allowed.".to_owned(),
        ),
        ErrorClass::Permission => (
            format!("`{provider}` does not allow the use of `{model}`"),
            "Choose another model, or ask whoever owns the account for access.".to_owned(),
        ),
        ErrorClass::NoQuota => (
            format!("the account at `{provider}` has no quota left"),
            "Add credit or raise the limit at the provider, then run again.".to_owned(),
        ),
        ErrorClass::NotFound
            if error.is(&["deploymentnotfound"])
                || (site.calls_deployments && (error.is(&["model_not_found"]) || error.says(&["model"]))) =>
        (
            format!("`{provider}` has no deployment `{model}`"),
            "Give the name of a deployment as the resource has it, not that of its model. A new one takes up to 5 minutes."
                .to_owned(),
        ),
        ErrorClass::NotFound if error.is(&["model_not_found"]) || error.says(&["model"]) => {
            let ollama = site.speaks == ollama::TITLE || error.says(&["try pulling it first"]);
            let hint = match &site.model {
                Some(model) if ollama => {
                    format!("Run `ollama pull {model}`, or choose one of the models it lists.")
                }
                _ => "Choose one of the models it lists.".to_owned(),
            };
            (format!("`{provider}` has no model `{model}`"), hint)
        }
        ErrorClass::NotFound => (format!("`{provider}` has nothing at this address"), site.check_address()),
        ErrorClass::Proxy => (
            format!("the proxy between here and `{address}` wants to know who asks"),
            "Give it a user name and password where FormaOps is started: `HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT`."
                .to_owned(),
        ),
        ErrorClass::ContextTooLong if site.speaks == ollama::TITLE => (
            format!("the request is longer than the context that `{model}` was loaded with"),
            "Raise it with `{\"options\": {\"num_ctx\": 32768}}` in `extra`, or shorten the prompt or its inputs."
                .to_owned(),
        ),
        ErrorClass::ContextTooLong => (
            format!("the request is longer than `{model}` can take"),
            "Shorten the prompt or its inputs, lower `maxTokens`, or choose a model with a longer context."
                .to_owned(),
        ),
        ErrorClass::ContentFilter => (
            format!("`{provider}` refused the content"),
            "Change the wording of the prompt or its inputs.".to_owned(),
        ),
        ErrorClass::RateLimited => (
            format!("`{provider}` is called too often"),
            match retry_after {
                Some(seconds) => format!("It asks to wait {seconds} s. Fewer executions at once help too."),
                None => "Wait a little, or let fewer executions run at once.".to_owned(),
            },
        ),
        ErrorClass::Timeout => {
            (format!("`{provider}` gave up waiting for the request"), "Run again.".to_owned())
        }
        ErrorClass::ServerError if matches!(status, 503 | 529) => (
            format!("`{provider}` is overloaded or down for the moment"),
            "Run again in a little while.".to_owned(),
        ),
        ErrorClass::ServerError if status == 504 => (
            format!("a gateway gave up waiting for `{provider}`"),
            "Run again. If it stays so, ask for a shorter answer with `maxTokens`.".to_owned(),
        ),
        ErrorClass::ServerError => (
            format!("`{provider}` failed to answer, with status {status}"),
            "Run again. If it stays so, look at the status page or the log of the server.".to_owned(),
        ),
        _ if status == 409 => (
            format!("`{provider}` is busy with something that this request conflicts with"),
            "Run again in a little while.".to_owned(),
        ),
        _ if status == 413 => (
            format!("`{provider}` takes no request that large"),
            "Shorten the prompt or its inputs.".to_owned(),
        ),
        _ => (
            format!("`{provider}` refused the request, with status {status}"),
            "Read what it says, and change the messages or parameters.".to_owned(),
        ),
    };
    Failure::new(class, message, hint)
}

fn redirect(site: &Site, location: Option<&str>) -> Failure {
    // Only scheme, host and path: a query may hold what must not be shown.
    let target = location.map(|location| match location.parse::<url::Url>() {
        Ok(url) => format!("{}{}", super::shown(&formaops_domain::Origin::of(&url)), url.path()),
        Err(_) => location.split(['?', '#']).next().unwrap_or_default().to_owned(),
    });
    match target {
        Some(target) => Failure::new(
            ErrorClass::Redirect,
            format!("`{}` redirects to `{target}`, and redirects are not followed", site.provider),
            "If you trust that address, make it the base URL of the provider.",
        ),
        None => Failure::new(
            ErrorClass::Redirect,
            format!("`{}` redirects without saying where", site.provider),
            format!("Check the base URL at `{}`.", site.address()),
        ),
    }
}

#[cfg(test)]
mod tests;
