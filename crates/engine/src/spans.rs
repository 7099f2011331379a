//! Runs, executions and attempts as spans, with the names that OpenTelemetry has for calls of models
//! (<https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/>).
//!
//! No span holds what a user or a model wrote.

use formaops_domain::{
    AttemptId, AttemptStatus, Execution, ExecutionId, ModelRef, ProviderKind, RunId,
    ports::{Outcome, Wants, Work},
};
use serde::Serialize;
use tracing::{Span, field::Empty};

/// The time from a run's submission to its end.
pub(crate) fn run(id: RunId) -> Span {
    tracing::info_span!("run", run = %id)
}

/// The time from the queue to the end of an execution of the run, or to the wait for its next attempt.
pub(crate) fn execution(run: &Span, id: ExecutionId) -> Span {
    tracing::info_span!(parent: run, "execution", execution = %id, generation = Empty)
}

/// What is known of an execution once it is read.
pub(crate) fn known(span: &Span, execution: &Execution) {
    span.record("generation", execution.generation);
}

/// One call of a model.
pub(crate) fn attempt(work: &Work, model: &ModelRef, kind: ProviderKind) -> Span {
    let operation = match work.purpose.into() {
        Wants::Answer => "chat",
        Wants::Vectors => "embeddings",
    };
    let parameters = &work.execution.parameters;
    tracing::info_span!(
        "attempt",
        otel.kind = "client",
        number = work.attempt_number,
        attempt = Empty,
        provider = %model.provider,
        gen_ai.operation.name = operation,
        gen_ai.provider.name = kind.vendor(),
        gen_ai.request.model = %model.model,
        gen_ai.request.temperature = parameters.temperature,
        gen_ai.request.max_tokens = parameters.max_tokens,
        gen_ai.response.finish_reasons = Empty,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        http.response.status_code = Empty,
        "error.type" = Empty,
    )
}

/// What an attempt came to, in its own span, and a line that says so.
pub(crate) fn ended(id: AttemptId, outcome: &Outcome) {
    let span = Span::current();
    span.record("attempt", tracing::field::display(id));
    if let Some(usage) = &outcome.metrics.token_usage {
        span.record("gen_ai.usage.input_tokens", usage.input_tokens);
        span.record("gen_ai.usage.output_tokens", usage.output_tokens);
    }
    if let Some(finish) = &outcome.finish {
        span.record("gen_ai.response.finish_reasons", word(finish.reason));
    }
    if let Some(status) = outcome.http_status {
        span.record("http.response.status_code", status);
    }
    match (&outcome.failure, outcome.status) {
        (Some(failure), _) => {
            span.record("error.type", word(failure.class));
            tracing::warn!("the attempt failed");
        }
        (None, AttemptStatus::Cancelled) => tracing::info!("the attempt was cancelled"),
        // The log of the execution tells as much; a line for each of thousands would only push out others.
        (None, _) => tracing::debug!("the attempt succeeded"),
    }
}

/// What a value is called wherever it is written.
fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| Some(value.as_str()?.to_owned())).unwrap_or_default()
}
