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
        base_path: "/v1",
    }
}

fn answer(status: u16, body: &str) -> Failure {
    let answer = Answer { status, retry_after: None, location: None, body: body.as_bytes() };
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
        ((400, error("", "", "model_not_found")), Class::NotFound),
        ((400, error("API key not valid. Please pass a valid API key.", "", "")), Class::Authentication),
        (plain(401), Class::Authentication),
        (plain(402), Class::NoQuota),
        (plain(403), Class::Permission),
        (plain(404), Class::NotFound),
        (plain(405), Class::BadRequest),
        (plain(408), Class::Timeout),
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
        (plain(529), Class::ServerError),
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
fn the_words_name_the_provider_the_model_and_the_next_step() {
    let failure = answer(401, &error("Incorrect API key provided", "", "invalid_api_key"));
    assert_eq!(failure.message, "`openai` does not accept the key in `OPENAI_API_KEY`");
    assert!(failure.hint.contains("start FormaOps again"), "{}", failure.hint);
    assert_eq!(failure.detail.as_deref(), Some("Incorrect API key provided"));

    let keyless = Answer { status: 401, retry_after: None, location: None, body: b"" }.failure(&site(None));
    assert_eq!(keyless.message, "`openai` wants a key, and none is set");

    let missing = answer(404, &error("The model `gpt-4o` does not exist", "", "model_not_found"));
    assert_eq!(missing.message, "`openai` has no model `gpt-4o`");
    let nowhere = answer(404, "<title>404 Not Found</title>");
    assert_eq!(nowhere.message, "`openai` has nothing at this address");
    assert_eq!(nowhere.hint, "Check the base URL at `https://api.openai.com`: it usually ends in `/v1`.");
    assert_eq!(nowhere.detail.as_deref(), Some("404 Not Found"));
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
        let answer = Answer { status: 307, retry_after: None, location, body: b"" };
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
        (json!({ "error": "something else" }), ErrorClass::ServerError),
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
