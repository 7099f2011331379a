//! AWS Signature Version 4, for requests whose body is in memory.
//!
//! Source: AWS, "Create a signed AWS API request" (IAM User Guide). Only what a request of ours needs:
//! the signature stands in a header, and the path is encoded once more, as every service but S3 wants it.

use crate::key::AwsKey;
use formaops_domain::{Timestamp, ports::OutgoingRequest};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use url::Url;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// For which service and when a request is signed.
pub(crate) struct Scope<'a> {
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
    pub(crate) at: Timestamp,
}

/// Adds the headers that sign a request, `authorization` among them. They cover its method, address,
/// body, and those of its headers that say what the body is or belong to AWS.
pub(crate) fn sign(key: &AwsKey<'_>, scope: &Scope<'_>, request: &mut OutgoingRequest) {
    let time = basic_time(scope.at);
    let date = &time[..8];
    let mut added = vec![("x-amz-date", time.clone())];
    added.extend(key.token.map(|token| ("x-amz-security-token", token.to_owned())));

    let host = host(&request.url);
    let mut signed: Vec<(&str, &str)> = vec![("host", &host)];
    let of_aws = |name: &str| name == "content-type" || name.starts_with("x-amz-");
    signed.extend(
        request.headers.iter().map(|(name, value)| (*name, value.trim())).filter(|(name, _)| of_aws(name)),
    );
    signed.extend(added.iter().map(|(name, value)| (*name, value.as_str())));
    signed.sort_unstable();
    let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");

    let canonical = canonical_request(request, &signed, &names);
    let scope = [date, scope.region, scope.service, "aws4_request"];
    let to_sign =
        format!("{ALGORITHM}\n{time}\n{}\n{}", scope.join("/"), hex(&Sha256::digest(canonical.as_bytes())));
    let start = zeroize::Zeroizing::new(format!("AWS4{}", key.secret).into_bytes());
    let signing_key =
        scope.iter().fold(start, |key, part| zeroize::Zeroizing::new(hmac(&key, part).to_vec()));
    let signature = hex(&hmac(&signing_key, &to_sign));
    let authorization = format!(
        "{ALGORITHM} Credential={}/{}, SignedHeaders={names}, Signature={signature}",
        key.id,
        scope.join("/")
    );
    request.secret_headers.extend(added);
    request.secret_headers.push(("authorization", authorization));
}

fn canonical_request(request: &OutgoingRequest, signed: &[(&str, &str)], names: &str) -> String {
    let mut text = format!(
        "{}\n{}\n{}\n",
        request.method.as_str(),
        encode(request.url.path(), true),
        canonical_query(&request.url)
    );
    for (name, value) in signed {
        let _ = writeln!(text, "{name}:{value}");
    }
    let _ = write!(text, "\n{names}\n{}", hex(&Sha256::digest(&request.body)));
    text
}

fn canonical_query(url: &Url) -> String {
    let mut pairs: Vec<_> =
        url.query_pairs().map(|(name, value)| (encode(&name, false), encode(&value, false))).collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// The host as the HTTP client says it: with the port where that is not the usual one.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn encode(text: &str, is_path: bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            b'/' if is_path => encoded.push('/'),
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

/// `20150830T123600Z`.
fn basic_time(at: Timestamp) -> String {
    let text = at.to_string();
    let seconds = text.split('.').next().unwrap_or_default();
    let mut basic: String = seconds.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    basic.push('Z');
    basic
}

fn hmac(key: &[u8], text: &str) -> [u8; 32] {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("a key of HMAC has any length"));
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use formaops_domain::ports::HttpMethod::{self, Get, Post};

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    const TOKEN: &str = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";

    fn signed(method: HttpMethod, url: &str, token: Option<&str>, form: Option<&'static str>) -> String {
        let content_type = ("content-type", "application/x-www-form-urlencoded".to_owned());
        let mut request = OutgoingRequest {
            method,
            url: url.parse().unwrap(),
            headers: form.map(|_| content_type).into_iter().collect(),
            secret_headers: Vec::new(),
            body: Bytes::from_static(form.unwrap_or_default().as_bytes()),
        };
        let key = AwsKey { id: "AKIDEXAMPLE", secret: SECRET, token };
        let at = "2015-08-30T12:36:00Z".parse().unwrap();
        sign(&key, &Scope { region: "us-east-1", service: "service", at }, &mut request);
        assert_eq!(request.secret_headers[0], ("x-amz-date", "20150830T123600Z".to_owned()));
        request.secret_headers.pop().unwrap().1
    }

    /// The vectors that AWS publishes as its signing test suite, by their names there.
    #[test]
    fn the_signatures_are_those_of_the_published_vectors() {
        let unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let unreserved = format!("?{unreserved}={unreserved}");
        for (name, method, path, token, form, names, signature) in [
            (
                "get-vanilla",
                Get,
                "",
                None,
                None,
                "host;x-amz-date",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (
                "get-relative-normalized",
                Get,
                "example/..",
                None,
                None,
                "host;x-amz-date",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (
                "get-vanilla-query-order-key-case",
                Get,
                "?Param2=value2&Param1=value1",
                None,
                None,
                "host;x-amz-date",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
            (
                "get-vanilla-query-order-encoded",
                Get,
                "?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
                None,
                None,
                "host;x-amz-date",
                "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
            ),
            (
                "get-vanilla-query-unreserved",
                Get,
                &unreserved,
                None,
                None,
                "host;x-amz-date",
                "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
            ),
            (
                "get-vanilla-with-session-token",
                Get,
                "",
                Some(TOKEN),
                None,
                "host;x-amz-date;x-amz-security-token",
                "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
            ),
            (
                "post-vanilla",
                Post,
                "",
                None,
                None,
                "host;x-amz-date",
                "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            ),
            (
                "post-x-www-form-urlencoded",
                Post,
                "",
                None,
                Some("Param1=value1"),
                "content-type;host;x-amz-date",
                "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            ),
        ] {
            let url = format!("https://example.amazonaws.com/{path}");
            let expected = format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders={names}, Signature={signature}"
            );
            assert_eq!(signed(method, &url, token, form), expected, "{name}");
        }
    }

    #[test]
    fn a_path_is_encoded_once_more_as_the_vector_double_encode_path_says() {
        let url: Url = "https://x.execute-api.us-east-1.amazonaws.com/test/@connections/JBDvjfGEIAMCERw%3D"
            .parse()
            .unwrap();
        assert_eq!(encode(url.path(), true), "/test/%40connections/JBDvjfGEIAMCERw%253D");
    }

    #[test]
    fn a_port_that_is_not_the_usual_one_is_part_of_the_host() {
        assert_eq!(host(&"http://127.0.0.1:8080/x".parse().unwrap()), "127.0.0.1:8080");
        assert_eq!(host(&"https://example.com:443/x".parse().unwrap()), "example.com");
    }
}
