//! One call of an operation: let in, done once, and told in the audit trail.

use crate::{ApiError, App, Caller, ErrorCode, Method, Operation, watch};
use formaops_domain::{AuditOrigin, canonical_hash};
use formaops_store::{Act, AuditFilter, IdempotencyKey, Remembered};
use futures::FutureExt;
use serde_json::Value;
use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use tracing::Instrument;

/// The most characters of an idempotency key.
const MOST_KEY: usize = 128;

/// What is done outside of the store, or by the engine later: it is told when it has been done.
const ACTS: &[&str] = &[
    "run_cancel",
    "run_pause",
    "run_resume",
    "execution_cancel",
    "vault_create",
    "vault_unlock",
    "vault_lock",
    "provider_key_rotate",
    "config_update",
    "config_reset",
    "folder_file_resolve",
    // Whole answers of models are no record that people change; that some were taken in is told.
    "recording_import",
];

/// Answers that hold a secret, which is shown once: they are not kept, so a repeated request gets no answer.
const SECRET_ANSWERS: &[&str] = &["api_key_create"];

impl App {
    /// Calls an operation by its name.
    ///
    /// With an idempotency key ([`Caller::idempotency_key`], or the request's own field) what is not only read is
    /// done once: the same request within 24 hours gets the answer of the first, also while that is under way, and
    /// another request with the key is refused. It goes on to its end even where nobody waits for it any more.
    ///
    /// # Errors
    /// Where there is no such operation, the caller may not call it, the request does not fit, or the
    /// operation itself refuses. A panic inside is told as [`ErrorCode::Internal`].
    pub async fn call(&self, caller: &Caller, operation: &str, request: Value) -> Result<Value, ApiError> {
        let found = Operation::find(operation)
            .ok_or_else(|| ApiError::not_found("operation", operation, "Look at the list of operations."))?;
        caller.require(found.scope)?;
        let mut caller = caller.clone();
        if caller.request_id.is_none() {
            caller = caller.with_request_id();
        }
        match self.key(&caller, found, &request)? {
            Some(key) => {
                let app = self.clone();
                let once = tokio::spawn(async move { app.once(&caller, found, request, key).await });
                once.await.unwrap_or_else(|_| Err(defect(found)))
            }
            None => self.perform(&caller, found, request, None).await,
        }
    }

    /// Does it, and tells of it what nothing in the store tells.
    async fn perform(
        &self,
        caller: &Caller,
        operation: &Operation,
        request: Value,
        claim: Option<IdempotencyKey>,
    ) -> Result<Value, ApiError> {
        watch::admit(self, operation).await?;
        let act = Act {
            actor: Some(self.actor(caller)),
            origin: AuditOrigin::from(caller.kind),
            operation: Some(operation.name.to_owned()),
            request_id: caller.request_id.clone(),
            at: self.now(),
            claim,
        };
        let span = tracing::info_span!(
            "call",
            operation = operation.name,
            origin = ?act.origin,
            request_id = act.request_id.as_deref(),
        );
        let told = ACTS.contains(&operation.name).then(|| {
            // Told later, it does not keep that the request was carried out: by then its answer is gone.
            let later = self.store.acting(Act { claim: None, ..act.clone() });
            (act_of(operation, &request), later)
        });
        let app = self.acting(act);
        let answer = app.handle(caller, operation, request).instrument(span).await;
        let answer = answer.map_err(|error| watch::explain(self, operation, error))?;
        if let Some(((action, record), later)) = told {
            self.acts.tell(&app.store, later, action, record).await?;
        }
        Ok(answer)
    }

    async fn handle(
        &self,
        caller: &Caller,
        operation: &Operation,
        request: Value,
    ) -> Result<Value, ApiError> {
        let done = AssertUnwindSafe((operation.handler)(self, caller, request)).catch_unwind().await;
        let answer = done.unwrap_or_else(|_| {
            tracing::error!("an operation panicked");
            Err(defect(operation))
        });
        match &answer {
            Ok(_) if operation.method == Method::Get => tracing::debug!("answered"),
            Ok(_) => tracing::info!("done"),
            // What is wrong with a request may be told in its own words, so only the kind of error is kept.
            Err(error) if error.code == ErrorCode::Storage => {
                self.watch.alarm();
                tracing::error!("the store failed");
            }
            Err(error) => tracing::warn!(code = ?error.code, class = ?error.class, "not done"),
        }
        answer
    }

    /// What the request is named by, where it has a name and does more than to read.
    fn key(
        &self,
        caller: &Caller,
        operation: &Operation,
        request: &Value,
    ) -> Result<Option<IdempotencyKey>, ApiError> {
        let field = request.get("idempotencyKey").and_then(Value::as_str);
        let Some(key) = caller.idempotency_key.as_deref().or(field) else { return Ok(None) };
        if operation.method == Method::Get {
            return Ok(None);
        }
        if key.is_empty() || key.chars().count() > MOST_KEY {
            let message = format!("an idempotency key must have 1 to {MOST_KEY} characters");
            return Err(ApiError::invalid("idempotencyKey", message));
        }
        if field.is_some_and(|field| field != key) {
            let message = "`idempotencyKey` is not what `X-Idempotency-Key` says: give one of them";
            return Err(ApiError::invalid("idempotencyKey", message));
        }
        Ok(Some(IdempotencyKey {
            actor: self.actor(caller),
            operation: operation.name.to_owned(),
            key: key.to_owned(),
            request_hash: fingerprint(operation, request.clone()),
        }))
    }

    async fn once(
        &self,
        caller: &Caller,
        operation: &Operation,
        request: Value,
        key: IdempotencyKey,
    ) -> Result<Value, ApiError> {
        let _turn = self.turns.take(format!("{} {} {}", key.actor, operation.name, key.key)).await;
        match self.store.find_answer(&key, self.now()).await? {
            Some(Remembered::Answer(answer)) => return Ok(answer),
            Some(Remembered::Claim { request_id }) => {
                return Err(self.no_answer(operation, request_id).await?);
            }
            None => {}
        }
        // Where it failed after it changed something, the claim that came with the change stays.
        let answer = self.perform(caller, operation, request, Some(key.clone())).await?;
        if SECRET_ANSWERS.contains(&operation.name) {
            return Ok(answer);
        }
        match self.store.insert_answer(key, answer.clone(), self.now()).await {
            // What is done in an emergency changes nothing in the store, and is the same when it is done again.
            Err(error) if error.may_pass() && watch::is_for_emergencies(operation) => Ok(answer),
            kept => Ok(kept?),
        }
    }

    /// A request that was carried out, and whose answer cannot be given again.
    async fn no_answer(&self, operation: &Operation, request: Option<String>) -> Result<ApiError, ApiError> {
        let mut records: Vec<String> = Vec::new();
        if let Some(request_id) = request {
            let filter = AuditFilter { request_id: Some(request_id), ..AuditFilter::default() };
            let events = self.store.list_audit_events(filter, None, super::handlers::MOST_ITEMS).await?.items;
            for event in events.into_iter().rev() {
                if !records.contains(&event.record) {
                    records.push(format!("`{}`", event.record));
                }
            }
            records.dedup();
        }
        let why = if SECRET_ANSWERS.contains(&operation.name) {
            "its answer held a secret, which is shown once"
        } else {
            "it failed after it had changed something, or FormaOps ended before its answer was kept"
        };
        let message = format!("this request was carried out already, and cannot be answered again: {why}");
        let hint = if records.is_empty() {
            "Look at what it changed before you send it under another key.".to_owned()
        } else {
            format!("Look at what it changed: {}.", records.join(", "))
        };
        Ok(ApiError::new(ErrorCode::Conflict, message, hint))
    }
}

impl From<crate::CallerKind> for AuditOrigin {
    fn from(kind: crate::CallerKind) -> Self {
        match kind {
            crate::CallerKind::Window => Self::Window,
            crate::CallerKind::Cli => Self::Cli,
            crate::CallerKind::Browser => Self::Browser,
            crate::CallerKind::ApiKey => Self::Api,
        }
    }
}

fn defect(operation: &Operation) -> ApiError {
    ApiError::new(
        ErrorCode::Internal,
        format!("`{}` failed in a way it never should", operation.name),
        "Look into the log, and report it.",
    )
}

/// How the trail tells of a call: `run_cancel` of a run is `run.cancel`, of that run.
fn act_of(operation: &Operation, request: &Value) -> (String, String) {
    let (noun, verb) = operation.name.rsplit_once('_').unwrap_or((operation.name, "do"));
    let fields = operation.path_fields().filter_map(|field| request.get(field)?.as_str());
    (format!("{noun}.{verb}"), fields.collect::<Vec<_>>().join("/"))
}

/// What tells a request from another one. Secrets do not count: not even a hash of one is kept.
fn fingerprint(operation: &Operation, mut request: Value) -> [u8; 32] {
    let schema =
        schemars::generate::SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let schema = (operation.request)(&mut schema.into_generator());
    if let (Some(fields), Some(Value::Object(properties))) =
        (request.as_object_mut(), schema.get("properties"))
    {
        fields.remove("idempotencyKey");
        fields.retain(|name, _| properties.get(name).is_none_or(|field| !is_secret(field)));
    }
    canonical_hash(&request)
}

/// A secret, or one that may be left out.
fn is_secret(schema: &Value) -> bool {
    schema["writeOnly"] == true
        || schema["anyOf"].as_array().is_some_and(|any| any.iter().any(|one| one["writeOnly"] == true))
}

/// Lets one caller at a time do what has the same name.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<String, Weak<AsyncMutex<()>>>>);

impl Turns {
    async fn take(&self, name: String) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            turns.retain(|_, turn| turn.strong_count() > 0);
            let waiting = turns.get(&name).and_then(Weak::upgrade);
            waiting.unwrap_or_else(|| {
                let turn = Arc::new(AsyncMutex::new(()));
                turns.insert(name, Arc::downgrade(&turn));
                turn
            })
        };
        turn.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OPERATIONS;
    use serde_json::json;

    /// Operations whose changes are watched where they are written (`formaops_store`, `audit/watch.rs`).
    const WATCHED: &[&str] = &[
        "setting_put",
        "run_regrade",
        "prompt_create",
        "prompt_update",
        "prompt_delete",
        "prompt_undelete",
        "prompt_purge",
        "bin_empty",
        "prompt_execute",
        "version_create",
        "version_restore",
        "version_update",
        "version_merge",
        "branch_put",
        "branch_delete",
        "label_put",
        "label_delete",
        "input_set_put",
        "input_set_delete",
        "dataset_create",
        "dataset_update",
        "dataset_delete",
        "dataset_undelete",
        "dataset_purge",
        "dataset_import",
        "dataset_change",
        "dataset_add_executions",
        "import_apply",
        "folder_link",
        "folder_trust",
        "folder_unlink",
        "provider_create",
        "provider_update",
        "provider_delete",
        "provider_key_create",
        "provider_key_use",
        "provider_key_delete",
        "model_update",
        "model_reset",
        "suite_create",
        "suite_update",
        "suite_delete",
        "suite_undelete",
        "baseline_put",
        "suite_run",
        "run_create",
        "run_repeat",
        "run_retry",
        "run_update",
        "budget_create",
        "budget_update",
        "budget_delete",
        "budget_undelete",
        "execution_retry",
        "rating_set",
        "rating_delete",
        "preference_put",
        "network_put",
        "api_key_create",
        "api_key_delete",
    ];

    /// Operations that decide nothing: unsaved work, bytes that a version will name, and questions.
    const UNTOLD: &[&str] = &[
        "draft_put",
        "draft_delete",
        "attachment_create",
        "dataset_preview",
        "dataset_export",
        "recording_export",
        "import_preview",
        "export_create",
        "suite_plan",
        "content_check",
        "content_render",
        "function_try",
        "schema_infer",
        "schema_types",
        "match_list",
        "provider_test",
    ];

    #[test]
    fn of_every_operation_it_is_said_how_the_trail_tells_of_it() {
        for operation in OPERATIONS.iter().filter(|operation| operation.method != Method::Get) {
            let lists = [ACTS, WATCHED, UNTOLD];
            let known = lists.iter().filter(|list| list.contains(&operation.name)).count();
            assert_eq!(known, 1, "put `{}` into one of these lists", operation.name);
        }
    }

    #[test]
    fn an_answer_with_a_secret_is_known_as_one() {
        for operation in OPERATIONS {
            let schema = (operation.response)(&mut schemars::SchemaGenerator::default());
            let name = schema.get("$ref").and_then(Value::as_str).unwrap_or_default();
            let holds = name.starts_with("#/$defs/Created");
            assert_eq!(holds, SECRET_ANSWERS.contains(&operation.name), "{}", operation.name);
        }
    }

    #[test]
    fn a_secret_does_not_count_for_what_a_request_is_and_everything_else_does() {
        let create = Operation::find("provider_key_create").unwrap();
        let request = |name: &str, secret: &str| {
            fingerprint(
                create,
                json!({ "provider": "p", "name": name, "secret": secret, "idempotencyKey": secret }),
            )
        };
        assert_eq!(request("a", "one"), request("a", "two"));
        assert_ne!(request("a", "one"), request("b", "one"));
        let unlock = Operation::find("vault_unlock").unwrap();
        let passphrase = |text: &str| fingerprint(unlock, json!({ "passphrase": text }));
        assert_eq!(passphrase("one"), passphrase("two"));
    }
}
