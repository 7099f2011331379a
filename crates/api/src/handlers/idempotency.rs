//! Doing a thing once, however often it is asked for.

use crate::{ApiError, App, Caller, ErrorCode};
use formaops_domain::canonical_hash;
use formaops_store::IdempotencyKey;
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// The most characters of a key.
const MOST_KEY: usize = 128;

/// Does `work`, or answers as the first time where the same caller used the same key for the same
/// request within 24 hours. Without a key it is always done.
///
/// Two calls with one key at the same time: the second waits for the first.
pub(super) async fn idempotent<T: Serialize + DeserializeOwned>(
    app: &App,
    caller: &Caller,
    operation: &'static str,
    key: Option<String>,
    request: impl Serialize,
    work: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    let Some(key) = key else { return work.await };
    if key.is_empty() || key.chars().count() > MOST_KEY {
        let message = format!("`idempotencyKey` must have 1 to {MOST_KEY} characters");
        return Err(ApiError::invalid("idempotencyKey", message));
    }
    let key = IdempotencyKey {
        actor: app.actor(caller),
        operation: operation.to_owned(),
        key,
        request_hash: canonical_hash(&request),
    };
    let _turn = app.turns.take(format!("{} {operation} {}", key.actor, key.key)).await;
    let unreadable =
        |error: serde_json::Error| ApiError::new(ErrorCode::Internal, format!("a kept answer: {error}"), "");
    if let Some(answer) = app.store.find_answer(&key, app.now()).await? {
        return serde_json::from_value(answer).map_err(unreadable);
    }
    let done = work.await?;
    app.store.insert_answer(key, serde_json::to_value(&done).map_err(unreadable)?, app.now()).await?;
    Ok(done)
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
