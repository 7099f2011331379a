//! Any operation as a command.

use crate::{Ending, output};
use formaops_api::{ApiError, Operation, Session};
use serde_json::Value;

/// Calls the operation and prints its answer.
pub(crate) async fn perform(
    session: &Session,
    operation: &Operation,
    request: Value,
    as_json: bool,
) -> Result<Ending, ApiError> {
    let answer = session.call(operation.name, request).await?;
    if as_json {
        output::json(&answer);
    } else {
        output::answer(&answer);
    }
    if operation.name == "vault_unlock" && session.app().is_some() {
        output::line_to_stderr(
            "note: nothing else has this workspace open, so the vault is locked again now; unlock it while the app or \
             `formaops serve` runs, or start FormaOps with `FORMAOPS_VAULT_PASSPHRASE` in its environment",
        );
    }
    if operation.name == "audit_verify"
        && let Some(message) = answer["broken"]["message"].as_str()
    {
        output::line_to_stderr(&format!("error: {message}"));
        return Ok(Ending::Broken);
    }
    let failed = operation.name == "prompt_execute" && answer["status"] == "failed";
    Ok(if failed { Ending::ExecutionFailed } else { Ending::Done })
}
