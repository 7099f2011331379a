//! Any operation as a command.

use crate::{Ending, output};
use formaops_api::{ApiError, Operation, Session};
use formaops_domain::compare::ContentChange;
use serde::Deserialize;
use serde_json::Value;

/// Calls the operation and prints its answer.
pub(crate) async fn perform(
    session: &Session,
    operation: &Operation,
    request: Value,
    as_json: bool,
) -> Result<Ending, ApiError> {
    let answer = session.call(operation.name, request).await?;
    match operation.name {
        _ if as_json => output::json(&answer),
        "version_compare" => comparison(&answer),
        "case_list" => cases(&answer),
        _ => output::answer(&answer),
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

/// Prints a case a line: its position, counted from 1, and its inputs as JSON.
fn cases(answer: &Value) {
    for case in answer["items"].as_array().into_iter().flatten() {
        let number = case["position"].as_u64().unwrap_or_default() + 1;
        output::line(&output::visible(&format!("{number}  {}", case["inputs"])));
    }
    if let Some(next) = answer["next"].as_str() {
        output::line(&format!("more: --cursor {next}"));
    }
}

/// Prints what changed: by meaning, then as text.
fn comparison(answer: &Value) {
    let changes = answer["changes"].as_array().into_iter().flatten();
    let changes: Vec<_> = changes.filter_map(|change| ContentChange::deserialize(change).ok()).collect();
    if changes.is_empty() {
        return output::line("nothing changed");
    }
    for change in changes {
        output::line(&output::visible(&change.to_string()));
    }
    output::line("");
    output::text(&output::visible(answer["unified"].as_str().unwrap_or_default()));
}
