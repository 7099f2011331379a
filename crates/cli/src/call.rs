//! Operations called by commands that are written by hand.

use formaops_api::{ApiError, ErrorCode, Session};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Calls an operation and reads its answer.
pub(crate) async fn call<T: DeserializeOwned>(
    session: &Session,
    operation: &str,
    request: Value,
) -> Result<T, ApiError> {
    let answer = session.call(operation, request).await?;
    serde_json::from_value(answer).map_err(|error| {
        ApiError::new(ErrorCode::Internal, format!("the answer of `{operation}`: {error}"), "")
    })
}

/// What was given on the command line cannot be used.
pub(crate) fn usage(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::BadRequest, message, "")
}
