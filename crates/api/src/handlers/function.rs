//! JavaScript functions, tried while they are written.

use crate::{ApiError, App, Caller};
use formaops_domain::{FunctionCall, Span, ports::FunctionFailureKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Calls a function once.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TryFunction {
    /// An expression that is a function.
    pub source: String,
    /// What it is called with, in order.
    #[serde(default)]
    pub arguments: Vec<Value>,
    /// Whether it is the source of a validation: then it may also be an expression of `output` and `context`, or the
    /// body of a function of both, and these are its arguments.
    #[serde(default)]
    pub is_validation: bool,
}

/// What came of a call of a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionTrial {
    /// What it returned; `null` where it failed, too.
    pub result: Value,
    /// Why it has no result; absent where it has one.
    pub failure: Option<FunctionProblem>,
    /// How long it took, with the start of the sandbox where that did not run.
    pub latency_ms: Span,
}

/// Why a function has no result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionProblem {
    /// The kind of failure.
    pub kind: FunctionFailureKind,
    /// What happened, with its place in the source where that is known.
    pub message: String,
}

/// What is wrong with the function is an answer.
pub(crate) async fn function_try(
    app: &App,
    _: &Caller,
    TryFunction { source, arguments, is_validation }: TryFunction,
) -> Result<FunctionTrial, ApiError> {
    let source = if is_validation { formaops_validate::function_of_rule(&source) } else { source };
    let started = app.monotonic();
    let returned = app.sandbox.call(FunctionCall { source, arguments }).await;
    let latency_ms = app.monotonic().saturating_sub(started).into();
    Ok(match returned {
        Ok(result) => FunctionTrial { result, failure: None, latency_ms },
        Err(failure) => {
            let failure = FunctionProblem { kind: failure.kind, message: failure.message };
            FunctionTrial { result: Value::Null, failure: Some(failure), latency_ms }
        }
    })
}
