//! What is logged of an execution: its steps, in words of our own.
//!
//! Nothing here holds what a user or a model wrote, but for names of validations and the headers of an answer.

use formaops_domain::{
    AttemptStatus, LogEntry, LogLevel, ModelRef, Retry, Span, Timestamp, Verdict, ports::Outcome,
};
use serde::Serialize;
use std::{collections::BTreeMap, time::Duration};

/// A step whose time is not known yet.
pub(crate) struct Step(LogEntry);

impl Step {
    fn new(level: LogLevel, message: &'static str) -> Self {
        Self(LogEntry::new(Timestamp::default(), None, level, message))
    }

    fn with(self, name: &str, value: impl Serialize) -> Self {
        Self(self.0.with(name, value))
    }

    pub(crate) fn entry(self, at: Timestamp, attempt: Option<u32>) -> LogEntry {
        LogEntry { at, attempt, ..self.0 }
    }
}

/// It was its turn.
pub(crate) fn left_queue(waited: Span, model: &ModelRef) -> Step {
    Step::new(LogLevel::Info, "Left the queue").with("waitedMs", waited).with("model", model)
}

/// Inputs fit, the template is rendered, the provider found.
pub(crate) fn prepared(messages: usize, took: Duration) -> Step {
    let took = Span::from(took);
    Step::new(LogLevel::Debug, "Checked and rendered").with("messages", messages).with("tookMs", took)
}

/// Nothing is sent: the answer is one that was recorded.
pub(crate) fn replayed(recorded_at: Timestamp) -> Step {
    Step::new(LogLevel::Info, "Answered from a recording").with("recordedAt", recorded_at)
}

/// The request is on its way.
pub(crate) fn sent() -> Step {
    Step::new(LogLevel::Info, "Sent to the provider")
}

/// Status and headers came.
pub(crate) fn head(
    http_status: Option<u16>,
    request_id: Option<String>,
    headers: BTreeMap<String, String>,
) -> Step {
    let refused = http_status.is_some_and(|status| !(200..300).contains(&status));
    let (level, message) = if refused {
        (LogLevel::Warn, "The provider refused")
    } else {
        (LogLevel::Info, "The provider answered")
    };
    let headers = (!headers.is_empty()).then_some(headers);
    Step::new(level, message)
        .with("httpStatus", http_status)
        .with("requestId", request_id)
        .with("headers", headers)
}

/// The first text, reasoning or call came.
pub(crate) fn first_token(after: Span) -> Step {
    Step::new(LogLevel::Info, "The answer began").with("afterMs", after)
}

/// Logs how an attempt ended: what the validations say, and what comes next.
pub(crate) fn conclude(outcome: &mut Outcome, attempt: u32, retry: Option<(&Retry, Duration)>) {
    let mut steps = Vec::new();
    for result in &outcome.validations {
        let (level, message) = match result.verdict {
            Verdict::Pass => (LogLevel::Info, "A validation passed"),
            Verdict::Fail => (LogLevel::Warn, "A validation failed"),
            Verdict::Error => (LogLevel::Error, "A validation could not be decided"),
        };
        steps.push(Step::new(level, message).with("validation", &result.name).with("score", result.score));
    }
    let class = outcome.failure.as_ref().map(|failure| failure.class);
    steps.push(match (outcome.status, retry) {
        (_, Some((retry, _))) if retry.feedback.is_some() => {
            Step::new(LogLevel::Warn, "Does not hold to its rules, and is asked for again")
                .with("nextAttempt", retry.attempt)
        }
        (_, Some((retry, wait))) => Step::new(LogLevel::Warn, "Failed, and will be tried again")
            .with("class", class)
            .with("waitMs", Span::from(wait))
            .with("askedToWaitSeconds", retry.failure.retry_after)
            .with("nextAttempt", retry.attempt),
        (AttemptStatus::Succeeded, None) => Step::new(LogLevel::Info, "Completed")
            .with("finish", outcome.finish.as_ref().map(|finish| finish.reason))
            .with("tokenUsage", outcome.metrics.token_usage),
        (AttemptStatus::Cancelled, None) => Step::new(LogLevel::Warn, "Cancelled"),
        (_, None) => Step::new(LogLevel::Error, "Failed").with("class", class),
    });
    let at = outcome.completed_at;
    outcome.last_part.log.extend(steps.into_iter().map(|step| step.entry(at, Some(attempt))));
}
