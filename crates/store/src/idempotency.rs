//! Answers that are kept for a day, so that a request sent twice is done once.

use crate::{
    Store, StoreError,
    column::{Int, Json, Key},
};
use formaops_domain::{ActorId, Span, Timestamp};
use serde_json::Value;

/// How long an answer is kept.
const KEPT: Span = Span::from_micros(24 * 60 * 60 * 1_000_000);

/// What a caller names a request by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Who asks: keys of different actors have nothing to do with each other.
    pub actor: ActorId,
    /// The operation that was asked for.
    pub operation: String,
    /// The caller's name for the request.
    pub key: String,
    /// BLAKE3 of the request in canonical JSON ([`formaops_domain::canonical_hash`]).
    pub request_hash: [u8; 32],
}

impl IdempotencyKey {
    fn judge(&self, stored: [u8; 32], answer: Value) -> Result<Value, StoreError> {
        if stored == self.request_hash {
            return Ok(answer);
        }
        Err(StoreError::KeyReused { operation: self.operation.clone(), key: self.key.clone() })
    }
}

impl Store {
    /// What the same request was answered before, within the last 24 hours.
    ///
    /// # Errors
    /// [`StoreError::KeyReused`] where the key belongs to another request.
    pub async fn find_answer(
        &self,
        key: &IdempotencyKey,
        now: Timestamp,
    ) -> Result<Option<Value>, StoreError> {
        let (actor, now) = (Key(key.actor), Int(now));
        let row = sqlx::query!(
            r#"select request_hash as "request_hash: Key<[u8; 32]>", answer as "answer: Json<Value>"
            from idempotency_keys where actor = ?1 and operation = ?2 and name = ?3 and expires_at > ?4"#,
            actor,
            key.operation,
            key.key,
            now,
        )
        .fetch_optional(self.readers())
        .await?;
        row.map(|row| key.judge(row.request_hash.0, row.answer.0)).transpose()
    }

    /// Keeps the answer of a request, and forgets those that are over. Where an equal request was answered in
    /// the meantime, that first answer stands and is given back.
    ///
    /// # Errors
    /// [`StoreError::KeyReused`] where the key was given to another request in the meantime.
    pub async fn insert_answer(
        &self,
        key: IdempotencyKey,
        answer: Value,
        now: Timestamp,
    ) -> Result<Value, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let (expires_at, now) = (Int(now.after(KEPT)), Int(now));
                sqlx::query!("delete from idempotency_keys where expires_at <= ?1", now)
                    .execute(&mut *connection)
                    .await?;
                let (actor, hash, answer) = (Key(key.actor), Key(key.request_hash), Json(answer));
                let row = sqlx::query!(
                    r#"insert into idempotency_keys (actor, operation, name, request_hash, answer, expires_at)
                    values (?1, ?2, ?3, ?4, ?5, ?6)
                    on conflict (actor, operation, name) do update set expires_at = expires_at
                    returning request_hash as "request_hash: Key<[u8; 32]>", answer as "answer: Json<Value>""#,
                    actor,
                    key.operation,
                    key.key,
                    hash,
                    answer,
                    expires_at,
                )
                .fetch_one(connection)
                .await?;
                key.judge(row.request_hash.0, row.answer.0)
            })
        })
        .await
    }
}
