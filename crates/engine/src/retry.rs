//! Whether an attempt that failed is followed by another, and when.

use formaops_domain::{ErrorClass, ExecutionId, Failure, canonical_hash};
use std::time::Duration;

/// How often an execution is tried again after a failure that may pass, and how long apart.
///
/// The wait before attempt `n + 1` is anything up to `first` doubled `n - 1` times, at most `most`
/// (exponential back-off with full jitter, <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).
/// Where the provider says how long to wait, it is that and up to `first` more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The most attempts after the first.
    pub limit: u32,
    /// The longest wait before the second attempt.
    pub first: Duration,
    /// The longest wait before any.
    pub most: Duration,
    /// A provider that asks for a longer wait than this is not waited for.
    pub patience: Duration,
}

impl RetryPolicy {
    /// The policy that never tries again.
    pub const NEVER: Self = Self { limit: 0, ..Self::STANDARD };
    const STANDARD: Self = Self {
        limit: 3,
        first: Duration::from_secs(1),
        most: Duration::from_secs(30),
        patience: Duration::from_secs(120),
    };

    /// How long to wait before the next attempt; `None` where there is none.
    pub(crate) fn wait(&self, failed: &FailedAttempt<'_>) -> Option<Duration> {
        if failed.tries > self.limit || !failed.may_pass() {
            return None;
        }
        let chance = failed.chance();
        if let Some(asked) = failed.failure.retry_after.map(Duration::from_secs) {
            return (asked <= self.patience).then(|| asked + self.first.mul_f64(chance));
        }
        let doubled = 1u32.checked_shl(failed.tries - 1).unwrap_or(u32::MAX);
        Some(self.first.saturating_mul(doubled).min(self.most).mul_f64(chance))
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::STANDARD
    }
}

/// An attempt that failed.
#[derive(Debug)]
pub(crate) struct FailedAttempt<'a> {
    pub(crate) execution: ExecutionId,
    /// How often its model was asked for it, from 1.
    pub(crate) tries: u32,
    pub(crate) failure: &'a Failure,
    /// Whether anything of an answer had come. What the user has seen is not asked for again in silence.
    pub(crate) answered: bool,
    /// Whether the provider is on this machine.
    pub(crate) is_local: bool,
}

impl FailedAttempt<'_> {
    /// Whether another call may well succeed, and nothing of an answer is lost by it.
    pub(crate) fn may_pass(&self) -> bool {
        if self.answered {
            return false;
        }
        match self.failure.class {
            ErrorClass::RateLimited
            | ErrorClass::ServerError
            | ErrorClass::Reset
            | ErrorClass::Timeout
            | ErrorClass::Truncated => true,
            ErrorClass::Refused => !self.is_local,
            _ => false,
        }
    }

    /// A number from 0 up to 1 that is the same whenever it is asked for, and another for each attempt.
    fn chance(&self) -> f64 {
        let hash = canonical_hash(&(self.execution, self.tries));
        let bits = u32::from_le_bytes([hash[0], hash[1], hash[2], hash[3]]);
        f64::from(bits) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formaops_testkit::execution_id;

    fn failed(class: ErrorClass, number: u32) -> Option<Duration> {
        wait(&Failure::new(class, "", ""), number, false, false)
    }

    fn wait(failure: &Failure, number: u32, answered: bool, is_local: bool) -> Option<Duration> {
        let attempt =
            FailedAttempt { execution: execution_id(1), tries: number, failure, answered, is_local };
        RetryPolicy::default().wait(&attempt)
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        use ErrorClass as C;
        for class in [C::RateLimited, C::ServerError, C::Reset, C::Timeout, C::Truncated, C::Refused] {
            assert!(failed(class, 1).is_some(), "{class:?}");
        }
        for class in [
            C::Authentication,
            C::Permission,
            C::NoQuota,
            C::NotFound,
            C::BadRequest,
            C::ContextTooLong,
            C::ContentFilter,
            C::NoKey,
            C::KeyLocked,
            C::Offline,
            C::Tls,
            C::Redirect,
            C::InvalidResponse,
            C::Storage,
            C::Internal,
        ] {
            assert_eq!(failed(class, 1), None, "{class:?}");
        }
    }

    #[test]
    fn what_was_answered_in_part_is_not_asked_for_again() {
        let reset = Failure::new(ErrorClass::Reset, "", "");
        assert!(wait(&reset, 1, false, false).is_some());
        assert_eq!(wait(&reset, 1, true, false), None);
    }

    #[test]
    fn a_server_of_this_machine_that_refuses_is_not_there() {
        let refused = Failure::new(ErrorClass::Refused, "", "");
        assert!(wait(&refused, 1, false, false).is_some());
        assert_eq!(wait(&refused, 1, false, true), None);
    }

    #[test]
    fn waits_grow_up_to_a_limit_and_end() {
        for (number, most) in [(1, 1), (2, 2), (3, 4)] {
            let wait = failed(ErrorClass::ServerError, number).unwrap();
            assert!(wait <= Duration::from_secs(most), "{number}: {wait:?}");
            assert_eq!(failed(ErrorClass::ServerError, number), Some(wait), "the same each time");
        }
        assert_eq!(failed(ErrorClass::ServerError, 4), None);
        let endless = RetryPolicy { limit: u32::MAX, ..RetryPolicy::default() };
        let failure = Failure::new(ErrorClass::ServerError, "", "");
        for number in [20, 33, 1000] {
            let attempt = FailedAttempt {
                execution: execution_id(1),
                tries: number,
                failure: &failure,
                answered: false,
                is_local: false,
            };
            assert!(endless.wait(&attempt).unwrap() <= endless.most, "{number}");
        }
    }

    #[test]
    fn a_provider_that_says_how_long_is_waited_for_unless_that_is_too_long() {
        let asks =
            |seconds| Failure { retry_after: Some(seconds), ..Failure::new(ErrorClass::RateLimited, "", "") };
        let wait_for = |seconds| wait(&asks(seconds), 1, false, false);
        let wait = wait_for(7).unwrap();
        assert!(wait >= Duration::from_secs(7) && wait < Duration::from_secs(8), "{wait:?}");
        assert_eq!(wait_for(121), None);
    }
}
