//! What providers say of their own limits in the headers of an answer. Pure.

use formaops_domain::{
    Timestamp,
    ports::{RateLimits, RateWindow},
};
use reqwest::header::HeaderMap;
use std::time::Duration;

/// The window of vendors that do not say when theirs is whole again: their limits are per minute.
const MINUTE: Duration = Duration::from_secs(60);

/// How many more calls and tokens an answer says that there are.
///
/// OpenAI and those like it (<https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers>), Anthropic
/// (<https://docs.anthropic.com/en/api/rate-limits#response-headers>), and the fields of
/// draft-ietf-httpapi-ratelimit-headers-07. What cannot be read is as good as absent.
pub(crate) fn rates(headers: &HeaderMap, now: Timestamp) -> RateLimits {
    let text = |name: String| headers.get(name)?.to_str().ok().map(str::trim);
    let window = |limit: String, remaining: String, reset: String| {
        let count = |name| text(name)?.parse().ok();
        let (limit, remaining) = (count(limit)?, count(remaining)?);
        let reset = text(reset).map_or(Some(MINUTE), |reset| span(reset, now))?;
        (limit > 0).then_some(RateWindow { limit, remaining, reset })
    };
    let of = |noun: &str| {
        window(
            format!("x-ratelimit-limit-{noun}"),
            format!("x-ratelimit-remaining-{noun}"),
            format!("x-ratelimit-reset-{noun}"),
        )
        .or_else(|| {
            window(
                format!("anthropic-ratelimit-{noun}-limit"),
                format!("anthropic-ratelimit-{noun}-remaining"),
                format!("anthropic-ratelimit-{noun}-reset"),
            )
        })
    };
    let plain = |prefix: &str| {
        window(format!("{prefix}-limit"), format!("{prefix}-remaining"), format!("{prefix}-reset"))
    };
    RateLimits {
        requests: of("requests").or_else(|| plain("x-ratelimit")).or_else(|| plain("ratelimit")),
        tokens: of("tokens"),
    }
}

/// A stretch of time: `1m30.5s`, `120ms`, seconds alone, or the moment of its end as RFC 3339 or as seconds or
/// milliseconds since 1970.
fn span(text: &str, now: Timestamp) -> Option<Duration> {
    /// More seconds than that are a moment in time; more than that a thousand times are milliseconds of one.
    const MOMENT: f64 = 1e9;
    if let Ok(number) = text.parse::<f64>() {
        let now = Duration::from_micros(u64::try_from(now.as_micros()).ok()?);
        let at = |seconds| Some(Duration::try_from_secs_f64(seconds).ok()?.saturating_sub(now));
        return match number {
            _ if number >= MOMENT * 1000.0 => at(number / 1000.0),
            _ if number >= MOMENT => at(number),
            _ => Duration::try_from_secs_f64(number).ok(),
        };
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(Duration::from_micros(at.since(now).as_micros()));
    }
    let (mut rest, mut whole) = (text, Duration::ZERO);
    while !rest.is_empty() {
        let digits = rest.find(|next: char| !next.is_ascii_digit() && next != '.')?;
        let unit =
            rest[digits..].find(|next: char| next.is_ascii_digit()).map_or(rest.len(), |at| digits + at);
        let seconds = match &rest[digits..unit] {
            "d" => 86_400.0,
            "h" => 3_600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return None,
        };
        let amount: f64 = rest[..digits].parse().ok()?;
        whole = whole.checked_add(Duration::try_from_secs_f64(amount * seconds).ok()?)?;
        rest = &rest[unit..];
    }
    (!text.is_empty()).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn told(fields: &[(&'static str, &str)]) -> RateLimits {
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        rates(&HeaderMap::from_iter(fields.iter().map(pair)), now)
    }

    fn window(limit: u64, remaining: u64, millis: u64) -> Option<RateWindow> {
        Some(RateWindow { limit, remaining, reset: Duration::from_millis(millis) })
    }

    #[test]
    fn openai_and_those_like_it_say_it_of_calls_and_tokens() {
        let rates = told(&[
            ("x-ratelimit-limit-requests", "500"),
            ("x-ratelimit-remaining-requests", "499"),
            ("x-ratelimit-reset-requests", "120ms"),
            ("x-ratelimit-limit-tokens", "30000"),
            ("x-ratelimit-remaining-tokens", "29000"),
            ("x-ratelimit-reset-tokens", "1m2.5s"),
        ]);
        assert_eq!(rates.requests, window(500, 499, 120));
        assert_eq!(rates.tokens, window(30_000, 29_000, 62_500));
    }

    #[test]
    fn anthropic_names_the_moment() {
        let rates = told(&[
            ("anthropic-ratelimit-requests-limit", "50"),
            ("anthropic-ratelimit-requests-remaining", "0"),
            ("anthropic-ratelimit-requests-reset", "2026-03-01T12:00:30Z"),
        ]);
        assert_eq!(rates, RateLimits { requests: window(50, 0, 30_000), tokens: None });
    }

    #[test]
    fn times_are_read_however_they_are_told() {
        for (reset, millis) in [
            ("7", 7_000),
            ("0.5", 500),
            ("1h", 3_600_000),
            ("2d1h", 176_400_000),
            ("1772366410", 10_000),
            ("1772366410500", 10_500),
            ("2026-03-01T11:59:00Z", 0),
        ] {
            let rates =
                told(&[("ratelimit-limit", "10"), ("ratelimit-remaining", "3"), ("ratelimit-reset", reset)]);
            assert_eq!(rates.requests, window(10, 3, millis), "{reset}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        for (limit, remaining, reset) in [
            ("0", "0", "1s"),
            ("ten", "1", "1s"),
            ("10", "-1", "1s"),
            ("10", "1", "soon"),
            ("10", "1", "1"),
            ("10", "1", "-5"),
            ("10", "1", "5 s"),
            ("10", "1", "99999999999999999999999s"),
        ] {
            let rates = told(&[
                ("x-ratelimit-limit-requests", limit),
                ("x-ratelimit-remaining-requests", remaining),
                ("x-ratelimit-reset-requests", reset),
            ]);
            let expected = if reset == "1" { window(10, 1, 1_000) } else { None };
            assert_eq!(rates.requests, expected, "{limit} {remaining} {reset}");
        }
        assert_eq!(told(&[("x-ratelimit-limit-requests", "10")]).requests, None);
        let azure = [("x-ratelimit-limit-requests", "10"), ("x-ratelimit-remaining-requests", "9")];
        assert_eq!(told(&azure).requests, window(10, 9, 60_000), "per minute where nothing else is said");
    }
}
