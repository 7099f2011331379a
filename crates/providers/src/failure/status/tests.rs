//! What servers answer, and what becomes of it.

use super::*;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::json;

fn site(env: Option<&str>) -> Site {
    Site {
        provider: "openai".to_owned(),
        origin: "https://api.openai.com".parse().unwrap(),
        key: env.map(|name| KeyRef::Env { name: name.parse().unwrap() }),
        model: Some("gpt-4o".to_owned()),
        speaks: "OpenAI Chat Completions",
        calls_deployments: false,
        base_path: "/v1",
    }
}

fn answer(status: u16, body: &str) -> Failure {
    let answer = Answer { status, retry_after: None, location: None, kind: None, body: body.as_bytes() };
    answer.failure(&site(Some("OPENAI_API_KEY")))
}

fn error(message: &str, kind: &str, code: &str) -> String {
    json!({ "error": { "message": message, "type": kind, "code": code } }).to_string()
}

#[test]
fn every_status_has_its_class_by_its_number_and_by_what_is_said() {
    use ErrorClass as Class;
    let plain = |status| (status, error("no", "", ""));
    for ((status, body), class) in [
        (plain(400), Class::BadRequest),
        ((400, error("", "invalid_request_error", "context_length_exceeded")), Class::ContextTooLong),
        ((400, error("This model's maximum context length is 8192 tokens.", "", "")), Class::ContextTooLong),
        ((400, error("", "", "content_filter")), Class::ContentFilter),
        ((400, error("", "", "content_policy_violation")), Class::ContentFilter),
        (
            (
                400,
                error(
                    "Your prompt was flagged as potentially violating our usage policy.",
                    "",
                    "invalid_prompt",
                ),
            ),
            Class::ContentFilter,
        ),
        ((400, error("", "", "model_not_found")), Class::NotFound),
        ((400, error("API key not valid. Please pass a valid API key.", "", "")), Class::Authentication),
        (plain(401), Class::Authentication),
        (
            (401, error("The principal lacks the required data action", "", "PermissionDenied")),
            Class::Permission,
        ),
        (plain(402), Class::NoQuota),
        (plain(403), Class::Permission),
        (plain(404), Class::NotFound),
        (plain(405), Class::BadRequest),
        (plain(408), Class::Timeout),
        (plain(409), Class::BadRequest),
        (plain(413), Class::BadRequest),
        ((413, error("prompt is too long: 9 tokens", "", "")), Class::ContextTooLong),
        (plain(422), Class::BadRequest),
        (plain(429), Class::RateLimited),
        (
            (429, error("You exceeded your current quota", "insufficient_quota", "insufficient_quota")),
            Class::NoQuota,
        ),
        (plain(500), Class::ServerError),
        (plain(502), Class::ServerError),
        (plain(503), Class::ServerError),
        (plain(504), Class::ServerError),
        (plain(529), Class::ServerError),
        (plain(501), Class::BadRequest),
        (plain(505), Class::BadRequest),
        ((500, String::new()), Class::ServerError),
        ((502, "<html><title>502 Bad Gateway</title>".to_owned()), Class::ServerError),
        ((404, "404 page not found".to_owned()), Class::NotFound),
        ((404, "<html>context length</html>".to_owned()), Class::NotFound),
    ] {
        let failure = answer(status, &body);
        assert_eq!(failure.class, class, "{status} {body}");
        assert_eq!(failure.http_status, Some(status));
        assert!(!failure.message.is_empty() && failure.hint.ends_with('.'), "{failure:?}");
    }
}

#[test]
fn google_names_the_kind_of_an_error_beside_its_status() {
    use ErrorClass as Class;
    let google = |status: u16, name: &str, message: &str, details: Value| {
        let error = json!({ "code": status, "status": name, "message": message, "details": details });
        let failure = answer(status, &json!({ "error": error }).to_string());
        (failure.class, failure.retry_after)
    };
    let quota = "You exceeded your current quota, please check your plan and billing details.";
    let wait = json!({ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "36.2s" });
    let exceeded = |id: &str| json!({ "violations": [{ "quotaId": id }] });
    let exhausted = |message, details| google(429, "RESOURCE_EXHAUSTED", message, details);
    let minute = exceeded("GenerateRequestsPerMinutePerProjectPerModel-FreeTier");
    assert_eq!(exhausted(quota, json!([minute, wait])), (Class::RateLimited, Some(37)));
    let day = exceeded("GenerateRequestsPerDayPerProjectPerModel-FreeTier");
    assert_eq!(exhausted(quota, json!([day, wait])), (Class::NoQuota, Some(37)));
    for (status, name, message, reason, class) in [
        (429, "RESOURCE_EXHAUSTED", "Resource has been exhausted.", "", Class::RateLimited),
        (429, "RESOURCE_EXHAUSTED", "Quota exceeded, limit: 0, model: x", "", Class::NoQuota),
        (429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted.", "", Class::NoQuota),
        (400, "INVALID_ARGUMENT", "API Key not found.", "API_KEY_INVALID", Class::Authentication),
        (401, "UNAUTHENTICATED", "", "", Class::Authentication),
        (403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.", "", Class::Authentication),
        (403, "PERMISSION_DENIED", "Your API key was reported as leaked.", "", Class::Authentication),
        (403, "PERMISSION_DENIED", "It is not enabled.", "SERVICE_DISABLED", Class::Permission),
        (
            400,
            "FAILED_PRECONDITION",
            "User location is not supported for the API use.",
            "",
            Class::Permission,
        ),
        (
            400,
            "INVALID_ARGUMENT",
            "The input token count (9) exceeds the maximum number of tokens allowed (8).",
            "",
            Class::ContextTooLong,
        ),
        (404, "NOT_FOUND", "models/x is not found for API version v1beta", "", Class::NotFound),
        (503, "UNAVAILABLE", "The model is overloaded.", "", Class::ServerError),
        (504, "DEADLINE_EXCEEDED", "", "", Class::ServerError),
    ] {
        let found = google(status, name, message, json!([{ "reason": reason }]));
        assert_eq!(found, (class, None), "{status} {name} {message}");
    }
}

#[test]
fn the_kinds_of_anthropic_have_their_class() {
    use ErrorClass as Class;
    for (status, kind, message, class) in [
        (400, "invalid_request_error", "max_tokens: must be at least 1", Class::BadRequest),
        (400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000", Class::ContextTooLong),
        (
            400,
            "invalid_request_error",
            "input length and `max_tokens` exceed context limit: 9 + 9 > 9",
            Class::ContextTooLong,
        ),
        (400, "invalid_request_error", "Your credit balance is too low to access the API", Class::NoQuota),
        (
            400,
            "invalid_request_error",
            "You have reached your specified API usage limits. You will regain access on …",
            Class::NoQuota,
        ),
        (401, "authentication_error", "invalid x-api-key", Class::Authentication),
        (402, "billing_error", "There is an issue with your billing", Class::NoQuota),
        (403, "permission_error", "Your API key has no right to this", Class::Permission),
        (404, "not_found_error", "model: claude-9", Class::NotFound),
        (413, "request_too_large", "Request exceeds the maximum size", Class::BadRequest),
        (429, "rate_limit_error", "Number of requests has exceeded your rate limit", Class::RateLimited),
        (500, "api_error", "Internal server error", Class::ServerError),
        (504, "timeout_error", "Request timed out", Class::ServerError),
        (529, "overloaded_error", "Overloaded", Class::ServerError),
    ] {
        let error = json!({ "type": kind, "message": message });
        let body = json!({ "type": "error", "error": error, "request_id": "req_1" });
        let failure = answer(status, &body.to_string());
        assert_eq!((failure.class, failure.detail.as_deref()), (class, Some(message)));
    }
    let spent = json!({ "type": "error", "error": {
        "type": "rate_limit_error", "message": "", "details": { "error_code": "enforced_spend_limit_reached" },
    } });
    assert_eq!(answer(429, &spent.to_string()).class, Class::NoQuota);
    let missing = json!({ "error": { "type": "not_found_error", "message": "model: claude-9" } });
    assert_eq!(answer(404, &missing.to_string()).message, "`openai` has no model `gpt-4o`");
}

#[test]
fn the_kinds_of_amazon_have_their_class_though_they_stand_in_a_header() {
    use ErrorClass as Class;
    for (status, kind, message, class) in [
        (400, "ValidationException", "1 validation error detected", Class::BadRequest),
        (400, "ValidationException", "Input is too long for requested model.", Class::ContextTooLong),
        (400, "ValidationException", "The provided model identifier is invalid.", Class::NotFound),
        (400, "ServiceQuotaExceededException", "", Class::RateLimited),
        (400, "IncompleteSignatureException", "", Class::Authentication),
        (403, "AccessDeniedException", "You don't have access to the model", Class::Permission),
        (
            403,
            "AccessDeniedException",
            "Authentication failed: Please make sure your API Key is valid.",
            Class::Authentication,
        ),
        (403, "UnrecognizedClientException", "The security token is invalid.", Class::Authentication),
        (403, "ExpiredTokenException", "The security token is expired", Class::Authentication),
        (403, "InvalidSignatureException", "Signature expired", Class::Authentication),
        (404, "ResourceNotFoundException", "Could not resolve the foundation model", Class::NotFound),
        (408, "ModelTimeoutException", "", Class::Timeout),
        (424, "ModelErrorException", "", Class::ServerError),
        (429, "ThrottlingException", "Too many tokens, please wait", Class::RateLimited),
        (429, "ModelNotReadyException", "", Class::ServerError),
        (500, "InternalServerException", "", Class::ServerError),
        (503, "ServiceUnavailableException", "", Class::ServerError),
    ] {
        let mut body = json!({ "message": message });
        let header = format!("{kind}:http://internal.amazon.com/coral/com.amazon.bedrock/");
        let text = body.to_string();
        let told =
            Answer { status, retry_after: None, location: None, kind: Some(&header), body: text.as_bytes() };
        assert_eq!(told.failure(&site(None)).class, class, "{kind} {message}");
        body["__type"] = kind.into();
        assert_eq!(answer(status, &body.to_string()).class, class, "{kind} {message}");
    }
}

#[test]
fn what_to_do_is_said_in_the_words_of_ollama_where_it_is_called() {
    let local = Site {
        provider: "ollama".to_owned(),
        origin: "http://127.0.0.1:11434".parse().unwrap(),
        model: Some("qwen3:8b".to_owned()),
        speaks: ollama::TITLE,
        base_path: "",
        ..site(None)
    };
    let cloud = Site { origin: "https://ollama.com".parse().unwrap(), ..local.clone() };
    let hint = |site: &Site, status, said: &str| {
        let body = json!({ "error": said }).to_string();
        Answer { status, retry_after: None, location: None, kind: None, body: body.as_bytes() }
            .failure(site)
            .hint
    };
    let missing = hint(&local, 404, "model 'qwen3:8b' not found");
    assert_eq!(missing, "Run `ollama pull qwen3:8b`, or choose one of the models it lists.");
    let compatible = Site { speaks: "OpenAI Chat Completions", ..local.clone() };
    assert_eq!(hint(&compatible, 404, "model \"qwen3:8b\" not found, try pulling it first"), missing);
    assert!(hint(&local, 500, "request exceeds the available context size").contains("num_ctx"));
    assert!(hint(&local, 401, "unauthorized").contains("ollama signin"));
    assert!(hint(&cloud, 401, "unauthorized").contains("Set a key"));
}

#[test]
fn a_limit_that_is_used_up_tells_when_it_is_whole_again() {
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let headers = |fields: &[(&'static str, &'static str)]| {
        let pair = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        HeaderMap::from_iter(fields.iter().copied().map(pair))
    };
    let limits = [
        ("anthropic-ratelimit-requests-remaining", "7"),
        ("anthropic-ratelimit-requests-reset", "2026-01-01T01:00:00Z"),
        ("anthropic-ratelimit-input-tokens-remaining", "0"),
        ("anthropic-ratelimit-input-tokens-reset", "2026-01-01T00:00:09.5Z"),
        ("anthropic-ratelimit-output-tokens-remaining", "0"),
        ("anthropic-ratelimit-output-tokens-reset", "soon"),
    ];
    let told =
        |headers: &HeaderMap| Answer::new(StatusCode::TOO_MANY_REQUESTS, headers, now, b"").retry_after;
    assert_eq!(told(&headers(&limits)), Some(10));
    assert_eq!(told(&headers(&limits[..2])), None);
    let mut both = limits.to_vec();
    both.push(("retry-after", "3"));
    assert_eq!(told(&headers(&both)), Some(3));
}

#[test]
fn the_words_name_the_provider_the_model_and_the_next_step() {
    let failure = answer(401, &error("Incorrect API key provided", "", "invalid_api_key"));
    assert_eq!(failure.message, "`openai` does not accept the key in `OPENAI_API_KEY`");
    assert!(failure.hint.contains("start FormaOps again"), "{}", failure.hint);
    assert_eq!(failure.detail.as_deref(), Some("Incorrect API key provided"));

    let keyless =
        Answer { status: 401, retry_after: None, location: None, kind: None, body: b"" }.failure(&site(None));
    assert_eq!(keyless.message, "`openai` wants a key, and none is set");

    let missing = answer(404, &error("The model `gpt-4o` does not exist", "", "model_not_found"));
    assert_eq!(missing.message, "`openai` has no model `gpt-4o`");
    let nowhere = answer(404, "<title>404 Not Found</title>");
    assert_eq!(nowhere.message, "`openai` has nothing at this address");
    assert_eq!(nowhere.hint, "Check the base URL at `https://api.openai.com`: it usually ends in `/v1`.");
    assert_eq!(nowhere.detail.as_deref(), Some("404 Not Found"));
}

#[test]
fn what_azure_says_has_its_own_words() {
    let azure = |status, code: &str, message: &str| {
        answer(status, &json!({ "error": { "code": code, "message": message } }).to_string())
    };
    let deployment = azure(404, "DeploymentNotFound", "The API deployment for this resource does not exist.");
    assert_eq!(deployment.message, "`openai` has no deployment `gpt-4o`");
    assert!(deployment.hint.contains("5 minutes"), "{}", deployment.hint);
    // Its list is of models, so nobody is sent there, whatever the service calls what is missing.
    let body = error("The model `gpt-4o` does not exist", "", "model_not_found");
    let missing =
        Answer { status: 404, retry_after: None, location: None, kind: None, body: body.as_bytes() };
    let missing = missing.failure(&Site { calls_deployments: true, ..site(None) });
    assert_eq!((missing.message, missing.hint), (deployment.message, deployment.hint));
    let nowhere = azure(404, "404", "Resource not found");
    assert_eq!(nowhere.message, "`openai` has nothing at this address");
    let network = azure(403, "403", "Access denied due to Virtual Network/Firewall rules.");
    assert_eq!(network.message, "`openai` takes no calls from this network");
    // What its gateway says, which stands before the service.
    let gateway = r#"{"statusCode": 401, "message": "Access denied due to invalid subscription key."}"#;
    assert_eq!(
        answer(401, gateway).detail.as_deref(),
        Some("Access denied due to invalid subscription key.")
    );
}

#[test]
fn a_prompt_that_azure_blocked_names_what_was_found() {
    let results = json!({
        "hate": { "filtered": true, "severity": "high" },
        "jailbreak": { "filtered": true, "detected": true },
        "sexual": { "filtered": false, "severity": "safe" },
    });
    let inner = json!({ "code": "ResponsibleAIPolicyViolation", "content_filter_result": results });
    let filters = json!([{ "source_type": "prompt", "content_filter_results": results }]);
    for (name, value) in [("innererror", inner), ("content_filters", filters)] {
        let mut error = json!({ "message": "The response was filtered.", "type": null, "param": "prompt", "code": "content_filter", "status": 400 });
        error[name] = value;
        let failure = answer(400, &json!({ "error": error }).to_string());
        assert_eq!(failure.class, ErrorClass::ContentFilter);
        assert_eq!(failure.message, "`openai` refused the content");
        let detail = "The response was filtered.\nFiltered: hate (high), jailbreak.";
        assert_eq!(failure.detail.as_deref(), Some(detail), "{name}");
    }
}

#[test]
fn the_providers_own_words_are_kept_to_two_thousand_characters() {
    let long = "ü".repeat(3_000);
    assert_eq!(answer(500, &long).detail.unwrap().chars().count(), 2_000);
    assert_eq!(answer(500, " \n").detail, None);
}

#[test]
fn a_redirect_says_where_to_without_what_must_not_be_shown() {
    let redirect = |location| {
        let answer = Answer { status: 307, retry_after: None, location, kind: None, body: b"" };
        let failure = answer.failure(&site(None));
        assert_eq!((failure.class, failure.http_status), (ErrorClass::Redirect, Some(307)));
        failure.message
    };
    assert_eq!(
        redirect(Some("https://user:pass@example.com/v1/chat?token=secret#x")),
        "`openai` redirects to `https://example.com/v1/chat`, and redirects are not followed"
    );
    assert_eq!(
        redirect(Some("/login?next=secret")),
        "`openai` redirects to `/login`, and redirects are not followed"
    );
    assert_eq!(redirect(None), "`openai` redirects without saying where");
}

#[test]
fn an_error_inside_a_stream_is_classed_by_its_code_or_else_as_the_servers() {
    for (value, class) in [
        (json!({ "error": { "message": "x", "code": 429 } }), ErrorClass::RateLimited),
        (json!({ "error": { "message": "x", "code": 502 } }), ErrorClass::ServerError),
        (json!({ "error": { "message": "x", "type": "server_error" } }), ErrorClass::ServerError),
        (json!({ "error": { "message": "x", "code": "rate_limit_exceeded" } }), ErrorClass::RateLimited),
        (
            json!({ "error": { "message": "x", "code": "context_length_exceeded" } }),
            ErrorClass::ContextTooLong,
        ),
        (json!({ "error": { "message": "x", "type": "invalid_request_error" } }), ErrorClass::BadRequest),
        (json!({ "error": { "message": "x", "code": "content_filter" } }), ErrorClass::ContentFilter),
        (json!({ "message": "x", "code": "image_content_policy_violation" }), ErrorClass::ContentFilter),
        (json!({ "message": "x", "code": "invalid_image_format" }), ErrorClass::BadRequest),
        (json!({ "message": "x", "code": "vector_store_timeout" }), ErrorClass::ServerError),
        (json!({ "error": "something else" }), ErrorClass::ServerError),
        (json!({ "error": "request exceeds the available context size" }), ErrorClass::ContextTooLong),
        (json!({ "error": { "message": "x", "type": "overloaded_error" } }), ErrorClass::ServerError),
        (json!({ "error": { "message": "x", "type": "rate_limit_error" } }), ErrorClass::RateLimited),
        (json!({ "message": "x", "type": "throttlingException" }), ErrorClass::RateLimited),
        (json!({ "message": "x", "type": "validationException" }), ErrorClass::BadRequest),
        (json!({ "message": "x", "type": "modelStreamErrorException" }), ErrorClass::ServerError),
    ] {
        let failure = reported(&site(None), &ProviderError::read(&value));
        assert_eq!(failure.class, class, "{value}");
        assert!(failure.detail.is_some());
    }
}

#[test]
fn the_time_to_wait_is_read_in_seconds_milliseconds_and_as_a_date() {
    let now = "1994-11-06T08:49:30Z".parse().unwrap();
    let read = |name: &'static str, value: &str| {
        let value = HeaderValue::from_str(value).unwrap();
        let headers = HeaderMap::from_iter([(HeaderName::from_static(name), value)]);
        retry_after(&headers, now)
    };
    for (name, value, seconds) in [
        ("retry-after", "7", Some(7)),
        ("retry-after", " 1.2 ", Some(2)),
        ("retry-after", "0", Some(0)),
        ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT", Some(7)),
        ("retry-after", "Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
        ("retry-after", "-3", None),
        ("retry-after", "1e300", None),
        ("retry-after", "NaN", None),
        ("retry-after", "soon", None),
        ("retry-after-ms", "1500", Some(2)),
        ("x-other", "7", None),
    ] {
        assert_eq!(read(name, value), seconds, "{name}: {value}");
    }
}
