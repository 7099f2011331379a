//! Keeps other sites and other names out: only `127.0.0.1:PORT` itself is served.

use super::{Host, auth::refuse};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use formaops_api::{ApiError, ErrorCode};

/// The page may load nothing but itself, and nobody may frame it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

/// Why a request is refused before anything looks at it; `None` where it is not.
fn refusal(headers: &HeaderMap, authority: &str) -> Option<&'static str> {
    if text(headers, &header::HOST) != Some(authority) {
        return Some("this server answers only at the address it printed");
    }
    let origin = text(headers, &header::ORIGIN);
    if origin.is_some_and(|origin| origin.strip_prefix("http://") != Some(authority)) {
        return Some("requests of other sites are refused");
    }
    match text(headers, &HeaderName::from_static("sec-fetch-site")) {
        None | Some("same-origin" | "none") => None,
        Some(_) => Some("requests of other sites are refused"),
    }
}

/// Refuses what comes from elsewhere, and sends every answer with the headers that keep the page closed.
pub(super) async fn guard(State(host): State<Host>, request: Request, next: Next) -> Response {
    let mut response = match refusal(request.headers(), &host.authority) {
        Some(reason) => refuse(ApiError::new(ErrorCode::Forbidden, reason, "")),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_printed_address_and_its_own_pages_are_served() {
        let own = "127.0.0.1:4173";
        for (headers, served) in [
            (vec![("host", own)], true),
            (vec![("host", own), ("origin", "http://127.0.0.1:4173")], true),
            (vec![("host", own), ("sec-fetch-site", "same-origin")], true),
            (vec![], false),
            (vec![("host", "localhost:4173")], false),
            (vec![("host", "attacker.example")], false),
            (vec![("host", own), ("origin", "null")], false),
            (vec![("host", own), ("origin", "https://127.0.0.1:4173")], false),
            (vec![("host", own), ("origin", "http://attacker.example")], false),
            (vec![("host", own), ("sec-fetch-site", "cross-site")], false),
            (vec![("host", own), ("sec-fetch-site", "same-site")], false),
        ] {
            let map: HeaderMap = headers
                .iter()
                .map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect();
            assert_eq!(refusal(&map, own).is_none(), served, "{headers:?}");
        }
    }
}
