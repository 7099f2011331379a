//! The headers of an answer that are kept: those that help to find a cause, by a list of what is harmless.

use formaops_domain::Scrubber;
use reqwest::header::HeaderMap;
use std::collections::BTreeMap;

/// Names that are kept. A header that is not known may hold anything, so it is not.
const KEPT: &[&str] = &[
    "apim-request-id",
    "cf-ray",
    "content-type",
    "date",
    "openai-processing-ms",
    "openai-version",
    "request-id",
    "retry-after",
    "retry-after-ms",
    "server",
    "x-amzn-requestid",
    "x-envoy-upstream-service-time",
    "x-generation-id",
    "x-ms-region",
    "x-request-id",
    "x-should-retry",
];

/// Beginnings of names that are kept: what the vendors say of their limits.
const KEPT_BEGINNINGS: &[&str] = &["anthropic-ratelimit-", "ratelimit", "x-ratelimit-"];

/// The most characters of a value.
const MOST_VALUE: usize = 256;
/// The most headers of an answer.
const MOST_HEADERS: usize = 48;

/// What is kept of the headers of an answer, with the key taken out.
pub(super) fn telling(headers: &HeaderMap, scrubber: &Scrubber) -> BTreeMap<String, String> {
    let kept = headers.iter().filter(|(name, _)| {
        let name = name.as_str();
        KEPT.contains(&name) || KEPT_BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
    });
    kept.filter_map(|(name, value)| {
        let mut value = scrubber.scrub(value.to_str().ok()?);
        value.truncate(value.floor_char_boundary(MOST_VALUE));
        Some((name.as_str().to_owned(), value))
    })
    .take(MOST_HEADERS)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    #[test]
    fn what_is_known_as_harmless_is_kept_and_nothing_else() {
        let headers: HeaderMap = [
            ("retry-after", "7"),
            ("x-ratelimit-remaining-tokens", "41"),
            ("anthropic-ratelimit-requests-reset", "2026-01-01T00:00:00Z"),
            ("server", "the key is sk-canary-1"),
            ("set-cookie", "session=secret"),
            ("openai-organization", "acme"),
            ("authorization", "Bearer x"),
            ("x-new-and-unknown", "1"),
        ]
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .into_iter()
        .collect();
        let kept = telling(&headers, &Scrubber::new(["sk-canary-1"]));
        let names: Vec<_> = kept.keys().map(String::as_str).collect();
        let expected =
            ["anthropic-ratelimit-requests-reset", "retry-after", "server", "x-ratelimit-remaining-tokens"];
        assert_eq!(names, expected);
        assert!(!kept["server"].contains("canary"), "{kept:?}");
    }
}
