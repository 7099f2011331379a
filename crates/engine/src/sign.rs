//! What the end of a call says of the model that was asked.

use crate::{machine::Sign, recorder::Facts};
use formaops_domain::{ErrorClass, Failure};
use std::time::Duration;

/// Of a call that was answered to the end.
pub(crate) fn answered(facts: &Facts) -> Sign {
    let tokens = facts.usage.map_or(0, |usage| usage.input_tokens + usage.output_tokens);
    Sign::Answered {
        first_token: facts.first_token.map(|span| Duration::from_micros(span.as_micros())),
        tokens,
    }
}

/// Of a call that failed. A server of this machine that refuses connections is not there at all, and comes back
/// when its user starts it: that is no reason to leave it alone afterwards.
pub(crate) fn failed(failure: &Failure, is_local: bool) -> Sign {
    use ErrorClass as C;
    match failure.class {
        C::RateLimited => Sign::Throttled { wait: failure.retry_after.map(Duration::from_secs) },
        C::ServerError => Sign::Unwell { overloaded: matches!(failure.http_status, Some(503 | 529)) },
        C::Refused if is_local => Sign::Nothing,
        C::Refused | C::Reset | C::Timeout | C::NoRoute | C::Truncated => Sign::Unwell { overloaded: false },
        C::Authentication
        | C::Permission
        | C::NoQuota
        | C::NotFound
        | C::BadRequest
        | C::ContextTooLong
        | C::ContentFilter => Sign::Refused,
        // The request, this machine or its network is at fault, or the address.
        C::Template
        | C::Inputs
        | C::NoKey
        | C::KeyLocked
        | C::OverBudget
        | C::PriceUnknown
        | C::CircuitOpen
        | C::Offline
        | C::NameNotFound
        | C::Proxy
        | C::Tls
        | C::Redirect
        | C::InvalidResponse
        | C::NoProvider
        | C::Validation
        | C::NotRecorded
        | C::Interrupted
        | C::Storage
        | C::NotWritable
        | C::Internal => Sign::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_provider_itself_does_wrong_speaks_against_it() {
        use ErrorClass as C;
        let sign = |class, is_local| failed(&Failure::new(class, "", ""), is_local);
        let unwell = Sign::Unwell { overloaded: false };
        for (class, is_local, expected) in [
            (C::ServerError, false, unwell),
            (C::Reset, true, unwell),
            (C::Refused, false, unwell),
            (C::Refused, true, Sign::Nothing),
            (C::Authentication, false, Sign::Refused),
            (C::NoKey, false, Sign::Nothing),
            (C::Storage, false, Sign::Nothing),
        ] {
            assert_eq!(sign(class, is_local), expected, "{class:?}");
        }
    }

    #[test]
    fn one_that_has_too_much_to_do_says_so() {
        let status = |class, status, retry_after| {
            failed(&Failure { http_status: Some(status), retry_after, ..Failure::new(class, "", "") }, false)
        };
        let server_error = ErrorClass::ServerError;
        assert_eq!(status(server_error, 529, None), Sign::Unwell { overloaded: true });
        assert_eq!(status(server_error, 500, None), Sign::Unwell { overloaded: false });
        let throttled = Sign::Throttled { wait: Some(Duration::from_secs(7)) };
        assert_eq!(status(ErrorClass::RateLimited, 429, Some(7)), throttled);
    }
}
